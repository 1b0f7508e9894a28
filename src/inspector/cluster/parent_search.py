"""A search on a cluster as the parent sees it: which parts there are, and their shards."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from inspector.cluster.requests import (
    RELEASE,
    FitCentres,
    FitProjection,
    JoinHashes,
    JoinNearShards,
    NearShard,
    OrderCells,
    ProbeBlock,
    ProjectBlock,
    SampleDescriptors,
    SearchPart,
    SearchShards,
    VerifyShard,
)
from inspector.cluster.search_shards import (
    PROJECTION,
    TABLE,
    TABLE_NAME,
    blocks,
    centres_name,
    least_name,
    near_name,
    order_name,
    points_name,
    probed_name,
    read_pairs,
    records_name,
    sample_name,
    sampled_blocks,
    write_array,
)
from inspector.cluster.shards import ShardStore
from inspector.similarity.packing import PACKED
from inspector.similarity.proposals import (
    embedded_cosines,
    least_cosines,
    points_of,
    sample_step,
)
from inspector.work.tasks import (
    NEAR_BLOCK,
    CandidateResult,
    Describe,
    FindNear,
    JoinNear,
    ProposeTask,
    Reduce,
    Space,
    VerifyTask,
    Written,
)

Phase = list[tuple[str, SearchPart]]


class ParentSearch:
    """The shards of one search, in a folder named by all that its result depends on.

    Args:
        store: The shards.
        folder: Holds `chosen`, `splits` and maybe `embedding`; see `work.search`.
        records: File of packed fingerprints.

    Raises:
        ClusterError: The shards can't be written.
    """

    def __init__(self, store: ShardStore, folder: Path, records: Path) -> None:
        self._store, self._local = store, folder
        self._chosen: NDArray[np.int64] = np.load(folder / "chosen.npy")
        splits: NDArray[np.int32] = np.load(folder / "splits.npy")
        self._packed = np.memmap(
            records, dtype=PACKED, mode="r", shape=(records.stat().st_size // PACKED.itemsize,)
        )
        self._table = np.zeros(len(splits), TABLE)
        self._table["split"] = splits
        digest = hashlib.sha256(f"{RELEASE}\0{len(splits)}\0".encode() + splits.tobytes())
        for start in blocks(len(splits)):
            rows = self._rows(start)
            digest.update(rows.tobytes())
            for column in ("hash", "flat", "side_px"):
                self._table[column][start : start + len(rows)] = rows[column]
        vectors = folder / f"{Space.EMBEDDING}.npy"
        if vectors.exists():
            digest.update(np.load(vectors, mmap_mode="r").tobytes())
        self.shards = SearchShards(f"search-{digest.hexdigest()[:32]}", len(splits))
        self.names = store.names(self.shards.folder)
        self._write(TABLE_NAME, self._table)

    def name(self, name: str) -> str:
        """Return the full name of a shard of this search."""
        return f"{self.shards.folder}/{name}"

    def write_records(self, task: Describe) -> Written:
        """Write the packed fingerprints of a block of images."""
        assert task.start % NEAR_BLOCK == 0
        self._write(records_name(task.start), self._rows(task.start))
        return Written()

    def phases_of_points(self, task: Reduce) -> Iterator[Phase]:
        """Yield what is to be run, one after another, to have the points and cells of all."""
        space, cells = task.space, task.cells
        match space:
            case Space.EMBEDDING:
                # A small product: it is done here, and the vectors stay here.
                vectors = np.load(self._local / f"{space}.npy", mmap_mode="r")
                points = points_of(vectors)
                embedded = np.load(self._local / "embedded.npy")
                self._write(least_name(space), embedded_cosines(self._table, embedded))
                for start in blocks(len(points)):
                    self._write(points_name(space, start), points[start : start + NEAR_BLOCK])
            case Space.DESCRIPTORS:
                images = self.shards.images
                self._write(least_name(space), least_cosines(self._table))
                sampled = sampled_blocks(images, sample_step(images))
                yield [(sample_name(start), SampleDescriptors(start)) for start in sampled]
                yield [(PROJECTION, FitProjection())]
                yield [(points_name(space, start), ProjectBlock(start)) for start in blocks(images)]
            case _:
                assert_never(space)
        if cells:
            yield [(centres_name(space, cells), FitCentres(space, cells))]
            yield [
                (probed_name(space, cells, start), ProbeBlock(start, space, cells))
                for start in blocks(self.shards.images)
            ]
            yield [(order_name(space, cells), OrderCells(space, cells))]

    def part(self, task: FindNear | JoinNear | ProposeTask | VerifyTask) -> tuple[str, SearchPart]:
        """Return the shard that a task gives, and how."""
        match task:
            case FindNear(start=start, space=space, cells=cells):
                return near_name(space, cells, start), NearShard(start, space, cells)
            case JoinNear(space=space, cells=cells):
                return f"pairs-{space}-{cells}", JoinNearShards(space, cells)
            case ProposeTask(transforms=transforms):
                (transform,) = transforms
                return f"pairs-hashes-{transform}", JoinHashes(transform)
            case VerifyTask():
                request = VerifyShard.of(task)
                facts = b"\0".join(
                    [request.a, request.b, request.transform, str(task.least).encode()]
                )
                return f"verified-{hashlib.sha256(facts).hexdigest()[:32]}", request
            case _:
                assert_never(task)

    def result(
        self, task: FindNear | JoinNear | ProposeTask | VerifyTask, name: str
    ) -> Written | CandidateResult:
        """Return the result of a task whose shard is written.

        Raises:
            ClusterError: The shard is missing or damaged.
        """
        if isinstance(task, FindNear):
            return Written()
        verified = isinstance(task, VerifyTask)
        return read_pairs(self._store, self.name(name), self.shards.images, verified=verified)

    def _rows(self, start: int) -> NDArray[np.void]:
        rows: NDArray[np.void] = self._packed[self._chosen[start : start + NEAR_BLOCK]]
        return rows

    def _write(self, name: str, array: NDArray[np.generic]) -> None:
        if self.name(name) not in self.names:
            write_array(self._store, self.name(name), array)
