"""The lists behind an export: what is left out, and the code that loads the result."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QPlainTextEdit,
    QPushButton,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets.tables import FittedTable

_CODE_TAB = 1
_MAX_ROWS = 2_000


class DetailsTabs(QTabWidget):
    """A table of files that are left out or relabelled, and the loading code."""

    def __init__(self) -> None:
        super().__init__()
        self._left = FittedTable(
            ("File", "Why it is left out or moved"),
            name="Left out and relabelled",
            stretch_last=True,
        )
        self._code = QPlainTextEdit()
        self._code.setReadOnly(True)
        self._code.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._code.setAccessibleName("Code that loads the export")
        copy = QPushButton("Copy")
        copy.setAccessibleDescription("Copy the code")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._code.toPlainText()))
        code = QWidget()
        lines = QVBoxLayout(code)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self._code, 1)
        lines.addWidget(copy, 0, Qt.AlignmentFlag.AlignRight)
        self.addTab(self._left, "Left out and relabelled")
        self.addTab(code, "Code that loads it")
        self.setTabVisible(_CODE_TAB, False)
        self.setMinimumHeight(200)

    def show_details(self, rows: Sequence[tuple[str, str]]) -> None:
        """List files, each with the reason why it moves to another class or is left out."""
        shown = rows[:_MAX_ROWS]
        self._left.setRowCount(len(shown))
        for i, row in enumerate(shown):
            for j, text in enumerate(row):
                self._left.setItem(i, j, QTableWidgetItem(text))

    def show_code(self, text: str) -> None:
        """Show the code that loads a finished export."""
        self._code.setPlainText(text)
        self.setTabVisible(_CODE_TAB, True)
