"""Measures what a policy does: one request at a time, once the sliders rest."""

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.app.threads.bridge import Bridge
from inspector.augmentation.label_preservation import LabelChange, parts
from inspector.augmentation.policy import Policy
from inspector.errors import InspectorError
from inspector.project.augment.policy_effects import PolicyEffects
from inspector.work.effects_process import (
    Answer,
    Effects,
    EffectsRequest,
    LabelChangeRequest,
    LintRequest,
    MeasuredImages,
    Question,
    Ranges,
    RangesRequest,
    ReferenceSet,
)

WAIT_MS = 250


class EffectsRequests(QObject):
    """Measures the shown policy and remembers the answers.

    Attributes:
        measured: `Effects` of the policy, and of the one that it is compared with.
        advised: Lint findings, a tuple of `Advice`.
        ranges: `Ranges` of a new reference set.
        judged: `damages` has changed.
        failed: An `InspectorError`.
        reference_set: The images on which label preservation is measured; None before they arrive.
        parts: Each parameter of the policy by name, as a policy of that parameter alone.
        damages: What each parameter does to labels, as far as it is measured.
    """

    measured = Signal(object)
    advised = Signal(object)
    ranges = Signal(object)
    judged = Signal()
    failed = Signal(object)

    def __init__(self, measuring: PolicyEffects, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._measuring, self._bridge = measuring, bridge
        self._policy = Policy.none()
        self._beside: Policy | None = None
        self._questions: list[Question] = []
        self._asking = False
        self._ready = False
        self._asks_ranges = False
        self._can_measure: bool | None = None
        self.reference_set: ReferenceSet | None = None
        self.parts: dict[str, Policy] = {}
        self.damages: dict[str, LabelChange] = {}
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(WAIT_MS)
        self.timer.timeout.connect(self.measure)

    def set_data(self, given: MeasuredImages | ReferenceSet) -> None:
        """Use other images or another reference set from now on, and measure again."""
        self._measuring.give(given)
        if isinstance(given, ReferenceSet):
            self.reference_set = given
            self.damages.clear()
            self._can_measure = None
            self._asks_ranges = True
        else:
            self._ready = bool(given.pictures)
        self.timer.start()

    def show_policy(self, policy: Policy, beside: Policy | None) -> None:
        """Measure a policy and the one it is compared with, once the sliders rest."""
        self._policy, self._beside = policy, beside
        self.timer.start()

    def can_measure(self) -> bool | None:
        """Return whether the reference set can measure label preservation; None until known."""
        return self._can_measure

    def is_idle(self) -> bool:
        """Return whether every request is answered."""
        return not (self._asking or self.timer.isActive())

    def measure(self) -> None:
        """Start measuring now; pending requests are dropped."""
        if not self._ready:
            return
        before, self.parts = self.parts, dict(parts(self._policy))
        self.damages = {
            name: damage for name, damage in self.damages.items()
            if before.get(name) == self.parts.get(name)
        }  # fmt: skip
        self.judged.emit()
        self._questions = [
            *([RangesRequest()] if self._asks_ranges else []),
            EffectsRequest(self._policy, self._beside),
            LintRequest(self._policy, self._beside),
            *(
                LabelChangeRequest(n, part)
                for n, part in self.parts.items()
                if n not in self.damages
            ),
        ]
        if not self._asking:
            self._ask()

    def _ask(self) -> None:
        """Send the first request, and the next one when it has ended; never two at a time."""
        self._asking = bool(self._questions)
        if not self._questions:
            return
        question = self._questions[0]
        if isinstance(question, LabelChangeRequest) and not self._can_measure:
            self._questions, self._asking = [], False
            return

        def answered(answer: Answer) -> None:
            # A newer set of requests may have replaced this one meanwhile.
            if self._is_first(question):
                self._take(question, answer)

        def ended() -> None:
            if self._is_first(question):
                del self._questions[0]
            self._ask()

        self._bridge.call(
            lambda: self._measuring.ask(question), answered, channel="effects", late=True,
            on_error=self._on_failed, on_end=ended,
        )  # fmt: skip

    def _is_first(self, question: Question) -> bool:
        return bool(self._questions) and self._questions[0] is question

    def _on_failed(self, error: InspectorError) -> None:
        self._questions = []
        self.failed.emit(error)

    def _take(self, question: Question, answer: Answer) -> None:
        match answer:
            case Ranges():
                self._asks_ranges, self._can_measure = False, answer.tells
                self.ranges.emit(answer)
                self.judged.emit()
            case Effects():
                self.measured.emit(answer)
            case LabelChange():
                assert isinstance(question, LabelChangeRequest)
                self.damages[question.name] = answer
                self.judged.emit()
            case _:
                self.advised.emit(answer)
