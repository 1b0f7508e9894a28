"""A pair of images large, in every mode of comparison."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.pairs.compare_view import CompareView
from inspector.app.widgets.sample_image import read_image
from inspector.project.project import Project
from inspector.store.samples import Sample

_SHARE = 0.9


class PairDialog(QDialog):
    """Show two images; C changes the comparison, F flips, Space and Escape close."""

    def __init__(
        self, project: Project, bridge: Bridge, pair: tuple[Sample, Sample], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle("Two images")
        self._pair = pair
        self.compare = CompareView()
        hint = QLabel("C: side by side, flip, difference, slider · F: flip · Space: close")
        hint.setProperty("role", "muted")
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.addWidget(self.compare, 1)
        column.addWidget(hint)
        column.addWidget(box)
        self.resize(parent.size() * _SHARE)
        bridge.call(
            lambda: [read_image(project, one)[0] for one in pair], self._show, channel="pair dialog"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_C:
                self.compare.cycle_mode()
            case Qt.Key.Key_F:
                self.compare.flip()
            case Qt.Key.Key_Space:
                self.accept()
            case _:
                super().keyPressEvent(event)

    def _show(self, images: list[QImage | None]) -> None:
        left, right = self._pair
        self.compare.set_pair(images[0], images[1], left.path, right.path)
