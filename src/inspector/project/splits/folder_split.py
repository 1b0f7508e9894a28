"""Membership as the split folders, or the folds of a cross-validation, give it."""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np

from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.finding import LOW
from inspector.dataset.layouts import fold_of
from inspector.dataset.names import TEST, TRAINING, VALIDATION, RelativePath, Split
from inspector.errors import DatasetError, UsageError
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Membership, Rule, counted_rows

_Name = TypeVar("_Name", bound=str)


def by_folders(source: SplitSource, rule: Rule) -> Membership:
    """Return the membership by split folders, as catalogued.

    Raises:
        DatasetError: The folders are no splits.
    """
    rows = source.samples.everything()
    splits, counted = rows.text("split"), counted_rows(rows)
    sides: dict[Split, list[RelativePath]] = {}
    for name in splits.values:
        if files := np.flatnonzero(counted & splits.equals(name)).tolist():
            sides[rows[files[0]].split] = [rows.paths[row] for row in files]
    folds = folds_among(sides)
    if rule.fold or (folds and not sides.keys() & {TRAINING, VALIDATION}):
        return _by_fold(rule, sides, folds)
    evaluation = VALIDATION if VALIDATION in sides else TEST
    training, validation, elsewhere = two_sides(sides)
    if not training or not validation:
        raise DatasetError(
            "the folders are not splits: there is no training folder with a validation or test"
            " folder beside it",
            "Name a Keras call (validation_split and seed), paste the code, or split by group.",
        )
    return Membership(rule, training, validation, elsewhere, evaluation=evaluation)


def _by_fold(rule: Rule, sides: dict[Split, list[RelativePath]], folds: list[Split]) -> Membership:
    """Return the membership that holds out one fold and trains on the others.

    Raises:
        UsageError: There is no such fold.
    """
    held = next((name for name in folds if rule.fold in ("", name)), None)
    if held is None or len(folds) < 2:
        raise UsageError(
            f"there is no fold {rule.fold} beside others",
            f"Folds here: {', '.join(folds)}." if folds else "The folders are not folds.",
        )
    training = tuple(path for name in folds if name != held for path in sides[name])
    pitfall = Pitfall(
        "fold_held_out", LOW,
        f"{held} is held out for validation",
        f"Training is the other {len(folds) - 1:,} of"
        f" {len(folds):,} folds; each fold can be held out in turn (--fold).",
        {"folds": float(len(folds))},
    )  # fmt: skip
    elsewhere = {n: tuple(paths) for n, paths in sides.items() if n and n not in folds}
    return Membership(rule, training, tuple(sides[held]), elsewhere, findings=(pitfall,))


def folds_among(splits: Iterable[_Name]) -> list[_Name]:
    """Return the cross-validation folds among names of splits, 2 before 10; [] for one."""
    named = sorted((int(number), s) for s in splits if (number := fold_of(s)))
    return [s for _, s in named] if len(named) > 1 else []


def two_sides(
    sides: dict[Split, list[RelativePath]],
) -> tuple[
    tuple[RelativePath, ...], tuple[RelativePath, ...], dict[Split, tuple[RelativePath, ...]]
]:
    """Return training, validation (or test without one), and the other splits by name."""
    training = tuple(sides.pop(TRAINING, ()))
    validation = sides.pop(VALIDATION, None)
    if validation is None:
        validation = sides.pop(TEST, None) or []
    return training, tuple(validation), {n: tuple(paths) for n, paths in sides.items() if n}
