"""What loaders do to the images that they read."""

from typing import Final

from inspector.code_reading.evaluation.images.image_functions import method_of, size_of
from inspector.code_reading.evaluation.images.image_layers import after_layer
from inspector.code_reading.evaluation.images.image_values import (
    Affine,
    Channels,
    Decode,
    Fit,
    ImageValue,
    Interpolation,
    OtherStep,
    Resize,
    Standardise,
    StepKind,
)
from inspector.code_reading.evaluation.objects import DataSet, Generator, LoaderName, Source
from inspector.code_reading.evaluation.values import is_number

KERAS_SIZE_PX: Final = 256
"""Side of the images that a Keras loader returns by default."""


def loaded_image(data: DataSet) -> ImageValue | None:
    """Return the image that a dataset of files returns before any map; None if unknown."""
    source: Source | None = data.source
    for _ in range(12):
        if source is None:
            return None
        match source.loader:
            case LoaderName.DATASET:
                return _of_dataset(source)
            case LoaderName.GENERATOR | LoaderName.DATAFRAME:
                return _of_generator(source)
            case LoaderName.IMAGE_FOLDER:
                return _of_image_folder(source)
        given = source.arguments.get("x", source.arguments.get("dataset"))
        if isinstance(given, ImageValue):
            return given
        source = None if source.parent is None else source.parent.source
    return None


def _channels(source: Source) -> Channels:
    grey = source.arguments.get("color_mode") == "grayscale"
    return Channels.GREY if grey else Channels.RGB


def _of_dataset(source: Source) -> ImageValue:
    given = source.arguments
    height, width = size_of(given.get("image_size", KERAS_SIZE_PX))
    method = method_of(given.get("interpolation"), Interpolation.BILINEAR, ())
    crops, pads = (
        given.get(name) is True for name in ("crop_to_aspect_ratio", "pad_to_aspect_ratio")
    )
    fit = Fit.CROP if crops else Fit.PAD if pads else Fit.STRETCH
    image = ImageValue(()).after(source.place, Decode("TensorFlow", _channels(source)))
    if method is None:
        return image.after(source.place, OtherStep("a resize that the code does not tell"))
    return image.after(source.place, Resize(height, width, method, fit=fit))


def _of_generator(source: Source) -> ImageValue:
    given = source.arguments
    height, width = size_of(given.get("target_size", KERAS_SIZE_PX))
    method = method_of(given.get("interpolation"), Interpolation.NEAREST, ())
    image = ImageValue(()).after(source.place, Decode("Pillow", _channels(source)))
    if method is None:
        return image.after(source.place, OtherStep("a resize that the code does not tell"))
    keeps = Fit.CROP if given.get("keep_aspect_ratio") is True else Fit.STRETCH
    smooth = method is not Interpolation.NEAREST
    return image.after(source.place, Resize(height, width, method, smooth, keeps))


def _of_image_folder(source: Source) -> ImageValue:
    image = ImageValue(()).after(source.place, Decode("Pillow", Channels.RGB))
    transform = source.arguments.get("transform")
    if transform is None:
        return image
    return after_layer(transform, image, source.place) or image


def generator_steps(maker: Generator) -> list[StepKind]:
    """Return what a generator does to values, without its preprocessing_function."""
    given = maker.arguments
    steps: list[StepKind] = []
    scale = given.get("rescale")
    if is_number(scale) and scale:
        steps.append(Affine((float(scale),), (0.0,)))  # type: ignore[arg-type]
    elif scale not in (None, 0, False):
        steps.append(OtherStep("rescale with a number that the code does not tell"))
    for name in ("samplewise_center", "samplewise_std_normalization"):
        if given.get(name) is True:
            steps.append(Standardise("its own mean and deviation"))
            break
    for name in ("featurewise_center", "featurewise_std_normalization", "zca_whitening"):
        if given.get(name) is True:
            steps.append(OtherStep(f"{name} with what fit() learnt"))
    return steps
