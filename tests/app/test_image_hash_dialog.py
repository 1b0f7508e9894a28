"""Duplicates: pairs by ImageHash with a method and a distance, as the terminal gives them."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QListView, QSlider, QWidget
from pytestqt.qtbot import QtBot

from inspector.app.duplicates.image_hash_dialog import ImageHashDialog
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.pairs.compare_view import CompareView
from inspector.project.project import Project
from inspector.similarity.image_hashes import HashMethod


@pytest.fixture
def dialog(qtbot: QtBot, project: Project) -> Iterator[ImageHashDialog]:
    parent, bridge = QWidget(), Bridge()
    qtbot.addWidget(parent)
    shown = ImageHashDialog(project, bridge, parent)
    shown.show()
    yield shown
    shown.done(0)
    bridge.close()


def lines(dialog: ImageHashDialog) -> list[str]:
    model = dialog.findChild(QListView, "hash-pairs").model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def expected(project: Project, method: HashMethod, distance: int) -> list[str]:
    compared = project.image_hashes.compare(method, distance)
    assert compared is not None
    return [
        f"{p.distance} bit{'s' * (p.distance != 1)}: {p.a.path}  and  {p.b.path}"
        for p in compared.pairs
    ]


def wait_for(qtbot: QtBot, dialog: ImageHashDialog, text: str) -> None:
    status = dialog.findChild(QLabel, "hash-status")
    qtbot.waitUntil(lambda: status.text().startswith(text), timeout=60_000)


def test_the_first_answer_is_phash_within_8_bits(
    qtbot: QtBot, project: Project, dialog: ImageHashDialog
) -> None:
    pairs = expected(project, HashMethod.PHASH, 8)
    assert pairs
    wait_for(qtbot, dialog, f"{len(pairs)} pairs within 8 bits.")
    assert lines(dialog) == pairs
    view = dialog.findChild(CompareView)
    closest = project.image_hashes.compare(HashMethod.PHASH, 8).pairs[0]
    names = [s.path.rpartition("/")[2] for s in (closest.a, closest.b)]
    qtbot.waitUntil(
        lambda: view.accessibleDescription() == f"left: {names[0]}; right: {names[1]}",
        timeout=10_000,
    )


def test_a_moved_distance_and_another_method_ask_again(
    qtbot: QtBot, project: Project, dialog: ImageHashDialog
) -> None:
    slider = dialog.findChild(QSlider, "hash-distance")
    slider.setValue(3)
    fewer = expected(project, HashMethod.PHASH, 3)
    wait_for(qtbot, dialog, f"{len(fewer)} pairs within 3 bits.")
    assert lines(dialog) == fewer
    dialog.findChild(QComboBox, "hash-method").setCurrentText("colorhash")
    assert slider.value() == 2
    colours = expected(project, HashMethod.COLORHASH, 2)
    assert colours != fewer
    wait_for(qtbot, dialog, f"{len(colours)} pairs within 2 bits.")
    assert lines(dialog) == colours


def test_a_closed_dialog_stops_hashing(qtbot: QtBot, project: Project) -> None:
    parent, bridge = QWidget(), Bridge()
    qtbot.addWidget(parent)
    shown = ImageHashDialog(project, bridge, parent)
    shown.findChild(QComboBox, "hash-method").setCurrentText("crop-resistant")
    shown.done(0)
    # Waits for what goes on: hashing all by this method would take minutes.
    qtbot.waitUntil(lambda: not bridge.waits(), timeout=30_000)
    bridge.close()
    assert sum(HashMethod.CROP_RESISTANT in t for t in project.image_hashes.texts().values()) == 0
