"""The rule of a split: what makes it, and the few numbers that it has."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from inspector.app.splits.serving_panel import ServingPanel
from inspector.app.widgets.code_reading_panel import CodeReadingPanel
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


class RuleBar(QWidget):
    """Choose a rule.

    Attributes:
        changed: A `Rule`, a moment after the last change; `lacks` says what is missing yet.
        reading: How pasted code was read, filled by the page; `serving` likewise what inference
            code does otherwise.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._kind, self._loader, self._keras = QComboBox(), QComboBox(), QComboBox()
        for text, kind in _KINDS:
            self._kind.addItem(text, kind.value)
        self._function, self._arguments = QComboBox(), QLineEdit()
        for function in SplitFunction:
            self._function.addItem(function.value, function.value)
        self._folder: str | None = None
        self._listing = ""
        self._arguments.setPlaceholderText(_ARGUMENTS)
        self._arguments.setMinimumWidth(320)
        for loader in Loader:
            self._loader.addItem(loader.value, loader.value)
        self._keras.addItem("newest Keras", "")
        for dialect in DIALECTS:
            version = f"{dialect.since[0]}.{dialect.since[1]}"
            self._keras.addItem(f"Keras {version} on", version)
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
        self._code.setFixedHeight(96)
        self.reading = CodeReadingPanel()
        self.serving = ServingPanel()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._tell)
        self._lay_out()
        self._connect()
        self._show_fields()

    def rule(self) -> Rule:
        """Return the rule as it is chosen now."""
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
        """Let one of several folds be held out; () where the folders are no folds."""
        before = self._fold.currentData()
        with QSignalBlocker(self._fold):
            self._fold.clear()
            for name in names:
                self._fold.addItem(f"{name} against the rest", name)
            self._fold.setCurrentIndex(max(0, self._fold.findData(before)))
        self._show_fields()

    def show_rule(self, rule: Rule) -> None:
        """Show a rule without telling of it."""
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
        """Say what the chosen rule needs before it can be asked; "" where nothing."""
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
            return f"Write the arguments of the call as in the script, such as {_ARGUMENTS}."
        try:
            replayed_rule(SplitFunction(self._function.currentData()), keywords_of(text))
        except UsageError as error:
            return f"{error.message}. {error.advice}"
        return ""

    def ask_for_code(self) -> None:
        """Choose pasted code, and wait for it."""
        self._kind.setCurrentIndex(self._kind.findData(RuleKind.CODE.value))
        self._code.setFocus()

    def _fields(self) -> Sequence[QWidget]:
        return (
            self._kind, self._loader, self._keras, self._share, self._seed, self._shuffle,
            self._calm, self._file, self._code, self._function, self._arguments, self._fold,
        )  # fmt: skip

    def _lay_out(self) -> None:
        names = (
            "What makes the split", "Loader", "Version of Keras", "Share of validation", "Seed",
            "Shuffle", "Fewest moves", "List of files", "Pasted code", "Function", "Arguments",
            "Fold held out",
        )  # fmt: skip
        for widget, name in zip(self._fields(), names, strict=True):
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        self._share_name, self._seed_name = QLabel("validation_split"), QLabel("seed")
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (
            self._kind, self._fold, self._loader, self._share_name, self._share,
            self._seed_name, self._seed, self._shuffle, self._calm, self._file, self._keras,
            self._function, self._arguments,
        ):  # fmt: skip
            row.addWidget(widget)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._code)
        column.addWidget(self.reading)
        column.addWidget(self.serving)

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
        self._on_changed()

    def _tell(self) -> None:
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

    def _show_fields(self) -> None:
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
        self._code.setVisible(kind is RuleKind.CODE)
        self.serving.setVisible(kind is RuleKind.CODE)
        if kind is not RuleKind.CODE:
            self.reading.clear()
