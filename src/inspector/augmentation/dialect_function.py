"""A policy as one numpy and cv2 function that gives exactly the pixels of `augment`.

Only what the policy sets is written. Numbers are written with repr, which is exact, and expressions
keep the order of operations of `sampling` and `apply`.
"""

import math
from textwrap import dedent, indent

from inspector.augmentation.policy_json import (
    Distribution,
    Fill,
    Normalisation,
    Policy,
    Range,
    Shift,
    ShiftKind,
)
from inspector.augmentation.sampling import ERASING_LEAST_AREA, ERASING_RATIO, UNIFORMS

_BORDERS = {
    Fill.CONSTANT: "BORDER_CONSTANT",
    Fill.NEAREST: "BORDER_REPLICATE",
    Fill.REFLECT: "BORDER_REFLECT",
    Fill.WRAP: "BORDER_WRAP",
}

_HEAD = f'''\
import hashlib
import math
from statistics import NormalDist

import cv2
import numpy as np


def augment(image, *, seed, epoch, image_id):
    """Return RGB image (h, w, 3), uint8, as training sees it; image_id: SHA-256 of the file."""
    name = f"{{seed}}|{{epoch}}|{{image_id}}".encode()
    key = int.from_bytes(hashlib.blake2b(name, digest_size=16).digest(), "little")
    u = np.random.Generator(np.random.Philox(key=key)).random({UNIFORMS})
'''

_NORMAL = """\
normal, tail = NormalDist(0.5, 0.25), NormalDist().cdf(-2.0)
n = np.clip([normal.inv_cdf(float(p)) for p in tail + u * (1 - 2 * tail)], 0.0, 1.0)
"""

_WARP = """\
c, s, k, m = math.cos(theta), math.sin(theta), math.sin(shear), math.cos(shear)
across, down = r * zx * (-1 if flip else 1), r * zy * (-1 if flop else 1)
a, b, d, e = c * across, (-c * k - s * m) * down, s * across, (c * m - s * k) * down
x0, y0 = w / 2 - 0.5, h / 2 - 0.5
dx, dy = r * (c * tx - s * ty) + cx, r * (s * tx + c * ty) + cy
places = np.array([[a, b, x0 + dx - a * x0 - b * y0], [d, e, y0 + dy - d * x0 - e * y0]])
flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
out = cv2.warpAffine(image, places, (w, h), flags=flags,
                     borderMode=cv2.{border}, borderValue=({cval},) * 3)
"""

_COLOUR = """\
grey = np.tile([0.299, 0.587, 0.114], (3, 1))
colour, hue = np.eye(3) - grey, math.radians({hue})
axis = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / math.sqrt(3)
turned = math.cos(hue) * colour + math.sin(hue) * (colour @ axis)
out = cv2.transform(out, grey + ({saturation}) * turned)
"""

_CONTRAST = """\
means, v = np.array(cv2.mean(out)[:3]), np.arange(256.0)[:, None, None]
table = np.rint(means + (v - means) * ({factor}))
out = cv2.LUT(out, np.clip(table, 0, 255).astype(np.uint8))
"""

_NOISE = """\
noise = np.random.Generator(np.random.Philox(key=key ^ 1)).standard_normal(out.shape, np.float32)
out = np.clip(np.rint(out + noise * np.float32({levels})), 0, 255).astype(np.uint8)
"""

_JPEG = """\
quality = round({quality})
if quality < 100:
    stored = cv2.imencode(".jpg", out[..., ::-1].copy(), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    out = cv2.imdecode(stored, cv2.IMREAD_COLOR)[..., ::-1].copy()
"""

_ERASE = """\
if u[19] < {odds!r}:
    area = ({area}) * h * w
    high = min(max(round(math.sqrt(area * math.exp({ratio}))), 1), h)
    wide = min(max(round(area / high), 1), w)
    top, left = int(u[22] * (h - high + 1)), int(u[23] * (w - wide + 1))
    out[top : top + high, left : left + wide] = {level}
"""


def to_function(policy: Policy) -> str:
    """Return Python code with a function `augment`, and `normalise` if the policy normalises."""
    n = "n" if policy.distribution is Distribution.TRUNCATED_NORMAL else "u"
    body = _NORMAL if n == "n" else ""
    body += "h, w = image.shape[:2]\n"
    body += _geometry(policy, n)
    body += _tone(policy, n)
    if not policy.contrast.is_only(1):
        body += _CONTRAST.format(factor=_between(policy.contrast, f"{n}[12]"))
    if policy.hue_degrees or not policy.saturation.is_only(1):
        body += _COLOUR.format(
            hue=_around(policy.hue_degrees, f"{n}[14]"),
            saturation=_between(policy.saturation, f"{n}[13]"),
        )
    body += _rest(policy, n)
    body += "return out\n"
    return _HEAD + indent(body, "    ") + _normalisation(policy.normalisation)


def _mix(low: float, high: float, u: str) -> str:
    """Return the expression low + (high - low) * u, as `sampling` computes it."""
    return f"{float(low)!r} + {float(high - low)!r} * {u}"


def _around(half: float, u: str) -> str:
    return _mix(-half, half, u) if half else "0.0"


def _between(ends: Range, u: str) -> str:
    return repr(float(ends.low)) if ends.low == ends.high else _mix(ends.low, ends.high, u)


def _geometry(policy: Policy, n: str) -> str:
    flip, flop = f"u[8] < {policy.horizontal_flip!r}", f"u[9] < {policy.vertical_flip!r}"
    if not policy.moves_pixels:
        if not policy.horizontal_flip and not policy.vertical_flip:
            return "out = image.copy()\n"
        return (
            f"flip, flop = {flip}, {flop}\n"
            "out = image[:: -1 if flop else 1, :: -1 if flip else 1].copy()\n"
        )
    zy = _between(policy.zoom, f"{n}[7]") if policy.zoom_independent else "zx"
    side = (
        f"math.sqrt({_mix(policy.crop_area, 1.0, f'{n}[17]')})" if policy.crop_area < 1 else "1.0"
    )
    lines = [
        f"theta = math.radians({_around(policy.rotation_degrees, f'{n}[0]')})",
        f"shear = math.radians({_around(policy.shear_degrees, f'{n}[5]')})",
        f"tx = {_shift(policy.width_shift, 'w', 1, n)}",
        f"ty = {_shift(policy.height_shift, 'h', 3, n)}",
        f"zx = {_between(policy.zoom, f'{n}[6]')}",
        f"zy = {zy}",
        f"flip, flop, r = {flip}, {flop}, {side}",
        _CROP if policy.crop_area < 1 else "cx, cy = 0.0, 0.0",
    ]
    warp = _WARP.format(border=_BORDERS[policy.fill], cval=repr(policy.cval))
    return "\n".join(lines) + "\n" + warp


_CROP = dedent(
    """\
    cx = -((1 - r) * w / 2) + ((1 - r) * w / 2 + (1 - r) * w / 2) * u[24]
    cy = -((1 - r) * h / 2) + ((1 - r) * h / 2 + (1 - r) * h / 2) * u[25]"""
)


def _shift(shift: Shift, side: str, place: int, n: str) -> str:
    times = "" if shift.in_pixels else f" * {side}"
    if isinstance(shift.value, tuple):
        chosen = f"{list(map(float, shift.value))}[int(u[{place}] * {len(shift.value)})]"
    elif shift.kind is ShiftKind.STEPS:
        chosen = f"float(int(u[{place}] * {shift.value}))"
    else:
        half = float(shift.value)
        return f"({_around(half, f'{n}[{place}]')}){times}" if half else "0.0"
    return f"{chosen} * (1 if u[{place + 1}] < 0.5 else -1){times}"


def _tone(policy: Policy, n: str) -> str:
    bright = not policy.brightness.is_only(1)
    if not policy.channel_shift_levels and not bright:
        return ""
    code = "table = np.arange(256.0)\n"
    if policy.channel_shift_levels:
        shift = _around(policy.channel_shift_levels, f"{n}[10]")
        code += f"table = np.clip(table + ({shift}), int(out.min()), int(out.max()))\n"
    if bright:
        factor = _between(policy.brightness, f"{n}[11]")
        code += f"table = np.floor(table).astype(np.float32) * np.float32({factor})\n"
        code += "table = np.floor(np.clip(table, 0, 255))\n"
    return code + "out = cv2.LUT(out, np.rint(table).astype(np.uint8))\n"


def _rest(policy: Policy, n: str) -> str:
    code = ""
    if policy.blur_px:
        # OpenCV raises for a blur of 0.
        code += f"sigma = {float(policy.blur_px)!r} * u[15]\n"
        blurred = "cv2.GaussianBlur(out, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)"
        code += f"out = {blurred} if sigma else out\n"
    if policy.noise_levels:
        code += _NOISE.format(levels=f"{float(policy.noise_levels)!r} * u[16]")
    if not policy.jpeg_quality.is_only(100):
        code += _JPEG.format(quality=_between(policy.jpeg_quality, f"{n}[18]"))
    if policy.erasing_probability and policy.erasing_area:
        least = min(ERASING_LEAST_AREA, policy.erasing_area)
        code += _ERASE.format(
            odds=float(policy.erasing_probability),
            area=_mix(least, policy.erasing_area, "u[20]"),
            ratio=_around(math.log(1 / ERASING_RATIO), "u[21]"),
            level=round(policy.cval),
        )
    return code


def _normalisation(normalisation: Normalisation) -> str:
    if normalisation == Normalisation():
        return ""
    lines = ["x = np.array(images, np.float32)"]
    if normalisation.rescale is not None:
        lines.append(f"x *= np.float32({normalisation.rescale!r})")
    if normalisation.samplewise_center:
        lines.append("x -= x.mean(axis=(1, 2, 3), keepdims=True)")
    if normalisation.samplewise_std:
        lines.append("x /= x.std(axis=(1, 2, 3), keepdims=True) + np.float32(1e-6)")
    if normalisation.featurewise_center:
        lines.append("x -= mean")
    if normalisation.featurewise_std:
        lines.append("x /= std + np.float32(1e-6)")
    if normalisation.zca:
        lines.append("# ZCA whitening was asked for; it is not applied.")
    fitted = (
        ", mean=None, std=None"
        if normalisation.featurewise_center or normalisation.featurewise_std
        else ""
    )
    head = f"\n\ndef normalise(images{fitted}):\n"
    words = '"""Normalise images (n, h, w, 3) of 0..255, training\'s and validation\'s alike."""'
    return head + indent("\n".join([words, *lines, "return x"]), "    ") + "\n"
