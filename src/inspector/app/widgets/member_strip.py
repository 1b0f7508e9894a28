"""The members of a cluster in a row: a click puts one on the right, Shift+click on the left."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QWidget,
)

from inspector.app.widgets import theme
from inspector.app.widgets.split_badge import paint_badge
from inspector.app.widgets.tile_painting import paint_tile
from inspector.store.samples import Sample

SIZE_PX = 56
MAX_SHOWN = 60
_STRIP_PX = 78
_REMARK_PX = 236


class MemberStrip(QFrame):
    """Shows members with their similarity to the left one, and a remark.

    Attributes:
        right_chosen: The id of a member that was clicked.
        left_chosen: The id of a member that was clicked with Shift.

    Args:
        pixmap: Returns the thumbnail of a sample if it is loaded.
    """

    right_chosen = Signal(int)
    left_chosen = Signal(int)

    def __init__(self, pixmap: Callable[[int], QPixmap | None]) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setFixedHeight(_STRIP_PX)
        self._pixmap = pixmap
        self._members: list[StripMember] = []
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)
        self._row.addStretch()
        inner = QWidget()
        inner.setLayout(self._row)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(inner)
        area.setAccessibleName("Members of this cluster")
        area.setAccessibleDescription("Left and Right choose the image on the right")
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area = area
        self._remark = QLabel()
        self._remark.setObjectName("strip-remark")
        self._remark.setProperty("role", "caption")
        self._remark.setWordWrap(True)
        self._remark.setFixedWidth(_REMARK_PX)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(10, 4, 12, 4)
        outer.setSpacing(12)
        outer.addWidget(area, 1)
        outer.addWidget(self._remark)

    def show_members(
        self,
        members: Sequence[Sample],
        pair: tuple[int, int],
        similarity: Mapping[int, float],
        remark: str,
    ) -> None:
        """Show members.

        Args:
            members: In order; the first has the number 1.
            pair: Ids of the left and the right one.
            similarity: Similarity to the left one, by id, of its near-duplicates.
            remark: A note on the cluster.
        """
        shown = members[:MAX_SHOWN]
        for member in self._members[len(shown) :]:
            self._row.removeWidget(member)
            member.deleteLater()
        del self._members[len(shown) :]
        for number, sample in enumerate(shown, start=1):
            if number > len(self._members):
                self._add_member(sample)
            self._members[number - 1].show_sample(sample, number, pair, similarity.get(sample.id))
        self._remark.setText(remark)
        right = next((m for m in self._members if m.sample.id == pair[1]), None)
        if right is not None:
            self._area.ensureWidgetVisible(right)

    def _add_member(self, sample: Sample) -> None:
        member = StripMember(sample, self._pixmap)
        member.clicked.connect(self._on_clicked)
        self._row.insertWidget(len(self._members), member)
        self._members.append(member)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll sideways."""
        bar = self._area.horizontalScrollBar()
        bar.setValue(bar.value() - event.angleDelta().y() - event.angleDelta().x())
        event.accept()

    def show_thumbnails(self) -> None:
        """Show newly loaded thumbnails."""
        for member in self._members:
            member.update()

    def shut_down(self) -> None:
        """Remove all members."""
        self.show_members((), (0, 0), {}, "")

    def _on_clicked(self) -> None:
        member = self.sender()
        assert isinstance(member, StripMember)
        shift = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
        (self.left_chosen if shift else self.right_chosen).emit(member.sample.id)


class StripMember(QAbstractButton):
    """One member: thumbnail, number, and similarity to the left one."""

    def __init__(self, sample: Sample, pixmap: Callable[[int], QPixmap | None]) -> None:
        super().__init__()
        self.sample, self._pixmap = sample, pixmap
        self._lines = ("", "")
        self._compared = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_sample(
        self, sample: Sample, number: int, pair: tuple[int, int], similarity: float | None
    ) -> None:
        """Show a member, whether it is left or right, and its similarity to the left one.

        Args:
            sample: The member.
            number: Its number among the members, from 1.
            pair: Ids of the left and the right one.
            similarity: None for none.
        """
        self.sample = sample
        self.setToolTip(f"{sample.path}\nShift+click puts it on the left")
        self._compared = self.sample.id in pair
        role = {pair[0]: "left", pair[1]: "right"}.get(self.sample.id, "")
        value = "–" if similarity is None or role == "left" else f"{similarity:.2f}"
        self._lines = (f"{number} {role}".strip(), value)
        decided = {"keep": "kept", "drop": "excluded"}.get(self.sample.mark, "undecided")
        self.setAccessibleName(f"{self.sample.path}, {self.sample.split}, {decided}")
        self.setText(self._lines[0])
        self.update()

    def has_thumbnail(self) -> bool:
        """Return whether its thumbnail is loaded."""
        pixmap = self._pixmap(self.sample.id)
        return pixmap is not None and not pixmap.isNull()

    def sizeHint(self) -> QSize:
        return QSize(SIZE_PX + 50, SIZE_PX + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(4, 4, SIZE_PX, SIZE_PX)
        excluded = self.sample.mark == "drop"
        paint_tile(painter, box, self._pixmap(self.sample.id), excluded=excluded)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._compared:
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRoundedRect(box.adjusted(-3, -3, 2, 2), 5, 5)
        paint_badge(painter, box.left() + 4, box.top() + 4, self.sample.split)
        self._paint_lines(painter, box)
        painter.end()

    def _paint_lines(self, painter: QPainter, box: QRect) -> None:
        font = QFont(self.font())
        font.setPixelSize(12)
        rect = QRect(box.right() + 8, box.center().y() - 16, 44, 16)
        mark = {"keep": " ✓", "drop": " ✗"}.get(self.sample.mark, "")
        texts = (f"{self._lines[0]}", f"{self._lines[1]}{mark}")
        weights = (QFont.Weight.DemiBold, QFont.Weight.Normal)
        for text, weight, ink in zip(texts, weights, ("text", "text-2"), strict=True):
            font.setWeight(weight if self._compared else QFont.Weight.Normal)
            painter.setFont(font)
            painter.setPen(theme.colour(ink))
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, text)
            rect.translate(0, 16)
