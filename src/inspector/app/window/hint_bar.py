"""A line above a page that says where to begin, until the user dismisses it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from inspector.app.window.session import Session


class HintBar(QFrame):
    """Shows a page's hint; once dismissed, it never returns."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("hint")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._page = ""
        self._text = QLabel()
        self._text.setObjectName("hint-text")
        self._text.setWordWrap(True)
        leave = QPushButton("Got it")
        leave.setAccessibleDescription("Never show this hint again")
        leave.clicked.connect(self._on_taken)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.addWidget(self._text, 1)
        row.addWidget(leave)

    def show_for(self, page: str, hint: str) -> None:
        """Show the hint of a page, unless it has none or it was dismissed."""
        self._page = page
        self._text.setText(hint)
        self.setVisible(bool(hint) and page not in self._session.dismissed())

    def _on_taken(self) -> None:
        self._session.dismiss(self._page)
        self.hide()
