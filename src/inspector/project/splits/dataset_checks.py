"""Checks of the dataset itself: a doubtful layout, differing class tables, class imbalance."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import accumulate

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
from inspector.dataset.names import Label
from inspector.project.context import ProjectContext
from inspector.store.samples import Sample

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


def dataset_checks(context: ProjectContext, rows: Sequence[Sample]) -> list[Pitfall]:
    """Return the problems of the dataset itself, a doubtful layout first.

    Args:
        context: Project context; the class folders are listed as they are now.
        rows: Its samples.
    """
    layout = context.layout
    images = [s for s in rows if s.label and s.status == "image"]
    labels = {s.label for s in images}
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
    for tables in _tables(context, rows, images):
        pitfalls += _wrong(tables, images)
    return pitfalls + _imbalance(images) + _format_tells_class(images)


def _unsure(layout: Layout, labels: set[Label]) -> list[Pitfall]:
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
    context: ProjectContext, rows: Sequence[Sample], images: Sequence[Sample]
) -> list[list[ClassTable]]:
    """Return the class tables: of folders if Keras reads them, else of the labels per split."""
    layout = context.layout
    paths = (s.path for s in rows if s.status not in ("ignored", "other"))
    try:
        tables = folder_tables(context.root, paths, layout)
    except OSError:
        return []  # The folder is gone; the scan reports it.
    if not tables:
        classes: defaultdict[str, set[str]] = defaultdict(set)
        for s in images:
            classes[s.split].add(s.label)
        order = [s for s in _SPLITS if s in classes]
        tables = label_tables({s: sorted(classes[s]) for s in order})
    first = next((t for t in tables if layout.splits.get(t.name) == "training"), None)
    return [sorted(tables, key=lambda t: t is not first)] if tables else []


def _wrong(tables: list[ClassTable], images: Sequence[Sample]) -> list[Pitfall]:
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
    images: Sequence[Sample],
) -> Pitfall:  # fmt: skip
    """Return the finding: the problem per class, its effect in Keras, and what to do."""
    differing = "; ".join(d.text for d in between[:_SHOWN])
    more = f"; and {len(between) - _SHOWN:,} more" if len(between) > _SHOWN else ""
    advice = " ".join(dict.fromkeys(d.advice for d in between[:_SHOWN]))
    detail = " ".join(part for part in (f"{differing}{more}.", numbers, advice) if part)
    names = {d.name for d in between} | {d.other for d in between if d.other}
    table = {f"{t.name}/{c}": float(i) for t in tables for i, c in enumerate(t.classes)}
    files = tuple(s.path for s in images if s.label in names)
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


def _imbalance(images: Sequence[Sample]) -> list[Pitfall]:
    """Return the finding that one class far outnumbers another: accuracy hides the small one."""
    counts = Counter(s.label for s in images)
    if len(counts) < 2:
        return []
    (largest, most), (smallest, fewest) = counts.most_common()[0], counts.most_common()[-1]
    ratio = most / fewest
    if ratio < MAX_RATIO:
        return []
    share = most / len(images)
    few = tuple(s.path for s in images if s.label == smallest)
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


def _format_tells_class(images: Sequence[Sample]) -> list[Pitfall]:
    """Return the finding that file format and size predict the class, judged leave-one-out."""
    classes = Counter(s.label for s in images)
    if len(classes) < 2 or len(images) < _MIN_IMAGES:
        return []
    facts = [(s.format, s.width, s.height) for s in images]
    table: defaultdict[tuple[str, int, int], Counter[str]] = defaultdict(Counter)
    for fact, s in zip(facts, images, strict=True):
        table[fact][s.label] += 1
    told = {(fact, label) for fact, labels in table.items() for label in _told(labels)}
    named = [s.path for fact, s in zip(facts, images, strict=True) if (fact, s.label) in told]
    share, chance = len(named) / len(images), max(classes.values()) / len(images)
    if share < _MIN_ACCURACY or share - chance < _MIN_GAIN:
        return []
    common = {
        label: Counter(f for f, s in zip(facts, images, strict=True) if s.label == label)
        for label in sorted(classes)[:_SHOWN]
    }
    shown = "; ".join(
        f"{label}: {facts_of.most_common(1)[0][1] / classes[label]:.0%} are {kind} {width}x{height}"
        for label, facts_of in common.items()
        for kind, width, height in (facts_of.most_common(1)[0][0],)
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
