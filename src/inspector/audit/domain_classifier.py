"""Whether the two folders can be told apart beyond what random whole groups give by chance."""

from dataclasses import dataclass

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
    table = group_table(group, labels)
    quota = np.bincount(labels[side], minlength=table.classes)
    chosen = np.zeros((len(labels), 1 + draws), np.bool_)
    chosen[:, 0] = side
    fair = np.zeros(draws, np.bool_)
    for d in range(draws):
        picked = draw_groups(table, quota, rng)
        chosen[:, 1 + d] = picked[group]
        missed = np.abs(table.images(picked) - quota).sum()
        fair[d] = missed <= MAX_MISSES * quota.sum()
    return chosen, fair


@dataclass(frozen=True, slots=True)
class GroupTable:
    """How many images of each class every group holds; dense only for groups of several classes.

    Attributes:
        size: (groups,) images.
        own: (groups,) class of a group of one class.
        mixed: Groups of several classes, and `of_mixed` their images (mixed, classes).
        pure: Groups of one class.
    """

    size: Ints
    own: Ints
    mixed: Ints
    of_mixed: Ints
    pure: Ints

    @property
    def classes(self) -> int:
        """Number of classes."""
        return int(self.of_mixed.shape[1])

    def images(self, picked: Mask) -> Ints:
        """Return the images of each class (classes,) in the groups of a mask (groups,)."""
        inside = self.pure[picked[self.pure]]
        counts = np.zeros(self.classes, np.int64)
        np.add.at(counts, self.own[inside], self.size[inside])
        counts += self.of_mixed[picked[self.mixed]].sum(axis=0)
        return counts


def group_table(group: Ints, labels: Ints) -> GroupTable:
    """Count the images of each group (n,), numbered from 0, by class (n,)."""
    groups, classes = int(group.max(initial=-1)) + 1, int(labels.max(initial=0)) + 1
    cells, counts = np.unique(group * classes + labels, return_counts=True)
    of_cell, label = cells // classes, cells % classes
    spanned = np.bincount(of_cell, minlength=groups)
    own = np.zeros(groups, np.int64)
    own[of_cell] = label
    mixed = np.flatnonzero(spanned > 1)
    of_mixed = np.zeros((len(mixed), classes), np.int64)
    several = spanned[of_cell] > 1
    of_mixed[np.searchsorted(mixed, of_cell[several]), label[several]] = counts[several]
    size = np.bincount(group, minlength=groups)
    return GroupTable(size, own, mixed, of_mixed, np.flatnonzero(spanned == 1))


def draw_groups(table: GroupTable, quota: Ints, rng: np.random.Generator) -> Mask:
    """Sample whole groups until they hold about `quota` images of each class.

    Args:
        table: The images of each group.
        quota: (classes,) images.
        rng: Random generator.

    Returns:
        (groups,) which were sampled.
    """
    picked = np.zeros(len(table.size), np.bool_)
    total = np.maximum(1, table.images(np.ones(len(picked), np.bool_)))
    # Groups of several classes get the share of the folder that they have of all images.
    left = quota * table.of_mixed.sum(axis=0) / total
    row = {g: i for i, g in enumerate(table.mixed.tolist())}
    for g in rng.permutation(table.mixed).tolist():
        images = table.of_mixed[row[g]]
        gain = np.abs(left).sum() - np.abs(left - images).sum()
        if gain > 0:
            picked[g] = True
            left = left - images
    left = quota - table.images(picked)
    order = rng.permutation(table.pure)
    own, size = table.own[order], table.size[order]
    by_class = np.argsort(own, kind="stable")
    starts = np.searchsorted(own[by_class], np.arange(table.classes + 1))
    for label in np.unique(own).tolist():
        among = by_class[starts[label] : starts[label + 1]]
        stop = int(np.searchsorted(size[among].cumsum(), left[label], side="right"))
        picked[order[among[:stop]]] = True
    return picked
