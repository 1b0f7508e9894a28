"""Re-encoding and cutting borders on the Export page, and the way there from the shortcuts card."""

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from inspector.app.export.page import ExportPage
from inspector.app.widgets.page import PageAction, PageName, PageRequest
from inspector.app.window.main_window import ProjectWindow
from inspector.work.reencoding import ImageFormat, Reencoding
from tests.app.screen import button, choose, named, show, text_of


@pytest.fixture
def export(view: ProjectWindow, tmp_path: Path) -> ExportPage:
    shown = show(view, PageName.EXPORT)
    named(shown, QLineEdit, "Target folder").setText(str(tmp_path / "out"))
    return shown


def reencoding(page: ExportPage) -> Reencoding | None:
    plan = page.plan()
    return None if plan is None else plan.reencoding


def test_images_are_planned_and_saved_alike(
    qtbot: QtBot, export: ExportPage, tmp_path: Path
) -> None:
    files = named(export, QComboBox, "How files are written")
    choose(files, "Symbolic links")
    choose(named(export, QComboBox, "Re-encoding"), "All as PNG")
    assert not files.isEnabled()
    assert files.currentText() == "Copies"
    choose(named(export, QComboBox, "Borders"), "5% cut from each side")
    wanted = Reencoding(ImageFormat.PNG, 0.05)
    qtbot.waitUntil(lambda: reencoding(export) == wanted, timeout=10_000)
    assert "re-encoded as PNG, 5.0% cut from each side" in text_of(export, "export-status")
    plan = export.plan()
    assert plan is not None
    button(export, "Export").click()
    leaks = export.project.exports.leaks(plan).after
    button(export, f"Export with {leaks:,} leaked images?").click()
    qtbot.waitUntil(lambda: text_of(export, "export-result").startswith("Done"), timeout=60_000)
    assert f"{plan.files} verified by decoding them again" in text_of(export, "export-result")
    for item in plan.items:
        with Image.open(tmp_path / "out" / item.target) as image:
            assert (image.format, image.size) == ("PNG", (item.width, item.height))


def test_cutting_alone_saves_as_jpeg_and_is_measured(qtbot: QtBot, export: ExportPage) -> None:
    choose(named(export, QComboBox, "Borders"), "Cut as measured")
    assert named(export, QComboBox, "Re-encoding").currentText().startswith("All as JPEG")
    qtbot.waitUntil(lambda: reencoding(export) is not None, timeout=60_000)
    measurement = export.project.exports.borders()
    assert measurement is not None
    assert reencoding(export) == Reencoding(ImageFormat.JPEG, measurement.crop)
    assert text_of(export, "export-borders") == measurement.text
    assert export.jobs.running == ()
    choose(named(export, QComboBox, "Re-encoding"), "As they are")
    assert named(export, QComboBox, "Borders").currentText() == "Kept"
    qtbot.waitUntil(
        lambda: export.plan() is not None and reencoding(export) is None, timeout=10_000
    )
    assert export.findChild(QLabel, "export-borders").isHidden()


def test_the_card_leads_to_the_option(
    qtbot: QtBot, view: ProjectWindow, export: ExportPage
) -> None:
    overview = show(view, PageName.OVERVIEW)
    overview.shortcuts.page_requested.emit(PageRequest(PageName.EXPORT, PageAction.CROP_BORDERS))
    qtbot.waitUntil(export.isVisible, timeout=5_000)
    assert named(export, QComboBox, "Borders").currentText() == "Cut as measured"
    qtbot.waitUntil(lambda: reencoding(export) is not None, timeout=60_000)
    overview.requested.emit(PageRequest(PageName.EXPORT, PageAction.REENCODE))
    assert named(export, QComboBox, "Borders").currentText() == "Kept"
    qtbot.waitUntil(lambda: reencoding(export) == Reencoding(), timeout=10_000)
