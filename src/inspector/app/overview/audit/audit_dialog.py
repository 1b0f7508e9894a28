"""Compare with another dataset: which of its images are in this one, and by what kind."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.overview.audit.audit_card import QUESTION
from inspector.app.overview.audit.comparison import AuditAnswer, compare_with
from inspector.app.overview.audit.result_view import AuditResultView
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.focus import StableFocus
from inspector.app.widgets.jobs import Job, Jobs
from inspector.app.widgets.jobs_bar import SAMPLE_MS
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.similarity.fingerprint_file import ENDING
from inspector.work.jobs import Progress, Stop

_SHARE = 0.92
_HELP = (
    "Choose another dataset, its project, or a fingerprint file that a benchmark's owner publishes"
    " in place of the images. Every image of this dataset is compared with every image of the other"
    " one: identical files, identical pixels, flipped or rotated, and near. A dataset that is new"
    " here is scanned first. Neither one is changed."
)
_HELP_PX = 620
_REPORTS = "Page (*.html);;List of all pairs (*.csv)"


class AuditDialog(StableFocus, QDialog):
    """Chooses the other dataset, compares, shows the pairs, and saves them.

    Attributes:
        list_requested: A title and ids of samples to list in the gallery.
    """

    list_requested = Signal(str, object)

    def __init__(self, project: Project, bridge: Bridge, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Compare with another dataset")
        self._project, self._bridge, self._jobs = project, bridge, jobs
        self._job: Job | None = None
        self._answer: AuditAnswer | None = None
        self._path = QLineEdit()
        self._status = QLabel()
        self._bar = QProgressBar()
        self._folder, self._file = QPushButton("Folder…"), QPushButton("Fingerprint file…")
        self._first_folder = QPushButton("Choose a folder…")
        self._first_file = QPushButton("Choose a fingerprint file…")
        self._start, self._stop = QPushButton("Compare"), QPushButton("Stop")
        self._own, self._save = QPushButton("Show my images"), QPushButton("Save…")
        self._close = QPushButton("Close")
        self.pairs = AuditResultView(project, bridge)
        self._stack = QStackedWidget()
        self._timer = QTimer(self)
        self._timer.setInterval(SAMPLE_MS)
        self._timer.timeout.connect(self._sample)
        self._lay_out()
        self._connect()
        self._show_controls()
        self.resize(parent.size() * _SHARE)

    def compare(self, other: Path) -> None:
        """Compare with a dataset folder, a project or a fingerprint file."""
        if self._job is not None:
            return
        progress, stop = Progress(), Stop()
        self._path.setText(str(other))
        self._status.setText("")
        self._job = self._jobs.start(progress, stop)
        self._timer.start()
        self._show_controls()
        self._bridge.call(
            lambda: compare_with(self._project, other, stop=stop, progress=progress),
            self._show_answer, on_error=self._refuse, on_end=self._over,
        )  # fmt: skip

    def done(self, code: int) -> None:
        """Stop the comparison, too."""
        if self._job is not None:
            self._job.stop.set()
            self._jobs.end(self._job)
        super().done(code)

    def _on_start(self) -> None:
        text = self._path.text().strip()
        if text:
            self.compare(Path(text).expanduser())

    def _on_stop(self) -> None:
        if self._job is not None:
            self._job.stop.set()
            self._status.setText("Stopping…")

    def _show_answer(self, answer: AuditAnswer | None) -> None:
        if answer is None:
            self._status.setText("Stopped. What was scanned of the other dataset is kept.")
            return
        self._answer = answer
        self._status.setText("")
        self._stack.setCurrentWidget(self.pairs)
        self.pairs.show_answer(answer)

    def _refuse(self, error: InspectorError) -> None:
        self._status.setText(f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}")

    def _over(self) -> None:
        self._timer.stop()
        self._jobs.end(self._job)
        self._job = None
        self._show_controls()

    def _sample(self) -> None:
        if self._job is None or self._job.stop.is_set():
            return
        now = self._job.progress.snapshot()
        self._bar.setRange(0, 1000 if now.total else 0)
        if now.total:
            self._bar.setValue(1000 * now.done // now.total)
        count = f" · {now.done:,} of {now.total:,}" if now.total else ""
        self._status.setText(f"{now.phase}{count}")

    def _on_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "The other dataset")
        if name:
            self.compare(Path(name))

    def _on_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "Fingerprints or a project", "", f"Fingerprints (*{ENDING});;All files (*)"
        )
        if name:
            self.compare(Path(name))

    def _on_own(self) -> None:
        """List the images of this dataset that are in the shown pairs."""
        answer = self._answer
        if answer is None:
            return
        paths = list(dict.fromkeys(pair.a.path for pair in self.pairs.shown_pairs()))
        title = f"Also in {answer.audit.b.name}"
        samples = self._project.samples

        def show(ids: list[int]) -> None:
            self.list_requested.emit(title, ids)
            self.accept()

        self._bridge.call(lambda: [s.id for s in samples.by_paths(paths)], show)

    def _on_save(self) -> None:
        answer = self._answer
        if answer is None:
            return
        start = str(Path.home() / f"{answer.audit.a.name}-{answer.audit.b.name}.html")
        name, _ = QFileDialog.getSaveFileName(
            self, "Where to save the audit", start, _REPORTS,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if name:
            self.save(Path(name))

    def save(self, file: Path) -> None:
        """Save the audit as a page, or with a name that ends with .csv as a list of all pairs."""
        answer = self._answer
        if answer is not None:
            audits = self._project.audits
            self._bridge.call(
                lambda: audits.write_report(answer.audit, file, root=answer.root),
                lambda _: self._status.setText(f"Saved: {file}"), on_error=self._refuse,
            )  # fmt: skip

    def _show_controls(self) -> None:
        busy = self._job is not None
        there = self._answer is not None and not busy
        for choice in (self._folder, self._file, self._first_folder, self._first_file, self._path):
            choice.setEnabled(not busy)
        # Until there is an answer, the page in the middle has these buttons.
        for button in (self._folder, self._file, self._own, self._save):
            button.setVisible(self._answer is not None)
        self._start.setEnabled(not busy and bool(self._path.text().strip()))
        self._stop.setVisible(busy)
        self._bar.setVisible(busy)
        self._save.setEnabled(there)
        self._own.setEnabled(there and bool(self.pairs.shown_pairs()))

    def _connect(self) -> None:
        self._path.textChanged.connect(self._show_controls)
        self._path.returnPressed.connect(self._on_start)
        for folder, file in (
            (self._folder, self._file), (self._first_folder, self._first_file),
        ):  # fmt: skip
            folder.clicked.connect(self._on_folder)
            file.clicked.connect(self._on_file)
        self._start.clicked.connect(self._on_start)
        self._stop.clicked.connect(self._on_stop)
        self._own.clicked.connect(self._on_own)
        self._save.clicked.connect(self._on_save)
        self._close.clicked.connect(self.reject)
        self.pairs.filtered.connect(self._show_controls)

    def _lay_out(self) -> None:
        self._path.setAccessibleName("The other dataset")
        self._path.setPlaceholderText("A dataset folder, a project or a fingerprint file")
        self._status.setObjectName("audit-status")
        self._status.setProperty("role", "muted")
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(120)
        self._bar.setAccessibleName("Progress of the comparison")
        for button in (self._start, self._first_folder):
            button.setProperty("role", "primary")
        self._start.setDefault(True)
        self._own.setToolTip("The images of this dataset in the shown pairs, in Gallery")
        self._save.setToolTip("A page with the closest pairs, or a CSV of all of them")
        self._status.setWordWrap(True)
        for button in (
            self._folder, self._file, self._first_folder, self._first_file, self._stop, self._own,
            self._save, self._close,
        ):  # fmt: skip
            button.setAutoDefault(False)
        where, foot = QHBoxLayout(), QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(self._path, 1)
        for button in (self._folder, self._file, self._start):
            where.addWidget(button)
        foot.setSpacing(8)
        foot.addWidget(self._bar)
        foot.addWidget(self._status, 1)
        for button in (self._stop, self._own, self._save, self._close):
            foot.addWidget(button)
        self._stack.addWidget(self._empty_page())
        self._stack.addWidget(self.pairs)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addLayout(where)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)

    def _empty_page(self) -> QWidget:
        """Return what is shown before the first answer: the question, and where to begin."""
        title, text = QLabel(QUESTION), QLabel(_HELP)
        title.setProperty("role", "title")
        text.setProperty("role", "muted")
        text.setWordWrap(True)
        text.setFixedWidth(_HELP_PX)
        for label in (title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        # Stretches centre it: an alignment would cut off the last lines of a label that wraps.
        centred, buttons = QHBoxLayout(), QHBoxLayout()
        centred.addStretch()
        centred.addWidget(text)
        centred.addStretch()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(self._first_folder)
        buttons.addWidget(self._first_file)
        buttons.addStretch()
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setSpacing(14)
        column.addStretch(2)
        column.addWidget(title)
        column.addLayout(centred)
        column.addLayout(buttons)
        column.addStretch(3)
        return empty
