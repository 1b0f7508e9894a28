"""Search for similar pairs among fingerprints, part by part in the worker pool."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.errors import CacheError, ProcessError
from inspector.project.catalog.known_search import SearchUpdate
from inspector.project.context import ProjectContext
from inspector.scratch import make_scratch, sweep_scratch
from inspector.similarity.levels import POSSIBLE
from inspector.similarity.orientations import ONE_OF_EACH
from inspector.similarity.pairs import each_once, numbers_of
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import TaskDone, TaskFailed
from inspector.work.tasks import (
    Begin,
    CandidateResult,
    Describe,
    DescribeNew,
    DigestResult,
    DigestTask,
    FindNear,
    JoinNear,
    ProposeTask,
    Reduce,
    Space,
    Task,
    VerifyTask,
    Written,
    near_images,
)

CHUNK_IMAGES = 2_048
CHUNK_PAIRS = 8_000
# Of more images, neighbours are looked for in cells of about so many: comparing all grows with the
# square. Source: docs/measurements/scale.md.
EXACT_IMAGES = 60_000
CELL_IMAGES = 700
# Two files closer than this and of equal size are decoded in full to compare their pixels. Source:
# the same pixels in another file verify above 0.93 on drawn images and clothing photos.
MAYBE_SAME_PIXELS = 0.9
# A comparison reads no file that could hang it; its time grows with the dataset. Source: 60,000
# images on a busy machine took a minute for all transforms, so this suffices for millions.
SECONDS_PER_PART = 3_600.0


@dataclass(frozen=True, slots=True)
class ProposedPairs:
    """Candidates of a search as ordered numbers of `similarity.pairs`, each once.

    Attributes:
        numbers: All of them.
        by_hashes: Those that hashes propose.
    """

    numbers: NDArray[np.uint64]
    by_hashes: NDArray[np.uint64]


class PairSearch:
    """Proposes and verifies pairs among the records of one file.

    Args:
        context: Context of the project whose workers search.
        stop: Set from any thread to end soon.
        progress: Reports the phases "candidates", "near-duplicates" and "pixels".
    """

    def __init__(self, context: ProjectContext, stop: Stop, progress: Progress) -> None:
        self._context = context
        self._stop = stop
        self._progress = progress

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Yield an empty folder beside the cache, removed at the end.

        Raises:
            CacheError: There is no space.
        """
        # Beside the cache: the folder of temporary files may be in memory.
        beside = self._context.cache.path.parent
        sweep_scratch(beside)
        folder = make_scratch(beside)
        if folder is None:
            raise _no_room(beside)
        try:
            yield folder
        except OSError as error:
            raise _no_room(beside) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def proposed(
        self,
        folder: str,
        records: Path,
        images: int,
        *,
        hashes_only: bool = False,
        embedded: bool = False,
    ) -> ProposedPairs | None:
        """Return the candidate pairs of all images; None if stopped.

        Args:
            folder: Holds `chosen` and `splits`; see `work.search`.
            records: File of packed fingerprints that `chosen` points into.
            images: Number of images.
            hashes_only: True if the records hold no small images to describe.
            embedded: True if the folder holds `embedding`.
        """
        if images < 2:
            return _proposed([])
        starts = range(0, images, CHUNK_IMAGES)
        cells = images // CELL_IMAGES if images > EXACT_IMAGES else 0
        blocks = () if hashes_only else range(0, images, near_images(images, cells))
        spaces = tuple(Space)[: 0 if hashes_only else 2 if embedded else 1]
        parts_of_each = len(blocks) + 2
        total = len(starts) + len(spaces) * parts_of_each + len(ONE_OF_EACH) + 1
        self._progress.start("candidates", total)
        described: list[Task] = [
            Describe(str(records), folder, i, min(images, i + CHUNK_IMAGES)) for i in starts
        ]
        joins: list[Task] = [ProposeTask(folder, (t,)) for t in ONE_OF_EACH]
        # Each step needs the whole previous one; hashes are joined beside the neighbours.
        steps: tuple[list[Task], ...] = ([Begin(folder)], described, joins)
        if not hashes_only:
            near: list[Task] = [
                FindNear(folder, i, space, cells) for space in spaces for i in blocks
            ]
            steps = (
                [Begin(folder)], described,
                [Reduce(folder, space, cells=cells) for space in spaces], [*near, *joins],
                [JoinNear(folder, space, cells) for space in spaces],
            )  # fmt: skip
        parts: list[tuple[Task, object]] = []
        for tasks in steps:
            parts += self._all(tasks)
            if self._stop.is_set():
                return None
        return _proposed(parts)

    def updated(
        self, folder: str, records: Path, update: SearchUpdate, *, embedded: bool = False
    ) -> ProposedPairs | None:
        """Return what `proposed` does, looking only for pairs of images that are new.

        Args:
            folder: As in `proposed`, but it holds the `embedding` of the new images alone.
            records: File of packed fingerprints.
            update: The earlier search.
            embedded: True if the folder holds `embedding`.
        """
        np.save(Path(folder) / "old.npy", update.old)
        known, new = str(update.known), update.new
        spaces = tuple(Space)[: 2 if embedded else 1]
        described: list[Task] = [
            DescribeNew(str(records), folder, new[i : i + CHUNK_IMAGES])
            for i in range(0, len(new), CHUNK_IMAGES)
        ]
        # Each task indexes the hashes of all images.
        halves = ONE_OF_EACH[0::2], ONE_OF_EACH[1::2]
        joins: list[Task] = [ProposeTask(folder, transforms) for transforms in halves]
        before: tuple[list[Task], ...] = (
            [Begin(folder, known)], described,
            [Reduce(folder, space, known, update.cells) for space in spaces],
        )  # fmt: skip
        self._progress.start("candidates", 1 + len(described) + len(joins) + 2 * len(spaces))
        for tasks in before:
            for _ in self._all(tasks):
                pass
            if self._stop.is_set():
                return None
        step = near_images(len(update.old), update.cells)
        near: list[Task] = [
            FindNear(folder, i, space, update.cells)
            for space in spaces
            for i in range(0, int(np.load(f"{folder}/{space}-asking.npy")), step)
        ]
        parts = [*self._all([*near, *joins])]
        if self._stop.is_set():
            return None
        parts += self._all([JoinNear(folder, space, update.cells) for space in spaces])
        return None if self._stop.is_set() else _proposed(parts, update.by_hashes)

    def verified(
        self, folder: str, proposed: CandidateResult, *, least: float = POSSIBLE, file: str = ""
    ) -> Iterator[CandidateResult]:
        """Yield the candidates whose content is similar, a part at a time; fewer if stopped.

        Args:
            folder: Of the search.
            proposed: The candidates, those of one pair together.
            least: Similarity from which pairs are yielded.
            file: Record file to unpack images from; "" where the folder holds all.
        """
        self._progress.start("near-duplicates", len(proposed.a))
        tasks: list[Task] = [
            VerifyTask(
                folder, proposed.a[cut], proposed.b[cut], proposed.transform[cut], least, file
            )
            for cut in _cuts(proposed)
        ]
        for _, result in self._all(tasks):
            assert isinstance(result, CandidateResult)
            yield result

    def digests(
        self, contents: Iterable[bytes], file_of: Callable[[bytes], Path]
    ) -> dict[bytes, bytes] | None:
        """Return the pixel digest of each content; None if stopped.

        Args:
            contents: SHA-256 of each.
            file_of: Returns a file of a content, asked where no digest is stored. A content that
                can't be decoded any more gets its own hash as digest; one whose worker died none.
        """
        cache = self._context.cache
        asked = sorted(contents)
        digests = cache.pixel_digests(asked)
        missing = [sha256 for sha256 in asked if sha256 not in digests]
        self._progress.start("pixels", len(missing))
        tasks: list[Task] = [DigestTask(sha256, str(file_of(sha256))) for sha256 in missing]
        for _, result in self._all(tasks):
            assert isinstance(result, DigestResult)
            digests[result.sha256] = result.pixels
        if self._stop.is_set():
            return None
        cache.put_pixel_digests((sha, digests[sha]) for sha in missing if sha in digests)
        return digests

    def _all(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, object]]:
        """Yield tasks with their results, in any order, and report progress."""
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
                    yield from zip(items, result, strict=True)
                case TaskFailed(item=item, reason=reason):
                    if not isinstance(item, DigestTask):
                        raise ProcessError(
                            f"comparing images failed: {reason}",
                            "Close other programs or make room on the disk of the cache,"
                            " then scan again.",
                        )


def no_pairs() -> CandidateResult:
    """Return an empty result."""
    none = np.zeros(0, np.int32)
    return CandidateResult(none, none, np.zeros(0, np.uint8), np.zeros(0, np.float32))


def joined(parts: Iterable[CandidateResult]) -> CandidateResult:
    """Return the verified pairs of all parts."""
    columns = ("a", "b", "transform", "similarity")
    several = [no_pairs(), *parts]
    return CandidateResult(*(np.concatenate([getattr(p, c) for p in several]) for c in columns))


def _no_room(folder: Path) -> CacheError:
    """Return the error of a search without disk space."""
    return CacheError(
        f"the search for duplicates can't write to {folder}", "Make room on that disk."
    )


def _cuts(proposed: CandidateResult) -> list[slice]:
    """Cut candidates into chunks; the transforms of one pair stay together."""
    n = len(proposed.a)
    begins = (np.diff(proposed.a) != 0) | (np.diff(proposed.b) != 0)
    allowed = np.concatenate([np.flatnonzero(begins) + 1, [n]])
    cuts, start = [], 0
    while start < n:
        end = int(allowed[np.searchsorted(allowed, min(n, start + CHUNK_PAIRS))])
        cuts.append(slice(start, end))
        start = end
    return cuts


def _proposed(
    parts: Iterable[tuple[Task, object]], known_by_hashes: NDArray[np.uint64] | None = None
) -> ProposedPairs:
    """Return the pairs of the parts of a search, and those that an earlier one left."""
    none = np.zeros(0, np.uint64)
    by_hashes = [none if known_by_hashes is None else known_by_hashes]
    near = [none]
    for task, result in parts:
        if isinstance(task, JoinNear) and isinstance(result, Written):
            near.append(np.load(Path(task.folder) / f"{task.space}-pairs.npy"))
        elif isinstance(result, CandidateResult):
            numbers = numbers_of(result.a, result.b, result.transform)
            (by_hashes if isinstance(task, ProposeTask) else near).append(numbers)
    together = each_once(np.concatenate(by_hashes))
    both = np.concatenate([together, *near])
    # Of a million images these are fifteen million.
    near.clear()
    return ProposedPairs(each_once(both), together)
