"""Models: a small CNN, backbones of keras.applications, and the user's own file.

All take float pixels of 0..255 (batch, side, side, 3), normalise them with layers of their own and
return a probability per class. They use Keras layers only, so a saved model loads without this
program.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from inspector.errors import TrainingError
from inspector.training.lite0 import lite0
from inspector.training_protocol.run_spec import (
    BACKBONES,
    IMAGENET,
    LITE0_TUNED,
    MODELS,
    OFFLINE_BACKBONES,
    SMALL_CNN,
    RunSpec,
    Scaling,
)

_WIDTHS = (16, 32, 64)
_MOMENTA = (0.5, 0.9)
"""Momentum of BatchNormalization for short epochs and for long ones.

With Keras's default of 0.99 the running statistics need about 500 steps to converge, and evaluation
before that is at chance (measured: 0.945 in training mode, 0.10 in evaluation mode). With 0.9 and 7
steps per epoch that held for three epochs.
"""

_STRIDED_PX = 64
"""From this size on, the first convolution has stride 2.

Measured on clothing at 96 px, 8 epochs, 3 seeds: accuracy 0.397 against 0.367 without the stride,
in a quarter of the time.
"""

_DROPOUT = 0.2
_FETCH_SECONDS = 20.0

_FROZEN_RATE, _TUNED_RATE = 1.0, 0.1
"""Of EfficientNet-Lite0, on Adam's learning rate: not tuned, see docs/measurements/transfer.md."""

_CAFFE_MEAN = (103.939, 116.779, 123.68)
_TORCH_MEAN = (0.485, 0.456, 0.406)
_TORCH_STD = (0.229, 0.224, 0.225)

_PREPROCESSING = {
    **dict.fromkeys(
        ("MobileNet", "MobileNetV2", "NASNetMobile", "ResNet50V2", "InceptionV3", "Xception"), "tf"
    ),
    "DenseNet121": "torch",
    "ResNet50": "caffe",
    "VGG16": "caffe",
}
"""Preprocessing mode of each backbone in keras's imagenet_utils; other backbones include it."""


@dataclass(frozen=True, slots=True)
class Network:
    """A model in the parts in which it is trained.

    Attributes:
        full: Pixels to probabilities; this is saved.
        head: The trained part: `full` itself, or features to probabilities.
        extractor: Pixels to features, frozen; None where the whole model is trained.
        logits: True if the output is not a probability yet.
        rate: Factor on the learning rate.
    """

    full: Any
    head: Any
    extractor: Any = None
    logits: bool = False
    rate: float = 1.0


def build_network(spec: RunSpec, normalisation: Mapping[str, Any]) -> Network:
    """Build the model that the spec names, initialised from its seed.

    Args:
        spec: The run's spec.
        normalisation: Parameters of the policy's own normalisation, for `Scaling.POLICY`.

    Raises:
        TrainingError: The model is unknown, can't be read or has no weights.
    """
    keras.utils.set_random_seed(spec.seed % 2**32)
    side, classes = spec.image_size_px, len(spec.class_names)
    if spec.model == SMALL_CNN:
        steps = -(-len(spec.training) // spec.batch_size)
        model = small_cnn(
            side, classes, spec.normalisation, policy=normalisation, steps_per_epoch=steps
        )
        return Network(model, model)
    if spec.model in OFFLINE_BACKBONES:
        return offline_transfer(side, classes, tuned=spec.model == LITE0_TUNED)
    if spec.model in BACKBONES:
        return transfer(spec.model, side, classes, weights=spec.weights, untrained=spec.untrained)
    if spec.model.endswith(".keras"):
        return own_model(
            Path(spec.model), side, classes, scaling=spec.normalisation, policy=normalisation
        )
    raise TrainingError(
        f"there is no model named {spec.model}",
        f"Take a .keras file, or one of {', '.join(MODELS)}.",
    )


def small_cnn(
    side_px: int, classes: int, scaling: Scaling, *, policy: Mapping[str, Any] | None = None,
    steps_per_epoch: int = 100,
) -> Any:  # fmt: skip
    """Build a CNN for a CPU and some thousand images: 24,000 parameters.

    Three blocks of 3x3 convolution, pooling, BatchNormalization and ReLU (a step takes half as long
    in this order as with the pooling last), then global average pooling, so that any image size
    works. Evaluation normalises by the mean of about the last quarter of an epoch, at most 10
    batches.
    """
    momentum = float(np.clip(1 - 4 / steps_per_epoch, *_MOMENTA))
    pixels = keras.Input((side_px, side_px, 3), name="pixels")
    x = normalise(pixels, scaling, policy or {})
    for number, width in enumerate(_WIDTHS):
        strides = 2 if number == 0 and side_px >= _STRIDED_PX else 1
        x = layers.Conv2D(width, 3, strides, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D()(x)
        x = layers.BatchNormalization(momentum=momentum)(x)
        x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(_DROPOUT)(x)
    out = layers.Dense(classes, activation="softmax", name="classes")(x)
    return keras.Model(pixels, out, name=SMALL_CNN)


def normalise(pixels: Any, scaling: Scaling, policy: Mapping[str, Any]) -> Any:
    """Add the layers that bring pixels of 0..255 to the range of `scaling`.

    Raises:
        TrainingError: The policy's normalisation needs a fit over the training set.
    """
    match scaling:
        case Scaling.RESCALE:
            return layers.Rescaling(1 / 255)(pixels)
        case Scaling.CENTRED:
            return layers.Rescaling(1 / 127.5, offset=-1.0)(pixels)
        case Scaling.SAMPLEWISE:
            return _samplewise(layers.Rescaling(1 / 255)(pixels), std=True)
        case Scaling.NONE:
            return pixels
        case Scaling.POLICY:
            return _as_policy(pixels, policy)


def offline_transfer(side_px: int, classes: int, *, tuned: bool) -> Network:
    """Build EfficientNet-Lite0 with the bundled weights and a new one-layer head.

    Args:
        side_px: Image side; the weights were trained on multiples of 32.
        classes: Number of classes.
        tuned: True to train all layers, at a tenth of the learning rate.
    """
    pixels = keras.Input((side_px, side_px, 3), name="pixels")
    features = lite0(pixels)
    dropout = layers.Dropout(_DROPOUT)
    dense = layers.Dense(classes, activation="softmax", name="classes")
    full = keras.Model(pixels, dense(dropout(features)), name="efficientnet_lite0_transfer")
    if tuned:
        return Network(full, full, rate=_TUNED_RATE)
    given = keras.Input(features.shape[1:], name="given_features")
    head = keras.Model(given, dense(dropout(given)), name="head")
    extractor = keras.Model(pixels, features, name="extractor")
    extractor.trainable = False
    return Network(full, head, extractor, rate=_FROZEN_RATE)


def transfer(
    name: str, side_px: int, classes: int, *, weights: str | None, untrained: bool
) -> Network:
    """Build a frozen backbone and a new one-layer head.

    Args:
        name: One of `BACKBONES`.
        side_px: Image side; each backbone has a minimum.
        classes: Number of classes.
        weights: As `RunSpec.weights`.
        untrained: As `RunSpec.untrained`.

    Raises:
        TrainingError: Weights are missing, can't be fetched or do not fit.
    """
    if weights is None and not untrained:
        raise TrainingError(
            f"{name} has no weights: a frozen backbone without them learns nothing",
            "Choose a weights file (without the top), or allow fetching ImageNet's.",
        )
    if weights not in (None, IMAGENET) and not Path(str(weights)).is_file():
        raise TrainingError(f"there is no weights file {weights}", "Choose another file.")
    backbone = _build_backbone(name, side_px, weights)
    backbone.trainable = False
    pixels = keras.Input((side_px, side_px, 3), name="pixels")
    x = backbone(_preprocess(pixels, _PREPROCESSING.get(name, "")), training=False)
    features = layers.GlobalAveragePooling2D(name="features")(x)
    given = keras.Input(features.shape[1:], name="given_features")
    dropout = layers.Dropout(_DROPOUT)
    dense = layers.Dense(classes, activation="softmax", name="classes")
    head = keras.Model(given, dense(dropout(given)), name="head")
    full = keras.Model(pixels, dense(dropout(features)), name=f"{name}_transfer")
    return Network(full, head, keras.Model(pixels, features, name="extractor"))


def own_model(
    file: Path, side_px: int, classes: int, *, scaling: Scaling, policy: Mapping[str, Any]
) -> Network:
    """Load the user's model in safe mode and put the normalisation in front of it.

    Raises:
        TrainingError: It can't be read, contains code, or does not fit the images or the classes.
    """
    model = load_model(file)
    shape = getattr(model, "input_shape", None)
    side = (side_px, side_px, 3)
    if not isinstance(shape, tuple) or len(shape) != 4 or not _fits(shape[1:], side):
        raise TrainingError(
            f"{file.name} takes {shape}, not images of {side_px} x {side_px} px in colour",
            "Set the image size to that of the model.",
        )
    if tuple(model.output_shape) != (None, classes):
        raise TrainingError(
            f"{file.name} gives {model.output_shape}, not a figure for each of {classes} classes",
            "Give its last layer as many units as there are classes.",
        )
    pixels = keras.Input(side, name="pixels")
    full = keras.Model(pixels, model(normalise(pixels, scaling, policy)), name="own")
    if not full.trainable_variables:
        raise TrainingError(f"{file.name} has nothing to train", "Make some layers trainable.")
    return Network(full, full, logits=not ends_in_softmax(model))


def load_model(file: Path) -> Any:
    """Load a .keras file in safe mode, for prediction.

    Raises:
        TrainingError: It is missing, damaged, or contains code to run.
    """
    if not file.is_file():
        raise TrainingError(f"there is no model file {file}", "Choose another file.")
    try:
        return keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:  # keras raises almost any exception for a damaged file
        code = "safe_mode" in str(error) or "Lambda" in str(error)
        raise TrainingError(
            f"{file.name} holds code and was not loaded"
            if code
            else f"{file.name} can't be read as a Keras model",
            "Save it from Keras 3 with built-in layers only, as a .keras file.",
        ) from error


def _samplewise(x: Any, *, std: bool) -> Any:
    if std:
        # Exactly (x - mean) / deviation over all pixels and channels, with a built-in Keras layer.
        return layers.LayerNormalization(axis=[1, 2, 3], center=False, scale=False, epsilon=1e-6)(x)
    return x - keras.ops.mean(x, axis=[1, 2, 3], keepdims=True)


def _as_policy(pixels: Any, policy: Mapping[str, Any]) -> Any:
    fitted = ("featurewise_center", "featurewise_std", "zca")
    if any(policy.get(name) for name in fitted):
        raise TrainingError(
            "featurewise normalisation and ZCA are not trained with",
            "Choose samplewise normalisation or rescaling.",
        )
    rescale = policy.get("rescale")
    x = pixels if rescale is None else layers.Rescaling(rescale)(pixels)
    if policy.get("samplewise_std"):
        return _samplewise(x, std=True)
    return _samplewise(x, std=False) if policy.get("samplewise_center") else x


def _preprocess(pixels: Any, mode: str) -> Any:
    """Preprocess pixels as they were when the backbone was trained.

    Source: keras.src.applications.imagenet_utils._preprocess_numpy_input.
    """
    match mode:
        case "tf":
            return layers.Rescaling(1 / 127.5, offset=-1.0)(pixels)
        case "torch":
            scale = [1 / 255 / s for s in _TORCH_STD]
            offset = [-m / s for m, s in zip(_TORCH_MEAN, _TORCH_STD, strict=True)]
            return layers.Rescaling(scale, offset=offset)(pixels)
        case "caffe":
            # Channels reversed and centred, by a layer that is saved like any other.
            swap = layers.Conv2D(3, 1, trainable=False, name="to_centred_bgr")
            x = swap(pixels)
            swap.set_weights([np.eye(3)[::-1].reshape(1, 1, 3, 3), -np.array(_CAFFE_MEAN)])
            return x
        case _:
            return pixels


def _build_backbone(name: str, side_px: int, weights: str | None) -> Any:
    build = getattr(keras.applications, name)
    # These backbones include their preprocessing; `_preprocess` relies on it.
    inside = {} if name in _PREPROCESSING else {"include_preprocessing": True}
    try:
        with _patience(_FETCH_SECONDS):
            return build(
                include_top=False, input_shape=(side_px, side_px, 3), weights=weights, **inside
            )
    except Exception as error:  # keras raises a plain Exception for a failed download
        if weights == IMAGENET and "fetch failure" in str(error):
            raise TrainingError(
                f"the weights of {name} can't be fetched: there is no connection to their server",
                "Choose a weights file (without the top) from disk, or try again online.",
            ) from error
        if "Input size" in str(error):
            least = str(error).partition("at least ")[2].partition("x")[0]
            raise TrainingError(
                f"{name} needs images of at least {least} px", "Raise the image size."
            ) from error
        raise TrainingError(
            f"the weights do not fit {name}", "Choose its weights without the top (notop)."
        ) from error


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _fits(shape: tuple[int | None, ...], fitting_shape: tuple[int, ...]) -> bool:
    return all(has in (None, want) for has, want in zip(shape, fitting_shape, strict=True))


def ends_in_softmax(model: Any) -> bool:
    """Tell whether a model returns probabilities rather than logits."""
    last = model.layers[-1]
    if isinstance(last, keras.Model):
        return ends_in_softmax(last)
    if isinstance(last, layers.Softmax):
        return True
    return getattr(getattr(last, "activation", None), "__name__", "") == "softmax"
