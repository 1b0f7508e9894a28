"""The spec of a run: everything that decides what it does."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from inspector.errors import DatasetError, TrainingError
from inspector.input_files import read_json
from inspector.training_protocol.run_folder import SPEC, write_whole

SIDES = ("training", "selection", "validation", "test")


SMALL_CNN = "small_cnn"


IMAGENET = "imagenet"


BACKBONES = (
    "MobileNet", "MobileNetV2", "MobileNetV3Small", "MobileNetV3Large", "EfficientNetB0",
    "EfficientNetV2B0", "DenseNet121", "NASNetMobile", "ResNet50", "ResNet50V2", "InceptionV3",
    "Xception", "VGG16", "ConvNeXtTiny",
)  # fmt: skip
"""Names in keras.applications that transfer learning accepts."""


LITE0 = "EfficientNetLite0"


LITE0_TUNED = "EfficientNetLite0-tuned"


OFFLINE_BACKBONES = (LITE0, LITE0_TUNED)
"""EfficientNet-Lite0 with bundled weights: frozen, and fine-tuned."""


MODELS = (SMALL_CNN, *OFFLINE_BACKBONES, *BACKBONES)
"""All model names; any other value is the path of a .keras file."""


class Budget(StrEnum):
    """When a run ends."""

    EPOCHS = "epochs"
    """After `epochs` epochs."""
    STEPS = "steps"
    """After `steps` optimiser steps, whatever the number of samples."""
    PLATEAU = "plateau"
    """When the selection holdout has not improved for `patience` epochs, or after `epochs`."""


class Scaling(StrEnum):
    """How the model's first layer scales pixels of 0..255.

    A keras.applications backbone always gets the preprocessing it was trained with instead.
    """

    RESCALE = "rescale"
    """To 0..1."""
    CENTRED = "centred"
    """To -1..1."""
    SAMPLEWISE = "samplewise"
    """To mean 0 and standard deviation 1, per image."""
    POLICY = "policy"
    """As the policy's rescale and samplewise parameters say, even if both are unset."""
    NONE = "none"
    """Not at all: for a user's own model that scales its input."""


@dataclass(frozen=True, slots=True)
class SampleColumns:
    """A list of samples, as columns of equal length.

    Attributes:
        paths: Relative to the dataset root, with slashes.
        labels: Indices into the class names.
        sha256: Hex digests of the file contents; "" where unknown, which skips verification.
    """

    paths: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    sha256: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.paths)


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Everything that decides what a run does.

    Attributes:
        root: Dataset folder.
        class_names: Class names in the order of the label indices.
        selection: Holdout cut by group from training; chooses the checkpoint and ends a PLATEAU
            run. If empty, the last epoch counts as the best.
        validation: Evaluation samples; never augmented or shuffled, and they choose nothing.
        test: Locked test folder: listed and hashed, read by `Reevaluate` only.
        model: One of `MODELS`, or the path of a .keras file.
        seed: Seed of weights, order, dropout and augmentation.
        image_size_px: Side of the squares that images are resized to.
        policy: Augmentation policy as `read_policy` takes it; None for no augmentation.
        policy_name: The user's name for it.
        normalisation: The model's first layer.
        weights: Weights of a backbone: a file without the top, `IMAGENET` to have Keras fetch them,
            or None.
        untrained: Allow a backbone without weights (frozen and random, for comparison only).
        steps: Steps of a STEPS budget.
        patience: Epochs without improvement that end a PLATEAU run.
        threads: Threads of TensorFlow's operations and of the feed, each.
        cache: Folder of decoded images shared by runs; "" for one in the run's folder.
        split: Text of the split rule, for the model card.
        dataset_digest: Digest of all samples, as the project computes it.
        versions: Versions of the program and its libraries.
        evaluation: Split that `validation` holds: "test" where there is no validation split.
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
    """Create a run's folder and write its spec.

    Raises:
        TrainingError: The folder already holds a run, or the file can't be written.
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
        TrainingError: The spec is missing or invalid.
    """
    advice = "Start a new run with its settings."
    try:
        return read_json(folder / SPEC, RunSpec, what="spec", advice=advice)
    except DatasetError as error:
        raise TrainingError(
            f"the run {folder.name} has no readable {SPEC}: {error}", advice
        ) from error


def check_spec(spec: RunSpec) -> None:
    """Check all that can be checked without reading an image.

    Raises:
        TrainingError: This run can't be trained.
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
