"""The settings, described once; the dialog, the file and the guide follow.

The file contains only values that differ from the defaults, and may be edited by hand.
"""

import json
import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import NamedTuple

import platformdirs

from inspector.errors import InspectorError, UsageError

Value = str | int | bool
_TABLE = "preferences"


class Setting(NamedTuple):
    """One setting; its type is that of its default.

    Like all that the first paint needs, it is no dataclass: their module takes milliseconds.

    Attributes:
        choices: The allowed words of a text.
        highest: The largest allowed number, from 0.
        zero: The meaning of the number 0, as text.
    """

    name: str
    title: str
    explanation: str
    default: Value
    choices: tuple[str, ...] = ()
    highest: int = 0
    zero: str = ""

    def takes(self, value: object) -> bool:
        """Return whether a value is allowed."""
        if type(value) is not type(self.default):
            return False
        if isinstance(value, str):
            return value in self.choices
        return isinstance(value, bool) or (isinstance(value, int) and 0 <= value <= self.highest)


THEME = Setting(
    "theme", "Theme", "Light, dark, or as the system is.", "system", ("system", "light", "dark")
)
REOPEN = Setting(
    "reopen", "Reopen the last dataset",
    "Opens it at startup, where you left off; otherwise the Start page is shown.", False,
)  # fmt: skip
NOTIFY = Setting(
    "notify", "Tell when a long job ends",
    "A notification of the desktop, when the window is in the background.", True,
)  # fmt: skip
WORKERS = Setting(
    "workers", "Worker processes",
    "How many processes read images while the window is open. Applies to the next dataset.", 0,
    highest=64, zero="all cores but one",
)  # fmt: skip
SETTINGS = (THEME, REOPEN, NOTIFY, WORKERS)


def settings_file() -> Path:
    """Return the path of the user's settings."""
    folder = platformdirs.user_config_dir("dataset-inspector", appauthor=False)
    return Path(folder) / "settings.toml"


def read_settings(file: Path | None = None) -> dict[str, Value]:
    """Return every setting by its name.

    Raises:
        UsageError: The file can't be read, or contains an unknown setting or a wrong value.
    """
    file = file or settings_file()
    values: dict[str, Value] = {s.name: s.default for s in SETTINGS}
    known = {s.name: s for s in SETTINGS}
    for name, value in _table(file).items():
        if name not in known:
            raise UsageError(
                f"{file} sets {name}, which is no setting", f"Settings: {', '.join(known)}."
            )
        if not known[name].takes(value):
            raise UsageError(
                f"{file} sets {name} to {json.dumps(value, default=str)}",
                known[name].explanation,
            )
        values[name] = value  # type: ignore[assignment]
    return values


def kept_theme() -> str:
    """Return the theme of the settings; an unreadable file counts as empty."""
    try:
        return str(read_settings()[THEME.name])
    except InspectorError:
        return str(THEME.default)


def write_setting(setting: Setting, value: Value, file: Path | None = None) -> None:
    """Write one setting atomically; comments, order and other tables of the file stay.

    Raises:
        UsageError: The value is not allowed, or the file is not valid TOML; it stays as it is.
        InspectorError: The file can't be written.
    """
    # The file may be a link into a folder of dotfiles: keep the link.
    file = (file or settings_file()).resolve()
    if not setting.takes(value):
        raise UsageError(f"{setting.name} can't be {value}", setting.explanation)
    _table(file)
    try:
        text = file.read_bytes().decode() if file.exists() else ""
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part")
        part.write_bytes(_with(text, setting.name, value).encode())
        os.replace(part, file)  # noqa: PTH105 - over what is there, as a whole
    except OSError as error:
        raise InspectorError(
            f"the settings can't be written: {error}", f"Check the permissions of {file.parent}."
        ) from error


def _table(file: Path) -> Mapping[str, object]:
    if not file.exists():
        return {}
    import tomllib  # the window reads its settings before the first paint

    try:
        table = tomllib.loads(file.read_bytes().decode()).get(_TABLE, {})
    except (OSError, ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else error
        raise UsageError(
            f"the settings {file} can't be read: {reason}", "Fix or delete the file."
        ) from None
    if not isinstance(table, Mapping):
        raise UsageError(f"[{_TABLE}] in {file} is not a table", "Fix or delete the file.")
    return table


def _with(text: str, name: str, value: Value) -> str:
    """Return the text of the file with one value changed or added."""
    import tomlkit  # imported late: takes 30 ms, needed only when a setting changes
    from tomlkit.items import Item, Key, Table

    document = tomlkit.parse(text)
    if _TABLE not in document:
        document[_TABLE] = tomlkit.table()
    table = document[_TABLE]
    assert isinstance(table, MutableMapping)  # `_table` has checked it
    after: list[tuple[Key | None, Item]] = []
    if isinstance(table, Table) and name not in table:
        # Trailing blank lines and comments belong to the next table.
        lines = table.value.body
        while lines and lines[-1][0] is None:
            after.insert(0, lines.pop())
    table[name] = value
    if isinstance(table, Table):
        table.value.body.extend(after)
    return tomlkit.dumps(document)
