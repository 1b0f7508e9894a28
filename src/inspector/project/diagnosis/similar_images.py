"""The images most similar to one, by the features of baseline models."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.project.catalog.contents import contents_of
from inspector.project.catalog.known_search import KnownSearch
from inspector.project.context import ProjectContext
from inspector.project.review.fingerprint_blocks import FingerprintBlocks
from inspector.store.sample_table import SampleTable
from inspector.store.samples import Sample

EXACT_IMAGES = 20_000
"""Of more images, the points of the last search choose which ones are compared."""
PRESELECTED = 256


@dataclass(frozen=True, slots=True)
class _Space:
    """Images in the baseline models' features, or by their rows in the last search.

    Attributes:
        key: Digest of the images, and the stamp of the last search.
        x: (n, d) of few images.
        rows: (n,) of many; None where no search left any.
    """

    key: tuple[str, object]
    x: NDArray[np.float32]
    rows: NDArray[np.int64] | None


class SimilarImages:
    """Orders the images of a dataset by their similarity to one of them."""

    def __init__(self, context: ProjectContext, fingerprints: FingerprintBlocks) -> None:
        self._context = context
        self._fingerprints = fingerprints
        self._known = KnownSearch(context.cache.path.parent, context.file)
        self._space: _Space | None = None
        # Of the last image, which is asked about once per class.
        self._cosines: tuple[object, NDArray[np.float32] | None] = None, None

    def nearest_first(
        self,
        images: SampleTable,
        members: Sequence[Sample],
        among: NDArray[np.bool_] | None = None,
        *,
        key: str,
    ) -> Iterator[Sample]:
        """Yield other images, most similar to the first member first.

        Of more than `EXACT_IMAGES`, only the nearest are among them.

        Args:
            images: All images.
            members: Images that are left out; the first one is compared.
            among: (n,) which images to yield; None for all.
            key: Digest of the images.
        """
        chosen = np.ones(len(images), np.bool_) if among is None else among.copy()
        first, *_ = own = images.rows_of([m.id for m in members])
        chosen[own[own >= 0]] = False
        rows = np.flatnonzero(chosen)
        space = self._of(images, key)
        if len(images) <= EXACT_IMAGES:
            distance = ((space.x[rows] - space.x[first]) ** 2).sum(axis=1)
        else:
            rows = self._preselected(space, rows, int(first))
            described = self._fingerprints.described([images[i] for i in (first, *rows.tolist())])
            distance = ((described[1:] - described[0]) ** 2).sum(axis=1)
        return (images[i] for i in rows[np.argsort(distance, kind="stable")].tolist())

    def _preselected(self, space: _Space, rows: NDArray[np.int64], first: int) -> NDArray[np.int64]:
        """Return the rows that the last search holds for the nearest; without one, a sample."""
        known, own = space.rows, -1 if space.rows is None else int(space.rows[first])
        asked, cosines = self._cosines
        if asked != (space.key, own):
            cosines = self._known.cosines_with(own) if own >= 0 else None
            self._cosines = (space.key, own), cosines
        replaced = self._known.stamp() != space.key[1]
        if known is None or cosines is None or replaced or known.max() >= len(cosines):
            return rows[:: -(-len(rows) // EXACT_IMAGES) or 1]
        of_rows = np.nan_to_num(np.where(known[rows] >= 0, cosines[known[rows]], 0))
        nearest = np.argsort(-of_rows, kind="stable")[:PRESELECTED]
        return np.sort(rows[nearest])

    def _of(self, images: SampleTable, digest: str) -> _Space:
        # First: rows of a search that replaces this one meanwhile are looked up again.
        space, key = self._space, (digest, self._known.stamp())
        if space is None or space.key != key:
            described, rows = np.zeros((0, 0), np.float32), None
            if len(images) <= EXACT_IMAGES:
                described = self._fingerprints.described(images)
            else:
                contents = contents_of(images)
                of_contents = self._known.rows_of(contents.hashes(), contents.texts("split"))
                rows = None if of_contents is None else of_contents[contents.of_rows()]
            space = self._space = _Space(key, described, rows)
        return space
