"""Images for Qt: the same colours as their pixels, and nothing for unreadable files."""

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from inspector.app.threads.images import from_jpeg, from_pixels, pixels_of


def coloured() -> NDArray[np.uint8]:
    pixels = np.zeros((9, 13, 3), np.uint8)
    pixels[:, :6] = (200, 40, 10)
    pixels[:, 6:] = (10, 40, 200)
    return pixels


def test_pixels_come_back_as_they_are() -> None:
    assert np.array_equal(pixels_of(from_pixels(coloured())), coloured())


def test_a_thumbnail_has_its_colours() -> None:
    pixels = coloured()
    image = from_jpeg(simplejpeg.encode_jpeg(pixels, quality=95, colorsubsampling="444"))
    assert (image.width(), image.height()) == (13, 9)
    assert np.abs(pixels_of(image).astype(int) - pixels).mean() < 6


def test_a_grey_thumbnail_is_read() -> None:
    grey = np.full((8, 8, 1), 130, np.uint8)
    image = from_jpeg(simplejpeg.encode_jpeg(grey, colorspace="GRAY"))
    assert np.abs(pixels_of(image).astype(int) - 130).max() <= 2


def test_nothing_to_see_is_a_null_image() -> None:
    assert from_jpeg(None).isNull()
    assert from_jpeg(b"no picture").isNull()


def test_a_smaller_one_keeps_its_shape() -> None:
    image = from_pixels(np.zeros((400, 200, 3), np.uint8), most_px=100)
    assert (image.width(), image.height()) == (50, 100)
