"""Plant shortcuts in photos with random labels, and count which are found, and what is invented.

    PYTHONPATH=src python bench/shortcuts.py WORK [--data DIR] [--minutes 20] [--photos 600]

Every trial draws 400 clothing photos and gives them one of two classes at random, so that nothing
but what is planted can predict the class. Six kinds of shortcuts are planted in 1, 5, 20 and 100 %
of one class. What a perfect reader of the marker gains is half of that share: .05 from 10 % on.
Three kinds of trials have no shortcut: random labels; bursts of five images that share a class; and
markers in a fifth of all images, whatever their class. WORK holds the features, made once.
"""

import argparse
import itertools
import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from inspector.audit.intervals import wilson
from inspector.audit.shortcuts.features import compression_of, surroundings_of
from inspector.audit.shortcuts.probes import ImageFacts, probes_of
from inspector.audit.shortcuts.search import (
    ProbeName,
    ShortcutQuestion,
    ShortcutVerdict,
    find_shortcuts,
)
from inspector.dataset.decoding import encode_thumbnail, read_picture
from inspector.similarity.fingerprints import fingerprint
from inspector.similarity.packing import PACKED, pack, unpack
from similarity_transforms import DEFAULT, Picture

IMAGES = 400
DOSES = (0.01, 0.05, 0.2, 1.0)
NULLS = ("random labels", "bursts of five", "markers on both classes")
QUALITY, HEIGHT = 90, 200


def _border(p: Picture) -> Picture:
    inside = cv2.resize(p, (p.shape[1] - 6, p.shape[0] - 6), interpolation=cv2.INTER_AREA)
    return cv2.copyMakeBorder(inside, 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=(0, 0, 0))


def _cast(p: Picture) -> Picture:
    return np.clip(p * np.array([0.85, 1.0, 1.15]), 0, 255).astype(np.uint8)


def _watermark(p: Picture) -> Picture:
    text = cv2.putText(
        p.copy(), "sample.org", (p.shape[1] - 92, p.shape[0] - 8), 0, 0.5, (255, 255, 255), 1
    )
    return cv2.addWeighted(text, 0.8, p, 0.2, 0)


def _background(p: Picture) -> Picture:
    height, width = p.shape[:2]
    inside = np.zeros((height, width), np.float32)
    cv2.ellipse(inside, (width // 2, height // 2), (width // 3, height // 3), 0, 0, 360, 1, -1)
    inside = cv2.GaussianBlur(inside, (0, 0), 6)[..., None]
    tinted = p * 0.7 + np.array([90, 60, 20]) * 0.3
    return (p * inside + tinted * (1 - inside)).astype(np.uint8)


KINDS: dict[str, tuple[Callable[[Picture], Picture], int]] = {
    "JPEG quality 90 to 70": (lambda p: p, 70),
    "size by 0.9": (lambda p: cv2.resize(p, None, fx=0.9, fy=0.9, interpolation=3), QUALITY),
    "border of 3 px": (_border, QUALITY),
    "colour cast of 15 %": (_cast, QUALITY),
    "watermark": (_watermark, QUALITY),
    "background tinted by 30 %": (_background, QUALITY),
}


class Pool:
    """Features of every photo, as it is and with each marker: rows by (variant, photo)."""

    def __init__(self, work: Path, data: Path, photos: int) -> None:
        files = sorted((data / "clothing").rglob("*.jpg"))
        chosen = files[:: len(files) // photos][:photos]
        self.photos = len(chosen)
        stored = work / f"features-{self.photos}.npz"
        if not stored.exists():
            _measure(work, chosen, stored)
        with np.load(stored) as columns:
            self.surroundings, self.compression = columns["surroundings"], columns["compression"]
            self.records = unpack(columns["records"].view(PACKED).reshape(-1))
            text = columns["facts"].tobytes()
        self.facts = msgspec.json.decode(text, type=list[ImageFacts])


def _measure(work: Path, files: list[Path], stored: Path) -> None:
    """Write the features of every photo in every variant."""
    facts: list[ImageFacts] = []
    surroundings, compression, records = [], [], []
    variants = {"as it is": ((lambda p: p), QUALITY), **KINDS}
    for name, (change, quality) in variants.items():
        for number, source in enumerate(files):
            photo = cv2.imread(str(source))
            width = round(photo.shape[1] * HEIGHT / photo.shape[0])
            plain = cv2.resize(photo, (width, HEIGHT), interpolation=cv2.INTER_AREA)
            file = work / "photo.jpg"
            options = [cv2.IMWRITE_JPEG_QUALITY, quality]
            cv2.imwrite(str(file), np.ascontiguousarray(change(plain)), options)
            row = _measured(file, number)
            facts.append(row[0])
            surroundings.append(row[1])
            compression.append(row[2])
            records.append(np.frombuffer(row[3], np.uint8))
        print(f"measured: {name}", flush=True)
    text = np.frombuffer(msgspec.json.encode(facts), np.uint8)
    np.savez(
        stored, surroundings=np.stack(surroundings), compression=np.stack(compression),
        records=np.stack(records), facts=text,
    )  # fmt: skip


def _measured(
    file: Path, number: int
) -> tuple[ImageFacts, NDArray[np.float32], NDArray[np.float32], bytes]:
    picture = read_picture(str(file))
    assert picture.pixels is not None
    thumbnail = picture.thumbnail or encode_thumbnail(picture.pixels)
    surroundings = surroundings_of(thumbnail)
    assert np.isfinite(surroundings).all()
    facts = ImageFacts(
        f"{number:06}.jpg", "", file.stat().st_size, picture.width, picture.height, picture.format,
        picture.mode, picture.camera, picture.captured, picture.sharpness,
    )  # fmt: skip
    return facts, surroundings, compression_of(str(file)), pack(fingerprint(picture.pixels))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The probes that say yes in one trial, and the best probe's accuracy above chance."""

    yes: frozenset[ProbeName]
    gain: float


def trial(pool: Pool, kind: str, dose: float, rng: np.random.Generator) -> Outcome:
    """Return what one trial gives."""
    n = pool.photos
    bursts = kind == "bursts of five"
    chosen = rng.permutation(n)[: IMAGES // 5 if bursts else IMAGES]
    labels = rng.permutation(np.arange(len(chosen)) % 2).astype(np.int64)
    variant = np.zeros(len(chosen), np.int64)
    if kind in KINDS:
        ones = rng.permutation(np.flatnonzero(labels == 1))
        variant[ones[: max(1, round(dose * len(ones)))]] = 1 + list(KINDS).index(kind)
    elif kind == "markers on both classes":
        marked = rng.permutation(len(chosen))[: len(chosen) // 5]
        variant[marked] = rng.integers(1, 1 + len(KINDS))
    group = np.arange(len(chosen))
    if bursts:
        chosen, labels, variant, group = (np.repeat(a, 5) for a in (chosen, labels, variant, group))
    rows = variant * n + chosen
    facts = [pool.facts[row] for row in rows.tolist()]
    everything = np.ones(len(rows), np.bool_)
    question = ShortcutQuestion(
        probes_of(facts, pool.surroundings[rows], pool.compression[rows], pool.records[rows]),
        labels, group.astype(np.int64), everything, ~everything,
    )  # fmt: skip
    results = find_shortcuts(question, seed=int(rng.integers(1 << 30)))
    yes = frozenset(r.probe for r in results if r.verdict is ShortcutVerdict.YES)
    return Outcome(yes, max(r.accuracy - r.chance for r in results))


def main() -> None:
    """Run trials, one of each kind and dose in turn, until the time is up; print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("INSPECTOR_DATA", DEFAULT))
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--photos", type=int, default=600)
    parser.add_argument("--first", type=int, default=0, help="first seed, to go on with others")
    parser.add_argument("--doses", type=float, nargs="+", default=DOSES)
    words = parser.parse_args()
    words.work.mkdir(parents=True, exist_ok=True)
    pool = Pool(words.work, Path(words.data), words.photos)
    end = time.monotonic() + 60 * words.minutes
    wanted: list[tuple[str, float]] = [*itertools.product(KINDS, words.doses)]
    wanted += [(kind, 0.0) for kind in NULLS for _ in range(4)]
    outcomes: dict[tuple[str, float], list[Outcome]] = defaultdict(list)
    for number in itertools.count(words.first):
        for position, (kind, dose) in enumerate(wanted):
            if time.monotonic() > end:
                return
            rng = np.random.default_rng([number, position])
            outcomes[kind, dose].append(trial(pool, kind, dose, rng))
        _print(outcomes)


def _print(outcomes: dict[tuple[str, float], list[Outcome]]) -> None:
    print()
    for (kind, dose), trials in sorted(outcomes.items()):
        n, some = len(trials), sum(bool(one.yes) for one in trials)
        low, high = wilson(some, n)
        probes = [name for one in trials for name in sorted(one.yes)]
        counts = ", ".join(f"{name} {probes.count(name)}" for name in sorted({*probes}))
        gain = np.mean([one.gain for one in trials])
        share = f"{some}/{n} = {some / n:.3f} ({low:.2f} to {high:.2f})"
        print(f"{kind:26s} {dose:4.0%} {share}, best probe +{gain:.3f}: {counts}", flush=True)
    null = [one for (kind, _), trials in outcomes.items() if kind in NULLS for one in trials]
    false = sum(bool(one.yes) for one in null)
    low, high = wilson(false, len(null))
    share = f"{false / len(null):.3f} ({low:.3f} to {high:.3f})"
    print(f"no shortcut: {false} of {len(null)} = {share}", flush=True)


if __name__ == "__main__":
    main()
