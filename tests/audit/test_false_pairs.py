"""False pairs are expected where other classes have them; label errors are not taken for any."""

import numpy as np
import pytest

from inspector.audit.false_pairs import (
    MAX_FALSE_SHARE,
    POSSIBLE_BIN,
    STEP,
    SURE_LEVEL,
    ExpectedFalse,
    ScoreCounts,
    confirmed_level,
    counted,
    expected_false,
)
from inspector.similarity.levels import POSSIBLE, SURE

Scores = np.ndarray


def compared(same: Scores, other: Scores) -> tuple[ScoreCounts, Scores, Scores]:
    """What a search knows: many pairs of different classes that are not alike at all, and these."""
    similarity = np.concatenate([same, other])
    two_labels = np.repeat([False, True], [len(same), len(other)])
    counts = counted(similarity, two_labels)
    counts.other[0] += 5_000
    rows = similarity >= POSSIBLE
    return counts, similarity[rows], two_labels[rows]


def estimate(same: Scores, other: Scores) -> ExpectedFalse:
    expected = expected_false(*compared(same, other), SURE)
    assert expected is not None
    return expected


def falling(draw: np.random.Generator, pairs: int, decay: float) -> Scores:
    """Similarities of false pairs from the candidate level on."""
    return np.minimum(POSSIBLE + draw.exponential(1 / decay, pairs), 1.0)


def test_the_levels_are_those_of_the_search() -> None:
    assert pytest.approx(POSSIBLE) == POSSIBLE_BIN * STEP
    assert pytest.approx(SURE) == SURE_LEVEL


def test_a_dataset_whose_candidates_stay_below_has_none() -> None:
    draw = np.random.default_rng(1)
    copies = draw.uniform(0.9, 1, 200)
    below = draw.uniform(POSSIBLE, 0.75, 40)
    expected = estimate(np.concatenate([copies, below]), draw.uniform(POSSIBLE, 0.75, 30))
    assert (expected.pairs, expected.controls, expected.two_labels) == (200, 30, 0)
    assert expected.mean < 0.5
    assert expected.low == 0
    assert expected.high <= 4


def test_forms_of_one_template_raise_the_level() -> None:
    draw = np.random.default_rng(2)
    same = np.concatenate([draw.uniform(POSSIBLE, SURE, 1200), draw.uniform(SURE, 0.93, 280)])
    other = np.concatenate([draw.uniform(POSSIBLE, SURE, 400), draw.uniform(SURE, 0.93, 95)])
    copies = draw.uniform(0.95, 1, 100)
    given = compared(np.concatenate([same, copies]), other)
    expected = expected_false(*given, SURE)
    assert expected is not None
    assert 280 < expected.low <= 375 <= expected.high
    level = confirmed_level(*given, SURE)
    assert 0.9 <= level <= 0.97
    above = expected_false(*given, level)
    assert above is not None
    assert above.share[0] <= MAX_FALSE_SHARE


def test_images_that_were_labelled_twice_are_no_false_pairs() -> None:
    draw = np.random.default_rng(3)
    same = np.concatenate([draw.uniform(0.9, 1, 900), draw.uniform(POSSIBLE, SURE, 60)])
    other = np.concatenate([draw.uniform(0.9, 1, 100), draw.uniform(POSSIBLE, SURE, 6)])
    given = compared(same, other)
    expected = expected_false(*given, SURE)
    assert expected is not None
    assert expected.two_labels == 100
    assert expected.share[0] <= MAX_FALSE_SHARE
    assert confirmed_level(*given, SURE) == SURE


def test_a_confirmed_pair_far_above_the_level_is_rarely_false() -> None:
    below = np.full(60, 0.68)
    near, far = (estimate(np.append(below, value), np.zeros(0)) for value in (0.86, 0.98))
    assert near.mean > 5 * far.mean


def test_nothing_is_said_without_other_classes_or_below_the_measured_level() -> None:
    counts, similarity, two_labels = compared(np.full(5, 0.9), np.zeros(0))
    assert expected_false(counts, similarity, two_labels, 0.8) is None
    counts.other[:] = 0
    assert expected_false(counts, similarity, two_labels, SURE) is None
    assert confirmed_level(counts, similarity, two_labels, SURE) == SURE


@pytest.mark.parametrize("decay", [10.0, 23.0])
def test_the_interval_holds_the_number_of_false_pairs(decay: float) -> None:
    draw = np.random.default_rng(int(decay))
    held = 0
    for _ in range(60):
        same, other = falling(draw, 400, decay), falling(draw, 200, decay)
        copies = draw.uniform(SURE, 1, 300)
        expected = estimate(np.concatenate([same, copies]), other)
        false = int((same >= SURE).sum() + (other >= SURE).sum())
        held += expected.low <= false <= expected.high
    assert held >= 54
