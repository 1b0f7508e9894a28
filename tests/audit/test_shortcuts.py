"""A property that predicts the class is found; noise, and copies of a few images, are not."""

import numpy as np
import pytest

from inspector.audit.shortcuts.single_property import shortcuts


def _case(n: int, seed: int) -> tuple[np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 3, n), rng


def test_a_size_that_tells_the_class_is_found_first() -> None:
    labels, rng = _case(600, 1)
    size = np.where(labels == 0, 512.0, rng.integers(200, 900, 600))
    found = shortcuts({"noise": rng.random(600), "size": size}, labels, np.arange(600))
    assert [one.name for one in found] == ["size", "noise"]
    assert found[0].shown
    assert not found[1].shown
    assert found[0].low < found[0].accuracy < found[0].high
    assert found[0].chance == pytest.approx(np.bincount(labels).max() / 600)


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_finding(seed: int) -> None:
    labels, rng = _case(300, seed)
    properties = {str(i): rng.random(300) for i in range(8)}
    assert not any(one.shown for one in shortcuts(properties, labels, np.arange(300)))


def test_copies_of_a_few_images_teach_nothing() -> None:
    labels, rng = _case(40, 2)
    repeated = np.repeat(np.arange(40), 50)
    values = rng.random(40)[repeated]
    # Of each image 50 copies: seen as 2,000 images the value would tell the class by heart.
    assert shortcuts({"value": values}, labels[repeated], repeated) == []
    many = shortcuts({"value": values}, labels[repeated], np.arange(2000))
    assert many[0].shown


def test_one_class_or_no_known_value_is_no_finding() -> None:
    assert shortcuts({"a": np.ones(100)}, np.zeros(100, np.int64), np.arange(100)) == []
    labels, _ = _case(100, 3)
    (one,) = shortcuts({"a": np.full(100, np.nan)}, labels, np.arange(100))
    assert not one.shown
