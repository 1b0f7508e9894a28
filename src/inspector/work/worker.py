"""The worker process's side: one function over small tasks, a result for each."""

import hashlib
import zlib
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.decoding import Outcome, encode_thumbnail, read_picture, read_pixels
from inspector.dataset.file_facts import FileFacts
from inspector.errors import DatasetError
from inspector.similarity.fingerprints import FINGERPRINT, HASHES, fingerprint
from inspector.similarity.hash_join import Candidates, candidates
from inspector.similarity.image_hashes import hash_file
from inspector.similarity.records import CachedPicture, append, unkept
from inspector.similarity.verification import verify
from inspector.work.memory_limit import limited_memory
from inspector.work.tasks import (
    FEATURES,
    CandidateResult,
    DigestResult,
    DigestTask,
    Facts,
    Hashed,
    HashFile,
    ProposeTask,
    ReadTask,
    Result,
    Task,
    VerifyTask,
)


def run(tasks: Sequence[Task]) -> Facts | list[Result]:
    """Do each task in turn; a file that can't be read is a fact, not an error.

    Raises:
        ProjectError: The fingerprints of pictures can't be written.
    """
    match tasks:
        case [ReadTask(), *_]:
            return _read([task for task in tasks if isinstance(task, ReadTask)])
        case _:
            return [_compare(task) for task in tasks if not isinstance(task, ReadTask)]


def _compare(task: ProposeTask | VerifyTask | DigestTask | HashFile) -> Result:
    match task:
        case ProposeTask():
            return _propose(task)
        case VerifyTask():
            return _verify(task)
        case DigestTask():
            return _digest(task)
        case HashFile():
            return _hash(task)


def _read(tasks: Sequence[ReadTask]) -> Facts:
    """Read files, and add their fingerprints in one go."""
    records: list[bytes] = []
    pictures: list[tuple[bytes, bytes]] = []
    rows: list[FileFacts] = []
    for task in tasks:
        with limited_memory():
            picture = read_picture(task.path)
        if picture.outcome is Outcome.IMAGE and picture.pixels is not None:
            thumbnail = picture.thumbnail or encode_thumbnail(picture.pixels)
            pictures.append((picture.sha256, thumbnail))
            records.append(fingerprint(picture.pixels).tobytes())
        rows.append(FileFacts(
            picture.outcome.value, picture.reason, FEATURES, picture.sha256, picture.format,
            picture.mode, picture.width, picture.height, picture.orientation, picture.captured,
            picture.camera, int(picture.flags), picture.brightness, picture.contrast,
            picture.sharpness, picture.entropy, task.sample,
        ))  # fmt: skip
    file = Path(tasks[0].records)
    try:
        first = append(file, records) if records else 0
    except OSError as error:
        raise unkept(file, error) from error
    kept = [
        CachedPicture(sha256, thumbnail, place, zlib.crc32(record))
        for (sha256, thumbnail), place, record in zip(pictures, count(first), records, strict=False)
    ]
    return Facts(rows, kept)


def _digest(task: DigestTask) -> DigestResult:
    try:
        with limited_memory():
            pixels = read_pixels(task.path)
    except DatasetError:
        # Its own digest, so that it equals nothing.
        return DigestResult(task.sha256, task.sha256)
    digest = hashlib.sha256(np.array(pixels.shape, np.int64).tobytes())
    digest.update(np.ascontiguousarray(pixels).data)
    return DigestResult(task.sha256, digest.digest())


def _hash(task: HashFile) -> Hashed:
    try:
        return Hashed(task.sha256, hash_file(task.path, task.methods))
    except ValueError as error:
        return Hashed(task.sha256, {}, str(error))


def _propose(task: ProposeTask) -> CandidateResult:
    kept, chosen = _records(task)
    hashes = np.empty(len(chosen), HASHES)
    for name in HASHES.fields or ():
        hashes[name] = kept[name][chosen]
    proposed = candidates(hashes, (task.transform,))
    return CandidateResult(proposed.a, proposed.b, proposed.transform)


def _verify(task: VerifyTask) -> CandidateResult:
    kept, chosen = _records(task)
    both = np.concatenate([task.a, task.b])
    used, places = np.unique(both, return_inverse=True)
    a, b = places.astype(np.int32).reshape(2, -1)
    pairs = verify(kept[chosen[used]], Candidates(a, b, task.transform))
    return CandidateResult(used[pairs.a], used[pairs.b], pairs.transform, pairs.similarity)


def _records(task: ProposeTask | VerifyTask) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    file = Path(task.file)
    # Another program may be adding one just now.
    whole = file.stat().st_size // FINGERPRINT.itemsize
    kept = np.memmap(file, dtype=FINGERPRINT, mode="r", shape=(whole,))
    return kept, np.load(task.chosen)
