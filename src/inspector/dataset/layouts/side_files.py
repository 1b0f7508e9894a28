"""Label files of single images: small, and read by the thousand."""

import os

_MAX_LABEL_BYTES = 1 << 20
_FIRST_BYTES = 1 << 14
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_side_file(file: str) -> bytes:
    """Return the start of a regular file; b"" for anything else, such as a FIFO, at once."""
    descriptor = os.open(file, _OPEN)
    try:
        text = os.read(descriptor, _FIRST_BYTES)
        while len(text) >= _FIRST_BYTES and len(text) < _MAX_LABEL_BYTES:
            more = os.read(descriptor, _MAX_LABEL_BYTES - len(text))
            if not more:
                break
            text += more
    finally:
        os.close(descriptor)
    return text
