"""The Export page: the plan by folders or by rule, its warnings, code and report."""

import os
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabWidget,
)
from pytestqt.qtbot import QtBot

from inspector.app.duplicates.rule_dialog import RuleDialog
from inspector.app.export.excluded_strip import ExcludedStrip
from inspector.app.export.option_rows import OptionRows
from inspector.app.export.page import ExportPage
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.changes import Changes
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.splits.splits import keras_rule
from inspector.work.export_forms.form import Form
from inspector.work.export_plan import ExportMode
from tests.app.screen import button, by_id, named, show, text_of


@pytest.fixture
def export(view: ProjectWindow, tmp_path: Path) -> ExportPage:
    shown = show(view, PageName.EXPORT)
    named(shown, QLineEdit, "Target folder").setText(str(tmp_path / "out"))
    return shown


def test_the_export_is_made_and_its_code_is_there(
    qtbot: QtBot, export: ExportPage, tmp_path: Path
) -> None:
    named(export, QLineEdit, "Target folder").editingFinished.emit()
    qtbot.waitUntil(
        lambda: export.plan() is not None and "out" in export.plan().target, timeout=5_000
    )
    # What would leak is said before, and the button asks once more.
    leaks = export.project.exports.leaks(export.plan())
    assert text_of(export, "export-leaks") == f"{leaks.after:,}"
    assert f"{leaks.after:,} leaked images would stay" in text_of(export, "export-banner")
    button(export, "Export").click()
    assert not (tmp_path / "out").exists()
    button(export, f"Export with {leaks.after:,} leaked images?").click()
    qtbot.waitUntil(lambda: text_of(export, "export-result").startswith("Done"), timeout=20_000)
    assert export.findChild(QTabWidget).isTabVisible(1)
    target = tmp_path / "out"
    assert (target / "manifest.csv").exists()
    # A diagnosis that ends later plans again, and leaves the result of the export there.
    export.refresh(Changes(rule=True))
    qtbot.waitUntil(lambda: "another folder" in text_of(export, "export-status"), timeout=20_000)
    assert text_of(export, "export-result").startswith("Done")
    assert (
        f"ROOT = pathlib.Path({str(target)!r})"
        in named(export, QPlainTextEdit, "Code that loads the export").toPlainText()
    )


def test_nothing_goes_to_the_target_of_before(
    qtbot: QtBot, export: ExportPage, tmp_path: Path
) -> None:
    qtbot.waitUntil(button(export, "Export").isEnabled, timeout=10_000)
    named(export, QLineEdit, "Target folder").setText(str(tmp_path / "elsewhere"))
    assert not button(export, "Export").isEnabled()
    button(export, "Export").click()
    assert not (tmp_path / "out").exists()
    qtbot.waitUntil(button(export, "Export").isEnabled, timeout=10_000)
    assert export.plan() is not None
    assert export.plan().target.endswith("elsewhere")


def test_an_export_is_planned_by_the_rule_and_linked(
    qtbot: QtBot, view: ProjectWindow, export: ExportPage
) -> None:
    view.project.splits.set_rule(Rule(RuleKind.GROUPS, share=0.3, seed=3))
    named(export, QComboBox, "How files are written").setCurrentIndex(1)
    named(export, OptionRows, "Split folders").choose(1)
    sides = view.project.splits.membership().sides()
    qtbot.waitUntil(
        lambda: (
            export.plan() is not None and {i.source: i.split for i in export.plan().items} == sides
        ),
        timeout=10_000,
    )
    assert export.plan() is not None
    assert export.plan().mode is ExportMode.HARDLINK
    assert "linked" in text_of(export, "export-status")
    rows = export.bars.accessibleDescription().split("; ")
    assert sum(int(row.rpartition(" ")[2]) for row in rows) == export.plan().files
    assert list(dict.fromkeys(row.split()[0] for row in rows)) == ["training", "validation"]
    assert text_of(export, "export-leaks").endswith("0")
    assert not by_id(export, QLabel, "export-banner").isVisible()


def test_a_drawn_split_is_listed_in_the_folders_as_they_are(
    qtbot: QtBot, view: ProjectWindow, export: ExportPage
) -> None:
    view.project.splits.set_rule(keras_rule("image_dataset_from_directory", share=0.2, seed=42))
    sides = view.project.splits.membership().sides()

    def is_listed() -> bool:
        plan = export.plan()
        return plan is not None and all(sides.get(i.source, "") == i.split for i in plan.items)

    qtbot.waitUntil(is_listed, timeout=10_000)
    assert export.plan() is not None
    assert all(i.source == i.target for i in export.plan().items)


def test_the_suggested_target_is_new_and_can_be_written(
    view: ProjectWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    exports, root = view.project.exports, view.project.root
    assert exports.suggested_target().parent == root.parent
    may = os.access
    monkeypatch.setattr(os, "access", lambda p, m: Path(p) != root.parent and may(p, m))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert exports.suggested_target() == tmp_path / f"{root.name}-clean"
    (tmp_path / f"{root.name}-clean").mkdir()
    assert exports.suggested_target() == tmp_path / f"{root.name}-clean-2"


def test_an_excluded_image_is_restored_from_the_page(
    qtbot: QtBot, view: ProjectWindow, export: ExportPage
) -> None:
    sample = next(s for s in view.project.samples.everything() if s.status == "image")
    view.project.decisions.drop([sample.id])
    strip = export.findChild(ExcludedStrip)
    qtbot.waitUntil(strip.isVisible, timeout=10_000)
    button(strip, "Restore").click()
    qtbot.waitUntil(lambda: not view.project.samples.by_ids([sample.id])[0].mark, timeout=10_000)
    qtbot.waitUntil(lambda: not strip.isVisible(), timeout=10_000)


def test_it_warns_where_the_code_would_draw_anew(
    qtbot: QtBot, view: ProjectWindow, export: ExportPage, tmp_path: Path
) -> None:
    splits = view.project.splits
    rule = keras_rule("image_dataset_from_directory", share=0.2, seed=42)
    splits.set_rule(rule)
    made = splits.membership()
    view.project.decisions.drop([s.id for s in view.project.samples.by_paths(made.training[:3])])
    assert "Removing the 3 excluded files" in splits.redraw()
    qtbot.waitUntil(
        lambda: "changes which images seed" in text_of(export, "export-warning"),
        timeout=10_000,
    )
    sheet = RuleDialog(view.project, view.bridge, view)
    sheet.show()
    qtbot.waitUntil(
        lambda: "changes which images seed" in text_of(sheet, "rule-warning"), timeout=10_000
    )
    sheet.close()
    splits.freeze(rule, tmp_path / "lock.csv")
    assert splits.redraw() == ""
    qtbot.waitUntil(lambda: not by_id(export, QLabel, "export-warning").isVisible(), timeout=10_000)


def test_a_report_is_written_from_the_window(
    qtbot: QtBot, export: ExportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "r.html"
    opened: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(file), ""))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    button(export, "Write a report").click()
    qtbot.waitUntil(lambda: opened == [str(file)], timeout=20_000)
    assert file.read_text("utf-8").startswith("<!doctype html>")


def test_a_form_and_folds_are_chosen(qtbot: QtBot, export: ExportPage, tmp_path: Path) -> None:
    named(export, OptionRows, "Split folders").choose(2)
    form = named(export, QComboBox, "Form")
    assert {form.itemData(row) for row in range(form.count())} == set(Form)
    form.setCurrentIndex(form.findData(Form.PYTORCH))

    def planned() -> bool:
        plan = export.plan()
        return plan is not None and plan.form.form is Form.PYTORCH and "out" in plan.target

    qtbot.waitUntil(planned, timeout=20_000)
    plan = export.plan()
    assert plan is not None
    assert {item.split for item in plan.items} == {f"fold{n}" for n in range(1, 6)}
    button(export, "Export").click()
    qtbot.waitUntil(lambda: text_of(export, "export-result").startswith("Done"), timeout=60_000)
    code = named(export, QPlainTextEdit, "Code that loads the export").toPlainText()
    assert code == (tmp_path / "out" / "load_pytorch.py").read_text("utf-8")
    assert "FOLDS = ['fold1', 'fold2', 'fold3', 'fold4', 'fold5']" in code


def test_a_form_that_can_not_be_says_why(qtbot: QtBot, export: ExportPage) -> None:
    form = named(export, QComboBox, "Form")
    form.setCurrentIndex(form.findData(Form.COCO))
    qtbot.waitUntil(lambda: "no boxes came in" in text_of(export, "export-status"), timeout=20_000)
    assert not button(export, "Export").isEnabled()


def test_a_script_for_another_program_is_written(
    qtbot: QtBot, export: ExportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "load_it.py"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    actions = button(export, "Script for…").menu().actions()
    assert [a.text().partition(":")[0] for a in actions] == [
        "FiftyOne", "cleanlab", "TensorBoard", "MLflow",
    ]  # fmt: skip
    actions[0].trigger()
    said = f"{target} was written; it reads load_it.json beside it."
    qtbot.waitUntil(lambda: text_of(export, "export-result") == said, timeout=120_000)
    assert "add_samples" in target.read_text("utf-8")
    assert export.jobs.running == ()
    actions[0].trigger()
    qtbot.waitUntil(lambda: "exists already" in text_of(export, "export-result"), timeout=10_000)
    for file in (target, target.with_suffix(".json")):
        file.unlink()
    actions[3].trigger()
    qtbot.waitUntil(lambda: "no run" in text_of(export, "export-result").lower(), timeout=10_000)
    assert export.jobs.running == ()
