"""The splits as a graph: edges count images with a near-duplicate in the other split."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from inspector.app.widgets import theme
from inspector.app.widgets.split_badge import badge_colours

_NODE_PX, _LABEL_PX = QSize(116, 44), QSize(72, 28)
_MIN_LINE_PX, _MAX_LINE_PX = 3, 12
_TRIANGLE_PX, _ROW_PX = 224, 96


@dataclass(frozen=True, slots=True)
class SplitEdge:
    """What two splits share.

    Attributes:
        source: The split that has the copies, such as training.
        to: The split whose images are counted.
        count: Number of images of `to` with a near-duplicate in `source`.
    """

    source: str
    to: str
    count: int

    @property
    def text(self) -> str:
        """The edge as text for a screen reader."""
        one, two = theme.split_word(self.to), theme.split_word(self.source).lower()
        return f"{one} and {two}: {self.count:,} image{'s' * (self.count != 1)}"


class SplitGraph(QWidget):
    """Paints splits and edges; a click or an arrow key selects an edge.

    Attributes:
        chosen: The `SplitEdge` that the user selected.
        opened: An edge whose images the user wants to see, by Return or a double click.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._nodes: tuple[tuple[str, int], ...] = ()
        self._edges: tuple[SplitEdge, ...] = ()
        self._current = 0
        self._computing = False
        self._pointed = -1
        self.setObjectName("split-graph")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_TRIANGLE_PX)
        self.setAccessibleName("Near-duplicates between splits")

    def show_splits(self, nodes: Mapping[str, int], edges: Sequence[SplitEdge]) -> None:
        """Show figures; the selected edge stays selected if it still exists."""
        before = self.current()
        self._nodes, self._edges = tuple(nodes.items()), tuple(edges)
        self._computing = False
        pairs = [(e.source, e.to) for e in edges]
        same = (before.source, before.to) if before else None
        self._current = pairs.index(same) if same in pairs else 0
        count = len(self._nodes)
        self.setFixedHeight(
            _ROW_PX if count < 3 else _TRIANGLE_PX if count == 3 else 2 * _ROW_PX + 56
        )
        self._describe()

    def show_computing(self) -> None:
        """Hide the figures while others are being computed."""
        self._computing = True
        self._describe()

    def is_computing(self) -> bool:
        """Return whether the figures are being computed."""
        return self._computing

    def edges(self) -> tuple[SplitEdge, ...]:
        return self._edges

    def current(self) -> SplitEdge | None:
        """Return the selected edge."""
        return self._edges[self._current] if self._edges else None

    def choose(self, position: int) -> None:
        """Select an edge."""
        if 0 <= position < len(self._edges) and position != self._current:
            self._current = position
            self._describe()
            self.chosen.emit(self._edges[position])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in steps:
            self.choose(self._current + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (edge := self.current()):
            self.opened.emit(edge)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        self.choose(self._at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (position := self._at(event.position())) >= 0:
            self.opened.emit(self._edges[position])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointed = self._at(event.position())
        if pointed != self._pointed:
            self._pointed = pointed
            self.setCursor(
                Qt.CursorShape.PointingHandCursor if pointed >= 0 else Qt.CursorShape.ArrowCursor
            )
        if pointed >= 0:
            point = event.globalPosition().toPoint()
            QToolTip.showText(point, f"{self._edges[pointed].text}. Click for the pairs.", self)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = self._places()
        most = max((edge.count for edge in self._edges), default=1) or 1
        for position in range(len(self._edges)):
            self._paint_line(painter, places, position, most)
        for position in range(len(self._edges)):
            self._paint_count(painter, self._label(places, position), position)
        for name, images in self._nodes:
            self._paint_node(painter, places[name], name, images)

    def _places(self) -> dict[str, QRectF]:
        """Return the position of each node: a pair, a triangle, or rows of two."""
        width, height = float(_NODE_PX.width()), float(_NODE_PX.height())
        left, right = 4.0, max(4.0, self.width() - width - 4)
        middle, low = (self.width() - width) / 2, self.height() - height - 2
        count = len(self._nodes)
        if count < 3:
            y = (self.height() - height) / 2
            corners = [(left, y), (right, y)]
        elif count == 3:
            corners = [(middle, 2.0), (left, low), (right, low)]
        else:
            step = (low - 2) / max(1, (count + 1) // 2 - 1)
            corners = [((left, right)[i % 2], 2 + step * (i // 2)) for i in range(count)]
        return {
            name: QRectF(x, y, width, height)
            for (name, _), (x, y) in zip(self._nodes, corners, strict=False)
        }

    def _label(self, places: Mapping[str, QRectF], position: int) -> QRectF:
        edge = self._edges[position]
        one, two = places[edge.source].center(), places[edge.to].center()
        # The diagonals of four nodes cross in the middle.
        part = 0.32 if len(self._nodes) > 3 and one.x() != two.x() and one.y() != two.y() else 0.5
        at = one + (two - one) * part
        width, height = _LABEL_PX.width(), _LABEL_PX.height()
        return QRectF(at.x() - width / 2, at.y() - height / 2, width, height)

    def _at(self, point: QPointF) -> int:
        places = self._places()
        for position in range(len(self._edges)):
            if self._label(places, position).contains(point):
                return position
        for position, edge in enumerate(self._edges):
            one, two = places[edge.source].center(), places[edge.to].center()
            if _distance(point, one, two) <= _MAX_LINE_PX / 2 + 2:
                return position
        return -1

    def _paint_line(
        self, painter: QPainter, places: Mapping[str, QRectF], position: int, most: int
    ) -> None:
        edge = self._edges[position]
        share = 0.0 if self._computing else math.sqrt(edge.count / most)
        width = _MIN_LINE_PX + (_MAX_LINE_PX - _MIN_LINE_PX) * share
        name = "accent" if position == self._current else "neutral-fill"
        pen = QPen(theme.colour(name), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(places[edge.source].center(), places[edge.to].center())

    def _paint_count(self, painter: QPainter, rect: QRectF, position: int) -> None:
        chosen = position == self._current
        if chosen and self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), 6, 6)
        painter.setPen(QPen(theme.colour("accent" if chosen else "line"), 1))
        painter.setBrush(theme.colour("accent" if chosen else "surface"))
        painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(theme.colour("on-accent" if chosen else "text"))
        painter.setFont(_font(self.font(), 13, strong=True))
        text = "…" if self._computing else f"{self._edges[position].count:,}"
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_node(self, painter: QPainter, rect: QRectF, name: str, images: int) -> None:
        fill, text, _ = badge_colours(name)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(fill))
        painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(theme.colour(text))
        painter.setFont(_font(self.font(), 13, strong=True))
        word = theme.split_word(name)
        word = painter.fontMetrics().elidedText(
            f"{word[:1].upper()}{word[1:]}", Qt.TextElideMode.ElideRight, int(rect.width()) - 8
        )
        center = Qt.AlignmentFlag.AlignCenter
        painter.drawText(rect.adjusted(0, 4, 0, -rect.height() / 2), center, word)
        painter.setFont(_font(self.font(), 12, strong=False))
        painter.drawText(
            rect.adjusted(0, rect.height() / 2 - 2, 0, -4), center, f"{images:,} images"
        )

    def _describe(self) -> None:
        text = "; ".join(edge.text for edge in self._edges)
        current = self.current()
        chosen = f". Chosen: {current.text}" if current is not None else ""
        self.setAccessibleDescription("computing" if self._computing else f"{text}{chosen}")
        self.update()


def edges_of(counts: Mapping[tuple[str, str], int], names: Sequence[str]) -> list[SplitEdge]:
    """Return an edge for each pair of splits, in order; images of the later one are counted."""
    return [SplitEdge(a, b, counts.get((a, b), 0)) for a, b in combinations(names, 2)]


def _font(base: QFont, size_px: int, *, strong: bool) -> QFont:
    font = QFont(base)
    font.setPixelSize(size_px)
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return font


def _distance(point: QPointF, one: QPointF, two: QPointF) -> float:
    """Return the distance of a point from the line through two others."""
    along = two - one
    length = QPointF.dotProduct(along, along) or 1.0
    part = min(1.0, max(0.0, QPointF.dotProduct(point - one, along) / length))
    off = point - (one + along * part)
    return math.hypot(off.x(), off.y())
