"""Evidence: the page behind the figures of Overview, from a stored diagnosis."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from inspector.app.overview.evidence.charts import ForestPlot, PlaceboPlot, round_ticks
from inspector.app.overview.evidence.section import Section
from inspector.app.overview.page import OverviewPage
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.diagnosis.diagnoses import StoredDiagnosis, UserMetrics
from tests.app.screen import button, show, text_of, texts


def _term(mean: float | None, low: float | None, high: float | None, **more: Any) -> dict[str, Any]:
    term = {"mean": mean, "low": low, "high": high, "verdict": "cannot_tell", "bound": "none"}
    return {**term, "placebo": None, **more}


ANSWER: dict[str, Any] = {
    "terms": {
        "luck": _term(None, None, None),
        "leakage": _term(0.083, 0.062, 0.103, verdict="yes", bound="at_least", placebo=0.011),
        "shift": _term(0.031, -0.012, 0.074),
        "composition": _term(0.004, -0.006, 0.014),
        "size": _term(-0.001, -0.008, 0.006, verdict="no"),
    },
    "same_images": _term(0.05, 0.02, 0.08),
    "quick_models": [{"name": "nearest neighbour", "terms": {"leakage": _term(0.09, -0.01, 0.2)}}],
    "residual": 0.02,
    "verdict": "Near-duplicates raise accuracy.",
    "evidence": ["Baseline models reach 0.78.", "Balanced accuracy is 0.74 on training."],
    "caveats": ["baseline models are not your model"],
    "properties": [],
}


@pytest.fixture
def overview(qtbot: QtBot, view: ProjectWindow, monkeypatch: pytest.MonkeyPatch) -> OverviewPage:
    stored = StoredDiagnosis(ANSWER, 1.7e9, ())
    monkeypatch.setattr(view.project.diagnoses, "last", lambda: stored)
    view.project.diagnoses.state(UserMetrics(0.95, 0.75))
    page = show(view, PageName.OVERVIEW)
    assert isinstance(page, OverviewPage)
    page.answer.why.click()
    qtbot.waitUntil(lambda: bool(page.evidence.findChildren(PlaceboPlot)), timeout=30_000)
    return page


def test_the_headline_says_no_more_than_was_shown(overview: OverviewPage) -> None:
    assert (
        text_of(overview, "evidence-headline")
        == "Leakage explains at least 0.08 of the gap of 0.20."
    )
    assert "0.12 is not explained" in texts(overview.evidence)


def test_each_component_has_its_interval_and_only_a_shown_one_its_colour(
    overview: OverviewPage,
) -> None:
    plot = overview.evidence.findChild(ForestPlot)
    assert len(plot.rows()) == 1 + 4
    told = plot.accessibleDescription()
    assert "Leakage 0.083, 95 % CI 0.062 to 0.103, effect shown" in told
    assert told.count("no effect shown") == 3
    shown = texts(overview.evidence)
    assert "≥ 0.083" in shown
    assert "not estimated" in shown
    assert "inconclusive" in shown
    assert "no effect" in shown


def test_a_control_is_ticked_only_where_it_holds(overview: OverviewPage) -> None:
    section = overview.evidence.findChild(PlaceboPlot).parentWidget()
    assert isinstance(section, Section)
    lines = texts(section).split("\n")
    # The second baseline's interval reaches below 0: a ring, no tick.
    assert lines.count("✓") == 3
    assert lines.count("○") == 1
    assert "at most 0.011" in texts(section)


def test_keys_lead_to_sections_and_back(qtbot: QtBot, overview: OverviewPage) -> None:
    contents = [b for b in overview.evidence.findChildren(QPushButton) if b.isCheckable()]
    assert contents[0].text() == "Components"
    qtbot.keyClick(overview.evidence, Qt.Key.Key_6)
    assert contents[5].isChecked()
    qtbot.keyClick(overview.evidence, Qt.Key.Key_Escape)
    assert not overview.evidence.isVisible()
    assert overview.answer.isVisible()
    overview.show_evidence()
    button(overview.evidence, "Overview").click()
    assert not overview.evidence.isVisible()


def test_a_class_opens_its_images(qtbot: QtBot, overview: OverviewPage) -> None:
    evidence = overview.project.evidence.read()
    worst = evidence.classes[0]
    leaks = overview.project.splits.leaks(with_seeds=False)
    assert sum(len(one.leaked) for one in evidence.classes) == len(leaks.leaks) - leaks.count(
        "group"
    )
    assert sum(one.images for one in evidence.classes) == leaks.validation_images
    with qtbot.waitSignal(overview.requested) as heard:
        button(overview.evidence, "Open them").click()
    assert heard.args[0].samples == worst.leaked


def test_a_diagnosis_of_before_does_not_speak_for_now(
    qtbot: QtBot, view: ProjectWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = StoredDiagnosis(ANSWER, 1.7e9, ("the split rule",))
    monkeypatch.setattr(view.project.diagnoses, "last", lambda: stored)
    page = show(view, PageName.OVERVIEW)
    page.show_evidence()
    qtbot.waitUntil(
        lambda: text_of(page, "evidence-headline") == "Measured before the split rule changed.",
        timeout=30_000,
    )


def test_before_any_diagnosis_the_page_says_so(qtbot: QtBot, view: ProjectWindow) -> None:
    page = show(view, PageName.OVERVIEW)
    page.show_evidence()
    qtbot.waitUntil(
        lambda: text_of(page, "evidence-headline") == "Not measured yet.", timeout=30_000
    )
    assert page.verdict.run_button.isVisible()


@pytest.mark.parametrize(("low", "high"), [(-0.02, 0.11), (0.0, 0.5), (-0.004, 0.003), (-1.0, 1.0)])
def test_ticks_are_round_and_few(low: float, high: float) -> None:
    ticks = round_ticks(low, high)
    assert 3 <= len(ticks) <= 8
    assert any(abs(place) < 1e-9 for place, _ in ticks)
