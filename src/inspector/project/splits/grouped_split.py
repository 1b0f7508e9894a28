"""Membership under a split that keeps groups together."""

from collections.abc import Collection

import numpy as np

from inspector.dataset.names import TEST
from inspector.errors import UsageError
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Membership, Rule
from inspector.splits.group_split import split_by_group

SHARE = 0.2


def by_groups(source: SplitSource, rule: Rule, *, without: Collection[int] = ()) -> Membership:
    """Return the membership under a split by group.

    Args:
        without: Ids of images to leave out, beside excluded ones.

    Raises:
        UsageError: The share is out of range.
    """
    rows = [s for s in source.groups.images() if s.mark != "drop" and s.id not in without]
    groups = source.groups.numbers(rows, with_duplicates=True)
    names = sorted({s.new_label or s.label for s in rows})
    place = {name: i for i, name in enumerate(names)}
    labels = np.array([place[s.new_label or s.label] for s in rows], np.int32)
    fixed = np.array([s.split == "test" for s in rows], np.bool_)
    today = np.array([s.split == "validation" for s in rows], np.bool_)
    # A group that touches the test folder belongs there, or it would be in two splits.
    held = np.isin(groups, groups[fixed])
    pool = ~held
    share = rule.share
    if share is None:
        some = int(today.sum())
        share = some / max(1, int((~fixed).sum())) if some else SHARE
    if not 0 < share < 1:
        raise UsageError(f"the share {share:g} is not between 0 and 1", "0.2 is a fifth.")
    if rule.seed < 0:
        raise UsageError(f"the seed {rule.seed} is below 0", "Any number from 0 on is a seed.")
    chosen = np.zeros(len(rows), np.bool_)
    chosen[pool] = split_by_group(
        groups[pool], labels[pool], share, seed=rule.seed,
        today=today[pool] if rule.fewest_moves else None,
    )  # fmt: skip
    training = tuple(s.path for s, c, h in zip(rows, chosen, held, strict=True) if not c and not h)
    validation = tuple(s.path for s, c in zip(rows, chosen, strict=True) if c)
    test = tuple(s.path for s, h in zip(rows, held, strict=True) if h)
    return Membership(rule, training, validation, {TEST: test} if test else {})
