"""Texts on Train: the evaluation split, the differences shown, and runs by policy."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.app.train.plan_text import headline, plan_text
from inspector.app.train.run_list import RunList, grouped
from inspector.audit.comparisons import ComparisonOutcome
from inspector.project.experiments.comparison_results import (
    Comparison,
    ComparisonRow,
    Figures,
    LastEpochFigures,
)
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.run import Run, RunConfig, RunState
from inspector.training_protocol.messages import EpochDone
from inspector.training_protocol.run_spec import Budget, RunSpec, SampleColumns

ONE = SampleColumns(("a.png",), (0,), ("00",))
SPEC = RunSpec("/d", ("x", "y"), ONE, ONE, ONE, "small_cnn", 0, 32, epochs=2, split="the folders")


def _run(number: int, policy: str, seed: int, accuracy: float) -> Run:
    epoch = EpochDone("a", 1, 1.0, 0.5, 1.0, accuracy, None, None, 1.0, 1)
    spec = replace(SPEC, seed=seed, policy_name=policy, policy={"p": 1} if policy else None)
    return Run(f"r-{number:03}", Path(f"/runs/{number}"), spec, (epoch,), RunState.DONE)


RUNS = [
    _run(1, "", 0, 0.94), _run(2, "mine", 0, 0.95), _run(3, "mine", 1, 0.97), _run(4, "", 1, 0.92),
]  # fmt: skip


def test_what_judges_is_named() -> None:
    assert "accuracy is measured on 1 validation image." in plan_text(SPEC, 1, 0.0)
    judged_by_test = plan_text(replace(SPEC, evaluation="test"), 1, 0.0)
    assert (
        "accuracy is measured on 1 test image, as there is no validation split." in judged_by_test
    )
    assert "validation image" not in judged_by_test


def test_the_split_that_judges_is_that_of_the_rule(project: Project) -> None:
    spec = project.runs.plan(Rule(), RunConfig(image_size_px=32))
    assert spec.evaluation == project.splits.membership(Rule()).evaluation


def test_runs_of_one_policy_stand_together_with_mean_and_spread() -> None:
    one, two = grouped(RUNS)
    assert (one.title, two.title) == ("A  no augmentation", "B  mine")
    assert [r.spec.seed for r in two.runs] == [0, 1]
    assert two.figures == "0.960 ± 0.014"
    assert one.colour != two.colour


def test_unticking_a_policy_hides_all_its_seeds(qtbot: QtBot) -> None:
    shown = RunList()
    qtbot.addWidget(shown)
    shown.show_runs(RUNS)
    assert len(shown.drawn()) == 4
    colours = {run.policy: colour for run, colour in shown.drawn()}
    assert len(set(colours.values())) == 2
    shown.set_drawn(RUNS[1].name, drawn=False)
    assert {run.policy for run, _ in shown.drawn()} == {"no augmentation"}
    # What a person hid stays hidden as runs go on.
    shown.show_runs(RUNS)
    assert {run.policy for run, _ in shown.drawn()} == {"no augmentation"}


def _row(policy: str, mean: float, half: float, decision: ComparisonOutcome) -> ComparisonRow:
    figures = Figures(policy, 0.9, 0.01, 0.9, (0.9,), 4, 1.0, 1.0, 1.0)
    return ComparisonRow(
        policy, mean, mean - half, mean + half, 0.01, 0.02, 4, decision, False, figures,
        LastEpochFigures(None, None, None), 1.0, "text",
    )  # fmt: skip


def _comparison(*rows: ComparisonRow) -> Comparison:
    reference = Figures("none", 0.94, 0.01, 0.94, (0.94,), 4, 1.0, 1.0, 1.0)
    return Comparison(
        "c", 0.0, "the folders", "no augmentation", reference, rows, False, 12, 12, 574, 300,
        Budget.STEPS, 0.01, (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (
            (
                _row("Example", -0.039, 0.022, ComparisonOutcome.WORSE),
                _row("Mine", 0.012, 0.014, ComparisonOutcome.NOT_DETECTED),
            ),
            "Example costs 0.039 accuracy. “Mine” makes no significant difference.",
        ),
        (
            (_row("Mine", 0.012, 0.014, ComparisonOutcome.NOT_DETECTED),),
            "No significant difference between 2 policies.",
        ),
        (
            (_row("Mine", 0.05, 0.02, ComparisonOutcome.TOO_FEW_SEEDS),),
            "No significant difference between 2 policies.",
        ),
        (
            (_row("Mine", 0.05, 0.02, ComparisonOutcome.BETTER),),
            "Mine gains 0.050 accuracy.",
        ),
    ],
)
def test_only_significant_differences_are_a_headline(
    rows: tuple[ComparisonRow, ...], text: str
) -> None:
    head, note = headline(_comparison(*rows), ())
    assert head == text
    assert "95 % CI" in note
    assert "574 images" in note


def test_one_seed_is_said_to_be_too_few() -> None:
    assert headline(None, ())[0] == "No run yet."
    head, note = headline(None, grouped(RUNS))
    assert head == "4 runs, best 0.970."
    assert "use 3 or more" in note
