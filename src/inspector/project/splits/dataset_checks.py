"""Checks of the dataset itself: a doubtful layout, differing class tables, class imbalance."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.finding import HIGH, MIDDLE
from inspector.dataset.layouts import Layout
from inspector.dataset.layouts.views.class_tables import (
    ClassDifference,
    ClassTable,
    differences,
    folder_tables,
    label_tables,
    numbering,
    own_differences,
)
from inspector.dataset.layouts.views.outline import doubts
from inspector.project.context import ProjectContext
from inspector.store.sample_table import SampleTable

UNSURE = "layout_unsure"
TABLES = "class_tables_differ"
IMBALANCE = "class_imbalance"
ONE_CLASS = "one_class"
FORMAT = "format_tells_class"
OF_LAYOUT = frozenset({UNSURE, TABLES, ONE_CLASS})
"""Findings that another layout may resolve."""
CODES = OF_LAYOUT | {IMBALANCE, FORMAT}
# Source: at 20:1, always predicting the larger of two classes is correct for 95 % of images.
MAX_RATIO = 20
# Format and size must predict the class this much more often than the largest class alone.
_MIN_GAIN = 0.2
_MIN_ACCURACY = 0.8
_MIN_IMAGES = 40
_SPLITS = ("training", "validation", "test")
_SHOWN = 4


def dataset_checks(context: ProjectContext, samples: SampleTable) -> list[Pitfall]:
    """Return the problems of the dataset itself, a doubtful layout first.

    Args:
        context: Project context; the class folders are listed as they are now.
        samples: Its samples.
    """
    layout = context.layout
    images = samples.images()
    images = images.where(~images.text("label").equals(""))
    labels = images.text("label").counts()
    pitfalls = _unsure(layout, labels)
    if len(labels) == 1:
        pitfalls.append(
            Pitfall(
                ONE_CLASS, HIGH,
                f"All {len(images):,} images are of 1 class, {images[0].label}",
                "A classifier needs"
                " two: no accuracy can be measured. Check how the folders are read.",
                {"classes": 1.0},
            )
        )  # fmt: skip
    for tables in _tables(context, samples, images):
        pitfalls += _wrong(tables, images)
    return pitfalls + _imbalance(images) + _format_tells_class(images)


def _unsure(layout: Layout, labels: Collection[str]) -> list[Pitfall]:
    sentences = doubts(layout, sorted(labels))
    if not sentences:
        return []
    text = f"It was opened as {layout.text}. {' '.join(sentences)}"
    options = "; ".join(a.option for a in layout.alternatives[:3])
    advice = f" Other readings: {options}." if options else ""
    confirm = f" If it is right, confirm it: {layout.choice.options}."
    return [
        Pitfall(
            UNSURE,
            HIGH,
            "Check how the dataset is read",
            text + advice + confirm,
            {"classes": len(labels)},
        )
    ]


def _tables(
    context: ProjectContext, samples: SampleTable, images: SampleTable
) -> list[list[ClassTable]]:
    """Return the class tables: of folders if Keras reads them, else of the labels per split."""
    layout = context.layout
    listed = np.flatnonzero(~samples.text("status").equals("ignored", "other"))
    paths = (samples.paths[row] for row in listed.tolist())
    try:
        tables = folder_tables(context.root, paths, layout)
    except OSError:
        return []  # The folder is gone; the scan reports it.
    if not tables:
        classes: defaultdict[str, set[str]] = defaultdict(set)
        splits, names = images.text("split"), images.text("label")
        both = np.column_stack([splits.codes, names.codes])
        for split, name in np.unique(both, axis=0).tolist():
            classes[splits.values[split]].add(names.values[name])
        order = [s for s in _SPLITS if s in classes]
        tables = label_tables({s: sorted(classes[s]) for s in order})
    first = next((t for t in tables if layout.splits.get(t.name) == "training"), None)
    return [sorted(tables, key=lambda t: t is not first)] if tables else []


def _wrong(tables: list[ClassTable], images: SampleTable) -> list[Pitfall]:
    first, *others = tables
    own = {t.name: own_differences(t) for t in tables}
    pitfalls = []
    for other in others:
        between = [*own.pop(first.name, ()), *own.pop(other.name, ()), *differences(first, other)]
        if between:
            what = "class folders" if first.folders else "classes"
            title = f"The {what} of {first.name} and {other.name} differ"
            numbers = numbering(first, other) if first.folders else ""
            pitfalls.append(_pitfall(title, between, numbers, [first, other], images))
    for name, alone in own.items():
        if alone:
            table = next(t for t in tables if t.name == name)
            title = f"The class folders of {name} are not all classes"
            numbered = ", ".join(f"{i} {c}" for i, c in enumerate(table.classes[:6]))
            more = ", …" if len(table.classes) > 6 else ""
            text = f"Keras numbers the folders in {name} {numbered}{more}."
            pitfalls.append(_pitfall(title, alone, text, [table], images))
    return pitfalls


def _pitfall(
    title: str, between: Sequence[ClassDifference], numbers: str, tables: Sequence[ClassTable],
    images: SampleTable,
) -> Pitfall:  # fmt: skip
    """Return the finding: the problem per class, its effect in Keras, and what to do."""
    differing = "; ".join(d.text for d in between[:_SHOWN])
    more = f"; and {len(between) - _SHOWN:,} more" if len(between) > _SHOWN else ""
    advice = " ".join(dict.fromkeys(d.advice for d in between[:_SHOWN]))
    detail = " ".join(part for part in (f"{differing}{more}.", numbers, advice) if part)
    names = {d.name for d in between} | {d.other for d in between if d.other}
    table = {f"{t.name}/{c}": float(i) for t in tables for i, c in enumerate(t.classes)}
    files = tuple(images.where(images.text("label").equals(*names)).paths)
    return Pitfall(TABLES, HIGH, title, detail, {"classes": float(len(between)), **table}, files)


def _told(labels: Counter[str]) -> list[str]:
    """Return the labels that are the most common one even without one of their own images."""
    counts = list(labels.values())
    before = [0, *accumulate(counts, max)]
    after = [0, *accumulate(reversed(counts), max)][-2::-1]
    return [
        label
        for label, count, most, later in zip(labels, counts, before, after, strict=False)
        if count - 1 > most and count - 1 >= later
    ]


def _imbalance(images: SampleTable) -> list[Pitfall]:
    """Return the finding that one class far outnumbers another: accuracy hides the small one."""
    counts = images.text("label").counts()
    if len(counts) < 2:
        return []
    (largest, most), (smallest, fewest) = counts.most_common()[0], counts.most_common()[-1]
    ratio = most / fewest
    if ratio < MAX_RATIO:
        return []
    share = most / len(images)
    few = tuple(images.where(images.text("label").equals(smallest)).paths)
    return [
        Pitfall(
            IMBALANCE, HIGH,
            f"The classes are imbalanced {ratio:.0f} to 1",
            f"{largest} has {most:,} images and"
            f" {smallest} {fewest:,}. Always answering {largest} would be right for {share:.0%} of"
            " the images: judge a model by the recall of each class (balanced accuracy), not by"
            " accuracy alone.",
            {"ratio": round(ratio, 2), "largest": most, "smallest": fewest,
             "majority_share": round(share, 4)},
            few,
        )
    ]  # fmt: skip


def _format_tells_class(images: SampleTable) -> list[Pitfall]:
    """Return the finding that file format and size predict the class, judged leave-one-out."""
    labels = images.text("label")
    classes = labels.counts()
    if len(classes) < 2 or len(images) < _MIN_IMAGES:
        return []
    fact, kinds = _formats(images)
    both = fact * len(labels.values) + labels.codes
    pairs, pair, files = np.unique(both, return_inverse=True, return_counts=True)
    table: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for one, count in zip(pairs.tolist(), files.tolist(), strict=True):
        number, code = divmod(one, len(labels.values))
        table[number][labels.values[code]] = count
    told = {(number, label) for number, of in table.items() for label in _told(of)}
    tells = np.array([
        (one // len(labels.values), labels.values[one % len(labels.values)]) in told
        for one in pairs.tolist()
    ])  # fmt: skip
    named = images.where(tells[pair]).paths
    share, chance = len(named) / len(images), max(classes.values()) / len(images)
    if share < _MIN_ACCURACY or share - chance < _MIN_GAIN:
        return []
    common = {
        label: max((of[label], -number) for number, of in table.items())
        for label in sorted(classes)[:_SHOWN]
    }
    shown = "; ".join(
        f"{label}: {most / classes[label]:.0%} are {kinds[-number]}"
        for label, (most, number) in common.items()
    )
    return [
        Pitfall(
            FORMAT, MIDDLE,
            f"Format and size tell the class of {share:.0%} of the images (the largest class is"
            f" {chance:.0%})",
            f"{shown}. A model may learn that instead of the object, and fail on images from"
            " elsewhere: save all images in one format, at one size, by one program.",
            {"accuracy": round(share, 4), "chance": round(chance, 4)}, tuple(named),
        )
    ]  # fmt: skip


def _formats(images: SampleTable) -> tuple[NDArray[np.int64], list[str]]:
    """Return the number of the format and size of each image, and each of them as text."""
    formats = images.text("format")
    width, wide = np.unique(images.number("width"), return_inverse=True)
    height, high = np.unique(images.number("height"), return_inverse=True)
    # Numbers of sizes in place of sizes: a damaged file may hold any.
    sizes, size = np.unique(wide * len(height) + high, return_inverse=True)
    both = formats.codes.astype(np.int64) * len(sizes) + size
    codes, numbers = np.unique(both, return_inverse=True)
    kinds = []
    for code in codes.tolist():
        name, place = divmod(code, len(sizes))
        across, down = divmod(int(sizes[place]), len(height))
        kinds.append(f"{formats.values[name]} {width[across]}x{height[down]}")
    return numbers, kinds
