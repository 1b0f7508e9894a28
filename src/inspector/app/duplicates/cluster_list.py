"""The queue of clusters: stacked thumbnails, kind, splits and a tick for what is reviewed."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from inspector.app.widgets import theme
from inspector.app.widgets.pairs.pair_kinds import KIND_NAMES
from inspector.app.widgets.review.review import AnyIndex, QueueModel
from inspector.project.review.duplicates import Cluster

STACKED = 3
ROW_PX = 72
SIDE_PX = 46
LINE_PX = 19
SHIFT_PX = 9
_GAP_PX = 8


class ClusterModel(QueueModel[Cluster]):
    """The queue of clusters."""

    def key(self, item: Cluster) -> int:
        """Return the smallest id of its members."""
        return item.id

    def is_done(self, item: Cluster) -> bool:
        """Tell whether each member is decided."""
        return item.reviewed

    def sample_ids(self, item: Cluster) -> set[int]:
        """Return the ids of its members."""
        return {m.id for m in item.members}

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        cluster = self.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _lines(cluster)[0]
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(_lines(cluster))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = "reviewed" if cluster.reviewed else "open"
            labels = ", ".join(cluster.labels)
            return f"cluster of {len(cluster.members)} images, {labels}, {state}"
        return None


class ClusterList(QListView):
    """Show a `ClusterModel`.

    Args:
        pixmap: Returns the thumbnail of a sample that is there already.
    """

    def __init__(self, model: ClusterModel, pixmap: Callable[[int], QPixmap | None]) -> None:
        super().__init__()
        self._clusters = model
        self.setModel(model)
        self.setItemDelegate(_Stack(model, pixmap, self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setObjectName("duplicate-clusters")
        self.setAccessibleName("Clusters of duplicates")
        self.setMinimumWidth(256)
        self._again: Sequence[int] = ()

    def selected_values(self) -> dict[str, list[str]]:
        """Return the ids of the current cluster's members, to be kept for another day."""
        row = self.currentIndex().row()
        members = self._clusters.items[row].members if row >= 0 else ()
        return {"members": [str(m.id) for m in members]}

    def select_values(self, kept: Mapping[str, Iterable[str]]) -> None:
        """Begin at that cluster, once there is a list."""
        self._again = [int(i) for i in kept.get("members", ()) if i.isdecimal()]

    def first_row_of(self, clusters: Sequence[Cluster]) -> int:
        """Return the row to begin at: where the person left off, else the top."""
        wanted = set(self._again)
        members = ({m.id for m in c.members} for c in clusters)
        return next((row for row, ids in enumerate(members) if ids & wanted), 0)

    def visible_samples(self) -> list[int]:
        """Return the ids of the samples whose thumbnails are in sight, top first."""
        clusters = self._clusters.items
        first = max(0, self.indexAt(self.viewport().rect().topLeft()).row())
        rows = self.viewport().height() // ROW_PX + 2
        return [s for c in clusters[first : first + rows] for s in stacked(c)]


class _Stack(QStyledItemDelegate):
    """Paint one cluster."""

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
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("accent-soft"))
        left = rect.left() + _GAP_PX
        for place, sample in reversed(list(enumerate(stacked(cluster)))):
            box = QRect(left + place * SHIFT_PX, 0, SIDE_PX, SIDE_PX)
            box.moveTop(rect.top() + (ROW_PX - SIDE_PX) // 2 - place * 3 + 3)
            self._paint_picture(painter, box, self._pixmap(sample))
        left += SIDE_PX + (STACKED - 1) * SHIFT_PX + _GAP_PX
        words = QRect(left, rect.top() + 7, rect.right() - left - _GAP_PX, LINE_PX)
        if cluster.reviewed:
            painter.setPen(theme.colour("test"))
            painter.drawText(words, Qt.AlignmentFlag.AlignRight, "✓")
        colours = ("text-2" if cluster.reviewed else "text", "text-2", "text-2")
        for text, colour in zip(_lines(cluster), colours, strict=True):
            painter.setPen(theme.colour(colour))
            elided = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, words.width()
            )
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, elided)
            words.translate(0, LINE_PX)
        painter.restore()

    def _paint_picture(self, painter: QPainter, box: QRect, pixmap: QPixmap | None) -> None:
        painter.fillRect(box, theme.colour("stage"))
        if pixmap is not None and not pixmap.isNull():
            side = min(pixmap.width(), pixmap.height())
            x, y = (pixmap.width() - side) // 2, (pixmap.height() - side) // 2
            painter.drawPixmap(box, pixmap, QRect(x, y, side, side))
        painter.setPen(QPen(theme.colour("surface"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(0, 0, -1, -1))


def stacked(cluster: Cluster) -> list[int]:
    """Return the ids of the members that stand for a cluster, the suggested keeper on top."""
    others = [m.id for m in cluster.members if m.id != cluster.suggested_keeper]
    return [cluster.suggested_keeper, *others][:STACKED]


def _lines(cluster: Cluster) -> tuple[str, str, str]:
    return (
        f"{len(cluster.members)} images · {', '.join(cluster.labels)}",
        ", ".join(KIND_NAMES[k] for k in cluster.kinds),
        " + ".join(s or "no split" for s in cluster.splits),
    )
