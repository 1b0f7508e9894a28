"""The end that the system asks for, which comes in time whatever still runs.

What a person decided is on the disk before the window shows it, so nothing shown is lost.
"""

import os
import signal
import sys
import threading
import time


def end_in_time(seconds: float) -> None:
    """End this process at most so long after its first SIGTERM, should it not end by itself.

    Must be called on the main thread. The signal is heard by a thread of its own: Python's handlers
    wait for the main thread, which may wait for something that stands still.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_wait, args=(reading, seconds), name="deadline", daemon=True).start()


def _wait(reading: int, seconds: float) -> None:
    while os.read(reading, 1) != bytes([signal.SIGTERM]):
        pass
    time.sleep(seconds)
    # Without that module there is no child; importing it would wait for imports that stand still.
    subprocesses = sys.modules.get("inspector.subprocesses")
    if subprocesses is not None:
        subprocesses.abort_children()
    os._exit(0)
