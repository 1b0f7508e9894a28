"""The probes of a search for shortcuts, built from known facts about each image."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from inspector.audit.descriptors import describe, reduce
from inspector.audit.shortcuts.features import FeatureBlock, block, without_centre
from inspector.audit.shortcuts.marks import Marks, repetition
from inspector.audit.shortcuts.search import Probe, ProbeName
from inspector.dataset.names import Label, RelativePath

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_MOST_VALUES = 12
_COMPONENTS = 64
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")
_CAPTURED = "%Y-%m-%d %H:%M:%S"
_BLOCKS = {
    ProbeName.BORDER: FeatureBlock.BORDER,
    ProbeName.BACKGROUND: FeatureBlock.BACKGROUND,
    ProbeName.COLOUR: FeatureBlock.COLOUR,
    ProbeName.DETAIL: FeatureBlock.DETAIL,
    ProbeName.OVERLAY: FeatureBlock.OVERLAY,
}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Facts about an image file beside its pixels.

    Attributes:
        path: Relative to the dataset.
        label: Class.
        bytes: File size.
        captured: EXIF time, "YYYY-MM-DD HH:MM:SS", or "".
    """

    path: RelativePath
    label: Label
    bytes: int
    width: int
    height: int
    format: str
    mode: str
    camera: str
    captured: str
    sharpness: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Measured values of images, one row per image.

    Attributes:
        surroundings: (n, VALUES) as of `measure_surroundings`; NaN without a thumbnail.
        marks: (n, PLACES, HEIGHT, WIDTH) as of `measure_marks`.
        compression: (n, 2) mean JPEG quantisation; NaN for other formats.
        around: (n, 64) as of `around_centre`.
    """

    surroundings: Floats
    marks: Marks
    compression: Floats
    around: Floats


def describe_around(records: NDArray[np.void]) -> Floats:
    """Return descriptors (n, 688) of what fingerprints (n,) show outside of an image's centre."""
    return describe(without_centre(records))


def around_centre(described: Floats) -> Floats:
    """Return components (n, 64) of descriptors as of `describe_around`."""
    return reduce(described, _COMPONENTS)


def probes_of(
    facts: Sequence[ImageFacts], measured: Measured, *, group: Ints, reference: Ints
) -> tuple[Probe, ...]:
    """Return all probes.

    Args:
        facts: One per image.
        measured: Of the same images.
        group: (n,) group numbers.
        reference: Training rows, among which marks repeat.
    """
    surroundings = measured.surroundings
    sharpness = np.array([[f.sharpness] for f in facts], np.float32)
    blocks = {name: block(surroundings, one) for name, one in _BLOCKS.items()}
    blocks[ProbeName.DETAIL] = np.concatenate([blocks[ProbeName.DETAIL], sharpness], axis=1)
    marks = repetition(measured.marks, group, reference)
    marks[np.isnan(surroundings).any(axis=1)] = np.nan
    return (
        Probe(ProbeName.FORMAT, _format(facts, measured.compression)),
        Probe(ProbeName.FILE_SIZE, np.array([[f.bytes] for f in facts], np.float32)),
        Probe(ProbeName.SIZE, _size(facts)),
        *(Probe(name, columns) for name, columns in blocks.items()),
        Probe(ProbeName.MARKS, marks),
        Probe(ProbeName.CAMERA, _camera(facts)),
        Probe(ProbeName.NAMES, _names(facts)),
        Probe(ProbeName.CENTRE_MASKED, measured.around, binned=False),
    )


def _one_hot(values: Sequence[str]) -> Floats:
    """Return a column per common value that at least two images have."""
    common = [value for value, n in Counter(values).most_common(_MOST_VALUES) if value and n > 1]
    columns = [[float(value == one) for one in common] for value in values]
    return np.array(columns, np.float32).reshape(len(values), len(common))


def _format(facts: Sequence[ImageFacts], compression: Floats) -> Floats:
    rates = [[f.bytes / max(1, f.width * f.height)] for f in facts]
    return np.concatenate(
        [
            np.array(rates, np.float32), compression,
            _one_hot([f.format for f in facts]), _one_hot([f.mode for f in facts]),
        ],
        axis=1,
    )  # fmt: skip


def _size(facts: Sequence[ImageFacts]) -> Floats:
    rows = [
        (f.width, f.height, f.width / max(1, f.height), f.width * f.height, f.bytes) for f in facts
    ]
    return np.array(rows, np.float32)


def _camera(facts: Sequence[ImageFacts]) -> Floats:
    moments = []
    for f in facts:
        try:
            taken = datetime.strptime(f.captured, _CAPTURED)
            moments.append((float(taken.toordinal()), float(taken.hour)))
        except ValueError:
            moments.append((np.nan, np.nan))
    return np.concatenate([np.array(moments, np.float32), _one_hot([f.camera for f in facts])], 1)


def _names(facts: Sequence[ImageFacts]) -> Floats:
    """Return patterns of file names and of folders below the class, without the class name."""
    stems, tokens, folders = [], [], []
    for f in facts:
        parts = f.path.split("/")
        stem = parts[-1].rpartition(".")[0] or parts[-1]
        label = f.label.rpartition("/")[2].casefold()
        plain = stem.casefold().replace(label, "") if label else stem.casefold()
        stems.append(plain)
        word = _WORD.search(plain)
        tokens.append(word.group() if word else "")
        folders.append("/".join(parts[:-1]).casefold())
    # If each class has a folder of its own, the folder is the class.
    if len({*zip(folders, (f.label for f in facts), strict=True)}) <= len({*folders}):
        folders = [""] * len(facts)
    shapes = [_DIGITS.sub("0", stem) for stem in stems]
    figures = [(len(stem), sum(map(str.isdigit, stem))) for stem in stems]
    return np.concatenate(
        [
            np.array(figures, np.float32), _one_hot(tokens), _one_hot(shapes), _one_hot(folders),
        ],
        axis=1,
    )  # fmt: skip
