"""A card on Overview that starts a measurement in the background and shows the last result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.app.overview.finding_card import STRIP, image_strip
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.jobs import Job, Jobs
from inspector.app.widgets.page import PageRequest
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.store.samples import Sample
from inspector.work.jobs import Progress, Stop


@dataclass(frozen=True, slots=True)
class CardWords:
    """The texts of a card.

    Attributes:
        name: Prefix of the object names, and the channel of its requests.
        title: Title before a measurement.
        ask: What a measurement does.
        start: Text of the button; `again` once there is a result.
        running: Text during a measurement.
        stopped: Text after the user stopped it.
    """

    name: str
    title: str
    ask: str
    start: str
    again: str
    running: str
    stopped: str


@dataclass(frozen=True, slots=True)
class CardResult:
    """The last result of a measurement.

    Attributes:
        pictures: First images of the list, each with its tooltip.
        list_title: Title of the list in the gallery; `sample_ids` may be ().
        remedy: Text of the button that goes where something can be done; "" for none, else with
            the `request`.
    """

    title: str
    text: str
    pictures: tuple[tuple[str, QImage], ...] = ()
    list_title: str = ""
    sample_ids: tuple[int, ...] = ()
    remedy: str = ""
    request: PageRequest | None = None


class MeasurementCard(QFrame):
    """Measures on request and shows the last result; hidden until a scan is complete.

    Args:
        read: Returns the last result, or None; called off the GUI thread.
        measure: Runs a measurement and returns None if stopped; called off the GUI thread.
        choice: What to measure, to the left of the buttons.

    Attributes:
        requested: A title and sample ids to list in the gallery.
        page_requested: A `PageRequest`: something can be done there.
    """

    requested = Signal(str, object)
    page_requested = Signal(object)

    def __init__(
        self,
        words: CardWords,
        read: Callable[[], CardResult | None],
        measure: Callable[[Stop, Progress], object],
        bridge: Bridge,
        jobs: Jobs,
        *,
        choice: QWidget | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._words, self._read, self._measure = words, read, measure
        self._bridge, self._jobs = bridge, jobs
        self._job: Job | None = None
        self._result: CardResult | None = None
        self._title, self._text = QLabel(words.title), QLabel(words.ask)
        for label, role in ((self._title, "card-title"), (self._text, "caption")):
            label.setProperty("role", role)
            label.setWordWrap(True)
        self._title.setObjectName(f"{words.name}-title")
        self._text.setObjectName(f"{words.name}-text")
        self._strip = QWidget()
        self._see, self._start = QPushButton("See"), QPushButton(words.start)
        self._remedy = QPushButton()
        self._remedy.hide()
        self._remedy.clicked.connect(self._on_remedy)
        self._see.clicked.connect(self._on_see)
        self._start.clicked.connect(self._on_start)
        actions = QHBoxLayout()
        if choice is not None:
            actions.addWidget(choice)
        actions.addStretch()
        for button in (self._remedy, self._see, self._start):
            button.setProperty("role", "quiet")
            button.setAccessibleDescription(words.title)
            actions.addWidget(button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 14, 16, 14)
        self._column.setSpacing(8)
        for part in (self._title, self._strip, self._text):
            self._column.addWidget(part)
        self._column.addLayout(actions)
        self.setVisible(False)

    def refresh(self) -> None:
        """Read the last result again; it needs a complete scan."""
        self._bridge.call(self._read, self._show, channel=self._words.name)

    def _show(self, result: CardResult | None) -> None:
        self._result = result
        self.setVisible(True)
        strip = QWidget()
        if result is not None and result.pictures:
            strip.setLayout(image_strip(result.pictures))
        self._column.replaceWidget(self._strip, strip)
        self._strip.deleteLater()
        self._strip = strip
        strip.setVisible(result is not None and bool(result.pictures))
        self._see.setVisible(result is not None and bool(result.sample_ids))
        self._remedy.setText(result.remedy if result is not None else "")
        self._remedy.setVisible(bool(self._remedy.text()))
        self._start.setText(self._words.start if result is None else self._words.again)
        self._title.setText(self._words.title if result is None else result.title)
        if self._job is None:
            self._text.setText(self._words.ask if result is None else result.text)

    def _on_see(self) -> None:
        if self._result is not None:
            self.requested.emit(self._result.list_title, self._result.sample_ids)

    def _on_remedy(self) -> None:
        if self._result is not None and self._result.request is not None:
            self.page_requested.emit(self._result.request)

    def _on_start(self) -> None:
        if self._job is not None:
            return
        progress, stop = Progress(), Stop()
        self._job = self._jobs.start(progress, stop)
        self._start.setEnabled(False)
        self._text.setText(self._words.running)
        self._bridge.call(
            lambda: self._measure(stop, progress), self._on_measured, on_error=self._on_error
        )

    def _on_measured(self, report: object) -> None:
        self._end()
        if report is None:
            self._text.setText(self._words.stopped)
        else:
            self.refresh()

    def _on_error(self, error: InspectorError) -> None:
        self._end()
        self._text.setText(f"{error.message}. {error.advice}")

    def _end(self) -> None:
        self._jobs.end(self._job)
        self._job = None
        self._start.setEnabled(True)


def pictures_of(
    project: Project, samples: Sequence[Sample], tooltip: Callable[[Sample], str]
) -> tuple[tuple[str, QImage], ...]:
    """Return the first images of a list, without those that have no thumbnail."""
    pictures = []
    for sample in samples[:STRIP]:
        image = from_jpeg(project.samples.thumbnail(sample.id))
        if not image.isNull():
            pictures.append((tooltip(sample), image))
    return tuple(pictures)
