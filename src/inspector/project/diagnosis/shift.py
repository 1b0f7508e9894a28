"""Simple properties that tell the folders apart, with images at the extremes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.audit.diagnosis import Histogram, Property
from inspector.audit.properties import one_hot
from inspector.store.sample_table import SampleTable
from inspector.store.samples import Sample

Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]
PAIRS = 3
COLOURS = ("redness", "blueness")
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


def mean_colours(records: NDArray[np.void]) -> NDArray[np.float64]:
    """Return the redness and the blueness (n, 2) of records of `FINGERPRINT`."""
    colours: Doubles = records["colour"][:, :, :, 1:].mean(axis=(1, 2))
    return colours


def columns(rows: SampleTable, colours: Doubles | None) -> dict[str, Doubles]:
    """Return the simple properties of images, without those that are equal for all.

    Args:
        rows: The images.
        colours: (n, 2) of `mean_colours`; None to leave out `COLOURS`.
    """
    width, height, size = (
        rows.number(name).astype(np.float64) for name in ("width", "height", "size")
    )
    camera = rows.text("camera")
    columns_by_name = {
        **{name: rows.measure(name) for name in ("brightness", "contrast", "sharpness")},
        **({} if colours is None else dict(zip(COLOURS, colours.T, strict=True))),
        "width": width,
        "height": height,
        "bytes per pixel": size / np.maximum(1, width * height),
        "EXIF camera": (~camera.equals("")).astype(np.float64),
        **one_hot("format", rows.text("format").values, rows.text("format").codes),
        **one_hot("colour mode", rows.text("mode").values, rows.text("mode").codes),
        **one_hot("camera", camera.values, camera.codes, unknown=""),
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
    one: Property, values: Doubles, rows: SampleTable, training: Mask, folder: Mask
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
