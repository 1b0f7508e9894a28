"""Ends the process in time when the system asks for it, whatever still runs.

Decisions are on disk before the window shows them, so nothing that was shown is lost.
"""

import os
import signal
import sys
import threading
import time


def end_in_time(seconds: float) -> None:
    """End this process at most `seconds` after its first SIGTERM, if it does not end by itself.

    Must be called on the main thread. A separate thread waits for the signal, because Python's own
    handlers run on the main thread, which may be blocked.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_wait, args=(reading, seconds), name="deadline", daemon=True).start()


def _wait(reading: int, seconds: float) -> None:
    while os.read(reading, 1) != bytes([signal.SIGTERM]):
        pass
    time.sleep(seconds)
    # If the module is not loaded, there is no child; importing it could block on a stuck import.
    subprocesses = sys.modules.get("inspector.subprocesses")
    if subprocesses is not None:
        subprocesses.abort_children()
    os._exit(0)
