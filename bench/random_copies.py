"""Count false pairs among photos of plain backgrounds and shelves, with copies as people make them.

    python bench/random_copies.py OUT_DIR [--data DIR] [--copies 200] [--seed 1]

OUT_DIR/SET/NUMBER[-copy].jpg: all photos of clothing, trash and shelves, and a copy of some of
each set, changed by a random combination: rotated, cropped, mirrored, resized, brightness and
contrast, and saved again. All are searched as one dataset; confirmed pairs of different photos are
listed, with their similarity. The few that the sets have of their own are to be judged by eye.
"""

import argparse
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from inspector.project.project import Project
from similarity_cifar import DATA

SETS = ("clothing", "trash", "shelves")
OFTEN = 0.5
MAX_CROP = 0.15
MAX_DEGREES = 3.0


def changed(photo: Image.Image, draw: np.random.Generator) -> Image.Image:
    """Return a photo with a random half of the changes."""
    if draw.random() < OFTEN:
        degrees = draw.uniform(-MAX_DEGREES, MAX_DEGREES)
        photo = photo.rotate(degrees, Image.Resampling.BICUBIC)
    if draw.random() < OFTEN:
        side = np.sqrt(1 - draw.uniform(0, MAX_CROP))
        width, height = round(side * photo.width), round(side * photo.height)
        left = int(draw.integers(0, photo.width - width + 1))
        top = int(draw.integers(0, photo.height - height + 1))
        photo = photo.crop((left, top, left + width, top + height))
    if draw.random() < OFTEN:
        photo = ImageOps.mirror(photo)
    if draw.random() < OFTEN:
        scale = draw.uniform(0.5, 1)
        size = round(scale * photo.width), round(scale * photo.height)
        photo = photo.resize(size, Image.Resampling.LANCZOS)
    if draw.random() < OFTEN:
        photo = ImageEnhance.Brightness(photo).enhance(draw.uniform(0.75, 1.3))
        photo = ImageEnhance.Contrast(photo).enhance(draw.uniform(0.8, 1.25))
    return photo


def write_dataset(data: Path, out: Path, copies: int, seed: int) -> None:
    """Write the photos, and copies of some of each set."""
    draw = np.random.default_rng(seed)
    for name in SETS:
        photos = sorted((data / name).rglob("*.jpg"))
        folder = out / name
        folder.mkdir(parents=True)
        for number, photo in enumerate(photos):
            shutil.copyfile(photo, folder / f"{number:04}.jpg")
        for number in draw.permutation(len(photos))[:copies].tolist():
            with Image.open(photos[number]) as image:
                copy = changed(ImageOps.exif_transpose(image).convert("RGB"), draw)
            copy.save(folder / f"{number:04}-copy.jpg", quality=int(draw.integers(40, 81)))


def measure(dataset: Path) -> None:
    """Print how many copies are confirmed, and the confirmed pairs of different photos."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(dataset, Path(folder) / "p.inspector")
        project.scans.scan()
        index = project.duplicates.index()
        paths = {s.id: Path(s.path) for s in project.samples.everything()}
        project.close()
    compared = len(paths) * (len(paths) - 1) // 2
    confirmed: Counter[str] = Counter()
    candidates: Counter[str] = Counter()
    for a, b, _, similarity in index.edges:
        one, two = paths[a], paths[b]
        sure = similarity >= index.threshold
        if _photo_of(one) == _photo_of(two):
            (confirmed if sure else candidates)[one.parent.name] += 1
        elif sure:
            print(f"of different photos: {one} {two} {similarity:.3f}")
    print(f"{len(paths):,} images, {compared:,} pairs")
    for name in SETS:
        copies = sum(path.parent.name == name and "-" in path.stem for path in paths.values())
        print(
            f"{name}: of {copies} copies {confirmed[name]} confirmed, {candidates[name]} candidates"
        )


def _photo_of(path: Path) -> tuple[str, str]:
    return path.parent.name, path.stem.partition("-")[0]


def main() -> None:
    """Write the dataset and search it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--copies", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write_dataset(asked.data, asked.out, asked.copies, asked.seed)
    measure(asked.out)


if __name__ == "__main__":
    main()
