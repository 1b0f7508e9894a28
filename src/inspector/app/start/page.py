"""Start: drop a folder, open one, open a recent one, or try the sample."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

if TYPE_CHECKING:
    # This page is what the window shows first: what it does not paint comes later.
    from collections.abc import Mapping

    from PySide6.QtGui import QImage, QPaintEvent

    from inspector.app.widgets.jobs import Jobs
    from inspector.app.widgets.jobs_bar import JobBar
    from inspector.work.jobs import Progress, Stop

PLACE_PX = 360
FACE_PX = 36
SHOWN = 5


class StartPage(QWidget):
    """Offer the ways to open a dataset.

    Attributes:
        opened: The path of a folder or a project file that the person chose.
        sample_asked: The person wants the generated sample.
        preferences_asked: The person wants to see the preferences.
        painted: The page was seen for the first time.
    """

    opened = Signal(str)
    sample_asked = Signal()
    preferences_asked = Signal()
    painted = Signal()

    def __init__(self, recent: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setAccessibleName("Start")
        title = QLabel("Dataset Inspector")
        title.setProperty("role", "title")
        purpose = QLabel(
            "Shows why the validation accuracy of an image classifier is misleading,"
            " and helps you fix the dataset."
        )
        purpose.setProperty("role", "muted")
        purpose.setWordWrap(True)
        self._painted = False
        self._recent: list[QPushButton] = []
        self._column = column = QVBoxLayout()
        column.setSpacing(16)
        column.addStretch(2)
        column.addWidget(title)
        column.addWidget(purpose)
        # It gives way to the recent ones in a small window.
        column.addWidget(self._drop_field(), 4)
        column.addWidget(self._buttons())
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.setProperty("role", "error")
        self._note.setObjectName("start-error")
        self._note.setAccessibleName("What went wrong")
        column.addWidget(self._note)
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

    def show_job(self, progress: "Progress", stop: "Stop") -> None:
        """Show that the sample is being made, with a stop."""
        self.say("")
        self._sample.setEnabled(False)
        self._jobs.start(progress, stop)

    def end_job(self) -> None:
        """Offer the sample again."""
        self._sample.setEnabled(True)
        for job in self._jobs.running:
            self._jobs.end(job)

    def watch(self, jobs: "Jobs") -> None:
        """Show jobs of the window below the buttons."""
        self._bar.watch(jobs)

    def show_faces(self, thumbnails_of: "Mapping[str, list[QImage]]") -> None:
        """Show images of recent datasets at the end of their lines, whose room was kept."""
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QPixmap

        for button in self._recent:
            row = QHBoxLayout(button)
            row.setContentsMargins(0, 0, 8, 0)
            row.addStretch()
            for face in thumbnails_of.get(button.property("dataset"), ()):
                label = QLabel()
                pixmap = QPixmap.fromImage(face)
                pixmap.setDevicePixelRatio(face.width() / FACE_PX)
                label.setPixmap(pixmap)
                label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
                row.addWidget(label)

    def paintEvent(self, event: "QPaintEvent") -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._finish)

    def _finish(self) -> None:
        """Add what is not painted: a shortcut brings the names of `Qt`, which take 15 ms."""
        self._choose.setShortcut("Ctrl+O")
        self.painted.emit()

    @cached_property
    def _jobs(self) -> "Jobs":
        """The making of the sample."""
        from inspector.app.widgets.jobs import Jobs

        jobs = Jobs(self)
        self._bar.watch(jobs)
        return jobs

    @cached_property
    def _bar(self) -> "JobBar":
        """What runs before a project is open."""
        from PySide6.QtCore import Qt

        from inspector.app.widgets.jobs_bar import JobBar

        bar = JobBar()
        below = self._column.indexOf(self._note) + 1
        self._column.insertWidget(below, bar, 0, Qt.AlignmentFlag.AlignLeft)
        return bar

    def _drop_field(self) -> QWidget:
        field = QFrame()
        field.setObjectName("dropField")
        field.setMinimumHeight(90)
        field.setMaximumHeight(180)
        text = QLabel("Drop a dataset folder here")
        text.setProperty("role", "heading")
        hint = QLabel(
            "class folders, or training and validation folders with class folders in them"
        )
        hint.setProperty("role", "muted")
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
        self._choose = choose = QPushButton("Open a folder…")
        choose.setProperty("role", "primary")
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
        lines = QVBoxLayout()
        lines.setSpacing(4)
        column.addLayout(lines)
        for _, dataset in recent[:SHOWN]:
            there = Path(dataset).is_dir()
            words = f"{Path(dataset).name}    {self._shortened(str(Path(dataset).parent))}"
            button = QPushButton(words if there else f"{words}    (not there now)")
            button.setProperty("role", "row")
            button.setProperty("dataset", dataset)
            button.setToolTip(dataset)
            button.setEnabled(there)
            button.setMinimumHeight(FACE_PX + 8)
            button.clicked.connect(self._on_recent)
            lines.addWidget(button)
            self._recent.append(button)

    def _shortened(self, place: str) -> str:
        """Leave out the middle of what is wider than its room, as Qt does with more names."""
        width = self.fontMetrics().horizontalAdvance
        kept, words = len(place) // 2, place
        while kept > 1 and width(words) > PLACE_PX:
            kept -= 1
            words = f"{place[:kept]}…{place[-kept:]}"
        return words

    def _on_recent(self) -> None:
        self.opened.emit(str(self.sender().property("dataset")))

    def ask_folder(self) -> None:
        """Ask for a folder by the system's dialog."""
        from PySide6.QtWidgets import QFileDialog

        folder = QFileDialog.getExistingDirectory(self, "Open a dataset's folder")
        if folder:
            self.opened.emit(folder)
