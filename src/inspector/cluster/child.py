"""The supervised child of a Dask worker that runs the parts of a search on shards."""

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar, assert_never

import numpy as np
from numpy.typing import NDArray

from inspector.cluster.requests import (
    ClusterRequest,
    FilePart,
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
    near_blocks,
    near_name,
    order_name,
    points_name,
    probed_name,
    read_array,
    read_near,
    read_order,
    records_name,
    sample_name,
    sampled_blocks,
    write_array,
    write_near,
    write_order,
    write_pairs,
)
from inspector.cluster.shards import ShardStore, damaged
from inspector.similarity.descriptors import VALUES, describe
from inspector.similarity.nearest import (
    Cells,
    cell_centres,
    empty_lists,
    in_cells,
    probed_cells,
)
from inspector.similarity.packing import PACKED, unpack
from inspector.similarity.pairs import candidates_of
from inspector.similarity.projection import Singles, projection
from inspector.similarity.proposals import projected, sample_step
from inspector.work.search import (
    joined_lists,
    most_neighbours,
    near_block,
    near_numbers,
    propose_by_hashes,
    verify_rows,
)
from inspector.work.tasks import NEAR_BLOCK, CandidateResult, Space

_SINGLE = np.dtype("<f4")
_HALF = np.dtype("<f2")
_CELL = np.dtype("<i4")
_T = TypeVar("_T", bound=np.generic)


def run(requests: Sequence[ClusterRequest]) -> None:
    """Run parts of a search, each of which writes its shard.

    Raises:
        InspectorError: A shard can't be read or written.
    """
    for request in requests:
        assert request.search is not None
        assert not isinstance(request.part, FilePart)
        _search(request.search, request.shards).run(request.part, request.name)


@lru_cache(maxsize=1)
def _search(search: SearchShards, shards: str) -> "ShardedSearch":
    return ShardedSearch(search, ShardStore(shards))


class _Blocks:
    """Rows of an array whose blocks are shards, copied to this disk when they are first used.

    Args:
        dtype: Of a row.
    """

    def __init__(
        self, store: ShardStore, names: Sequence[str], images: int, dtype: "np.dtype[np.generic]"
    ) -> None:
        self._store, self._names, self._dtype = store, names, dtype
        self._here = np.zeros(len(names), np.bool_)
        # Beside the temporary files of this child, which go with it.
        with tempfile.TemporaryFile() as file:
            file.truncate(images * dtype.itemsize)
            self._array: NDArray[np.generic] = np.memmap(file, dtype, "r+", shape=(images,))

    def load(self, numbers: NDArray[np.intp]) -> NDArray[np.generic]:
        """Return the whole array, in which at least these blocks are loaded."""
        for number in numbers[~self._here[numbers]].tolist():
            start = number * NEAR_BLOCK
            part = self._array[start : start + NEAR_BLOCK]
            name = self._names[number]
            rows = read_array(self._store, name, self._dtype)
            if rows.shape != part.shape:
                raise damaged(name, "it has another number of rows")
            part[:] = rows
            self._here[number] = True
        return self._array


class ShardedSearch:
    """Runs the parts of one search, and keeps what several of them read.

    Args:
        search: Which.
        store: The shards.

    Raises:
        ClusterError: A shard is missing or damaged.
    """

    def __init__(self, search: SearchShards, store: ShardStore) -> None:
        self._store, self._folder, self._images = store, search.folder, search.images
        self._table: NDArray[np.void] = read_array(store, self._name(TABLE_NAME), TABLE)
        if len(self._table) != search.images:
            raise damaged(TABLE_NAME, "it has another number of images")
        names = [self._name(records_name(start)) for start in blocks(search.images)]
        self._records = _Blocks(store, names, search.images, PACKED)
        self._matrices: dict[str, _Blocks] = {}
        self._centres: dict[str, Singles] = {}
        self._cells: dict[str, Cells] = {}

    def run(self, part: SearchPart, name: str) -> None:
        """Run a part and write its shard."""
        match part:
            case SampleDescriptors(start=start):
                step = sample_step(self._images)
                described = describe(self._block(start))
                write_array(self._store, name, described[-start % step :: step])
            case FitProjection():
                self._fit(name)
            case ProjectBlock(start=start):
                mean, matrix = self._projection()
                points = projected(describe(self._block(start)), mean, matrix)
                write_array(self._store, name, points)
            case FitCentres() | ProbeBlock() | OrderCells():
                self._make_cells(name, part)
            case NearShard():
                self._near(name, part)
            case JoinNearShards():
                self._join_near(name, part)
            case JoinHashes(transform=transform):
                write_pairs(self._store, name, propose_by_hashes(self._table, (transform,)))
            case VerifyShard():
                write_pairs(self._store, name, verify_rows(part.task(), self._rows))
            case _:
                assert_never(part)

    def _name(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def _splits(self) -> NDArray[np.int32]:
        return np.ascontiguousarray(self._table["split"])

    def _block(self, start: int) -> NDArray[np.void]:
        return self._rows(np.arange(start, min(self._images, start + NEAR_BLOCK), dtype=np.int32))

    def _rows(self, rows: NDArray[np.int32]) -> NDArray[np.void]:
        """Return the unpacked fingerprints of some images, in order."""
        packed = self._records.load(np.unique(rows // NEAR_BLOCK).astype(np.intp))
        return unpack(packed[rows])  # type: ignore[arg-type]

    def _fit(self, name: str) -> None:
        step = sample_step(self._images)
        parts = [
            read_array(self._store, self._name(sample_name(start)), np.dtype(_SINGLE))
            for start in sampled_blocks(self._images, step)
        ]
        sample: Singles = np.concatenate([part.reshape(-1, VALUES) for part in parts]).astype(
            np.float32
        )
        mean, matrix = projection(sample)
        write_array(self._store, name, np.column_stack([mean, matrix]))

    def _projection(self) -> tuple[Singles, Singles]:
        both = read_array(self._store, self._name(PROJECTION), _SINGLE)
        if both.ndim != 2 or len(both) != VALUES:
            raise damaged(PROJECTION, "it has another shape")
        return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1:])

    def _matrix(self, names: Sequence[str], dtype: "np.dtype[_T]", first: int = 0) -> NDArray[_T]:
        """Return the rows (n, k) of shards, loaded at least from a block on."""
        if names[0] not in self._matrices:
            block = read_array(self._store, names[0], dtype)
            row = np.dtype((np.void, block.nbytes // len(block)))
            self._matrices[names[0]] = _Blocks(self._store, names, self._images, row)
        rows = self._matrices[names[0]].load(np.arange(first, len(names)))
        return rows.view(dtype).reshape(self._images, -1)

    def _points(self, space: Space, first: int = 0) -> NDArray[np.float16]:
        names = [self._name(points_name(space, start)) for start in blocks(self._images)]
        return self._matrix(names, _HALF, first)

    def _probed(self, space: Space, cells: int) -> NDArray[np.int32]:
        names = [self._name(probed_name(space, cells, s)) for s in blocks(self._images)]
        return self._matrix(names, _CELL)

    def _make_cells(self, name: str, part: FitCentres | ProbeBlock | OrderCells) -> None:
        match part:
            case FitCentres(space=space, cells=cells):
                write_array(self._store, name, cell_centres(self._points(space), cells))
            case ProbeBlock():
                self._probe(name, part)
            case OrderCells():
                self._order(name, part)
            case _:
                assert_never(part)

    def _probe(self, name: str, part: ProbeBlock) -> None:
        points = read_array(self._store, self._name(points_name(part.space, part.start)), _HALF)
        shard = self._name(centres_name(part.space, part.cells))
        if shard not in self._centres:
            self._centres[shard] = read_array(self._store, shard, _SINGLE)
        centres = self._centres[shard]
        if centres.shape != (part.cells, *points.shape[1:]):
            raise damaged(shard, "it has another shape")
        write_array(self._store, name, probed_cells(points, centres))

    def _order(self, name: str, part: OrderCells) -> None:
        probed = self._probed(part.space, part.cells)
        unknown = np.flatnonzero(((probed < 0) | (probed >= part.cells)).any(axis=1))
        if len(unknown):
            start = int(unknown[0]) // NEAR_BLOCK * NEAR_BLOCK
            name = probed_name(part.space, part.cells, start)
            raise damaged(name, "it names cells that there are not")
        write_order(self._store, name, in_cells(probed, part.cells))

    def _cells_of(self, space: Space, cells: int) -> Cells:
        name = self._name(order_name(space, cells))
        if name not in self._cells:
            order, starts = read_order(self._store, name, self._images, cells)
            self._cells[name] = Cells(order, starts, self._probed(space, cells))
        return self._cells[name]

    def _least(self, space: Space) -> Singles:
        least = read_array(self._store, self._name(least_name(space)), _SINGLE)
        if least.shape != (self._images,):
            raise damaged(least_name(space), "it has another number of images")
        return least

    def _near(self, name: str, part: NearShard) -> None:
        space, start = part.space, part.start
        cells = self._cells_of(space, part.cells) if part.cells else None
        # Among all, blocks before this one were compared with it already.
        points = self._points(space, 0 if cells else start // NEAR_BLOCK)
        near = near_block(space, points, self._splits(), self._least(space), start, cells)
        write_near(self._store, name, near)

    def _join_near(self, name: str, part: JoinNearShards) -> None:
        space = part.space
        near = (
            read_near(self._store, self._name(near_name(space, part.cells, start)), self._images)
            for start in near_blocks(self._images, part.cells)
        )
        lists = empty_lists(self._least(space), most_neighbours(space))
        lists = joined_lists(self._splits(), lists, near, in_cells=part.cells > 0)
        proposed = candidates_of(near_numbers(lists.rows, space))
        pairs = CandidateResult(proposed.a, proposed.b, proposed.transform)
        write_pairs(self._store, name, pairs)
