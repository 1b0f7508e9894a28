"""The code of a policy for a chosen target and Keras version, with a copy button."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets import theme
from inspector.augmentation.dialects import Target

_TARGETS: tuple[tuple[str, Target], ...] = (
    ("ImageDataGenerator", "idg"), ("keras.layers", "layers"), ("a function", "function"),
    ("JSON", "json"),
)  # fmt: skip
# ImageDataGenerator changed in 2.9: the axes of its shifts, and the centre of rotation.
_VERSIONS = (
    ("Keras 3", "3"), ("Keras 2.9 to 2.15", "2.9"), ("Keras 2.8 and older", "2.8"),
)  # fmt: skip


class CodeTab(QWidget):
    """Shows the code of a policy.

    Attributes:
        changed: Another target or Keras version is chosen.
        paste_requested: The user wants to paste code.
    """

    changed = Signal()
    paste_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._target, self._version = QComboBox(), QComboBox()
        for text, target in _TARGETS:
            self._target.addItem(text, target)
        for text, version in _VERSIONS:
            self._version.addItem(text, version)
        self._code = QPlainTextEdit()
        self._code.setReadOnly(True)
        self._code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._code.setFont(theme.mono_font())
        self._copy, paste = QPushButton("Copy"), QPushButton("Paste code…")
        paste.setToolTip("Read a policy from your code; it is never run")
        paste.clicked.connect(self.paste_requested)
        for widget, name in (
            (self._target, "Code for"), (self._version, "Keras version that will run the code"),
            (self._code, "The policy as code"),
        ):  # fmt: skip
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        self._target.currentIndexChanged.connect(self._on_target)
        self._version.currentIndexChanged.connect(self.changed)
        self._copy.clicked.connect(self._on_copy)
        row = QHBoxLayout()
        row.addWidget(self._version, 1)
        row.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._target)
        column.addLayout(row)
        column.addWidget(self._code, 1)
        column.addWidget(paste, 0, Qt.AlignmentFlag.AlignLeft)

    def target(self) -> tuple[Target, str]:
        """Return the chosen target and Keras version."""
        target: Target = self._target.currentData()
        return target, str(self._version.currentData())

    def show_code(self, code: str) -> None:
        """Show the code for the chosen target."""
        if code != self._code.toPlainText():
            self._code.setPlainText(code)
            self._copy.setText("Copy")

    def text(self) -> str:
        return self._code.toPlainText()

    def _on_target(self) -> None:
        # The other targets are the same in every Keras version that has them.
        self._version.setEnabled(self._target.currentData() == "idg")
        self.changed.emit()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code.toPlainText())
        self._copy.setText("Copied")
