"""Orientation, time and camera from a file's EXIF block, which may be broken in any way."""

import re
import warnings
from dataclasses import dataclass

from PIL import Image

_ORIENTATION = 0x0112
_MAKE = 0x010F
_MODEL = 0x0110
_EXIF_BLOCK = 0x8769
_TAKEN = 0x9003
_DIGITIZED = 0x9004
_TIME = re.compile(r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_MAX_TEXT = 80


@dataclass(frozen=True, slots=True)
class CaptureInfo:
    """How an image was taken.

    Attributes:
        orientation: EXIF 1..8; 1 where it is missing or invalid.
        captured: "YYYY-MM-DD HH:MM:SS" by the camera's clock, or "".
        camera: Make and model, or "".
    """

    orientation: int = 1
    captured: str = ""
    camera: str = ""


UNKNOWN = CaptureInfo()


def find_exif(data: bytes) -> bytes:
    """Return the EXIF block of a JPEG, starting at "Exif", or b"" without one."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        # Start of scan: no headers follow.
        if marker == 0xDA:
            break
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            return data[at + 4 : at + 2 + length]
        at += 2 + length
    return b""


def parse_exif(block: bytes) -> CaptureInfo:
    """Parse an EXIF block; broken fields count as missing."""
    exif = Image.Exif()
    with warnings.catch_warnings():
        # Pillow warns about each broken tag.
        warnings.simplefilter("ignore")
        try:
            exif.load(block)
        except Exception:  # a broken block may raise almost any exception in the parser
            return UNKNOWN
        return read_shot(exif)


def read_shot(exif: Image.Exif) -> CaptureInfo:
    """Read the relevant tags; broken ones count as missing."""
    try:
        orientation = exif.get(_ORIENTATION, 1)
        # Not DateTime, which is when a program last saved the file.
        block = exif.get_ifd(_EXIF_BLOCK)
        taken = block.get(_TAKEN) or block.get(_DIGITIZED)
        make, model = _text(exif.get(_MAKE)), _text(exif.get(_MODEL))
    except Exception:  # as above
        return UNKNOWN
    # Not "Canon Canon EOS 5D".
    camera = model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()
    valid = isinstance(orientation, int) and 1 <= orientation <= 8
    return CaptureInfo(orientation if valid else 1, _time(taken), camera)


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    printable = "".join(letter for letter in value if letter.isprintable())
    return " ".join(printable.split())[:_MAX_TEXT]


def _time(value: object) -> str:
    match = _TIME.match(value) if isinstance(value, str) else None
    if match is None or match[1] == "0000":
        return ""
    return f"{match[1]}-{match[2]}-{match[3]} {match[4]}:{match[5]}:{match[6]}"
