"""Shards: immutable Parquet files in one folder, local or in a bucket, named by their task."""

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from inspector.errors import ClusterError

ENDING = ".parquet"
_PARTIAL = ".new"
_AGAIN = "Delete it; the next scan writes it again."


class FileSystem(Protocol):
    """What is used of a file system of fsspec, which has no types."""

    protocol: str | tuple[str, ...]

    def invalidate_cache(self) -> None:
        """Forget what was listed before."""

    def ls(self, path: str, *, detail: bool) -> list[str]:
        """List a folder."""

    def find(self, path: str, *, detail: bool) -> dict[str, dict[str, object]]:
        """List all files below a folder, with their facts."""

    def exists(self, path: str) -> bool:
        """Tell whether a path exists."""

    def pipe_file(self, path: str, value: bytes) -> None:
        """Write a file at once."""

    def get_file(self, path: str, local: str) -> None:
        """Copy a file to this machine."""

    def open(self, path: str, mode: str) -> BinaryIO:
        """Open a file."""


def file_system(url: str) -> tuple[FileSystem, str]:
    """Return the file system of a URL or path by fsspec, and the path within it.

    Raises:
        ClusterError: fsspec or the package for this kind of URL is missing, or it can't be reached.
    """
    try:
        import fsspec

        system, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise ClusterError(
            f"{url} can't be read: {error}",
            "Install the package that it names, such as s3fs or gcsfs, here and on all workers.",
        ) from error
    except (OSError, ValueError) as error:
        raise ClusterError(f"{url} can't be read: {error}", "Check the URL.") from error
    return system, str(path)


class ShardStore:
    """The shards of a folder.

    A shard appears whole or not at all: locally by a rename, in a bucket because an object does.

    Args:
        url: Folder, or URL that fsspec understands.

    Raises:
        ClusterError: See `file_system`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._system, self._folder = file_system(url)
        self._local = is_local(self._system)

    def names(self, folder: str = "") -> set[str]:
        """Return the names of the shards in a folder below, "" for the folder itself."""
        self._system.invalidate_cache()
        path = self._path(folder) if folder else self._folder
        try:
            rows = self._system.ls(path, detail=False)
        except FileNotFoundError:
            return set()
        except OSError as error:
            raise self._unusable(error) from error
        prefix = f"{folder}/" if folder else ""
        names = (str(row).rstrip("/").rpartition("/")[2] for row in rows)
        return {prefix + n.removesuffix(ENDING) for n in names if n.endswith(ENDING)}

    def holds(self, name: str) -> bool:
        """Tell whether a shard is there."""
        self._system.invalidate_cache()
        return bool(self._system.exists(self._path(name) + ENDING))

    def write(self, name: str, columns: Mapping[str, pa.Array]) -> None:
        """Write a shard, or replace it by an equal one.

        Raises:
            ClusterError: The folder can't be written.
        """
        sink = io.BytesIO()
        pq.write_table(pa.table(dict(columns)), sink, compression="zstd", compression_level=1)
        path = self._path(name) + ENDING
        try:
            if not self._local:
                self._system.pipe_file(path, sink.getvalue())
                return
            _replace(Path(path), sink.getbuffer())
        except OSError as error:
            raise self._unusable(error) from error

    def read(self, name: str, columns: Sequence[str]) -> pa.Table:
        """Return some columns of a shard.

        Raises:
            ClusterError: It is missing, damaged or has other columns.
        """
        path = self._path(name) + ENDING
        try:
            with self._system.open(path, "rb") as stream:
                table = pq.read_table(stream, columns=list(columns))
        except FileNotFoundError as error:
            raise ClusterError(
                f"the shard {name} is not in {self.url}",
                "Name a folder or bucket with --shards that this machine and all workers reach.",
            ) from error
        except (OSError, pa.ArrowException) as error:
            raise ClusterError(f"the shard {name} can't be read: {error}", _AGAIN) from error
        if table.column_names != list(columns):
            raise ClusterError(f"the shard {name} has other columns", _AGAIN)
        return table

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def _unusable(self, error: Exception) -> ClusterError:
        return ClusterError(
            f"the shards in {self.url} can't be read or written: {error}",
            "Check the folder or bucket, its rights and its space; finished shards stay.",
        )


def _replace(file: Path, content: memoryview) -> None:
    """Write a file by a rename, and sweep what writers of the same file left that were killed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{uuid4().hex}{_PARTIAL}")
    with partial.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        partial.replace(file)
    except FileNotFoundError:
        # Another writer of the same content was faster, and swept this one's.
        if not file.exists():
            raise
    for other in file.parent.glob(f".{file.name}.*{_PARTIAL}"):
        other.unlink(missing_ok=True)


def damaged(name: str, why: str) -> ClusterError:
    """Return the error of a shard whose content can't be right."""
    return ClusterError(f"the shard {name} is damaged: {why}", _AGAIN)


def is_local(system: FileSystem) -> bool:
    """Tell whether a file system is that of this machine."""
    return "file" in ((system.protocol,) if isinstance(system.protocol, str) else system.protocol)
