"""Cyclic garbage is collected on the window's thread only.

A collection on another thread destroys widgets there: Qt then waits for Python and Python for Qt,
and the program stands still or dies.
"""

import gc

from PySide6.QtCore import QObject, QTimer

PERIOD_MS = 500


class Garbage(QObject):
    """Take the collector over from Python, until it is given back."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # What the start imported stays: no later collection has to walk it.
        gc.freeze()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(PERIOD_MS)

    def look(self) -> None:
        """Collect the oldest generation that Python would have collected by now."""
        counts, limits = gc.get_count(), gc.get_threshold()
        due = [g for g in range(len(counts)) if counts[g] > limits[g]]
        if due:
            gc.collect(due[-1])

    def give_back(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
