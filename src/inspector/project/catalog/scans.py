"""Scanning: names first, then contents, then duplicates."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from inspector.dataset.file_facts import failed
from inspector.dataset.listing import list_files
from inspector.errors import DatasetError
from inspector.project.catalog.duplicate_search import DuplicateSearch, is_mostly_embedded
from inspector.project.catalog.embeddings import Embeddings
from inspector.project.catalog.pair_stream import PairStream
from inspector.project.catalog.scan_queue import ScanQueue
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.similarity.embedding import VERSION
from inspector.similarity.levels import SMALL_PX
from inspector.store.exclusive_lock import exclusive_lock, holder
from inspector.store.records import COMPARED_PAIRS, SCAN, ScanRecord
from inspector.store.refusals import lock_of
from inspector.store.samples import FileContent
from inspector.work.jobs import Progress, ProgressSnapshot, Stop
from inspector.work.pool import TaskDone, TaskFailed
from inspector.work.tasks import FEATURES, SEARCH_REVISION, Facts

READING = "images"
READING_AGAIN = "images are read again for the new duplicate search, decisions are kept"
BATCH_ROWS = 1_000
BATCH_SECONDS = 0.3
RACY_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Scanned:
    """Result of a scan: numbers of files."""

    new: int
    unchanged: int
    moved: int
    missing: int
    seconds: float
    complete: bool


class Scans:
    """Brings the knowledge about a dataset up to date.

    Args:
        context: Project context.
        embeddings: Computed in a scan whose search compares by them.

    Attributes:
        stream: Pairs across splits that a running scan has confirmed.
    """

    def __init__(self, context: ProjectContext, embeddings: Embeddings) -> None:
        self._context = context
        self._embeddings = embeddings
        self._running: Progress | None = None
        self.stream = PairStream()

    def progress(self) -> ProgressSnapshot | None:
        """Return the progress of this program's scan; None while none runs."""
        running = self._running
        return None if running is None else running.snapshot()

    def is_complete(self) -> bool:
        """Tell whether the last scan finished, duplicates included."""
        return self._context.store.records.get(SCAN).complete

    def compares_embeddings(self) -> bool:
        """Tell whether the last search compared neighbours by the embedding; the next does, too."""
        return self._context.store.records.get(COMPARED_PAIRS).embedded > 0

    def embedding_time(self) -> str | None:
        """Return in words how long it takes to compare by the embedding, too.

        Returns:
            None where the last search did, and where it finds nothing more: in small images.
        """
        store = self._context.store
        absent = bool(self._context.origin) or store.database.refusal is not None
        if absent or not self.is_complete() or self.compares_embeddings():
            return None
        images = store.samples.everything().images()
        sides = np.minimum(images.number("width"), images.number("height"))
        if not (sides >= SMALL_PX).any():
            return None
        seconds = self._embeddings.estimated_seconds()
        return f"{seconds / 60:,.0f} min" if seconds >= 90 else f"{max(1, round(seconds))} s"

    def index(self) -> int:
        """List the disk and store the names; return the number of new files."""
        return sum(new for new, _ in self._names(None))

    def _names(self, racy_ns: int | None) -> Iterator[tuple[int, list[FileContent]]]:
        """List the disk and store the names; yield the number of new files and the files to read.

        Args:
            racy_ns: As in `samples.unscanned`; None where nothing will be read.
        """
        context = self._context
        rows = context.store.samples
        number = rows.begin_listing()
        names: list[str] = []
        for chunk in list_files(context.root, context.layout):
            yield rows.add_entries(chunk, listing=number, version=FEATURES, racy_ns=racy_ns)
            names += [e.path for e in chunk[: max(1, 50 - len(names))]] if len(names) < 50 else []
            context.emit(Changes(samples=True))
        rows.end_listing(number, names)
        context.emit(Changes(samples=True))

    def scan(
        self,
        *,
        embedding: bool = False,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> Scanned:
        """List, read and compare new and changed files; finished work is kept when stopped.

        While another program scans the project, this waits and then does what is left.

        Args:
            embedding: True to compare neighbours by the embedding from now on.
            stop: Set from any thread to end soon, keeping all finished work.
            progress: Reports phase and counts.

        Raises:
            UnwritableError: The project can't be written now.
            DatasetError: The images are not on this machine, and no cluster read them all.
            CacheError: Files must be read, and the cache can't be written.
        """
        stop, progress = stop or Stop(), progress or Progress()
        began = time.monotonic()
        lock = lock_of(self._context.file)
        if self._context.store.database.refusal is not None:
            raise self._context.store.database.refusal
        if self._context.origin and not self._context.on_cluster:
            return self._last(began)

        def waiting() -> None:
            progress.start(f"{holder(lock)} scans this: waiting", 0)

        with exclusive_lock(lock, waiting=waiting, stopped=stop.is_set) as mine:
            if mine:
                self._running = progress
                try:
                    return self._scan(began, stop, progress, embedding)
                finally:
                    self._running = None
                    self.stream.clear()
        present, missing = self._context.store.samples.present_and_missing()
        return Scanned(0, present, 0, missing, time.monotonic() - began, complete=False)

    def _last(self, began: float) -> Scanned:
        """Return what the last scan left of a dataset that is not on this machine.

        Raises:
            DatasetError: It was not finished.
        """
        if not self.is_complete():
            raise DatasetError(
                f"the images of {self._context.name} are in {self._context.origin}, and were not"
                " all read",
                f"Finish `inspector scan {self._context.origin} --engine dask --scheduler URL`.",
            )
        present, missing = self._context.store.samples.present_and_missing()
        return Scanned(0, present, 0, missing, time.monotonic() - began, complete=True)

    def _scan(self, began: float, stop: Stop, progress: Progress, embedding: bool) -> Scanned:
        began_ns = time.time_ns()
        store = self._context.store
        before = self._begun(began_ns)
        outdated = store.samples.is_outdated(FEATURES)
        refusal = self._context.cache.refusal
        cache = self._context.cache.generation() if refusal is None else ""
        lost = self._lost(cache)
        unsearched = outdated or bool(lost) or not self._is_searched()
        reading = ScanQueue(
            self._context.root,
            self._context.cache.records,
            self._unread(before - RACY_NS, lost),
            progress,
            READING_AGAIN if outdated else READING,
            store.samples.withheld(),
        )
        try:
            self._read(reading, stop, progress)
            reading.finish()
        except BaseException:
            # What was read so far is stored and shown.
            self._context.emit(Changes(samples=True, duplicates=True))
            raise
        finally:
            reading.close()
        moved = store.samples.follow_moves()
        present, missing = store.samples.present_and_missing()
        complete = not stop.is_set()
        if complete and (embedding or self.compares_embeddings()):
            complete = self._embeddings.complete(stop=stop, progress=progress)
        if complete:
            if unsearched or reading.changed or moved or self._is_newly_embedded():
                if refusal is not None:
                    raise refusal
                search = DuplicateSearch(self._context, stop, progress, self.stream)
                complete = search.run()
                # What has no fingerprint is looked for again.
                cache = "" if search.left_out else cache
            store.samples.end_scan(ScanRecord(began_ns, complete, cache))
        self._context.emit(Changes(samples=True, duplicates=True))
        # What an earlier scan left unread is not new, and was not known.
        new = reading.new
        unchanged = present - max(new + reading.replaced, reading.changed)
        # A file changed in place may now be what another one was.
        return Scanned(
            max(0, new - moved), unchanged, moved, missing, time.monotonic() - began, complete
        )

    def _is_searched(self) -> bool:
        """Tell whether a search like today's has seen what the last scan read."""
        last = self._context.store.records.get(COMPARED_PAIRS)
        # What can't be kept is not searched for anew.
        current = last.search == SEARCH_REVISION or self._context.cache.refusal is not None
        return self.is_complete() and current

    def _is_newly_embedded(self) -> bool:
        """Tell whether images were embedded since the last search: that proposes more pairs."""
        store = self._context.store
        stored = self._context.cache.embedded(VERSION)
        if not stored:
            return False
        contents = {row.sha256 for row in store.samples.known_contents()}
        embedded = len(contents & stored)
        known = store.records.get(COMPARED_PAIRS).embedded
        return is_mostly_embedded(embedded, len(contents)) and not is_mostly_embedded(
            known, len(contents)
        )

    def _begun(self, now_ns: int) -> int:
        """Return when the oldest facts that still hold may have been read, in ns.

        Of a first scan that is stopped this is its own beginning: what it read is not read again.
        """
        last = self._context.store.records.get(SCAN)
        if not last.began_ns:
            self._context.store.records.put(SCAN, ScanRecord(now_ns, last.complete, last.cache))
        return last.began_ns or now_ns

    def _lost(self, cache: str) -> set[int]:
        """Return the images whose content the cache, of this generation, does not hold any more."""
        last = self._context.store.records.get(SCAN)
        # A read-only cache can't be repaired.
        if (cache and last.cache == cache) or self._context.cache.refusal is not None:
            return set()
        cached = self._context.cache.contents()
        known = self._context.store.samples.known_contents()
        return {row.id for row in known if row.sha256 not in cached}

    def _unread(self, racy_ns: int, lost: set[int]) -> Iterator[tuple[int, list[FileContent]]]:
        """List as `_names` does; then yield the lost images that were not among these."""
        refusal = self._context.cache.refusal
        for new, rows in self._names(racy_ns):
            if rows and refusal is not None:
                raise refusal
            lost.difference_update(row.id for row in rows)
            yield new, rows
        if lost:
            yield 0, self._context.store.samples.reread(lost)

    def _read(self, reading: ScanQueue, stop: Stop, progress: Progress) -> None:
        """Read files through the pool and store their facts."""
        batch = Facts([], [])
        keeping: Future[None] | None = None
        kept_at = time.monotonic()
        try:
            for answer in self._context.pool().map(reading.chunks(), stop=stop):
                match answer:
                    case TaskDone(items=items, result=facts):
                        reading.count_changed(facts.samples)
                        batch.samples.extend(facts.samples)
                        batch.pictures.extend(facts.pictures)
                        progress.advance(len(items))
                    case TaskFailed(item=item, status=status, reason=reason):
                        failure = failed(item.sample, status, reason, FEATURES)
                        reading.count_changed([failure])
                        batch.samples.append(failure)
                        progress.advance(1)
                full = len(batch.samples) >= BATCH_ROWS
                if not full and time.monotonic() - kept_at < BATCH_SECONDS:
                    continue
                # The workers are fed while these are written; no more than that waits in memory.
                self._kept(keeping)
                keeping = self._keep(batch, reading.known)
                batch, kept_at = Facts([], []), time.monotonic()
            self._kept(keeping)
            keeping = self._keep(batch, reading.known) if batch.samples else None
        finally:
            self._kept(keeping)

    def _keep(self, facts: Facts, known: Mapping[int, bytes]) -> Future[None]:
        """Store facts; those for the project are written in the background.

        Images go to a cache that other programs use, too, so no decision waits for them.
        """
        self._context.cache.put(facts.pictures)
        return self._context.store.samples.fill(facts.samples, known)

    def _kept(self, keeping: Future[None] | None) -> None:
        if keeping is not None:
            keeping.result()
            self._context.emit(Changes(samples=True))
