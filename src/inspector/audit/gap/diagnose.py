"""Diagnose the gap between two validation accuracies: components, conditions, controls, verdict.

The five components add up by construction, which is no evidence of cause. With R for random folds
and G for folds that keep known groups together, both at equal training size and with the class
balance of the training folder:

- seed variability (key "luck") = R at the user's seed - R
- leakage = R - G
- shift = G - the same models on the folder, without images whose group is in training
- class balance (key "composition") = G models - R models on that folder
- training-set size = R models - models trained on the whole training folder, on that folder
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from inspector.audit import conditions, verdict_text
from inspector.audit import decision_rules as rules
from inspector.audit.conditions import ProgressReporter, Study
from inspector.audit.descriptors import reduce
from inspector.audit.diagnosis import ARMS, NO_ARM, TERMS, UNKNOWN, Diagnosis, DomainAuc, Question
from inspector.audit.folds import own_groups
from inspector.audit.gap.folder import find_properties, judge_folder, train_inside
from inspector.audit.gap.leakage import (
    borrow_controls,
    compare_same_images,
    control_leakage,
    leakage_between,
    leakage_by_similarity,
    measure_seed_variability,
    run_nearest_neighbour,
    weigh,
)
from inspector.audit.gap.work import GapWork, Ints, Trained
from inspector.audit.hidden_groups import unexplained_pairs

# Small datasets: more split seeds cost little and steady the estimate.
# Source: docs/measurements/verdicts.md.
FEW_IMAGES = 3_000
SEEDS_OF_FEW, SEEDS_OF_MANY = 10, 5


def diagnose(
    question: Question,
    *,
    seeds: int | None = None,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
    stop: Callable[[], bool] = lambda: False,
    first: Callable[[Diagnosis], None] | None = None,
    trained: Trained | None = None,
) -> Diagnosis:
    """Diagnose a gap with baseline models, or with real trainings.

    Args:
        question: The images, their groups and splits.
        seeds: Split seeds; fewer than 5 give figures without a verdict; None chooses by the number
            of images.
        progress: Called with a stage, the parts done and the number of parts.
        stop: Checked between parts.
        first: Called once with the figures of random and group folds, before controls and verdict.
        trained: Real trainings in place of baseline models; None for baseline models.

    Raises:
        StudyStopped: `stop` returned True.
    """
    if seeds is None:
        used = int((question.in_training | question.in_folder).sum())
        seeds = SEEDS_OF_FEW if used <= FEW_IMAGES else SEEDS_OF_MANY
    work = _prepare(question, seeds, ProgressReporter(progress, stop), trained)
    train = work.setting.train
    if len(train) < 2 * conditions.FOLDS or len(np.unique(work.setting.labels[train])) < 2:
        return _answer(work)
    _run_stages(work, first)
    return _answer(work)


def _run_stages(work: GapWork, first: Callable[[Diagnosis], None] | None) -> None:
    random = conditions.random_assignments(work.setting)
    groups = work.setting.group[work.setting.train]
    known = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    grouped = conditions.group_assignments(work.setting, known, 0)
    size = conditions.common_size(work.setting, [*random, *grouped])
    random, grouped = random[: work.setting.scored], grouped[: work.setting.scored]
    of_random = conditions.score_folds(work.setting, random, size, "random folds")
    of_groups = conditions.score_folds(work.setting, grouped, size, "group folds")
    weigh(work, of_random, of_groups)
    leakage = leakage_between(work, of_random, of_groups)
    compare_same_images(
        work, of_random, of_groups, conditions.mates_seen(work.setting, random, size)
    )
    if first is not None:
        work.terms["leakage"] = rules.leakage_term(leakage, None, work.limits)
        first(_answer(work))
    if work.trained is None:
        leakage_by_similarity(work, random)
        control_leakage(work, leakage, of_random, known, size)
        measure_seed_variability(work, of_random, size)
        run_nearest_neighbour(work, random, grouped)
    else:
        borrow_controls(work, leakage, work.trained.quick)
    if len(work.setting.folder):
        judge_folder(work, of_random, of_groups)
        train_inside(work, grouped, size)
        find_properties(work)


def _prepare(
    question: Question, seeds: int, watch: ProgressReporter, trained: Trained | None
) -> GapWork:
    # Images in neither split take no part, not even as neighbours or in the components.
    used = np.flatnonzero(question.in_training | question.in_folder)
    watch.at("near-duplicates", 0, 1)
    reduced = reduce(question.descriptors, rows=used)
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
    return GapWork(
        question, setting, unexplained, limits, clean, dict.fromkeys(TERMS, UNKNOWN),
        dict.fromkeys(ARMS, NO_ARM), verdict_text.Notes(question.classes, trained is not None),
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


def _answer(work: GapWork) -> Diagnosis:
    """Return the diagnosis with its verdict, evidence and caveats."""
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
        verdict=verdict_text.verdict(diagnosis, work.limits, work.notes.who),
        evidence=verdict_text.evidence(diagnosis, work.notes),
        caveats=verdict_text.caveats(diagnosis, work.notes, work.limits),
    )
