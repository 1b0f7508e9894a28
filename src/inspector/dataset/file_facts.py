"""The facts that a scan finds about one file: a row from a worker to the project file."""

from typing import NamedTuple


class FileFacts(NamedTuple):
    """Facts about a decoded file, named like the columns that store them.

    A tuple, because there is one per file: it is sent between processes and stored as it is.

    Attributes:
        status: A value of `inspector.dataset.decoding.Outcome`.
        version: Feature version; rows of another version are read again.
        sha256: Of the file's bytes; b"" where they could not be read.
        width: Upright, px; 0 where decoding failed.
        orientation: EXIF, 1 to 8.
        flags: Bits of `inspector.dataset.decoding.Flag`.
        brightness: Mean luma, 0..255; contrast, sharpness and entropy as in `dataset.quality`.
        id: Sample id.
    """

    status: str
    reason: str
    version: int
    sha256: bytes
    format: str
    mode: str
    width: int
    height: int
    orientation: int
    captured: str
    camera: str
    flags: int
    brightness: float
    contrast: float
    sharpness: float
    entropy: float
    id: int


def failed(sample: int, status: str, reason: str, version: int) -> FileFacts:
    """Return the facts of a file of which only a failure is known."""
    return FileFacts(
        status, reason, version, b"", "", "", 0, 0, 1, "", "", 0, 0.0, 0.0, 0.0, 0.0, sample
    )
