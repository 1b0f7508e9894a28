"""The relevant lines of pasted code: monospaced, numbered, not wrapped."""

import re
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from inspector.app.widgets import theme
from inspector.code_reading.reading import CodeReading

MAX_LINES = 6
_PARTS = re.compile(
    r"(?P<text>\"[^\"]*\"|'[^']*')|(?P<number>(?<![\w.])\d*\.?\d+(?:[eE][-+]?\d+)?\b)"
)


class CodeLines(QLabel):
    """Shows the first lines of the recognised calls; empty without any."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setProperty("role", "mono")
        self.setAccessibleName("The calls in your code")
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setVisible(False)

    def is_filled(self) -> bool:
        """Return whether a call was recognised."""
        return bool(self.text())

    def show_lines(self, code: str, reading: CodeReading) -> None:
        """Show the lines of a reading's calls."""
        lines = code.splitlines()
        numbers = sorted({c.place.line for c in reading.calls if c.place.cell is None})
        shown = [
            (number, lines[number - 1].strip())
            for number in numbers if 0 < number <= len(lines)
        ]  # fmt: skip
        if not shown:
            self.clear()
            return
        self.setText("<br>".join(_line(*one) for one in shown[:MAX_LINES]))
        self.setToolTip("\n".join(text for _, text in shown))


def _line(number: int, text: str) -> str:
    grey = theme.colour("text-3").name()
    gap = "&nbsp;&nbsp;"
    return f"<span style='color:{grey}'>{number}</span>{gap}{marked(text)}"


def marked(text: str) -> str:
    """Return a line of Python as rich text, with coloured strings and numbers."""
    strings, numbers = theme.colour("ok").name(), theme.colour("accent-text").name()
    parts, end = [], 0
    for match in _PARTS.finditer(text):
        parts.append(escape(text[end : match.start()]))
        colour = strings if match["text"] else numbers
        parts.append(f"<span style='color:{colour}'>{escape(match[0])}</span>")
        end = match.end()
    parts.append(escape(text[end:]))
    return "".join(parts)
