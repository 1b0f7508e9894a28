"""Cross-validation by group: a quick answer, or a training per fold, beside the user's split."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.train.folds_plot import FoldFigures, FoldsPlot
from inspector.app.train.run_list import state_text
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.jobs import Job, Jobs
from inspector.errors import InspectorError
from inspector.project.diagnosis.group_folds import FOLDS, FoldReport
from inspector.project.diagnosis.influences import CAVEAT as HEAD_CAVEAT
from inspector.project.experiments.fold_results import StoredFolds, TrainedFoldAccuracy
from inspector.project.experiments.trained_folds import FoldsPlan
from inspector.project.project import Project
from inspector.project.training.run import Run, RunConfig
from inspector.work.jobs import Progress, Stop

_HELP = (
    "How good is the model on groups that it never saw? The images of training and validation are"
    " dealt into folds that keep groups and near-duplicates together, and each is judged by a model"
    " that saw nothing of its group. Quick answer takes seconds; Plan it shows what real trainings"
    " would take, with the settings above."
)
_MAX_FOLDS = 20


class FoldsPanel(QWidget):
    """Plans a cross-validation, trains it, and shows stored ones.

    Attributes:
        ended: No cross-validation is being trained any more.
        failed: An `InspectorError`.
    """

    ended = Signal()
    failed = Signal(object)

    def __init__(self, project: Project, bridge: Bridge, jobs: Jobs) -> None:
        super().__init__()
        self._project, self._bridge, self._jobs = project, bridge, jobs
        self._folds = project.experiments.folds
        self._config = RunConfig()
        self._plan: FoldsPlan | None = None
        self._job: Job | None = None
        self._stop: Stop | None = None
        self._shown: TrainedFoldAccuracy | None = None
        self._stored: dict[str, StoredFolds] = {}
        self._names, self._count = QComboBox(), QSpinBox()
        self._headline, self._text, self._progress = QLabel(), QLabel(_HELP), QLabel()
        self._plot = FoldsPlot()
        self._quick, self._ask = QPushButton("Quick answer"), QPushButton("Plan it")
        self._start, self._halt = QPushButton("Train the folds"), QPushButton("Stop")
        self._go_on = QPushButton("Resume")
        self._lay_out()
        self._names.currentIndexChanged.connect(self._on_chosen)
        self._count.valueChanged.connect(self._forget_plan)
        self._quick.clicked.connect(self._on_quick)
        self._ask.clicked.connect(self._on_ask)
        self._start.clicked.connect(self._on_start)
        self._go_on.clicked.connect(self._on_resume)
        self._halt.clicked.connect(self.stop)
        self._show_controls()

    def set_config(self, config: RunConfig) -> None:
        """Take the settings of the form; other ones discard the plan."""
        if config != self._config:
            self._config = config
            self._forget_plan()

    def refresh(self) -> None:
        """Read the stored cross-validations."""
        self._bridge.call(self._folds.all, self._show_stored, channel="folds")

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Show how far the trainings are."""
        record = self._stored.get(self._current())
        names = [turn.run for turn in record.turns] if record else []
        live = next((run for run in runs if run.name in names and run.live is not None), None)
        text = ""
        if live is not None and record is not None:
            fold = names.index(live.name)
            what = f"Fold {fold} of {len(record.folds)}" if fold else f"Your {record.evaluation}"
            text = f"{what}: {state_text(live)}."
        self._progress.setText(text)
        self._progress.setVisible(bool(text))
        self._read()

    def is_running(self) -> bool:
        """Return whether a cross-validation is being trained."""
        return self._stop is not None and self._job is None

    def stop(self) -> None:
        """Stop; complete folds count, and the rest can be trained later."""
        if self._stop is not None:
            self._stop.set()

    def _on_quick(self) -> None:
        progress, stop, count = Progress(), Stop(), self._count.value()
        self._begin(stop, "Training heads on frozen features…")
        self._job = self._jobs.start(progress, stop)
        self._bridge.call(
            lambda: self._project.group_folds.run(folds=count, stop=stop, progress=progress),
            self._show_quick, on_error=self._refuse, on_end=self._over,
        )  # fmt: skip

    def _on_ask(self) -> None:
        config, count = self._config, self._count.value()
        stop = Stop()
        self._begin(stop, "Dealing groups into folds…")
        self._job = self._jobs.start(Progress(), stop)
        self._bridge.call(
            lambda: self._folds.plan(config=config, folds=count),
            lambda plan: self._show_plan(None if stop.is_set() else plan),
            on_error=self._refuse, on_end=self._over,
        )  # fmt: skip

    def _on_start(self) -> None:
        plan = self._plan
        if plan is not None and self._stop is None:
            self._forget_plan()
            self._bridge.call(lambda: self._folds.store(plan), self._train, on_error=self._refuse)

    def _on_resume(self) -> None:
        self._train(self._current())

    def _train(self, name: str) -> None:
        """Train the missing runs of a cross-validation."""
        if self._stop is not None:
            return
        stop = Stop()
        self._begin(stop, "")
        self._bridge.call(
            lambda: self._folds.train(name, stop=stop), on_error=self._on_failed,
            on_end=self._on_trained,
        )  # fmt: skip
        self.refresh()

    def _begin(self, stop: Stop, text: str) -> None:
        self._stop = stop
        if text:
            self._show_message(text)
        self._show_controls()

    def _over(self) -> None:
        self._jobs.end(self._job)
        self._stop = self._job = None
        self._show_controls()

    def _on_trained(self) -> None:
        self._over()
        self.refresh()
        self.ended.emit()

    def _on_failed(self, error: InspectorError) -> None:
        self._refuse(error)
        self.failed.emit(error)

    def _refuse(self, error: InspectorError) -> None:
        self._show_message(f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}")

    def _forget_plan(self, *_: object) -> None:
        self._plan = None
        self._show_controls()

    def _show_plan(self, plan: FoldsPlan | None) -> None:
        self._plan = plan
        if plan is None:
            self._show_message(_HELP)
            return
        record, seconds = plan.record, plan.record.expected_seconds
        time = (
            "the first run will show how long this takes"
            if seconds is None
            else f"about {max(1, round(seconds / 60))} min by earlier runs"
        )
        own = "" if plan.specs[0] is not None else " Your split's run is there already."
        self._headline.setText(f"{plan.trainings} trainings, {len(record.folds)} group folds")
        self._headline.show()
        self._plot.hide()
        notes = "\n\n".join(plan.notes)
        self._text.setText(
            f"{len(record.groups):,} images in {len(set(record.groups)):,} groups: {time}."
            f"{own} You can stop at any time: complete folds count, and the rest can be trained"
            f" later.\n\n{notes}"
        )

    def _show_quick(self, report: FoldReport | None) -> None:
        if report is None:
            self._show_message(_HELP)
            return
        result = report.result
        self._show_answer(
            report.text,
            FoldFigures(
                report.evaluation, report.stated, result.split, result.accuracy, result.each
            ),
            (f"{result.images:,} images in {result.groups:,} groups. {HEAD_CAVEAT}",),
        )

    def _show_result(self, result: TrainedFoldAccuracy) -> None:
        if self._job is not None or self._plan is not None:
            return
        if result != self._shown:
            self._shown = result
            each = tuple(fold.accuracy for fold in result.folds)
            model = f"{result.model.replace('_', ' ')}; {result.rule}."
            self._show_answer(
                result.text,
                FoldFigures(result.evaluation, result.stated, result.split, result.accuracy, each),
                (f"{result.images:,} images in {result.groups:,} groups; {model}", *result.notes),
            )
        self._show_controls()

    def _show_answer(self, text: str, figures: FoldFigures, notes: Sequence[str]) -> None:
        head, _, rest = text.partition(". ")
        whole = head if head.endswith(".") else f"{head}."
        self._headline.setText(whole.replace(" ± ", "\u00a0±\u00a0"))
        self._headline.show()
        self._plot.show_figures(figures)
        self._plot.show()
        self._text.setText("\n\n".join(filter(None, (rest, *notes))))

    def _show_message(self, text: str) -> None:
        self._shown = None
        self._headline.hide()
        self._plot.hide()
        self._text.setText(text)

    def _show_stored(self, records: Sequence[StoredFolds]) -> None:
        names = [one.name for one in records]
        if names != list(self._stored):
            self._names.blockSignals(True)
            self._names.clear()
            for one in records:
                at = datetime.fromtimestamp(one.made_at).strftime("%d %b %H:%M")
                model = one.model.replace("_", " ")
                self._names.addItem(f"{at}: {len(one.folds)} folds, {model}", one.name)
            self._names.blockSignals(False)
            self._shown = None
        self._stored = {one.name: one for one in records}
        self._names.setVisible(bool(names))
        self._read()

    def _read(self) -> None:
        name = self._current()
        if name:
            self._bridge.call(
                lambda: self._folds.result(name), self._show_result, channel="fold result",
                on_error=self._refuse,
            )  # fmt: skip

    def _current(self) -> str:
        return str(self._names.currentData() or "")

    def _on_chosen(self, _: int) -> None:
        self._shown = None
        self._forget_plan()
        self._read()

    def _show_controls(self) -> None:
        """Offer what can be done now; a hidden button never has the focus."""
        quiet, planned = self._stop is None, self._plan is not None
        partial = self._shown is not None and self._shown.partial and not planned
        shown = {
            self._halt: not quiet,
            self._start: quiet and planned,
            self._go_on: quiet and partial,
            self._quick: quiet and not planned and not partial,
            self._ask: quiet and not planned,
        }
        for button, there in sorted(shown.items(), key=lambda one: not one[1]):
            button.setVisible(there)
        self._count.setEnabled(quiet)

    def _lay_out(self) -> None:
        self._names.setAccessibleName("Cross-validation")
        self._names.hide()
        self._count.setRange(2, _MAX_FOLDS)
        self._count.setValue(FOLDS)
        self._count.setAccessibleName("Folds")
        self._headline.setObjectName("folds-headline")
        self._headline.setProperty("role", "title-2")
        self._headline.hide()
        self._text.setObjectName("folds-text")
        self._progress.setObjectName("folds-progress")
        self._progress.hide()
        self._plot.hide()
        self._quick.setToolTip("Heads on frozen features, three assignments of groups to folds")
        self._ask.setToolTip("A training per fold, and one on your split")
        self._start.setProperty("role", "primary")
        for label in (self._headline, self._progress, self._text):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setProperty("role", "muted")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        for widget in (self._headline, self._progress, self._plot, self._text):
            column.addWidget(widget)
        column.addStretch()
        caption = QLabel("Folds")
        caption.setBuddy(self._count)
        row = QHBoxLayout()
        row.setSpacing(6)
        for one in (caption, self._count, self._go_on, self._quick, self._ask):
            row.addWidget(one)
        row.addStretch()
        row.addWidget(self._start)
        row.addWidget(self._halt)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 8, 0, 0)
        outer.addWidget(self._names)
        outer.addWidget(ColumnArea(inner, name="Cross-validation by group"), 1)
        outer.addLayout(row)
