"""Grouping proposals with the evidence of the images: off until a person accepts them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from inspector.audit.intervals import wilson
from inspector.dataset.groups import Agreement, Proposal, Provenance, SmallPictures, agreement

# "Looks right" needs images of a group to look alike in more than this share of pairs, with 95 %
# confidence, where chance gives 0.1. Source: 0.42 for the true groups of augmented MRI slices (0.36
# at the low end of the CI), 0.98 for bursts of the demo; about 0.1 for batches of downloads.
MIN_ALIKE = 0.3
MAX_COMPARED = 5_000
"""Images among which the most similar pairs across groups are looked for; of more, a sample."""

# A rule with a group above this share of a class names a batch or a source, not a group.
MAX_CLASS_SHARE = 0.1


class GroupEvidence(StrEnum):
    """What the images say about a proposal."""

    LOOKS_RIGHT = "looks right"
    NOT_SURE = "not sure"
    CHANCE = "no better than chance"


class ProposalState(StrEnum):
    """What a person said about a proposal; nothing is enabled that nobody accepted."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class GroupingProposal:
    """A proposal with what a person needs to judge it.

    Attributes:
        agreement: How often images of one group look alike.
        low: Lower end of the 95 % CI of that share (Wilson).
        enabled: True if its groups count now.
        largest: Members of its largest group.
        class_share: Largest share of a class that one group holds, 0 to 1.
        spanning: Number of groups with several classes.
    """

    proposal: Proposal
    agreement: Agreement
    low: float
    state: ProposalState
    enabled: bool
    count: int
    covered: int
    largest: int
    class_share: float
    spanning: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % CI of the share of pairs that look alike (Wilson)."""
        return wilson(self.agreement.alike, self.agreement.pairs)

    @property
    def evidence(self) -> GroupEvidence:
        """Whether to suggest it: agreement far above chance, and no group that is a batch."""
        if not self.agreement.pairs or self.low <= self.agreement.by_chance:
            return GroupEvidence.CHANCE
        if self.low > MIN_ALIKE and self.class_share <= MAX_CLASS_SHARE:
            return GroupEvidence.LOOKS_RIGHT
        return GroupEvidence.NOT_SURE

    @property
    def text(self) -> str:
        """The evidence as text."""
        shown = self.agreement
        text = (
            f"Images of one group look alike in {shown.share:.0%} of {shown.pairs} pairs; random"
            f" images of the class in {shown.by_chance:.0%}."
        )
        if self.class_share > MAX_CLASS_SHARE:
            text += (
                f" One group holds {self.class_share:.0%} of a class: that is rather a batch than"
                " a patient or a burst."
            )
        return text


def weigh(
    proposal: Proposal,
    pictures: SmallPictures,
    labels: Sequence[str],
    *,
    accepted: bool | None,
) -> GroupingProposal:
    """Return a proposal with its evidence.

    Args:
        pictures: Returns small images of positions among the proposal's keys.
        labels: (n,) classes in the order of these keys.
        accepted: What a person said about it; None for nothing.
    """
    alike = agreement(proposal, pictures, labels)
    groups = list(proposal.groups.values())
    state = ProposalState.OPEN
    if accepted is not None:
        state = ProposalState.ACCEPTED if accepted else ProposalState.DISMISSED
    # The group column of a manifest is no proposal: the user wrote it.
    stated = proposal.provenance is Provenance.MANIFEST and accepted is None
    sizes = Counter(labels)
    return GroupingProposal(
        proposal, alike, wilson(alike.alike, alike.pairs)[0], state, stated or accepted is True,
        len(groups), sum(map(len, groups)), max(map(len, groups), default=0),
        max((_class_share([labels[i] for i in g], sizes) for g in groups), default=0.0),
        sum(len({labels[i] for i in members}) > 1 for members in groups),
    )  # fmt: skip


def boundary_pairs(
    proposal: Proposal, pictures: SmallPictures, count: int
) -> list[tuple[int, int, bool]]:
    """Return positions of pairs to judge: half within groups, half across them, shuffled.

    Within groups the least similar pairs of a sample, across groups the most similar ones among
    `MAX_COMPARED` images.

    Args:
        pictures: Returns (k, d) small images of positions among the proposal's keys.
        count: Maximum number of pairs.

    Returns:
        Pairs (a, b, whether the proposal holds them together).
    """
    images = len(proposal.keys)
    rng = np.random.default_rng(images)
    members = list(proposal.groups.values())
    drawn = [
        rng.choice(members[position], 2, replace=False).tolist()
        for position in rng.permutation(len(members))[: 10 * count].tolist()
    ]
    asking = rng.permutation(images)[: 20 * count]
    compared = np.arange(images)
    if images > MAX_COMPARED:
        compared = np.sort(np.random.default_rng(0).choice(images, MAX_COMPARED, replace=False))
    used = np.unique(np.concatenate([np.array(drawn, np.int64).ravel(), asking, compared]))
    small = pictures(used)
    row = {position: i for i, position in enumerate(used.tolist())}
    inside = [
        (float(np.abs(small[row[one]] - small[row[two]]).mean()), one, two) for one, two in drawn
    ]
    others = small[np.searchsorted(used, compared)]
    across = []
    for one in asking.tolist():
        distance = np.abs(others - small[row[one]]).mean(axis=1)
        key = proposal.keys[one]
        for at in np.argsort(distance)[:12].tolist():
            two = int(compared[at])
            if two != one and (not key or proposal.keys[two] != key):
                across.append((float(distance[at]), one, two))
                break
    half = count // 2
    chosen = [(a, b, True) for _, a, b in sorted(inside, reverse=True)[:half]]
    # Two images that are nearest to each other are one pair.
    once = {(min(a, b), max(a, b)): (a, b, False) for _, a, b in sorted(across, reverse=True)}
    chosen += list(once.values())[::-1][:half]
    # Shuffled: a person who knew the rule's answer would repeat it.
    order = rng.permutation(len(chosen)).tolist()
    return [chosen[i] for i in order]


def _class_share(labels: Sequence[str], sizes: Mapping[str, int]) -> float:
    """Return the largest share of a class that one group holds."""
    return max(count / sizes[label] for label, count in Counter(labels).items())
