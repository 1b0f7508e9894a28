"""One line of Overview: how the code that makes the split was read, or where to bring it."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets import theme
from inspector.app.widgets.code_reading_panel import choose_code_file
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.widgets.icons import icon
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.program import load_code
from inspector.code_reading.roles import DatasetRole
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.project.splits.code_split import reading_of
from inspector.project.splits.split_rules import RuleKind

_NO_CODE = "Does code make your splits? It is read, never run."
_ICON_PX = 16
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class CodeLineData:
    """What the line says: each call as its role and a text, or that there is no code.

    Attributes:
        more: Calls beyond those.
        problem: What was not understood, "" where all was.
    """

    calls: tuple[tuple[str, str], ...] = ()
    more: int = 0
    problem: str = ""


class CodeLine(QFrame):
    """Show how code was read in one line.

    Attributes:
        paste_requested: The person wants to paste code.
        details_requested: The whole reading is to be shown.
        loaded: The code of a script or notebook that the person chose.
    """

    paste_requested = Signal()
    details_requested = Signal()
    loaded = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._mark = QLabel()
        self._title = QLabel(_NO_CODE)
        self._title.setObjectName("code-line-title")
        self._calls = QHBoxLayout()
        self._calls.setSpacing(8)
        self._problem = ElidedLabel()
        self._problem.setProperty("role", "error")
        self._paste = self._button("Paste it…", self.paste_requested.emit)
        self._open = self._button("Open a script or notebook…", self._on_open)
        self._details = self._button("Details", self.details_requested.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(12)
        row.addWidget(self._mark)
        row.addWidget(self._title)
        row.addLayout(self._calls)
        row.addWidget(self._problem, 1)
        row.addStretch()
        for button in (self._paste, self._open, self._details):
            row.addWidget(button)
        self.show_reading(None)

    def show_reading(self, shown: CodeLineData | None) -> None:
        """Show how the code in use was read; None where the split is not made by code."""
        self._mark.setPixmap(icon("code", "text-2").pixmap(_ICON_PX, _ICON_PX))
        while (item := self._calls.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for button in (self._paste, self._open):
            button.setVisible(shown is None)
        self._details.setVisible(shown is not None)
        self._title.setText(_NO_CODE if shown is None else "How your code was read")
        self._title.setProperty("role", "muted" if shown is None else "card-title")
        self._title.style().polish(self._title)
        self._problem.show_text(shown.problem if shown else "")
        if shown is None:
            return
        for role, text in shown.calls:
            badge, words = QLabel(theme.split_word(role, short=True) or "?"), QLabel(text)
            badge.setProperty("split", role)
            badge.setToolTip(role)
            words.setProperty("role", "muted")
            self._calls.addWidget(badge)
            self._calls.addWidget(words)
        if shown.more:
            self._calls.addWidget(QLabel(f"and {shown.more} more"))

    def _button(self, text: str, slot: object) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "quiet")
        button.clicked.connect(slot)
        return button

    def _on_open(self) -> None:
        file = choose_code_file(self)
        if file is not None:
            self._bridge.call(lambda: load_code(file), self.loaded.emit, on_error=self._on_error)

    def _on_error(self, error: InspectorError) -> None:
        self._problem.show_text(f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}")


def read_code_line(project: Project) -> CodeLineData | None:
    """Return how the code of the rule in use was read; None where it is another rule."""
    rule = project.splits.rule
    if rule.kind is not RuleKind.CODE:
        return None
    try:
        reading = reading_of(rule.code, rule.call.keras, rule.answers)
    except InspectorError as error:
        return CodeLineData(problem=error.message)
    calls = [c for c in reading.calls if c.role is not DatasetRole.OTHER]
    problem = f"{reading.unread[0].place.text} was not understood" if reading.unread else ""
    shown = tuple((c.role.value, _call_text(c)) for c in calls[:_SHOWN])
    return CodeLineData(shown, max(0, len(calls) - _SHOWN), problem)


def _call_text(call: CodeCall) -> str:
    """Return a call as its folder, share, seed and place."""
    parts = [call.folder or "folder not known"]
    share = call.validation_split
    if share is not None:
        held = call.role is DatasetRole.TRAINING
        parts.append(f"{100 * (1 - share if held else share):.3g} %")
    if call.seed is not None:
        parts.append(f"seed {call.seed}")
    return f"{', '.join(parts)}  {call.place.text}"
