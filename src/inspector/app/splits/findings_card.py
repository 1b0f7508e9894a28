"""The findings on a split rule: one line each, with the files behind it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.app.widgets.elided_label import ElidedLabel
from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.finding import HIGH
from inspector.project.splits.leakage_pitfalls import TIED

SHOWN = 3
# The headline covers these, with the pairs below it.
_SAID = {TIED[0]}


class FindingsCard(QFrame):
    """Shows findings, the worst first; hidden if there are none.

    Attributes:
        requested: A `Pitfall` whose files the user wants to list.
    """

    requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self.setAccessibleName("Findings of this rule")
        self._findings: tuple[Pitfall, ...] = ()
        self._all = False
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self._more = QPushButton()
        self._more.setProperty("role", "link")
        self._more.clicked.connect(self._on_more)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        column.addLayout(self._rows)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self.setVisible(False)

    def show_findings(self, findings: Sequence[Pitfall]) -> None:
        shown = tuple(f for f in findings if f.code not in _SAID)
        if shown != self._findings:
            self._findings, self._all = shown, False
            self._build()
        self.setVisible(bool(shown))

    def texts(self) -> list[str]:
        """Return all findings as text."""
        return [finding.text for finding in self._findings]

    def _on_more(self) -> None:
        self._all = True
        self._build()

    def _build(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        shown = self._findings if self._all else self._findings[:SHOWN]
        for finding in shown:
            self._rows.addWidget(self._row(finding))
        left = len(self._findings) - len(shown)
        self._more.setText(f"{left} more finding{'s' * (left != 1)}")
        self._more.setVisible(left > 0)

    def _row(self, finding: Pitfall) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        dot = QLabel("●" if finding.severity == HIGH else "○")
        dot.setProperty("role", "dot-problem")
        dot.setAccessibleName(f"severity {finding.severity}")
        row.addWidget(dot)
        text = ElidedLabel(f"{finding.title}. {finding.detail}".strip())
        row.addWidget(text, 1)
        if finding.files:
            count = len(finding.files)
            see = QPushButton(f"{count:,} file{'s' * (count != 1)}")
            see.setProperty("role", "link")
            see.setAccessibleDescription(finding.text)
            see.clicked.connect(lambda: self.requested.emit(finding))
            row.addWidget(see)
        return line
