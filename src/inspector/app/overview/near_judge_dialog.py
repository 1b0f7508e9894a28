"""Judge a random sample of near pairs: how many of them really show the same content."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.compared_pair import ComparedPair
from inspector.app.widgets.pairs.compare_view import CompareView
from inspector.project.project import Project
from inspector.project.review.copies import CopyPair
from inspector.project.review.near_precision import SAMPLE_PAIRS, NearPrecision

_SHARE = 0.9


class NearJudgeDialog(QDialog):
    """Ask Y or N for each pair of the sample."""

    def __init__(
        self, project: Project, bridge: Bridge, pairs: Sequence[CopyPair], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle("Judge near pairs")
        self._project, self._bridge = project, bridge
        self._left: list[CopyPair] = []
        self._question = QLabel("Do these two images show the same content?")
        self._question.setProperty("role", "heading")
        self._state = QLabel()
        self._state.setObjectName("near-precision")
        self._state.setProperty("role", "muted")
        self._state.setWordWrap(True)
        self.compare = CompareView()
        self._compared = ComparedPair(project, bridge, self.compare, channel="near judge pair")
        self._same, self._other = QPushButton("Same content  [Y]"), QPushButton("Different  [N]")
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        self._same.clicked.connect(lambda: self._judge(same=True))
        self._other.clicked.connect(lambda: self._judge(same=False))
        buttons = QHBoxLayout()
        for button in (self._same, self._other):
            button.setAutoDefault(False)
            button.setEnabled(False)
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._question)
        column.addWidget(self._state)
        column.addWidget(self.compare, 1)
        column.addLayout(buttons)
        self.resize(parent.size() * _SHARE)
        near = project.fixes.near
        bridge.call(
            lambda: (near.to_judge(pairs), near.measured()), self._show, channel="near judge"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Y:
                self._judge(same=True)
            case Qt.Key.Key_N:
                self._judge(same=False)
            case Qt.Key.Key_C:
                self.compare.cycle_mode()
            case _:
                super().keyPressEvent(event)

    def _show(self, answer: tuple[list[CopyPair], NearPrecision]) -> None:
        self._left, precision = answer
        self._tell(precision)
        self._next()

    def _tell(self, precision: NearPrecision) -> None:
        self._state.setText(f"{precision.judged} of {SAMPLE_PAIRS} judged. {precision.text}")

    def _next(self) -> None:
        for button in (self._same, self._other):
            button.setEnabled(bool(self._left))
        if not self._left:
            self._question.setText("No pair is left to judge.")
            self._compared.clear()
            return
        pair = self._left[0]
        self._compared.show(pair.keeper.id, pair.excluded.id)

    def _judge(self, *, same: bool) -> None:
        if not self._left:
            return
        pair = self._left.pop(0)
        near = self._project.fixes.near

        def work() -> NearPrecision:
            near.judge(pair, same=same)
            return near.measured()

        self._bridge.call(work, self._tell, writes=True)
        self._next()
