"""Names too long for their place are elided, complete in the tooltip, and never widen it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from inspector.app.widgets.elided_label import FittedLabel, PathButton

LONG = "a_very_long_name_of_a_file_from_a_camera_or_a_web_page_000.jpg"


def test_a_long_word_fits_its_place_and_grows_with_it(qtbot: QtBot) -> None:
    place = QWidget()
    qtbot.addWidget(place)
    column = QVBoxLayout(place)
    label, button = FittedLabel(""), PathButton(f"train/{LONG}")
    column.addWidget(label)
    column.addWidget(button)
    label.show_text(f"train/\n{LONG} and more")
    place.resize(220, 200)
    place.show()
    assert place.width() == 220
    words = label.text().split()
    assert words[0] == "train/"
    assert "…" in words[1]
    assert words[2:] == ["and", "more"]
    assert all(label.fontMetrics().horizontalAdvance(w) <= label.width() for w in words)
    assert label.toolTip() == label.accessibleName() == f"train/\n{LONG} and more"
    assert "…" in button.text()
    assert button.toolTip() == button.accessibleName() == f"train/{LONG}"
    place.resize(1_000, 200)
    assert label.text() == f"train/\n{LONG} and more"
    assert label.toolTip() == ""
    assert button.text() == f"train/{LONG}"
