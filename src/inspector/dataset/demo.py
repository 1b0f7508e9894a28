"""A generated dataset with known truth: bursts, copies across splits, wrong labels, odd files."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inspector.dataset.demo_pictures import CLASSES, draw
from inspector.errors import DatasetError

_Picture = NDArray[np.uint8]
FRAMES = (3, 4, 5)
VALIDATION_SHARE = 0.2
# Of the objects in training, how many have one frame of their burst in validation (leaking kinds).
SPREAD = 0.5
QUALITY = 90
_EXIF_IFD, _TAKEN, _MODEL = 0x8769, 36867, 272


class Kind(StrEnum):
    """What is wrong with a demo dataset."""

    LEAK = "leak"
    SHIFT = "shift"
    BOTH = "both"
    CLEAN = "clean"

    @property
    def leaks(self) -> bool:
        """Whether copies and bursts stand on both sides."""
        return self in (Kind.LEAK, Kind.BOTH)

    @property
    def shifts(self) -> bool:
        """Whether the validation folder looks different."""
        return self in (Kind.SHIFT, Kind.BOTH)


@dataclass(slots=True)
class Planted:
    """What was written; pairs are counted across splits."""

    path: str
    images: int = 0
    classes: int = len(CLASSES)
    pairs: dict[str, int] = field(
        default_factory=lambda: {"bytes": 0, "pixels": 0, "near": 0, "transformed": 0}
    )
    groups: int = 0
    conflicting_labels: int = 0
    unreadable: int = 0
    shift: str = "none"

    def as_json(self) -> dict[str, object]:
        """Return the truth as the terminal prints it."""
        return {
            "path": self.path,
            "images": self.images,
            "classes": self.classes,
            "planted": {
                **self.pairs,
                "groups": self.groups,
                "conflicting_labels": self.conflicting_labels,
                "unreadable": self.unreadable,
                "shift": self.shift,
            },
        }


@dataclass(frozen=True, slots=True)
class _Row:
    path: str
    split: str
    label: str
    group: str
    copy_of: str = ""
    kind: str = ""
    transform: str = ""


def make_demo(
    folder: Path, *, seed: int = 1, kind: Kind = Kind.LEAK, images: int = 600
) -> Planted:
    """Write a dataset to `folder` and its truth to folder.truth.csv beside it.

    The same seed gives the same files. It learns: a small network tells the classes apart, and
    every object is drawn anew, so that only frames of one burst look alike.

    Args:
        folder: Must not exist, or be empty.
        seed: Of everything.
        kind: What is wrong.
        images: About how many images; 40 or more.

    Raises:
        DatasetError: The folder holds something, or the count is too small.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DatasetError(f"{folder} exists and is not empty", "Name a new folder for the demo.")
    if images < 40:
        raise DatasetError("a demo needs 40 images or more", "Use --images 40 or more.")
    writer = _Writer(folder, seed, kind)
    copies = max(2, images // 60) if kind.leaks else 0
    odd = 6 * copies + max(2, images // 100) + 4
    writer.write_bursts(images - odd)
    if kind.leaks:
        writer.plant_copies(copies)
    writer.plant_conflicts(max(2, images // 100))
    writer.plant_odd_files()
    truth = folder.with_name(f"{folder.name}.truth.csv")
    with truth.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(("path", "split", "label", "group", "copy_of", "kind", "transform"))
        for row in sorted(writer.rows, key=lambda r: r.path):
            table.writerow(
                (row.path, row.split, row.label, row.group, row.copy_of, row.kind, row.transform)
            )
    return writer.planted


class _Writer:
    """Writes files and keeps the truth about them."""

    def __init__(self, folder: Path, seed: int, kind: Kind) -> None:
        self.folder = folder
        self.kind = kind
        self.seed = seed
        self.rows: list[_Row] = []
        self.planted = Planted(str(folder), shift="darker, warmer, softer" if kind.shifts else "none")
        self.number = 0
        self.rng = np.random.Generator(np.random.Philox([seed, 0]))

    def write_bursts(self, images: int) -> None:
        """Write bursts of near-frames until there are so many images."""
        for split in ("training", "validation"):
            for label in CLASSES:
                (self.folder / split / label).mkdir(parents=True, exist_ok=True)
        held_back = 0.0
        for label in _in_turns(images):
            count = int(self.rng.choice(FRAMES))
            count = min(count, images - self.planted.images)
            if count <= 0:
                return
            held_back += VALIDATION_SHARE
            alone = held_back >= 1
            held_back -= alone
            self._burst(label, count, "validation" if alone else "training")

    def plant_copies(self, count: int) -> None:
        """Copy validation pictures into training, in six ways."""
        originals = [r for r in self.rows if r.split == "validation"]
        picked = self.rng.permutation(len(originals))
        ways = ("bytes", "pixels", "jpeg", "half", "mirror", "turn 90")
        for turn in range(count * len(ways)):
            original = originals[picked[turn % len(picked)]]
            self._copy(original, ways[turn % len(ways)])

    def plant_conflicts(self, count: int) -> None:
        """Put some training pictures into a second class as well."""
        originals = [r for r in self.rows if r.split == "training" and not r.copy_of]
        for index in self.rng.permutation(len(originals))[:count]:
            original = originals[index]
            other = CLASSES[(CLASSES.index(original.label) + 1) % len(CLASSES)]
            path = f"training/{other}/{self._name()}.jpg"
            (self.folder / path).write_bytes((self.folder / original.path).read_bytes())
            self._note(_Row(path, "training", other, original.group, original.path, "conflict"))
            self.planted.conflicting_labels += 1

    def plant_odd_files(self) -> None:
        """Add what every real folder has: a broken file, a note, a black and a dark picture."""
        first = CLASSES[0]
        broken = self.folder / "training" / first / "IMG_broken.jpg"
        broken.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(48)))
        self.planted.unreadable = 1
        (self.folder / "training" / first / "notes.txt").write_text("taken in spring\n", "utf-8")
        scene = draw(CLASSES[1], self.rng)
        plain = np.full_like(scene, 18)
        for name, picture in (
            ("plain", plain), ("dark", (scene * 0.12).astype(np.uint8)),
            ("blurred", cv2.GaussianBlur(draw(CLASSES[1], self.rng), (0, 0), 9)),
        ):  # fmt: skip
            path = f"training/{CLASSES[1]}/IMG_{name}.jpg"
            (self.folder / path).write_bytes(_jpeg(picture, QUALITY))
            self._note(_Row(path, "training", CLASSES[1], f"odd-{name}"))

    def _burst(self, label: str, count: int, split: str) -> None:
        self.number += 1
        group = f"burst-{self.number:04d}"
        rng = np.random.Generator(np.random.Philox([self.seed, self.number]))
        scene = draw(label, rng)
        spread = self.kind.leaks and split == "training" and rng.random() < SPREAD and count > 2
        taken = f"2024:{1 + self.number % 12:02d}:{1 + self.number % 28:02d} 10:{self.number % 60:02d}"
        sides = []
        for frame in range(count):
            side = "validation" if spread and frame == 0 else split
            picture = _frame(scene, rng)
            if side == "validation" and self.kind.shifts:
                picture = _shifted(picture)
            sides.append(side)
            path = f"{side}/{label}/IMG_{self.number:04d}_b{frame + 1}.jpg"
            data = _jpeg(picture, QUALITY, taken=f"{taken}:{10 + frame:02d}")
            (self.folder / path).write_bytes(data)
            self._note(_Row(path, side, label, group))
        across = sides.count("validation") * sides.count("training")
        self.planted.pairs["near"] += across
        self.planted.groups += across > 0

    def _copy(self, original: _Row, way: str) -> None:
        source = self.folder / original.path
        picture = np.asarray(Image.open(source).convert("RGB"))
        stem = f"training/{original.label}/{self._name()}"
        path, kind, transform = f"{stem}.jpg", "near", ""
        match way:
            case "bytes":
                data, kind = source.read_bytes(), "bytes"
            case "pixels":
                # Same scan data, another header: a comment right after the start of the file.
                raw = source.read_bytes()
                data, kind = raw[:2] + b"\xff\xfe\x00\x09resaved" + raw[2:], "pixels"
            case "jpeg":
                data = _jpeg(picture, 60)
            case "half":
                size = (picture.shape[1] // 2, picture.shape[0] // 2)
                data = _jpeg(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), QUALITY)
            case "mirror":
                data, kind, transform = _jpeg(picture[:, ::-1], QUALITY), "transformed", "mirror"
            case _:
                data, kind, transform = _jpeg(np.rot90(picture), QUALITY), "transformed", "turn 90"
        (self.folder / path).write_bytes(data)
        self._note(
            _Row(path, "training", original.label, original.group, original.path, kind, transform)
        )
        self.planted.pairs[kind] += 1

    def _name(self) -> str:
        self.number += 1
        return f"IMG_{self.number:04d}"

    def _note(self, row: _Row) -> None:
        self.rows.append(row)
        self.planted.images += 1


def _in_turns(images: int) -> Iterator[str]:
    for number in range(images):
        yield CLASSES[number % len(CLASSES)]


def _frame(scene: _Picture, rng: np.random.Generator) -> _Picture:
    """Take one frame of a burst: a slightly moved camera, another exposure, sensor noise."""
    height, width = scene.shape[:2]
    turn = cv2.getRotationMatrix2D(
        (width / 2, height / 2), rng.uniform(-1.2, 1.2), rng.uniform(1.0, 1.04)
    )
    turn[:, 2] += rng.uniform(-3, 3, 2)
    moved = cv2.warpAffine(scene, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    lit = moved * rng.uniform(0.93, 1.07) + rng.normal(0, 1.5, scene.shape)
    frame: _Picture = np.clip(lit, 0, 255).astype(np.uint8)
    return frame


def _shifted(picture: _Picture) -> _Picture:
    """Make a picture darker, warmer and a little softer, as another camera would."""
    soft = cv2.GaussianBlur(picture, (0, 0), 0.6).astype(np.float64)
    shifted: _Picture = np.clip(soft * (0.8, 0.7, 0.52) + (8, 0, 0), 0, 255).astype(np.uint8)
    return shifted


def _jpeg(picture: _Picture, quality: int, *, taken: str = "") -> bytes:
    image = Image.fromarray(np.ascontiguousarray(picture))
    exif = Image.Exif()
    if taken:
        exif[_MODEL] = "Demo 1"
        exif.get_ifd(_EXIF_IFD)[_TAKEN] = taken
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality, exif=exif)
    return stream.getvalue()
