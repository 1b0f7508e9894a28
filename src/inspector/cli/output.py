"""Output of the terminal: results to stdout, everything else to stderr."""

import json
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO, cast

from inspector.dataset.names import for_terminal
from inspector.errors import InspectorError
from inspector.work.jobs import Progress


class _PlainStream:
    """A text stream that escapes what names from outside could do to a terminal.

    In JSON, too: the escapes are those of JSON, and only its strings hold such characters.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As `TextIO.write`."""
        return self._stream.write(for_terminal(text))

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


@contextmanager
def plain_output() -> Iterator[None]:
    """Print without control characters while the body runs."""
    stream = sys.stdout
    sys.stdout = cast(TextIO, _PlainStream(stream))
    try:
        yield
    finally:
        sys.stdout = stream


def print_json(document: object) -> None:
    """Print one JSON document."""
    print(json.dumps(document, ensure_ascii=False))


def print_lines(lines: Iterable[str]) -> None:
    """Print plain lines."""
    for line in lines:
        print(line)


def print_table(
    rows: Sequence[Sequence[object]], heads: Sequence[str], out: TextIO | None = None
) -> None:
    """Print rows in aligned columns, to stdout or to `out`."""
    table = [list(heads), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[i]) for row in table) for i in range(len(heads))]
    for row in table:
        line = "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
        print(line, file=out or sys.stdout)


def print_error(error: InspectorError) -> None:
    """Print the error and the advice, one line each, on stderr."""
    print(f"error: {_one_line(error.message)}", file=sys.stderr)
    print(f"advice: {_one_line(error.advice)}", file=sys.stderr)


def print_warning(text: str) -> None:
    """Print a warning in one line on stderr."""
    print(f"warning: {_one_line(text)}", file=sys.stderr)


def _one_line(text: str) -> str:
    return for_terminal(" ".join(text.split()))


class Bar:
    """Shows progress on stderr: a bar on a terminal, otherwise one line per phase."""

    def __init__(self, progress: Progress, *, quiet: bool) -> None:
        self._progress = progress
        self._quiet = quiet
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress-bar", daemon=True)

    def __enter__(self) -> "Bar":
        if not self._quiet:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        if not self._quiet:
            self._thread.join()

    def _run(self) -> None:
        terminal = sys.stderr.isatty()
        last_phase = ""
        while not self._end.wait(0.2):
            now = self._progress.snapshot()
            if terminal:
                of = f": {now.done:,} of {now.total:,}" if now.total else ""
                line = f"{now.phase}{of} {now.rate:,.0f}/s {now.left}".rstrip()
                print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
            elif now.phase != last_phase and now.total:
                last_phase = now.phase
                print(f"{now.phase}: {now.total:,} to do", file=sys.stderr, flush=True)
        if terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def clock(seconds: float) -> str:
    """Return a time since the epoch as local date and time."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def human_bytes(count: float) -> str:
    """Return a number of bytes with a unit."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
