"""The top of each tab of Groups: its input, or the text for an empty tab."""

from collections.abc import Mapping
from enum import IntEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.dataset.groups import Provenance


class GroupsTab(IntEnum):
    """The tabs of the page, in order."""

    NAMES = 0
    DATES = 1
    DUPLICATES = 2
    PATTERN = 3


TAB_NAMES = ("Names", "Dates", "Near-duplicates", "Pattern…")
_EMPTY = {
    GroupsTab.NAMES: (
        "File names suggest no groups.",
        "If images of one patient, video or day exist, type the part of the path that names them"
        " under Pattern.",
    ),
    GroupsTab.DATES: (
        "The dates in the images suggest no groups.",
        "Images of one camera within the gap would be one burst. Widen it, or try Names.",
    ),
    GroupsTab.DUPLICATES: ("There are no near-duplicates.", "Nothing has to be kept together."),
    GroupsTab.PATTERN: (
        "No pattern yet.",
        r"Type the part of the path that names a patient, a video or a day, such as patient_\d+.",
    ),
}


def tab_of(provenance: Provenance) -> GroupsTab:
    """Return the tab of a proposal."""
    match provenance:
        case Provenance.EXIF:
            return GroupsTab.DATES
        case Provenance.PATTERN:
            return GroupsTab.PATTERN
        case Provenance.LOOKS:
            return GroupsTab.DUPLICATES
        case _:
            return GroupsTab.NAMES


class EmptyNote(QFrame):
    """Says that a tab is empty, and what to try."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._head, self._text = QLabel(), QLabel()
        self._head.setObjectName("groups-empty")
        self._head.setProperty("role", "card-title")
        self._text.setProperty("role", "muted")
        inner = QFrame()
        inner.setProperty("role", "empty")
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 20, 16, 20)
        column.setSpacing(4)
        for label in (self._head, self._text):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.addWidget(inner)

    def show_tab(self, tab: GroupsTab, counts: Mapping[GroupsTab, int]) -> None:
        """Show the text of an empty tab, and which other tabs have something to decide."""
        head, text = _EMPTY[tab]
        others = [f"{TAB_NAMES[other]} ({count:,})" for other, count in counts.items() if count]
        self.show_text(head, f"{text} See {', '.join(others)}." if others else text)

    def show_text(self, head: str, text: str) -> None:
        """Show another text."""
        self._head.setText(head)
        self._text.setText(text)


class TabInput(QWidget):
    """The input of a tab: a pattern, or a gap in seconds.

    Attributes:
        pattern_typed: A regular expression.
        gap_typed: Seconds.
    """

    pattern_typed = Signal(str)
    gap_typed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._pattern, self._gap = QLineEdit(), QDoubleSpinBox()
        self._pattern.setPlaceholderText(r"a pattern for the path, such as (patient_\d+)")
        self._pattern.setAccessibleName("Pattern for the path")
        self._pattern.returnPressed.connect(self._on_pattern)
        self._gap.setRange(0.1, 86_400)
        self._gap.setSuffix(" s")
        self._gap.setAccessibleName("Gap between two bursts, in seconds of EXIF time")
        self._gap.editingFinished.connect(self._on_gap)
        self._propose = QPushButton("Propose")
        self._propose.setToolTip("Show the groups of this pattern; nothing is grouped yet")
        self._propose.clicked.connect(self._on_pattern)
        self._error = QLabel()
        self._error.setObjectName("groups-error")
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        self._gap_text = QLabel("Images of one camera belong to one burst up to a gap of")
        self._gap_text.setProperty("role", "muted")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._pattern, 1)
        row.addWidget(self._propose)
        row.addWidget(self._gap_text)
        row.addWidget(self._gap)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._error)

    def show_tab(self, tab: GroupsTab) -> None:
        """Show the input of a tab, or none."""
        self._error.setVisible(False)
        is_pattern, is_dates = tab is GroupsTab.PATTERN, tab is GroupsTab.DATES
        for widget, on in (
            (self._pattern, is_pattern), (self._propose, is_pattern),
            (self._gap_text, is_dates), (self._gap, is_dates),
        ):  # fmt: skip
            widget.setVisible(on)
        self.setVisible(is_pattern or is_dates)

    def show_gap(self, seconds: float) -> None:
        """Show the gap of the project."""
        if not self._gap.hasFocus():
            self._gap.blockSignals(True)
            self._gap.setValue(seconds)
            self._gap.blockSignals(False)

    def refuse(self, text: str) -> None:
        """Show why a pattern is not valid."""
        self._error.setText(text)
        self._error.setVisible(True)

    def _on_pattern(self) -> None:
        if text := self._pattern.text().strip():
            self._error.setVisible(False)
            self.pattern_typed.emit(text)

    def _on_gap(self) -> None:
        self.gap_typed.emit(self._gap.value())
