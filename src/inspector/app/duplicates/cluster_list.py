"""The queue of clusters: stacked thumbnails, kind, similarity, splits, and a tick once decided."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from inspector.app.duplicates.queue import HashedPair, labels_of
from inspector.app.widgets import theme
from inspector.app.widgets.pairs.pair_kinds import KIND_NAMES
from inspector.app.widgets.review.queue_model import AnyIndex, QueueModel
from inspector.app.widgets.split_badge import paint_badge
from inspector.app.widgets.tile_painting import square_of
from inspector.project.review.duplicates import Cluster, PairKind

STACKED = 3
ROW_PX = 70
SIDE_PX = 48
SHIFT_PX = 25
_MARGIN_PX, _RIGHT_PX = 12, 4
_LINE_PX = 20
_PADDING_PX = 6
_SHORT = {
    PairKind.BYTES: "Identical", PairKind.PIXELS: "Identical", PairKind.TRANSFORMED: "Flipped",
    PairKind.NEAR: "Near",
}  # fmt: skip
_SPLITS = ("test", "validation", "training")


def _evaluation_first(split: str) -> int:
    return _SPLITS.index(split) if split in _SPLITS else len(_SPLITS)


class ClusterModel(QueueModel[Cluster]):
    """The queue of clusters."""

    def key(self, item: Cluster) -> int:
        """Return the smallest id of the cluster's members."""
        return item.id

    def is_done(self, item: Cluster) -> bool:
        """Return whether every member is decided."""
        return item.reviewed

    def sample_ids(self, item: Cluster) -> set[int]:
        """Return the ids of the cluster's members."""
        return {m.id for m in item.members}

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        cluster = self.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _title(cluster)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(m.path for m in cluster.members[:8])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = "decided" if cluster.reviewed else "open"
            labels, splits = ", ".join(cluster.labels), ", ".join(filter(None, cluster.splits))
            count = len(cluster.members)
            return f"cluster of {count}: {_title(cluster)}, {labels}, {splits}, {state}"
        return None


class ClusterList(QListView):
    """Shows a `ClusterModel`.

    Args:
        pixmap: Returns the thumbnail of a sample if it is loaded.
    """

    def __init__(self, model: ClusterModel, pixmap: Callable[[int], QPixmap | None]) -> None:
        super().__init__()
        self._clusters = model
        self.setModel(model)
        self.setItemDelegate(_ClusterRows(model, pixmap, self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setObjectName("duplicate-clusters")
        self.setAccessibleName("Clusters of duplicates")
        self._again: Sequence[int] = ()

    def selected_values(self) -> dict[str, list[str]]:
        """Return the member ids of the current cluster, to be saved."""
        row = self.currentIndex().row()
        members = self._clusters.items[row].members if row >= 0 else ()
        return {"members": [str(m.id) for m in members]}

    def select_values(self, values: Mapping[str, Iterable[str]]) -> None:
        """Start at the saved cluster once there is a list."""
        self._again = [int(i) for i in values.get("members", ()) if i.isdecimal()]

    @property
    def remembered(self) -> frozenset[int]:
        """Member ids of the cluster at which the last session ended."""
        return frozenset(self._again)

    def first_row_of(self, clusters: Sequence[Cluster]) -> int:
        """Return the row to start at: the remembered cluster, or the top."""
        again = set(self._again)
        if not again:
            return 0
        members = ({m.id for m in c.members} for c in clusters)
        return next((row for row, ids in enumerate(members) if ids & again), 0)

    def visible_samples(self) -> list[int]:
        """Return the ids of the samples whose thumbnails are visible, top first."""
        clusters = self._clusters.items
        first = max(0, self.indexAt(self.viewport().rect().topLeft()).row())
        rows = self.viewport().height() // ROW_PX + 2
        return [s for c in clusters[first : first + rows] for s in stacked(c)]


class _ClusterRows(QStyledItemDelegate):
    """Paints one cluster."""

    def __init__(
        self,
        model: ClusterModel,
        pixmap: Callable[[int], QPixmap | None],
        parent: QListView,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._pixmap = pixmap

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        del option, index
        return QSize(200, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        cluster = self._model.items[index.row()]
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = rect.adjusted(_MARGIN_PX, 1, -_RIGHT_PX, -1)
        pointed = bool(state & QStyle.StateFlag.State_MouseOver)
        if selected or pointed:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent-soft" if selected else "sunken"))
            painter.drawRoundedRect(row, 4, 4)
        left, top = row.left() + 8, row.top() + (row.height() - SIDE_PX) // 2
        for position, sample in reversed(list(enumerate(stacked(cluster)))):
            shift = (0, SHIFT_PX, SHIFT_PX + 4)[position]
            box = QRect(left + shift, top - (1, -1, 2)[position], SIDE_PX, SIDE_PX)
            # The third image is almost hidden: it only shows that there are more.
            self._paint_thumbnail(painter, box, sample if position < 2 else None)
        words = QRect(left + SIDE_PX + SHIFT_PX + 15, top + 4, 0, _LINE_PX)
        words.setRight(row.right() - 8)
        self._paint_words(painter, words, cluster, selected=selected)
        painter.restore()

    def _paint_words(
        self, painter: QPainter, line: QRect, cluster: Cluster, *, selected: bool
    ) -> None:
        align = Qt.AlignmentFlag.AlignVCenter
        font = QFont(painter.font())
        small = QFont(font)
        small.setPixelSize(12)
        value = "" if isinstance(cluster, HashedPair) else f"{cluster.similarity:.2f}"
        value_px = QFontMetrics(small).horizontalAdvance(value)
        font.setWeight(QFont.Weight.DemiBold if selected else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.colour("text-2" if cluster.reviewed else "text"))
        room = line.width() - value_px - 8
        title = _title(cluster)
        if painter.fontMetrics().horizontalAdvance(title) > room:
            title = title.removesuffix(" images")
        title = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, align, title)
        used = painter.fontMetrics().horizontalAdvance(title)
        painter.setFont(small)
        painter.setPen(theme.colour("text-3"))
        painter.drawText(line.adjusted(used + 8, 0, 0, 0), align, value)
        x, y = line.left(), line.top() + _LINE_PX + 2
        for split in sorted(filter(None, cluster.splits), key=_evaluation_first):
            paint_badge(painter, x, y, split)
            x += 26
        if len(labels_of(cluster)) > 1:
            _paint_note(painter, small, x, y, "2 labels")
        if cluster.reviewed:
            _paint_tick(painter, line.right() - 12, y + 8)

    def _paint_thumbnail(self, painter: QPainter, box: QRect, sample: int | None) -> None:
        pixmap = None if sample is None else self._pixmap(sample)
        painter.fillRect(box, theme.colour("neutral-fill" if sample is None else "sunken"))
        if pixmap is not None and not pixmap.isNull():
            painter.drawPixmap(box, pixmap, square_of(pixmap))
        painter.setPen(QPen(theme.colour("surface"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(-1, -1, 0, 0), 2, 2)


def stacked(cluster: Cluster) -> list[int]:
    """Return the ids of the members that represent a cluster, the suggested keeper on top."""
    keeper = cluster.suggested_keeper
    return [keeper, *islice((m.id for m in cluster.members if m.id != keeper), STACKED - 1)]


def _title(cluster: Cluster) -> str:
    if isinstance(cluster, HashedPair):
        return f"{cluster.distance} bit{'s' * (cluster.distance != 1)} apart"
    count = len(cluster.members)
    if count > 2:
        return f"{_SHORT[cluster.kinds[0]]}, {count:,} images"
    return KIND_NAMES[cluster.kinds[0]]


def _paint_note(painter: QPainter, font: QFont, x: int, y: int, text: str) -> None:
    width = QFontMetrics(font).horizontalAdvance(text) + 2 * _PADDING_PX
    rect = QRect(x, y, width, 16)
    painter.setFont(font)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("problem-soft"))
    painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(theme.colour("problem"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def _paint_tick(painter: QPainter, x: int, y: int) -> None:
    painter.setPen(QPen(theme.colour("ok"), 1.5))
    painter.drawLine(x, y, x + 3, y + 4)
    painter.drawLine(x + 3, y + 4, x + 11, y - 5)
