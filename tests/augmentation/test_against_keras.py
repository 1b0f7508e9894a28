"""Equal parameters give equal pixels: against ImageDataGenerator, where it is correct."""

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inspector.augmentation.apply import apply_params, geometry, normalise
from inspector.augmentation.policy_json import DEVIATIONS, Fill, Normalisation, Policy
from inspector.augmentation.sampling import AugmentationParams
from tests.augmentation.conftest import RunKeras, smooth

TRANSFORM = """
import json
from tensorflow.keras.preprocessing.image import ImageDataGenerator
cases = json.loads(str(cases))
result = {}
for i, (fill, drawn) in enumerate(cases):
    generator = ImageDataGenerator(fill_mode=fill, cval=77)
    result[str(i)] = generator.apply_transform(picture.astype("float32"), drawn)
"""

GEOMETRY: list[dict[str, Any]] = [
    {"theta": 25},
    {"theta": 90},
    {"tx": 7.3},
    {"tx": 9},
    {"ty": -5.6},
    {"shear": 20},
    {"shear": -35},
    {"zx": 1.3, "zy": 0.8},
    {"flip_horizontal": True},
    {"flip_vertical": True, "theta": 10},
    {
        "theta": -33,
        "tx": 9.5,
        "ty": 4,
        "shear": 12,
        "zx": 0.7,
        "zy": 1.2,
        "flip_horizontal": True,
        "flip_vertical": True,
    },
]
LIGHT: list[dict[str, Any]] = [
    {"brightness": 0.0},
    {"brightness": 0.71},
    {"brightness": 1.4},
    {"brightness": -0.2},
    {"channel_shift_intensity": 33.3},
    {"channel_shift_intensity": -120},
]


def compare(
    keras: RunKeras, picture: NDArray[np.uint8], cases: list[tuple[str, dict[str, Any]]]
) -> list[NDArray[np.float64]]:
    """Return the absolute difference from Keras per case, in grey levels (h, w, 3)."""
    found = keras(TRANSFORM, picture=picture, cases=np.array(json.dumps(cases)))
    return [
        np.abs(
            apply_params(picture, Policy(fill=Fill(fill), cval=77), AugmentationParams(**drawn))
            - found[str(i)]
        )
        for i, (fill, drawn) in enumerate(cases)
    ]


@pytest.mark.parametrize("side", [48, 33])
def test_geometry_is_that_of_keras_to_half_a_grey_level(keras: RunKeras, side: int) -> None:
    cases = [(fill, drawn) for fill in ("nearest", "reflect") for drawn in GEOMETRY]
    for case, off in zip(cases, compare(keras, smooth(side, side), cases), strict=True):
        assert off.max() <= 0.51, case


def test_light_is_that_of_keras(keras: RunKeras) -> None:
    """Brightness exactly; a channel shift to half a level, since Keras keeps fractions."""
    cases = [("nearest", drawn) for drawn in LIGHT]
    for case, off in zip(cases, compare(keras, smooth(48, 48), cases), strict=True):
        assert off.max() <= (0.0 if "brightness" in case[1] else 0.5), case


def test_all_at_once_differs_by_two_levels_at_most(keras: RunKeras) -> None:
    drawn = GEOMETRY[-1] | {"channel_shift_intensity": -20.2, "brightness": 1.2}
    (off,) = compare(keras, smooth(48, 48), [("nearest", drawn)])
    assert off.max() <= 2.0
    assert off.mean() < 0.5


def test_deviation_eight_bit(keras: RunKeras) -> None:
    assert "eight-bit" in DEVIATIONS
    (off,) = compare(keras, smooth(48, 48), [("nearest", {"theta": 10, "brightness": 1.0})])
    assert 0 < off.max() <= 1.0


def test_deviation_constant_edge_is_one_pixel_wide(keras: RunKeras) -> None:
    assert "constant-edge" in DEVIATIONS
    (off,) = compare(keras, smooth(48, 48), [("constant", {"tx": 7.3})])
    wrong = np.flatnonzero(off.max(axis=(0, 2)) > 0.51)
    assert wrong.tolist() == [40]


def test_deviation_wrap_period_is_one_pixel(keras: RunKeras) -> None:
    assert "wrap-period" in DEVIATIONS
    picture = smooth(48, 48)
    found = keras(TRANSFORM, picture=picture, cases=np.array('[["wrap", {"tx": 10}]]'))["0"]
    ours = apply_params(picture, Policy(fill=Fill.WRAP), AugmentationParams(tx=10))
    assert np.array_equal(ours, np.roll(picture, -10, axis=1))
    assert np.array_equal(found[:, 38:-1], picture[:, 1:10])


def test_deviation_non_square_centre(keras: RunKeras) -> None:
    """A central spot of 40x80 stays there with us; Keras moves it to another column."""
    assert "non-square-centre" in DEVIATIONS
    picture = np.zeros((40, 80, 3), np.uint8)
    picture[18:22, 38:42] = 255
    found = keras(TRANSFORM, picture=picture, cases=np.array('[["constant", {"theta": 90}]]'))["0"]
    ours = apply_params(picture, Policy(fill=Fill.CONSTANT), AugmentationParams(theta=90))
    assert ours[18:22, 38:42].min() == 255
    assert found[18:22, 38:42].min() < 255


def test_deviation_shift_axes(keras: RunKeras) -> None:
    """Sampled by Keras itself from height_shift_range, the image moves sideways."""
    assert "shift-axes" in DEVIATIONS
    code = """
from tensorflow.keras.preprocessing.image import ImageDataGenerator
generator = ImageDataGenerator(height_shift_range=[5])
drawn = generator.get_random_transform(picture.shape, seed=0)
result = {"out": generator.apply_transform(picture.astype("float32"), drawn)}
"""
    picture = smooth(48, 48)
    found = keras(code, picture=picture)["out"]
    sideways = [apply_params(picture, Policy.none(), AugmentationParams(tx=x)) for x in (5, -5)]
    assert any(np.array_equal(found, s) for s in sideways)


def test_deviation_unit_brightness(keras: RunKeras) -> None:
    assert "unit-brightness" in DEVIATIONS
    picture = smooth(48, 48)
    found = keras(
        TRANSFORM.replace("picture.astype", "(picture / 255.0).astype"),
        picture=picture,
        cases=np.array('[["nearest", {"brightness": 1.0}]]'),
    )["0"]
    assert found.mean() < 0.02
    assert np.array_equal(
        apply_params(picture, Policy.none(), AugmentationParams(brightness=1.0)), picture
    )


@pytest.mark.parametrize(
    ("named", "ours"),
    [
        ({"rescale": 1 / 255}, Normalisation(rescale=1 / 255)),
        (
            {"samplewise_center": True, "samplewise_std_normalization": True},
            Normalisation(samplewise_center=True, samplewise_std=True),
        ),
    ],
)
def test_normalise_is_that_of_keras(
    keras: RunKeras, named: dict[str, Any], ours: Normalisation
) -> None:
    code = """
import json
from tensorflow.keras.preprocessing.image import ImageDataGenerator
generator = ImageDataGenerator(**json.loads(str(named)))
result = {"out": generator.standardize(picture.astype("float32"))}
"""
    picture = smooth(20, 30)
    found = keras(code, picture=picture, named=np.array(json.dumps(named)))["out"]
    got = normalise(picture[np.newaxis].astype(np.float32), ours)[0]
    np.testing.assert_allclose(got, found, atol=1e-4)


def test_middle_of_a_picture_stays_under_rotation_shear_and_zoom() -> None:
    for height, width in ((40, 80), (31, 64), (1, 9)):
        drawn = AugmentationParams(theta=33, shear=12, zx=1.3, zy=0.7, flip_horizontal=True)
        places = geometry(drawn, height=height, width=width)
        assert places is not None
        middle = np.array([width / 2 - 0.5, height / 2 - 0.5, 1])
        np.testing.assert_allclose(places @ middle, middle[:2], atol=1e-12)
