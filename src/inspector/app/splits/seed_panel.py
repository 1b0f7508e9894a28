"""Seed variability: three figures over 200 seeds, one at a time, with the user's seed marked."""

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.charts.figures import HistogramPlot
from inspector.app.widgets.jobs import Job, Jobs
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.project.splits.leakage import SeedLeakRates
from inspector.project.splits.seed_variability import SeedVariability
from inspector.project.splits.split_rules import Rule
from inspector.work.jobs import Progress, Stop

LEAK_RATE, ACCURACY, CLASSES = range(3)
_NAMES = ("Leak rate", "Baseline accuracy", "Class balance")
_AXES = (
    "validation images with a near-duplicate in training",
    "accuracy of a baseline model",
    "largest deviation of a class's share",
)


class SeedVariabilityPanel(QWidget):
    """Shows what other seeds of a call would have given."""

    def __init__(self, project: Project, bridge: Bridge, jobs: Jobs) -> None:
        super().__init__()
        self._project, self._bridge = project, bridge
        self._rates = SeedLeakRates((), None)
        self._variability: SeedVariability | None = None
        self._rule = Rule()
        self._jobs = jobs
        self._job: Job | None = None
        self._measure = QComboBox()
        self._measure.addItems(list(_NAMES))
        self._measure.setAccessibleName("What is compared over seeds")
        self._measure.setMaximumWidth(170)
        self._measure.currentIndexChanged.connect(self._paint)
        self._figure = HistogramPlot(
            "Over 200 seeds", colour="validation", axis=_AXES[LEAK_RATE], unit="seeds"
        )
        self._figure.setFixedHeight(176)
        self._text = QLabel()
        self._text.setObjectName("seed-text")
        self._text.setWordWrap(True)
        self._text.setProperty("role", "muted")
        self._draw = QPushButton("Try 200 seeds")
        self._draw.setToolTip(
            "Train a baseline model for each seed: a few seconds, in the background"
        )
        self._draw.clicked.connect(self._on_draw)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        title = QLabel("Over 200 seeds")
        title.setProperty("role", "title-2")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self._measure)
        column.addLayout(head)
        for widget in (self._figure, self._text, self._draw):
            column.addWidget(widget)
        self.show_none("")

    def show_rates(
        self, rule: Rule, rates: SeedLeakRates, variability: SeedVariability | None
    ) -> None:
        """Show a rule's figures; `variability` is None until the baseline models are trained."""
        self._rule, self._rates, self._variability = rule, rates, variability
        self._paint()

    def show_none(self, text: str) -> None:
        """Show that there is nothing to compare."""
        self._rates, self._variability = SeedLeakRates((), None), None
        for widget in (self._measure, self._figure, self._draw):
            widget.setVisible(False)
        self._text.setText(text)

    def _paint(self, *_: object) -> None:
        if not self._rates.shares:
            self.show_none("This rule uses no seed, so there is nothing to compare.")
            return
        position = self._measure.currentIndex()
        known = position == LEAK_RATE or self._variability is not None
        self._measure.setVisible(True)
        self._figure.setVisible(known)
        self._draw.setVisible(not known)
        self._draw.setEnabled(self._job is None)
        if position == LEAK_RATE:
            rates = self._rates
            self._figure.show_axis(_AXES[LEAK_RATE])
            self._figure.show_values(rates.shares, rates.this_seed, self._seed_text())
            self._text.setText(_conclusion(rates))
        elif self._variability is None:
            self._text.setText("Baseline models have not tried other seeds of this call yet.")
        else:
            self._show_variability(self._variability, position)

    def _show_variability(self, variability: SeedVariability, position: int) -> None:
        one = variability.accuracy if position == ACCURACY else variability.class_deviation
        self._figure.show_axis(_AXES[position])
        self._figure.show_values(one.values, one.this_seed, self._seed_text())
        rank = ""
        if one.percentile is not None:
            rank = f" Your seed is above {one.percentile:.0%} of them."
        what = (
            f"A baseline model reaches {one.median:.1%}"
            if position == ACCURACY
            else f"The share of one class in validation is off by up to {one.median:.1%}"
        )
        self._text.setText(
            f"{what} [{one.at(5):.1%}, {one.at(95):.1%}] over {len(one.values)} seeds, with"
            f" {variability.images:,} images.{rank}"
            + (" Your own model may rank them differently." if position == ACCURACY else "")
        )

    def _seed_text(self) -> str:
        seed = self._rule.call.seed
        return "your seed" if seed is None else f"seed {seed}"

    def _on_draw(self) -> None:
        if self._job is not None:
            return
        progress, stop = Progress(), Stop()
        self._draw.setEnabled(False)
        self._text.setText("Baseline models are trying 200 seeds of this call.")
        self._job = self._jobs.start(progress, stop)
        rule, splits = self._rule, self._project.splits
        self._bridge.call(
            lambda: splits.score_seeds(rule, stop=stop, progress=progress),
            self._on_variability, on_error=self._on_error,
        )  # fmt: skip

    def _on_variability(self, variability: SeedVariability | None) -> None:
        self._jobs.end(self._job)
        self._job = None
        self._variability = variability
        self._paint()

    def _on_error(self, error: InspectorError) -> None:
        self._on_variability(None)
        self._text.setText(f"{error.message}. {error.advice}")


def _conclusion(rates: SeedLeakRates) -> str:
    """Return the range of 90 % of the seeds, and whether any seed avoids leakage."""
    low, high = 100 * rates.at(5), 100 * rates.at(95)
    spread = f"{low:.1f} to {high:.1f} % (90 % of seeds), median {100 * rates.median:.1f} %."
    if min(rates.shares) > 0:
        return f"Every seed leaks: {spread} No seed avoids it."
    free = sum(share == 0 for share in rates.shares)
    return f"{free} of {len(rates.shares)} seeds do not leak. Leak rate {spread}"
