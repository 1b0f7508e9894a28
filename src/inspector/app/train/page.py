"""Train: runs in the background, their learning curves, and what they say about the data."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.train.comparison_panel import ComparisonPanel
from inspector.app.train.curves_panel import CurvesPanel
from inspector.app.train.folds_panel import FoldsPanel
from inspector.app.train.gap_panel import GapPanel
from inspector.app.train.plan_text import TrainingPlan, headline, plan_training
from inspector.app.train.run_actions import RunActions
from inspector.app.train.run_form import RunForm
from inspector.app.train.run_list import RunList
from inspector.app.train.run_result_panel import SHOWN_MISTAKES, RunResultPanel, ShownResult
from inspector.app.train.start_card import card, start_card
from inspector.app.widgets.jobs import Job
from inspector.app.widgets.jobs_bar import SAMPLE_MS
from inspector.app.widgets.keys import bind
from inspector.app.widgets.notice_bar import Notice
from inspector.app.widgets.page import Key, Page, PageName, PageRequest
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.experiments import experiments, fold_results
from inspector.project.experiments.comparison_results import Comparison
from inspector.project.project import Project
from inspector.project.training.run import Run, RunState
from inspector.project.training.runs import seeds_of
from inspector.work.jobs import ProgressSnapshot, Stop

REDRAW_MS = 200
MAX_WARM_IMAGES = 200_000
"""TensorFlow takes half a gigabyte and ten seconds to start: of hours, that matters no more."""

_NARROW_PX, _WIDE_PX = 1000, 1300
_OWN_LISTS = (experiments.SPLIT, fold_results.SPLIT)
_IDLE = ProgressSnapshot("", 0, 0, 0.0, 0.0)


class RunningJobs:
    """The trainer as a job of the top bar."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def snapshot(self) -> ProgressSnapshot:
        """Return the progress of the current run."""
        return self._project.runs.trainer.job() or _IDLE


class TrainPage(Page):
    """Starts runs, follows them, and shows their results.

    Attributes:
        gap: The panel of the experiment, which has its own job.
        folds: The panel of cross-validations.
    """

    name = PageName.TRAIN
    words = (
        "run epoch learning curve comparison variant baseline accuracy confusion matrix"
        " cross-validation k-fold folds"
    )
    icon = "train"
    purpose = "Train in the background and compare validation accuracy"

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.notice = self._offer = Notice("Resume")
        self._offer.taken.connect(self._on_offer)
        self._runs: tuple[Run, ...] | None = None
        # Names of the interrupted runs that were offered at the start.
        self._offered: list[str] = []
        self._job: Job | None = None
        self._form, self._list, self._result = RunForm(), RunList(), RunResultPanel()
        self._curves = CurvesPanel()
        self._plan, self._headline, self._note = QLabel(), QLabel(), QLabel()
        self._compared: Comparison | None = None
        self._comparison = ComparisonPanel(project, bridge)
        self.gap = GapPanel(project, bridge, self.jobs)
        self.folds = FoldsPanel(project, bridge, self.jobs)
        self._start, self._pause = QPushButton("Start"), QPushButton("Pause")
        self._compare, self._tabs = QPushButton("Compare…"), QTabWidget()
        self._split = QPushButton("Change the split")
        self._halt, self._more = QPushButton("Stop"), QPushButton("More")
        self._actions = RunActions(project, bridge, self._curves, self._current, self)
        # Short epochs would update the text faster than one can read.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(REDRAW_MS)
        self._soon.timeout.connect(self._read)
        self._timer = QTimer(self)
        self._timer.setInterval(SAMPLE_MS)
        self._timer.timeout.connect(self._on_sample)
        self._keys = (
            Key("start", "Ctrl+Return", "Start training", self._on_start),
            Key("pause", "P", "Pause or resume the run", self._on_pause),
            Key("stop", "S", "Stop the run; complete epochs are kept", self._on_halt),
            Key("fit", "F", "Show the whole curves", self._curves.fit),
        )
        bind(self, self._keys)
        self._lay_out()
        self._connect()
        self._read()
        self._comparison.refresh()
        self.gap.refresh()
        self.folds.refresh()
        self._read_policies()

    def key_table(self) -> Sequence[Key]:
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """Query the runs, or the plan, if they may have changed."""
        if changes.runs and not self._soon.isActive():
            self._soon.start()
        if changes.policies:
            self._read_policies()
        if changes.rule or changes.duplicates or changes.decisions or changes.groups:
            self._ask_plan()

    def is_urgent(self, changes: Changes) -> bool:
        """Return True for changes of runs: the top bar shows their progress on every page."""
        return changes.runs

    def shown_text(self) -> str:
        """Return the number of runs, and the best of them."""
        runs = self._runs or ()
        text = f"{len(runs):,} runs" if len(runs) != 1 else "1 run"
        best = max((run.best.val_accuracy for run in runs if run.best), default=None)
        return text if best is None else f"{text}, best {best:.3f}"

    def running_text(self) -> str:
        """Describe the current training; "" without one."""
        job = self.project.runs.trainer.job()
        return job.phase if job is not None else ""

    def showEvent(self, event: QShowEvent) -> None:
        """Load the chart library, and plan; TensorFlow is warmed up once there is a plan."""
        super().showEvent(event)
        self._curves.load()
        self._draw()
        self._show_run()
        self._ask_plan()

    def _read(self) -> None:
        self.bridge.call(self.project.runs.all, self._show_runs, channel="runs")

    def _show_runs(self, runs: list[Run]) -> None:
        first = self._runs is None
        done = _complete(self._runs or ())
        self._runs = tuple(runs)
        if done != _complete(runs):
            self._comparison.refresh()
            self._ask_plan()
        if first:
            self.bridge.call(
                lambda: _left_over(self.project), self._offer_resume, on_error=self._show_error
            )
        self._list.show_runs([run for run in runs if run.spec.split not in _OWN_LISTS])
        self._show_headline()
        if self.isVisible():
            self._draw()
            self._show_run()
        self.folds.show_runs(runs)
        waits = any(one.is_running() for one in (self._comparison, self.gap, self.folds))
        live = waits or any(run.live is not None for run in runs)
        if live and self._job is None:
            self._job = self.jobs.start(RunningJobs(self.project), Stop())
            self._timer.start()
        elif not live and self._job is not None:
            self.jobs.end(self._job)
            self._job = None
            self._timer.stop()

    def _on_compared(self, comparison: Comparison) -> None:
        self._compared = comparison
        self._show_headline()

    def _show_headline(self) -> None:
        text, note = headline(self._compared, self._list.groups())
        self._headline.setText(text)
        self._note.setText(note)

    def _offer_resume(self, left: list[Run]) -> None:
        self._offered = [run.name for run in left]
        if left:
            word = "training was" if len(left) == 1 else "trainings were"
            done = f" after epoch {len(left[0].history)} of {left[0].spec.epochs}"
            where = done if len(left) == 1 else ""
            self._offer.offer(f"{len(left)} {word} interrupted{where}. Nothing is lost.")

    def _on_offer(self) -> None:
        names = self._offered
        self.bridge.call(lambda: self.project.runs.start(names))

    def _ask_plan(self) -> None:
        if not self.isVisible():
            return
        config, seeds = self._form.run_config(), self._form.seeds()
        self.gap.set_config(replace(config, policy=None, policy_name=""))
        self.folds.set_config(config)
        self.bridge.call(
            lambda: plan_training(self.project, config, seeds), self._show_plan,
            channel="train plan", on_error=self._refuse,
        )  # fmt: skip

    def _show_plan(self, plan: TrainingPlan) -> None:
        if plan.images <= MAX_WARM_IMAGES:
            self.project.runs.trainer.warm()
        self._show_status(plan.text)
        self._start.setEnabled(True)

    def _refuse(self, error: InspectorError) -> None:
        self._show_error(error)
        self._start.setEnabled(False)

    def _show_error(self, error: InspectorError) -> None:
        self._show_status(
            f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}", "error"
        )

    def _show_status(self, text: str, role: str = "muted") -> None:
        self._plan.setProperty("role", role)
        self._plan.style().polish(self._plan)
        self._plan.setText(text)

    def _on_start(self) -> None:
        if not self._start.isEnabled():
            return
        self._start.setEnabled(False)
        config, seeds = self._form.run_config(), self._form.seeds()

        def work() -> None:
            runs, rule = self.project.runs, self.project.splits.rule
            runs.start([runs.store(runs.plan(rule, w)) for w in seeds_of(config, seeds)])

        self.bridge.call(work, self._on_started, on_error=self._refuse)

    def _on_started(self, _: object) -> None:
        self._start.setEnabled(True)

    def _current(self) -> Run | None:
        name = self._list.current()
        return next((r for r in self._runs or () if r.name == name), None)

    def _on_pause(self) -> None:
        run = self._current()
        if run is None:
            return
        trainer, runs = self.project.runs.trainer, self.project.runs
        if run.state is RunState.PAUSED:
            self.bridge.call(lambda: trainer.resume(run.name), lambda _: self._read())
        elif run.live is not None:
            self.bridge.call(lambda: trainer.pause(run.name))
        elif run.can_resume:
            self.bridge.call(lambda: runs.start([run.name]))

    def _on_halt(self) -> None:
        run = self._current()
        if run is not None and run.live is not None:
            self.bridge.call(lambda: self.project.runs.trainer.stop(run.name))

    def _on_sample(self) -> None:
        """Stop everything if stop was pressed in the top bar."""
        if self._job is not None and self._job.stop.is_set():
            self._timer.stop()
            self._stop_panels()
            self.bridge.call(self.project.runs.trainer.stop_all)

    def _show_run(self) -> None:
        run = self._current()
        running_text = run is not None and run.live is not None
        self._halt.setEnabled(running_text)
        self._pause.setEnabled(running_text or (run is not None and run.can_resume))
        waits = run is not None and (run.state is RunState.PAUSED or run.can_resume)
        self._pause.setText("Resume" if waits else "Pause")
        if run is None:
            self._result.show_message("Choose a run to see what it says about the data.")
        elif run.reason:
            self._result.show_message(f"This run failed: {run.reason}. {run.advice}")
        elif running_text:
            self._result.show_message(
                "What a run says about the data appears here once it ends or is stopped."
            )
        elif not run.history:
            self._result.show_message("This run has no complete epoch yet. Resume it.")
        else:
            self.bridge.call(
                lambda: _result(self.project, run), self._result.show_result, channel="result",
                on_error=lambda e: self._result.show_message(f"{e.message}. {e.advice}"),
            )  # fmt: skip

    def _on_chosen(self, _: str) -> None:
        self._draw()
        self._show_run()

    def _on_compare(self) -> None:
        self._tabs.setCurrentWidget(self._comparison)
        self._comparison.ask(self._form.run_config(), self._form.own_policies())

    def _read_policies(self) -> None:
        self.bridge.call(
            lambda: {saved.name: saved.policy for saved in self.project.policies.all()},
            self._form.show_policies, channel="train policies",
        )  # fmt: skip

    def close(self) -> bool:
        """Cancel queued trainings too, so that nothing waits for them."""
        self._stop_panels()
        return super().close()

    def _stop_panels(self) -> None:
        for panel in (self._comparison, self.gap, self.folds):
            panel.stop()

    def _on_relabel(self, sample: int, label: str) -> None:
        self.bridge.call(lambda: self.project.decisions.relabel([sample], label), writes=True)

    def _draw(self) -> None:
        self._curves.show_runs(self._list.drawn(), self._list.current(), any_run=bool(self._runs))

    def _connect(self) -> None:
        self._form.changed.connect(self._ask_plan)
        self._start.clicked.connect(self._on_start)
        self._split.clicked.connect(lambda: self.requested.emit(PageRequest(PageName.SPLITS)))
        self._compare.clicked.connect(self._on_compare)
        for panel in (self._comparison, self.gap, self.folds):
            panel.ended.connect(self._read)
        self._comparison.failed.connect(self._show_error)
        self._comparison.compared.connect(self._on_compared)
        self._actions.message_changed.connect(self._show_status)
        self._actions.failed.connect(self._show_error)
        self._pause.clicked.connect(self._on_pause)
        self._halt.clicked.connect(self._on_halt)
        self._list.chosen.connect(self._on_chosen)
        self._list.drawn_changed.connect(self._draw)
        self._result.requested.connect(self.show_list)
        self._result.relabel_requested.connect(self._on_relabel)

    def _lay_out(self) -> None:
        self._headline.setObjectName("train-headline")
        self._headline.setProperty("role", "title")
        self._note.setProperty("role", "muted")
        self._plan.setObjectName("train-plan")
        self._pause.setObjectName("train-pause")
        for label in (self._headline, self._note, self._plan):
            label.setWordWrap(True)
        self._plan.setProperty("role", "muted")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._headline)
        words.addWidget(self._note)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(words, 1)
        head.addWidget(self._compare, 0, Qt.AlignmentFlag.AlignBottom)
        self._tabs.addTab(self._result, "This run")
        self._tabs.addTab(self._comparison, "Comparison")
        self._tabs.addTab(self.gap, "The gap")
        self._tabs.addTab(self.folds, "Folds")
        self._tabs.setTabToolTip(3, "Cross-validation by group")
        body = QHBoxLayout()
        body.setSpacing(12)
        self._left_card, self._right_card = self._left(), card(self._tabs)
        body.addWidget(self._left_card)
        body.addWidget(card(self._curves), 1)
        body.addWidget(self._right_card)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 12)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addWidget(start_card(self._form, self._start, self._plan, self._split))
        outer.addLayout(body, 1)

    def _left(self) -> QFrame:
        title = QLabel("Runs")
        title.setProperty("role", "title-2")
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        self._more.setMenu(self._actions)
        for widget in (self._pause, self._halt, self._more):
            widget.setProperty("small", True)
            buttons.addWidget(widget)
        buttons.addStretch()
        whole = card(title, self._list)
        column = whole.layout()
        assert isinstance(column, QVBoxLayout)
        column.setStretchFactor(self._list, 1)
        column.addLayout(buttons)
        return whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the curves into narrow windows."""
        super().resizeEvent(event)
        narrow, wide = self.width() < _NARROW_PX, self.width() >= _WIDE_PX
        self._left_card.setFixedWidth(236 if narrow else 300 if wide else 268)
        self._right_card.setFixedWidth(336 if narrow else 440 if wide else 344)


def _complete(runs: Sequence[Run]) -> set[str]:
    return {run.name for run in runs if run.state is RunState.DONE}


def _left_over(project: Project) -> list[Run]:
    """Return the interrupted runs that no tab resumes: those of cross-validations have their own.

    Raises:
        TrainingError: A stored cross-validation can't be read.
    """
    folds = {turn.run for stored in project.experiments.folds.all() for turn in stored.turns}
    return [
        run
        for run in project.runs.all()
        if run.state is RunState.INTERRUPTED
        and run.spec.split not in _OWN_LISTS
        and run.name not in folds
    ]


def _result(project: Project, run: Run) -> ShownResult:
    result = project.runs.result(run)
    first = [m.sample.id for m in result.mistakes[:SHOWN_MISTAKES]]
    return ShownResult(run, result, {i: project.samples.thumbnail(i) or b"" for i in first})
