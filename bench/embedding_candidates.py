"""Are neighbours by the embedding better candidates for duplicates than those by descriptors?

    python bench/embedding_candidates.py [--data DIR] [--photos 100]

Changes photos of the clothing set, and asks for each change whether the original is among the ten
nearest of all photos: by descriptors, by the embedding, or by either. Only proposing is measured:
verification by pixels comes after it and is the same for all.
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
from inspector.similarity.packing import PACKED, pack, unpack
from inspector.similarity.proposals import NEIGHBOURS, points_of
from similarity_transforms import corner, crop, rotate

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"
Picture = NDArray[np.uint8]
CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "crop 40 %": crop(0.4),
    "corner 20 %": corner(0.2),
    "corner 30 %": corner(0.3),
    "corner 50 %": corner(0.5),
    "rotate 10": rotate(10),
    "rotate 25": rotate(25),
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
    print("change        descriptors  embedding  either")
    for name, change in CHANGES.items():
        changed = [change(photos[i]) for i in chosen]
        both = points_of(describe(np.concatenate([records, _records(changed)])))
        by_descriptors = _is_near(both[len(photos) :], both[: len(photos)], chosen)
        by_embedding = _is_near(_vectors(changed), vectors, chosen)
        either = by_descriptors | by_embedding
        print(
            f"{name:13} {by_descriptors.mean():11.3f} {by_embedding.mean():10.3f}"
            f" {either.mean():7.3f}"
        )


def _records(photos: list[Picture]) -> NDArray[np.void]:
    packed = b"".join(pack(fingerprint(photo)) for photo in photos)
    return unpack(np.frombuffer(packed, PACKED))


def _vectors(photos: list[Picture]) -> NDArray[np.float32]:
    parts = [embed(photos[i : i + BATCH]) for i in range(0, len(photos), BATCH)]
    return np.concatenate(parts).astype(np.float32)


def _is_near(
    queries: NDArray[np.float32], points: NDArray[np.float32], own: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return whether each query's own point is among its nearest."""
    cosine = queries @ points.T
    rank = (cosine > cosine[np.arange(len(own)), own][:, None]).sum(axis=1)
    near: NDArray[np.bool_] = rank < NEIGHBOURS
    return near


if __name__ == "__main__":
    main()
