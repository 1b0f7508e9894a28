"""Start: drop a folder, open one, go on with a recent one, or try the sample."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.jobs_bar import JobBar
from inspector.work.jobs import Progress, Stop

PLACE_PX = 360


class StartPage(QWidget):
    """Offer the ways to open a dataset.

    Attributes:
        opened: The path of a folder or a project file that the person chose.
        sample_asked: The person wants the generated sample.
        preferences_asked: The person wants to see the preferences.
    """

    opened = Signal(str)
    sample_asked = Signal()
    preferences_asked = Signal()

    def __init__(self, recent: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setAccessibleName("Start")
        title = QLabel("Dataset Inspector")
        title.setProperty("role", "title")
        purpose = QLabel(
            "Shows why the validation accuracy of an image classifier lies,"
            " and lets you put the dataset right."
        )
        purpose.setProperty("role", "muted")
        purpose.setWordWrap(True)
        column = QVBoxLayout()
        column.setSpacing(16)
        column.addStretch(2)
        for widget in (title, purpose, self._drop_field(), self._buttons()):
            column.addWidget(widget)
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.setProperty("role", "error")
        self._note.setAccessibleName("What went wrong")
        column.addWidget(self._note)
        self._job = JobBar()
        column.addWidget(self._job, 0, Qt.AlignmentFlag.AlignLeft)
        self._add_recent(column, recent)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch(1)
        inner = QWidget()
        inner.setLayout(column)
        inner.setMaximumWidth(680)
        inner.setMinimumWidth(520)
        row.addWidget(inner, 4)
        row.addStretch(1)

    def say(self, text: str) -> None:
        """Show why something could not be opened."""
        self._note.setText(text)

    def show_job(self, progress: Progress, stop: Stop) -> None:
        """Show that the sample is being made, with a stop."""
        self.say("")
        self._sample.setEnabled(False)
        self._job.start(progress, stop)

    def end_job(self) -> None:
        """Offer the sample again."""
        self._sample.setEnabled(True)
        self._job.finish()

    def _drop_field(self) -> QWidget:
        field = QFrame()
        field.setObjectName("dropField")
        field.setMinimumHeight(180)
        text = QLabel("Drop a dataset folder here")
        text.setProperty("role", "heading")
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint = QLabel(
            "class folders, or training and validation folders with class folders in them"
        )
        hint.setProperty("role", "muted")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside = QVBoxLayout(field)
        inside.addStretch()
        inside.addWidget(text)
        inside.addWidget(hint)
        inside.addStretch()
        return field

    def _buttons(self) -> QWidget:
        row = QWidget()
        inside = QHBoxLayout(row)
        inside.setContentsMargins(0, 0, 0, 0)
        choose = QPushButton("Open a folder…")
        choose.setProperty("role", "primary")
        choose.setShortcut("Ctrl+O")
        choose.clicked.connect(self.ask_folder)
        self._sample = sample = QPushButton("Try the sample")
        sample.setToolTip("Makes a small dataset with known flaws, in some seconds, offline")
        sample.clicked.connect(self.sample_asked)
        inside.addWidget(choose)
        inside.addWidget(sample)
        inside.addStretch()
        preferences = QPushButton("Preferences…")
        preferences.setToolTip("Theme, notifications and more (Ctrl+,)")
        preferences.clicked.connect(self.preferences_asked)
        inside.addWidget(preferences)
        return row

    def _add_recent(self, column: QVBoxLayout, recent: Sequence[tuple[str, str]]) -> None:
        if not recent:
            return
        head = QLabel("Recent")
        head.setProperty("role", "heading")
        column.addWidget(head)
        for _, dataset in recent[:6]:
            there = Path(dataset).is_dir()
            place = self.fontMetrics().elidedText(
                str(Path(dataset).parent), Qt.TextElideMode.ElideMiddle, PLACE_PX
            )
            words = f"{Path(dataset).name}    {place}"
            button = QPushButton(words if there else f"{words}    (not there now)")
            button.setProperty("role", "row")
            button.setProperty("dataset", dataset)
            button.setToolTip(dataset)
            button.setEnabled(there)
            button.clicked.connect(self._on_recent)
            column.addWidget(button)

    def _on_recent(self) -> None:
        self.opened.emit(str(self.sender().property("dataset")))

    def ask_folder(self) -> None:
        """Ask for a folder by the system's dialog."""
        folder = QFileDialog.getExistingDirectory(self, "Open a dataset's folder")
        if folder:
            self.opened.emit(folder)
