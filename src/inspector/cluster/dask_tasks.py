"""The connection to a Dask scheduler: runs requests there, a limited number ahead."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec

from inspector.cluster.requests import ClusterReply, ClusterRequest
from inspector.cluster.shards import ShardStore
from inspector.cluster.task import run_task
from inspector.errors import ClusterError
from inspector.work.jobs import Stop

WORKER_SECONDS = 120
# Tasks waiting per thread of the workers.
AHEAD = 3
_LOOK_SECONDS = 0.5
# For an answer of the scheduler or a worker, which may be frozen or gone: after it, whether to stop
# is looked up again.
_ANSWER_SECONDS = 10.0
# Of a task that raised, such as by a network error; that of a dead worker Dask runs again anyway.
_RETRIES = 2
_RESUMES = "Finished shards stay: the same command resumes."


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Files of an encrypted connection.

    Attributes:
        ca: Certificates of who may sign.
        cert: Certificate of this machine.
        key: Its private key.
    """

    ca: Path
    cert: Path
    key: Path


@dataclass(slots=True)
class ClusterTask:
    """A request and its reply.

    Attributes:
        name: Key of Dask's task: the shard's name, or another one that nothing else has.
        request: None where the shard exists already.
    """

    name: str
    request: ClusterRequest | None
    reply: ClusterReply = field(default_factory=ClusterReply)


class Future(Protocol):
    """What is used of a future of Dask, which has no types."""

    status: str

    def exception(self, timeout: float) -> BaseException:
        """Return the error of a task that raised."""

    def result(self, timeout: float) -> str:
        """Return the result of a task."""


class DaskTasks:
    """A client of a Dask scheduler.

    Args:
        scheduler: URL such as tcp://host:8786 or tls://host:8786.
        store: Where the tasks write their shards.
        tls: Files for tls://; None for those of Dask's own configuration.

    Raises:
        ClusterError: No scheduler or worker answers.
    """

    def __init__(self, scheduler: str, store: ShardStore, tls: TlsFiles | None = None) -> None:
        import distributed

        self._dask, self._store, self._threads = distributed, store, 1
        security = None
        if tls is not None:
            security = distributed.Security(
                require_encryption=True, tls_ca_file=str(tls.ca),
                tls_client_cert=str(tls.cert), tls_client_key=str(tls.key),
            )  # fmt: skip
        advice = "Check the URL and that the scheduler runs; guide, page Cluster."
        try:
            self._client = distributed.Client(
                scheduler, security=security, name="inspector"
            )  # fmt: skip
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise ClusterError(
                f"no Dask scheduler answers at {scheduler}: {error}", advice
            ) from error
        try:
            self._client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except TimeoutError as error:
            self.close()
            raise ClusterError(
                f"the scheduler {scheduler} has no worker", "Start workers, then scan again."
            ) from error

    def threads(self) -> int:
        """Return the number of threads of all workers, as the scheduler last said."""
        with suppress(TimeoutError):
            threads: dict[str, int] = self._client.nthreads(callback_timeout=_ANSWER_SECONDS)
            self._threads = max(1, sum(threads.values()))
        return self._threads

    def run(self, jobs: Iterator[ClusterTask | None], stop: Stop) -> Iterator[ClusterTask]:
        """Yield the jobs as they are done, in any order.

        Once stopped, interrupted or closed it ends within seconds, whoever does not answer.

        Args:
            jobs: None where none is known yet.
            stop: Set from any thread to end soon.

        Raises:
            ClusterError: A task failed.
        """
        running: dict[Future, ClusterTask] = {}
        over = False
        room = AHEAD * self.threads()
        try:
            while not stop.is_set() and not (over and not running):
                while not over and len(running) < room:
                    job = next(jobs, _OVER)
                    if job is _OVER:
                        over = True
                        break
                    if job is None:
                        break
                    assert isinstance(job, ClusterTask)
                    if job.request is None:
                        yield job
                        continue
                    text = msgspec.json.encode(job.request).decode()
                    future = self._client.submit(
                        run_task, text, key=job.name, pure=False, retries=_RETRIES
                    )
                    running[future] = job
                for future in self._done(list(running), wait=over or len(running) >= room):
                    job = running[future]
                    if not self._is_written(job):
                        job.reply = self._reply(future, stop)
                    if stop.is_set():
                        return
                    yield running.pop(future)
                room = AHEAD * self.threads()
        finally:
            # Ctrl+C outside may have closed the connection before this ends: the scheduler forgets
            # what only that client asked for.
            if running and self._client.status == "running":
                _call(lambda: self._client.cancel(list(running), force=True))

    def close(self) -> None:
        """Close the connection; the cluster stays."""
        _call(self._client.close)

    def _is_written(self, job: ClusterTask) -> bool:
        """Tell whether the shard of a task that ended is there.

        Its reply is not fetched then: the worker may have died since.
        """
        name = job.request.name if job.request is not None else ""
        return bool(name) and self._store.holds(name)

    def _done(self, futures: "list[Future]", *, wait: bool) -> "list[Future]":
        if not futures:
            return []
        try:
            done = self._dask.wait(
                futures, timeout=_LOOK_SECONDS if wait else 0.01, return_when="FIRST_COMPLETED"
            )
        except TimeoutError:
            if self._client.status == "closed":
                raise ClusterError("the connection to the scheduler is lost", _RESUMES) from None
            return []
        except self._dask.CancelledError as error:
            raise ClusterError(f"the scheduler lost a task: {error}", _RESUMES) from error
        return list(done.done)

    def _reply(self, future: "Future", stop: Stop) -> ClusterReply:
        """Return the reply of a task that ended, an empty one if stopped before it comes."""
        text = ""
        while not text and not stop.is_set():
            with suppress(TimeoutError):
                text = self._text(future)
        reply = msgspec.json.decode(text or "{}", type=ClusterReply)
        if reply.message:
            raise ClusterError(reply.message, reply.advice)
        return reply

    def _text(self, future: "Future") -> str:
        status = future.status
        if status != "finished":
            error: object = f"the scheduler lost it ({status})"
            if status == "error":
                error = future.exception(_ANSWER_SECONDS)
            raise ClusterError(f"a task failed on the cluster: {error}", _RESUMES)
        return future.result(_ANSWER_SECONDS)


def _call(last: Callable[[], object]) -> None:
    """Run the last call of a connection, which must not keep the program from ending."""

    def run() -> None:
        # What can fail here is the connection that is given up.
        with suppress(Exception):
            last()

    thread = threading.Thread(target=run, name="dask-end", daemon=True)
    thread.start()
    thread.join(_ANSWER_SECONDS)


_OVER = object()
