"""Lists the backups of a project file and restores one."""

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets.focus import StableFocus
from inspector.store.backups import Backup, list_backups, restore


class BackupsDialog(StableFocus, QDialog):
    """Chooses a backup of a project file.

    Attributes:
        chosen: A function that restores the backup and returns the path of the project file. The
            project must be closed, and the function must not run on the GUI thread.
    """

    chosen = Signal(object)

    def __init__(self, file: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Restore a backup")
        self.setAccessibleName("Restore a backup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._file = file
        backups = list_backups(file)
        text = QLabel(
            "A backup is made on each day that a project is opened; three are kept. The project"
            f" file of now stays beside it under another name.\n\n{file}"
            if backups
            else f"There is no backup of {file} yet."
        )
        # File names are not markup.
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName("Backups, newest first")
        for backup in backups:
            item = QListWidgetItem(_text(backup), self.list)
            item.setData(Qt.ItemDataRole.UserRole, backup.number)
        self.list.setCurrentRow(0)
        self.list.setVisible(bool(backups))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._button = buttons.addButton("Restore", QDialogButtonBox.ButtonRole.AcceptRole)
        self._button.setEnabled(bool(backups))
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        for widget in (text, self.list, buttons):
            column.addWidget(widget)
        self.setMinimumWidth(480)

    def _on_accepted(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.accept()
            number = int(item.data(Qt.ItemDataRole.UserRole))
            self.chosen.emit(partial(_put_back, self._file, number))


def _put_back(file: Path, number: int) -> str:
    restore(file, number, datetime.now())
    return str(file)


def _text(backup: Backup) -> str:
    reason = f", {backup.reason}" if backup.reason else ""
    return f"{backup.created:%Y-%m-%d %H:%M}, {backup.size_bytes / 1e6:,.1f} MB{reason}"
