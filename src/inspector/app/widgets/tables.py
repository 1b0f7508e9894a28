"""Read-only tables without grid or editing, and long lists."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QStringListModel,
    Qt,
    QTimer,
)
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

MEASURED_ROWS = 100
"""Column widths are measured on the visible rows and this many around them."""


class FittedTable(QTableWidget):
    """A table that measures its columns once after all changes of an event.

    Qt's own `ResizeToContents` measures every column again for each cell that is set: filling
    10,000 rows takes minutes.

    Args:
        heads: Column headers.
        name: For a screen reader.
        wide: Columns that share the remaining width.
        numbers: Columns with right-aligned headers.
        stretch_last: True to give the remaining width to the last column.
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
        """Fit each column to its content."""
        for column in range(self.columnCount()):
            if column not in self._wide:
                self.resizeColumnToContents(column)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit_columns()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Qt also calls this before the timer exists.
        is_style = event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange)
        if is_style and "_fits" in self.__dict__:
            self._fits.start()


def table(
    heads: Sequence[str], *, name: str, wide: Sequence[int] = (), numbers: Sequence[int] = ()
) -> FittedTable:
    """Return an empty table; `wide` columns share the remaining width.

    Headers are left-aligned, those of `numbers` right-aligned.
    """
    return FittedTable(heads, name=name, wide=wide, numbers=numbers)


def set_rows(shown: QTableWidget, count: int, empty: str) -> None:
    """Set the number of rows; without rows, one line shows the reason."""
    shown.clearSpans()
    shown.setRowCount(count or 1)
    if not count:
        line = QTableWidgetItem(empty)
        line.setFlags(Qt.ItemFlag.NoItemFlags)
        line.setToolTip(empty)
        shown.setItem(0, 0, line)
        shown.setSpan(0, 0, 1, shown.columnCount())


class LongListModel(QStringListModel):
    """A list of thousands of rows, which a view lays out without asking Python for their number.

    It asks for each row: of 54,000 that takes 60 ms, by the count of this class 3. Subclasses
    define `data`.
    """

    def show_rows(self, count: int) -> None:
        """Replace all rows by a number of others."""
        self.setStringList([""] * count)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Return that a row can be selected; that of a list of texts can be edited, too."""
        del index
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemNeverHasChildren
