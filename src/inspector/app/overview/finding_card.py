"""A card of Overview: how many, what, a strip of pictures, See and the one action that fits."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from inspector.project.diagnosis.findings import Finding

STRIP = 9
PICTURE_PX = 52


@dataclass(frozen=True, slots=True)
class CardAction:
    """What a person asked for on a card: where to look, or which action to take."""

    finding: Finding
    action: bool


class FindingCard(QFrame):
    """Show one finding.

    Attributes:
        asked: A `CardAction`: See or the one action.
    """

    asked = Signal(object)

    def __init__(self, finding: Finding, pictures: Sequence[tuple[str, QImage]]) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setProperty("code", finding.code)
        self.setProperty("severity", finding.severity)
        self._finding = finding
        count = QLabel(f"{finding.count:,}" if finding.count else "")
        count.setProperty("role", "number")
        count.setMinimumWidth(72)
        count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        title, text = QLabel(finding.title), QLabel(finding.text)
        title.setProperty("role", "heading")
        text.setProperty("role", "muted")
        words = QVBoxLayout()
        words.setSpacing(4)
        for label in (title, text):
            label.setWordWrap(True)
            words.addWidget(label)
        if pictures:
            words.addLayout(_strip(pictures))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(16)
        row.addWidget(count)
        row.addLayout(words, 1)
        if finding.see:
            row.addWidget(self._button("See", self._on_see), 0, Qt.AlignmentFlag.AlignVCenter)
        if finding.action:
            button = self._button(finding.action, self._on_action)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _button(self, text: str, slot: object) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleDescription(self._finding.title)
        button.clicked.connect(slot)
        return button

    def _on_see(self) -> None:
        self.asked.emit(CardAction(self._finding, False))

    def _on_action(self) -> None:
        self.asked.emit(CardAction(self._finding, True))


def _strip(pictures: Sequence[tuple[str, QImage]]) -> QHBoxLayout:
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
