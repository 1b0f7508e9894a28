"""Files from outside: opened without blocking, read up to a limit and checked against a schema.

Any problem raises one `InspectorError` that names the position in the file.
"""

import json
import os
import stat
from pathlib import Path
from typing import TypeVar

import msgspec

from inspector.errors import DatasetError, InspectorError

MAX_JSON_BYTES = 256_000_000
MAX_TEXT_BYTES = 32_000_000

_T = TypeVar("_T")
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def open_regular(file: Path, *, what: str, advice: str) -> int:
    """Open a regular file for reading and return its descriptor.

    Args:
        file: Links are followed; a FIFO, socket, device or folder is refused at once.
        what: Role of the file in the error, such as "manifest".
        advice: What the user can do.

    Raises:
        DatasetError: It is missing, unreadable or not a regular file.
    """
    try:
        descriptor = os.open(file, _OPEN_FLAGS)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DatasetError(f"the {what} {file} can't be read: {reason}", advice) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise DatasetError(f"the {what} {file} can't be read: it is not a regular file", advice)
    return descriptor


def read_bytes(file: Path, *, what: str, advice: str, limit: int) -> bytes:
    """Return the content of a regular file of at most `limit` bytes.

    Raises:
        DatasetError: It can't be read, or is larger.
    """
    with open(open_regular(file, what=what, advice=advice), "rb") as stream:
        try:
            # Reading with the full limit would allocate that much for a small file, too.
            size = max(os.fstat(stream.fileno()).st_size, 65_536)
            data = stream.read(min(size, limit) + 1)
        except OSError as error:
            raise DatasetError(
                f"the {what} {file} can't be read: {error.strerror}", advice
            ) from None
    if len(data) > limit:
        raise DatasetError(
            f"the {what} {file} can't be read: it is larger than {limit / 1e6:,.0f} MB", advice
        )
    return data


def read_text(file: Path, *, what: str, advice: str, limit: int = MAX_TEXT_BYTES) -> str:
    """Return the text of a regular UTF-8 file, without a byte order mark.

    Raises:
        DatasetError: It can't be read, is larger than `limit` bytes, or is not UTF-8.
    """
    return decode_utf8(
        read_bytes(file, what=what, advice=advice, limit=limit), file, what=what, advice=advice
    )


def decode_utf8(data: bytes, file: Path, *, what: str, advice: str) -> str:
    """Decode the bytes of a file.

    Raises:
        DatasetError: They are not UTF-8; the message names the line.
    """
    if data.startswith(_UTF16_MARKS):
        raise DatasetError(
            f"the {what} {file} can't be read: it is UTF-16", f"Save it as UTF-8. {advice}"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, _ = _position(data, error.start)
        raise DatasetError(
            f"the {what} {file} can't be read: line {line} is not UTF-8",
            f"Save it as UTF-8. {advice}",
        ) from None


def read_json(
    file: Path,
    schema: type[_T],
    *,
    what: str,
    advice: str,
    error_type: type[InspectorError] = DatasetError,
) -> _T:
    """Read a JSON file as a value of `schema`.

    Raises:
        InspectorError: As `error_type`: it can't be read, is not JSON, or has a value of the wrong
            type; the message names line and column, or the key.
    """
    try:
        text = read_text(file, what=what, advice=advice, limit=MAX_JSON_BYTES)
        return decode_json(text, schema, where=file.name)
    except DatasetError as error:
        raise error_type(error.message, advice) from None


def decode_json(
    text: str,
    schema: type[_T],
    *,
    where: str,
    error_type: type[InspectorError] = DatasetError,
) -> _T:
    """Decode JSON text as a value of `schema`.

    Args:
        text: JSON; NaN and Infinity are numbers, as Python writes them.
        schema: A msgspec struct, a dataclass or a builtin type.
        where: Name of the source, for the error.
        error_type: Class of the error.

    Raises:
        InspectorError: As `error_type`: it is not JSON, is nested too deep, or has a value of the
            wrong type; the message names line and column, or the key.
    """
    advice = "Fix the file, or write it again."
    try:
        return msgspec.convert(json.loads(text), schema)
    except json.JSONDecodeError as error:
        message = f"{where} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        raise error_type(message, advice) from None
    except msgspec.ValidationError as error:
        raise error_type(f"{where}: {error}", advice) from None
    except RecursionError:
        raise error_type(f"{where} is not JSON: it is nested too deep", advice) from None
    except ValueError as error:  # such as a number of 5,000 digits
        raise error_type(f"{where} is not JSON: {error}", advice) from None


def _position(data: bytes, offset: int) -> tuple[int, int]:
    """Return line and column of a byte offset, both counted from 1."""
    before = data[:offset]
    return before.count(b"\n") + 1, offset - (before.rfind(b"\n") + 1) + 1
