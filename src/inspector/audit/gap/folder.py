"""Stages on the second folder: shift, class balance, training-set size, properties."""

from dataclasses import replace

import numpy as np

from inspector.audit import conditions
from inspector.audit import decision_rules as rules
from inspector.audit.conditions import Scores
from inspector.audit.diagnosis import Condition
from inspector.audit.domain_classifier import domain_auc
from inspector.audit.gap.work import GapWork, Ints, condition_of, shared_weights
from inspector.audit.intervals import (
    GroupedScores,
    Interval,
    class_weighted,
    crossed,
    difference_of_samples,
)
from inspector.audit.properties import PropertyGroups, compare_properties


def judge_folder(work: GapWork, of_random: Scores, of_groups: Scores) -> None:
    """Judge shift, class balance and training-set size on the folder."""
    setting = work.setting
    y, joined, weights = setting.labels, setting.joined, shared_weights(work)
    inside = np.isin(setting.folder, work.clean)
    clean, rows = work.clean, setting.train
    whole = conditions.score_whole(setting)
    work.notes.note_folder(whole[0], y[setting.folder], inside, setting.weights())
    if len(clean) == 0:
        return
    work.arms["folder"] = condition_of(of_groups.folder[:, inside], y[clean], weights)
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


def _joint(work: GapWork) -> Interval | None:
    setting = replace(work.setting, folder=work.clean)
    gain = conditions.score_joint(setting)
    y, joined = setting.labels[work.clean], setting.joined[work.clean]
    judged = ~np.isnan(gain).all(axis=0)
    if judged.sum() < 2 or np.isnan(gain).all(axis=1).any():
        return None
    interval = crossed(gain, y, joined, shared_weights(work))
    each = [
        class_weighted(row[~np.isnan(row)], y[~np.isnan(row)], shared_weights(work))[0]
        for row in gain
    ]
    spread = float(np.std(each, ddof=1)) if len(each) > 1 else None
    work.arms["joint"] = Condition(interval.mean, spread, int(judged.sum()))
    return interval


def train_inside(work: GapWork, grouped: list[Ints], size: Ints) -> None:
    """Train inside the folder: low accuracy both ways means harder or noisily labelled images."""
    setting = work.setting
    if len(setting.folder) < 2 * conditions.FOLDS:
        return
    own = conditions.score_own(setting, grouped, size)
    y, weights = setting.labels, shared_weights(work)
    work.arms["folder_own"] = condition_of(own.own, y[setting.folder], weights)
    work.notes.note_own(
        work.arms["folder_own"].mean,
        condition_of(own.train, y[setting.train], weights).mean,
        condition_of(own.folder, y[setting.folder], weights).mean,
    )


def find_properties(work: GapWork) -> None:
    """Find the simple properties that tell training and the folder apart."""
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
