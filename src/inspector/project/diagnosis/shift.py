"""Simple properties that tell the folders apart, with images at the extremes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.audit.diagnosis import Histogram, Property
from inspector.audit.properties import one_hot
from inspector.store.samples import Sample

Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]
PAIRS = 3
# Number of images per folder in the list behind a property.
LISTED = 60


@dataclass(frozen=True, slots=True)
class PropertyShift:
    """A property in which the folders differ.

    Attributes:
        pairs: A training image at its folder's end, and a folder image at the other end.
        extremes: The images at those ends, training first, most extreme first.
    """

    property: Property
    pairs: tuple[tuple[Sample, Sample], ...]
    extremes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """All properties in which the folders differ, clearest first.

    Attributes:
        folder: The split compared with training: "validation" or "test".
        tested: Number of compared properties, including those that don't differ.
    """

    folder: str
    tested: int
    shifts: tuple[PropertyShift, ...]

    @property
    def title(self) -> str:
        """Return the properties that differ as a title, at most four names."""
        names = [one.property.name for one in self.shifts]
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""
        return f"Your folders differ in {', '.join(names[:4])}{more}"


def columns(rows: list[Sample], records: NDArray[np.void]) -> dict[str, Doubles]:
    """Return the simple properties of images, without those that are equal for all.

    Args:
        rows: The images.
        records: Their fingerprints, for the colours.
    """
    pixels = np.array([max(1, s.width * s.height) for s in rows], np.float64)
    chroma = np.empty((len(rows), 2))
    for i in range(0, len(rows), 1024):
        chroma[i : i + 1024] = records["colour"][i : i + 1024, :, :, 1:].mean(axis=(1, 2))
    columns_by_name = {
        "brightness": np.array([s.brightness for s in rows], np.float64),
        "contrast": np.array([s.contrast for s in rows], np.float64),
        "sharpness": np.array([s.sharpness for s in rows], np.float64),
        "redness": chroma[:, 0],
        "blueness": chroma[:, 1],
        "width": np.array([s.width for s in rows], np.float64),
        "height": np.array([s.height for s in rows], np.float64),
        "bytes per pixel": np.array([s.size for s in rows], np.float64) / pixels,
        "EXIF camera": np.array([bool(s.camera) for s in rows], np.float64),
        **one_hot("format", [s.format for s in rows]),
        **one_hot("colour mode", [s.mode for s in rows]),
        **one_hot("camera", [s.camera or None for s in rows]),
    }
    return {
        name: values
        for name, values in columns_by_name.items()
        if np.nanmin(values) < np.nanmax(values)
    }


def from_json(document: dict[str, Any]) -> tuple[Property, ...]:
    """Return the properties of a stored diagnosis."""
    return tuple(
        Property(**{**one, "histogram": Histogram(**{k: tuple(v) for k, v in shape.items()})})
        for one in document.get("properties", ())
        for shape in (one["histogram"],)
    )


def at_the_extremes(
    one: Property, values: Doubles, rows: list[Sample], training: Mask, folder: Mask
) -> PropertyShift:
    """Return a property with the images that show it best."""
    sign = 1.0 if (one.auc or 0.0) >= 0.5 else -1.0
    known = np.isfinite(values)
    low = _ranked(sign * values, training & known)
    high = _ranked(-sign * values, folder & known)
    pairs = tuple((rows[a], rows[b]) for a, b in zip(low[:PAIRS], high[:PAIRS], strict=False))
    return PropertyShift(one, pairs, tuple(rows[i].id for i in (*low[:LISTED], *high[:LISTED])))


def _ranked(values: Doubles, side: Mask) -> list[int]:
    places = np.flatnonzero(side)
    ranked: list[int] = places[np.argsort(values[places], kind="stable")].tolist()
    return ranked
