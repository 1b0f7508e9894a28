"""Pictures for Qt, made on any thread.

Qt is not asked to guess a format: on its way it makes objects and connects signals, and on another
thread than the window's that ends in a deadlock (docs/decisions/0007-no-qt-objects-on-workers.md).
"""

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def from_jpeg(data: bytes | None) -> QImage:
    """Return a thumbnail as an image of its own memory; a null one where there is nothing to see.

    The interpreter's lock is let go while the image is decoded.
    """
    try:
        pixels = simplejpeg.decode_jpeg(data or b"", colorspace="BGRA")
    except ValueError:
        return QImage()
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def from_pixels(pixels: NDArray[np.uint8], most_px: int = 0) -> QImage:
    """Return RGB pixels (h, w, 3), uint8, as an image of its own memory.

    Args:
        pixels: As they are.
        most_px: Of the image's sides, where it is to be smaller: 0 for no limit. It is made smaller
            here, and to the format of the screen, so that painting is but copying.
    """
    height, width = pixels.shape[:2]
    if most_px and most_px < max(height, width):
        factor = most_px / max(height, width)
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        # Averages are exact and slow; two pixels of three are left out well without.
        way = cv2.INTER_LINEAR if factor > 0.4 else cv2.INTER_AREA
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=way), np.uint8)
        height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    shown = QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return shown.convertToFormat(QImage.Format.Format_RGB32)


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """Return an image's RGB pixels (h, w, 3), uint8."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), -1)
    # A copy: the rows are in memory of an image that ends here.
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()
