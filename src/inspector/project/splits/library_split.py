"""The split that a library makes in pasted code, replayed on the disk as it is now."""

from collections.abc import Iterable, Mapping

import numpy as np

from inspector.audit.pitfalls import LOW, Pitfall
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.objects import DataSet, Source
from inspector.code_reading.library_splits import (
    ListedFiles,
    is_replayed,
    library_call,
    listed_files,
)
from inspector.errors import UsageError
from inspector.project.splits.code_split import code_folder
from inspector.project.splits.source import SplitSource
from inspector.splits.listings import list_items
from inspector.splits.other_replays import replay
from inspector.splits.replayed import Assumption, Items

MAX_SPLITS = 4
"""Splits of splits that are followed."""


def replay_findings(assumptions: Iterable[Assumption]) -> tuple[Pitfall, ...]:
    """Say what must hold for a replay to be exact."""
    return tuple(
        Pitfall("replay_assumption", LOW, f"The replay is exact if {assumption}.")
        for assumption in dict.fromkeys(assumptions)
    )


class LibrarySplit:
    """Both sides of a split that a library makes.

    Attributes:
        folder: Of the dataset, relative to it.
        training: Paths relative to the dataset, in the library's order.
        validation: The same.
        every: All that the library lists.
        findings: What must hold for this to be exact.
    """

    def __init__(
        self, source: SplitSource, one: CodeCall, two: CodeCall,
        containers: Mapping[Source, DataSet],
    ) -> None:  # fmt: skip
        self._source, self._containers = source, containers
        self.folder = code_folder(source, one.folder or "") or ""
        self._assumptions: list[Assumption] = []
        head = f"{self.folder}/" if self.folder else ""
        sides = [self._items(call.data, call.folder or "", 0) for call in (one, two)]
        training, validation = (tuple(head + p for p in items.paths) for items in sides)
        self.training, self.validation = training, validation
        self.every = tuple(head + p for p in self._whole.paths)
        self.findings = replay_findings(self._assumptions)

    def _items(self, data: DataSet, folder: str, depth: int) -> Items:
        """Return the items of a dataset: listed, or a side of a split that is replayed.

        Raises:
            UsageError: What decides them is not in the code, or splits are nested too deeply.
        """
        source = data.source
        if depth > MAX_SPLITS:
            raise UsageError("the code splits splits of splits", "Save the list instead.")
        if not is_replayed(source.loader):
            return self._listed(listed_files(data, folder))
        parent = self._containers.get(source) or source.parent
        whole = (
            self._listed(listed_files(data, folder)) if parent is None
            else self._items(parent, folder, depth + 1)
        )  # fmt: skip
        split = replay(whole, library_call(source, len(whole)))
        self._assumptions += split.assumptions
        part = data.part
        number = part if isinstance(part, int) else {"train": 0, "test": 1}.get(str(part), -1)
        if not 0 <= number < len(split.parts):
            raise UsageError("the code takes a side that the split does not have", "Check it.")
        return whole.take(split.parts[number].indices)

    def _listed(self, files: ListedFiles) -> Items:
        root = self._source.context.root / self.folder
        items = list_items(root, files.listing, split=files.split)
        chosen = np.array([i for i, p in enumerate(items.paths) if files.takes(p)], np.int64)
        self._whole = items.take(chosen) if len(chosen) < len(items) else items
        return self._whole
