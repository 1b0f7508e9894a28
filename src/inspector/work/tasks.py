"""What worker processes are asked to do, and what they answer: small frozen values.

What there is one of for each file is a tuple: those cost a third to send.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.file_facts import FileFacts
from inspector.similarity.image_hashes import HashMethod
from inspector.similarity.records import CachedPicture

# Rows of another version are read again. Source: similarity.fingerprints, VERSION, and
# similarity.packing, RECORD_BYTES, held by a test.
FEATURES = 3
RECORD_BYTES = 2_048
# Images of a block of `FindNear`. Source: similarity.nearest, BLOCK, held by a test.
NEAR_BLOCK = 2_048


class ReadTask(NamedTuple):
    """Decode the file of a sample once, for its facts, thumbnail and fingerprint.

    `records` is the path of the file that the fingerprint is added to, one for all of a chunk.
    """

    sample: int
    path: str
    records: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What decoding a chunk of files gave, as rows that the store takes as they are.

    Attributes:
        pictures: Of those that are images.
    """

    samples: list[FileFacts]
    pictures: list[CachedPicture]


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin a search in a folder that holds its `chosen` and `splits`; see `work.search`."""

    folder: str


@dataclass(frozen=True, slots=True)
class Describe:
    """Unpack some fingerprint records of a search and describe their images.

    Attributes:
        file: Of records, one after another.
        folder: Of the search, where its arrays are; see `work.search`.
        start: First of the images to describe.
        stop: First that is not.
    """

    file: str
    folder: str
    start: int
    stop: int


class Space(StrEnum):
    """By what images are near: the name of a file of a search."""

    DESCRIPTORS = "descriptors"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class Reduce:
    """Turn all descriptors, or vectors, of a search into points."""

    folder: str
    space: Space = Space.DESCRIPTORS


@dataclass(frozen=True, slots=True)
class FindNear:
    """Find the nearest neighbours of a block of images among those from it on."""

    folder: str
    start: int
    space: Space = Space.DESCRIPTORS


@dataclass(frozen=True, slots=True)
class JoinNear:
    """Propose the pairs of nearest neighbours, once every block has its own."""

    folder: str
    space: Space = Space.DESCRIPTORS


@dataclass(frozen=True, slots=True)
class ProposeTask:
    """Find candidate pairs among the hashes of a search, by one flip or turn."""

    folder: str
    transform: int


@dataclass(frozen=True, slots=True)
class VerifyTask:
    """Verify candidate pairs on the small images of a search."""

    folder: str
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """Pairs as columns; `similarity` is None while they are only candidates.

    Attributes:
        compared: Pairs by similarity, (2, 40) of one label and of two, those that are not returned
            included; None where nothing was compared, or labels are not known.
    """

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]
    similarity: NDArray[np.float32] | None = None
    compared: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class DigestTask:
    """Decode a file in full and digest its upright pixels."""

    sha256: bytes
    path: str


@dataclass(frozen=True, slots=True)
class DigestResult:
    """The digest of a content's pixels; its own hash where they did not come out."""

    sha256: bytes
    pixels: bytes


class ComparePages(NamedTuple):
    """Look closer at a confirmed pair that may be two pages of one template.

    Attributes:
        pair: Number of the pair, given back.
        similarity: As verified.
    """

    pair: int
    one: str
    two: str
    transform: int
    similarity: float


class PagesCompared(NamedTuple):
    """The similarity of a pair after a closer look; as it was where it is no document."""

    pair: int
    similarity: float


class HashFile(NamedTuple):
    """Hash a file by some of ImageHash's methods."""

    sha256: bytes
    path: str
    methods: tuple[HashMethod, ...]


@dataclass(frozen=True, slots=True)
class Hashed:
    """ImageHash's hashes of a content, as of `hash_file`; none where `reason` says why."""

    sha256: bytes
    hashes: dict[HashMethod, bytes]
    reason: str = ""


class EmbedFile(NamedTuple):
    """Embed the image of a file, whose bytes had this hash when it was scanned."""

    sha256: bytes
    path: str


class Embedded(NamedTuple):
    """The vector of a content as float16 bytes; b"" where `reason` says why there is none."""

    sha256: bytes
    vector: bytes
    reason: str = ""


class MeasureSurroundings(NamedTuple):
    """Measure what surrounds the object, by a content's JPEG thumbnail and its file's header."""

    sha256: bytes
    path: str
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What `measure_surroundings` and `compression` return of a content."""

    sha256: bytes
    values: NDArray[np.float32]
    compression: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Written:
    """What was asked for stands in the folder of the search."""


SearchTask = Begin | Describe | Reduce | FindNear | JoinNear | ProposeTask | VerifyTask
Task = (
    ReadTask | DigestTask | HashFile | EmbedFile | ComparePages | MeasureSurroundings | SearchTask
)
Result = CandidateResult | Written | DigestResult | Hashed | Embedded | PagesCompared | Surroundings
