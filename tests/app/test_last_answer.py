"""A project that was scanned shows its last answer at once, and refreshes it part by part."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.app.overview.finding_card import FindingCard
from inspector.app.overview.pairs_card import PairsCard
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.diagnosis.answers import Answers
from inspector.project.diagnosis.findings import Findings
from inspector.project.project import Project
from tests.app.screen import by_id, page, show, text_of


@pytest.fixture
def gates(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, threading.Event]]:
    """Hold back what is computed, until its event is set."""
    events = {"answer": threading.Event(), "findings": threading.Event()}

    def held(work: Callable[..., object], event: threading.Event) -> Callable[..., object]:
        def wait(*arguments: object) -> object:
            event.wait(30)
            return work(*arguments)

        return wait

    monkeypatch.setattr(Answers, "answer", held(Answers.answer, events["answer"]))
    monkeypatch.setattr(Findings, "overview", held(Findings.overview, events["findings"]))
    yield events
    for event in events.values():
        event.set()


@pytest.fixture
def answered(project: Project) -> Project:
    """A project whose answer was shown before."""
    project.last_answers.refresh_answer()
    project.last_answers.refresh_overview()
    return project


def _opened(qtbot: QtBot, project: Project) -> ProjectWindow:
    window = ProjectWindow(project)
    page(window, PageName.OVERVIEW).verdict.started = True
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    return window


def _is_old(overview: QWidget, name: str) -> bool:
    return by_id(overview, QLabel, name).isVisible()


def test_the_last_answer_is_there_before_anything_is_computed(
    qtbot: QtBot, answered: Project, gates: dict[str, threading.Event]
) -> None:
    stored = answered.last_answers.answer()
    assert stored is not None
    view = _opened(qtbot, answered)
    overview = page(view, PageName.OVERVIEW)
    qtbot.waitUntil(lambda: "refreshing" in text_of(overview, "answer-as-of"), timeout=10_000)
    assert text_of(overview, "answer-headline") == stored.answer.headline
    assert text_of(overview, "answer-as-of").startswith("As of 20")
    assert overview.findChild(PairsCard).isVisible()
    cards = overview.findChildren(FindingCard)
    assert cards
    assert text_of(overview, "findings-as-of").endswith("the findings follow")
    # Nothing is decided by what was found before.
    acts = [b for c in cards for b in c.findChildren(QPushButton) if b.text() != "See"]
    assert acts
    assert not any(b.isEnabled() for b in acts)
    # Each part is replaced as soon as it is there.
    gates["answer"].set()
    qtbot.waitUntil(lambda: not _is_old(overview, "answer-as-of"), timeout=20_000)
    assert text_of(overview, "answer-headline") == stored.answer.headline
    assert _is_old(overview, "findings-as-of")
    gates["findings"].set()
    qtbot.waitUntil(lambda: not _is_old(overview, "findings-as-of"), timeout=20_000)

    def is_fresh() -> bool:
        cards = [c for c in overview.findChildren(FindingCard) if c.isVisible()]
        buttons = [b for c in cards for b in c.findChildren(QPushButton) if b.text() != "See"]
        return bool(buttons) and all(b.isEnabled() for b in buttons)

    qtbot.waitUntil(is_fresh, timeout=20_000)
    view.shut_down()


def test_a_dataset_that_changed_since_is_said_to_have_changed(
    qtbot: QtBot, answered: Project, gates: dict[str, threading.Event]
) -> None:
    answered.decisions.drop([answered.groups.images()[0].id])
    view = _opened(qtbot, answered)
    overview = page(view, PageName.OVERVIEW)
    qtbot.waitUntil(lambda: _is_old(overview, "answer-as-of"), timeout=10_000)
    assert "before your decisions changed" in text_of(overview, "answer-as-of")
    for event in gates.values():
        event.set()
    qtbot.waitUntil(lambda: not _is_old(overview, "answer-as-of"), timeout=20_000)
    view.shut_down()


def test_the_answer_of_a_window_is_kept_for_the_next(qtbot: QtBot, project: Project) -> None:
    assert project.last_answers.answer() is None
    view = _opened(qtbot, project)
    qtbot.waitUntil(lambda: project.last_answers.answer() is not None, timeout=30_000)
    qtbot.waitUntil(lambda: project.last_answers.overview() is not None, timeout=30_000)
    view.shut_down()


def test_the_pages_of_a_read_only_project_are_filled(
    qtbot: QtBot, answered: Project, demo: Path
) -> None:
    file = answered.file
    answered.close()
    project = Project(demo, file, read_only=True)
    view = _opened(qtbot, project)
    overview = page(view, PageName.OVERVIEW)
    qtbot.waitUntil(
        lambda: "near-duplicate" in text_of(overview, "answer-headline"), timeout=20_000
    )
    qtbot.waitUntil(lambda: bool(overview.findChildren(FindingCard)), timeout=20_000)
    qtbot.waitUntil(lambda: not _is_old(overview, "answer-as-of"), timeout=20_000)
    # So do the other pages.
    show(view, PageName.DUPLICATES)
    qtbot.waitUntil(lambda: bool(page(view, PageName.DUPLICATES).model.items), timeout=20_000)
    view.shut_down()
