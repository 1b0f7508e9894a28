"""Seed variability: what a baseline model reaches with other seeds of the same Keras call."""

import hashlib
import json
from dataclasses import dataclass
from itertools import chain

import msgspec
import numpy as np

from inspector.audit import seed_variability as draws
from inspector.project.changes import Changes
from inspector.project.splits.keras_split import one_call
from inspector.project.splits.leakage_analysis import SEEDS, seeded
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Rule
from inspector.splits.keras_replay import Loader
from inspector.store.records import SEED_VARIABILITY, SeedVariabilityRecord
from inspector.store.sample_table import SampleTable, among
from inspector.work.diagnosis_process import SeedScoresRequest, answer_in_child
from inspector.work.jobs import Progress, Stop

# More images teach a linear model little more about the seeds, and cost minutes.
MAX_IMAGES = 20_000


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure over seeds, 0..1; seeds with an empty split are left out.

    Attributes:
        percentile: Share of the other seeds below the user's, 0..1; None without one.
    """

    values: tuple[float, ...]
    this_seed: float | None
    percentile: float | None

    @property
    def median(self) -> float:
        """Median over the seeds."""
        return self.at(50)

    def at(self, percent: float) -> float:
        """Return a percentile over the seeds."""
        return float(np.percentile(self.values, percent)) if self.values else 0.0


@dataclass(frozen=True, slots=True)
class SeedVariability:
    """Baseline accuracy and class balance over 200 seeds and the user's.

    Attributes:
        accuracy: Of a baseline model on each seed's validation.
        class_deviation: Largest difference between a class's share of validation and of all images.
        images: Number of images used.
    """

    accuracy: Measure
    class_deviation: Measure
    images: int


def seeded_call(source: SplitSource, rule: Rule) -> Rule | None:
    """Return the Keras call of a rule if another seed would hold back other files, else None."""
    single = one_call(source, rule)
    if single is None or not single.call.shuffle or single.call.loader is Loader.GENERATOR:
        return None
    return single


def score_seeds_of(
    source: SplitSource, rule: Rule, *, stop: Stop | None = None, progress: Progress | None = None
) -> SeedVariability | None:
    """Score the call with 200 seeds in a child process and store the result; None when stopped.

    Raises:
        DatasetError: Keras would raise on this folder.
        UsageError: The rule's arguments are wrong.
    """
    found_rule = seeded_call(source, rule)
    if found_rule is None:
        return None
    rule = found_rule
    own = rule.call.seed
    seeds = [*([] if own is None else [own]), *(s for s in range(SEEDS) if s != own)]
    # One after another: the paths of 200 splits of a million files take gigabytes.
    sides = seeded(source, rule, seeds)
    training, validation = next(sides)
    rows = _rows(source, {*training, *validation})
    place: dict[str, int] = {path: i for i, path in enumerate(rows.paths)}
    masks = []
    for held in chain([validation], (one for _, one in sides)):
        mask = np.zeros(len(rows), np.bool_)
        mask[[place[path] for path in held if path in place]] = True
        masks.append(np.packbits(mask))
    labels = rows.text("label").sorted().codes.astype(np.int64)
    with source.groups.fingerprints.for_child(rows) as [described]:
        ask = SeedScoresRequest(
            described, labels, np.array(seeds, np.int64), np.stack(masks),
        )  # fmt: skip
        scores = answer_in_child(
            ask, draws.SeedScores, stop=stop or Stop(), progress=progress or Progress(),
            low_priority=source.context.low_priority,
        )  # fmt: skip
    if scores is None:
        return None
    record = SeedVariabilityRecord(
        _key(rule, rows), len(rows), tuple(seeds), own,
        _plain(scores.accuracy), _plain(scores.class_deviation),
    )  # fmt: skip
    source.context.store.records.note(SEED_VARIABILITY, record)
    source.context.emit(Changes(rule=True, text="200 seeds were drawn"))
    return known(source, rule)


def known(source: SplitSource, rule: Rule) -> SeedVariability | None:
    """Return the stored result for this rule and these images, or None."""
    record = source.context.store.records.get(SEED_VARIABILITY)
    drawn_rule = seeded_call(source, rule) if record else None
    if record is None or drawn_rule is None:
        return None
    rule = drawn_rule
    (sides,) = seeded(source, rule, [rule.call.seed or 0])
    if record.digest != _key(rule, _rows(source, {*sides[0], *sides[1]})):
        return None
    nan = float("nan")
    accuracy, deviation = (
        np.array([nan if v is None else v for v in values])
        for values in (record.accuracy, record.class_deviation)
    )
    seeds = np.array(record.seeds, np.int64)
    scores = draws.SeedScores(seeds, np.full(len(seeds), nan), deviation, accuracy)
    return SeedVariability(
        _measure(scores, "accuracy", record.own),
        _measure(scores, "class_deviation", record.own), record.images,
    )  # fmt: skip


def _measure(scores: draws.SeedScores, name: str, own: int | None) -> Measure:
    values = scores.accuracy if name == "accuracy" else scores.class_deviation
    mine = None
    others = values
    if own is not None:
        mine = float(values[0]) if np.isfinite(values[0]) else None
        others = values[1:] if own >= SEEDS else values
    percentile = None if own is None else scores.percentile(name, own)
    return Measure(tuple(others[np.isfinite(others)].tolist()), mine, percentile)


def _rows(source: SplitSource, inside: set[str]) -> SampleTable:
    """Return the images to use, evenly sampled if there are too many."""
    images = source.groups.images()
    images = images.where(among(images.paths, inside))
    if len(images) <= MAX_IMAGES:
        return images
    chosen = np.random.default_rng(0).permutation(len(images))[:MAX_IMAGES]
    return images.of_rows(np.sort(chosen))


def _key(rule: Rule, rows: SampleTable) -> str:
    digest = hashlib.sha256(json.dumps(msgspec.to_builtins(rule)).encode())
    for s in rows:
        digest.update(f"{s.path}\0{s.label}\0".encode() + s.sha256)
    return digest.hexdigest()


def _plain(values: draws.Doubles) -> tuple[float | None, ...]:
    return tuple(round(float(v), 6) if np.isfinite(v) else None for v in values)
