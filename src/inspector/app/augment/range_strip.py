"""The range strip: one image at five positions of one parameter, all others off."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app.augment.policy_numbers import Control
from inspector.app.threads.images import from_pixels
from inspector.app.widgets import theme
from inspector.augmentation.apply import apply_params
from inspector.augmentation.policy import Policy
from inspector.augmentation.policy_effects import active, alone
from inspector.augmentation.sampling import AugmentationParams, place_in_range

SHARES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_HEAD_PX, _FOOT_PX, _GAP_PX = 22, 18, 6
_STRIP_PX = 124
_HINT = "Click a parameter's name to see its range."


@dataclass(frozen=True, slots=True)
class RangeStripImages:
    """The images of a strip, each with the value that made it."""

    title: str
    pictures: tuple[tuple[QImage, str], ...]


def make_strip(
    control: Control, policy: Policy, pixels: NDArray[np.uint8], most_px: int = 0
) -> RangeStripImages:
    """Return the strip of a parameter's range; of the whole slider if the parameter is off.

    Args:
        control: The number.
        policy: Changed in that number alone.
        pixels: RGB (h, w, 3), uint8, as training reads it.
        most_px: Longest side of the images in screen pixels; 0 for no limit.
    """
    effect = "erasing_probability" if control.field == "erasing_area" else control.field
    shown, note = policy, ""
    if control.field.startswith("erasing"):
        area = policy.erasing_area or 0.25
        shown = replace(policy, erasing_probability=1.0, erasing_area=area)
    if effect not in active(shown):
        shown, note = control.write(shown, control.farthest), ", off: full range of the slider"
    shown = alone(shown, effect)
    height, width = pixels.shape[:2]
    shares = (0.0, 1.0) if effect.endswith("_flip") else SHARES
    pictures = []
    for share in shares:
        params = place_in_range(shown, effect, share, height=height, width=width)
        text = _SAYS[effect](params, width)
        pictures.append((from_pixels(apply_params(pixels, shown, params), most_px), text))
    return RangeStripImages(f"{control.label} alone, over its range{note}", tuple(pictures))


class RangeStrip(QWidget):
    """Paints a strip, or how to get one."""

    def __init__(self) -> None:
        super().__init__()
        self._strip = RangeStripImages("", ())
        self.setAccessibleName("Range of one parameter")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # The grid above has the room until there is a strip.
        self.setFixedHeight(_HEAD_PX)

    def show_strip(self, strip: RangeStripImages) -> None:
        self._strip = strip
        self.setFixedHeight(_STRIP_PX if strip.pictures else _HEAD_PX)
        captions = ", ".join(text for _, text in strip.pictures)
        self.setAccessibleDescription(f"{strip.title}: {captions}")
        self.update()

    def cell_px(self) -> float:
        """Return the side of an image, px."""
        wide = (self.width() - _GAP_PX * (len(SHARES) - 1)) / len(SHARES)
        return float(int(min(wide, _STRIP_PX - _HEAD_PX - _FOOT_PX)))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(theme.colour("text-2"))
        middle = Qt.AlignmentFlag.AlignVCenter
        title = self._strip.title or _HINT
        painter.drawText(QRectF(0, 0, self.width(), _HEAD_PX), middle, title)
        side = self.cell_px()
        for i, (picture, text) in enumerate(self._strip.pictures):
            left = i * (side + _GAP_PX)
            painter.drawImage(QRectF(left, _HEAD_PX, side, side), picture)
            foot = QRectF(left, _HEAD_PX + side, side, _FOOT_PX)
            painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, text)


def _share(value: float) -> str:
    return f"{value:.0%}"


def _flipped(yes: bool) -> str:
    return "mirrored" if yes else "as it is"


def _erased(params: AugmentationParams, width: int) -> str:
    box = params.erased
    return _share(box.height * box.width / width**2) if box else "none"


# Keras' signs: a positive shift moves the image content left or up.
_SAYS: Final[dict[str, Callable[[AugmentationParams, int], str]]] = {
    "rotation_degrees": lambda d, _: f"{d.theta:+.1f}°",
    "width_shift": lambda d, width: f"{-d.tx / width:+.0%}",
    "height_shift": lambda d, width: f"{-d.ty / width:+.0%}",
    "shear_degrees": lambda d, _: f"{d.shear:+.1f}°",
    "zoom": lambda d, _: f"×{1 / d.zx:.2f} size" if d.zx > 0 else f"factor {d.zx:.2f}",
    "horizontal_flip": lambda d, _: _flipped(d.flip_horizontal),
    "vertical_flip": lambda d, _: _flipped(d.flip_vertical),
    "brightness": lambda d, _: f"×{1.0 if d.brightness is None else d.brightness:.2f}",
    "channel_shift_levels": lambda d, _: f"{d.channel_shift_intensity:+.1f} levels",
    "contrast": lambda d, _: f"×{1.0 if d.contrast is None else d.contrast:.2f}",
    "saturation": lambda d, _: f"×{d.saturation:.2f}",
    "hue_degrees": lambda d, _: f"{d.hue_degrees:+.0f}°",
    "blur_px": lambda d, _: f"{d.blur_px:.1f} px",
    "noise_levels": lambda d, _: f"{d.noise_levels:.0f} levels",
    "jpeg_quality": lambda d, _: "plain" if d.jpeg_quality > 99 else f"quality {d.jpeg_quality}",
    "crop_area": lambda d, _: f"{d.crop_side**2:.0%} of it",
    "erasing_probability": _erased,
}
