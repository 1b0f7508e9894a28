"""Shortcuts: the clearest probe that predicts the class without the object, with images."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.app.overview.finding_card import STRIP, image_strip
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.jobs import Job, Jobs
from inspector.errors import InspectorError
from inspector.project.diagnosis.shortcuts import ShortcutReport
from inspector.project.project import Project
from inspector.work.jobs import Progress, Stop

_TITLE = "Shortcuts: what predicts the class without the object?"
_ASK = (
    "Eleven probes look at compression, size, borders, background, colour, blur, camera, overlays"
    " and names. It takes some minutes in the background."
)
_JUDGE = (
    "A probe may read what defines the class, as darkness defines night: that is for you to judge."
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The last search, and the images of its clearest probe."""

    report: ShortcutReport | None
    pictures: tuple[tuple[str, QImage], ...]


class ShortcutsCard(QFrame):
    """Searches for shortcuts and shows the last result; hidden until a scan is complete.

    Attributes:
        requested: A title and sample ids to list in the gallery.
    """

    requested = Signal(str, object)

    def __init__(self, project: Project, bridge: Bridge, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._project, self._bridge, self._jobs = project, bridge, jobs
        self._job: Job | None = None
        self._report: ShortcutReport | None = None
        self._title, self._text = QLabel(_TITLE), QLabel(_ASK)
        self._title.setObjectName("shortcuts-title")
        self._title.setProperty("role", "card-title")
        self._text.setObjectName("shortcuts-text")
        self._text.setProperty("role", "caption")
        for label in (self._title, self._text):
            label.setWordWrap(True)
        self._strip = QWidget()
        self._see, self._look = QPushButton("See"), QPushButton("Look for shortcuts")
        self._see.clicked.connect(self._on_see)
        self._look.clicked.connect(self._on_look)
        for button in (self._see, self._look):
            button.setProperty("role", "quiet")
            button.setAccessibleDescription(_TITLE)
        actions = QHBoxLayout()
        actions.addStretch()
        actions.addWidget(self._see)
        actions.addWidget(self._look)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 14, 16, 14)
        self._column.setSpacing(8)
        for part in (self._title, self._strip, self._text):
            self._column.addWidget(part)
        self._column.addLayout(actions)
        self.setVisible(False)

    def refresh(self) -> None:
        """Read the last search again; it needs a complete scan."""
        self._bridge.call(self._read, self._show, channel="shortcuts")

    def _read(self) -> _Shown:
        report = self._project.shortcuts.last()
        if report is None or not report.shortcuts:
            return _Shown(report, ())
        pictures = []
        for sample in report.shortcuts[0].examples[:STRIP]:
            image = from_jpeg(self._project.samples.thumbnail(sample.id))
            if not image.isNull():
                pictures.append((f"{sample.label}: {sample.path}", image))
        return _Shown(report, tuple(pictures))

    def _show(self, shown: _Shown) -> None:
        self._report = shown.report
        self.setVisible(True)
        shortcuts = shown.report.shortcuts if shown.report else ()
        strip = QWidget()
        if shown.pictures:
            strip.setLayout(image_strip(shown.pictures))
        self._column.replaceWidget(self._strip, strip)
        self._strip.deleteLater()
        self._strip = strip
        strip.setVisible(bool(shown.pictures))
        self._see.setVisible(bool(shortcuts))
        self._look.setText("Search again" if shown.report else "Look for shortcuts")
        if shown.report is None:
            self._title.setText(_TITLE)
            self._text.setText(_ASK)
            return
        if not shortcuts:
            self._title.setText("No probe predicts the class without the object")
            self._text.setText(
                f"{len(shown.report.findings)} probes, out of fold by group on"
                f" {shown.report.images:,} images. Other shortcuts are not ruled out."
            )
            return
        best, others = shortcuts[0], shortcuts[1:]
        self._title.setText(best.text)
        more = "".join(f" {other.text}" for other in others)
        self._text.setText(f"{best.advice}{more} {_JUDGE}")

    def _on_see(self) -> None:
        if self._report is not None and self._report.shortcuts:
            best = self._report.shortcuts[0]
            title = f"Images that {best.result.probe.value} predicts best"
            self.requested.emit(title, tuple(s.id for s in best.examples))

    def _on_look(self) -> None:
        if self._job is not None:
            return
        progress, stop = Progress(), Stop()
        self._job = self._jobs.start(progress, stop)
        self._look.setEnabled(False)
        self._text.setText("The probes are being trained.")
        self._bridge.call(
            lambda: self._project.shortcuts.find(stop=stop, progress=progress),
            self._on_found, on_error=self._on_error,
        )  # fmt: skip

    def _on_found(self, report: ShortcutReport | None) -> None:
        self._ended()
        if report is None:
            self._text.setText("Stopped. This search was not saved.")
        else:
            self.refresh()

    def _on_error(self, error: InspectorError) -> None:
        self._ended()
        self._text.setText(f"{error.message}. {error.advice}")

    def _ended(self) -> None:
        self._jobs.end(self._job)
        self._job = None
        self._look.setEnabled(True)
