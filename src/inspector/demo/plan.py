"""What the demo contains, before anything is drawn: subjects, their copies and folders."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from inspector.demo.images import CLASSES

TRAINING, VALIDATION = "training", "validation"
VALIDATION_SHARE = 1 / 3
SMALLEST = 40
_SINGLE_SHARE = 0.45
_BURST_FRAMES = (3, 6)


class ImageKind(StrEnum):
    """Which flaws the demo has."""

    LEAK = "leak"
    SHIFT = "shift"
    BOTH = "both"
    CLEAN = "clean"


class Use(StrEnum):
    """What becomes of one subject."""

    SINGLE = "single"
    BURST = "burst"
    BYTES = "bytes"
    PIXELS = "pixels"
    ENCODED = "encoded"
    HALVED = "halved"
    MIRROR = "mirror"
    TURN_90 = "turn 90"
    TURN_270 = "turn 270"
    CONFLICT = "conflict"
    FLAT = "flat"
    DARK = "dark"
    BLURRED = "blurred"


# Copies as shares of all images; each counts its original in training as well.
_COPIES = {
    Use.BYTES: 0.010,
    Use.PIXELS: 0.0075,
    Use.ENCODED: 0.0075,
    Use.HALVED: 0.0075,
    Use.MIRROR: 0.0075,
    Use.TURN_90: 0.004,
    Use.TURN_270: 0.004,
    Use.CONFLICT: 0.005,
}
_SPECIALS = (Use.FLAT, Use.DARK, Use.BLURRED)
# Share of bursts whose frames are spread over both folders.
_SPREAD = {ImageKind.LEAK: 0.8, ImageKind.BOTH: 0.35, ImageKind.SHIFT: 0.0, ImageKind.CLEAN: 0.0}


@dataclass(frozen=True, slots=True)
class Subject:
    """The plan of one subject.

    Attributes:
        number: From 1, in the order in which the images were taken.
        label: Its class.
        use: What becomes of it.
        sides: Folder of each frame, or of the original and its copy.
        gap_seconds: Time since the previous subject.
    """

    number: int
    label: str
    use: Use
    sides: tuple[str, ...]
    gap_seconds: int


def plan(rng: np.random.Generator, kind: ImageKind, *, images: int) -> list[Subject]:
    """Plan subjects with exactly `images` images in total."""
    uses = _uses(rng, kind, images=images)
    filled: Counter[tuple[str, str]] = Counter()
    things = []
    for number, (use, frames) in enumerate(uses, start=1):
        label = _emptiest(rng, filled)
        sides = _sides(rng, use, frames=frames, spread=_SPREAD[kind], filled=filled, label=label)
        filled.update((label, side) for side in sides)
        # Minutes to hours apart: no time gap joins two subjects.
        things.append(Subject(number, label, use, sides, int(rng.integers(600, 40_000))))
    return things


def _uses(rng: np.random.Generator, kind: ImageKind, *, images: int) -> list[tuple[Use, int]]:
    uses: list[tuple[Use, int]] = [(use, 1) for use in _SPECIALS]
    if kind in (ImageKind.LEAK, ImageKind.BOTH):
        for use, share in _COPIES.items():
            uses += [(use, 2)] * max(1, round(images * share))
    first = [(Use.SINGLE, 1)] * (2 * len(CLASSES))
    left = images - len(first) - sum(frames for _, frames in uses)
    least, most = _BURST_FRAMES
    while left > 0:
        frames = 1 if rng.random() < _SINGLE_SHARE else int(rng.integers(least, most + 1))
        frames = frames if frames <= left else 1
        uses.append((Use.SINGLE if frames == 1 else Use.BURST, frames))
        left -= frames
    # Two images of each class come first, one for each folder.
    return first + [uses[i] for i in rng.permutation(len(uses))]


def _emptiest(rng: np.random.Generator, filled: Counter[tuple[str, str]]) -> str:
    counts = [filled[label, TRAINING] + filled[label, VALIDATION] for label in CLASSES]
    lowest = [label for label, n in zip(CLASSES, counts, strict=True) if n == min(counts)]
    return lowest[int(rng.integers(len(lowest)))]


def _sides(
    rng: np.random.Generator,
    use: Use,
    *,
    frames: int,
    spread: float,
    filled: Counter[tuple[str, str]],
    label: str,
) -> tuple[str, ...]:
    match use:
        case Use.CONFLICT:
            return (TRAINING, TRAINING)
        case Use.FLAT | Use.DARK | Use.BLURRED:
            return (TRAINING,)
        case Use.BURST if rng.random() < spread:
            across = int(rng.integers(1, max(2, frames // 2 + 1)))
            chosen = set(rng.permutation(frames)[:across].tolist())
            return tuple(VALIDATION if i in chosen else TRAINING for i in range(frames))
        case Use.BURST | Use.SINGLE:
            there = filled[label, VALIDATION]
            total = there + filled[label, TRAINING] + frames
            side = VALIDATION if there + frames / 2 <= VALIDATION_SHARE * total else TRAINING
            return (side,) * frames
        case _:
            return (TRAINING, VALIDATION)
