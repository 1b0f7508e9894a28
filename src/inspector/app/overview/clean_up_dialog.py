"""Clean up dataset: shows every image that would be excluded, and the result, before it runs."""

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QDialog, QWidget

from inspector.app.overview.clean_up_view import CleanUpView
from inspector.app.overview.near_judge_dialog import NearJudgeDialog
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.focus import StableFocus
from inspector.app.widgets.jobs import Job, Jobs
from inspector.app.widgets.pairs.pair_dialog import PairDialog
from inspector.app.widgets.pairs.pair_grid import PairTiles
from inspector.errors import InspectorError
from inspector.project.export.clean_up import CleanUpResult
from inspector.project.export.clean_up_plan import CleanUpChoice, CleanUpPlan
from inspector.project.project import Project
from inspector.project.review.copies import CopyChoice, KeptSplit
from inspector.work.jobs import Progress, Stop

_DEBOUNCE_MS = 120
_LARGEST = (1640, 948)
_SHARE = 0.95


class CleanUpDialog(StableFocus, QDialog):
    """Chooses what to do, shows every pair and the result, and runs it.

    Attributes:
        labels_requested: The user wants to decide labels.
    """

    labels_requested = Signal()

    def __init__(
        self, project: Project, bridge: Bridge, jobs: Jobs, parent: QWidget, *,
        resplit: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setModal(True)
        self.setObjectName("cleanUp")
        self.setWindowTitle("Clean up dataset")
        self._project, self._bridge, self._jobs = project, bridge, jobs
        self._job: Job | None = None
        self._plan: CleanUpPlan | None = None
        self._ticks: dict[int, bool] = {}
        self._priced = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_DEBOUNCE_MS)
        self._soon.timeout.connect(self._ask)
        self.view = CleanUpView(project.samples.thumbnail, self)
        self.view.choose(resplit=resplit)
        self.view.changed.connect(self._on_changed)
        self.view.grid.toggled.connect(self._on_toggled)
        self.view.grid.opened.connect(self._on_opened)
        self.view.tick_all.connect(self._on_tick_all)
        self.view.judge_requested.connect(self._on_judge)
        self.view.labels_requested.connect(self._on_labels)
        self.view.cancelled.connect(self.reject)
        self.view.confirmed.connect(self._run)
        window = parent.window().size()
        self.resize(
            min(_LARGEST[0], int(window.width() * _SHARE)),
            min(_LARGEST[1], int(window.height() * _SHARE)),
        )
        self.finished.connect(self._on_finished)
        self._ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Return press the button that has the keyboard, as Space does."""
        button = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(
            button, QAbstractButton
        ):
            button.click()
        else:
            super().keyPressEvent(event)

    def plan(self) -> CleanUpPlan | None:
        """Return the shown plan, which the button runs."""
        return self._plan

    def _on_finished(self) -> None:
        self.view.grid.shut_down()
        self.deleteLater()

    def _choice(self) -> CleanUpChoice:
        keep = KeptSplit.TRAINING if self.view.keeps_training() else KeptSplit.EVALUATION
        return CleanUpChoice(
            CopyChoice(keep, ticks=dict(self._ticks)),
            resplit=self.view.resplits(),
            lock=self.view.locks(),
            unreadable=self.view.excludes_unreadable(),
        )

    def _on_changed(self, other_images: bool) -> None:
        if other_images:
            # Other images would be excluded, so the earlier ticks do not apply.
            self._ticks.clear()
        self._plan = None
        self.view.show_computing()
        self._soon.start()

    def _ask(self) -> None:
        choice = self._choice()
        self._bridge.call(
            lambda: self._project.fixes.plan(choice=choice), self._show, channel="clean up",
            on_error=self._refuse,
        )  # fmt: skip

    def _show(self, plan: CleanUpPlan) -> None:
        self._plan = plan
        self.view.show_plan(plan)
        if not self._priced:
            # Ticks do not change what each choice costs.
            self._priced = True
            self._bridge.call(self._prices, self.view.show_prices, channel="clean up prices")

    def _prices(self) -> dict[str, CleanUpPlan | str]:
        """Plan the other choices too, to show what each one costs."""
        prices: dict[str, CleanUpPlan | str] = {}
        for name, choice in (
            ("training", CleanUpChoice()),
            ("evaluation", CleanUpChoice(CopyChoice(KeptSplit.TRAINING))),
            ("resplit", CleanUpChoice(resplit=True)),
        ):
            try:
                prices[name] = self._project.fixes.plan(choice=choice)
            except InspectorError as error:
                prices[name] = error.message
        return prices

    def _refuse(self, error: InspectorError) -> None:
        self._plan = None
        self.view.show_error(f"{error.message}. {error.advice}")

    def _on_toggled(self, key: int) -> None:
        tile = next(t for t in self.view.grid.pairs.tiles if t.key == key)
        self._tick({key: not tile.ticked})

    def _on_tick_all(self, keys: tuple[int, ...], on: bool) -> None:
        self._tick(dict.fromkeys(keys, on))

    def _tick(self, ticks: dict[int, bool]) -> None:
        self._ticks |= ticks
        # Update the ticks at once; the figures follow.
        tiles = self.view.grid.pairs.tiles
        ticked = [replace(tile, ticked=ticks.get(tile.key, tile.ticked)) for tile in tiles]
        self.view.grid.show_tiles(PairTiles(tiles.keys, ticked.__getitem__))
        self._on_changed(False)

    def _on_opened(self, key: int) -> None:
        plan = self._plan
        pair = next((p for p in plan.copies.pairs if p.excluded.id == key), None) if plan else None
        if pair is not None:
            PairDialog(self._project, self._bridge, (pair.keeper, pair.excluded), self).open()

    def _on_judge(self) -> None:
        plan = self._plan
        if plan is not None:
            dialog = NearJudgeDialog(self._project, self._bridge, plan.copies.pairs, self)
            dialog.finished.connect(lambda _: self._on_changed(False))
            dialog.open()

    def _on_labels(self) -> None:
        self.labels_requested.emit()
        self.reject()

    def _run(self) -> None:
        plan = self._plan
        if plan is None or self._job is not None:
            return
        progress, stop = Progress(), Stop()
        self._job = self._jobs.start(progress, stop)
        self.view.show_computing()
        self._bridge.call(
            lambda: self._project.fixes.run(plan), self._done, on_error=self._failed, writes=True
        )

    def _failed(self, error: InspectorError) -> None:
        self._jobs.end(self._job)
        self._job = None
        self._refuse(error)

    def _done(self, _: CleanUpResult) -> None:
        self._jobs.end(self._job)
        self._job = None
        self.accept()
