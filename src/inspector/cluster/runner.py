"""Runs the tasks of a scan on a cluster, in place of the worker pool of one machine.

The scan stays the same: it asks for the same tasks, stores the same answers, and so finds the same.
"""

import os
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np

from inspector.cluster.dask_tasks import ClusterTask, DaskTasks, TlsFiles
from inspector.cluster.file_shards import (
    PREFIX,
    FileShard,
    file_key,
    read_keys,
    shard_name,
)
from inspector.cluster.parent_search import ParentSearch
from inspector.cluster.requests import (
    RELEASE,
    ClusterRequest,
    CompareFilePairs,
    DigestFiles,
    FilePair,
    ReadShard,
    SearchPart,
)
from inspector.cluster.shards import ShardStore
from inspector.similarity.records import append, unkept
from inspector.work.jobs import Stop
from inspector.work.pool import Answer, TaskDone, TaskFailed
from inspector.work.tasks import (
    Begin,
    CompareFiles,
    Describe,
    DescribeNew,
    DigestResult,
    DigestTask,
    Facts,
    FilesCompared,
    ReadTask,
    Reduce,
    SearchTask,
    Written,
)

# Of one shard of files: some MB, and some seconds of a worker. The first ones are smaller, so that
# all workers have something to do, and a small dataset too.
FIRST_SHARD_FILES = 64
SHARD_FILES = 1_024
_SHARDS_PER_SIZE = 8
SHARD_BYTES = 256_000_000
# Files of one task that writes no shard.
_TASK_FILES = 64
_RACY_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Where a cluster is, and what it reads and writes.

    Attributes:
        scheduler: URL of the Dask scheduler.
        shards: Folder or URL of the shards, as this machine and all workers see it.
        source: Folder or URL of the dataset, as the workers see it.
        tls: Files of an encrypted connection.
    """

    scheduler: str
    shards: str
    source: str
    tls: TlsFiles | None = None


class ClusterRunner:
    """A `TaskRunner` on a Dask cluster.

    Args:
        address: The cluster.
        root: Dataset folder on this machine; the paths of all tasks are below.
        records: File that fingerprints are appended to.

    Raises:
        ClusterError: No scheduler or worker answers, or the shards can't be read.
    """

    def __init__(self, address: ClusterAddress, root: Path, records: Path) -> None:
        self._address = address
        self._store = ShardStore(address.shards)
        self._above = len(str(root / "_")) - 1
        self._records = records
        self._searches: dict[str, ParentSearch] = {}
        self._dask = DaskTasks(address.scheduler, self._store, address.tls)

    def map(
        self,
        chunks: Iterable[Sequence[Any]],
        *,
        stop: Stop,
        timeout_seconds: float | None = None,
    ) -> Iterator[Answer]:
        """Yield the answers of `Pool.map`; all chunks hold tasks of one family.

        Args:
            chunks: As in `Pool.map`.
            stop: Set from any thread to end soon; what is finished stays in its shards.
            timeout_seconds: Not used: the workers have the same limits.

        Raises:
            ClusterError: The cluster failed, or a shard can't be read or written.
        """
        waiting = iter(chunks)
        first: Sequence[Any] = next((chunk for chunk in waiting if chunk), ())
        everything = chain([first], waiting)
        match first:
            case [] | ():
                return
            case [ReadTask(), *_]:
                yield from _ReadShards(self._store, self._address, self._above, self._dask).run(
                    everything, stop, self._records
                )
            case [DigestTask(), *_]:
                yield from self._digest(everything, stop)
            case [CompareFiles(), *_]:
                yield from self._compare_files(everything, stop)
            case _:
                yield from self._search((task for chunk in everything for task in chunk), stop)

    def close(self) -> None:
        """Close the connection; the cluster stays."""
        self._dask.close()

    def _request(self, name: str, part: Any, search: ParentSearch | None = None) -> ClusterRequest:
        return ClusterRequest(
            RELEASE, self._address.shards, name, part, search.shards if search else None
        )

    def _relative(self, path: str) -> str:
        return path[self._above :]

    def _digest(self, chunks: Iterable[Sequence[DigestTask]], stop: Stop) -> Iterator[Answer]:
        groups: dict[str, list[DigestTask]] = {}

        def jobs() -> Iterator[ClusterTask]:
            tasks = [task for chunk in chunks for task in chunk]
            for start in range(0, len(tasks), _TASK_FILES):
                group = tasks[start : start + _TASK_FILES]
                name = f"digest-{uuid.uuid4().hex}"
                groups[name] = group
                yield ClusterTask(name, self._request("", DigestFiles(
                    self._address.source, [t.sha256 for t in group],
                    [self._relative(t.path) for t in group],
                )))  # fmt: skip

        for job in self._dask.run(jobs(), stop):
            group = groups.pop(job.name)
            failures = {f.index: f for f in job.reply.failed}
            for i, (task, pixels) in enumerate(zip(group, job.reply.digests, strict=True)):
                if i in failures:
                    yield TaskFailed(task, failures[i].status, failures[i].reason)
                else:
                    yield TaskDone([task], [DigestResult(task.sha256, pixels)])

    def _compare_files(
        self, chunks: Iterable[Sequence[CompareFiles]], stop: Stop
    ) -> Iterator[Answer]:
        groups: dict[str, Sequence[CompareFiles]] = {}

        def jobs() -> Iterator[ClusterTask]:
            for chunk in chunks:
                name = f"compare-{uuid.uuid4().hex}"
                groups[name] = chunk
                yield ClusterTask(name, self._request("", CompareFilePairs(
                    self._address.source,
                    [
                        FilePair(
                            t.pair, self._relative(t.one), self._relative(t.two), t.transform,
                            t.similarity,
                        )
                        for t in chunk
                    ],
                )))  # fmt: skip

        for job in self._dask.run(jobs(), stop):
            group = groups.pop(job.name)
            failures = {f.index: f for f in job.reply.failed}
            for i, (task, similarity) in enumerate(zip(group, job.reply.similarity, strict=True)):
                if i in failures:
                    yield TaskFailed(task, failures[i].status, failures[i].reason)
                else:
                    yield TaskDone([task], [FilesCompared(task.pair, similarity)])

    def _search(self, tasks: Iterator[SearchTask], stop: Stop) -> Iterator[Answer]:
        rest: dict[str, tuple[ParentSearch, Any, str]] = {}

        def jobs() -> Iterator[ClusterTask]:
            for task in tasks:
                assert not isinstance(task, Begin | Describe | DescribeNew | Reduce)
                search = self._searches[task.folder]
                name, part = search.part(task)
                rest[search.name(name)] = search, task, name
                yield self._job(search, name, part)

        for task in tasks:
            match task:
                case Begin(folder=folder):
                    # One at a time: its table is 41 bytes per image.
                    self._searches = {
                        folder: ParentSearch(self._store, Path(folder), self._records)
                    }
                    yield TaskDone([task], [Written()])  # fmt: skip
                case Describe():
                    yield TaskDone([task], [self._searches[task.folder].write_records(task)])
                case Reduce():
                    self._reduce(task, stop)
                    yield TaskDone([task], [Written()])  # fmt: skip
                case _:
                    tasks = chain([task], tasks)
                    break
            if stop.is_set():
                return
        for job in self._dask.run(jobs(), stop):
            search, done, name = rest.pop(job.name)
            yield TaskDone([done], [search.result(done, name)])

    def _reduce(self, task: Reduce, stop: Stop) -> None:
        search = self._searches[task.folder]
        for phase in search.phases_of_points(task):
            for _ in self._dask.run(
                (self._job(search, name, part) for name, part in phase), stop
            ):  # fmt: skip
                pass
            if stop.is_set():
                return

    def _job(self, search: ParentSearch, name: str, part: SearchPart) -> ClusterTask:
        full = search.name(name)
        return ClusterTask(
            full, None if full in search.names else self._request(full, part, search)
        )


class _ReadShards:
    """Reads files on the cluster, except for those that a shard holds already."""

    def __init__(
        self, store: ShardStore, address: ClusterAddress, above: int, dask: DaskTasks
    ) -> None:
        self._store, self._address, self._above, self._dask = store, address, above, dask
        # Where a file changed just now it may change again without a trace in its time.
        self._now_ns = time.time_ns()
        self._known = _KnownFiles(store)
        self._items: dict[str, dict[bytes, ReadTask]] = {}
        self._begun = 0

    def run(
        self, chunks: Iterable[Sequence[ReadTask]], stop: Stop, records: Path
    ) -> Iterator[Answer]:
        """Yield the answers for chunks of files.

        Args:
            chunks: As in `Pool.map`.
            stop: Set from any thread to end soon.
            records: File that fingerprints are appended to.
        """
        for job in self._dask.run(self._jobs(chunks), stop):
            tasks = self._items.pop(job.name)
            shard = FileShard(self._store, job.name.partition("?")[0])
            facts, packed = shard.facts({key: task.sample for key, task in tasks.items()})
            yield TaskDone(list(tasks.values()), _stored(facts, packed, records))

    def _jobs(self, chunks: Iterable[Sequence[ReadTask]]) -> Iterator[ClusterTask | None]:
        new: dict[bytes, ReadTask] = {}
        size = 0
        again: dict[str, dict[bytes, ReadTask]] = {}
        for chunk in chunks:
            if not chunk:
                yield None
            for task in chunk:
                key, bytes_of_file = self._key(task)
                shard = self._known.shard(key)
                if shard:
                    again.setdefault(shard, {})[key] = task
                else:
                    new[key] = task
                    size += bytes_of_file
                if len(new) >= self._most_files() or size >= SHARD_BYTES:
                    yield self._job(new)
                    new, size = {}, 0
                if sum(map(len, again.values())) >= SHARD_FILES:
                    yield from self._jobs_of_known(again)
                    again = {}
        yield from self._jobs_of_known(again)
        if new:
            yield self._job(new)

    def _most_files(self) -> int:
        return min(SHARD_FILES, FIRST_SHARD_FILES << (self._begun // _SHARDS_PER_SIZE))

    def _jobs_of_known(self, again: dict[str, dict[bytes, ReadTask]]) -> Iterator[ClusterTask]:
        for shard, tasks in again.items():
            name = f"{shard}?{uuid.uuid4().hex}"
            self._items[name] = tasks
            yield ClusterTask(name, None)

    def _job(self, tasks: dict[bytes, ReadTask]) -> ClusterTask:
        keys = b"".join(tasks)
        name = shard_name(keys)
        self._items[name] = tasks
        self._begun += 1
        part = ReadShard(
            self._address.source, [task.path[self._above :] for task in tasks.values()], keys
        )
        return ClusterTask(name, ClusterRequest(RELEASE, self._address.shards, name, part))

    def _key(self, task: ReadTask) -> tuple[bytes, int]:
        try:
            facts = os.stat(task.path)  # noqa: PTH116 - a Path per file takes longer
        except OSError:
            # It went since it was listed: the worker says so.
            size, mtime_ns, read_ns = 0, 0, self._now_ns
        else:
            size, mtime_ns = facts.st_size, facts.st_mtime_ns
            read_ns = 0 if mtime_ns < self._now_ns - _RACY_NS else self._now_ns
        path = task.path[self._above :]
        return file_key(self._address.source, path, size, mtime_ns, read_ns), size


class _KnownFiles:
    """Which shard holds a file, by its key; 12 bytes per file that any shard holds."""

    def __init__(self, store: ShardStore) -> None:
        self._names = sorted(n for n in store.names() if n.startswith(PREFIX))
        keys = [read_keys(store, name) for name in self._names]
        numbers = np.repeat(np.arange(len(keys), dtype=np.int32), [len(some) for some in keys])
        heads = np.frombuffer(b"".join(key[:8] for some in keys for key in some), "<u8")
        order = np.argsort(heads, kind="stable")
        self._heads, self._numbers = heads[order], numbers[order]

    def shard(self, key: bytes) -> str:
        """Return the name of the shard with a file, "" for none.

        The first 8 bytes of the key decide: among a thousand million files two are confused with a
        probability of 3 %.
        """
        head = np.uint64(int.from_bytes(key[:8], "little"))
        at = int(np.searchsorted(self._heads, head))
        if at == len(self._heads) or self._heads[at] != head:
            return ""
        return self._names[int(self._numbers[at])]


def _stored(facts: Facts, packed: Sequence[bytes], records: Path) -> Facts:
    """Append fingerprints to the cache; return the facts with their places.

    Raises:
        CacheError: The cache can't be written.
    """
    if not packed:
        return facts
    try:
        first = append(records, packed)
    except OSError as error:
        raise unkept(records, error) from error
    pictures = [
        picture._replace(place=place, crc=zlib.crc32(record))
        for picture, place, record in zip(facts.pictures, count(first), packed, strict=False)
    ]
    return replace(facts, pictures=pictures)
