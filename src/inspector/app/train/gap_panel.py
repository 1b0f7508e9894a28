"""The gap by experiment: the conditions as real trainings, beside the baseline models' answer."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.components_table import ComponentsTable
from inspector.app.widgets.jobs import Job, Jobs
from inspector.errors import InspectorError
from inspector.project.experiments.experiments import Experiment, ExperimentPlan
from inspector.project.project import Project
from inspector.project.training.run import RunConfig
from inspector.training_protocol.messages import Event
from inspector.work.jobs import Progress, Stop

_HELP = (
    "Measure the components of the gap by real trainings: random splits, splits that keep groups"
    " together, trainings inside your folder and on both, for each seed. Plan it shows how many"
    " runs this takes; nothing is trained before you start it."
)


class GapPanel(QWidget):
    """Plans the experiment, runs it, shows the result.

    Attributes:
        ended: No experiment is running any more.
        failed: An `InspectorError`.
    """

    ended = Signal()
    failed = Signal(object)

    def __init__(self, project: Project, bridge: Bridge, jobs: Jobs) -> None:
        super().__init__()
        self._project, self._bridge, self._jobs = project, bridge, jobs
        self._job: Job | None = None
        self._plan: ExperimentPlan | None = None
        self._stop: Stop | None = None
        self._training = False
        self._text, self._verdict, self._evidence = QLabel(_HELP), QLabel(), QLabel()
        self._text.setObjectName("gap-text")
        self._terms = ComponentsTable()
        self._terms.hide()
        self._ask, self._start = QPushButton("Plan it"), QPushButton("Train the models")
        self._ask.clicked.connect(self._on_ask)
        self._start.clicked.connect(self._on_start)
        self._start.setEnabled(False)
        self._config = RunConfig()
        self._lay_out()

    def set_config(self, config: RunConfig) -> None:
        """Take model, size and epochs of the form; other values discard the plan."""
        if config != self._config:
            self._config, self._plan = config, None
            self._start.setEnabled(False)

    def refresh(self) -> None:
        """Show the last result."""
        self._bridge.call(self._project.experiments.last, self._show_last, channel="experiment")

    def is_running(self) -> bool:
        """Return whether an experiment is being trained."""
        return self._training

    def stop(self) -> None:
        """Stop; complete seeds count."""
        if self._stop is not None:
            self._stop.set()

    def _on_ask(self) -> None:
        progress, stop, config = Progress(), Stop(), self._config
        self._stop = stop
        self._ask.setEnabled(False)
        self._text.setText("Training the baseline models for comparison…")
        self._job = self._jobs.start(progress, stop)
        self._bridge.call(
            lambda: self._project.experiments.plan(config=config, stop=stop, progress=progress),
            self._on_planned, on_error=self._on_failed,
        )  # fmt: skip

    def _on_planned(self, plan: ExperimentPlan | None) -> None:
        self._over()
        self._plan = plan
        self._start.setEnabled(plan is not None)
        if plan is None:
            self._text.setText(_HELP)
            return
        seconds = plan.expected_seconds
        time = (
            "the first run will show how long this takes"
            if seconds is None
            else f"about {max(1, round(seconds / 60))} min by earlier runs"
        )
        self._text.setText(
            f"{plan.trainings} trainings of {plan.steps:,} steps, {len(plan.specs)} seeds: {time}."
            " You can stop at any time: complete seeds count, and the rest can be trained later."
        )

    def _on_start(self) -> None:
        plan = self._plan
        if plan is None or self._stop is not None:
            return
        stop = self._stop = Stop()
        self._training = True
        self._ask.setEnabled(False)
        self._start.setEnabled(False)
        self._bridge.call(
            lambda: self._project.experiments.run(plan, _ignore, stop=stop), self._on_answer,
            on_error=self._on_failed,
        )  # fmt: skip

    def _on_answer(self, experiment: Experiment) -> None:
        self._over()
        self._start.setEnabled(experiment.partial and self._plan is not None)
        done = f"{experiment.seeds_done} of {experiment.seeds} seeds are complete."
        self._text.setText(
            done if experiment.answer else f"{done} Figures need at least one complete seed."
        )
        self.refresh()
        self.ended.emit()

    def _on_failed(self, error: InspectorError) -> None:
        self._over()
        self._text.setText(f"{error.message}. {error.advice}")
        self.ended.emit()
        self.failed.emit(error)

    def _over(self) -> None:
        self._jobs.end(self._job)
        self._stop = self._job = None
        self._training = False
        self._ask.setEnabled(True)

    def _show_last(self, document: dict[str, Any] | None) -> None:
        document = document or {}
        self._terms.show_terms(document)
        partial = " Preliminary: seeds are missing." if document.get("partial") else ""
        self._verdict.setText(f"{document.get('verdict', '')}{partial}")
        lines = [*document.get("evidence", ()), *document.get("caveats", ())]
        self._evidence.setText("\n".join(f"•  {line}" for line in lines))

    def _lay_out(self) -> None:
        for label in (self._text, self._verdict, self._evidence):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self._text, self._evidence):
            label.setProperty("role", "muted")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        for widget in (self._text, self._verdict, self._terms, self._evidence):
            column.addWidget(widget)
        column.addStretch()
        area = ColumnArea()
        area.setWidget(inner)
        area.setAccessibleName("The gap by trainings")
        row = QHBoxLayout()
        row.addWidget(self._ask)
        row.addWidget(self._start)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 8, 0, 0)
        outer.addWidget(area, 1)
        outer.addLayout(row)


def _ignore(_: Event) -> None:
    """Ignore the answer: a `Changes` follows."""
