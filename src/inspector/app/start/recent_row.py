"""One row of the recent datasets: thumbnails, size, date and leak rate."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyleOptionButton

from inspector.app.start.recent import ROW_PX, RecentDataset
from inspector.app.widgets.controls.busy_line import BusyLine

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPaintEvent, QResizeEvent


class RecentRow(QPushButton):
    """Opens a recent dataset on a click, and shows at once that it opens."""

    def __init__(self, dataset: RecentDataset) -> None:
        super().__init__()
        self.dataset = dataset
        self._images: Sequence[QImage] = ()
        self.setProperty("role", "recent")
        self.setProperty("dataset", dataset.path)
        self.setEnabled(dataset.is_there)
        name = dataset.name
        self.setText(name if dataset.is_there else f"{name} (folder not found)")
        self.setToolTip(dataset.path)
        self.setAccessibleName(", ".join([self.text(), *filter(None, dataset.lines())]))
        self.setFixedHeight(ROW_PX)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._busy = BusyLine(self)
        self._busy.hide()

    @property
    def thumbnails(self) -> int:
        """Return the number of thumbnails."""
        return len(self._images)

    def show_thumbnails(self, images: "Sequence[QImage]") -> None:
        """Show some of its images in the reserved space."""
        self._images = images
        self.update()

    def show_busy(self, *, on: bool) -> None:
        """Show whether it is being opened."""
        self._busy.setVisible(on)

    def sizeHint(self) -> QSize:
        return QSize(320, ROW_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, ROW_PX)

    def resizeEvent(self, event: "QResizeEvent") -> None:
        super().resizeEvent(event)
        self._busy.setGeometry(1, self.height() - 5, self.width() - 2, 4)

    def paintEvent(self, event: "QPaintEvent") -> None:
        del event
        from inspector.app.start.row_painting import paint_row

        option = QStyleOptionButton()
        self.initStyleOption(option)
        paint_row(self, option, self.dataset, self._images)
