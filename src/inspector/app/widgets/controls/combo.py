"""A drop-down with a prefix, whose list marks the current row with a tick."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QStylePainter,
)

from inspector.app.widgets import theme

DETAIL_ROLE = Qt.ItemDataRole.UserRole + 1
_ROW_PX = 32
_SIDE_PX = 10
_TICK_PX = 24
_ARROW_PX = 34


class Combo(QComboBox):
    """Chooses one of several options.

    Args:
        name: For screen readers and the tooltip.
        prefix: Shown before the choice, such as "Group by".
    """

    def __init__(self, name: str, prefix: str = "") -> None:
        super().__init__()
        self._prefix = prefix
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setItemDelegate(_Rows(self))

    def add(self, text: str, value: object, detail: str = "") -> None:
        """Add an option, with a detail at the right of its row."""
        self.addItem(text, value)
        self.setItemData(self.count() - 1, detail, DETAIL_ROLE)

    def sizeHint(self) -> QSize:
        texts = [self.itemText(row) for row in range(self.count())]
        measure = QFontMetrics(self._strong())
        widest = max((measure.horizontalAdvance(text) for text in texts), default=40)
        return QSize(widest + self._prefix_width() + _SIDE_PX + _ARROW_PX, theme.size("input"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def showPopup(self) -> None:
        self.view().setMinimumWidth(max(self.width(), self._popup_width()))
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        line = self.rect().adjusted(_SIDE_PX, 0, -_ARROW_PX + 6, 0)
        align = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.colour("text-2"))
        painter.drawText(line, align, self._prefix)
        if self._prefix:
            painter.setFont(self._strong())
        painter.setPen(theme.colour("text" if self.isEnabled() else "text-3"))
        rest = line.adjusted(self._prefix_width(), 0, 0, 0)
        text = painter.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, rest.width()
        )
        painter.drawText(rest, align, text)
        painter.end()

    def _strong(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if self._prefix else QFont.Weight.Normal)
        return font

    def _prefix_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(f"{self._prefix}  ") if self._prefix else 0

    def _popup_width(self) -> int:
        measure = self.fontMetrics().horizontalAdvance
        rows = range(self.count())
        widths = [
            measure(self.itemText(row)) + measure(str(self.itemData(row, DETAIL_ROLE) or ""))
            for row in rows
        ]
        return max(widths, default=0) + 2 * _SIDE_PX + _TICK_PX + 48


class _Rows(QStyledItemDelegate):
    """Paints the rows of the list."""

    def __init__(self, combo: Combo) -> None:
        super().__init__(combo)
        self._combo = combo

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(super().sizeHint(option, index).width(), _ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        current = index.row() == self._combo.currentIndex()
        pointed = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, theme.colour("surface"))
        if current or pointed:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent-soft" if current else "sunken"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 3, 3)
        if current and pointed:
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0, 1, -1, -2), 3, 3)
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold if current else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.colour("accent-text" if current else "text"))
        line = rect.adjusted(_SIDE_PX, 0, -_SIDE_PX, 0)
        align = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, align, str(index.data() or ""))
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.colour("accent-text" if current else "text-2"))
        right = line.adjusted(0, 0, -_TICK_PX, 0)
        painter.drawText(
            right, align | Qt.AlignmentFlag.AlignRight, str(index.data(DETAIL_ROLE) or "")
        )
        if current:
            _paint_tick(painter, line.right() - 12, rect.center().y())
        painter.restore()


def _paint_tick(painter: QPainter, x: int, y: int) -> None:
    painter.setPen(QPen(theme.colour("accent-text"), 1.5))
    painter.drawLine(x, y, x + 3, y + 4)
    painter.drawLine(x + 3, y + 4, x + 11, y - 5)
