"""Draw sure pairs side by side on contact sheets, so that a person can judge them.

    python bench/contact_sheets.py [OUT_DIR] [--data DIR] [--jobs N] [--pairs 40] [--seed 1]
                                   [--each-two-sources]

Two sets: the sure pairs of clothing, which has no known copies, and the sure pairs of brain_aug
that join different sources. The left image is turned as the pair says. Sheets are at most
300 kB each; their images are CC0 (clothing) and Apache-2.0 (brain_aug).
With --each-two-sources the least similar pair of each two sources is drawn too, and how many
pairs it stands for is printed: the false share without a sample's uncertainty.
"""

import argparse
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.dataset.decoding import read_picture
from inspector.similarity.levels import SURE
from inspector.similarity.orientations import NAMES, apply
from inspector.similarity.verification import Pairs
from similarity_brain import Brain, find_brain, images
from similarity_cifar import DATA, find_alike

SIDE, TEXT, GAP = 170, 30, 10
COLUMNS, ROWS = 4, 5
QUALITY = 60
AT_MOST_BYTES = 300_000
OUT = Path(__file__).resolve().parents[1] / "docs" / "measurements" / "duplicates"
Picture = NDArray[np.uint8]


def draw_pairs(
    name: str, out: Path, files: Sequence[Path], pairs: Pairs, rows: NDArray[np.int64]
) -> None:
    """Write numbered sheets of the pairs in `rows`, and print what stands on them."""
    cells = [_cell(k, files, pairs, int(row)) for k, row in enumerate(rows, 1)]
    for number, sheet in enumerate(_sheets(cells), 1):
        path = out / f"{name}-{number}.jpg"
        print(f"{path.name}: {_save(sheet, path) / 1000:.0f} kB", flush=True)


def draw_blind(name: str, out: Path, pairs: Sequence[tuple[Path, Path, int]]) -> None:
    """Write sheets, without loss, that show pairs (a, b, transform) and their number alone."""
    cells = [_side_by_side(str(k), "", *pair) for k, pair in enumerate(pairs, 1)]
    for number, sheet in enumerate(_sheets(cells), 1):
        cv2.imwrite(str(out / f"{name}-{number}.png"), sheet[..., ::-1])


def _sheets(cells: Sequence[Picture]) -> Iterator[Picture]:
    for start in range(0, len(cells), COLUMNS * ROWS):
        some = list(cells[start : start + COLUMNS * ROWS])
        some += [np.full_like(some[0], 255)] * (-len(some) % COLUMNS)
        yield np.vstack([np.hstack(some[i : i + COLUMNS]) for i in range(0, len(some), COLUMNS)])


def _cell(number: int, files: Sequence[Path], pairs: Pairs, row: int) -> Picture:
    transform = int(pairs.transform[row])
    one, two = files[pairs.a[row]], files[pairs.b[row]]
    turned = "" if transform == 0 else f" {NAMES[transform]}"
    title = f"{number}: {pairs.similarity[row]:.3f}{turned}"
    return _side_by_side(title, f"{one.stem[:26]} | {two.stem[:26]}", one, two, transform)


def _side_by_side(title: str, names: str, one: Path, two: Path, transform: int) -> Picture:
    cell = np.full((SIDE + TEXT + GAP, 2 * SIDE + GAP, 3), 255, np.uint8)
    _write(cell, title, 11, 0.42)
    _write(cell, names, 25, 0.36)
    for k, picture in enumerate((apply(_open(one), transform), _open(two))):
        shown = _fit(picture)
        height, width = shown.shape[:2]
        left = k * SIDE + (SIDE - width) // 2
        cell[TEXT : TEXT + height, left : left + width] = shown
    return cell


def _write(cell: Picture, text: str, y: int, size: float) -> None:
    cv2.putText(cell, text, (2, y), cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), 1, cv2.LINE_AA)


def _open(file: Path) -> Picture:
    pixels = read_picture(str(file)).pixels
    assert pixels is not None
    return pixels


def _fit(picture: NDArray[np.generic]) -> Picture:
    scale = (SIDE - 2) / max(picture.shape[:2])
    size = [max(1, round(scale * side)) for side in picture.shape[1::-1]]
    plain = np.ascontiguousarray(picture)
    shown: Picture = cv2.resize(plain, size, interpolation=cv2.INTER_AREA)
    return shown


def _save(sheet: Picture, path: Path) -> int:
    quality = QUALITY
    while True:
        encoded = cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        if len(encoded) <= AT_MOST_BYTES:
            path.write_bytes(encoded.tobytes())
            return len(encoded)
        quality -= 5


def draw_each_two_sources(brain: Brain, out: Path, rows: NDArray[np.int64]) -> None:
    """Draw the least similar pair of each two sources, most alike first."""
    joined = {
        row: tuple(sorted((brain.families[brain.pairs.a[row]], brain.families[brain.pairs.b[row]])))
        for row in rows.tolist()
    }
    counts = Counter(joined.values())
    least = {joined[row]: row for row in rows.tolist()}
    picked = np.sort(np.array(list(least.values()), np.int64))
    for number, row in enumerate(picked.tolist(), 1):
        print(f"{number}: {' and '.join(joined[row])}, {counts[joined[row]]} pairs")
    draw_pairs("brain-each-two-sources", out, brain.files, brain.pairs, picked)


def main() -> None:
    """Draw both sets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, nargs="?", default=OUT)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each-two-sources", action="store_true")
    words = parser.parse_args()
    words.out.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(words.seed)
    files = images(words.data / "clothing")
    _, _, pairs, _ = find_alike(files, words.jobs)
    sets = {"clothing": (files, pairs, np.flatnonzero(pairs.similarity >= SURE))}
    brain = find_brain(words.data, words.jobs)
    names = np.array(brain.families)
    differ = names[brain.pairs.a] != names[brain.pairs.b]
    sure = np.flatnonzero(differ & (brain.pairs.similarity >= SURE))
    sets["brain-other-source"] = (brain.files, brain.pairs, sure)
    for name, (those, found, rows) in sets.items():
        picked = np.sort(draw.permutation(rows)[: words.pairs])
        print(f"{name}: {len(picked)} of {len(rows)} sure pairs")
        draw_pairs(name, words.out, those, found, picked)
    if words.each_two_sources:
        draw_each_two_sources(brain, words.out, sure)


if __name__ == "__main__":
    main()
