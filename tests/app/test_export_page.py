"""Export in the window: the plan by folders or by the rule, what it warns of, code and report."""

from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from inspector.app.duplicates.rule_dialog import RuleDialog
from inspector.app.export.page import ExportPage
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.splits.splits import keras_rule
from inspector.work.export_plan import ExportMode
from tests.app.screen import show


@pytest.fixture
def export(view: ProjectWindow, tmp_path: Path) -> ExportPage:
    shown = show(view, PageName.EXPORT)
    shown._target.setText(str(tmp_path / "out"))
    return shown


def test_the_export_is_made_and_its_code_is_there(qtbot: QtBot, export: ExportPage) -> None:
    export._target.editingFinished.emit()
    qtbot.waitUntil(
        lambda: export._plan is not None and "out" in export._plan.target, timeout=5_000
    )
    export._start.click()
    qtbot.waitUntil(lambda: export._said.text().startswith("Done"), timeout=20_000)
    assert export._tabs.isTabVisible(2)
    target = Path(export._done_in)
    assert (target / "manifest.csv").exists()
    assert f"ROOT = pathlib.Path({str(target)!r})" in export._code.toPlainText()


def test_nothing_goes_to_the_target_of_before(
    qtbot: QtBot, export: ExportPage, tmp_path: Path
) -> None:
    qtbot.waitUntil(export._start.isEnabled, timeout=10_000)
    export._target.setText(str(tmp_path / "elsewhere"))
    assert not export._start.isEnabled()
    export._run()
    assert not (tmp_path / "out").exists()
    qtbot.waitUntil(export._start.isEnabled, timeout=10_000)
    assert export._plan is not None
    assert export._plan.target.endswith("elsewhere")


def test_an_export_is_planned_by_the_rule_and_linked(
    qtbot: QtBot, view: ProjectWindow, export: ExportPage
) -> None:
    view.project.splits.set_rule(Rule(RuleKind.GROUPS, share=0.3, seed=3))
    export._mode.setCurrentIndex(1)
    export._sides.setCurrentIndex(1)
    sides = view.project.splits.membership().sides()
    qtbot.waitUntil(
        lambda: (
            export._plan is not None and {i.source: i.split for i in export._plan.items} == sides
        ),
        timeout=10_000,
    )
    assert export._plan is not None
    assert export._plan.mode is ExportMode.HARDLINK
    assert "linked" in export._said.text()
    rows = range(export._balance.rowCount())
    after = sum(int(export._balance.item(r, 3).text()) for r in rows)
    assert after == export._plan.files
    splits = [export._balance.item(r, 0).text() for r in rows]
    assert list(dict.fromkeys(splits)) == ["training", "validation"]


def test_it_warns_where_the_code_would_draw_anew(
    qtbot: QtBot, view: ProjectWindow, export: ExportPage, tmp_path: Path
) -> None:
    splits = view.project.splits
    rule = keras_rule("image_dataset_from_directory", share=0.2, seed=42)
    splits.set_rule(rule)
    made = splits.membership()
    view.project.decisions.drop([s.id for s in view.project.samples.by_paths(made.training[:3])])
    assert "Without the 3 dropped files" in splits.redraw()
    qtbot.waitUntil(lambda: "draws another split" in export._redraw.text(), timeout=10_000)
    sheet = RuleDialog(view.project, view.bridge, view)
    sheet.show()
    qtbot.waitUntil(lambda: "draws another split" in sheet._redraw.text(), timeout=10_000)
    sheet.close()
    splits.freeze(rule, tmp_path / "lock.csv")
    assert splits.redraw() == ""
    qtbot.waitUntil(lambda: not export._redraw.isVisible(), timeout=10_000)


def test_a_report_is_written_from_the_window(
    qtbot: QtBot, export: ExportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "r.html"
    opened: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(file), ""))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    export._report.click()
    qtbot.waitUntil(lambda: opened == [str(file)], timeout=20_000)
    assert file.read_text("utf-8").startswith("<!doctype html>")
