"""The look: Fusion with our palette and a small stylesheet, both from one table of tokens."""

import json
import re
from functools import cache

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from inspector.desktop.paths import resources_folder

_Role = QPalette.ColorRole
_ROLES = {
    _Role.Window: "window", _Role.WindowText: "text", _Role.Base: "surface",
    _Role.AlternateBase: "window", _Role.Text: "text", _Role.Button: "raised",
    _Role.ButtonText: "text", _Role.ToolTipBase: "raised", _Role.ToolTipText: "text",
    _Role.PlaceholderText: "muted", _Role.Highlight: "accent",
    _Role.HighlightedText: "on_accent", _Role.Link: "accent", _Role.Mid: "border",
}  # fmt: skip
_now = {"mode": "light"}


@cache
def tables() -> dict[str, dict[str, str]]:
    """Return the tables of tokens: light and dark."""
    # JSON and not TOML: this is read before the first paint, and Python's TOML takes its time.
    return json.loads((resources_folder() / "tokens.json").read_text("utf-8"))  # type: ignore[no-any-return]


def tokens() -> dict[str, str]:
    """Return the tokens of the mode."""
    return tables()[_now["mode"]]


def colour(name: str) -> QColor:
    """Return a token in force as a colour."""
    return QColor(tokens()[name])


def run_colours() -> list[str]:
    """Return the colours of runs laid over one another: told apart by the colour-blind, too."""
    return tokens()["runs"].split()


def apply(app: QApplication, mode: str) -> None:
    """Dress the application in "light", "dark" or "system"."""
    app.setStyle("Fusion")
    if mode == "system":
        # Fusion's own palette goes with the desktop; the scheme would bring the names of `Qt`.
        ground = app.style().standardPalette().color(_Role.Window)
        mode = "dark" if ground.lightness() < 128 else "light"
    _now["mode"] = mode
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, colour(name))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, colour("muted"))
    app.setPalette(palette)
    folder = resources_folder()
    words = tokens() | {"icons": (folder / "icons").as_posix(), "mode": mode}
    style = (folder / "style.qss").read_text("utf-8")
    app.setStyleSheet(re.sub(r"@(\w+)", lambda found: words[found[1]], style))
