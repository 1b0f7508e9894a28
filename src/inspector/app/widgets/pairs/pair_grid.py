"""Pairs of images as tiles: two adjacent squares, a caption, an optional tick."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets import theme
from inspector.app.widgets.split_badge import MIN_WORD_PX, paint_badge
from inspector.app.widgets.tables import LongListModel
from inspector.app.widgets.tile_painting import paint_tile

AnyIndex = QModelIndex | QPersistentModelIndex
PAIR_GAP_PX = 2
CAPTION_PX = 24
_SPACE_PX = 16
_TICK_PX = 16
_READ_AHEAD = 8


@dataclass(frozen=True, slots=True)
class PairTile:
    """Two images as one tile.

    Attributes:
        key: Identifies the tile.
        left: Sample id of the image that stays.
        right: Sample id of the other image.
        splits: Splits of the left and of the right image.
        caption: Kind and similarity.
        note: Bold text at the right of the caption.
        problem: True to show the note in the problem colour.
        ticked: Whether the right image is excluded; None without a tick.
        name: For a screen reader.
        label: The class, at the right of the caption if there is no note.
    """

    key: int
    left: int
    right: int
    splits: tuple[str, str]
    caption: str
    note: str = ""
    problem: bool = False
    ticked: bool | None = None
    name: str = ""
    label: str = ""


class PairTiles(Sequence[PairTile]):
    """Pairs as tiles, each made when it is looked at: of thousands a few dozen are visible.

    Args:
        keys: The key of each tile.
        tile: Returns the tile of a row.
    """

    def __init__(self, keys: Sequence[int], tile: Callable[[int], PairTile]) -> None:
        self.keys = tuple(keys)
        self._tile = tile

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, row: int) -> PairTile: ...
    @overload
    def __getitem__(self, row: slice) -> list[PairTile]: ...
    def __getitem__(self, row: int | slice) -> PairTile | list[PairTile]:
        rows = range(len(self.keys))[row]
        return self._tile(rows) if isinstance(rows, int) else [self._tile(i) for i in rows]


NO_TILES = PairTiles((), lambda _: PairTile(0, 0, 0, ("", ""), ""))


class PairTileModel(LongListModel):
    """A list of pairs."""

    def __init__(self) -> None:
        super().__init__()
        self.tiles = NO_TILES

    def show_tiles(self, tiles: PairTiles) -> None:
        """Show pairs; if they are the same ones, update only their data."""
        if tiles.keys == self.tiles.keys and tiles:
            self.tiles = tiles
            self.dataChanged.emit(self.index(0), self.index(len(tiles) - 1))
            return
        self.tiles = tiles
        self.show_rows(len(tiles))

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        tile = self.tiles[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{tile.name}, {tile.caption} {tile.note}".strip()
            case Qt.ItemDataRole.ToolTipRole:
                return tile.name
            case _:
                return None


class PairGrid(QListView):
    """Shows pairs in a fixed number of columns.

    Attributes:
        toggled: The key of a pair whose tick was changed by a click or K.
        opened: The key of a pair that was opened by Space, Return or a double click.

    Args:
        load: Returns the JPEG of a sample, or None; called on decode threads.
    """

    toggled = Signal(int)
    opened = Signal(int)

    def __init__(self, load: Callable[[int], bytes | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pairs = PairTileModel()
        self.thumbnails = Thumbnails(load, self)
        self._columns = 2
        self.setModel(self.pairs)
        self.setItemDelegate(_PairDelegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setObjectName("pair-grid")
        self.thumbnails.ready.connect(self.viewport().update)
        self.verticalScrollBar().valueChanged.connect(self._request)
        self.doubleClicked.connect(self._on_double_click)

    def show_tiles(self, tiles: PairTiles) -> None:
        """Show pairs; the scroll position stays."""
        self.pairs.show_tiles(tiles)
        self._request()

    def set_columns(self, columns: int) -> None:
        """Set the number of pairs side by side."""
        self._columns = max(1, columns)
        self._fit()

    def tile_size(self) -> QSize:
        """Return the size of one tile with its margin."""
        bar = self.verticalScrollBar().sizeHint().width()
        width = max(120, (self.viewport().width() - 2 - (0 if self._bar_shown() else bar)))
        width //= self._columns
        side = (width - _SPACE_PX - PAIR_GAP_PX) // 2
        return QSize(width, side + CAPTION_PX + _SPACE_PX // 2)

    def height_of_rows(self, rows: int) -> int:
        """Return the height of a number of rows."""
        return rows * self.tile_size().height() + 4

    def shut_down(self) -> None:
        """End the decode threads."""
        self.thumbnails.shut_down()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and index.isValid():
            self._toggle(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if row >= 0 and event.key() == Qt.Key.Key_K:
            self._toggle(row)
        elif row >= 0 and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.pairs.tiles.keys[row])
        else:
            super().keyPressEvent(event)

    def _on_double_click(self, index: QModelIndex) -> None:
        self.opened.emit(self.pairs.tiles.keys[index.row()])

    def _bar_shown(self) -> bool:
        return self.verticalScrollBar().isVisible()

    def _toggle(self, row: int) -> None:
        tile = self.pairs.tiles[row]
        if tile.ticked is not None:
            self.toggled.emit(tile.key)

    def _fit(self) -> None:
        self.setGridSize(self.tile_size())
        self._request()

    def _request(self) -> None:
        height = max(1, self.gridSize().height())
        first = self.verticalScrollBar().value() // height * self._columns
        count = (self.viewport().height() // height + 2) * self._columns + _READ_AHEAD
        sight = self.pairs.tiles[first : first + count]
        self.thumbnails.request([i for tile in sight for i in (tile.left, tile.right)])


class _PairDelegate(QStyledItemDelegate):
    """Paints one pair."""

    def __init__(self, grid: PairGrid) -> None:
        super().__init__(grid)
        self._grid = grid

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        del option, index
        return self._grid.tile_size()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        tile = self._grid.pairs.tiles[index.row()]
        rect: QRect = option.rect
        size = self._grid.tile_size()
        side = (size.width() - _SPACE_PX - PAIR_GAP_PX) // 2
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = QRect(rect.left() + 2, rect.top() + 2, side, side)
        right = left.translated(side + PAIR_GAP_PX, 0)
        self._paint_image(painter, left, tile.left, excluded=False)
        self._paint_image(painter, right, tile.right, excluded=tile.ticked is True)
        for box, split in zip((left, right), tile.splits, strict=True):
            is_word = side >= MIN_WORD_PX
            paint_badge(painter, box.left() + 4, box.top() + 4, split, is_word=is_word)
        line = QRect(left.left(), left.bottom() + 3, 2 * side + PAIR_GAP_PX, CAPTION_PX - 4)
        self._paint_caption(painter, line, tile)
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected and self._grid.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(left.united(right).adjusted(-1, -1, 1, 1), 4, 4)
        painter.restore()

    def _paint_image(self, painter: QPainter, box: QRect, sample: int, *, excluded: bool) -> None:
        paint_tile(painter, box, self._grid.thumbnails.pixmap(sample), excluded=excluded)
        if excluded:
            _paint_word(painter, box, "Excluded")

    def _paint_caption(self, painter: QPainter, line: QRect, tile: PairTile) -> None:
        font = QFont(painter.font())
        font.setPixelSize(12)
        painter.setFont(font)
        if tile.ticked is not None:
            _paint_tick(painter, line.left(), line.top() + 2, ticked=tile.ticked)
            line = line.adjusted(_TICK_PX + 6, 0, 0, 0)
        align = Qt.AlignmentFlag.AlignVCenter
        kind, _, figure = tile.caption.partition("  ")
        for text, name, weight in (
            (kind, "text" if tile.label else "text-3", QFont.Weight.DemiBold),
            (figure, "text-3", QFont.Weight.Normal),
        ):
            font.setWeight(weight if tile.label else QFont.Weight.Normal)
            painter.setFont(font)
            painter.setPen(theme.colour(name))
            painter.drawText(line, align, text)
            line = line.adjusted(painter.fontMetrics().horizontalAdvance(text) + 8, 0, 0, 0)
        is_class = tile.label and not tile.note
        font.setWeight(QFont.Weight.Normal if is_class else QFont.Weight.DemiBold)
        painter.setFont(font)
        plain = "text-2" if is_class else "text"
        painter.setPen(theme.colour("problem" if tile.problem else plain))
        note = painter.fontMetrics().elidedText(
            tile.note or tile.label, Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, align | Qt.AlignmentFlag.AlignRight, note)


def _paint_word(painter: QPainter, box: QRect, word: str) -> None:
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    width = painter.fontMetrics().horizontalAdvance(word) + 12
    rect = QRectF(box.center().x() - width / 2, box.bottom() - 27, width, 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("surface"))
    painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(theme.colour("text"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, word)


def _paint_tick(painter: QPainter, x: int, y: int, *, ticked: bool) -> None:
    box = QRectF(x + 0.5, y + 0.5, _TICK_PX - 1, _TICK_PX - 1)
    painter.setPen(QPen(theme.colour("accent" if ticked else "line-strong"), 1))
    painter.setBrush(theme.colour("accent") if ticked else QColor(theme.colour("surface")))
    painter.drawRoundedRect(box, 3, 3)
    if ticked:
        painter.setPen(QPen(theme.colour("on-accent"), 2))
        painter.drawLine(int(x + 4), int(y + 8), int(x + 7), int(y + 11))
        painter.drawLine(int(x + 7), int(y + 11), int(x + 12), int(y + 5))
