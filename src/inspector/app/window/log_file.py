"""The program's log, and the traceback of a crash."""

import contextlib
import faulthandler
import logging

from inspector.desktop.paths import log_folder

LOG_BYTES = 1_000_000


def log_to_file() -> None:
    """Write the log, and the traceback of a crash, to the log folder."""
    with contextlib.suppress(OSError):
        folder = log_folder()
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "inspector.log"
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(folder / "inspector.log.1")
        # logging.handlers would import sockets and pickle before the first paint.
        handler = logging.FileHandler(log, delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger().addHandler(handler)
        faulthandler.enable((folder / "crash.log").open("w"))
