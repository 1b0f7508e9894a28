"""Make a large dataset of small distinct JPEGs with planted duplicates and a truth table.

    python bench/scale_dataset.py DIR [--images 10000] [--side 64] [--seed 1]

A picture is two crops of painted scenes or noise, blended along a random mask: distinct, and cheap
to make. Ten percent of the files are one blank image; one percent each are copies by another
means (see `Kind`), half of them in another split than the original. Three splits, up to 1,000
classes. `DIR-truth.csv` has a row per copy: path, of, kind.
"""

import argparse
import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from inspector.demo.images import CLASSES, paint_scene

SPLITS = ("train", "validation", "test")
_SHARES = (0.8, 0.1, 0.1)
BLANK_SHARE = 0.1
COPY_SHARE = 0.01
MAX_CLASSES = 1_000
IMAGES_PER_CLASS = 30
_SCENES, _NOISES, _MASKS = 64, 64, 64
_BANK_PX = 320
_QUALITY = 85
# A JPEG comment after the start of the image: other bytes, the same pixels.
_COMMENT = b"\xff\xfe\x00\x08scaled"

Pixels = NDArray[np.uint8]


class Kind(StrEnum):
    """How a copy was made from its original."""

    BYTES = "bytes"
    PIXELS = "pixels"
    RESIZED = "resized"
    CROPPED = "cropped"
    FLIPPED = "flipped"
    NEAR = "near"
    BLANK = "blank"


COPIES = (Kind.BYTES, Kind.PIXELS, Kind.RESIZED, Kind.CROPPED, Kind.FLIPPED, Kind.NEAR)


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One planted copy: its path, that of its original, and how it was made."""

    path: str
    of: str
    kind: Kind


def make_scale_dataset(
    folder: Path, *, images: int, side_px: int = 64, seed: int = 1
) -> list[TruthRow]:
    """Write `images` files below `folder`, and the truth table beside it.

    Args:
        folder: New or empty.
        images: How many files, copies and blanks included; 100 and up.
        side_px: Edge of an image; resized copies are three quarters of it.
        seed: Of everything that is drawn.

    Returns:
        The rows of the truth table.
    """
    rng = np.random.default_rng(seed)
    blends = _Blends(np.random.default_rng([seed, 0]), side_px)
    classes = min(MAX_CLASSES, max(2, images // IMAGES_PER_CLASS))
    for split in SPLITS:
        for number in range(classes):
            (folder / split / _class_name(number)).mkdir(parents=True, exist_ok=True)
    blanks, copies = int(images * BLANK_SHARE), int(images * COPY_SHARE)
    singles = images - blanks - copies * len(COPIES)
    split_of = rng.choice(len(SPLITS), images, p=_SHARES)
    class_of = rng.integers(classes, size=images)
    # Originals are those made first: each copy is of another one.
    kind_of = dict(enumerate(np.repeat(COPIES, copies).tolist()))
    rows: list[TruthRow] = []
    number = singles
    for i in range(singles):
        pixels = blends.draw()
        data = simplejpeg.encode_jpeg(pixels, quality=_QUALITY)
        path = f"{SPLITS[split_of[i]]}/{_class_name(class_of[i])}/{i:07d}.jpg"
        (folder / path).write_bytes(data)
        if i in kind_of:
            kind = Kind(kind_of[i])
            other = (split_of[i] + i % 2 * (1 + i // 2 % 2)) % len(SPLITS)
            copy = f"{SPLITS[other]}/{_class_name(class_of[i])}/{number:07d}.jpg"
            (folder / copy).write_bytes(_copied(kind, pixels, data))
            rows.append(TruthRow(copy, path, kind))
            number += 1
    blank = simplejpeg.encode_jpeg(np.full((side_px, side_px, 3), 255, np.uint8), quality=90)
    first = ""
    for i in range(number, images):
        path = f"{SPLITS[split_of[i]]}/{_class_name(class_of[i])}/{i:07d}.jpg"
        (folder / path).write_bytes(blank)
        first = first or path
        if path != first:
            rows.append(TruthRow(path, first, Kind.BLANK))
    with truth_file(folder).open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(("path", "of", "kind"))
        table.writerows((row.path, row.of, row.kind) for row in rows)
    return rows


def truth_file(folder: Path) -> Path:
    """Return where the truth table of a dataset is."""
    return folder.with_name(f"{folder.name}-truth.csv")


def read_truth(folder: Path) -> Iterator[TruthRow]:
    """Yield the rows of a dataset's truth table."""
    with truth_file(folder).open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield TruthRow(row["path"], row["of"], Kind(row["kind"]))


class _Blends:
    """Draw images from a bank of painted scenes and noise.

    Args:
        rng: Of the bank and of every draw.
        side_px: Edge of an image.
    """

    def __init__(self, rng: np.random.Generator, side_px: int) -> None:
        self._rng, self._side = rng, side_px
        scenes = [
            cv2.resize(paint_scene(rng, CLASSES[i % len(CLASSES)]).pixels, (_BANK_PX, _BANK_PX))
            for i in range(_SCENES)
        ]
        self._bank = np.stack([*scenes, *(_noise(rng) for _ in range(_NOISES))])
        masks = rng.random((_MASKS, 5, 5)).astype(np.float32)
        self._masks = np.stack(
            [
                np.clip(
                    3 * cv2.resize(m, (side_px, side_px), interpolation=cv2.INTER_CUBIC) - 1, 0, 1
                )
                for m in masks
            ]
        )

    def draw(self) -> Pixels:
        """Return the next image, uint8 (side, side, 3)."""
        rng = self._rng
        mask = self._masks[rng.integers(_MASKS)][..., None]
        one, two = self._crop(), self._crop()
        gain = rng.uniform(0.7, 1.2, 3).astype(np.float32)
        blend = (one * mask + two * (1 - mask)) * gain
        return np.clip(blend, 0, 255).astype(np.uint8)

    def _crop(self) -> NDArray[np.float32]:
        rng, side = self._rng, self._side
        taken = int(side * rng.uniform(0.8, 2.2))
        x, y = rng.integers(_BANK_PX - taken, size=2).tolist()
        crop = self._bank[rng.integers(len(self._bank)), y : y + taken, x : x + taken]
        if rng.random() < 0.5:
            crop = crop[:, ::-1]
        return cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)


def _noise(rng: np.random.Generator) -> Pixels:
    """Return coloured noise with much energy in coarse scales, like a photograph's."""
    total = np.zeros((_BANK_PX, _BANK_PX, 3), np.float32)
    for cells in (5, 11, 23, 47, 95):
        layer = rng.normal(size=(cells, cells, 3)).astype(np.float32)
        total += cv2.resize(layer, (_BANK_PX, _BANK_PX), interpolation=cv2.INTER_CUBIC) / cells**0.5
    return np.clip(128 + 70 * total, 0, 255).astype(np.uint8)


def _copied(kind: Kind, pixels: Pixels, data: bytes) -> bytes:
    """Return the bytes of a copy of an image."""
    side = len(pixels)
    match kind:
        case Kind.BYTES:
            return data
        case Kind.PIXELS:
            return data[:2] + _COMMENT + data[2:]
        case Kind.RESIZED:
            small = cv2.resize(pixels, (side * 3 // 4,) * 2, interpolation=cv2.INTER_AREA)
            return bytes(simplejpeg.encode_jpeg(small, quality=_QUALITY))
        case Kind.CROPPED:
            cut = max(1, side // 20)
            inside = np.ascontiguousarray(pixels[cut:-cut, cut:-cut])
            return bytes(simplejpeg.encode_jpeg(inside, quality=_QUALITY))
        case Kind.FLIPPED:
            flipped = np.ascontiguousarray(pixels[:, ::-1])
            return bytes(simplejpeg.encode_jpeg(flipped, quality=_QUALITY))
        case Kind.NEAR:
            bright = np.clip(pixels * np.float32(1.1) + 5, 0, 255).astype(np.uint8)
            return bytes(simplejpeg.encode_jpeg(bright, quality=50))
        case _:
            raise AssertionError(kind)


def _class_name(number: int) -> str:
    return f"class_{number:04d}"


def main() -> None:
    """Make one dataset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--side", type=int, default=64, metavar="PX")
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    began = time.monotonic()
    rows = make_scale_dataset(
        words.folder, images=words.images, side_px=words.side, seed=words.seed
    )
    print(f"{words.images} files, {len(rows)} of them copies, {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
