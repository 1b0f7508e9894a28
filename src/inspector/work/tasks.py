"""Requests to worker processes and their results, as small frozen values.

What exists once per file is a tuple: tuples cost a third to send.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inspector import __version__
from inspector.dataset.file_facts import FileFacts
from inspector.similarity.image_hashes import HashMethod
from inspector.similarity.records import CachedPicture
from inspector.work.reencoding import ReencodedImage, Reencoding

# Rows of another version are read again. Source: similarity.fingerprints.VERSION and
# similarity.packing.RECORD_BYTES; a test checks that they agree.
FEATURES = 3
RECORD_BYTES = 2_048
# Raised when a search proposes or judges pairs in another way: what an earlier one found is not
# used then, and the next scan searches again.
SEARCH_REVISION = 10
SEARCH = f"{__version__}/{FEATURES}/{SEARCH_REVISION}"
# Images per block of `FindNear`. Source: similarity.nearest.BLOCK; a test checks that they agree.
NEAR_BLOCK = 2_048
# Larger blocks read each cell less often; fewer than these would leave processors idle.
_NEAR_TASKS = 128


class ReadTask(NamedTuple):
    """Decode the file of a sample once for its facts, thumbnail and fingerprint.

    Attributes:
        records: The file to which the fingerprint is appended, the same for all of a chunk.
        copies: True to return a file that is its own thumbnail, where nobody can read it later.
    """

    sample: int
    path: str
    records: str
    copies: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Results of decoding a chunk of files, as rows for the store.

    Attributes:
        pictures: Cache rows of the files that are images.
    """

    samples: list[FileFacts]
    pictures: list[CachedPicture]


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin a search in a folder that holds its `chosen` and `splits`; see `work.search`.

    Attributes:
        known: File of an earlier search that this one updates; "" to search anew.
    """

    folder: str
    known: str = ""


@dataclass(frozen=True, slots=True)
class Describe:
    """Unpack some fingerprint records of a search and describe their images.

    Attributes:
        file: Record file.
        folder: Folder of the search's arrays; see `work.search`.
        start: First image to describe.
        stop: End of the range, exclusive.
    """

    file: str
    folder: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class DescribeNew:
    """Describe some new images of a search that updates an earlier one.

    Attributes:
        file: Record file.
        folder: Folder of the search's arrays; see `work.search`.
        rows: The images.
    """

    file: str
    folder: str
    rows: NDArray[np.int32]


class Space(StrEnum):
    """By what images are near: the name of a file of a search."""

    DESCRIPTORS = "descriptors"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class Reduce:
    """Turn all descriptors or vectors of a search into points, once all are computed.

    Attributes:
        known: As of `Begin`: the neighbours of that search are taken over, and its cells.
        cells: Number of cells in which neighbours are looked for; 0 to compare all.
    """

    folder: str
    space: Space = Space.DESCRIPTORS
    known: str = ""
    cells: int = 0


def near_images(images: int, cells: int) -> int:
    """Return the number of images per `FindNear`, a multiple of `NEAR_BLOCK`."""
    blocks = images // (NEAR_BLOCK * _NEAR_TASKS) if cells else 1
    return NEAR_BLOCK * max(1, blocks)


@dataclass(frozen=True, slots=True)
class FindNear:
    """Find the nearest neighbours of a block of images among those from its start on.

    Attributes:
        cells: As of `Reduce`; the block is one in the order of the cells.
    """

    folder: str
    start: int
    space: Space = Space.DESCRIPTORS
    cells: int = 0


@dataclass(frozen=True, slots=True)
class JoinNear:
    """Propose the pairs of nearest neighbours, once every block is done.

    Attributes:
        cells: As of `Reduce`.
    """

    folder: str
    space: Space = Space.DESCRIPTORS
    cells: int = 0


@dataclass(frozen=True, slots=True)
class ProposeTask:
    """Find candidate pairs by the hashes of a search, for some flips and rotations."""

    folder: str
    transforms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VerifyTask:
    """Verify candidate pairs on the small images of a search.

    Attributes:
        least: Similarity from which pairs are returned.
        file: Record file to read them from; "" where the folder holds them.
    """

    folder: str
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]
    least: float
    file: str = ""


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """Pairs as columns; `similarity` is None for unverified candidates."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]
    similarity: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class DigestTask:
    """Decode a file in full and digest its upright pixels."""

    sha256: bytes
    path: str


@dataclass(frozen=True, slots=True)
class DigestResult:
    """Digest of a content's pixels; the content's own hash where it can't be decoded."""

    sha256: bytes
    pixels: bytes


class CompareFiles(NamedTuple):
    """Compare a pair in detail, on the pixels of its files.

    Attributes:
        pair: Number of the pair, returned with the result.
        similarity: Similarity as verified.
    """

    pair: int
    one: str
    two: str
    transform: int
    similarity: float


class FilesCompared(NamedTuple):
    """Similarity of a pair after the comparison; None if a file can't be read."""

    pair: int
    similarity: float | None


class HashFile(NamedTuple):
    """Hash a file by some of ImageHash's methods."""

    sha256: bytes
    path: str
    methods: tuple[HashMethod, ...]


@dataclass(frozen=True, slots=True)
class Hashed:
    """ImageHash's hashes of a content, as of `hash_file`; empty where `reason` tells why."""

    sha256: bytes
    hashes: dict[HashMethod, bytes]
    reason: str = ""


class EmbedFile(NamedTuple):
    """Embed the image of a file that had this hash when it was scanned."""

    sha256: bytes
    path: str


class Embedded(NamedTuple):
    """Embedding of a content as float16 bytes; b"" where `reason` tells why."""

    sha256: bytes
    vector: bytes
    reason: str = ""


class MeasureSurroundings(NamedTuple):
    """Measure what surrounds the object, from the JPEG thumbnail and the file header."""

    sha256: bytes
    path: str
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Results of `surroundings_of` and `compression_of` for a content."""

    sha256: bytes
    values: NDArray[np.float32]
    marks: NDArray[np.int8]
    compression: NDArray[np.float32]


class MeasureBorder(NamedTuple):
    """Measure the uniform border on a JPEG thumbnail."""

    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class BorderWidth:
    """The uniform border of an image, in lines of `features.SIDE_PX`; 0 without one."""

    lines: float


class Reencode(NamedTuple):
    """Re-encode an image file of an export; `item` is its number in the plan."""

    item: int
    file: str
    how: Reencoding


@dataclass(frozen=True, slots=True)
class Reencoded:
    """One image of an export as it is to be written."""

    item: int
    image: ReencodedImage


@dataclass(frozen=True, slots=True)
class Written:
    """The requested array is in the folder of the search."""


SearchTask = (
    Begin | Describe | DescribeNew | Reduce | FindNear | JoinNear | ProposeTask | VerifyTask
)
Task = (
    ReadTask | DigestTask | HashFile | EmbedFile | CompareFiles | MeasureSurroundings
    | MeasureBorder | Reencode | SearchTask
)  # fmt: skip
Result = (
    CandidateResult | Written | DigestResult | Hashed | Embedded | FilesCompared | Surroundings
    | BorderWidth | Reencoded
)  # fmt: skip
