"""The choices of a policy: fill mode, aspect ratio, sampling and normalisation."""

from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QSpinBox, QVBoxLayout, QWidget

from inspector.augmentation.policy import LIMITS, Distribution, Fill, Normalisation, Policy

_NONE, _TO_ONE, _OTHER = "none", "to 0..1", "own"
_FLAGS = (
    ("samplewise_center", "each image's mean to 0", "samplewise_center"),
    ("samplewise_std", "each image's deviation to 1", "samplewise_std_normalization"),
    ("featurewise_center", "the training set's mean to 0", "featurewise_center"),
    ("featurewise_std", "the training set's deviation to 1", "featurewise_std_normalization"),
)


class SamplingChoices(QWidget):
    """Chooses the fill mode, whether shapes are preserved, and how numbers are sampled.

    Attributes:
        changed: Changed fields of a `Policy` with their new values.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._fill, self._shape, self._sampling = QComboBox(), QComboBox(), QComboBox()
        self._level = QSpinBox()
        self._level.setRange(*map(int, LIMITS["cval"].usual))
        self._level.setPrefix("grey level ")
        for fill in Fill:
            self._fill.addItem(f"fill: {fill.value}", fill.value)
        self._shape.addItem("zoom: each axis independently", True)
        self._shape.addItem("zoom: aspect ratio preserved", False)
        self._sampling.addItem("sampled uniformly from each range", Distribution.UNIFORM.value)
        self._sampling.addItem("sampled near the middle", Distribution.TRUNCATED_NORMAL.value)
        for widget, name in (
            (self._fill, "How padded pixels are filled"),
            (self._level, "Grey level of the fill and of erased boxes"),
            (self._shape, "Zoom of the two axes"), (self._sampling, "How parameters are sampled"),
        ):  # fmt: skip
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        self._fill.activated.connect(
            lambda: self._emit_changed(fill=Fill(self._fill.currentData()))
        )
        self._shape.activated.connect(
            lambda: self._emit_changed(zoom_independent=self._shape.currentData())
        )
        self._sampling.activated.connect(
            lambda: self._emit_changed(distribution=Distribution(self._sampling.currentData()))
        )
        self._level.valueChanged.connect(lambda level: self._emit_changed(cval=float(level)))
        _column(self, self._fill, self._level, self._shape, self._sampling)

    def show_policy(self, policy: Policy) -> None:
        """Show a policy without emitting `changed`."""
        self._fill.setCurrentIndex(self._fill.findData(policy.fill.value))
        self._shape.setCurrentIndex(self._shape.findData(policy.zoom_independent))
        self._sampling.setCurrentIndex(self._sampling.findData(policy.distribution.value))
        with QSignalBlocker(self._level):
            self._level.setValue(round(policy.cval))
        is_used = policy.fill is Fill.CONSTANT or policy.erasing_probability > 0
        self._level.setVisible(is_used)

    def _emit_changed(self, **changed: Any) -> None:
        if "fill" in changed:
            self._level.setVisible(changed["fill"] is Fill.CONSTANT)
        self.changed.emit(changed)


class NormalisationChoices(QWidget):
    """Chooses the normalisation, which training and validation share.

    Attributes:
        changed: Changed fields of a `Policy` with their new values.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._now = Normalisation()
        self._rescale = QComboBox()
        self._rescale.setAccessibleName("Rescale")
        self._rescale.addItem("rescale: none", _NONE)
        self._rescale.addItem("rescale: 1/255, to 0..1", _TO_ONE)
        self._rescale.activated.connect(self._emit_changed)
        self._flags = {}
        for field, text, keras in _FLAGS:
            box = QCheckBox(text)
            box.setToolTip(keras)
            box.setAccessibleDescription(keras)
            box.clicked.connect(self._emit_changed)
            self._flags[field] = box
        note = QLabel(
            "Applied after augmentation, in validation too. The grid shows images before it."
        )
        note.setWordWrap(True)
        note.setProperty("role", "muted")
        _column(self, self._rescale, *self._flags.values(), note)

    def show_policy(self, policy: Policy) -> None:
        """Show a policy without emitting `changed`."""
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

    def _emit_changed(self, *_: object) -> None:
        kind = self._rescale.currentData()
        rescale = {_NONE: None, _TO_ONE: 1 / 255, _OTHER: self._now.rescale}[kind]
        flags = {field: box.isChecked() for field, box in self._flags.items()}
        self._now = Normalisation(rescale, **flags, zca=self._now.zca)
        self.changed.emit({"normalisation": self._now})


def _column(whole: QWidget, *parts: QWidget) -> None:
    for part in parts:
        if isinstance(part, QComboBox):
            part.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            part.setMinimumContentsLength(12)
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 8)
    column.setSpacing(4)
    for part in parts:
        column.addWidget(part)
