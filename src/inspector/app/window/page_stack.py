"""The pages of the window, of which one is visible."""

from PySide6.QtWidgets import QStackedWidget


class PageStack(QStackedWidget):
    """A stack that fills what the window has, whatever a page would like.

    Whenever a text changes, the window asks its widgets for their height at its width. A plain
    stack asks all its pages, visible or not, which takes longer than all the rest.
    """

    def hasHeightForWidth(self) -> bool:
        return False
