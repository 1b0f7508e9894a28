"""Comparisons: equal but for one thing, usable when cut short, and the same after a restart."""

import csv
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from inspector.audit.comparisons import ComparisonOutcome
from inspector.augmentation.policy_json import read_policy
from inspector.errors import DatasetError, TrainingError, UsageError
from inspector.project.experiments.comparison_records import ComparisonSetup, StoredComparison
from inspector.project.experiments.comparison_results import stopped_at
from inspector.project.experiments.variants import (
    ARTICLE_NOTES,
    Variant,
    article,
    models,
    part_of_groups,
    shares,
    strengths,
)
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.splits.splits import keras_rule
from inspector.project.training.run import RunConfig
from inspector.training_protocol.messages import EpochDone, Event, RunDone, RunFailed
from inspector.training_protocol.run_folder import PREDICTIONS_BEST, PREDICTIONS_LAST, STATE
from inspector.training_protocol.run_spec import Budget, Scaling, check_spec
from inspector.work.jobs import Stop

BY_GROUP = Rule(RuleKind.GROUPS)
TURNED = Variant("turned", read_policy({"rotation_range": 30, "rescale": 0.1}))
PLAIN = Variant("none")
SMALL = RunConfig(epochs=2, image_size_px=16)


def test_runs_differ_in_one_thing_only(project: Project) -> None:
    plan = project.comparisons.plan(
        BY_GROUP, [PLAIN, TURNED], SMALL, setup=ComparisonSetup(seeds=3)
    )
    assert [name for name, _ in plan.specs] == ["none", "turned"] * 3
    assert [spec.seed for _, spec in plan.specs] == [0, 0, 1, 1, 2, 2]
    first = plan.specs[0][1]
    for name, spec in plan.specs:
        check_spec(spec)
        assert (spec.policy is None) == (name == "none")
        assert replace(spec, policy=None, policy_name="", seed=0) == first
    assert first.steps == 2 * -(-len(first.training) // first.batch_size)
    assert plan.expected_seconds is None
    assert not project.runs.folder.exists()


def test_no_group_of_validation_is_in_training(project: Project) -> None:
    leaky = keras_rule("image_dataset_from_directory", share=0.2, seed=3)
    plan = project.comparisons.plan(leaky, [PLAIN, TURNED], SMALL)
    rows = project.groups.images()
    numbers = project.groups.numbers(rows, with_duplicates=True).tolist()
    group = {s.path: n for s, n in zip(rows, numbers, strict=True)}
    spec = plan.specs[0][1]
    learned = {group[p] for p in (*spec.training.paths, *spec.selection.paths)}
    judged = {group[p] for p in spec.validation.paths}
    assert judged
    assert not learned & judged
    made = project.splits.membership(leaky)
    left = len(made.validation) - len(spec.validation)
    assert left > 0
    assert any(note.startswith(f"{left} validation images are left out") for note in plan.notes)
    assert len(set(plan.record.groups)) == len(judged)


def test_nothing_to_judge_on_is_a_sentence(project: Project) -> None:
    everything = [s.id for s in project.groups.images()]
    project.decisions.bind(everything)
    with pytest.raises(DatasetError, match="nearly every validation image"):
        project.comparisons.plan(Rule(), [PLAIN, TURNED], SMALL)


def test_the_normalisation_is_equal_unless_it_is_compared(project: Project) -> None:
    for own, wanted in ((False, Scaling.RESCALE), (True, Scaling.POLICY)):
        setup = ComparisonSetup(own_normalisation=own)
        plan = project.comparisons.plan(BY_GROUP, [PLAIN, TURNED], SMALL, setup=setup)
        assert plan.specs[0][1].normalisation is Scaling.RESCALE
        assert plan.specs[1][1].normalisation is wanted


def test_shares_are_nested_whole_groups_with_equal_steps(project: Project) -> None:
    plan = project.comparisons.plan(
        BY_GROUP, shares([0.25, 0.5, 1], None), SMALL, setup=ComparisonSetup(seeds=1)
    )
    specs = [spec for _, spec in plan.specs]
    assert [len(s.training) for s in specs] == sorted(len(s.training) for s in specs)[::-1]
    sets = [set(s.training.paths) for s in specs]
    assert sets[2] < sets[1] < sets[0]
    assert len({s.steps for s in specs}) == 1
    assert len({s.validation for s in specs}) == 1
    rng = np.random.default_rng(1)
    groups = rng.integers(0, 80, 400).astype(np.int32)
    labels = (groups % 3).astype(np.int32)
    taken = part_of_groups(groups, labels, 0.5, seed=0)
    assert not set(groups[taken].tolist()) & set(groups[~taken].tolist())
    for label in range(3):
        assert 0.45 < taken[labels == label].mean() < 0.6
    assert part_of_groups(groups, labels, 1, seed=0).all()


def test_candidates_of_every_axis() -> None:
    assert [c.name for c in strengths("rotation_range", [10, 0, 40])] == [
        "rotation_range=0", "rotation_range=10", "rotation_range=40",
    ]  # fmt: skip
    assert strengths("blur_px", [1])[0] == Variant("none")
    assert [c.policy is None for c in article()] == [True, False, False, False]
    assert [c.model for c in models(["small_cnn", "a.keras"], None)] == ["small_cnn", "a.keras"]
    with pytest.raises(UsageError, match="share 0"):
        shares([0.0], None)
    with pytest.raises(UsageError, match="turning"):
        strengths("turning", [1])


@pytest.mark.parametrize(
    ("candidates", "baseline", "said"),
    [
        ([PLAIN], None, "at least two"),
        ([PLAIN, PLAIN], None, "named twice"),
        ([PLAIN, TURNED], "other", "no baseline other"),
        ([PLAIN, Variant("odd", None, "NoSuchNet")], None, "no model named NoSuchNet"),
    ],
)
def test_what_can_not_be_compared(
    project: Project, candidates: list[Variant], baseline: str | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        project.comparisons.plan(BY_GROUP, candidates, SMALL, baseline=baseline)


def test_cut_short_it_compares_what_it_has_and_goes_on_after_a_restart(
    project: Project, demo: Path
) -> None:
    stop, heard = Stop(), []

    def hear(answer: Event) -> None:
        heard.append(answer)
        if sum(isinstance(a, RunDone) for a in heard) == 3:
            stop.set()

    plan = project.comparisons.plan(
        BY_GROUP, [TURNED, PLAIN], SMALL, setup=ComparisonSetup(seeds=2), baseline="none"
    )
    name = project.comparisons.start(plan, hear, stop)
    early = project.comparisons.result(name)
    assert early.partial
    assert (early.done, early.total, early.baseline) == (3, 4, "none")
    assert (early.reference.seeds, early.rows[0].seeds) == (2, 1)
    assert early.rows[0].low is None
    assert early.rows[0].decision is ComparisonOutcome.TOO_FEW_SEEDS
    reopened = Project(demo, project.file, jobs=1)
    try:
        assert [kept.name for kept in reopened.comparisons.all()] == [name]
        assert reopened.comparisons.kept(name).candidates == (PLAIN, TURNED)
        more: list[Event] = []
        reopened.comparisons.train(name, more.append)
        assert sum(isinstance(a, RunDone) for a in more) == 1
        found = reopened.comparisons.result(name)
        planned = reopened.comparisons.plan(BY_GROUP, [PLAIN, TURNED], SMALL)
    finally:
        reopened.close()
    assert not found.partial
    assert planned.expected_seconds is not None
    assert planned.expected_seconds > 0
    kept = project.comparisons.kept(name)
    by_hand = {
        one: [_accuracy(project.runs.folder / t.run) for t in kept.runs_of(one)]
        for one in ("none", "turned")
    }
    assert found.reference.each == pytest.approx(by_hand["none"])
    row = found.rows[0]
    assert row.mean == pytest.approx(np.mean(by_hand["turned"]) - np.mean(by_hand["none"]))
    assert row.figures.last_accuracy is not None
    assert row.seconds_per_epoch is not None
    assert row.seconds_per_epoch > 0


def _accuracy(folder: Path) -> float:
    with (folder / PREDICTIONS_BEST).open(encoding="utf-8", newline="") as stream:
        return float(np.mean([r["label"] == r["predicted"] for r in csv.DictReader(stream)]))


def test_a_run_that_fails_ends_its_candidate_alone(project: Project) -> None:
    broken = Variant("broken", None, "MobileNetV2")
    heard: list[Event] = []
    plan = project.comparisons.plan(
        BY_GROUP, [PLAIN, broken], replace(SMALL, epochs=1), setup=ComparisonSetup(seeds=2)
    )
    name = project.comparisons.store(plan)
    with pytest.raises(TrainingError, match="broken: MobileNetV2 has no weights"):
        project.comparisons.train(name, heard.append)
    assert sum(isinstance(a, RunFailed) for a in heard) == 1
    found = project.comparisons.result(name)
    assert (found.reference.seeds, found.rows[0].seeds) == (2, 0)
    assert found.partial


def _pretend(project: Project, kept: StoredComparison, accuracies: dict[str, list[float]]) -> None:
    """Write the files of complete runs with these accuracies on the selection holdout."""
    for name, values in accuracies.items():
        for turn, value in zip(kept.runs_of(name), values, strict=False):
            folder = project.runs.folder / turn.run
            epoch = EpochDone(turn.run, 1, 1, 0.5, 1, value, 1, value, 2.0, 1)
            (folder / STATE).write_text(json.dumps({"history": [asdict(epoch)]}))
            right = round(value * len(kept.groups))
            lines = ["path,label,predicted,confidence"]
            lines += [f"{i},a,{'a' if i < right else 'b'},0.9" for i in range(len(kept.groups))]
            for file in (PREDICTIONS_BEST, PREDICTIONS_LAST):
                (folder / file).write_text("\n".join(lines) + "\n")


def test_a_hopeless_policy_is_stopped_and_reads_so(project: Project) -> None:
    same = Variant("same", TURNED.policy)
    plan = project.comparisons.plan(BY_GROUP, [PLAIN, TURNED, same], SMALL, setup=ComparisonSetup())
    name = project.comparisons.store(plan)
    kept = project.comparisons.kept(name)
    high, low = [0.97, 0.98, 0.97, 0.98, 0.97], [0.02, 0.01, 0.02]
    _pretend(project, kept, {"none": high[:2], "turned": low[:2], "same": high[:2]})
    assert stopped_at(kept, project.runs.folder, "turned") is None
    _pretend(project, kept, {"none": high, "turned": low, "same": high})
    found = project.comparisons.result(name)
    turned, equal = found.rows
    assert turned.decision is ComparisonOutcome.STOPPED
    assert turned.text.startswith("stopped: at least 0.")
    assert "at epoch 1" in turned.text
    assert (turned.seeds, turned.p_adjusted) == (3, None)
    assert equal.decision is ComparisonOutcome.NOT_DETECTED
    assert (equal.mean, equal.low, equal.high) == (0, 0, 0)
    # The two seeds that it did not need are not missing.
    assert (found.partial, found.done, found.total) == (False, 13, 13)
    heard: list[Event] = []
    project.comparisons.train(name, heard.append)
    assert heard == []


def test_a_plateau_that_was_not_reached_is_said(project: Project) -> None:
    setup = ComparisonSetup(seeds=1, budget=Budget.PLATEAU)
    plan = project.comparisons.plan(
        BY_GROUP, [PLAIN, TURNED], replace(SMALL, epochs=1), setup=setup
    )
    name = project.comparisons.store(plan)
    _pretend(project, project.comparisons.kept(name), {"none": [0.5], "turned": [0.5]})
    notes = project.comparisons.result(name).notes
    assert "2 runs had not reached their plateau after 1 epochs: allow more." in notes
    assert not any("article" in note for note in notes)


def test_the_article_is_put_right_beside_its_examples(project: Project) -> None:
    plan = project.comparisons.plan(BY_GROUP, article(), SMALL, setup=ComparisonSetup(seeds=1))
    name = project.comparisons.store(plan)
    notes = project.comparisons.result(name).notes
    assert notes[-2:] == ARTICLE_NOTES


def test_a_damaged_comparison_is_a_sentence(project: Project) -> None:
    with pytest.raises(UsageError, match="no comparison nothing"):
        project.comparisons.result("nothing")
    plan = project.comparisons.plan(
        BY_GROUP, [PLAIN, TURNED], SMALL, setup=ComparisonSetup(seeds=1)
    )
    name = project.comparisons.store(plan)
    file = project.runs.folder / name / "comparison.json"
    text = file.read_text()
    file.write_text(text.replace('"seeds": 1', '"seeds": "one"'))
    with pytest.raises(TrainingError, match=r"\$\.setup\.seeds"):
        project.comparisons.result(name)
    file.write_text(text[:-20])
    with pytest.raises(TrainingError, match="can't be read"):
        project.comparisons.all()


def test_before_and_after_cleaning_are_of_equal_size(project: Project) -> None:
    setup = ComparisonSetup(seeds=2)
    offered = project.comparisons.plan_cleaning(BY_GROUP, SMALL, setup=setup)
    first = project.comparisons.plan(BY_GROUP, [PLAIN, TURNED], SMALL).specs[0][1]
    gone = set(first.training.paths[:20:2])
    ids = [s.id for s in project.groups.images() if s.path in gone]
    project.decisions.drop(ids)
    plan = project.comparisons.plan_cleaning(BY_GROUP, SMALL, setup=setup)
    (one, before), (two, after), (_, again), (_, later) = plan.specs
    assert (one, two) == tuple(c.name for c in plan.record.candidates)
    assert plan.record.baseline == one
    assert offered.specs != plan.specs
    assert not gone & {*after.training.paths, *after.selection.paths, *after.validation.paths}
    assert gone & set(before.training.paths)
    assert set(before.training.paths) - gone < set(after.training.paths)
    count = [np.bincount(spec.training.labels).tolist() for spec in (before, after)]
    assert count[0] == count[1]
    assert (before.validation, before.selection) == (after.validation, after.selection)
    # The control is drawn anew for each seed, what is compared with it is not.
    assert again.training != before.training
    assert later.training == after.training


def test_without_anything_to_drop_there_is_no_cleaning(project: Project) -> None:
    project.duplicates.set_threshold(1.0)
    everything = [s.id for s in project.groups.images()]
    project.decisions.keep(everything)
    with pytest.raises(UsageError, match="no training image is excluded"):
        project.comparisons.plan_cleaning(BY_GROUP, SMALL)
