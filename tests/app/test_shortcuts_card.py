"""The shortcuts card on Overview: it asks, runs as a job, and shows the clearest probe."""

from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from tests.app.screen import page


def test_the_card_looks_and_shows_what_was_found(qtbot: QtBot, view: ProjectWindow) -> None:
    overview = page(view, PageName.OVERVIEW)
    card = overview.shortcuts
    qtbot.waitUntil(lambda: not card.isHidden(), timeout=30_000)
    title = card.findChild(QLabel, "shortcuts-title")
    assert title.text().startswith("Shortcuts: what predicts the class")
    (look,) = (b for b in card.findChildren(QPushButton) if b.text() == "Look for shortcuts")
    look.click()
    assert len(overview.jobs.running) == 1
    assert not look.isEnabled()
    qtbot.waitUntil(look.isEnabled, timeout=180_000)
    assert overview.jobs.running == ()
    report = view.project.shortcuts.last()
    assert report is not None
    expected = report.shortcuts[0].text if report.shortcuts else "No probe predicts the class"
    qtbot.waitUntil(lambda: title.text().startswith(expected), timeout=30_000)
    assert look.text() == "Search again"
