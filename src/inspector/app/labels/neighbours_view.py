"""The nearest images of one class, in a row below its name."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from inspector.app.widgets import theme
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.widgets.split_badge import paint_badge
from inspector.store.samples import Sample

PLACES = 3
_RATIO = 1.33
_MAX_PX = 150


class NeighboursView(QWidget):
    """Shows up to three images; their space is reserved if there are fewer."""

    def __init__(self) -> None:
        super().__init__()
        self._head = ElidedLabel()
        self._head.setProperty("role", "heading")
        self._role, self._count = QLabel(), QLabel()
        self._role.setProperty("role", "chip")
        self._count.setProperty("role", "caption")
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(self._head)
        title.addWidget(self._role)
        title.addStretch(1)
        title.addWidget(self._count)
        images = QHBoxLayout()
        images.setSpacing(8)
        self._places = [_Neighbour() for _ in range(PLACES)]
        for slot in self._places:
            images.addWidget(slot, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(title)
        column.addLayout(images)

    def show_class(
        self, label: str, role: str, count: str, images: Sequence[tuple[Sample, QImage]]
    ) -> None:
        """Show the nearest images of a class.

        Args:
            label: Name of the class; "" shows nothing.
            role: Relation of the class to the image, such as "suggested".
            count: How many of the nearest images have the class, as text.
            images: The nearest first.
        """
        self._head.show_text(label)
        self._role.setText(role)
        self._role.setProperty("active", role == "suggested")
        self._role.style().unpolish(self._role)
        self._role.style().polish(self._role)
        self._role.setVisible(bool(role and label))
        self._count.setText(count)
        for number, slot in enumerate(self._places):
            slot.show_image(images[number] if number < len(images) else None)


class _Neighbour(QWidget):
    """One image, cropped to its space, with the badge of its split."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Sample, QImage] | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_image(self, shown: tuple[Sample, QImage] | None) -> None:
        self._shown = shown
        self.setToolTip(shown[0].path if shown else "")
        self.setAccessibleName(f"Near: {shown[0].path}" if shown else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(106, 142)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 56)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return min(_MAX_PX, round(width * _RATIO))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._shown is None:
            painter.end()
            return
        sample, image = self._shown
        painter.fillRect(self.rect(), theme.colour("sunken"))
        scale = min(image.width() / self.width(), image.height() / self.height())
        part = QRect(0, 0, round(self.width() * scale), round(self.height() * scale))
        part.moveCenter(image.rect().center())
        painter.drawImage(self.rect(), image, part)
        paint_badge(painter, 4, 4, sample.split)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.end()
