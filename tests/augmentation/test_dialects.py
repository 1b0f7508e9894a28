"""Generated code does what the preview showed: run with the real libraries and compared."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inspector.augmentation.apply import augment, normalise
from inspector.augmentation.dialects import to_code
from inspector.augmentation.policy_json import (
    Distribution,
    Fill,
    Normalisation,
    Policy,
    Range,
    Shift,
    ShiftKind,
    read_policy,
)
from inspector.code_reading.reading import parse_code
from inspector.errors import UsageError
from tests.augmentation.conftest import RunKeras, smooth
from tests.augmentation.test_apply import EVERYTHING
from tests.augmentation.test_policies import policies, shifts, within


def run_function(policy: Policy) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(to_code(policy, "function"), names)
    return names


def fraction(value: float) -> Shift:
    return Shift(ShiftKind.FRACTION, value)


@given(policies, st.integers(2, 40), st.integers(2, 40), st.integers(0, 9))
@example(Policy(blur_px=5e-324), 2, 2, 1)
@settings(max_examples=80, deadline=None)
def test_the_function_gives_our_very_pixels(
    policy: Policy, height: int, width: int, epoch: int
) -> None:
    picture = smooth(height, width)
    ours = augment(picture, policy, seed=3, epoch=epoch, image_id="ab")
    theirs = run_function(policy)["augment"](picture, seed=3, epoch=epoch, image_id="ab")
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize(
    "policy",
    [
        Policy.none(),
        Policy(horizontal_flip=0.5),
        EVERYTHING,
        replace(EVERYTHING, distribution=Distribution.UNIFORM, fill=Fill.CONSTANT, cval=12.5),
        Policy(width_shift=Shift(ShiftKind.STEPS, 3), vertical_flip=0.5),
        Policy(height_shift=Shift(ShiftKind.CHOICES, (0.25,)), fill=Fill.WRAP),
    ],
)
def test_the_function_gives_our_very_pixels_in_many_epochs(policy: Policy) -> None:
    picture = smooth(30, 44)
    function = run_function(policy)["augment"]
    for epoch in range(25):
        ours = augment(picture, policy, seed=0, epoch=epoch, image_id="a")
        assert np.array_equal(ours, function(picture, seed=0, epoch=epoch, image_id="a"))
        assert not np.shares_memory(function(picture, seed=0, epoch=epoch, image_id="a"), picture)


def test_the_function_is_short_for_an_ordinary_policy() -> None:
    policy = read_policy(
        {"rotation_range": 40, "width_shift_range": 0.2, "zoom_range": 0.2, "horizontal_flip": True}
    )
    body = to_code(policy, "function").split("def augment")[1]
    assert len(body.splitlines()) <= 32


def test_the_function_normalises_as_we_do() -> None:
    wanted = Normalisation(
        rescale=1 / 255,
        samplewise_center=True,
        samplewise_std=True,
        featurewise_center=True,
        featurewise_std=True,
        zca=True,
    )
    batch = np.stack([smooth(9, 8, seed=s) for s in range(3)])
    numbers = {"mean": np.float32([0.1, 0.2, 0.3]), "std": np.float32([1, 2, 3])}
    names = run_function(Policy(normalisation=wanted))
    ours = normalise(batch.astype(np.float32), wanted, **numbers)
    assert np.array_equal(names["normalise"](batch, **numbers), ours)


generators = st.builds(
    Policy,
    rotation_degrees=within("rotation_degrees"),
    width_shift=shifts,
    height_shift=shifts,
    shear_degrees=within("shear_degrees"),
    zoom=st.builds(Range, st.floats(0, 2), st.floats(0, 2)),
    horizontal_flip=st.sampled_from([0.0, 0.5]),
    vertical_flip=st.sampled_from([0.0, 0.5]),
    brightness=st.builds(Range, within("brightness"), within("brightness")),
    channel_shift_levels=within("channel_shift_levels"),
    fill=st.sampled_from(Fill),
    cval=within("cval"),
    normalisation=st.builds(
        Normalisation, rescale=st.none() | st.just(1 / 255), samplewise_center=st.booleans()
    ),
)


def readable(shift: Shift) -> bool:
    """Tell whether ImageDataGenerator can express it: not with a fraction above the whole side."""
    if not isinstance(shift.value, tuple):
        return shift != Shift(ShiftKind.STEPS, 0)
    return max(shift.value) >= 1 or min(shift.value) > -1


@given(generators, st.sampled_from(["2.8", "2.9", "3"]))
@settings(max_examples=60, deadline=None)
def test_generator_code_is_read_back_unchanged(policy: Policy, version: str) -> None:
    if readable(policy.width_shift) and readable(policy.height_shift):
        assert parse_code(to_code(policy, "idg", version), keras_version=version) == policy


def test_shifts_are_exchanged_for_new_keras_only() -> None:
    policy = Policy(width_shift=fraction(0.1))
    assert "width_shift_range=0.1" in to_code(policy, "idg", "2.8")
    assert "#" not in to_code(policy, "idg", "2.8")
    new = to_code(policy, "idg", "3")
    assert "    height_shift_range=0.1" in new
    assert "exchanged" in new
    assert "square" in new


RUN_GENERATOR = """
exec(str(code))
result = {}
np.random.seed(int(seed))
for i in range(40):
    out = generator.random_transform(picture.astype("float32"))
    result[str(i)] = generator.standardize(out)
"""


def test_generator_code_moves_the_right_way_in_the_real_keras(keras: RunKeras) -> None:
    """A sideways shift alone: rows stay in place."""
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[10] = 200
    policy = Policy(width_shift=fraction(0.3), normalisation=Normalisation(rescale=1 / 200))
    code = to_code(policy, "idg", "3")
    found = keras(RUN_GENERATOR, code=np.array(code), seed=np.array(1), picture=picture)
    for out in found.values():
        np.testing.assert_allclose(out[10], 1.0, atol=1e-5)
        np.testing.assert_allclose(np.delete(out, 10, axis=0), 0.0, atol=1e-5)


def test_generator_code_changes_pictures_as_much_as_we_do(keras: RunKeras) -> None:
    policy = Policy(
        rotation_degrees=20,
        width_shift=fraction(0.1),
        height_shift=fraction(0.2),
        zoom=Range(0.8, 1.2),
        horizontal_flip=0.5,
        brightness=Range(0.7, 1.3),
    )
    picture = smooth(48, 48)
    code = to_code(policy, "idg", "3")
    found = keras(RUN_GENERATOR, code=np.array(code), seed=np.array(0), picture=picture)
    theirs = np.mean([np.abs(out - picture).mean() for out in found.values()])
    ours = np.mean(
        [
            np.abs(augment(picture, policy, seed=0, epoch=e, image_id="a") - 1.0 * picture).mean()
            for e in range(40)
        ]
    )
    assert ours == pytest.approx(theirs, rel=0.15)


# A layer takes its seed when it is made: the seed is set before that.
RUN_LAYERS = """
import keras
keras.utils.set_random_seed(0)
names = {}
exec(str(code), names)
batch = np.repeat(picture[None].astype("float32"), 160, axis=0)
result = {"plain": np.array(names["augmentation"](batch, training=False))}
result["out"] = np.array(names["augmentation"](batch, training=True))
if "normalisation" in names:
    result["normal"] = np.array(names["normalisation"](batch))
"""


@pytest.mark.parametrize(
    ("policy", "tolerance"),
    [
        (Policy(rotation_degrees=20), 0.15),
        (Policy(width_shift=fraction(0.2)), 0.2),
        (Policy(height_shift=fraction(0.2), fill=Fill.REFLECT), 0.2),
        (Policy(zoom=Range(0.7, 1.2)), 0.2),
        (Policy(zoom=Range(0.7, 1.2), zoom_independent=False), 0.2),
        (Policy(shear_degrees=15), 0.4),
        (Policy(horizontal_flip=0.5), 0.4),
        (Policy(vertical_flip=0.5), 0.4),
        (Policy(brightness=Range(0.7, 1.3)), 0.2),
        (Policy(channel_shift_levels=25), 0.3),
        (Policy(contrast=Range(0.6, 1.4)), 0.25),
        (Policy(erasing_probability=1, erasing_area=0.3), 0.5),
        (Policy(saturation=Range(0.5, 1.5)), 0.6),
        (Policy(hue_degrees=40), 0.6),
    ],
)
def test_layers_change_pictures_as_much_as_we_do(
    keras: RunKeras, policy: Policy, tolerance: float
) -> None:
    picture = smooth(48, 48)
    found = keras(RUN_LAYERS, code=np.array(to_code(policy, "layers")), picture=picture)
    assert np.abs(found["plain"] - picture).max() == 0
    theirs = np.abs(found["out"] - picture).mean()
    ours = np.mean(
        [
            np.abs(augment(picture, policy, seed=0, epoch=e, image_id="a") - 1.0 * picture).mean()
            for e in range(60)
        ]
    )
    assert ours == pytest.approx(theirs, rel=tolerance)


def test_layers_shift_along_the_axis_of_the_name(keras: RunKeras) -> None:
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[10] = 200
    code = to_code(Policy(width_shift=fraction(0.3)), "layers")
    found = keras(RUN_LAYERS, code=np.array(code), picture=picture)
    np.testing.assert_allclose(found["out"], found["plain"], atol=1e-3)


def test_layers_blur_and_are_read_back(keras: RunKeras) -> None:
    picture = smooth(48, 48)
    policy = Policy(
        blur_px=2,
        rotation_degrees=36,
        horizontal_flip=0.5,
        normalisation=Normalisation(rescale=1 / 255),
    )
    code = to_code(policy, "layers")
    found = keras(RUN_LAYERS, code=np.array(code), picture=picture)
    assert found["out"][:, 10:-10, 10:-10].std() < picture.std()
    assert parse_code(code) == policy


def test_layers_normalise_as_we_do(keras: RunKeras) -> None:
    wanted = Normalisation(rescale=1 / 255, samplewise_center=True, samplewise_std=True)
    picture = smooth(20, 20)
    code = to_code(Policy(normalisation=wanted), "layers")
    found = keras(RUN_LAYERS, code=np.array(code), picture=picture)
    ours = normalise(picture[np.newaxis].astype(np.float32), wanted)
    np.testing.assert_allclose(found["normal"][:1], ours, atol=1e-4)


@pytest.mark.parametrize("target", ["idg", "layers"])
@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Policy(noise_levels=5), "noise"),
        (Policy(jpeg_quality=Range(30, 90)), "JPEG"),
        (Policy(crop_area=0.5), "cutting out"),
        (Policy(rotation_degrees=9, distribution=Distribution.TRUNCATED_NORMAL), "truncated"),
        (Policy(horizontal_flip=0.3), "0.3"),
        (Policy(normalisation=Normalisation(featurewise_center=True)), "training_images"),
    ],
)
def test_what_has_no_equivalent_is_said(policy: Policy, words: str, target: str) -> None:
    code = to_code(policy, target)
    notes = [line for line in code.splitlines() if line.startswith("#")]
    assert any(words in note for note in notes)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Policy(width_shift=Shift(ShiftKind.PIXELS, 3.0)), "width_shift in pixels"),
        (Policy(zoom=Range(0, 2.5)), "zoom factor"),
        (Policy(contrast=Range(0.5, 1.2)), "contrast factor"),
        (Policy(normalisation=Normalisation(zca=True)), "ZCA"),
    ],
)
def test_what_layers_can_not_is_said_and_not_imitated(policy: Policy, words: str) -> None:
    code = to_code(policy, "layers")
    assert words in code
    assert "augmentation = keras.Sequential([\n    keras.layers.Identity(),\n])" in code


def test_json_is_the_richer_form() -> None:
    assert read_policy(to_code(EVERYTHING, "json")) == EVERYTHING
    assert json.loads(to_code(EVERYTHING, "json"))["policy"] == 1


def test_a_bad_version_is_told() -> None:
    with pytest.raises(UsageError):
        to_code(Policy(), "idg", "latest")
