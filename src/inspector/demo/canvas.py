"""A canvas for the demo's images: shapes with relief and grain, strokes, glows."""

import colorsys
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Colour = tuple[float, float, float]
# cv2 takes coordinates as integers with this many fractional bits.
_PLACES = 4


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """Return red, green, blue 0..255 of a hue (1 is a full turn), saturation 0..1, value 0..1."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, min(1.0, saturation), min(1.0, value))
    return red * 255, green * 255, blue * 255


def tint(colour: Colour, factor: float) -> Colour:
    """Return the colour darker (factor below 1) or lighter (above 1)."""
    red, green, blue = (min(255.0, part * factor) for part in colour)
    return red, green, blue


def noise(rng: np.random.Generator, shape: tuple[int, int], *, cells: int) -> NDArray[np.float32]:
    """Return smooth noise (h, w), mean about 0 and sd about 1, with `cells` blobs across."""
    height, width = shape
    field = np.zeros(shape, np.float32)
    weight = 1.0
    for _ in range(3):
        rows = max(2, round(cells * height / width))
        small = rng.standard_normal((rows, cells)).astype(np.float32)
        field += weight * cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        weight *= 0.55
        cells = min(cells * 2, width)
    field /= float(field.std()) + 1e-6
    return field


def smooth(points: list[tuple[float, float]], *, closed: bool = True, steps: int = 8) -> Points:
    """Return a Catmull-Rom curve through `points`, (n, 2)."""
    corners = np.array(points, np.float64)
    if closed:
        before, after = np.roll(corners, 1, 0), np.roll(corners, -1, 0)
        last = np.roll(corners, -2, 0)
        start = corners
    else:
        padded = np.vstack([corners[:1], corners, corners[-1:]])
        before, start, after, last = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = (np.arange(steps) / steps)[None, :, None]
    p0, p1, p2, p3 = (p[:, None, :] for p in (before, start, after, last))
    curve = 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    flat: Points = curve.reshape(-1, 2)
    return flat if closed else np.vstack([flat, corners[-1:]])


def ellipse(x: float, y: float, half_width: float, half_height: float) -> Points:
    """Return the outline (40, 2) of an upright ellipse."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return np.stack([x + half_width * np.cos(angle), y + half_height * np.sin(angle)], 1)


@dataclass(frozen=True, slots=True)
class Pose:
    """Position of a subject: its units (about -1..1, y down) map to canvas px."""

    x: float
    y: float
    size: float
    angle: float = 0.0
    mirrored: bool = False

    def place(self, points: Points | list[tuple[float, float]]) -> Points:
        """Map points (n, 2) from the subject's units to px."""
        local = np.array(points, np.float64)
        if self.mirrored:
            local[:, 0] *= -1
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        turned = local @ np.array([[cos, sin], [-sin, cos]])
        placed: Points = turned * self.size + (self.x, self.y)
        return placed


class Canvas:
    """RGB pixels (h, w, 3) uint8, the surface grain and the light's direction."""

    def __init__(self, rng: np.random.Generator, *, height: int, width: int) -> None:
        self.rng = rng
        self.height = height
        self.width = width
        self.pixels: NDArray[np.uint8] = np.zeros((height, width, 3), np.uint8)
        self.grain = noise(rng, (height, width), cells=28)
        angle = rng.uniform(-2.6, -0.5)
        self.light = (float(np.cos(angle)), float(np.sin(angle)))

    def paint(self, field: NDArray[np.float32], low: Colour, high: Colour) -> None:
        """Cover rows and columns with `field` (h, w), 0..1, coloured from `low` to `high`."""
        share = np.clip(field, 0, 1)[..., None]
        ends = np.array([low, high], np.float32)
        rows = self.pixels[self.height - field.shape[0] :]
        rows[:] = np.clip(ends[0] + share * (ends[1] - ends[0]), 0, 255).astype(np.uint8)

    def mask(self, points: Points) -> NDArray[np.uint8]:
        """Return the interior of an outline in px as a mask (h, w), 0..255."""
        inside = np.zeros((self.height, self.width), np.uint8)
        cv2.fillPoly(inside, [_fixed(points)], 255, cv2.LINE_AA, _PLACES)
        return inside

    def fill(
        self,
        points: Points,
        colour: Colour,
        *,
        relief: float = 0.35,
        grain: float = 0.05,
        clip: NDArray[np.uint8] | None = None,
    ) -> None:
        """Fill an outline in px, lit as if it bulged by `relief`, mottled by `grain` (0..1)."""
        box = self._box(points)
        if box is None:
            return
        rows, columns = box
        inside = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        local = points - (columns.start, rows.start)
        cv2.fillPoly(inside, [_fixed(local)], 255, cv2.LINE_AA, _PLACES)
        if clip is not None:
            inside = cv2.min(inside, clip[rows, columns])
        value = 1.0 + grain * self.grain[rows, columns]
        if relief:
            value += relief * self._bulge(inside)
        paint = np.minimum(value[..., None] * np.array(colour, np.float32), 255.0)
        self._blend(box, paint, inside.astype(np.float32) * (1 / 255))

    def shade(self, points: Points, colour: Colour, *, alpha: float, blur_px: float) -> None:
        """Blend a soft patch of colour, such as a shadow or a glow, over an outline in px."""
        margin = round(2 * blur_px) + 2
        box = self._box(points, margin=margin)
        if box is None:
            return
        rows, columns = box
        inside = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        cv2.fillPoly(inside, [_fixed(points - (columns.start, rows.start))], 255)
        side = 2 * round(blur_px) + 1
        soft = cv2.blur(cv2.blur(inside, (side, side)), (side, side))
        paint = np.full((*soft.shape, 3), colour, np.float32)
        self._blend(box, paint, soft.astype(np.float32) * (alpha / 255))

    def stroke(self, points: Points, colour: Colour, *, thickness_px: float = 1.0) -> None:
        """Draw an open polyline in px."""
        width = max(1, round(thickness_px))
        cv2.polylines(self.pixels, [_fixed(points)], False, colour, width, cv2.LINE_AA, _PLACES)

    def _bulge(self, inside: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the light on a shape as if it were a cushion; about -1..1."""
        side = max(3, round(0.35 * min(inside.shape))) | 1
        padded = cv2.copyMakeBorder(inside, side, side, side, side, cv2.BORDER_CONSTANT, value=0)
        height = cv2.blur(cv2.blur(padded, (side, side)), (side, side)).astype(np.float32)
        across = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=side / 2040)
        down = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=side / 2040)
        lit = -(self.light[0] * across + self.light[1] * down)
        bulge: NDArray[np.float32] = np.clip(1.6 * lit[side:-side, side:-side], -1.2, 1.2)
        return bulge

    def _box(self, points: Points, *, margin: int = 1) -> tuple[slice, slice] | None:
        left, top = np.floor(points.min(0)).astype(int) - margin
        right, bottom = np.ceil(points.max(0)).astype(int) + margin + 1
        rows = slice(max(0, int(top)), min(self.height, int(bottom)))
        columns = slice(max(0, int(left)), min(self.width, int(right)))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return None
        return rows, columns

    def _blend(
        self,
        box: tuple[slice, slice],
        paint: NDArray[np.float32],
        share: NDArray[np.float32],
    ) -> None:
        under = self.pixels[box].astype(np.float32)
        under += share[..., None] * (paint - under)
        self.pixels[box] = np.clip(under, 0, 255).astype(np.uint8)


def _fixed(points: Points) -> NDArray[np.int32]:
    return np.round(points * (1 << _PLACES)).astype(np.int32)
