"""One tile of the gallery as a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """What is painted and spoken of one sample; `mark` is "", "keep" or "drop"."""

    id: int
    name: str
    split: str
    label: str
    neighbours: int
    mark: str
    new_label: str
    status: str
    spoken: str
