"""Diagnose a gap between two validation accuracies: terms, arms, controls, verdict.

The five terms add up by construction, which is no evidence of cause. With R for random folds and
G for folds that keep known groups together, all at equal training size and at the class mix of
the training folder: seed variability (key "luck") = R at your seed - R; leakage = R - G;
shift = G - the same models on
the folder without images whose group is in training; composition = G - R models on that folder;
size = R models - models on all of the training folder.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inspector.audit import conditions as arms
from inspector.audit import decision_rules as rules
from inspector.audit import verdict_text as words
from inspector.audit.conditions import ProgressReporter, Scores, Study
from inspector.audit.descriptors import reduce
from inspector.audit.diagnosis import (
    ARMS,
    NO_ARM,
    TERMS,
    UNKNOWN,
    BaselineResult,
    Component,
    Condition,
    Diagnosis,
    DomainAuc,
    LeakageAtSimilarity,
    Property,
    Question,
)
from inspector.audit.domain_classifier import domain_auc
from inspector.audit.folds import own_groups
from inspector.audit.hidden_groups import HiddenGroups, unexplained_pairs
from inspector.audit.intervals import (
    GroupedScores,
    Interval,
    class_weighted,
    crossed,
    difference_of_samples,
)
from inspector.audit.properties import PropertyGroups, compare_properties

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
_T95_19 = 2.093
# Few images: more split seeds cost little and steady the figure.
# Source: docs/measurements/verdicts.md.
FEW_IMAGES = 3_000
SEEDS_OF_FEW, SEEDS_OF_MANY = 10, 5


@dataclass(frozen=True, slots=True)
class Trained:
    """Hold how real trainings take the place of baseline models.

    Attributes:
        learn: What trains on rows.
        upto: Seeds that are trained so far.
        quick: What baseline models said: their placebos and their domain classifier stand in, as
            both would take hundreds of trainings.
    """

    learn: arms.Learn
    upto: int
    quick: Diagnosis


@dataclass(slots=True)
class _Work:
    """Gather what the stages find; `diagnose` alone writes to it."""

    question: Question
    setting: Study
    residual: HiddenGroups
    limits: rules.Limits
    clean: Ints
    terms: dict[str, Component]
    arms: dict[str, Condition]
    notes: words.Notes
    domain: DomainAuc
    models: tuple[BaselineResult, ...] = ()
    properties: tuple[Property, ...] = ()
    trained: Trained | None = None
    same: Component | None = None
    curve: tuple[LeakageAtSimilarity, ...] = ()


def diagnose(
    question: Question,
    *,
    seeds: int | None = None,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
    stop: Callable[[], bool] = lambda: False,
    first: Callable[[Diagnosis], None] | None = None,
    trained: Trained | None = None,
) -> Diagnosis:
    """Answer what baseline models, or trainings, can say about a gap.

    Args:
        question: The images, their groups and sides.
        seeds: Split seeds; under 5 gives figures without a verdict; None for as many as fit.
        progress: Called with a stage, parts done, parts in all.
        stop: Asked between parts.
        first: Called once with the figures of random and group folds, before controls: these
            have no verdict yet.
        trained: Real trainings in place of baseline models; None for baseline models.

    Raises:
        arms.Stopped: When `stop` said so.
    """
    if seeds is None:
        used = int((question.in_training | question.in_folder).sum())
        seeds = SEEDS_OF_FEW if used <= FEW_IMAGES else SEEDS_OF_MANY
    work = _prepare(question, seeds, ProgressReporter(progress, stop), trained)
    train = work.setting.train
    if len(train) < 2 * arms.FOLDS or len(np.unique(work.setting.labels[train])) < 2:
        return _answer(work)
    random = arms.random_assignments(work.setting)
    known = np.unique(work.setting.group[train], return_inverse=True)[1].astype(np.int64)
    grouped = arms.group_assignments(work.setting, known, 0)
    size = arms.common_size(work.setting, [*random, *grouped])
    random, grouped = random[: work.setting.scored], grouped[: work.setting.scored]
    of_random = arms.score_folds(work.setting, random, size, "random folds")
    of_groups = arms.score_folds(work.setting, grouped, size, "group folds")
    _weigh(work, of_random, of_groups)
    leakage = _leakage(work, of_random, of_groups)
    _same_images(work, of_random, of_groups, arms.mates_seen(work.setting, random, size))
    if first is not None:
        work.terms["leakage"] = rules.leakage_term(leakage, None, work.limits)
        first(_answer(work))
    if trained is None:
        _against_similarity(work, random)
        _control(work, leakage, of_random, known, size)
        _seed_variability(work, of_random, size)
        _nearest(work, random, grouped)
    else:
        _borrow(work, leakage, trained.quick)
    if len(work.setting.folder):
        _folder(work, of_random, of_groups)
        _inside(work, grouped, size)
        _properties(work)
    return _answer(work)


def _prepare(
    question: Question, seeds: int, watch: ProgressReporter, trained: Trained | None
) -> _Work:
    # Images of neither side take no part, not even as neighbours or in the components.
    used = np.flatnonzero(question.in_training | question.in_folder)
    watch.at("near-duplicates", 0, 1)
    reduced = reduce(question.descriptors[used])
    x = np.zeros((len(question.labels), reduced.shape[1]), np.float32)
    x[used] = reduced
    unexplained = unexplained_pairs(reduced, question.group[used])
    joined = np.zeros(len(x), np.int64)
    joined[used] = unexplained.group
    watch.at("near-duplicates", 1, 1)
    setting = Study(
        x, question.labels.astype(np.int64), own_groups(question.group), joined,
        np.flatnonzero(question.in_training),
        np.flatnonzero(question.in_folder & ~question.in_training),
        int(question.labels.max(initial=0)) + 1, seeds, question.seed, watch,
        trained.learn if trained else None, trained.upto if trained else None,
    )  # fmt: skip
    clean = setting.folder[~np.isin(joined[setting.folder], joined[setting.train])]
    limits = _limits(setting, clean, rules.missed(unexplained.share, question.group_recall))
    return _Work(
        question, setting, unexplained, limits, clean, dict.fromkeys(TERMS, UNKNOWN),
        dict.fromkeys(ARMS, NO_ARM), words.Notes(question.classes, trained is not None),
        DomainAuc(), trained=trained,
    )  # fmt: skip


def _limits(setting: Study, clean: Ints, missed: tuple[str, ...]) -> rules.Limits:
    y, joined = setting.labels, setting.joined
    present = np.unique(y[setting.train])
    every: tuple[str, ...] = ()
    if setting.scored < rules.SEEDS_AT_LEAST:
        every = (f"{setting.scored} seeds; a verdict needs {rules.SEEDS_AT_LEAST} or more",)
    training = rules.side_limits(
        "the training folder", y[setting.train], joined[setting.train], present
    )
    inside = tuple(
        rules.side_limits("your folder", y[clean], joined[clean], np.intersect1d(present, y[clean]))
    )
    if len(clean) < rules.FOLDER_AT_LEAST and len(setting.folder):
        inside += (
            f"your folder holds {len(clean)} images whose group is not in training; "
            f"a verdict needs {rules.FOLDER_AT_LEAST} or more",
        )
    return rules.Limits(every, training, inside, missed)


def _arm(values: Doubles, labels: Ints, weights: Doubles) -> Condition:
    if values.shape[1] == 0:
        return NO_ARM
    each = [class_weighted(row, labels, weights)[0] for row in values]
    spread = float(np.std(each, ddof=1)) if len(each) > 1 else None
    return Condition(float(np.mean(each)), spread, values.shape[1])


def _weigh(work: _Work, of_random: Scores, of_groups: Scores) -> None:
    """Enter the two arms, and give up on verdicts where the baseline models see too little."""
    setting = work.setting
    y, weights = setting.labels[setting.train], setting.weights()
    work.arms["random"] = _arm(of_random.train, y, weights)
    work.arms["group"] = _arm(of_groups.train, y, weights)
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


def _leakage(work: _Work, of_random: Scores, of_groups: Scores) -> Interval:
    setting = work.setting
    rows = setting.train
    return crossed(
        of_random.train - of_groups.train, setting.labels[rows], setting.joined[rows],
        setting.weights(),
    )  # fmt: skip


def _control(work: _Work, leakage: Interval, of_random: Scores, known: Ints, size: Ints) -> None:
    """Compare the leakage with groupings that mean nothing, and judge it."""
    setting = work.setting
    y, weights = setting.labels[setting.train], setting.weights()
    placebo: float | None = 0.0
    if len(np.unique(known)) < len(known):
        drawn = arms.score_placebos(setting, known, size, rules.PLACEBOS)
        placebo = max(_arm(of_random.train - one, y, weights).mean or 0.0 for one in drawn)
    work.terms["leakage"] = rules.leakage_term(leakage, placebo, work.limits)


def _against_similarity(work: _Work, random: list[Ints]) -> None:
    """Ask again with less alike images as one event: a leakage that goes on growing is a bound.

    Where a level joins nothing new its figure is that of the level before.
    """
    setting, levels = work.setting, work.question.by_similarity
    curve: list[LeakageAtSimilarity] = []
    before: Ints | None = None
    for done, (similarity, group) in enumerate(levels):
        setting.watch.at("similarity levels", done, len(levels))
        known = np.unique(own_groups(group)[setting.train], return_inverse=True)[1]
        if before is None or not np.array_equal(known, before):
            grouped = arms.group_assignments(setting, known.astype(np.int64), 0)
            size = arms.common_size(setting, [*random, *grouped])
            two = [arms.score_folds(setting, a, size, folder=False) for a in (random, grouped)]
            figure = rules.figure(_leakage(work, *two))
        images = int((np.bincount(known)[known] > 1).sum())
        curve.append(LeakageAtSimilarity(similarity, images, figure))
        before = known
    if any(one.leakage != curve[0].leakage for one in curve):
        work.curve = tuple(curve)
    _bound_by(work, curve)


def _bound_by(work: _Work, curve: Sequence[LeakageAtSimilarity]) -> None:
    if rules.grows(curve):
        reason = "leakage that grows where less alike images count"
        work.limits = replace(work.limits, missed=(*work.limits.missed, reason))


def _same_images(
    work: _Work, of_random: Scores, of_groups: Scores, seen: NDArray[np.bool_]
) -> None:
    """Compare models that learned from an image's group with ones that did not, on those images."""
    setting = work.setting
    rows = setting.train
    gain = np.where(seen, of_random.train - of_groups.train, np.nan)
    if not seen.any(axis=1).all():
        return
    estimate = crossed(gain, setting.labels[rows], setting.joined[rows], setting.weights())
    work.same = rules.figure(estimate)
    work.notes.same = (estimate, int(seen.any(axis=0).sum()))


def _borrow(work: _Work, leakage: Interval, quick: Diagnosis) -> None:
    """Take the controls that are too dear to train from the baseline models."""
    _bound_by(work, quick.leakage_by_similarity)
    placebo = quick.terms["leakage"].placebo
    work.terms["leakage"] = rules.leakage_term(leakage, placebo, work.limits)
    work.domain = quick.domain_auc
    own = BaselineResult("baseline models", quick.terms, quick.arms)
    work.models = (own, *quick.quick_models)


def _seed_variability(work: _Work, of_random: Scores, size: Ints) -> None:
    mask = work.question.your_split
    if mask is None or not mask[work.setting.train].any():
        return
    yours, others = arms.score_your_split(work.setting, mask, size)
    mean = yours - (work.arms["random"].mean or 0.0)
    # How far one more draw lies from the mean of the others, 95 %: t with 19 degrees of freedom.
    half = _T95_19 * float(others.std(ddof=1)) * float(np.sqrt(1 + 1 / len(others)))
    work.terms["luck"] = Component(mean, mean - half, mean + half)
    work.notes.seed_rank = int((others < yours).sum())
    work.notes.n_other_seeds = len(others)


def _nearest(work: _Work, random: list[Ints], grouped: list[Ints]) -> None:
    """Run the nearest neighbour beside the model that carries the figures: an alarm only."""
    setting = work.setting
    r, g, outside = arms.score_nearest(setting, work.question.thumbs, random, grouped)
    y, weights = setting.labels, setting.weights()
    inside = np.isin(setting.folder, work.clean)
    clean = setting.folder[inside]
    nearest_arms = {
        "random": _arm(r, y[setting.train], weights),
        "group": _arm(g, y[setting.train], weights),
        "folder": _arm(outside[:, inside], y[clean], weights),
    }
    between = crossed(r - g, y[setting.train], setting.joined[setting.train], weights)
    terms = {"leakage": rules.figure(between)}
    if len(clean):
        one = GroupedScores(g, y[setting.train], setting.joined[setting.train])
        two = GroupedScores(outside[:, inside], y[clean], setting.joined[clean])
        terms["shift"] = rules.figure(difference_of_samples(one, two, _shared(work)))
    work.models = (BaselineResult("nearest neighbour on 16x16 thumbnails", terms, nearest_arms),)
    setting.watch.at("nearest neighbour", 1, 1)


def _shared(work: _Work) -> Doubles:
    """Return the training folder's class mix over the classes that the folder has too."""
    weights = work.setting.weights()
    there = np.bincount(work.setting.labels[work.clean], minlength=len(weights)) > 0
    weights = np.where(there, weights, 0.0)
    total = weights.sum()
    return np.asarray(weights / total if total > 0 else work.setting.weights())


def _folder(work: _Work, of_random: Scores, of_groups: Scores) -> None:
    """Judge shift, composition and size on the folder."""
    setting = work.setting
    y, joined, weights = setting.labels, setting.joined, _shared(work)
    inside = np.isin(setting.folder, work.clean)
    clean, rows = work.clean, setting.train
    whole = arms.score_whole(setting)
    work.notes.note_folder(whole[0], y[setting.folder], inside, setting.weights())
    if len(clean) == 0:
        return
    work.arms["folder"] = _arm(of_groups.folder[:, inside], y[clean], weights)
    g = GroupedScores(of_groups.folder[:, inside], y[clean], joined[clean])
    shift = difference_of_samples(GroupedScores(of_groups.train, y[rows], joined[rows]), g, weights)
    composition = crossed(
        of_groups.folder[:, inside] - of_random.folder[:, inside], y[clean], joined[clean], weights
    )
    size = crossed(of_random.folder[:, inside] - whole[:, inside], y[clean], joined[clean], weights)
    allowed = work.limits.shift
    work.terms["composition"] = rules.other_term(composition, allowed=allowed)
    work.terms["size"] = rules.other_term(size, allowed=allowed)
    if work.trained is None:
        work.domain = domain_auc(setting, clean)
    joint = _joint(work)
    work.terms["shift"] = rules.shift_term(shift, work.domain, joint, work.limits)
    work.notes.joint = joint
    work.notes.note_classes(of_groups, setting, inside)


def _joint(work: _Work) -> Interval | None:
    setting = replace(work.setting, folder=work.clean)
    gain = arms.score_joint(setting)
    y, joined = setting.labels[work.clean], setting.joined[work.clean]
    judged = ~np.isnan(gain).all(axis=0)
    if judged.sum() < 2 or np.isnan(gain).all(axis=1).any():
        return None
    interval = crossed(gain, y, joined, _shared(work))
    each = [
        class_weighted(row[~np.isnan(row)], y[~np.isnan(row)], _shared(work))[0] for row in gain
    ]
    spread = float(np.std(each, ddof=1)) if len(each) > 1 else None
    work.arms["joint"] = Condition(interval.mean, spread, int(judged.sum()))
    return interval


def _inside(work: _Work, grouped: list[Ints], size: Ints) -> None:
    """Train models inside the folder: low both ways means harder or noisily labelled."""
    setting = work.setting
    if len(setting.folder) < 2 * arms.FOLDS:
        return
    own = arms.score_own(setting, grouped, size)
    y, weights = setting.labels, _shared(work)
    work.arms["folder_own"] = _arm(own.own, y[setting.folder], weights)
    work.notes.note_own(
        work.arms["folder_own"].mean,
        _arm(own.train, y[setting.train], weights).mean,
        _arm(own.folder, y[setting.folder], weights).mean,
    )


def _properties(work: _Work) -> None:
    """Say which simple properties tell training and the folder apart, as the shift is judged."""
    if not work.question.properties or len(work.clean) == 0:
        return
    setting = work.setting
    setting.watch.at("simple properties", 0, 1)
    inside = [np.zeros(len(setting.labels), np.bool_) for _ in range(2)]
    inside[0][setting.train] = True
    inside[1][work.clean] = True
    sides = PropertyGroups(setting.labels, setting.joined, inside[0], inside[1])
    work.properties = compare_properties(work.question.properties, sides, seed=setting.seed)
    setting.watch.at("simple properties", 1, 1)


def _answer(work: _Work) -> Diagnosis:
    """Put the answer together with its words."""
    question, setting = work.question, work.setting
    asked = {
        "images_in_training": len(setting.train),
        "images_in_folder": len(setting.folder),
        "classes": setting.classes,
        "seeds": setting.scored,
        "models": work.notes.who,
        "claimed": list(question.claimed),
        "group_recall": question.group_recall,
        "your_validation_fraction": question.your_validation_fraction,
    }
    both = np.concatenate([setting.train, setting.folder])
    diagnosis = Diagnosis(
        asked, len(np.unique(setting.joined[both])), dict(question.group_provenance),
        dict(work.terms), work.residual.share, dict(work.arms), work.domain, work.models,
        "", (), (), work.properties, work.same, work.curve,
    )  # fmt: skip
    return replace(
        diagnosis,
        verdict=words.verdict(diagnosis, work.limits, work.notes.who),
        evidence=words.evidence(diagnosis, work.notes),
        caveats=words.caveats(diagnosis, work.notes, work.limits),
    )
