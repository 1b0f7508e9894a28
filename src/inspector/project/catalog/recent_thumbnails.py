"""Thumbnails of a dataset that is not open."""

from pathlib import Path

from inspector.desktop.paths import default_project, pictures_file
from inspector.store import recent_thumbnails as kept


def thumbnails_of(dataset: Path, count: int) -> list[bytes]:
    """Return JPEG thumbnails of up to `count` images; none if it was never scanned."""
    return kept.thumbnails_of(default_project(dataset), pictures_file(), dataset, count)
