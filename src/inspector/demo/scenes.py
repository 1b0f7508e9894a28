"""The settings of the demo's subjects: water, sea, meadow, forest, snow, table, stones, air."""

from collections.abc import Callable

import numpy as np

from inspector.demo.canvas import (
    Canvas,
    Colour,
    Points,
    ellipse,
    hsv,
    noise,
    smooth,
    tint,
)


def water(canvas: Canvas) -> None:
    """Paint the world under water: rays of light, weeds, a sandy floor and bubbles."""
    rng, height, width = canvas.rng, canvas.height, canvas.width
    hue = rng.uniform(0.44, 0.62)
    depth = np.linspace(1, 0, height, dtype=np.float32)[:, None]
    field = depth + 0.12 * noise(rng, (height, width), cells=5)
    canvas.paint(field, hsv(hue + 0.04, 0.8, rng.uniform(0.2, 0.4)), hsv(hue, 0.5, 0.85))
    slope = rng.uniform(-0.5, 0.5)
    for _ in range(int(rng.integers(3, 7))):
        x, wide = rng.uniform(0, width), rng.uniform(0.02, 0.07) * width
        ray = [(x, 0), (x + wide, 0), (x + wide * 2 + slope * height, height)]
        ray.append((x - wide + slope * height, height))
        canvas.shade(np.array(ray), (230, 250, 245), alpha=rng.uniform(0.08, 0.25), blur_px=5)
    floor = _ridge(canvas, height * rng.uniform(0.78, 0.95), 0.03)
    canvas.fill(floor, hsv(rng.uniform(0.08, 0.14), 0.4, rng.uniform(0.4, 0.75)), grain=0.1)
    for _ in range(int(rng.integers(2, 9))):
        _weed(canvas, hsv(rng.uniform(0.2, 0.45), 0.7, rng.uniform(0.2, 0.6)))
    _stones(canvas, int(rng.integers(2, 8)), top=0.85, largest=0.08)
    for _ in range(int(rng.integers(4, 16))):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(1.5, 5)
        canvas.stroke(ellipse(x, y, r, r), (215, 240, 245))


def sea(canvas: Canvas) -> None:
    """Paint open water under a sky, with waves and sometimes a coast."""
    rng, height, width = canvas.rng, canvas.height, canvas.width
    _sky(canvas)
    horizon = height * rng.uniform(0.3, 0.52)
    if rng.random() < 0.7:
        hills = _ridge(canvas, horizon * rng.uniform(0.75, 0.92), 0.07)
        canvas.fill(hills, hsv(rng.uniform(0.25, 0.65), 0.3, rng.uniform(0.3, 0.6)), relief=0)
    hue, value = rng.uniform(0.48, 0.62), rng.uniform(0.35, 0.7)
    rows = height - int(horizon)
    near = np.linspace(1, 0, rows, dtype=np.float32)[:, None]
    field = near + 0.15 * noise(rng, (rows, width), cells=6)
    canvas.paint(field, hsv(hue, 0.7, value * 0.7), hsv(hue, 0.45, value * 1.2))
    for _ in range(110):
        far = rng.random() ** 1.6
        x, y = rng.uniform(0, width), horizon + far * (height - horizon)
        half = width * (0.012 + 0.06 * far) * rng.uniform(0.5, 1.5)
        wave = smooth([(x - half, y), (x, y - half * 0.16), (x + half, y + 1)], closed=False)
        shade = rng.uniform(0.6, 1.55)
        canvas.stroke(wave, tint(hsv(hue, 0.5, value), shade), thickness_px=1 + 1.6 * far)


def meadow(canvas: Canvas) -> None:
    """Paint hills and grass with flowers and trees under a sky."""
    rng, height, width = canvas.rng, canvas.height, canvas.width
    _sky(canvas)
    hue, top = rng.uniform(0.17, 0.36), rng.uniform(0.35, 0.55)
    for layer in range(int(rng.integers(1, 4))):
        ridge = _ridge(canvas, height * (top - 0.1 + 0.06 * layer), 0.06)
        canvas.fill(ridge, hsv(hue + 0.12 - 0.04 * layer, 0.35, rng.uniform(0.4, 0.7)), relief=0)
    for _ in range(int(rng.integers(0, 6))):
        size = rng.uniform(0.04, 0.14) * height
        _tree(canvas, rng.uniform(0, width), height * top, size)
    ground = hsv(hue, rng.uniform(0.4, 0.75), rng.uniform(0.35, 0.7))
    canvas.fill(_ridge(canvas, height * top, 0.02), ground, relief=0.1, grain=0.12)
    _blades(canvas, ground, top=top, count=320)
    flowers = hsv(rng.random(), rng.uniform(0.2, 0.8), 0.95)
    for _ in range(int(rng.integers(0, 45))):
        far = rng.random()
        y = height * (top + 0.05 + (0.95 - top) * far)
        canvas.fill(ellipse(rng.uniform(0, width), y, 1 + 2 * far, 1 + 1.6 * far), flowers)


def forest(canvas: Canvas) -> None:
    """Paint trunks, soft light between them, and a floor of litter and moss."""
    rng, height, width = canvas.rng, canvas.height, canvas.width
    hue = rng.uniform(0.14, 0.38)
    field = 0.5 + 0.25 * noise(rng, (height, width), cells=7)
    canvas.paint(field, hsv(hue, 0.6, rng.uniform(0.1, 0.3)), hsv(hue - 0.04, 0.5, 0.75))
    for _ in range(int(rng.integers(6, 16))):
        x, y, r = rng.uniform(0, width), rng.uniform(0, 0.6) * height, rng.uniform(4, 16)
        light = hsv(hue + rng.uniform(-0.08, 0.03), 0.35, 0.95)
        canvas.shade(ellipse(x, y, r, r), light, alpha=rng.uniform(0.15, 0.5), blur_px=2)
    top = rng.uniform(0.52, 0.68)
    for _ in range(int(rng.integers(2, 7))):
        x, half = rng.uniform(0, width), rng.uniform(0.01, 0.05) * width
        lean = rng.uniform(-0.08, 0.08) * width
        y = height * (top + rng.uniform(0.02, 0.1))
        trunk = np.array([(x - half + lean, -3), (x + half * 0.8 + lean, -3)])
        trunk = np.vstack([trunk, [(x + half * 1.2, y), (x - half * 1.2, y)]])
        canvas.fill(trunk, hsv(rng.uniform(0.03, 0.12), 0.4, rng.uniform(0.12, 0.5)), grain=0.15)
    soil = hsv(rng.uniform(0.04, 0.24), rng.uniform(0.35, 0.6), rng.uniform(0.2, 0.45))
    canvas.fill(_ridge(canvas, height * top, 0.03), soil, relief=0.1, grain=0.2)
    _litter(canvas, top=top, count=150)
    _blades(canvas, hsv(hue, 0.6, 0.45), top=top + 0.1, count=50)


def snow(canvas: Canvas) -> None:
    """Paint a snowy slope with dark firs and falling flakes."""
    rng, height, width = canvas.rng, canvas.height, canvas.width
    _sky(canvas, pale=True)
    top = rng.uniform(0.4, 0.6)
    for _ in range(int(rng.integers(4, 15))):
        size = rng.uniform(0.12, 0.4) * height
        _fir(canvas, rng.uniform(0, width), height * (top + 0.04), size)
    white = hsv(rng.uniform(0.54, 0.68), rng.uniform(0.04, 0.2), rng.uniform(0.78, 0.97))
    canvas.fill(_ridge(canvas, height * top, 0.035), white, relief=0.1, grain=0.04)
    for _ in range(int(rng.integers(3, 8))):
        drift = _ridge(canvas, height * rng.uniform(top + 0.05, 1), 0.03)
        canvas.fill(drift, tint(white, rng.uniform(0.84, 1.05)), relief=0.12, grain=0.03)
    _blades(canvas, hsv(0.1, 0.4, 0.4), top=top + 0.05, count=int(rng.integers(4, 50)))
    for _ in range(int(rng.integers(10, 60))):
        r = rng.uniform(0.8, 2.4)
        canvas.fill(ellipse(rng.uniform(0, width), rng.uniform(0, height), r, r), (250, 250, 255))


def table(canvas: Canvas) -> None:
    """Paint boards of wood with their grain, knots and some crumbs."""
    rng, height, width = canvas.rng, canvas.height, canvas.width
    hue, saturation, value = rng.uniform(0.03, 0.13), rng.uniform(0.2, 0.65), rng.uniform(0.3, 0.8)
    slope, board = rng.uniform(-0.35, 0.35), height * rng.uniform(0.16, 0.36)
    y = -abs(slope) * width - rng.uniform(0, board)
    while y < height + abs(slope) * width:
        rise = slope * width
        plank = np.array([(0, y), (width, y + rise), (width, y + rise + board), (0, y + board)])
        wood = hsv(hue + rng.normal(0, 0.008), saturation, value * rng.uniform(0.8, 1.15))
        canvas.fill(plank, wood, relief=0.08, grain=0.06)
        for _ in range(int(rng.integers(5, 11))):
            at, wave = y + rng.uniform(0, board), rng.normal(0, 2.5, 5)
            line = [(width * i / 4, at + rise * i / 4 + wave[i]) for i in range(5)]
            canvas.stroke(smooth(line, closed=False), tint(wood, rng.uniform(0.7, 1.12)))
        if rng.random() < 0.5:
            x = rng.uniform(0, width)
            knot = ellipse(x, y + slope * x + board * 0.5, 9, board * 0.12)
            canvas.fill(knot, tint(wood, 0.55), relief=0.1, grain=0.15)
        canvas.stroke(plank[:2], tint(wood, 0.35), thickness_px=2)
        y += board
    _litter(canvas, top=0.0, count=int(rng.integers(0, 14)))


def stones(canvas: Canvas) -> None:
    """Paint a bed of pebbles."""
    rng = canvas.rng
    hue = rng.uniform(0, 1)
    field = 0.5 + 0.3 * noise(rng, (canvas.height, canvas.width), cells=9)
    canvas.paint(field, hsv(hue, 0.2, 0.25), hsv(hue, 0.15, 0.5))
    _stones(canvas, int(rng.integers(45, 110)), top=0.0, largest=rng.uniform(0.07, 0.16))


def air(canvas: Canvas) -> None:
    """Paint only sky."""
    _sky(canvas)


SCENES: dict[str, Callable[[Canvas], None]] = {
    "water": water,
    "sea": sea,
    "meadow": meadow,
    "forest": forest,
    "snow": snow,
    "table": table,
    "stones": stones,
    "air": air,
}


def _sky(canvas: Canvas, *, pale: bool = False) -> None:
    rng, shape = canvas.rng, (canvas.height, canvas.width)
    hue = rng.uniform(0.53, 0.64) if rng.random() < 0.7 else rng.uniform(0.02, 0.12)
    saturation = rng.uniform(0.05, 0.25) if pale else rng.uniform(0.25, 0.7)
    low = np.linspace(0, 1, canvas.height, dtype=np.float32)[:, None]
    top = hsv(hue, saturation, rng.uniform(0.6, 0.95))
    canvas.paint(low + np.zeros(shape, np.float32), top, hsv(hue + 0.02, saturation * 0.3, 0.97))
    cover = noise(rng, shape, cells=int(rng.integers(3, 7)))
    share = np.clip((cover - rng.uniform(-0.3, 1.0)) * 0.8, 0, 0.85)[..., None]
    lit = 236 + 14 * noise(rng, shape, cells=9)[..., None]
    mixed = canvas.pixels * (1 - share) + lit * share
    canvas.pixels[:] = np.clip(mixed, 0, 255).astype(np.uint8)


def _ridge(canvas: Canvas, y: float, roughness: float) -> Points:
    """Return an outline that covers everything below an uneven line at about `y` px."""
    rng, width, height = canvas.rng, canvas.width, canvas.height
    count = int(rng.integers(5, 10))
    rise = rng.normal(0, roughness * height, count)
    line = [(width * (i / (count - 1) * 1.1 - 0.05), y + rise[i]) for i in range(count)]
    corners = [(width + 9.0, height + 9.0), (-9.0, height + 9.0)]
    return np.vstack([smooth(line, closed=False), corners])


def _blades(canvas: Canvas, colour: Colour, *, top: float, count: int) -> None:
    rng, height = canvas.rng, canvas.height
    far = np.sort(rng.random(count))
    for at in far:
        x, y = rng.uniform(0, canvas.width), height * (top + (1.05 - top) * at)
        long = height * (0.015 + 0.07 * at) * rng.uniform(0.5, 1.4)
        bend = rng.normal(0, 0.3) * long
        blade = np.array([(x, y), (x + bend * 0.4, y - long * 0.6), (x + bend, y - long)])
        canvas.stroke(blade, tint(colour, rng.uniform(0.55, 1.5)), thickness_px=1 + at)


def _litter(canvas: Canvas, *, top: float, count: int) -> None:
    """Scatter small fallen leaves and twigs below the share `top` of the height."""
    rng, height = canvas.rng, canvas.height
    for at in np.sort(rng.random(count)):
        x, y = rng.uniform(0, canvas.width), height * (top + (1 - top) * at)
        long, angle = (2 + 6 * at) * rng.uniform(0.6, 1.5), rng.uniform(0, np.pi)
        ax, ay = long * np.cos(angle), long * np.sin(angle) * 0.6
        colour = hsv(rng.uniform(0.02, 0.18), rng.uniform(0.3, 0.8), rng.uniform(0.2, 0.75))
        if rng.random() < 0.3:
            canvas.stroke(np.array([(x - ax, y - ay), (x + ax, y + ay)]), colour)
            continue
        shape = np.array([(x - ax, y - ay), (x - ay, y + ax * 0.4), (x + ax, y + ay)])
        canvas.fill(np.vstack([shape, [(x + ay, y - ax * 0.4)]]), colour, relief=0.3)


def _stones(canvas: Canvas, count: int, *, top: float, largest: float) -> None:
    rng, height = canvas.rng, canvas.height
    for at in np.sort(rng.random(count)):
        x, y = rng.uniform(0, canvas.width), height * (top + (1 - top) * at)
        size = height * largest * rng.uniform(0.35, 1)
        angle = np.linspace(0, 2 * np.pi, 7, endpoint=False)
        radius = size * rng.uniform(0.75, 1.2, 7)
        corners = [
            (x + r * float(np.cos(a)), y + 0.72 * r * float(np.sin(a)))
            for a, r in zip(angle, radius, strict=True)
        ]
        shape = smooth(corners, steps=5)
        canvas.shade(np.add(shape, (1, 3)), (0, 0, 0), alpha=0.4, blur_px=2)
        colour = hsv(rng.uniform(0, 1), rng.uniform(0.02, 0.25), rng.uniform(0.3, 0.85))
        canvas.fill(shape, colour, relief=0.3, grain=0.1)


def _weed(canvas: Canvas, colour: Colour) -> None:
    rng, height = canvas.rng, canvas.height
    x, sway = rng.uniform(0, canvas.width), rng.uniform(4, 12)
    long, phase = height * rng.uniform(0.15, 0.6), rng.uniform(0, 6)
    up = np.linspace(0, 1, 14)
    line = np.stack([x + sway * np.sin(phase + up * 6) * up, height - long * up], 1)
    canvas.stroke(line, colour, thickness_px=rng.uniform(2, 6))


def _tree(canvas: Canvas, x: float, y: float, size: float) -> None:
    rng = canvas.rng
    trunk = np.array([(x - 0.08 * size, y), (x + 0.08 * size, y), (x, y - size)])
    canvas.fill(trunk, (82, 60, 42))
    green = hsv(rng.uniform(0.1, 0.4), 0.6, rng.uniform(0.2, 0.5))
    for _ in range(5):
        dx, dy = rng.normal(0, 0.3, 2) * size
        r = size * rng.uniform(0.25, 0.5)
        canvas.fill(ellipse(x + dx, y - size * 1.1 + dy, r, r), green, grain=0.15)


def _fir(canvas: Canvas, x: float, y: float, size: float) -> None:
    rng = canvas.rng
    green = hsv(rng.uniform(0.3, 0.5), 0.35, rng.uniform(0.15, 0.4))
    for i in range(4):
        half, tip = size * (0.26 - 0.05 * i), y - size * (0.4 + 0.2 * i)
        base = y - size * 0.2 * i
        canvas.fill(np.array([(x - half, base), (x + half, base), (x, tip)]), green, grain=0.12)
        white = np.array([(x - half * 0.3, tip + size * 0.16), (x + half * 0.2, tip + size * 0.12)])
        canvas.fill(np.vstack([white, [(x, tip)]]), (232, 238, 245), relief=0)
