"""The search for duplicates as workers see it: arrays in one folder, one task per part.

The folder holds, with one row per image of the search: `chosen` (row in the file of records),
`splits` (split number) and maybe `embedding` (vectors) and `embedded` (which have one), written by
the caller; `images` (unpacked records), `searched` (hashes and sizes), `descriptors`, and points of
both; and one file of neighbours per block of points. That is 10 kB per image, 3 more with vectors.

A search that updates an earlier one also gets `old` (row of each image there, -1 for a new one);
then there are no `images`, which are unpacked where they are compared, `embedding` is filled for
the new ones, and only the images whose neighbours are unknown look for theirs.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from inspector.similarity.descriptors import VALUES, describe
from inspector.similarity.fingerprints import FINGERPRINT, SEARCHED
from inspector.similarity.hash_join import candidates
from inspector.similarity.nearest import (
    BLOCK,
    NEVER,
    Cells,
    Near,
    NeighbourLists,
    Neighbours,
    cell_centres,
    empty_lists,
    in_cells,
    nearest,
    nearest_and_nearer,
    nearest_in_cells,
    probed_cells,
)
from inspector.similarity.packing import PACKED, unpack
from inspector.similarity.pairs import Candidates
from inspector.similarity.projection import Singles, projection
from inspector.similarity.proposals import (
    EMBEDDED_NEIGHBOURS,
    NEIGHBOURS,
    RESERVE,
    embedded_cosines,
    from_afar,
    least_cosines,
    plain,
    points_by,
    sample_step,
)
from inspector.similarity.verification import verify
from inspector.work.array_files import new_array_file, put_rows, read_runs, rows_of
from inspector.work.tasks import (
    Begin,
    CandidateResult,
    Describe,
    DescribeNew,
    FindNear,
    JoinNear,
    ProposeTask,
    Reduce,
    SearchTask,
    Space,
    VerifyTask,
    Written,
    near_images,
)


def search(task: SearchTask) -> CandidateResult | Written:
    """Run one part of a search."""
    match task:
        case Begin():
            return _begin(task)
        case Describe():
            return _describe(task)
        case DescribeNew():
            return _describe_new(task)
        case Reduce():
            return _reduce(task)
        case FindNear():
            return _find_near(task)
        case JoinNear():
            return _join_near(task)
        case ProposeTask():
            return _propose(task)
        case VerifyTask():
            return _verify(task)
        case _:
            assert_never(task)


def _begin(task: Begin) -> Written:
    """Allocate the arrays of a search."""
    folder = Path(task.folder)
    n = len(np.load(folder / "chosen.npy"))
    searched = np.lib.format.open_memmap(folder / "searched.npy", "w+", SEARCHED, (n,))
    if not task.known:
        np.lib.format.open_memmap(folder / "images.npy", "w+", FINGERPRINT, (n,))
        np.lib.format.open_memmap(folder / "descriptors.npy", "w+", np.dtype("<f4"), (n, VALUES))
        return Written()
    old = np.load(folder / "old.npy")
    with np.load(task.known, allow_pickle=False) as known:
        searched[old >= 0] = known["searched"][old[old >= 0]]
        for space in Space:
            if f"{space}-points" not in known:
                continue
            before = known[f"{space}-points"]
            points = np.zeros((n, before.shape[1]), np.float16)
            points[old >= 0] = before[old[old >= 0]]
            np.save(folder / f"{space}-points.npy", points)
            np.save(folder / f"{space}-projection.npy", known[f"{space}-projection"])
    return Written()


def _records(file: str, folder: Path, rows: NDArray[np.integer]) -> NDArray[np.void]:
    """Return the unpacked records of some images of a search."""
    places = np.load(folder / "chosen.npy", mmap_mode="r")[rows]
    order = np.argsort(places)
    packed = np.empty(len(rows), PACKED)
    with Path(file).open("rb", buffering=0) as stream:
        read_runs(stream, places[order], packed)
    return unpack(packed[np.argsort(order)])


def _searched(records: NDArray[np.void]) -> NDArray[np.void]:
    searched = np.empty(len(records), SEARCHED)
    for name in SEARCHED.fields or ():
        searched[name] = records[name]
    return searched


def _describe(task: Describe) -> Written:
    folder, rows = Path(task.folder), np.arange(task.start, task.stop)
    records = _records(task.file, folder, rows)
    put_rows(
        folder, rows,
        images=records, searched=_searched(records), descriptors=describe(records),
    )  # fmt: skip
    return Written()


def _describe_new(task: DescribeNew) -> Written:
    folder = Path(task.folder)
    records = _records(task.file, folder, task.rows)
    points = points_by(describe(records), *_projection(folder, Space.DESCRIPTORS))
    put_rows(folder, task.rows, searched=_searched(records))
    put_rows(folder, task.rows, **{f"{Space.DESCRIPTORS}-points": points})
    return Written()


def _projection(folder: Path, space: Space) -> tuple[Singles, Singles]:
    both = np.load(folder / f"{space}-projection.npy")
    return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1:])


def _reduce(task: Reduce) -> Written:
    """Write the points of all images, or of the new ones; and what is known of neighbours."""
    folder, space = Path(task.folder), task.space
    if not task.known:
        file, images = folder / f"{space}.npy", len(np.load(folder / "splits.npy"))
        sample = rows_of(file, np.arange(0, images, sample_step(images)))
        components = projection(sample.astype(np.float32))
        np.save(folder / f"{space}-projection.npy", np.column_stack(components))
        points = np.concatenate([
            points_by(rows_of(file, np.arange(i, min(i + BLOCK, images))), *components)
            for i in range(0, images, BLOCK)
        ])  # fmt: skip
        np.save(folder / f"{space}-points.npy", points)
        if task.cells:
            centres = cell_centres(points, task.cells)
            _write_cells(folder, space, centres, probed_cells(points, centres))
        return Written()
    old = np.load(folder / "old.npy")
    if space is Space.EMBEDDING:
        vectors = np.load(folder / f"{space}.npy", mmap_mode="r")
        new = np.flatnonzero(old < 0)
        points = points_by(vectors[new], *_projection(folder, space))
        put_rows(folder, new, **{f"{space}-points": points})
    unknown, last = _carry_lists(folder, space, task.known)
    if task.cells:
        _find_cells_again(folder, space, task, unknown)
        # Those that ask look for themselves.
        worst = np.where(unknown[:, None], np.float32(NEVER), last)
        np.save(folder / f"{space}-worst.npy", worst)
    else:
        # Those that ask come first: `nearest` compares a block with what follows it.
        np.save(folder / f"{space}-order.npy", np.argsort(~unknown, kind="stable"))
    np.save(folder / f"{space}-asking.npy", np.count_nonzero(unknown))
    return Written()


def _carry_lists(folder: Path, space: Space, file: str) -> tuple[NDArray[np.bool_], Singles]:
    """Write the neighbours that an earlier search knows of.

    Returns:
        Whose are unknown, and the cosine (n, 2) of the last neighbour of each list.
    """
    old = np.load(folder / "old.npy")
    with np.load(file, allow_pickle=False) as known:
        before = NeighbourLists(known[f"{space}-rows"], known[f"{space}-cosines"])
    shape = (len(old), *before.rows.shape[1:])
    unknown, last = np.empty(len(old), np.bool_), np.empty(shape[:2], np.float32)
    # The new ones a block at a time: of a million images either take 256 MB.
    with (
        new_array_file(folder / f"{space}-rows.npy", before.rows.dtype, shape) as rows,
        new_array_file(folder / f"{space}-cosines.npy", before.cosines.dtype, shape) as cosines,
    ):
        start = 0
        parts = before.carried(old, _least(folder, space), proposed_neighbours(space))
        for lists, of_these in parts:
            rows.write(lists.rows.data)
            cosines.write(lists.cosines.data)
            end = start + len(of_these)
            unknown[start:end], last[start:end] = of_these, lists.cosines[:, :, -1]
            start = end
    return unknown, last


def _find_cells_again(folder: Path, space: Space, task: Reduce, unknown: NDArray[np.bool_]) -> None:
    """Write the cells of a search that updates one which had some, and the places that ask."""
    old = np.load(folder / "old.npy")
    with np.load(task.known, allow_pickle=False) as known:
        centres, before = known[f"{space}-centres"], known[f"{space}-probed"]
    probed = np.empty((len(old), before.shape[1]), np.int32)
    probed[old >= 0] = before[old[old >= 0]]
    points = np.load(folder / f"{space}-points.npy", mmap_mode="r")
    probed[old < 0] = probed_cells(points[old < 0], centres)
    cells = _write_cells(folder, space, centres, probed)
    np.save(folder / f"{space}-places.npy", np.flatnonzero(unknown[cells.order]))


def _write_cells(folder: Path, space: Space, centres: Singles, probed: NDArray[np.int32]) -> Cells:
    cells = in_cells(probed, len(centres))
    np.save(folder / f"{space}-centres.npy", centres)
    np.save(folder / f"{space}-probed.npy", probed)
    np.savez(folder / f"{space}-cells.npz", order=cells.order, starts=cells.starts)
    return cells


def _least(folder: Path, space: Space) -> Singles:
    """Return the cosine below which each image of a search has no neighbour."""
    searched = np.load(folder / "searched.npy")
    match space:
        case Space.DESCRIPTORS:
            return least_cosines(searched)
        case Space.EMBEDDING:
            return embedded_cosines(searched, np.load(folder / "embedded.npy"))
        case _:
            assert_never(space)


def _find_near(task: FindNear) -> Written:
    folder, space = Path(task.folder), task.space
    points = np.load(folder / f"{space}-points.npy", mmap_mode="r")
    splits, least = np.load(folder / "splits.npy"), _least(folder, space)
    cells = _cells(folder, space) if task.cells else None
    if not (folder / f"{space}-asking.npy").exists():
        near = near_block(space, points, splits, least, task.start, cells)
    elif cells is None:
        rows = np.load(folder / f"{space}-order.npy")
        near = near_block(space, points[rows], splits[rows], least[rows], task.start)
        near = Near(rows[near.of].astype(np.int32), rows[near.row].astype(np.int32), near.cosine)
    else:
        end = task.start + near_images(len(splits), task.cells)
        places = np.load(folder / f"{space}-places.npy")[task.start : end]
        worst = np.load(folder / f"{space}-worst.npy")
        k = most_neighbours(space)
        near = nearest_and_nearer(points, splits, least, worst, cells, places, k)
    np.savez(
        folder / f"near-{space}-{task.start}.npz", of=near.of, row=near.row, cosine=near.cosine
    )
    return Written()


def _cells(folder: Path, space: Space) -> Cells:
    with np.load(folder / f"{space}-cells.npz") as cells:
        order, starts = cells["order"], cells["starts"]
    return Cells(order, starts, np.load(folder / f"{space}-probed.npy", mmap_mode="r"))


def near_block(
    space: Space, points: NDArray[np.float16], splits: NDArray[np.int32], least: Singles,
    start: int, cells: Cells | None = None,
) -> Near:  # fmt: skip
    """Return the neighbours of one block of images, among all or in cells.

    Args:
        space: By what they are near.
        points: (n, d) of length 1.
        splits: (n,) split numbers.
        least: (n,) cosine below which an image has no neighbour.
        start: First image of the block, in the order of the cells if there are any.
        cells: Of the points; None to compare all.
    """
    k = most_neighbours(space)
    if cells is None:
        return nearest(points, splits, least, start, k)
    end = min(start + near_images(len(splits), len(cells.starts) - 1), len(splits))
    return nearest_in_cells(points, splits, least, cells, np.arange(start, end), k)


def _join_near(task: JoinNear) -> Written:
    folder, space = Path(task.folder), task.space
    starts = (int(file.stem.rpartition("-")[2]) for file in folder.glob(f"near-{task.space}-*.npz"))

    def near() -> Iterable[Near]:
        for start in sorted(starts):
            with np.load(folder / f"near-{task.space}-{start}.npz") as columns:
                yield Near(columns["of"], columns["row"], columns["cosine"])

    if (folder / f"{space}-rows.npy").exists():
        lists = NeighbourLists(
            np.load(folder / f"{space}-rows.npy"), np.load(folder / f"{space}-cosines.npy")
        )
    else:
        lists = empty_lists(_least(folder, space), most_neighbours(space))
    lists = joined_lists(np.load(folder / "splits.npy"), lists, near(), in_cells=task.cells > 0)
    np.save(folder / f"{space}-cosines.npy", lists.cosines)
    np.save(folder / f"{space}-rows.npy", lists.rows)
    rows = lists.rows
    # The cosines of a million images take 128 MB, and what follows more than that.
    del lists
    # By a file: what a worker sends exists several times at once.
    np.save(folder / f"{space}-pairs.npy", near_numbers(rows, space))
    return Written()


def joined_lists(
    splits: NDArray[np.int32], lists: NeighbourLists, blocks: Iterable[Near], *, in_cells: bool
) -> NeighbourLists:
    """Return the lists of neighbours of all images.

    Args:
        splits: (n,) split numbers.
        lists: What is known of them; taken over.
        blocks: The neighbours of every block, by its start: of equally near ones the first stay.
        in_cells: True where of a pair only one image may have looked for the other.
    """
    neighbours = Neighbours(splits, lists)
    for near in blocks:
        neighbours.add(near)
        if in_cells:
            neighbours.add(Near(near.row, near.of, near.cosine))
    return neighbours.lists()


def near_numbers(rows: NDArray[np.int32], space: Space) -> NDArray[np.uint64]:
    """Propose the pairs of nearest neighbours, as ordered numbers of `similarity.pairs`.

    Args:
        rows: (n, 2, depth) of `NeighbourLists`.
        space: By what they are near.
    """
    return plain(rows) if space is Space.DESCRIPTORS else from_afar(rows)


def proposed_neighbours(space: Space) -> int:
    """Return how many neighbours of an image are proposed."""
    return NEIGHBOURS if space is Space.DESCRIPTORS else EMBEDDED_NEIGHBOURS


def most_neighbours(space: Space) -> int:
    """Return how many neighbours of an image are kept."""
    return proposed_neighbours(space) + RESERVE


def _propose(task: ProposeTask) -> CandidateResult:
    folder = Path(task.folder)
    new = None
    if (folder / "old.npy").exists():
        new = np.flatnonzero(np.load(folder / "old.npy") < 0).astype(np.int32)
    return propose_by_hashes(np.load(folder / "searched.npy"), task.transforms, new)


def propose_by_hashes(
    images: NDArray[np.void], transforms: Sequence[int], new: NDArray[np.int32] | None = None
) -> CandidateResult:
    """Propose pairs by the hashes of records (n,) with `HASHES`, for some flips and rotations.

    Args:
        images: Records with `HASHES`.
        transforms: Some of `ONE_OF_EACH`.
        new: Rows of which every pair has at least one; None for all.
    """
    proposed = candidates(images, transforms, new)
    return CandidateResult(proposed.a, proposed.b, proposed.transform)


def _verify(task: VerifyTask) -> CandidateResult:
    folder = Path(task.folder)
    if task.file:
        return verify_rows(task, lambda rows: _records(task.file, folder, rows))
    return verify_rows(task, lambda rows: rows_of(folder / "images.npy", rows))


def verify_rows(
    task: VerifyTask, records: Callable[[NDArray[np.int32]], NDArray[np.void]]
) -> CandidateResult:
    """Verify candidates on the records of `FINGERPRINT` that `records` returns for some rows."""
    both = np.concatenate([task.a, task.b])
    used, places = np.unique(both, return_inverse=True)
    a, b = places.astype(np.int32).reshape(2, -1)
    pairs = verify(records(used), Candidates(a, b, task.transform), least=task.least)
    return CandidateResult(used[pairs.a], used[pairs.b], pairs.transform, pairs.similarity)
