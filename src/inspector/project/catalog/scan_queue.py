"""What a scan has to read: handed out while the names still come."""

from collections.abc import Iterator
from pathlib import Path

from inspector.store.samples import FileContent
from inspector.work.jobs import Progress, ahead
from inspector.work.tasks import ReadTask

CHUNK_FILES = 64
CHUNK_BYTES = 2_000_000


class ScanQueue:
    """Count what is to be read, and hand it out in chunks for the pool.

    Attributes:
        count: How many files are to be read; all of them after `finish`.
        new: How many files are new, likewise.
        known: By id, what is known of the content of those among them that were read before.

    Args:
        root: Of the dataset.
        records: The file that fingerprints go to.
        names: For each part of the listing how many files are new, and what is to be read.
        progress: Of the phases "names" and `phase`.
        phase: What reading is called.
    """

    def __init__(
        self,
        root: Path,
        records: Path,
        names: Iterator[tuple[int, list[FileContent]]],
        progress: Progress,
        phase: str,
    ) -> None:
        self.count = self.new = 0
        self.known: dict[int, bytes] = {}
        # As text: a Path of each takes longer than reading a small file.
        self._folder = str(root / "_")[:-1]
        self._records = str(records)
        self._phase = phase
        self._rows = ahead(self._list(names, progress), nothing=[])

    def chunks(self) -> Iterator[list[ReadTask]]:
        """Yield what to read as soon as it is known; nothing where the names take longer."""
        chunk: list[ReadTask] = []
        size = 0
        for rows in self._rows:
            for sample, path, _, count in rows:
                chunk.append(ReadTask(sample, self._folder + path, self._records))
                size += count
                if len(chunk) >= CHUNK_FILES or size >= CHUNK_BYTES:
                    yield chunk
                    chunk, size = [], 0
            if not rows:
                yield chunk
                chunk, size = [], 0
        yield chunk

    def finish(self) -> None:
        """Wait for the rest of the names, where reading ended before."""
        for _ in self._rows:
            pass

    def close(self) -> None:
        """Let no more names come."""
        self._rows.close()

    def _list(
        self, names: Iterator[tuple[int, list[FileContent]]], progress: Progress
    ) -> Iterator[list[FileContent]]:
        progress.start("names", 0)
        for new, rows in names:
            self.new += new
            self.count += len(rows)
            self.known.update((row.id, row.sha256) for row in rows if row.sha256)
            yield rows
        progress.rename(self._phase, self.count)
