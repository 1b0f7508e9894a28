"""Compare a dataset with another one, or with a fingerprint file."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inspector.dataset.csv_table import write_rows
from inspector.dataset.user_files import user_file
from inspector.errors import DatasetError
from inspector.project.catalog.pair_search import MAYBE_SAME_PIXELS, PairSearch, joined
from inspector.project.context import ProjectContext
from inspector.project.review.audit_report import PAIR_FIELDS, audit_page, pair_rows
from inspector.project.review.audit_result import AuditPair, DatasetAudit, LeakedImages
from inspector.project.review.duplicates import MAX_EXPANDED, Duplicates, Level, PairKind
from inspector.project.review.image_collection import (
    CollectedImage,
    Fingerprints,
    ImageCollection,
)
from inspector.reports.html import render
from inspector.similarity.fingerprint_file import Detail
from inspector.similarity.orientations import NAMES
from inspector.similarity.pairs import candidates_of
from inspector.work.jobs import Progress, Stop
from inspector.work.tasks import CandidateResult


class Audits:
    """Compares the project's dataset with others."""

    def __init__(
        self, context: ProjectContext, duplicates: Duplicates, fingerprints: Fingerprints
    ) -> None:
        self._context = context
        self._duplicates = duplicates
        self._fingerprints = fingerprints

    def against(
        self,
        other: ImageCollection,
        *,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> DatasetAudit | None:
        """Compare every image that is not excluded with every one of `other`; None when stopped.

        Args:
            other: Images of a scanned dataset (`Fingerprints.collection`) or of a file
                (`collection_of`).
            stop: Set from any thread to end soon.
            progress: Reports the phases "candidates", "near-duplicates" and "pixels".

        Raises:
            DatasetError: One of them has no image, or both are the same folder.
            CacheError: There is no space beside the cache.
        """
        own = self._fingerprints.collection()
        if not other.images:
            raise DatasetError(f"{other.name} has no image to compare with", "Name another one.")
        if own.root is not None and other.root is not None and own.root.samefile(other.root):
            raise DatasetError(
                "both are the same dataset", "`inspector duplicates` compares one with itself."
            )
        stop = stop or Stop()
        search = PairSearch(self._context, stop, progress or Progress())
        both = _Both.of(own, other)
        alike = _search(search, both, stop)
        if alike is None:
            return None
        files = both.maybe_same_pixels(alike)
        digests = search.digests(files, files.__getitem__)
        if digests is None:
            return None
        pairs = both.pairs(alike, other.pixels | digests, self._duplicates.threshold)
        confirmed = [pair for pair in pairs if pair.level is Level.SURE]
        return DatasetAudit(
            self._duplicates.threshold, other.detail, other.root is None,
            _leaked(own, [(pair.a, pair.kind) for pair in confirmed]),
            _leaked(other, [(pair.b, pair.kind) for pair in confirmed]), tuple(pairs),
        )  # fmt: skip

    def write_report(self, audit: DatasetAudit, file: Path, *, root: Path | None = None) -> None:
        """Write an audit as one HTML page, or as a CSV of all pairs by the name's ending.

        Args:
            audit: From `against`.
            file: Target file.
            root: Folder of the other dataset; None for a fingerprint file.

        Raises:
            ExportError: It lies inside a dataset, exists already, or can't be written.
        """
        roots = [self._context.root, *([root] if root else [])]
        if file.suffix.lower() == ".csv":
            with user_file(file, *roots, what="list of pairs") as stream:
                write_rows(stream, [PAIR_FIELDS])
                write_rows(stream, pair_rows(audit))
            return
        page = audit_page(
            audit,
            lambda one: self._context.thumbnail(one.path, one.sha256),
            lambda two: self._context.thumbnail(two.path, two.sha256, root=root),
        )
        with user_file(file, *roots, what="report") as stream:
            stream.write(render(page))


@dataclass(frozen=True, slots=True)
class _Both:
    """Two collections as one search sees them: each content once, those of A first."""

    a: ImageCollection
    b: ImageCollection
    images_a: dict[bytes, list[CollectedImage]]
    images_b: dict[bytes, list[CollectedImage]]
    rows_a: list[int]
    rows_b: list[int]

    @classmethod
    def of(cls, a: ImageCollection, b: ImageCollection) -> "_Both":
        (images_a, rows_a), (images_b, rows_b) = _by_content(a), _by_content(b)
        return cls(a, b, images_a, images_b, rows_a, rows_b)

    def contents(self, row: int) -> bytes:
        """Return the content of a row of the search."""
        n = len(self.rows_a)
        if row < n:
            return self.a.images[self.rows_a[row]].sha256
        return self.b.images[self.rows_b[row - n]].sha256

    def maybe_same_pixels(self, alike: CandidateResult) -> dict[bytes, Path]:
        """Return a file of each content that may have the same pixels as another."""
        near = alike.transform == 0
        if alike.similarity is not None:
            near &= alike.similarity >= MAYBE_SAME_PIXELS
        files: dict[bytes, Path] = {}
        for row in np.unique(np.concatenate([alike.a[near], alike.b[near]])).tolist():
            content = self.contents(row)
            side, images = (
                (self.a, self.images_a) if row < len(self.rows_a) else (self.b, self.images_b)
            )
            if side.root is not None:
                files[content] = side.root / images[content][0].path
        return files

    def pairs(
        self, alike: CandidateResult, digests: dict[bytes, bytes], threshold: float
    ) -> list[AuditPair]:
        """Return every pair of images, contents expanded, strongest kind first."""
        pairs = [
            AuditPair(one, two, PairKind.BYTES, Level.SURE, NAMES[0], 1.0)
            for content in self.images_a.keys() & self.images_b.keys()
            for one, two in _expanded(self.images_a[content], self.images_b[content])
        ]
        pairs += self._same_pixels(digests)
        done = {(pair.a.sha256, pair.b.sha256) for pair in pairs}
        similarities = None if alike.similarity is None else alike.similarity.tolist()
        columns = zip(alike.a.tolist(), alike.b.tolist(), alike.transform.tolist(), strict=True)
        for position, (a, b, transform) in enumerate(columns):
            one, two = self.contents(a), self.contents(b)
            if (one, two) in done:
                continue
            done.add((one, two))
            value = None if similarities is None else round(similarities[position], 4)
            level = Level.SURE if value is not None and value >= threshold else Level.POSSIBLE
            kind = PairKind.TRANSFORMED if transform else PairKind.NEAR
            pairs += [
                AuditPair(x, y, kind, level, NAMES[transform], value)
                for x, y in _expanded(self.images_a[one], self.images_b[two])
            ]
        order = list(PairKind)
        pairs.sort(key=lambda p: (-(p.similarity or 0.0), order.index(p.kind), p.a.path, p.b.path))
        return pairs

    def _same_pixels(self, digests: dict[bytes, bytes]) -> list[AuditPair]:
        """Return pairs with different bytes and the same decoded pixels."""
        of_pixels: dict[bytes, list[bytes]] = defaultdict(list)
        for content in self.images_b:
            if content in digests:
                of_pixels[digests[content]].append(content)
        return [
            AuditPair(x, y, PairKind.PIXELS, Level.SURE, NAMES[0], 1.0)
            for one in self.images_a
            for two in of_pixels.get(digests.get(one, b""), ())
            if one != two
            for x, y in _expanded(self.images_a[one], self.images_b[two])
        ]


def _search(search: PairSearch, both: _Both, stop: Stop) -> CandidateResult | None:
    """Return the pairs between A and B, verified unless B has hashes only; None if stopped."""
    a, b = both.rows_a, both.rows_b
    hashes_only = both.b.detail is Detail.HASHES
    with search.folder() as folder:
        records = folder / "records"
        records.write_bytes(both.a.records[a].tobytes() + both.b.records[b].tobytes())
        np.save(folder / "chosen.npy", np.arange(len(a) + len(b), dtype=np.int64))
        np.save(folder / "splits.npy", np.repeat(np.arange(2, dtype=np.int32), (len(a), len(b))))
        proposed = search.proposed(str(folder), records, len(a) + len(b), hashes_only=hashes_only)
        if proposed is None:
            return None
        pairs = candidates_of(proposed.numbers)
        across = (pairs.a < len(a)) & (pairs.b >= len(a))
        crossing = CandidateResult(pairs.a[across], pairs.b[across], pairs.transform[across])
        if hashes_only:
            return crossing
        verified = joined(search.verified(str(folder), crossing))
        return None if stop.is_set() else verified


def _by_content(
    collection: ImageCollection,
) -> tuple[dict[bytes, list[CollectedImage]], list[int]]:
    """Return the images of each content, and the first row of each."""
    images: dict[bytes, list[CollectedImage]] = {}
    rows: list[int] = []
    for row, image in enumerate(collection.images):
        if image.sha256 not in images:
            rows.append(row)
        images.setdefault(image.sha256, []).append(image)
    return images, rows


def _expanded(
    one: list[CollectedImage], two: list[CollectedImage]
) -> list[tuple[CollectedImage, CollectedImage]]:
    """Return all pairs of two sets of identical images, or the first ones of very many."""
    if len(one) * len(two) > MAX_EXPANDED:
        one, two = one[:1], two[:1]
    return [(a, b) for a in one for b in two]


def _leaked(
    collection: ImageCollection, confirmed: list[tuple[CollectedImage, PairKind]]
) -> LeakedImages:
    """Count the contents of confirmed pairs, each image once under its strongest kind."""
    order = list(PairKind)
    strongest: dict[bytes, PairKind] = {}
    for image, kind in confirmed:
        known = strongest.get(image.sha256, kind)
        strongest[image.sha256] = min(known, kind, key=order.index)
    by_kind = dict.fromkeys(PairKind, 0)
    by_split: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for image in collection.images:
        by_split[image.split][1] += 1
        if image.sha256 in strongest:
            by_kind[strongest[image.sha256]] += 1
            by_split[image.split][0] += 1
    return LeakedImages(
        collection.name, len(collection.images), sum(by_kind.values()), by_kind,
        {split: (leaked, n) for split, (leaked, n) in sorted(by_split.items())},
        sum(image.flat for image in collection.images),
    )  # fmt: skip
