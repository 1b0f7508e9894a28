"""Labels: which single images quick models contradict, out of fold by group."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.audit.descriptors import describe, reduce
from inspector.audit.wrong_labels import wrong_labels
from inspector.store.samples import Sample

if TYPE_CHECKING:
    from inspector.project.project import Project


@dataclass(frozen=True, slots=True)
class Suspect:
    """A suspected wrong label; `score` is the models' probability of the given one, 0..1."""

    sample: Sample
    suggested: str
    score: float


class Labels:
    """Ask for suspected wrong labels; relabelling is a decision."""

    def __init__(self, project: "Project") -> None:
        self._project = project

    def suspects(self) -> list[Suspect]:
        """Return suspected wrong labels, the most suspect first; needs a finished scan."""
        groups = self._project.groups
        rows = [s for s in groups.images() if s.mark != "drop"]
        classes = sorted({s.new_label or s.label for s in rows})
        if len(classes) < 2:
            return []
        place = {name: i for i, name in enumerate(classes)}
        labels = np.array([place[s.new_label or s.label] for s in rows], np.int64)
        numbers = groups.numbers(rows, with_pictures=True)
        alone = np.bincount(numbers)[numbers] == 1
        found = wrong_labels(
            reduce(describe(groups.records(rows))), labels,
            np.where(alone, -1, numbers).astype(np.int64),
        )  # fmt: skip
        return [
            Suspect(rows[i], classes[k], round(float(score), 4))
            for i, k, score in zip(
                found.index.tolist(), found.suggested.tolist(), found.score.tolist(), strict=True
            )
        ]
