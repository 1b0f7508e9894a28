"""A card of Overview: count, finding, images, See and one action."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from inspector.code_reading.finding import HIGH, LOW, MIDDLE
from inspector.project.diagnosis.findings import Finding
from inspector.project.diagnosis.last_answer import MAX_LISTED

STRIP = 6
PICTURE_PX = 56
# A filled dot marks a problem, a ring something to check.
DOTS = {HIGH: "●", MIDDLE: "○", LOW: "○"}


@dataclass(frozen=True, slots=True)
class CardAction:
    """What the user asked for on a card: where to look, or which action to take."""

    finding: Finding
    action: bool


class FindingCard(QFrame):
    """Shows one finding.

    Args:
        stale: It was found before, and is looked for again: nothing is decided by it.

    Attributes:
        requested: A `CardAction`: See, or the action.
    """

    requested = Signal(object)

    def __init__(
        self, finding: Finding, pictures: Sequence[tuple[str, QImage]], *, stale: bool = False
    ) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self.setProperty("code", finding.code)
        self._finding = finding
        dot, title, text = (
            QLabel(DOTS[finding.severity]),
            QLabel(finding.title),
            QLabel(finding.text),
        )
        dot.setProperty("role", "dot-problem" if finding.severity is not LOW else "caption")
        dot.setAccessibleName(f"severity {finding.severity}")
        title.setProperty("role", "card-title")
        text.setProperty("role", "caption")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(dot, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addLayout(head)
        if pictures:
            column.addLayout(image_strip(pictures))
        column.addWidget(text)
        column.addStretch()
        actions = QHBoxLayout()
        actions.addStretch()
        if finding.see:
            see = self._button("See", self._on_see)
            see.setEnabled(not stale or len(finding.samples) < MAX_LISTED)
            actions.addWidget(see)
        if finding.action:
            act = self._button(finding.action, self._on_action)
            act.setEnabled(not stale)
            if stale:
                act.setToolTip("Follows when the findings are refreshed")
            actions.addWidget(act)
        column.addLayout(actions)
        for label in (title, text):
            label.setWordWrap(True)

    def _button(self, text: str, slot: object) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "quiet")
        button.setAccessibleDescription(self._finding.title)
        button.clicked.connect(slot)
        return button

    def _on_see(self) -> None:
        self.requested.emit(CardAction(self._finding, False))

    def _on_action(self) -> None:
        self.requested.emit(CardAction(self._finding, True))


def image_strip(pictures: Sequence[tuple[str, QImage]]) -> QHBoxLayout:
    """Return a row of small images with their paths as tooltips."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 4, 0, 0)
    row.setSpacing(4)
    for path, image in pictures[:STRIP]:
        label = QLabel()
        label.setFixedSize(PICTURE_PX, PICTURE_PX)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setToolTip(path)
        label.setAccessibleName(path)
        label.setPixmap(
            QPixmap.fromImage(image).scaled(
                PICTURE_PX, PICTURE_PX, Qt.AspectRatioMode.KeepAspectRatioByExpanding,
                Qt.TransformationMode.SmoothTransformation,
            ).copy(0, 0, PICTURE_PX, PICTURE_PX)
        )  # fmt: skip
        row.addWidget(label)
    row.addStretch()
    return row
