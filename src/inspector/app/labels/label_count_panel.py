"""The line that says how many labels are wrong, with a button to judge a random sample."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from inspector.app.labels.judge_labels_dialog import JudgeLabelsDialog
from inspector.app.threads.bridge import Bridge
from inspector.project.diagnosis.label_review import LabelReviewState
from inspector.project.project import Project


class LabelCountPanel(QWidget):
    """Shows how many labels are wrong, once the user has judged a random sample."""

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__()
        self._project, self._bridge = project, bridge
        self._text = QLabel()
        self._text.setObjectName("label-count")
        self._text.setWordWrap(True)
        self._judge = QPushButton()
        self._judge.setObjectName("judge-labels")
        self._judge.clicked.connect(self._open)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.addWidget(self._text, 1)
        row.addWidget(self._judge)
        self.hide()

    def refresh(self) -> None:
        """Query the progress of the review."""
        self._bridge.call(self._project.label_review.state, self._show, channel="label count")

    def _show(self, state: LabelReviewState | None) -> None:
        self.setVisible(state is not None)
        if state is None:
            return
        if state.count is not None:
            self._text.setText(state.text)
            self._judge.setText("Judge more…")
            self._judge.setVisible(state.judged < state.images)
            return
        self._judge.show()
        self._judge.setText(
            "Continue judging…" if state.judged else f"Judge {state.target} images…"
        )
        self._text.setText(
            f"{state.judged} of {state.target} judged."
            if state.judged
            else f"How many labels are wrong? No model can tell: judge {state.target} images"
            " that are sampled at random from the whole ranking."
        )

    def _open(self) -> None:
        JudgeLabelsDialog(self._project, self._bridge, self.window()).open()
