"""Nearest neighbours of descriptors, by blocks of matrix products: exact, or in cells.

Images of two blocks are compared once, for both of them. The result of one call is small, so that
processes can share the blocks and one of them gathers the results. The shape of a product may
change its last bit, so blocks are cut the same way wherever they are computed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.similarity.align import Singles
from inspector.similarity.nearest_loops import (
    NOTHING,
    gather,
    nearest_of_both,
    nearest_of_rows,
)
from inspector.similarity.pairs import each_once, numbers_of

BLOCK = 2_048
"""Images per block."""

NEVER = 3.0
"""A cosine that no two images have."""

PROBES = 16
"""Cells that each point looks in. Source: docs/measurements/scale.md."""

_SAMPLE = 20_000
_ROUNDS = 8
# Points that are compared with all centres at once: 15 MB for those of 10 million images.
_AT_ONCE = 256
_FIT_16_BITS = 65_536
_NO_PAIR = np.uint64(2**64 - 1)
_AS_THEY_ARE = np.zeros(1, np.uint8)


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
    ) -> Iterator[tuple["NeighbourLists", NDArray[np.bool_]]]:
        """Yield these lists for images of which some are gone, and others new, a block at a time.

        Args:
            old: (m,) row that each image has here; -1 for a new one.
            least: (m,) cosine below which each image has no neighbour.
            k: Neighbours that are asked for.

        Yields:
            The lists, and whose are unknown and empty: those of new images, and of images that
            lost so many neighbours that one of the nearest `k` may be missing.
        """
        place = np.full(len(self.rows), -1, np.int32)
        place[old[old >= 0]] = np.flatnonzero(old >= 0)
        for start in range(0, len(old), BLOCK):
            part = slice(start, start + BLOCK)
            lists = empty_lists(least[part], self.rows.shape[2])
            unknown = np.ones(len(lists.rows), np.bool_)
            these = np.flatnonzero(old[part] >= 0)
            rows, cosines = self.rows[old[part][these]], self.cosines[old[part][these]]
            rows, cosines = (
                np.where(rows >= 0, place[rows], -1).astype(np.int32),
                np.where((rows >= 0) & (place[rows] < 0), cosines[:, :, -1:], cosines),
            )
            few = ((rows >= 0).sum(axis=2) < k) & (cosines[:, :, -1] > least[part][these, None])
            enough = ~few.any(axis=1)
            lists.rows[these[enough]], lists.cosines[these[enough]] = rows[enough], cosines[enough]
            unknown[these[enough]] = False
            yield lists, unknown


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
        self._ordered = False

    def add(self, near: Near) -> None:
        """Add the result of `nearest` for a block."""
        self._ordered = False
        gather(near.of, near.row, near.cosine, self._splits, self._rows, self._cosines)

    def lists(self) -> NeighbourLists:
        """Return the lists; of equally near images the first come first."""
        for start in range(0, 0 if self._ordered else len(self._rows), BLOCK):
            part = slice(start, start + BLOCK)
            rows, cosines = self._rows[part], self._cosines[part]
            last = np.where(rows < 0, len(self._rows), rows)
            order = np.lexsort((last, -cosines), axis=-1)
            self._rows[part] = np.take_along_axis(rows, order, axis=-1)
            self._cosines[part] = np.take_along_axis(cosines, order, axis=-1)
        self._ordered = True
        return NeighbourLists(self._rows, self._cosines)


def pair_numbers(rows: NDArray[np.int32], k: int) -> NDArray[np.uint64]:
    """Return the pairs of which one is among the `k` nearest of the other, as `numbers_of` does.

    Args:
        rows: (n, 2, depth) of `NeighbourLists`.
        k: Neighbours of each list, at most its depth.
    """
    numbers = np.empty((len(rows), 2 * k), np.uint64)
    for start in range(0, len(rows), BLOCK):
        near = rows[start : start + BLOCK, :, :k].reshape(-1, 2 * k)
        of = np.arange(start, start + len(near))[:, None]
        pairs = numbers_of(np.minimum(of, near), np.maximum(of, near), _AS_THEY_ARE)
        numbers[start : start + BLOCK] = np.where(near >= 0, pairs, _NO_PAIR)
    once = each_once(numbers.ravel())
    return once[: np.searchsorted(once, _NO_PAIR)]


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
        one = splits[start : start + len(block)]
        two = splits[other : other + len(some)]
        apart = bool((one[0] != two).any() or (one != one[0]).any())
        if other == start:
            np.fill_diagonal(cosines, NOTHING)
            nearest_of_rows(cosines, one, two, apart, other, rows, best)
            continue
        back = np.full((len(some), 2, k), -1, np.int32)
        back_best = np.repeat(least[other : other + BLOCK], 2 * k).reshape(back.shape)
        nearest_of_both(cosines, one, two, apart, start, other, rows, best, back, back_best)
        ends.append(_listed(other, back, back_best))
    ends.append(_listed(start, rows, best))
    return Near(*(np.concatenate(column) for column in zip(*ends, strict=True)))


@dataclass(frozen=True, slots=True)
class Cells:
    """Points in cells around centres; each point looks for neighbours in the cells nearest to it.

    Attributes:
        order: (n,) the points, cell by cell.
        starts: (cells + 1,) where each cell starts in `order`; then n.
        probed: (n, PROBES) the cells that each point looks in, its own first.
    """

    order: NDArray[np.int32]
    starts: NDArray[np.int64]
    probed: NDArray[np.int32]


def cell_centres(points: NDArray[np.floating], cells: int) -> Singles:
    """Return the centres (cells, d) of points (n, d) of length 1, by k-means on a sample.

    Args:
        points: Possibly a memory map: only the sample is read.
        cells: Their number, 1..n.
    """
    step = max(1, len(points) // max(_SAMPLE, cells))
    sample = np.ascontiguousarray(points[::step], np.float32)
    centres = sample[:: len(sample) // cells][:cells].copy()
    for _ in range(_ROUNDS):
        own = probed_cells(sample, centres)[:, 0]
        order = np.argsort(own, kind="stable")
        there, first = np.unique(own[order], return_index=True)
        centres[there] = unit(np.add.reduceat(sample[order], first, axis=0))
    return centres


def probed_cells(points: NDArray[np.floating], centres: Singles) -> NDArray[np.int32]:
    """Return the cells (n, PROBES) that points look in, the nearest first; fewer if there are few.

    A block of `BLOCK` points alone gets what it gets among all.

    Args:
        points: (n, d) of length 1.
        centres: (cells, d) as of `cell_centres`.
    """
    count = min(PROBES, len(centres))
    rows = np.full((len(points), 1, count), -1, np.int32)
    best = np.full(rows.shape, NOTHING, np.float32)
    # Centres have no splits.
    splits = np.zeros(max(len(centres), _AT_ONCE), np.int32)
    for start in range(0, len(points), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        some = np.ascontiguousarray(points[part], np.float32)
        nearest_of_rows(some @ centres.T, splits, splits, False, 0, rows[part], best[part])
    order = np.lexsort((rows[:, 0], -best[:, 0]), axis=-1)
    return np.take_along_axis(rows[:, 0], order, axis=-1)


def in_cells(probed: NDArray[np.int32], cells: int) -> Cells:
    """Return the cells of all points by what they look in.

    Args:
        probed: (n, PROBES) as of `probed_cells`.
        cells: Number of centres.
    """
    own = np.ascontiguousarray(probed[:, 0])
    # NumPy sorts numbers of 16 bits by counting.
    keys = own.astype(np.uint16) if cells <= _FIT_16_BITS else own
    order = np.argsort(keys, kind="stable").astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(np.bincount(own, minlength=cells))])
    return Cells(order, starts, probed)


def nearest_in_cells(
    points: NDArray[np.floating], splits: NDArray[np.int32], least: Singles, cells: Cells,
    places: NDArray[np.int64], k: int,
) -> Near:  # fmt: skip
    """Return the neighbours of some images, cell by cell, in the cells that they look in.

    Of a pair only one may look in the cell of the other.

    Args:
        points: (n, d) of length 1; of a memory map those images are read, and one cell at a time.
        splits: (n,) split numbers.
        least: (n,) cosine below which an image has no neighbour.
        cells: Of the points.
        places: (m,) where the images are in the order of the cells.
        k: Neighbours per image, of all and of other splits.
    """
    return _in_order(cells, places, *_nearest_by_looking(points, splits, least, cells, places, k))


def nearest_and_nearer(  # noqa: PLR0913, PLR0917 - one search, its arrays as elsewhere
    points: NDArray[np.floating], splits: NDArray[np.int32], least: Singles, worst: Singles,
    cells: Cells, places: NDArray[np.int64], k: int,
) -> Near:  # fmt: skip
    """Return what `nearest_in_cells` does, and whose neighbours these images are.

    Args:
        points: As there.
        splits: As there.
        least: As there.
        worst: (n, 2) cosine above which a neighbour of each image is wanted, among all and among
            other splits; `NEVER` for images that other calls look for.
        cells: As there.
        places: As there, ascending.
        k: As there.

    Returns:
        Pairs of which one looks in the cell of the other, nearer than `worst` is to either; of
        these images, nearer than the last of their own `k`.
    """
    rows, best = _nearest_by_looking(points, splits, least, cells, places, k)
    near = [_in_order(cells, places, rows, best)]
    worst = worst.copy()
    worst[cells.order[places]] = best[:, :, -1]
    for some, others in _linked(cells, places):
        cosines = points[some].astype(np.float32) @ points[others].astype(np.float32).T
        nearer = cosines > np.minimum(worst[some, 0, None], worst[others, 0])
        across = cosines > np.minimum(worst[some, 1, None], worst[others, 1])
        nearer |= across & (splits[some, None] != splits[others])
        of, row = np.nonzero(nearer & (some[:, None] != others))
        near.append(Near(some[of], others[row], cosines[of, row]))
    return Near(
        np.concatenate([part.of for part in near]), np.concatenate([part.row for part in near]),
        np.concatenate([part.cosine for part in near]),
    )  # fmt: skip


def _linked(
    cells: Cells, places: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Yield images with those whose cell they look in; those at `places` are on either side."""
    images = cells.order[places]
    for asking, first, end in _looks(cells, cells.probed[images]):
        yield images[asking], cells.order[first:end]
    lookers = in_cells(cells.probed.reshape(-1, 1), len(cells.starts) - 1)
    cell_of = np.searchsorted(cells.starts, places, side="right") - 1
    for cell in np.unique(cell_of).tolist():
        looking = lookers.order[lookers.starts[cell] : lookers.starts[cell + 1]]
        for start in range(0, len(looking), BLOCK):
            some = looking[start : start + BLOCK] // cells.probed.shape[1]
            yield some, images[cell_of == cell]


def _nearest_by_looking(
    points: NDArray[np.floating], splits: NDArray[np.int32], least: Singles, cells: Cells,
    places: NDArray[np.int64], k: int,
) -> tuple[NDArray[np.int32], Singles]:  # fmt: skip
    """Return the neighbours (m, 2, k) of `nearest_in_cells` by place, and their cosines."""
    images = cells.order[places]
    own_points, own = points[images].astype(np.float32), splits[images]
    rows = np.full((len(images), 2, k), -1, np.int32)
    best = np.repeat(least[images], 2 * k).reshape(rows.shape)
    for asking, first, end in _looks(cells, cells.probed[images]):
        others = cells.order[first:end]
        cosines = own_points[asking] @ points[others].astype(np.float32).T
        itself = places[asking] - first
        inside = (itself >= 0) & (itself < len(others))
        cosines[inside, itself[inside]] = NOTHING
        of_asking, best_of_asking = rows[asking], best[asking]
        nearest_of_rows(
            cosines, own[asking], splits[others], True, first, of_asking, best_of_asking
        )
        rows[asking], best[asking] = of_asking, best_of_asking
    return rows, best


def _in_order(
    cells: Cells, places: NDArray[np.int64], rows: NDArray[np.int32], best: Singles
) -> Near:
    """Return the neighbours of `_nearest_by_looking` as rows of the points."""
    of, row, cosine = _listed(0, rows, best)
    return Near(cells.order[places[of]], cells.order[row], cosine)


def _looks(cells: Cells, probed: NDArray[np.int32]) -> Iterator[tuple[NDArray[np.int32], int, int]]:
    """Yield which rows of `probed` look in a part of a cell, and where in the order it is.

    At most `BLOCK` rows and points at a time: a cell may hold any share of all points.
    """
    askers = in_cells(probed.reshape(-1, 1), len(cells.starts) - 1)
    for cell in np.flatnonzero(np.diff(askers.starts)).tolist():
        asking = askers.order[askers.starts[cell] : askers.starts[cell + 1]] // probed.shape[1]
        end = int(cells.starts[cell + 1])
        for first in range(int(cells.starts[cell]), end, BLOCK):
            for start in range(0, len(asking), BLOCK):
                yield asking[start : start + BLOCK], first, min(end, first + BLOCK)


def _listed(
    first: int, rows: NDArray[np.int32], cosines: Singles
) -> tuple[NDArray[np.int32], NDArray[np.int32], Singles]:
    image, which, place = np.nonzero(rows >= 0)
    return (
        (image + first).astype(np.int32), rows[image, which, place], cosines[image, which, place]
    )  # fmt: skip
