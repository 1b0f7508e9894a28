"""Creates `QImage`s on any thread.

Qt must not guess an image format on a worker thread: it creates objects and connects signals, which
ends in a deadlock (docs/decisions/0007-no-qt-objects-on-workers.md).
"""

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def from_jpeg(data: bytes | None) -> QImage:
    """Return a thumbnail that owns its memory; a null image if there is none.

    The GIL is released while the image is decoded.
    """
    try:
        pixels = simplejpeg.decode_jpeg(data or b"", colorspace="BGRA")
    except ValueError:
        return QImage()
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def from_pixels(pixels: NDArray[np.uint8], most_px: int = 0) -> QImage:
    """Return RGB pixels (h, w, 3), uint8, as an image that owns its memory.

    Args:
        pixels: The pixels.
        most_px: Longest side of the image; 0 for no limit. Scaling and conversion to the screen's
            format happen here, so that painting only copies.
    """
    height, width = pixels.shape[:2]
    if most_px and most_px < max(height, width):
        factor = most_px / max(height, width)
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        # Averaging is exact but slow; it is not needed when two pixels of three are dropped.
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
    # A copy, since the rows belong to an image that is deleted here.
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()
