"""A review by keyboard: a queue at the left, one item on the stage, one key per decision.

Duplicates and Labels are two of them; what differs is what the stage shows and which verbs exist.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QListView,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets import icons, theme
from inspector.app.widgets.controls.key_button import KeyButton
from inspector.app.widgets.elided_label import ElidedLabel, FittedLabel
from inspector.app.widgets.flow_layout import FlowLayout
from inspector.app.widgets.page import Key
from inspector.app.widgets.review.queue_model import QueueModel
from inspector.app.widgets.review.review_speed import ReviewSpeed
from inspector.project.review.decisions import Decided

_QUEUE_PX, _QUEUE_WIDE_PX = 264, 320
_STEP_PX = 42
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Verb:
    """A button of the stage.

    Attributes:
        key: That does the same.
        icon: Name of an icon; "" for none.
    """

    text: str
    run: Callable[[], None]
    key: str = ""
    icon: str = ""
    is_primary: bool = False


class Review(QWidget, Generic[_T]):
    """Walks a queue: shows an item, decides, goes on to the next open one, and back by undo.

    Args:
        title: Of the page.
        model: The queue.
        queue: Shows the model.
        bridge: Decisions are made off the GUI thread.
        undo: Undoes the newest decision.
        done_word: What is said of items that are done.

    Attributes:
        current_changed: Another item is on the stage, or the same one with other facts.
        moved: The review went on.
    """

    current_changed = Signal()
    moved = Signal()

    def __init__(
        self,
        title: str,
        model: QueueModel[_T],
        queue: QListView,
        *,
        bridge: Bridge,
        undo: Callable[[], Decided],
        done_word: str = "decided",
    ) -> None:
        super().__init__()
        self._done_word, self._aside = done_word, ""
        self._steps: dict[str, QPushButton] = {}
        self.model, self.list = model, queue
        self._bridge, self._undo = bridge, undo
        self._advance_from: int | None = None
        self._go_to: frozenset[int] = frozenset()
        self._speed = ReviewSpeed()
        self._done: tuple[int, int] | None = None
        self._heading, self._note = ElidedLabel(title), FittedLabel("")
        self._heading.setProperty("role", "title")
        self._heading.setObjectName("review-heading")
        self._note.setObjectName("review-note")
        self._note.setProperty("role", "muted")
        self._progress, self._left = QLabel(), QLabel()
        self._progress.setObjectName("review-progress")
        self._progress.setProperty("role", "card-title")
        self._left.setObjectName("review-left")
        self._left.setProperty("role", "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Share of the queue that is reviewed")
        self._stage: tuple[QWidget, ...] = ()
        self._empty = _EmptyState()
        self._empty.hide()
        # Nothing to decide, no buttons that would decide it.
        self._verbs = QWidget()
        self._verbs.setVisible(False)
        self._position = QLabel()
        self._position.setObjectName("review-position")
        self._position.setProperty("role", "muted")
        queue.clicked.connect(self._forget_plans)
        queue.selectionModel().currentChanged.connect(self._on_current)

    @property
    def go_to(self) -> frozenset[int]:
        """Samples of an undone decision whose item is not in the queue yet."""
        return self._go_to

    def go_to_samples(self, samples: frozenset[int]) -> None:
        """Show the item of some samples, at once or as soon as it is in the queue."""
        self._forget_plans()
        row = self._row_of(samples)
        if row is not None:
            self.list.setCurrentIndex(self.model.index(row))
        else:
            self._go_to = samples

    def lay_out(
        self,
        queue: Sequence[QWidget | QLayout],
        stage: Sequence[QWidget],
        verbs: Sequence[Verb],
        corner: Sequence[QWidget] = (),
    ) -> list[KeyButton]:
        """Put everything in its place.

        Args:
            queue: Shown above the queue, below its progress.
            stage: Shown beside it, the first one as large as it can be.
            verbs: The buttons below the stage.
            corner: At the right of the heading.

        Returns:
            The buttons.
        """
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._heading)
        words.addWidget(self._note)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addLayout(words, 1)
        for widget in corner:
            head.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        buttons = self._lay_out_verbs(verbs)
        right = QVBoxLayout()
        right.setSpacing(8)
        for widget in stage:
            right.addWidget(widget, int(widget is stage[0]))
        right.addWidget(self._empty, 1)
        right.addSpacing(4)
        right.addWidget(self._verbs)
        self._stage = tuple(stage)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self._queue_card(queue))
        body.addLayout(right, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 12)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addLayout(body, 1)
        self.setFocusProxy(self.list)
        return buttons

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.window().width() >= theme.size("rail_wide_from")
        self._card.setFixedWidth(_QUEUE_WIDE_PX if wide else _QUEUE_PX)

    def _queue_card(self, above: Sequence[QWidget | QLayout]) -> QWidget:
        self._card = card = QFrame()
        card.setProperty("role", "card")
        card.setFixedWidth(_QUEUE_PX)
        counts = QHBoxLayout()
        counts.addWidget(self._progress)
        counts.addStretch()
        counts.addWidget(self._left)
        top = QVBoxLayout()
        top.setContentsMargins(16, 0, 16, 0)
        top.setSpacing(8)
        top.addLayout(counts)
        top.addWidget(self._bar)
        for item in above:
            if isinstance(item, QLayout):
                top.addLayout(item)
            else:
                top.addWidget(item)
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 14, 0, 4)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        return card

    def _lay_out_verbs(self, verbs: Sequence[Verb]) -> list[KeyButton]:
        # Narrow windows take two lines: no button is cut.
        decide = QWidget()
        flow = FlowLayout(decide)
        policy = decide.sizePolicy()
        policy.setHeightForWidth(True)
        decide.setSizePolicy(policy)
        buttons = []
        for verb in verbs:
            button = KeyButton(verb.text, verb.key, icon=verb.icon, primary=verb.is_primary)
            button.clicked.connect(verb.run)
            flow.addWidget(button)
            buttons.append(button)
        row = QHBoxLayout(self._verbs)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(decide, 1)
        for name, step in (("left", -1), ("right", 1)):
            go = QPushButton()
            go.setObjectName("review-previous" if step < 0 else "review-next")
            go.setAccessibleName("Previous in the queue" if step < 0 else "Next in the queue")
            go.setToolTip("Previous (Up)" if step < 0 else "Next (Down)")
            go.setFixedSize(_STEP_PX, theme.size("button"))
            go.clicked.connect(partial(self.step, step))
            self._steps[name] = go
            row.addWidget(go, 0, Qt.AlignmentFlag.AlignTop)
            if step < 0:
                row.addWidget(self._position, 0, Qt.AlignmentFlag.AlignTop)
        self._position.setFixedHeight(theme.size("button"))
        self._draw_icons()
        return buttons

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons anew in the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw_icons()

    def _draw_icons(self) -> None:
        for name, button in self._steps.items():
            button.setIcon(icons.icon(name, "text"))

    def keys(self) -> list[Key]:
        """Return the keys that every review has."""
        return [
            Key("back", "Backspace", "back one decision", self.undo),
            Key("next", "Down", "next in the queue", lambda: self.step(1)),
            Key("previous", "Up", "previous in the queue", lambda: self.step(-1)),
        ]

    def current(self) -> _T | None:
        """Return the item on the stage."""
        row = self.list.currentIndex().row()
        return self.model.items[row] if 0 <= row < len(self.model.items) else None

    def done_count(self) -> int:
        """Return how many items are decided."""
        if self._done is not None:
            return self._done[0]
        return sum(map(self.model.is_done, self.model.items))

    def total_count(self) -> int:
        """Return how many items there are, decided or not."""
        return self._done[1] if self._done is not None else len(self.model.items)

    def tell(self, heading: str, note: str = "") -> None:
        """Say what is on the stage, and what there is to know of it."""
        self._heading.show_text(heading)
        self.note(note)

    def tell_empty(self, heading: str, text: str) -> None:
        """Say that there is nothing to review, in the place of the stage."""
        self.tell(heading, "")
        self._empty.show_text(heading, text)
        self._show_stage(on=False)

    def _show_stage(self, *, on: bool) -> None:
        for widget in self._stage:
            widget.setVisible(on)
        self._empty.setVisible(not on)

    def note(self, text: str) -> None:
        """Say something else of what is on the stage."""
        self._note.show_text(text)

    def show_items(
        self, items: Sequence[_T], first_row: int = 0, *, done: tuple[int, int] | None = None
    ) -> bool:
        """Show a queue; the item on the stage stays, unless it was decided or undo leads away.

        Args:
            items: In the order of the review.
            first_row: Where to begin, if nothing was on the stage.
            done: How many are decided, of how many, where the queue shows only the open ones.

        Returns:
            False where there is nothing to review.
        """
        before, row = self.current(), self.list.currentIndex().row()
        self.model.show(items)
        self._done = done
        self._verbs.setVisible(bool(items))
        self._show_stage(on=True)
        row = self._row_for(before, first_row if row < 0 else row)
        if items:
            self.list.setCurrentIndex(self.model.index(min(row, len(items) - 1)))
        self._tell_progress()
        self.moved.emit()
        return bool(items)

    def step(self, by: int) -> None:
        """Go down or up the queue."""
        row = self.list.currentIndex().row() + by
        self._forget_plans()
        if 0 <= row < len(self.model.items):
            self.list.setCurrentIndex(self.model.index(row))

    def decide(
        self,
        work: Callable[[], Decided],
        on_decided: Callable[[Decided], None] | None = None,
        *,
        advance: bool = True,
    ) -> None:
        """Make a decision; `advance` goes on once the item on the stage is done."""
        self._forget_plans()
        item = self.current()
        if advance and item is not None:
            self._advance_from = self.model.key(item)
        self._bridge.call(work, on_decided, writes=True)

    def undo(self) -> None:
        """Undo the newest decision, and go back to where it was made."""
        self._forget_plans()
        self._bridge.call(self._undo, self._on_undone, writes=True)

    def _on_undone(self, decided: Decided) -> None:
        # It may come back to the queue by the undo.
        self.go_to_samples(frozenset(decided.samples))
        self.moved.emit()

    def _forget_plans(self) -> None:
        self._advance_from, self._go_to = None, frozenset()

    def _row_for(self, before: _T | None, row: int) -> int:
        keys = list(map(self.model.key, self.model.items))
        key = None if before is None else self.model.key(before)
        if key in keys:
            row = keys.index(key)
        undone = self._row_of(self._go_to)
        if undone is not None:
            self._go_to = frozenset()
            return undone
        if key is None or key != self._advance_from:
            return row
        if key in keys and not self.model.is_done(self.model.items[row]):
            # The answer came before the decision, or left something open.
            return row
        self._advance_from = None
        return self._next_open(row)

    def _row_of(self, samples: frozenset[int]) -> int | None:
        rows = enumerate(self.model.items)
        return next((row for row, item in rows if samples & self.model.sample_ids(item)), None)

    def _next_open(self, row: int) -> int:
        items = self.model.items
        order = [*range(row, len(items)), *range(min(row, len(items)))]
        return next((i for i in order if not self.model.is_done(items[i])), row)

    def _on_current(self, *_: object) -> None:
        if self.current() is not None:
            row, count = self.list.currentIndex().row(), len(self.model.items)
            self._position.setText(f"{row + 1:,} of {count:,}")
            self.current_changed.emit()
            self.moved.emit()

    def _tell_progress(self) -> None:
        """Say what is done, and how long the rest takes at the person's own pace."""
        done, total = self.done_count(), self.total_count()
        self._speed.note(done, time.monotonic())
        self._progress.setText(f"{done:,} of {total:,} {self._done_word}")
        left = self._speed.left(total - done)
        self._left.setText(f"{left} left" if left else self._aside)
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)

    def show_aside(self, text: str) -> None:
        """Say something beside the progress, where the time left is not known."""
        self._aside = text
        self._tell_progress()


class _EmptyState(QFrame):
    """Says in the middle of an inset area why it is empty, and what brings something there."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("review-empty")
        self.setProperty("role", "inset")
        self._title, self._text = QLabel(), QLabel()
        self._title.setProperty("role", "card-title")
        self._text.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.addStretch()
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            column.addWidget(label)
        column.addStretch()

    def show_text(self, title: str, text: str) -> None:
        """Show a title and what to do."""
        self._title.setText(title)
        self._text.setText(text)
