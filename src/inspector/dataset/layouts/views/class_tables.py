"""Class tables of splits: the class folders that a loader numbers, and where they differ.

Keras numbers the class folders of each call separately, in order of names, empty ones included. A
class that one split lacks or spells differently shifts the numbers of all classes after it.
"""

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from inspector.dataset.layouts.model import Layout, Role
from inspector.dataset.layouts.words import split_of

_SHOWN = 6
_MOVED = 3


class DifferenceKind(StrEnum):
    """How two class tables differ, or what is wrong with one."""

    MISSING = "missing"
    EXTRA = "extra"
    CASE = "case"
    BLANK = "blank"
    UNICODE = "unicode"
    EMPTY = "empty"
    SPLIT_INSIDE = "split inside"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class ClassTable:
    """The classes of one split.

    Attributes:
        name: Name of the folder that a loader reads, or of the split if a label file names both.
        classes: In the order in which they are numbered.
        empty: Classes without an image.
        inside: Class folders that are splits themselves, with their classes.
        folders: True if Keras reads these folders itself.
    """

    name: str
    classes: tuple[str, ...]
    empty: frozenset[str] = frozenset()
    inside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folders: bool = True


@dataclass(frozen=True, slots=True)
class ClassDifference:
    """One problem of one class.

    Attributes:
        name: The class; if spelled in two ways, as in the first table.
        other: As in the second table, or "".
        text: The problem, as part of a sentence.
        advice: What to do, as a sentence.
    """

    kind: DifferenceKind
    name: str
    text: str
    advice: str
    other: str = ""


def folder_tables(root: Path, images: Iterable[str], layout: Layout) -> list[ClassTable]:
    """Return the class folders that Keras lists in each split folder, or in the dataset.

    Args:
        root: Dataset folder; only its split folders are listed.
        images: Relative paths of all images.
        layout: Gives the split folders.

    Returns:
        [] if folders don't decide the classes.
    """
    match layout.role:
        case Role.SPLITS if layout.level == 0:
            folders = list(layout.splits)
        case Role.CLASSES if layout.level == 0:
            folders = [layout.base]
        case _:
            return []
    held: dict[str, dict[str, set[str]]] = {folder: {} for folder in folders}
    heads = [(folder, f"{folder}/" if folder else "") for folder in folders]
    # What counts is the folder of a file: of a million files there are some thousand.
    for above in dict.fromkeys(path.rpartition("/")[0] for path in images):
        for folder, head in heads:
            if f"{above}/".startswith(head):
                name, _, rest = f"{above}/"[len(head) :].partition("/")
                inside = held[folder].setdefault(name, set())
                if "/" in rest:
                    inside.add(rest.partition("/")[0])
    return [_table(root, folder, held[folder]) for folder in folders]


def _table(root: Path, folder: str, held: Mapping[str, set[str]]) -> ClassTable:
    with os.scandir(root / folder) as entries:
        names = sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))
    known = {n for n in names if n in held}
    inside = {
        name: tuple(sorted(held[name]))
        for name in known
        if split_of(name) and held[name] & (known - {name})
    }
    empty = frozenset(set(names) - known)
    return ClassTable(folder or root.name, tuple(names), empty, inside)


def label_tables(classes: Mapping[str, Sequence[str]]) -> list[ClassTable]:
    """Return class tables of splits named by a label file or by several folder levels."""
    return [ClassTable(s, tuple(sorted(names)), folders=False) for s, names in classes.items() if s]


def own_differences(table: ClassTable) -> list[ClassDifference]:
    """Return the problems of one table by itself."""
    inside = dict(table.inside)
    class_differences = [
        ClassDifference(
            DifferenceKind.SPLIT_INSIDE, name,
            f'"{name}" lies inside of {table.name}, with the classes {_listed(held)} in it:'
            f" Keras reads it as one class of {table.name}",
            f"Move {table.name}/{name} out of {table.name}.",
        )
        for name, held in inside.items()
    ]  # fmt: skip
    class_differences += [
        ClassDifference(
            DifferenceKind.EMPTY, name,
            f'the folder "{name}" of {table.name} has no image, and Keras counts it as a class',
            f"Delete the empty folder {table.name}/{name}, or put its images there.",
        )
        for name in table.classes
        if name in table.empty
    ]  # fmt: skip
    by_key: dict[str, str] = {}
    for name in table.classes:
        first = by_key.setdefault(_key(name), name)
        if first != name:
            class_differences.append(
                ClassDifference(
                    DifferenceKind.TWICE, first,
                    f'{table.name} has both "{first}" and "{name}", which {_how(first, name)[1]}',
                    f'Join "{first}" and "{name}" of {table.name} into one class.', name,
                )
            )  # fmt: skip
    return class_differences


def differences(one: ClassTable, two: ClassTable) -> list[ClassDifference]:
    """Return the classes that one of two tables lacks or spells differently."""
    first = [n for n in one.classes if n not in two.classes]
    rest = [n for n in two.classes if n not in one.classes]
    class_differences = []
    for name in first:
        other = next((n for n in rest if _key(n) == _key(name)), "")
        if other:
            rest.remove(other)
            kind, how = _how(name, other)
            class_differences.append(
                ClassDifference(
                    kind, name,
                    f'"{name}" of {one.name} and "{other}" of {two.name} {how}',
                    f'Rename "{other}" in {two.name}.', other,
                )
            )  # fmt: skip
        elif name not in one.empty and name not in one.inside:
            class_differences.append(_lacks(DifferenceKind.MISSING, name, one, two))
    class_differences += [
        _lacks(DifferenceKind.EXTRA, name, two, one)
        for name in rest
        if name not in two.empty and name not in two.inside
    ]
    return class_differences


def numbering(one: ClassTable, two: ClassTable) -> str:
    """Return the numbers that Keras gives the classes of two folders, and which of them differ."""
    tables = "; ".join(
        f"{t.name} {', '.join(f'{i} {n}' for i, n in _around(one, two, t))}" for t in (one, two)
    )
    moved = [
        (n, one.classes.index(n), two.classes.index(n))
        for n in one.classes
        if n in two.classes and one.classes.index(n) != two.classes.index(n)
    ]
    text = f"Keras numbers the class folders of each call by itself: {tables}."
    if not moved and len(one.classes) == len(two.classes):
        return f"{text} The numbers happen to agree; whatever goes by the class names does not."
    if not moved:
        return (
            f"{text} The classes that both have keep their numbers, but the two calls count"
            f" {len(one.classes)} and {len(two.classes)} classes."
        )
    names = ", ".join(
        f"{n} is {a} in {one.name} and {b} in {two.name}" for n, a, b in moved[:_MOVED]
    )
    more = f", and {len(moved) - _MOVED} more" if len(moved) > _MOVED else ""
    return f"{text} So a label means another class: {names}{more}."


def _around(one: ClassTable, two: ClassTable, table: ClassTable) -> Iterator[tuple[int, str]]:
    """Yield the numbers and names of a table around the first difference of two tables."""
    pairs = zip(one.classes, two.classes, strict=False)
    same = next(
        (i for i, (a, b) in enumerate(pairs) if a != b), min(len(one.classes), len(two.classes))
    )
    start = max(0, same - 1) if len(table.classes) > _SHOWN else 0
    if start:
        yield 0, f"{table.classes[0]} …"
    for i, name in list(enumerate(table.classes))[start : start + _SHOWN]:
        last = i == start + _SHOWN - 1 and i + 1 < len(table.classes)
        yield i, f"{name} …" if last else name


def _lacks(kind: DifferenceKind, name: str, has: ClassTable, lacks: ClassTable) -> ClassDifference:
    if not has.folders:
        return ClassDifference(
            kind, name, f'"{name}" has images in {has.name} and none in {lacks.name}',
            f'Add images of "{name}" to {lacks.name}, or leave the class out.',
        )  # fmt: skip
    return ClassDifference(
        kind, name, f'"{name}" is in {has.name} and not in {lacks.name}',
        f'Add images of "{name}" to {lacks.name}; an empty folder {lacks.name}/{name} is enough'
        " for the numbers to agree.",
    )  # fmt: skip


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def _how(one: str, two: str) -> tuple[DifferenceKind, str]:
    """Return how two spellings of a name differ, with the end of a sentence."""
    same_form = unicodedata.normalize("NFC", one), unicodedata.normalize("NFC", two)
    if same_form[0] == same_form[1]:
        return DifferenceKind.UNICODE, "look the same but are other Unicode forms (NFC and NFD)"
    if same_form[0].strip() == same_form[1].strip():
        return DifferenceKind.BLANK, "differ only by a blank at the beginning or end"
    return DifferenceKind.CASE, "differ only by upper and lower case"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"
