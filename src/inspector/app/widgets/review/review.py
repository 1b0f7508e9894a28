"""A review by keyboard: a queue at the left, one item on the stage, one key per decision.

Duplicates and Labels use it with different stages and actions.
"""

import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QListView, QVBoxLayout, QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets import theme
from inspector.app.widgets.controls.key_button import KeyButton
from inspector.app.widgets.elided_label import ElidedLabel, FittedLabel
from inspector.app.widgets.page import Key
from inspector.app.widgets.review.empty_state import EmptyState
from inspector.app.widgets.review.queue_card import QueueCard
from inspector.app.widgets.review.queue_model import QueueModel
from inspector.app.widgets.review.review_speed import ReviewSpeed
from inspector.app.widgets.review.verb_bar import Verb, VerbBar
from inspector.project.review.decisions import Decided

_T = TypeVar("_T")


class Review(QWidget, Generic[_T]):
    """Walks a queue: shows an item, decides, moves to the next undecided one, and undoes.

    Args:
        title: Title of the page.
        model: The queue.
        queue: The view of the model.
        bridge: Makes decisions off the GUI thread.
        undo: Undoes the newest decision.
        done_word: Word for items that are done.

    Attributes:
        current_changed: Another item is on the stage, or its facts have changed.
        moved: The progress has changed.
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
        self._stage: tuple[QWidget, ...] = ()
        self._empty = EmptyState()
        self._empty.hide()
        self._card = QueueCard(queue)
        # No buttons while there is nothing to decide.
        self._verbs = VerbBar()
        self._verbs.setVisible(False)
        self._verbs.stepped.connect(self.step)
        queue.clicked.connect(self._forget_plans)
        queue.selectionModel().currentChanged.connect(self._on_current)

    @property
    def go_to(self) -> frozenset[int]:
        """Samples of an undone decision whose item is not back in the queue yet."""
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
        """Place all widgets.

        Args:
            queue: Shown between the progress and the queue.
            stage: Shown beside the queue; the first one takes the remaining height.
            verbs: The buttons below the stage.
            corner: Shown at the right of the heading.

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
        self._card.add_above(queue)
        self._verbs.show_verbs(verbs)
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
        body.addWidget(self._card)
        body.addLayout(right, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 12)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addLayout(body, 1)
        self.setFocusProxy(self.list)
        return self._verbs.buttons

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._card.set_wide(self.window().width() >= theme.size("rail_wide_from"))

    def keys(self) -> list[Key]:
        """Return the keys that every review has."""
        return [
            Key("back", "Backspace", "undo the newest decision", self.undo),
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
        return self.model.done

    def total_count(self) -> int:
        """Return how many items there are, decided or not."""
        return self._done[1] if self._done is not None else len(self.model.items)

    def show_heading(self, heading: str, note: str = "") -> None:
        """Set the heading and the note of the item on the stage."""
        self._heading.show_text(heading)
        self.note(note)

    def show_empty(self, heading: str, text: str) -> None:
        """Show in place of the stage that there is nothing to review."""
        self.show_heading(heading, "")
        self._empty.show_text(heading, text)
        self._show_stage(on=False)

    def _show_stage(self, *, on: bool) -> None:
        for widget in self._stage:
            widget.setVisible(on)
        self._empty.setVisible(not on)

    def note(self, text: str) -> None:
        """Replace the note of the item on the stage."""
        self._note.show_text(text)

    def show_items(
        self, items: Sequence[_T], first_row: int = 0, *, done: tuple[int, int] | None = None
    ) -> bool:
        """Replace the queue; the item on the stage stays, unless it was decided or undone.

        Args:
            items: In the order of the review.
            first_row: Row to start at, if nothing was on the stage.
            done: Number of decided items and of all items, if `items` holds only undecided ones.

        Returns:
            False if there is nothing to review.
        """
        before, row = self.current(), self.list.currentIndex().row()
        self.model.show(items)
        self._done = done
        self._verbs.setVisible(bool(items))
        self._show_stage(on=True)
        row = self._row_for(before, first_row if row < 0 else row)
        if items:
            row = min(row, len(items) - 1)
            if row == self.list.currentIndex().row():
                self._on_current()
            else:
                self.list.setCurrentIndex(self.model.index(row))
        self._show_progress()
        self.moved.emit()
        return bool(items)

    def step(self, by: int) -> None:
        """Move down or up the queue."""
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
        """Make a decision; `advance` moves on once the item on the stage is done."""
        self._forget_plans()
        item = self.current()
        if advance and item is not None:
            self._advance_from = self.model.key(item)
        self._bridge.call(work, on_decided, writes=True)

    def undo(self) -> None:
        """Undo the newest decision, and return to its item."""
        self._forget_plans()
        self._bridge.call(self._undo, self._on_undone, writes=True)

    def _on_undone(self, decided: Decided) -> None:
        # The undo may bring the item back into the queue.
        self.go_to_samples(frozenset(decided.samples))
        self.moved.emit()

    def _forget_plans(self) -> None:
        self._advance_from, self._go_to = None, frozenset()

    def _row_for(self, before: _T | None, row: int) -> int:
        keys = self.model.keys
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
            # The items are older than the decision, or the decision left something open.
            return row
        self._advance_from = None
        return self._next_open(row)

    def _row_of(self, samples: frozenset[int]) -> int | None:
        if not samples:
            return None
        rows = enumerate(self.model.items)
        return next((row for row, item in rows if samples & self.model.sample_ids(item)), None)

    def _next_open(self, row: int) -> int:
        items = self.model.items
        order = [*range(row, len(items)), *range(min(row, len(items)))]
        return next((i for i in order if not self.model.is_done(items[i])), row)

    def _on_current(self, *_: object) -> None:
        if self.current() is not None:
            self._verbs.show_position(self.list.currentIndex().row(), len(self.model.items))
            self.current_changed.emit()
            self.moved.emit()

    def _show_progress(self) -> None:
        """Show what is done, and how long the rest takes at the user's own pace."""
        done, total = self.done_count(), self.total_count()
        self._speed.note(done, time.monotonic())
        left = self._speed.left(total - done)
        self._card.show_progress(
            done, total, done_word=self._done_word, aside=f"{left} left" if left else self._aside
        )

    def show_aside(self, text: str) -> None:
        """Show a text beside the progress while the time left is unknown."""
        self._aside = text
        self._show_progress()
