"""What a training run is told and what it tells, without TensorFlow.

A run is a folder: `spec.json` is written before the start and never changed; the training child
adds `state.json`, `checkpoint.npz`, `best.keras`, `last.keras`, `predictions_best.csv`,
`predictions_last.csv`, `card.json` and `card.md`; the project adds `ended.json` where a run broke
off or was stopped. The child is started by its name, `TRAINER`, and
speaks the messages at the end of this file. Its first message is `Ready`; it takes one run at a
time and keeps those that wait in the order in which they came.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from inspector.errors import TrainingError

TRAINER = "inspector.training.worker:run"
SPEC = "spec.json"
STATE = "state.json"
BEST = "best.keras"
LAST = "last.keras"
CHECKPOINT = "checkpoint.npz"
PREDICTIONS_BEST = "predictions_best.csv"
PREDICTIONS_LAST = "predictions_last.csv"
PREDICTION_FIELDS = ("path", "label", "predicted", "confidence")
CARD = "card.json"
CARD_TEXT = "card.md"
ENDED = "ended.json"
SIDES = ("training", "selection", "validation", "test")
SMALL_CNN = "small_cnn"
IMAGENET = "imagenet"

BACKBONES = (
    "MobileNet", "MobileNetV2", "MobileNetV3Small", "MobileNetV3Large", "EfficientNetB0",
    "EfficientNetV2B0", "DenseNet121", "NASNetMobile", "ResNet50", "ResNet50V2", "InceptionV3",
    "Xception", "VGG16", "ConvNeXtTiny",
)  # fmt: skip
"""The names of keras.applications that transfer learning takes."""

LITE0 = "EfficientNetLite0"
LITE0_TUNED = "EfficientNetLite0-tuned"
OFFLINE_BACKBONES = (LITE0, LITE0_TUNED)
"""EfficientNet-Lite0 with the weights that come with the program: frozen, and trained on."""

MODELS = (SMALL_CNN, *OFFLINE_BACKBONES, *BACKBONES)
"""All names of models; anything else is the path of a .keras file."""


class Budget(StrEnum):
    """When a run ends."""

    EPOCHS = "epochs"
    """After `epochs`."""
    STEPS = "steps"
    """After `steps` optimiser steps, whatever the number of samples."""
    PLATEAU = "plateau"
    """When the selection holdout has not improved for `patience` epochs, at most `epochs`."""


class Scaling(StrEnum):
    """What the model does first with pixels of 0..255.

    A backbone of keras.applications always gets what it was trained with instead.
    """

    RESCALE = "rescale"
    """To 0..1."""
    CENTRED = "centred"
    """To -1..1."""
    SAMPLEWISE = "samplewise"
    """To mean 0 and deviation 1 of each image by itself."""
    POLICY = "policy"
    """As the policy's own rescale and samplewise parameters say, even if they say nothing."""
    NONE = "none"
    """Nothing: for a user's own model that does it itself."""


@dataclass(frozen=True, slots=True)
class SampleColumns:
    """A list of samples as columns of one length.

    Attributes:
        paths: Relative to the dataset's root, with slashes.
        labels: Indices into the class names.
        sha256: Of the files' bytes, hex; "" if not known, which is then not verified.
    """

    paths: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    sha256: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.paths)


@dataclass(frozen=True, slots=True)
class RunSpec:
    """All that decides what a run does.

    Attributes:
        root: The dataset's folder.
        class_names: In the order of the labels.
        selection: Cut by group from training; chooses the checkpoint and ends a PLATEAU run.
            Empty: the last epoch counts as the best.
        validation: What judges; never augmented, never shuffled, chooses nothing.
        test: The locked test folder: listed and hashed, read by nothing but `Reevaluate`.
        model: One of `MODELS`, or the path of a .keras file.
        seed: Of weights, order, dropout and augmentation.
        image_size_px: Images become squares of this side.
        policy: The augmentation as `read_policy` takes it; None for none.
        policy_name: What the person calls it.
        normalisation: The model's first layer.
        weights: A backbone's weights: a file without the top, `IMAGENET` to have Keras fetch
            them, or None.
        untrained: Allow a backbone without weights (frozen and random: for comparison only).
        steps: Of a STEPS budget; patience: of a PLATEAU budget, epochs.
        threads: Of TensorFlow's operations and of the feed, each.
        cache: Folder for decoded images that runs share; "" for one in the run's folder.
        split: The split rule in words, for the card.
        dataset_digest: Of all samples, as the project says it.
        versions: Of the program and its libraries as the project knows them.
        evaluation: The split that `validation` is: "test" where there is no validation split.
    """

    root: str
    class_names: tuple[str, ...]
    training: SampleColumns
    selection: SampleColumns
    validation: SampleColumns
    model: str
    seed: int
    image_size_px: int
    batch_size: int = 64
    epochs: int = 20
    budget: Budget = Budget.EPOCHS
    steps: int = 0
    patience: int = 5
    learning_rate: float = 1e-3
    policy: Mapping[str, Any] | None = None
    normalisation: Scaling = Scaling.RESCALE
    weights: str | None = None
    untrained: bool = False
    threads: int = 2
    cache: str = ""
    split: str = ""
    dataset_digest: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    test: SampleColumns = field(default_factory=SampleColumns)
    policy_name: str = ""
    evaluation: str = "validation"


def write_spec(folder: Path, spec: RunSpec) -> None:
    """Write a new run's spec into its folder, which is made.

    Raises:
        TrainingError: There is a run already, or the disk does not take it.
    """
    if (folder / SPEC).exists():
        raise TrainingError(f"{folder.name} holds a run already", "Give the new run another name.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / SPEC, json.dumps(asdict(spec), indent=1))
    except OSError as error:
        raise TrainingError(
            f"the run can't be stored: {error.strerror}", "Free some space, or check the folder."
        ) from error


def read_spec(folder: Path) -> RunSpec:
    """Read the spec of the run in `folder`.

    Raises:
        TrainingError: It is not there or can't be understood.
    """
    try:
        # In two steps: names of files may hold what no UTF-8 can, which JSON escapes.
        return msgspec.convert(json.loads((folder / SPEC).read_text("utf-8")), RunSpec)
    except (OSError, ValueError, RecursionError) as error:
        raise TrainingError(
            f"the run {folder.name} has no readable {SPEC}: {error}",
            "Start a new run with its settings.",
        ) from error


def check_spec(spec: RunSpec) -> None:
    """Check what can be checked without reading an image.

    Raises:
        TrainingError: The run can't be trained as it stands.
    """
    for name in SIDES:
        _check_samples(name, getattr(spec, name), classes=len(spec.class_names))
    if len(spec.class_names) < 2:
        raise TrainingError("a run needs at least two classes", "Add images of another class.")
    if not spec.training or not spec.validation:
        empty = "validation" if spec.training else "training"
        raise TrainingError(f"there is no sample for {empty}", "Choose another split rule.")
    if min(spec.batch_size, spec.epochs, spec.threads, spec.patience) < 1:
        raise TrainingError(
            "batch size, epochs, threads and patience must be 1 or more", "Raise it."
        )
    if not 8 <= spec.image_size_px <= 1024:
        raise TrainingError("the image size must be 8 to 1024 px", "Choose a size in between.")
    if spec.learning_rate <= 0:
        raise TrainingError("the learning rate must be above 0", "Take 0.001.")
    if spec.budget is Budget.STEPS and spec.steps < 1:
        raise TrainingError("a budget in steps needs the number of steps", "Give 1 step at least.")
    if spec.budget is Budget.PLATEAU and not spec.selection:
        raise TrainingError(
            "training to the plateau needs a selection holdout",
            "Cut one from training, or set epochs.",
        )


def _check_samples(name: str, samples: SampleColumns, *, classes: int) -> None:
    if not len(samples.paths) == len(samples.labels) == len(samples.sha256):
        raise TrainingError(f"the {name} list has columns of unequal length", "Start a new run.")
    if any(not 0 <= label < classes for label in samples.labels):
        raise TrainingError(f"the {name} list has a label without a class", "Start a new run.")


def write_whole(file: Path, text: str) -> None:
    """Write a text file so that either the old or the new one stands, whenever power fails."""
    part = file.with_name(file.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


# From the child; `run` is the name of the run's folder.


@dataclass(frozen=True, slots=True)
class Ready:
    """TensorFlow is imported: runs can be sent; `gpus` names what there is."""

    versions: Mapping[str, str]
    gpus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preparing:
    """Pictures are decoded, or a backbone's features computed; at most 5 a second."""

    run: str
    what: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Started:
    """The model stands; TensorFlow traces it next, which can't be interrupted but by a signal.

    Attributes:
        epochs_done: Above 0 for a run that goes on.
        steps_per_epoch: Of a whole epoch, the last partial batch counted.
        threads: What TensorFlow really uses: it can't be changed after a child's first run.
    """

    run: str
    epochs: int
    epochs_done: int
    steps_per_epoch: int
    parameters: int
    threads: int


@dataclass(frozen=True, slots=True)
class Step:
    """How far an epoch is; at most 5 a second; the rate is since the epoch's start."""

    run: str
    epoch: int
    step: int
    steps: int
    images_per_second: float


@dataclass(frozen=True, slots=True)
class EpochDone:
    """The figures of an epoch, counted from 1; sel_ is None without a selection holdout.

    Training's are the mean over the augmented batches while the weights changed: a little behind.
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
    """The run is complete; `plateau`: the selection holdout did not improve any more."""

    run: str
    epochs: int
    best_epoch: int
    best_val_accuracy: float
    last_val_accuracy: float
    plateau: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The run broke off; what its folder holds stays."""

    run: str
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class RunStopped:
    """It stopped as asked; sent again as `Train`, it goes on after `epoch` complete epochs."""

    run: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Paused:
    """It waits, in memory, for `ContinueRun` or `StopRun`."""

    run: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the stored best weights say of a locked list, its hashes verified."""

    run: str
    loss: float
    accuracy: float
    images: int
    side: str = "validation"


# To the child.


@dataclass(frozen=True, slots=True)
class Train:
    """Start the run in `folder`, or resume it.

    Attributes:
        root: The dataset's folder; "" as the run's spec says. A project may have been moved since,
            or come from somebody else.
        cache: Alike, as `RunSpec.cache`.
    """

    folder: str
    root: str = ""
    cache: str = ""


@dataclass(frozen=True, slots=True)
class Reevaluate:
    """Load the run's best weights and evaluate them again, on one of `SIDES`; as `Train`.

    Attributes:
        arrays: An .npz file with other images instead: `pixels`, float32 (n, side, side, 3) RGB
            levels of 0..255, and `labels`, int32 (n,); "" for the list.
    """

    folder: str
    side: str = "validation"
    root: str = ""
    arrays: str = ""


@dataclass(frozen=True, slots=True)
class StopRun:
    """Stop the run (its folder's name), or drop it from those that wait."""

    run: str


@dataclass(frozen=True, slots=True)
class PauseRun:
    """Hold the run between two batches."""

    run: str


@dataclass(frozen=True, slots=True)
class ContinueRun:
    """Let a paused run go on."""

    run: str


@dataclass(frozen=True, slots=True)
class Quit:
    """Stop the run, forget those that wait and end."""


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


class _State(msgspec.Struct, frozen=True):
    """What is read here of the state of a run."""

    history: tuple[EpochDone, ...]


def read_history(folder: Path) -> tuple[EpochDone, ...]:
    """Read the epochs that a run has completed, from its folder; () before the first.

    Raises:
        TrainingError: They can't be read.
    """
    try:
        return msgspec.convert(json.loads((folder / STATE).read_text("utf-8")), _State).history
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, RecursionError) as error:
        raise TrainingError(
            f"the run {folder.name} has no readable {STATE}: {error}",
            "Resume the run: the file is written again.",
        ) from error
