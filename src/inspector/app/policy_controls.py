"""Sliders and fields for the numbers of a policy, each with its unit and what there is to say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from inspector.augmentation.lint import Advice, follow
from inspector.augmentation.suggestions import Suggested
from inspector.augmentation.terms import Fill, Policy, Range, Shift, ShiftKind

STEPS = 1000


@dataclass(frozen=True, slots=True)
class Control:
    """One number of a policy as a person moves it.

    Attributes:
        field: Of the policy.
        keras: ImageDataGenerator's name for it, by which advice finds its place.
    """

    field: str
    keras: str
    label: str
    unit: str
    low: float
    high: float
    decimals: int
    read: Callable[[Policy], float]
    write: Callable[[Policy, float], Policy]


def _with(policy: Policy, field: str, value: Any) -> Policy:
    return replace(policy, **{field: value})


def _plain(  # noqa: PLR0913, PLR0917 - a row of a table
    field: str, keras: str, label: str, unit: str, low: float, high: float, decimals: int
) -> Control:
    return Control(
        field, keras, label, unit, low, high, decimals,
        lambda p: float(getattr(p, field)), lambda p, v: _with(p, field, v),
    )  # fmt: skip


def _shift(field: str, keras: str, label: str) -> Control:
    def read(policy: Policy) -> float:
        shift: Shift = getattr(policy, field)
        return shift.reach_px(1) if not shift.in_pixels else 0.0

    def write(policy: Policy, value: float) -> Policy:
        return _with(policy, field, Shift(ShiftKind.FRACTION, value))

    return Control(field, keras, label, "of side", 0, 0.5, 2, read, write)


def _around(field: str, keras: str, label: str) -> Control:
    def read(policy: Policy) -> float:
        found: Range = getattr(policy, field)
        return max(abs(1 - found.low), abs(found.high - 1))

    def write(policy: Policy, value: float) -> Policy:
        return _with(policy, field, Range(1 - value, 1 + value))

    return Control(field, keras, label, "± factor", 0, 0.9, 2, read, write)


GROUPS: Sequence[tuple[str, Sequence[Control]]] = (
    ("Geometry", (
        _plain("rotation_degrees", "rotation_range", "Rotation", "± °", 0, 180, 1),
        _shift("width_shift", "width_shift_range", "Shift sideways"),
        _shift("height_shift", "height_shift_range", "Shift up, down"),
        _plain("shear_degrees", "shear_range", "Shear", "± °", 0, 45, 1),
        _around("zoom", "zoom_range", "Zoom"),
        _plain("horizontal_flip", "horizontal_flip", "Mirror left, right", "probability", 0, 1, 2),
        _plain("vertical_flip", "vertical_flip", "Mirror up, down", "probability", 0, 1, 2),
        _plain("crop_area", "crop_area", "Crop, least area", "share", 0.1, 1, 2),
    )),
    ("Light and colour", (
        _around("brightness", "brightness_range", "Brightness"),
        _plain("channel_shift_levels", "channel_shift_range", "Channel shift", "± levels", 0, 128,
               1),
        _around("contrast", "contrast", "Contrast"),
        _around("saturation", "saturation", "Saturation"),
        _plain("hue_degrees", "hue_degrees", "Hue", "± °", 0, 90, 0),
    )),
    ("Damage", (
        _plain("blur_px", "blur_px", "Blur", "px", 0, 6, 1),
        _plain("noise_levels", "noise_levels", "Noise", "levels", 0, 64, 0),
        _plain("erasing_probability", "erasing_probability", "Erase", "probability", 0, 1, 2),
        _plain("erasing_area", "erasing_area", "Erased area", "share", 0, 0.5, 2),
    )),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    """The widgets of one number."""

    control: Control
    name: QPushButton
    slider: QSlider
    field: QDoubleSpinBox
    unit: QLabel
    note: QLabel
    suggested: QPushButton


class PolicyControls(QWidget):
    """Move the numbers of a policy.

    Attributes:
        moved: The new `Policy`.
        chosen: The `Control` that a person turned to.
        followed: The `Suggested` that a person wants.
    """

    moved = Signal(object)
    chosen = Signal(object)
    followed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._policy = Policy.none()
        self._rows: list[_Row] = []
        self._chosen: Control | None = None
        self._suggested: Mapping[str, Suggested] = {}
        self._fill = QComboBox()
        for fill in Fill:
            self._fill.addItem(f"fill: {fill.value}", fill.value)
        self._fill.setAccessibleName("What stands where the picture does not reach")
        self._fill.currentIndexChanged.connect(self._on_fill)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(4)
        for title, controls in GROUPS:
            head = QLabel(title)
            head.setProperty("role", "heading")
            column.addWidget(head)
            for control in controls:
                column.addWidget(self._row(control))
            if title == "Geometry":
                column.addWidget(self._fill)
        column.addStretch()

    def show_policy(self, policy: Policy) -> None:
        """Show a policy without telling of it."""
        self._policy = policy
        for row in self._rows:
            control = row.control
            value = min(control.high, max(control.low, control.read(policy)))
            for widget in (row.slider, row.field):
                widget.blockSignals(True)
            row.field.setValue(value)
            row.slider.setValue(_tick(control, value))
            for widget in (row.slider, row.field):
                widget.blockSignals(False)
            row.unit.setText(_unit(control, policy))
            self._show_suggested(row)
        self._fill.blockSignals(True)
        self._fill.setCurrentIndex(self._fill.findData(policy.fill.value))
        self._fill.blockSignals(False)

    def choose(self, field: str) -> None:
        """Turn to the number of a policy's field."""
        self._choose(next(row.control for row in self._rows if row.control.field == field))

    def show_advice(self, found: Mapping[str, Advice]) -> None:
        """Show advice right under its slider, by the parameter's name."""
        for row in self._rows:
            advice = found.get(row.control.keras) or found.get(row.control.field)
            row.note.setVisible(advice is not None)
            # The first sentence says what it is; all of it is among the advice.
            row.note.setText(advice.message.split(". ")[0].rstrip(".") + "." if advice else "")
            row.note.setToolTip(advice.message if advice else "")

    def show_suggested(self, found: Sequence[Suggested]) -> None:
        """Show the ranges that the pictures suggest, each beside its number."""
        self._suggested = {s.parameter: s for s in found}
        for row in self._rows:
            self._show_suggested(row)

    def _show_suggested(self, row: _Row) -> None:
        suggested = self._suggested.get(row.control.keras)
        row.suggested.setVisible(suggested is not None)
        if suggested is None:
            return
        text = in_words(suggested)
        met = follow(self._policy, {suggested.parameter: suggested.value}) == self._policy
        row.suggested.setText(f"as suggested: {text}" if met else f"suggested: {text} · set")
        row.suggested.setEnabled(not met)
        row.suggested.setToolTip(suggested.message)
        row.suggested.setAccessibleDescription(suggested.message)

    def _row(self, control: Control) -> QWidget:
        name = QPushButton(control.label)
        name.setProperty("role", "name")
        name.setToolTip(f"{control.keras}: show its range")
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, STEPS)
        field = QDoubleSpinBox()
        field.setDecimals(control.decimals)
        field.setRange(control.low, control.high)
        field.setSingleStep(0.01 if control.decimals == 2 else 1)
        field.setFixedWidth(76)
        unit = QLabel(control.unit)
        unit.setProperty("role", "muted")
        note = QLabel()
        note.setWordWrap(True)
        note.setProperty("role", "error")
        note.setVisible(False)
        for widget in (slider, field):
            widget.setAccessibleName(f"{control.label}, {control.unit}")
        suggested = QPushButton()
        suggested.setProperty("role", "quiet")
        suggested.setVisible(False)
        row = _Row(control, name, slider, field, unit, note, suggested)
        self._connect(row)
        self._rows.append(row)
        return self._lay_out(row)

    def _connect(self, row: _Row) -> None:
        row.slider.valueChanged.connect(lambda tick: self._on_slider(row, tick))
        row.field.valueChanged.connect(lambda value: self._on_field(row, value))
        row.name.clicked.connect(lambda: self._choose(row.control))
        row.suggested.clicked.connect(
            lambda: self.followed.emit(self._suggested[row.control.keras])
        )
        for widget in (row.name, row.slider, row.field):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusIn:
            for row in self._rows:
                if watched in (row.name, row.slider, row.field):
                    self._choose(row.control)
        return False

    def _choose(self, control: Control) -> None:
        if control is not self._chosen:
            self._chosen = control
            self.chosen.emit(control)

    def _lay_out(self, row: _Row) -> QWidget:
        whole = QWidget()
        grid = QGridLayout(whole)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        left = Qt.AlignmentFlag.AlignLeft
        grid.addWidget(row.name, 0, 0, left)
        grid.addWidget(row.unit, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(row.slider, 1, 0)
        grid.addWidget(row.field, 1, 1)
        grid.addWidget(row.suggested, 2, 0, 1, 2, left)
        grid.addWidget(row.note, 3, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        return whole

    def _on_slider(self, row: _Row, tick: int) -> None:
        control = row.control
        row.field.setValue(control.low + (control.high - control.low) * tick / STEPS)

    def _on_field(self, row: _Row, value: float) -> None:
        row.slider.blockSignals(True)
        row.slider.setValue(_tick(row.control, value))
        row.slider.blockSignals(False)
        self._policy = row.control.write(self._policy, round(value, 4))
        row.unit.setText(_unit(row.control, self._policy))
        self._show_suggested(row)
        self.moved.emit(self._policy)

    def _on_fill(self) -> None:
        self._policy = replace(self._policy, fill=Fill(self._fill.currentData()))
        self.moved.emit(self._policy)


def _tick(control: Control, value: float) -> int:
    return round((value - control.low) / (control.high - control.low) * STEPS)


def _unit(control: Control, policy: Policy) -> str:
    """Return the unit; of a factor that is not even around 1, its ends."""
    value = getattr(policy, control.field)
    if isinstance(value, Range) and abs(value.low + value.high - 2) > 1e-6:
        return f"{value.low:.2f} to {value.high:.2f}"
    return control.unit


def in_words(suggested: Suggested) -> str:
    """Return a suggested range as a person reads it."""
    value = suggested.value
    if isinstance(value, list):
        return f"{value[0]:.2f} to {value[1]:.2f}"
    return f"±{value:.2f}"
