"""Sliders and fields for the numbers of a policy, each with its unit and what there is to say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from inspector.app.augment.policy_numbers import GROUPS, Control
from inspector.app.augment.policy_switches import Normalising, Switches
from inspector.augmentation.lint import Advice, follow
from inspector.augmentation.policy import Policy
from inspector.augmentation.suggestions import SuggestedRange

STEPS = 1000


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
            for widget in (row.slider, row.field):
                widget.blockSignals(True)
            row.field.setValue(value)
            row.slider.setValue(_tick(control, value))
            for widget in (row.slider, row.field):
                widget.blockSignals(False)
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
        """Show the ranges that the pictures suggest, each beside its number."""
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
        row.slider.blockSignals(True)
        row.slider.setValue(_tick(row.control, value))
        row.slider.blockSignals(False)
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
