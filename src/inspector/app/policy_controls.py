"""Sliders and fields for the numbers of a policy, each with its unit and what there is to say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from inspector.augmentation.lint import Advice
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


class PolicyControls(QWidget):
    """Move the numbers of a policy.

    Attributes:
        moved: The new `Policy`.
    """

    moved = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._policy = Policy.none()
        self._rows: list[tuple[Control, QSlider, QDoubleSpinBox, QLabel]] = []
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
        for control, slider, field, _ in self._rows:
            value = min(control.high, max(control.low, control.read(policy)))
            for widget in (slider, field):
                widget.blockSignals(True)
            field.setValue(value)
            slider.setValue(_tick(control, value))
            for widget in (slider, field):
                widget.blockSignals(False)
        self._fill.blockSignals(True)
        self._fill.setCurrentIndex(self._fill.findData(policy.fill.value))
        self._fill.blockSignals(False)

    def show_advice(self, found: Mapping[str, Advice]) -> None:
        """Show advice right under its slider, by the parameter's name."""
        for control, _, _, note in self._rows:
            advice = found.get(control.keras) or found.get(control.field)
            note.setVisible(advice is not None)
            note.setText(advice.message if advice else "")

    def _row(self, control: Control) -> QWidget:
        name = QLabel(control.label)
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
        number = len(self._rows)
        slider.valueChanged.connect(lambda tick: self._on_slider(number, tick))
        field.valueChanged.connect(lambda value: self._on_field(number, value))
        self._rows.append((control, slider, field, note))
        row = QWidget()
        grid = QGridLayout(row)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.addWidget(name, 0, 0, 1, 2)
        grid.addWidget(unit, 0, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(slider, 1, 0, 1, 2)
        grid.addWidget(field, 1, 2)
        grid.addWidget(note, 2, 0, 1, 3)
        grid.setColumnStretch(0, 1)
        return row

    def _on_slider(self, number: int, tick: int) -> None:
        control, _, field, _ = self._rows[number]
        field.setValue(control.low + (control.high - control.low) * tick / STEPS)

    def _on_field(self, number: int, value: float) -> None:
        control, slider, _, _ = self._rows[number]
        slider.blockSignals(True)
        slider.setValue(_tick(control, value))
        slider.blockSignals(False)
        self._policy = control.write(self._policy, round(value, 4))
        self.moved.emit(self._policy)

    def _on_fill(self) -> None:
        self._policy = replace(self._policy, fill=Fill(self._fill.currentData()))
        self.moved.emit(self._policy)


def _tick(control: Control, value: float) -> int:
    return round((value - control.low) / (control.high - control.low) * STEPS)
