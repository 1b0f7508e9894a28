"""An image on its way to a model, as a value: the steps applied so far."""

from dataclasses import dataclass
from enum import StrEnum

from inspector.code_reading.program import CodePlace


class Channels(StrEnum):
    """The order of an image's channels."""

    RGB = "RGB"
    BGR = "BGR"
    GREY = "grey"
    UNKNOWN = "unknown"


class Interpolation(StrEnum):
    """How an image is resized."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS = "lanczos"


class Fit(StrEnum):
    """How an image of another aspect ratio is brought to a size."""

    STRETCH = "stretched"
    SHORT_SIDE = "resized by the short side"
    CROP = "centre-cropped to the aspect ratio"
    PAD = "padded to the aspect ratio"


@dataclass(frozen=True, slots=True)
class Decode:
    """A file or camera image is decoded.

    Attributes:
        library: Display name of the decoding library.
        upright: Whether the EXIF orientation is applied; None if unknown.
    """

    library: str
    channels: Channels
    upright: bool | None = False


@dataclass(frozen=True, slots=True)
class Upright:
    """The EXIF orientation is applied."""


@dataclass(frozen=True, slots=True)
class SwapChannels:
    """Red and blue are swapped."""


@dataclass(frozen=True, slots=True)
class NameChannels:
    """The order of the channels is declared."""

    channels: Channels


@dataclass(frozen=True, slots=True)
class ToGrey:
    """Colour is dropped."""


@dataclass(frozen=True, slots=True)
class Resize:
    """The size changes.

    Attributes:
        height: px; None if unknown. For SHORT_SIDE the length of that side, as is `width`.
        antialias: Every source pixel counts when shrinking.
        library: Defines the nearest pixel: OpenCV's is half a pixel off.
    """

    height: int | None
    width: int | None
    method: Interpolation
    antialias: bool = False
    fit: Fit = Fit.STRETCH
    library: str = ""


@dataclass(frozen=True, slots=True)
class CentreCrop:
    """A rectangle is cropped from the centre; px, or a share of both sides."""

    height: float | None
    width: float | None

    def size_of(self, size: tuple[int, int] | None) -> tuple[int, int] | None:
        """Return the height and width in px of the crop of an image of a given size."""
        if self.height is None or self.width is None:
            return None
        if self.height > 1 or self.width > 1:
            return int(self.height), int(self.width)
        return None if size is None else (round(size[0] * self.height), round(size[1] * self.width))


@dataclass(frozen=True, slots=True)
class BoxCrop:
    """A rectangle is cropped; px, None for the edge; `text` if unknown."""

    top: int | None = None
    bottom: int | None = None
    left: int | None = None
    right: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Affine:
    """Values are multiplied, then shifted: one number for all channels, or one per channel."""

    factor: tuple[float, ...]
    offset: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Truncate:
    """Values become integers."""


@dataclass(frozen=True, slots=True)
class Standardise:
    """Values are normalised by the image's own statistics."""

    how: str


@dataclass(frozen=True, slots=True)
class OtherStep:
    """A step that can't be computed here.

    Attributes:
        text: Its source.
        unsure: True if only running the code tells whether it is applied.
    """

    text: str
    unsure: bool = False


StepKind = (
    Decode | Upright | SwapChannels | NameChannels | ToGrey | Resize | CentreCrop | BoxCrop
    | Affine | Truncate | Standardise | OtherStep
)  # fmt: skip

MAX_STEPS = 60


@dataclass(frozen=True, slots=True)
class ImageStep:
    """One step, and its position in the code."""

    kind: StepKind
    place: CodePlace


@dataclass(frozen=True, slots=True)
class ImageValue:
    """An image, or a batch of them, after some steps."""

    steps: tuple[ImageStep, ...]

    def after(self, place: CodePlace, *kinds: StepKind) -> "ImageValue":
        """Return the image after more steps."""
        if len(self.steps) + len(kinds) > MAX_STEPS:
            return self
        return ImageValue((*self.steps, *(ImageStep(kind, place) for kind in kinds)))

    @property
    def channels(self) -> Channels:
        """The current order of the channels."""
        order = Channels.UNKNOWN
        for step in self.steps:
            match step.kind:
                case Decode(channels=channels) | NameChannels(channels=channels):
                    order = channels
                case ToGrey():
                    order = Channels.GREY
                case SwapChannels():
                    order = {Channels.RGB: Channels.BGR, Channels.BGR: Channels.RGB}.get(
                        order, order
                    )
        return order

    @property
    def is_unit(self) -> bool:
        """Whether values have left 0..255 for 0..1 or similar."""
        return any(isinstance(s.kind, Affine | Standardise) for s in self.steps)
