"""Scenes of the demo, and the frames that a camera takes of one scene within a second or two."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.demo.canvas import Canvas, Pose
from inspector.demo.classes import THINGS
from inspector.demo.scenes import SCENES

Pixels = NDArray[np.uint8]
CLASSES = tuple(THINGS)
SIZES_PX = ((160, 120), (200, 150), (240, 180), (240, 160), (150, 200), (180, 240), (120, 160))
# The canvas is finer and wider than the image, so that frames can move.
_FINER = 1.4
_MARGIN = 1.08
# How often a subject is in the 1st, 2nd, ... of its settings; away from home never in the first, if
# it has another.
_HOME = (0.55, 0.25, 0.13, 0.07)


@dataclass(frozen=True, slots=True)
class Scene:
    """A painted scene.

    Attributes:
        pixels: The canvas (h, w, 3), finer and wider than its images.
        size_px: Width and height of the images.
    """

    pixels: Pixels
    size_px: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Light:
    """How images of one folder are taken.

    Attributes:
        gain: Factor on brightness.
        warmth: What red gains and blue loses, as a share.
        blur_px: Standard deviation of the lens blur, in px of the image.
        noise: Standard deviation of the sensor noise, in grey levels.
    """

    gain: float = 1.0
    warmth: float = 0.0
    blur_px: float = 0.0
    noise: float = 2.0


DAYLIGHT = Light()
LAMPLIGHT = Light(gain=0.62, warmth=0.2, blur_px=0.5, noise=3.0)


def paint_scene(rng: np.random.Generator, label: str, *, away: bool = False) -> Scene:
    """Paint a new subject of class `label` in one of its settings, a rarer one if `away`."""
    width, height = SIZES_PX[int(rng.integers(len(SIZES_PX)))]
    scale = _FINER * _MARGIN
    canvas = Canvas(rng, height=round(height * scale), width=round(width * scale))
    draw, settings = THINGS[label]
    shares = np.array(_HOME[: len(settings)])
    if away and len(set(settings)) > 1:
        shares = np.where([name == settings[0] for name in settings], 0.0, 1.0)
    name = settings[int(rng.choice(len(settings), p=shares / shares.sum()))]
    SCENES[name](canvas)
    draw(canvas, _pose(canvas))
    return Scene(canvas.pixels, (width, height))


def _pose(canvas: Canvas) -> Pose:
    rng = canvas.rng
    size = min(canvas.width, canvas.height) * rng.uniform(0.3, 0.44)
    room_x = max(0.0, canvas.width / 2 - size * 1.05)
    room_y = max(0.0, canvas.height / 2 - size * 0.95) * 0.8
    return Pose(
        canvas.width / 2 + rng.uniform(-1, 1) * room_x,
        canvas.height * 0.53 + rng.uniform(-1, 1) * room_y,
        size,
        float(np.clip(rng.normal(0, 0.09), -0.2, 0.2)),
        bool(rng.random() < 0.5),
    )


def take_frame(rng: np.random.Generator, scene: Scene, *, light: Light, moved: bool) -> Pixels:
    """Take an image (h, w, 3) of a scene; `moved` shakes and zooms by up to 4 %."""
    width, height = scene.size_px
    rows, columns = scene.pixels.shape[:2]
    shift = rng.uniform(-0.02, 0.02, 2) * min(width, height) if moved else np.zeros(2)
    zoom = rng.uniform(1.0, 1.04) if moved else 1.0
    angle = rng.uniform(-0.012, 0.012) if moved else 0.0
    step = _FINER / zoom
    cos, sin = step * np.cos(angle), step * np.sin(angle)
    x, y = width / 2 + shift[0], height / 2 + shift[1]
    back = np.array(
        [[cos, -sin, columns / 2 - cos * x + sin * y], [sin, cos, rows / 2 - sin * x - cos * y]]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    picture = cv2.warpAffine(
        scene.pixels, back, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT
    ).astype(np.float32)
    if light.blur_px:
        picture = cv2.GaussianBlur(picture, (0, 0), light.blur_px).astype(np.float32)
    gain = light.gain * (rng.uniform(0.9, 1.1) if moved else rng.uniform(0.95, 1.05))
    picture *= np.array([1 + light.warmth, 1.0, 1 - light.warmth], np.float32) * np.float32(gain)
    picture += rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(light.noise)
    frame: Pixels = np.clip(picture, 0, 255).astype(np.uint8)
    return frame


def blur(picture: Pixels) -> Pixels:
    """Return the image hopelessly out of focus."""
    sigma = 0.04 * min(picture.shape[:2])
    blurred: Pixels = cv2.GaussianBlur(picture, (0, 0), sigma).astype(np.uint8)
    return blurred


def darken(picture: Pixels) -> Pixels:
    """Return the image as if the light were off."""
    return (picture * np.float32(0.085)).astype(np.uint8)


def lens_cap(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """Return a nearly constant image (h, w, 3)."""
    field = 92.0 + 0.6 * rng.standard_normal((height, width, 1))
    return np.repeat(field.astype(np.uint8), 3, axis=2)


def halve(picture: Pixels) -> Pixels:
    """Return the image at half its size."""
    height, width = picture.shape[:2]
    size = (width // 2, height // 2)
    half: Pixels = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return half
