"""Icons: SVG strokes in a colour of the theme, drawn for this program under its licence."""

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QPixmapCache

from inspector.app.widgets import theme
from inspector.desktop.paths import resources_folder

_STROKE = b"currentColor"
_SIZE_PX = 60


def icon(name: str, colour: str = "text-2", checked: str = "") -> QIcon:
    """Return an icon in a colour of the theme, and in another colour when checked."""
    image = QIcon(_pixmap(name, colour))
    image.addPixmap(_pixmap(name, "text-3"), QIcon.Mode.Disabled)
    if checked:
        image.addPixmap(_pixmap(name, checked), QIcon.Mode.Normal, QIcon.State.On)
    return image


def _pixmap(name: str, colour: str) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer  # slow: not before the first paint

    stroke = theme.colour(colour).name()
    key = f"icon {name} {stroke}"
    pixmap = QPixmap()
    if QPixmapCache.find(key, pixmap):
        return pixmap
    # QtSvg paints currentColor black, so the colour is inserted into the file's text.
    drawing = (resources_folder() / "icons" / f"{name}.svg").read_bytes()
    text = drawing.replace(_STROKE, stroke.encode())
    pixmap = QPixmap(_SIZE_PX, _SIZE_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(text)).render(painter, QRectF(0, 0, _SIZE_PX, _SIZE_PX))
    painter.end()
    QPixmapCache.insert(key, pixmap)
    return pixmap
