"""Tables that only show: no grid, no editing, whole rows."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem


def table(
    heads: Sequence[str], *, name: str, wide: Sequence[int] = (), numbers: Sequence[int] = ()
) -> QTableWidget:
    """Return an empty table; `wide` columns share the space that the others leave.

    Heads stand left, over columns of `numbers` right.
    """
    made = QTableWidget(0, len(heads))
    made.setHorizontalHeaderLabels(list(heads))
    made.verticalHeader().hide()
    made.setShowGrid(False)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setTabKeyNavigation(False)
    made.setAccessibleName(name)
    header = made.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setHighlightSections(False)
    for column in numbers:
        head = QTableWidgetItem(heads[column])
        head.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        made.setHorizontalHeaderItem(column, head)
    for column in wide:
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
    return made


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
