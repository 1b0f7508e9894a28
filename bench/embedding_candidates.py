"""Are neighbours by the embedding better candidates for duplicates than those by descriptors?

    python bench/embedding_candidates.py [--data DIR] [--photos 100]

Changes photos of the clothing set, and asks for each change whether the original is among the ten
nearest of all photos: by descriptors, by the embedding, or by either. Then the pixels decide: the
share whose original is proposed and confirmed, by descriptors alone and with the embedding's
neighbours, as a scan proposes them. Hash joins, which a scan has too, are left out.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.decoding import read_picture
from inspector.similarity.descriptors import describe
from inspector.similarity.embedding import BATCH, embed
from inspector.similarity.fingerprints import fingerprint
from inspector.similarity.levels import SURE
from inspector.similarity.orientations import FAR, MIRROR
from inspector.similarity.packing import PACKED, pack, unpack
from inspector.similarity.pairs import Candidates
from inspector.similarity.proposals import EMBEDDED_NEIGHBOURS, NEIGHBOURS, points_of
from inspector.similarity.verification import similarities
from similarity_transforms import border, corner, crop, rotate, text

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"
Picture = NDArray[np.uint8]
CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "crop 40 %": crop(0.4),
    "corner 20 %": corner(0.2),
    "corner 30 %": corner(0.3),
    "corner 50 %": corner(0.5),
    "rotate 10": rotate(10),
    "rotate 25": rotate(25),
    "border 5 %": border,
    "text": text,
    "mirror, rotate 15": lambda p: rotate(15)(np.ascontiguousarray(p[:, ::-1])),
    "flipped": lambda p: np.ascontiguousarray(p[:, ::-1]),
}


def main() -> None:
    """Print the share of originals among the nearest, for each change."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("INSPECTOR_DATA", DEFAULT))
    parser.add_argument("--photos", type=int, default=100)
    asked = parser.parse_args()
    files = sorted((Path(asked.data) / "clothing").rglob("*.jpg"))
    photos = [p for f in files if (p := read_picture(str(f)).pixels) is not None]
    rng = np.random.default_rng(0)
    chosen = np.sort(rng.choice(len(photos), asked.photos, replace=False))
    records = _records(photos)
    vectors = _vectors(photos)
    print(f"{len(photos):,} photos, {asked.photos} changed; the original among {NEIGHBOURS}")
    print(
        "change             descriptors  embedding  either | confirmed: descriptors  with embedding"
    )
    for name, change in CHANGES.items():
        changed = [change(photos[i]) for i in chosen]
        tables = np.concatenate([records, _records(changed)])
        both = points_of(describe(tables))
        ranks = _ranks(both[len(photos) :], both[: len(photos)], chosen)
        seen = _ranks(_vectors(changed), vectors, chosen)
        by_descriptors, by_embedding = ranks < NEIGHBOURS, seen < NEIGHBOURS
        plain = by_descriptors & (_similarity(tables, chosen, (0,)) >= SURE)
        far = _similarity(tables, chosen, (FAR, FAR + MIRROR)) >= SURE
        print(
            f"{name:18} {by_descriptors.mean():11.3f} {by_embedding.mean():10.3f}"
            f" {(by_descriptors | by_embedding).mean():7.3f} | {plain.mean():22.3f}"
            f" {(plain | (seen < EMBEDDED_NEIGHBOURS) & far).mean():10.3f}",
            flush=True,
        )


def _similarity(
    records: NDArray[np.void], chosen: NDArray[np.int64], transforms: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return the similarity of each changed photo to its original, the best of some transforms."""
    a, b = chosen.astype(np.int32), np.arange(len(records) - len(chosen), len(records))
    pairs = [
        Candidates(a, b.astype(np.int32), np.full(len(a), transform, np.uint8))
        for transform in transforms
    ]
    return np.max([similarities(records, pair) for pair in pairs], axis=0)


def _records(photos: list[Picture]) -> NDArray[np.void]:
    packed = b"".join(pack(fingerprint(photo)) for photo in photos)
    return unpack(np.frombuffer(packed, PACKED))


def _vectors(photos: list[Picture]) -> NDArray[np.float32]:
    parts = [embed(photos[i : i + BATCH]) for i in range(0, len(photos), BATCH)]
    return np.concatenate(parts).astype(np.float32)


def _ranks(
    queries: NDArray[np.float32], points: NDArray[np.float32], own: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return how many points are nearer to each query than its own one."""
    cosine = queries @ points.T
    nearer: NDArray[np.int64] = (cosine > cosine[np.arange(len(own)), own][:, None]).sum(axis=1)
    return nearer


if __name__ == "__main__":
    main()
