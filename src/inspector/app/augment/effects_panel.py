"""What a policy does to the images, in numbers, and whether the images keep their labels."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from inspector.app.augment.effects_requests import EffectsRequests
from inspector.app.augment.label_preservation_meter import (
    LabelPreservationMeter,
    WorstSamples,
    column_of,
    muted_label,
)
from inspector.app.widgets import theme
from inspector.app.widgets.charts.figures import LateChart
from inspector.augmentation.policy_effects import Effect
from inspector.augmentation.suggestions import LEAST_DIFFERENCE, SuggestedRange
from inspector.work.effects_process import Effects, Ranges

if TYPE_CHECKING:
    from inspector.app.widgets.charts.plots import Plot, Row

_CHANNELS = ("red", "green", "blue")
_ONE_ROW_PX, _THREE_ROWS_PX = 76, 132
_NUMBERS = (
    ("mean_change", "mean change, grey levels"),
    ("padded_share", "padded pixels"),
    ("still_share", "samples nearly identical"),
)


class Levels(LateChart):
    """Histograms of the levels before (filled) and after (line); grey images have one row."""

    def __init__(self) -> None:
        super().__init__("Levels before and after")
        self._shares = np.zeros((2, 3, 1))
        self.setFixedHeight(_THREE_ROWS_PX)

    def show_levels(self, shares: NDArray[np.float64]) -> None:
        """Show shares (2, channels, bins), original and augmented; channels in the order RGB."""
        self._shares = shares
        self.setFixedHeight(_THREE_ROWS_PX if self._names() is _CHANNELS else _ONE_ROW_PX)
        before, after = self.mean_levels()
        self.setAccessibleDescription(f"mean level {before:.0f} before, {after:.0f} after")
        self.redraw()

    def mean_levels(self) -> tuple[float, float]:
        """Return the mean level before and after, 0..255."""
        count = self._shares.shape[2]
        levels = np.arange(count) * (255 / max(1, count - 1))
        before, after = (float(self._shares[i].mean(axis=0) @ levels) for i in (0, 1))
        return before, after

    def rows(self) -> "Sequence[Row]":
        count = self._shares.shape[2]
        heads = [f"{channel} {when}" for when in ("before", "after") for channel in _CHANNELS]
        columns = self._shares.reshape(6, count)
        levels = (np.arange(count) * (255 / max(1, count - 1))).tolist()
        return [("level", *heads), *zip(levels, *columns.tolist(), strict=True)]

    def _names(self) -> tuple[str, ...]:
        """Return the colour name of each row; one row for grey images."""
        grey = bool(np.allclose(self._shares, self._shares[:, :1], atol=1e-9))
        return ("text",) if grey else _CHANNELS

    def paint(self, plot: "Plot") -> None:
        names = self._names()
        x = np.linspace(0, 255, self._shares.shape[2]).tolist()
        for row, name in enumerate(names):
            # The two end bins hold clipped levels; their peaks must not flatten the rest.
            shown = self._shares[:, row]
            inner = shown[:, 1:-1] if shown.shape[1] > 2 else shown
            most = max(float(inner.max()), float(shown.max()) / 4, 1e-9)
            base = len(names) - 1 - row
            before, after = (base + 0.9 * np.minimum(shares / most, 1.0) for shares in shown)
            plot.area(x, before.tolist(), base, theme.colour("line"))
            plot.line(x, after.tolist(), theme.colour(name))
        plot.ticks("left", (), 0)
        ends = ((16, "dark"), (128, "filled: before · line: after"), (238, "light"))
        plot.ticks("bottom", ends, 18)
        plot.show_range((0, 255), (-0.02, len(names)))
        plot.on_hover(self._text_at)

    def _text_at(self, x: float, _: float) -> str:
        count = self._shares.shape[2]
        position = min(count - 1, max(0, round(x / 255 * (count - 1))))
        before, after = self._shares[:, :, position].mean(axis=1)
        level = position * 255 / max(1, count - 1)
        return f"level {level:.0f}: {before:.1%} before, {after:.1%} after"


class EffectsPanel(QWidget):
    """Shows the numbers, the levels and the label-preservation meter of a policy."""

    def __init__(self, measurer: EffectsRequests, splits: Collection[str]) -> None:
        super().__init__()
        self._measurer = measurer
        self._splits = splits
        self._chosen = ""
        self._numbers: dict[str, QLabel] = {}
        self._levels, self._meter, self._worst = Levels(), LabelPreservationMeter(), WorstSamples()
        self._verdict, self._difference = muted_label(), muted_label()
        self._verdict.setObjectName("label-safety-verdict")
        self._meter.chosen.connect(self._on_chosen)
        measurer.measured.connect(self._on_measured)
        measurer.judged.connect(self._show_preservation)
        measurer.ranges.connect(self._on_ranges)
        self._lay_out()
        self._show_preservation()

    def _on_ranges(self, ranges: Ranges) -> None:
        compared = self._measurer.reference_set is not None and bool(
            self._measurer.reference_set.validation
        )
        self._difference.setText(
            difference(ranges.suggested, compared=compared, splits=self._splits)
        )

    def _on_measured(self, effects: Effects) -> None:
        for field, _ in _NUMBERS:
            text = _number(field, effects.effect)
            if effects.beside is not None:
                text += f"   B: {_number(field, effects.beside)}"
            self._numbers[field].setText(text)
        self._levels.show_levels(effects.levels)

    def _on_chosen(self, name: str) -> None:
        self._chosen = name
        self._show_preservation()

    def _show_preservation(self) -> None:
        known, names = self._measurer.damages, self._measurer.parts
        current = self._chosen if self._chosen in names else ""
        if not current and known:
            worst = min(known.values(), key=lambda d: (not d.harmful, d.kept_share))
            current = worst.parameter
        can_measure = self._measurer.can_measure()
        self._meter.show_rows(
            {} if can_measure is False else {n: known.get(n) for n in names}, current
        )
        damage = known.get(current)
        self._worst.show_worst(damage, names.get(current), self._measurer.reference_set)
        if damage is not None:
            self._verdict.setText(damage.message)
        elif self._measurer.reference_set is None:
            self._verdict.setText("Available after the scan.")
        elif not names:
            self._verdict.setText("This policy changes nothing yet.")
        elif can_measure is False:
            self._verdict.setText("Not available: it needs two classes with several images.")
        else:
            self._verdict.setText("Being measured…")

    def _lay_out(self) -> None:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        for row, (field, text) in enumerate(_NUMBERS):
            self._numbers[field] = QLabel("…")
            self._numbers[field].setObjectName(f"effect-{field}")
            grid.addWidget(muted_label(text), row, 0)
            grid.addWidget(self._numbers[field], row, 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)
        heading = QLabel("Label preservation")
        heading.setProperty("role", "heading")
        other = QLabel("Your validation folder")
        other.setProperty("role", "heading")
        self._difference.setText("Available after the scan.")
        whole = QGridLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(column_of(
            table, self._levels, heading, self._meter, self._verdict, self._worst, other,
            self._difference,
        ))  # fmt: skip


def difference(
    suggested: Sequence[SuggestedRange], *, compared: bool, splits: Collection[str] = ()
) -> str:
    """Return a sentence on how the validation images differ from the training images.

    Args:
        suggested: Ranges that the images suggest.
        compared: The two splits that were compared.
        splits: The splits that the dataset has as folders.
    """
    if not compared and "test" in splits:
        return (
            "There is no validation folder. The test folder is not used here: ranges chosen from it"
            " would overfit to the test images."
        )
    if not compared:
        return "There is no validation folder, so nothing is compared."
    differences = []
    for parameter, text, factor in (
        ("brightness_range", "its brightness is {:.2f} times that of training", True),
        ("contrast", "its contrast is {:.2f} times that of training", True),
        (
            "width_shift_range",
            "its subjects are shifted by {:+.0%} of the side to the right",
            False,
        ),
        ("height_shift_range", "its subjects are shifted by {:+.0%} of the side down", False),
        ("zoom_range", "its subjects are {:.2f} times as large", True),
    ):
        suggestion = next((s for s in suggested if s.parameter == parameter), None)
        off = suggestion.measured.get("validation") if suggestion else None
        if off is not None and abs(off - factor) >= LEAST_DIFFERENCE:
            differences.append(text.format(off))
    if not differences:
        return "It matches training in brightness, contrast, position and size."
    return f"Compared with training, {'; '.join(differences)}. The suggested ranges cover this."


def _number(field: str, effect: Effect) -> str:
    value = float(getattr(effect, field))
    return f"{value:.1f}" if field == "mean_change" else f"{value:.0%}"
