"""Cyclic garbage is collected on the window's thread only, in small helpings.

A collection on another thread destroys widgets there: Qt then waits for Python and Python for Qt,
and the program stands still or dies.
"""

import gc

from PySide6.QtCore import QObject, QTimer

PERIOD_MS = 500
# So many new objects are a list in the making on another thread: most go as soon as it is made,
# and to walk them takes longer than a frame.
MANY = 50_000
PATIENCE = 10
_FULL = 2


class GcScheduler(QObject):
    """Take the collector over from Python, until it is given back.

    What survives a full collection is not walked again before a project is closed: a full one over
    an open window takes a tenth of a second, over what came since the last one a few milliseconds.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self.settle()
        self._waited = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(PERIOD_MS)

    def look(self) -> None:
        """Collect the oldest generation that Python would have collected by now.

        While objects are being made by the thousands it waits, for some seconds at most.
        """
        counts, limits = gc.get_count(), gc.get_threshold()
        if counts[0] > MANY and self._waited < PATIENCE:
            self._waited += 1
            return
        self._waited = 0
        due = [g for g in range(len(counts)) if counts[g] > limits[g]]
        if due:
            gc.collect(due[-1])
        if due[-1:] == [_FULL]:
            self.settle()

    def settle(self) -> None:
        """Take what is there now for what stays, such as the widgets of an opened project."""
        gc.freeze()

    def sweep(self) -> None:
        """Look through everything: a project was closed, and the person waits anyway."""
        gc.unfreeze()
        gc.collect()
        self.settle()

    def sweep_soon(self) -> None:
        """Sweep once the widgets that were told to go are gone."""
        QTimer.singleShot(0, self, self.sweep)

    def give_back(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
