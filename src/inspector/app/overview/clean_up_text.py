"""The texts of the clean-up dialog: pairs, choices and its button."""

from enum import Enum

from inspector.app.widgets.pairs.pair_grid import PairTile
from inspector.app.widgets.pairs.pair_kinds import KIND_NAMES
from inspector.project.export.clean_up_plan import CleanUpPlan
from inspector.project.review.copies import CopyPair
from inspector.project.review.duplicates import PairKind


class PairFilter(Enum):
    """Which pairs are shown."""

    ALL = "All"
    IDENTICAL = "Identical"
    FLIPPED = "Flipped"
    NEAR = "Near"
    TWO_LABELS = "Two labels"

    def matches(self, pair: CopyPair) -> bool:
        """Return whether a pair passes the filter."""
        match self:
            case PairFilter.ALL:
                return True
            case PairFilter.IDENTICAL:
                return pair.identical and not pair.two_labels
            case PairFilter.FLIPPED:
                return pair.kind is PairKind.TRANSFORMED and not pair.two_labels
            case PairFilter.NEAR:
                return pair.kind is PairKind.NEAR and not pair.two_labels
            case PairFilter.TWO_LABELS:
                return pair.two_labels


CHIPS = tuple(PairFilter)


def tile_of(pair: CopyPair, *, ticks: bool = True) -> PairTile:
    """Return a pair as a tile, with the image that stays at the left.

    Args:
        pair: The pair.
        ticks: True to show whether the copy is excluded.
    """
    note = ""
    if pair.two_labels:
        labels = (s.new_label or s.label for s in (pair.keeper, pair.excluded))
        note = " | ".join(labels)
    elif ticks and pair.certain and not pair.ticked:
        note = "kept: not duplicates"
    return PairTile(
        pair.excluded.id, pair.keeper.id, pair.excluded.id, pair.splits,
        f"{KIND_NAMES[pair.kind]}  {pair.similarity:.2f}", note, pair.two_labels,
        pair.ticked if ticks else None,
        f"{pair.excluded.path} is a copy of {pair.keeper.path}",
    )  # fmt: skip


def action_text(plan: CleanUpPlan) -> str:
    """Return the text of the button, with the exact number."""
    count = len(plan.excluded)
    if plan.resplit is not None:
        moves = f"Move {_images(len(plan.moves))}"
        return f"{moves}, exclude {count:,}" if count else moves
    splits = {pair.splits[1] for pair in plan.excluded}
    split = f"{next(iter(splits))} " if len(splits) == 1 else ""
    if count:
        return f"Exclude {count:,} {split}image{'s' * (count != 1)}"
    failed = len(plan.unreadable)
    if failed:
        return f"Exclude {failed:,} unreadable file{'s' * (failed != 1)}"
    return f"Keep {len(plan.unticked):,} pairs" if plan.unticked else "Nothing to exclude"


def price_text(name: str, price: CleanUpPlan | str) -> tuple[str, bool]:
    """Return what a choice costs in one line, and whether that is harmful."""
    if isinstance(price, str):
        return price, True
    if price.obstacles:
        text = price.obstacles[0]
        return f"{text[:1].upper()}{text[1:]}", True
    if name == "resplit":
        return f"{_images(len(price.moves))} change their split", False
    if name == "evaluation":
        for split in ("test", "validation"):
            before, after = price.images(split)
            if before != after:
                return f"{split.title()} would shrink from {before:,} to {after:,}", True
    gone = {pair.splits[1] for pair in price.excluded}
    split = f"{next(iter(gone))} " if len(gone) == 1 else ""
    count = len(price.excluded)
    return f"-{count:,} {split}image{'s' * (count != 1)}", False


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"
