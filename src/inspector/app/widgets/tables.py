"""Tables that only show: no grid, no editing, whole rows."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

MEASURED_ROWS = 100
"""Columns are as wide as the rows in sight and so many around them need."""


class FittedTable(QTableWidget):
    """A table whose columns are measured once after all changes of a moment, not at each cell.

    Qt's own `ResizeToContents` measures every column anew at every cell that is set: filling 10,000
    rows takes minutes.

    Args:
        heads: Of the columns.
        name: For a screen reader.
        wide: Columns that share the space which the others leave.
        numbers: Columns whose head stands right.
        stretch_last: True to give what is left to the last column.
    """

    def __init__(
        self, heads: Sequence[str], *, name: str, wide: Sequence[int] = (),
        numbers: Sequence[int] = (), stretch_last: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(0, len(heads))
        self._wide = frozenset(wide)
        self._fits = QTimer(self)
        self._fits.setSingleShot(True)
        self._fits.setInterval(0)
        self._fits.timeout.connect(self.fit_columns)
        self.setHorizontalHeaderLabels(list(heads))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(name)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setResizeContentsPrecision(MEASURED_ROWS)
        header.setHighlightSections(False)
        header.setStretchLastSection(stretch_last)
        for column in numbers:
            head = QTableWidgetItem(heads[column])
            head.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setHorizontalHeaderItem(column, head)
        for column in wide:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        model = self.model()
        for changed in (
            model.dataChanged, model.rowsInserted, model.rowsRemoved, model.columnsInserted,
            model.headerDataChanged, model.modelReset,
        ):  # fmt: skip
            changed.connect(self._fits.start)
        self._fits.start()

    def fit_columns(self) -> None:
        """Make each column as wide as it needs to be."""
        for column in range(self.columnCount()):
            if column not in self._wide:
                self.resizeColumnToContents(column)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit_columns()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # It comes before there is a timer, too.
        is_style = event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange)
        if is_style and "_fits" in self.__dict__:
            self._fits.start()


def table(
    heads: Sequence[str], *, name: str, wide: Sequence[int] = (), numbers: Sequence[int] = ()
) -> FittedTable:
    """Return an empty table; `wide` columns share the space that the others leave.

    Heads stand left, over columns of `numbers` right.
    """
    return FittedTable(heads, name=name, wide=wide, numbers=numbers)


def set_rows(shown: QTableWidget, count: int, empty: str) -> None:
    """Make room for rows; where there is none, one line says why."""
    shown.clearSpans()
    shown.setRowCount(count or 1)
    if not count:
        line = QTableWidgetItem(empty)
        line.setFlags(Qt.ItemFlag.NoItemFlags)
        line.setToolTip(empty)
        shown.setItem(0, 0, line)
        shown.setSpan(0, 0, 1, shown.columnCount())
