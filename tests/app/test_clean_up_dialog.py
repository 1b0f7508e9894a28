"""The clean-up dialog: look, untick, exclude, undo; and the notice about old groups."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from inspector.app.overview.clean_up_dialog import CleanUpDialog
from inspector.app.widgets.notice_bar import Notice
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.project import Project
from inspector.store.records import GROUPING
from tests.app.screen import button, by_id, page, show, text_of


def opened_dialog(qtbot: QtBot, view: ProjectWindow) -> CleanUpDialog:
    page(view, PageName.OVERVIEW).show_clean_up()
    (dialog,) = (
        w for w in QApplication.topLevelWidgets()
        if isinstance(w, CleanUpDialog) and w.isVisible()
    )  # fmt: skip
    qtbot.waitUntil(lambda: dialog.plan() is not None, timeout=20_000)
    return dialog


def test_untick_exclude_and_undo(qtbot: QtBot, view: ProjectWindow) -> None:
    dialog = opened_dialog(qtbot, view)
    plan = dialog.plan()
    assert plan is not None
    count = len(plan.excluded)
    assert count > 1
    do = by_id(dialog, QPushButton, "clean-up-do")
    assert do.text() == f"Exclude {count} training images"
    grid = dialog.view.grid
    button(dialog, "Identical").click()
    assert [t.key for t in grid.pairs.tiles if t.ticked] == [p.excluded.id for p in plan.excluded]
    first = grid.pairs.tiles[0]
    place = grid.visualRect(grid.pairs.index(0)).topLeft() + QPoint(10, 10)
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    # What is seen follows at once; the button waits for the figures.
    assert grid.pairs.tiles[0].ticked is False
    assert not do.isEnabled()
    assert dialog.plan() is None
    qtbot.waitUntil(lambda: dialog.plan() is not None, timeout=20_000)
    assert do.text() == f"Exclude {count - 1} training images"
    assert grid.pairs.tiles[0].note == "kept: not duplicates"
    grid.setCurrentIndex(grid.pairs.index(1))
    qtbot.keyClick(grid, Qt.Key.Key_K)
    qtbot.keyClick(grid, Qt.Key.Key_K)
    qtbot.waitUntil(do.isEnabled, timeout=20_000)
    going = {p.excluded.id for p in dialog.plan().excluded}  # type: ignore[union-attr]
    assert len(going) == count - 1
    do.click()
    qtbot.waitUntil(lambda: not isValid(dialog) or not dialog.isVisible(), timeout=20_000)
    samples = {s.id: s for s in view.project.samples.everything()}
    assert {i for i, s in samples.items() if s.mark == "drop" and s.status == "image"} == going
    assert samples[first.key].mark == "keep"
    undone = view.project.decisions.undo()
    assert going <= {*undone.samples}
    assert not any(s.mark for s in view.project.samples.everything())


def test_afterwards_each_page_says_what_was(qtbot: QtBot, view: ProjectWindow) -> None:
    dialog = opened_dialog(qtbot, view)
    by_id(dialog, QPushButton, "clean-up-do").click()
    qtbot.waitUntil(lambda: not isValid(dialog) or not dialog.isVisible(), timeout=20_000)
    qtbot.waitUntil(lambda: not view.busy(), timeout=30_000)
    duplicates = show(view, PageName.DUPLICATES)
    qtbot.waitUntil(lambda: "before the clean-up" in duplicates.shown_text(), timeout=10_000)
    export = show(view, PageName.EXPORT)
    leaks = view.project.splits.leaks(with_seeds=False)
    assert leaks.before is not None
    now = sum(leak.kind != "group" for leak in leaks.leaks)
    was = leaks.before.leaked
    figures = f"{was:,} → {now:,}" if was != now else f"{now:,}"
    qtbot.waitUntil(lambda: text_of(export, "export-leaks") == figures, timeout=10_000)
    assert " → " in by_id(export, QLabel, "export-images").text()


def test_each_choice_says_its_price(qtbot: QtBot, view: ProjectWindow) -> None:
    dialog = opened_dialog(qtbot, view)
    labels = dialog.findChildren(QLabel)
    qtbot.waitUntil(lambda: any("change their split" in x.text() for x in labels), timeout=20_000)
    assert any(x.text().startswith("Validation would shrink from") for x in labels)
    by_id(dialog, QRadioButton, "clean-up-resplit").click()
    assert dialog.plan() is None
    qtbot.waitUntil(lambda: dialog.plan() is not None, timeout=20_000)
    plan = dialog.plan()
    assert plan is not None
    assert plan.resplit is not None
    assert by_id(dialog, QPushButton, "clean-up-do").text().startswith(f"Move {len(plan.moves)}")
    assert text_of(dialog, "clean-up-leaked").endswith("0")
    dialog.reject()
    assert not any(s.mark for s in view.project.samples.everything())


@pytest.mark.parametrize("old", [True, False])
def test_rules_that_nobody_accepted_are_off_with_a_notice(
    qtbot: QtBot, project: Project, old: bool
) -> None:
    project.context.store.records.update(
        GROUPING, lambda record: type(record)(asks_first=not old), urgent=True
    )
    made = ProjectWindow(project)
    page(made, PageName.OVERVIEW).verdict.started = True
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    show(made, PageName.GROUPS)
    qtbot.waitUntil(lambda: not made.busy(), timeout=30_000)
    try:
        notice = page(made, PageName.GROUPS).notice
        assert isinstance(notice, Notice)
        if old:
            qtbot.waitUntil(notice.isVisible, timeout=10_000)
        assert notice.isVisible() == old
        assert not any(o.enabled for o in project.groups.offers())
        if old:
            button(notice, "Review them").click()
            qtbot.waitUntil(lambda: project.groups.switched_off() == [], timeout=10_000)
    finally:
        made.shut_down()
