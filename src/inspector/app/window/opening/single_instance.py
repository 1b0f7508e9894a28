"""One window per project may decide: a second one only reads, and brings the first to the front.

Two windows would both be right about the file, which takes several writers, and wrong on the
screen: what one decides the other would show only after its next question.
"""

import hashlib
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket


class SingleInstance(QObject):
    """Hold a project for a window.

    Attributes:
        front_asked: Another window was asked for the same project.

    Args:
        file: The project file.
        parent: The window.
    """

    front_asked = Signal()

    def __init__(self, file: Path, parent: QObject) -> None:
        super().__init__(parent)
        self.file = file
        digest = hashlib.sha256(str(file).encode("utf-8", "surrogateescape")).hexdigest()
        self._name = f"dataset-inspector-{digest[:20]}"
        self._lock = QLockFile(str(file.with_name(f"{file.name}.window")))
        # It is held for as long as the window is open; only a dead process makes it stale.
        self._lock.setStaleLockTime(0)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_call)
        self._call = QLocalSocket(self)
        self._call.connected.connect(self._call.disconnectFromServer)
        self._call.disconnected.connect(self.deleteLater)

    def take(self) -> bool:
        """Take the project for this window; False where another has it, which then comes up."""
        if self._lock.tryLock(0):
            # What a killed window left behind.
            QLocalServer.removeServer(self._name)
            self._server.listen(self._name)
            return True
        if self._lock.error() is not QLockFile.LockError.LockFailedError:
            # No lock can be had in that folder: better a window than none.
            return True
        self._call.connectToServer(self._name)
        return False

    def release(self) -> None:
        """Let another window have it."""
        self._server.close()
        self._lock.unlock()

    def _on_call(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            self.front_asked.emit()
