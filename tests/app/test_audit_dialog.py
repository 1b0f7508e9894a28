"""Compare with another dataset: pairs by kind with their images, stop, lists and reports."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListView
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from inspector.app.overview.audit.audit_dialog import AuditDialog
from inspector.app.widgets.page import PageName
from inspector.app.widgets.pairs.compare_view import CompareMode
from inspector.app.window.main_window import ProjectWindow
from inspector.project.project import Project
from inspector.project.review.duplicates import PairKind
from tests.app.screen import button, named, page, text_of

PATIENCE_MS = 60_000


@pytest.fixture
def other(demo: Path, tmp_path: Path) -> Path:
    """Three of our images: one as it is, one mirrored, one saved again; and one of no other."""
    folder = tmp_path / "benchmark"
    sources = [f for f in sorted((demo / "training").rglob("IMG_*.jpg")) if _opens(f)][::20][:3]
    for label in ("one", "two"):
        (folder / label).mkdir(parents=True)
    shutil.copy(sources[0], folder / "one" / "same.jpg")
    with Image.open(sources[1]) as image:
        turned = image.convert("RGB").transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    turned.save(folder / "two" / "mirrored.png")
    with Image.open(sources[2]) as image:
        image.convert("RGB").save(folder / "one" / "anew.jpg", quality=60)
    Image.effect_mandelbrot((90, 90), (-2, -1.5, 1, 1.5), 90).convert("RGB").save(
        folder / "two" / "nobodys.png"
    )
    return folder


def _opens(file: Path) -> bool:
    try:
        with Image.open(file) as image:
            image.load()
    except OSError:
        return False
    return True


@pytest.fixture
def dialog(qtbot: QtBot, view: ProjectWindow) -> Iterator[AuditDialog]:
    commands = {command.text: command for command in view.commands()}
    commands["Compare with another dataset…"].run()
    (opened,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, AuditDialog))
    yield opened
    if isValid(opened):
        opened.done(0)
    qtbot.waitUntil(lambda: not view.busy(), timeout=PATIENCE_MS)


def compare(qtbot: QtBot, dialog: AuditDialog, other: Path) -> None:
    named(dialog, QLineEdit, "The other dataset").setText(str(other))
    button(dialog, "Compare").click()
    assert not button(dialog, "Compare").isEnabled()
    qtbot.waitUntil(button(dialog, "Compare").isEnabled, timeout=PATIENCE_MS)


def test_another_dataset_is_scanned_and_its_pairs_shown(
    qtbot: QtBot, view: ProjectWindow, dialog: AuditDialog, other: Path, tmp_path: Path
) -> None:
    before = {f: f.read_bytes() for f in other.rglob("*") if f.is_file()}
    compare(qtbot, dialog, other)
    assert text_of(dialog, "audit-summary").startswith("3 of 4 images of benchmark (75.0%)")
    assert "benchmark: no split 3 of 4" in text_of(dialog, "audit-figures")
    kinds = {Path(pair.b.path).name: pair.kind for pair in dialog.pairs.shown_pairs()}
    assert kinds["same.jpg"] is PairKind.BYTES
    assert kinds["mirrored.png"] is PairKind.TRANSFORMED
    assert "nobodys.png" not in kinds
    qtbot.waitUntil(lambda: "same.jpg" in dialog.pairs.compare.accessibleDescription())
    # One kind alone, by the filter; the keys choose how both are compared.
    filters = named(dialog, QComboBox, "Pairs")
    position = next(
        i for i in range(filters.count()) if filters.itemText(i).startswith("Flipped")
    )  # fmt: skip
    filters.setCurrentIndex(position)
    assert {pair.kind for pair in dialog.pairs.shown_pairs()} == {PairKind.TRANSFORMED}
    qtbot.waitUntil(lambda: "mirrored.png" in dialog.pairs.compare.accessibleDescription())
    qtbot.keyClick(named(dialog, QListView, "Pairs of both datasets"), Qt.Key.Key_D)
    assert dialog.pairs.compare.mode is CompareMode.DIFFERENCE
    qtbot.waitUntil(lambda: bool(dialog.pairs.compare.difference_text), timeout=PATIENCE_MS)
    assert dialog.pairs.compare.difference_text.startswith(("Mean difference", "No pixel"))
    # The page, the list, and our own images in Gallery.
    for name in ("audit.html", "audit.csv"):
        dialog.save(tmp_path / name)
        qtbot.waitUntil((tmp_path / name).exists, timeout=PATIENCE_MS)
    with (tmp_path / "audit.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert "test set" not in (tmp_path / "audit.html").read_text("utf-8")
    assert {r["b"] for r in rows} >= {"one/same.jpg", "two/mirrored.png", "one/anew.jpg"}
    own = {pair.a.path for pair in dialog.pairs.shown_pairs()}
    button(dialog, "Show my images").click()
    qtbot.waitUntil(lambda: view.page().name is PageName.GALLERY, timeout=PATIENCE_MS)
    assert own <= {s.path for s in view.project.samples.everything()}
    assert {f: f.read_bytes() for f in other.rglob("*") if f.is_file()} == before


def test_overview_asks_the_question_and_the_empty_dialog_says_where_to_begin(
    qtbot: QtBot, view: ProjectWindow, other: Path
) -> None:
    overview = page(view, PageName.OVERVIEW)
    qtbot.waitUntil(overview.audit.isVisible, timeout=PATIENCE_MS)
    button(overview.audit, "Compare with another dataset…").click()
    (opened,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, AuditDialog))
    qtbot.waitUntil(opened.isVisible)
    assert button(opened, "Choose a folder…").isVisible()
    assert button(opened, "Choose a fingerprint file…").isVisible()
    assert not button(opened, "Folder…").isVisible()
    compare(qtbot, opened, other)
    # With an answer, another dataset is chosen beside the path.
    assert not button(opened, "Choose a folder…").isVisible()
    assert button(opened, "Folder…").isVisible()
    opened.done(0)
    qtbot.waitUntil(lambda: not view.busy(), timeout=PATIENCE_MS)


def test_a_fingerprint_file_has_pairs_without_images(
    qtbot: QtBot, dialog: AuditDialog, other: Path, tmp_path: Path
) -> None:
    opened = Project(other, tmp_path / "b.inspector", jobs=1)
    opened.scans.scan()
    opened.fingerprints.write(tmp_path / "b.fingerprints")
    opened.close()
    compare(qtbot, dialog, tmp_path / "b.fingerprints")
    assert text_of(dialog, "audit-summary").startswith("3 of 4 images of benchmark")
    pairs = dialog.pairs.compare
    qtbot.waitUntil(lambda: "same.jpg" in pairs.accessibleDescription(), timeout=PATIENCE_MS)
    # There is nothing to lay over our image.
    qtbot.keyClick(named(dialog, QListView, "Pairs of both datasets"), Qt.Key.Key_D)
    qtbot.wait(300)
    assert (pairs.mode, pairs.difference_text) == (CompareMode.DIFFERENCE, "")


def test_what_cannot_be_compared_is_a_sentence(
    qtbot: QtBot, view: ProjectWindow, dialog: AuditDialog, tmp_path: Path
) -> None:
    assert not button(dialog, "Compare").isEnabled()
    compare(qtbot, dialog, tmp_path / "nowhere")
    assert text_of(dialog, "audit-status").startswith(f"There is no {tmp_path / 'nowhere'}")
    compare(qtbot, dialog, view.project.root)
    assert "same dataset" in text_of(dialog, "audit-status")
    assert not button(dialog, "Save…").isEnabled()
    assert page(view, PageName.OVERVIEW).jobs.running == ()


def test_a_stop_keeps_the_dialog_open(qtbot: QtBot, dialog: AuditDialog, other: Path) -> None:
    named(dialog, QLineEdit, "The other dataset").setText(str(other))
    button(dialog, "Compare").click()
    button(dialog, "Stop").click()
    qtbot.waitUntil(button(dialog, "Compare").isEnabled, timeout=PATIENCE_MS)
    assert text_of(dialog, "audit-status").startswith("Stopped.")
    assert not button(dialog, "Save…").isEnabled()
