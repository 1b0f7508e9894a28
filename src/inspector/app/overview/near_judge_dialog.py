"""Judge a random sample of near pairs: how many of them really show the same content."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.compared_pair import ComparedPair
from inspector.app.widgets.pairs.compare_view import CompareView
from inspector.app.widgets.review.judge_dialog import JudgeDialog
from inspector.project.project import Project
from inspector.project.review.copies import CopyPair
from inspector.project.review.near_precision import SAMPLE_PAIRS, NearPrecision


class NearJudgeDialog(JudgeDialog):
    """Ask for each pair of the sample whether both images show the same content."""

    def __init__(
        self, project: Project, bridge: Bridge, pairs: Sequence[CopyPair], parent: QWidget
    ) -> None:
        compare = CompareView()
        super().__init__("Judge near pairs", compare, parent, answers=("Same content", "Different"))
        self.compare = compare
        self._project, self._bridge = project, bridge
        self._remaining: list[CopyPair] = []
        self._compared = ComparedPair(project, bridge, self.compare, channel="near judge pair")
        self.show_question("Do these two images show the same content?")
        self.answered.connect(self._judge)
        near = project.fixes.near
        bridge.call(
            lambda: (near.to_judge(pairs), near.measured()), self._show, channel="near judge"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_C:
            self.compare.cycle_mode()
        else:
            super().keyPressEvent(event)

    def _show(self, answer: tuple[list[CopyPair], NearPrecision]) -> None:
        self._remaining, precision = answer
        self._show_precision(precision)
        self._show_next()

    def _show_precision(self, precision: NearPrecision) -> None:
        self.show_state(f"{precision.judged} of {SAMPLE_PAIRS} judged. {precision.text}")

    def _show_next(self) -> None:
        self.set_open(bool(self._remaining))
        if not self._remaining:
            self.show_question("No pair is left to judge.")
            self._compared.clear()
            return
        pair = self._remaining[0]
        self._compared.show(pair.keeper.id, pair.excluded.id)

    def _judge(self, same: bool) -> None:
        pair = self._remaining.pop(0)
        near = self._project.fixes.near

        def work() -> NearPrecision:
            near.judge(pair, same=same)
            return near.measured()

        self._bridge.call(work, self._show_precision, writes=True)
        self._show_next()
