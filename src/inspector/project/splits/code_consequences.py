"""Pitfalls of pasted code, and their effect on the files of a dataset, in numbers."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.values import ListBox
from inspector.code_reading.finding import CodeFinding
from inspector.code_reading.reading import CodeReading
from inspector.code_reading.roles import DatasetRole
from inspector.project.splits.code_split import code_folder
from inspector.project.splits.source import SplitSource
from inspector.store.samples import Sample

PASSES = 2
_ITEMS = 100_000
_BUFFERED_BATCHES = 8
_UNBATCHED_BUFFER = 1_024


@dataclass(frozen=True, slots=True)
class Consequence:
    """Effect of a pitfall on the files.

    Attributes:
        text: One sentence.
        numbers: Figures in it.
        files: Affected files; () for all.
    """

    text: str
    numbers: Mapping[str, float]
    files: tuple[str, ...] = ()


def code_pitfalls(
    source: SplitSource, reading: CodeReading, known: Sequence[Pitfall] = ()
) -> list[Pitfall]:
    """Return the pitfalls of the split by code alone that no replay reports."""
    codes = {p.code for p in known}
    # The replay reports these with the files behind them, or that they do no harm here.
    told = {"different_seeds", "different_shuffle", "different_validation_split", "overlap"}
    pitfalls = []
    for finding in reading.split_findings():
        if finding.code in codes | told:
            continue
        title = f"{finding.code.replace('_', ' ').capitalize()} ({finding.place.text})"
        measured = consequence(source, reading, finding)
        if measured is None:
            pitfalls.append(Pitfall(finding.code, finding.severity, title, finding.text))
        else:
            text = f"{finding.text} {measured.text}"
            numbers, files = measured.numbers, measured.files
            pitfalls.append(Pitfall(finding.code, finding.severity, title, text, numbers, files))
    return pitfalls


def consequence(
    source: SplitSource, reading: CodeReading, finding: CodeFinding
) -> Consequence | None:
    """Return the effect of a finding on the dataset; None where there is nothing to count.

    Args:
        source: The dataset.
        reading: The code reading.
        finding: One of the reading's findings.
    """
    measure = _MEASURES.get(finding.code)
    if measure is None:
        return None
    here = [c for c in reading.calls if c.place == finding.place]
    if not here and finding.code in ("take_skip_reshuffles", "predictions_shuffled"):
        here = [c for c in reading.calls if c.role is not DatasetRole.TRAINING]
    return measure(source, reading, here[0]) if here else None


def _images(source: SplitSource, call: CodeCall) -> list[Sample]:
    """Return the images in the folder of a call; [] if it is no folder of this dataset."""
    folder = code_folder(source, call.folder or "")
    if folder is None:
        return []
    start = f"{folder}/" if folder else ""
    images = (s for s in source.samples.everything() if s.status == "image")
    return [s for s in images if s.path.startswith(start)]


def _class_folder(sample: Sample) -> str:
    return sample.path.split("/")[-2] if "/" in sample.path else ""


def _test_is_training(
    source: SplitSource, reading: CodeReading, call: CodeCall
) -> Consequence | None:
    images = _images(source, call)
    trained = {s.path for c in reading.calls if c.role is DatasetRole.TRAINING
               for s in _images(source, c)}  # fmt: skip
    files = tuple(s.path for s in images if s.path in trained)
    if not files:
        return None
    text = f"{len(files):,} of its {len(images):,} images are training images."
    return Consequence(text, {"test": len(images), "both": len(files)}, files)


def _class_order(source: SplitSource, reading: CodeReading, call: CodeCall) -> Consequence | None:
    orders = [_written_order(c) for c in reading.calls if c.role is DatasetRole.TRAINING]
    images = _images(source, call)
    names = sorted({_class_folder(s) for s in images})
    mine = _written_order(call) or names
    theirs = next((o for o in orders if o), names)
    numbers = {name: i for i, name in enumerate(theirs)}
    files = tuple(
        s.path for s in images
        if (name := _class_folder(s)) in mine and mine.index(name) != numbers.get(name)
    )  # fmt: skip
    if not files:
        return None
    share = len(files) / len(images)
    text = (
        f"{len(files):,} of {len(images):,} images ({share:.0%}) have another number than in"
        f" training: a perfect model would reach {1 - share:.0%}."
    )
    return Consequence(text, {"wrong": len(files), "images": len(images)}, files)


def _written_order(call: CodeCall) -> list[str]:
    given = call.source.arguments.get("class_names", call.source.arguments.get("classes"))
    items = given.data if isinstance(given, ListBox) else given
    return [str(n) for n in items] if isinstance(items, list | tuple) else []


def _predictions(source: SplitSource, reading: CodeReading, call: CodeCall) -> Consequence | None:
    counts = Counter(_class_folder(s) for s in _images(source, call))
    total = sum(counts.values())
    if not total:
        return None
    chance = sum((n / total) ** 2 for n in counts.values())
    text = (
        f"On these {total:,} images of {len(counts)} classes a model that is always right would"
        f" seem to be right in {chance:.0%}."
    )
    return Consequence(text, {"images": total, "seeming_accuracy": round(chance, 4)})


def _take_skip(source: SplitSource, reading: CodeReading, call: CodeCall) -> Consequence | None:
    count = len(_images(source, call))
    share = call.validation_split
    if not count or not share or not 0 < share < 1:
        return None
    given = call.source.arguments.get("batch_size", 32)
    batch = given if isinstance(given, int) and given > 0 else 1
    window = _UNBATCHED_BUFFER if given is None else _BUFFERED_BATCHES * batch
    seen = trained_before(count, share=share, batch=batch, window=window)
    text = (
        f"Of {count:,} images, {seen[0]:.0%} of those that validate in the first epoch have been"
        f" trained on by then, and {seen[1]:.0%} after two epochs (simulated)."
    )
    return Consequence(
        text, {"images": count, "trained_after_1": seen[0], "trained_after_2": seen[1]}
    )


_MEASURES: Mapping[
    str, Callable[[SplitSource, CodeReading, CodeCall], Consequence | None]
] = {
    "test_is_training": _test_is_training,
    "test_is_validation": _test_is_training,
    "class_order_differs": _class_order,
    "predictions_shuffled": _predictions,
    "take_skip_reshuffles": _take_skip,
}  # fmt: skip


def trained_before(count: int, *, share: float, batch: int, window: int) -> tuple[float, ...]:
    """Return the share of an epoch's validation images that training has already seen.

    The files are reshuffled on each pass, in a window as in tf.data, and cut afterwards. Each epoch
    makes one pass for training and one for validation. Simulated with a fixed seed of its own.

    Args:
        count: Number of files.
        share: Held-out share.
        batch: Files per batch; the cut is between batches.
        window: Shuffle buffer, in files.

    Returns:
        The share after each of `PASSES` epochs.
    """
    rng = np.random.default_rng(0)
    repeats = max(1, min(20, _ITEMS // count))
    batches = -(-count // batch)
    cut = min(count, int((1 - share) * batches) * batch)
    totals = np.zeros(PASSES)
    for _ in range(repeats):
        seen = np.zeros(count, bool)
        for number in range(PASSES):
            seen[_window_order(count, window, rng)[:cut]] = True
            held = _window_order(count, window, rng)[cut:]
            totals[number] += seen[held].mean() if len(held) else 0.0
    return tuple(round(float(t), 4) for t in totals / repeats)


def _window_order(count: int, window: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the order in which tf.data's shuffle returns `count` items with a buffer."""
    held = list(range(min(window, count)))
    order = np.empty(count, np.int64)
    picks = rng.random(count)
    following = len(held)
    for i, pick in enumerate(picks.tolist()):
        place = int(pick * len(held))
        order[i] = held[place]
        if following < count:
            held[place] = following
            following += 1
        else:
            held[place] = held[-1]
            held.pop()
    return order
