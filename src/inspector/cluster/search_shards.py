"""The shards of one search: names, and numbers as columns."""

from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from inspector.cluster.shards import ShardStore, damaged
from inspector.similarity.nearest import Cells, Near
from inspector.similarity.orientations import FAR
from inspector.work.tasks import NEAR_BLOCK, CandidateResult, Space, near_images

# What every part needs of every image: 41 bytes.
TABLE = np.dtype([("hash", "<u8", (4,)), ("flat", "?"), ("side_px", "<i4"), ("split", "<i4")])
PROJECTION = "projection"
TABLE_NAME = "table"
_ROW = "row"
_T = TypeVar("_T", bound=np.generic)
_PAIR = {"a": pa.int32(), "b": pa.int32(), "transform": pa.uint8()}
_VERIFIED = {**_PAIR, "similarity": pa.float32()}
_NEAR = {"of": pa.int32(), "row": pa.int32(), "cosine": pa.float32()}


def blocks(images: int) -> range:
    """Return the first image of each block."""
    return range(0, images, NEAR_BLOCK)


def near_blocks(images: int, cells: int) -> range:
    """Return the first image of each block that looks for neighbours at once."""
    return range(0, images, near_images(images, cells))


def sampled_blocks(images: int, step: int) -> list[int]:
    """Return the starts of the blocks that hold an image of the sample."""
    return [s for s in blocks(images) if s + (-s % step) < min(images, s + NEAR_BLOCK)]


def records_name(start: int) -> str:
    """Return the name of the packed fingerprints of a block."""
    return f"records-{start}"


def sample_name(start: int) -> str:
    """Return the name of the sampled descriptors of a block."""
    return f"sample-{start}"


def least_name(space: Space) -> str:
    """Return the name of the cosines below which images have no neighbour."""
    return f"least-{space}"


def points_name(space: Space, start: int) -> str:
    """Return the name of the points of a block."""
    return f"points-{space}-{start}"


def centres_name(space: Space, cells: int) -> str:
    """Return the name of the centres of the cells."""
    return f"centres-{space}-{cells}"


def probed_name(space: Space, cells: int, start: int) -> str:
    """Return the name of the cells that a block looks in."""
    return f"probed-{space}-{cells}-{start}"


def order_name(space: Space, cells: int) -> str:
    """Return the name of the images in the order of their cells."""
    return f"order-{space}-{cells}"


def near_name(space: Space, cells: int, start: int) -> str:
    """Return the name of the neighbours of a block, in cells or (0) among all."""
    return f"near-{space}-{cells}-{start}"


def write_array(store: ShardStore, name: str, array: NDArray[np.generic]) -> None:
    """Write an array of rows, each as its bytes, little-endian.

    Raises:
        ClusterError: The folder can't be written.
    """
    rows = np.ascontiguousarray(array)
    width = rows.dtype.itemsize * int(np.prod(rows.shape[1:]))
    column = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(width), len(rows), [None, pa.py_buffer(rows.tobytes())]
    )
    store.write(name, {_ROW: column})


def read_array(store: ShardStore, name: str, dtype: "np.dtype[_T]") -> NDArray[_T]:
    """Return an array of `write_array`, shape (n,), or (n, k) if a row holds several of `dtype`.

    Raises:
        ClusterError: It is missing, or of another type.
    """
    column = store.read(name, [_ROW]).column(_ROW)
    if not pa.types.is_fixed_size_binary(column.type) or column.type.byte_width % dtype.itemsize:
        raise damaged(name, "its rows have another type")
    data = b"".join(
        memoryview(chunk.buffers()[1])[
            chunk.offset * column.type.byte_width : (chunk.offset + len(chunk))
            * column.type.byte_width
        ]
        for chunk in column.chunks
        if len(chunk)
    )
    values = np.frombuffer(data, dtype)
    several = column.type.byte_width // dtype.itemsize
    return values if several == 1 else values.reshape(-1, several)


def write_near(store: ShardStore, name: str, near: Near) -> None:
    """Write the neighbours of a block."""
    store.write(
        name, {column: pa.array(getattr(near, column), kind) for column, kind in _NEAR.items()}
    )


def read_near(store: ShardStore, name: str, images: int) -> Near:
    """Return the neighbours of a block of so many images.

    Raises:
        ClusterError: They are missing or damaged.
    """
    of, row, cosine = _columns(store, name, _NEAR)
    near = Near(of.astype(np.int32), row.astype(np.int32), cosine.astype(np.float32))
    _check_rows(name, images, near.of, near.row)
    return near


def write_order(store: ShardStore, name: str, cells: Cells) -> None:
    """Write the images in the order of their cells, with the number of the cell."""
    number = np.repeat(np.arange(len(cells.starts) - 1, dtype=np.int32), np.diff(cells.starts))
    store.write(name, {"row": pa.array(cells.order), "cell": pa.array(number)})


def read_order(
    store: ShardStore, name: str, images: int, cells: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the images in the order of their cells, and where each cell starts; see `Cells`.

    Raises:
        ClusterError: They are missing or damaged.
    """
    row, cell = _columns(store, name, {"row": pa.int32(), "cell": pa.int32()})
    _check_rows(name, images, row.astype(np.int32))
    if len(row) != images or (np.diff(cell) < 0).any():
        raise damaged(name, "it is not in the order of the cells")
    return row.astype(np.int32), np.searchsorted(cell, np.arange(cells + 1))


def write_pairs(store: ShardStore, name: str, pairs: CandidateResult) -> None:
    """Write candidates or verified pairs."""
    kinds = _PAIR if pairs.similarity is None else _VERIFIED
    store.write(
        name, {column: pa.array(getattr(pairs, column), kind) for column, kind in kinds.items()}
    )


def read_pairs(
    store: ShardStore, name: str, images: int, *, verified: bool = False
) -> CandidateResult:
    """Return candidates or verified pairs of so many images.

    Raises:
        ClusterError: They are missing or damaged.
    """
    columns = _columns(store, name, _VERIFIED if verified else _PAIR)
    a, b = columns[0].astype(np.int32), columns[1].astype(np.int32)
    _check_rows(name, images, a, b)
    if len(columns[2]) and int(columns[2].max()) >= 2 * FAR:
        raise damaged(name, "it names a flip or rotation that there is not")
    similarity = columns[3].astype(np.float32) if verified else None
    return CandidateResult(a, b, columns[2].astype(np.uint8), similarity)


def _columns(
    store: ShardStore, name: str, kinds: dict[str, pa.DataType]
) -> list[NDArray[np.generic]]:
    table = store.read(name, list(kinds))
    for column, kind in kinds.items():
        if table.column(column).type != kind or table.column(column).null_count:
            raise damaged(name, f"its column {column} has another type or lacks values")
    return [table.column(column).to_numpy() for column in kinds]


def _check_rows(name: str, images: int, *columns: NDArray[np.int32]) -> None:
    """Refuse numbers of images that are none: compiled code would read beyond its arrays."""
    for rows in columns:
        if len(rows) and (int(rows.min()) < 0 or int(rows.max()) >= images):
            raise damaged(name, "it names images that the search does not have")
