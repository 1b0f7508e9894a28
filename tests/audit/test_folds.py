import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.audit.folds import cut, group_folds, own_groups, random_folds, smallest_mix

rows = st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 12)), min_size=1, max_size=120)


def _arrays(drawn: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    labels = np.array([label for label, _ in drawn], np.int64)
    return labels, np.array([group for _, group in drawn], np.int64)


@given(rows, st.integers(0, 9))
def test_random_folds_spread_every_class(drawn: list[tuple[int, int]], seed: int) -> None:
    labels, _ = _arrays(drawn)
    folds = random_folds(labels, 5, np.random.default_rng(seed))
    for label in np.unique(labels):
        held = np.bincount(folds[labels == label], minlength=5)
        assert held.max() - held.min() <= 1


@given(rows, st.integers(0, 9))
def test_group_folds_cut_no_group(drawn: list[tuple[int, int]], seed: int) -> None:
    labels, group = _arrays(drawn)
    own = own_groups(group)
    folds = group_folds(labels, own, 5, np.random.default_rng(seed))
    assert ((folds >= 0) & (folds < 5)).all()
    for one in np.unique(own):
        assert len(np.unique(folds[own == one])) == 1


@given(rows)
def test_own_groups_leave_the_alone_alone(drawn: list[tuple[int, int]]) -> None:
    _, group = _arrays(drawn)
    own = own_groups(group)
    same = group[:, None] == group[None, :]
    same &= (group >= 0)[:, None]
    np.fill_diagonal(same, True)
    assert (same == (own[:, None] == own[None, :])).all()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=90), st.integers(0, 9))
def test_single_images_are_spread_as_random_folds_do(drawn: list[int], seed: int) -> None:
    labels = np.array(drawn, np.int64)
    folds = group_folds(labels, np.arange(len(labels)), 5, np.random.default_rng(seed))
    for label in np.unique(labels):
        held = np.bincount(folds[labels == label], minlength=5)
        assert held.max() - held.min() <= 1


def test_bursts_are_balanced_by_class() -> None:
    labels = np.repeat(np.arange(100) % 3, 4)
    group = np.repeat(np.arange(100), 4)
    folds = group_folds(labels, group, 5, np.random.default_rng(0))
    for label in range(3):
        held = np.bincount(folds[labels == label], minlength=5)
        assert held.max() - held.min() <= 4


def test_folds_follow_the_seed() -> None:
    labels, group = np.arange(60) % 2, np.arange(60) // 3
    one, two, other = (group_folds(labels, group, 5, np.random.default_rng(s)) for s in (1, 1, 2))
    assert (one == two).all()
    assert (one != other).any()


@settings(max_examples=50)
@given(rows, st.lists(st.integers(0, 30), min_size=5, max_size=5), st.integers(0, 9))
def test_cut_keeps_at_most_what_was_asked(
    drawn: list[tuple[int, int]], size: list[int], seed: int
) -> None:
    labels, _ = _arrays(drawn)
    asked = np.array(size)
    kept = cut(np.arange(len(labels)), labels, asked, np.random.default_rng(seed))
    had = np.bincount(labels, minlength=5)
    assert (np.bincount(labels[kept], minlength=5) == np.minimum(asked, had)).all()
    assert len(np.unique(kept)) == len(kept)


def test_smallest_mix_can_be_had_from_every_fold() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 200)
    group = rng.integers(0, 30, 200)
    folds = [group_folds(labels, own_groups(group), 5, rng), random_folds(labels, 5, rng)]
    size = smallest_mix(labels, folds, 5, 3)
    for one in folds:
        for k in range(5):
            assert (np.bincount(labels[one != k], minlength=3) >= size).all()
