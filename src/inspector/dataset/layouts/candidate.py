"""A candidate layout of a dataset, before the best one is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from inspector.dataset.layouts.model import UNUSABLE, Choice, Kind, Layout, Location, Role
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import split_of
from inspector.dataset.names import NO_SPLIT

# Label files are preferred to folders, and folders to names: the order in CLI.md.
LABEL_FILE, TABLE, LISTS, SPLITS, CLASSES, NAMES = 1.0, 0.95, 0.9, 0.85, 0.7, 0.6


@dataclass(frozen=True, slots=True)
class LayoutCandidate:
    """One candidate.

    Attributes:
        layout: The layout.
        score: 0..1: how likely it is meant, including the share of images that get a class.
        text: Description for display: "label table train.csv (id, label)".
        root: The dataset folder, if it is not the opened one.
        label_column: The class column, if several columns could be it.
    """

    layout: Layout
    score: float
    text: str
    root: str = ""
    label_column: str = ""

    @property
    def choice(self) -> Choice:
        """Return the user's choice that selects this layout."""
        return Choice(self.layout.kind, self.root, label_column=self.label_column)


def listed(
    tree: Tree, places: Mapping[str, Location], *, kind: Kind, label_file: str, sure: bool = True,
    notes: tuple[str, ...] = (),
) -> Layout:  # fmt: skip
    """Return a layout of images placed by a label file; a lone split is no split."""
    labelled = [p for p in places.values() if p.label]
    splits = {p.split for p in labelled if p.split}
    rest = {s for path in tree.images() if path not in places and (s := folder_split(path))}
    lone = len(splits) < 2 and not (len(splits | rest) > 1 and all(p.split for p in labelled))
    if lone:
        places = {path: replace(p, split=NO_SPLIT) for path, p in places.items()}
    return Layout(
        Role.MANIFEST, listed=places, kind=kind, label_file=label_file, sure=sure, notes=notes
    )


def coverage(tree: Tree, places: Mapping[str, Location]) -> float:
    """Return the share of images that have a class, even one that can't be used, 0..1."""
    named = sum(1 for p in places.values() if p.label or p.reason.startswith(UNUSABLE))
    return named / max(1, tree.total)


def folder_split(path: str) -> str:
    """Return the split named by the folders of a path, outermost first; "" for none."""
    for part in path.split("/")[:-1]:
        if split := split_of(part):
            return split
    return ""
