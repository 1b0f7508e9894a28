"""The images of a dataset or a fingerprint file, as an audit compares them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.decoding import Flag
from inspector.dataset.names import RelativePath, Split, parse_listed_path
from inspector.dataset.user_files import user_path
from inspector.errors import DatasetError
from inspector.project.catalog.pair_search import PairSearch
from inspector.project.catalog.samples import Samples
from inspector.project.context import ProjectContext
from inspector.similarity.fingerprint_file import (
    DIGEST_BYTES,
    FULL,
    HASHES,
    Detail,
    FingerprintFile,
    write_fingerprints,
)
from inspector.work.jobs import Progress, Stop


@dataclass(frozen=True, slots=True)
class CollectedImage:
    """One image of a collection.

    Attributes:
        path: Relative to its dataset, or a number in an anonymous file.
        split: Split on disk; "" for none.
        sha256: Of the file.
        flat: Nearly constant: only its bytes can be identical to others.
    """

    path: RelativePath
    split: Split
    sha256: bytes
    flat: bool


@dataclass(frozen=True, slots=True)
class ImageCollection:
    """Images with their fingerprints.

    Attributes:
        name: Display name of the dataset.
        images: Ordered by path.
        records: (n,) of `similarity.packing.PACKED`.
        detail: What is known about each image.
        root: Dataset folder; None for a fingerprint file.
        pixels: Digest of the decoded pixels by content, where the file holds it.
    """

    name: str
    images: tuple[CollectedImage, ...]
    records: NDArray[np.void]
    detail: Detail
    root: Path | None
    pixels: dict[bytes, bytes]


class Fingerprints:
    """Gathers the fingerprints of a scanned dataset, and publishes them."""

    def __init__(self, context: ProjectContext, samples: Samples) -> None:
        self._context = context
        self._samples = samples

    def collection(self) -> ImageCollection:
        """Return the images that are not excluded; needs a complete scan.

        Raises:
            DatasetError: There is none.
        """
        # Imports numba, which opening a project need not wait for.
        from inspector.similarity.packing import PACKED

        rows = [s for s in self._samples.everything() if s.status == "image" and s.mark != "drop"]
        data = self._context.cache.fingerprints([s.sha256 for s in rows])
        cached = [(s, record) for s, record in zip(rows, data, strict=True) if record]
        if not cached:
            raise DatasetError(
                f"{self._context.name} has no image with a fingerprint", "Scan it first."
            )
        images = tuple(
            CollectedImage(s.path, s.split, s.sha256, bool(s.flags & Flag.FLAT)) for s, _ in cached
        )
        records = np.frombuffer(b"".join(record for _, record in cached), PACKED)
        return ImageCollection(
            self._context.name, images, records, Detail.FULL, self._context.root, {}
        )

    def write(
        self,
        file: Path,
        *,
        detail: Detail = Detail.FULL,
        anonymous: bool = False,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> int | None:
        """Write the fingerprints of all images; return their number, None if stopped.

        Args:
            file: Target file.
            detail: `Detail.HASHES` leaves out what an icon can be drawn from.
            anonymous: True to write numbers in the order of content hashes instead of paths.
            stop: Set from any thread to end soon; nothing is written then.
            progress: Reports the phase "pixels".

        Raises:
            ExportError: It lies inside the dataset, exists already, or can't be written.
            DatasetError: There is no image.
        """
        collection = self.collection()
        root = self._context.root
        search = PairSearch(self._context, stop or Stop(), progress or Progress())
        files = {i.sha256: root / i.path for i in collection.images}
        digests = search.digests(files, files.__getitem__)
        if digests is None:
            return None
        images = collection.images
        order = list(range(len(images)))
        if anonymous:
            order.sort(key=lambda i: images[i].sha256)
        chosen = [images[i] for i in order]
        paths = [image.path for image in chosen]
        if anonymous:
            paths = [
                parse_listed_path(f"image-{number:07}") for number in range(1, len(chosen) + 1)
            ]
        rows = _rows(detail, chosen, collection.records[order], digests)
        splits = tuple(image.split for image in chosen)
        content = FingerprintFile(self._context.name, detail, rows, tuple(paths), splits)
        with user_path(file, root, what="fingerprint file") as partial, partial.open("wb") as out:
            write_fingerprints(out, content)
        return len(chosen)


def collection_of(file: FingerprintFile) -> ImageCollection:
    """Return the collection in a fingerprint file."""
    records = file.records()
    flat = records["flat"].tolist()
    sha256 = [row.tobytes() for row in file.rows["sha256"]]
    pixels = [row.tobytes() for row in file.rows["pixels"]]
    images = tuple(
        CollectedImage(*one) for one in zip(file.paths, file.splits, sha256, flat, strict=True)
    )
    return ImageCollection(
        file.name, images, records, file.detail, None, dict(zip(sha256, pixels, strict=True))
    )


def _rows(
    detail: Detail,
    images: list[CollectedImage],
    records: NDArray[np.void],
    digests: dict[bytes, bytes],
) -> NDArray[np.void]:
    rows = np.zeros(len(images), FULL if detail is Detail.FULL else HASHES)
    rows["sha256"] = _bytes([image.sha256 for image in images])
    # A content that can't be decoded equals only itself.
    rows["pixels"] = _bytes([digests.get(image.sha256, image.sha256) for image in images])
    if detail is Detail.FULL:
        data = np.frombuffer(np.ascontiguousarray(records).tobytes(), np.uint8)
        rows["record"] = data.reshape(len(images), -1)
    else:
        rows["hash"], rows["flat"] = records["hash"], records["flat"]
    return rows


def _bytes(digests: list[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, DIGEST_BYTES)
