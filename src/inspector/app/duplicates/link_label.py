"""A text with links."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel


class LinkLabel(QLabel):
    """A wrapped caption; its links work by keyboard, too, and have the colour of the theme."""

    def __init__(self) -> None:
        super().__init__("")
        self.setProperty("role", "caption")
        self.setWordWrap(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and (text := self.text()):
            # A label reads the colour of links when it gets a text that differs.
            self.clear()
            self.setText(text)
