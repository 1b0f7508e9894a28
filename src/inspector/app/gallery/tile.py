"""The data of one tile of the gallery."""

from collections.abc import Sequence
from dataclasses import dataclass

from inspector.project.project import Project
from inspector.store.samples import Sample


@dataclass(frozen=True, slots=True)
class Tile:
    """What is painted and spoken of one sample; `mark` is "", "keep" or "drop"."""

    id: int
    name: str
    split: str
    label: str
    neighbours: int
    mark: str
    new_label: str
    status: str
    suspected: bool
    spoken: str


def tiles_of(project: Project, ids: Sequence[int]) -> dict[int, Tile]:
    """Return the tiles of samples by their ids; never on the GUI thread."""
    index = project.duplicates.index()
    suspected = project.labels.suspected()
    return {
        s.id: _tile(s, len(index.neighbours(s.id)), suspected=s.id in suspected)
        for s in project.samples.by_ids(ids)
    }


def _tile(sample: Sample, neighbours: int, *, suspected: bool) -> Tile:
    label = sample.new_label or sample.label or "outside every class"
    spoken = [label, sample.split or "no split"]
    if neighbours:
        spoken.append(f"{neighbours} near-duplicates" if neighbours > 1 else "1 near-duplicate")
    spoken.append({"keep": "kept", "drop": "excluded"}.get(sample.mark, "undecided"))
    if suspected:
        spoken.append("suspected label error")
    if sample.reason:
        spoken.append(sample.reason)
    return Tile(
        sample.id, sample.path.rsplit("/", 1)[-1], sample.split, label, neighbours, sample.mark,
        sample.new_label, sample.status, suspected, ", ".join(spoken),
    )  # fmt: skip
