"""Leaves and mushrooms of the demo, each drawn from many random parameters."""

import numpy as np

from inspector.demo.canvas import Canvas, Colour, Points, Pose, ellipse, hsv, smooth, tint

_Corners = list[tuple[float, float]]


def leaf(canvas: Canvas, pose: Pose) -> None:
    """Draw a fallen leaf: oval, toothed or lobed, with its stem to the left."""
    rng = canvas.rng
    colour = hsv(rng.choice([0.25, 0.3, 0.12, 0.06, 0.0]) + rng.normal(0, 0.025), 0.75, 0.45)
    colour = tint(colour, rng.uniform(0.8, 1.7))
    outline, veins = _lobed(rng) if rng.random() < 0.5 else _oval(rng)
    shape = pose.place(outline)
    canvas.shade(np.add(shape, (3, 5)), (0, 0, 0), alpha=0.5, blur_px=4)
    stem = smooth([(-0.62, 0.0), (-0.85, rng.normal(0, 0.06)), (-1.1, rng.normal(0, 0.12))],
                  closed=False)  # fmt: skip
    canvas.stroke(pose.place(stem), tint(colour, 0.6), thickness_px=0.05 * pose.size)
    canvas.fill(shape, colour, relief=0.3, grain=0.14)
    inside = canvas.mask(shape)
    for _ in range(int(rng.integers(0, 12))):
        x, y, r = rng.uniform(-0.6, 0.7), rng.uniform(-0.4, 0.4), rng.uniform(0.02, 0.1)
        spot = hsv(rng.uniform(0, 0.15), 0.7, rng.uniform(0.2, 0.8))
        canvas.fill(pose.place(ellipse(x, y, r, r * 0.8)), spot, relief=0, clip=inside)
    pale = tint(colour, rng.choice([0.62, 1.45]))
    for i, vein in enumerate(veins):
        width = (0.035 if i == 0 else 0.018) * pose.size
        canvas.stroke(pose.place(vein), pale, thickness_px=width)


def mushroom(canvas: Canvas, pose: Pose) -> None:
    """Draw a mushroom, sometimes with a small one to its right."""
    rng = canvas.rng
    hue = rng.choice([0.0, 0.03, 0.08, 0.1, 0.75, 0.13])
    cap = hsv(hue + rng.normal(0, 0.02), rng.uniform(0.25, 0.9), rng.uniform(0.4, 0.95))
    stem = hsv(0.1, rng.uniform(0.05, 0.35), rng.uniform(0.7, 0.95))
    dots = hsv(rng.uniform(0.08, 0.15), rng.uniform(0.05, 0.3), 0.97)
    spotted = rng.random() < 0.55
    if rng.random() < 0.55:
        side, size = rng.uniform(0.55, 0.8), rng.uniform(0.38, 0.6)
        x, y = pose.place([(side, 0.9 - size * 0.9)])[0]
        small = Pose(float(x), float(y), pose.size * size, rng.normal(0.1, 0.15), pose.mirrored)
        _single(canvas, small, (cap, stem, dots if spotted else None))
    _single(canvas, pose, (cap, stem, dots if spotted else None))


def _oval(rng: np.random.Generator) -> tuple[Points, list[Points]]:
    wide, bend, teeth = rng.uniform(0.25, 0.6), rng.normal(0, 0.1), rng.integers(0, 2)
    count = int(rng.integers(9, 20)) * 2
    along = np.linspace(0, 1, count)
    half = wide * np.sin(np.pi * along ** rng.uniform(0.6, 1.1)) ** rng.uniform(0.7, 1.1)
    half = half * (1 + 0.14 * teeth * (np.arange(count) % 2))
    x, middle = -0.65 + 1.55 * along, bend * np.sin(np.pi * along)
    upper, lower = np.stack([x, middle - half], 1), np.stack([x, middle + half * 0.95], 1)
    veins = [np.stack([x, middle], 1)]
    for at in np.linspace(0.12, 0.8, int(rng.integers(4, 8))):
        i = int(at * count)
        root = (x[i], middle[i])
        for side in (-1, 1):
            veins.append(np.array([root, (x[i] + 0.2, middle[i] + side * half[i] * 0.8)]))
    return np.vstack([upper, lower[::-1]]), veins


def _lobed(rng: np.random.Generator) -> tuple[Points, list[Points]]:
    lobes = int(rng.choice([5, 5, 7]))
    angles = np.linspace(-2.2, 2.2, lobes) + rng.normal(0, 0.06, lobes)
    reach = 0.98 - 0.12 * np.abs(angles) + rng.normal(0, 0.05, lobes)
    notch, wide = rng.uniform(0.32, 0.55), 1.5 / lobes
    root = np.array([-0.35, 0.0])
    corners: list[tuple[float, float]] = [(-0.62, -0.04)]
    for i, (angle, r) in enumerate(zip(angles, reach, strict=True)):
        spread = wide * rng.uniform(0.5, 0.75)
        steps = [(-spread, 0.7), (-spread * 0.45, 0.75), (0.0, 1.0), (spread * 0.45, 0.74)]
        for turn, share in [*steps, (spread, 0.68)]:
            corners.append(_polar(root, angle + turn, r * share))
        if i + 1 < lobes:
            corners.append(_polar(root, (angle + angles[i + 1]) / 2, notch * 0.9))
    corners.append((-0.62, 0.04))
    veins = [np.array([root - (0.28, 0), _polar(root, a, r * 0.9)])
             for a, r in zip(angles, reach, strict=True)]  # fmt: skip
    return np.array(corners), veins


def _polar(root: np.ndarray, angle: float, radius: float) -> tuple[float, float]:
    return float(root[0] + radius * np.cos(angle)), float(root[1] + radius * np.sin(angle))


def _single(
    canvas: Canvas,
    pose: Pose,
    colours: tuple[Colour, Colour, Colour | None],
) -> None:
    rng, (cap, stem, dots) = canvas.rng, colours
    wide, thick, lean = rng.uniform(0.5, 0.85), rng.uniform(0.11, 0.2), rng.normal(0.08, 0.1)
    rim, top, foot = rng.uniform(-0.15, 0.1), rng.uniform(-0.9, -0.6), rng.uniform(1.0, 1.7)
    canvas.shade(pose.place(ellipse(0.12, 0.92, 0.5, 0.1)), (8, 8, 5), alpha=0.55, blur_px=4)
    stalk: _Corners = [(lean - thick, rim), (lean * 0.3 - thick * 1.1, 0.5)]
    stalk += [(-thick * foot, 0.92), (thick * foot, 0.92), (lean * 0.3 + thick * 1.1, 0.5)]
    canvas.fill(pose.place(smooth([*stalk, (lean + thick, rim)])), stem, relief=0.45, grain=0.08)
    if rng.random() < 0.5:
        ring = smooth([(lean - 0.2, 0.3), (lean, 0.22), (lean + 0.2, 0.3), (lean, 0.38)])
        canvas.fill(pose.place(ring), tint(stem, 0.85), relief=0.3)
    gills = pose.place(ellipse(lean, rim, wide * 0.96, 0.15))
    canvas.fill(gills, tint(stem, 0.62), relief=0.1)
    inside = canvas.mask(gills)
    if inside.any():
        for x in np.linspace(-1, 1, 15):
            line = [(lean + x * 0.1, rim + 0.02), (lean + x * wide, rim + 0.13)]
            canvas.stroke(pose.place(line), tint(stem, 0.45))
    bell = rng.uniform(0.55, 0.92)
    dome: _Corners = [(-wide, rim + 0.02), (-wide * bell, (rim + top) / 2), (-0.1, top)]
    dome += [
        (wide * bell * 0.5, top * 0.88 + rim * 0.12),
        (wide * 0.97, rim + 0.02),
        (0.0, rim + 0.07),
    ]
    shape = pose.place(np.add(smooth(dome), (lean, 0)))
    canvas.fill(shape, cap, relief=0.5, grain=0.07)
    if dots is None:
        return
    inside = canvas.mask(shape)
    for _ in range(int(rng.integers(7, 18))):
        x, y = lean + rng.uniform(-wide, wide), rng.uniform(top, rim)
        r = rng.uniform(0.03, 0.1)
        canvas.fill(pose.place(ellipse(x, y, r, r * 0.75)), dots, relief=0.2, clip=inside)
