"""What was checked, each with its result, and what was not."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.overview.finding_card import DOTS, CardAction
from inspector.code_reading.finding import LOW
from inspector.project.diagnosis.findings import Check, Finding, Overview

_COLUMNS, _TWO_PX, _SIDE_PX, _ROW_PX = 2, 860, 320, 33


class ChecksPanel(QWidget):
    """Shows the checks in two columns, and beside them what was not checked.

    Attributes:
        requested: A `CardAction`: the user wants to see what a check found.
    """

    requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._title, self._grid = QLabel(), QGridLayout()
        self._title.setObjectName("checks-title")
        self._title.setProperty("role", "heading")
        self._rows: list[QWidget] = []
        checks, self._left_out = QFrame(), QFrame()
        column = QVBoxLayout(checks)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        column.addWidget(self._title)
        self._grid.setHorizontalSpacing(32)
        self._grid.setVerticalSpacing(0)
        column.addLayout(self._grid)
        self._not_checked = QLabel()
        self._not_checked.setObjectName("not-checked")
        self._not_checked.setProperty("role", "muted")
        self._not_checked.setWordWrap(True)
        head = QLabel("Not checked")
        head.setProperty("role", "heading")
        beside = QVBoxLayout(self._left_out)
        beside.setContentsMargins(16, 12, 16, 14)
        beside.setSpacing(8)
        beside.addWidget(head)
        beside.addWidget(self._not_checked)
        self._left_out.setFixedWidth(_SIDE_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(checks, 1)
        row.addWidget(self._left_out, 0, Qt.AlignmentFlag.AlignTop)
        for card in (checks, self._left_out):
            card.setObjectName("plain-card")
        self.hide()

    def show_overview(self, overview: Overview) -> None:
        """Show the checks of a complete scan; hidden before."""
        self.setVisible(bool(overview.checks))
        for part in self._rows:
            self._grid.removeWidget(part)
            part.hide()
            part.deleteLater()
        results = overview.results()
        self._title.setText(f"{len(results)} checks")
        self._rows = [self._row(check, findings) for check, findings in results]
        self._arrange()
        self._not_checked.setText(
            "\n\n".join(f"{t[:1].upper()}{t[1:]}" for t in overview.not_checked)
        )
        self._left_out.setVisible(bool(overview.not_checked))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Put the checks in two columns if they fit."""
        columns = _COLUMNS if self.width() >= _TWO_PX else 1
        for position, part in enumerate(self._rows):
            self._grid.addWidget(part, position // columns, position % columns)

    def _row(self, check: Check, findings: Sequence[Finding]) -> QWidget:
        row = QFrame()
        row.setProperty("role", "check-row")
        row.setMinimumHeight(_ROW_PX)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        mark, name = QLabel("✓"), QLabel(f"{check.name[:1].upper()}{check.name[1:]}")
        mark.setProperty("role", "tick")
        if findings:
            # As on the cards: a filled dot marks a problem, a ring something to check.
            worst = min((one.severity for one in findings), key=lambda one: one.rank)
            mark.setText(DOTS[worst])
            mark.setProperty("role", "dot-problem" if worst is not LOW else "caption")
        mark.setAccessibleName("found something" if findings else "found nothing")
        name.setWordWrap(True)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(name, 1)
        if not findings:
            none = QLabel("0")
            none.setProperty("role", "muted")
            line.addWidget(none)
            return row
        count = QPushButton(f"{sum(one.count for one in findings):,}")
        count.setProperty("role", "quiet")
        count.setAccessibleDescription(check.name)
        count.setToolTip(findings[0].title)
        count.setEnabled(findings[0].see is not None)
        count.clicked.connect(lambda: self.requested.emit(CardAction(findings[0], False)))
        line.addWidget(count)
        return row
