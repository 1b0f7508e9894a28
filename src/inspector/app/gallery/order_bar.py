"""The line above the tiles: grouping, sorting, the name filter and the size of thumbnails."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from inspector.app.gallery.view import TILE_PX
from inspector.app.widgets.controls.combo import Combo
from inspector.project.review.gallery_query import GroupBy, Sort

_SORT_NAMES = {Sort.NAME: "file name", Sort.SIMILARITY: "similarity"}


class OrderBar(QWidget):
    """Chooses how tiles are grouped, sorted and sized.

    Args:
        name_filter: The field that filters by name; it belongs to the filter bar.

    Attributes:
        changed: The grouping or sorting has changed.
        resized: Side of the thumbnails, px.
    """

    changed = Signal()
    resized = Signal(int)

    def __init__(self, name_filter: QWidget) -> None:
        super().__init__()
        self._group, self._sort = Combo("Group by", "Group by"), Combo("Sort", "Sort by")
        for kind in GroupBy:
            self._group.add(kind.value, kind.value)
        for order in Sort:
            self._sort.add(_SORT_NAMES.get(order, order.value), order.value)
        for box, name in ((self._group, "gallery-group-by"), (self._sort, "gallery-sort")):
            box.setObjectName(name)
            box.currentIndexChanged.connect(self.changed)
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setObjectName("gallery-thumbnail-size")
        slider.setRange(64, 256)
        slider.setValue(TILE_PX)
        slider.setFixedWidth(120)
        slider.setAccessibleName("Size of the thumbnails")
        slider.setToolTip("Size of the thumbnails")
        slider.valueChanged.connect(self.resized)
        size = QLabel("Size")
        size.setProperty("role", "caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self._group, self._sort, name_filter):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(size)
        row.addWidget(slider)

    def sort(self) -> Sort:
        return Sort(self._sort.currentData())

    def group_by(self) -> GroupBy:
        return GroupBy(self._group.currentData())
