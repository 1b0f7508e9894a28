"""The pages of splits, groups, findings and augmentation on a real project."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from inspector.app.groups.page import GroupsPage
from inspector.app.splits.page import SplitsPage
from inspector.app.splits.seed_panel import ACCURACY
from inspector.app.widgets.jobs_bar import JobBar
from inspector.app.window.main_window import ProjectWindow
from inspector.project.splits.split_rules import RuleKind


def page(view: ProjectWindow, kind: type) -> object:
    (found,) = (p for p in view.pages if isinstance(p, kind))
    view.show_page(view.pages.index(found))
    return found


def test_a_cell_of_the_matrix_opens_its_images(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    qtbot.waitUntil(lambda: splits._matrix.rowCount() > 0, timeout=20_000)
    expected = view.project.splits.leaks()
    row = next(
        r for r in range(splits._matrix.rowCount())
        if splits._matrix.item(r, 0).text() == "training"
    )  # fmt: skip
    column = 2 + next(i for i in range(4) if int(splits._matrix.item(row, 2 + i).text()))
    count = int(splits._matrix.item(row, column).text())
    with qtbot.waitSignal(splits.asked) as heard:
        splits._on_cell(row, column)
    assert len(heard.args[0].samples) == count
    assert str(len(expected.leaks)) in splits.shown_text()
    assert view.page().title == "Gallery"


def test_a_keras_call_is_looked_at_and_kept(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    splits._bar._kind.setCurrentIndex(1)
    qtbot.waitUntil(splits.luck._figure.isVisible, timeout=20_000)
    assert splits._keep.isEnabled()
    splits._keep.click()
    qtbot.waitUntil(lambda: view.project.splits.rule.kind is RuleKind.KERAS, timeout=10_000)


def test_a_list_of_files_is_chosen(
    qtbot: QtBot, view: ProjectWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    qtbot.waitUntil(lambda: splits._matrix.rowCount() > 0, timeout=20_000)
    splits._bar._kind.setCurrentIndex(4)
    qtbot.waitUntil(lambda: "Choose a CSV" in splits._summary.text())
    assert splits._matrix.rowCount() == 0
    assert not splits._keep.isEnabled()
    rows = view.project.samples.everything()
    file = tmp_path / "mine.csv"
    sides = (("train", "val")[i % 2] for i in range(len(rows)))
    file.write_text(
        "path,split\n" + "".join(f"{s.path},{x}\n" for s, x in zip(rows, sides, strict=True))
    )
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    splits._bar._file.click()
    qtbot.waitUntil(lambda: splits._matrix.rowCount() > 0, timeout=20_000)
    assert splits._bar._file.text() == "mine.csv"
    splits._keep.click()
    qtbot.waitUntil(lambda: view.project.splits.rule.file == str(file), timeout=10_000)


def test_seeds_are_tried_on_request(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    splits._bar._kind.setCurrentIndex(1)
    qtbot.waitUntil(splits.luck._figure.isVisible, timeout=20_000)
    splits.luck._measure.setCurrentIndex(ACCURACY)
    assert not splits.luck._figure.isVisible()
    splits.luck._draw.click()
    assert view.findChild(JobBar).isVisible()
    qtbot.waitUntil(splits.luck._figure.isVisible, timeout=60_000)
    assert "above" in splits.luck._text.text()
    assert len(splits.luck._figure._values) == 200
    # The end of the draws leaves the rule that is looked at.
    qtbot.wait(800)
    assert splits._bar.rule().kind is RuleKind.KERAS
    assert splits.luck._figure.isVisible()


def test_the_matrix_follows_the_threshold(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    qtbot.waitUntil(lambda: splits._shown is not None, timeout=20_000)
    before = view.project.duplicates.threshold
    splits._threshold.setSliderDown(True)
    splits._threshold.setValue(100)
    qtbot.waitUntil(lambda: splits._shown.found.threshold == 1.0, timeout=10_000)
    assert view.project.duplicates.threshold == before
    splits._threshold.setSliderDown(False)
    qtbot.waitUntil(lambda: view.project.duplicates.threshold == 1.0, timeout=10_000)


def test_bad_code_gets_a_sentence(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    splits._bar._kind.setCurrentIndex(2)
    splits._bar._code.setPlainText("seed = 3")
    qtbot.waitUntil(lambda: "makes no dataset" in splits._summary.text(), timeout=20_000)


def test_a_judged_pair_gives_a_precision(qtbot: QtBot, view: ProjectWindow) -> None:
    groups = page(view, GroupsPage)
    assert isinstance(groups, GroupsPage)
    qtbot.waitUntil(lambda: bool(groups._pairs), timeout=20_000)
    assert groups._offers.rowCount() >= 1
    groups._on_yes()
    qtbot.waitUntil(lambda: "100%" in groups._score.text(), timeout=10_000)
