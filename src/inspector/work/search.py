"""The search for duplicates as workers see it: arrays in one folder, one task per part.

The folder holds, with one row per image of the search: `chosen` (row in the file of records),
`splits` (split number) and maybe `embedding` (vectors), written by the caller; `images` (unpacked
records), `descriptors`, and points of both; and one file of neighbours per block of points. That is
10 kB per image, 3 more with vectors.
"""

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
            least, most = least_cosines(images), NEIGHBOURS
        case Space.EMBEDDING:
            vectors = np.load(folder / f"{task.space}.npy", mmap_mode="r")
            least, most = embedded_cosines(images, vectors), EMBEDDED_NEIGHBOURS
    near = nearest(
        np.load(folder / f"{task.space}-points.npy"), np.load(folder / "splits.npy"),
        least, task.start, most,
    )  # fmt: skip
    np.savez(
        folder / f"near-{task.space}-{task.start}.npz",
        of=near.of, row=near.row, cosine=near.cosine,
    )  # fmt: skip
    return Written()


def _join_near(task: JoinNear) -> CandidateResult:
    by_descriptors = task.space is Space.DESCRIPTORS
    most = NEIGHBOURS if by_descriptors else EMBEDDED_NEIGHBOURS
    neighbours = Neighbours(np.load(Path(task.folder) / "splits.npy"), most)
    for file in sorted(Path(task.folder).glob(f"near-{task.space}-*.npz")):
        with np.load(file) as columns:
            neighbours.add(Near(columns["of"], columns["row"], columns["cosine"]))
    proposed = plain(neighbours) if by_descriptors else from_afar(neighbours)
    return CandidateResult(proposed.a, proposed.b, proposed.transform)


def _propose(task: ProposeTask) -> CandidateResult:
    images = _images(task.folder)
    hashes = np.empty(len(images), HASHES)
    for name in HASHES.fields or ():
        hashes[name] = images[name]
    proposed = candidates(hashes, (task.transform,))
    return CandidateResult(proposed.a, proposed.b, proposed.transform)


def _verify(task: VerifyTask) -> CandidateResult:
    images = _images(task.folder)
    both = np.concatenate([task.a, task.b])
    used, places = np.unique(both, return_inverse=True)
    a, b = places.astype(np.int32).reshape(2, -1)
    pairs = verify(images[used], Candidates(a, b, task.transform), least=task.least)
    return CandidateResult(used[pairs.a], used[pairs.b], pairs.transform, pairs.similarity)
