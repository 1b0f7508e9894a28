"""Simple image properties that differ between folders: histograms and example images."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.charts.figures import PairedHistogram, Splits
from inspector.audit.properties import typical
from inspector.project.diagnosis.shift import PropertyShift, ShiftReport
from inspector.project.project import Project

SHOWN = 4
PICTURE_PX = 56


@dataclass(frozen=True, slots=True)
class _Shown:
    differences: ShiftReport
    pictures: dict[int, QImage]


class ShiftCard(QFrame):
    """Shows the properties that a diagnosis found to differ; hidden without any.

    Attributes:
        requested: A title and sample ids to list in the gallery.
    """

    requested = Signal(str, object)

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self.setProperty("severity", "middle")
        self._project, self._bridge = project, bridge
        self._title, self._note = QLabel(), QLabel()
        self._title.setProperty("role", "heading")
        self._note.setProperty("role", "muted")
        for label in (self._title, self._note):
            label.setWordWrap(True)
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(16)
        self._rows.setVerticalSpacing(12)
        self._rows.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._note)
        column.addLayout(self._rows)
        self.setVisible(False)

    def refresh(self) -> None:
        """Read the differences of the last diagnosis again."""
        self._bridge.call(self._read, self._show, channel="differences")

    def _read(self) -> _Shown | None:
        report = self._project.diagnoses.differences()
        if report is None or not report.shifts:
            return None
        ids = {s.id for one in report.shifts[:SHOWN] for pair in one.pairs for s in pair}
        images = {i: from_jpeg(self._project.samples.thumbnail(i)) for i in ids}
        return _Shown(report, images)

    def _show(self, shown: _Shown | None) -> None:
        self.setVisible(shown is not None)
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        if shown is None:
            return
        report = shown.differences
        self._title.setText(report.title)
        more = len(report.shifts) - SHOWN
        left = f" The {SHOWN} clearest are shown." if more > 0 else ""
        self._note.setText(
            f"Training against {report.folder}, for {len(report.shifts)} of {report.tested} simple"
            " properties beyond what drawing whole groups gives by chance (Holm-corrected p at"
            f" most .05). What it costs in accuracy is a matter of the terms above.{left}"
        )
        sides: Splits = ("training", report.folder)
        for row, one in enumerate(report.shifts[:SHOWN]):
            self._add(row, one, sides, shown.pictures)

    def _add(
        self, row: int, one: PropertyShift, sides: Splits, pictures: dict[int, QImage]
    ) -> None:
        shape = one.property
        name = QLabel(
            f"<b>{shape.name}</b><br>training {typical(shape, shape.training)}<br>"
            f"{sides[1]} {typical(shape, shape.folder)}"
        )
        name.setTextFormat(Qt.TextFormat.RichText)
        name.setMinimumWidth(120)
        name.setToolTip(f"AUC {shape.auc:.3f}, corrected p {shape.p_adjusted:.3f}")
        figure = PairedHistogram(f"{shape.name} in both folders", sides)
        figure.show_counts(shape)
        see = QPushButton("See")
        see.setAccessibleDescription(f"images at both ends of {shape.name}")
        see.setProperty("list", (f"Both ends of {shape.name}", one.extremes))
        see.clicked.connect(self._on_see)
        self._rows.addWidget(name, row, 0)
        self._rows.addWidget(figure, row, 1)
        self._rows.addWidget(_pairs(one, pictures), row, 2)
        self._rows.addWidget(see, row, 3, Qt.AlignmentFlag.AlignVCenter)

    def _on_see(self) -> None:
        title, ids = self.sender().property("list")
        self.requested.emit(title, ids)


def _pairs(one: PropertyShift, pictures: dict[int, QImage]) -> QWidget:
    shown = QWidget()
    row = QHBoxLayout(shown)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    for pair in one.pairs:
        both = QHBoxLayout()
        both.setSpacing(2)
        for sample in pair:
            both.addWidget(_picture(sample.path, sample.split, pictures.get(sample.id)))
        row.addLayout(both)
    return shown


def _picture(path: str, split: str, image: QImage | None) -> QLabel:
    label = QLabel()
    label.setFixedSize(PICTURE_PX, PICTURE_PX)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setToolTip(path)
    label.setAccessibleName(f"{split}: {path}")
    if image is not None and not image.isNull():
        label.setPixmap(
            QPixmap.fromImage(image).scaled(
                PICTURE_PX, PICTURE_PX, Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )  # fmt: skip
    return label
