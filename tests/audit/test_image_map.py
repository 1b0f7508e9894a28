"""The map's positions and neighbourhoods, on data with a known truth."""

import numpy as np
import pytest
from numpy.typing import NDArray

from inspector.audit.image_map import (
    by_components,
    by_tsne,
    has_tsne,
    neighbourhood,
    points_of,
    scaled_positions,
)


def clusters(per_class: int = 60) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    """Return embeddings of three distant classes, and the classes."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(3, 1_280))
    labels = np.repeat(np.arange(3), per_class)
    x = centres[labels] + 0.3 * rng.normal(size=(len(labels), 1_280))
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float16), labels


def test_classes_lie_apart_in_the_first_two_components() -> None:
    embedding, labels = clusters()
    positions = by_components(embedding)
    assert positions.std(axis=0) == pytest.approx(1, abs=1e-3)
    centres = np.array([positions[labels == c].mean(axis=0) for c in range(3)])
    nearest = ((positions[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == labels).all()


def test_one_with_another_label_lies_among_another_class() -> None:
    embedding, labels = clusters()
    given = labels.copy()
    given[5] = 2
    near = neighbourhood(points_of(embedding), given, np.zeros(len(labels), np.int64))
    assert near.own_class[5] == 0
    assert near.other_class[5] == 0
    assert (near.other_class >= 0).sum() == 1
    assert np.isnan(near.split_mixing)
    rows = np.flatnonzero(given == 2)
    assert rows[near.typicality[rows].argmin()] == 5


def test_splits_of_the_same_regions_are_mixed_as_by_chance_and_others_are_not() -> None:
    embedding, labels = clusters(200)
    points = points_of(embedding)
    drawn = np.random.default_rng(1).integers(0, 2, len(labels))
    assert neighbourhood(points, labels, drawn).split_mixing == pytest.approx(1, abs=0.08)
    assert neighbourhood(points, labels, (labels > 0).astype(np.int64)).split_mixing < 0.02


def test_the_only_image_of_a_class_is_not_like_any_other_of_it() -> None:
    embedding, labels = clusters()
    given = labels.copy()
    given[0] = 3
    near = neighbourhood(points_of(embedding), given, np.zeros(len(labels), np.int64))
    assert np.isnan(near.typicality[0])
    assert np.isfinite(near.typicality[1:]).all()


def test_one_image_and_none_are_laid_out() -> None:
    embedding, _ = clusters()
    none = np.zeros(1, np.int64)
    assert by_components(embedding[:1]).shape == (1, 2)
    assert neighbourhood(points_of(embedding[:1]), none, none).own_class.tolist() == [1]


@pytest.mark.skipif(not has_tsne(), reason="openTSNE is not installed")
def test_tsne_keeps_classes_apart_and_stops() -> None:
    embedding, labels = clusters()
    points, begin = points_of(embedding), by_components(embedding)
    done: list[int] = []
    positions = by_tsne(points, begin, lambda step, of: done.append(step) is None)
    assert positions is not None
    assert done == list(range(25, 751, 25))
    centres = np.array([positions[labels == c].mean(axis=0) for c in range(3)])
    nearest = ((positions[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == labels).mean() > 0.95
    assert by_tsne(points, begin, lambda *_: False) is None


def test_scaled_positions_bear_points_in_one_place() -> None:
    assert not scaled_positions(np.ones((4, 2), np.float32)).any()
