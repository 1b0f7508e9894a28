"""The nearest images of one class, in two columns under its name."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from inspector.store.samples import Sample

SIZE_PX = 104
COLUMNS = 2
PLACES = 6


class NeighboursView(QWidget):
    """Show up to six images; their places are kept while there are fewer.

    Args:
        role: What the class is to the image that may be mislabelled, such as "Suggested".
    """

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role
        self._head, self._note = QLabel(role), QLabel()
        self._head.setProperty("role", "heading")
        self._note.setProperty("role", "muted")
        grid = QGridLayout()
        grid.setSpacing(4)
        self._places = [QLabel() for _ in range(PLACES)]
        for i, place in enumerate(self._places):
            place.setFixedSize(SIZE_PX, SIZE_PX)
            place.setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(place, i // COLUMNS, i % COLUMNS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._head)
        column.addWidget(self._note)
        column.addLayout(grid)
        column.addStretch()
        self.setFixedWidth(COLUMNS * (SIZE_PX + 4))

    def show_pictures(self, label: str, pictures: Sequence[tuple[Sample, QImage]]) -> None:
        """Show the nearest images of a class; "" shows none."""
        shown = self._head.fontMetrics().elidedText(
            label, Qt.TextElideMode.ElideMiddle, self.width() - 8
        )
        self._head.setText(shown)
        self._head.setToolTip(label)
        self._note.setText(f"{self._role}: the nearest images" if label else "")
        for i, place in enumerate(self._places):
            if i >= len(pictures):
                place.clear()
                place.setToolTip("")
                continue
            sample, image = pictures[i]
            place.setPixmap(
                QPixmap.fromImage(image).scaled(
                    place.size(), Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )  # fmt: skip
            place.setToolTip(sample.path)
            place.setAccessibleName(f"{label}: {sample.path}")
