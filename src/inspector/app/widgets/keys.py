"""The keys of a page: shown on ?, changed in the settings file; conflicts are refused."""

import itertools
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from inspector.app.widgets.page import Key, Page
from inspector.errors import UsageError

# More rows would not fit a small screen.
_MAX_ROWS = 21
TO_PAGES = ("Ctrl+1 .. Ctrl+9", "go to a page")


def overrides(file: Path) -> dict[str, str]:
    """Read the [keys] table of the settings: name of an action to its new keys.

    Raises:
        UsageError: The file is not valid TOML, or the table contains something other than strings.
    """
    if not file.exists():
        return {}
    try:
        table = tomllib.loads(file.read_text("utf-8")).get("keys", {})
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the settings {file} can't be read: {error}", "Fix or delete the file."
        ) from None
    if not isinstance(table, Mapping) or not all(isinstance(v, str) for v in table.values()):
        raise UsageError(
            f"[keys] in {file} is not a table of texts", 'Write for example keep = "P".'
        )
    return dict(table)


def resolve(keys: Sequence[Key], changed: Mapping[str, str]) -> list[Key]:
    """Return the keys with the user's changes.

    Raises:
        UsageError: A change names no action, or two actions share a key.
    """
    names = {key.name for key in keys}
    unknown = sorted(set(changed) - names)
    if unknown:
        raise UsageError(f"no key is named {unknown[0]}", f"Names: {', '.join(sorted(names))}.")
    resolved = [Key(k.name, changed.get(k.name, k.keys), k.does, k.run) for k in keys]
    taken: dict[str, str] = {}
    for key in resolved:
        plain = QKeySequence(key.keys).toString()
        if plain in taken:
            raise UsageError(
                f"{key.keys} is taken by {taken[plain]} and {key.name}", "Choose another key."
            )
        taken[plain] = key.name
    return resolved


def bind(page: Page, keys: Iterable[Key]) -> list[QShortcut]:
    """Bind the keys to a page and the widgets in it."""
    shortcuts = []
    for key in keys:
        shortcut = QShortcut(QKeySequence(key.keys), page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(key.run)
        shortcuts.append(shortcut)
    return shortcuts


def _column(title: str, rows: Iterable[tuple[str, str]]) -> QVBoxLayout:
    """Return one column of keys; a continued column has no title."""
    column = QVBoxLayout()
    column.setSpacing(12)
    head = QLabel(title)
    head.setProperty("role", "heading")
    column.addWidget(head)
    form = QFormLayout()
    form.setHorizontalSpacing(16)
    for key, does in rows:
        form.addRow(key, QLabel(does))
    column.addLayout(form)
    column.addStretch()
    return column


class KeysOverlay(QDialog):
    """Shows the keys of a page and the general ones; any key closes it."""

    def __init__(self, page: Page, general: Sequence[Key], parent: QWidget) -> None:
        # A popup gets the keyboard at once, and closes on a click elsewhere.
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("popup")
        self.setAccessibleName(f"Keys of {page.title}")
        # Side by side, to fit a small screen.
        columns = QHBoxLayout(self)
        columns.setContentsMargins(16, 16, 16, 16)
        columns.setSpacing(24)
        own = [(k.keys, k.does) for k in page.key_table()]
        rest = [TO_PAGES, *((k.keys, k.does) for k in general)]
        for title, keys in ((page.title, own), ("Everywhere", rest)):
            rows = list(_folded(keys))
            for first in range(0, len(rows), _MAX_ROWS):
                part = rows[first : first + _MAX_ROWS]
                columns.addLayout(_column("" if first else title, part))

    def open_over(self, window: QWidget) -> None:
        """Show in the centre of a window."""
        self.adjustSize()
        self.move(window.mapToGlobal(window.rect().center() - self.rect().center()))
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()
        self.close()


def _folded(keys: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Combine neighbours that differ only in their number into one line: "1 .. 9"."""
    lines = []
    for _, same in itertools.groupby(
        keys, lambda k: k[1].replace(k[0], "") if k[0].isdigit() else k
    ):
        (first, does), *more = same
        span = f"{first} .. {more[-1][0]}" if more else first
        lines.append((span, does.replace(first, span) if more else does))
    return lines
