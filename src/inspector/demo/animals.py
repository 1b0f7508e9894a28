"""Fish and birds of the demo, each drawn from many random parameters."""

import numpy as np
from numpy.typing import NDArray

from inspector.demo.canvas import Canvas, Colour, Pose, ellipse, hsv, smooth, tint

_Corners = list[tuple[float, float]]


def fish(canvas: Canvas, pose: Pose) -> None:
    """Draw a fish from the side, its head to the right."""
    rng = canvas.rng
    hue, saturation = rng.random(), rng.uniform(0.2, 0.8)
    skin = hsv(hue, saturation, rng.uniform(0.55, 0.95))
    second = hsv(hue + rng.uniform(0.08, 0.6), rng.uniform(0.1, 0.75), rng.uniform(0.25, 1))
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


def bird(canvas: Canvas, pose: Pose) -> None:
    """Draw a perched bird, its beak to the right, on a branch."""
    rng = canvas.rng
    hue = rng.random()
    coat = hsv(hue, rng.uniform(0.1, 0.65), rng.uniform(0.35, 0.85))
    breast = hsv(
        rng.choice([0.02, 0.07, 0.11, 0.14, hue]), rng.uniform(0.1, 0.7), rng.uniform(0.65, 1)
    )
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
    if rng.random() < 0.6:
        bar = [(0.05, -0.2), (0.11, -0.2), (-0.06, 0.35), (-0.15, 0.35)]
        canvas.fill(pose.place(bar), tint(breast, 1.1), relief=0, clip=inside)


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
