"""The role of a dataset: training, validation or test."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class DatasetRole(StrEnum):
    """The role of a dataset."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"
    OTHER = "other"


_WORDS: Final = {
    **dict.fromkeys(("training", "train", "trn", "tr"), DatasetRole.TRAINING),
    **dict.fromkeys(
        ("validation", "valid", "val", "dev", "eval", "evaluation", "validate", "va", "vl"),
        DatasetRole.VALIDATION,
    ),
    **dict.fromkeys(("test", "tst", "te", "testing", "holdout"), DatasetRole.TEST),
}
_ENDINGS: Final = (
    "set",
    "data",
    "ds",
    "dir",
    "gen",
    "loader",
    "generator",
    "dataset",
    "df",
    "x",
    "iter",
)
_PIECES: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def role_of_name(name: str) -> DatasetRole:
    """Return the role in the words of a name; OTHER for none or several.

    Words end at case changes, digits and punctuation; "trainset" and "valgen" count, "latest" does
    not.
    """
    roles = [role for piece in _PIECES.findall(name) if (role := _of_word(piece.lower()))]
    if DatasetRole.VALIDATION in roles and DatasetRole.TRAINING in roles:
        return DatasetRole.OTHER
    return roles[0] if roles else DatasetRole.OTHER


def _of_word(word: str) -> DatasetRole | None:
    if word in _WORDS:
        return _WORDS[word]
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 1 and stem in _WORDS:
            return _WORDS[stem]
    start = word.removeprefix("x")
    return _WORDS.get(start) if start != word and len(start) > 3 else None


def role_of_names(names: Iterable[str]) -> DatasetRole:
    """Return the role of the first name that has one."""
    roles = (role_of_name(name) for name in names)
    return next((role for role in roles if role is not DatasetRole.OTHER), DatasetRole.OTHER)


def role_of_folder(folder: str) -> DatasetRole:
    """Return the role of the last part of a path that has one."""
    parts = [p for p in folder.replace("\\", "/").split("/") if p]
    return role_of_names(reversed(parts))
