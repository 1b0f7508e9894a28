"""A large pair of images in every mode of comparison."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.compared_pair import ComparedPair
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.app.widgets.pairs.compare_view import CompareMode, CompareView
from inspector.project.project import Project
from inspector.store.samples import Sample

_SHARE = 0.9
MODE_KEYS = ("S", "F", "D", "W")


def mode_control(view: CompareView) -> SegmentedControl:
    """Return the control for the mode of a view; it also follows keys."""
    modes: Sequence[CompareMode] = list(CompareMode)
    control = SegmentedControl([m.value for m in modes], name="Comparison", keys=MODE_KEYS)
    control.chosen.connect(lambda position: view.set_mode(modes[position]))
    view.mode_changed.connect(lambda mode: control.mark(modes.index(mode)))
    return control


class PairDialog(QDialog):
    """Shows two images; S, F, D and W choose the mode, Space and Escape close."""

    def __init__(
        self, project: Project, bridge: Bridge, pair: tuple[Sample, Sample], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle("Two images")
        self.compare = CompareView()
        head = QHBoxLayout()
        head.addWidget(mode_control(self.compare))
        head.addStretch()
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.compare, 1)
        column.addWidget(box)
        self.resize(parent.size() * _SHARE)
        ComparedPair(project, bridge, self.compare, channel="pair dialog").show(
            pair[0].id, pair[1].id
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = QKeySequence(event.key()).toString()
        if key in MODE_KEYS:
            self.compare.set_mode(list(CompareMode)[MODE_KEYS.index(key)])
        elif key == "C":
            self.compare.cycle_mode()
        elif key == "Z":
            self.compare.toggle_zoom()
        elif key == "Space":
            self.accept()
        else:
            super().keyPressEvent(event)
