"""A review by keyboard: a queue at the left, one item on the stage, one key per decision.

Duplicates and Labels are two of them; what differs is what the stage shows and which verbs exist.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QInputDialog,
    QLabel,
    QListView,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.flow_layout import FlowLayout
from inspector.app.widgets.page import Key
from inspector.app.widgets.review.review_speed import ReviewSpeed
from inspector.project.review.decisions import Decided

AnyIndex = QModelIndex | QPersistentModelIndex
_QUEUE_PX = 280


_T = TypeVar("_T")


class QueueModel(QAbstractListModel, Generic[_T]):
    """Items in the order of the review; a subclass says what each is and how it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.items: Sequence[_T] = ()

    def key(self, item: _T) -> int:
        """Return what tells an item from the others, also after it was decided on."""
        raise NotImplementedError

    def is_done(self, item: _T) -> bool:
        """Tell whether a person has decided."""
        raise NotImplementedError

    def sample_ids(self, item: _T) -> set[int]:
        """Return the ids of an item's images."""
        raise NotImplementedError

    def show(self, items: Sequence[_T]) -> None:
        """Show other items."""
        self.beginResetModel()
        self.items = tuple(items)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.items)


@dataclass(frozen=True, slots=True)
class Verb:
    """A button of the stage; its text names the key that does the same."""

    text: str
    run: Callable[[], None]
    is_primary: bool = False


class Review(QWidget, Generic[_T]):
    """Walks a queue: shows an item, decides, goes on to the next open one, and back by undo.

    Args:
        title: Of the page.
        model: The queue.
        queue: Shows the model.
        bridge: Decisions are made off the GUI thread.
        undo: Undoes the newest decision.

    Attributes:
        current_changed: Another item is on the stage, or the same one with other facts.
        moved: The review went on.
        left_changed: How many items are not decided.
    """

    current_changed = Signal()
    moved = Signal()
    left_changed = Signal(int)

    def __init__(
        self,
        title: str,
        model: QueueModel[_T],
        queue: QListView,
        *,
        bridge: Bridge,
        undo: Callable[[], Decided],
    ) -> None:
        super().__init__()
        self.model, self.list = model, queue
        self._bridge, self._undo = bridge, undo
        self._advance_from: int | None = None
        self._go_to: frozenset[int] = frozenset()
        self._pace = ReviewSpeed()
        self._title, self._progress = QLabel(title), QLabel()
        self._title.setProperty("role", "title")
        self._progress.setObjectName("review-progress")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Share of the queue that is reviewed")
        self._heading, self._note = QLabel(), QLabel()
        self._heading.setObjectName("review-heading")
        self._heading.setProperty("role", "heading")
        self._note.setObjectName("review-note")
        self._note.setProperty("role", "muted")
        # Nothing to decide, no buttons that would decide it.
        self._verbs = QWidget()
        self._verbs.setVisible(False)
        for label in (self._heading, self._note):
            label.setWordWrap(True)
        queue.clicked.connect(self._forget_plans)
        queue.selectionModel().currentChanged.connect(self._on_current)

    def lay_out(
        self, above: Sequence[QWidget], below: Sequence[QWidget], stage: Sequence[QWidget],
        verbs: Sequence[Verb],
    ) -> list[QPushButton]:  # fmt: skip
        """Put everything in its place.

        Args:
            above: Shown above the queue, below its title.
            below: Shown below the queue.
            stage: Shown below the heading, the first one as large as it can be.
            verbs: The buttons below the stage.

        Returns:
            The buttons.
        """
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 16, 8, 8)
        column.setSpacing(8)
        for widget in (self._title, *above, self._progress, self._bar, self.list, *below):
            column.addWidget(widget, int(widget is self.list))
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 16, 16, 8)
        column.setSpacing(8)
        for widget in (self._heading, self._note, *stage):
            column.addWidget(widget, int(widget is stage[0]))
        # Narrow windows take two lines: no button is cut.
        bar = FlowLayout(self._verbs)
        buttons = []
        for verb in verbs:
            button = QPushButton(verb.text)
            button.setProperty("role", "primary" if verb.is_primary else "")
            button.clicked.connect(verb.run)
            bar.addWidget(button)
            buttons.append(button)
        column.addWidget(self._verbs)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_QUEUE_PX, 900])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        self.setFocusProxy(self.list)
        return buttons

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
        return sum(map(self.model.is_done, self.model.items))

    def tell(self, heading: str, note: str = "") -> None:
        """Say what is on the stage, and what there is to know of it."""
        self._heading.setText(heading)
        self.note(note)

    def note(self, text: str) -> None:
        """Say something else of what is on the stage."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def show_items(self, items: Sequence[_T], first_row: int = 0) -> bool:
        """Show a queue; the item on the stage stays, unless it was decided or undo leads away.

        Args:
            items: In the order of the review.
            first_row: Where to begin, if nothing was on the stage.

        Returns:
            False where there is nothing to review.
        """
        before, row = self.current(), self.list.currentIndex().row()
        self.model.show(items)
        self._verbs.setVisible(bool(items))
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
        samples = frozenset(decided.samples)
        row = self._row_of(samples)
        if row is not None:
            self.list.setCurrentIndex(self.model.index(row))
        else:
            # It may come back to the queue by the undo.
            self._go_to = samples
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
            self.current_changed.emit()
            self.moved.emit()

    def _tell_progress(self) -> None:
        """Say what is done, and how long the rest takes at the person's own pace."""
        done, total = self.done_count(), len(self.model.items)
        self.left_changed.emit(total - done)
        self._pace.note(done, time.monotonic())
        left = self._pace.left(total - done)
        self._progress.setText(f"{done:,} of {total:,} reviewed{', ' if left else ''}{left}")
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)


def ask_class(parent: QWidget, title: str, text: str, classes: Iterable[str], now: str) -> str:
    """Ask for a class, beginning at the present one, so that Return alone changes nothing.

    Returns:
        Another class than the present one, or "" where nothing is to change.
    """
    names = list(classes)
    if now not in names:
        names.insert(0, now)
    label, is_chosen = QInputDialog.getItem(parent, title, text, names, names.index(now), True)
    return label if is_chosen and label != now else ""
