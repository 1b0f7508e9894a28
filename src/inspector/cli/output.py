"""Output of the terminal: results to stdout, everything else to stderr."""

import json
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from typing import TextIO

from inspector.dataset.names import without_controls
from inspector.errors import InspectorError
from inspector.work.jobs import Progress


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
    print(f"error: {without_controls(' '.join(error.message.split()))}", file=sys.stderr)
    print(f"advice: {' '.join(error.advice.split())}", file=sys.stderr)


def print_warning(text: str) -> None:
    """Print a warning in one line on stderr."""
    print(f"warning: {' '.join(text.split())}", file=sys.stderr)


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
