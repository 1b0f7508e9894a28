"""Where two images of a pair differ when one is overlaid on the other."""

import numpy as np
from numpy.typing import NDArray

from inspector.project.catalog.samples import Samples
from inspector.project.context import ProjectContext
from inspector.project.review.duplicates import Duplicates
from inspector.similarity.difference import ImageDifference, aligned_difference, difference
from inspector.store.samples import Sample


class PairDifferences:
    """Computes where two images differ."""

    def __init__(self, context: ProjectContext, samples: Samples, duplicates: Duplicates) -> None:
        self._context = context
        self._samples = samples
        self._duplicates = duplicates

    def difference(self, first: int, second: int, *, align: bool = True) -> ImageDifference:
        """Return where two images differ; takes up to 1 s for large ones.

        Args:
            first: Sample id; the difference has the size of this image.
            second: Sample id of the image that is overlaid.
            align: False only to stretch the second image to the first one's size.

        Raises:
            DatasetError: A file can't be read.
        """
        one, two = self._samples.pixels(first), self._samples.pixels(second)
        if not align:
            return difference(one, two)
        pair = self._duplicates.index().pair(first, second)
        transform = 0 if pair is None else pair.transform
        return aligned_difference(one, two, transform, self._place(first, second, transform))

    def _place(self, first: int, second: int, transform: int) -> NDArray[np.float64] | None:
        rows = {s.id: s for s in self._samples.by_ids([first, second])}
        records = self._fingerprints(rows[first], rows[second])
        if records is None:
            return None
        # They import numba, which opening a project need not wait for.
        from inspector.similarity.packing import PACKED, unpack
        from inspector.similarity.pairs import Candidates
        from inspector.similarity.verification import measured

        both = unpack(np.frombuffer(b"".join(records), PACKED))
        zero = np.zeros(1, np.int32)
        pair = Candidates(zero, zero + 1, np.array([transform], np.uint8))
        _, (place,) = measured(both, pair)
        return np.asarray(place, np.float64)

    def _fingerprints(self, one: Sample, two: Sample) -> list[bytes] | None:
        records = list(self._context.cache.fingerprints([one.sha256, two.sha256]))
        return records if all(records) else None
