"""What a dataset that is not open looks like."""

from pathlib import Path

from inspector.desktop.paths import default_project, pictures_file
from inspector.store import recent_thumbnails as kept


def thumbnails_of(dataset: Path, count: int) -> list[bytes]:
    """Return thumbnails as JPEG of up to `count` images; none where it was never scanned."""
    return kept.thumbnails_of(default_project(dataset), pictures_file(), count)
