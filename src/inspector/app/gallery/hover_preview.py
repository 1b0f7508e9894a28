"""Enlarges an image beside its thumbnail while the pointer rests on it; nothing waits for it."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from inspector.app.gallery.view import GalleryView
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.sample_image import read_image
from inspector.project.project import Project

AFTER_MS = 450
LONGEST_PX = 400
# Small images are enlarged without smoothing, to show the pixels that the network sees.
SMALL_PX = 133
_GAP_PX = 12


class HoverPreview(QFrame):
    """Follows the pointer over a gallery.

    Args:
        gallery: The gallery, whose window also owns the preview.
        project: Source of the images.
        bridge: Reads the images.
    """

    def __init__(self, gallery: GalleryView, project: Project, bridge: Bridge) -> None:
        flags = Qt.WindowType.ToolTip | Qt.WindowType.WindowTransparentForInput
        super().__init__(gallery, flags)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._gallery = gallery
        self._project = project
        self._bridge = bridge
        self._sample = 0
        self._beside = QRect()
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text = QLabel()
        self.text.setProperty("role", "muted")
        self.text.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        column.addWidget(self.picture)
        column.addWidget(self.text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self._ask)
        gallery.hovered.connect(self._on_hovered)

    def _on_hovered(self, sample: int, tile: QRect) -> None:
        """Start again over another tile; 0 means over none."""
        self._sample, self._beside = sample, tile
        self.hide()
        if sample:
            self._timer.start()
        else:
            self._timer.stop()

    def _ask(self) -> None:
        sample = self._sample
        self._bridge.call(_reader(self._project, sample), self._show, channel="hover")

    def _show(self, answer: tuple[int, QImage | None, str]) -> None:
        sample, image, text = answer
        # The pointer may have moved meanwhile, and the page may be hidden.
        if sample != self._sample or image is None or not self._gallery.isVisible():
            return
        self.picture.setPixmap(QPixmap.fromImage(image))
        self.text.setText(text)
        self.text.setFixedWidth(max(160, image.width()))
        self.adjustSize()
        self.move(self._place())
        self.show()

    def _place(self) -> QPoint:
        """Move beside the tile, within the screen."""
        screen = self.screen().availableGeometry()
        x = self._beside.right() + _GAP_PX
        if x + self.width() > screen.right():
            x = self._beside.left() - _GAP_PX - self.width()
        y = min(self._beside.top(), screen.bottom() - self.height())
        return QPoint(max(screen.left(), x), max(screen.top(), y))


def enlarge(image: QImage) -> QImage:
    """Fit an image to `LONGEST_PX`; smaller images grow by whole factors."""
    longest = max(image.width(), image.height(), 1)
    side = longest * (LONGEST_PX // longest) if longest <= LONGEST_PX else LONGEST_PX
    how = Qt.TransformationMode.SmoothTransformation
    if longest <= SMALL_PX:
        how = Qt.TransformationMode.FastTransformation
    return image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, how)


def _reader(project: Project, sample: int) -> Callable[[], tuple[int, QImage | None, str]]:
    def read() -> tuple[int, QImage | None, str]:
        rows = project.samples.by_ids([sample])
        if not rows:
            return sample, None, ""
        image, _ = read_image(project, rows[0])
        size = f"{rows[0].width} x {rows[0].height} px"
        shown = enlarge(image) if image is not None else None
        return sample, shown, f"{rows[0].path}\n{size}"

    return read
