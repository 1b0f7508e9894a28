"""Which suspected label errors the queue shows, and the sentences about each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from inspector.app.labels.case_list import confidence_of
from inspector.project.diagnosis.labels import LabelCase


class SuspectKind(Enum):
    """What is suspected; the value is the text of the tab."""

    SUSPECTS = "Suspected errors"
    CONFLICTS = "Two labels"


class CaseOrder(Enum):
    """Order of the cases."""

    CERTAIN = "Most certain"
    CLASS = "Class"
    NAME = "File name"


@dataclass(frozen=True, slots=True)
class LabelQueue:
    """The content of the queue.

    Attributes:
        cases: The undecided ones, in order.
        done: How many are decided, and of how many.
        left: Number of undecided cases of each kind.
        aside: The decisions so far, as text.
        looked: Whether the search for label errors has run.
        sample: What the models learned from, as a sentence; "" where that is all images.
    """

    kind: SuspectKind
    cases: tuple[LabelCase, ...]
    done: tuple[int, int]
    left: dict[SuspectKind, int]
    aside: str
    looked: bool
    sample: str = ""


def label_queue(
    cases: Sequence[LabelCase],
    looked: bool,
    kind: SuspectKind | None,
    order: CaseOrder,
    split: str,
    show: frozenset[int],
) -> LabelQueue:
    """Return the queue.

    Args:
        cases: In the order of the project: conflicts first, then the most suspicious.
        looked: Whether the search for label errors has run.
        kind: None for suspected errors, or conflicts if nothing else is undecided.
        order: Order of the cases.
        split: Split of the images; "" for all.
        show: Sample ids that must be in the queue, whatever was chosen.
    """
    by_kind = {
        SuspectKind.SUSPECTS: [c for c in cases if c.score is not None],
        SuspectKind.CONFLICTS: [c for c in cases if c.score is None],
    }
    left = {name: sum(not c.done for c in some) for name, some in by_kind.items()}
    asked_for = next((n for n, some in by_kind.items() for c in some if _holds(c, show)), None)
    first = (
        SuspectKind.SUSPECTS
        if left[SuspectKind.SUSPECTS] or not left[SuspectKind.CONFLICTS]
        else SuspectKind.CONFLICTS
    )
    chosen = asked_for or kind or first
    rows = by_kind[chosen]
    if split:
        rows = [c for c in rows if any(s.split == split for s in c.samples) or _holds(c, show)]
    # Conflicts between identical images come first: they are proven.
    match order:
        case CaseOrder.CERTAIN:
            rows = sorted(rows, key=_least_certain_last)
        case CaseOrder.CLASS:
            rows = sorted(rows, key=lambda c: (c.labels[0], c.suggested))
        case CaseOrder.NAME:
            rows = sorted(rows, key=lambda c: c.samples[0].path)
    done = [c for c in rows if c.done]
    return LabelQueue(
        chosen, tuple(c for c in rows if not c.done), (len(done), len(rows)), left,
        _aside(done), looked,
    )  # fmt: skip


def question(case: LabelCase) -> str:
    """Return the question to decide."""
    if case.score is None:
        names = " or ".join(case.labels[:3])
        start = "One image, two labels" if case.identical else "Similar images, two labels"
        return f"{start}: {names}?"
    return f"Labelled {case.labels[0]}. Is it {_article(case.suggested)}{case.suggested}?"


def reason(case: LabelCase) -> str:
    """Return why the label is suspected, and how certainly."""
    if case.score is None:
        if case.identical:
            return "The files or pixels are identical, so one of the labels is wrong."
        return "Similar images with different labels: compare them on Duplicates."
    now = case.samples[0].new_label
    decided = f" It is {now} now." if now else ""
    share = confidence_of(case)
    if share is not None:
        return (
            f"Baseline models that never saw this image say {case.suggested} with a confidence of"
            f" {share:.2f}.{decided}"
        )
    return (
        f"Baseline models that never saw this image suggest {case.suggested} and give its label"
        f" {case.score:.2f}.{decided}"
    )


def _least_certain_last(case: LabelCase) -> tuple[bool, float]:
    share = confidence_of(case)
    return not case.identical, -share if share is not None else (case.score or 0.0) - 1


def _holds(case: LabelCase, samples: frozenset[int]) -> bool:
    return any(s.id in samples for s in case.samples)


def _aside(done: Sequence[LabelCase]) -> str:
    """Return how many labels were changed, excluded or kept."""
    counts = Counter(
        "changed" if any(s.new_label for s in case.samples)
        else "excluded" if any(s.mark == "drop" for s in case.samples) else "kept"
        for case in done
    )  # fmt: skip
    names = ("changed", "excluded", "kept")
    return ", ".join(f"{counts[name]} {name}" for name in names if counts[name])


def _article(label: str) -> str:
    """Return "a " or "an " before a word that takes one; "" before a plural or a code."""
    if (
        not label.isalpha()
        or (label.endswith("s") and not label.endswith("ss"))
        or not label.islower()
    ):
        return ""
    return "an " if label[0] in "aeiou" else "a "
