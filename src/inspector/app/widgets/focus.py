"""The keyboard stays where it is when the button that has it is disabled."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget as _Base
else:
    _Base = object


class StableFocus(_Base):
    """A window or page in which a disabled widget does not hand the keyboard to its neighbour.

    Qt passes the focus on to the next widget when the one that has it is disabled. After a click
    on "Export" that neighbour may be a button that deletes or stops something, and Space or
    Return would press it. Here the focus goes to the page itself, where keys mean what they
    always mean.
    """

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's name
        focused = self.focusWidget()
        if focused is not None and not focused.isEnabled():
            focused.clearFocus()
            self.setFocus()
            return True
        return super().focusNextPrevChild(next)
