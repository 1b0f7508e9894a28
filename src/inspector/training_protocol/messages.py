"""Messages between the program and the training child; see the package for how a run goes."""

from collections.abc import Mapping
from dataclasses import dataclass

TRAINER = "inspector.training.worker:run"


# Events, sent by the child; `run` is the name of the run's folder.


@dataclass(frozen=True, slots=True)
class Ready:
    """The child has imported TensorFlow and takes runs; `gpus` lists the GPUs it sees."""

    versions: Mapping[str, str]
    gpus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preparing:
    """Progress of decoding images or computing backbone features; at most 5 per second."""

    run: str
    what: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Started:
    """The model is built. TensorFlow traces it next; only a signal can interrupt that.

    Attributes:
        epochs_done: Above 0 for a resumed run.
        steps_per_epoch: Steps of a full epoch, the last partial batch included.
        threads: Threads that TensorFlow uses; fixed after the first run of a child.
    """

    run: str
    epochs: int
    epochs_done: int
    steps_per_epoch: int
    parameters: int
    threads: int


@dataclass(frozen=True, slots=True)
class Step:
    """Progress within an epoch; at most 5 per second. The rate counts from the epoch's start."""

    run: str
    epoch: int
    step: int
    steps: int
    images_per_second: float


@dataclass(frozen=True, slots=True)
class EpochDone:
    """Metrics of one epoch, counted from 1; `sel_*` is None without a selection holdout.

    Training metrics are means over augmented batches while the weights change, so they lag a
    little.
    """

    run: str
    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    sel_loss: float | None
    sel_accuracy: float | None
    seconds: float
    best_epoch: int


@dataclass(frozen=True, slots=True)
class RunDone:
    """The run is complete; `plateau` tells that early stopping ended it."""

    run: str
    epochs: int
    best_epoch: int
    best_val_accuracy: float
    last_val_accuracy: float
    plateau: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The run failed; its folder keeps what was written so far."""

    run: str
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class RunStopped:
    """The run stopped on request; sending `Train` again resumes it after `epoch` epochs."""

    run: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Paused:
    """The run waits in memory for `ContinueRun` or `StopRun`."""

    run: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Metrics of the stored best weights on a locked list whose hashes were verified."""

    run: str
    loss: float
    accuracy: float
    images: int
    side: str = "validation"


# Commands, sent to the child.


@dataclass(frozen=True, slots=True)
class Train:
    """Start the run in `folder`, or resume it.

    Attributes:
        root: Dataset folder; "" for the one in the run's spec. Differs where the project was moved
            or comes from another machine.
        cache: Same for `RunSpec.cache`.
    """

    folder: str
    root: str = ""
    cache: str = ""


@dataclass(frozen=True, slots=True)
class Reevaluate:
    """Evaluate the run's best weights again, on one of `SIDES`; `root` as in `Train`.

    Attributes:
        arrays: .npz file of other images to evaluate instead: `pixels`, float32 (n, side, side, 3)
            RGB, 0..255, and `labels`, int32 (n,); "" for the list.
    """

    folder: str
    side: str = "validation"
    root: str = ""
    arrays: str = ""


@dataclass(frozen=True, slots=True)
class StopRun:
    """Stop the run, named by its folder, or remove it from the queue."""

    run: str


@dataclass(frozen=True, slots=True)
class PauseRun:
    """Pause the run between two batches."""

    run: str


@dataclass(frozen=True, slots=True)
class ContinueRun:
    """Continue a paused run."""

    run: str


@dataclass(frozen=True, slots=True)
class Quit:
    """Stop the run, clear the queue and exit."""


Event = (
    Ready
    | Preparing
    | Started
    | Step
    | EpochDone
    | RunDone
    | RunFailed
    | RunStopped
    | Paused
    | Evaluated
)
Command = Train | Reevaluate | StopRun | PauseRun | ContinueRun | Quit
