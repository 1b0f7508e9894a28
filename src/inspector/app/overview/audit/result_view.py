"""The result of an audit: the answer, figures per split, and the pairs with their images."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.overview.audit.comparison import AuditAnswer, pair_difference, stage_images
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_pixels
from inspector.app.widgets import theme
from inspector.app.widgets.compared_pair import difference_text
from inspector.app.widgets.pairs.compare_view import CompareMode, CompareView, StageImage
from inspector.app.widgets.pairs.pair_dialog import MODE_KEYS, mode_control
from inspector.app.widgets.pairs.pair_kinds import KIND_NAMES
from inspector.app.widgets.sample_image import LONGEST_PX
from inspector.app.widgets.tables import LongListModel
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.project.review.audit_result import AuditPair, DatasetAudit, LeakedImages
from inspector.project.review.duplicates import Level, PairKind
from inspector.similarity.difference import ImageDifference

_LIST_PX, _ROW_PX, _MARGIN_PX = 340, 48, 10
_Index = QModelIndex | QPersistentModelIndex
_PAIR = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class _PairFilter:
    """A choice of pairs: confirmed ones of a kind, or candidates."""

    title: str
    accepts: Callable[[AuditPair], bool]


_FILTERS = (
    _PairFilter("All confirmed", lambda pair: pair.level is Level.SURE),
    *(
        _PairFilter(name, lambda pair, kind=kind: pair.level is Level.SURE and pair.kind is kind)  # type: ignore[misc]
        for kind, name in KIND_NAMES.items()
    ),
    _PairFilter("Candidates", lambda pair: pair.level is not Level.SURE),
)


class _Pairs(LongListModel):
    """Pairs as rows; a hundred thousand of them cost nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._pairs: Sequence[AuditPair] = ()

    def show_pairs(self, pairs: Sequence[AuditPair]) -> None:
        self._pairs = pairs
        self.show_rows(len(pairs))

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        pair = self._pairs[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return f"{pair.a.path}\n{pair.b.path}"
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{_kind(pair)}: {pair.a.path} and {pair.b.path}"
            case _ if role == _PAIR:
                return pair
            case _:
                return None


class _PairRow(QStyledItemDelegate):
    """Paints both names of a pair, one below the other, with kind and similarity at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        pair: AuditPair = index.data(_PAIR)
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        rect = option.rect
        if chosen:
            painter.fillRect(rect, theme.colour("accent-soft"))
        metrics, right = painter.fontMetrics(), _kind(pair)
        inner = rect.adjusted(_MARGIN_PX, 5, -_MARGIN_PX, -5)
        aside = metrics.horizontalAdvance(right) + _MARGIN_PX
        half = inner.height() // 2
        lines = ((pair.a.path, "text", inner.top()), (pair.b.path, "text-2", inner.top() + half))
        for path, colour, top in lines:
            painter.setPen(QColor(theme.colour(colour)))
            width = inner.width() - (aside if path == pair.a.path else 0)
            text = metrics.elidedText(path, Qt.TextElideMode.ElideMiddle, width)
            painter.drawText(inner.left(), top, width, half, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QColor(theme.colour("text-2")))
        left = inner.right() - aside
        painter.drawText(left, inner.top(), aside, half, Qt.AlignmentFlag.AlignRight, right)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        del option, index
        return QSize(_LIST_PX - 20, _ROW_PX)


class AuditResultView(QWidget):
    """Shows an audit.

    Attributes:
        filtered: The shown pairs have changed.
    """

    filtered = Signal()

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__()
        self._project, self._bridge = project, bridge
        self._answer: AuditAnswer | None = None
        self._summary, self._splits = QLabel(), QLabel()
        self._filter = QComboBox()
        self._model, self._list = _Pairs(), QListView()
        self._empty = QLabel()
        self.compare = CompareView()
        self.compare.difference_wanted.connect(self._on_difference)
        self._lay_out()
        self._filter.currentIndexChanged.connect(self._on_filter)
        self._list.selectionModel().currentChanged.connect(self._on_chosen)
        for key, mode in zip(MODE_KEYS, CompareMode, strict=True):
            self._bind(key, partial(self.compare.set_mode, mode))
        self._bind("Z", self.compare.toggle_zoom)

    def _bind(self, key: str, run: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(run)

    def show_answer(self, answer: AuditAnswer) -> None:
        """Show an audit; its first pair is chosen."""
        self._answer = answer
        audit = answer.audit
        self._summary.setText(audit.summary)
        self._splits.setText("\n".join(figures(audit)))
        self._filter.blockSignals(True)
        self._filter.clear()
        for one in _FILTERS:
            count = sum(one.accepts(pair) for pair in audit.pairs)
            self._filter.addItem(f"{one.title} · {count:,}", one)
        first = next((i for i, f in enumerate(_FILTERS) if any(map(f.accepts, audit.pairs))), 0)
        self._filter.setCurrentIndex(first)
        self._filter.blockSignals(False)
        self._on_filter(first)

    def shown_pairs(self) -> tuple[AuditPair, ...]:
        """Return the pairs of the chosen filter."""
        accepts = _FILTERS[max(0, self._filter.currentIndex())].accepts
        pairs = self._answer.audit.pairs if self._answer is not None else ()
        return tuple(pair for pair in pairs if accepts(pair))

    def _on_filter(self, _: int) -> None:
        pairs = self.shown_pairs()
        self._model.show_pairs(pairs)
        self._list.setVisible(bool(pairs))
        self._empty.setVisible(not pairs)
        if pairs:
            self._list.setFocus()
            self._list.setCurrentIndex(self._model.index(0))
        else:
            self.compare.set_pair(None, None)
        self.filtered.emit()

    def _pair(self) -> AuditPair | None:
        pair = self._list.currentIndex().data(_PAIR)
        return pair if isinstance(pair, AuditPair) else None

    def _on_chosen(self, *_: object) -> None:
        pair, answer = self._pair(), self._answer
        if pair is not None and answer is not None:
            self._bridge.call(
                lambda: stage_images(self._project, answer, pair), self._show_pair,
                channel="audit pair",
            )  # fmt: skip

    def _show_pair(self, images: tuple[StageImage, StageImage]) -> None:
        self.compare.set_pair(*images)

    def _on_difference(self, align: bool) -> None:
        pair, answer = self._pair(), self._answer
        if pair is not None and answer is not None:
            self._bridge.call(
                lambda: pair_difference(self._project, answer, pair, align=align),
                lambda result: self._show_difference(result, align=align),
                channel="audit difference", on_error=self._refuse,
            )  # fmt: skip

    def _show_difference(self, result: ImageDifference, *, align: bool) -> None:
        text = difference_text(result.mean, result.steps, align=align)
        self.compare.show_difference(from_pixels(result.pixels, LONGEST_PX), text)

    def _refuse(self, error: InspectorError) -> None:
        self.compare.show_difference(None, f"{error.message}. {error.advice}")

    def _lay_out(self) -> None:
        self._summary.setObjectName("audit-summary")
        self._summary.setProperty("role", "title-2")
        self._splits.setObjectName("audit-figures")
        self._splits.setProperty("role", "caption")
        self._empty.setText("No pair of this kind.")
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        for label in (self._summary, self._splits):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._filter.setAccessibleName("Pairs")
        self._list.setAccessibleName("Pairs of both datasets")
        self._list.setModel(self._model)
        self._list.setItemDelegate(_PairRow(self._list))
        self._list.setUniformItemSizes(True)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._filter)
        left.addWidget(self._list, 1)
        left.addWidget(self._empty, 1)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(mode_control(self.compare), 0, Qt.AlignmentFlag.AlignLeft)
        right.addWidget(self.compare, 1)
        lower = QHBoxLayout()
        lower.setSpacing(12)
        side = QWidget()
        left.setContentsMargins(0, 0, 0, 0)
        side.setLayout(left)
        side.setFixedWidth(_LIST_PX)
        lower.addWidget(side)
        lower.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._summary)
        column.addWidget(self._splits)
        column.addLayout(lower, 1)


def figures(audit: DatasetAudit) -> list[str]:
    """Return the leaked images of both datasets by split and by kind, one sentence per dataset."""
    return [
        *(_figures(side) for side in (audit.a, audit.b)),
        f"{audit.compared:,} pairs compared; confirmed at similarity {audit.threshold:g} or more.",
    ]


def _figures(side: LeakedImages) -> str:
    splits = ", ".join(
        f"{split or 'no split'} {leaked:,} of {images:,}"
        for split, (leaked, images) in side.by_split.items()
    )
    kinds = ", ".join(
        f"{KIND_NAMES[kind].lower()} {side.by_kind[kind]:,}"
        for kind in PairKind
        if side.by_kind[kind]
    )
    return f"{side.name}: {splits}{f' · {kinds}' if kinds else ''}"


def _kind(pair: AuditPair) -> str:
    name = KIND_NAMES[pair.kind]
    if pair.similarity is None:
        return f"{name}, by hash"
    return name if pair.similarity == 1 else f"{name} {pair.similarity:.2f}"
