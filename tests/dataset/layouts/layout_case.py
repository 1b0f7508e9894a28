"""A layout case, and how its folder is created."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_GROUP = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class LabelCase:
    """One layout.

    Attributes:
        name: Dataset or tool that uses it.
        tree: Patterns of image paths.
        classes: Expected number of images per class.
        splits: Expected number of images per split; {} for none.
        texts: Label files by path; a function gets its target.
        kind: The convention, as `Kind.value`.
        sure: False if the user must be asked.
    """

    name: str
    tree: tuple[str, ...]
    classes: dict[str, int]
    splits: dict[str, int]
    kind: str
    texts: dict[str, str | Callable[[Path], None]] = field(default_factory=dict)
    sure: bool = True


def expand(pattern: str) -> list[str]:
    """Return the paths of a pattern; a repeated group takes the same value."""
    groups = list(dict.fromkeys(_GROUP.findall(pattern)))
    paths = []
    for values in itertools.product(*(_values(group) for group in groups)):
        path = pattern
        for group, value in zip(groups, values, strict=True):
            path = path.replace(f"{{{group}}}", value)
        paths.append(path)
    return paths


def build(case: LabelCase, root: Path) -> Path:
    """Create the dataset of a case."""
    for pattern in case.tree:
        for path in expand(pattern):
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    for path, text in case.texts.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if callable(text):
            text(file)
        else:
            file.write_text(text, encoding="utf-8")
    return root


def _values(group: str) -> list[str]:
    if ".." in group:
        first, last = group.split("..")
        return [str(n).zfill(len(first)) for n in range(int(first), int(last) + 1)]
    return group.split(",")


def rows(head: str, *lines: str) -> str:
    """Return the text of a table."""
    return "\n".join((head, *lines)) + "\n"


def numbered(line: str, labels: str, *, start: int = 0) -> list[str]:
    """Return one line per label: {n} counts, {c} is the label."""
    return [
        line.replace("{n}", str(n)).replace("{n4}", f"{n:04d}").replace("{c}", c)
        for n, c in enumerate(labels.split(), start)
    ]
