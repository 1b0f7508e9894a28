"""What a scan learns of one file: a row on its way from a worker to the project file."""

from typing import NamedTuple


class FileFacts(NamedTuple):
    """Facts of a decoded file, by the names of the columns that hold them.

    A tuple, because there is one per file: it is sent between processes and stored as it is.

    Attributes:
        status: Of `inspector.dataset.decoding.Outcome`.
        version: Of the features; a row of another version is read again.
        sha256: Of the file's bytes; b"" where they could not be read.
        width: Upright, in pixels; 0 where no pixels came out.
        orientation: As in EXIF, 1 to 8.
        flags: Bits of `inspector.dataset.decoding.Flag`.
        brightness: Mean luma, 0..255; contrast, sharpness, entropy as in `dataset.quality`.
        id: Of the sample.
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
    """Return the facts of a file of which nothing but a failure is known."""
    return FileFacts(
        status, reason, version, b"", "", "", 0, 0, 1, "", "", 0, 0.0, 0.0, 0.0, 0.0, sample
    )
