"""Owns the warm training process: queues runs and broadcasts their events."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from inspector.subprocesses import ChildProcess, ProcessExited
from inspector.training_protocol.messages import (
    TRAINER,
    Command,
    ContinueRun,
    EpochDone,
    Evaluated,
    Event,
    Paused,
    PauseRun,
    Preparing,
    Quit,
    Ready,
    Reevaluate,
    RunDone,
    RunFailed,
    RunStopped,
    Started,
    Step,
    StopRun,
    Train,
)
from inspector.training_protocol.run_folder import read_history
from inspector.work import jobs

PATIENCE_SECONDS = 0.8
"""A stop that is not acknowledged for this long kills the child.

TensorFlow can't be interrupted while it traces (7 s were measured), and a stop must take effect
within a second.
"""

QUIT_SECONDS = 2.0
_LOG = logging.getLogger("inspector")


class Phase(StrEnum):
    """What a run of the queue is doing."""

    WAITING = "waiting"
    PREPARING = "preparing"
    TRAINING = "training"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Progress of a run in the queue.

    Attributes:
        what: Name of a preparation, such as "decoding".
        done: Images or steps of this phase, of `total`.
        epoch: Current epoch, from 1; 0 before the first.
        epoch_seconds: Duration of the last complete epoch; 0 before the first.
    """

    phase: Phase = Phase.WAITING
    what: str = ""
    done: int = 0
    total: int = 0
    epoch: int = 0
    epochs: int = 0
    epoch_seconds: float = 0.0
    images_per_second: float = 0.0

    @property
    def seconds_left(self) -> float:
        """Seconds to the planned end; 0 while unknown."""
        if not self.epochs or not self.epoch:
            return 0.0
        part = self.done / self.total if self.total else 0.0
        return max(0.0, self.epochs - self.epoch + 1 - part) * self.epoch_seconds


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """The child and its queue at one moment.

    Attributes:
        ready: True once TensorFlow is imported.
        failure: Why there is no child, or None.
        live: Running and waiting runs, in order.
    """

    ready: bool = False
    failure: RunFailed | None = None
    live: Mapping[str, RunProgress] = field(default_factory=dict)


class Trainer:
    """Trains runs one after another in one child; listeners get every event.

    Args:
        low_priority: True to yield to the window.
    """

    def __init__(self, *, low_priority: bool) -> None:
        self._low_priority = low_priority
        self._listeners: list[Callable[[Event], None]] = []
        self._wake = threading.Condition()
        self._sending = threading.Lock()
        self._orders: list[Train | Reevaluate] = []
        self._live: dict[str, RunProgress] = {}
        self._stopping: set[str] = set()
        self._child: ChildProcess | None = None
        self._ready: Ready | None = None
        self._failure: RunFailed | None = None
        self._thread: threading.Thread | None = None
        self._working = False
        self._closed = False

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event, on the trainer's thread.

        An exception in a listener is logged and does not affect the others.
        """
        self._listeners.append(listener)

    def forget(self, listener: Callable[[Event], None]) -> None:
        """Stop calling a listener."""
        self._listeners.remove(listener)

    def warm(self) -> None:
        """Start the child ahead of its first run: importing TensorFlow takes seconds."""
        with self._wake:
            if not self._working and not self._closed:
                self._working = True
                self._thread = threading.Thread(target=self._work, name="trainer", daemon=True)
                self._thread.start()

    def add(self, orders: Sequence[Train | Reevaluate]) -> None:
        """Append commands to the queue, except those already in it."""
        with self._wake:
            for order in orders:
                name = Path(order.folder).name
                if name not in self._live:
                    self._live[name] = RunProgress()
                    self._orders.append(order)
            self._wake.notify_all()
        self.warm()

    def stop(self, run: str) -> None:
        """Stop a run or remove it from the queue; it ends within a second."""
        with self._wake:
            if run not in self._live or run in self._stopping:
                return
            waiting = [o for o in self._orders if Path(o.folder).name == run]
            if waiting:
                self._orders.remove(waiting[0])
                del self._live[run]
            else:
                self._stopping.add(run)
        if waiting:
            self._tell(RunStopped(run, 0))
            return
        self._send(StopRun(run))
        timer = threading.Timer(PATIENCE_SECONDS, self._lose_patience, (run,))
        timer.daemon = True
        timer.start()

    def stop_all(self) -> None:
        """Stop the current run and clear the queue, from its end."""
        for run in reversed([*self.snapshot().live]):
            self.stop(run)

    def pause(self, run: str) -> None:
        """Pause a run between two batches."""
        self._send(PauseRun(run))

    def resume(self, run: str) -> None:
        """Continue a paused run."""
        with self._wake:
            if run in self._live:
                self._live[run] = replace(self._live[run], phase=Phase.TRAINING)
        self._send(ContinueRun(run))

    def snapshot(self) -> QueueSnapshot:
        """Return the state of the queue."""
        with self._wake:
            return QueueSnapshot(self._ready is not None, self._failure, dict(self._live))

    def job(self) -> jobs.ProgressSnapshot | None:
        """Return the progress of the current run as a job; None without one."""
        live = list(self.snapshot().live.values())
        if not live:
            return None
        now, behind = live[0], len(live) - 1
        more = f", {behind} more waiting" if behind else ""
        match now.phase:
            case Phase.WAITING:
                return jobs.ProgressSnapshot(f"training: starting{more}", 0, 0, 0.0, 0.0)
            case Phase.PREPARING:
                phase = f"training: {now.what}{more}"
                return jobs.ProgressSnapshot(phase, now.done, now.total, 0.0, 0.0)
            case Phase.TRAINING | Phase.PAUSED:
                word = "paused" if now.phase is Phase.PAUSED else "training"
                phase = f"{word}: epoch {now.epoch} of {now.epochs}{more}"
                done = (now.epoch - 1) * now.total + now.done
                total = now.epochs * now.total
                if now.phase is Phase.PAUSED:
                    # Unknown while paused.
                    return jobs.ProgressSnapshot(phase, done, total, 0.0, 0.0)
                rate = now.images_per_second
                return jobs.ProgressSnapshot(phase, done, total, rate, now.seconds_left)

    def close(self) -> None:
        """Stop the current run, end the child, and wait for both."""
        with self._wake:
            self._closed = True
            self._stopping.update(self._live)
            self._orders.clear()
            self._wake.notify_all()
        if self._thread is None:
            return
        self._send(Quit())
        self._thread.join(QUIT_SECONDS)
        self._abort()
        self._thread.join()

    def _work(self) -> None:
        try:
            self._work_off()
        except BaseException as error:
            # Anyone waiting for an event would wait forever.
            _LOG.exception("the trainer's thread ended")
            self._let_go()
            self._fail_all(
                RunFailed(
                    "", f"training can't go on: {error}", "Run `inspector doctor`, then resume."
                )
            )

    def _work_off(self) -> None:
        while not self._closed:
            if self._child is None and not self._start():
                return
            with self._wake:
                self._wake.wait_for(lambda: self._orders or self._closed)
                order = None if self._closed else self._orders.pop(0)
            if order is not None:
                self._do(order)
        self._let_go()

    def _start(self) -> bool:
        """Start a child; if that fails, so does everything in the queue."""
        self._failure = None
        first: object
        try:
            child = ChildProcess(TRAINER, low_priority=self._low_priority)
            with self._sending:
                self._child = child
            first = child.receive()
        except ProcessExited as gone:
            first = RunFailed("", f"training can't start: {gone}", "Run `inspector doctor`.")
        if isinstance(first, Ready):
            self._ready = first
            self._tell(first)
            return True
        assert isinstance(first, RunFailed)
        self._let_go()
        self._fail_all(first)
        return False

    def _fail_all(self, failure: RunFailed) -> None:
        """Emit failures for everything in the queue, since there is no child to do so."""
        with self._wake:
            waiting, self._failure = list(self._live), failure
            self._live.clear()
            self._orders.clear()
            self._working = False
        for name in waiting or [""]:
            self._tell(RunStopped(name, 0) if self._closed else replace(failure, run=name))

    def _do(self, order: Train | Reevaluate) -> None:
        name = Path(order.folder).name
        try:
            assert self._child is not None
            self._send(order)
            while True:
                answer: Event = self._child.receive()  # type: ignore[assignment]
                over = isinstance(answer, RunDone | RunFailed | RunStopped | Evaluated)
                self._note(name, answer, over=over)
                self._tell(answer)
                if over:
                    return
        except ProcessExited as gone:
            self._let_go()
            asked = name in self._stopping
            self._note(name, None, over=True)
            if asked:
                self._tell(RunStopped(name, len(read_history(Path(order.folder)))))
                return
            advice = (
                "Resume the run from its last epoch. If this comes again, the machine may lack"
                " memory: take smaller images."
            )
            self._tell(RunFailed(name, f"the training process is gone, {gone}", advice))

    def _note(self, name: str, answer: Event | None, *, over: bool) -> None:
        with self._wake:
            if over:
                self._live.pop(name, None)
                self._stopping.discard(name)
            elif answer is not None and name in self._live:
                self._live[name] = _moved(self._live[name], answer)

    def _tell(self, answer: Event) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(answer)
            except Exception:
                _LOG.exception("a listener failed on %r", answer)

    def _send(self, order: Command) -> None:
        with self._sending:
            if self._child is None:
                return
            try:
                self._child.send(order)
            except ProcessExited:
                return  # whoever waits for its events is notified

    def _lose_patience(self, run: str) -> None:
        if run in self._stopping:
            self._abort()

    def _abort(self) -> None:
        with self._sending:
            if self._child is not None:
                self._child.abort()

    def _let_go(self) -> None:
        with self._sending:
            child, self._child, self._ready = self._child, None, None
        if child is not None:
            child.kill()


def _moved(live: RunProgress, answer: Event) -> RunProgress:
    match answer:
        case Preparing():
            return replace(
                live, phase=Phase.PREPARING, what=answer.what, done=answer.done, total=answer.total
            )
        case Started():
            return replace(
                live, phase=Phase.TRAINING, what="", done=0, total=answer.steps_per_epoch,
                epoch=answer.epochs_done + 1, epochs=answer.epochs,
            )  # fmt: skip
        case Step():
            return replace(
                live, phase=Phase.TRAINING, done=answer.step, total=answer.steps,
                epoch=answer.epoch, images_per_second=answer.images_per_second,
            )  # fmt: skip
        case EpochDone():
            return replace(live, epoch=answer.epoch + 1, done=0, epoch_seconds=answer.seconds)
        case Paused():
            return replace(live, phase=Phase.PAUSED)
        case _:
            return live
