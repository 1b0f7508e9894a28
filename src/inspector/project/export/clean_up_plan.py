"""Plan a clean-up: what it would exclude, move and lock, and what stands in the way."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inspector.project.review.copies import CopyChoice, CopyPair, CopyPairs
from inspector.project.review.duplicates import DuplicateIndex, PairKind
from inspector.project.review.gallery_query import split_place
from inspector.project.review.near_precision import NearPrecision
from inspector.project.splits.split_rules import Membership, Rule, RuleKind
from inspector.store.samples import Sample

Balance = dict[tuple[str, str], tuple[int, int]]


SEEDED_RULES = (RuleKind.KERAS, RuleKind.CODE, RuleKind.REPLAY)


TEST_SPLITS = ("test", "test folder")


@dataclass(frozen=True, slots=True)
class CleanUpChoice:
    """The user's choices for a clean-up.

    Attributes:
        copies: Which copies to exclude.
        resplit: Move images so that near-duplicates and groups stay in one split.
        share: Validation share of a new split; None for the current one.
        seed: Seed of a new split.
        lock: Lock the split first; None to do so if the split depends on a seed.
        unreadable: Exclude unreadable files.
    """

    copies: CopyChoice = field(default_factory=CopyChoice)
    resplit: bool = False
    share: float | None = None
    seed: int = 0
    lock: bool | None = None
    unreadable: bool = True


@dataclass(frozen=True, slots=True)
class CleanUpPlan:
    """What a clean-up would do.

    Attributes:
        target: Where to export afterwards; None for no export.
        copies: Every pair that can be ticked, least similar first, and those kept by hand.
        unticked: Certain pairs that the user unticked: no duplicates.
        split_rule: The current rule.
        unreadable: Unreadable files to exclude.
        balance: Number of images by (split, class) before and after.
        leaked: Evaluation images with a near-duplicate in training, before and after.
        both: Number of files that the split rule puts into training and into validation.
        resplit: The new split; None to keep the current one.
        moves: Moved images, as path, from and to.
        lock: True if the current split is locked first, into `lock_file` if there is one.
        beside: The report and the code beside the target.
        obstacles: What forbids the clean-up, as text; nothing is done while there is one.
        notes: What else to know.
        precision: What is known about near pairs.
        basis: What the plan depends on: decisions, files, threshold, split rule and groups.
    """

    choice: CleanUpChoice
    target: Path | None
    copies: CopyPairs
    unticked: tuple[CopyPair, ...]
    split_rule: Rule
    unreadable: tuple[Sample, ...]
    balance: Balance
    leaked: tuple[int, int]
    both: int
    resplit: Membership | None
    moves: tuple[dict[str, str], ...]
    lock: bool
    lock_file: Path | None
    beside: tuple[Path, ...]
    obstacles: tuple[str, ...]
    notes: tuple[str, ...]
    precision: NearPrecision
    basis: tuple[object, ...]

    @property
    def excluded(self) -> tuple[CopyPair, ...]:
        """The pairs whose copy is excluded."""
        return self.copies.ticked

    @property
    def drops(self) -> tuple[tuple[str, str], ...]:
        """Excluded copies as (path, path of the image that stays), ordered by path."""
        return tuple(sorted((p.excluded.path, p.keeper.path) for p in self.excluded))

    def images(self, split: str) -> tuple[int, int]:
        """Count the images of a split before and after."""
        rows = [counts for (name, _), counts in self.balance.items() if name == split]
        return sum(before for before, _ in rows), sum(after for _, after in rows)

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits of the balance, training first."""
        return tuple(dict.fromkeys(split for split, _ in self.balance))


def unticked_pairs(copies: CopyPairs) -> tuple[CopyPair, ...]:
    """Return the certain pairs that the user unticked."""
    return tuple(pair for pair in copies.pairs if pair.certain and not pair.ticked)


def count_balance(
    index: DuplicateIndex, before: Mapping[int, str], after: Mapping[int, str], gone: set[int]
) -> Balance:
    """Count images by (split, class) before and after, training first."""
    standing = [s for s in index.samples.values() if s.mark != "drop"]
    one = Counter((before[s.id], s.new_label or s.label) for s in standing if s.id in before)
    two = Counter(
        (after[s.id], s.new_label or s.label)
        for s in standing
        if s.id in after and s.id not in gone
    )
    keys = sorted(one | two, key=lambda key: (split_place(key[0]), key))
    return {key: (one[key], two[key]) for key in keys}


def obstacles_of(
    balance: Balance, copies: CopyPairs, resplit: Membership | None
) -> tuple[str, ...]:
    """Return what forbids a clean-up, in words: an empty split or class, a grown test set."""
    return (*_emptied(balance, copies), *_growth(balance, resplit))


def _emptied(balance: Balance, copies: CopyPairs) -> list[str]:
    """Return which splits, and which classes of a split, would be left without images."""
    facts: list[str] = []
    for split in dict.fromkeys(split for split, _ in balance):
        rows = {label: counts for (name, label), counts in balance.items() if name == split}
        emptied = [label for label, (before, after) in rows.items() if before and not after]
        if emptied and len(emptied) == sum(before > 0 for before, _ in rows.values()):
            total = sum(before for before, _ in rows.values())
            facts.append(f"no image would be left in {split}: {_why(copies, split, None, total)}")
            continue
        for label in emptied:
            why = _why(copies, split, label, rows[label][0])
            facts.append(f"no image of {label} would be left in {split}: {why}")
    return facts


def _why(copies: CopyPairs, split: str, label: str | None, count: int) -> str:
    going = [
        p for p in copies.ticked
        if p.splits[1] == split and label in (None, p.excluded.new_label or p.excluded.label)
    ]  # fmt: skip
    if not going:
        return "groups and near-duplicates tie its images to other splits"
    whose = " and ".join(sorted({p.splits[0] for p in going}))
    share = "all" if len(going) == count else f"{len(going):,} of"
    return f"{share} {count:,} are copies of {whose} images"


def _growth(balance: Balance, resplit: Membership | None) -> list[str]:
    """Return how a new split would grow the test set, or leave a split without images."""
    if resplit is None:
        return []
    facts = []
    tested = [counts for (split, _), counts in balance.items() if split in TEST_SPLITS]
    before, after = sum(b for b, _ in tested), sum(a for _, a in tested)
    if after > before:
        others = "1 image shares" if after - before == 1 else f"{after - before:,} images share"
        facts.append(
            f"the test set would grow from {before:,} to {after:,} images: {others} a group with a"
            " test image, or look like one and are not excluded"
        )
    for name, side in (("training", resplit.training), ("validation", resplit.validation)):
        if not side and not any(split == name and b for (split, _), (b, _) in balance.items()):
            facts.append(
                f"no split by group is possible: {name} would hold no image, as groups and"
                " near-duplicates tie all images of a class together"
            )
    return facts


def notes_of(
    copies: CopyPairs, split_of: Mapping[int, str], both: int, *, lock: bool, rule: Rule
) -> tuple[str, ...]:
    """Return what else a user should know about a clean-up, in sentences."""
    notes = []
    if len({*split_of.values()}) < 2:
        notes.append(
            "This dataset has no splits, so nothing is a copy across splits. Say how your code"
            " splits, or make a new split by group."
        )
    if both:
        files = "1 file is" if both == 1 else f"{both:,} files are"
        notes.append(
            f"{files} in training and in validation by your code: only a change to the code can"
            " fix that."
        )
    left = [p for p in copies.pairs if not p.ticked]
    unsure = Counter(p.kind for p in left if not p.two_labels and not p.certain)
    if near := unsure[PairKind.NEAR]:
        stay = "near pair stays" if near == 1 else "near pairs stay"
        notes.append(f"{near:,} {stay}: not certain enough to be excluded without being asked for.")
    if turned := unsure[PairKind.TRANSFORMED]:
        stay = "flipped or rotated pair stays" if turned == 1 else "flipped or rotated pairs stay"
        notes.append(f"{turned:,} {stay}: they are excluded only where you ask for it.")
    if two := sum(p.two_labels for p in left):
        pairs = "1 pair has" if two == 1 else f"{two:,} pairs have"
        notes.append(f"{pairs} two labels and stay: only you can tell which label is right.")
    if copies.by_hand:
        notes.append(f"{len(copies.by_hand):,} copies stay because you decided to keep them.")
    if copies.ticked and not lock and rule.kind in SEEDED_RULES:
        notes.append(
            "The split is not locked: without the copies the same seed selects other validation"
            " images."
        )
    return tuple(notes)


def locks_first(choice: CleanUpChoice, rule: Rule) -> bool:
    """Tell whether the split is locked first: as chosen, by default where a seed draws it."""
    return rule.kind in SEEDED_RULES if choice.lock is None else choice.lock


def of_test(copies: CopyPairs) -> CopyPairs:
    """Return only the copies of test images: a split by group keeps the others together."""
    return CopyPairs(tuple(p for p in copies.pairs if p.splits[0] in TEST_SPLITS), copies.by_hand)
