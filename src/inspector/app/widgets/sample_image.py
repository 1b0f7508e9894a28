"""A sample's image in a widget, decoded off the GUI thread."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from inspector.app.threads.images import from_pixels
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.store.samples import Sample

LONGEST_PX = 1024


class ImageLabel(QLabel):
    """An image that is scaled to its label."""

    def __init__(self) -> None:
        super().__init__()
        self._pixmap = QPixmap()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumHeight(180)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_image(self, image: QImage | None) -> None:
        """Show an image, or nothing."""
        self._pixmap = QPixmap.fromImage(image) if image is not None else QPixmap()
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(260, 220)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._pixmap.isNull():
            self.clear()
            return
        self.setPixmap(
            self._pixmap.scaled(
                self.size(),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )


def read_image(project: Project, sample: Sample) -> tuple[QImage | None, str]:
    """Decode a sample, at most `LONGEST_PX` per side; return an error text if that fails."""
    if sample.status not in ("image", "pending"):
        return None, sample.reason
    try:
        pixels = project.samples.pixels(sample.id)
    except InspectorError as error:
        return None, error.message
    image = from_pixels(pixels)
    if max(image.width(), image.height()) > LONGEST_PX:
        image = image.scaled(
            LONGEST_PX, LONGEST_PX,
            Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation,
        )  # fmt: skip
    return image, ""
