"""Input and output of a replay of another library's split, and why one can't be replayed."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inspector.errors import UsageError

Indices = NDArray[np.int64]
Keys = NDArray[np.int64] | NDArray[np.str_]

PART_NAMES = ("training", "validation", "test")
SAVE_LIST = (
    "Save the paths of each split to a CSV in the script, and open that list here: it is exact."
)


class ReplayGap(StrEnum):
    """Why a split is not determined by the code and the files."""

    NO_SEED = "no seed"
    GENERATOR_USED = "generator used by other calls"
    UNSORTED_LISTING = "unsorted listing"
    RELEASE = "release of the library"
    UNSUPPORTED = "unsupported argument"


class UnreplayableError(UsageError):
    """A split that can't be replayed, whatever is known about the files.

    Args:
        reason: Kind of the missing fact.
        message: What is missing, in one sentence without its full stop.
        advice: What to do instead; by default, save the list.
    """

    def __init__(self, reason: ReplayGap, message: str, advice: str = SAVE_LIST) -> None:
        super().__init__(message, advice)
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.reason, self.message, self.advice)


class Assumption(StrEnum):
    """What must hold for a replay to be exact and can't be checked on the files."""

    FRESH_GENERATOR = "nothing else drew from the generator between its seed and the split"
    DISK_ORDER = "the script read the same copy of the folder, which this library does not sort"
    SORTED_LISTING = "the script sorted all image files by path before the split"
    SAME_NUMPY = "the script ran under the same numpy on the same kind of processor"
    PREPARED_ORDER = "the items are in the order of the prepared dataset"
    EMPTY_TARGET = "the target folder was empty before the split"


@dataclass(frozen=True, slots=True)
class Items:
    """Listed items of a dataset, in the order in which the library reads them.

    Attributes:
        paths: Path of each item, with "/"; relative to `root` if given.
        labels: (n,) class of each item, int64 or str; None where unknown.
        groups: (n,) group of each item, int64 or str; None where unknown.
        root: Folder that the paths start from, as named by the script.
        class_folders: All class folders, even without files, where that matters; else empty.
        assumptions: Assumptions of the listing.
    """

    paths: tuple[str, ...]
    labels: Keys | None = None
    groups: Keys | None = None
    root: str = ""
    class_folders: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    def __post_init__(self) -> None:
        """Check the lengths of labels and groups.

        Raises:
            UsageError: There is not exactly one label, or group, per item.
        """
        for name, keys in (("labels", self.labels), ("groups", self.groups)):
            if keys is not None and len(keys) != len(self.paths):
                raise UsageError(
                    f"{len(keys)} {name} are given for {len(self.paths)} items",
                    "Give one per item, in the order of the items.",
                )

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.paths)

    def take(self, indices: Indices) -> "Items":
        """Return some of the items: what the second of two successive splits reads."""
        return Items(
            tuple(self.paths[i] for i in indices.tolist()),
            None if self.labels is None else self.labels[indices],
            None if self.groups is None else self.groups[indices],
            self.root,
            self.class_folders,
            self.assumptions,
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a split.

    Attributes:
        name: "training", "validation", "test" by position where the library gives no name.
        indices: (m,) int64 positions in the items, in the library's order.
    """

    name: str
    indices: Indices


@dataclass(frozen=True, slots=True)
class ReplayedSplit:
    """The parts of a split in the order in which the library returns them.

    Attributes:
        parts: Disjoint; items may be in none of them.
        assumptions: What must hold for this to be exact.
    """

    parts: tuple[Part, ...]
    assumptions: tuple[Assumption, ...] = ()

    def part(self, name: str) -> Indices:
        """Return the indices of a part; empty where there is no such part."""
        for part in self.parts:
            if part.name == name:
                return part.indices
        return np.zeros(0, np.int64)


def split_of(items: Items, *parts: Indices, assumptions: tuple[Assumption, ...] = ()) -> (
    ReplayedSplit
):  # fmt: skip
    """Name parts by position, and add the assumptions of the listing."""
    names = (*PART_NAMES, *(f"part {i}" for i in range(len(PART_NAMES) + 1, len(parts) + 1)))
    return ReplayedSplit(
        tuple(
            Part(name, np.asarray(part, np.int64))
            for name, part in zip(names[: len(parts)], parts, strict=True)
        ),
        tuple(dict.fromkeys((*items.assumptions, *assumptions))),
    )


def labels_of(items: Items) -> Keys:
    """Return the labels.

    Raises:
        UsageError: They are unknown.
    """
    if items.labels is None:
        raise UsageError(
            "a stratified split needs the class of each item", "Name the column of classes."
        )
    return items.labels


def groups_of(items: Items) -> Keys:
    """Return the groups.

    Raises:
        UsageError: They are unknown.
    """
    if items.groups is None:
        raise UsageError(
            "a split by group needs the group of each item",
            "Confirm a grouping rule on the page Groups, or name the column of groups.",
        )
    return items.groups
