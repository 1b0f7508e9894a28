"""The look: Fusion with our palette, fonts and style sheet, all from resources/tokens.json."""

import json
import re
from functools import cache
from typing import Any

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from inspector.desktop.paths import resources_folder

_Role = QPalette.ColorRole
_ROLES = {
    _Role.Window: "bg", _Role.WindowText: "text", _Role.Base: "surface",
    _Role.AlternateBase: "inset", _Role.Text: "text", _Role.Button: "button-fill",
    _Role.ButtonText: "text", _Role.ToolTipBase: "surface", _Role.ToolTipText: "text",
    _Role.PlaceholderText: "text-3", _Role.Highlight: "accent",
    _Role.HighlightedText: "on-accent", _Role.Link: "accent-text", _Role.Mid: "line",
}  # fmt: skip
_now = {"mode": "light"}


@cache
def tokens() -> dict[str, Any]:
    """Return the tokens: colours by mode, sizes in px, radii, type and motion."""
    # JSON, since it is read before the first paint, and importing `tomllib` is slow.
    return json.loads((resources_folder() / "tokens.json").read_text("utf-8"))  # type: ignore[no-any-return]


@cache
def colours(mode: str) -> dict[str, str]:
    """Return the colours of a mode by name, including those of policies and channels."""
    table = tokens()
    return {
        **table["color"][mode],
        **{f"class-{i}": value for i, value in enumerate(table["class"][mode])},
        **table["series"][mode],
        **table["channel"][mode],
    }


def colour(name: str) -> QColor:
    """Return a colour of the current mode.

    Raises:
        KeyError: There is no such colour.
    """
    return QColor(colours(_now["mode"])[name])


def overlay_colours() -> tuple[QColor, QColor]:
    """Return background and text colour of a badge on an image, the same in both modes."""
    badge = tokens()["overlay_badge"]
    red, green, blue, opacity = map(float, re.findall(r"[\d.]+", badge["background"]))
    return QColor(int(red), int(green), int(blue), round(255 * opacity)), QColor(badge["text"])


def has_colour(name: str) -> bool:
    """Return whether a token of this name is a colour, such as that of a split."""
    return name in colours(_now["mode"])


def size(name: str) -> int:
    """Return a size in px."""
    return int(tokens()["size"][name])


def series_colours() -> list[str]:
    """Return the colours of policies and runs in one chart, in order.

    The first is the baseline's. Colour-blind people can distinguish them, and none is the colour of
    a split, the accent or a problem; those of classes follow if more are needed.
    """
    table = tokens()
    mode = _now["mode"]
    first = list(table["series"][mode].values())
    return [*first, *(value for value in table["class"][mode] if value not in first)]


def split_word(split: str, *, short: bool = False) -> str:
    """Return the text of a split's badge: "Tr" or "Training"; other names unchanged."""
    names = tokens()["split"].get(split)
    if names is None:
        return split[:2].title() if short else split
    return str(names["short" if short else "word"])


def mono_font() -> QFont:
    """Return the font of code and paths."""
    font = QFont(tokens()["type"]["mono"])
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(tokens()["type"]["caption"]["size"])
    return font


@cache
def _text_font() -> QFont:
    """Register the fonts of the program, and return the text font."""
    for file in sorted((resources_folder() / "fonts").glob("*.[ot]tf")):
        QFontDatabase.addApplicationFont(str(file))
    style = tokens()["type"]
    font = QFont(style["family"])
    font.setPixelSize(style["body"]["size"])
    for feature in style["features"]:
        font.setFeature(QFont.Tag(feature), 1)
    return font


def apply(app: QApplication, mode: str) -> None:
    """Apply the mode "light", "dark" or "system" to the application."""
    app.setStyle("Fusion")
    app.setFont(_text_font())
    if mode == "system":
        # Fusion's own palette follows the desktop; asking for the scheme would import `Qt`.
        ground = app.style().standardPalette().color(_Role.Window)
        mode = "dark" if ground.lightness() < 128 else "light"
    _now["mode"] = mode
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, colour(name))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, colour("text-3"))
    app.setPalette(palette)
    app.setStyleSheet(_style_sheet(mode))


def _style_sheet(mode: str) -> str:
    folder = resources_folder()
    table = tokens()
    outline = colours(mode)["card-outline"]
    values = colours(mode) | {
        "icons": (folder / "icons").as_posix(),
        "mode": mode,
        "mono": table["type"]["mono"],
        # A dark card needs no outline: its shade differs from the window.
        "card-outline": "transparent" if outline == "none" else outline,
    }
    values |= {f"radius-{name}": f"{px}px" for name, px in table["radius"].items()}
    for name, style in table["type"].items():
        if isinstance(style, dict):
            values[f"type-{name}"] = f"font-size: {style['size']}px; font-weight: {style['weight']}"
    style = (folder / "style.qss").read_text("utf-8")
    return re.sub(r"@([\w-]+)", lambda match: values[match[1]], style)
