"""Influence with known truth: the closed form is a retraining, planted borrowing is found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.audit.diagnosis import Bound, Verdict
from inspector.audit.folds import own_groups
from inspector.audit.influence.borrowed import InfluenceQuestion, borrowed_accuracy
from inspector.audit.influence.fold_accuracy import fold_accuracy
from inspector.audit.influence.head import PENALTIES, Head, fit_head, with_offset
from inspector.audit.influence.intervals import net_interval, too_few
from inspector.audit.influence.ranking import ranked


def planted(
    seed: int, *, strength: float, groups: int = 150, size: int = 4, distance: float = 0.15,
    columns: int = 60,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Return features of images in groups; `strength` is what a group shares beside its class."""
    draw = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    labels = draw.integers(0, 4, groups)[group]
    centres = np.random.default_rng(0).normal(size=(4, columns)) * distance
    shared = draw.normal(size=(groups, columns))[group]
    own = draw.normal(size=(len(group), columns))
    x = centres[labels] + strength * shared + np.sqrt(1 - strength**2) * own
    return x.astype(np.float32), labels, group


def retrained(head: Head, members: np.ndarray) -> np.ndarray:
    """Return the weights of a head that is solved anew without some rows."""
    diagonal = np.linalg.inv(head.inverse) - head.rows.T @ head.rows
    kept = np.setdiff1d(np.arange(len(head.rows)), members)
    rows = head.rows[kept]
    return np.linalg.solve(rows.T @ rows + diagonal, rows.T @ head.targets[kept])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 120), st.sampled_from(PENALTIES))
def test_the_closed_form_is_a_retraining(seed: int, left_out: int, penalty: float) -> None:
    """Of one image, of some, and of more than there are features."""
    x, labels, group = planted(seed, strength=0.5, groups=40, columns=30)
    head = fit_head(x, labels, 4, group, penalty=penalty)
    members = np.random.default_rng(seed).permutation(len(x))[:left_out]
    assert head.without(members) == pytest.approx(retrained(head, members), rel=1e-6, abs=1e-8)


def test_pulls_are_the_residuals_of_heads_that_never_saw_the_group() -> None:
    x, labels, _ = planted(1, strength=0.5, groups=30)
    group = own_groups(np.random.default_rng(1).integers(0, 60, len(x)))
    head = fit_head(x, labels, 4, group)
    pulls = head.pulls(group)
    for number in range(0, int(group.max()) + 1, 7):
        members = np.flatnonzero(group == number)
        unseen = head.targets[members] - head.rows[members] @ retrained(head, members)
        assert pulls[members] == pytest.approx(unseen, rel=1e-6, abs=1e-8)


def test_ranking_gives_the_margin_that_a_retraining_gives() -> None:
    x, labels, group = planted(2, strength=0.9, groups=40)
    judged = np.arange(len(x)) % 4 == 0
    learned = np.flatnonzero(~judged)
    head = fit_head(x[learned], labels[learned], 4, own_groups(group[learned]))

    def margin(scores: np.ndarray, truth: int) -> float:
        return float(scores[truth] - np.delete(scores, truth).max())

    answers = ranked(head, x[judged][:8], labels[judged][:8], learned)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    for row, influences in zip(np.flatnonzero(judged)[:8], answers, strict=True):
        # What alike groups do counts more than what others do.
        weighed = []
        for one in influences:
            members = learned[group[learned] == group[one.rows[0]]]
            weighed.append(one.drop * float((unit[members] @ unit[row]).max()))
        assert weighed == sorted(weighed, reverse=True)
        assert min(weighed, default=1) > 0
        for one in influences[:3]:
            members = np.flatnonzero(group[learned] == group[one.rows[0]])
            assert one.images == len(members)
            before = margin(head.scores(x[[row]])[0], labels[row])
            after = margin((with_offset(x[[row]]) @ head.without(members))[0], labels[row])
            assert one.drop == pytest.approx(before - after, abs=1e-8)
            assert one.changes == (before > 0 >= after)


def test_a_near_duplicate_in_training_comes_first() -> None:
    draw = np.random.default_rng(3)
    x, labels, _ = planted(3, strength=0, groups=400, size=1)
    x = np.vstack([x, x[:20] + 0.05 * draw.normal(size=(20, x.shape[1]))]).astype(np.float32)
    labels = np.append(labels, labels[:20])
    learned = np.arange(400)
    head = fit_head(x[:400], labels[:400], 4, learned)
    answers = ranked(head, x[400:], labels[400:], learned)
    first = [bool(a) and a[0].rows[0] == i for i, a in enumerate(answers)]
    assert np.mean(first) >= 0.9


def question(labels: np.ndarray, group: np.ndarray, *, hidden: float = 0) -> InfluenceQuestion:
    judged = np.random.default_rng(7).random(len(labels)) < 0.4
    return InfluenceQuestion(labels, group, ~judged, judged, hidden)


def test_planted_borrowing_is_found_and_none_is_invented() -> None:
    x, labels, group = planted(4, strength=0.95)
    borrowed = borrowed_accuracy(x, question(labels, group))
    assert borrowed.verdict is Verdict.YES
    assert borrowed.bound is Bound.NONE
    assert borrowed.borrowed.mean == pytest.approx(
        borrowed.right.mean() - borrowed.right_without.mean()
    )
    assert borrowed.borrowed.mean > borrowed.placebo
    # Images of a group that share nothing but their class lend nothing.
    x, labels, group = planted(4, strength=0, distance=0.6, groups=400)
    assert borrowed_accuracy(x, question(labels, group)).verdict is Verdict.NO


def test_hidden_groups_make_it_a_bound_and_never_a_no() -> None:
    x, labels, group = planted(4, strength=0, distance=0.6, groups=400)
    hidden = borrowed_accuracy(x, question(labels, group, hidden=0.3))
    assert (hidden.verdict, hidden.bound) == (Verdict.CANNOT_TELL, Bound.AT_LEAST)


def test_few_images_carry_no_verdict() -> None:
    x, labels, group = planted(4, strength=0.95, groups=30)
    small = borrowed_accuracy(x, question(labels, group))
    assert small.verdict is Verdict.CANNOT_TELL
    assert any("validation images: 200 are needed" in one for one in small.why)


def test_an_image_without_group_in_training_borrows_nothing() -> None:
    x, labels, _ = planted(5, strength=0.9)
    borrowed = borrowed_accuracy(x, question(labels, np.full(len(x), -1)))
    assert not borrowed.shares.any()
    assert (borrowed.right == borrowed.right_without).all()
    assert borrowed.borrowed.mean == 0
    assert borrowed.borrowed.low < 0 < borrowed.borrowed.high


def test_an_image_on_both_sides_is_left_out_of_its_own_judgement() -> None:
    """A random label that training knows by heart is not known without the image itself."""
    draw = np.random.default_rng(6)
    x = draw.normal(size=(300, 250)).astype(np.float32)
    labels = draw.integers(0, 2, 300)
    everything = np.ones(300, np.bool_)
    borrowed = borrowed_accuracy(
        x, InfluenceQuestion(labels, np.full(300, -1), everything, everything)
    )
    assert borrowed.accuracy.mean > 0.8
    assert borrowed.without.mean < 0.62
    assert borrowed.verdict is Verdict.YES


def test_folds_by_group_are_lower_than_a_random_split_of_groups() -> None:
    x, labels, group = planted(4, strength=0.95)
    folds = fold_accuracy(x, question(labels, group), 5)
    assert folds.verdict is Verdict.YES
    assert folds.split.mean - folds.same_images == pytest.approx(folds.difference.mean)
    assert len(folds.each) == 5
    assert folds.groups == 150
    # Where images of a group share nothing, a split is as good as folds.
    x, labels, group = planted(4, strength=0, distance=0.6, groups=400)
    assert fold_accuracy(x, question(labels, group), 5).verdict is not Verdict.YES


def test_the_interval_covers_rare_and_common_changes_of_groups() -> None:
    """4 of 5 images of a group change alike; 5 % misses, with room for 600 draws."""
    draw = np.random.default_rng(8)
    group = np.repeat(np.arange(80), 5)
    for share in (0.04, 0.15, 0.4):
        covered = 0
        for _ in range(600):
            chance = draw.beta(share * 2, (1 - share) * 2, 80)
            lost = draw.random(400) < chance[group]
            one = np.ones(400, np.bool_)
            interval = net_interval(one, ~lost, group)
            covered += interval.low <= share <= interval.high
        assert 0.91 <= covered / 600 <= 0.985


def test_what_is_too_few_names_the_split() -> None:
    assert too_few(100, 160, "test") == ("160 test images: 200 are needed",)
    assert too_few(100, 400, "test") == ()
