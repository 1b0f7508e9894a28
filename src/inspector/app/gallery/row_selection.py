"""Selects rows of the gallery: by sample, by range and by group."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, QModelIndex
from PySide6.QtWidgets import QAbstractItemView

from inspector.app.gallery.model import GalleryModel

_Flag = QItemSelectionModel.SelectionFlag


class RowSelection:
    """The selected samples of a view.

    Args:
        view: Shows `model`.
        model: The listed samples.

    Attributes:
        pending: Ids to select as soon as they are listed.
        anchor: Row at which a range selection starts; -1 for none.
    """

    def __init__(self, view: QAbstractItemView, model: GalleryModel) -> None:
        self._view, self._model = view, model
        self.pending: Sequence[int] = ()
        self.anchor = -1

    def ids(self) -> list[int]:
        """Return the ids of the selected samples in the order of the list."""
        ids: list[int] = []
        ranges = self._view.selectionModel().selection().toList()
        for rows in sorted(ranges, key=lambda r: r.top()):
            ids += self._model.ids[rows.top() : rows.bottom() + 1].tolist()
        return ids

    def select_ids(self, samples: Sequence[int], focus: int) -> None:
        """Select those of some samples that are listed, without scrolling.

        Args:
            samples: Ids of samples.
            focus: Id of the sample that becomes the current one; 0 for the first.
        """
        rows = np.flatnonzero(np.isin(self._model.ids, samples))
        if not len(rows):
            return
        self.pending = ()
        selection = QItemSelection()
        for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
            first, last = (self._model.index(int(row)) for row in (run[0], run[-1]))
            selection.append(QItemSelectionRange(first, last))
        focused = np.flatnonzero(self._model.ids == focus) if focus else rows
        row = int(focused[0]) if len(focused) else int(rows[0])
        # The selected images may be far from what the user looks at.
        self._view.setAutoScroll(False)
        self._set(selection, self._model.index(row))
        self._view.setAutoScroll(True)

    def select_rows(self, first: int, end: int) -> None:
        """Select the rows from `first` up to, but not including, `end`."""
        if first < end:
            rows = QItemSelection(self._model.index(first), self._model.index(end - 1))
            self._set(rows, self._model.index(first))

    def select_all(self) -> None:
        """Select every row; the current one stays."""
        count = len(self._model.ids)
        if count:
            rows = QItemSelection(self._model.index(0), self._model.index(count - 1))
            self._view.selectionModel().select(rows, _Flag.ClearAndSelect)

    def extend_to(self, index: QModelIndex, *, add: bool = False) -> None:
        """Select all rows from the anchor to an index, which becomes the current one.

        Args:
            index: The other end of the range.
            add: True to keep what is selected already.
        """
        anchor = self.anchor if 0 <= self.anchor < len(self._model.ids) else index.row()
        first, last = sorted((anchor, index.row()))
        rows = QItemSelection(self._model.index(first), self._model.index(last))
        self._set(rows, index, add=add)
        self.anchor = anchor

    def _set(self, rows: QItemSelection, current: QModelIndex, *, add: bool = False) -> None:
        selection = self._view.selectionModel()
        selection.select(rows, _Flag.Select if add else _Flag.ClearAndSelect)
        selection.setCurrentIndex(current, _Flag.NoUpdate)
