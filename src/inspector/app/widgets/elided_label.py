"""Labels for long texts: elided to the width, with the whole text as the tooltip."""

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

_LEAST_PX = 80
_BUTTON_MARGINS_PX = 24


class PathButton(QPushButton):
    """A button with a path as its text, elided in the middle."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self.setToolTip(path)
        self.setAccessibleName(path)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setText(_fit(self, self._path, self.width() - _BUTTON_MARGINS_PX))


class ElidedLabel(QLabel):
    """A line that is elided at its end, with the whole text as the tooltip.

    Args:
        text: The text.
        least_px: Its least width; 0 where its neighbours need the room more.
    """

    def __init__(self, text: str = "", *, least_px: int = _LEAST_PX) -> None:
        super().__init__()
        self._whole, self._least_px = "", least_px
        self.show_text(text)

    def show_text(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least_px, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(
            self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height()
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        text = self.fontMetrics().elidedText(
            self._whole, Qt.TextElideMode.ElideRight, max(self.width(), self._least_px)
        )
        self.setText(text)
        self.setToolTip(self._whole if text != self._whole else "")


class FittedLabel(QLabel):
    """A text with word wrap that also breaks words wider than the label."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._whole = text
        self.setAccessibleName(text)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show_text(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        words = re.split(r"(\s)", self._whole)
        fitted = "".join(_fit(self, word, self.width()) for word in words)
        self.setText(fitted)
        self.setToolTip(self._whole if fitted != self._whole else "")


def _fit(widget: QWidget, text: str, width_px: int) -> str:
    return widget.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width_px)
