"""How many confirmed near-duplicates are expected to be false, in figures and words."""

import numpy as np
from numpy.typing import NDArray

from inspector.audit.false_pairs import ExpectedFalse, ScoreCounts, expected_false
from inspector.project.context import ProjectContext
from inspector.project.review.duplicates import DuplicateIndex, Duplicates
from inspector.similarity.levels import SURE
from inspector.store.records import COMPARED_PAIRS


class FalsePairs:
    """Estimate false pairs from candidates of different classes that the last search compared."""

    def __init__(self, context: ProjectContext, duplicates: Duplicates) -> None:
        self._context = context
        self._duplicates = duplicates

    def expected(self) -> ExpectedFalse | None:
        """Return what is expected at the project's threshold; None where it can't be told."""
        record = self._context.store.records.get(COMPARED_PAIRS)
        if not record.other:
            return None
        index = self._duplicates.index()
        counts = ScoreCounts(np.array(record.same), np.array(record.other))
        similarity = index.similarity
        two_labels = _two_labels(index)
        return expected_false(counts, similarity, two_labels, index.threshold)

    def text(self) -> str:
        """Say in a sentence or two how many confirmed near-duplicates are expected to be false."""
        expected = self.expected()
        return _raised(self._duplicates) + (
            "How many near-duplicates are false can't be estimated: too few pairs of different"
            f" classes were compared, or pairs are confirmed below {SURE:.2f}."
            if expected is None
            else expected_text(expected)
        )


def expected_text(expected: ExpectedFalse) -> str:
    """Return the estimate as a sentence."""
    if not expected.pairs:
        return "No near-duplicate is confirmed, beside identical images."
    pairs = f"{expected.pairs:,} confirmed near-duplicate pair{'s' * (expected.pairs != 1)}"
    interval = f"95 % CI {expected.low:,} to {expected.high:,}"
    if expected.mean < 0.5:
        return f"Expected false among {pairs}: fewer than one ({interval})."
    return f"Expected false among {pairs}: about {expected.mean:,.0f} ({interval})."


def expected_json(expected: ExpectedFalse | None) -> dict[str, object] | None:
    """Return the estimate of false pairs for JSON; None where there is none."""
    if expected is None:
        return None
    return {
        "pairs": expected.pairs, "mean": round(expected.mean, 2), "low": expected.low,
        "high": expected.high, "controls": expected.controls, "two_labels": expected.two_labels,
    }  # fmt: skip


def _raised(duplicates: Duplicates) -> str:
    if not duplicates.is_level_raised():
        return ""
    return (
        f"Pairs are confirmed from {duplicates.threshold:.2f} on here: at {SURE:.2f} too many of"
        " this dataset's would be false. "
    )


def _two_labels(index: DuplicateIndex) -> NDArray[np.bool_]:
    """Return for each edge whether its images carry different labels."""
    images = index.samples.table
    ends = index.ends
    rows = images.rows_of(ends.ravel())
    labels = images.labels().codes[rows].reshape(-1, 2)
    return np.asarray(labels[:, 0] != labels[:, 1], np.bool_)
