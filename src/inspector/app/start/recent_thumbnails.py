"""Thumbnails of recent datasets and of the sample, read and decoded off the GUI thread."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from inspector.app.threads.images import from_jpeg, from_pixels
from inspector.project.catalog.recent_thumbnails import thumbnails_of
from inspector.project.catalog.sample_dataset import paint_some

FACES = 4


def read_thumbnails(datasets: Sequence[str], side_px: int) -> Mapping[str, list[QImage]]:
    """Return square thumbnails of each dataset that has been scanned.

    Args:
        datasets: Paths of folders.
        side_px: Side of the squares in screen pixels.
    """
    faces = {}
    for dataset in datasets:
        images = [_square(from_jpeg(face), side_px) for face in thumbnails_of(Path(dataset), FACES)]
        faces[dataset] = [image for image in images if not image.isNull()]
    return faces


def paint_sample(images: int, side_px: int) -> list[QImage]:
    """Return square images as the sample has them."""
    return [_square(from_pixels(pixels), side_px) for pixels in paint_some(images)]


def _square(image: QImage, side_px: int) -> QImage:
    side = min(image.width(), image.height())
    across, down = (image.width() - side) // 2, (image.height() - side) // 2
    return image.copy(across, down, side, side).scaledToWidth(
        side_px, Qt.TransformationMode.SmoothTransformation
    )
