"""Borrowed accuracy: how much of validation accuracy hangs on the same group, with images."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.app.overview.finding_card import STRIP, image_strip
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.jobs import Job, Jobs
from inspector.errors import InspectorError
from inspector.project.diagnosis.influences import CAVEAT, BorrowedReport
from inspector.project.project import Project
from inspector.work.jobs import Progress, Stop

_TITLE = "Borrowed accuracy: whose image answered?"
_ASK = (
    "Each validation image is judged without the training images of its own group. Images are"
    " embedded first: it takes some minutes in the background."
)
_MEASURE = "Measure borrowed accuracy"


@dataclass(frozen=True, slots=True)
class _BorrowedImages:
    """The last measurement, and some images that borrow."""

    report: BorrowedReport | None
    pictures: tuple[tuple[str, QImage], ...]


class BorrowedCard(QFrame):
    """Measures borrowed accuracy and shows the last result; hidden until a scan is complete.

    Attributes:
        requested: A title and sample ids to list in the gallery.
    """

    requested = Signal(str, object)

    def __init__(self, project: Project, bridge: Bridge, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._project, self._bridge, self._jobs = project, bridge, jobs
        self._job: Job | None = None
        self._report: BorrowedReport | None = None
        self._title, self._text = QLabel(_TITLE), QLabel(_ASK)
        self._title.setObjectName("borrowed-title")
        self._title.setProperty("role", "card-title")
        self._text.setObjectName("borrowed-text")
        self._text.setProperty("role", "caption")
        for label in (self._title, self._text):
            label.setWordWrap(True)
        self._strip = QWidget()
        self._see, self._measure = QPushButton("See"), QPushButton(_MEASURE)
        self._see.clicked.connect(self._on_see)
        self._measure.clicked.connect(self._on_measure)
        actions = QHBoxLayout()
        actions.addStretch()
        for button in (self._see, self._measure):
            button.setProperty("role", "quiet")
            button.setAccessibleDescription(_TITLE)
            actions.addWidget(button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 14, 16, 14)
        self._column.setSpacing(8)
        for part in (self._title, self._strip, self._text):
            self._column.addWidget(part)
        self._column.addLayout(actions)
        self.setVisible(False)

    def refresh(self) -> None:
        """Ask for the last measurement again; it needs a finished scan."""
        self._bridge.call(self._read, self._show, channel="borrowed accuracy")

    def _read(self) -> _BorrowedImages:
        report = self._project.influences.last()
        pictures = []
        for one in report.borrowing[:STRIP] if report else ():
            image = from_jpeg(self._project.samples.thumbnail(one.sample.id))
            if not image.isNull():
                pictures.append((one.sample.path, image))
        return _BorrowedImages(report, tuple(pictures))

    def _show(self, shown: _BorrowedImages) -> None:
        report = self._report = shown.report
        self.setVisible(True)
        strip = QWidget()
        if shown.pictures:
            strip.setLayout(image_strip(shown.pictures))
        self._column.replaceWidget(self._strip, strip)
        self._strip.deleteLater()
        self._strip = strip
        strip.setVisible(bool(shown.pictures))
        borrowing = report.borrowing if report else ()
        self._see.setVisible(bool(borrowing))
        self._measure.setText("Measure again" if report else _MEASURE)
        if report is None:
            self._title.setText(_TITLE)
            self._text.setText(_ASK)
            return
        self._title.setText(report.text)
        count = f"{len(borrowing):,} of {report.images:,} {report.evaluation} images are right with"
        self._text.setText(f"{count} their own group in training only. {CAVEAT}")

    def _on_see(self) -> None:
        if self._report is not None and self._report.borrowing:
            ids = tuple(one.sample.id for one in self._report.borrowing)
            self.requested.emit("Right with their own group in training only", ids)

    def _on_measure(self) -> None:
        if self._job is not None:
            return
        progress, stop = Progress(), Stop()
        self._job = self._jobs.start(progress, stop)
        self._measure.setEnabled(False)
        self._text.setText("Images are embedded and judged.")
        self._bridge.call(
            lambda: self._project.influences.find(stop=stop, progress=progress),
            self._on_measured, on_error=self._on_error,
        )  # fmt: skip

    def _on_measured(self, report: BorrowedReport | None) -> None:
        self._ended()
        if report is None:
            self._text.setText("Stopped. This measurement was not saved.")
        else:
            self.refresh()

    def _on_error(self, error: InspectorError) -> None:
        self._ended()
        self._text.setText(f"{error.message}. {error.advice}")

    def _ended(self) -> None:
        self._jobs.end(self._job)
        self._job = None
        self._measure.setEnabled(True)
