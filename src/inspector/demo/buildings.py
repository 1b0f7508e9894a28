"""Houses and boats of the demo, each drawn from many random parameters."""

import numpy as np

from inspector.demo.canvas import Canvas, Pose, ellipse, hsv, smooth, tint

_Corners = list[tuple[float, float]]


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
