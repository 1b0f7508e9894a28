"""The form of a split rule: its kind and its few parameters."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from inspector.app.splits.code_lines import CodeLines
from inspector.app.splits.serving_panel import ServingPanel
from inspector.app.widgets import theme
from inspector.app.widgets.code_reading_panel import CodeReadingPanel
from inspector.app.widgets.flow_layout import FlowLayout
from inspector.app.widgets.icons import icon
from inspector.code_reading.reading import CodeReading
from inspector.errors import UsageError
from inspector.project.splits.replayed_split import keywords_of, replayed_rule
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.splits.keras_lists import DIALECTS
from inspector.splits.keras_replay import Call, Loader
from inspector.splits.other_replays import SplitFunction

_KINDS = (
    ("The folders as they are", RuleKind.FOLDERS),
    ("A Keras call", RuleKind.KERAS),
    ("Pasted code", RuleKind.CODE),
    ("By group", RuleKind.GROUPS),
    ("A manifest (CSV)", RuleKind.LIST),
    ("Another library's call", RuleKind.REPLAY),
)
_WAIT_MS = 350
_ARGUMENTS = "test_size=0.2, random_state=42"
_NO_FILE = "Choose a CSV…"
_EXAMPLE = """train_ds = keras.utils.image_dataset_from_directory(
    "data/train", validation_split=0.2, subset="training", seed=42)
val_ds = keras.utils.image_dataset_from_directory(
    "data/train", validation_split=0.2, subset="validation", seed=42)"""


class RuleState(StrEnum):
    """Whether the shown rule is the one in use."""

    IN_USE = "✓ in use"
    READ = "not in use yet"
    COMPUTING = "computing…"
    LACKING = "not complete"


class RuleBar(QFrame):
    """Chooses a rule.

    Attributes:
        changed: A `Rule`, shortly after the last change.
        keep_requested: The user wants to use this rule.
        file_requested: The user wants to choose a script or notebook instead of pasting it.
        reading: How the pasted code was read; filled by the page.
        serving: How the inference code differs; filled by the page.
    """

    changed = Signal(object)
    keep_requested = Signal()
    file_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._kind, self._loader, self._keras = QComboBox(), QComboBox(), QComboBox()
        self._function, self._arguments = QComboBox(), QLineEdit()
        self._folder: str | None = None
        self._listing = ""
        self._arguments.setPlaceholderText(_ARGUMENTS)
        self._arguments.setMinimumWidth(280)
        self._share = QDoubleSpinBox()
        self._share.setRange(0.01, 0.99)
        self._share.setSingleStep(0.05)
        self._share.setValue(0.2)
        self._seed = QSpinBox()
        self._seed.setRange(0, 2**31 - 1)
        self._seed.setValue(42)
        self._shuffle = QCheckBox("shuffle")
        self._shuffle.setChecked(True)
        self._calm = QCheckBox("fewest moves")
        self._calm.setChecked(True)
        self._fold = QComboBox()
        self._file = QPushButton(_NO_FILE)
        self._chosen = ""
        self._code = QPlainTextEdit()
        self._code.setPlaceholderText(_EXAMPLE)
        self._code.setFixedHeight(120)
        self.reading, self.lines = CodeReadingPanel(), CodeLines()
        self.serving = ServingPanel()
        self._edit, self._keep = QPushButton("Edit code…"), QPushButton("Use this rule")
        self._open = QPushButton("Open a script or notebook…")
        self._state = QLabel()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._emit_changed)
        self._fill()
        self._set_up_buttons()
        self._lay_out()
        self._connect()
        self._show_fields()

    def rule(self) -> Rule:
        """Return the chosen rule."""
        kind = RuleKind(self._kind.currentData())
        keras = str(self._keras.currentData())
        share, seed = round(self._share.value(), 4), self._seed.value()
        match kind:
            case RuleKind.FOLDERS:
                return Rule(fold=str(self._fold.currentData() or ""))
            case RuleKind.GROUPS:
                return Rule(kind, share=share, seed=seed, fewest_moves=self._calm.isChecked())
            case RuleKind.CODE:
                return Rule(
                    kind, Call(keras=keras), code=self._code.toPlainText(),
                    answers=self.reading.answers(), serving=self.serving.code(),
                )  # fmt: skip
            case RuleKind.LIST:
                return Rule(kind, file=self._chosen)
            case RuleKind.REPLAY:
                function = SplitFunction(self._function.currentData())
                try:
                    return replayed_rule(
                        function, keywords_of(self._arguments.text()),
                        folder=self._folder, listing=self._listing,
                    )  # fmt: skip
                except UsageError:
                    return Rule(kind, function=function.value)
            case RuleKind.KERAS:
                loader = Loader(self._loader.currentData())
                call = Call(loader, share, seed, self._shuffle.isChecked(), keras=keras)
                return Rule(kind, call)

    def offer_folds(self, names: Sequence[str]) -> None:
        """Offer folds to hold out; () if the folders are no folds."""
        before = self._fold.currentData()
        with QSignalBlocker(self._fold):
            self._fold.clear()
            for name in names:
                self._fold.addItem(f"{name} against the rest", name)
            self._fold.setCurrentIndex(max(0, self._fold.findData(before)))
        self._show_fields()

    def show_rule(self, rule: Rule) -> None:
        """Show a rule without emitting `changed`."""
        share = rule.share if rule.kind is RuleKind.GROUPS else rule.call.validation_split
        seed = rule.seed if rule.kind is RuleKind.GROUPS else rule.call.seed
        for widget in self._fields():
            widget.blockSignals(True)
        self._kind.setCurrentIndex(self._kind.findData(rule.kind.value))
        self._loader.setCurrentIndex(self._loader.findData(rule.call.loader.value))
        self._keras.setCurrentIndex(max(0, self._keras.findData(rule.call.keras)))
        if share:
            self._share.setValue(share)
        if seed is not None and rule.kind is not RuleKind.FOLDERS:
            self._seed.setValue(min(seed, self._seed.maximum()))
        self._shuffle.setChecked(rule.call.shuffle)
        if rule.fold and self._fold.findData(rule.fold) < 0:
            self._fold.addItem(f"{rule.fold} against the rest", rule.fold)
        self._fold.setCurrentIndex(max(0, self._fold.findData(rule.fold)))
        if rule.file:
            self._choose(rule.file)
        self._folder, self._listing = rule.folder, rule.listing
        if rule.function:
            self._function.setCurrentIndex(self._function.findData(rule.function))
            self._arguments.setText(rule.arguments)
        if rule.code:
            with QSignalBlocker(self._code):
                self._code.setPlainText(rule.code)
            self.reading.set_answers(rule.answers)
            self.serving.set_code(rule.serving)
        for widget in self._fields():
            widget.blockSignals(False)
        self._show_fields()

    def lacks(self) -> str:
        """Return what the rule needs before it can be used; "" for nothing."""
        rule = self.rule()
        if rule.kind is RuleKind.CODE and not rule.code.strip():
            return "Paste the lines that load training and validation."
        if rule.kind is RuleKind.LIST and not rule.file:
            return "Choose a CSV with the columns path and split, such as a locked split."
        if rule.kind is RuleKind.REPLAY:
            return self._lacking_arguments()
        return ""

    def _lacking_arguments(self) -> str:
        text = self._arguments.text()
        if not text.strip():
            return f"Enter the arguments of the call as in the script, such as {_ARGUMENTS}."
        try:
            replayed_rule(SplitFunction(self._function.currentData()), keywords_of(text))
        except UsageError as error:
            return f"{error.message}. {error.advice}"
        return ""

    def ask_for_code(self, code: str = "") -> None:
        """Select pasted code as the kind, and focus its field; given code is read."""
        self.choose(RuleKind.CODE)
        self._edit.setChecked(not code)
        if code:
            self._code.setPlainText(code)
        self._code.setFocus()

    def choose(self, kind: RuleKind) -> None:
        """Choose another kind of rule."""
        self._kind.setCurrentIndex(self._kind.findData(kind.value))

    def show_reading(self, reading: CodeReading, asked: tuple[str, ...]) -> None:
        """Show how the code was read, and its relevant lines."""
        self.reading.show_reading(reading, asked)
        self.lines.show_lines(self._code.toPlainText(), reading)
        self._show_fields()

    def show_state(self, state: RuleState) -> None:
        """Show whether the shown rule is in use."""
        self._state.setText(state.value)
        self._state.setProperty("role", "ok-text" if state is RuleState.IN_USE else "muted")
        self._state.style().polish(self._state)
        self._keep.setVisible(state is not RuleState.IN_USE)
        self._keep.setEnabled(state is RuleState.READ)

    def _fields(self) -> Sequence[QWidget]:
        return (
            self._kind, self._loader, self._keras, self._share, self._seed, self._shuffle,
            self._calm, self._file, self._code, self._function, self._arguments, self._fold,
        )  # fmt: skip

    def _lay_out(self) -> None:
        names = (
            "Kind of split rule", "Loader", "Version of Keras", "Share of validation", "Seed",
            "Shuffle", "Fewest moves", "List of files", "Pasted code", "Function", "Arguments",
            "Fold held out",
        )  # fmt: skip
        for widget, name in zip(self._fields(), names, strict=True):
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        self._share_name, self._seed_name = QLabel("validation_split"), QLabel("seed")
        title = QLabel("Split rule")
        title.setProperty("role", "title-2")
        fields = QWidget()
        flow = FlowLayout(fields)
        for widget in (
            title, self._kind, self._fold, self._loader, self._share_name, self._share,
            self._seed_name, self._seed, self._shuffle, self._calm, self._file, self._keras,
            self._function, self._arguments, self._state,
        ):  # fmt: skip
            flow.addWidget(widget)
        for label in (title, self._state, self._share_name, self._seed_name):
            label.setMinimumHeight(theme.size("input"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(fields, 1)
        for button in (self._open, self._edit, self._keep):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(row)
        for part in (self.reading, self.lines, self._code, self.serving):
            column.addWidget(part)

    def _fill(self) -> None:
        for text, kind in _KINDS:
            self._kind.addItem(text, kind.value)
        for function in SplitFunction:
            self._function.addItem(function.value, function.value)
        for loader in Loader:
            self._loader.addItem(loader.value, loader.value)
        self._keras.addItem("newest Keras", "")
        for dialect in DIALECTS:
            version = f"{dialect.since[0]}.{dialect.since[1]}"
            self._keras.addItem(f"Keras {version} on", version)

    def _set_up_buttons(self) -> None:
        self._edit.setIcon(icon("code"))
        self._edit.setCheckable(True)
        self._edit.setProperty("small", True)
        self._edit.toggled.connect(self._show_fields)
        self._state.setObjectName("rule-state")
        self._open.setProperty("small", True)
        self._open.setToolTip("It is read, never run")
        self._open.clicked.connect(self.file_requested)
        self._keep.setProperty("small", True)
        self._keep.setProperty("role", "primary")
        self._keep.setToolTip("Use it for findings, the diagnosis and training")
        self._keep.clicked.connect(self.keep_requested)

    def _connect(self) -> None:
        for box in (self._kind, self._loader, self._keras, self._function, self._fold):
            box.currentIndexChanged.connect(self._on_changed)
        self._share.valueChanged.connect(self._on_changed)
        self._seed.valueChanged.connect(self._on_changed)
        self._shuffle.toggled.connect(self._on_changed)
        self._calm.toggled.connect(self._on_changed)
        self._arguments.textChanged.connect(self._on_changed)
        self._code.textChanged.connect(self._on_code)
        self.reading.answered.connect(self._on_changed)
        self._file.clicked.connect(self._on_file)

    def _on_changed(self, *_: object) -> None:
        self._show_fields()
        self._timer.start()

    def _on_code(self) -> None:
        self.reading.clear()
        self.lines.clear()
        self._on_changed()

    def _emit_changed(self) -> None:
        self.changed.emit(self.rule())

    def _on_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "A list of files with path and split", str(Path.home()), "CSV (*.csv)"
        )
        if name:
            self._choose(name)
            self._on_changed()

    def _choose(self, file: str) -> None:
        self._chosen = file
        self._file.setText(Path(file).name)
        self._file.setToolTip(file)

    def _show_fields(self, *_: object) -> None:
        kind = RuleKind(self._kind.currentData())
        call = kind is RuleKind.KERAS
        groups = kind is RuleKind.GROUPS
        generator = self._loader.currentData() == Loader.GENERATOR.value
        self._loader.setVisible(call)
        self._fold.setVisible(kind is RuleKind.FOLDERS and self._fold.count() > 1)
        self._function.setVisible(kind is RuleKind.REPLAY)
        self._arguments.setVisible(kind is RuleKind.REPLAY)
        self._share.setVisible(call or groups)
        self._share_name.setVisible(call or groups)
        self._seed.setVisible(groups or (call and not generator))
        self._seed_name.setVisible(groups or (call and not generator))
        self._shuffle.setVisible(call and not generator)
        self._keras.setVisible(call or kind is RuleKind.CODE)
        self._calm.setVisible(groups)
        self._file.setVisible(kind is RuleKind.LIST)
        code = kind is RuleKind.CODE
        self._open.setVisible(code)
        # The reading replaces the code; the editor is only for changing it.
        self._edit.setVisible(code and self.lines.is_filled())
        self._code.setVisible(code and (self._edit.isChecked() or not self.lines.is_filled()))
        self.lines.setVisible(code and self.lines.is_filled() and not self._edit.isChecked())
        self.serving.setVisible(code)
        if not code:
            self.reading.clear()
