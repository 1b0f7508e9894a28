"""The grid of the gallery: a list view of up to a million tiles with group headers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
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

from inspector.app.gallery.grid_layout import GAP_PX, GridLayout, lay_out
from inspector.app.gallery.model import AnyIndex, GalleryModel
from inspector.app.gallery.painting import in_select_all, paint_header, paint_tile
from inspector.app.gallery.row_selection import RowSelection

TILE_PX = 104
MAX_CACHED = 1000
_Move = QAbstractItemView.CursorAction
_MOVES = {
    Qt.Key.Key_Left: _Move.MoveLeft, Qt.Key.Key_Right: _Move.MoveRight,
    Qt.Key.Key_Up: _Move.MoveUp, Qt.Key.Key_Down: _Move.MoveDown,
    Qt.Key.Key_Home: _Move.MoveHome, Qt.Key.Key_End: _Move.MoveEnd,
    Qt.Key.Key_PageUp: _Move.MovePageUp, Qt.Key.Key_PageDown: _Move.MovePageDown,
}  # fmt: skip


class GalleryView(QListView):
    """Shows a `GalleryModel` as a grid with sticky group headers.

    Attributes:
        current_changed: The id of the current sample.
        selection_moved: The selection has changed.
        moved: Other tiles are visible, without scrolling.
        context_requested: A right click or the menu key, in global coordinates.
        hovered: The pointer is over another tile: its id and its rectangle on the screen; 0 for
            none.
        opened: The id of a sample to show large: Space, Return or a double click.
    """

    opened = Signal(int)

    hovered = Signal(int, QRect)
    current_changed = Signal(int)
    selection_moved = Signal()
    moved = Signal()
    context_requested = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pixmap: Callable[[int], QPixmap | None] = _nothing
        self.files: Callable[[], Sequence[str]] = tuple
        """Returns the paths of the selected files when they are dragged out."""
        self.tiles = GalleryModel()
        self._size = TILE_PX
        self._folded: set[str] = set()
        self._grid = lay_out(
            self.tiles.starts, 0, (), width_px=TILE_PX, tile_px=TILE_PX, headers=False
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName("Gallery")
        self._hovered = 0
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(self._leave)
        self.setModel(self.tiles)
        self._rows = RowSelection(self, self.tiles)
        self.tiles.modelReset.connect(self.doItemsLayout)
        self.tiles.dataChanged.connect(self._on_data)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.selectionModel().selectionChanged.connect(self._on_selection)

    def set_tile_size(self, size_px: int) -> None:
        """Set the side of the tiles' images."""
        self._size = size_px
        self.doItemsLayout()

    def selected_ids(self) -> list[int]:
        return self._rows.ids()

    def show_listing(
        self, ids: NDArray[np.int32], starts: NDArray[np.int32], titles: Sequence[str]
    ) -> None:
        """Show other samples; scroll position and selection stay as far as possible."""
        scroll_px = self.verticalScrollBar().value()
        selected, current = self._rows.ids() or self._rows.pending, self.currentIndex()
        focus = int(self.tiles.ids[current.row()]) if current.isValid() else 0
        self.tiles.set_listing(ids, starts, titles)
        self.verticalScrollBar().setValue(scroll_px)
        self._rows.select_ids(selected, focus)

    def selected_values(self) -> dict[str, list[str]]:
        """Return the selection, to be saved."""
        return {"selected": [str(i) for i in self.selected_ids()[:MAX_CACHED]]}

    def select_values(self, selection: Mapping[str, Iterable[str]]) -> None:
        """Restore a saved selection as soon as it is listed."""
        self._rows.pending = [int(i) for i in selection.get("selected", ()) if i.isdecimal()]
        self._rows.select_ids(self._rows.pending, 0)

    def select_id(self, sample: int) -> bool:
        """Select one sample and scroll to it; return False if it is not listed."""
        rows = np.flatnonzero(self.tiles.ids == sample)
        if not len(rows):
            return False
        index = self.tiles.index(int(rows[0]))
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def visible_rows(self) -> list[int]:
        """Return the rows that are at least partly visible."""
        if not len(self.tiles.ids):
            return []
        top = self.verticalOffset()
        return self._grid.rows_between(top, top + self.viewport().height())

    def fold(self, group: int) -> None:
        """Fold a group to its header, or unfold it."""
        self._folded ^= {self.tiles.titles[group]}
        self.doItemsLayout()
        self.moved.emit()

    def fold_current(self) -> None:
        """Fold or unfold the group of the current image."""
        index = self.currentIndex()
        if index.isValid() and self._grid.header_px:
            self.fold(self._grid.group_of(index.row()))

    def select_group(self, group: int) -> None:
        self._rows.select_rows(int(self._grid.bounds[group]), int(self._grid.bounds[group + 1]))

    def select_current_group(self) -> None:
        """Select every image in the group of the current image."""
        index = self.currentIndex()
        if index.isValid():
            self.select_group(self._grid.group_of(index.row()))

    def doItemsLayout(self) -> None:
        self._grid = self._laid_out()
        self.updateGeometries()
        self.viewport().update()

    def _laid_out(self) -> GridLayout:
        return lay_out(
            self.tiles.starts,
            len(self.tiles.ids),
            [title in self._folded for title in self.tiles.titles],
            width_px=self.viewport().width(),
            tile_px=self._size,
            headers=any(self.tiles.titles),
        )

    def updateGeometries(self) -> None:
        if not hasattr(self, "_grid"):
            return
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self._grid.height + GAP_PX - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(1, self._grid.cell_px // 3))

    def visualRect(self, index: AnyIndex) -> QRect:
        if not index.isValid():
            return QRect()
        return self._rect(index.row())

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._grid.row_at(point.x(), point.y() + self.verticalOffset())
        return self.tiles.index(row) if row >= 0 else QModelIndex()

    def scrollTo(
        self,
        index: AnyIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        del hint
        rect = self.visualRect(index)
        bar = self.verticalScrollBar()
        if rect.top() < self._grid.header_px:
            bar.setValue(bar.value() + rect.top() - self._grid.header_px)
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
        act = QAbstractItemView.CursorAction
        columns = self._grid.columns
        page = max(1, self.viewport().height() // self._grid.cell_px) * columns
        steps = {
            act.MoveLeft: -1, act.MovePrevious: -1, act.MoveRight: 1, act.MoveNext: 1,
            act.MoveUp: -columns, act.MoveDown: columns,
            act.MovePageUp: -page, act.MovePageDown: page,
            act.MoveHome: -count, act.MoveEnd: count,
        }  # fmt: skip
        return self.tiles.index(self._grid.row_after(self.currentIndex().row(), steps[action]))

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        selection = QItemSelection()
        area = rect.normalized()
        offset = self.verticalOffset()
        for row in self._grid.rows_between(area.top() + offset, area.bottom() + offset):
            if self._rect(row).intersects(area):
                index = self.tiles.index(row)
                selection.select(index, index)
        self.selectionModel().select(selection, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        del selection
        return QRegion(self.viewport().rect())

    def selectAll(self) -> None:
        self._rows.select_all()

    def startDrag(self, _: Qt.DropAction) -> None:
        """Drag the selected files out as copies; the dataset is never changed."""
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
            point = self.viewport().mapToGlobal(rect.topLeft())
            self.hovered.emit(sample, QRect(point, rect.size()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._leave()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._leave()

    def select_through(self, index: QModelIndex, *, add: bool = False) -> None:
        """Select the range from the anchor to an index; `add` keeps the selection."""
        self._rows.extend_to(index, add=add)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Extend the selection with Shift and a movement key; open on Space or Return."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.opened.emit(int(self.tiles.ids[self.currentIndex().row()]))
            event.accept()
            return
        move = _MOVES.get(Qt.Key(event.key()))
        if move is not None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            index = self.moveCursor(move, event.modifiers())
            if index.isValid():
                self.select_through(index)
                self.scrollTo(index)
            event.accept()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(int(self.tiles.ids[index.row()]))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._leave()
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self._press_header(event.position().toPoint()):
            event.accept()
            return
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
        """Show the menu at the current image when a key asks for it."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            point = self.visualRect(self.currentIndex()).center()
            self.context_requested.emit(self.viewport().mapToGlobal(point))
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
        self._paint_headers(painter)
        painter.end()
        self.tiles.ask(rows)

    def _headers(self) -> Iterator[tuple[int, QRect]]:
        """Yield the visible groups with the rectangles of their headers."""
        if not self.tiles.titles:
            return
        width, height = self.viewport().width(), self.viewport().height()
        for group, top in self._grid.headers_between(self.verticalOffset(), height):
            yield group, QRect(0, top, width, self._grid.header_px)

    def _paint_headers(self, painter: QPainter) -> None:
        for group, rect in self._headers():
            count = int(self._grid.bounds[group + 1] - self._grid.bounds[group])
            title = self.tiles.titles[group]
            paint_header(
                painter, rect.adjusted(0, 0, 0, -3), title, count, folded=title in self._folded
            )

    def _press_header(self, point: QPoint) -> bool:
        """Fold or select the group whose header is at a point; return False without one."""
        for group, rect in self._headers():
            if rect.contains(point):
                if in_select_all(rect, point):
                    self.select_group(group)
                else:
                    self.fold(group)
                return True
        return False

    def _rect(self, row: int) -> QRect:
        x, y = self._grid.place(row)
        side = self._grid.cell_px - GAP_PX
        return QRect(x, y - self.verticalOffset(), side, side)

    def _on_current(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid():
            # The anchor of the next range; extending a range restores its own anchor afterwards.
            self._rows.anchor = current.row()
            self.current_changed.emit(int(self.tiles.ids[current.row()]))

    def _on_selection(self, *_: object) -> None:
        self.viewport().update()
        self.selection_moved.emit()

    def _leave(self, *_: object) -> None:
        """Close the enlarged image; it returns when the pointer moves."""
        self._hovered = 0
        self.hovered.emit(0, QRect())

    def _on_data(self, *_: object) -> None:
        self.viewport().update()


def _nothing(_: int) -> QPixmap | None:
    return None
