"""The search for duplicates as workers see it: arrays in one folder, one task per part.

The folder holds, with one row per image of the search: `chosen` (row in the file of records),
`splits` (split number) and maybe `embedding` (vectors), written by the caller; `images` (unpacked
records), `descriptors`, and points of both; and one file of neighbours per block of points. That is
10 kB per image, 3 more with vectors.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from inspector.similarity.descriptors import VALUES, describe
from inspector.similarity.fingerprints import FINGERPRINT, HASHES
from inspector.similarity.hash_join import Candidates, candidates
from inspector.similarity.nearest import Near, Neighbours, nearest
from inspector.similarity.packing import PACKED, unpack
from inspector.similarity.proposals import (
    EMBEDDED_NEIGHBOURS,
    NEIGHBOURS,
    embedded_cosines,
    from_afar,
    least_cosines,
    plain,
    points_of,
)
from inspector.similarity.verification import verify
from inspector.work.tasks import (
    Begin,
    CandidateResult,
    Describe,
    FindNear,
    JoinNear,
    ProposeTask,
    Reduce,
    SearchTask,
    Space,
    VerifyTask,
    Written,
)


def search(task: SearchTask) -> CandidateResult | Written:
    """Run one part of a search."""
    match task:
        case Begin():
            return _begin(task)
        case Describe():
            return _describe(task)
        case Reduce():
            described = np.load(Path(task.folder) / f"{task.space}.npy", mmap_mode="r")
            np.save(Path(task.folder) / f"{task.space}-points.npy", points_of(described))
            return Written()
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
    np.lib.format.open_memmap(folder / "images.npy", "w+", FINGERPRINT, (n,))
    np.lib.format.open_memmap(folder / "descriptors.npy", "w+", np.dtype("<f4"), (n, VALUES))
    return Written()


def _images(folder: str) -> NDArray[np.void]:
    images: NDArray[np.void] = np.load(Path(folder) / "images.npy", mmap_mode="r")
    return images


def _describe(task: Describe) -> Written:
    file = Path(task.file)
    # Another program may be appending a record.
    whole = file.stat().st_size // PACKED.itemsize
    packed = np.memmap(file, dtype=PACKED, mode="r", shape=(whole,))
    part = slice(task.start, task.stop)
    records = unpack(packed[np.load(Path(task.folder) / "chosen.npy")[part]])
    for name, rows in (("images", records), ("descriptors", describe(records))):
        np.load(Path(task.folder) / f"{name}.npy", mmap_mode="r+")[part] = rows
    return Written()


def _find_near(task: FindNear) -> Written:
    folder, images = Path(task.folder), _images(task.folder)
    match task.space:
        case Space.DESCRIPTORS:
            least = least_cosines(images)
        case Space.EMBEDDING:
            vectors = np.load(folder / f"{task.space}.npy", mmap_mode="r")
            least = embedded_cosines(images, vectors)
    near = nearest(
        np.load(folder / f"{task.space}-points.npy"), np.load(folder / "splits.npy"),
        least, task.start, most_neighbours(task.space),
    )  # fmt: skip
    np.savez(
        folder / f"near-{task.space}-{task.start}.npz",
        of=near.of, row=near.row, cosine=near.cosine,
    )  # fmt: skip
    return Written()


def _join_near(task: JoinNear) -> CandidateResult:
    folder = Path(task.folder)
    starts = (int(file.stem.rpartition("-")[2]) for file in folder.glob(f"near-{task.space}-*.npz"))

    def near() -> Iterable[Near]:
        for start in sorted(starts):
            with np.load(folder / f"near-{task.space}-{start}.npz") as columns:
                yield Near(columns["of"], columns["row"], columns["cosine"])

    return join_near(np.load(folder / "splits.npy"), near(), task.space)


def join_near(splits: NDArray[np.int32], blocks: Iterable[Near], space: Space) -> CandidateResult:
    """Propose the pairs of nearest neighbours.

    Args:
        splits: (n,) split numbers.
        blocks: The neighbours of every block, by its start: of equally near ones the first stay.
        space: By what they are near.
    """
    by_descriptors = space is Space.DESCRIPTORS
    neighbours = Neighbours(splits, most_neighbours(space))
    for near in blocks:
        neighbours.add(near)
    proposed = plain(neighbours) if by_descriptors else from_afar(neighbours)
    return CandidateResult(proposed.a, proposed.b, proposed.transform)


def most_neighbours(space: Space) -> int:
    """Return how many neighbours of an image are proposed."""
    return NEIGHBOURS if space is Space.DESCRIPTORS else EMBEDDED_NEIGHBOURS


def _propose(task: ProposeTask) -> CandidateResult:
    return propose_by_hashes(_images(task.folder), task.transform)


def propose_by_hashes(images: NDArray[np.void], transform: int) -> CandidateResult:
    """Propose pairs by the hashes of records (n,) with `HASHES`, for one flip or rotation."""
    hashes = np.empty(len(images), HASHES)
    for name in HASHES.fields or ():
        hashes[name] = images[name]
    proposed = candidates(hashes, (transform,))
    return CandidateResult(proposed.a, proposed.b, proposed.transform)


def _verify(task: VerifyTask) -> CandidateResult:
    images = _images(task.folder)
    return verify_rows(task, lambda rows: images[rows])


def verify_rows(
    task: VerifyTask, records: Callable[[NDArray[np.int32]], NDArray[np.void]]
) -> CandidateResult:
    """Verify candidates on the records of `FINGERPRINT` that `records` returns for some rows."""
    both = np.concatenate([task.a, task.b])
    used, places = np.unique(both, return_inverse=True)
    a, b = places.astype(np.int32).reshape(2, -1)
    pairs = verify(records(used), Candidates(a, b, task.transform), least=task.least)
    return CandidateResult(used[pairs.a], used[pairs.b], pairs.transform, pairs.similarity)
