"""Preferences: sections of settings, each applied at once."""

from collections.abc import Sequence
from typing import Protocol, assert_never

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.controls.combo import Combo
from inspector.app.widgets.controls.toggle import Toggle
from inspector.app.widgets.elided_label import FittedLabel
from inspector.app.widgets.focus import StableFocus
from inspector.app.widgets.page import Key, Page
from inspector.app.window.detection_settings import DetectionSettings, setting_row
from inspector.desktop.paths import cache_folder, log_folder
from inspector.desktop.settings import (
    NOTIFY,
    REOPEN,
    SETTINGS,
    THEME,
    WORKERS,
    Setting,
    Value,
    read_settings,
    settings_file,
    write_setting,
)
from inspector.errors import InspectorError
from inspector.project.project import Project

_SIZE = (862, 658)
_LIST_PX = 160
_APPEARANCE, _DETECTION, _JOBS = "Appearance", "Detection", "Jobs"
_SECTIONS = {_APPEARANCE: (THEME, REOPEN), _JOBS: (WORKERS, NOTIFY)}
_PRIVACY = (
    ("Nothing is uploaded", "Images, labels and figures stay on this computer."),
    ("Your dataset is never written to", "Exports go to the folder that you choose."),
    ("No telemetry", "The program opens no connection to the network."),
)  # fmt: skip


class OpenProject(Protocol):
    """The part of a project window that the preferences use."""

    project: Project
    bridge: Bridge

    def page(self) -> Page:
        """Return the visible page."""

    def general_keys(self) -> Sequence[Key]:
        """Return the keys that work on every page."""


class Preferences(StableFocus, QDialog):
    """Shows and changes the settings.

    Attributes:
        changed: Name of a setting that was written.

    Args:
        view: The open project, for its own settings and its keys; None without one.
    """

    changed = Signal(str)

    def __init__(self, parent: QWidget, view: OpenProject | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self.setAccessibleName("Preferences")
        self.setObjectName("preferences")
        self._settings = {s.name: s for s in SETTINGS}
        self.fields: dict[str, QWidget] = {}
        self._project = view.project if view is not None else None
        self.detection: DetectionSettings | None = None
        self._note = QLabel()
        self._note.setObjectName("preferences-error")
        self._note.setProperty("role", "error")
        self._note.setWordWrap(True)
        self._note.setVisible(False)
        values = self._read()
        self.sections = QListWidget()
        self.sections.setAccessibleName("Sections")
        self.sections.setFixedWidth(_LIST_PX)
        self._pages = QStackedWidget()
        self._add(_APPEARANCE, [self._row(s, values[s.name]) for s in _SECTIONS[_APPEARANCE]])
        if view is not None:
            self.detection = DetectionSettings(view.project, view.bridge)
            self.detection.setProperty("words", "confirmed candidates similarity threshold")
            self._add(_DETECTION, [self.detection])
        else:
            text = QLabel("Open a dataset to see real pairs around the threshold.")
            self._add(_DETECTION, [setting_row("Similarity of near-duplicates", text)])
        self._add(_JOBS, [self._row(s, values[s.name]) for s in _SECTIONS[_JOBS]])
        self._add("Storage", self._storage_rows())
        keys = (*view.page().key_table(), *view.general_keys()) if view is not None else ()
        self._add("Keyboard", _key_rows(keys))
        self._add("Privacy", [setting_row(title, QLabel(text)) for title, text in _PRIVACY])
        self.sections.currentRowChanged.connect(self._on_section)
        self._lay_out()
        self.sections.setCurrentRow(0)

    def show_section(self, name: str) -> None:
        """Show a section by its name."""
        for row in range(self.sections.count()):
            if self.sections.item(row).text() == name:
                self.sections.setCurrentRow(row)

    def _add(self, title: str, rows: Sequence[QWidget]) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 0, 24, 8)
        column.setSpacing(0)
        for row in rows:
            column.addWidget(row)
        column.addStretch()
        area = ColumnArea()
        area.setWidget(inner)
        area.setAccessibleName(title)
        self.sections.addItem(title)
        self.sections.item(self.sections.count() - 1).setSizeHint(QSize(_LIST_PX, 38))
        self._pages.addWidget(area)

    def _lay_out(self) -> None:
        title = QLabel("Preferences")
        title.setProperty("role", "title")
        self._find = QLineEdit()
        self._find.setPlaceholderText("Find a setting")
        self._find.setAccessibleName("Find a setting")
        self._find.setFixedWidth(220)
        self._find.textChanged.connect(self._filter)
        head = QHBoxLayout()
        head.setContentsMargins(24, 20, 24, 12)
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self._find)
        rule = QFrame()
        rule.setObjectName("vertical-rule")
        rule.setFixedWidth(1)
        middle = QHBoxLayout()
        middle.setContentsMargins(12, 0, 0, 0)
        middle.setSpacing(12)
        middle.addWidget(self.sections)
        middle.addWidget(rule)
        middle.addWidget(self._pages, 1)
        line = QFrame()
        line.setObjectName("line")
        line.setFixedHeight(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(middle, 1)
        column.addWidget(line)
        column.addLayout(self._foot())
        self.resize(*_SIZE)

    def _foot(self) -> QHBoxLayout:
        text = QLabel("Changes apply at once. Existing decisions stay.")
        text.setProperty("role", "caption")
        self._reset, done = QPushButton("Reset this page"), QPushButton("Done")
        done.setProperty("role", "primary")
        self._reset.clicked.connect(self._on_reset)
        done.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 10, 24, 12)
        foot.setSpacing(8)
        foot.addWidget(text)
        foot.addWidget(self._note, 1)
        foot.addStretch()
        for button in (self._reset, done):
            button.setAutoDefault(False)
            foot.addWidget(button)
        return foot

    def _row(self, setting: Setting, value: Value) -> QWidget:
        field = self._field(setting, value)
        field.setObjectName(setting.name)
        field.setAccessibleName(setting.title)
        field.setAccessibleDescription(setting.explanation)
        self.fields[setting.name] = field
        return setting_row(setting.title, QLabel(setting.explanation), field)

    def _field(self, setting: Setting, value: Value) -> QWidget:
        match value:
            case bool():
                box = Toggle()
                box.setChecked(value)
                box.toggled.connect(self._on_value)
                return box
            case str():
                choice = Combo(setting.title)
                for name in setting.choices:
                    choice.add(name, name)
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

    def _storage_rows(self) -> list[QWidget]:
        places = [
            ("Settings", str(settings_file())),
            ("Thumbnails and fingerprints, rebuilt when missing", str(cache_folder())),
            ("Log", str(log_folder())),
        ]
        if self._project is not None:
            places.insert(0, ("Decisions and results of this dataset", str(self._project.file)))
        rows = []
        for title, path in places:
            text = FittedLabel(path)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            rows.append(setting_row(title, text))
        return rows

    def _filter(self, text: str) -> None:
        """Show the rows that contain the words, and the sections that have such rows."""
        words = text.lower().split()
        first = None
        for position in range(self._pages.count()):
            area = self._pages.widget(position)
            assert area is not None
            rows = [w for w in area.findChildren(QWidget) if w.property("words")]
            fits = [all(word in _words_of(row) for word in words) for row in rows]
            section = self.sections.item(position)
            named = all(word in section.text().lower() for word in words)
            for row, fit in zip(rows, fits, strict=True):
                row.setVisible(fit or named)
            section.setHidden(not (named or any(fits)))
            if first is None and not section.isHidden():
                first = position
        if first is not None and self.sections.item(self.sections.currentRow()).isHidden():
            self.sections.setCurrentRow(first)

    def _on_section(self, row: int) -> None:
        self._pages.setCurrentIndex(row)
        title = self.sections.item(row).text()
        resets = title in _SECTIONS or (title == _DETECTION and self.detection is not None)
        self._reset.setVisible(resets)

    def _on_reset(self) -> None:
        title = self.sections.item(self.sections.currentRow()).text()
        if title == _DETECTION and self.detection is not None:
            self.detection.reset()
        for setting in _SECTIONS.get(title, ()):
            match self.fields[setting.name], setting.default:
                case Toggle() as box, bool(on):
                    box.setChecked(on)
                case QComboBox() as choice, str(text):
                    choice.setCurrentText(text)
                case QSpinBox() as number, int(value):
                    number.setValue(value)

    def _on_value(self, value: Value) -> None:
        name = self.sender().objectName()
        try:
            write_setting(self._settings[name], value)
        except InspectorError as error:
            self._show_error(error)
            return
        self._note.setVisible(False)
        self.changed.emit(name)

    def _read(self) -> dict[str, Value]:
        try:
            return read_settings()
        except InspectorError as error:
            self._show_error(error)
            return {s.name: s.default for s in SETTINGS}

    def _show_error(self, error: InspectorError) -> None:
        self._note.setText(f"{error.message}. {error.advice}")
        self._note.setVisible(True)


def _key_rows(keys: Sequence[Key]) -> list[QWidget]:
    """Return one row per key of the visible page and of the whole window."""
    note = f"Change them under [keys] in {settings_file()}: the name of an action, then its key."
    rows = [setting_row("Keys", QLabel(note))]
    for key in keys:
        cap = QLabel(key.keys)
        cap.setObjectName("key")
        rows.append(setting_row(key.does[:1].upper() + key.does[1:], QLabel(key.name), cap))
    return rows


def _words_of(row: QWidget) -> str:
    texts = [label.text() for label in row.findChildren(QLabel)]
    return " ".join([str(row.property("words")), *texts]).lower()
