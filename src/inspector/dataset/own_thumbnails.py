"""Small files that are their own thumbnails, read when one is shown: no cache needs a copy."""

import hashlib
from pathlib import Path

from inspector.errors import DatasetError
from inspector.input_files import read_bytes

OWN = b""
"""The stored thumbnail of such a file."""

THUMBNAIL_BYTES = 16_384
"""More than a JPEG of a thumbnail's size takes: a larger file contains other data, too."""


def own_thumbnail(file: Path, sha256: bytes) -> bytes | None:
    """Return the bytes of a file that is its own thumbnail; None where it is gone or changed."""
    try:
        data = read_bytes(file, what="image", advice="", limit=THUMBNAIL_BYTES)
    except DatasetError:
        return None
    return data if hashlib.sha256(data).digest() == sha256 else None
