"""The effects child answers like the functions, takes new images, and exits with its parent."""

import os
from collections.abc import Iterator

import numpy as np
import pytest
from tests.augmentation.conftest import smooth

from inspector.augmentation.label_preservation import LabelPreservation, parts
from inspector.augmentation.lint import lint
from inspector.augmentation.policy_effects import levels, measure
from inspector.augmentation.presets import PRESETS
from inspector.augmentation.suggestions import suggested_ranges
from inspector.project.augment.policy_effects import PolicyEffects
from inspector.work.effects_process import (
    Effects,
    EffectsRequest,
    LabelChangeRequest,
    LintRequest,
    MeasuredImages,
    Ranges,
    RangesRequest,
    ReferenceSet,
)

POLICY = PRESETS["example 1, as written"]


@pytest.fixture
def measuring() -> Iterator[PolicyEffects]:
    made = PolicyEffects()
    yield made
    made.close()


def test_answers_are_those_of_the_functions(measuring: PolicyEffects) -> None:
    pictures = tuple(smooth(48, 48, seed=s) for s in range(12))
    labels, groups = tuple(i % 3 for i in range(12)), tuple(range(12))
    reference_set = ReferenceSet(pictures, labels, ("a", "b", "c"), groups, pictures[:4])
    measuring.give(MeasuredImages(pictures[:5]))
    measuring.give(reference_set)
    found = measuring.ask(EffectsRequest(POLICY, PRESETS["photos"]))
    assert isinstance(found, Effects)
    assert found.effect == measure(POLICY, pictures[:5])
    assert found.beside == measure(PRESETS["photos"], pictures[:5])
    assert np.array_equal(found.levels, levels(POLICY, pictures[:5]))
    said = measuring.ask(LintRequest(POLICY, PRESETS["photos"]))
    assert isinstance(said, tuple)
    assert said[0].rule == "normalisation-missing"
    assert list(said[1:]) == lint(POLICY, pictures=pictures[:5])
    ranges = measuring.ask(RangesRequest())
    assert ranges == Ranges(
        tuple(suggested_ranges(pictures, labels, validation=pictures[:4])), True
    )
    name, part = parts(POLICY)[0]
    expected = LabelPreservation(pictures, labels, groups).damage(name, part, 3, 0)
    assert measuring.ask(LabelChangeRequest(name, part)) == expected


def test_other_pictures_are_taken_and_the_child_ends(measuring: PolicyEffects) -> None:
    measuring.give(MeasuredImages((smooth(32, 32),)))
    one = measuring.ask(EffectsRequest(POLICY, None))
    measuring.give(MeasuredImages((smooth(32, 32, seed=5),)))
    two = measuring.ask(EffectsRequest(POLICY, None))
    assert isinstance(one, Effects)
    assert isinstance(two, Effects)
    assert one.effect != two.effect
    child = measuring._child
    assert child is not None
    measuring.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
