"""Pairs to judge: do these two images belong to the same group?"""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.widgets.split_badge import paint_badge
from inspector.app.widgets.tile_painting import paint_tile
from inspector.project.review.groups import JudgedGroups
from inspector.store.samples import Sample

JudgedPair = tuple[Sample, Sample, bool]
_GAP_PX, _MAX_PX = 4, 240


class PairView(QWidget):
    """Paints two images side by side, each as a square."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._pair: tuple[Sample, ...] = ()
        self._splits: tuple[str, ...] = ()
        self.setAccessibleName("The pair to judge")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        thumbnails.ready.connect(self.update)

    def show_pair(self, pair: Sequence[Sample], splits: Sequence[str]) -> None:
        """Show two images, or none."""
        self._pair, self._splits = tuple(pair), tuple(splits)
        self.setAccessibleDescription(" and ".join(s.path for s in self._pair))
        self.setToolTip("\n".join(s.path for s in self._pair))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(min(_MAX_PX, (self.width() - _GAP_PX) // 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self.height()
        for number, sample in enumerate(self._pair):
            box = QRectF(number * (side + _GAP_PX), 0, side, side).toRect()
            paint_tile(painter, box, self._thumbnails.pixmap(sample.id))
            if self._splits[number]:
                corner = QPointF(box.topLeft()) + QPointF(4, 4)
                paint_badge(painter, corner.x(), corner.y(), self._splits[number])


class JudgePanel(QFrame):
    """Asks about pairs of one proposal, without showing what the rule says of them.

    Attributes:
        judged: A pair, and whether it belongs together.
        changed: Another pair is shown, or none; the page requests its thumbnails.
    """

    judged = Signal(object, bool)
    changed = Signal()

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._pairs: list[JudgedPair] = []
        self._splits: Mapping[int, str] = {}
        self._asked = self._yes_count = 0
        self._title, self._count = QLabel("Is this the same group?"), QLabel()
        self._title.setProperty("role", "title-2")
        self._title.setObjectName("judge-question")
        self._title.setWordWrap(True)
        self._count.setProperty("role", "caption")
        self._count.setObjectName("judge-count")
        self._view = PairView(thumbnails)
        self._score = QLabel()
        self._score.setObjectName("groups-precision")
        self._score.setProperty("role", "caption")
        self._score.setWordWrap(True)
        self._name = ElidedLabel(least_px=0)
        self._name.setProperty("role", "caption")
        self._buttons = [
            self._button(text, slot)
            for text, slot in (
                ("Yes  [Y]", self.yes), ("No  [N]", self.no), ("Skip  [S]", self.skip),
            )
        ]  # fmt: skip
        self._lay_out()
        self.show_none()

    def show_none(self) -> None:
        """Show no pair, since no proposal is chosen."""
        self._fill((), JudgedGroups(0, None, 0.0, 1.0, 0, None), {})
        self.setVisible(False)

    def show_pairs(
        self, pairs: Sequence[JudgedPair], so_far: JudgedGroups, splits: Mapping[int, str]
    ) -> None:
        """Show the pairs of a proposal, and the result of earlier verdicts."""
        self._fill(pairs, so_far, splits)
        self.setVisible(True)

    def _fill(
        self, pairs: Sequence[JudgedPair], so_far: JudgedGroups, splits: Mapping[int, str]
    ) -> None:
        self._pairs, self._splits = list(pairs), splits
        self._asked = len(pairs) + so_far.held + so_far.across
        self.show_judged(so_far)
        self._show_pair()

    def show_judged(self, so_far: JudgedGroups) -> None:
        """Show how many pairs are judged, and how often the rule is right."""
        held, apart = so_far.held, so_far.across
        yes = round((so_far.precision or 0) * held) + round((so_far.missed or 0) * apart)
        self._count.setText(f"{held + apart:,} of {self._asked:,} judged, {yes:,} yes")
        parts = []
        if so_far.precision is not None:
            parts.append(
                f"Inside a group: {so_far.precision:.0%} yes of {held}"
                f" (95 % CI {100 * so_far.low:.0f} to {100 * so_far.high:.0f} %)."
            )
        if so_far.missed is not None:
            parts.append(f"Across groups: {so_far.missed:.0%} yes of {apart}.")
        self._score.setText(
            " ".join(parts) or "Judge some pairs to see how often the rule is right."
        )

    def samples(self) -> list[int]:
        """Return the ids of the images that are shown next."""
        return [s.id for one, two, _ in self._pairs[:3] for s in (one, two)]

    def yes(self) -> None:
        """Judge that the pair belongs together."""
        self._judge(True)

    def no(self) -> None:
        """Judge that the pair does not belong together."""
        self._judge(False)

    def skip(self) -> None:
        """Ask about this pair later."""
        if self._pairs:
            self._pairs.append(self._pairs.pop(0))
            self._show_pair()

    def _judge(self, same: bool) -> None:
        if self._pairs:
            pair = self._pairs.pop(0)
            self.judged.emit(pair, same)
            self._show_pair()

    def _show_pair(self) -> None:
        for button in self._buttons:
            button.setEnabled(bool(self._pairs))
        if self._pairs:
            one, two, _ = self._pairs[0]
            self._title.setText("Is this the same group?")
            self._view.show_pair((one, two), [self._splits.get(s.id, s.split) for s in (one, two)])
            self._name.show_text(one.path.rpartition("/")[2])
        else:
            self._title.setText("No pair is left to judge.")
            self._view.show_pair((), ())
            self._name.show_text("")
        self.changed.emit()

    def _button(self, text: str, slot: object) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("small", True)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._count)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in self._buttons:
            foot.addWidget(button)
        foot.addStretch()
        foot.addWidget(self._name, 1)
        self._name.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._view)
        column.addLayout(foot)
        column.addWidget(self._score)
