"""Plant shortcuts in photos with random labels, and count which are found, and what is invented.

    PYTHONPATH=src python bench/shortcuts.py features WORK --pool objects
    PYTHONPATH=src python bench/shortcuts.py moved WORK --pool objects [--images 400]
    PYTHONPATH=src python bench/shortcuts.py trials WORK --pool objects [--images 400]
    PYTHONPATH=src python bench/shortcuts.py folder WORK --pool objects [--images 400]

Every trial draws photos and gives them one of two classes at random, so that nothing but what is
planted can predict the class. Six kinds of shortcuts are planted in a share of one class. What a
perfect reader of the marker gains is half of that share: .05 from 10 % on. Three kinds of trials
have no shortcut: random labels; bursts of five images that share a class; and markers in a fifth of
all images, whatever their class.

- features: measure every photo of a pool once, as it is and with each marker. Probes were tuned on
  `tuning`, every other clothing photo; `clothing` are the rest, `objects` other sets.
- moved: how much accuracy the marker moves: linear models on an embedding and on descriptors, out
  of fold, on the same photos with and without it.
- trials: how often a probe says yes; a line per kind and share, the more trials the longer.
- folder: what is said of an evaluation folder of other photos, which carries the marker on the
  same class as training, on none, or on the other class; and of one that carries it alone.
"""

import argparse
import itertools
import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from inspector.audit.descriptors import describe
from inspector.audit.intervals import wilson
from inspector.audit.shortcuts.features import compression_of, surroundings_of
from inspector.audit.shortcuts.probes import (
    ImageFacts,
    Measured,
    around_centre,
    describe_around,
    probes_of,
)
from inspector.audit.shortcuts.search import (
    LEAST_GAIN,
    LEVEL,
    ProbeName,
    ProbeResult,
    ShortcutQuestion,
    ShortcutVerdict,
    find_shortcuts,
)
from inspector.dataset.decoding import encode_thumbnail, read_picture
from inspector.similarity.embedding import embed
from inspector.similarity.fingerprints import fingerprint
from inspector.similarity.packing import PACKED, pack, unpack
from similarity_transforms import DEFAULT, Picture

DOSES = (0.01, 0.05, 0.2, 1.0)
NULLS = ("random labels", "bursts of five", "markers on both classes")
QUALITY, HEIGHT = 90, 200
FOLDS = 5
PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0)
Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]


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


def photos_of(pool: str, data: Path) -> list[Path]:
    """Return the photos of a pool; the shares of clothing have none in common."""
    clothing = sorted((data / "clothing").rglob("*.jpg"))
    match pool:
        case "tuning":
            return clothing[::2]
        case "clothing":
            return clothing[1::2]
        case _:
            return [file for name in ("shelves", "trash") for file in _jpegs(data / name)]


def _jpegs(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.jpg"))


class Pool:
    """Measured values of every photo, as it is and with each marker: rows by (variant, photo)."""

    def __init__(self, file: Path) -> None:
        with np.load(file) as columns:
            self.surroundings, self.marks = columns["surroundings"], columns["marks"]
            self.compression, self.embedding = columns["compression"], columns["embedding"]
            self.records = unpack(columns["records"].view(PACKED).reshape(-1))
            text = columns["facts"].tobytes()
        self.facts = msgspec.json.decode(text, type=list[ImageFacts])
        self.photos = len(self.facts) // (1 + len(KINDS))
        self.around = around_centre(describe_around(self.records))

    def measured(self, rows: Ints) -> Measured:
        """Return the measured values of some rows."""
        return Measured(
            self.surroundings[rows], self.marks[rows], self.compression[rows], self.around[rows]
        )


def _features(asked: argparse.Namespace) -> None:
    """Write the measured values of every photo of a pool in every variant."""
    asked.work.mkdir(parents=True, exist_ok=True)
    facts: list[ImageFacts] = []
    table: dict[str, list[NDArray[np.generic]]] = defaultdict(list)
    variants = {"as it is": ((lambda p: p), QUALITY), **KINDS}
    file = asked.work / f"{asked.pool}.jpg"
    for name, (change, quality) in variants.items():
        for number, source in enumerate(photos_of(asked.pool, Path(asked.data))):
            photo = cv2.imread(str(source))
            width = round(photo.shape[1] * HEIGHT / photo.shape[0])
            plain = cv2.resize(photo, (width, HEIGHT), interpolation=cv2.INTER_AREA)
            options = [cv2.IMWRITE_JPEG_QUALITY, quality]
            cv2.imwrite(str(file), np.ascontiguousarray(change(plain)), options)
            facts.append(_measure(file, number, table))
        print(f"measured: {name}", flush=True)
    np.savez(
        _stored(asked), facts=np.frombuffer(msgspec.json.encode(facts), np.uint8),
        **{name: np.stack(rows) for name, rows in table.items()},
    )  # fmt: skip


def _measure(file: Path, number: int, table: dict[str, list[NDArray[np.generic]]]) -> ImageFacts:
    """Add a row to each column of the table, and return the facts of the file."""
    picture = read_picture(str(file))
    assert picture.pixels is not None
    surroundings, marks = surroundings_of(picture.thumbnail or encode_thumbnail(picture.pixels))
    assert np.isfinite(surroundings).all()
    table["surroundings"].append(surroundings)
    table["marks"].append(marks)
    table["compression"].append(compression_of(str(file)))
    table["embedding"].append(embed([picture.pixels])[0])
    table["records"].append(np.frombuffer(pack(fingerprint(picture.pixels)), np.uint8))
    return ImageFacts(
        f"{number:06}.jpg", "", file.stat().st_size, picture.width, picture.height, picture.format,
        picture.mode, picture.camera, picture.captured, picture.sharpness,
    )  # fmt: skip


def _stored(asked: argparse.Namespace) -> Path:
    return Path(asked.work) / f"{asked.pool}.npz"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Images of a trial: their photos, labels, variants and groups."""

    photos: Ints
    labels: Ints
    variant: Ints
    group: Ints


def draw_images(
    photos: int, images: int, kind: str, dose: float, rng: np.random.Generator
) -> Drawn:  # fmt: skip
    """Draw photos without repetition, labels, and who gets the marker."""
    bursts = kind == "bursts of five"
    chosen = rng.permutation(photos)[: images // 5 if bursts else images]
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
    return Drawn(chosen, labels, variant, group.astype(np.int64))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The probes that say yes in one trial, and the best probe's accuracy above chance."""

    yes: frozenset[ProbeName]
    gain: float


def trial(pool: Pool, drawn: Drawn, seed: int, *, first_yes: bool = False) -> Outcome:
    """Return what one trial gives.

    With `first_yes` the probes are searched one by one until one says yes at a p that no other
    probe can change: `LEVEL` over their number, the first step of Holm's correction.
    """
    question = _question(pool, drawn, np.ones(len(drawn.photos), np.bool_))
    if first_yes:
        for probe in question.probes:
            (one,) = find_shortcuts(replace(question, probes=(probe,)), seed=seed)
            gain = one.accuracy - one.chance
            if one.p_corrected <= LEVEL / len(question.probes) and gain >= LEAST_GAIN:
                return Outcome(frozenset({probe.name}), gain)
        return Outcome(frozenset(), 0.0)
    results = find_shortcuts(question, seed=seed)
    yes = frozenset(r.probe for r in results if r.verdict is ShortcutVerdict.YES)
    return Outcome(yes, max(r.accuracy - r.chance for r in results))


def _question(pool: Pool, drawn: Drawn, training: NDArray[np.bool_]) -> ShortcutQuestion:
    rows = drawn.variant * pool.photos + drawn.photos
    probes = probes_of(
        [pool.facts[row] for row in rows.tolist()], pool.measured(rows), group=drawn.group,
        reference=np.flatnonzero(training),
    )  # fmt: skip
    return ShortcutQuestion(probes, drawn.labels, drawn.group, training, ~training)


class Carrier(StrEnum):
    """Which class of the evaluation folder carries the marker; training has it on class 1."""

    SAME = "same class"
    NONE = "no class"
    OTHER = "other class"
    ALONE = "class 1, training has none"


class Said(StrEnum):
    """What the search says of an evaluation folder, against the truth."""

    RIGHT = "right"
    INCONCLUSIVE = "inconclusive"
    WRONG = "wrong"
    NOTHING = "no shortcut in training"


def draw_with_folder(
    pool: Pool, images: int, kind: str, dose: float, carrier: Carrier, rng: np.random.Generator
) -> Drawn:  # fmt: skip
    """Draw images of training, then half as many other photos for the evaluation folder."""
    both = draw_images(pool.photos, images + images // 2, "random labels", 0.0, rng)
    folder = np.arange(len(both.labels)) >= images
    marked_class = np.where(folder, 0 if carrier is Carrier.OTHER else 1, 1)
    for side, free in ((~folder, Carrier.ALONE), (folder, Carrier.NONE)):
        of_class = rng.permutation(np.flatnonzero(side & (both.labels == marked_class)))
        if carrier is not free and kind in KINDS:
            marked = of_class[: max(1, round(dose * len(of_class)))]
            both.variant[marked] = 1 + list(KINDS).index(kind)
    return both


def judge_folder(results: tuple[ProbeResult, ...], carrier: Carrier) -> Said:
    """Return what is said of the folder, by the clearest probe that says yes in training.

    Any such probe that says yes of a folder without the marker, or with it on the other class, is
    wrong.
    """
    yes = [one for one in results if one.verdict is ShortcutVerdict.YES]
    folders = [one.folder for one in yes if one.folder is not None]
    if not folders:
        return Said.RIGHT if carrier is Carrier.ALONE else Said.NOTHING
    clearest = folders[0]
    match carrier:
        case Carrier.ALONE:
            return Said.WRONG
        case Carrier.SAME:
            right, wrong = (
                clearest.verdict is ShortcutVerdict.YES,
                clearest.verdict is ShortcutVerdict.NO,
            )
        case Carrier.NONE | Carrier.OTHER:
            right = clearest.verdict is ShortcutVerdict.NO
            right &= carrier is Carrier.NONE or clearest.reversed
            wrong = any(one.verdict is ShortcutVerdict.YES for one in folders)
    return Said.WRONG if wrong else Said.RIGHT if right else Said.INCONCLUSIVE


def _folder(asked: argparse.Namespace) -> None:
    """Run trials with an evaluation folder, and print what is said of it."""
    pool = Pool(_stored(asked))
    end = time.monotonic() + 60 * asked.minutes
    carriers = [carrier for carrier in Carrier if carrier is not Carrier.ALONE]
    each = list(itertools.product(KINDS, asked.doses, carriers))
    said: dict[tuple[str, float, Carrier], list[Said]] = defaultdict(list)
    accuracy: dict[tuple[str, float, Carrier], list[float]] = defaultdict(list)
    last = asked.first + asked.trials
    for number in range(asked.first, last):
        # Training is the same whatever the folder alone carries: one kind each time will do.
        alone = (list(KINDS)[number % len(KINDS)], asked.doses[0], Carrier.ALONE)
        for position, one in enumerate([*each, alone]):
            rng = np.random.default_rng([number, position])
            drawn = draw_with_folder(pool, asked.images, *one, rng)
            question = _question(pool, drawn, np.arange(len(drawn.labels)) < asked.images)
            results = find_shortcuts(question, seed=int(rng.integers(1 << 30)))
            said[one].append(judge_folder(results, one[2]))
            clearest = results[0]
            if clearest.verdict is ShortcutVerdict.YES and clearest.folder is not None:
                accuracy[one].append(clearest.folder.accuracy)
        late = time.monotonic() > end
        if late or (number + 1) % 20 == 0 or number + 1 == last:
            print(f"\n{time.process_time():.0f} s of processor time", flush=True)
            for one, outcomes in said.items():
                _print_said(one, outcomes, accuracy[one])
        if late:
            return


def _print_said(
    one: tuple[str, float, Carrier], outcomes: list[Said], accuracy: list[float]
) -> None:  # fmt: skip
    kind, dose, carrier = one
    n = len(outcomes)
    ends = {said: wilson(outcomes.count(said), n) for said in (Said.RIGHT, Said.WRONG)}
    counts = ", ".join(
        f"{said} {outcomes.count(said)}"
        + (f" ({ends[said][0]:.3f} to {ends[said][1]:.3f})" if said in ends else "")
        for said in Said
    )
    mean = f"{np.mean(accuracy):.3f}" if accuracy else "-"
    print(f"{kind:26s} {dose:4.0%} {carrier:26s} of {n}: {counts}; accuracy {mean}", flush=True)


def _trials(asked: argparse.Namespace) -> None:
    """Run trials, one of each kind and dose in turn, until they are done or the time is up."""
    pool = Pool(_stored(asked))
    end = time.monotonic() + 60 * asked.minutes
    each: list[tuple[str, float]] = [*itertools.product(KINDS, asked.doses)]
    if not asked.first_yes:
        each += [(kind, 0.0) for kind in NULLS]
    outcomes: dict[tuple[str, float], list[Outcome]] = defaultdict(list)
    for number in range(asked.first, asked.first + asked.trials):
        for position, (kind, dose) in enumerate(each):
            rng = np.random.default_rng([number, position])
            drawn = draw_images(pool.photos, asked.images, kind, dose, rng)
            seed = int(rng.integers(1 << 30))
            outcomes[kind, dose].append(trial(pool, drawn, seed, first_yes=asked.first_yes))
        late = time.monotonic() > end
        if late or (number + 1 - asked.first) % 20 == 0 or number + 1 == asked.first + asked.trials:
            _print(outcomes)
        if late:
            return


def _print(outcomes: dict[tuple[str, float], list[Outcome]]) -> None:
    print(f"\n{time.process_time():.0f} s of processor time", flush=True)
    for (kind, dose), trials in sorted(outcomes.items()):
        n, some = len(trials), sum(bool(one.yes) for one in trials)
        low, high = wilson(some, n)
        probes = [name for one in trials for name in sorted(one.yes)]
        counts = ", ".join(f"{name} {probes.count(name)}" for name in sorted({*probes}))
        gain = np.mean([one.gain for one in trials])
        share = f"{some}/{n} = {some / n:.3f} ({low:.2f} to {high:.2f})"
        print(f"{kind:26s} {dose:4.0%} {share}, best probe +{gain:.3f}: {counts}", flush=True)
    if not any(kind in NULLS for kind, _ in outcomes):
        return
    null = [one for (kind, _), trials in outcomes.items() if kind in NULLS for one in trials]
    false = sum(bool(one.yes) for one in null)
    low, high = wilson(false, len(null))
    share = f"{false / len(null):.3f} ({low:.3f} to {high:.3f})"
    print(f"no shortcut: {false} of {len(null)} = {share}", flush=True)


def _moved(asked: argparse.Namespace) -> None:
    """Print for each kind and dose what linear models gain from the marker, the best of them."""
    pool = Pool(_stored(asked))
    features = {
        "embedding": pool.embedding.astype(np.float64),
        "descriptors": describe(pool.records).astype(np.float64),
    }
    for name, x in features.items():
        plain = x[: pool.photos]
        features[name] = (x - plain.mean(axis=0)) / (plain.std(axis=0) + 0.1 * plain.std())
    for kind, dose in itertools.product(KINDS, asked.doses):
        gains = []
        for number in range(asked.first, asked.first + asked.trials):
            rng = np.random.default_rng([number, list(KINDS).index(kind)])
            drawn = draw_images(pool.photos, asked.images, kind, dose, rng)
            fold = rng.permutation(len(drawn.labels)) % FOLDS
            rows = drawn.variant * pool.photos + drawn.photos
            gains.append(
                np.concatenate(
                    [
                        _accuracies(x[rows], drawn.labels, fold)
                        - _accuracies(x[drawn.photos], drawn.labels, fold)
                        for x in features.values()
                    ]
                )
            )
        means = np.mean(gains, axis=0)
        best = int(means.argmax())
        spread = np.std(gains, axis=0)[best] / np.sqrt(len(gains))
        name = list(features)[best // len(PENALTIES)]
        print(
            f"{kind:26s} {dose:4.0%} moves {means[best]:+.3f}"
            f" ({means[best] - 1.96 * spread:+.3f} to {means[best] + 1.96 * spread:+.3f}),"
            f" {name}; a perfect reader {dose / 2:+.3f}",
            flush=True,
        )


def _accuracies(x: Doubles, labels: Ints, fold: Ints) -> Doubles:
    """Return the accuracy out of fold of a ridge classifier at each penalty.

    Solved in the space of images, in which all penalties share one decomposition.
    """
    target = 2.0 * labels - 1
    right = np.zeros(len(PENALTIES))
    products = x @ x.T
    for number in range(FOLDS):
        held, learned = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        square = products[np.ix_(learned, learned)]
        values, vectors = np.linalg.eigh(square)
        turned = vectors.T @ target[learned]
        across = products[np.ix_(held, learned)] @ vectors
        for position, penalty in enumerate(PENALTIES):
            scores = across @ (turned / (values + penalty * values.mean() * len(values) / 100))
            right[position] += ((scores > 0) == (labels[held] == 1)).sum()
    accuracies: Doubles = right / len(labels)
    return accuracies


def main() -> None:
    """Run one step and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    steps = parser.add_subparsers(required=True)
    for name, run in (
        ("features", _features),
        ("moved", _moved),
        ("trials", _trials),
        ("folder", _folder),
    ):
        step = steps.add_parser(name)
        step.set_defaults(run=run)
        step.add_argument("work", type=Path)
        step.add_argument("--pool", choices=("tuning", "clothing", "objects"), default="objects")
        if name == "features":
            step.add_argument("--data", default=os.environ.get("INSPECTOR_DATA", DEFAULT))
            continue
        step.add_argument("--images", type=int, default=400)
        step.add_argument("--trials", type=int, default=200)
        step.add_argument("--first", type=int, default=0, help="first seed, to go on with others")
        step.add_argument("--doses", type=float, nargs="+", default=DOSES)
        step.add_argument("--minutes", type=float, default=60)
        step.add_argument("--first-yes", action="store_true", help="only whether any probe finds")
    asked = parser.parse_args()
    asked.run(asked)


if __name__ == "__main__":
    main()
