"""Offers to unpack a packed dataset into a folder of the user's choice."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.focus import StableFocus
from inspector.dataset.packed.model import PackedChoice
from inspector.dataset.packed.recognition import packed_stem
from inspector.errors import ColumnError, InspectorError, PackedDatasetError
from inspector.work.jobs import Progress, Stop
from inspector.work.unpacking import UnpackResult, unpack

_LOOK_MS = 200
# Keyed by the option of the terminal, in the order of `PackedChoice`.
_OPTIONS = {"--image-column": "Image column", "--label-column": "Class column"}


class UnpackDialog(StableFocus, QDialog):
    """Unpacks the file that the user tried to open.

    Attributes:
        unpacked: The path of the new folder.
        stop: Stops the unpacking, also from outside.
    """

    unpacked = Signal(str)

    def __init__(self, error: PackedDatasetError, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unpack")
        self.setAccessibleName("Unpack")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._source, self._bridge = error.path, bridge
        self.stop = Stop()
        self._running = False
        self._progress = Progress()
        text = QLabel(
            f"{error.message}. Its images can be unpacked into a new folder, which is then opened;"
            f" {error.path.name} itself stays as it is."
        )
        self._note = QLabel()
        for label in (text, self._note):
            # File names are not markup.
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._columns = {option: _hidden_choice(name) for option, name in _OPTIONS.items()}
        self._note.setObjectName("unpack-status")
        name = f"{packed_stem(error.path.name)}-images"
        self._target = QLineEdit(str(error.path.parent / name))
        self._target.setAccessibleName("New folder")
        choose = QPushButton("Choose…")
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self._target, 1)
        row.addWidget(choose)
        self._bar = QProgressBar()
        self._bar.setAccessibleName("Progress of unpacking")
        self._bar.setVisible(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._start = buttons.addButton("Unpack", QDialogButtonBox.ButtonRole.AcceptRole)
        self._start.setProperty("role", "primary")
        buttons.accepted.connect(self._run)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(text)
        column.addLayout(row)
        for widget in (self._note, *self._columns.values(), self._bar, buttons):
            column.addWidget(widget)
        self.setMinimumWidth(520)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def reject(self) -> None:
        """Stop the unpacking, then close; another attempt resumes it."""
        if self._running:
            self.stop.set()
        else:
            super().reject()

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Where to create the new folder")
        if folder:
            self._target.setText(str(Path(folder) / Path(self._target.text()).name))

    def _run(self) -> None:
        target = Path(self._target.text()).expanduser()
        progress = self._progress = Progress()
        self._running = True
        self._start.setEnabled(False)
        self._note.setText("Unpacking…")
        self._bar.setRange(0, 0)
        self._bar.setVisible(True)
        self._timer.start()
        image, label = (box.currentText() for box in self._columns.values())
        choice = PackedChoice(image, label)
        self._bridge.call(
            partial(
                unpack, self._source, target, choice, stop=self.stop, progress=progress, resume=True
            ),
            self._done,
            on_error=self._failed,
            on_end=self._end,
        )

    def _look(self) -> None:
        now = self._progress.snapshot()
        self._bar.setRange(0, now.total)
        self._bar.setValue(now.done)
        if now.done:
            self._note.setText(f"Unpacking: {now.done:,} files {now.left}".rstrip())

    def _done(self, result: UnpackResult) -> None:
        self._running = False
        self.accept()
        self.unpacked.emit(result.target)

    def _failed(self, error: InspectorError) -> None:
        advice = error.advice
        if isinstance(error, ColumnError):
            box = self._columns[error.option]
            box.clear()
            box.addItems(error.columns)
            box.setVisible(True)
            box.setFocus()
            advice = f"Choose the {_OPTIONS[error.option].lower()}, then unpack."
        self._note.setText(f"{error.message[:1].upper()}{error.message[1:]}. {advice}")

    def _end(self) -> None:
        self._running = False
        self._timer.stop()
        self._bar.setVisible(False)
        self._start.setEnabled(True)
        if self.stop.is_set():
            super().reject()


def _hidden_choice(name: str) -> QComboBox:
    """Return a choice of a column; it becomes visible when a table needs it."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setVisible(False)
    return box


def offer_unpacking(
    error: PackedDatasetError, bridge: Bridge, parent: QWidget, opened: Callable[[str], None]
) -> Stop:
    """Show the dialog; return the stop of the unpacking.

    Args:
        error: Raised by the attempt to open the file.
        bridge: Runs the unpacking off the GUI thread.
        parent: The window.
        opened: Called with the path of the new folder.
    """
    dialog = UnpackDialog(error, bridge, parent)
    dialog.unpacked.connect(opened)
    dialog.open()
    return dialog.stop
