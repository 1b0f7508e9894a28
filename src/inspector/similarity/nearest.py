"""Nearest neighbours of descriptors: exact, by blocks of matrix products.

Images of two blocks are compared once, for both of them. The result of one call is small, so that
processes can share the blocks and one of them gathers the results.
"""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.align import OPTIONS, Singles

BLOCK = 2_048
"""Images per block."""

EXACT_POINTS = 60_000
"""Of more points, neighbours are looked for in `Cells`: comparing all grows with their square."""
CELL_POINTS = 700
PROBES = 16
"""Source: docs/measurements/scale.md."""

_SAMPLE = 20_000
_ROUNDS = 8
_LANES = 32
_NONE = -2.0


@dataclass(frozen=True, slots=True)
class Near:
    """Pairs of rows with the cosine of their descriptors, as columns.

    Attributes:
        of: The image whose neighbour it is.
        row: The neighbour.
        cosine: Cosine of their descriptors.
    """

    of: NDArray[np.int32]
    row: NDArray[np.int32]
    cosine: Singles


@dataclass(frozen=True, slots=True)
class NeighbourLists:
    """The nearest neighbours of each image: among all, and among other splits.

    Every image that is nearer than the last entry of a list is in that list, so a list stays right
    when images come and go.

    Attributes:
        rows: (n, 2, depth) the most similar first; -1 for an empty entry, at the end.
        cosines: (n, 2, depth) their cosines; an empty entry holds the one above which none is
            missing.
    """

    rows: NDArray[np.int32]
    cosines: Singles

    def carried(
        self, old: NDArray[np.int64], least: Singles, k: int
    ) -> tuple["NeighbourLists", NDArray[np.bool_]]:
        """Return these lists for images of which some are gone, and others new.

        Args:
            old: (m,) row that each image has here; -1 for a new one.
            least: (m,) cosine below which each image has no neighbour.
            k: Neighbours that are asked for.

        Returns:
            The lists, and whose are unknown and empty: those of new images, and of images that
            lost so many neighbours that one of the nearest `k` may be missing.
        """
        place = np.full(len(self.rows), -1, np.int32)
        place[old[old >= 0]] = np.flatnonzero(old >= 0)
        lists = empty_lists(least, self.rows.shape[2])
        unknown = np.ones(len(old), np.bool_)
        for start in range(0, len(old), BLOCK):
            part = slice(start, start + BLOCK)
            these = np.flatnonzero(old[part] >= 0)
            rows, cosines = self.rows[old[part][these]], self.cosines[old[part][these]]
            rows, cosines = (
                np.where(rows >= 0, place[rows], -1).astype(np.int32),
                np.where((rows >= 0) & (place[rows] < 0), cosines[:, :, -1:], cosines),
            )
            few = ((rows >= 0).sum(axis=2) < k) & (cosines[:, :, -1] > least[part][these, None])
            enough = ~few.any(axis=1)
            lists.rows[part][these[enough]] = rows[enough]
            lists.cosines[part][these[enough]] = cosines[enough]
            unknown[part][these[enough]] = False
        return lists, unknown


def empty_lists(least: Singles, depth: int) -> NeighbourLists:
    """Return lists without a neighbour.

    Args:
        least: (n,) cosine below which each image has no neighbour.
        depth: Entries per list.
    """
    return NeighbourLists(
        np.full((len(least), 2, depth), -1, np.int32),
        np.repeat(least, 2 * depth).reshape(len(least), 2, depth),
    )


class Neighbours:
    """Gathers the nearest neighbours of each image: among all, and among other splits.

    So near frames in an image's own split can't hide a leak behind them.

    Args:
        splits: (n,) number of each image's split.
        lists: What is known of them; taken over.
    """

    def __init__(self, splits: NDArray[np.int32], lists: NeighbourLists) -> None:
        self._splits = splits
        self._rows, self._cosines = lists.rows, lists.cosines

    def add(self, near: Near) -> None:
        """Add the result of `nearest` for a block."""
        _gather(near.of, near.row, near.cosine, self._splits, self._rows, self._cosines)

    def lists(self) -> NeighbourLists:
        """Return the lists; of equally near images the first come first."""
        for start in range(0, len(self._rows), BLOCK):
            part = slice(start, start + BLOCK)
            rows, cosines = self._rows[part], self._cosines[part]
            last = np.where(rows < 0, len(self._rows), rows)
            order = np.lexsort((last, -cosines), axis=-1)
            self._rows[part] = np.take_along_axis(rows, order, axis=-1)
            self._cosines[part] = np.take_along_axis(cosines, order, axis=-1)
        return NeighbourLists(self._rows, self._cosines)

    def pairs(self, k: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the pairs (a, b), a < b, of which one is among the `k` nearest of the other."""
        n = len(self._rows)
        nearest_rows = self.lists().rows[:, :, :k]
        of = np.repeat(np.arange(n, dtype=np.int64), 2 * nearest_rows.shape[2])
        row = nearest_rows.reshape(-1).astype(np.int64)
        of, row = of[row >= 0], row[row >= 0]
        key = np.unique(np.minimum(of, row) * n + np.maximum(of, row))
        return (key // n).astype(np.int32), (key % n).astype(np.int32)


def unit(points: Singles) -> Singles:
    """Return points (n, d) scaled to length 1; a zero point stays zero."""
    length = np.sqrt((points * points).sum(axis=1, keepdims=True))
    scaled: Singles = points / np.maximum(length, 1e-6)
    return scaled


def nearest(
    points: NDArray[np.floating], splits: NDArray[np.int32], least: Singles, start: int, k: int
) -> Near:
    """Return the neighbours between the images of one block and those from its start on.

    Args:
        points: (n, d) of length 1, float16 or float32.
        splits: (n,) number of each image's split.
        least: (n,) cosine below which an image has no neighbour.
        start: First row of the block, a multiple of `BLOCK`.
        k: Neighbours per image, of all and of other splits.
    """
    block = np.ascontiguousarray(points[start : start + BLOCK], np.float32)
    rows = np.full((len(block), 2, k), -1, np.int32)
    best = np.repeat(least[start : start + BLOCK], 2 * k).reshape(rows.shape)
    ends = []
    room = np.empty((BLOCK, BLOCK), np.float32)
    for other in range(start, len(points), BLOCK):
        some = np.ascontiguousarray(points[other : other + BLOCK], np.float32)
        cosines = room[: len(block), : len(some)]
        np.matmul(block, some.T, out=cosines)
        if other == start:
            np.fill_diagonal(cosines, _NONE)
        one = splits[start : start + len(block)]
        two = splits[other : other + len(some)]
        apart = bool((one[0] != two).any() or (one != one[0]).any())
        _nearest_of_rows(cosines, one, two, apart, other, rows, best)
        if other > start:
            back = np.full((len(some), 2, k), -1, np.int32)
            back_best = np.repeat(least[other : other + BLOCK], 2 * k).reshape(back.shape)
            _nearest_of_columns(cosines, one, two, apart, start, back, back_best)
            ends.append(_listed(other, back, back_best))
    ends.append(_listed(start, rows, best))
    return Near(*(np.concatenate(column) for column in zip(*ends, strict=True)))


@dataclass(frozen=True, slots=True)
class Cells:
    """Points in cells around centres; each point looks for neighbours in the cells nearest to it.

    Attributes:
        order: (n,) the points, cell by cell: the rows of the other arrays.
        starts: (cells + 1,) where each cell starts; then n.
        probed: (n, PROBES) the cells that each point looks in.
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    probed: NDArray[np.int32]


def cells_of(points: NDArray[np.floating]) -> Cells:
    """Return the cells of points (n, d) of length 1, by k-means on a sample."""
    centres = _centres(points, max(PROBES, len(points) // CELL_POINTS))
    probed = np.empty((len(points), PROBES), np.int32)
    own = np.empty(len(points), np.int32)
    for start in range(0, len(points), BLOCK):
        part = slice(start, start + BLOCK)
        cosines = points[part].astype(np.float32) @ centres.T
        probed[part] = np.argpartition(-cosines, PROBES - 1, axis=1)[:, :PROBES]
        own[part] = cosines.argmax(axis=1)
    order = np.argsort(own, kind="stable")
    starts = np.searchsorted(own[order], np.arange(len(centres) + 1))
    return Cells(order, starts, probed[order])


def _centres(points: NDArray[np.floating], cells: int) -> Singles:
    """Return the centres (cells, d) of spherical k-means."""
    step = max(1, len(points) // max(_SAMPLE, cells))
    sample = np.ascontiguousarray(points[::step], np.float32)
    centres = sample[:: len(sample) // cells][:cells].copy()
    for _ in range(_ROUNDS):
        own = (sample @ centres.T).argmax(axis=1)
        order = np.argsort(own, kind="stable")
        there, first = np.unique(own[order], return_index=True)
        centres[there] = unit(np.add.reduceat(sample[order], first, axis=0))
    return centres


def nearest_in_cells(
    points: NDArray[np.floating], splits: NDArray[np.int32], least: Singles, cells: Cells,
    start: int, k: int,
) -> Near:  # fmt: skip
    """Return the neighbours of one block of images in the cells that they look in.

    All arguments but `cells.order` are in the order of the cells, as the result is. Of a pair only
    one may look in the cell of the other.

    Args:
        points: (n, d) of length 1.
        splits: (n,) number of each image's split.
        least: (n,) cosine below which an image has no neighbour.
        cells: Of the points.
        start: First row of the block, a multiple of `BLOCK`.
        k: Neighbours per image, of all and of other splits.
    """
    block = np.ascontiguousarray(points[start : start + BLOCK], np.float32)
    rows = np.full((len(block), 2, k), -1, np.int32)
    best = np.repeat(least[start : start + BLOCK], 2 * k).reshape(rows.shape)
    probed = cells.probed[start : start + len(block)]
    own = splits[start : start + len(block)]
    for cell in np.unique(probed).tolist():
        first, end = int(cells.starts[cell]), int(cells.starts[cell + 1])
        if first == end:
            continue
        asking = np.flatnonzero((probed == cell).any(axis=1))
        cosines = block[asking] @ points[first:end].astype(np.float32).T
        itself = asking + start - first
        inside = (itself >= 0) & (itself < end - first)
        cosines[inside, itself[inside]] = _NONE
        of_asking, best_of_asking = rows[asking], best[asking]
        _nearest_of_rows(
            cosines, own[asking], splits[first:end], True, first, of_asking, best_of_asking
        )
        rows[asking], best[asking] = of_asking, best_of_asking
    return Near(*_listed(start, rows, best))


def _listed(
    first: int, rows: NDArray[np.int32], cosines: Singles
) -> tuple[NDArray[np.int32], NDArray[np.int32], Singles]:
    image, which, place = np.nonzero(rows >= 0)
    return (
        (image + first).astype(np.int32), rows[image, which, place], cosines[image, which, place]
    )  # fmt: skip


@numba.njit(**OPTIONS)
def _insert(rows: NDArray[np.int32], cosines: Singles, row: int, cosine: float) -> None:
    """Replace the least similar neighbour, which is last, and find the new least similar one."""
    last = len(rows) - 1
    rows[last] = row
    cosines[last] = cosine
    least = last
    for k in range(last):
        if cosines[k] < cosines[least]:
            least = k
    rows[last], rows[least] = rows[least], rows[last]
    cosines[last], cosines[least] = cosines[least], cosines[last]


@numba.njit(**OPTIONS)
def _gather(
    of: NDArray[np.int32], row: NDArray[np.int32], cosine: Singles, splits: NDArray[np.int32],
    rows: NDArray[np.int32], best: Singles,
) -> None:  # fmt: skip
    last = rows.shape[2] - 1
    for at in range(len(of)):
        image, other = of[at], row[at]
        for which in range(2):
            if which == 1 and splits[image] == splits[other]:
                continue
            known = False
            for k in range(last + 1):
                known |= rows[image, which, k] == other
            if not known and cosine[at] > best[image, which, last]:
                _insert(rows[image, which], best[image, which], other, cosine[at])


@numba.njit(**OPTIONS)
def _nearest_of_rows(  # noqa: PLR0913, PLR0917 - arrays of the caller
    cosines: Singles, split_a: NDArray[np.int32], split_b: NDArray[np.int32], apart: bool,
    first: int, rows: NDArray[np.int32], best: Singles,
) -> None:  # fmt: skip
    last = rows.shape[2] - 1
    width = cosines.shape[1]
    for i in range(len(cosines)):
        line = cosines[i]
        for start in range(0, width, _LANES):
            end = min(start + _LANES, width)
            # Test the maximum of many at once; most contain nothing.
            most = np.float32(_NONE)
            for j in range(start, end):
                most = max(most, line[j])
            if most <= best[i, 0, last] and (not apart or most <= best[i, 1, last]):
                continue
            for j in range(start, end):
                if line[j] > best[i, 0, last]:
                    _insert(rows[i, 0], best[i, 0], first + j, line[j])
                if apart and line[j] > best[i, 1, last] and split_a[i] != split_b[j]:
                    _insert(rows[i, 1], best[i, 1], first + j, line[j])


@numba.njit(**OPTIONS)
def _nearest_of_columns(  # noqa: PLR0913, PLR0917 - arrays of the caller
    cosines: Singles, split_a: NDArray[np.int32], split_b: NDArray[np.int32], apart: bool,
    first: int, rows: NDArray[np.int32], best: Singles,
) -> None:  # fmt: skip
    last = rows.shape[2] - 1
    width = cosines.shape[1]
    least = np.empty(width, np.float32)
    for j in range(width):
        least[j] = min(best[j, 0, last], best[j, 1, last]) if apart else best[j, 0, last]
    for i in range(len(cosines)):
        line = cosines[i]
        for start in range(0, width, _LANES):
            end = min(start + _LANES, width)
            # In one type, so that a compiler compares many at once.
            most = np.float32(_NONE)
            for j in range(start, end):
                most = max(most, line[j] - least[j])
            if most <= 0:
                continue
            for j in range(start, end):
                if line[j] <= least[j]:
                    continue
                if line[j] > best[j, 0, last]:
                    _insert(rows[j, 0], best[j, 0], first + i, line[j])
                if apart and line[j] > best[j, 1, last] and split_a[i] != split_b[j]:
                    _insert(rows[j, 1], best[j, 1], first + i, line[j])
                least[j] = min(best[j, 0, last], best[j, 1, last]) if apart else best[j, 0, last]
