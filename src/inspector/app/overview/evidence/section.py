"""A card of the evidence: a finding as the heading, figures, images, one link."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.widgets.share_bar import ShareBar


class Section(QFrame):
    """One part of the evidence.

    Args:
        title: The finding.
        note: Text at the right of the title.
        role: Role of the note: "caption", "ok-text" or "problem-text".
    """

    def __init__(self, title: str, note: str = "", *, role: str = "caption") -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self.setAccessibleName(title)
        head = ElidedLabel(title)
        head.setProperty("role", "title-2")
        right = QLabel(note)
        right.setProperty("role", role)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(head, 1)
        row.addWidget(right)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 14, 16, 14)
        self.column.setSpacing(10)
        self.column.addLayout(row)

    def add_text(self, text: str, role: str = "muted") -> QLabel:
        """Add a sentence."""
        label = QLabel(text)
        label.setProperty("role", role)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.column.addWidget(label)
        return label

    def add_checks(self, rows: Sequence[tuple[bool | None, str, str]]) -> None:
        """Add lines of (passed, what, figure); `passed` is None for an inconclusive check."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for number, (passed, text, figure) in enumerate(rows):
            mark = QLabel({True: "✓", False: "○", None: "·"}[passed])
            mark.setProperty("role", "ok-text" if passed else "dot-problem")
            if passed is None:
                mark.setProperty("role", "caption")
            name, value = ElidedLabel(text), QLabel(figure)
            value.setProperty("role", "muted")
            for column, widget in enumerate((mark, name, value)):
                grid.addWidget(widget, number, column)
        self.column.addLayout(grid)

    def add_bars(
        self, rows: Sequence[tuple[str, float, str, str]], *, tick: float = -1.0, name: str
    ) -> None:
        """Add bars of (name, share, colour, figure); `tick` marks the share by chance."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for number, (text, share, colour, figure) in enumerate(rows):
            label, value = ElidedLabel(text), QLabel(figure)
            label.setFixedWidth(132)
            bar = ShareBar(f"{name}: {text}")
            bar.show_share(share, colour, tick=tick)
            if colour == "problem-fill":
                label.setProperty("role", "card-title")
                value.setProperty("role", "price-problem")
            else:
                value.setProperty("role", "muted")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, widget in enumerate((label, bar, value)):
                grid.addWidget(widget, number, column)
        self.column.addLayout(grid)

    def add_foot(self, text: str, link: QPushButton | None = None) -> None:
        """Add a last line: a sentence and one link."""
        row = QHBoxLayout()
        label = QLabel(text)
        label.setProperty("role", "caption")
        label.setWordWrap(True)
        row.addWidget(label, 1)
        if link is not None:
            row.addWidget(link)
        self.column.addStretch()
        self.column.addLayout(row)

    def add(self, widget: QWidget) -> None:
        """Add any widget."""
        self.column.addWidget(widget)


def link(text: str, description: str) -> QPushButton:
    """Return a button that looks like a link."""
    button = QPushButton(text)
    button.setProperty("role", "link")
    button.setAccessibleDescription(description)
    return button
