"""Recent datasets with their remembered facts."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.app.start.recent import RecentDataset, recent_dataset
from inspector.app.window.session import Session

if TYPE_CHECKING:
    # Imported late: the Start page is painted before the modules of a project are loaded.
    from inspector.project.project import Project


def recent_datasets(session: Session) -> list[RecentDataset]:
    """Return the recent datasets, the newest first."""
    facts = session.facts()
    return [
        recent_dataset(
            path, Path(path).name, str(Path(path).parent),
            is_there=Path(path).is_dir(), facts=facts.get(path, {}),
        )
        for path in session.recent()
    ]  # fmt: skip


def facts_of(project: "Project") -> dict[str, float]:
    """Return the facts to remember of a dataset; never on the GUI thread."""
    from inspector.project.review.copies import EVALUATION, leaked

    counts = project.samples.counts()
    files = counts.images + counts.pending
    facts: dict[str, float] = {
        "images": files,
        "classes": len(counts.classes),
        "decisions": sum(not operation.undone for operation in project.decisions.log()),
        "scanned": counts.images / files if files else 1.0,
        "at": time.time(),
    }
    if project.scans.is_complete() and len(counts.splits) > 1:
        index = project.duplicates.index()
        split_of = project.splits.split_of()
        excluded = index.samples.table.ids_where("mark", "drop")
        evaluated = sum(split in EVALUATION and i not in excluded for i, split in split_of.items())
        if evaluated:
            facts["leak_rate"] = len(leaked(index, split_of)) / evaluated
    return facts
