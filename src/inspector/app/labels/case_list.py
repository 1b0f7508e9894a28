"""The queue of suspected label errors: thumbnail, suggested change, confidence."""

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from inspector.app.widgets import theme
from inspector.app.widgets.controls.confidence_bars import paint_bar
from inspector.app.widgets.review.queue_model import AnyIndex, QueueModel
from inspector.app.widgets.split_badge import paint_badge
from inspector.app.widgets.tile_painting import paint_tile
from inspector.project.diagnosis.labels import LabelCase

ROW_PX = 78
SIDE_PX = 60
_MARGIN_PX, _RIGHT_PX = 12, 4
_VALUE_PX = 38


class CaseModel(QueueModel[LabelCase]):
    """The queue of suspected label errors."""

    def key(self, item: LabelCase) -> int:
        """Return the id of the case's first image."""
        return item.samples[0].id

    def is_done(self, item: LabelCase) -> bool:
        """Return whether the case is decided."""
        return item.done

    def sample_ids(self, item: LabelCase) -> set[int]:
        """Return the ids of the case's images."""
        return {s.id for s in item.samples}

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        case = self.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return change_text(case)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(s.path for s in case.samples[:8])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{change_text(case)}, {case.samples[0].path}"
        return None


class CaseList(QListView):
    """Shows a `CaseModel`.

    Args:
        pixmap: Returns the thumbnail of a sample if it is loaded.
    """

    def __init__(self, model: CaseModel, pixmap: Callable[[int], QPixmap | None]) -> None:
        super().__init__()
        self._cases = model
        self.setModel(model)
        self.setItemDelegate(_CaseRows(model, pixmap, self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setObjectName("label-cases")
        self.setAccessibleName("Suspected label errors")

    def visible_samples(self) -> list[int]:
        """Return the ids of the samples whose thumbnails are visible, top first."""
        first = max(0, self.indexAt(self.viewport().rect().topLeft()).row())
        rows = self.viewport().height() // ROW_PX + 2
        return [c.samples[0].id for c in self._cases.items[first : first + rows]]


class _CaseRows(QStyledItemDelegate):
    """Paints one case."""

    def __init__(
        self, model: CaseModel, pixmap: Callable[[int], QPixmap | None], parent: QListView
    ) -> None:
        super().__init__(parent)
        self._model, self._pixmap = model, pixmap

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        del option, index
        return QSize(200, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        case = self._model.items[index.row()]
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = rect.adjusted(_MARGIN_PX, 1, -_RIGHT_PX, -1)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent-soft" if selected else "sunken"))
            painter.drawRoundedRect(row, 4, 4)
        box = QRect(row.left() + 8, row.top() + 8, SIDE_PX, SIDE_PX)
        paint_tile(painter, box, self._pixmap(case.samples[0].id))
        paint_badge(painter, box.left() + 4, box.top() + 4, case.samples[0].split)
        line = QRect(box.right() + 13, row.top() + 18, 0, 20)
        line.setRight(row.right() - 8)
        _paint_change(painter, line, case)
        _paint_confidence(painter, line.translated(0, 20), case)
        painter.restore()


def change_text(case: LabelCase) -> str:
    """Return the present class and the suggested one."""
    if case.score is None:
        return " or ".join(case.labels)
    return f"{case.labels[0]} → {case.suggested}"


def _paint_change(painter: QPainter, line: QRect, case: LabelCase) -> None:
    font = QFont(painter.font())
    align = Qt.AlignmentFlag.AlignVCenter
    first, second = (
        (f"{case.labels[0]} → ", case.suggested) if case.score is not None
        else (f"{case.labels[0]} or ", " or ".join(case.labels[1:]))
    )  # fmt: skip
    painter.setFont(font)
    painter.setPen(theme.colour("text-2"))
    first = painter.fontMetrics().elidedText(
        first, Qt.TextElideMode.ElideMiddle, int(line.width() * 0.6)
    )
    used = painter.fontMetrics().horizontalAdvance(first)
    painter.drawText(line, align, first)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(theme.colour("text"))
    rest = line.adjusted(used, 0, 0, 0)
    second = painter.fontMetrics().elidedText(second, Qt.TextElideMode.ElideRight, rest.width())
    painter.drawText(rest, align, second)


def _paint_confidence(painter: QPainter, line: QRect, case: LabelCase) -> None:
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.Normal)
    painter.setFont(font)
    painter.setPen(theme.colour("text-2"))
    align = Qt.AlignmentFlag.AlignVCenter
    if case.score is None:
        text = "identical images" if case.identical else "similar images"
        painter.drawText(line, align, f"{len(case.samples)} {text}")
        return
    share = confidence_of(case)
    if share is None:
        painter.drawText(line, align, f"its label: {case.score:.2f}")
        return
    painter.drawText(line, align | Qt.AlignmentFlag.AlignRight, f"{share:.2f}")
    bar = QRectF(line.left(), line.center().y() - 1, line.width() - _VALUE_PX, 4)
    paint_bar(painter, bar, share, "accent")


def confidence_of(case: LabelCase) -> float | None:
    """Return the probability of the suggested class; None if it was not stored."""
    return dict(case.confidence).get(case.suggested)
