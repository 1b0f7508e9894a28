"""Sampling: the numbers of one image in one epoch, from a policy's ranges.

They come from a counter-based generator keyed by seed, epoch and image, so they depend neither on
the order of images nor on threads or processes. Each parameter reads fixed positions of the stream,
so moving one slider leaves the samples of all others unchanged.
"""

import hashlib
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from inspector.augmentation.policy_json import Distribution, Policy, Range, Shift

UNIFORMS = 32
"""Uniform numbers taken from the stream per sample; some are reserved."""

# Source: Zhong et al., Random Erasing Data Augmentation, 2017: smallest area and aspect ratio.
ERASING_LEAST_AREA = 0.02
ERASING_RATIO = 0.3

# Stream positions that each effect reads, apart from its sign.
_PLACES: Final = {
    "rotation_degrees": (0,),
    "width_shift": (1,),
    "height_shift": (3,),
    "shear_degrees": (5,),
    "zoom": (6, 7),
    "horizontal_flip": (8,),
    "vertical_flip": (9,),
    "channel_shift_levels": (10,),
    "brightness": (11,),
    "contrast": (12,),
    "saturation": (13,),
    "hue_degrees": (14,),
    "blur_px": (15,),
    "noise_levels": (16,),
    "crop_area": (17,),
    "jpeg_quality": (18,),
    "erasing_probability": (20,),
}

_own = threading.local()
_LOW = 2**64 - 1
_ZEROS = np.zeros(4, np.uint64)

# Share of a normal distribution below two standard deviations under its mean.
_TAIL = NormalDist().cdf(-2.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A box in px, entirely inside the image."""

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True, slots=True)
class AugmentationParams:
    """What is done to one image, in ImageDataGenerator's names, units and signs.

    Attributes:
        theta: Degrees; positive rotates the content counter-clockwise.
        tx: Horizontal px; positive moves the content left.
        ty: Vertical px; positive moves the content up.
        shear: Degrees.
        zx: Factor on the width; above 1 shrinks the content.
        zy: Factor on the height.
        flip_horizontal: Mirror left and right, after all of the above; flip_vertical likewise.
        channel_shift_intensity: Grey levels added.
        brightness: Factor, or None.
        contrast: Factor, or None.
        saturation: Factor.
        hue_degrees: Degrees about the grey axis.
        blur_px: Standard deviation, px.
        noise_levels: Standard deviation, grey levels.
        noise_key: Key of the noise generator.
        jpeg_quality: 1..99, or 100 for none.
        erased: Box to erase, or None.
        crop_side: Share of each side to crop, 0..1.
        crop_x: Distance of the crop's centre right of the image's, px.
        crop_y: Distance below it, px.
    """

    theta: float = 0.0
    tx: float = 0.0
    ty: float = 0.0
    shear: float = 0.0
    zx: float = 1.0
    zy: float = 1.0
    flip_horizontal: bool = False
    flip_vertical: bool = False
    channel_shift_intensity: float = 0.0
    brightness: float | None = None
    contrast: float | None = None
    saturation: float = 1.0
    hue_degrees: float = 0.0
    blur_px: float = 0.0
    noise_levels: float = 0.0
    noise_key: int = 0
    jpeg_quality: int = 100
    erased: Box | None = None
    crop_side: float = 1.0
    crop_x: float = 0.0
    crop_y: float = 0.0


def sample_params(
    policy: Policy, *, seed: int, epoch: int, image_id: str, height: int, width: int
) -> AugmentationParams:
    """Sample the parameters of one image.

    Args:
        policy: Ranges to sample from.
        seed: Random seed of the run.
        epoch: From 0.
        image_id: SHA-256 of the file, in hex.
        height: Image height at training size, px.
        width: Image width, px.
    """
    name = f"{seed}|{epoch}|{image_id}".encode()
    key = int.from_bytes(hashlib.blake2b(name, digest_size=16).digest(), "little")
    u = _uniforms(key)
    spread = u
    if policy.distribution is Distribution.TRUNCATED_NORMAL:
        spread = _truncated_normal(u)
    return _numbers(policy, u, spread, key=key, height=height, width=width)


def place_in_range(
    policy: Policy, effect: str, share: float, *, height: int, width: int
) -> AugmentationParams:
    """Return the sample with one effect at a given position of its range, the others centred.

    Args:
        policy: Best with that effect alone, as of `policy_effects.alone`.
        effect: One of `policy_effects.EFFECTS`.
        share: 0 for the lower end of its range to 1 for the upper; a flip flips from 0.5 on.
        height: Image height at training size, px.
        width: Image width, px.
    """
    u = [0.5] * UNIFORMS
    if effect.endswith("_flip"):
        u[_PLACES[effect][0]] = 0.0 if share >= 0.5 else 1.0
    else:
        # The generator returns numbers below 1; choosing the last element relies on that.
        for place in _PLACES[effect]:
            u[place] = min(share, 1 - 1e-9)
    if effect == "erasing_probability":
        u[19] = 0.0
    return _numbers(policy, u, u, key=0, height=height, width=width)


def _numbers(
    policy: Policy,
    u: Sequence[float],
    spread: Sequence[float],
    *,
    key: int,
    height: int,
    width: int,
) -> AugmentationParams:
    """Return the parameters for numbers 0..1; `spread` is `u` in the policy's distribution."""
    zx = _between(policy.zoom, spread[6])
    side = math.sqrt(_mix(policy.crop_area, 1.0, spread[17])) if policy.crop_area < 1 else 1.0
    return AugmentationParams(
        theta=_around(policy.rotation_degrees, spread[0]),
        tx=_shift(policy.width_shift, width, u[1], u[2], spread[1]),
        ty=_shift(policy.height_shift, height, u[3], u[4], spread[3]),
        shear=_around(policy.shear_degrees, spread[5]),
        zx=zx,
        zy=_between(policy.zoom, spread[7]) if policy.zoom_independent else zx,
        flip_horizontal=u[8] < policy.horizontal_flip,
        flip_vertical=u[9] < policy.vertical_flip,
        channel_shift_intensity=_around(policy.channel_shift_levels, spread[10]),
        brightness=_factor(policy.brightness, spread[11]),
        contrast=_factor(policy.contrast, spread[12]),
        saturation=_between(policy.saturation, spread[13]),
        hue_degrees=_around(policy.hue_degrees, spread[14]),
        blur_px=policy.blur_px * u[15],
        noise_levels=policy.noise_levels * u[16],
        noise_key=key ^ 1,
        jpeg_quality=round(_between(policy.jpeg_quality, spread[18])),
        erased=_box(policy, height, width, u[19:24]),
        crop_side=side,
        crop_x=_around((1 - side) * width / 2, u[24]),
        crop_y=_around((1 - side) * height / 2, u[25]),
    )


def _uniforms(key: int) -> list[float]:
    """Return `UNIFORMS` numbers of 0..1 from the generator with this key.

    It re-keys a generator per thread: creating one reads the system's entropy, at six times the
    cost.
    """
    if not hasattr(_own, "generator"):
        _own.philox = np.random.Philox(0)
        _own.generator = np.random.Generator(_own.philox)
        _own.state = _own.philox.state | {"buffer_pos": 4, "has_uint32": 0}
    state = _own.state
    state["state"] = {"counter": _ZEROS, "key": np.array([key & _LOW, key >> 64], np.uint64)}
    _own.philox.state = state
    numbers: list[float] = _own.generator.random(UNIFORMS).tolist()
    return numbers


def _truncated_normal(u: Sequence[float]) -> list[float]:
    """Map uniform numbers to a normal distribution on 0..1, ends at two standard deviations."""
    normal = NormalDist(0.5, 0.25)
    inner = (_TAIL + p * (1 - 2 * _TAIL) for p in u)
    return [min(max(normal.inv_cdf(p), 0.0), 1.0) for p in inner]


def _mix(low: float, high: float, u: float) -> float:
    return low + (high - low) * u


def _around(half: float, u: float) -> float:
    return _mix(-half, half, u) if half else 0.0


def _between(ends: Range, u: float) -> float:
    return _mix(ends.low, ends.high, u)


def _factor(ends: Range, u: float) -> float | None:
    return None if ends.is_only(1) else _mix(ends.low, ends.high, u)


def _shift(shift: Shift, side_px: int, choice: float, sign: float, spread: float) -> float:
    """Sample a shift in px; CHOICES has a separate stream position for its sign."""
    if isinstance(shift.value, tuple):
        chosen = float(shift.value[int(choice * len(shift.value))])
    elif isinstance(shift.value, int):
        chosen = float(int(choice * shift.value))
    else:
        moved = _around(shift.value, spread)
        return moved if shift.in_pixels else moved * side_px
    chosen = chosen if sign < 0.5 else -chosen
    return chosen if shift.in_pixels else chosen * side_px


def _box(policy: Policy, height: int, width: int, u: Sequence[float]) -> Box | None:
    if u[0] >= policy.erasing_probability or policy.erasing_area == 0:
        return None
    least = min(ERASING_LEAST_AREA, policy.erasing_area)
    area = _mix(least, policy.erasing_area, u[1]) * height * width
    ratio = math.exp(_around(math.log(1 / ERASING_RATIO), u[2]))
    high = min(max(round(math.sqrt(area * ratio)), 1), height)
    wide = min(max(round(area / high), 1), width)
    top = int(u[3] * (height - high + 1))
    left = int(u[4] * (width - wide + 1))
    return Box(top, left, high, wide)
