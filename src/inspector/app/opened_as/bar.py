"""The bar that says how the dataset is read, until the user confirms or dismisses it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from inspector.app.opened_as.role_words import title_of
from inspector.app.widgets import theme
from inspector.app.widgets.elided_label import FittedLabel
from inspector.dataset.layouts import Layout, Role
from inspector.dataset.layouts.views.outline import (
    Outline,
)

_MAX_FOLDERS = 4


class OpenedAsBar(QFrame):
    """Shows the layout so that the user can check it; asks if the layout is uncertain.

    Attributes:
        change_requested: The user wants to correct the layout.
        confirmed: The user confirms an uncertain layout.
        dismissed: The user has read the bar.
    """

    change_requested = Signal()
    confirmed = Signal()
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("opened-as")
        self.setAccessibleName("Opened as")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._roles = QHBoxLayout()
        self._roles.setSpacing(8)
        self._title = QLabel()
        self._title.setProperty("role", "strong")
        self._detail = FittedLabel("")
        self._detail.setObjectName("opened-as-detail")
        self._right, self._change = QPushButton("Yes"), QPushButton("Change…")
        self._close = QPushButton("Hide")
        self._close.setToolTip("Hide this bar; the button beside the dataset's name stays")
        self._right.clicked.connect(self.confirmed)
        self._change.clicked.connect(self.change_requested)
        self._close.clicked.connect(self.dismissed)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(8)
        row.addWidget(self._title)
        row.addLayout(self._roles)
        row.addWidget(self._detail, 1)
        for button in (self._right, self._change, self._close):
            row.addWidget(button)
        self.hide()

    def show_reading(self, plan: Outline) -> None:
        """Show how the dataset is read, with a question if that is uncertain."""
        layout = plan.layout
        if layout is None:
            return
        doubtful = bool(plan.doubts)
        self.setProperty("doubtful", doubtful)
        self.style().unpolish(self)
        self.style().polish(self)
        self._title.setText(title_text(layout))
        self._show_roles(layout)
        self._detail.show_text(detail_text(plan))
        self._right.setVisible(doubtful)
        self._close.setVisible(not doubtful)
        self.setAccessibleDescription(f"{layout.text}. {detail_text(plan)}")
        self.show()

    def _show_roles(self, layout: Layout) -> None:
        while (item := self._roles.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        if layout.role is not Role.SPLITS or len(layout.splits) > _MAX_FOLDERS:
            return
        for folder, split in layout.splits.items():
            self._roles.addWidget(QLabel(f"{folder} →"))
            self._roles.addWidget(split_badge(split), 0, Qt.AlignmentFlag.AlignVCenter)


def split_badge(split: str) -> QWidget:
    """Return the name of a split on its colour."""
    badge = QLabel(title_of(split))
    badge.setProperty("split", split)
    badge.setFixedHeight(theme.size("badge_word"))
    return badge


def title_text(layout: Layout) -> str:
    """Return the layout of a dataset in a few words."""
    return f"Opened as {layout.kind.value}:"


def detail_text(plan: Outline) -> str:
    """Return the facts to check, and what is uncertain."""
    layout = plan.layout
    assert layout is not None
    parts = []
    if layout.role is not Role.SPLITS or len(layout.splits) > _MAX_FOLDERS:
        parts.append(layout.text.removeprefix(f"{layout.kind.value} "))
    classes = len(plan.counts)
    parts.append(f"{classes:,} class{'es' * (classes != 1)}")
    if plan.ignored:
        one = plan.ignored == 1
        parts.append(f"{plan.ignored:,} image{'s' * (not one)} {'is' if one else 'are'} ignored")
    text = " · ".join(parts)
    return f"{text}. {plan.doubts[0]} Is this right?" if plan.doubts else text
