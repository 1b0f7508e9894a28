"""The input of a model, in the parts in which training and inference can differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from inspector.code_reading.evaluation.images.image_values import (
    Affine,
    BoxCrop,
    CentreCrop,
    Channels,
    Decode,
    Fit,
    ImageStep,
    ImageValue,
    OtherStep,
    Resize,
    Standardise,
    SwapChannels,
    ToGrey,
    Truncate,
    Upright,
)
from inspector.code_reading.program import CodePlace

Geometry = Resize | CentreCrop | BoxCrop
Values = Affine | Truncate | Standardise


@dataclass(frozen=True, slots=True)
class ModelInput:
    """The preparation of an image for the model, in a fixed order of parts.

    First the decoder's channels and the EXIF orientation, then sizes, then values.

    Attributes:
        place: Where the model gets it, or the position of the loader.
        channels: Their order at the model.
        channels_place: Where that was decided.
        upright: Whether the EXIF orientation is applied; None if unknown.
        geometry: Crops and resizes, in order.
        values: Computations on the values, one factor and offset per channel.
        others: Steps that can't be computed here.
    """

    place: CodePlace
    channels: Channels
    channels_place: CodePlace
    upright: bool | None
    upright_place: CodePlace
    library: str
    geometry: tuple[tuple[Geometry, CodePlace], ...] = ()
    values: tuple[tuple[Values, CodePlace], ...] = ()
    others: tuple[tuple[OtherStep, CodePlace], ...] = ()

    @property
    def resize(self) -> Resize | None:
        """The last resize."""
        return next((g for g, _ in reversed(self.geometry) if isinstance(g, Resize)), None)

    @property
    def size(self) -> tuple[int, int] | None:
        """(height, width) at the model; None if unknown."""
        size: tuple[int, int] | None = None
        for step, _ in self.geometry:
            match step:
                case Resize(height=int(high), width=int(wide), fit=fit):
                    size = None if fit is Fit.SHORT_SIDE else (high, wide)
                case CentreCrop():
                    size = step.size_of(size)
                case _:
                    size = None
        return size

    @property
    def scale(self) -> Affine | None:
        """All computations as one factor and offset per channel; None if not linear."""
        factor, offset = [1.0] * 3, [0.0] * 3
        for step, _ in self.values:
            if not isinstance(step, Affine):
                return None
            for i in range(3):
                times, plus = step.factor[i], step.offset[i]
                factor[i], offset[i] = factor[i] * times, offset[i] * times + plus
        return Affine(tuple(factor), tuple(offset))

    @property
    def range_text(self) -> str:
        """The values of black and white as text, such as "0..1"."""
        scale = self.scale
        kinds = [step for step, _ in self.values]
        if any(isinstance(k, Truncate) for k in kinds):
            return "whole numbers after scaling"
        if scale is None:
            how = next((k.how for k in kinds if isinstance(k, Standardise)), "")
            return f"values normalised by {how} of each image"
        low, high = min(scale.offset), max(
            255 * f + o for f, o in zip(scale.factor, scale.offset, strict=True)
        )  # fmt: skip
        return f"{_number(low)}..{_number(high)}"

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """Channels, EXIF orientation, size and values as text."""
        size = "?" if self.size is None else f"{self.size[0]} x {self.size[1]}"
        turned = {True: "applied", False: "ignored", None: "?"}[self.upright]
        return self.channels.value, turned, size, self.range_text

    def document(self) -> dict[str, object]:
        """Return it for `--json`."""
        size = self.size
        return {
            "channels": self.channels.value,
            "exif_applied": self.upright,
            "size": None if size is None else list(size),
            "steps": [step_text(g) for g, _ in self.geometry],
            "values": self.range_text,
            "not_computed": [other.text for other, _ in self.others],
            "line": self.place.line,
            "cell": self.place.cell,
        }


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1_000 else f"{value:,.0f}"


def step_text(step: Geometry) -> str:
    """Return a crop or resize as text."""
    match step:
        case Resize(height=high, width=wide, method=method, antialias=smooth, fit=fit):
            size = f"{_px(high)} x {_px(wide)}" if fit is not Fit.SHORT_SIDE else _px(high)
            how = f"{method.value}{' with antialiasing' if smooth else ''}"
            return f"{size} px, {how}, {fit.value}"
        case CentreCrop(height=high, width=wide):
            return f"the middle {_px(high)} x {_px(wide)}"
        case BoxCrop(text=text):
            return f"a crop ({text})" if text else "a crop at fixed pixels"


def _px(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"


def model_input(image: ImageValue, place: CodePlace | None = None) -> ModelInput:
    """Return the parts of an image's preparation.

    Args:
        image: The image passed to the model.
        place: Its position; None for that of the last step.
    """
    first = image.steps[0].place if image.steps else CodePlace(1)
    reader = _Reader(ModelInput(
        place or (image.steps[-1].place if image.steps else first),
        Channels.UNKNOWN, first, None, first, "",
    ))  # fmt: skip
    for step in image.steps:
        reader.take(step)
    return reader.result(image)


class _Reader:
    """Sorts steps into parts."""

    def __init__(self, start: ModelInput) -> None:
        self._input = start
        self._values: list[tuple[Values, CodePlace]] = []
        self._geometry: list[tuple[Geometry, CodePlace]] = []
        self._others: list[tuple[OtherStep, CodePlace]] = []

    def take(self, step: ImageStep) -> None:
        """Add the next step."""
        kind, place = step.kind, step.place
        match kind:
            case Decode():
                self._input = replace(
                    self._input, library=kind.library, upright=kind.upright,
                    upright_place=place, channels_place=place,
                )  # fmt: skip
            case Upright():
                self._input = replace(self._input, upright=True, upright_place=place)
            case SwapChannels():
                self._values = [(_turned(v), at) for v, at in self._values]
                self._input = replace(self._input, channels_place=place)
            case ToGrey():
                self._input = replace(self._input, channels_place=place)
            case Resize() | CentreCrop() | BoxCrop():
                self._geometry.append((kind, place))
            case Affine():
                self._values.append((_by_channel(kind), place))
            case Truncate() | Standardise():
                self._values.append((kind, place))
            case OtherStep():
                self._others.append((kind, place))

    def result(self, image: ImageValue) -> ModelInput:
        """Return the parts."""
        return replace(
            self._input, channels=image.channels, geometry=tuple(self._geometry),
            values=tuple(self._values), others=tuple(self._others),
        )  # fmt: skip


def _by_channel(step: Affine) -> Affine:
    return Affine(_three(step.factor), _three(step.offset))


def _three(numbers: Sequence[float]) -> tuple[float, ...]:
    return tuple(numbers) * 3 if len(numbers) == 1 else tuple(numbers)


def _turned(step: Values) -> Values:
    if isinstance(step, Affine):
        return Affine(step.factor[::-1], step.offset[::-1])
    return step


def distinct(inputs: Iterable[ModelInput]) -> list[ModelInput]:
    """Leave out inputs that are prepared like an earlier one."""
    known: list[ModelInput] = []
    for one in inputs:
        if not any(_alike(one, other) for other in known):
            known.append(one)
    return known


def _alike(one: ModelInput, two: ModelInput) -> bool:
    def parts(item: ModelInput) -> tuple[object, ...]:
        return (
            item.channels, item.upright, [g for g, _ in item.geometry],
            [v for v, _ in item.values], [o for o, _ in item.others],
        )  # fmt: skip

    return parts(one) == parts(two)
