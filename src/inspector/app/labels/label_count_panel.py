"""How many labels are wrong: one line, and a dialog in which a person judges some of them."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.sample_image import ImageLabel, read_image
from inspector.project.diagnosis.label_review import LabelReviewState
from inspector.project.diagnosis.labels import current_label
from inspector.project.project import Project

_SHARE = 0.8


class LabelCountPanel(QWidget):
    """Say how many labels are wrong, once a person has judged a random sample."""

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
        """Ask again how far the review is."""
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
        self._judge.setText("Go on judging…" if state.judged else f"Judge {state.target} images…")
        self._text.setText(
            f"{state.judged} of {state.target} judged."
            if state.judged
            else f"How many labels are wrong? No model knows: judge {state.target} images drawn"
            " at random from the whole ranking."
        )

    def _open(self) -> None:
        JudgeLabelsDialog(self._project, self._bridge, self.window()).open()


class JudgeLabelsDialog(QDialog):
    """Ask of one image after another whether its label is right."""

    def __init__(self, project: Project, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setObjectName("judge-labels-dialog")
        self.setWindowTitle("How many labels are wrong?")
        self._project, self._bridge = project, bridge
        self._state: LabelReviewState | None = None
        self._question = QLabel()
        self._question.setProperty("role", "heading")
        self._question.setObjectName("judge-question")
        self._told = QLabel()
        self._told.setProperty("role", "muted")
        self._told.setObjectName("judge-state")
        self._told.setWordWrap(True)
        self._image = ImageLabel()
        self._right, self._wrong = QPushButton("Right  [Y]"), QPushButton("Wrong  [N]")
        self._back, close = QPushButton("Back  [Backspace]"), QPushButton("Close")
        self._right.clicked.connect(self._on_right)
        self._wrong.clicked.connect(self._on_wrong)
        self._back.clicked.connect(self._on_back)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        for button in (self._right, self._wrong, self._back):
            button.setAutoDefault(False)
            button.setEnabled(False)
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._question)
        column.addWidget(self._told)
        column.addWidget(self._image, 1)
        column.addLayout(buttons)
        self.resize(parent.size() * _SHARE)
        bridge.call(self._begin, self._show, channel="judge labels")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Y:
                self._on_right()
            case Qt.Key.Key_N:
                self._on_wrong()
            case Qt.Key.Key_Backspace:
                self._on_back()
            case _:
                super().keyPressEvent(event)

    def _begin(self) -> LabelReviewState | None:
        """Go on to more verdicts where all that were asked for are given."""
        review = self._project.label_review
        state = review.state()
        if state is not None and state.count is not None:
            review.ask_for_more()
            state = review.state()
        return state

    def _show(self, state: LabelReviewState | None) -> None:
        self._state = state
        self._image.show_image(None)
        is_open = state is not None and bool(state.open)
        for button in (self._right, self._wrong):
            button.setEnabled(is_open)
        self._back.setEnabled(state is not None and state.judged > 0)
        if state is None or not is_open:
            self._question.setText("All are judged." if state else "Look for label errors first.")
            self._told.setText(state.text if state else "Diagnose on Overview does it.")
            return
        sample = state.open[0]
        self._question.setText(f"Is this “{current_label(sample)}”?")
        self._told.setText(
            f"{state.judged} of {state.target} judged. The label is not changed. {sample.path}"
        )
        self._bridge.call(
            lambda: read_image(self._project, sample)[0], self._show_image, channel="judged image"
        )

    def _show_image(self, image: QImage | None) -> None:
        self._image.show_image(image)

    def _on_right(self) -> None:
        self._decide(wrong=False)

    def _on_wrong(self) -> None:
        self._decide(wrong=True)

    def _decide(self, *, wrong: bool) -> None:
        # Until the answer comes there is no image to judge.
        state, self._state = self._state, None
        if state is None or not state.open:
            self._state = state
            return
        review, sample = self._project.label_review, state.open[0]

        def work() -> LabelReviewState | None:
            review.judge(sample, wrong=wrong)
            return review.state()

        self._bridge.call(work, self._show, writes=True)

    def _on_back(self) -> None:
        if not self._back.isEnabled():
            return
        review = self._project.label_review

        def work() -> LabelReviewState | None:
            review.take_back()
            return review.state()

        self._bridge.call(work, self._show, writes=True)
