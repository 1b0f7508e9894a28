"""Work of the Start page that imports large modules; they load on the worker thread."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from inspector.work.jobs import Progress, Stop


def make_sample(progress: "Progress", stop: "Stop") -> Path | None:
    """Return the folder of the sample, created if it does not exist; None if stopped."""
    from inspector.project.catalog import sample_dataset

    return sample_dataset.make_sample(progress, stop)


def read_thumbnails(recent: Sequence[str], side_px: int) -> "Mapping[str, list[QImage]]":
    """Return square thumbnails of each dataset that has been scanned."""
    from inspector.app.start import recent_thumbnails

    return recent_thumbnails.read_thumbnails(recent, side_px)


def paint_sample(images: int, side_px: int) -> "list[QImage]":
    """Return square images as the sample has them."""
    from inspector.app.start import recent_thumbnails

    return recent_thumbnails.paint_sample(images, side_px)
