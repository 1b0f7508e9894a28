"""Preferences: a row for each described setting, written as soon as it is changed."""

from typing import assert_never

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets.focus import StableFocus
from inspector.desktop.settings import (
    SETTINGS,
    Setting,
    Value,
    read_settings,
    settings_file,
    write_setting,
)
from inspector.errors import InspectorError


class Preferences(StableFocus, QDialog):
    """Show and change the settings.

    Attributes:
        changed: A setting's name, once it is written.
    """

    changed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self.setAccessibleName("Preferences")
        self._settings = {s.name: s for s in SETTINGS}
        self.fields: dict[str, QWidget] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(4)
        self._note = QLabel()
        self._note.setObjectName("preferences-error")
        self._note.setProperty("role", "error")
        self._note.setWordWrap(True)
        self._note.setVisible(False)
        values = self._read()
        for setting in SETTINGS:
            self._add(column, setting, values[setting.name])
        column.addStretch()
        place = QLabel(f"Kept in {settings_file()}, where the keys can be changed, too.")
        place.setProperty("role", "muted")
        place.setWordWrap(True)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        for widget in (place, self._note, close):
            column.addWidget(widget)
        # The labels wrap: their height is known at this width only.
        self.setFixedWidth(520)
        self.adjustSize()
        self.resize(520, column.totalHeightForWidth(520))

    def _add(self, column: QVBoxLayout, setting: Setting, value: Value) -> None:
        field = self._field(setting, value)
        field.setObjectName(setting.name)
        field.setAccessibleName(setting.title)
        field.setAccessibleDescription(setting.explanation)
        self.fields[setting.name] = field
        row = QHBoxLayout()
        title = QLabel(setting.title)
        title.setBuddy(field)
        row.addWidget(title, 1)
        row.addWidget(field)
        words = QLabel(setting.explanation)
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        column.addLayout(row)
        column.addWidget(words, 0, Qt.AlignmentFlag.AlignTop)
        column.addSpacing(12)

    def _field(self, setting: Setting, value: Value) -> QWidget:
        match value:
            case bool():
                box = QCheckBox()
                box.setChecked(value)
                box.toggled.connect(self._on_value)
                return box
            case str():
                choice = QComboBox()
                choice.addItems(setting.choices)
                choice.setCurrentText(value)
                choice.currentTextChanged.connect(self._on_value)
                return choice
            case int():
                number = QSpinBox()
                number.setRange(0, setting.highest)
                number.setSpecialValueText(setting.zero)
                number.setValue(value)
                number.valueChanged.connect(self._on_value)
                return number
            case _:
                assert_never(value)

    def _on_value(self, value: Value) -> None:
        name = self.sender().objectName()
        try:
            write_setting(self._settings[name], value)
        except InspectorError as error:
            self._say(error)
            return
        self._note.setVisible(False)
        self.changed.emit(name)

    def _read(self) -> dict[str, Value]:
        try:
            return read_settings()
        except InspectorError as error:
            self._say(error)
            return {s.name: s.default for s in SETTINGS}

    def _say(self, error: InspectorError) -> None:
        self._note.setText(f"{error.message}. {error.advice}")
        self._note.setVisible(True)
