"""Thumbnails of visible samples, decoded on two threads, the newest request first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from inspector.app.threads.images import from_jpeg
from inspector.app.threads.main_thread_queue import MainThreadQueue
from inspector.app.threads.newest_request import RequestOutcome, run_request

THREADS = 2
KEPT_BYTES = 64_000_000
BATCH_MS = 30


class Thumbnails(QObject):
    """Holds pixmaps of samples by id.

    Attributes:
        ready: Some requested pixmaps are loaded.
        broken: An exception of `load` that is a bug; the thumbnail counts as missing.

    Args:
        load: Returns the JPEG of a sample, or None; called on decode threads.
    """

    ready = Signal()
    broken = Signal(object)

    def __init__(self, load: Callable[[int], bytes | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._kept: OrderedDict[int, QPixmap] = OrderedDict()
        self._bytes = 0
        self._wished: list[int] = []
        self._busy: set[int] = set()
        self._condition = threading.Condition()
        self._closed = False
        self._decoded = MainThreadQueue(self._on_decoded, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(BATCH_MS)
        self._timer.timeout.connect(self.ready)
        self._threads = [
            threading.Thread(target=self._run, name=f"thumbnails-{i}", daemon=True)
            for i in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def pixmap(self, sample: int) -> QPixmap | None:
        """Return a loaded pixmap, or None."""
        pixmap = self._kept.get(sample)
        if pixmap is not None:
            self._kept.move_to_end(sample)
        return pixmap

    def request(self, samples: Sequence[int]) -> None:
        """Request thumbnails in this order; earlier requests are dropped."""
        with self._condition:
            self._wished = [s for s in samples if s not in self._kept and s not in self._busy]
            self._condition.notify_all()

    def forget(self, samples: Sequence[int] = ()) -> None:
        """Drop the pixmaps of some samples; without arguments, retry every missing one."""
        for sample in samples or [s for s, p in self._kept.items() if p.isNull()]:
            self._kept.pop(sample, None)

    def shut_down(self) -> None:
        """End the threads."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._wished and not self._closed:
                    self._condition.wait()
                if self._closed:
                    return
                sample = self._wished.pop(0)
                self._busy.add(sample)
            self._decoded.send((sample, run_request(partial(self._read, sample))))

    def _read(self, sample: int) -> QImage:
        return from_jpeg(self._load(sample))

    def _on_decoded(self, decoded: tuple[int, RequestOutcome[QImage]]) -> None:
        sample, outcome = decoded
        image = outcome.result if outcome.result is not None else QImage()
        self._busy.discard(sample)
        pixmap = QPixmap.fromImage(image)
        self._kept[sample] = pixmap
        self._bytes += 4 * pixmap.width() * pixmap.height()
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._bytes -= 4 * old.width() * old.height()
        if not self._timer.isActive():
            self._timer.start()
        if outcome.error is not None:
            self.broken.emit(outcome.error)
