"""The files of an export, and those it leaves out."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

from inspector.dataset.names import NO_GROUP, NO_LABEL, NO_SPLIT, Group, Label, RelativePath, Split

_HASH_BYTES = 32


class Item(NamedTuple):
    """One file of an export; paths are relative with "/", `reason` tells what changed.

    Attributes:
        sha256: b"" where unknown.
        was: Split and class before the export.
        group: Group, such as a patient; "" for none.
        width: Upright width in px; 0 where unknown, as for `height`.
    """

    source: RelativePath
    target: RelativePath
    size: int
    sha256: bytes
    split: Split
    label: Label
    reason: str
    was: tuple[Split, Label] = (NO_SPLIT, NO_LABEL)
    group: Group = NO_GROUP
    width: int = 0
    height: int = 0


class ItemPlace(NamedTuple):
    """What the files of one split, class and group have in common; as in `Item`."""

    split: Split
    label: Label
    reason: str
    was: tuple[Split, Label]
    group: Group


class ItemTable(Sequence[Item]):
    """Files in columns, each `Item` built on access: a plan of a million files is kept for long.

    Attributes:
        sources: Source of each file.
        targets: Target of each file.
        places: Place of each file; equal ones are one object.
        sizes: Bytes of each file.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        self.sources: list[RelativePath] = []
        self.targets: list[RelativePath] = []
        self.places: list[ItemPlace] = []
        self.sizes = array("q")
        self._pixels = array("q")
        self._hashes, self._hashed = bytearray(), bytearray()
        known: dict[ItemPlace, ItemPlace] = {}
        for item in items:
            self.sources.append(item.source)
            self.targets.append(item.target)
            place = ItemPlace(item.split, item.label, item.reason, item.was, item.group)
            self.places.append(known.setdefault(place, place))
            self.sizes.append(item.size)
            self._pixels.extend((item.width, item.height))
            self._hashes += item.sha256 or bytes(_HASH_BYTES)
            self._hashed.append(bool(item.sha256))

    def __len__(self) -> int:
        return len(self.sources)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | list[Item]:
        if isinstance(index, slice):
            return [self._item(row) for row in range(*index.indices(len(self)))]
        return self._item(range(len(self))[index])

    def __iter__(self) -> Iterator[Item]:
        return map(self._item, range(len(self)))

    def _item(self, row: int) -> Item:
        split, label, reason, was, group = self.places[row]
        digest = self._hashes[_HASH_BYTES * row : _HASH_BYTES * (row + 1)]
        return Item(
            self.sources[row], self.targets[row], self.sizes[row],
            bytes(digest) if self._hashed[row] else b"", split, label, reason, was, group,
            self._pixels[2 * row], self._pixels[2 * row + 1],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One file that an export leaves out, with the reason."""

    source: RelativePath
    size: int
    split: Split
    label: Label
    reason: str
