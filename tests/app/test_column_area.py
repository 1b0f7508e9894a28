"""A column that scrolls ends where Qt's own scroll area shows and hides its bar without end."""

import subprocess
import sys

SCRIPT = """
import sys
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from inspector.app.widgets import theme
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.elided_label import FittedLabel

class Tile(QWidget):
    def hasHeightForWidth(self):
        return True
    def heightForWidth(self, width):
        return round(width * 1.5)
    def resizeEvent(self, event):
        super().resizeEvent(event)
        self.setFixedHeight(max(1, round(self.width() * 1.5)))

app = QApplication([])
theme.apply(app, "light")
inner = QWidget()
column = QVBoxLayout(inner)
column.addWidget(Tile())
column.addWidget(FittedLabel("training/a/" + "a_very_long_name_of_a_file_" * 6 + ".jpg and words"))
area = ColumnArea(inner)
area.show()
for width in (200, 300):
    for height in range(round(width * 1.2), round(width * 1.8) + 80):
        area.resize(width, height)
        app.processEvents()
        bar = area.verticalScrollBar()
        assert inner.height() <= area.viewport().height() or bar.isVisible(), (width, height)
print("ended")
"""


def test_a_bar_that_takes_the_room_it_needs_is_not_toggled_for_ever() -> None:
    # In a process of its own: Qt's way of failing is to run out of its stack.
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "ended\n"), done.stderr[-500:]
