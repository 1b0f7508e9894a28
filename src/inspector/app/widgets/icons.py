"""Icons: SVG strokes tinted by the palette. Drawn for this program, under its licence."""

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from inspector.desktop.paths import resources_folder

_STROKE = b"#808080"
_SIZE_PX = 44


def icon(name: str) -> QIcon:
    """Return an icon in the palette's text colour."""
    colour = QApplication.palette().color(QPalette.ColorRole.WindowText).name().encode()
    drawing = (resources_folder() / "icons" / f"{name}.svg").read_bytes()
    renderer = QSvgRenderer(QByteArray(drawing.replace(_STROKE, colour)))
    pixmap = QPixmap(_SIZE_PX, _SIZE_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, _SIZE_PX, _SIZE_PX))
    painter.end()
    return QIcon(pixmap)
