"""Outline of a layout: folders with their roles, and the resulting counts per split and class.

It is built from names alone, so that it follows each change of a role at once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inspector.dataset.layouts.model import (
    Alternative,
    Choice,
    Kind,
    Layout,
    NothingFitsError,
    Role,
)
from inspector.dataset.layouts.recognition import recognise_tree
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.views.roles import roles_of
from inspector.dataset.layouts.words import is_doubtful_class, split_of
from inspector.errors import DatasetError

DEPTH = 4
MAX_SIBLINGS = 200
IMAGES_PER_FOLDER = 4
_SPLIT_ORDER = ("training", "validation", "test")


@dataclass(frozen=True, slots=True)
class FolderOutline:
    """One folder of the tree.

    Attributes:
        path: Relative to the dataset, with "/"; "" for the dataset itself.
        images: Number of images in it and below it.
        role: "training", "validation", "test", a fold's name, "class", "source", "dataset",
            "images", "folder" or "ignored".
        examples: Paths of up to four images, evenly spread over the folder.
        folders: The folders below, down to four levels.
        hidden: Number of further folders below, not listed here.
    """

    path: str
    images: int
    role: str
    examples: tuple[str, ...] = ()
    folders: tuple["FolderOutline", ...] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Outline:
    """Result of a choice.

    Attributes:
        folders: The dataset folder with its subfolders.
        layout: The layout, None where nothing fits.
        problem: Why nothing fits, as a sentence, or "".
        counts: Images by class and split; the split is "" without splits.
        splits: In order; ("",) without splits.
        ignored: Number of images without a class.
        label_columns: Columns of the label table that could be the class, the one in use first.
        doubts: Why the user should check the layout, as sentences.
        alternatives: Other layouts, or the nearest ones where nothing fits.
    """

    folders: FolderOutline
    layout: Layout | None
    problem: str = ""
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    splits: tuple[str, ...] = ("",)
    ignored: int = 0
    label_columns: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    @property
    def images(self) -> int:
        """Number of images with a class."""
        return sum(sum(row.values()) for row in self.counts.values())

    def absent(self) -> list[tuple[str, str]]:
        """Return each (class, split) without an image, for classes that other splits have."""
        return [(c, s) for c, row in self.counts.items() for s in self.splits if not row.get(s)]


def outline(root: Path, tree: Tree, choice: Choice) -> Outline:
    """Return the result of a choice; `problem` tells why a choice fits nothing.

    Args:
        root: Dataset folder.
        tree: Its names.
        choice: The user's choice.
    """
    try:
        layout = recognise_tree(root, tree, choice)
    except DatasetError as error:
        split_roles = {f: "ignored" if r == "ignore" else r for f, r in choice.split_roles.items()}
        roles = {path: split_roles.get(path, "folder") for path in tree.folders}
        nearest = error.nearest if isinstance(error, NothingFitsError) else ()
        problem = f"{error.message[:1].upper()}{error.message[1:]}."
        folders = _folder(tree, "", roles, "")
        return Outline(folders, None, problem, {}, ("",), tree.total, alternatives=nearest)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    ignored = 0
    for path in tree.images():
        place = layout.place(path)
        if place.label:
            counts[place.label][place.split] += 1
        else:
            ignored += 1
    names = {split for row in counts.values() for split in row}
    splits = [s for s in _SPLIT_ORDER if s in names] + sorted(names - {*_SPLIT_ORDER})
    base = choice.root or layout.base
    return Outline(
        _folder(tree, "", roles_of(tree, layout, depth=DEPTH), base),
        layout,
        "",
        {label: counts[label] for label in sorted(counts)},
        tuple(splits) or ("",),
        ignored,
        _columns(layout),
        doubts(layout, counts),
        layout.alternatives,
    )


def doubts(layout: Layout, labels: Iterable[str]) -> tuple[str, ...]:
    """Return why a layout should be checked; () for a sure one."""
    if layout.sure:
        return ()
    sentences = [_doubt(name) for name in labels if is_doubtful_class(name)]
    other = next((a for a in layout.alternatives if a.text != layout.text), None)
    if layout.kind is Kind.NESTED:
        sentences.append("The classes hold folders of their own: both levels can be the classes.")
    elif layout.role is Role.SOURCES:
        sentences.append("The same class folders are in several folders.")
    sentences += layout.notes[:2]
    if other is not None:
        sentences.append(f"It could also be read as {other.text}.")
    return tuple(sentences) or (f"It was taken because {layout.reason}.",)


def _doubt(name: str) -> str:
    like = "a split" if split_of(name) else "a part of a dataset"
    return f'A class is called "{name}", which is a name of {like}.'


def _columns(layout: Layout) -> tuple[str, ...]:
    names = [layout.choice.label_column] if layout.choice.label_column else []
    if not names:
        return ()
    names += [a.choice.label_column for a in layout.alternatives if a.choice.label_column]
    return tuple(dict.fromkeys(names))


def _folder(tree: Tree, path: str, roles: Mapping[str, str], base: str) -> FolderOutline:
    one = tree.folders[path]
    deeper = path.count("/") + bool(path) < DEPTH
    names = one.folders[:MAX_SIBLINGS] if deeper else []
    role = "dataset" if path == base else roles.get(path, "folder" if not path else "ignored")
    return FolderOutline(
        path,
        one.below,
        role,
        _examples(tree, path),
        tuple(_folder(tree, one.join(name), roles, base) for name in names),
        len(one.folders) - len(names) if deeper else 0,
    )


def _examples(tree: Tree, path: str) -> tuple[str, ...]:
    """Return evenly spread images: from different classes if the folder contains classes."""
    one = tree.folders[path]
    inside: Sequence[str] = [one.join(n) for n in tree.populated(path)]
    if not inside:
        return tuple(_spread([one.join(n) for n in one.images]))
    if len(inside) == 1:
        return _examples(tree, inside[0])
    return tuple(next(tree.images(folder)) for folder in _spread(inside))


def _spread(paths: Sequence[str]) -> list[str]:
    count = min(IMAGES_PER_FOLDER, len(paths))
    return [paths[i * len(paths) // count] for i in range(count)]
