"""Membership under a split that keeps groups together."""

from collections.abc import Collection
from itertools import compress

import numpy as np

from inspector.dataset.names import TEST, VALIDATION
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
    rows = source.groups.images().included()
    if without:
        rows = rows.where(~np.isin(rows.ids, list(without)))
    groups = source.groups.numbers(rows, with_duplicates=True)
    labels = rows.labels().sorted().codes
    fixed, today = (rows.text("split").equals(name) for name in (TEST, VALIDATION))
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
    training, validation, test = (
        tuple(compress(rows.paths, mask.tolist())) for mask in (~chosen & ~held, chosen, held)
    )
    return Membership(rule, training, validation, {TEST: test} if test else {})
