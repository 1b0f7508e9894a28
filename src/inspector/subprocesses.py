"""Child processes: started by name in a fresh interpreter, ended with their parent.

Messages are frames over the child's stdin and a dedicated pipe: eight bytes of length, then a
pickle. Pickles pass only between our own processes and never touch the disk.
"""

import contextlib
import ctypes
import faulthandler
import importlib
import io
import os
import pickle
import selectors
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from inspector.scratch import make_scratch, sweep_scratch

_HEAD = struct.Struct("<Q")
_PR_SET_PDEATHSIG = 1
_LAST_WORDS = 2_000
_LOOK_SECONDS = 0.005
# Larger than the answer of a chunk. A user has 64 MB of pipes by default; beyond that they get the
# smallest size.
_PIPE_BYTES = 1 << 18
# Capacity of a pipe where the system does not tell.
_LEAST_PIPE_BYTES = 4_096
# A BLAS reads these when numpy is imported.
_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
# Point a child to its scratch folder: TensorFlow leaves one file per traced function behind.
_SCRATCH = ("TMPDIR", "TEMP", "TMP")
_swept = threading.Event()
_living: "weakref.WeakSet[ChildProcess]" = weakref.WeakSet()


class ProcessExited(Exception):  # noqa: N818 - an event, not an error of ours
    """The child exited without an answer.

    Args:
        reason: Text with the exit status and the last line of stderr.
    """


class ChildProcess:
    """The parent's end of a child.

    Attributes:
        room: Bytes that can be sent without blocking before the child reads any.

    Args:
        name: "package.module:function", called in the child as function(`Parent`).
        low_priority: True to yield to the window.
        one_thread: True to limit BLAS to one thread: with many small products further threads only
            spin.

    Raises:
        ProcessExited: The system can't start another process.
    """

    def __init__(self, name: str, *, low_priority: bool = False, one_thread: bool = False) -> None:
        if not _swept.is_set():
            _swept.set()
            sweep_scratch()
        self._scratch = make_scratch()
        try:
            self._process, reading = _start(name, low_priority, one_thread, self._scratch)
        except OSError as error:
            self._remove_scratch()
            raise ProcessExited(f"it can't be started: {error.strerror or error}") from error
        _living.add(self)
        assert self._process.stdin is not None
        self.room = _room(self._process.stdin.fileno())
        self.answers: io.FileIO = os.fdopen(reading, "rb", buffering=0)
        self._said = bytearray()
        self._listener = threading.Thread(target=self._listen, name="child-stderr", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def send(self, message: object) -> None:
        """Send a message.

        Raises:
            ProcessExited: The child has exited.
        """
        self.send_packed(pack(message))

    def send_packed(self, data: bytes) -> None:
        """Send a message that `pack` encoded.

        Raises:
            ProcessExited: The child has exited.
        """
        assert self._process.stdin is not None
        try:
            _write(self._process.stdin, data)
            self._process.stdin.flush()
        except OSError as error:
            raise ProcessExited(self.last_words()) from error

    def receive(self) -> object:
        """Wait for a message.

        Raises:
            ProcessExited: The child exited instead.
        """
        try:
            return _read(self.answers)
        except (EOFError, OSError) as error:
            raise ProcessExited(self.last_words()) from error

    def last_words(self) -> str:
        """Wait for the exit and return its cause."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._listener.join(2)
        code = self._process.returncode
        how = "still running" if code is None else f"exit status {code}"
        if code is not None and code < 0:
            how = f"ended by {signal.Signals(-code).name}"
        lines = self._said.decode("utf-8", "replace").strip().splitlines()
        return f"{how}: {lines[-1]}" if lines else how

    def abort(self) -> None:
        """Kill the child; anyone waiting for its answers gets `ProcessExited`."""
        self._process.kill()

    def kill(self) -> None:
        """Kill the child and release its resources."""
        self._process.kill()
        self._process.wait()
        # Don't wait forever if another process still holds its stderr.
        self._listener.join(2)
        _living.discard(self)
        for stream in (self._process.stdin, self._process.stderr, self.answers):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        self._remove_scratch()

    def _remove_scratch(self) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _listen(self) -> None:
        assert self._process.stderr is not None
        while piece := self._process.stderr.read1(4096):  # type: ignore[attr-defined]
            self._said += piece
            del self._said[:-_LAST_WORDS]


def abort_children() -> None:
    """Kill every child of this process without waiting for any; used when the program exits."""
    for child in list(_living):
        child.abort()
        child._remove_scratch()


def _start(
    name: str, low_priority: bool, one_thread: bool, scratch: Path | None
) -> tuple["subprocess.Popen[bytes]", int]:
    """Start a child; return it and the read end of its answer pipe."""
    frozen = getattr(sys, "frozen", False)
    program = [sys.executable] if frozen else [sys.executable, "-m", "inspector"]
    reading, writing = _wide_pipe()
    place = {} if scratch is None else dict.fromkeys(_SCRATCH, str(scratch))
    try:
        process = subprocess.Popen(
            [
                *program,
                "--child",
                f"{name}?{_handle(writing)}?{int(low_priority)}?{int(one_thread)}",
            ],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            **_passed_on(writing),
            env=os.environ | place,
        )
    except OSError:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    return process, reading


class Parent:
    """The child's end: receives requests and sends answers."""

    def __init__(self, answers: int) -> None:
        self._answers = os.fdopen(answers, "wb", buffering=0)
        self._questions = os.fdopen(os.dup(0), "rb", buffering=0)

    def receive(self) -> object:
        """Wait for a message; exit if the parent is gone."""
        try:
            return _read(self._questions)
        except (EOFError, OSError):
            os._exit(0)

    def send(self, message: object) -> None:
        """Send an answer; exit if the parent is gone."""
        try:
            _write(self._answers, pack(message))
        except OSError:
            os._exit(0)


def run_child(word: str) -> None:
    """Run as a child; `word` is the argument of --child."""
    name, answers, low, one = word.split("?")
    _end_with_parent()
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if low == "1" and sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.nice(10)
    if one == "1":
        os.environ.update(dict.fromkeys(_THREADS, "1"))
    module, _, function = name.partition(":")
    work: Callable[[Parent], None] = getattr(importlib.import_module(module), function)
    work(Parent(_descriptor(int(answers))))


def _end_with_parent() -> None:
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent or parent == 1:
            os._exit(0)


def _wide_pipe() -> tuple[int, int]:
    """Return a pipe that holds a whole answer, so that a child need not wait for its reader."""
    ends = os.pipe()
    if sys.platform == "linux":
        import fcntl

        # The system may allow less.
        with contextlib.suppress(OSError):
            fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return ends


def pack(message: object) -> bytes:
    """Encode a message."""
    data = pickle.dumps(message, protocol=5)
    return _HEAD.pack(len(data)) + data


def _write(stream: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[stream.write(view) :]


def _room(pipe: int) -> int:
    size = _LEAST_PIPE_BYTES
    if sys.platform == "linux":
        import fcntl

        size = fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)
    # A message that does not fill its last page may waste that page.
    return size // 2


def _read(stream: io.FileIO) -> object:
    (length,) = _HEAD.unpack(_exactly(stream, _HEAD.size))
    return pickle.loads(_exactly(stream, length))  # noqa: S301 - from our own process


def _exactly(stream: io.FileIO, count: int) -> bytearray:
    data = bytearray(count)
    view = memoryview(data)
    while view:
        got = stream.readinto(view)
        if not got:
            raise EOFError
        view = view[got:]
    return data


def wait_for_answers(children: Sequence[ChildProcess], seconds: float) -> list[ChildProcess]:
    """Return the children that have an answer or have exited, after at most `seconds`."""
    if sys.platform == "win32":
        # Windows can wait for sockets but not for pipes, so poll them.
        end = time.monotonic() + seconds
        ready = [child for child in children if _has_bytes(child.answers)]
        while not ready and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)
            ready = [child for child in children if _has_bytes(child.answers)]
    else:
        with selectors.DefaultSelector() as selector:
            for child in children:
                selector.register(child.answers, selectors.EVENT_READ, child)
            ready = [key.data for key, _ in selector.select(seconds)]
    return ready


if sys.platform == "win32":

    def _has_bytes(pipe: io.FileIO) -> bool:
        """Tell whether a read would not block: bytes are available, or the other end is closed."""
        import _winapi
        import msvcrt

        try:
            # Without a size it returns (bytes available, bytes left of the message).
            peeked: Any = _winapi.PeekNamedPipe(msvcrt.get_osfhandle(pipe.fileno()), 0)
        except OSError:
            return True
        return int(peeked[0]) > 0


def _passed_on(descriptor: int) -> dict[str, Any]:
    """Return the `Popen` arguments that let a child inherit one descriptor and no other."""
    if sys.platform == "win32":
        handle = _handle(descriptor)
        os.set_handle_inheritable(handle, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        arguments: dict[str, Any] = {"startupinfo": startup}
    else:
        arguments = {"pass_fds": (descriptor,)}
    return arguments


def _handle(descriptor: int) -> int:
    """Return the value by which a child knows an inherited descriptor."""
    if sys.platform == "win32":
        import msvcrt

        descriptor = msvcrt.get_osfhandle(descriptor)
    return descriptor


def _descriptor(handle: int) -> int:
    """Return the descriptor of a value from `_handle`."""
    if sys.platform == "win32":
        import msvcrt

        handle = msvcrt.open_osfhandle(handle, os.O_WRONLY | os.O_BINARY)
    return handle
