"""The worker process's side: one function over small tasks, a result for each."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.decoding import Outcome, encode_thumbnail, read_picture, read_pixels
from inspector.errors import DatasetError
from inspector.similarity.fingerprints import FINGERPRINT, fingerprint
from inspector.similarity.neighbours import Candidates, candidates
from inspector.similarity.verify import verify
from inspector.work.tasks import (
    FEATURES,
    Digest,
    Digested,
    Facts,
    Found,
    Propose,
    Read,
    Result,
    Task,
    Verify,
)


def run(tasks: Sequence[Task]) -> list[Result]:
    """Do each task in turn; a file that can't be read is a fact, not an error."""
    return [_do(task) for task in tasks]


def _do(task: Task) -> Result:
    match task:
        case Read():
            return _read(task)
        case Propose():
            proposed = candidates(_records(task.file), (task.transform,))
            return Found(proposed.a, proposed.b, proposed.transform)
        case Verify():
            pairs = verify(_records(task.file), Candidates(task.a, task.b, task.transform))
            return Found(pairs.a, pairs.b, pairs.transform, pairs.similarity)
        case Digest():
            return _digest(task)


def _read(task: Read) -> Facts:
    picture = read_picture(task.path)
    thumbnail = record = b""
    if picture.outcome is Outcome.IMAGE and picture.pixels is not None:
        thumbnail = picture.thumbnail or encode_thumbnail(picture.pixels)
        record = fingerprint(picture.pixels).tobytes()
    row = (
        picture.outcome.value, picture.reason, FEATURES, picture.sha256, picture.format,
        picture.mode, picture.width, picture.height, picture.orientation, picture.captured,
        picture.camera, int(picture.flags), picture.brightness, picture.contrast,
        picture.sharpness, picture.entropy,
    )  # fmt: skip
    return Facts(task.sample, picture.sha256, row, thumbnail, record)


def _digest(task: Digest) -> Digested:
    try:
        pixels = read_pixels(task.path)
    except DatasetError:
        # Its own digest, so that it equals nothing.
        return Digested(task.sha256, task.sha256)
    shape = np.array(pixels.shape, np.int64).tobytes()
    return Digested(task.sha256, hashlib.sha256(shape + pixels.tobytes()).digest())


def _records(file: str) -> NDArray[np.void]:
    return np.memmap(Path(file), dtype=FINGERPRINT, mode="r")


