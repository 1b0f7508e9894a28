"""A check box styled as a switch."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from inspector.app.widgets import theme


class Toggle(QCheckBox):
    """On or off; Space and a click change it."""

    def sizeHint(self) -> QSize:
        width, height = theme.tokens()["size"]["toggle"]
        return QSize(width + 6, height + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: object) -> bool:
        del pos
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        width, height = theme.tokens()["size"]["toggle"]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(3, (self.height() - height) / 2, width, height)
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), height / 2 + 2, height / 2 + 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent" if self.isChecked() else "line-strong"))
        painter.drawRoundedRect(box, height / 2, height / 2)
        painter.setBrush(theme.colour("on-accent"))
        x = box.right() - height / 2 if self.isChecked() else box.left() + height / 2
        painter.drawEllipse(QPointF(x, box.center().y()), height / 2 - 3, height / 2 - 3)
        painter.end()
