"""Judge the labels of a random sample: how many labels of the dataset are wrong."""

from PySide6.QtWidgets import QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.review.judge_dialog import JudgeDialog
from inspector.app.widgets.sample_image import ImageLabel, read_image
from inspector.project.diagnosis.label_review import LabelReviewState
from inspector.project.diagnosis.labels import current_label
from inspector.project.project import Project


class JudgeLabelsDialog(JudgeDialog):
    """Ask for each image of the sample whether its label is right."""

    def __init__(self, project: Project, bridge: Bridge, parent: QWidget) -> None:
        image = ImageLabel()
        super().__init__(
            "How many labels are wrong?",
            image,
            parent,
            answers=("Right", "Wrong"),
            has_back=True,
        )
        self._image = image
        self.setObjectName("judge-labels-dialog")
        self._project, self._bridge = project, bridge
        self._review_state: LabelReviewState | None = None
        self.answered.connect(self._judge)
        self.back_requested.connect(self._take_back)
        bridge.call(self._begin, self._show, channel="judge labels")

    def _begin(self) -> LabelReviewState | None:
        """Return the state of the review; a finished one is extended by more images."""
        review = self._project.label_review
        state = review.state()
        if state is not None and state.count is not None:
            review.ask_for_more()
            state = review.state()
        return state

    def _show(self, state: LabelReviewState | None) -> None:
        self._review_state = state
        self._image.show_image(None)
        is_open = state is not None and bool(state.open)
        self.set_open(is_open)
        self.set_back_enabled(state is not None and state.judged > 0)
        if state is None:
            self.show_question("Look for label errors first.")
            self.show_state("Run a diagnosis on Overview.")
            return
        if not is_open:
            self.show_question("All are judged.")
            self.show_state(state.text)
            return
        sample = state.open[0]
        self.show_question(f"Is this “{current_label(sample)}”?")
        self.show_state(
            f"{state.judged} of {state.target} judged. The label is not changed. {sample.path}"
        )
        self._bridge.call(
            lambda: read_image(self._project, sample)[0],
            self._image.show_image,
            channel="judged image",
        )

    def _judge(self, right: bool) -> None:
        # There is no image to judge until the answer is stored.
        state, self._review_state = self._review_state, None
        if state is None or not state.open:
            self._review_state = state
            return
        review, sample = self._project.label_review, state.open[0]

        def work() -> LabelReviewState | None:
            review.judge(sample, wrong=not right)
            return review.state()

        self._bridge.call(work, self._show, writes=True)

    def _take_back(self) -> None:
        review = self._project.label_review

        def work() -> LabelReviewState | None:
            review.take_back()
            return review.state()

        self._bridge.call(work, self._show, writes=True)
