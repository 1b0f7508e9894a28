"""The shard of some files: their facts, thumbnails and fingerprints, a row per file."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from inspector.cluster.shards import ShardStore, damaged
from inspector.dataset.file_facts import FileFacts
from inspector.dataset.listing import Status
from inspector.similarity.packing import PACKED, is_sound
from inspector.similarity.records import CachedPicture
from inspector.work.tasks import FEATURES, Facts

KEY_BYTES = 16
_SHA_BYTES = 32
PREFIX = "files-"
# The columns of `FileFacts`, without the number that a project gave the file.
_TYPES: Mapping[str, pa.DataType] = {
    "status": pa.string(), "reason": pa.string(), "version": pa.int32(), "sha256": pa.binary(),
    "format": pa.string(), "mode": pa.string(), "width": pa.int32(), "height": pa.int32(),
    "orientation": pa.int32(), "captured": pa.string(), "camera": pa.string(),
    "flags": pa.int64(), "brightness": pa.float64(), "contrast": pa.float64(),
    "sharpness": pa.float64(), "entropy": pa.float64(),
}  # fmt: skip
_BYTES = ("key", "thumbnail", "record")
_STATUSES = {Status.IMAGE, Status.UNREADABLE, Status.CRASHED, Status.TIMEOUT, Status.IGNORED}


def file_key(source: str, path: str, size: int, mtime_ns: int, read_ns: int) -> bytes:
    """Return what a file is known by: 16 bytes.

    Args:
        source: URL or folder of the dataset.
        path: Relative to it.
        size: Bytes.
        mtime_ns: Time of the last change.
        read_ns: Time of reading, for a file that may change again within the same time of change,
            which is read again each time; 0 for others.
    """
    facts = f"{FEATURES}\0{source}\0{path}\0{size}\0{mtime_ns}\0{read_ns}"
    return hashlib.blake2b(facts.encode(), digest_size=KEY_BYTES).digest()


def shard_name(keys: bytes) -> str:
    """Return the name of the shard of files with these keys."""
    return PREFIX + hashlib.blake2b(keys, digest_size=KEY_BYTES).hexdigest()


def write_files(
    store: ShardStore,
    name: str,
    keys: bytes,
    rows: Sequence[FileFacts],
    pictures: Mapping[bytes, tuple[bytes, bytes]],
) -> None:
    """Write a shard.

    Args:
        store: Where to.
        name: Name of the shard.
        keys: Of the files, one after another.
        rows: Of the same files; the number of each is its place here.
        pictures: Thumbnail and packed fingerprint by SHA-256 of the file, for those with pixels.

    Raises:
        ClusterError: The folder can't be written.
    """
    columns = {
        column: pa.array([getattr(row, column) for row in rows], kind)
        for column, kind in _TYPES.items()
    }
    images = [pictures.get(row.sha256, (None, None)) for row in rows]
    columns["key"] = pa.array(_cut(keys), pa.binary())
    columns["thumbnail"] = pa.array([thumbnail for thumbnail, _ in images], pa.binary())
    columns["record"] = pa.array([record for _, record in images], pa.binary())
    store.write(name, columns)


def read_keys(store: ShardStore, name: str) -> list[bytes]:
    """Return the keys of the files of a shard.

    Raises:
        ClusterError: It is damaged.
    """
    return _values(store.read(name, ["key"]), name, "key", pa.binary())


class FileShard:
    """The rows of one shard, checked: it may have been written by somebody else.

    Raises:
        ClusterError: It is missing or damaged.
    """

    def __init__(self, store: ShardStore, name: str) -> None:
        self._name = name
        table = store.read(name, [*_TYPES, *_BYTES])
        columns = [_values(table, name, column, kind) for column, kind in _TYPES.items()]
        self._rows = [FileFacts._make((*row, 0)) for row in zip(*columns, strict=True)]
        keys, thumbnails, records = (_values(table, name, c, pa.binary()) for c in _BYTES)
        self._place = {key: place for place, key in enumerate(keys)}
        self._pictures = list(zip(thumbnails, records, strict=True))
        for row, (thumbnail, record) in zip(self._rows, self._pictures, strict=True):
            if why := _why_wrong(row, thumbnail, record):
                raise damaged(name, why)
        whole = [record for record in records if record is not None]
        if not is_sound(np.frombuffer(b"".join(whole), PACKED)).all():
            raise damaged(name, "a fingerprint has impossible values")

    def facts(self, samples: Mapping[bytes, int]) -> tuple[Facts, list[bytes]]:
        """Return the rows of some files, and the fingerprints of those that are images.

        Args:
            samples: Sample number by key of the file.

        Returns:
            The places and checksums of the pictures are 0: the caller stores the fingerprints.
        """
        facts, records = Facts([], []), []
        for key, sample in samples.items():
            place = self._place.get(key)
            if place is None:
                raise damaged(self._name, "it lacks a file that it should hold")
            row = self._rows[place]
            facts.samples.append(row._replace(id=sample))
            thumbnail, record = self._pictures[place]
            if record is not None:
                facts.pictures.append(CachedPicture(row.sha256, thumbnail, 0, 0))
                records.append(record)
        return facts, records


def _cut(keys: bytes) -> list[bytes]:
    return [keys[i : i + KEY_BYTES] for i in range(0, len(keys), KEY_BYTES)]


def _values(table: pa.Table, name: str, column: str, kind: pa.DataType) -> list:  # type: ignore[type-arg]
    """Return the values of a column of the right type."""
    values = table.column(column)
    if values.type != kind or (column not in _BYTES[1:] and values.null_count):
        raise damaged(name, f"its column {column} has another type or lacks values")
    return list(values.to_pylist())


def _why_wrong(row: FileFacts, thumbnail: bytes | None, record: bytes | None) -> str:
    if row.status not in _STATUSES or row.version != FEATURES:
        return f"a file has the status {row.status!r} or was read by another version"
    if (row.status == Status.IMAGE) != (record is not None) or (thumbnail is None) != (
        record is None
    ):
        return "an image has no fingerprint, or another file has one"
    if record is not None and len(record) != PACKED.itemsize:
        return "a fingerprint has another length"
    if len(row.sha256) != (_SHA_BYTES if record is not None else len(row.sha256)):
        return "an image has no SHA-256"
    return ""
