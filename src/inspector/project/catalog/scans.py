"""Scanning: names at once, then contents, then what looks alike."""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inspector.dataset.file_facts import failed
from inspector.dataset.listing import list_files
from inspector.errors import CacheError, ProcessError
from inspector.project.catalog.scan_queue import ScanQueue
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.scratch import make_scratch
from inspector.similarity.orientations import ONE_OF_EACH
from inspector.store.duplicates import EqualMember, StoredPair
from inspector.store.exclusive_lock import exclusive_lock, holder
from inspector.store.records import SCAN, ScanRecord
from inspector.store.refusals import lock_of
from inspector.store.samples import FileContent
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import TaskDone, TaskFailed
from inspector.work.tasks import (
    FEATURES,
    CandidateResult,
    DigestResult,
    DigestTask,
    Facts,
    ProposeTask,
    Task,
    VerifyTask,
)

CHUNK_PAIRS = 4_000
BATCH_ROWS = 1_000
BATCH_SECONDS = 0.3
RACY_NS = 2_000_000_000
# Closer than this and of one size, two files are decoded in full to see if their pixels equal.
# Source: the same pixels in another file verify above .93 on drawn pictures and clothing photos.
MAYBE_SAME_PIXELS = 0.9
# A comparison reads no file that could hang it; its time grows with the dataset. Source: 60,000
# pictures on a busy machine took a minute for all transforms, so this serves for millions.
COMPARISON_TIMEOUT_SECONDS = 3_600.0


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
        return self._context.store.records.get(SCAN).complete

    def index(self) -> int:
        """List the disk and keep the names; return how many files are new."""
        return sum(new for new, _ in self._names(None))

    def _names(self, racy_ns: int | None) -> Iterator[tuple[int, list[FileContent]]]:
        """List the disk and keep the names; yield how many are new and what is to be read.

        Args:
            racy_ns: As of `samples.unscanned`; None where nothing will be read.
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

    def scan(self, *, stop: Stop | None = None, progress: Progress | None = None) -> Scanned:
        """List, read and compare what is new or changed; what is finished stays when stopped.

        While another program scans the project this waits, and then does what is left.

        Args:
            stop: Set it from any thread to end soon, keeping everything done.
            progress: Told the phase and counts.

        Raises:
            UnwritableError: The project can't be written now.
            CacheError: Files are to be read, and the cache can't be written.
        """
        stop, progress = stop or Stop(), progress or Progress()
        began = time.monotonic()
        lock = lock_of(self._context.file)
        if self._context.store.database.refusal is not None:
            raise self._context.store.database.refusal

        def waiting() -> None:
            progress.start(f"{holder(lock)} scans this: waiting", 0)

        with exclusive_lock(lock, waiting=waiting, stopped=stop.is_set) as mine:
            if mine:
                return self._scan(began, stop, progress)
        present, missing = self._context.store.samples.present_and_missing()
        return Scanned(0, present, 0, missing, time.monotonic() - began, complete=False)

    def _scan(self, began: float, stop: Stop, progress: Progress) -> Scanned:
        began_ns = time.time_ns()
        store = self._context.store
        before = store.records.get(SCAN).began_ns
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
        moved = store.samples.follow_moves()
        present, missing = store.samples.present_and_missing()
        complete = not stop.is_set()
        if complete:
            if reading.count or moved or not self.is_complete():
                if self._context.cache.refusal is not None:
                    raise self._context.cache.refusal
                complete = self._compare(stop, progress)
            store.samples.end_scan(ScanRecord(began_ns, complete))
        self._context.emit(Changes(samples=True, duplicates=True))
        # What an earlier scan left unread is not new, and was not known.
        new = reading.new
        unchanged = present - max(new + len(reading.known), reading.count)
        return Scanned(new - moved, unchanged, moved, missing, time.monotonic() - began, complete)

    def _unread(self, racy_ns: int) -> Iterator[tuple[int, list[FileContent]]]:
        """List as `_names` does; then come images whose picture the cache has lost.

        What is known is asked before, on this thread: each has connections of its own, for good.
        """
        known = self._context.store.samples.known_contents()
        if self._context.cache.refusal is not None:
            # What the cache has lost can't be put back.
            known = []
        kept = self._context.cache.contents() if known else set()
        lost = {row.id for row in known if row.sha256 not in kept}
        return self._unread_or_lost(racy_ns, lost)

    def _unread_or_lost(
        self, racy_ns: int, lost: set[int]
    ) -> Iterator[tuple[int, list[FileContent]]]:
        refusal = self._context.cache.refusal
        for new, rows in self._names(racy_ns):
            if rows and refusal is not None:
                raise refusal
            lost.difference_update(row.id for row in rows)
            yield new, rows
        if lost:
            yield 0, self._context.store.samples.reread(lost)

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
                        batch.samples.append(failed(item.sample, status, reason, FEATURES))
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
        return self._context.store.samples.fill(facts.samples, known)

    def _kept(self, keeping: Future[None] | None) -> None:
        if keeping is not None:
            keeping.result()
            self._context.emit(Changes(samples=True))

    def _compare(self, stop: Stop, progress: Progress) -> bool:
        """Find what looks alike among all contents and keep it; tell whether it was finished."""
        context = self._context
        progress.start("candidates", len(ONE_OF_EACH))
        by_content: dict[bytes, list[int]] = {}
        paths: dict[bytes, str] = {}
        for sample, path, sha256, _ in context.store.samples.known_contents():
            by_content.setdefault(sha256, []).append(sample)
            paths.setdefault(sha256, path)
        contents = sorted(by_content, key=lambda sha: paths[sha])
        folder = make_scratch()
        if folder is None:
            raise CacheError("no folder for temporary files takes one", "Make room in TMPDIR.")
        try:
            contents = self._choose(folder / "chosen.npy", contents)
            found = self._pairs(folder / "chosen.npy", len(contents), stop, progress)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if found is None:
            return False
        same = self._same_pixels(found, contents, paths, stop, progress)
        if same is None:
            return False
        sets, canonical = _equal_sets(by_content, same)
        assert found.similarity is not None
        rows: dict[tuple[int, int], StoredPair] = {}
        for a, b, transform, similarity in zip(
            found.a.tolist(), found.b.tolist(), found.transform.tolist(),
            found.similarity.tolist(), strict=True,
        ):  # fmt: skip
            one, two = sorted((canonical[contents[a]], canonical[contents[b]]))
            known = rows.get((one, two))
            if one != two and (known is None or similarity > known.similarity):
                rows[one, two] = StoredPair(one, two, transform, similarity)
        context.store.duplicates.replace(sets, rows.values())
        return True

    def _choose(self, chosen: Path, contents: list[bytes]) -> list[bytes]:
        """Write the places of the records of contents; return the contents that have one."""
        places = list(self._context.cache.places(contents))
        try:
            np.save(chosen, np.array([place for place in places if place >= 0], np.int64))
        except OSError as error:
            raise CacheError(
                f"no room for temporary files in {chosen.parent.parent}", "Make room in TMPDIR."
            ) from error
        return [sha256 for sha256, place in zip(contents, places, strict=True) if place >= 0]

    def _pairs(
        self, chosen: Path, n: int, stop: Stop, progress: Progress
    ) -> CandidateResult | None:
        found = [_nothing()]
        if n < 2:
            return found[0]
        records = str(self._context.cache.records), str(chosen)
        questions = [ProposeTask(*records, transform) for transform in ONE_OF_EACH]
        proposed = _sorted(self._all(questions, stop, progress.advance))
        if stop.is_set():
            return None
        progress.start("near-duplicates", len(proposed.a))
        cuts = [slice(i, i + CHUNK_PAIRS) for i in range(0, len(proposed.a), CHUNK_PAIRS)]
        tasks = [
            VerifyTask(*records, proposed.a[cut], proposed.b[cut], proposed.transform[cut])
            for cut in cuts
        ]
        for result in self._all(tasks, stop, progress.advance):
            assert isinstance(result, CandidateResult)
            found.append(result)
        if stop.is_set():
            return None
        similarity = [f.similarity for f in found if f.similarity is not None]
        return CandidateResult(
            np.concatenate([f.a for f in found]),
            np.concatenate([f.b for f in found]),
            np.concatenate([f.transform for f in found]),
            np.concatenate(similarity),
        )

    def _all(
        self,
        tasks: Sequence[Task],
        stop: Stop,
        advance: Callable[[int], None] = lambda _: None,
    ) -> Iterable[object]:
        reads = any(isinstance(task, DigestTask) for task in tasks)
        answers = self._context.pool().map(
            ([task] for task in tasks),
            stop=stop,
            timeout_seconds=None if reads else COMPARISON_TIMEOUT_SECONDS,
        )
        for answer in answers:
            match answer:
                case TaskDone(items=items, result=result):
                    first = items[0]
                    advance(len(first.a) if isinstance(first, VerifyTask) else 1)
                    yield from result
                case TaskFailed(item=item, reason=reason):
                    if not isinstance(item, DigestTask):
                        raise ProcessError(
                            f"comparing images failed: {reason}",
                            "Close other programs, then scan again.",
                        )

    def _same_pixels(
        self,
        pairs: CandidateResult,
        contents: Sequence[bytes],
        paths: dict[bytes, str],
        stop: Stop,
        progress: Progress,
    ) -> dict[bytes, bytes] | None:
        """Return the digest of decoded pixels of each content that may equal another."""
        sizes = self._context.store.samples.sizes()
        assert pairs.similarity is not None
        near = (pairs.similarity >= MAYBE_SAME_PIXELS) & (pairs.transform == 0)
        wanted: set[bytes] = set()
        for a, b in zip(pairs.a[near].tolist(), pairs.b[near].tolist(), strict=True):
            one, two = contents[a], contents[b]
            if sizes.get(one) == sizes.get(two):
                wanted |= {one, two}
        cache = self._context.cache
        digests = cache.pixel_digests(sorted(wanted))
        missing = sorted(wanted - digests.keys())
        progress.start("pixels", len(missing))
        tasks = [DigestTask(sha, str(self._context.absolute(paths[sha]))) for sha in missing]
        for result in self._all(tasks, stop, progress.advance):
            assert isinstance(result, DigestResult)
            digests[result.sha256] = result.pixels
        if stop.is_set():
            return None
        cache.put_pixel_digests((sha, digests[sha]) for sha in missing if sha in digests)
        return digests


def _sorted(parts: Iterable[object]) -> CandidateResult:
    """Join candidates; those of one pair stand together, to be verified in one go."""
    found = [_nothing(), *(part for part in parts if isinstance(part, CandidateResult))]
    a, b = (np.concatenate([getattr(f, end) for f in found]) for end in ("a", "b"))
    transform = np.concatenate([f.transform for f in found])
    order = np.lexsort((transform, b, a))
    return CandidateResult(a[order], b[order], transform[order])


def _nothing() -> CandidateResult:
    none = np.zeros(0, np.int32)
    return CandidateResult(none, none, np.zeros(0, np.uint8), np.zeros(0, np.float32))


def _equal_sets(
    by_content: dict[bytes, list[int]], digests: dict[bytes, bytes]
) -> tuple[list[EqualMember], dict[bytes, int]]:
    """Join contents of equal pixels; return set rows and each content's representative sample."""
    first_of_pixels: dict[bytes, bytes] = {}
    joined: dict[bytes, list[bytes]] = {}
    for sha in by_content:
        lead = first_of_pixels.setdefault(digests.get(sha, sha), sha)
        joined.setdefault(lead, []).append(sha)
    rows: list[EqualMember] = []
    canonical: dict[bytes, int] = {}
    for lead, members in joined.items():
        head = by_content[lead][0]
        for sha in members:
            canonical[sha] = head
            kind = "bytes" if sha == lead else "pixels"
            if len(members) > 1 or len(by_content[sha]) > 1:
                rows += [EqualMember(sample, head, kind) for sample in by_content[sha]]
    return rows, canonical
