"""The worker side of the pool: one function over small tasks, with one result each."""

import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.audit.shortcuts.features import border_width, compression_of, surroundings_of
from inspector.dataset.decoding import Outcome, encode_thumbnail, read_picture, read_pixels
from inspector.dataset.file_facts import FileFacts
from inspector.dataset.own_thumbnails import OWN
from inspector.errors import DatasetError
from inspector.similarity.documents.comparison import is_document
from inspector.similarity.documents.comparison import similarity_of as by_print
from inspector.similarity.embedding import embed
from inspector.similarity.fingerprints import fingerprint
from inspector.similarity.full_size.comparison import similarity_of as at_full_size
from inspector.similarity.full_size.images import FullImage, full_image
from inspector.similarity.image_hashes import hash_file
from inspector.similarity.levels import SURE
from inspector.similarity.packing import pack
from inspector.similarity.records import CachedPicture, append, unkept
from inspector.work.memory_limit import limited_memory
from inspector.work.reencoding import reencode
from inspector.work.search import search
from inspector.work.tasks import (
    FEATURES,
    BorderWidth,
    CompareFiles,
    DigestResult,
    DigestTask,
    Embedded,
    EmbedFile,
    Facts,
    FilesCompared,
    Hashed,
    HashFile,
    MeasureBorder,
    MeasureSurroundings,
    ReadTask,
    Reencode,
    Reencoded,
    Result,
    SearchTask,
    Surroundings,
    Task,
)


class RereadImages:
    """The images of one chunk's files, each read once."""

    def __init__(self) -> None:
        self._images: dict[str, FullImage | None] = {}
        self._documents: dict[str, bool] = {}

    def compare(self, task: CompareFiles) -> FilesCompared:
        """Compare a pair in detail.

        A candidate may be confirmed; documents that are confirmed may be told apart by print.
        """
        one, two = self._image(task.one), self._image(task.two)
        if one is None or two is None:
            return FilesCompared(task.pair, None)
        similarity = task.similarity
        if similarity < SURE:
            similarity = at_full_size(one, two, similarity, task.transform)
        if (
            similarity >= SURE
            and self._is_document(task.one, one)
            and self._is_document(task.two, two)
        ):
            similarity = by_print(one, two, similarity, task.transform)
        return FilesCompared(task.pair, similarity)

    def _image(self, path: str) -> FullImage | None:
        if path not in self._images:
            try:
                with limited_memory():
                    self._images[path] = full_image(read_pixels(path))
            except DatasetError:
                self._images[path] = None
        return self._images[path]

    def _is_document(self, path: str, image: FullImage) -> bool:
        if path not in self._documents:
            self._documents[path] = is_document(image)
        return self._documents[path]


def run(tasks: Sequence[Task]) -> Facts | list[Result]:
    """Run each task; an unreadable file is a result, not an error.

    Raises:
        ProjectError: The fingerprints can't be written.
    """
    match tasks:
        case [ReadTask(), *_]:
            return _read([task for task in tasks if isinstance(task, ReadTask)])
        case [EmbedFile(), *_]:
            return _embed([task for task in tasks if isinstance(task, EmbedFile)])
        case _:
            images = RereadImages()
            rest = [task for task in tasks if not isinstance(task, ReadTask | EmbedFile)]
            return [_compare(task, images) for task in rest]


def _compare(
    task: SearchTask
    | DigestTask
    | HashFile
    | CompareFiles
    | MeasureSurroundings
    | MeasureBorder
    | Reencode,
    images: RereadImages,
) -> Result:
    match task:
        case CompareFiles():
            return images.compare(task)
        case DigestTask():
            return _digest(task)
        case HashFile():
            return _hash(task)
        case MeasureSurroundings(sha256=sha256, path=path, thumbnail=thumbnail):
            return Surroundings(sha256, *surroundings_of(thumbnail), compression_of(path))
        case MeasureBorder(thumbnail=thumbnail):
            return BorderWidth(border_width(thumbnail))
        case Reencode(item=item, file=file, how=how):
            with limited_memory():
                return Reencoded(item, reencode(file, how))
        case _:
            return search(task)


def _read(tasks: Sequence[ReadTask]) -> Facts:
    """Read files, and append their fingerprints in one go."""
    # By content: identical files need one fingerprint.
    pictures: dict[bytes, tuple[bytes, bytes]] = {}
    rows: list[FileFacts] = []
    for task in tasks:
        with limited_memory():
            picture = read_picture(task.path)
        if picture.outcome is Outcome.IMAGE and picture.pixels is not None:
            thumbnail = picture.thumbnail or encode_thumbnail(picture.pixels)
            if picture.thumbnail and not task.copies:
                thumbnail = OWN
            if picture.sha256 not in pictures:
                record = pack(fingerprint(picture.pixels))
                pictures[picture.sha256] = thumbnail, record
        rows.append(FileFacts(
            picture.outcome.value, picture.reason, FEATURES, picture.sha256, picture.format,
            picture.mode, picture.width, picture.height, picture.orientation, picture.captured,
            picture.camera, int(picture.flags), picture.brightness, picture.contrast,
            picture.sharpness, picture.entropy, task.sample,
        ))  # fmt: skip
    file = Path(tasks[0].records)
    records = [record for _, record in pictures.values()]
    try:
        first = append(file, records) if records else 0
    except OSError as error:
        raise unkept(file, error) from error
    cached_pictures = [
        CachedPicture(sha256, thumbnail, place, zlib.crc32(record))
        for place, (sha256, (thumbnail, record)) in enumerate(pictures.items(), first)
    ]
    return Facts(rows, cached_pictures)


def _digest(task: DigestTask) -> DigestResult:
    try:
        with limited_memory():
            pixels = read_pixels(task.path)
    except DatasetError:
        # Its own hash, so that it equals nothing else.
        return DigestResult(task.sha256, task.sha256)
    digest = hashlib.sha256(np.array(pixels.shape, np.int64).tobytes())
    digest.update(np.ascontiguousarray(pixels).data)
    return DigestResult(task.sha256, digest.digest())


def _embed(tasks: Sequence[EmbedFile]) -> list[Result]:
    """Embed files, all in one batch of the network."""
    reasons: dict[bytes, str] = {}
    images: dict[bytes, NDArray[np.uint8]] = {}
    for task in tasks:
        with limited_memory():
            picture = read_picture(task.path)
        if picture.pixels is None:
            reasons[task.sha256] = picture.reason
        elif picture.sha256 != task.sha256:
            reasons[task.sha256] = "the file has changed since it was scanned"
        else:
            images[task.sha256] = picture.pixels
    vectors = embed(list(images.values()))
    return [
        *(Embedded(sha, v.tobytes()) for sha, v in zip(images, vectors, strict=True)),
        *(Embedded(sha, b"", reason) for sha, reason in reasons.items()),
    ]


def _hash(task: HashFile) -> Hashed:
    try:
        return Hashed(task.sha256, hash_file(task.path, task.methods))
    except ValueError as error:
        return Hashed(task.sha256, {}, str(error))
