"""The panel of a policy: every number, choice and normalisation of it, with what there is to say.

The ends of the sliders are `LIMITS`' own: what a number may be is stated there, once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from inspector.augmentation.lint import Advice, follow
from inspector.augmentation.policy import (
    LIMITS,
    Distribution,
    Fill,
    Normalisation,
    Policy,
    Range,
    Shift,
    ShiftKind,
)
from inspector.augmentation.suggestions import SuggestedRange

STEPS = 1000
FACTOR: Final = "± factor"


@dataclass(frozen=True, slots=True)
class Control:
    """One number of a policy as a person moves it.

    Attributes:
        field: Of the policy.
        keras: ImageDataGenerator's name for it, by which advice finds its place.
        decimals: Of the field beside the slider.
    """

    field: str
    keras: str
    label: str
    unit: str
    decimals: int

    @property
    def low(self) -> float:
        """Return the slider's low end; a policy may lie beyond it."""
        usual = LIMITS[self.field].usual
        return 0.0 if self.unit == FACTOR else usual[0]

    @property
    def high(self) -> float:
        """Return the slider's high end; a policy may lie beyond it."""
        usual = LIMITS[self.field].usual
        return usual[1] - 1 if self.unit == FACTOR else usual[1]

    @property
    def farthest(self) -> float:
        """Return the end of the slider where it does most."""
        return self.low if self.field in {"crop_area", "jpeg_quality"} else self.high

    def read(self, policy: Policy) -> float:
        """Return where the slider stands for a policy."""
        match getattr(policy, self.field):
            case Shift() as shift:
                return 0.0 if shift.in_pixels else shift.reach_px(1)
            case Range(low, high) if self.unit == FACTOR:
                return max(abs(1 - low), abs(high - 1))
            case Range(low, _):
                return low
            case number:
                return float(number)

    def write(self, policy: Policy, number: float) -> Policy:
        """Return the policy with the slider at a number."""
        value: object = number
        match getattr(policy, self.field):
            case Shift():
                value = Shift(ShiftKind.FRACTION, number)
            case Range() if self.unit == FACTOR:
                value = Range(1 - number, 1 + number)
            case Range():
                value = Range(float(round(number)), LIMITS[self.field].high)
        return replace(policy, **{self.field: value})  # type: ignore[arg-type]

    def moved(self, policy: Policy) -> bool:
        """Tell whether the number does anything."""
        return bool(getattr(policy, self.field) != getattr(Policy.none(), self.field))

    def reset(self, policy: Policy) -> Policy:
        """Return the policy without this number."""
        return replace(policy, **{self.field: getattr(Policy.none(), self.field)})

    def unit_of(self, policy: Policy) -> str:
        """Return the unit; of what one number can't tell, all of it."""
        match getattr(policy, self.field):
            case Range(low, high) if self.unit == FACTOR and abs(low + high - 2) > 1e-6:
                return f"{low:.2f} to {high:.2f}"
            case Range(low, high) if self.unit != FACTOR and high < 100:
                return f"{low:.0f} to {high:.0f}"
            case Shift(value=tuple(values)):
                return "one of " + ", ".join(f"{v:g}" for v in values)
            case Shift() as shift if shift.in_pixels:
                return f"± {shift.reach_px(1):g} px"
            case _:
                return self.unit


GROUPS: Sequence[tuple[str, Sequence[Control]]] = (
    ("Geometry", (
        Control("rotation_degrees", "rotation_range", "Rotation", "± °", 1),
        Control("width_shift", "width_shift_range", "Shift sideways", "of side", 2),
        Control("height_shift", "height_shift_range", "Shift up, down", "of side", 2),
        Control("shear_degrees", "shear_range", "Shear", "± °", 1),
        Control("zoom", "zoom_range", "Zoom", FACTOR, 2),
        Control("horizontal_flip", "horizontal_flip", "Mirror left, right", "probability", 2),
        Control("vertical_flip", "vertical_flip", "Mirror up, down", "probability", 2),
        Control("crop_area", "crop_area", "Crop, least area", "share", 2),
    )),
    ("Light and colour", (
        Control("brightness", "brightness_range", "Brightness", FACTOR, 2),
        Control("channel_shift_levels", "channel_shift_range", "Channel shift", "± levels", 1),
        Control("contrast", "contrast", "Contrast", FACTOR, 2),
        Control("saturation", "saturation", "Saturation", FACTOR, 2),
        Control("hue_degrees", "hue_degrees", "Hue", "± °", 0),
    )),
    ("Damage", (
        Control("blur_px", "blur_px", "Blur", "px", 1),
        Control("noise_levels", "noise_levels", "Noise", "levels", 0),
        Control("jpeg_quality", "jpeg_quality", "JPEG, least quality", "of 100", 0),
        Control("erasing_probability", "erasing_probability", "Erase", "probability", 2),
        Control("erasing_area", "erasing_area", "Erased area", "share", 2),
    )),
)  # fmt: skip

LABELS: Final = {
    name: control.label
    for _, controls in GROUPS
    for control in controls
    for name in (control.field, control.keras)
}
"""What the page calls a parameter, by the policy's name and by ImageDataGenerator's."""

_NONE, _TO_ONE, _OTHER = "none", "to 0..1", "own"
_FLAGS = (
    ("samplewise_center", "each image's mean to 0", "samplewise_center"),
    ("samplewise_std", "each image's deviation to 1", "samplewise_std_normalization"),
    ("featurewise_center", "the training set's mean to 0", "featurewise_center"),
    ("featurewise_std", "the training set's deviation to 1", "featurewise_std_normalization"),
)


class Switches(QWidget):
    """Choose the fill, whether shapes are kept, and how numbers are drawn.

    Attributes:
        changed: Fields of a `Policy` and their new values.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._fill, self._shape, self._draws = QComboBox(), QComboBox(), QComboBox()
        self._level = QSpinBox()
        self._level.setRange(*map(int, LIMITS["cval"].usual))
        self._level.setPrefix("grey level ")
        for fill in Fill:
            self._fill.addItem(f"fill: {fill.value}", fill.value)
        self._shape.addItem("zoom: each axis by itself", True)
        self._shape.addItem("zoom: the shape is kept", False)
        self._draws.addItem("drawn evenly from each range", Distribution.UNIFORM.value)
        self._draws.addItem("drawn near the middle", Distribution.TRUNCATED_NORMAL.value)
        for widget, name in (
            (self._fill, "What stands where the image does not reach"),
            (self._level, "Grey level of the fill and of erased boxes"),
            (self._shape, "Zoom of the two axes"), (self._draws, "How numbers are drawn"),
        ):  # fmt: skip
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        self._fill.activated.connect(lambda: self._say(fill=Fill(self._fill.currentData())))
        self._shape.activated.connect(lambda: self._say(zoom_independent=self._shape.currentData()))
        self._draws.activated.connect(
            lambda: self._say(distribution=Distribution(self._draws.currentData()))
        )
        self._level.valueChanged.connect(lambda level: self._say(cval=float(level)))
        _column(self, self._fill, self._level, self._shape, self._draws)

    def show_policy(self, policy: Policy) -> None:
        """Show a policy without telling of it."""
        self._fill.setCurrentIndex(self._fill.findData(policy.fill.value))
        self._shape.setCurrentIndex(self._shape.findData(policy.zoom_independent))
        self._draws.setCurrentIndex(self._draws.findData(policy.distribution.value))
        with QSignalBlocker(self._level):
            self._level.setValue(round(policy.cval))
        is_used = policy.fill is Fill.CONSTANT or policy.erasing_probability > 0
        self._level.setVisible(is_used)

    def _say(self, **changed: Any) -> None:
        if "fill" in changed:
            self._level.setVisible(changed["fill"] is Fill.CONSTANT)
        self.changed.emit(changed)


class Normalising(QWidget):
    """Choose how values are normalised, in training and validation alike.

    Attributes:
        changed: Fields of a `Policy` and their new values.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._now = Normalisation()
        self._rescale = QComboBox()
        self._rescale.setAccessibleName("Rescale")
        self._rescale.addItem("rescale: none", _NONE)
        self._rescale.addItem("rescale: 1/255, to 0..1", _TO_ONE)
        self._rescale.activated.connect(self._say)
        self._flags = {}
        for field, text, keras in _FLAGS:
            box = QCheckBox(text)
            box.setToolTip(keras)
            box.setAccessibleDescription(keras)
            box.clicked.connect(self._say)
            self._flags[field] = box
        note = QLabel("It follows the draws, in validation too; the grid shows what it is given.")
        note.setWordWrap(True)
        note.setProperty("role", "muted")
        _column(self, self._rescale, *self._flags.values(), note)

    def show_policy(self, policy: Policy) -> None:
        """Show a policy without telling of it."""
        self._now = now = policy.normalisation
        other = self._rescale.findData(_OTHER)
        if other >= 0:
            self._rescale.removeItem(other)
        if now.rescale is None:
            kind = _NONE
        elif abs(now.rescale - 1 / 255) < 1e-9:
            kind = _TO_ONE
        else:
            kind = _OTHER
            self._rescale.addItem(f"rescale: {now.rescale:g}", _OTHER)
        self._rescale.setCurrentIndex(self._rescale.findData(kind))
        for field, box in self._flags.items():
            box.setChecked(getattr(now, field))

    def _say(self, *_: object) -> None:
        kind = self._rescale.currentData()
        rescale = {_NONE: None, _TO_ONE: 1 / 255, _OTHER: self._now.rescale}[kind]
        flags = {field: box.isChecked() for field, box in self._flags.items()}
        self._now = Normalisation(rescale, **flags, zca=self._now.zca)
        self.changed.emit({"normalisation": self._now})


def _column(whole: QWidget, *parts: QWidget) -> None:
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 8)
    column.setSpacing(4)
    for part in parts:
        column.addWidget(part)


@dataclass(frozen=True, slots=True)
class _Row:
    """The widgets of one number."""

    control: Control
    name: QPushButton
    reset: QPushButton
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
        followed: The `SuggestedRange` that a person wants.
    """

    moved = Signal(object)
    chosen = Signal(object)
    followed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._policy = Policy.none()
        self._rows: list[_Row] = []
        self._chosen: Control | None = None
        self._suggested: Mapping[str, SuggestedRange] = {}
        self._switches, self._normalising = Switches(), Normalising()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(4)
        for title, controls in GROUPS:
            column.addWidget(_heading(title))
            for control in controls:
                column.addWidget(self._row(control))
            if title == "Geometry":
                column.addWidget(self._switches)
        column.addWidget(_heading("Normalisation"))
        column.addWidget(self._normalising)
        column.addStretch()
        for part in (self._switches, self._normalising):
            part.changed.connect(self._on_part)

    def show_policy(self, policy: Policy) -> None:
        """Show a policy without telling of it."""
        self._policy = policy
        for row in self._rows:
            control = row.control
            value = min(control.high, max(control.low, control.read(policy)))
            with QSignalBlocker(row.slider), QSignalBlocker(row.field):
                row.field.setValue(value)
                row.slider.setValue(_tick(control, value))
            self._show_state(row)
        self._switches.show_policy(policy)
        self._normalising.show_policy(policy)

    def choose(self, field: str) -> None:
        """Turn to the number of a policy's field."""
        self._choose(next(row.control for row in self._rows if row.control.field == field))

    def show_advice(self, told: Sequence[Advice]) -> None:
        """Show advice right under its slider."""
        found = {_place(advice): advice for advice in told}
        for row in self._rows:
            advice = found.get(row.control.keras) or found.get(row.control.field)
            row.note.setVisible(advice is not None)
            # The first sentence says what it is; all of it is among the advice.
            row.note.setText(advice.message.split(". ")[0].rstrip(".") + "." if advice else "")
            row.note.setToolTip(advice.message if advice else "")

    def show_suggested(self, found: Sequence[SuggestedRange]) -> None:
        """Show the ranges that the images suggest, each beside its number."""
        self._suggested = {s.parameter: s for s in found}
        for row in self._rows:
            self._show_suggested(row)

    def _show_state(self, row: _Row) -> None:
        row.unit.setText(row.control.unit_of(self._policy))
        row.reset.setVisible(row.control.moved(self._policy))
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
        reset = QPushButton("reset")
        reset.setProperty("role", "quiet")
        reset.setAccessibleName(f"Reset {control.label}")
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
        row = _Row(control, name, reset, slider, field, unit, note, suggested)
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
        row.reset.clicked.connect(lambda: self._reset(row.control))
        for button in (row.name, row.reset, row.suggested):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
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
        grid.addWidget(row.reset, 0, 1, left)
        grid.addWidget(row.unit, 0, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(row.slider, 1, 0, 1, 2)
        grid.addWidget(row.field, 1, 2)
        grid.addWidget(row.suggested, 2, 0, 1, 3, left)
        grid.addWidget(row.note, 3, 0, 1, 3)
        grid.setColumnStretch(1, 1)
        return whole

    def _on_slider(self, row: _Row, tick: int) -> None:
        control = row.control
        row.field.setValue(control.low + (control.high - control.low) * tick / STEPS)

    def _on_field(self, row: _Row, value: float) -> None:
        with QSignalBlocker(row.slider):
            row.slider.setValue(_tick(row.control, value))
        self._policy = row.control.write(self._policy, round(value, 4))
        self._show_state(row)
        self.moved.emit(self._policy)

    def _reset(self, control: Control) -> None:
        self._policy = control.reset(self._policy)
        self.show_policy(self._policy)
        self.moved.emit(self._policy)

    def _on_part(self, changed: Mapping[str, object]) -> None:
        self._policy = replace(self._policy, **changed)  # type: ignore[arg-type]
        self.moved.emit(self._policy)


def _heading(text: str) -> QLabel:
    head = QLabel(text)
    head.setProperty("role", "heading")
    return head


def _place(advice: Advice) -> str:
    """Return the parameter under whose slider advice belongs."""
    if advice.rule == "swapped-axes":
        # It names what the code says; the sliders stand for what Keras does with it.
        names = {"width_shift_range", "height_shift_range"}
        return next(iter(names - {advice.parameter}))
    return advice.parameter


def _tick(control: Control, value: float) -> int:
    return round((value - control.low) / (control.high - control.low) * STEPS)


def in_words(suggested: SuggestedRange) -> str:
    """Return a suggested range as a person reads it."""
    value = suggested.value
    if isinstance(value, list):
        return f"{value[0]:.2f} to {value[1]:.2f}"
    return f"±{value:.2f}"
