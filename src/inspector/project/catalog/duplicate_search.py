"""The search for duplicates at the end of a scan: described, proposed, verified, kept."""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from inspector.errors import CacheError, ProcessError
from inspector.project.context import ProjectContext
from inspector.scratch import make_scratch, sweep_scratch
from inspector.similarity.levels import MIN_PAGE_PX, SURE
from inspector.similarity.orientations import ONE_OF_EACH
from inspector.store.duplicates import EqualMember, StoredPair
from inspector.store.samples import ContentShape
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import TaskDone, TaskFailed
from inspector.work.tasks import (
    NEAR_BLOCK,
    Begin,
    CandidateResult,
    ComparePages,
    Describe,
    DigestResult,
    DigestTask,
    FindNear,
    JoinNear,
    ProposeTask,
    Reduce,
    Task,
    VerifyTask,
)

CHUNK_IMAGES = 2_048
CHUNK_PAIRS = 8_000
# Closer than this and of one size, two files are decoded in full to see if their pixels equal.
# Source: the same pixels in another file verify above .93 on drawn images and clothing photos.
MAYBE_SAME_PIXELS = 0.9
# A comparison reads no file that could hang it; its time grows with the dataset. Source: 60,000
# images on a busy machine took a minute for all transforms, so this serves for millions.
SECONDS_PER_PART = 3_600.0
CHUNK_PAGES = 32
# A page is mostly paper. Source: drawn forms have 1.7 bits, photos about 7, MRI slices 4 to 6.
MAX_PAGE_BITS = 4.5


class DuplicateSearch:
    """Find duplicates among all contents that a scan has read, and keep them.

    Args:
        context: Of the project.
        stop: Set it from any thread to end soon; nothing is kept then.
        progress: Told the phases "candidates", "near-duplicates" and "pixels".
    """

    def __init__(self, context: ProjectContext, stop: Stop, progress: Progress) -> None:
        self._context = context
        self._stop = stop
        self._progress = progress

    def run(self) -> bool:
        """Search, and tell whether it was finished.

        Raises:
            CacheError: Its files have no room beside the cache.
            ProcessError: A worker could not do its part.
        """
        context = self._context
        by_content: dict[bytes, list[int]] = {}
        paths: dict[bytes, str] = {}
        for sample, path, sha256, _ in context.store.samples.known_contents():
            by_content.setdefault(sha256, []).append(sample)
            paths.setdefault(sha256, path)
        contents = sorted(by_content, key=lambda sha: paths[sha])
        # Beside the cache: a folder of temporary files may be memory.
        place = context.cache.path.parent
        sweep_scratch(place)
        folder = make_scratch(place)
        if folder is None:
            raise _no_room(place)
        try:
            contents = self._prepare(folder, contents)
            pairs = self._pairs(str(folder), len(contents))
        except OSError as error:
            raise _no_room(place) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if pairs is None:
            return False
        shapes = context.store.samples.shapes()
        pairs = self._pages_compared(pairs, contents, paths, shapes)
        if pairs is None:
            return False
        same = self._same_pixels(pairs, contents, paths, shapes)
        if same is None:
            return False
        sets, canonical = _equal_sets(by_content, same)
        assert pairs.similarity is not None
        rows: dict[tuple[int, int], StoredPair] = {}
        for a, b, transform, similarity in zip(
            pairs.a.tolist(), pairs.b.tolist(), pairs.transform.tolist(),
            pairs.similarity.tolist(), strict=True,
        ):  # fmt: skip
            one, two = sorted((canonical[contents[a]], canonical[contents[b]]))
            known = rows.get((one, two))
            if one != two and (known is None or similarity > known.similarity):
                rows[one, two] = StoredPair(one, two, transform, similarity)
        context.store.duplicates.replace(sets, rows.values())
        return True

    def _prepare(self, folder: Path, contents: list[bytes]) -> list[bytes]:
        """Begin a search in a folder; return the contents that have a fingerprint."""
        rows = np.array(list(self._context.cache.places(contents)), np.int64)
        contents = [sha256 for sha256, row in zip(contents, rows.tolist(), strict=True) if row >= 0]
        splits = self._context.store.samples.splits()
        names = sorted(set(splits.values()))
        numbers = [names.index(splits[sha256]) for sha256 in contents]
        np.save(folder / "chosen.npy", rows[rows >= 0])
        np.save(folder / "splits.npy", np.array(numbers, np.int32))
        return contents

    def _pairs(self, folder: str, n: int) -> CandidateResult | None:
        """Return the verified pairs of `n` contents; None where it was stopped."""
        if n < 2:
            return _nothing()
        proposed = self._proposed(folder, n)
        if proposed is None:
            return None
        self._progress.start("near-duplicates", len(proposed.a))
        cuts = _cuts(proposed)
        tasks: list[Task] = [
            VerifyTask(folder, proposed.a[cut], proposed.b[cut], proposed.transform[cut])
            for cut in cuts
        ]
        parts = [_nothing()]
        for result in self._all(tasks):
            assert isinstance(result, CandidateResult)
            parts.append(result)
        if self._stop.is_set():
            return None
        similarity = [part.similarity for part in parts if part.similarity is not None]
        return CandidateResult(
            np.concatenate([part.a for part in parts]),
            np.concatenate([part.b for part in parts]),
            np.concatenate([part.transform for part in parts]),
            np.concatenate(similarity),
        )

    def _proposed(self, folder: str, n: int) -> CandidateResult | None:
        """Return the candidates; None where it was stopped."""
        starts = range(0, n, CHUNK_IMAGES)
        blocks = range(0, n, NEAR_BLOCK)
        self._progress.start("candidates", len(starts) + len(blocks) + len(ONE_OF_EACH) + 3)
        records = str(self._context.cache.records)
        described: list[Task] = [
            Describe(records, folder, i, min(n, i + CHUNK_IMAGES)) for i in starts
        ]
        parts: list[object] = []
        # Each step needs all of the one before; hashes are joined beside the neighbours.
        near: list[Task] = [
            *(FindNear(folder, i) for i in blocks),
            *(ProposeTask(folder, t) for t in ONE_OF_EACH),
        ]
        steps: tuple[list[Task], ...] = (
            [Begin(folder)], described, [Reduce(folder)], near, [JoinNear(folder)],
        )  # fmt: skip
        for tasks in steps:
            parts += self._all(tasks)
            if self._stop.is_set():
                return None
        return _sorted(parts)

    def _all(self, tasks: Sequence[Task]) -> Iterator[object]:
        """Yield the results of tasks, in any order, and tell the progress."""
        reads = any(isinstance(task, DigestTask) for task in tasks)
        answers = self._context.pool().map(
            ([task] for task in tasks),
            stop=self._stop,
            timeout_seconds=None if reads else SECONDS_PER_PART,
        )
        for answer in answers:
            match answer:
                case TaskDone(items=items, result=result):
                    first = items[0]
                    self._progress.advance(len(first.a) if isinstance(first, VerifyTask) else 1)
                    yield from result
                case TaskFailed(item=item, reason=reason):
                    if not isinstance(item, DigestTask):
                        raise ProcessError(
                            f"comparing images failed: {reason}",
                            "Close other programs or make room on the disk of the cache,"
                            " then scan again.",
                        )

    def _pages_compared(
        self,
        pairs: CandidateResult,
        contents: Sequence[bytes],
        paths: dict[bytes, str],
        shapes: Mapping[bytes, ContentShape],
    ) -> CandidateResult | None:
        """Look closer at confirmed pairs that may be documents; None where it was stopped."""
        assert pairs.similarity is not None
        printed = np.array([_may_be_document(shapes[sha]) for sha in contents], np.bool_)
        if not printed.any():
            return pairs
        confirmed = np.flatnonzero((pairs.similarity >= SURE) & printed[pairs.a] & printed[pairs.b])
        tasks = [
            ComparePages(
                row, self._file(paths[contents[pairs.a[row]]]),
                self._file(paths[contents[pairs.b[row]]]), int(pairs.transform[row]),
                float(pairs.similarity[row]),
            )
            for row in confirmed.tolist()
        ]  # fmt: skip
        self._progress.start("documents", len(tasks))
        chunks = [tasks[i : i + CHUNK_PAGES] for i in range(0, len(tasks), CHUNK_PAGES)]
        similarity = pairs.similarity.copy()
        for answer in self._context.pool().map(chunks, stop=self._stop):
            # A pair whose file can't be read stays as it was verified.
            if isinstance(answer, TaskDone):
                for pair, after in answer.result:
                    similarity[pair] = after
            self._progress.advance(len(answer.items) if isinstance(answer, TaskDone) else 1)
        if self._stop.is_set():
            return None
        return replace(pairs, similarity=similarity)

    def _file(self, path: str) -> str:
        return str(self._context.absolute(path))

    def _same_pixels(
        self,
        pairs: CandidateResult,
        contents: Sequence[bytes],
        paths: dict[bytes, str],
        shapes: Mapping[bytes, ContentShape],
    ) -> dict[bytes, bytes] | None:
        """Return the digest of decoded pixels of each content that may equal another."""
        assert pairs.similarity is not None
        near = (pairs.similarity >= MAYBE_SAME_PIXELS) & (pairs.transform == 0)
        candidates: set[bytes] = set()
        for a, b in zip(pairs.a[near].tolist(), pairs.b[near].tolist(), strict=True):
            one, two = contents[a], contents[b]
            if shapes[one][:2] == shapes[two][:2]:
                candidates |= {one, two}
        cache = self._context.cache
        digests = cache.pixel_digests(sorted(candidates))
        missing = sorted(candidates - digests.keys())
        self._progress.start("pixels", len(missing))
        tasks: list[Task] = [
            DigestTask(sha, str(self._context.absolute(paths[sha]))) for sha in missing
        ]
        for result in self._all(tasks):
            assert isinstance(result, DigestResult)
            digests[result.sha256] = result.pixels
        if self._stop.is_set():
            return None
        cache.put_pixel_digests((sha, digests[sha]) for sha in missing if sha in digests)
        return digests


def _may_be_document(shape: ContentShape) -> bool:
    return min(shape.width, shape.height) >= MIN_PAGE_PX and shape.entropy <= MAX_PAGE_BITS


def _no_room(place: Path) -> CacheError:
    """Return the error of a search whose files have no room."""
    return CacheError(
        f"the search for duplicates can't write to {place}", "Make room on that disk."
    )


def _cuts(proposed: CandidateResult) -> list[slice]:
    """Cut candidates in chunks; the transforms of one pair stay together."""
    n = len(proposed.a)
    begins = (np.diff(proposed.a) != 0) | (np.diff(proposed.b) != 0)
    allowed = np.concatenate([np.flatnonzero(begins) + 1, [n]])
    cuts, start = [], 0
    while start < n:
        end = int(allowed[np.searchsorted(allowed, min(n, start + CHUNK_PAIRS))])
        cuts.append(slice(start, end))
        start = end
    return cuts


def _sorted(parts: Iterable[object]) -> CandidateResult:
    """Join candidates, each once; those of one pair stand together."""
    some = [_nothing(), *(part for part in parts if isinstance(part, CandidateResult))]
    a, b = (np.concatenate([getattr(part, end) for part in some]) for end in ("a", "b"))
    transform = np.concatenate([part.transform for part in some])
    order = np.lexsort((transform, b, a))
    a, b, transform = a[order], b[order], transform[order]
    first = np.ones(len(a), np.bool_)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1]) | (transform[1:] != transform[:-1])
    return CandidateResult(a[first], b[first], transform[first])


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
