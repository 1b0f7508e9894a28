"""ImageHash's own hashes of a file, to compare with programs that use the library.

They equal `imagehash.phash(Image.open(file))` and so on with the library's defaults; EXIF
orientation is not applied. The program's own search does not use them.
"""

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.dataset import formats
from inspector.dataset.decoding import read_file
from inspector.dataset.rasters import MAX_PIXELS

MAX_DISTANCE = 20
"""In bits: beyond it nearly every pair of 64-bit photo hashes is a coincidence."""

MAX_SAME = 1_000
"""A hash shared by more images is listed and makes no pairs."""


class HashMethod(StrEnum):
    """A hash of ImageHash, by its usual name."""

    PHASH = "phash"
    DHASH = "dhash"
    AHASH = "ahash"
    WHASH = "whash"
    COLORHASH = "colorhash"
    CROP_RESISTANT = "crop-resistant"

    @property
    def bits(self) -> int:
        """Length of a hash; for the crop-resistant one, of each segment's."""
        return 42 if self is HashMethod.COLORHASH else 64

    @property
    def default_distance(self) -> int:
        """Default number of bits within which two images are a pair.

        Source: programs around ImageHash commonly use 8 of 64; a colour hash has three bits per
        value, so 2 bits are a small change of one.
        """
        return 2 if self is HashMethod.COLORHASH else 8


QUICK_METHODS = tuple(m for m in HashMethod if m is not HashMethod.CROP_RESISTANT)
"""All but the one that takes a hundred times as long."""


@dataclass(frozen=True, slots=True)
class HashPair:
    """Two rows, a < b, and the bits that differ between their hashes.

    For the crop-resistant hash that is the smallest distance between two segments, so pairs within
    N bits are those for which `a.matches(b, hamming_cutoff=N)` is true.
    """

    a: int
    b: int
    distance: int


def hash_file(path: str, methods: Sequence[HashMethod]) -> dict[HashMethod, bytes]:
    """Return the hashes of an image file, decoded once.

    Returns:
        By method, 8 little-endian bytes per segment: the numbers that ImageHash writes in hex.

    Raises:
        ValueError: Pillow can't decode the file; the message says why.
    """
    # The library imports SciPy and wavelets, which a scan need not wait for.
    import imagehash
    from PIL import Image

    functions = {
        HashMethod.PHASH: imagehash.phash,
        HashMethod.DHASH: imagehash.dhash,
        HashMethod.AHASH: imagehash.average_hash,
        HashMethod.WHASH: imagehash.whash,
        HashMethod.COLORHASH: imagehash.colorhash,
        HashMethod.CROP_RESISTANT: imagehash.crop_resistant_hash,
    }
    try:
        data = read_file(path)
        name = formats.guess(path, data[: formats.HEAD_BYTES])
        if not name:
            raise ValueError("not an image")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Only the format that its bytes announce: never one that runs another program.
            with Image.open(io.BytesIO(data), formats=(name,)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise ValueError(f"more than {MAX_PIXELS // 1_000_000} million pixels")
                return {method: _packed(functions[method](image)) for method in methods}
    except Exception as error:  # decoders raise almost any exception for a hostile file
        raise ValueError(" ".join(str(error).split()) or type(error).__name__) from error


def hash_text(method: HashMethod, value: bytes) -> str:
    """Return a hash as ImageHash writes it: in hex, with commas between segments."""
    digits = -(-method.bits // 4)
    return ",".join(f"{word:0{digits}x}" for word in np.frombuffer(value, "<u8").tolist())


def pairs_within(
    hashes: Sequence[bytes], distance: int
) -> tuple[list[HashPair], list[tuple[int, ...]]]:
    """Find every pair of hashes with at most `distance` differing bits.

    Args:
        hashes: As returned by `hash_file`, all by one method; b"" takes no part.
        distance: 0 to `MAX_DISTANCE`.

    Returns:
        The pairs, closest first; and the rows that share one hash, if more than `MAX_SAME`: they
        make no pairs by that hash.
    """
    owners: dict[int, list[int]] = {}
    for row, value in enumerate(hashes):
        for word in set(np.frombuffer(value, "<u8").tolist()):
            owners.setdefault(word, []).append(row)
    crowded = [tuple(rows) for rows in owners.values() if len(rows) > MAX_SAME]
    words = sorted(word for word, rows in owners.items() if len(rows) <= MAX_SAME)
    best: dict[tuple[int, int], int] = {}
    for word in words:
        rows = owners[word]
        for place, a in enumerate(rows):
            best.update(((a, b), 0) for b in rows[place + 1 :])
    _join(np.array(words, np.uint64), owners, distance, best)
    pairs = [HashPair(a, b, bits) for (a, b), bits in best.items()]
    pairs.sort(key=lambda pair: (pair.distance, pair.a, pair.b))
    return pairs, crowded


def _join(
    words: NDArray[np.uint64],
    owners: Mapping[int, Sequence[int]],
    distance: int,
    best: dict[tuple[int, int], int],
) -> None:
    """Add pairs of rows whose words differ in 1 to `distance` bits, each at its smallest."""
    # Imports numba, which hashing a file need not wait for.
    from inspector.similarity.hash_join import HashIndex

    near = HashIndex(words).close(words, distance, half=True)
    for i, j in near[near[:, 0] != near[:, 1]].tolist():
        one, two = int(words[i]), int(words[j])
        bits = (one ^ two).bit_count()
        for a, b in product(owners[one], owners[two]):
            if a != b:
                ends = (a, b) if a < b else (b, a)
                best[ends] = min(bits, best.get(ends, bits))


def _packed(result: Any) -> bytes:
    segments = getattr(result, "segment_hashes", [result])
    return b"".join(int(str(one), 16).to_bytes(8, "little") for one in segments)
