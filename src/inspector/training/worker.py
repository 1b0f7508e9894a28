"""The training child: imports TensorFlow at its start, then trains one run after another."""

import contextlib
import errno
import importlib.util
import os
import platform
import queue
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import assert_never

from inspector.errors import InspectorError
from inspector.subprocesses import Parent
from inspector.training_protocol.messages import (
    Command,
    ContinueRun,
    Paused,
    PauseRun,
    Quit,
    Ready,
    Reevaluate,
    RunFailed,
    RunStopped,
    StopRun,
    Train,
)
from inspector.training_protocol.run_folder import read_history
from inspector.training_protocol.run_spec import read_spec

_WAKE_SECONDS = 0.1
_CRASH = "crash.txt"
_DEAF = 70


class RunHalted(Exception):  # noqa: N818 - an order, not an error
    """The run was told to stop."""


class CommandInbox:
    """Commands of the parent: the queue of runs, and which run must stop or pause.

    A listening thread takes them, so that a stop takes effect while TensorFlow trains.
    """

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._waiting: queue.SimpleQueue[Train | Reevaluate | None] = queue.SimpleQueue()
        self._lock = threading.Condition()
        self._stopped: set[str] = set()
        self._paused: set[str] = set()
        self._ending = False
        threading.Thread(target=self._listen, name="orders", daemon=True).start()

    def next(self) -> Train | Reevaluate | None:
        """Wait for the next run; None means quit."""
        order = self._waiting.get()
        return None if self._ending else order

    def check(self, run: str) -> None:
        """Wait while the run is paused.

        Raises:
            RunHalted: The run must stop.
        """
        with self._lock:
            announced = False
            while run in self._paused and not self._is_stopped(run):
                if not announced:
                    self._parent.send(Paused(run))
                    announced = True
                self._lock.wait(_WAKE_SECONDS)
            if self._is_stopped(run):
                raise RunHalted

    def _is_stopped(self, run: str) -> bool:
        return self._ending or run in self._stopped

    def _listen(self) -> None:
        try:
            while not self._ending:
                order = self._parent.receive()
                with self._lock:
                    self._take(order)  # type: ignore[arg-type]
                    self._lock.notify_all()
        except BaseException:
            # Without this thread no command would arrive, and the parent would wait forever.
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(_DEAF)

    def _take(self, order: Command) -> None:
        match order:
            case Train() | Reevaluate():
                run = Path(order.folder).name
                self._stopped.discard(run)
                self._paused.discard(run)
                self._waiting.put(order)
            case StopRun():
                self._stopped.add(order.run)
            case PauseRun():
                self._paused.add(order.run)
            case ContinueRun():
                self._paused.discard(order.run)
            case Quit():
                self._ending = True
                self._waiting.put(None)
            case _:
                assert_never(order)


class CommandControl:
    """One run's view of the inbox."""

    def __init__(self, orders: CommandInbox, run: str) -> None:
        self._orders = orders
        self._run = run

    def check(self) -> None:
        """Wait while paused; raise `RunHalted` if the run must stop."""
        self._orders.check(self._run)


def run(parent: Parent) -> None:
    """Run the training child; see `inspector.training_protocol`."""
    orders = CommandInbox(parent)
    try:
        with _quiet():
            import keras
            import tensorflow as tf

            from inspector.training import loop  # noqa: F401 - warmed
    except ModuleNotFoundError as error:
        if error.name not in ("keras", "tensorflow"):
            raise
        parent.send(_not_installed())
        return
    # TensorFlow's advice to programmers on stderr would be mistaken for a cause of death.
    tf.get_logger().setLevel("ERROR")
    gpus = tuple(gpu.name for gpu in tf.config.list_physical_devices("GPU"))
    python = sys.version.partition(" ")[0]
    versions = {"python": python, "tensorflow": tf.__version__, "keras": keras.__version__}
    parent.send(Ready(versions, gpus))
    while (order := orders.next()) is not None:
        _do(order, parent, orders)


def _not_installed() -> RunFailed:
    """Tell how to install TensorFlow beside a wheel that came without it."""
    here = (sys.platform, platform.machine())
    package = "tensorflow-cpu" if here == ("linux", "x86_64") else "tensorflow"
    pip = f"{sys.executable} -m pip install"
    if importlib.util.find_spec("pip") is None:
        pip = f"uv pip install --python {sys.executable}"
    return RunFailed(
        "", "TensorFlow is not installed: training needs it, and nothing else does",
        f"Install it with: {pip} {package}",
    )  # fmt: skip


def _do(order: Train | Reevaluate, parent: Parent, orders: CommandInbox) -> None:
    """Carry out one command; the child survives any failure."""
    from inspector.training import loop

    folder = Path(order.folder)
    control = CommandControl(orders, folder.name)
    try:
        control.check()
        spec = read_spec(folder)
        _set_threads(spec.threads)
        if isinstance(order, Train):
            spec = replace(spec, root=order.root or spec.root, cache=order.cache or spec.cache)
            loop.train_run(folder, spec, tell=parent.send, control=control)
        else:
            spec = replace(spec, root=order.root or spec.root)
            if order.arrays:
                parent.send(loop.evaluate_arrays(folder, Path(order.arrays), control=control))
                return
            evaluation = loop.reevaluate(
                folder, spec, order.side, tell=parent.send, control=control
            )
            parent.send(evaluation)
    except RunHalted:
        parent.send(RunStopped(folder.name, _epochs_done(folder)))
    except InspectorError as error:
        parent.send(RunFailed(folder.name, error.message, error.advice))
    except Exception as error:
        parent.send(_explain(folder, error))


def _explain(folder: Path, error: Exception) -> RunFailed:
    """Return the cause of a failure; the traceback goes into the run's folder."""
    with contextlib.suppress(OSError):
        (folder / _CRASH).write_text(traceback.format_exc(), "utf-8")
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return RunFailed(
            folder.name, "there is not enough memory for this run",
            "Take smaller batches or images, or another model; then start again.",
        )  # fmt: skip
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return RunFailed(
            folder.name, f"the disk is full ({folder})",
            "Free some space; the run can be resumed after its last complete epoch.",
        )  # fmt: skip
    first_line = (str(error).strip().splitlines() or [""])[0][:200]
    return RunFailed(
        folder.name, f"training failed: {type(error).__name__}: {first_line}",
        f"Resume the run; {_CRASH} in its folder holds the details.",
    )  # fmt: skip


def _epochs_done(folder: Path) -> int:
    try:
        return len(read_history(folder))
    except InspectorError:
        return 0


def _set_threads(threads: int) -> None:
    """Set TensorFlow's threads; after a child's first run they can't be changed any more."""
    import tensorflow as tf

    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep TensorFlow's start-up messages off stderr, where they look like a cause of death."""
    sys.stderr.flush()
    saved, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nothing)
