"""The settings of a training in one row: policy, model, size, length and seeds."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QLabel, QSpinBox, QWidget

from inspector.augmentation.policy import Policy
from inspector.augmentation.presets import PRESETS
from inspector.project.training.run import EPOCHS, IMAGE_SIZE_PX, IMAGE_SIZES_PX, RunConfig
from inspector.training_protocol.run_spec import (
    BACKBONES,
    IMAGENET,
    LITE0,
    LITE0_TUNED,
    SMALL_CNN,
    Budget,
)

_WAIT_MS = 250
_NO_POLICY = "no augmentation"
_FILE = "from a file…"


class RunForm(QWidget):
    """The fields of a training.

    Attributes:
        changed: Shortly after the last change.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._policies: dict[str, Policy | None] = {}
        self._policy, self._model = QComboBox(), QComboBox()
        self._weights, self._size, self._budget = QComboBox(), QComboBox(), QComboBox()
        self._epochs, self._seeds = QSpinBox(), QSpinBox()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self.changed)
        self._fill()
        self._lay_out()
        self.show_policies({})

    def run_config(self) -> RunConfig:
        """Return the settings of the first seed."""
        name = self._policy.currentText()
        policy = self._policies.get(name)
        backbone = self._model.currentData() in BACKBONES
        return RunConfig(
            policy, str(self._model.currentData()), self._epochs.value(),
            image_size_px=int(self._size.currentData()), policy_name=name if policy else "",
            budget=Budget(self._budget.currentData()),
            weights=str(self._weights.currentData()) if backbone else None,
        )  # fmt: skip

    def seeds(self) -> int:
        """Return the number of seeds."""
        return self._seeds.value()

    def own_policies(self) -> dict[str, Policy]:
        """Return the saved policies of the project."""
        return dict(self._own)

    def show_policies(self, own_policies: Mapping[str, Policy]) -> None:
        """Offer no augmentation, the policies of the project, and the presets."""
        self._own = dict(own_policies)
        chosen = self._policy.currentText()
        presets = {name: p for name, p in PRESETS.items() if p != Policy.none()}
        self._policies = {_NO_POLICY: None, **own_policies, **presets}
        self._policy.blockSignals(True)
        self._policy.clear()
        self._policy.addItems(list(self._policies))
        self._policy.setCurrentIndex(max(0, self._policy.findText(chosen)))
        self._policy.blockSignals(False)

    def _fill(self) -> None:
        self._model.addItem("small CNN", SMALL_CNN)
        self._model.addItem("EfficientNet-Lite0, frozen", LITE0)
        self._model.addItem("EfficientNet-Lite0, fine-tuned", LITE0_TUNED)
        for name in BACKBONES:
            self._model.addItem(f"{name}, frozen", name)
        self._model.addItem("your own .keras file…", "")
        self._weights.addItem("ImageNet weights, downloaded by Keras", IMAGENET)
        self._weights.addItem(_FILE, "")
        for side in IMAGE_SIZES_PX:
            self._size.addItem(f"{side} px", side)
        self._size.setCurrentIndex(IMAGE_SIZES_PX.index(IMAGE_SIZE_PX))
        self._budget.addItem("all epochs", Budget.EPOCHS.value)
        self._budget.addItem("until it stops improving", Budget.PLATEAU.value)
        self._epochs.setRange(1, 1000)
        self._epochs.setValue(EPOCHS)
        self._seeds.setRange(1, 20)
        self._seeds.setToolTip("Runs that differ only in their seed; a comparison needs at least 5")

    def _lay_out(self) -> None:
        fields: tuple[tuple[str, QComboBox | QSpinBox], ...] = (
            ("Policy", self._policy), ("Model", self._model), ("Weights", self._weights),
            ("Image size", self._size), ("Epochs", self._epochs), ("Train for", self._budget),
            ("Seeds", self._seeds),
        )  # fmt: skip
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for column, (name, field) in enumerate(fields):
            label = QLabel(name)
            label.setProperty("role", "muted")
            label.setBuddy(field)
            field.setAccessibleName(name)
            grid.addWidget(label, 0, column)
            grid.addWidget(field, 1, column)
            if isinstance(field, QComboBox):
                field.setMinimumContentsLength(8)
                field.setSizeAdjustPolicy(
                    QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
                )
                field.currentIndexChanged.connect(self._on_changed)
            else:
                field.valueChanged.connect(self._on_changed)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 1)
        self._labels = {field: grid.itemAtPosition(0, i) for i, (_, field) in enumerate(fields)}
        self._model.activated.connect(self._on_model)
        self._weights.activated.connect(self._on_weights)
        self._show_weights()

    def _on_changed(self, *_: object) -> None:
        self._show_weights()
        if self._model.currentData() and (self._weights.currentData() or not self._backbone()):
            self._timer.start()

    def _on_model(self, index: int) -> None:
        if not self._model.itemData(index):
            self._ask_file(self._model, "Your own model", "Keras models (*.keras)")

    def _on_weights(self, index: int) -> None:
        if not self._weights.itemData(index):
            self._ask_file(
                self._weights, "Weights without the top layers", "Weights (*.h5 *.keras)"
            )

    def _ask_file(self, box: QComboBox, title: str, kinds: str) -> None:
        name, _ = QFileDialog.getOpenFileName(self, title, "", kinds)
        if name:
            box.insertItem(0, Path(name).name, name)
        box.setCurrentIndex(0)

    def _backbone(self) -> bool:
        return self._model.currentData() in BACKBONES

    def _show_weights(self) -> None:
        label = self._labels[self._weights]
        for widget in (self._weights, label.widget() if label else None):
            if widget is not None:
                widget.setVisible(self._backbone())
