"""Decode a file to the square of pixels that training reads and a preview shows.

The pixels are those of Keras: EXIF orientation is ignored and images are resized bilinearly without
antialiasing, as by `image_dataset_from_directory`, but rounded to whole levels (uint8).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.dataset import formats
from inspector.dataset.rasters import RefusedError, decode, turn_upright

Pixels = NDArray[np.uint8]

_BACK = {6: 8, 8: 6}
"""EXIF orientations that are not their own inverse."""


def decode_square(data: bytes, *, name: str, side_px: int) -> Pixels:
    """Decode a file to (side, side, 3) RGB as Keras would.

    Args:
        data: The whole file.
        name: File name, for its format.
        side_px: Side of the square, whatever the image's aspect ratio.

    Raises:
        RefusedError: It is no image.
        Exception: Almost any, from a decoder.
    """
    head = data[: formats.HEAD_BYTES]
    kind = formats.guess(name, head)
    if not kind:
        raise RefusedError(formats.explain(name, head))
    raster = decode(data, kind, reduced=False)
    turned = raster.shot.orientation
    stored = turn_upright(raster.pixels, _BACK.get(turned, turned))
    if stored.shape[:2] == (side_px, side_px):
        return stored
    square = cv2.resize(stored, (side_px, side_px), interpolation=cv2.INTER_LINEAR)
    return np.asarray(square, dtype=np.uint8)
