"""The panel of a policy: one row per number, choice and normalisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QObject, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from inspector.app.augment.policy_choices import NormalisationChoices, SamplingChoices
from inspector.app.augment.policy_numbers import FACTOR, GROUPS, STEPS, Control
from inspector.app.widgets import theme
from inspector.augmentation.lint import Advice, follow
from inspector.augmentation.policy import Policy
from inspector.augmentation.suggestions import SuggestedRange

_NAME_PX, _FIELD_PX, _MARK_PX = 112, 72, 12
_AFFIXES = {
    "± °": ("± ", " °"), FACTOR: ("± ", ""), "of side": ("± ", ""), "± levels": ("± ", ""),
    "px": ("", " px"),
}  # fmt: skip


class PolicySlider(QSlider):
    """A slider with a tick for the compared policy; a click on the tick takes its value."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._other = -1
        self.setRange(0, STEPS)

    def show_other(self, step: int) -> None:
        """Show the tick of the compared policy; -1 for none."""
        self._other = step
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._other >= 0:
            painter = QPainter(self)
            rect = QRectF(self._tick_x() - 1, self.height() / 2 - 6, 3, 12)
            painter.fillRect(rect, theme.colour("policy_c"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = abs(event.position().x() - self._tick_x()) <= 4
        if self._other >= 0 and near and self.value() != self._other:
            self.setValue(self._other)
            return
        super().mousePressEvent(event)

    def _tick_x(self) -> float:
        return 7 + (self.width() - 14) * self._other / STEPS


@dataclass(frozen=True, slots=True)
class _Row:
    """The widgets of one number."""

    control: Control
    name: QPushButton
    mark: QLabel
    reset: QPushButton
    slider: PolicySlider
    field: QDoubleSpinBox
    unit: QLabel
    suggested: QPushButton


_WATCHED = frozenset(
    (
        QEvent.Type.FocusIn, QEvent.Type.MouseButtonDblClick, QEvent.Type.KeyPress,
        QEvent.Type.Wheel,
    )
)  # fmt: skip


class PolicyControls(QWidget):
    """Edits a policy.

    Attributes:
        moved: The new `Policy`.
        chosen: The `Control` that the user selected.
        followed: The `SuggestedRange` that the user applies.
        suggestions: The ranges that the images suggest; the page places it among the notes.
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
        self._switches, self._normalising = SamplingChoices(), NormalisationChoices()
        self.suggestions = QWidget()
        self._suggestion_column = QVBoxLayout(self.suggestions)
        self._suggestion_column.setContentsMargins(0, 0, 0, 0)
        self._suggestion_column.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(2)

    def fill(self) -> None:
        """Build the rows, once the panel is in its place: each later move costs 20 ms."""
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
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
        """Show a policy without emitting `moved`."""
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
        """Select the number of a policy's field."""
        self._choose(next(row.control for row in self._rows if row.control.field == field))

    def show_advice(self, advices: Sequence[Advice]) -> None:
        """Mark the numbers that have lint findings."""
        by_parameter = {_place(advice): advice for advice in advices}
        for row in self._rows:
            advice = by_parameter.get(row.control.keras) or by_parameter.get(row.control.field)
            row.mark.setText("○" if advice is not None else "")
            row.mark.setToolTip(advice.message if advice else "")
            row.name.setAccessibleDescription(advice.message if advice else "")

    def show_other(self, policy: Policy | None) -> None:
        """Mark another policy on each slider; None for none."""
        for row in self._rows:
            control = row.control
            if policy is None or not control.moved(policy):
                row.slider.show_other(-1)
            else:
                value = min(control.high, max(control.low, control.read(policy)))
                row.slider.show_other(_tick(control, value))

    def show_suggested(self, ranges: Sequence[SuggestedRange]) -> None:
        """Show the ranges that the images suggest, each beside its number."""
        self._suggested = {s.parameter: s for s in ranges}
        for row in self._rows:
            self._show_suggested(row)

    def _show_state(self, row: _Row) -> None:
        unit, moved = row.control.unit_of(self._policy), row.control.moved(self._policy)
        # A value that one number can't express is written below it; the field shows the usual unit.
        row.unit.setText(unit)
        row.unit.setVisible(unit != row.control.unit)
        row.reset.setVisible(moved)
        if row.name.property("off") is moved or row.name.property("off") is None:
            row.name.setProperty("off", not moved)
            row.name.style().polish(row.name)
        self._show_suggested(row)

    def _show_suggested(self, row: _Row) -> None:
        suggested = self._suggested.get(row.control.keras)
        row.suggested.setVisible(suggested is not None)
        if suggested is None:
            return
        text = in_words(suggested)
        met = follow(self._policy, {suggested.parameter: suggested.value}) == self._policy
        name = row.control.label
        row.suggested.setText(
            f"{name}: as suggested, {text}" if met else f"{name}: suggested {text} · set"
        )
        row.suggested.setEnabled(not met)
        row.suggested.setToolTip(suggested.message)
        row.suggested.setAccessibleDescription(suggested.message)

    def _row(self, control: Control) -> QWidget:
        name, mark = QPushButton(control.label), QLabel()
        name.setProperty("role", "name")
        name.setToolTip(f"{control.keras}: show its range. Double click, or Delete, resets it")
        name.setFixedWidth(_NAME_PX)
        mark.setProperty("role", "dot-problem")
        mark.setObjectName(f"mark-{control.field}")
        mark.setFixedWidth(_MARK_PX)
        reset = QPushButton("×")
        reset.setProperty("role", "quiet")
        reset.setAccessibleName(f"Reset {control.label}")
        reset.setToolTip(f"Reset {control.label}")
        slider = PolicySlider()
        field = QDoubleSpinBox()
        field.setDecimals(control.decimals)
        field.setRange(control.low, control.high)
        field.setSingleStep(0.01 if control.decimals == 2 else 1)
        field.setFixedWidth(_FIELD_PX)
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setObjectName("policy-field")
        prefix, suffix = _AFFIXES.get(control.unit, ("", ""))
        field.setPrefix(prefix)
        field.setSuffix(suffix)
        unit = QLabel(control.unit)
        unit.setProperty("role", "caption")
        unit.setWordWrap(True)
        for widget in (slider, field):
            widget.setAccessibleName(f"{control.label}, {control.unit}")
            widget.setToolTip(f"{control.label}, {control.unit}")
            # The wheel scrolls the panel; it changes a number only after the user selected it.
            widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        suggested = QPushButton()
        suggested.setProperty("role", "quiet")
        suggested.setObjectName(f"suggested-{control.field}")
        suggested.setVisible(False)
        suggested.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._suggestion_column.addWidget(suggested)
        row = _Row(control, name, mark, reset, slider, field, unit, suggested)
        self._connect(row)
        self._rows.append(row)
        return _lay_out(row)

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
        # Hundreds of events of other types come while the page is built.
        if event.type() not in _WATCHED:
            return False
        row = next((r for r in self._rows if watched in (r.name, r.slider, r.field)), None)
        if row is None:
            return False
        match event.type():
            case QEvent.Type.FocusIn:
                self._choose(row.control)
            case QEvent.Type.MouseButtonDblClick if watched is row.name:
                self._reset(row.control)
                return True
            case QEvent.Type.KeyPress if watched is not row.field:
                assert isinstance(event, QKeyEvent)
                if event.key() == Qt.Key.Key_Delete:
                    self._reset(row.control)
                    return True
            case QEvent.Type.Wheel if watched is not row.name:
                assert isinstance(watched, QWidget)
                if not watched.hasFocus():
                    event.ignore()
                    return True
            case _:
                pass
        return False

    def _choose(self, control: Control) -> None:
        if control is not self._chosen:
            self._chosen = control
            self.chosen.emit(control)

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


def _lay_out(row: _Row) -> QWidget:
    whole = QWidget()
    grid = QGridLayout(whole)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(4)
    grid.setVerticalSpacing(0)
    end = QHBoxLayout()
    end.setContentsMargins(0, 0, 0, 0)
    end.setSpacing(2)
    end.addWidget(row.reset)
    holder = QWidget()
    holder.setFixedWidth(_MARK_PX)
    holder.setLayout(end)
    for column, widget in enumerate((row.name, row.mark, row.slider, row.field, holder)):
        grid.addWidget(widget, 0, column)
    grid.addWidget(row.unit, 1, 0, 1, 5)
    grid.setColumnStretch(2, 1)
    return whole


def _heading(text: str) -> QLabel:
    head = QLabel(text)
    head.setProperty("role", "card-title")
    head.setContentsMargins(0, 6, 0, 0)
    return head


def _place(advice: Advice) -> str:
    """Return the parameter under whose slider an advice belongs."""
    if advice.rule == "swapped-axes":
        # Advice names the code's parameter; the sliders show what Keras does with it.
        names = {"width_shift_range", "height_shift_range"}
        return next(iter(names - {advice.parameter}))
    return advice.parameter


def _tick(control: Control, value: float) -> int:
    return round((value - control.low) / (control.high - control.low) * STEPS)


def in_words(suggested: SuggestedRange) -> str:
    """Return a suggested range as text."""
    value = suggested.value
    if isinstance(value, list):
        return f"{value[0]:.2f} to {value[1]:.2f}"
    return f"±{value:.2f}"
