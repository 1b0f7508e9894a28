"""The details panel shows ImageHash's hashes of the selected image."""

from collections.abc import Iterator

import imagehash
import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from inspector.app.gallery.details import Details
from inspector.app.threads.bridge import Bridge
from inspector.project.project import Project


@pytest.fixture
def details(qtbot: QtBot, project: Project) -> Iterator[Details]:
    bridge = Bridge()
    panel = Details(project, bridge)
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    bridge.close()


def shown_hashes(panel: Details) -> dict[str, str]:
    labels = panel.findChildren(QLabel)
    return {
        name.removeprefix("hash-"): label.accessibleName() or label.text()
        for label in labels
        if (name := label.objectName()).startswith("hash-")
    }


def test_hashes_are_those_of_the_chosen_image(
    qtbot: QtBot, project: Project, details: Details
) -> None:
    first, *_, last = (s for s in project.samples.everything() if s.status == "image")
    for sample in (first, last):
        details.show_sample(sample.id)
        with Image.open(project.absolute(sample.path)) as image:
            expected = {"phash": str(imagehash.phash(image)), "dhash": str(imagehash.dhash(image))}
        qtbot.waitUntil(
            lambda e=expected: e.items() <= shown_hashes(details).items(), timeout=30_000
        )
        assert set(shown_hashes(details)) == {"phash", "dhash", "ahash", "whash", "colorhash"}


def test_a_file_that_cant_be_decoded_has_none(
    qtbot: QtBot, project: Project, details: Details
) -> None:
    broken = next(s for s in project.samples.everything() if s.status == "unreadable")
    details.show_sample(broken.id)
    qtbot.waitUntil(
        lambda: any(
            broken.path.rpartition("/")[2] in w.text() for w in details.findChildren(QLabel)
        ),
        timeout=30_000,
    )
    assert shown_hashes(details) == {}
