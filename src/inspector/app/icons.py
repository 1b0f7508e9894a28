"""Icons: SVG strokes tinted by the palette. Drawn for this program, under its licence."""

import sys
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

_STROKE = b"#808080"
_SIZE_PX = 44


def resources_folder() -> Path:
    """Return the folder of icons and tokens: in the source, an installed wheel or a bundle."""
    bundle = getattr(sys, "_MEIPASS", "")
    here = Path(__file__).resolve()
    places = [Path(bundle) / "resources"] if bundle else []
    places += [here.parents[3] / "resources", here.parents[1] / "resources"]
    return next(place for place in places if (place / "tokens.toml").exists())


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
