"""A chip of the filter bar: a facet, its chosen values, and the list to choose from."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

# Longer lists get a search field.
LONG = 12
SHOWN_ROWS = 14
WIDTH_PX = 280
LETTERS = 26
_VALUE = Qt.ItemDataRole.UserRole


class FacetList(QFrame):
    """The values of a facet with their counts and check boxes; opens below its chip.

    Attributes:
        ticked: The chosen values have changed: frozenset of str.
    """

    ticked = Signal(object)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAccessibleName(f"Values of {name}")
        self._look = QLineEdit()
        self._look.setPlaceholderText("search values")
        self._look.setAccessibleName(f"Look for a value of {name}")
        self._look.textChanged.connect(self._on_look)
        self.values = QListWidget()
        self.values.setAccessibleName(f"Filter by {name}")
        self.values.itemChanged.connect(self._on_change)
        self.values.itemPressed.connect(self._on_press)
        self.values.itemClicked.connect(self._on_click)
        self._pressed: Qt.CheckState | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._look)
        column.addWidget(self.values)

    def open_below(self, point: QPoint) -> None:
        """Open at a point of the screen, ready for the keyboard."""
        rows = min(SHOWN_ROWS, max(1, self.values.count()))
        height = max(24, self.values.sizeHintForRow(0))
        self.values.setFixedHeight(rows * height + 4)
        self.setFixedWidth(WIDTH_PX)
        self._look.setVisible(self.values.count() > LONG)
        self.adjustSize()
        inside = self.screen().availableGeometry()
        self.move(min(point.x(), inside.right() - WIDTH_PX), point.y())
        self.show()
        self.values.setCurrentRow(max(0, self.values.currentRow()))
        (self._look if self._look.isVisible() else self.values).setFocus()

    def show_values(self, counts: Mapping[str, int], chosen: frozenset[str]) -> None:
        """Show values in order with their counts; a chosen value stays even if its count is 0."""
        values = [*counts, *sorted(chosen - set(counts))]
        with QSignalBlocker(self.values):
            if values != [self.value(row) for row in range(self.values.count())]:
                self._fill(values)
            for row, value in enumerate(values):
                item = self.values.item(row)
                item.setText(f"{value}    {counts.get(value, 0):,}")
                state = Qt.CheckState.Checked if value in chosen else Qt.CheckState.Unchecked
                item.setCheckState(state)
        self._on_look(self._look.text())

    def chosen(self) -> frozenset[str]:
        """Return the chosen values."""
        rows = range(self.values.count())
        ticked = [r for r in rows if self.values.item(r).checkState() is Qt.CheckState.Checked]
        return frozenset(self.value(row) for row in ticked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.hide()
        elif event.key() == Qt.Key.Key_Down and self._look.hasFocus():
            self.values.setFocus()
        else:
            super().keyPressEvent(event)

    def _fill(self, values: list[str]) -> None:
        current = self.values.currentRow()
        self.values.clear()
        for value in values:
            item = QListWidgetItem()
            item.setData(_VALUE, value)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            self.values.addItem(item)
        self.values.setCurrentRow(min(current, len(values) - 1))

    def value(self, row: int) -> str:
        return str(self.values.item(row).data(_VALUE))

    def _on_look(self, text: str) -> None:
        for row in range(self.values.count()):
            self.values.item(row).setHidden(text.lower() not in self.value(row).lower())

    def _on_change(self, _: QListWidgetItem) -> None:
        self.ticked.emit(self.chosen())

    def _on_press(self, item: QListWidgetItem) -> None:
        self._pressed = item.checkState()

    def _on_click(self, item: QListWidgetItem) -> None:
        """Toggle on a click beside the box; a click on the box has toggled it already."""
        if item.checkState() == self._pressed:
            checked = item.checkState() is Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked)
        self._pressed = None


class Chip(QFrame):
    """One filter: the closed chip shows its values, and its cross clears it.

    Attributes:
        cleared: The cross was clicked.
        pressed: The chip was clicked.
    """

    cleared = Signal()
    pressed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("chip")
        self._name = name
        self._text = QToolButton()
        self._text.clicked.connect(self.pressed)
        self._cross = QToolButton()
        self._cross.setText("✕")
        self._cross.setAccessibleName(f"Clear the filter by {name}")
        self._cross.setToolTip(f"Clear the filter by {name}")
        self._cross.clicked.connect(self.cleared)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._text)
        row.addWidget(self._cross)
        self.show_chosen("")

    def show_chosen(self, chosen: str, *, plain: str = "") -> None:
        """Show the chosen values; without any, `plain` or only the name."""
        shown = chosen if len(chosen) <= LETTERS else f"{chosen[: LETTERS - 1]}…"
        name = self._name[:1].upper() + self._name[1:]
        self._text.setText(f"{name}: {shown}" if chosen else f"{plain or name} ▾")
        self._text.setToolTip(f"{name}: {chosen}" if chosen else f"Filter by {self._name}")
        self._text.setAccessibleName(f"Filter by {self._name}: {chosen or 'any'}")
        self._cross.setVisible(bool(chosen))
        self.setProperty("active", bool(chosen))
        self.style().unpolish(self)
        self.style().polish(self)
        self.updateGeometry()

    def corner(self) -> QPoint:
        """Return the point of the screen at which the list opens."""
        return self.mapToGlobal(QPoint(0, self.height() + 4))
