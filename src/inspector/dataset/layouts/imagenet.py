"""ImageNet CLS-LOC: synset folders, LOC_val_solution.csv, names by LOC_synset_mapping.txt."""

import re
from dataclasses import replace
from pathlib import Path

from inspector.dataset.layouts.candidate import (
    LABEL_FILE,
    LayoutCandidate,
    coverage,
    folder_split,
    listed,
)
from inspector.dataset.layouts.class_names import synsets
from inspector.dataset.layouts.model import Kind, Layout, Location, located
from inspector.dataset.layouts.tables import read_csv
from inspector.dataset.layouts.tree import Tree
from inspector.errors import DatasetError

_WNID = re.compile(r"n\d{8}")
_SOLUTIONS = ("LOC_val_solution.csv", "LOC_train_solution.csv")


def recognise(root: Path, tree: Tree) -> tuple[list[LayoutCandidate], list[DatasetError]]:
    """Read the challenge's solution files: the first synset of PredictionString."""
    names = synsets(root, tree)
    places: dict[str, Location] = {}
    errors: list[DatasetError] = []
    for file in tree.files("_solution.csv"):
        if file.rpartition("/")[2] not in _SOLUTIONS:
            continue
        try:
            table = read_csv(root, file)
        except DatasetError as error:
            errors.append(error)
            continue
        if table is None or len(table.columns) < 2:
            continue
        for name, prediction in zip(*table.cells[:2], strict=True):
            label = prediction.split(" ")[0]
            if _WNID.fullmatch(label) and (path := tree.find(name)):
                places[path] = located(folder_split(path), names.get(label, label))
    if not places:
        return [], errors
    layout = listed(tree, places, kind=Kind.IMAGENET, label_file=_SOLUTIONS[0])
    return [
        LayoutCandidate(layout, LABEL_FILE * coverage(tree, places), "ImageNet CLS-LOC")
    ], errors


def with_names(root: Path, tree: Tree, layout: Layout) -> Layout:
    """Return a layout of synset folders with readable names, if a table has them."""
    folders = {name for folder in tree.folders.values() for name in folder.folders}
    known = {name for name in folders if _WNID.fullmatch(name)}
    if not known:
        return layout
    names = {n: text for n, text in synsets(root, tree).items() if n in known}
    in_challenge = any("CLS-LOC" in folder.split("/") for folder in tree.folders)
    kind = Kind.IMAGENET if in_challenge else layout.kind
    return replace(layout, names=names, kind=kind)
