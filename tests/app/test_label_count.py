"""The Labels page asks for verdicts on a random sample, and estimates the wrong labels."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.audit.stratified_review import stratify
from inspector.project.changes import Changes
from inspector.store.records import LABEL_ERRORS, LabelErrorsRecord, StratumRecord
from tests.app.screen import by_id, show, text_of


@pytest.fixture
def ranked(view: ProjectWindow) -> ProjectWindow:
    """A window whose labels were searched: some ranking of its images."""
    project = view.project
    strata = stratify([s.id for s in project.groups.images()], 0)
    parts = tuple(StratumRecord(s.size, s.drawn) for s in strata)
    record = LabelErrorsRecord(project.labels.queue_key(), (), parts)
    project.context.store.records.put(LABEL_ERRORS, record)
    project.context.emit(Changes(rule=True))
    return view


def test_verdicts_by_key_become_a_count(
    qtbot: QtBot, ranked: ProjectWindow, tmp_path: Path
) -> None:
    page = show(ranked, PageName.LABELS)
    start = by_id(page, QPushButton, "judge-labels")
    qtbot.waitUntil(lambda: start.text() == "Judge 80 images…", timeout=20_000)
    start.click()
    dialog = by_id(ranked, QDialog, "judge-labels-dialog")
    review = ranked.project.label_review
    qtbot.waitUntil(lambda: text_of(dialog, "judge-question").startswith("Is this “"))
    qtbot.keyClick(dialog, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: text_of(dialog, "judge-state").startswith("1 of 80"))
    qtbot.keyClick(dialog, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: text_of(dialog, "judge-state").startswith("0 of 80"))
    state = review.state()
    assert state is not None
    file = tmp_path / "verdicts.csv"
    rows = "".join(f"{s.path},right\n" for s in state.open[1:])
    file.write_text(f"path,verdict\n{rows}", "utf-8")
    review.read_verdicts(file)
    qtbot.keyClick(dialog, Qt.Key.Key_Y)
    qtbot.waitUntil(lambda: text_of(dialog, "judge-question") == "All are judged.")
    assert "About 0 of" in text_of(dialog, "judge-state")
    dialog.accept()
    qtbot.waitUntil(lambda: "90 % CI 0 to" in text_of(page, "label-count"), timeout=20_000)
    assert start.text() == "Judge more…"
