"""The members of a cluster in a row, numbered: a click or a digit puts one on the left."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from inspector.store.samples import Sample

SIZE_PX = 84
MAX_SHOWN = 60


class MemberStrip(QWidget):
    """Show thumbnails of a cluster's members.

    Attributes:
        chosen: The id of a member that was clicked.

    Args:
        pixmap: Returns the thumbnail of a sample that is there already.
    """

    chosen = Signal(int)

    def __init__(self, pixmap: Callable[[int], QPixmap | None]) -> None:
        super().__init__()
        self._pixmap = pixmap
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        inner = QWidget()
        inner.setLayout(self._row)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(inner)
        area.setAccessibleName("Members of this cluster")
        area.setAccessibleDescription("1 to 9 put one on the left")
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedHeight(SIZE_PX + 52)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def show_members(self, members: Sequence[Sample], left: int, right: int) -> None:
        """Show members; the two that are compared are marked."""
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for number, member in enumerate(members[:MAX_SHOWN], start=1):
            self._row.addWidget(self._button(member, number, member.id in (left, right)))
        self._row.addStretch()

    def show_pictures(self) -> None:
        """Show the thumbnails that have come meanwhile."""
        for place in range(self._row.count()):
            item = self._row.itemAt(place)
            button = item.widget() if item is not None else None
            if isinstance(button, QToolButton) and button.icon().isNull():
                self._show_picture(button)

    def shut(self) -> None:
        """Let go of the thumbnails."""
        self.show_members((), 0, 0)

    def _button(self, member: Sample, number: int, compared: bool) -> QToolButton:
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(SIZE_PX, SIZE_PX - 20))
        mark = {"keep": " ✓", "drop": " ✗"}.get(member.mark, " ∞" if member.bound else "")
        split = (member.split or member.label)[:10]
        button.setText(f"{number} {split}{mark}")
        button.setCheckable(True)
        button.setChecked(compared)
        button.setFixedSize(SIZE_PX + 20, SIZE_PX + 16)
        button.setToolTip(member.path)
        button.setAccessibleName(f"{member.path}, {member.split}, {member.mark or 'undecided'}")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setProperty("sample", member.id)
        button.clicked.connect(self._on_clicked)
        self._show_picture(button)
        return button

    def _show_picture(self, button: QToolButton) -> None:
        pixmap = self._pixmap(int(button.property("sample")))
        if pixmap is not None and not pixmap.isNull():
            button.setIcon(QIcon(pixmap))

    def _on_clicked(self) -> None:
        self.chosen.emit(int(self.sender().property("sample")))
