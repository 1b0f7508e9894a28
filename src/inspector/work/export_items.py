"""The files of an export, and those it leaves out."""

from dataclasses import dataclass

from inspector.dataset.names import NO_GROUP, NO_LABEL, NO_SPLIT, Group, Label, RelativePath, Split


@dataclass(frozen=True, slots=True)
class Item:
    """One file of an export; paths are relative with "/", `reason` tells what changed.

    Attributes:
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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One file that an export leaves out, with the reason."""

    source: RelativePath
    size: int
    split: Split
    label: Label
    reason: str
