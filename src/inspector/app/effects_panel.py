"""Effects: what a policy does to the pictures in numbers, and whether they keep their labels.

Measured off the window's thread when a policy has stood still for a moment; one parameter a call,
so that a policy that moves on ends the measuring of the last one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from inspector.app import theme
from inspector.app.bridge import Bridge
from inspector.app.safety_meter import SafetyMeter, WorstDraws, column_of, quiet
from inspector.augmentation.effects import Effect, levels, measure
from inspector.augmentation.label_safety import Damage, LabelSafety, parts
from inspector.augmentation.suggestions import LEAST_DIFFERENCE, Suggested, suggested_ranges
from inspector.augmentation.terms import Policy
from inspector.project.previews import Crowd

_WAIT_MS = 250
_CHANNELS = ("red", "green", "blue")
_NUMBERS = (
    ("mean_change", "mean change, grey levels"),
    ("invented_share", "pixels invented"),
    ("still_share", "draws nearly identical"),
)


@dataclass(frozen=True, slots=True)
class _Measured:
    """What the numbers and the histogram show."""

    effect: Effect
    beside: Effect | None
    levels: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Ground:
    """A crowd with what is measured on it, and what its ranges suggest."""

    crowd: Crowd
    safety: LabelSafety
    suggested: tuple[Suggested, ...]


class Levels(QWidget):
    """Show how levels lie before (filled) and after (a line); grey pictures have one row."""

    def __init__(self) -> None:
        super().__init__()
        self._shares = np.zeros((2, 3, 1))
        self.setAccessibleName("Levels before and after")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(132)

    def show_levels(self, shares: NDArray[np.float64]) -> None:
        """Show shares (2, 3, bins): plain and augmented; red, green and blue."""
        self._shares = shares
        bins = np.arange(shares.shape[2]) * (255 / max(1, shares.shape[2] - 1))
        before, after = (shares[i].mean(axis=0) @ bins for i in (0, 1))
        self.setAccessibleDescription(f"mean level {before:.0f} before, {after:.0f} after")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        grey = bool(np.allclose(self._shares, self._shares[:, :1], atol=1e-9))
        names = ("light",) if grey else _CHANNELS
        foot = 16
        high = (self.height() - foot) / len(names)
        for row, name in enumerate(names):
            area = QRectF(0, row * high + 2, self.width(), high - 6)
            self._paint_row(painter, area, row, "text" if grey else name)
        painter.setPen(theme.colour("muted"))
        bottom = QRectF(0, self.height() - foot, self.width(), foot)
        painter.drawText(bottom, Qt.AlignmentFlag.AlignLeft, "dark")
        painter.drawText(bottom, Qt.AlignmentFlag.AlignRight, "light")
        middle = "filled: before · line: after"
        painter.drawText(bottom, Qt.AlignmentFlag.AlignCenter, middle)

    def _paint_row(self, painter: QPainter, area: QRectF, row: int, colour: str) -> None:
        # The ends hold what is clipped; a single peak there must not flatten the rest.
        shown = self._shares[:, row]
        inner = shown[:, 1:-1] if shown.shape[1] > 2 else shown
        most = max(float(inner.max()), float(shown.max()) / 4, 1e-9)
        x = np.linspace(area.left(), area.right(), shown.shape[1])
        lines = []
        for shares in shown:
            y = area.bottom() - np.minimum(shares / most, 1.0) * area.height()
            lines.append([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
        ends = QPointF(area.left(), area.bottom()), QPointF(area.right(), area.bottom())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("border"))
        painter.drawPolygon([ends[0], *lines[0], ends[1]])
        painter.setPen(QPen(theme.colour(colour), 1.5))
        painter.drawPolyline(lines[1])


class EffectsPanel(QWidget):
    """Show numbers, levels and the label-safety meter of a policy.

    Attributes:
        suggested: The `Suggested` ranges of the crowd have come.
    """

    suggested = Signal(object)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._policy = Policy.none()
        self._beside: Policy | None = None
        self._pictures: list[NDArray[np.uint8]] = []
        self._ground: _Ground | None = None
        self._damages: dict[str, Damage] = {}
        self._parts: dict[str, Policy] = {}
        self._chosen = ""
        self._numbers: dict[str, QLabel] = {}
        self._levels, self._meter, self._worst = Levels(), SafetyMeter(), WorstDraws()
        self._verdict, self._difference = quiet(), quiet()
        self._meter.chosen.connect(self._on_chosen)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._measure)
        self._lay_out()

    def show_pictures(self, pictures: Sequence[NDArray[np.uint8]]) -> None:
        """Measure on these from now on: RGB (h, w, 3), uint8, as training reads them."""
        self._pictures = list(pictures)
        self._timer.start()

    def show_crowd(self, crowd: Crowd) -> None:
        """Measure labels on this crowd from now on."""

        def work() -> _Ground:
            found = suggested_ranges(crowd.pictures, crowd.labels, validation=crowd.validation)
            safety = LabelSafety(crowd.pictures, crowd.labels, crowd.groups)
            return _Ground(crowd, safety, tuple(found))

        self._bridge.call(work, self._on_ground, channel="crowd")

    def show_policy(self, policy: Policy, beside: Policy | None) -> None:
        """Measure a policy, and the one beside it, once they stand still."""
        self._policy, self._beside = policy, beside
        self._timer.start()

    def damages(self) -> list[Damage]:
        """Return what is known of the parameters by now, the most harmful first."""
        return sorted(self._damages.values(), key=lambda d: (not d.harmful, d.kept_share))

    def _measure(self) -> None:
        policy, beside, pictures = self._policy, self._beside, self._pictures
        if not pictures:
            return

        def work() -> _Measured:
            return _Measured(
                measure(policy, pictures),
                None if beside is None else measure(beside, pictures),
                levels(policy, pictures),
            )

        self._bridge.call(work, self._on_measured, channel="effects")
        before, self._parts = self._parts, dict(parts(policy))
        self._damages = {
            n: d for n, d in self._damages.items() if before[n] == self._parts.get(n)
        }
        self._tell_safety()
        if self._ground is not None and self._ground.safety.tells:
            left = [(n, part) for n, part in self._parts.items() if n not in self._damages]
            self._measure_part(self._ground.safety, left)

    def _measure_part(self, safety: LabelSafety, left: list[tuple[str, Policy]]) -> None:
        """Measure the first of the parameters, and when it is told the next."""
        if not left:
            self._bridge.call(lambda: None, channel="safety")  # What was asked before is stale.
            return
        (name, part), *others = left

        def done(damage: Damage) -> None:
            self._damages[name] = damage
            self._tell_safety()
            if others:
                self._measure_part(safety, others)

        self._bridge.call(lambda: safety.damage(name, part, 3, 0), done, channel="safety")

    def _on_ground(self, ground: _Ground) -> None:
        self._ground = ground
        self._damages.clear()
        self.suggested.emit(ground.suggested)
        self._difference.setText(difference(ground))
        self._timer.start()

    def _on_measured(self, found: _Measured) -> None:
        for field, _ in _NUMBERS:
            text = _number(field, found.effect)
            if found.beside is not None:
                text += f"   B: {_number(field, found.beside)}"
            self._numbers[field].setText(text)
        self._levels.show_levels(found.levels)

    def _on_chosen(self, name: str) -> None:
        self._chosen = name
        self._tell_safety()

    def _tell_safety(self) -> None:
        found = self.damages()
        current = self._chosen if self._chosen in self._parts else ""
        if not current and found:
            current = found[0].parameter
        tells = self._ground is not None and self._ground.safety.tells
        rows = {name: self._damages.get(name) for name in self._parts} if tells else {}
        self._meter.show_rows(rows, current)
        damage, part = self._damages.get(current), self._parts.get(current)
        self._worst.show_worst(damage, part, self._ground.crowd if self._ground else None)
        if damage is not None:
            self._verdict.setText(damage.message)
        elif self._ground is None:
            self._verdict.setText("Told once the pictures are scanned.")
        elif not self._ground.safety.tells:
            self._verdict.setText("Not told: it needs two classes with several pictures.")
        else:
            waits = "Being measured…" if self._parts else "This policy changes nothing yet."
            self._verdict.setText(waits)

    def _lay_out(self) -> None:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        for row, (field, text) in enumerate(_NUMBERS):
            self._numbers[field] = QLabel("…")
            grid.addWidget(quiet(text), row, 0)
            grid.addWidget(self._numbers[field], row, 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)
        heading = QLabel("Does it keep the label?")
        heading.setProperty("role", "heading")
        other = QLabel("Your validation folder")
        other.setProperty("role", "heading")
        self._difference.setText("Told once the pictures are scanned.")
        whole = QGridLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(column_of(
            table, self._levels, heading, self._meter, self._verdict, self._worst, other,
            self._difference,
        ))  # fmt: skip


def difference(ground: _Ground) -> str:
    """Return in words how the validation folder differs from training."""
    if not ground.crowd.validation:
        return "There is none, so nothing is compared."
    told = []
    for parameter, text, factor in (
        ("brightness_range", "its light is {:.2f} of training's", True),
        ("contrast", "its contrast is {:.2f} of training's", True),
        ("width_shift_range", "its subjects lie {:+.0%} of the side further right", False),
        ("height_shift_range", "its subjects lie {:+.0%} of the side further down", False),
        ("zoom_range", "its subjects are {:.2f} as large", True),
    ):
        found = next((s for s in ground.suggested if s.parameter == parameter), None)
        off = found.measured.get("validation") if found else None
        if off is not None and abs(off - factor) >= LEAST_DIFFERENCE:
            told.append(text.format(off))
    if not told:
        return "It is like training in light, contrast, place and size."
    return f"Against training {'; '.join(told)}. The suggested ranges reach there."


def _number(field: str, effect: Effect) -> str:
    value = float(getattr(effect, field))
    return f"{value:.1f}" if field == "mean_change" else f"{value:.0%}"

