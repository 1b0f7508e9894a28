"""Excluded images as a strip of thumbnails; each can be restored."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

SHOWN = 9
_PICTURE_PX = 76


@dataclass(frozen=True, slots=True)
class ExcludedImage:
    """An image that an export leaves out, with the reason."""

    sample: int
    path: str
    reason: str
    image: QImage


class ExcludedStrip(QFrame):
    """Shows the first excluded images; hidden if there are none.

    Attributes:
        restored: The id of an image that the user restores.
        all_requested: The user wants to see all excluded images.
    """

    restored = Signal(int)
    all_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._title = QLabel()
        self._title.setProperty("role", "heading")
        show_all = QPushButton("Show all in Gallery")
        show_all.setProperty("role", "quiet")
        show_all.clicked.connect(self.all_requested)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(show_all)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(self._row)
        self.hide()

    def show_images(self, images: Sequence[ExcludedImage], count: int) -> None:
        """Show some of `count` excluded images."""
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for one in images[:SHOWN]:
            self._row.addWidget(self._tile(one))
        self._row.addStretch()
        self._title.setText(f"Excluded  {count:,}")
        self.setVisible(count > 0)

    def _tile(self, one: ExcludedImage) -> QWidget:
        tile, picture = QWidget(), QLabel()
        picture.setFixedSize(_PICTURE_PX, _PICTURE_PX)
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        picture.setToolTip(f"{one.path}: {one.reason}")
        picture.setAccessibleName(one.path)
        if not one.image.isNull():
            pixmap = QPixmap.fromImage(one.image).scaled(
                _PICTURE_PX, _PICTURE_PX, Qt.AspectRatioMode.KeepAspectRatioByExpanding,
                Qt.TransformationMode.SmoothTransformation,
            )  # fmt: skip
            picture.setPixmap(pixmap.copy(0, 0, _PICTURE_PX, _PICTURE_PX))
        restore = QPushButton("Restore")
        restore.setProperty("role", "quiet")
        restore.setAccessibleDescription(one.path)
        restore.clicked.connect(lambda: self.restored.emit(one.sample))
        column = QVBoxLayout(tile)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(picture)
        column.addWidget(restore)
        return tile
