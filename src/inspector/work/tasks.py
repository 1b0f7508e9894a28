"""What worker processes are asked to do, and what they answer: small frozen values.

What there is one of for each file is a tuple: those cost a third to send.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Rows of another version are read again. Source: similarity.fingerprints, VERSION and the length
# of a record in bytes, held by a test.
FEATURES = 3
RECORD_BYTES = 7_209


class Read(NamedTuple):
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
        samples: In the order of `store.samples.FILL`.
        pictures: Of those that are images, as `store.cache.PictureCache.put` takes them.
    """

    samples: list[tuple[object, ...]]
    pictures: list[tuple[bytes, bytes, int, int]]


@dataclass(frozen=True, slots=True)
class Propose:
    """Find candidate pairs among the fingerprint records of a file, by one flip or turn.

    Attributes:
        file: Of records, one after another.
        chosen: Path of a numpy file of the rows in it that count; pairs are of places in that.
    """

    file: str
    chosen: str
    transform: int


@dataclass(frozen=True, slots=True)
class Verify:
    """Verify candidate pairs on the small pictures of a file's records, as of `Propose`."""

    file: str
    chosen: str
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs as columns; `similarity` is None while they are only candidates."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]
    similarity: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """Decode a file in full and digest its upright pixels."""

    sha256: bytes
    path: str


@dataclass(frozen=True, slots=True)
class Digested:
    """The digest of a content's pixels; its own hash where they did not come out."""

    sha256: bytes
    pixels: bytes


Task = Read | Propose | Verify | Digest
Result = Found | Digested
