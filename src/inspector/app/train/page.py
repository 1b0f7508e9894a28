"""Train: runs in the background, their curves over one another, and what they say of the data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QMessageBox,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.train.comparison_panel import ComparisonPanel
from inspector.app.train.curves_panel import CurvesPanel
from inspector.app.train.gap_panel import GapPanel
from inspector.app.train.run_form import RunForm
from inspector.app.train.run_list import RunList
from inspector.app.train.run_result_panel import SHOWN_MISTAKES, RunResultPanel, ShownResult
from inspector.app.widgets.jobs import Job
from inspector.app.widgets.jobs_bar import SAMPLE_MS
from inspector.app.widgets.keys import bind
from inspector.app.widgets.notice_bar import Notice
from inspector.app.widgets.page import Key, Page, PageName, PageRequest
from inspector.dataset.user_files import user_path
from inspector.errors import ExportError, InspectorError
from inspector.project.changes import Changes
from inspector.project.experiments.experiments import SPLIT as EXPERIMENT_SPLIT
from inspector.project.project import Project
from inspector.project.training.run import Run, RunConfig, RunState
from inspector.project.training.runs import OpenedTest, seeds_of
from inspector.project.training.time_estimate import estimate_seconds
from inspector.training_protocol import RunSpec
from inspector.work.jobs import ProgressSnapshot, Stop

REDRAW_MS = 200
_IDLE = ProgressSnapshot("", 0, 0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What a press of Start would do."""

    spec: RunSpec
    seeds: int
    seconds: float


class RunningJobs:
    """The trainer as a job of the top bar."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def snapshot(self) -> ProgressSnapshot:
        """Return how far the run is that is going."""
        return self._project.runs.trainer.job() or _IDLE


class TrainPage(Page):
    """Start runs, watch them, and read what they found.

    Attributes:
        gap: The experiment's panel, which has a job of its own.
    """

    name = PageName.TRAIN
    words = "run epoch learning curve comparison variant baseline accuracy confusion matrix"
    icon = "train"
    purpose = "Train in the background; validation accuracy leads"

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.notice = self._offer = Notice("Go on")
        self._offer.taken.connect(self._on_offer)
        self._runs: tuple[Run, ...] | None = None
        self._job: Job | None = None
        self._form, self._list, self._result = RunForm(), RunList(), RunResultPanel()
        self._curves = CurvesPanel()
        self._plan = QLabel()
        self._comparison = ComparisonPanel(project, bridge)
        self.gap = GapPanel(project, bridge, self.jobs)
        self._start, self._pause = QPushButton("Start training"), QPushButton("Pause")
        self._compare, self._tabs = QPushButton("Compare…"), QTabWidget()
        self._halt, self._more = QPushButton("Stop"), QPushButton("More")
        # Short epochs come faster than one can read.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(REDRAW_MS)
        self._soon.timeout.connect(self._read)
        self._timer = QTimer(self)
        self._timer.setInterval(SAMPLE_MS)
        self._timer.timeout.connect(self._on_sample)
        self._keys = (
            Key("start", "Ctrl+Return", "Start training", self._on_start),
            Key("pause", "P", "Pause the run, or let it go on", self._on_pause),
            Key("stop", "S", "Stop the run; what is complete is kept", self._on_halt),
            Key("fit", "F", "Show the whole curves", self._curves.fit),
        )
        bind(self, self._keys)
        self._lay_out()
        self._connect()
        self._read()
        self._comparison.refresh()
        self.gap.refresh()
        self._read_policies()

    def key_table(self) -> Sequence[Key]:
        """Return the keys of this page."""
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """Ask for the runs, or the plan, where they may be others now."""
        if changes.runs and not self._soon.isActive():
            self._soon.start()
        if changes.policies:
            self._read_policies()
        if changes.rule or changes.duplicates or changes.decisions or changes.groups:
            self._ask_plan()

    def is_urgent(self, changes: Changes) -> bool:
        """A training has its bar and its stop above every page."""
        return changes.runs

    def shown_text(self) -> str:
        """Return how many runs there are."""
        count = len(self._runs or ())
        return f"{count:,} runs" if count != 1 else "1 run"

    def going(self) -> str:
        """Return what is training, in words; "" while nothing is."""
        job = self.project.runs.trainer.job()
        return job.phase if job is not None else ""

    def showEvent(self, event: QShowEvent) -> None:
        """Warm up what takes its time: TensorFlow in its child, and the charts' library."""
        super().showEvent(event)
        self.project.runs.trainer.warm()
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
            self._offer_resume()
        self._list.show_runs([run for run in runs if run.spec.split != EXPERIMENT_SPLIT])
        if self.isVisible():
            self._draw()
            self._show_run()
        waits = self._comparison.is_going() or self.gap.is_going()
        live = waits or any(run.live is not None for run in runs)
        if live and self._job is None:
            self._job = self.jobs.start(RunningJobs(self.project), Stop())
            self._timer.start()
        elif not live and self._job is not None:
            self.jobs.end(self._job)
            self._job = None
            self._timer.stop()

    def _offer_resume(self) -> None:
        left = self._left_over()
        if left:
            word = "training was" if len(left) == 1 else "trainings were"
            done = f" after epoch {len(left[0].history)} of {left[0].spec.epochs}"
            where = done if len(left) == 1 else ""
            self._offer.offer(f"{len(left)} {word} interrupted{where}. Nothing is lost.")

    def _left_over(self) -> list[Run]:
        return [r for r in self._runs or () if r.state is RunState.INTERRUPTED]

    def _on_offer(self) -> None:
        names = [run.name for run in self._left_over()]
        self.bridge.call(lambda: self.project.runs.start(names))

    def _ask_plan(self) -> None:
        if not self.isVisible():
            return
        wanted, seeds = self._form.wanted(), self._form.seeds()
        self.gap.set_wanted(replace(wanted, policy=None, policy_name=""))
        self.bridge.call(
            lambda: _plan(self.project, wanted, seeds), self._show_plan, channel="train plan",
            on_error=self._refuse,
        )  # fmt: skip

    def _show_plan(self, plan: TrainingPlan) -> None:
        spec = plan.spec
        runs = f"{plan.seeds} runs" if plan.seeds > 1 else "1 run"
        test = f" {len(spec.test):,} test images stay locked." if spec.test else ""
        self._say(
            f"{runs} on {len(spec.training):,} images; {len(spec.selection):,} more, of other"
            f" groups, choose the epoch; {len(spec.validation):,} validation images judge. Split:"
            f" {spec.split}.{test} {_time_text(plan.seconds)}"
        )
        self._start.setEnabled(True)

    def _refuse(self, error: InspectorError) -> None:
        self._say_error(error)
        self._start.setEnabled(False)

    def _say_error(self, error: InspectorError) -> None:
        self._say(f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}", "error")

    def _say(self, text: str, role: str = "muted") -> None:
        self._plan.setProperty("role", role)
        self._plan.style().polish(self._plan)
        self._plan.setText(text)

    def _on_start(self) -> None:
        if not self._start.isEnabled():
            return
        self._start.setEnabled(False)
        wanted, seeds = self._form.wanted(), self._form.seeds()

        def work() -> None:
            runs, rule = self.project.runs, self.project.splits.rule
            runs.start([runs.store(runs.plan(rule, w)) for w in seeds_of(wanted, seeds)])

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
        """Stop everything where the top bar's stop was pressed."""
        if self._job is not None and self._job.stop.is_set():
            self._timer.stop()
            self._comparison.stop()
            self.gap.stop()
            self.bridge.call(self.project.runs.trainer.stop_all)

    def _show_run(self) -> None:
        run = self._current()
        going = run is not None and run.live is not None
        self._halt.setEnabled(going)
        self._pause.setEnabled(going or (run is not None and run.can_resume))
        waits = run is not None and (run.state is RunState.PAUSED or run.can_resume)
        self._pause.setText("Go on" if waits else "Pause")
        if run is None:
            self._result.show_message("Choose a run to see what it says of the data.")
        elif run.reason:
            self._result.show_message(f"This run broke off: {run.reason}. {run.advice}")
        elif going:
            self._result.show_message(
                "What a run says of the data stands here once it ends or is stopped."
            )
        elif not run.history:
            self._result.show_message("This run has no complete epoch yet. Let it go on.")
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
        self._comparison.ask(self._form.wanted(), self._form.own())

    def _read_policies(self) -> None:
        self.bridge.call(
            lambda: {kept.name: kept.policy for kept in self.project.policies.all()},
            self._form.show_policies, channel="train policies",
        )  # fmt: skip

    def close(self) -> bool:
        """Stop what waits for trainings, too, so that nothing waits for its end."""
        self._comparison.stop()
        self.gap.stop()
        return super().close()

    def _on_relabel(self, sample: int, label: str) -> None:
        self.bridge.call(lambda: self.project.decisions.relabel([sample], label), writes=True)

    def _draw(self) -> None:
        self._curves.show_runs(self._list.drawn(), self._list.current(), any_run=bool(self._runs))

    def _on_save(self) -> None:
        kind = str(self.sender().property("kind"))
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the curves", f"curves.{kind}", f"*.{kind}"
        )
        if not name:
            return
        try:
            with user_path(
                Path(name), self.project.root, what="file of curves", replace=True
            ) as partial:
                if not self._curves.save(partial, kind):
                    raise ExportError(f"{name} can't be written", "Choose another folder.")
        except ExportError as error:
            self._say(f"{error.message}. {error.advice}", "error")

    def _on_test(self) -> None:
        """Ask, and judge the run on the test folder: once a project, for good."""
        run = self._current()
        if run is None:
            return
        if not run.spec.test or not run.history:
            self._say("This run has no test folder, or no complete epoch yet.", "error")
            return
        box = QMessageBox(self)
        box.setText("Judge this run on the test folder?")
        box.setInformativeText(
            f"{run.title}, seed {run.spec.seed}. A test folder judges once: after this no other run"
            " of the project can be tested on it, and the opening is kept with its date."
        )
        yes = box.addButton("Open it, once", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton("Leave it locked", QMessageBox.ButtonRole.RejectRole))
        box.exec()
        if box.clickedButton() is yes:
            self.bridge.call(
                lambda: self.project.runs.open_test(run.name), self._show_test,
                on_error=self._say_error,
            )  # fmt: skip

    def _show_test(self, found: OpenedTest) -> None:
        self._say(
            f"Test folder, opened on {found.at}: accuracy {found.accuracy:.3f}"
            f" [{found.low:.3f}, {found.high:.3f}] of {found.images:,} images.", "heading",
        )  # fmt: skip

    def _open_folder(self) -> None:
        run = self._current()
        folder = run.folder if run is not None else self.project.runs.folder
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _connect(self) -> None:
        self._form.changed.connect(self._ask_plan)
        self._start.clicked.connect(self._on_start)
        self._compare.clicked.connect(self._on_compare)
        for panel in (self._comparison, self.gap):
            panel.ended.connect(self._read)
        self._comparison.failed.connect(self._say_error)
        self._pause.clicked.connect(self._on_pause)
        self._halt.clicked.connect(self._on_halt)
        self._list.chosen.connect(self._on_chosen)
        self._list.drawn_changed.connect(self._draw)
        self._result.asked.connect(self.show_list)
        self._result.relabel_asked.connect(self._on_relabel)

    def _lay_out(self) -> None:
        self._start.setProperty("role", "primary")
        self._start.setToolTip("Ctrl+Enter")
        self._plan.setWordWrap(True)
        self._plan.setProperty("role", "muted")
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self._form, 1)
        top.addWidget(self._start, 0, Qt.AlignmentFlag.AlignBottom)
        top.addWidget(self._compare, 0, Qt.AlignmentFlag.AlignBottom)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(self._left(), 1)
        body.addWidget(self._curves, 2)
        self._tabs.addTab(self._result, "This run")
        self._tabs.addTab(self._comparison, "Comparison")
        self._tabs.addTab(self.gap, "The gap")
        self._tabs.setMinimumWidth(330)
        self._tabs.setMaximumWidth(560)
        body.addWidget(self._tabs, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 16, 12)
        outer.setSpacing(8)
        outer.addLayout(top)
        split = QPushButton("Change the split")
        split.setProperty("role", "quiet")
        split.setToolTip("On the page Splits: folders, a Keras call, your code, a list, by group")
        split.clicked.connect(lambda: self.asked.emit(PageRequest(PageName.SPLITS)))
        said = QHBoxLayout()
        said.addWidget(self._plan, 1)
        said.addWidget(split, 0, Qt.AlignmentFlag.AlignTop)
        outer.addLayout(said)
        outer.addLayout(body, 1)

    def _left(self) -> QWidget:
        menu = QMenu(self)
        for kind in ("png", "svg", "csv"):
            action = menu.addAction(f"Save the curves as {kind.upper()}…")
            action.setProperty("kind", kind)
            action.triggered.connect(self._on_save)
        menu.addAction("Open the run's folder").triggered.connect(self._open_folder)
        menu.addAction("Open the test folder with this run…").triggered.connect(self._on_test)
        self._more.setMenu(menu)
        buttons = QHBoxLayout()
        for widget in (self._pause, self._halt, self._more):
            buttons.addWidget(widget)
        buttons.addStretch()
        panel = QWidget()
        panel.setMinimumWidth(300)
        panel.setMaximumWidth(400)
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._list, 1)
        column.addLayout(buttons)
        return panel


def _complete(runs: Sequence[Run]) -> set[str]:
    return {run.name for run in runs if run.state is RunState.DONE}


def _plan(project: Project, wanted: RunConfig, seeds: int) -> TrainingPlan:
    spec = project.runs.plan(project.splits.rule, wanted)
    return TrainingPlan(spec, seeds, estimate_seconds(project.runs.all(), [spec] * seeds) or 0.0)


def _result(project: Project, run: Run) -> ShownResult:
    result = project.runs.result(run)
    first = [m.sample.id for m in result.mistakes[:SHOWN_MISTAKES]]
    return ShownResult(run, result, {i: project.samples.thumbnail(i) or b"" for i in first})


def _time_text(seconds: float) -> str:
    if not seconds:
        return "How long it takes is told after the first epoch: no run like it has been trained."
    if seconds < 90:
        return f"About {max(1, round(seconds))} s, by earlier runs."
    return f"About {round(seconds / 60)} min, by earlier runs."
