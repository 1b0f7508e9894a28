"""The gallery: a list view of a million tiles with group headers, laid out by arithmetic."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QUrl,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from inspector.app.gallery.painting import paint_header, paint_tile
from inspector.app.gallery.tile import Tile

HEADER_PX = 32
GAP_PX = 8
NAME_PX = 20
MAX_CACHED = 1000
_Move = QAbstractItemView.CursorAction
_MOVES = {
    Qt.Key.Key_Left: _Move.MoveLeft, Qt.Key.Key_Right: _Move.MoveRight,
    Qt.Key.Key_Up: _Move.MoveUp, Qt.Key.Key_Down: _Move.MoveDown,
    Qt.Key.Key_Home: _Move.MoveHome, Qt.Key.Key_End: _Move.MoveEnd,
    Qt.Key.Key_PageUp: _Move.MovePageUp, Qt.Key.Key_PageDown: _Move.MovePageDown,
}  # fmt: skip
_AnyIndex = QModelIndex | QPersistentModelIndex


class GalleryModel(QAbstractListModel):
    """Ids in order, and the tiles that are known.

    Attributes:
        wanted: Ids (list of int) whose tiles are visible and not known.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.ids: NDArray[np.int32] = np.zeros(0, np.int32)
        self.starts: NDArray[np.int32] = np.zeros(0, np.int32)
        self.titles: tuple[str, ...] = ()
        self._tiles: dict[int, Tile] = {}

    def set_listing(
        self, ids: NDArray[np.int32], starts: NDArray[np.int32], titles: Sequence[str]
    ) -> None:
        """Show other samples; `starts` are the places in `ids` where groups begin."""
        self.beginResetModel()
        self.ids, self.starts, self.titles = ids, starts, tuple(titles)
        self.endResetModel()

    def set_tiles(self, tiles: Mapping[int, Tile]) -> None:
        """Take what was asked for by `wanted`."""
        self._tiles.update(tiles)
        if len(self.ids):
            self.dataChanged.emit(self.index(0), self.index(len(self.ids) - 1))

    def forget_tiles(self) -> None:
        """Ask for every tile again when it is next seen."""
        self._tiles.clear()

    def tile(self, row: int) -> Tile | None:
        """Return the tile of a row, if it is known."""
        return self._tiles.get(int(self.ids[row]))

    def ask(self, rows: Sequence[int]) -> None:
        """Ask for the tiles of visible rows that are not known."""
        unknown = [int(self.ids[r]) for r in rows if int(self.ids[r]) not in self._tiles]
        if unknown:
            self.wanted.emit(unknown)

    def flags(self, index: _AnyIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def rowCount(self, parent: _AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.ids)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        tile = self.tile(index.row())
        if tile is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tile.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return tile.spoken
        return None


class GalleryView(QListView):
    """Show a `GalleryModel` as a grid with sticky group headers.

    Attributes:
        current_changed: The id of the sample that has the focus.
        selection_moved: Other tiles are selected.
        context_requested: A right click or the menu key, in global coordinates.
        hovered: The pointer is over another tile: its id and its place on the screen; 0 over none.
    """

    hovered = Signal(int, QRect)
    current_changed = Signal(int)
    selection_moved = Signal()
    context_requested = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pixmap: Callable[[int], QPixmap | None] = _nothing
        self.files: Callable[[], Sequence[str]] = tuple
        """Asked for the paths of what is selected when it is dragged out."""
        self.tiles = GalleryModel()
        self._wanted_ids: Sequence[int] = ()
        self._size = 128
        self._columns = 1
        self._tops: NDArray[np.int64] = np.zeros(1, np.int64)
        self._bounds: NDArray[np.int64] = np.zeros(1, np.int64)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName("Gallery")
        self._hovered = 0
        self._anchor = -1
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(self._leave)
        self.setModel(self.tiles)
        self.tiles.modelReset.connect(self.doItemsLayout)
        self.tiles.dataChanged.connect(self._on_data)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.selectionModel().selectionChanged.connect(self._on_selection)

    def set_tile_size(self, size_px: int) -> None:
        """Set the side of a tile's image."""
        self._size = size_px
        self.doItemsLayout()

    def selected_ids(self) -> list[int]:
        """Return the ids of the selected samples, in order."""
        found: list[int] = []
        for chosen in sorted(self.selectionModel().selection().toList(), key=lambda r: r.top()):
            found += self.tiles.ids[chosen.top() : chosen.bottom() + 1].tolist()
        return found

    def show_listing(
        self, ids: NDArray[np.int32], starts: NDArray[np.int32], titles: Sequence[str]
    ) -> None:
        """Show other samples; the place and what is selected stay, as far as they are listed."""
        place = self.verticalScrollBar().value()
        kept, current = self.selected_ids() or self._wanted_ids, self.currentIndex()
        focus = int(self.tiles.ids[current.row()]) if current.isValid() else 0
        self.tiles.set_listing(ids, starts, titles)
        self.verticalScrollBar().setValue(place)
        self._select(kept, focus)

    def selected_values(self) -> dict[str, list[str]]:
        """Return what is selected, to be kept for another day."""
        return {"selected": [str(i) for i in self.selected_ids()[:MAX_CACHED]]}

    def select_values(self, kept: Mapping[str, Iterable[str]]) -> None:
        """Select it again, as soon as it is listed."""
        self._wanted_ids = [int(i) for i in kept.get("selected", ()) if i.isdecimal()]
        self._select(self._wanted_ids, 0)

    def _select(self, samples: Sequence[int], focus: int) -> None:
        rows = np.flatnonzero(np.isin(self.tiles.ids, samples))
        if not len(rows):
            return
        self._wanted_ids = ()
        selection = QItemSelection()
        for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
            first, last = (self.tiles.index(int(row)) for row in (run[0], run[-1]))
            selection.append(QItemSelectionRange(first, last))
        places = np.flatnonzero(self.tiles.ids == focus) if focus else rows
        row = int(places[0]) if len(places) else int(rows[0])
        flags = QItemSelectionModel.SelectionFlag
        # What was selected may be far from what the person looks at.
        self.setAutoScroll(False)
        self.selectionModel().select(selection, flags.ClearAndSelect)
        self.selectionModel().setCurrentIndex(self.tiles.index(row), flags.NoUpdate)
        self.setAutoScroll(True)

    def select_id(self, sample: int) -> bool:
        """Select one sample and scroll to it; False where it is not listed."""
        rows = np.flatnonzero(self.tiles.ids == sample)
        if not len(rows):
            return False
        index = self.tiles.index(int(rows[0]))
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def visible_rows(self) -> range:
        """Return the rows that are at least partly visible."""
        if not len(self.tiles.ids):
            return range(0)
        top = self.verticalOffset()
        first = self._row_at(top)
        last = self._row_at(top + self.viewport().height() + self._cell_height())
        return range(max(0, first - self._columns), min(len(self.tiles.ids), last + 1))

    def doItemsLayout(self) -> None:
        width = max(1, self.viewport().width() - GAP_PX)
        self._columns = max(1, width // self._cell_width())
        starts = self.tiles.starts.astype(np.int64)
        self._bounds = np.append(starts, len(self.tiles.ids))
        lines = -(-np.diff(self._bounds) // self._columns)
        header = HEADER_PX if any(self.tiles.titles) else 0
        heights = lines * self._cell_height() + header
        self._tops = np.concatenate([[0], np.cumsum(heights)]).astype(np.int64)
        self.updateGeometries()
        self.viewport().update()

    def updateGeometries(self) -> None:
        if not hasattr(self, "_tops"):
            return
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, int(self._tops[-1]) + GAP_PX - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(1, self._cell_height() // 3))

    def visualRect(self, index: _AnyIndex) -> QRect:
        if not index.isValid():
            return QRect()
        return self._rect(index.row())

    def indexAt(self, point: QPoint) -> QModelIndex:
        y = point.y() + self.verticalOffset()
        x = point.x() - GAP_PX
        if x < 0 or not len(self.tiles.ids) or y >= int(self._tops[-1]):
            return QModelIndex()
        row = self._row_at(y) + x // self._cell_width()
        inside = 0 <= row < len(self.tiles.ids) and self._rect(row).contains(point)
        return self.tiles.index(row) if inside else QModelIndex()

    def scrollTo(
        self,
        index: _AnyIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        del hint
        rect = self.visualRect(index)
        bar = self.verticalScrollBar()
        if rect.top() < HEADER_PX:
            bar.setValue(bar.value() + rect.top() - HEADER_PX)
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() - self.viewport().height() + GAP_PX)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        del modifiers
        count = len(self.tiles.ids)
        if not count:
            return QModelIndex()
        if not self.currentIndex().isValid():
            return self.tiles.index(0)
        row = self.currentIndex().row()
        act = QAbstractItemView.CursorAction
        page = max(1, self.viewport().height() // self._cell_height()) * self._columns
        steps = {
            act.MoveLeft: -1, act.MovePrevious: -1, act.MoveRight: 1, act.MoveNext: 1,
            act.MoveUp: -self._columns, act.MoveDown: self._columns,
            act.MovePageUp: -page, act.MovePageDown: page,
            act.MoveHome: -count, act.MoveEnd: count,
        }  # fmt: skip
        return self.tiles.index(min(count - 1, max(0, row + steps[action])))

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        selection = QItemSelection()
        area = rect.normalized()
        top = self._row_at(area.top() + self.verticalOffset())
        bottom = self._row_at(area.bottom() + self.verticalOffset()) + self._columns
        for row in range(max(0, top), min(len(self.tiles.ids), bottom)):
            if self._rect(row).intersects(area):
                index = self.tiles.index(row)
                selection.select(index, index)
        self.selectionModel().select(selection, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        del selection
        return QRegion(self.viewport().rect())

    def selectAll(self) -> None:
        count = len(self.tiles.ids)
        if count:
            whole = QItemSelection(self.tiles.index(0), self.tiles.index(count - 1))
            select = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().select(whole, select)

    def startDrag(self, _: Qt.DropAction) -> None:
        """Let the selected files be dropped elsewhere: as copies, the dataset stays as it is."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in self.files()])
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        dragging = event.buttons() != Qt.MouseButton.NoButton
        sample = int(self.tiles.ids[index.row()]) if index.isValid() and not dragging else 0
        if sample != self._hovered:
            self._hovered = sample
            rect = self._rect(index.row()) if sample else QRect()
            place = self.viewport().mapToGlobal(rect.topLeft())
            self.hovered.emit(sample, QRect(place, rect.size()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._leave()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._leave()

    def select_through(self, index: QModelIndex, *, add: bool = False) -> None:
        """Select all from where the person began to an index, in the order of the list.

        Args:
            index: The last one; it becomes the current one.
            add: True to leave what is selected already.
        """
        anchor = self._anchor if 0 <= self._anchor < len(self.tiles.ids) else index.row()
        first, last = sorted((anchor, index.row()))
        flag = QItemSelectionModel.SelectionFlag
        rows = QItemSelection(self.tiles.index(first), self.tiles.index(last))
        self.selectionModel().select(rows, flag.Select if add else flag.ClearAndSelect)
        self.selectionModel().setCurrentIndex(index, flag.NoUpdate)
        self._anchor = anchor

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Shift and a key that moves select as Shift and a click does."""
        move = _MOVES.get(Qt.Key(event.key()))
        if move is not None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            index = self.moveCursor(move, event.modifiers())
            if index.isValid():
                self.select_through(index)
                self.scrollTo(index)
            event.accept()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._leave()
        keys, shift = event.modifiers(), Qt.KeyboardModifier.ShiftModifier
        if event.button() == Qt.MouseButton.LeftButton and keys & shift:
            index = self.indexAt(event.position().toPoint())
            if index.isValid():
                self.select_through(index, add=bool(keys & Qt.KeyboardModifier.ControlModifier))
            event.accept()
            return
        if event.button() == Qt.MouseButton.RightButton:
            index = self.indexAt(event.position().toPoint())
            if index.isValid() and not self.selectionModel().isSelected(index):
                self.setCurrentIndex(index)
            self.context_requested.emit(event.globalPosition().toPoint())
            event.accept()
            return
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show the menu at the current image, where it is asked for by a key."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            place = self.visualRect(self.currentIndex()).center()
            self.context_requested.emit(self.viewport().mapToGlobal(place))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.RightButton:
            super().mouseReleaseEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.doItemsLayout()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rows = self.visible_rows()
        current = self.currentIndex().row() if self.hasFocus() else -1
        for row in rows:
            rect = self._rect(row)
            tile = self.tiles.tile(row)
            chosen = self.selectionModel().isSelected(self.tiles.index(row))
            pixmap = self.pixmap(int(self.tiles.ids[row]))
            paint_tile(painter, rect, tile, pixmap, chosen=chosen, current=row == current)
        self._paint_headers(painter, rows)
        painter.end()
        self.tiles.ask(rows)

    def _paint_headers(self, painter: QPainter, rows: range) -> None:
        if not any(self.tiles.titles) or not len(rows):
            return
        offset, width = self.verticalOffset(), self.viewport().width()
        first = int(np.searchsorted(self._bounds, rows[0], side="right")) - 1
        last = int(np.searchsorted(self._bounds, rows[-1], side="right")) - 1
        for group in range(first, last + 1):
            top = int(self._tops[group]) - offset
            bottom = int(self._tops[group + 1]) - offset
            if bottom <= 0:
                continue
            # Sticky: the first visible group's header stays at the top until the next pushes it.
            place = min(max(top, 0), bottom - HEADER_PX)
            count = int(self._bounds[group + 1] - self._bounds[group])
            rect = QRect(0, place, width, HEADER_PX)
            paint_header(painter, rect, self.tiles.titles[group], count)

    def _cell_width(self) -> int:
        return self._size + GAP_PX

    def _cell_height(self) -> int:
        return self._size + GAP_PX + (NAME_PX if self._size >= 96 else 0)

    def _row_at(self, y: int) -> int:
        """Return the first row of the line of tiles at a height in the content."""
        group = int(np.searchsorted(self._tops, y, side="right")) - 1
        group = min(max(0, group), len(self._bounds) - 2)
        if group < 0:
            return 0
        header = HEADER_PX if any(self.tiles.titles) else 0
        line = max(0, y - int(self._tops[group]) - header) // self._cell_height()
        return int(self._bounds[group]) + line * self._columns

    def _rect(self, row: int) -> QRect:
        group = int(np.searchsorted(self._bounds, row, side="right")) - 1
        header = HEADER_PX if any(self.tiles.titles) else 0
        line, column = divmod(row - int(self._bounds[group]), self._columns)
        top = int(self._tops[group]) + header + line * self._cell_height() - self.verticalOffset()
        return QRect(
            GAP_PX + column * self._cell_width(), top, self._size, self._cell_height() - GAP_PX
        )

    def _on_current(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid():
            # Where Shift begins from now on, unless it was Shift that moved here.
            self._anchor = current.row()
            self.current_changed.emit(int(self.tiles.ids[current.row()]))

    def _on_selection(self, *_: object) -> None:
        self.viewport().update()
        self.selection_moved.emit()

    def _leave(self, *_: object) -> None:
        """Let go of what is enlarged; the pointer has to move to have it again."""
        self._hovered = 0
        self.hovered.emit(0, QRect())

    def _on_data(self, *_: object) -> None:
        self.viewport().update()


def _nothing(_: int) -> QPixmap | None:
    return None
