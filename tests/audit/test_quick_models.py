import numpy as np
import pytest

from inspector.audit.baseline_models import fit, nearest_label, neighbours, ridge_scores, softmax
from inspector.audit.descriptors import describe, reduce, thumbnails16
from inspector.similarity.fingerprints import FINGERPRINT


def _records(n: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    found = np.zeros(n, FINGERPRINT)
    found["luma"] = rng.integers(0, 256, (n, 64, 64))
    found["colour"] = rng.integers(0, 256, (n, 32, 32, 3))
    return found


def test_descriptors_have_their_shape_and_range() -> None:
    found = describe(_records(520))
    assert found.shape == (520, 688)
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found[:, :624].max() <= 1
    assert found.max() <= 2
    assert (describe(_records(520)[515:]) == found[515:]).all()


def test_a_flat_picture_has_no_gradient_and_none_is_no_error() -> None:
    assert not describe(np.zeros(1, FINGERPRINT)).any()
    assert describe(_records(0)).shape == (0, 688)
    assert reduce(describe(_records(0))).shape == (0, 96)
    assert thumbnails16(_records(0)).shape == (0, 256)


def test_a_vertical_edge_falls_into_the_horizontal_direction() -> None:
    record = np.zeros(1, FINGERPRINT)
    record["luma"][0, :, 32:] = 200
    cells = describe(record)[0, :576].reshape(8, 8, 9)
    assert cells[:, 3:5, 0].min() > 0.1
    assert cells[..., 1:].max() == 0


def test_thumbnails_are_block_means() -> None:
    record = _records(1)
    small = thumbnails16(record).reshape(16, 16)
    assert small[2, 3] == pytest.approx(record["luma"][0, 8:12, 12:16].mean() / 255)


def test_reduce_orders_components_and_bounds_their_variance() -> None:
    rng = np.random.default_rng(1)
    x = (rng.normal(size=(500, 100)) * np.linspace(5, 0.1, 100)).astype(np.float32)
    reduced = reduce(x, 20)
    variance = reduced.var(axis=0)
    assert reduced.shape == (500, 20)
    assert variance.max() < 1
    assert (np.diff(variance) < 1e-3).all()


def test_fifteen_steps_agree_with_a_converged_fit() -> None:
    rng = np.random.default_rng(2)
    y = rng.integers(0, 4, 1_000)
    x = (rng.normal(size=(1_000, 64)) + 1.0 * rng.normal(size=(4, 64))[y]).astype(np.float32)
    x /= x.std(axis=0)
    quick, full = fit(x, y, 4), fit(x, y, 4, steps=400)
    fresh = x[rng.permutation(1_000)[:500]] + rng.normal(0, 0.3, (500, 64)).astype(np.float32)
    assert (quick.predict(fresh) == full.predict(fresh)).mean() > 0.97


def test_fit_bears_one_class_and_no_rows() -> None:
    x = np.ones((3, 4), np.float32)
    assert fit(x, np.zeros(3, np.int64), 3).predict(x).tolist() == [0, 0, 0]
    nothing = fit(x[:0], np.zeros(0, np.int64), 2)
    assert np.isfinite(nothing.probabilities(x)).all()


def test_ridge_is_what_solving_each_labelling_gives() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(60, 5)).astype(np.float32)
    targets = (rng.random((60, 3)) < 0.4).astype(np.float32)
    folds = np.arange(60) % 4
    together = ridge_scores(x, targets, folds)
    for column in range(3):
        alone = ridge_scores(x, targets[:, [column]], folds)
        assert together[:, column] == pytest.approx(alone[:, 0], abs=1e-5)


def test_neighbours_against_brute_force() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(80, 3)).astype(np.float32)
    distance = ((x[:, None] - x[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (neighbours(x, x, 5) == distance.argsort(axis=1)[:, :5]).all()
    assert neighbours(x[:1], x[:0]).shape == (1, 0)


def test_nearest_label_skips_what_is_not_allowed() -> None:
    table = np.array([[1, 2], [0, 2]])
    labels = np.array([5, 6, 7])
    assert nearest_label(table, labels, np.array([True, False, True])).tolist() == [7, 5]
    assert nearest_label(table, labels, np.array([False, False, False])).tolist() == [-1, -1]


def test_softmax_of_blocks_is_softmax_of_rows() -> None:
    scores = np.random.default_rng(5).normal(size=(2, 3, 4)).astype(np.float32)
    assert softmax(scores).reshape(6, 4) == pytest.approx(softmax(scores.reshape(6, 4)))
