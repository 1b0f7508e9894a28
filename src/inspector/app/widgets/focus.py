"""Keeps the keyboard focus in place when the focused button is disabled."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget as _Base
else:
    _Base = object


class StableFocus(_Base):
    """A window or page in which a disabled widget does not pass the focus to its neighbour.

    When the focused widget is disabled, Qt moves the focus to the next widget. After a click on
    "Export" that neighbour may be a button that deletes or stops something, and Space or Return
    would press it. Here the focus moves to the page itself, where keys have their usual meaning.
    """

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's name
        focused = self.focusWidget()
        if focused is not None and not focused.isEnabled():
            focused.clearFocus()
            self.setFocus()
            return True
        return super().focusNextPrevChild(next)
