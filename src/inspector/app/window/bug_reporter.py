"""Reports uncaught exceptions: Qt only prints what a slot raises."""

import logging
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal

_LOG = logging.getLogger("inspector")


class BugReporter(QObject):
    """Emits the traceback of an uncaught exception."""

    raised = Signal(str)

    def hook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log an uncaught exception and emit it; for `sys.excepthook`."""
        text = "".join(traceback.format_exception(kind, error, trace))
        _LOG.error("a bug: %s", text)
        self.raised.emit(text)
