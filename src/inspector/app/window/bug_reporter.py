"""Tells of exceptions that nothing caught: Qt only prints what is raised in a slot."""

import logging
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal

_LOG = logging.getLogger("inspector")


class BugReporter(QObject):
    """Show what was raised in a slot: Qt only prints it."""

    raised = Signal(str)

    def hook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log an exception that nothing caught and tell the window."""
        text = "".join(traceback.format_exception(kind, error, trace))
        _LOG.error("a bug: %s", text)
        self.raised.emit(text)
