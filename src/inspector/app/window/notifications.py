"""Desktop notification at the end of a long job."""

import shutil

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication, QWidget

from inspector.desktop.settings import NOTIFY, read_settings
from inspector.errors import InspectorError

LONG_SECONDS = 10.0


def notify_when_away(window: QWidget, name: str, phase: str, seconds: float) -> bool:
    """Notify the user if the job was long, the window is inactive and the setting is on.

    Returns:
        True if a notification was sent.
    """
    if seconds < LONG_SECONDS or window.isActiveWindow() or not _is_enabled():
        return False
    QApplication.alert(window)
    if program := shutil.which("notify-send"):
        minutes = f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
        text = f"Ended after {minutes}: {phase}" if phase else f"Ended after {minutes}"
        words = ["--app-name=Dataset Inspector", "--icon=dataset-inspector", name, text]
        QProcess.startDetached(program, words)
    return True


def _is_enabled() -> bool:
    try:
        return bool(read_settings()[NOTIFY.name])
    except InspectorError:
        return bool(NOTIFY.default)
