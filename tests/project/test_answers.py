"""The answer on Overview says what was shown, and never more."""

import pytest

from inspector.project.diagnosis.answers import AnswerKind
from inspector.project.diagnosis.diagnoses import StoredDiagnosis, UserMetrics
from inspector.project.export.clean_up_plan import CleanUpChoice
from inspector.project.project import Project
from inspector.project.review.copies import CopyChoice
from inspector.project.review.duplicates import PairKind
from inspector.project.splits.split_rules import Rule


def term(mean: float | None, verdict: str, bound: str = "none") -> dict[str, object]:
    low = None if mean is None else mean - 0.02
    high = None if mean is None else mean + 0.02
    return {"mean": mean, "low": low, "high": high, "verdict": verdict, "bound": bound}


def diagnosed(
    project: Project,
    leakage: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    changed: tuple[str, ...] = (),
) -> None:
    terms = {"leakage": leakage, "shift": term(0.01, "cannot_tell"), "luck": term(None, "no")}
    stored = StoredDiagnosis({"terms": terms}, 1.0, changed)
    monkeypatch.setattr(project.diagnoses, "last", lambda: stored)


def test_without_accuracies_the_answer_is_the_leak_rate(project: Project) -> None:
    answer = project.answers.answer()
    leaks = project.splits.leaks(Rule(), with_seeds=False)
    neighbours = sum(leak.kind != "group" for leak in leaks.leaks)
    assert answer.kind is AnswerKind.LEAKS
    (count,) = answer.counts
    assert (count.leaked, count.images) == (neighbours, leaks.validation_images)
    assert answer.headline.startswith(f"{count.share:.1%}".replace("%", " %"))
    assert answer.gap is None
    assert answer.pairs
    assert [p.kind for p in answer.pairs] == sorted(
        (p.kind for p in answer.pairs), key=list(PairKind).index
    )
    # Of one kind, each cluster shows one pair before any shows a second.
    index = project.duplicates.index()
    for kind in PairKind:
        clusters = [index.cluster_of[p.keeper.id] for p in answer.pairs if p.kind is kind]
        assert len({*clusters[: len({*clusters})]}) == len({*clusters})


def test_inflated_is_said_only_where_leakage_is_shown(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.diagnoses.state(UserMetrics(0.95, 0.75, split_images=574))
    diagnosed(project, term(0.08, "cannot_tell"), monkeypatch)
    unsure = project.answers.answer()
    assert unsure.kind is AnswerKind.LEAKS
    assert "could not be shown" in unsure.detail
    assert unsure.gap is not None
    assert unsure.gap.leakage is None
    assert unsure.gap.unexplained == pytest.approx(0.2)
    assert unsure.inconclusive == ("leakage", "distribution shift")
    # A seed that does not exist has no effect that could be inconclusive.
    assert unsure.not_estimated == ("seed variability",)
    diagnosed(project, term(0.08, "yes", "at_least"), monkeypatch)
    shown = project.answers.answer()
    assert shown.kind is AnswerKind.INFLATED
    assert shown.headline == "Your validation accuracy is inflated."
    assert shown.gap is not None
    assert shown.gap.at_least
    assert shown.gap.unexplained == pytest.approx(0.12)
    assert shown.gap.validation_ci is not None
    assert shown.gap.test_ci is None
    # A diagnosis of another split says nothing beside the sentences of this one.
    diagnosed(project, term(0.08, "yes"), monkeypatch, ("the split rule",))
    other = project.answers.answer()
    assert other.kind is AnswerKind.LEAKS
    assert other.inconclusive == other.not_estimated == ()
    diagnosed(project, term(0.08, "yes"), monkeypatch)
    project.diagnoses.state(UserMetrics(0.75, 0.95))
    assert project.answers.answer().kind is AnswerKind.LEAKS


def test_after_a_clean_up_each_figure_stands_beside_what_it_was(project: Project) -> None:
    before = project.answers.answer()
    asked = CopyChoice(asked=frozenset({PairKind.NEAR, PairKind.TRANSFORMED}), two_labels=True)
    project.fixes.run(project.fixes.plan(choice=CleanUpChoice(asked)))
    after = project.answers.answer()
    (count,) = after.counts
    assert count.leaked == 0
    assert count.leaked_before == before.counts[0].leaked > 0
    assert after.kind is AnswerKind.CLEANED
    assert f"it was {count.leaked_before:,} of {count.images_before:,}" in after.detail
    project.diagnoses.state(UserMetrics(0.95, 0.75))
    old = project.answers.answer()
    # The old accuracies belong to the old training set.
    assert old.gap is None
    assert "Train again: 0.95 was measured on the old training set." in old.detail
    project.decisions.undo()
    assert project.answers.answer().counts == before.counts
