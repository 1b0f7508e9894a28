"""Scanning: names at once, then contents, then what looks alike."""

import time
from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from inspector.dataset.listing import Entry, list_files
from inspector.desktop.paths import scan_lock
from inspector.project.catalog.duplicate_search import DuplicateSearch
from inspector.project.catalog.scan_queue import Row, ScanQueue
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.store import meta, samples
from inspector.store.exclusive_lock import turn
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import TaskDone, TaskFailed
from inspector.work.tasks import FEATURES, Facts, ReadTask

BATCH_ROWS = 1_000
BATCH_SECONDS = 0.3
RACY_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan did: counts of files."""

    new: int
    unchanged: int
    moved: int
    missing: int
    seconds: float
    complete: bool


class Scans:
    """Bring what is known of a dataset up to date."""

    def __init__(self, context: ProjectContext) -> None:
        self._context = context

    def is_complete(self) -> bool:
        """Tell whether the last scan ended, likeness included."""
        return meta.get(self._context.database.read(), "complete") == "1"

    def index(self) -> int:
        """List the disk and keep the names; return how many files are new."""
        return sum(new for new, _ in self._names(None))

    def _names(self, racy_ns: int | None) -> Iterator[tuple[int, list[Row]]]:
        """List the disk and keep the names; yield how many are new and what is to be read.

        Args:
            racy_ns: As of `samples.unscanned`; None where nothing will be read.
        """
        context = self._context
        database = context.database
        # Not by `database.read`, which opens a connection for good in each thread that calls it.
        seen = database.write(_next_listing)
        names: list[str] = []
        for chunk in list_files(context.root, context.layout):
            yield database.write(partial(_add, chunk, seen, racy_ns))
            names += [e.path for e in chunk[: max(1, 50 - len(names))]] if len(names) < 50 else []
            context.emit(Changes(samples=True))
        database.write(lambda c: samples.mark_missing(c, seen))
        database.write(lambda c: meta.put(c, "names", "\n".join(names)))
        context.emit(Changes(samples=True))

    def scan(self, *, stop: Stop | None = None, progress: Progress | None = None) -> Scanned:
        """List, read and compare what is new or changed; what is finished stays when stopped.

        While another program scans the project this waits, and then does what is left.

        Args:
            stop: Set it from any thread to end soon, keeping everything done.
            progress: Told the phase and counts.
        """
        stop, progress = stop or Stop(), progress or Progress()
        began = time.monotonic()
        lock = scan_lock(self._context.file)
        waiting = partial(progress.start, "another program scans this: waiting", 0)
        with turn(lock, waiting=waiting, stopped=stop.is_set) as mine:
            if mine:
                return self._scan(began, stop, progress)
        present, missing = samples.present_and_missing(self._context.database.read())
        return Scanned(0, present, 0, missing, time.monotonic() - began, complete=False)

    def _scan(self, began: float, stop: Stop, progress: Progress) -> Scanned:
        began_ns = time.time_ns()
        database = self._context.database
        before = int(meta.get(database.read(), "scanned_ns", "0"))
        reading = ScanQueue(
            self._context.root,
            self._context.cache.records,
            self._unread(before - RACY_NS),
            progress,
        )
        try:
            self._read(reading, stop, progress)
            reading.finish()
        except BaseException:
            # What was read until then is kept, and is shown.
            self._context.emit(Changes(samples=True, duplicates=True))
            raise
        finally:
            reading.close()
        moved = database.write(samples.follow_moves)
        reader = database.read()
        present, missing = samples.present_and_missing(reader)
        complete = not stop.is_set()
        if complete:
            if reading.count or moved or not self.is_complete():
                complete = DuplicateSearch(self._context, stop, progress).run()
            values = {"scanned_ns": str(began_ns), "complete": "1" if complete else "0"}
            database.write(lambda c: meta.put_all(c, values))
        self._context.emit(Changes(samples=True, duplicates=True))
        # What an earlier scan left unread is not new, and was not known.
        new = reading.new
        unchanged = present - max(new + len(reading.known), reading.count)
        return Scanned(new - moved, unchanged, moved, missing, time.monotonic() - began, complete)

    def _unread(self, racy_ns: int) -> Iterator[tuple[int, list[Row]]]:
        """List as `_names` does; then come images whose picture the cache has lost.

        What is known is asked before, on this thread: each has connections of its own, for good.
        """
        database = self._context.database
        known = samples.known_contents(database.read())
        kept = self._context.cache.contents() if known else set()
        lost = {row[0] for row in known if row[2] not in kept}
        return self._unread_or_lost(racy_ns, lost)

    def _unread_or_lost(self, racy_ns: int, lost: set[int]) -> Iterator[tuple[int, list[Row]]]:
        for new, rows in self._names(racy_ns):
            lost.difference_update(row[0] for row in rows)
            yield new, rows
        if lost:
            yield 0, self._context.database.write(partial(_lost, lost))

    def _read(self, reading: ScanQueue, stop: Stop, progress: Progress) -> None:
        """Read files through the pool and keep their facts."""
        batch = Facts([], [])
        keeping: Future[None] | None = None
        kept_at = time.monotonic()
        try:
            for answer in self._context.pool().map(reading.chunks(), stop=stop):
                match answer:
                    case TaskDone(items=items, result=facts):
                        batch.samples.extend(facts.samples)
                        batch.pictures.extend(facts.pictures)
                        progress.advance(len(items))
                    case TaskFailed(item=item, status=status, reason=reason):
                        batch.samples.append(_failure(item, status, reason))
                        progress.advance(1)
                full = len(batch.samples) >= BATCH_ROWS
                if not full and time.monotonic() - kept_at < BATCH_SECONDS:
                    continue
                # While these are written the workers are fed; no more than that waits in memory.
                self._kept(keeping)
                keeping = self._keep(batch, reading.known)
                batch, kept_at = Facts([], []), time.monotonic()
            self._kept(keeping)
            keeping = self._keep(batch, reading.known) if batch.samples else None
        finally:
            self._kept(keeping)

    def _keep(self, facts: Facts, known: Mapping[int, bytes]) -> Future[None]:
        """Write facts, those of the project in the background.

        Pictures go to a cache that other programs use, too: no decision waits for them.
        """
        self._context.cache.put(facts.pictures)
        return self._context.database.submit(lambda c: samples.fill(c, facts.samples, known))

    def _kept(self, keeping: Future[None] | None) -> None:
        if keeping is not None:
            keeping.result()
            self._context.emit(Changes(samples=True))


def _next_listing(connection: Any) -> int:
    seen = int(meta.get(connection, "seen", "0")) + 1
    meta.put(connection, "seen", str(seen))
    return seen


def _add(
    chunk: Sequence[Entry], seen: int, racy_ns: int | None, connection: Any
) -> tuple[int, list[Row]]:
    new = samples.add_entries(connection, chunk, seen)
    if racy_ns is None:
        return new, []
    rows = samples.unscanned(connection, FEATURES, racy_ns)
    if rows:
        meta.put(connection, "complete", "0")
    return new, rows


def _lost(lost: Set[int], connection: Any) -> list[Row]:
    meta.put(connection, "complete", "0")
    return [row for row in samples.known_contents(connection) if row[0] in lost]


def _failure(item: ReadTask, status: str, reason: str) -> tuple[object, ...]:
    """Return a row of `Facts.samples` for a file that cost its worker."""
    nothing = (b"", "", "", 0, 0, 1, "", "", 0, 0.0, 0.0, 0.0, 0.0)
    return (status, reason, FEATURES, *nothing, item.sample)
