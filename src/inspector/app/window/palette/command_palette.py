"""The command palette: type a few letters of a command, Enter runs it."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets import icons, theme
from inspector.app.widgets.page import Key, Page, PageAction, PageName, PageRequest
from inspector.app.window.palette.commands import (
    MAX_ROWS,
    PaletteCommand,
    PaletteSection,
    by_section,
    did_you_mean,
)
from inspector.app.window.palette.palette_rows import COMMAND_ROLE, HEAD_PX, TYPED_ROLE, PaletteRows
from inspector.desktop.settings import SETTINGS, THEME

_TOP_PX = 86
_KEPT = 5
_DIGITS = 9
_HINTS = (
    ("↑ ↓", "choose"), ("Enter", "run"), (">", "actions"), ("#", "images"), ("?", "words"),
)  # fmt: skip
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Palette(QDialog):
    """Chooses a command by its words.

    Args:
        commands: The available commands, the most relevant first.
        parent: The window over which the palette opens.
        last: Texts of recently run commands, the newest first; the palette updates it.
    """

    def __init__(
        self, commands: Sequence[PaletteCommand], parent: QWidget, last: list[str] | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Commands")
        self.setObjectName("popup")
        self._last = last if last is not None else []
        known = {command.text: command for command in commands}
        again = [known[text] for text in self._last if text in known]
        self._commands = [*again, *(c for c in commands if c not in again)]
        self.field = QLineEdit()
        self.field.setObjectName("palette-field")
        self.field.setPlaceholderText("Search or run")
        self.field.setAccessibleName("Search for a command")
        self.field.textChanged.connect(self._on_typed)
        self.list = QListWidget()
        self.list.setObjectName("palette-list")
        self.list.setAccessibleName("Matching commands")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(PaletteRows(self.list))
        self.list.itemClicked.connect(self._run)
        search, escape = QLabel(), QLabel("Esc")
        search.setPixmap(icons.icon("search", "text").pixmap(20, 20))
        escape.setObjectName("key")
        head = QHBoxLayout()
        head.setContentsMargins(18, 8, 16, 8)
        head.setSpacing(10)
        head.addWidget(search)
        head.addWidget(self.field, 1)
        head.addWidget(escape, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(_line())
        column.addWidget(self.list)
        column.addWidget(_line())
        column.addLayout(_hints())
        wide = parent.width() >= theme.size("rail_wide_from")
        self.setFixedWidth(int(theme.tokens()["size"]["palette_width"][int(wide)]))
        self._on_typed("")

    def open_over(self, window: QWidget) -> None:
        """Open at the top of a window, ready to type."""
        self.adjustSize()
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, _TOP_PX)))
        self.show()
        self.field.setFocus()

    def texts(self) -> list[str]:
        """Return the matching commands, the best first."""
        return [command.text for command in self._shown()]

    def current(self) -> PaletteCommand | None:
        """Return the command that Enter would run."""
        item = self.list.currentItem()
        command = item.data(COMMAND_ROLE) if item is not None else None
        return command if isinstance(command, PaletteCommand) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MOVES:
            step = {_MOVES[0]: -1, _MOVES[1]: 1, _MOVES[2]: -MAX_ROWS, _MOVES[3]: MAX_ROWS}
            self._step(step[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run()
        else:
            super().keyPressEvent(event)

    def _shown(self) -> list[PaletteCommand]:
        rows = (self.list.item(row).data(COMMAND_ROLE) for row in range(self.list.count()))
        return [command for command in rows if isinstance(command, PaletteCommand)]

    def _on_typed(self, typed: str) -> None:
        self.list.clear()
        if typed:
            for section, commands in by_section(typed, self._commands):
                self._add_head(section.value)
                for command in commands:
                    self._add(command, typed)
        else:
            for position, command in enumerate(self._commands):
                if position == 0 and self._last:
                    self._add_head("Recently used")
                elif position == len(self._last):
                    self._add_head("All commands")
                self._add(command, "")
        if not self._shown():
            meant = did_you_mean(typed, self._commands)
            question = f" Did you mean {meant}?" if meant else ""
            self._add_head(f"Nothing for “{typed}”.{question}")
        self._step(0)
        row_px = theme.size("palette_row")
        rows = [self.list.sizeHintForRow(row) for row in range(self.list.count())]
        self.list.setFixedHeight(min(sum(rows), MAX_ROWS * row_px + 3 * HEAD_PX) + 8)
        self.adjustSize()

    def _add(self, command: PaletteCommand, typed: str) -> None:
        item = QListWidgetItem(command.text, self.list)
        item.setData(COMMAND_ROLE, command)
        item.setData(TYPED_ROLE, typed)
        spoken = f"{command.text} {command.detail} {command.keys}"
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)

    def _add_head(self, text: str) -> None:
        item = QListWidgetItem(text, self.list)
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def _step(self, by: int) -> None:
        """Move the selection by a number of commands, skipping headings."""
        rows = [
            row for row in range(self.list.count())
            if self.list.item(row).data(COMMAND_ROLE) is not None
        ]  # fmt: skip
        if rows:
            current = self.list.currentRow()
            position = rows.index(current) if current in rows else 0
            self.list.setCurrentRow(rows[max(0, min(len(rows) - 1, position + by))])

    def _run(self, *_: object) -> None:
        command = self.current()
        if command is not None:
            self._last[:] = [command.text, *(t for t in self._last if t != command.text)][:_KEPT]
            # Close first, so that the command can open a dialog or move the focus.
            self.close()
            command.run()


def commands_of(
    pages: Sequence[Page], shown: Page, show: Callable[[int], None]
) -> list[PaletteCommand]:
    """Return the commands of the visible page, of the pages to go to, and of the other pages.

    A command of another page only shows that page, since its target is not visible yet.
    """
    commands = [as_command(key) for key in shown.key_table()]
    for position, page in enumerate(pages):
        go = partial(show, position)
        if page is not shown:
            commands.append(
                PaletteCommand(
                    f"Go to {page.title}",
                    # There are only nine digit keys.
                    f"Ctrl+{position + 1}" if position < _DIGITS else "",
                    go, page.words, PaletteSection.PAGES, page.purpose, page.icon,
                )
            )  # fmt: skip
    for position, page in enumerate(pages):
        if page is not shown:
            go = partial(show, position)
            commands += [
                PaletteCommand(
                    f"Go to {page.title}, to {key.does}",
                    f"there {key.keys}",
                    go,
                    section=PaletteSection.PAGES,
                    icon=page.icon,
                )
                for key in page.key_table()
            ]
    return commands


def as_command(key: Key) -> PaletteCommand:
    """Return a key of a page as a command."""
    return PaletteCommand(key.does[:1].upper() + key.does[1:], key.keys, key.run)


def clean_up_command(open_page: Callable[[PageRequest], None]) -> PaletteCommand:
    """Return the command that shows what a clean-up would exclude."""
    run = partial(open_page, PageRequest(PageName.OVERVIEW, PageAction.CLEAN_UP))
    return PaletteCommand(
        "Clean up dataset…", "", run, "leak leakage exclude copies duplicates fix",
        detail="shows the training copies that would be excluded; asks first", icon="clean",
    )  # fmt: skip


def audit_command(open_page: Callable[[PageRequest], None]) -> PaletteCommand:
    """Return the command that compares with another dataset."""
    run = partial(open_page, PageRequest(PageName.OVERVIEW, PageAction.COMPARE_DATASETS))
    return PaletteCommand(
        "Compare with another dataset…", "", run,
        "audit benchmark test set between fingerprints contamination two datasets",
        detail="which of its images are in this one; a folder or a fingerprint file", icon="search",
    )  # fmt: skip


def _line() -> QFrame:
    line = QFrame()
    line.setObjectName("line")
    line.setFixedHeight(1)
    return line


def _hints() -> QHBoxLayout:
    """Return the line that explains the keys of the palette."""
    row = QHBoxLayout()
    row.setContentsMargins(16, 6, 16, 6)
    row.setSpacing(6)
    for key, does in _HINTS:
        cap, text = QLabel(key), QLabel(does)
        cap.setObjectName("key")
        text.setProperty("role", "caption")
        row.addWidget(cap)
        row.addWidget(text)
        if does == "run":
            row.addStretch()
        else:
            row.addSpacing(8)
    return row


def keyless_commands(
    *,
    choose_theme: Callable[[str], None],
    show_preferences: Callable[[], None],
    show_layout: Callable[[], None],
    restore_backup: Callable[[], None],
    help_commands: Iterable[PaletteCommand],
) -> list[PaletteCommand]:
    """Return the commands without a key: themes, settings, layout, backups, help."""
    themes = [
        PaletteCommand(
            f"Theme: {mode}",
            "",
            partial(choose_theme, mode),
            "look colours mode",
            PaletteSection.SETTINGS,
            "Preferences, Appearance",
            "settings",
        )
        for mode in THEME.choices
    ]
    settings = [
        PaletteCommand(
            f"Preferences: {s.title.lower()}",
            "",
            show_preferences,
            s.name,
            PaletteSection.SETTINGS,
            s.explanation,
            "settings",
        )
        for s in SETTINGS
        if s is not THEME
    ]
    words = "layout splits classes label column"
    return [
        *themes,
        *settings,
        PaletteCommand("Opened as: change the roles of folders…", "", show_layout, words),
        PaletteCommand("Restore a backup of this project…", "", restore_backup, "damaged undo"),
        *help_commands,
    ]
