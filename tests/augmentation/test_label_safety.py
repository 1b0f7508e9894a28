"""Flips are flagged on digits and not on symmetric objects."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inspector.augmentation.apply import apply_params
from inspector.augmentation.label_preservation import (
    ALL,
    LabelPreservation,
    describe,
    label_damage,
    parts,
    suggested_ranges,
)
from inspector.augmentation.lint import follow
from inspector.augmentation.policy_json import Policy, Range, Shift, ShiftKind
from inspector.augmentation.presets import PRESETS

Pictures = tuple[list[NDArray[np.uint8]], list[int]]


@pytest.fixture(scope="module")
def digits() -> Pictures:
    """Ten digits in three handwritings."""
    random = np.random.default_rng(0)
    pictures, labels = [], []
    fonts = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)
    for digit in range(10):
        for k in range(24):
            picture = np.zeros((32, 32, 3), np.uint8)
            place = (int(random.integers(5, 9)), int(random.integers(23, 27)))
            cv2.putText(picture, str(digit), place, fonts[k % 3], 0.9, (255, 255, 255), 2)
            pictures.append(picture)
            labels.append(digit)
    return pictures, labels


@pytest.fixture(scope="module")
def blobs() -> Pictures:
    """Four classes by colour and size of a spot at any position."""
    random = np.random.default_rng(0)
    pictures, labels = [], []
    for label in range(4):
        for _ in range(30):
            picture = np.full((32, 32, 3), random.integers(90, 120), np.uint8)
            place = (int(random.integers(8, 24)), int(random.integers(8, 24)))
            colour = (230, 60, 40) if label % 2 else (40, 90, 220)
            cv2.circle(picture, place, 4 if label < 2 else 9, colour, -1)
            pictures.append(picture)
            labels.append(label)
    return pictures, labels


def test_a_digit_set_flags_flips(digits: Pictures) -> None:
    policy = Policy(horizontal_flip=0.5, vertical_flip=0.5, rotation_degrees=5)
    found = {d.parameter: d for d in label_damage(policy, *digits)}
    assert set(found) == {"horizontal_flip", "vertical_flip", "rotation_range", ALL}
    for name, side in (("horizontal_flip", "left and right"), ("vertical_flip", "up and down")):
        assert found[name].harmful
        assert side in found[name].message
        assert found[name].kept_share < found[name].plain_share - 0.2
    assert not found["rotation_range"].harmful


def test_the_worst_draws_can_be_shown(digits: Pictures) -> None:
    pictures, labels = digits
    policy = Policy(horizontal_flip=0.5)
    (damage,) = label_damage(policy, pictures, labels)
    assert damage.worst
    for worst in damage.worst:
        shown = apply_params(pictures[worst.index], policy, worst.params)
        assert np.array_equal(shown, pictures[worst.index][:, ::-1])
        near = np.linalg.norm(describe(shown) - describe(pictures[worst.nearest]))
        same = [
            np.linalg.norm(describe(shown) - describe(p))
            for i, (p, label) in enumerate(zip(pictures, labels, strict=True))
            if label == labels[worst.index] and i != worst.index
        ]
        assert labels[worst.nearest] != labels[worst.index]
        assert near < min(same)


def test_things_without_a_side_may_be_flipped(blobs: Pictures) -> None:
    policy = Policy(horizontal_flip=0.5, vertical_flip=0.5, brightness=Range(0.8, 1.2))
    assert not any(d.harmful for d in label_damage(policy, *blobs))


def test_a_hue_that_tells_classes_apart_is_flagged(blobs: Pictures) -> None:
    found = label_damage(Policy(hue_degrees=180), *blobs)
    assert [d.harmful for d in found] == [True]


def test_far_shifts_move_further_than_small_ones(digits: Pictures) -> None:
    near, far = (
        label_damage(Policy(width_shift=Shift(ShiftKind.FRACTION, s)), *digits)[0]
        for s in (0.05, 0.5)
    )
    assert near.moved < far.moved
    assert not near.harmful
    assert far.harmful
    assert near.within == far.within < near.between


def test_the_sensible_preset_for_digits_keeps_them(digits: Pictures) -> None:
    found = label_damage(PRESETS["digits and text"], *digits)
    assert not any(d.harmful for d in found)
    assert label_damage(PRESETS["digits and text"], *digits) == found


def test_nothing_is_told_without_two_classes(digits: Pictures) -> None:
    pictures, _ = digits
    policy = Policy(horizontal_flip=0.5)
    assert label_damage(policy, [], []) == []
    assert label_damage(policy, pictures, [3] * len(pictures)) == []
    assert label_damage(policy, pictures[:2], [0, 1]) == []
    assert label_damage(Policy.none(), *digits) == []


def test_ranges_come_from_the_spread_inside_a_class() -> None:
    random = np.random.default_rng(1)
    pictures = []
    for _ in range(60):
        picture = np.zeros((40, 40, 3), np.float64)
        x = random.integers(14, 27)
        picture[15:25, x - 5 : x + 5] = 160
        pictures.append(np.asarray(picture * random.uniform(0.7, 1.3), np.uint8))
    validation = [np.asarray(p * 0.5, np.uint8) for p in pictures]
    found = {s.parameter: s for s in suggested_ranges(pictures, [0] * 60, validation=validation)}
    low, high = found["brightness_range"].value
    assert low == pytest.approx(0.5, abs=0.06)
    assert high == pytest.approx(1.25, abs=0.12)
    assert found["brightness_range"].measured["validation"] == pytest.approx(0.5, abs=0.05)
    assert found["width_shift_range"].value == pytest.approx(0.13, abs=0.04)
    assert "height_shift_range" not in found
    assert "zoom_range" not in found
    policy = follow(Policy.none(), {s.parameter: s.value for s in found.values()})
    assert policy.brightness == Range(low, high)


def test_too_few_pictures_suggest_nothing() -> None:
    assert suggested_ranges([np.zeros((9, 9, 3), np.uint8)] * 3, [0] * 3) == []


def test_bursts_do_not_vouch_for_a_class(blobs: Pictures) -> None:
    """Each image three times: without groups, a copy is the nearest until it is moved."""
    pictures, labels = blobs
    thrice = [p for p in pictures for _ in range(3)]
    doubled = [label for label in labels for _ in range(3)]
    groups = [i for i in range(len(pictures)) for _ in range(3)]
    ((name, part),) = parts(Policy(horizontal_flip=0.5))
    alone = LabelPreservation(pictures, labels).damage(name, part)
    blind = LabelPreservation(thrice, doubled).damage(name, part)
    seeing = LabelPreservation(thrice, doubled, groups).damage(name, part)
    assert blind.plain_share == 1
    assert seeing.plain_share == pytest.approx(alone.plain_share, abs=0.02)
    assert not seeing.harmful


def test_flat_pictures_are_no_ones_likeness(digits: Pictures) -> None:
    pictures, labels = digits
    flat = [np.full((32, 32, 3), level, np.uint8) for level in (0, 90, 255)]
    ((name, part),) = parts(Policy(rotation_degrees=25))
    plain = LabelPreservation(pictures, labels).damage(name, part)
    with_flat = LabelPreservation([*flat, *pictures], [0, 1, 2, *labels]).damage(name, part)
    assert with_flat.plain_share == plain.plain_share
    assert all(w.nearest >= len(flat) for w in with_flat.worst)


def test_where_plain_pictures_are_mixed_nothing_is_told() -> None:
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 256, (32, 32, 3), dtype=np.uint8) for _ in range(120)]
    labels = [i % 4 for i in range(120)]
    for damage in label_damage(PRESETS["example 1, as written"], pictures, labels):
        assert not damage.told
        assert not damage.harmful
        assert "can't be measured" in damage.message
