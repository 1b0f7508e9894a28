"""What an export does with each file of a dataset."""

from dataclasses import dataclass

from inspector.dataset.names import NO_GROUP, NO_LABEL, NO_SPLIT, Group, Label, RelativePath, Split


@dataclass(frozen=True, slots=True)
class Item:
    """One file of an export: paths are relative, with "/"; `reason` says what changed.

    Attributes:
        was: Split and class before.
        group: What it belongs to, such as a patient; "" where it stands alone.
        width: Upright, in pixels; 0 where it is not known, as `height`.
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
    """One file that an export leaves out, and why."""

    source: RelativePath
    size: int
    split: Split
    label: Label
    reason: str
