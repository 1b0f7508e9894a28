"""The effect of a grouping proposal on the split, before it is accepted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.groups import Proposal
from inspector.project.splits.leakage import Leakage
from inspector.project.splits.source import SplitSource
from inspector.splits.group_split import split_by_group
from inspector.store.sample_table import SampleTable

# A split whose size changes by more than this is a different split; the page warns.
MAX_CHANGE = 0.1
_TRAINING, _VALIDATION = "training", "validation"


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """The current split, compared with a split by group in which a proposal counts.

    Attributes:
        evaluation: "validation", or "test" without validation.
        leaked: Evaluation images with a near-duplicate or a group member in training, before and
            after.
        evaluated: Number of evaluation images before and after.
        balance: Images before and after, by split and class.
        moved: Ids of images whose split changes.
    """

    evaluation: str
    leaked: tuple[int, int]
    evaluated: tuple[int, int]
    balance: dict[tuple[str, str], tuple[int, int]]
    moved: tuple[int, ...]

    @property
    def leak_rates(self) -> tuple[float, float]:
        """The leak rate before and after, 0 to 1."""
        before, after = (
            leaked / max(1, images)
            for leaked, images in zip(self.leaked, self.evaluated, strict=True)
        )
        return before, after

    def sizes(self, split: str) -> tuple[int, int]:
        """Return the size of a split before and after."""
        counts = [pair for (name, _), pair in self.balance.items() if name == split]
        return sum(before for before, _ in counts), sum(after for _, after in counts)

    @property
    def hurts(self) -> bool:
        """Whether an evaluation split changes much in size, or a test set grows at all."""
        return any(self.split_hurts(name) for name, _ in self.balance)

    def split_hurts(self, split: str) -> bool:
        """Whether a split becomes a different one: much larger or smaller, or a grown test set."""
        if split == _TRAINING:
            return False
        before, after = self.sizes(split)
        grows = split.startswith("test") and after > before
        return grows or abs(after - before) > MAX_CHANGE * max(1, before)


def group_effect(
    source: SplitSource, leakage: Leakage, sides: Mapping[int, str], proposal: Proposal
) -> GroupEffect:
    """Split by group as if a proposal were accepted, with as few moves as possible.

    Splits other than training and validation keep their images; a group that touches one of them
    belongs there.

    Args:
        source: Its images are in the order of the proposal's keys.
        leakage: Leakage of the current split.
        sides: Current split by image id.
        proposal: Counts beside enabled groups and near-duplicates.
    """
    images = source.groups.images()
    included = ~images.text("mark").equals("drop")
    inside = np.fromiter((i in sides for i in images.ids.tolist()), np.bool_, len(images))
    rows = images.where(included & inside)
    keys = list(compress(proposal.keys, (included & inside).tolist()))
    before = np.array([sides[i] for i in rows.ids.tolist()], object)
    groups = source.groups.numbers(rows, with_duplicates=True, also=proposal)
    after = _resplit(rows, groups, before)
    evaluation = leakage.membership.evaluation
    in_training = {key for key, side in zip(keys, before, strict=True) if side == _TRAINING}
    leaked = {leak.image.id for leak in leakage.leaks} | {
        i for i, key, side in zip(rows.ids.tolist(), keys, before, strict=True)
        if side == evaluation and key and key in in_training
    }  # fmt: skip
    left = np.isin(groups[after == evaluation], groups[after == _TRAINING]).sum()
    return GroupEffect(
        evaluation, (len(leaked), int(left)),
        (int((before == evaluation).sum()), int((after == evaluation).sum())),
        _balance(rows, before, after),
        tuple(rows.ids[before != after].tolist()),
    )  # fmt: skip


def _resplit(
    rows: SampleTable, groups: NDArray[np.int32], before: NDArray[np.object_]
) -> NDArray[np.object_]:
    after = before.copy()
    pool = np.ones(len(rows), np.bool_)
    others = sorted({*before} - {_TRAINING, _VALIDATION}, key=lambda n: (n != "test", n))
    for name in others:
        held = pool & np.isin(groups, groups[pool & (before == name)])
        after[held] = name
        pool &= ~held
    labels = rows.labels().sorted().codes
    today = before == _VALIDATION
    candidates = today | (before == _TRAINING)
    chosen = np.zeros(len(rows), np.bool_)
    if today.any():
        share = float(today.sum() / candidates.sum())
        chosen[pool] = split_by_group(groups[pool], labels[pool], share, seed=0, today=today[pool])
    after[pool] = np.where(chosen[pool], _VALIDATION, _TRAINING)
    return after


def _balance(
    rows: SampleTable, before: NDArray[np.object_], after: NDArray[np.object_]
) -> dict[tuple[str, str], tuple[int, int]]:
    counts: dict[tuple[str, str], list[int]] = {}
    for when, sides in enumerate((before, after)):
        for key, count in Counter(zip(sides, rows.labels(), strict=True)).items():
            counts.setdefault(key, [0, 0])[when] = count
    order = {_TRAINING: 0, _VALIDATION: 1, "test": 2}
    keys = sorted(counts, key=lambda key: (order.get(key[0], 3), key))
    return {key: (counts[key][0], counts[key][1]) for key in keys}
