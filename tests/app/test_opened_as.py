"""Opened as: the bar tells how a dataset is read, and the dialog corrects it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QMenu
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.opened_as.bar import OpenedAsBar
from inspector.app.opened_as.dialog import LayoutDialog
from inspector.app.opened_as.folder_tree import FolderTree
from inspector.app.opened_as.outcome_table import OutcomeTable
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.dataset.layouts import Choice, Kind
from tests.app.screen import button, by_id, named, open_dataset, page

Images = Callable[..., Path]


@pytest.fixture
def images(tmp_path: Path) -> Images:
    """Write small images at these paths, each in a different grey."""
    import numpy as np
    from PIL import Image

    def make(*paths: str) -> Path:
        root = tmp_path / "set"
        for number, path in enumerate(paths):
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            noise = np.random.default_rng(number).integers(0, 255, (24, 24, 3), np.uint8)
            Image.fromarray(noise).save(file)
        return root

    return make


def split_set(images: Images) -> Path:
    return images(
        *(f"{s}/{c}/{n}.png" for s in ("train", "val") for c in ("ant", "bee") for n in range(3)),
        "spare/x.png",
    )


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    made = MainWindow()
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    return made


def opened(qtbot: QtBot, window: MainWindow, root: Path) -> ProjectWindow:
    view = open_dataset(qtbot, window, root, None)
    # The diagnosis that starts by itself would take its time.
    page(view, PageName.OVERVIEW).verdict.started = True
    qtbot.waitUntil(lambda: not view.busy(), timeout=60_000)
    return view


def bar_of(view: ProjectWindow) -> OpenedAsBar:
    return by_id(view, OpenedAsBar, "opened-as")


def dialog_of(qtbot: QtBot, over: MainWindow) -> LayoutDialog:
    qtbot.waitUntil(lambda: bool(over.findChildren(LayoutDialog)), timeout=10_000)
    dialog = over.findChildren(LayoutDialog)[-1]
    qtbot.waitUntil(lambda: dialog.tree.topLevelItemCount() > 0, timeout=10_000)
    return dialog


def give_role(qtbot: QtBot, dialog: LayoutDialog, path: str, role: str) -> None:
    """Choose a role with the keyboard only."""
    dialog.tree.choose_role(path)
    (menu,) = [m for m in dialog.tree.findChildren(QMenu) if m.isVisible()]
    (action,) = [a for a in menu.actions() if a.text() == role]
    menu.setActiveAction(action)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.is_ready, timeout=10_000)


def test_the_bar_says_what_was_read(qtbot: QtBot, images: Images, window: MainWindow) -> None:
    view = opened(qtbot, window, split_set(images))
    bar = bar_of(view)
    qtbot.waitUntil(bar.isVisible, timeout=10_000)
    text = bar.accessibleDescription()
    assert "train → training, val → validation" in text
    assert "2 classes · 1 image is ignored" in text
    assert "Is this right?" not in text
    assert button(view, "Opened as split folders").isVisible()
    window.close()


def test_a_hidden_bar_stays_hidden(qtbot: QtBot, images: Images, window: MainWindow) -> None:
    root = split_set(images)
    view = opened(qtbot, window, root)
    qtbot.waitUntil(bar_of(view).isVisible, timeout=10_000)
    button(bar_of(view), "Hide").click()
    assert not bar_of(view).isVisible()
    window.show_start()
    view = opened(qtbot, window, root)
    qtbot.waitUntil(lambda: not view.bridge.waits("opened-as-bar"), timeout=10_000)
    qtbot.wait(50)
    assert not bar_of(view).isVisible()
    window.close()


def test_a_doubtful_reading_is_asked_about_and_confirmed(
    qtbot: QtBot, images: Images, window: MainWindow
) -> None:
    root = images(*(f"{c}/{n}.png" for c in ("images", "ant", "bee") for n in range(3)))
    view = opened(qtbot, window, root)
    bar = bar_of(view)
    qtbot.waitUntil(bar.isVisible, timeout=10_000)
    assert 'A class is called "images"' in bar.accessibleDescription()
    assert "Is this right?" in bar.accessibleDescription()
    assert not view.project.layout.sure
    button(bar, "Yes").click()
    qtbot.waitUntil(lambda: view.project.layout.sure, timeout=10_000)
    assert view.project.choice.kind is Kind.CLASS_FOLDERS
    qtbot.waitUntil(lambda: not view.busy(), timeout=30_000)
    assert not bar.isVisible()
    window.close()


def test_roles_are_given_by_keyboard_counted_at_once_and_remembered(
    qtbot: QtBot, images: Images, window: MainWindow
) -> None:
    root = split_set(images)
    view = opened(qtbot, window, root)
    button(view, "Opened as").click()
    dialog = dialog_of(qtbot, window)
    qtbot.waitUntil(dialog.is_ready, timeout=10_000)
    assert dialog.tree.role_of("val") == "Validation"
    give_role(qtbot, dialog, "val", "Test")
    assert dialog.tree.role_of("val") == "Test"
    table = by_id(dialog, OutcomeTable, "outcome-table")
    assert table.text() == "ant: Training 3, Test 3; bee: Training 3, Test 3"
    give_role(qtbot, dialog, "val", "Ignore")
    assert table.text() == "ant: Training 3; bee: Training 3"
    assert "7 images get no class" in dialog.checks_text()
    give_role(qtbot, dialog, "val", "Test")
    # The dataset itself is as it was until the person says so.
    assert dict(view.project.layout.splits) == {"train": "training", "val": "validation"}
    button(dialog, "Open with these roles").click()
    qtbot.waitUntil(lambda: view.project.layout.splits.get("val") == "test", timeout=10_000)
    expected = {"training": 6, "test": 6}
    qtbot.waitUntil(lambda: view.project.samples.counts().splits == expected, timeout=30_000)
    window.show_start()
    view = opened(qtbot, window, root)
    assert view.project.choice.split_roles == {"val": "test"}
    assert view.project.layout.splits["val"] == "test"
    window.close()


def test_enter_on_a_row_opens_the_roles_and_escape_leaves_all_as_it_was(
    qtbot: QtBot, images: Images, window: MainWindow
) -> None:
    view = opened(qtbot, window, split_set(images))
    view.show_palette()
    view.opened_as.show_dialog()
    dialog = dialog_of(qtbot, window)
    qtbot.waitUntil(dialog.is_ready, timeout=10_000)
    tree = by_id(dialog, FolderTree, "folder-tree")
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    (menu,) = [m for m in tree.findChildren(QMenu) if m.isVisible()]
    assert [a.text() for a in menu.actions()][:4] == ["Dataset", "Training", "Validation", "Test"]
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert view.project.choice == Choice()
    window.close()


def test_another_reading_and_another_column(
    qtbot: QtBot, images: Images, window: MainWindow
) -> None:
    root = images(*(f"images/{n}.png" for n in range(6)))
    lines = [f"{n}.png,{'cat' if n < 3 else 'dog'},{'in' if n % 2 else 'out'}" for n in range(6)]
    (root / "t.csv").write_text("\n".join(["file,label,taken", *lines]))
    view = opened(qtbot, window, root)
    view.opened_as.show_dialog()
    dialog = dialog_of(qtbot, window)
    qtbot.waitUntil(dialog.is_ready, timeout=10_000)
    columns = named(dialog, QComboBox, "Class column")
    assert [columns.itemText(i) for i in range(columns.count())] == ["label", "taken"]
    columns.setCurrentIndex(1)
    columns.activated.emit(1)
    qtbot.waitUntil(dialog.is_ready, timeout=10_000)
    assert by_id(dialog, OutcomeTable, "outcome-table").text() == "in: 3; out: 3"
    button(dialog, "As recognised").click()
    qtbot.waitUntil(dialog.is_ready, timeout=10_000)
    readings = named(dialog, QComboBox, "Read as")
    assert readings.count() > 1
    readings.activated.emit(1)
    qtbot.waitUntil(dialog.is_ready, timeout=10_000)
    assert dialog.choice().kind is not None
    dialog.reject()
    window.close()


def test_what_fits_nothing_is_asked_about_and_opens(
    qtbot: QtBot, images: Images, window: MainWindow
) -> None:
    root = images(*(f"{s}/{n}.png" for s in ("train", "val") for n in range(3)))
    window.open_path(str(root))
    dialog = dialog_of(qtbot, window)
    assert dialog.isModal()
    assert not dialog.is_ready()
    readings = named(dialog, QComboBox, "Read as")
    assert readings.itemText(1) == "class folders train, val"
    give_role(qtbot, dialog, "train", "Class")
    give_role(qtbot, dialog, "val", "Class")
    with qtbot.waitSignal(window.project_opened, timeout=60_000):
        button(dialog, "Open with these roles").click()
    assert window.view is not None
    qtbot.waitUntil(lambda: not window.view.busy(), timeout=60_000)
    assert window.view.project.samples.counts().classes == {"train": 3, "val": 3}
    window.close()


def test_a_folder_without_images_is_an_error_and_no_question(
    qtbot: QtBot, tmp_path: Path, window: MainWindow
) -> None:
    (tmp_path / "empty" / "a").mkdir(parents=True)
    window.open_path(str(tmp_path / "empty"))
    qtbot.waitUntil(lambda: not window.opening.is_busy(), timeout=20_000)
    qtbot.wait(100)
    assert window.findChildren(LayoutDialog) == []


def test_many_classes_fold_and_open(qtbot: QtBot, images: Images, window: MainWindow) -> None:
    root = images(*(f"c{n:02}/1.png" for n in range(20)))
    view = opened(qtbot, window, root)
    view.opened_as.show_dialog()
    dialog = dialog_of(qtbot, window)
    top = dialog.tree.topLevelItem(0)
    assert top.childCount() == 13
    assert top.child(12).text(0) == "8 more"
    dialog.tree.setCurrentItem(top.child(12))
    qtbot.keyClick(dialog.tree, Qt.Key.Key_Return)
    assert top.childCount() == 20
    dialog.reject()
    window.close()
