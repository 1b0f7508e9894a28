"""Each rule fires where it should, and only there."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inspector.augmentation.lint import Advice, follow, lint
from inspector.augmentation.policy_effects import Effect, active, alone, measure
from inspector.augmentation.policy_json import (
    Fill,
    Normalisation,
    Policy,
    Range,
    Shift,
    ShiftKind,
    read_policy,
)
from inspector.augmentation.presets import PRESETS
from inspector.augmentation.value_rules import RULES
from inspector.errors import UsageError
from tests.augmentation.conftest import smooth


def scenes(count: int = 8, height: int = 48, width: int = 48) -> list[NDArray[np.uint8]]:
    """Return images of a few large soft shapes, all different."""
    found = []
    for seed in range(count):
        random = np.random.default_rng(seed)
        picture = np.full((height, width, 3), random.integers(40, 215, 3), np.uint8)
        for _ in range(4):
            x, y, radius = random.integers(4, 44), random.integers(4, 44), random.integers(5, 16)
            colour = [int(c) for c in random.integers(0, 256, 3)]
            cv2.circle(picture, (int(x), int(y)), int(radius), colour, -1)
        found.append(np.asarray(cv2.GaussianBlur(picture, (0, 0), 1), np.uint8))
    return found


def told(named: dict[str, Any], **how: Any) -> list[tuple[str, str]]:
    return [(a.rule, a.parameter) for a in lint(read_policy(named), **how)]


SENSIBLE: dict[str, Any] = {
    "rotation_range": 20,
    "width_shift_range": 0.1,
    "height_shift_range": 0.1,
    "zoom_range": 0.1,
    "horizontal_flip": True,
    "brightness_range": [0.8, 1.2],
    "rescale": 1 / 255,
}


def test_nothing_to_say_of_a_plain_sensible_policy() -> None:
    assert told(SENSIBLE) == []
    assert told(SENSIBLE, keras_version="3") == []
    assert told(SENSIBLE, pictures=scenes()) == []
    assert lint(Policy.none(), pictures=scenes()) == []
    assert told({}, pictures=[smooth(9, 9)]) == []


WRONG: list[tuple[dict[str, Any], str, str, str]] = [
    ({"width_shift_range": 1.0}, "shift-in-pixels", "width_shift_range", "warning"),
    ({"height_shift_range": 20.0}, "shift-in-pixels", "height_shift_range", "warning"),
    ({"width_shift_range": 1}, "shift-of-one-step", "width_shift_range", "error"),
    ({"height_shift_range": [0.25]}, "shift-without-rest", "height_shift_range", "warning"),
    ({"shear_range": 0.2}, "small-shear", "shear_range", "warning"),
    ({"rotation_range": 0.5}, "small-rotation", "rotation_range", "warning"),
    ({"channel_shift_range": 0.1}, "channel-shift-scale", "channel_shift_range", "warning"),
    ({"brightness_range": [-0.2, 0.2]}, "brightness-black", "brightness_range", "error"),
    ({"brightness_range": [0, 2]}, "brightness-black", "brightness_range", "error"),
    ({"brightness_range": [0.2, 0.8]}, "brightness-one-sided", "brightness_range", "warning"),
    ({"brightness_range": [1.2, 1.5]}, "brightness-one-sided", "brightness_range", "warning"),
    ({"featurewise_center": True}, "needs-fit", "featurewise_center", "warning"),
    (
        {"featurewise_std_normalization": True},
        "needs-fit",
        "featurewise_std_normalization",
        "warning",
    ),
    ({"zca_whitening": True}, "zca-size", "zca_whitening", "error"),
    ({"zoom_range": 1.0}, "zoom-reaches-zero", "zoom_range", "error"),
    ({"zoom_range": 0.5}, "zoom-changes-shape", "zoom_range", "warning"),
    ({"rescale": 255}, "rescale-factor", "rescale", "error"),
    ({"cval": 40}, "idle-cval", "cval", "hint"),
    ({"cval": 0.5, "fill_mode": "constant"}, "small-cval", "cval", "hint"),
    ({"policy": 1, "horizontal_flip": 1}, "always-flipped", "horizontal_flip", "warning"),
    ({"policy": 1, "erasing_area": 0.2}, "half-an-erasing", "erasing_area", "hint"),
    (
        {"policy": 1, "erasing_probability": 0.2},
        "half-an-erasing",
        "erasing_probability",
        "hint",
    ),
]

RIGHT: list[dict[str, Any]] = [
    {"width_shift_range": 0.99},
    {"height_shift_range": 5},
    {"width_shift_range": [-2, 0, 2]},
    {"shear_range": 10},
    {"rotation_range": 5},
    {"channel_shift_range": 25.0},
    {"brightness_range": [0.5, 1.0]},
    {"brightness_range": [1.0, 1.0], "samplewise_std_normalization": True},
    {"samplewise_std_normalization": True, "rotation_range": 9},
    {"samplewise_center": True, "brightness_range": [0.8, 1.2]},
    {"zoom_range": 0.3},
    {"policy": 1, "zoom": [0.6, 1.4], "zoom_independent": False},
    {"rescale": 1 / 255},
    {"cval": 128, "fill_mode": "constant", "rotation_range": 9},
    {"policy": 1, "erasing_area": 0.2, "erasing_probability": 0.2},
]


@pytest.mark.parametrize(("named", "rule", "parameter", "severity"), WRONG)
def test_what_is_probably_meant_otherwise(
    named: dict[str, Any], rule: str, parameter: str, severity: str
) -> None:
    (advice,) = lint(read_policy(named))
    assert (advice.rule, advice.parameter, advice.severity) == (rule, parameter, severity)
    assert parameter in advice.message
    assert advice.measured == {}


@pytest.mark.parametrize("named", RIGHT)
def test_what_is_meant_as_it_stands(named: dict[str, Any]) -> None:
    assert told(named) == []


@pytest.mark.parametrize(("named", "rule", "parameter", "severity"), WRONG)
def test_following_a_suggestion_ends_the_advice(
    named: dict[str, Any], rule: str, parameter: str, severity: str
) -> None:
    policy = read_policy(named)
    (advice,) = lint(policy)
    if advice.suggestion is not None:
        assert lint(follow(policy, advice.suggestion)) == [], (rule, parameter, severity)


def test_example_three_is_cancelled_by_its_own_normalisation() -> None:
    named = {
        "brightness_range": [0.8, 1.2],
        "channel_shift_range": 0.1,
        "samplewise_center": True,
        "samplewise_std_normalization": True,
    }
    assert told(named) == [
        ("channel-shift-scale", "channel_shift_range"),
        ("cancelled-by-normalisation", "brightness_range"),
    ]
    pictures = [np.clip(p, 20, 200) for p in scenes()]
    advice = next(a for a in lint(read_policy(named), pictures=pictures) if "cancel" in a.rule)
    assert advice.measured["correlation"] > 0.999
    assert advice.measured["mean_change"] > 5
    assert "correlate" in advice.message


def test_contrast_and_channel_shift_are_cancelled_too() -> None:
    policy = Policy(
        contrast=Range(0.7, 1.3),
        channel_shift_levels=20,
        normalisation=Normalisation(samplewise_center=True, samplewise_std=True),
    )
    assert {a.parameter for a in lint(policy)} == {"contrast", "channel_shift_range"}


def test_new_keras_exchanges_the_shifts() -> None:
    named = {"width_shift_range": 0.2, "height_shift_range": 0.1}
    both = [("swapped-axes", "width_shift_range"), ("swapped-axes", "height_shift_range")]
    assert told(named, keras_version="3") == both
    assert told({"width_shift_range": 0.2}, keras_version="2.9") == both[:1]
    assert told(named, keras_version="2.8") == told(named) == []
    advice = lint(read_policy(named), keras_version="3")[0]
    assert advice.suggestion == {"width_shift_range": 0.1, "height_shift_range": 0.2}
    with pytest.raises(UsageError):
        told(named, keras_version="new")


def test_new_keras_is_off_the_middle_of_what_is_not_square() -> None:
    named = {"rotation_range": 20, "zoom_range": 0.1, "shear_range": 5}
    oblong = scenes(height=40, width=60)
    rules = told(named, keras_version="3", pictures=oblong)
    assert rules == [
        ("off-centre", "rotation_range"),
        ("off-centre", "shear_range"),
        ("off-centre", "zoom_range"),
    ]
    assert told(named, pictures=oblong) == []
    assert told(named, keras_version="3", pictures=scenes()) == []


def test_input_of_zero_to_one() -> None:
    assert told({"brightness_range": [0.8, 1.2]}, input_max=1) == [
        ("brightness-on-unit-input", "brightness_range")
    ]
    assert told({"channel_shift_range": 30}, input_max=1) == [
        ("channel-shift-scale", "channel_shift_range")
    ]
    assert told({"channel_shift_range": 0.1}, input_max=1) == []
    assert told({"rescale": 1 / 255}, input_max=1) == [("rescale-twice", "rescale")]


def test_zca_of_small_pictures_is_no_error() -> None:
    (advice,) = lint(read_policy({"zca_whitening": True}), pictures=[smooth(32, 32)])
    assert advice.severity == "warning"


def test_messages_tell_the_effect_on_the_pictures() -> None:
    (advice,) = lint(read_policy({"shear_range": 0.5}), pictures=scenes())
    assert isinstance(advice, Advice)
    assert set(advice.measured) == set(Effect.__dataclass_fields__)
    assert advice.measured["mean_change"] < 1
    assert "grey levels" in advice.message
    assert advice.suggestion == {"shear_range": 28.6}


def test_too_little_and_too_much_by_measure() -> None:
    pictures = scenes()
    assert told({"policy": 1, "noise_levels": 0.5}, pictures=pictures) == [
        ("too-little", "noise_levels")
    ]
    assert told({"width_shift_range": 0.9}, pictures=pictures)[0] == (
        "too-much-invented",
        "width_shift_range",
    )
    assert told({"brightness_range": [1.0, 6.0]}, pictures=pictures)[0] == (
        "too-much-clipped",
        "brightness_range",
    )
    wild = {"rotation_range": 180, "width_shift_range": 0.4, "height_shift_range": 0.4}
    assert ("too-much-change", "rotation_range") in told(wild, pictures=pictures) or (
        "too-much-change",
        "width_shift_range",
    ) in told(wild, pictures=pictures)


def test_flat_pictures_are_no_reason_for_too_little() -> None:
    flat = [np.full((20, 20, 3), 128, np.uint8)] * 4
    assert told({"rotation_range": 20}, pictures=flat) == []


def test_the_gravest_advice_comes_first_and_one_for_a_parameter() -> None:
    advices = lint(
        Policy(
            zoom=Range(0, 2),
            cval=40,
            shear_degrees=0.5,
            brightness=Range(-0.2, 0.2),
            normalisation=Normalisation(samplewise_center=True, samplewise_std=True),
        )
    )
    assert [a.severity for a in advices] == ["error", "error", "warning", "hint"]
    assert len({a.parameter for a in advices}) == len(advices)


def test_every_rule_says_what_it_is_for() -> None:
    assert all(rule.__doc__ for rule in RULES)


def test_alone_and_active_name_the_same_effects() -> None:
    policy = Policy(rotation_degrees=9, horizontal_flip=0.5, fill=Fill.WRAP, erasing_area=0.2)
    assert active(policy) == ["rotation_degrees", "horizontal_flip"]
    assert alone(policy, "rotation_degrees") == replace(policy, horizontal_flip=0)
    assert active(Policy(width_shift=Shift(ShiftKind.STEPS, 1))) == []


def test_measures_of_nothing_and_of_much() -> None:
    assert measure(Policy.none(), scenes(2)) == Effect(0, 0, 1, 0)
    black = measure(Policy(brightness=Range(0, 0)), scenes(2))
    assert black.clipped_share > 0.9
    assert black.still_share == 0
    shifted = measure(Policy(width_shift=Shift(ShiftKind.FRACTION, 0.5)), scenes(20), draws=8)
    assert shifted.padded_share == pytest.approx(0.25, abs=0.06)


@pytest.mark.parametrize("name", list(PRESETS))
def test_presets_are_sensible_but_for_the_mistakes_that_are_cited(name: str) -> None:
    rules = [(a.rule, a.parameter) for a in lint(PRESETS[name])]
    mistakes = {
        "example 1, as written": [
            ("small-shear", "shear_range"),
            ("zoom-changes-shape", "zoom_range"),
        ],
        # It means what it says, and that is too much.
        "example 1, as probably meant": [("zoom-changes-shape", "zoom_range")],
        "example 3, as written": [
            ("channel-shift-scale", "channel_shift_range"),
            ("cancelled-by-normalisation", "brightness_range"),
        ],
    }
    assert rules == mistakes.get(name, [])


def test_the_articles_examples_are_those_that_its_figures_are_of() -> None:
    assert PRESETS["example 1, as written"] == read_policy(
        {
            "rotation_range": 90,
            "width_shift_range": 0.5,
            "height_shift_range": 0.5,
            "shear_range": 0.5,
            "zoom_range": 0.5,
            "horizontal_flip": True,
            "fill_mode": "nearest",
        }
    )
    assert PRESETS["example 2, as written"] == read_policy(
        {
            "rescale": 1 / 255,
            "rotation_range": 20,
            "width_shift_range": 0.1,
            "height_shift_range": 0.1,
            "horizontal_flip": True,
        }
    )
    assert PRESETS["example 3, as written"] == read_policy(
        {
            "brightness_range": [0.8, 1.2],
            "channel_shift_range": 0.1,
            "samplewise_center": True,
            "samplewise_std_normalization": True,
        }
    )
