"""Stages on the training folder: leakage, its controls, seed variability, nearest neighbour."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inspector.audit import conditions
from inspector.audit import decision_rules as rules
from inspector.audit.conditions import Scores
from inspector.audit.diagnosis import BaselineResult, Component, Diagnosis, LeakageAtSimilarity
from inspector.audit.folds import own_groups
from inspector.audit.gap.work import GapWork, Ints, condition_of, shared_weights
from inspector.audit.intervals import GroupedScores, Interval, crossed, difference_of_samples

_T95_19 = 2.093


def weigh(work: GapWork, of_random: Scores, of_groups: Scores) -> None:
    """Record both conditions, and withhold verdicts where the models are too weak."""
    setting = work.setting
    y, weights = setting.labels[setting.train], setting.weights()
    work.arms["random"] = condition_of(of_random.train, y, weights)
    work.arms["group"] = condition_of(of_groups.train, y, weights)
    accuracy = float(of_random.train.mean())
    majority = float(weights.max())
    work.notes.majority = majority
    if rules.too_weak(accuracy, majority, work.question.claimed):
        advice = "train longer" if work.trained else "run the experiment"
        reason = (
            f"{work.notes.who} too weak: {advice} (they reach {accuracy:.2f}, "
            f"the largest class alone gives {majority:.2f})"
        )
        work.limits = replace(work.limits, all=(*work.limits.all, reason))


def leakage_between(work: GapWork, of_random: Scores, of_groups: Scores) -> Interval:
    """Return the leakage: accuracy on random folds minus accuracy on group folds."""
    setting = work.setting
    rows = setting.train
    return crossed(
        of_random.train - of_groups.train, setting.labels[rows], setting.joined[rows],
        setting.weights(),
    )  # fmt: skip


def control_leakage(
    work: GapWork, leakage: Interval, of_random: Scores, known: Ints, size: Ints
) -> None:
    """Compare the leakage with that of placebo groups, and judge it."""
    setting = work.setting
    y, weights = setting.labels[setting.train], setting.weights()
    placebo: float | None = 0.0
    if len(np.unique(known)) < len(known):
        drawn = conditions.score_placebos(setting, known, size, rules.PLACEBOS)
        placebo = max(condition_of(of_random.train - one, y, weights).mean or 0.0 for one in drawn)
    work.terms["leakage"] = rules.leakage_term(leakage, placebo, work.limits)


def leakage_by_similarity(work: GapWork, random: list[Ints]) -> None:
    """Measure leakage again with less similar images grouped: if it keeps growing, it is a bound.

    A level that joins nothing new repeats the figure of the level before.
    """
    setting, levels = work.setting, work.question.by_similarity
    curve: list[LeakageAtSimilarity] = []
    before: Ints | None = None
    for done, (similarity, group) in enumerate(levels):
        setting.watch.at("similarity levels", done, len(levels))
        known = np.unique(own_groups(group)[setting.train], return_inverse=True)[1]
        if before is None or not np.array_equal(known, before):
            grouped = conditions.group_assignments(setting, known.astype(np.int64), 0)
            size = conditions.common_size(setting, [*random, *grouped])
            two = [
                conditions.score_folds(setting, a, size, folder=False) for a in (random, grouped)
            ]
            figure = rules.figure(leakage_between(work, *two))
        images = int((np.bincount(known)[known] > 1).sum())
        curve.append(LeakageAtSimilarity(similarity, images, figure))
        before = known
    if any(one.leakage != curve[0].leakage for one in curve):
        work.curve = tuple(curve)
    _bound_by(work, curve)


def _bound_by(work: GapWork, curve: Sequence[LeakageAtSimilarity]) -> None:
    if rules.grows(curve):
        reason = "leakage that grows where less alike images count"
        work.limits = replace(work.limits, missed=(*work.limits.missed, reason))


def compare_same_images(
    work: GapWork, of_random: Scores, of_groups: Scores, seen: NDArray[np.bool_]
) -> None:
    """Compare models that saw an image's group in training with ones that did not.

    Both are scored on the same images.
    """
    setting = work.setting
    rows = setting.train
    gain = np.where(seen, of_random.train - of_groups.train, np.nan)
    if not seen.any(axis=1).all():
        return
    estimate = crossed(gain, setting.labels[rows], setting.joined[rows], setting.weights())
    work.same = rules.figure(estimate)
    work.notes.same = (estimate, int(seen.any(axis=0).sum()))


def borrow_controls(work: GapWork, leakage: Interval, quick: Diagnosis) -> None:
    """Take controls that are too expensive to train from the baseline models."""
    _bound_by(work, quick.leakage_by_similarity)
    placebo = quick.terms["leakage"].placebo
    work.terms["leakage"] = rules.leakage_term(leakage, placebo, work.limits)
    work.domain = quick.domain_auc
    own = BaselineResult("baseline models", quick.terms, quick.arms)
    work.models = (own, *quick.quick_models)


def measure_seed_variability(work: GapWork, of_random: Scores, size: Ints) -> None:
    """Compare the user's split with other seeds of the same call."""
    mask = work.question.your_split
    if mask is None or not mask[work.setting.train].any():
        return
    yours, others = conditions.score_your_split(work.setting, mask, size)
    mean = yours - (work.arms["random"].mean or 0.0)
    # 95 % prediction interval of one more seed: t with 19 degrees of freedom.
    half = _T95_19 * float(others.std(ddof=1)) * float(np.sqrt(1 + 1 / len(others)))
    work.terms["luck"] = Component(mean, mean - half, mean + half)
    work.notes.seed_rank = int((others < yours).sum())
    work.notes.n_other_seeds = len(others)


def run_nearest_neighbour(work: GapWork, random: list[Ints], grouped: list[Ints]) -> None:
    """Run a nearest-neighbour classifier as a cross-check; it only raises an alarm."""
    setting = work.setting
    r, g, outside = conditions.score_nearest(setting, work.question.thumbs, random, grouped)
    y, weights = setting.labels, setting.weights()
    inside = np.isin(setting.folder, work.clean)
    clean = setting.folder[inside]
    nearest_arms = {
        "random": condition_of(r, y[setting.train], weights),
        "group": condition_of(g, y[setting.train], weights),
        "folder": condition_of(outside[:, inside], y[clean], weights),
    }
    between = crossed(r - g, y[setting.train], setting.joined[setting.train], weights)
    terms = {"leakage": rules.figure(between)}
    if len(clean):
        one = GroupedScores(g, y[setting.train], setting.joined[setting.train])
        two = GroupedScores(outside[:, inside], y[clean], setting.joined[clean])
        terms["shift"] = rules.figure(difference_of_samples(one, two, shared_weights(work)))
    work.models = (BaselineResult("nearest neighbour on 16x16 thumbnails", terms, nearest_arms),)
    setting.watch.at("nearest neighbour", 1, 1)
