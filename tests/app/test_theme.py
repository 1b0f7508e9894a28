"""Theme tokens are the only source of colours, sizes and fonts."""

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from inspector.app.widgets import icons, theme
from inspector.desktop.paths import resources_folder

ROOT = Path(__file__).resolve().parents[2]
APP = sorted((ROOT / "src" / "inspector" / "app").rglob("*.py"))


def _colour_names() -> set[str]:
    """Return every literal name that a module requests from the theme."""
    return {
        part.value
        for file in APP
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "colour"
        for part in _values(node.args[0])
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def _values(node: ast.expr) -> list[ast.expr]:
    """Return possible values of an argument: both branches of a conditional."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            return [*_values(body), *_values(orelse)]
        case _:
            return [node]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_colour_that_is_asked_for_is_a_token(mode: str) -> None:
    names = _colour_names()
    assert len(names) > 8
    assert names <= set(theme.colours(mode)), names - set(theme.colours(mode))


def test_the_modes_have_the_same_colours() -> None:
    assert set(theme.colours("light")) == set(theme.colours("dark"))


def test_no_module_mixes_a_colour_of_its_own() -> None:
    mixed = [
        f"{file.name}: {text}"
        for file in APP
        for text in re.findall(r'QColor\("#\w+"\)', file.read_text("utf-8"))
    ]
    assert mixed == []


def test_the_fonts_of_the_program_are_used(qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    assert qapp.font().family() == "Inter"
    assert {"Inter", "JetBrains Mono"} <= set(QFontDatabase.families())
    assert (resources_folder() / "fonts" / "OFL.txt").exists()


def test_an_icon_is_drawn_in_the_colour_of_its_state(qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    icon = icons.icon("overview", checked="accent-text")
    normal, checked = (
        icon.pixmap(60, 60, icon.Mode.Normal, state).toImage()
        for state in (icon.State.Off, icon.State.On)
    )
    inked = next(
        (x, y) for x in range(60) for y in range(60) if normal.pixelColor(x, y).alpha() == 255
    )
    assert normal.pixelColor(*inked) == theme.colour("text-2")
    assert checked.pixelColor(*inked) == theme.colour("accent-text")
