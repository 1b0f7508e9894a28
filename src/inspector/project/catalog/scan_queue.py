"""The files that a scan has to read, handed out while names are still being listed."""

from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from inspector.dataset.file_facts import FileFacts
from inspector.store.samples import FileContent
from inspector.work.jobs import Progress, ahead
from inspector.work.tasks import ReadTask

CHUNK_FILES = 64
CHUNK_BYTES = 2_000_000


class ScanQueue:
    """Counts the files to read, and hands them out in chunks for the pool.

    Attributes:
        count: Number of files to read; final after `finish`.
        new: Number of new files, likewise.
        known: Known content, by id, of files that were read before.
        changed: Number of files read so far whose content is new or another one than before.
        replaced: Those of them that had another one before.

    Args:
        root: Dataset folder.
        records: File that fingerprints are appended to.
        names: Per part of the listing, the number of new files and the files to read.
        progress: Reports the phases "names" and `phase`.
        phase: Name of the reading phase.
        withheld: Files whose content counts as new, although it is known.
    """

    def __init__(
        self,
        root: Path,
        records: Path,
        names: Iterator[tuple[int, list[FileContent]]],
        progress: Progress,
        phase: str,
        withheld: Set[int],
    ) -> None:
        self.count = self.new = self.changed = self.replaced = 0
        self.known: dict[int, bytes] = {}
        # As text: creating a Path takes longer than reading a small file.
        self._folder = str(root / "_")[:-1]
        self._records = str(records)
        self._phase = phase
        self._withheld = withheld
        self._rows = ahead(self._list(names, progress), nothing=[])

    def chunks(self) -> Iterator[list[ReadTask]]:
        """Yield files to read as soon as they are known; an empty chunk where listing is slower."""
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

    def count_changed(self, facts: Iterable[FileFacts]) -> None:
        """Count what changed among files that were read."""
        for row in facts:
            before = self.known.get(row.id)
            if row.sha256 != before or row.id in self._withheld:
                self.changed += 1
                self.replaced += before is not None

    def finish(self) -> None:
        """Wait for the remaining names, if reading ended before."""
        for _ in self._rows:
            pass

    def close(self) -> None:
        """Stop the listing."""
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
