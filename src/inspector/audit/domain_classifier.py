"""Whether the two folders can be told apart beyond what random whole groups give by chance."""

import numpy as np
from numpy.typing import NDArray

from inspector.audit.baseline_models import ridge_scores
from inspector.audit.conditions import FOLDS, Study
from inspector.audit.diagnosis import DomainAuc
from inspector.audit.folds import group_folds
from inspector.audit.ranks import average_ranks

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

DRAWS = 199
# A pseudo-folder may miss the class counts of the real one by this share of its size; beyond that
# it is degenerate and counts against a finding.
MAX_MISSES = 0.1


def domain_auc(setting: Study, folder: Ints, *, draws: int = DRAWS) -> DomainAuc:
    """Train a ridge classifier "folder or training?" and compare it with pseudo-folders.

    Args:
        setting: What all conditions share.
        folder: Rows of the folder without images whose joined group is in training.
        draws: Number of pseudo-folders of whole joined groups, with the same size and class
            balance.
    """
    rows = np.concatenate([setting.train, folder])
    labels = setting.labels[rows]
    group = np.unique(setting.joined[rows], return_inverse=True)[1].astype(np.int64)
    side = np.zeros(len(rows), np.bool_)
    side[len(setting.train) :] = True
    number = len(np.unique(group[side]))
    if number < 2 or len(folder) == 0:
        return DomainAuc(n_groups=number)
    labellings, fair = _draw(labels, group, side, draws, setting.rng(7))
    setting.watch.at("which folder is it", 1, 2)
    folds = group_folds(labels, group, FOLDS, setting.rng(8))
    x = _class_centred(setting.x[rows], labels)
    scores = ridge_scores(x, labellings.astype(np.float32), folds)
    aucs = fold_auc(scores, labellings, folds)
    setting.watch.at("which folder is it", 2, 2)
    value, null = float(aucs[0]), aucs[1:]
    if not np.isfinite(value):
        return DomainAuc(n_groups=number)
    above = int((~fair | ~(null < value)).sum())
    sound = null[fair & np.isfinite(null)]
    low = float(np.quantile(sound, 0.025)) if len(sound) else None
    high = float(sound.max()) if len(sound) else None
    unit = "group" if len(np.unique(group)) < len(group) else "image"
    return DomainAuc(value, (1 + above) / (1 + draws), low, high, unit, number)


def fold_auc(scores: Floats, labellings: Mask, folds: Ints) -> Doubles:
    """Return the AUC of each column, averaged over folds weighted by pairs.

    Args:
        scores: (n, m) out-of-fold scores, comparable within a fold.
        labellings: (n, m) which rows are positive.
        folds: (n,) fold of each row.
    """
    # It takes longer to import than most verbs to run.

    good = np.zeros(scores.shape[1])
    pairs = np.zeros(scores.shape[1])
    for fold in np.unique(folds):
        held = folds == fold
        inside = labellings[held]
        ranks = average_ranks(scores[held])
        ones = inside.sum(axis=0).astype(np.float64)
        good += (ranks * inside).sum(axis=0) - ones * (ones + 1) / 2
        pairs += ones * (held.sum() - ones)
    return np.where(pairs > 0, good / np.maximum(pairs, 1), np.nan)


def _class_centred(x: Floats, labels: Ints) -> Floats:
    count = np.maximum(1, np.bincount(labels)).astype(np.float32)
    sums = np.zeros((len(count), x.shape[1]), np.float32)
    np.add.at(sums, labels, x)
    centred: Floats = x - (sums / count[:, None])[labels]
    return centred


def _draw(
    labels: Ints, group: Ints, side: Mask, draws: int, rng: np.random.Generator
) -> tuple[Mask, Mask]:
    """Return (n, 1 + draws) labellings, the real one first, and which match the class balance."""
    classes = int(labels.max()) + 1
    table = np.zeros((int(group.max()) + 1, classes), np.int64)
    np.add.at(table, (group, labels), 1)
    quota = np.bincount(labels[side], minlength=classes)
    chosen = np.zeros((len(labels), 1 + draws), np.bool_)
    chosen[:, 0] = side
    fair = np.zeros(draws, np.bool_)
    for d in range(draws):
        picked = draw_groups(table, quota, rng)
        chosen[:, 1 + d] = picked[group]
        missed = np.abs(table[picked].sum(axis=0) - quota).sum()
        fair[d] = missed <= MAX_MISSES * quota.sum()
    return chosen, fair


def draw_groups(table: Ints, quota: Ints, rng: np.random.Generator) -> Mask:
    """Sample whole groups until they hold about `quota` images of each class.

    Args:
        table: (groups, classes) images.
        quota: (classes,) images.
        rng: Random generator.

    Returns:
        (groups,) which were sampled.
    """
    picked = np.zeros(len(table), np.bool_)
    mixed = np.flatnonzero((table > 0).sum(axis=1) > 1)
    total = np.maximum(1, table.sum(axis=0))
    # Groups of several classes get the share of the folder that they have of all images.
    left = quota * table[mixed].sum(axis=0) / total
    for g in rng.permutation(mixed):
        gain = np.abs(left).sum() - np.abs(left - table[g]).sum()
        if gain > 0:
            picked[g] = True
            left = left - table[g]
    left = quota - table[picked].sum(axis=0)
    pure = np.flatnonzero((table > 0).sum(axis=1) == 1)
    order = rng.permutation(pure)
    own = table[order].argmax(axis=1)
    size = table[order].max(axis=1)
    for label in np.unique(own):
        among = order[own == label]
        reached = size[own == label].cumsum()
        stop = int(np.searchsorted(reached, left[label], side="right"))
        picked[among[:stop]] = True
    return picked
