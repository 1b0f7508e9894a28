"""The six classes of things in the demo's pictures, each drawn anew from many random parameters."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.demo_canvas import Canvas, Colour, Points, Pose, ellipse, hsv, smooth, tint

_Corners = list[tuple[float, float]]


def fish(canvas: Canvas, pose: Pose) -> None:
    """Draw a fish from the side, its head to the right."""
    rng = canvas.rng
    hue, saturation = rng.random(), rng.uniform(0.2, 0.95)
    skin = hsv(hue, saturation, rng.uniform(0.55, 0.95))
    second = hsv(hue + rng.uniform(0.08, 0.6), rng.uniform(0.1, 0.9), rng.uniform(0.25, 1))
    back, belly = rng.uniform(0.22, 0.52), rng.uniform(0.18, 0.42)
    tall, fork = rng.uniform(0.25, 0.5), rng.uniform(0.02, 0.3)
    tail: _Corners = [(-0.55, -0.03), (-1.0, -tall), (-1.0 + fork, 0.0), (-0.97, tall * 0.9)]
    canvas.fill(pose.place(smooth([*tail, (-0.55, 0.05)])), second, grain=0.12)
    long = rng.uniform(-0.5, -0.1)
    dorsal: _Corners = [(0.35, -back * 0.8), (0.05, -back - rng.uniform(0.08, 0.35))]
    dorsal += [(long, -back * 0.9 - rng.uniform(0, 0.15)), (long, -back * 0.55)]
    canvas.fill(pose.place(smooth(dorsal)), second, grain=0.12)
    under: _Corners = [(0.1, belly * 0.8), (-0.12, belly + 0.22), (-0.25, belly * 0.7)]
    canvas.fill(pose.place(smooth(under)), second, grain=0.12)
    nose = rng.uniform(-0.06, 0.08)
    outline: _Corners = [(0.9, nose), (0.62, -back * 0.62), (0.2, -back), (-0.3, -back * 0.62)]
    outline += [(-0.68, -0.06), (-0.68, 0.06), (-0.25, belly * 0.7), (0.25, belly)]
    outline += [(0.66, belly * 0.62)]
    body = pose.place(smooth(outline))
    canvas.fill(body, skin, relief=0.45, grain=0.06)
    inside = canvas.mask(body)
    _markings(canvas, pose, inside, second)
    pale = pose.place(smooth([(0.8, 0.12), (0.2, belly * 0.45), (-0.5, 0.1), (0.1, belly * 1.3)]))
    canvas.fill(pale, tint(skin, 1.35), relief=0, clip=inside)
    gill = smooth([(0.5, -back * 0.55), (0.41, 0.0), (0.5, belly * 0.55)], closed=False)
    canvas.stroke(pose.place(gill), tint(skin, 0.5), thickness_px=0.025 * pose.size)
    fin = smooth([(0.36, 0.06), (0.05, 0.02), (0.02, 0.2), (0.16, 0.22)])
    canvas.fill(pose.place(fin), tint(second, 0.9), grain=0.12)
    _eye(canvas, pose, 0.66, nose - 0.09, rng.uniform(0.05, 0.085))
    mouth = [(0.9, nose + 0.02), (0.76, nose + 0.07)]
    canvas.stroke(pose.place(mouth), tint(skin, 0.4), thickness_px=0.025 * pose.size)


def _markings(canvas: Canvas, pose: Pose, inside: NDArray[np.uint8], colour: Colour) -> None:
    rng = canvas.rng
    style = rng.integers(4)
    if style == 0:
        for x in np.arange(-0.55, 0.5, rng.uniform(0.16, 0.34)):
            wide, bend = rng.uniform(0.04, 0.1), rng.uniform(-0.1, 0.1)
            band = smooth([(x - wide, -0.6), (x + bend + wide, -0.6), (x + wide, 0.6), (x, 0.6)])
            canvas.fill(pose.place(band), colour, relief=0, clip=inside)
    elif style == 1:
        for _ in range(int(rng.integers(8, 28))):
            x, y, r = rng.uniform(-0.6, 0.45), rng.uniform(-0.4, 0.3), rng.uniform(0.02, 0.07)
            canvas.fill(pose.place(ellipse(x, y, r, r)), colour, relief=0, clip=inside)
    elif style == 2:
        y, wide = rng.uniform(-0.15, 0.05), rng.uniform(0.04, 0.12)
        line = smooth([(-0.8, y), (0.0, y - 0.08), (0.9, y), (0.0, y + wide)])
        canvas.fill(pose.place(line), colour, relief=0, clip=inside)
    else:
        saddle = smooth([(0.8, -0.5), (0.5, -0.1), (-0.2, -0.02), (-0.8, -0.1), (-0.5, -0.7)])
        canvas.fill(pose.place(saddle), colour, relief=0.1, clip=inside)


def _eye(canvas: Canvas, pose: Pose, x: float, y: float, radius: float) -> None:
    canvas.fill(pose.place(ellipse(x, y, radius, radius)), (245, 240, 225), relief=0, grain=0)
    pupil = ellipse(x + radius * 0.2, y, radius * 0.62, radius * 0.62)
    canvas.fill(pose.place(pupil), (18, 18, 22), relief=0, grain=0)
    glint = ellipse(x + radius * 0.35, y - radius * 0.3, radius * 0.22, radius * 0.22)
    canvas.fill(pose.place(glint), (255, 255, 255), relief=0, grain=0)


def leaf(canvas: Canvas, pose: Pose) -> None:
    """Draw a fallen leaf: oval, toothed or lobed; its stem to the left."""
    rng = canvas.rng
    colour = hsv(rng.choice([0.25, 0.3, 0.12, 0.06, 0.0]) + rng.normal(0, 0.025), 0.75, 0.45)
    colour = tint(colour, rng.uniform(0.8, 1.8))
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
    lobes = int(rng.choice([3, 5, 5, 7]))
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


def house(canvas: Canvas, pose: Pose) -> None:
    """Draw a house from a corner: a gabled front, a long side to the right, a chimney."""
    rng = canvas.rng
    wall = hsv(rng.random(), rng.uniform(0.02, 0.55), rng.uniform(0.6, 0.97))
    tiles = hsv(rng.choice([0.0, 0.03, 0.6, 0.08, 0.4]), rng.uniform(0.2, 0.75),
                rng.uniform(0.25, 0.7))  # fmt: skip
    front, side = rng.uniform(0.28, 0.42), rng.uniform(0.55, 0.85)
    high, peak = rng.uniform(0.4, 0.75), rng.uniform(0.28, 0.55)
    left, corner, right = -0.75, -0.75 + 2 * front, -0.75 + 2 * front + side
    base, eaves, far = 0.6, 0.6 - high, 0.6 - high + 0.06
    ridge, middle = eaves - peak, (left + corner) / 2
    shadow = pose.place(
        [(left, base), (right, base - 0.05), (right + 0.25, base + 0.1), (left, base + 0.15)]
    )
    canvas.shade(shadow, (10, 15, 10), alpha=0.5, blur_px=4)
    flat = Pose(pose.x, pose.y, pose.size, pose.angle * 0.2, pose.mirrored)
    chimney = [(corner + 0.2, ridge - 0.12), (corner + 0.34, ridge - 0.12), (corner + 0.34, eaves)]
    canvas.fill(flat.place([*chimney, (corner + 0.2, eaves)]), tint(tiles, 0.7), grain=0.2)
    lit, dim = (1.05, 0.68) if rng.random() < 0.5 else (0.7, 1.02)
    gable = [(left, base), (left, eaves), (middle, ridge), (corner, eaves), (corner, base)]
    canvas.fill(flat.place(gable), tint(wall, lit), relief=0, grain=0.06)
    long = [(corner, base), (corner, eaves), (right, far), (right, base - 0.08)]
    canvas.fill(flat.place(long), tint(wall, dim), relief=0, grain=0.06)
    slope = [(middle - 0.02, ridge - 0.03), (right - front + 0.05, ridge + 0.05)]
    slope += [(right + 0.06, far + 0.05), (corner + 0.03, eaves + 0.06)]
    canvas.fill(flat.place(slope), tiles, relief=0.06, grain=0.12)
    for at in np.linspace(0.15, 0.9, int(rng.integers(4, 8))):
        a = (1 - at) * np.array(slope[0]) + at * np.array(slope[3])
        b = (1 - at) * np.array(slope[1]) + at * np.array(slope[2])
        canvas.stroke(flat.place(np.array([a, b])), tint(tiles, 0.65))
    verge = np.array(
        [(left - 0.05, eaves + 0.05), (middle, ridge - 0.03), (corner + 0.04, eaves + 0.06)]
    )
    canvas.stroke(flat.place(verge), tint(tiles, 0.6), thickness_px=0.05 * pose.size)
    _openings(canvas, flat, (left, corner, right), (base, eaves))


def _openings(
    canvas: Canvas, pose: Pose, posts: tuple[float, float, float], rows: tuple[float, float]
) -> None:
    rng, (left, corner, right), (base, eaves) = canvas.rng, posts, rows
    glass = (250, 214, 120) if rng.random() < 0.35 else hsv(0.58, 0.35, rng.uniform(0.25, 0.6))
    frame = hsv(rng.random(), rng.uniform(0, 0.7), rng.uniform(0.2, 1))
    high = base - eaves
    x, wide = left + (corner - left) * rng.uniform(0.2, 0.5), 0.17
    door = [(x, base), (x, base - high * 0.62), (x + wide, base - high * 0.62), (x + wide, base)]
    canvas.fill(pose.place(door), frame, relief=0.1)
    panes = [((left + corner) / 2 - 0.07, eaves - 0.1)]
    count = int(rng.integers(2, 5))
    step = (right - corner) / count
    panes += [(corner + step * (i + 0.25), eaves + high * 0.3) for i in range(count)]
    for x, y in panes:
        half, tall = min(0.15, step * 0.5), 0.17
        pane = [(x, y), (x + half, y), (x + half, y + tall), (x, y + tall)]
        canvas.fill(pose.place(pane), glass, relief=0, grain=0.1)
        placed = pose.place([*pane, pane[0]])
        canvas.stroke(placed, frame, thickness_px=0.025 * pose.size)


def boat(canvas: Canvas, pose: Pose) -> None:
    """Draw a boat, its bow to the right: a sailing boat or a cutter with a cabin."""
    rng = canvas.rng
    hull = hsv(rng.random(), rng.uniform(0.1, 0.9), rng.uniform(0.3, 0.98))
    deep, bow = rng.uniform(0.2, 0.36), rng.uniform(0.02, 0.2)
    line: _Corners = [(-0.8, 0.28), (-0.68, 0.28 + deep), (0.62, 0.28 + deep), (0.98, 0.24 - bow)]
    mirror = pose.place([(x, 0.56 + 2 * deep - y + 0.24) for x, y in line])
    canvas.shade(mirror, tint(hull, 0.45), alpha=0.55, blur_px=4)
    if rng.random() < 0.6:
        _sails(canvas, pose)
    else:
        _cabin(canvas, pose)
    deck = smooth([line[3], (0.3, 0.28), (-0.3, 0.31), line[0]], closed=False)
    shape = pose.place(np.vstack([deck, line[1:3]]))
    canvas.fill(shape, hull, relief=0.25, grain=0.05)
    inside, stripe = canvas.mask(shape), hsv(rng.random(), rng.uniform(0, 0.9), 0.9)
    low = 0.28 + deep * rng.uniform(0.55, 0.75)
    band = [(-1.0, low), (1.0, low - 0.06), (1.0, low + 0.4), (-1.0, low + 0.4)]
    canvas.fill(pose.place(band), stripe, relief=0, clip=inside)
    canvas.stroke(pose.place(deck), tint(hull, 0.5), thickness_px=0.04 * pose.size)
    for _ in range(16):
        x, y = rng.uniform(-0.95, 1.0), 0.28 + deep + rng.uniform(-0.03, 0.14)
        foam = smooth([(x - 0.1, y), (x, y - 0.025), (x + 0.1, y)], closed=False)
        canvas.stroke(pose.place(foam), tint((205, 225, 232), rng.uniform(0.7, 1.1)))


def _sails(canvas: Canvas, pose: Pose) -> None:
    rng = canvas.rng
    mast, top = rng.uniform(-0.15, 0.15), rng.uniform(-1.05, -0.75)
    cloth = hsv(rng.random(), rng.choice([0.04, 0.08, 0.7]), rng.uniform(0.82, 1))
    belly = rng.uniform(0.02, 0.16)
    main = [(mast - 0.03, top + 0.05), (mast - 0.36 - belly, -0.25), (mast - 0.72, 0.14)]
    corner = smooth(main, closed=False)
    canvas.fill(pose.place(np.vstack([corner, [(mast - 0.03, 0.16)]])), cloth, relief=0.2)
    for at in (0.3, 0.55, 0.8):
        y = top + at * (0.1 - top)
        seam = [(mast - 0.03, y), (mast - 0.03 - 0.62 * at, y + 0.03)]
        canvas.stroke(pose.place(seam), tint(cloth, 0.75))
    jib = [(mast + 0.04, top + 0.14), (mast + 0.4 + belly, -0.1), (0.88, 0.14), (mast + 0.05, 0.1)]
    second = cloth if rng.random() < 0.6 else hsv(rng.random(), 0.75, 0.9)
    canvas.fill(pose.place(np.array(jib)), tint(second, 0.94), relief=0.2)
    pole = [(mast, 0.3), (mast, top)]
    canvas.stroke(pose.place(pole), (92, 70, 50), thickness_px=0.045 * pose.size)


def _cabin(canvas: Canvas, pose: Pose) -> None:
    rng = canvas.rng
    paint = hsv(rng.random(), rng.uniform(0, 0.35), rng.uniform(0.75, 1))
    left, wide, top = rng.uniform(-0.55, -0.1), rng.uniform(0.4, 0.6), rng.uniform(-0.3, -0.08)
    walls = [(left, 0.32), (left, top), (left + wide, top), (left + wide + 0.1, 0.32)]
    funnel = hsv(rng.random(), 0.75, 0.75)
    x = left + wide * rng.uniform(0.1, 0.3)
    pipe = [(x, top + 0.1), (x - 0.02, top - 0.36), (x + 0.16, top - 0.36), (x + 0.16, top + 0.1)]
    canvas.fill(pose.place(pipe), funnel, relief=0.4)
    rig = [(0.82, 0.16), (left + wide * 0.7, top - 0.55), (-0.78, 0.28)]
    canvas.stroke(pose.place(rig), (60, 55, 50))
    pole = [(left + wide * 0.7, top - 0.55), (left + wide * 0.7, top)]
    canvas.stroke(pose.place(pole), (80, 62, 45), thickness_px=0.04 * pose.size)
    canvas.fill(pose.place(walls), paint, relief=0.2)
    for i in range(3):
        window = ellipse(left + wide * (0.2 + 0.3 * i), top + 0.17, 0.055, 0.065)
        canvas.fill(pose.place(window), (40, 58, 75), relief=0)
    roof = [(left - 0.05, top + 0.02), (left + wide + 0.07, top + 0.02)]
    canvas.stroke(pose.place(roof), tint(funnel, 0.8), thickness_px=0.06 * pose.size)


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


def bird(canvas: Canvas, pose: Pose) -> None:
    """Draw a perched bird, its beak to the right, on a branch."""
    rng = canvas.rng
    hue = rng.random()
    coat = hsv(hue, rng.uniform(0.15, 0.85), rng.uniform(0.35, 0.85))
    breast = hsv(hue + rng.uniform(0.05, 0.6), rng.uniform(0.1, 0.85), rng.uniform(0.6, 1))
    wing = tint(coat, rng.choice([0.6, 0.72, 1.3]))
    horn = hsv(rng.uniform(0.04, 0.14), rng.uniform(0.2, 0.9), rng.uniform(0.25, 0.95))
    _branch(canvas, pose)
    drop, long = rng.uniform(0.2, 0.55), rng.uniform(0.85, 1.15)
    tail = [(-0.35, 0.0), (-long, drop), (-long + 0.08, drop + 0.16), (-0.25, 0.25)]
    canvas.fill(pose.place(np.array(tail)), tint(wing, 0.8), grain=0.1)
    for x in (0.0, 0.14):
        legs = [(x - 0.02, 0.42), (x, 0.68)]
        canvas.stroke(pose.place(legs), tint(horn, 0.7), thickness_px=0.035 * pose.size)
    fat, head = rng.uniform(0.36, 0.5), rng.uniform(0.2, 0.27)
    hx, hy = rng.uniform(0.36, 0.5), rng.uniform(-0.48, -0.32)
    outline: _Corners = [(hx + 0.08, hy + 0.08), (0.52, 0.02), (0.3, fat), (-0.1, fat * 0.95)]
    outline += [(-0.48, 0.16), (-0.3, -0.15), (hx - 0.2, hy - 0.02)]
    body = pose.place(smooth(outline))
    canvas.fill(body, coat, relief=0.4, grain=0.09)
    front = smooth([(0.5, -0.25), (0.62, 0.1), (0.3, 0.5), (-0.15, 0.5), (0.2, 0.15)])
    canvas.fill(pose.place(front), breast, relief=0.15, grain=0.09, clip=canvas.mask(body))
    long_beak, thick = rng.uniform(0.16, 0.42), rng.uniform(0.05, 0.1)
    x = hx + head * 0.8
    beak = [(x, hy - thick), (x + long_beak, hy + rng.uniform(-0.02, 0.08)), (x, hy + thick)]
    canvas.fill(pose.place(np.array(beak)), horn, relief=0.2)
    skull = pose.place(ellipse(hx, hy, head, head * 0.95))
    canvas.fill(skull, coat, relief=0.35, grain=0.07)
    if rng.random() < 0.6:
        crown = ellipse(hx - 0.03, hy - head * 0.7, head, head * 0.55)
        canvas.fill(pose.place(crown), wing, relief=0.1, clip=canvas.mask(skull))
    _eye(canvas, pose, hx + head * 0.35, hy - head * 0.12, 0.055)
    folded: _Corners = [(0.22, -0.12), (0.26, 0.12), (-0.05, 0.3), (-0.62, 0.3), (-0.3, 0.0)]
    shape = pose.place(smooth(folded))
    canvas.fill(shape, wing, relief=0.35, grain=0.1)
    inside = canvas.mask(shape)
    for at in np.linspace(0.1, 0.8, int(rng.integers(3, 6))):
        feather = smooth([(0.15 - at * 0.5, -0.1), (-0.1 - at * 0.4, 0.16), (-0.6, 0.32)])
        canvas.fill(pose.place(feather), tint(wing, 0.8 + 0.5 * (at % 0.3)), clip=inside)
    bars = smooth([(0.02, 0.02), (-0.06, 0.14), (-0.12, 0.1), (-0.04, -0.02)])
    canvas.fill(pose.place(bars), tint(breast, 1.1), relief=0, clip=inside)


def _branch(canvas: Canvas, pose: Pose) -> None:
    rng = canvas.rng
    bark = hsv(rng.uniform(0.03, 0.12), rng.uniform(0.2, 0.5), rng.uniform(0.2, 0.55))
    rise = rng.normal(0, 0.18)
    line = [(-2.6, 0.72 - rise * 2), (-0.8, 0.7 - rise * 0.4), (0.7, 0.68), (2.6, 0.72 + rise)]
    thick = rng.uniform(0.09, 0.16) * pose.size
    canvas.stroke(pose.place(smooth(line, closed=False)), bark, thickness_px=thick)
    under = smooth([(x, y + 0.03) for x, y in line], closed=False)
    canvas.stroke(pose.place(under), tint(bark, 0.65), thickness_px=thick * 0.3)
    green = hsv(rng.uniform(0.05, 0.4), 0.6, rng.uniform(0.3, 0.75))
    for _ in range(int(rng.integers(2, 12))):
        x, tall = rng.uniform(-1.6, 1.7), rng.uniform(-0.35, 0.3)
        bud = smooth(
            [(x, 0.7), (x + 0.1, 0.7 + tall * 0.6), (x + 0.24, 0.72 + tall), (x + 0.06, 0.7 + tall)]
        )
        canvas.fill(pose.place(bud), tint(green, rng.uniform(0.7, 1.3)), relief=0.2)


# What is drawn, and where it is found: most often in the first of its settings.
THINGS: dict[str, tuple[Callable[[Canvas, Pose], None], tuple[str, ...]]] = {
    "bird": (bird, ("forest", "air", "meadow", "snow")),
    "boat": (boat, ("sea", "sea", "sea")),
    "fish": (fish, ("water", "table", "stones")),
    "house": (house, ("meadow", "snow", "forest")),
    "leaf": (leaf, ("table", "stones", "snow", "forest")),
    "mushroom": (mushroom, ("forest", "meadow", "forest")),
}
