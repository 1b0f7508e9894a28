"""Clusters of near-duplicates, which always stay together; the user can confirm them."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from inspector.app.groups.group_list import ROW_PX, GroupList
from inspector.app.threads.thumbnails import Thumbnails
from inspector.project.review.group_members import Group

_ROWS_IN_SIGHT = 8


class NearDuplicatesCard(QFrame):
    """Lists clusters.

    Attributes:
        opened: A `Group` to show in full.
        keep_requested: The ids of groups that the user keeps together.
    """

    opened = Signal(object)
    keep_requested = Signal(object)

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._list = GroupList(thumbnails)
        self._list.opened.connect(self.opened)
        keep = QPushButton("Keep together  [A]")
        keep.setToolTip("Keep the selected groups together, as your decision")
        keep.clicked.connect(self.keep)
        note = QLabel("Near-duplicates always stay together in a split by group.")
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        head = QHBoxLayout()
        head.addWidget(note, 1)
        head.addWidget(keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._list)
        self.setVisible(False)

    def show_groups(self, groups: Sequence[Group]) -> None:
        self._list.show_groups(groups)
        self._list.setFixedHeight(max(2, min(_ROWS_IN_SIGHT, len(groups))) * ROW_PX + 16)

    def request(self) -> None:
        """Request visible thumbnails."""
        self._list.request()

    def keep(self) -> None:
        """Emit `keep_requested` for the selected groups."""
        if self.isVisible() and (ids := self._list.selected()):
            self.keep_requested.emit(ids)
