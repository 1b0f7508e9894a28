"""Collects cyclic garbage on the GUI thread only, in small steps.

A collection on another thread would destroy widgets there: Qt then waits for Python and Python for
Qt, which ends in a deadlock or a crash.
"""

import gc
import time

from PySide6.QtCore import QObject, QTimer

PERIOD_MS = 500
# So many new objects mean that another thread is building a list. Most are freed once it is built,
# and walking them takes longer than a frame.
MANY = 20_000
PATIENCE = 10
# Their number is not known exactly: what is freed elsewhere counts against it. A collection that
# took so long has walked a list that was being built.
SLOW_SECONDS = 0.008
_FULL = 2


class GcScheduler(QObject):
    """Replaces Python's automatic garbage collection until `give_back`.

    Objects that survive a full collection are not walked again before a project is closed: a full
    collection of an open window takes a tenth of a second, of new objects only a few milliseconds.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._waited = self._rests = 0
        self.settle()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(PERIOD_MS)

    def look(self) -> None:
        """Collect the oldest generation that Python would have collected by now.

        Waits, for some seconds at most, while thousands of objects are being created. Those that
        are still there are what pages show of a large dataset: they count as permanent, and are
        freed as ever when nothing refers to them. So do those of the seconds after a slow one.
        """
        counts, limits = gc.get_count(), gc.get_threshold()
        if counts[0] > MANY:
            self._waited += 1
            if self._waited > PATIENCE:
                self._waited = 0
                self.settle()
            return
        self._waited = 0
        due = [g for g in range(len(counts)) if counts[g] > limits[g]]
        if not due:
            return
        if self._rests:
            self._rests -= 1
            self.settle()
            return
        began = time.thread_time()
        gc.collect(due[-1])
        if time.thread_time() - began > SLOW_SECONDS:
            self._rests = PATIENCE
        if self._rests or due[-1] == _FULL:
            self.settle()

    def settle(self) -> None:
        """Treat all present objects as permanent, such as the widgets of an opened project."""
        gc.freeze()

    def sweep(self) -> None:
        """Collect everything; called when a project was closed and the user waits anyway."""
        gc.unfreeze()
        gc.collect()
        self.settle()

    def sweep_soon(self) -> None:
        """Sweep once the widgets that are to be deleted are gone."""
        QTimer.singleShot(0, self, self.sweep)

    def give_back(self) -> None:
        """Return to Python's automatic collection."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
