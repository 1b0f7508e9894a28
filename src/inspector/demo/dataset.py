"""Write a small dataset of drawn images with known flaws."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from itertools import product
from pathlib import Path

import numpy as np

from inspector.demo import files
from inspector.demo.images import (
    CLASSES,
    DAYLIGHT,
    LAMPLIGHT,
    Light,
    Pixels,
    Scene,
    blur,
    darken,
    halve,
    lens_cap,
    paint_scene,
    take_frame,
)
from inspector.demo.plan import SMALLEST, TRAINING, VALIDATION, ImageKind, Subject, Use, plan
from inspector.errors import DatasetError, UsageError

__all__ = ["ImageKind", "Planted", "TruthRow", "make_demo", "truth_path"]

SHIFT = "validation is warmer, darker, softer, noisier and of stronger JPEG, and shows other places"
_PNG_SHARE = 0.12
_CAMERAS = {TRAINING: "Daylight 20", VALIDATION: "Lamplight 7"}
# Validation images of a shifted demo are from 200 days later, another season.
_LATER_SECONDS = 200 * 86_400
_NOTES = "Not an image: Keras does not see this file, and neither does a model.\n"


@dataclass(frozen=True, slots=True)
class TruthRow:
    """The truth about one file.

    Attributes:
        path: Relative to the folder, with "/".
        split: "training" or "validation".
        label: Class folder that it is in.
        object: Number of the subject it shows; "" for none.
        copy_of: Path of its original, or "".
        kind: single, burst, bytes, pixels, near, transformed, conflict, flat, dark, blurred,
            unreadable or ignored.
        transform: How it was made from its original, or "".
    """

    path: str
    split: str
    label: str
    object: str
    copy_of: str
    kind: str
    transform: str


@dataclass(frozen=True, slots=True)
class Planted:
    """What a demo contains; pairs are those across the two splits.

    Attributes:
        groups: Bursts: subjects with several frames, in any split.
        conflicting_labels: Images whose bytes are in two classes, within training.
        shift: "none", or how validation differs.
    """

    path: str
    images: int
    classes: int
    bytes: int
    pixels: int
    near: int
    transformed: int
    groups: int
    conflicting_labels: int
    unreadable: int
    shift: str

    def as_json(self) -> dict[str, object]:
        """Return the document that the terminal prints."""
        planted: dict[str, object] = asdict(self)
        outer = {name: planted.pop(name) for name in ("path", "images", "classes")}
        return {**outer, "planted": planted}


def truth_path(folder: Path) -> Path:
    """Return the path of the CSV with the truth about the demo in `folder`."""
    return folder.parent / f"{folder.name}.truth.csv"


def make_demo(
    folder: Path,
    *,
    seed: int = 1,
    kind: ImageKind = ImageKind.LEAK,
    images: int = 1200,
    wrote: Callable[[], None] = lambda: None,
) -> Planted:
    """Write a demo dataset of `images` readable images, and its truth beside it.

    The same arguments give the same bytes with the same versions of numpy, OpenCV and Pillow.

    Args:
        folder: New or empty.
        seed: Random seed of everything.
        kind: Which flaws it has.
        images: Number of readable images.
        wrote: Called after each file; an exception stops the writing.

    Raises:
        UsageError: `images` is too small to hold one of each, or `seed` is negative.
        DatasetError: The folder is not empty, or can't be written.
    """
    if images < SMALLEST:
        raise UsageError(f"a demo of {images} images is too small", f"ask for {SMALLEST} or more")
    if seed < 0:
        raise UsageError(f"{seed} is no seed", "choose 0 or a positive whole number")
    folder = folder.absolute()
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise DatasetError(f"{folder} is not an empty folder", "name a folder that is new")
        for split, label in product((TRAINING, VALIDATION), CLASSES):
            (folder / split / label).mkdir(parents=True, exist_ok=True)
        rows = []
        for row in _write(folder, seed, kind=kind, images=images):
            rows.append(row)
            wrote()
        with truth_path(folder).open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(field.name for field in fields(TruthRow))
            table.writerows(
                [getattr(row, field.name) for field in fields(TruthRow)] for row in rows
            )
    except OSError as error:
        advice = "choose a folder that you may write to, on a disk with room"
        raise DatasetError(f"can't write the demo: {error}", advice) from error
    return _count(folder, rows, kind=kind)


def _write(folder: Path, seed: int, *, kind: ImageKind, images: int) -> Iterator[TruthRow]:
    seconds = 0
    for thing in plan(np.random.default_rng([seed, 0]), kind, images=images):
        seconds += thing.gap_seconds
        # One generator per subject, so that none depends on the numbers another has used.
        rng = np.random.default_rng([seed, thing.number])
        for row, data in _Generator(rng, thing, kind, seconds).make():
            (folder / row.path).write_bytes(data)
            yield row
    label = CLASSES[seed % len(CLASSES)]
    for name, what in (("IMG_0000.jpg", "unreadable"), ("notes.txt", "ignored")):
        path = f"{TRAINING}/{label}/{name}"
        blank = files.jpeg(np.zeros((8, 8, 3), np.uint8), quality=90)
        data = files.broken(blank) if what == "unreadable" else _NOTES.encode()
        (folder / path).write_bytes(data)
        yield TruthRow(path, TRAINING, label, "", "", what, "")


class _Generator:
    """Writes the files of one subject."""

    def __init__(
        self, rng: np.random.Generator, thing: Subject, kind: ImageKind, seconds: int
    ) -> None:
        self.rng = rng
        self.thing = thing
        self.seconds = seconds
        self.shifted = kind in (ImageKind.SHIFT, ImageKind.BOTH)
        away = self.shifted and TRAINING not in thing.sides
        self.scene: Scene = paint_scene(rng, thing.label, away=away)

    def make(self) -> Iterator[tuple[TruthRow, bytes]]:
        """Yield the truth and the bytes of each file."""
        thing = self.thing
        match thing.use:
            case Use.BURST:
                for i, side in enumerate(thing.sides):
                    data = self._photo(side, moved=True, frame=i)
                    yield self._row(f"IMG_{thing.number:04d}_b{i + 1}.jpg", side), data
            case Use.SINGLE | Use.FLAT | Use.DARK | Use.BLURRED:
                data = self._photo(thing.sides[0], moved=False)
                yield self._row(self._name(data), thing.sides[0]), data
            case _:
                data = self._photo(TRAINING, moved=False)
                first = self._row(self._name(data), TRAINING)
                yield first, data
                yield self._copy(first, data)

    def _photo(self, side: str, *, moved: bool, frame: int = 0) -> bytes:
        rng, use = self.rng, self.thing.use
        lamp = self.shifted and side == VALIDATION
        light: Light = LAMPLIGHT if lamp else DAYLIGHT
        pixels = self._spoil(take_frame(rng, self.scene, light=light, moved=moved))
        quality = int(rng.integers(42, 60) if lamp else rng.integers(84, 96))
        seconds = self.seconds + frame + (_LATER_SECONDS if lamp else 0)
        camera = _CAMERAS[VALIDATION if lamp else TRAINING]
        exif = files.stamp(seconds, camera=camera)
        if use in (Use.SINGLE, Use.PIXELS) and rng.random() < self._png_share() and not lamp:
            return files.png(pixels, exif=exif)
        return files.jpeg(pixels, quality=quality, exif=exif)

    def _png_share(self) -> float:
        return 0.5 if self.thing.use is Use.PIXELS else _PNG_SHARE

    def _spoil(self, pixels: Pixels) -> Pixels:
        match self.thing.use:
            case Use.FLAT:
                return lens_cap(self.rng, *self.scene.size_px)
            case Use.DARK:
                return darken(pixels)
            case Use.BLURRED:
                return blur(pixels)
            case _:
                return pixels

    def _copy(self, first: TruthRow, data: bytes) -> tuple[TruthRow, bytes]:
        pixels = files.decode(data)
        kind, how, label = "transformed", str(self.thing.use), first.label
        match self.thing.use:
            case Use.CONFLICT:
                others = [name for name in CLASSES if name != label]
                label = others[int(self.rng.integers(len(others)))]
                kind, how = "conflict", "same bytes"
            case Use.BYTES:
                kind, how = "bytes", "same bytes"
            case Use.PIXELS:
                kind, how, data = "pixels", "same pixels", files.same_pixels(data)
            case Use.ENCODED:
                kind, how, data = "near", "JPEG quality 50", files.jpeg(pixels, quality=50)
            case Use.HALVED:
                kind, how = "near", "half size"
                data = files.jpeg(halve(pixels), quality=88)
            case Use.MIRROR:
                data = files.jpeg(np.ascontiguousarray(pixels[:, ::-1]), quality=90)
            case _:
                turns = 1 if self.thing.use is Use.TURN_90 else 3
                data = files.jpeg(np.ascontiguousarray(np.rot90(pixels, turns)), quality=90)
        # A name without a clue; 100,003 is prime, so no two names are equal.
        name = f"photo_{self.thing.number * 7919 % 100_003:05d}{Path(self._name(data)).suffix}"
        side = self.thing.sides[1]
        path = f"{side}/{label}/{name}"
        return TruthRow(path, side, label, str(self.thing.number), first.path, kind, how), data

    def _name(self, data: bytes) -> str:
        ending = "png" if data.startswith(b"\x89PNG") else "jpg"
        return f"IMG_{self.thing.number:04d}.{ending}"

    def _row(self, name: str, side: str) -> TruthRow:
        thing = self.thing
        special = thing.use in (Use.BURST, Use.FLAT, Use.DARK, Use.BLURRED)
        path = f"{side}/{thing.label}/{name}"
        what = str(thing.use) if special else "single"
        return TruthRow(path, side, thing.label, str(thing.number), "", what, "")


def _count(folder: Path, rows: list[TruthRow], *, kind: ImageKind) -> Planted:
    kinds = Counter(row.kind for row in rows)
    frames = Counter((row.object, row.split) for row in rows if row.kind == "burst")
    bursts = {name for name, _ in frames}
    across = sum(frames[name, TRAINING] * frames[name, VALIDATION] for name in bursts)
    return Planted(
        path=str(folder),
        images=len(rows) - kinds["unreadable"] - kinds["ignored"],
        classes=len(CLASSES),
        bytes=kinds["bytes"],
        pixels=kinds["pixels"],
        near=kinds["near"] + across,
        transformed=kinds["transformed"],
        groups=len(bursts),
        conflicting_labels=kinds["conflict"],
        unreadable=kinds["unreadable"],
        shift=SHIFT if kind in (ImageKind.SHIFT, ImageKind.BOTH) else "none",
    )
