"""The command palette: type some letters of what you want, Enter does it."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets.page import Key, Page
from inspector.app.window.commands import PaletteCommand, matching
from inspector.desktop.settings import SETTINGS, THEME

WIDTH_PX = 560
ROWS = 12
ROW_PX = 32
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Palette(QDialog):
    """Choose a command by its words.

    Args:
        commands: All that can be done, the nearest at hand first.
        parent: The window over which it opens.
    """

    def __init__(self, commands: Sequence[PaletteCommand], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Commands")
        self.setObjectName("popup")
        self._commands = commands
        self._found: list[PaletteCommand] = []
        self.field = QLineEdit()
        self.field.setPlaceholderText("What do you want to do?")
        self.field.setAccessibleName("Look for a command")
        self.field.textChanged.connect(self._on_typed)
        self.list = QListWidget()
        self.list.setAccessibleName("Commands that fit")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFixedHeight(ROWS * ROW_PX)
        self.list.itemClicked.connect(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.setFixedWidth(WIDTH_PX)
        self._on_typed("")

    def open_over(self, window: QWidget) -> None:
        """Show at the top of a window, ready to type."""
        self.adjustSize()
        self.move(window.mapToGlobal(QPoint((window.width() - WIDTH_PX) // 2, 72)))
        self.show()
        self.field.setFocus()

    def texts(self) -> list[str]:
        """Return the commands that fit, the best first."""
        return [command.text for command in self._found]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MOVES:
            step = {_MOVES[0]: -1, _MOVES[1]: 1, _MOVES[2]: -ROWS, _MOVES[3]: ROWS}
            row = self.list.currentRow() + step[Qt.Key(event.key())]
            self.list.setCurrentRow(max(0, min(self.list.count() - 1, row)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run()
        else:
            super().keyPressEvent(event)

    def _on_typed(self, typed: str) -> None:
        self._found = matching(typed, self._commands)
        self.list.clear()
        for command in self._found:
            item = QListWidgetItem(self.list)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{command.text} {command.keys}")
            item.setSizeHint(QSize(0, ROW_PX))
            self.list.setItemWidget(item, _row(command))
        if not self._found:
            self.list.addItem("No command has these words.")
        self.list.setCurrentRow(0)

    def _run(self, *_: object) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._found):
            command = self._found[row]
            # Closed first, so that what it opens or focuses is not taken from it.
            self.close()
            command.run()


def commands_of(
    pages: Sequence[Page], shown: Page, show: Callable[[int], None]
) -> list[PaletteCommand]:
    """Return what the shown page does, each page to go to, and what the others do.

    An action of another page only goes there: what it would act on was not in sight.
    """
    commands = [as_command(key) for key in shown.key_table()]
    for place, page in enumerate(pages):
        go = partial(show, place)
        if page is not shown:
            commands.append(
                PaletteCommand(f"Go to {page.title}", f"Ctrl+{place + 1}", go, page.words)
            )
    for place, page in enumerate(pages):
        if page is not shown:
            go = partial(show, place)
            commands += [
                PaletteCommand(f"Go to {page.title}, to {key.does}", f"there {key.keys}", go)
                for key in page.key_table()
            ]
    return commands


def as_command(key: Key) -> PaletteCommand:
    """Return what a key does as a command."""
    return PaletteCommand(key.does[:1].upper() + key.does[1:], key.keys, key.run)


def _row(command: PaletteCommand) -> QWidget:
    row = QWidget()
    inside = QHBoxLayout(row)
    inside.setContentsMargins(8, 0, 8, 0)
    keys = QLabel(command.keys)
    keys.setProperty("role", "muted")
    inside.addWidget(QLabel(command.text))
    inside.addStretch()
    inside.addWidget(keys)
    return row


def keyless_commands(
    *,
    choose_theme: Callable[[str], None],
    show_preferences: Callable[[], None],
    show_layout: Callable[[], None],
    restore_backup: Callable[[], None],
    show_about: Callable[[], None],
) -> list[PaletteCommand]:
    """Return what has no key: themes, settings, the layout, backups and what this program is."""
    themes = [
        PaletteCommand(f"Theme: {mode}", "", partial(choose_theme, mode), "look colours mode")
        for mode in THEME.choices
    ]
    settings = [
        PaletteCommand(f"Preferences: {s.title.lower()}", "", show_preferences, s.name)
        for s in SETTINGS
        if s is not THEME
    ]
    words = "layout splits classes label column"
    return [
        *themes,
        *settings,
        PaletteCommand("Opened as: change the roles of folders…", "", show_layout, words),
        PaletteCommand("Restore a backup of this project…", "", restore_backup, "damaged undo"),
        PaletteCommand("About Dataset Inspector", "", show_about, "version licence"),
    ]
