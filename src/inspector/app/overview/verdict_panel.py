"""The user's two accuracies, and the diagnosis of the gap between them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.accuracy_field import AccuracyField
from inspector.app.widgets.icons import icon
from inspector.app.widgets.jobs import Job, Jobs
from inspector.audit.diagnosis import Diagnosis
from inspector.audit.predictions import Rate
from inspector.errors import InspectorError
from inspector.project.diagnosis.diagnoses import StoredDiagnosis, UserMetrics
from inspector.project.project import Project
from inspector.work.jobs import Progress, Stop

_NOT_STATED = 0.0
_CLASSES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class _Read:
    """The stored diagnosis, the user's own model and the membership."""

    last: StoredDiagnosis | None
    rates: Sequence[Rate]
    stands: str
    stated: str


class VerdictPanel(QFrame):
    """Takes two accuracies, runs a diagnosis and shows its result.

    Attributes:
        code_requested: The user wants to paste the code that loads the data.
        updated: The diagnosis or the accuracies have changed.
        started: A diagnosis was started; none starts automatically any more.
    """

    code_requested = Signal()
    updated = Signal()

    def __init__(self, project: Project, bridge: Bridge, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._project, self._bridge = project, bridge
        self._jobs = jobs
        self._job: Job | None = None
        self._began = 0.0
        self.started = False
        self._split = AccuracyField("Accuracy on the validation split, 0 if not stated")
        self._folder = AccuracyField("Accuracy on the real folder, 0 if not stated")
        self._split_images = _images("Images of the validation split, 0 if not stated")
        self._folder_images = _images("Images of the real folder, 0 if not stated")
        self._paste = QPushButton("Paste your code…")
        self._paste.setToolTip("Both calls that load the data: they are read, never run")
        self._predictions = QPushButton("Add predictions…")
        self._predictions.setToolTip("A CSV of your model: path, label, predicted, confidence")
        self._run = QPushButton("Measure")
        self._run.setIcon(icon("refresh"))
        self._verdict, self._own, self._stands = QLabel(), QLabel(), QLabel()
        self._made = QLabel()
        for label in (self._verdict, self._made, self._own, self._stands):
            label.setWordWrap(True)
        for label in (self._made, self._verdict):
            label.setProperty("role", "muted")
        for label, name in (
            (self._verdict, "verdict"), (self._made, "verdict-date"), (self._own, "own-model"),
            (self._stands, "leakage-sentence"),
        ):  # fmt: skip
            label.setObjectName(name)
        self._lay_out()
        self._connect()
        self._show_numbers()

    @property
    def accuracy_fields(self) -> tuple[AccuracyField, AccuracyField]:
        """The fields of the two accuracies, placed on another card."""
        return self._split, self._folder

    @property
    def run_button(self) -> QPushButton:
        """The button that starts a diagnosis, placed above the evidence."""
        return self._run

    @property
    def verdict_label(self) -> QLabel:
        """The verdict or the progress as text, placed beside the button."""
        return self._verdict

    def refresh(self, *, complete: bool) -> None:
        """Show the last diagnosis; a new one needs a complete scan."""
        self._run.setEnabled(complete and self._job is None)
        if complete:
            self._bridge.call(self._read, self._show, channel="verdict")

    def _read(self) -> _Read:
        diagnoses = self._project.diagnoses
        rates: Sequence[Rate] = ()
        stands = ""
        try:
            leakage = self._project.splits.leaks(with_seeds=False)
            stands = leakage.text
            rates = diagnoses.rates(leakage)
        except InspectorError as error:
            stands = f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}"
        return _Read(diagnoses.last(), rates, stands, diagnoses.numbers.text)

    def _show(self, read: _Read) -> None:
        self.updated.emit()
        last = read.last
        own = [line for line in (read.stated, *_own_lines(read.rates)) if line]
        self._own.setText("\n".join(own))
        self._own.setVisible(bool(own))
        self._stands.setText(read.stands)
        self._stands.setVisible(bool(read.stands))
        if self._job is None:
            self._run.setText("Measure" if last is None else "Measure again")
        if last is None or not last.same_files:
            self._start_by_itself()
        if self._job is not None and (last is None or last.at < self._began):
            return
        self._made.setText(last.age_text if last else "")
        self._made.setVisible(last is not None)
        if last is None:
            if not self.started:
                self._show_status(
                    "Enter your accuracies (optional), then let baseline models measure the gap."
                )
            return
        # The page shows it above, with its interval.
        self._verdict.setText(last.answer["verdict"])
        self._verdict.setVisible(False)

    def _start_by_itself(self) -> None:
        """Run a diagnosis automatically, once per session, after the scan and its groups."""
        if self.started or self._job is not None or not self._project.layout.sure:
            return
        self._start(None)

    def _on_number(self) -> None:
        """Save an accuracy as soon as it is typed; the page follows."""
        stated = self._stated()
        if stated != self._project.diagnoses.numbers:
            self._bridge.call(
                lambda: self._project.diagnoses.state(stated), on_error=self._on_error, writes=True
            )

    def _on_run(self) -> None:
        if self._job is None:
            self._start(self._stated())

    def _start(self, numbers: UserMetrics | None) -> None:
        self.started = True
        self._began = time.time()
        self._run.setEnabled(False)
        progress, stop = Progress(), Stop()
        self._job = self._jobs.start(progress, stop)
        self._show_status(
            "Baseline models are being trained; figures appear when the controls are done."
        )
        self._made.setVisible(False)
        diagnoses = self._project.diagnoses

        def work() -> Diagnosis | None:
            if numbers is not None:
                diagnoses.state(numbers)
            return diagnoses.run_all(stop=stop, progress=progress)

        self._bridge.call(work, self._on_done, on_error=self._on_error)

    def _show_status(self, text: str) -> None:
        """Show progress or an error."""
        self._verdict.setText(text)
        self._verdict.setVisible(True)

    def _on_done(self, answer: Diagnosis | None) -> None:
        self._ended()
        if answer is None:
            self._show_status("Stopped. This diagnosis was not saved.")
        else:
            self.refresh(complete=True)

    def _on_error(self, error: InspectorError) -> None:
        self._ended()
        self._show_status(f"{error.message}. {error.advice}")

    def _ended(self) -> None:
        self._jobs.end(self._job)
        self._job = None
        self._run.setEnabled(True)

    def _stated(self) -> UserMetrics:
        split, folder = self._split.value(), self._folder.value()
        return replace(
            self._project.diagnoses.numbers,
            split=None if split == _NOT_STATED else round(split, 4),
            folder=None if folder == _NOT_STATED else round(folder, 4),
            split_images=self._split_images.value() or None,
            folder_images=self._folder_images.value() or None,
        )

    def _on_predictions(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "Predictions of your model", str(Path.home()), "CSV (*.csv)"
        )
        if name:
            numbers = replace(self._stated(), predictions=name)
            self._bridge.call(
                lambda: self._project.diagnoses.state(numbers), on_error=self._on_error, writes=True
            )

    def _show_numbers(self) -> None:
        numbers = self._project.diagnoses.numbers
        self._split.setValue(numbers.split or _NOT_STATED)
        self._folder.setValue(numbers.folder or _NOT_STATED)
        self._split_images.setValue(numbers.split_images or 0)
        self._folder_images.setValue(numbers.folder_images or 0)

    def _connect(self) -> None:
        self._run.clicked.connect(self._on_run)
        for field in (self._split, self._folder, self._split_images, self._folder_images):
            field.editingFinished.connect(self._on_number)
        self._predictions.clicked.connect(self._on_predictions)
        self._paste.clicked.connect(self.code_requested)

    def _lay_out(self) -> None:
        numbers = QHBoxLayout()
        numbers.setSpacing(8)
        numbers.addWidget(QLabel("Measured on"))
        for text, images in (
            ("of validation,", self._split_images), ("of test", self._folder_images)
        ):  # fmt: skip
            numbers.addWidget(images)
            numbers.addWidget(QLabel(text))
        numbers.addStretch()
        title = QLabel("Your own figures")
        title.setProperty("role", "title-2")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addStretch()
        for button in (self._predictions, self._paste):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(numbers)
        for widget in (self._own, self._stands, self._made):
            column.addWidget(widget)
            widget.setVisible(False)


def _own_lines(rates: Sequence[Rate]) -> list[str]:
    """Return the results of the user's own predictions: by split, then by class."""
    left = next((r.n for r in rates if r.name == "not in this dataset"), 0)
    sides = [r for r in rates if not r.name.startswith(("class ", "not in"))]
    classes = [r for r in rates if r.name.startswith("class ")]
    lines = []
    if sides:
        text = "; ".join(
            f"{r.name} {r.share:.3f} [{r.low:.3f}, {r.high:.3f}] of {r.n:,}" for r in sides
        )
        lines.append(f"Your model: {text}." + f" {left:,} rows match no image here." * bool(left))
    if classes:
        classes.sort(key=lambda r: r.share)
        text = "; ".join(
            f"{r.name.removeprefix('class ')} {r.share:.3f} [{r.low:.3f}, {r.high:.3f}] of {r.n:,}"
            for r in classes[:_CLASSES_SHOWN]
        )
        rest = len(classes) - _CLASSES_SHOWN
        lines.append(f"By class, lowest first: {text}{f'; {rest} more' if rest > 0 else ''}.")
    return lines


def _images(name: str) -> QSpinBox:
    field = QSpinBox()
    field.setRange(0, 10_000_000)
    field.setSpecialValueText("? images")
    field.setSuffix(" images")
    field.setFixedWidth(140)
    field.setAccessibleName(name)
    field.setToolTip(name)
    return field
