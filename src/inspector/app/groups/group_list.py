"""A list of groups of any length: thumbnails, size, classes and splits."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets import theme
from inspector.app.widgets.tables import LongListModel
from inspector.app.widgets.tile_painting import paint_tile
from inspector.project.review.group_members import Group

AnyIndex = QModelIndex | QPersistentModelIndex
ROW_PX, TILE_PX, GAP_PX, TEXT_PX = 64, 48, 4, 240
_READ_AHEAD = 4


class GroupModel(LongListModel):
    """A list of groups."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: tuple[Group, ...] = ()

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Show groups; if they are the same ones, the view keeps its place."""
        same = [group.id for group in groups] == [group.id for group in self.groups]
        self.groups = tuple(groups)
        if not same:
            self.show_rows(len(groups))
        elif groups:
            self.dataChanged.emit(self.index(0), self.index(len(groups) - 1))

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        group = self.groups[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{len(group.members):,} images, {', '.join(filter(None, group.labels))}"
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(member.path for member in group.members[:8])
            case _:
                return None


class GroupList(QListView):
    """Shows groups; several can be selected.

    Attributes:
        opened: A group that was opened by Return, Space or a double click.
    """

    opened = Signal(object)

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.shown = GroupModel()
        self._thumbnails = thumbnails
        self.setModel(self.shown)
        self.setItemDelegate(_GroupDelegate(self, thumbnails))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Groups")
        self.activated.connect(self._on_activated)
        thumbnails.ready.connect(self.viewport().update)
        self.verticalScrollBar().valueChanged.connect(self.request)

    def show_groups(self, groups: Sequence[Group]) -> None:
        self.shown.show_groups(groups)
        self.request()

    def selected(self) -> list[str]:
        """Return the ids of the selected groups, from top to bottom."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [self.shown.groups[row].id for row in rows]

    def request(self) -> None:
        """Request visible thumbnails."""
        if not self.isVisible():
            return
        first = self.verticalScrollBar().value() // ROW_PX
        count = self.viewport().height() // ROW_PX + 2 + _READ_AHEAD
        tiles = max(1, (self.viewport().width() - TEXT_PX) // (TILE_PX + GAP_PX))
        self._thumbnails.request([
            member.id
            for group in self.shown.groups[first : first + count]
            for member in group.members[:tiles]
        ])  # fmt: skip

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.request()

    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(self.shown.groups[index.row()])


class _GroupDelegate(QStyledItemDelegate):
    """Paints one group."""

    def __init__(self, view: GroupList, thumbnails: Thumbnails) -> None:
        super().__init__(view)
        self._view, self._thumbnails = view, thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        del option, index
        return QSize(TEXT_PX, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        group = self._view.shown.groups[index.row()]
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("accent-soft"))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
        x = rect.left() + 8
        for member in group.members:
            box = QRect(x, rect.top() + (ROW_PX - TILE_PX) // 2, TILE_PX, TILE_PX)
            if box.right() > rect.right() - TEXT_PX:
                break
            paint_tile(painter, box, self._thumbnails.pixmap(member.id))
            x += TILE_PX + GAP_PX
        self._paint_text(painter, rect.adjusted(rect.width() - TEXT_PX + 12, 0, -8, 0), group)
        painter.restore()

    def _paint_text(self, painter: QPainter, room: QRect, group: Group) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        upper = room.adjusted(0, 10, 0, -ROW_PX // 2)
        painter.drawText(upper, middle, f"{len(group.members):,} images")
        font.setWeight(QFont.Weight.Normal)
        font.setPixelSize(12)
        painter.setFont(font)
        painter.setPen(theme.colour("problem" if len(group.labels) > 1 else "text-3"))
        words = [*filter(None, group.labels), *filter(None, group.splits)]
        text = painter.fontMetrics().elidedText(
            " · ".join(words), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room.adjusted(0, ROW_PX // 2, 0, -10), middle, text)
