"""Embeddings of the dataset's images: computed by workers on request, cached by content hash."""

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.errors import CacheError
from inspector.project.catalog.contents import Contents, contents_of
from inspector.project.catalog.duplicate_search import is_mostly_embedded
from inspector.project.catalog.samples import Samples
from inspector.project.context import ProjectContext
from inspector.scratch import make_scratch
from inspector.similarity.embedding import BATCH, DIMENSIONS, VERSION
from inspector.store.sample_table import SampleTable, hashes_of
from inspector.store.samples import Sample
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import TaskDone, TaskFailed
from inspector.work.tasks import Embedded, EmbedFile

SECONDS_PER_IMAGE = 0.02
"""CPU time, decoding included. Source: docs/measurements/embedding.md."""

MAX_COMPUTED = 100_000
"""More are computed only where a person asks for the embedding: half an hour on two processors."""
BATCH_ROWS = 256
_WAIT_SECONDS = 0.2
Halves = NDArray[np.float16]


class Embeddings:
    """Computes, stores and returns the embeddings of images."""

    def __init__(self, context: ProjectContext, samples: Samples) -> None:
        self._context = context
        self._samples = samples
        self._computing = threading.Lock()
        self._failed: dict[bytes, str] = {}

    def images(self) -> SampleTable:
        """Return the images that can have an embedding, ordered by path."""
        images = self._samples.everything().images()
        return images.where(images.hashes().known)

    def missing(self) -> int:
        """Return the number of contents without an embedding, except those that can't have one."""
        return len(self._missing())

    def estimated_seconds(self) -> float:
        """Return the estimated run time of `complete` on this machine."""
        return self.missing() * SECONDS_PER_IMAGE / self._context.jobs

    def complete(
        self,
        images: SampleTable | None = None,
        *,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> bool:
        """Compute what is missing in worker processes; finished ones are kept when stopped.

        Args:
            images: Readable images; None for all.

        Returns:
            False when stopped.

        Raises:
            CacheError: The cache can't be written.
            DatasetError: The images are not on this machine.
        """
        self._context.check_images_here()
        stop, progress = stop or Stop(), progress or Progress()
        with self._alone(stop, progress) as alone:
            if not alone:
                return False
            missing = self._missing(images)
            if len(missing):
                self._compute(missing, stop, progress)
        return not stop.is_set()

    def of(self, samples: Sequence[Sample]) -> Iterator[tuple[NDArray[np.int64], Halves]]:
        """Yield embeddings in parts: the positions of samples that have one, and the vectors.

        Args:
            samples: In any order; a part covers the next few hundred of them.

        Yields:
            (m,) positions in `samples`, ascending, and (m, 1280) float16 of length 1.
        """
        start = 0
        contents = hashes_of(samples)
        for stored in self._context.cache.embeddings(VERSION, contents):
            part = contents[start : start + self._context.cache.PART]
            rows = [i for i, sha256 in enumerate(part) if sha256 in stored]
            joined = b"".join(stored[part[i]] for i in rows)
            vectors = np.frombuffer(joined, np.float16).reshape(-1, DIMENSIONS)
            yield np.array(rows, np.int64) + start, vectors
            start += len(part)

    def write(self, samples: Sequence[Sample], file: Path) -> NDArray[np.bool_]:
        """Write the embeddings of samples to a .npy file for a child process; 0 where missing.

        Returns:
            (n,) whether each sample has an embedding.
        """
        there = np.zeros(len(samples), np.bool_)
        table = np.lib.format.open_memmap(
            file, "w+", np.dtype(np.float16), (len(samples), DIMENSIONS)
        )
        for rows, vectors in self.of(samples):
            table[rows] = vectors
            there[rows] = True
        table.flush()
        return there

    @contextmanager
    def file_of(self, images: SampleTable, *, stop: Stop, progress: Progress) -> Iterator[str]:
        """Complete the vectors of readable images and yield a file of them, as of `write`.

        Yields "" when stopped, and where vectors can't be stored: descriptors alone serve less
        well, but need nothing that is written. Those of more than `MAX_COMPUTED` are not computed,
        which would take hours: "" unless most are there.
        """
        folder = None
        if len(images) <= MAX_COMPUTED or self._are_mostly_there(images):
            folder = make_scratch()
        try:
            yield self._written(images, folder, stop, progress) if folder else ""
        finally:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def _are_mostly_there(self, images: SampleTable) -> bool:
        known = self._context.cache.embedded(VERSION)
        there = sum(sha256 in known for sha256 in images.hashes()) if known else 0
        return is_mostly_embedded(there, len(images))

    def _written(self, images: SampleTable, folder: Path, stop: Stop, progress: Progress) -> str:
        try:
            if len(images) <= MAX_COMPUTED:
                whole = self.images()
                some = None if len(whole) <= MAX_COMPUTED else images
                if not self.complete(some, stop=stop, progress=progress):
                    return ""
            self.write(images, folder / "vectors.npy")
        except (CacheError, OSError):
            return ""
        return str(folder / "vectors.npy")

    def failures(self) -> dict[bytes, str]:
        """Return why contents have no embedding, for those tried since opening."""
        return dict(self._failed)

    def _missing(self, images: SampleTable | None = None) -> Contents:
        """Return the contents that have no embedding yet and may get one; None for all images."""
        done = self._context.cache.embedded(VERSION) | self._failed.keys()
        images = self.images() if images is None else images.where(images.hashes().known)
        contents = contents_of(images)
        absent = (sha256 not in done for sha256 in contents.hashes())
        return contents.taken(np.fromiter(absent, np.bool_, len(contents)))

    @contextmanager
    def _alone(self, stop: Stop, progress: Progress) -> Iterator[bool]:
        """Wait while another page computes the same; yield False when stopped."""
        while not self._computing.acquire(timeout=_WAIT_SECONDS):
            progress.start("embedding: waiting", 0)
            if stop.is_set():
                yield False
                return
        try:
            yield True
        finally:
            self._computing.release()

    def _compute(self, missing: Contents, stop: Stop, progress: Progress) -> None:
        progress.start("embedding images", len(missing))
        hashes = missing.hashes()
        chunks = (
            [
                EmbedFile(sha256, str(self._context.absolute(missing.path(i))))
                for i, sha256 in enumerate(hashes[start : start + BATCH], start)
            ]
            for start in range(0, len(missing), BATCH)
        )
        rows: list[tuple[bytes, bytes]] = []
        with closing(self._context.own_pool()) as pool:
            for answer in pool.map(chunks, stop=stop):
                match answer:
                    case TaskDone(items=items, result=results):
                        for one in results:
                            assert isinstance(one, Embedded)
                            if one.reason:
                                self._failed[one.sha256] = one.reason
                            else:
                                rows.append((one.sha256, one.vector))
                        progress.advance(len(items))
                    case TaskFailed(item=item, reason=reason):
                        self._failed[item.sha256] = reason
                        progress.advance(1)
                if len(rows) >= BATCH_ROWS:
                    self._context.cache.put_embeddings(VERSION, rows)
                    rows = []
        self._context.cache.put_embeddings(VERSION, rows)
