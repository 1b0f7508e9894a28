"""What goes to a Dask worker and comes back: text of JSON, of these types and no others.

Dask sends its own messages as pickles, so only names of functions of this package and text are in
them. What a task gives is a shard; see `shards`.
"""

from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from inspector.work.tasks import SEARCH, Space, VerifyTask

# The last number is that of the requests themselves.
RELEASE = f"{SEARCH}/3"
_T = TypeVar("_T", bound=np.generic)
_ROW, _TURN = np.dtype("<i4"), np.dtype("u1")


class ReadShard(msgspec.Struct, frozen=True, tag="read"):
    """Read files and write what is in them as one shard.

    Attributes:
        source: URL or folder of the dataset, as the workers see it.
        paths: Relative to it.
        keys: 16 bytes per path; see `file_keys`.
    """

    source: str
    paths: list[str]
    keys: bytes


class DigestFiles(msgspec.Struct, frozen=True, tag="digest"):
    """Digest the upright pixels of files.

    Attributes:
        contents: SHA-256 of each.
    """

    source: str
    contents: list[bytes]
    paths: list[str]


class FilePair(msgspec.Struct, frozen=True, array_like=True):
    """Fields of `CompareFiles` with relative paths."""

    pair: int
    one: str
    two: str
    transform: int
    similarity: float


class CompareFilePairs(msgspec.Struct, frozen=True, tag="compare-files"):
    """Compare pairs in detail."""

    source: str
    pairs: list[FilePair]


class SampleDescriptors(msgspec.Struct, frozen=True, tag="sample"):
    """Describe the images of one block that are in the sample."""

    start: int


class FitProjection(msgspec.Struct, frozen=True, tag="fit"):
    """Fit the components of all sampled descriptors."""


class ProjectBlock(msgspec.Struct, frozen=True, tag="points"):
    """Turn the descriptors of one block into points."""

    start: int


class FitCentres(msgspec.Struct, frozen=True, tag="centres"):
    """Fit the centres of cells on a sample of all points."""

    space: Space
    cells: int


class ProbeBlock(msgspec.Struct, frozen=True, tag="probed"):
    """Find the cells that the points of one block look in."""

    start: int
    space: Space
    cells: int


class OrderCells(msgspec.Struct, frozen=True, tag="order"):
    """Order all images by their cells."""

    space: Space
    cells: int


class NearShard(msgspec.Struct, frozen=True, tag="near"):
    """Find the nearest neighbours of one block; see `FindNear`."""

    start: int
    space: Space
    cells: int


class JoinNearShards(msgspec.Struct, frozen=True, tag="join-near"):
    """Propose the pairs of nearest neighbours; see `JoinNear`."""

    space: Space
    cells: int


class JoinHashes(msgspec.Struct, frozen=True, tag="join-hashes"):
    """Propose the pairs of close hashes, for one flip or rotation."""

    transform: int


class VerifyShard(msgspec.Struct, frozen=True, tag="verify"):
    """Verify candidate pairs; the columns are bytes of little-endian numbers."""

    a: bytes
    b: bytes
    transform: bytes
    least: float

    @classmethod
    def of(cls, task: VerifyTask) -> "VerifyShard":
        """Return the request of a task."""
        return cls(
            task.a.astype(_ROW).tobytes(), task.b.astype(_ROW).tobytes(),
            task.transform.astype(_TURN).tobytes(), task.least,
        )  # fmt: skip

    def task(self) -> VerifyTask:
        """Return the task that this is the request of."""
        return VerifyTask(
            "", _array(self.a, _ROW), _array(self.b, _ROW), _array(self.transform, _TURN),
            self.least,
        )  # fmt: skip


def _array(data: bytes, kind: "np.dtype[_T]") -> NDArray[_T]:
    return np.frombuffer(data, kind)


SearchPart = (
    SampleDescriptors
    | FitProjection
    | ProjectBlock
    | FitCentres
    | ProbeBlock
    | OrderCells
    | NearShard
    | JoinNearShards
    | JoinHashes
    | VerifyShard
)
FilePart = ReadShard | DigestFiles | CompareFilePairs


class SearchShards(msgspec.Struct, frozen=True):
    """Where the shards of one search are.

    Attributes:
        folder: Its folder among the shards.
        images: Number of images.
    """

    folder: str
    images: int


class ClusterRequest(msgspec.Struct, frozen=True):
    """One task.

    Attributes:
        release: The parent's `RELEASE`.
        shards: URL or folder of the shards, as the workers see it.
        name: Shard to write, "" for none.
        part: What to do.
        search: The search that a part of it belongs to.
    """

    release: str
    shards: str
    name: str
    part: FilePart | SearchPart
    search: SearchShards | None = None


class FailedFile(msgspec.Struct, frozen=True, array_like=True):
    """A file, by its place in the request, that killed or hung its reader."""

    index: int
    status: str
    reason: str


class ClusterReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a task says.

    Attributes:
        message: Message of an `InspectorError`; "" where all went well.
        advice: Its advice.
        digests: Per file, the digest of its pixels; b"" of one that failed.
        similarity: Per pair of pages; None where the comparison failed.
        failed: The files that failed.
    """

    message: str = ""
    advice: str = ""
    digests: list[bytes] = []
    similarity: list[float | None] = []
    failed: list[FailedFile] = []
