"""One window per project may make decisions; a second window opens the project read-only.

The file itself could take several writers, but each window would show the decisions of the other
one only after its next query.
"""

import hashlib
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket


class SingleInstance(QObject):
    """Claims a project for a window.

    Attributes:
        front_requested: Another window was asked to open the same project.

    Args:
        file: The project file.
        parent: The window.
    """

    front_requested = Signal()

    def __init__(self, file: Path, parent: QObject) -> None:
        super().__init__(parent)
        self.file = file
        digest = hashlib.sha256(str(file).encode("utf-8", "surrogateescape")).hexdigest()
        self._name = f"dataset-inspector-{digest[:20]}"
        self._lock = QLockFile(str(file.with_name(f"{file.name}.window")))
        # The lock is held while the window is open; only a dead process makes it stale.
        self._lock.setStaleLockTime(0)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_call)
        self._call = QLocalSocket(self)
        self._call.connected.connect(self._call.disconnectFromServer)
        self._call.disconnected.connect(self.deleteLater)

    def take(self) -> bool:
        """Claim the project; return False if another window has it, and bring that to the front."""
        if self._lock.tryLock(0):
            # Left behind by a window that was killed.
            QLocalServer.removeServer(self._name)
            self._server.listen(self._name)
            return True
        if self._lock.error() is not QLockFile.LockError.LockFailedError:
            # The folder allows no lock: open the window anyway.
            return True
        self._call.connectToServer(self._name)
        return False

    def release(self) -> None:
        """Let another window claim the project."""
        self._server.close()
        self._lock.unlock()

    def _on_call(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            self.front_requested.emit()
