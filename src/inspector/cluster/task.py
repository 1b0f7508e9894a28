"""What a Dask worker runs: text in, text out.

Decoding, comparing and verifying are done by a child process of the worker, supervised by the same
pool as on one machine. So a file that kills its decoder does not kill the worker.
"""

import os
import socket
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from inspector.cluster.file_shards import write_files
from inspector.cluster.requests import (
    RELEASE,
    ClusterReply,
    ClusterRequest,
    CompareFilePairs,
    DigestFiles,
    FailedFile,
    ReadShard,
)
from inspector.cluster.shards import ShardStore, file_system, is_local
from inspector.dataset.file_facts import FileFacts, failed
from inspector.dataset.names import parse_listed_path
from inspector.errors import ClusterError, InspectorError, ProcessError
from inspector.similarity.records import CachedPicture
from inspector.work.jobs import Stop
from inspector.work.pool import Pool, TaskDone, TaskFailed
from inspector.work.tasks import FEATURES, RECORD_BYTES, CompareFiles, DigestTask, ReadTask

READER = "inspector.work.worker:run"
SEARCHER = "inspector.cluster.child:run"
SECONDS_PER_FILE = 60.0
SECONDS_PER_PART = 3_600.0
_FILES_PER_CHUNK = 64
_own = threading.local()


class _Release(msgspec.Struct, frozen=True):
    release: str = ""


def run_task(text: str) -> str:
    """Run the task of a `ClusterRequest` in JSON; return a `ClusterReply` in JSON.

    Raises:
        OSError: The dataset can't be reached just now; Dask tries again.
    """
    release = msgspec.json.decode(text, type=_Release).release
    if release != RELEASE:
        reply = ClusterReply(
            f"a worker runs Dataset Inspector {RELEASE}, this machine {release}",
            "Install the same version on all workers and here.",
        )
        return msgspec.json.encode(reply).decode()
    try:
        reply = _run(msgspec.json.decode(text, type=ClusterRequest))
    except InspectorError as error:
        reply = ClusterReply(error.message, error.advice)
    return msgspec.json.encode(reply).decode()


def _reader() -> Pool:
    """Return the supervised child of this thread of the worker that reads files.

    It is another one than that of searches: Arrow reserves address space there, which is limited
    where files are read.
    """
    if not hasattr(_own, "reader"):
        _own.reader = Pool(READER, workers=1, timeout_seconds=SECONDS_PER_FILE)
    pool: Pool = _own.reader
    return pool


def _searcher() -> Pool:
    """Return the supervised child of this thread of the worker that searches."""
    if not hasattr(_own, "searcher"):
        _own.searcher = Pool(SEARCHER, workers=1, timeout_seconds=SECONDS_PER_PART)
    pool: Pool = _own.searcher
    return pool


def _run(request: ClusterRequest) -> ClusterReply:
    match request.part:
        case ReadShard():
            return _read(request, request.part)
        case DigestFiles():
            return _digest(request.part)
        case CompareFilePairs():
            return _compare_files(request.part)
        case _:
            return _search(request)


def _scratch() -> "tempfile.TemporaryDirectory[str]":
    # By the process number others know what a killed worker left.
    return tempfile.TemporaryDirectory(prefix=f"inspector-{os.getpid()}-")


class _Files:
    """The files of a dataset on this machine: themselves, or copies until the end."""

    def __init__(self, source: str) -> None:
        self._system, self._root = file_system(source)
        self._copies = None if is_local(self._system) else _scratch()
        self._known: dict[str, str] = {}

    def __enter__(self) -> "_Files":
        return self

    def __exit__(self, *_: object) -> None:
        if self._copies is not None:
            self._copies.cleanup()

    def check(self, paths: Sequence[str]) -> None:
        """Check that the dataset is here: a folder that is not mounted has none of its files.

        Raises:
            ClusterError: None of some paths exists.
        """
        exists = self._system.exists
        if not any(exists(f"{self._root}/{parse_listed_path(path)}") for path in paths):
            raise ClusterError(
                f"the worker on {socket.gethostname()} sees none of {len(paths)} files of the"
                f" dataset in {self._root}",
                "Name the folder or URL by which the workers see the dataset with --source.",
            )

    def local(self, path: str) -> str:
        """Return the path of a file here; one that is gone does not exist."""
        # Never above the dataset, whatever the request says.
        path = parse_listed_path(path)
        if self._copies is None:
            return f"{self._root}/{path}"
        if path not in self._known:
            # The name tells what the file is.
            copy = Path(self._copies.name, str(len(self._known)), path.rpartition("/")[2])
            copy.parent.mkdir()
            try:
                self._system.get_file(f"{self._root}/{path}", str(copy))
            except FileNotFoundError:
                copy.unlink(missing_ok=True)
            self._known[path] = str(copy)
        return self._known[path]


def _read(request: ClusterRequest, part: ReadShard) -> ClusterReply:
    rows: dict[int, FileFacts] = {}
    pictures: list[CachedPicture] = []
    with _Files(part.source) as files, _scratch() as folder:
        files.check(part.paths)
        records = Path(folder, "records")
        records.touch()

        def chunks() -> Iterator[list[ReadTask]]:
            for start in range(0, len(part.paths), _FILES_PER_CHUNK):
                some = part.paths[start : start + _FILES_PER_CHUNK]
                yield [
                    ReadTask(start + i, files.local(path), str(records), copies=True)
                    for i, path in enumerate(some)
                ]

        for answer in _reader().map(chunks(), stop=Stop()):
            match answer:
                case TaskDone(result=facts):
                    rows.update((row.id, row) for row in facts.samples)
                    pictures += facts.pictures
                case TaskFailed(item=item, status=status, reason=reason):
                    rows[item.sample] = failed(item.sample, status, reason, FEATURES)
        data = records.read_bytes()
    write_files(
        ShardStore(request.shards), request.name, part.keys,
        [rows[i] for i in range(len(part.paths))],
        {
            p.sha256: (p.thumbnail, data[p.place * RECORD_BYTES : (p.place + 1) * RECORD_BYTES])
            for p in pictures
        },
    )  # fmt: skip
    return ClusterReply()


def _digest(part: DigestFiles) -> ClusterReply:
    with _Files(part.source) as files:
        chunks = (
            [DigestTask(sha256, files.local(path))]
            for sha256, path in zip(part.contents, part.paths, strict=True)
        )
        digests: dict[bytes, bytes] = {}
        failures: list[FailedFile] = []
        for answer in _reader().map(chunks, stop=Stop()):
            match answer:
                case TaskDone(result=results):
                    digests.update((r.sha256, r.pixels) for r in results)
                case TaskFailed(item=item, status=status, reason=reason):
                    index = part.contents.index(item.sha256)
                    failures.append(FailedFile(index, status, reason))
    return ClusterReply(digests=[digests.get(c, b"") for c in part.contents], failed=failures)


def _compare_files(part: CompareFilePairs) -> ClusterReply:
    with _Files(part.source) as files:
        # In one chunk: the child reads each file once.
        tasks = [
            CompareFiles(i, files.local(p.one), files.local(p.two), p.transform, p.similarity)
            for i, p in enumerate(part.pairs)
        ]
        similarity: dict[int, float | None] = {}
        failures: list[FailedFile] = []
        for answer in _reader().map([tasks], stop=Stop()):
            match answer:
                case TaskDone(result=results):
                    similarity.update(results)
                case TaskFailed(item=item, status=status, reason=reason):
                    failures.append(FailedFile(item.pair, status, reason))
    return ClusterReply(similarity=[similarity.get(i) for i in range(len(tasks))], failed=failures)


def _search(request: ClusterRequest) -> ClusterReply:
    for answer in _searcher().map([[request]], stop=Stop()):
        if isinstance(answer, TaskFailed):
            raise ProcessError(
                f"comparing images failed on a worker: {answer.reason}",
                "Give the workers more memory or disk, then scan again: it resumes.",
            )
    return ClusterReply()
