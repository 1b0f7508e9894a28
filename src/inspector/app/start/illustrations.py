"""Small pictures of what the program does, painted in the colours of the theme."""

from typing import TYPE_CHECKING

# Classes needed after the first paint are looked up in the module.
from PySide6 import QtWidgets
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_WIDTH_PX, _PAIR_PX, _GAP_PX = 178, 88, 48


class LatePicture(QWidget):
    """A picture whose space is reserved until the first paint is over.

    Painting it imports `Qt` and others, which take 40 ms.
    """

    _late = True

    def show_picture(self) -> None:
        """Paint the picture from now on."""
        self._late = False
        self.update()

    def paintEvent(self, event: "QPaintEvent") -> None:
        del event
        if not self._late:
            self.paint()

    def paint(self) -> None:
        """Paint the picture."""
        raise NotImplementedError


def _fix_size(picture: QWidget) -> None:
    fixed = QtWidgets.QSizePolicy.Policy.Fixed
    picture.setSizePolicy(fixed, fixed)


class PairIllustration(LatePicture):
    """The same image in two splits.

    Args:
        excluded: True to paint the copy as an excluded one.
    """

    def __init__(self, *, excluded: bool) -> None:
        super().__init__()
        self._excluded = excluded
        _fix_size(self)
        self.setAccessibleName("The same image in validation and in training")

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, _PAIR_PX)

    def paint(self) -> None:
        from inspector.app.start.illustration_painting import paint_pair

        paint_pair(self, excluded=self._excluded)


class GapIllustration(LatePicture):
    """The gap between two accuracies, with the part that is leakage."""

    def __init__(self) -> None:
        super().__init__()
        _fix_size(self)
        self.setAccessibleName("Leakage as a part of the gap between two accuracies")

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, _GAP_PX)

    def paint(self) -> None:
        from inspector.app.start.illustration_painting import paint_gap

        paint_gap(self)


class DropArrow(LatePicture):
    """An arrow into a tray."""

    def sizeHint(self) -> QSize:
        return QSize(40, 40)

    def paint(self) -> None:
        from inspector.app.start.illustration_painting import paint_drop_arrow

        paint_drop_arrow(self)
