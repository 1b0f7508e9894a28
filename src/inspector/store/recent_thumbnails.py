"""Some thumbnails of a dataset that is not open, read without a lock or a trace."""

import sqlite3
from contextlib import closing
from pathlib import Path

from inspector.dataset.names import why_no_path
from inspector.dataset.own_thumbnails import OWN, own_thumbnail


def thumbnails_of(project: Path, pictures: Path, folder: Path, count: int) -> list[bytes]:
    """Return up to `count` JPEG thumbnails, spread over the project.

    Args:
        project: Project file.
        pictures: Image cache.
        folder: The dataset, where files that are their own thumbnails are.
        count: Maximum number.

    Returns:
        An empty list where either file is missing, busy or of another version.
    """
    try:
        with closing(_reading(project)) as names, closing(_reading(pictures)) as cache:
            thumbnails = [_face(names, cache, folder, (place, count)) for place in range(count)]
    except sqlite3.Error:
        return []
    return list(dict.fromkeys(face for face in thumbnails if face))


def _reading(file: Path) -> sqlite3.Connection:
    # Without a log nobody is writing; told so, SQLite creates no files beside the database.
    alone = "" if Path(f"{file}-wal").exists() else "&immutable=1"
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro{alone}", uri=True, timeout=0)


def _face(
    names: sqlite3.Connection, cache: sqlite3.Connection, folder: Path, share: tuple[int, int]
) -> bytes | None:
    image = names.execute(
        "SELECT path, sha256 FROM sample WHERE id > (SELECT max(id) FROM sample) * ? / ?"
        " AND missing = 0 AND status = 'image' ORDER BY id LIMIT 1",
        share,
    ).fetchone()
    if image is None:
        return None
    path, sha256 = image
    row = cache.execute("SELECT thumbnail FROM picture WHERE sha256 = ?", (sha256,)).fetchone()
    if row is None:
        return None
    thumbnail: bytes = row[0]
    if thumbnail != OWN or why_no_path(path):
        return thumbnail
    return own_thumbnail(folder / path, sha256)
