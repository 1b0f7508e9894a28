"""Levels before and after, and samples at a position of one effect's range."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.augmentation.policy_effects import EFFECTS, alone, levels
from inspector.augmentation.policy_json import Policy, Range, Shift, ShiftKind
from inspector.augmentation.presets import PRESETS
from inspector.augmentation.sampling import place_in_range
from tests.augmentation.conftest import smooth


def test_levels_are_shares_and_move_with_the_light() -> None:
    pictures = [smooth(32, 40, seed=s) for s in range(5)]
    shares = levels(Policy(brightness=Range(0.5, 0.5)), pictures)
    assert shares.shape == (2, 3, 64)
    assert shares.sum(axis=2) == pytest.approx(np.ones((2, 3)))
    means = shares @ np.arange(64)
    assert means[1] == pytest.approx(means[0] / 2, rel=0.05)
    mine, _ = np.histogram(np.stack(pictures)[..., 2], bins=64, range=(0, 256))
    assert shares[0, 2] == pytest.approx(mine / mine.sum())


@given(share=st.floats(0, 1))
def test_an_effect_goes_over_its_range_and_leaves_others(share: float) -> None:
    policy = replace(PRESETS["example 1, as written"], rotation_degrees=40)
    drawn = place_in_range(alone(policy, "rotation_degrees"), "rotation_degrees", share,
                           height=20, width=30)  # fmt: skip
    assert drawn.theta == pytest.approx(-40 + 80 * share, abs=1e-6)
    assert (drawn.tx, drawn.ty, drawn.zx, drawn.shear) == (0, 0, 1, 0)
    assert not drawn.flip_horizontal


@pytest.mark.parametrize("name", [e for e in EFFECTS if e != "jpeg_quality"])
def test_every_effect_has_a_place(name: str) -> None:
    policy = Policy(
        rotation_degrees=9, width_shift=Shift(ShiftKind.CHOICES, (0.1, 0.3)),
        height_shift=Shift(ShiftKind.STEPS, 5), shear_degrees=9, zoom=Range(0.5, 1.4),
        horizontal_flip=0.5, vertical_flip=0.5, brightness=Range(0.5, 1.5),
        channel_shift_levels=9, contrast=Range(0.5, 1.5), saturation=Range(0, 2), hue_degrees=9,
        blur_px=2, noise_levels=9, erasing_probability=0.1, erasing_area=0.3, crop_area=0.4,
    )  # fmt: skip
    only = alone(policy, name)
    ends = [place_in_range(only, name, s, height=40, width=40) for s in (0.0, 0.25, 1.0)]
    assert ends[0] != ends[2]
    still = place_in_range(Policy.none(), name, 0.25, height=40, width=40)
    changed = [f for f in still.__slots__ if getattr(still, f) != getattr(ends[2], f)]
    assert 1 <= len(changed) <= 2
