"""The queue of a review as a list model."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex

from inspector.app.widgets.tables import LongListModel

AnyIndex = QModelIndex | QPersistentModelIndex
_T = TypeVar("_T")


class QueueModel(LongListModel, Generic[_T]):
    """Items in the order of the review; subclasses define their meaning and look.

    Attributes:
        items: The items.
        keys: The key of each.
        done: Number of decided items.
    """

    def __init__(self) -> None:
        super().__init__()
        self.items: Sequence[_T] = ()
        self.keys: list[int] = []
        self.done = 0

    def key(self, item: _T) -> int:
        """Return what identifies an item, also after it was decided."""
        raise NotImplementedError

    def is_done(self, item: _T) -> bool:
        """Return whether an item is decided."""
        raise NotImplementedError

    def sample_ids(self, item: _T) -> set[int]:
        """Return the ids of an item's images."""
        raise NotImplementedError

    def show(self, items: Sequence[_T]) -> None:
        """Replace the items; views keep their row if those are the same, as after a decision."""
        keys = list(map(self.key, items))
        if keys == self.keys:
            self.items, self.done = tuple(items), sum(map(self.is_done, items))
            if keys:
                self.dataChanged.emit(self.index(0), self.index(len(keys) - 1))
            return
        self.items, self.keys, self.done = tuple(items), keys, sum(map(self.is_done, items))
        self.show_rows(len(keys))
