"""The recent datasets, or the sample in their place, with the links below them."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from inspector.app.start.recent import RecentDataset
from inspector.app.start.recent_row import RecentRow
from inspector.app.start.sample_card import SampleCard

_FILTER_PX = 200


class RecentList(QWidget):
    """Lists recent datasets.

    Attributes:
        opened: The path of a dataset that the user clicked.
        preferences_requested: The user wants to see the preferences.
        guide_requested: The user wants to read this page of the guide.
        sample_card: Shown while there are no recent datasets; else None.

    Args:
        recent: Recent datasets, the newest first.
    """

    opened = Signal(str)
    preferences_requested = Signal()
    guide_requested = Signal(str)

    def __init__(self, recent: Sequence[RecentDataset]) -> None:
        super().__init__()
        self._rows = [RecentRow(one) for one in recent]
        self.sample_card = None if recent else SampleCard()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._head())
        for row in self._rows:
            row.clicked.connect(partial(self.opened.emit, row.dataset.path))
            column.addWidget(row)
        if self.sample_card is not None:
            column.addWidget(self.sample_card)
        column.addStretch()
        column.addLayout(self._foot())

    def show_first(self, count: int) -> None:
        """Show that many of the rows."""
        for position, row in enumerate(self._rows):
            row.setVisible(position < count)

    def show_opening(self, path: str) -> None:
        """Show which dataset is being opened; "" for none."""
        for row in self._rows:
            row.show_busy(on=bool(path) and row.dataset.path == path)

    def show_thumbnails(self, thumbnails_of: Mapping[str, list[QImage]]) -> None:
        """Show thumbnails in the space that was reserved for them."""
        for row in self._rows:
            row.show_thumbnails(thumbnails_of.get(row.dataset.path, ()))

    def _head(self) -> QHBoxLayout:
        head = QLabel("Recent" if self._rows else "No recent datasets")
        head.setProperty("role", "heading")
        line = QHBoxLayout()
        line.addWidget(head)
        line.addStretch()
        if self._rows:
            field = QLineEdit()
            field.setPlaceholderText("Filter")
            field.setAccessibleName("Filter the recent datasets")
            field.setFixedWidth(_FILTER_PX)
            field.textChanged.connect(self._filter)
            line.addWidget(field)
        return line

    def _foot(self) -> QHBoxLayout:
        """Return the links below the recent datasets."""
        foot = QHBoxLayout()
        foot.setSpacing(16)
        for text, tip, run in (
            ("Documentation", "The guide, offline", partial(self.guide_requested.emit, "index")),
            ("Keyboard shortcuts", "", partial(self.guide_requested.emit, "keys")),
            ("Settings", "Theme, detection, storage, keyboard and more (Ctrl+,)",
             self.preferences_requested.emit),
        ):  # fmt: skip
            link = QPushButton(text)
            link.setProperty("role", "quiet")
            link.setToolTip(tip)
            link.clicked.connect(run)
            foot.addWidget(link)
        safe = QLabel("Nothing is uploaded")
        safe.setProperty("role", "caption")
        foot.addStretch()
        foot.addWidget(safe)
        return foot

    def _filter(self, text: str) -> None:
        for row in self._rows:
            row.setVisible(text.lower() in row.dataset.path.lower())
