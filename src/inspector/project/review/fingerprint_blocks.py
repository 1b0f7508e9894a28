"""Reads the fingerprints of many images block by block: all of 100,000 take 700 MB at once."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.audit.descriptors import describe
from inspector.project.context import ProjectContext
from inspector.scratch import make_scratch
from inspector.similarity.projection import AT_ONCE, projection
from inspector.store.sample_table import hashes_of
from inspector.store.samples import Sample
from inspector.work.diagnosis_process import Features

Measure = Callable[[NDArray[np.void]], NDArray[Any]]
"""Returns one row (n, d) per record of `FINGERPRINT`."""

BLOCK_IMAGES = 2_048
MAX_SENT_IMAGES = 20_000
"""Features of more images reach a child process as files: what is sent is copied four times."""


class FingerprintBlocks:
    """Reads fingerprints from the cache."""

    def __init__(self, context: ProjectContext) -> None:
        self._context = context

    def of(self, rows: Sequence[Sample]) -> Iterator[tuple[slice, NDArray[np.void]]]:
        """Yield positions in `rows` and the records there, zeros where missing; at least once."""
        contents = hashes_of(rows)
        for start in range(0, max(1, len(contents)), BLOCK_IMAGES):
            part = contents[start : start + BLOCK_IMAGES]
            yield slice(start, start + len(part)), self._records(part)

    def measured(self, rows: Sequence[Sample], *measures: Measure) -> list[NDArray[Any]]:
        """Return what each measure gives of images."""
        tables: list[NDArray[Any]] = []
        for part, records in self.of(rows):
            blocks = [measure(records) for measure in measures]
            tables = tables or [np.empty((len(rows), *b.shape[1:]), b.dtype) for b in blocks]
            for table, block in zip(tables, blocks, strict=True):
                table[part] = block
        return tables

    def described(self, rows: Sequence[Sample]) -> NDArray[np.float32]:
        """Return the descriptors (n, 688) of images; see `similarity.descriptors.describe`."""
        (described,) = self.measured(rows, describe)
        return described

    def components_of(self, rows: Sequence[Sample]) -> Measure:
        """Return a measure that gives the components (n, 96) of images, float16.

        They are fitted on a sample of `rows`: the descriptors of a million images take 2.8 GB.
        """
        step = -(-len(rows) // AT_ONCE)
        mean, matrix = projection(self.described([rows[i] for i in range(0, len(rows), step)]))

        def components(records: NDArray[np.void]) -> NDArray[np.float16]:
            return np.asarray((describe(records) - mean) @ matrix, np.float16)

        return components

    def grey(self, rows: Sequence[Sample]) -> NDArray[np.float32]:
        """Return (n, 256) grey 16x16 images, 0..255; zeros where missing."""
        (grey,) = self.measured(rows, _grey)
        return grey

    @contextmanager
    def for_child(self, rows: Sequence[Sample], *measures: Measure) -> Iterator[list[Features]]:
        """Yield what measures give of images, for a child process: of many as .npy files.

        Args:
            rows: The images.
            measures: None for `describe`.
        """
        chosen = measures or (describe,)
        # Beside the cache: the folder of temporary files may be in memory.
        folder = (
            make_scratch(self._context.cache.path.parent) if len(rows) > MAX_SENT_IMAGES else None
        )
        try:
            files = self._written(rows, chosen, folder) if folder is not None else None
            yield files or list[Features](self.measured(rows, *chosen))
        finally:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def _written(
        self, rows: Sequence[Sample], measures: Sequence[Measure], folder: Path
    ) -> list[Features] | None:
        """Return the files; None where the disk is full."""
        files = [folder / f"{number}.npy" for number in range(len(measures))]
        try:
            with ExitStack() as stack:
                streams = [stack.enter_context(file.open("wb")) for file in files]
                for part, records in self.of(rows):
                    for stream, measure in zip(streams, measures, strict=True):
                        block = np.ascontiguousarray(measure(records))
                        if part.start == 0:
                            header = np.lib.format.header_data_from_array_1_0(block)
                            header["shape"] = (len(rows), *block.shape[1:])
                            np.lib.format.write_array_header_1_0(stream, header)
                        stream.write(block.data)
        except OSError:
            return None
        return [str(file) for file in files]

    def _records(self, contents: Sequence[bytes]) -> NDArray[np.void]:
        # Imports numba, which opening a project need not wait for.
        from inspector.similarity.packing import PACKED, RECORD_BYTES, unpack

        blank = bytes(RECORD_BYTES)
        stored = self._context.cache.fingerprints(contents)
        return unpack(np.frombuffer(b"".join(record or blank for record in stored), PACKED))


def _grey(records: NDArray[np.void]) -> NDArray[np.float32]:
    cells: NDArray[np.float64] = records["luma"].reshape(-1, 16, 4, 16, 4).mean(axis=(2, 4))
    return cells.reshape(-1, 256).astype(np.float32)
