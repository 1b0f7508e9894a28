"""Cross-validation folds that keep groups and near-duplicates together."""

import numpy as np

from inspector.audit.folds import group_folds, own_groups
from inspector.dataset.names import TEST, RelativePath, Split, parse_split
from inspector.errors import UsageError
from inspector.project.review.groups import Groups


def folds_by_group(groups: Groups, count: int, *, seed: int) -> dict[RelativePath, Split]:
    """Return the fold of each image that is not excluded, by path: fold1, fold2 and so on.

    Test images, and images that share a group with one, stay outside as "test".

    Raises:
        UsageError: There are fewer groups than folds.
    """
    rows = groups.images().included()
    numbers = own_groups(groups.numbers(rows, with_duplicates=True).astype(np.int64))
    held = np.isin(numbers, numbers[rows.text("split").equals("test")])
    labels = rows.labels().sorted().codes.astype(np.int64)
    some = len(np.unique(numbers[~held]))
    if not 2 <= count <= some:
        raise UsageError(
            f"{count} folds can't be made of {some} groups of images",
            f"Choose 2 to {some}." if some > 1 else "There is too little outside of test.",
        )
    if seed < 0:
        raise UsageError(f"the seed {seed} is below 0", "Any number from 0 on is a seed.")
    folds = np.full(len(rows), -1, np.int64)
    rng = np.random.default_rng(seed)
    folds[~held] = group_folds(labels[~held], own_groups(numbers[~held]), count, rng)
    split_names = [parse_split(f"fold{fold + 1}", where="the folds") for fold in range(count)]
    return {
        path: split_names[fold] if fold >= 0 else TEST
        for path, fold in zip(rows.paths, folds.tolist(), strict=True)
    }
