"""A policy as JSON, in both forms."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.augmentation.policy_json import (
    LIMITS,
    Distribution,
    Fill,
    Normalisation,
    Policy,
    Range,
    Shift,
    ShiftKind,
    read_policy,
    write_policy,
)
from inspector.errors import UsageError


def within(name: str) -> st.SearchStrategy[float]:
    limit = LIMITS[name]
    return st.floats(limit.low, limit.high)


def ranges(name: str) -> st.SearchStrategy[Range]:
    return st.builds(Range, within(name), within(name))


shifts = st.one_of(
    st.builds(Shift, st.just(ShiftKind.FRACTION), st.floats(0, 0.99)),
    st.builds(Shift, st.just(ShiftKind.PIXELS), st.floats(1, 500)),
    st.builds(Shift, st.just(ShiftKind.STEPS), st.integers(0, 500)),
    st.builds(
        Shift,
        st.just(ShiftKind.CHOICES),
        st.lists(st.floats(-30, 30), min_size=1, max_size=4).map(tuple),
    ),
)
PAIRS = ("zoom", "brightness", "contrast", "saturation", "jpeg_quality")
policies = st.builds(
    Policy,
    width_shift=shifts,
    height_shift=shifts,
    zoom_independent=st.booleans(),
    fill=st.sampled_from(Fill),
    distribution=st.sampled_from(Distribution),
    normalisation=st.builds(
        Normalisation,
        rescale=st.none() | st.floats(1e-4, 2),
        samplewise_center=st.booleans(),
        samplewise_std=st.booleans(),
        featurewise_center=st.booleans(),
        featurewise_std=st.booleans(),
        zca=st.booleans(),
    ),
    **{
        name: ranges(name) if name in PAIRS else within(name)
        for name in LIMITS
        if not name.endswith("_shift")
    },
)


@given(policies)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back_unchanged(policy: Policy) -> None:
    assert read_policy(json.dumps(write_policy(policy))) == policy
    assert read_policy(write_policy(policy)) == policy


@pytest.mark.parametrize(
    ("named", "field", "value"),
    [
        ({"rotation_range": 40}, "rotation_degrees", 40),
        ({"width_shift_range": 0.2}, "width_shift", Shift(ShiftKind.FRACTION, 0.2)),
        ({"width_shift_range": 1.0}, "width_shift", Shift(ShiftKind.PIXELS, 1.0)),
        ({"height_shift_range": 3}, "height_shift", Shift(ShiftKind.STEPS, 3)),
        ({"height_shift_range": [0.25]}, "height_shift", Shift(ShiftKind.CHOICES, (0.25,))),
        ({"height_shift_range": 0}, "height_shift", Shift()),
        ({"shear_range": 0.2}, "shear_degrees", 0.2),
        ({"zoom_range": 0.25}, "zoom", Range(0.75, 1.25)),
        ({"zoom_range": [0.5, 1]}, "zoom", Range(0.5, 1)),
        ({"channel_shift_range": 30.0}, "channel_shift_levels", 30),
        ({"brightness_range": [0.8, 1.2]}, "brightness", Range(0.8, 1.2)),
        ({"brightness_range": None}, "brightness", Range(1, 1)),
        ({"brightness_range": [-0.2, 0.2]}, "brightness", Range(-0.2, 0.2)),
        ({"fill_mode": "wrap"}, "fill", Fill.WRAP),
        ({"cval": 128}, "cval", 128),
        ({"horizontal_flip": True}, "horizontal_flip", 0.5),
        ({"vertical_flip": True}, "vertical_flip", 0.5),
        ({"rescale": 0.5}, "normalisation", Normalisation(rescale=0.5)),
        ({"rescale": 0}, "normalisation", Normalisation()),
        ({"samplewise_center": True}, "normalisation", Normalisation(samplewise_center=True)),
        (
            {"samplewise_std_normalization": True},
            "normalisation",
            Normalisation(samplewise_center=True, samplewise_std=True),
        ),
        ({"featurewise_center": True}, "normalisation", Normalisation(featurewise_center=True)),
        (
            {"featurewise_std_normalization": True},
            "normalisation",
            Normalisation(featurewise_center=True, featurewise_std=True),
        ),
        (
            {"zca_whitening": True, "featurewise_std_normalization": True},
            "normalisation",
            Normalisation(featurewise_center=True, zca=True),
        ),
        ({"validation_split": 0.2, "dtype": "float32"}, "normalisation", Normalisation()),
    ],
)
def test_each_parameter_of_the_generator_has_its_place(
    named: dict[str, Any], field: str, value: object
) -> None:
    policy = read_policy(json.dumps(named))
    assert getattr(policy, field) == value
    assert policy == Policy(**{field: value})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[" * 9000, "not JSON"),
        ("3", "JSON object"),
        ('{"rotation_rang": 3}', "rotation_rang"),
        ('{"rotation_range": "40"}', "rotation_range is '40', but it must be a number"),
        ('{"rotation_range": true}', "must be a number"),
        ('{"rotation_range": NaN}', "must be a number"),
        ('{"rotation_range": 1' + "0" * 400 + "}", "must be a number"),
        ('{"rotation_range": -5}', "0 to 360"),
        ('{"brightness_range": 0.2}', "two numbers"),
        ('{"brightness_range": [1, 2, 3]}', "two numbers"),
        ('{"horizontal_flip": 1}', "true or false"),
        ('{"fill_mode": "nearst"}', "nearst"),
        ('{"fill_mode": ["nearest"]}', "not known"),
        ('{"width_shift_range": -0.2}', "0 to"),
        ('{"width_shift_range": []}', "empty list"),
        ('{"width_shift_range": [-5, 0.5]}', "whole side"),
        ('{"preprocessing_function": "f"}', "preprocessing_function"),
        ('{"policy": 2}', "version 2"),
        ('{"policy": 1, "rotation_range": 3}', "rotation_range"),
        ('{"policy": 1, "width_shift": 0.2}', "a kind and a value"),
        ('{"policy": 1, "width_shift": {"kind": "steps", "value": 1.5}}', "steps"),
        ('{"policy": 1, "width_shift": {"kind": "fraction", "value": 1}}', "fraction"),
        ('{"policy": 1, "normalisation": {"rescal": 1}}', "rescal"),
        ('{"policy": 1, "normalisation": {"rescale": 0}}', "other than 0"),
        ('{"policy": 1, "horizontal_flip": 1.5}', "0 to 1"),
        ('{"policy": 1, "zoom_independent": 0}', "true or false"),
    ],
)
def test_bad_input_is_told_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_policy(text)
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.advice


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(UsageError) as caught:
        read_policy({"rotaton_range": 3})
    assert caught.value.advice == "Did you mean rotation_range?"


def test_nothing_moves_or_changes_by_default() -> None:
    assert not Policy.none().moves_pixels
    assert not Policy(fill=Fill.WRAP, normalisation=Normalisation(rescale=0.5)).changes_pixels
    assert Policy(crop_area=0.5).moves_pixels
    assert not Shift(ShiftKind.STEPS, 1).moves
    assert Shift(ShiftKind.STEPS, 3).reach_px(100) == 2
    assert Shift(ShiftKind.CHOICES, (0.25,)).reach_px(100) == 25
