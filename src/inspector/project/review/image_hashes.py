"""ImageHash's hashes of the dataset's images: computed by workers, cached, compared."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib import metadata

from inspector.errors import UsageError
from inspector.project.catalog.samples import Samples
from inspector.project.context import ProjectContext
from inspector.similarity.image_hashes import (
    MAX_DISTANCE,
    QUICK_METHODS,
    HashMethod,
    hash_file,
    hash_text,
    pairs_within,
)
from inspector.store.samples import Sample
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import TaskDone, TaskFailed
from inspector.work.tasks import Hashed, HashFile

CHUNK_FILES = 16
BATCH_ROWS = 512


@dataclass(frozen=True, slots=True)
class ImageHashPair:
    """Two images and the number of bits that differ between their hashes."""

    a: Sample
    b: Sample
    distance: int


@dataclass(frozen=True, slots=True)
class HashComparison:
    """All pairs within a distance by one method.

    Attributes:
        pairs: Closest first, then by path.
        crowded: Images that share one hash with more than a thousand others; they make no pairs.
        unhashed: Images that Pillow can't decode, with the reason.
    """

    method: HashMethod
    distance: int
    pairs: tuple[ImageHashPair, ...]
    crowded: tuple[tuple[Sample, ...], ...]
    unhashed: tuple[tuple[Sample, str], ...]


class ImageHashes:
    """Hashes images with ImageHash, to compare with other programs; nothing depends on them."""

    def __init__(self, context: ProjectContext, samples: Samples) -> None:
        self._context = context
        self._samples = samples

    def compare(
        self,
        method: HashMethod,
        distance: int | None = None,
        *,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> HashComparison | None:
        """Return every pair of images within `distance` bits; None when stopped.

        Args:
            distance: Bits, 0 to `MAX_DISTANCE`; None for the method's default.

        Raises:
            UsageError: The distance is out of range.
        """
        bits = method.default_distance if distance is None else distance
        if not 0 <= bits <= MAX_DISTANCE:
            raise UsageError(
                f"a distance of {bits} bits is not between 0 and {MAX_DISTANCE}",
                "At a larger distance nearly any two images would be a pair.",
            )
        stop, progress = stop or Stop(), progress or Progress()
        images = self._images()
        hashes, reasons = self._complete(images, (method,), stop, progress)
        if stop.is_set():
            return None
        progress.start("comparing hashes", 0)
        contents = [s.sha256 for s in images]
        stored = hashes[method]
        pairs, crowded = pairs_within([stored.get(sha, b"") for sha in contents], bits)
        return HashComparison(
            method, bits,
            tuple(ImageHashPair(images[p.a], images[p.b], p.distance) for p in pairs),
            tuple(tuple(images[row] for row in rows) for rows in crowded),
            tuple(
                (s, reasons.get(s.sha256, "")) for s in images if s.sha256 not in stored
            ),
        )  # fmt: skip

    def texts(
        self,
        methods: Sequence[HashMethod] = QUICK_METHODS,
        *,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> dict[int, dict[HashMethod, str]]:
        """Return the hashes of every image by sample id, as written by ImageHash.

        Images that Pillow can't decode have none. When stopped, known hashes are returned.
        """
        images = self._images()
        hashes, _ = self._complete(images, methods, stop or Stop(), progress or Progress())
        texts: dict[int, dict[HashMethod, str]] = {s.id: {} for s in images}
        for method, stored in hashes.items():
            for sample in images:
                if sample.sha256 in stored:
                    texts[sample.id][method] = hash_text(method, stored[sample.sha256])
        return texts

    def of(self, sample: Sample) -> dict[HashMethod, str]:
        """Return the quick hashes of one image at once; none if it can't be decoded."""
        picture_cache = self._context.cache
        values: dict[HashMethod, bytes] = {}
        for method in QUICK_METHODS:
            stored = picture_cache.image_hashes(_key(method), [sample.sha256])
            values.update((method, value) for value in stored.values())
        missing = [method for method in QUICK_METHODS if method not in values]
        if missing and sample.sha256:
            try:
                fresh = hash_file(str(self._context.absolute(sample.path)), missing)
            except ValueError:
                return {}
            picture_cache.put_image_hashes(
                (sample.sha256, _key(method), value) for method, value in fresh.items()
            )
            values |= fresh
        return {m: hash_text(m, values[m]) for m in QUICK_METHODS if m in values}

    def _images(self) -> list[Sample]:
        return [s for s in self._samples.everything() if s.status == "image" and s.sha256]

    def _complete(
        self,
        images: Sequence[Sample],
        methods: Sequence[HashMethod],
        stop: Stop,
        progress: Progress,
    ) -> tuple[dict[HashMethod, dict[bytes, bytes]], dict[bytes, str]]:
        """Compute missing hashes, and store them if the cache has space.

        Returns:
            Hash per content by method, and why a content has none.

        Raises:
            DatasetError: Some must be computed, and the images are not on this machine.
        """
        contents = list(dict.fromkeys(s.sha256 for s in images))
        hashes = {m: self._context.cache.image_hashes(_key(m), contents) for m in methods}
        tasks = list(self._missing(images, hashes))
        reasons: dict[bytes, str] = {}
        if not tasks:
            return hashes, reasons
        self._context.check_images_here()
        progress.start("hashing images", len(tasks))
        chunks = (tasks[i : i + CHUNK_FILES] for i in range(0, len(tasks), CHUNK_FILES))
        rows: list[tuple[bytes, str, bytes]] = []
        with closing(self._context.own_pool()) as pool:
            for answer in pool.map(chunks, stop=stop):
                match answer:
                    case TaskDone(items=items, result=results):
                        for one in results:
                            assert isinstance(one, Hashed)
                            rows += [(one.sha256, _key(m), v) for m, v in one.hashes.items()]
                            for m, v in one.hashes.items():
                                hashes[m][one.sha256] = v
                            if one.reason:
                                reasons[one.sha256] = one.reason
                        progress.advance(len(items))
                    case TaskFailed(item=item, reason=reason):
                        reasons[item.sha256] = reason
                        progress.advance(1)
                if len(rows) >= BATCH_ROWS:
                    self._context.cache.put_image_hashes(rows)
                    rows = []
        self._context.cache.put_image_hashes(rows)
        return hashes, reasons

    def _missing(
        self, images: Sequence[Sample], hashes: Mapping[HashMethod, Mapping[bytes, bytes]]
    ) -> Iterator[HashFile]:
        for sha256, path in {s.sha256: s.path for s in images}.items():
            needed = tuple(m for m, stored in hashes.items() if sha256 not in stored)
            if needed:
                yield HashFile(sha256, str(self._context.absolute(path)), needed)


@cache
def _version() -> str:
    return metadata.version("imagehash")


def _key(method: HashMethod) -> str:
    """Return the name that a method's hashes are stored under: other versions may differ."""
    return f"{method.value} {_version()}"
