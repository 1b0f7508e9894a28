"""Reads the augmentation policy of pasted Keras code; the code is never run."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog, QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.code_reading_panel import CodeReadingPanel
from inspector.errors import InspectorError
from inspector.project.augment.code_advice import PolicyReading, read_policy


class PastedPolicy(QObject):
    """The pasted code with its panel.

    Args:
        version: Returns the version of Keras that the code is read for.

    Attributes:
        read: The `Policy` of the code, and a tuple of `Advice` on the code around it.
        failed: An `InspectorError`: the code holds no policy that can be read.
        panel: Shows what was read, and asks for values that are not in the code.
    """

    read = Signal(object, object)
    failed = Signal(object)

    def __init__(self, bridge: Bridge, parent: QWidget, *, version: Callable[[], str]) -> None:
        super().__init__(parent)
        self._bridge, self._parent, self._version = bridge, parent, version
        self._text = ""
        self.panel = CodeReadingPanel()
        self.panel.answered.connect(lambda: self.read_code(self._text))

    def ask(self) -> None:
        """Let the user paste code."""
        text, ok = QInputDialog.getMultiLineText(
            self._parent,
            "Paste Keras code",
            "ImageDataGenerator(...) or keras.layers; it is never run",
        )
        if ok and text.strip():
            self.panel.clear()
            self.read_code(text)

    def read_code(self, text: str) -> None:
        """Read code, with the values that the user filled in."""
        self._text = text
        version, answers = self._version(), self.panel.answers()
        self._bridge.call(
            lambda: read_policy(text, version, answers), self._show, on_error=self.failed.emit
        )

    def _show(self, answer: PolicyReading) -> None:
        self.panel.show_reading(answer.reading, answer.asked)
        if isinstance(answer.policy, InspectorError):
            self.failed.emit(answer.policy)
        else:
            self.read.emit(answer.policy, tuple(answer.advice))
