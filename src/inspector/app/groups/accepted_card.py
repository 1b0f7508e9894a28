"""The groups that the user made by hand, in one card."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.thumbnail_strip import ThumbnailStrip
from inspector.project.review.group_members import Group

TILE_PX, SHOWN_GROUPS, MAX_OF_A_GROUP = 44, 8, 4


class AcceptedCard(QFrame):
    """Shows groups made by hand; hidden if there are none.

    Attributes:
        list_requested: A title and the ids of the images to list.
    """

    list_requested = Signal(str, object)

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._groups: tuple[Group, ...] = ()
        title = QLabel("Accepted")
        title.setProperty("role", "title-2")
        self._count = QLabel()
        self._count.setObjectName("groups-by-hand")
        self._count.setProperty("role", "muted")
        show = QPushButton("Manage")
        show.setProperty("role", "link")
        show.setToolTip("Show their images in Gallery, where these groups can be changed")
        show.clicked.connect(self._on_show)
        self.strip = ThumbnailStrip(thumbnails, tile_px=TILE_PX, name="Groups made by hand")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addWidget(self._count)
        head.addStretch()
        head.addWidget(show)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.strip)
        self.setVisible(False)

    def show_groups(self, groups: Sequence[Group]) -> None:
        self._groups = tuple(groups)
        count = len(groups)
        images = sum(len(g.members) for g in groups)
        self._count.setText(f"{count:,} group{'s' * (count != 1)} by hand, {images:,} images")
        few = [[m.id for m in g.members[:MAX_OF_A_GROUP]] for g in groups[:SHOWN_GROUPS]]
        self.strip.show_groups(few)
        self.setVisible(bool(groups))

    def _on_show(self) -> None:
        ids = tuple(m.id for group in self._groups for m in group.members)
        self.list_requested.emit("Groups made by hand", ids)
