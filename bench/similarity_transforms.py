"""Measure how many transformed copies of photos are found, and at what false-positive rate.

    python bench/similarity_transforms.py [--data DIR] [--photos 300]

Pairs of different photos are the negatives: the threshold is the one that lets 1e-5 of them by.
The false ones at the sure level are counted too. Candidates are read again, as in a scan.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.fingerprints import fingerprint
from inspector.similarity.full_size.comparison import similarity_of
from inspector.similarity.full_size.images import FullImage, full_image
from inspector.similarity.levels import POSSIBLE, SURE
from inspector.similarity.packing import PACKED, pack, unpack
from inspector.similarity.pairs import Candidates
from inspector.similarity.proposals import propose
from inspector.similarity.verification import Pairs, verify

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"
FALSE_RATE = 1e-5
# One dress, photographed twice on the same door, as both images show: a true pair, which would
# otherwise count as a false one in each of the 17 changes and set the threshold.
SAME_DRESS = ("b59e4d4a-a283-4868-8a81-2f24d8b9c8d8", "e6a8b33f-279c-4072-8dba-229d94205e55")
Picture = NDArray[np.uint8]


def crop(share: float) -> Callable[[Picture], Picture]:
    """Cut a share of the area, evenly around."""
    edge = (1 - np.sqrt(1 - share)) / 2

    def cut(p: Picture) -> Picture:
        h, w = p.shape[:2]
        return p[int(h * edge) : int(h * (1 - edge)), int(w * edge) : int(w * (1 - edge))]

    return cut


def corner(share: float) -> Callable[[Picture], Picture]:
    """Cut a share of the area from the left and top."""
    edge = 1 - np.sqrt(1 - share)

    def cut(p: Picture) -> Picture:
        return p[int(p.shape[0] * edge) :, int(p.shape[1] * edge) :]

    return cut


def rotate(degrees: float) -> Callable[[Picture], Picture]:
    """Turn around the centre, black corners."""

    def turn(p: Picture) -> Picture:
        h, w = p.shape[:2]
        return cv2.warpAffine(p, cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1), (w, h))

    return turn


def light(factor: float) -> Callable[[Picture], Picture]:
    """Multiply the brightness."""
    return lambda p: np.clip(p * factor, 0, 255).astype(np.uint8)


def jpeg(p: Picture) -> Picture:
    """Save at quality 20."""
    return cv2.imdecode(cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, 20])[1], 1)


def text(p: Picture) -> Picture:
    """Write over the middle."""
    return cv2.putText(
        p.copy(), "SAMPLE", (10, p.shape[0] // 2), 0, p.shape[1] / 250, (255, 255, 255), 4
    )


def border(p: Picture) -> Picture:
    """Add a white border of 5 %."""
    edge = int(0.05 * min(p.shape[:2]))
    return cv2.copyMakeBorder(p, *[edge] * 4, cv2.BORDER_CONSTANT, value=(255, 255, 255))


ASKED: dict[str, Callable[[Picture], Picture]] = {
    "JPEG q20": jpeg, "resize 0.5": lambda p: cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=3),
    "crop 5 %": crop(0.05), "crop 10 %": crop(0.1), "crop 20 %": crop(0.2),
    "mirror": lambda p: p[:, ::-1], "quarter turn": np.rot90, "rotate 5": rotate(5),
    "brighter 30 %": light(1.3), "darker 30 %": light(0.7),
    "grey": lambda p: np.repeat(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY)[..., None], 3, 2),
    "text": text, "border 5 %": border,
}  # fmt: skip
HARD = {
    "crop 40 %": crop(0.4), "rotate 10": rotate(10),
    "corner 20 %": corner(0.2), "corner 30 %": corner(0.3),
}  # fmt: skip


def kept(photos: Sequence[Picture]) -> NDArray[np.void]:
    """Return fingerprints as a scan keeps them."""
    packed = b"".join(pack(fingerprint(photo)) for photo in photos)
    return unpack(np.frombuffer(packed, PACKED))


def read_again(pairs: Pairs, images: Sequence[FullImage], changed: Sequence[Picture]) -> int:
    """Update the similarity of candidates by their pixels; return how many there are."""
    rows = np.flatnonzero(pairs.similarity < SURE).tolist()
    for row in rows:
        one, two = images[pairs.a[row]], full_image(changed[pairs.b[row] - len(images)])
        before, transform = float(pairs.similarity[row]), int(pairs.transform[row])
        pairs.similarity[row] = similarity_of(one, two, before, transform)
    return len(rows)


def main() -> None:
    """Print the recall of each transform."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=os.environ.get("INSPECTOR_DATA", DEFAULT))
    parser.add_argument("--photos", type=int, default=300)
    words = parser.parse_args()
    files = sorted((Path(words.data) / "clothing").rglob("*.jpg"))
    picked = files[:: max(1, len(files) // words.photos)][: words.photos]
    photos = [cv2.imread(str(f))[..., ::-1].copy() for f in picked]
    base = kept(photos)
    n = len(base)
    dress = np.array([f.stem in SAME_DRESS for f in picked])
    images = [full_image(photo) for photo in photos]
    false: list[float] = []
    reread = 0
    scores: dict[str, NDArray[np.float64]] = {}
    for name, change in (ASKED | HARD).items():
        changed = [np.ascontiguousarray(change(p)) for p in photos]
        both = np.concatenate([base, kept(changed)])
        found = propose(both)
        cross = (found.a < n) & (found.b >= n)
        pairs = verify(both, Candidates(found.a[cross], found.b[cross], found.transform[cross]))
        reread += read_again(pairs, images, changed)
        true = pairs.b - pairs.a == n
        best = np.zeros(n)
        np.maximum.at(best, pairs.a[true], pairs.similarity[true])
        scores[name] = best
        false += pairs.similarity[~true & ~(dress[pairs.a] & dress[pairs.b - n])].tolist()
    alike = int(dress.sum()) * (int(dress.sum()) - 1)
    negatives = len(scores) * (n * (n - 1) - alike)
    allowed = int(FALSE_RATE * negatives)
    ranked = sorted(false, reverse=True)
    threshold = max(POSSIBLE, ranked[allowed] if len(ranked) > allowed else 0.0)
    sure = sum(similarity >= SURE for similarity in false)
    print(
        f"{negatives:,} negatives, {len(false)} reported at all, {sure} sure;"
        f" threshold {threshold:.3f}; {reread} pairs read again"
    )
    for name, best in scores.items():
        print(
            f"{name:14s} recall {(best >= threshold).mean():.3f}, sure {(best >= SURE).mean():.3f}"
        )
    mean = np.mean([(scores[name] >= threshold).mean() for name in ASKED])
    level = np.mean([(scores[name] >= SURE).mean() for name in ASKED])
    print(f"mean of the {len(ASKED)} asked for: {mean:.3f}, sure {level:.3f}")


if __name__ == "__main__":
    main()
