"""The distinct contents of a dataset's images, in columns: a tenth of the memory of dicts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.store.columns import HashColumn, TextColumn
from inspector.store.sample_table import SampleTable


@dataclass(frozen=True, slots=True)
class Contents:
    """Distinct contents, ordered by the path of the first file of each.

    Attributes:
        images: Readable images, ordered by path.
        rows: (m,) rows in `images`: those of one content together, ordered by path.
        starts: (n + 1,) where each content starts in `rows`; then m.
    """

    images: SampleTable
    rows: NDArray[np.int64]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def first(self) -> NDArray[np.int64]:
        """(n,) row of the first file of each content."""
        return self.rows[self.starts[:-1]]

    @property
    def files(self) -> NDArray[np.int64]:
        """(n,) number of files of each content."""
        return np.diff(self.starts)

    def hashes(self) -> HashColumn:
        """Return the SHA-256 of each content."""
        return self.images.hashes().taken(self.first)

    def texts(self, name: str) -> TextColumn:
        """Return a text column of the first file of each content."""
        return self.images.text(name).taken(self.first)

    def of_rows(self) -> NDArray[np.int64]:
        """Return the content (m,) of each row of `images`."""
        content = np.empty(len(self.rows), np.int64)
        content[self.rows] = np.repeat(np.arange(len(self)), self.files)
        return content

    def sample(self, content: int) -> int:
        """Return the id of the first file of a content."""
        return int(self.images.ids[self.rows[self.starts[content]]])

    def samples(self, content: int) -> list[int]:
        """Return the ids of all files of a content, ordered by path."""
        rows = self.rows[self.starts[content] : self.starts[content + 1]]
        ids: list[int] = self.images.ids[rows].tolist()
        return ids

    def path(self, content: int) -> str:
        """Return the path of the first file of a content, relative to the dataset."""
        return self.images.paths[int(self.rows[self.starts[content]])]

    def taken(self, chosen: NDArray[np.bool_]) -> "Contents":
        """Return the contents that a mask (n,) selects."""
        files = self.files
        starts = np.concatenate([[0], np.cumsum(files[chosen])])
        return Contents(self.images, self.rows[np.repeat(chosen, files)], starts)


def contents_of(images: SampleTable) -> Contents:
    """Return the contents of readable images."""
    numbers = images.contents()
    first = np.unique(numbers, return_index=True)[1]
    place = np.empty(len(first), np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    content = place[numbers]
    starts = np.concatenate([[0], np.cumsum(np.bincount(content, minlength=len(first)))])
    return Contents(images, np.argsort(content, kind="stable"), starts)
