"""The sentences of the map."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from inspector.app.map.colouring import ColourBy
from inspector.project.diagnosis.image_map import MapData

MIXED_FROM, APART_BELOW = 0.9, 0.6


@dataclass(frozen=True, slots=True)
class MapState:
    """The content of the page.

    Attributes:
        data: The map; None before it is computed.
        suspects: Ids of suspected label errors.
        duplicates: Ids of images in clusters.
        missing: Number of images without an embedding.
        seconds: Estimated time to compute them.
    """

    data: MapData | None
    suspects: frozenset[int]
    duplicates: frozenset[int]
    missing: int
    images: int
    seconds: float


def sentences(state: MapState, data: MapData, by: ColourBy) -> tuple[str, str, str]:
    """Return a headline, an explanation of the colours, and the legend."""
    n = len(data.samples)
    match by:
        case ColourBy.SPLIT:
            legend = "  ".join(
                f"{name or 'no split'} {count:,}"
                for name, count in data.samples.text("split").counts().most_common()
            )
            return (*_split_sentences(data), legend)
        case ColourBy.CLASS:
            return (*_class_sentences(data), f"{len(data.classes)} classes, named on the map")
        case ColourBy.LABEL_ERRORS:
            shown = len(state.suspects)
            return (
                _count(len(data.among_others()), "lies", "lie", " within another class"),
                "Their labels may be wrong, or their class is hard to recognise: see Labels.",
                f"suspected label errors {shown:,} · other {n - shown:,}",
            )
        case ColourBy.CLUSTERS:
            shown = len(state.duplicates)
            return (
                _count(shown, "has a near-duplicate", "have a near-duplicate"),
                "Near-duplicates are close together, but pixels decide, not the map.",
                f"near-duplicates {shown:,} · other {n - shown:,}",
            )


def _count(count: int, one: str, many: str, rest: str = "") -> str:
    return f"1 image {one}{rest}." if count == 1 else f"{count:,} images {many}{rest}."


def _split_sentences(data: MapData) -> tuple[str, str]:
    if len(data.split_names) < 2:
        return f"{len(data.samples):,} images, one split.", "Colour by class to see overlaps."
    if data.near is None:
        return "Splits on the map", "Searching for neighbours…"
    mixing = data.near.split_mixing
    rate = f"Neighbours are in another split {mixing:.2f} times as often as by chance."
    if mixing >= MIXED_FROM:
        return "The splits cover the same regions.", rate
    rate += " Overview says whether that matters."
    if mixing >= APART_BELOW:
        return "Neighbours share their split more often than by chance.", rate
    return "The splits are separate in some regions.", rate


def _class_sentences(data: MapData) -> tuple[str, str]:
    if data.near is None:
        return "Classes on the map", "Searching for neighbours…"
    pairs: Counter[tuple[str, str]] = Counter()
    for row in np.flatnonzero(data.near.other_class >= 0).tolist():
        a = data.classes[int(data.labels[row])]
        b = data.classes[int(data.near.other_class[row])]
        pairs[min(a, b), max(a, b)] += 1
    if not pairs:
        return "The classes are separate.", "No image lies within another class."
    (a, b), count = pairs.most_common(1)[0]
    return (
        f"{a} and {b} overlap most.",
        f"{_count(count, 'of one lies', 'of one lie')[:-1]} among the other. Overlapping classes"
        " are hard for the embedding to separate; a model that you train may do better.",
    )
