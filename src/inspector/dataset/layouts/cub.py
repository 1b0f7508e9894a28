"""CUB-200 and similar: images.txt, image_class_labels.txt, train_test_split.txt, by number."""

from pathlib import Path

from inspector.dataset.layouts.candidate import LABEL_FILE, LayoutCandidate, coverage, listed
from inspector.dataset.layouts.model import Kind, located
from inspector.dataset.layouts.tables import read_text
from inspector.dataset.layouts.tree import Tree
from inspector.errors import DatasetError


def recognise(root: Path, tree: Tree) -> tuple[list[LayoutCandidate], list[DatasetError]]:
    """Join the lists by the number at the start of each line."""
    for file in tree.files("images.txt"):
        folder = file.rpartition("/")[0]
        head = f"{folder}/" if folder else ""
        others = tree.folders[folder].others
        if file.rpartition("/")[2] != "images.txt" or "image_class_labels.txt" not in others:
            continue
        try:
            paths = _numbered(root, file)
            classes = _numbered(root, f"{head}image_class_labels.txt")
            names = _numbered(root, f"{head}classes.txt") if "classes.txt" in others else {}
            sides = (
                _numbered(root, f"{head}train_test_split.txt")
                if "train_test_split.txt" in others else {}
            )  # fmt: skip
        except DatasetError as error:
            return [], [error]
        places = {}
        near = (f"{head}images", folder, "")
        for number, name in paths.items():
            if path := tree.find(name, near):
                label = classes.get(number, "")
                split = {"1": "training", "0": "test"}.get(sides.get(number, ""), "")
                reason = "" if label else "no label in image_class_labels.txt"
                places[path] = located(split, names.get(label, label), reason=reason)
        if places:
            layout = listed(tree, places, kind=Kind.CUB, label_file=file)
            score = LABEL_FILE * coverage(tree, places)
            return [LayoutCandidate(layout, score, f"numbered lists ({file})")], []
    return [], []


def _numbered(root: Path, file: str) -> dict[str, str]:
    """Return the rest of each line by its number."""
    by_number = {}
    for line in read_text(root, file).splitlines():
        number, _, rest = line.strip().partition(" ")
        if number.isdigit():
            by_number[number] = rest.strip()
    return by_number
