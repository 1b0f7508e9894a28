"""What worker processes are asked to do, and what they answer: small frozen values.

What there is one of for each file is a tuple: those cost a third to send.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.file_facts import FileFacts
from inspector.similarity.image_hashes import HashMethod
from inspector.similarity.records import CachedPicture

# Rows of another version are read again. Source: similarity.fingerprints, VERSION and the length
# of a record in bytes, held by a test.
FEATURES = 2
RECORD_BYTES = 7_205


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
class ProposeTask:
    """Find candidate pairs among the fingerprint records of a file, by one flip or turn.

    Attributes:
        file: Of records, one after another.
        chosen: Path of a numpy file of the rows in it that count; pairs are of places in that.
    """

    file: str
    chosen: str
    transform: int


@dataclass(frozen=True, slots=True)
class VerifyTask:
    """Verify candidate pairs on the small pictures of a file's records, as of `ProposeTask`."""

    file: str
    chosen: str
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """Pairs as columns; `similarity` is None while they are only candidates."""

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
    """The digest of a content's pixels; its own hash where they did not come out."""

    sha256: bytes
    pixels: bytes


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


Task = ReadTask | ProposeTask | VerifyTask | DigestTask | HashFile
Result = CandidateResult | DigestResult | Hashed
