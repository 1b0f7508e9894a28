"""The label-preservation meter: per parameter, how many images still look like their class."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from inspector.app.augment.policy_numbers import LABELS
from inspector.app.threads.images import from_pixels
from inspector.app.widgets import theme
from inspector.augmentation.apply import apply_params
from inspector.augmentation.label_preservation import LabelChange
from inspector.augmentation.policy import Policy
from inspector.work.effects_process import ReferenceSet

_ROW_PX, _BAR_PX = 24, 8
_NAME_PX, _NUMBER_PX = 122, 40
_SHOWN = 4
_CAPTION_PX = 16


class LabelPreservationMeter(QWidget):
    """Shows one bar per parameter; a click, or Up and Down, shows its worst samples.

    Attributes:
        chosen: Name of the chosen parameter.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: Mapping[str, LabelChange | None] = {}
        self._current = ""
        self.setAccessibleName("Label preservation")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(0)

    def show_rows(self, rows: Mapping[str, LabelChange | None], current: str) -> None:
        """Show one bar per parameter; None for a parameter that is still being measured."""
        self._rows, self._current = rows, current
        self.setFixedHeight(_ROW_PX * len(rows))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if rows else Qt.FocusPolicy.NoFocus)
        self.setAccessibleDescription("; ".join(d.message for d in rows.values() if d))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move between parameters with Up and Down."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        names = list(self._rows)
        row = step + (names.index(self._current) if self._current in names else 0)
        if step and 0 <= row < len(names):
            self.chosen.emit(names[row])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y() // _ROW_PX)
        if 0 <= row < len(self._rows):
            self.chosen.emit(list(self._rows)[row])

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = Qt.AlignmentFlag.AlignVCenter
        space = self.width() - _NAME_PX - _NUMBER_PX - 8
        for i, (name, damage) in enumerate(self._rows.items()):
            top = i * _ROW_PX
            if name == self._current:
                edge = theme.colour("accent" if self.hasFocus() else "accent-soft")
                painter.setPen(QPen(edge, 2))
                painter.setBrush(theme.colour("accent-soft"))
                painter.drawRoundedRect(QRectF(1, top + 1, self.width() - 2, _ROW_PX - 2), 4, 4)
            painter.setPen(theme.colour("text"))
            text = LABELS.get(name, name)
            shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, _NAME_PX - 8)
            painter.drawText(QRectF(4, top, _NAME_PX - 8, _ROW_PX), middle, shown)
            bar = QRectF(_NAME_PX, top + (_ROW_PX - _BAR_PX) / 2, space, _BAR_PX)
            painter.fillRect(bar, theme.colour("line"))
            number = QRectF(self.width() - _NUMBER_PX - 4, top, _NUMBER_PX, _ROW_PX)
            if damage is None:
                painter.setPen(theme.colour("text-2"))
                painter.drawText(number, middle | Qt.AlignmentFlag.AlignRight, "…")
            else:
                _paint_damage(painter, damage, bar, number)


def _paint_damage(painter: QPainter, damage: LabelChange, bar: QRectF, number: QRectF) -> None:
    colour = theme.colour("problem-fill" if damage.harmful else "text-2")
    kept_bar = QRectF(bar.left(), bar.top(), bar.width() * damage.kept_share, bar.height())
    painter.fillRect(kept_bar, colour)
    # The mark shows the original images: the gap to the mark is the loss.
    x = bar.left() + bar.width() * damage.plain_share
    painter.fillRect(QRectF(x - 1, bar.top() - 3, 2, bar.height() + 6), theme.colour("text"))
    painter.setPen(theme.colour("problem" if damage.harmful else "text-2"))
    mark = "! " if damage.harmful else ""
    right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
    painter.drawText(number, right, f"{mark}{damage.kept_share:.0%}")


class WorstSamples(QWidget):
    """The samples of one parameter that look most like another class, each over its neighbour."""

    def __init__(self) -> None:
        super().__init__()
        self._pairs: list[tuple[QImage, str, QImage, str]] = []
        self.setAccessibleName("Samples nearest to another class")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(0)

    def show_worst(
        self, damage: LabelChange | None, part: Policy | None, reference_set: ReferenceSet | None
    ) -> None:
        """Show the worst samples of a parameter, or nothing."""
        self._pairs = []
        if damage is not None and part is not None and reference_set is not None:
            for worst in damage.worst[:_SHOWN] if damage.told else ():
                shown = apply_params(reference_set.pictures[worst.index], part, worst.params)
                self._pairs.append((
                    from_pixels(shown), reference_set.names[reference_set.labels[worst.index]],
                    from_pixels(reference_set.pictures[worst.nearest]),
                    reference_set.names[reference_set.labels[worst.nearest]],
                ))  # fmt: skip
        description = "; ".join(f"a draw of {a} is like {b}" for _, a, _, b in self._pairs)
        self.setAccessibleDescription(description)
        self.setFixedHeight(2 * (68 + _CAPTION_PX) + 4 if self._pairs else 0)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = min(68.0, (self.width() - 6 * (_SHOWN - 1)) / _SHOWN)
        painter.setPen(theme.colour("text-2"))
        for i, (drawn, label, other, like) in enumerate(self._pairs):
            left = i * (side + 6)
            for j, (picture, text) in enumerate(((drawn, label), (other, f"≈ {like}"))):
                top = j * (side + _CAPTION_PX + 4)
                painter.drawImage(QRectF(left, top, side, side), picture)
                shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(side))
                painter.drawText(
                    QRectF(left, top + side, side, _CAPTION_PX),
                    Qt.AlignmentFlag.AlignCenter, shown,
                )  # fmt: skip


def muted_label(text: str = "") -> QLabel:
    """Return a muted label with word wrap."""
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    return label


def column_of(*widgets: QWidget) -> QWidget:
    """Return widgets in a column."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 8, 8, 0)
    column.setSpacing(8)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch()
    return whole
