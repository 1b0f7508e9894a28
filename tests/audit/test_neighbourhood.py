"""Unexplained pairs, the domain classifier, properties, seed variability and label errors."""

import numpy as np
import pytest

from inspector.audit import label_errors
from inspector.audit.conditions import ProgressReporter, Study, StudyStopped, thinned
from inspector.audit.domain_classifier import domain_auc, draw_groups, fold_auc, group_table
from inspector.audit.folds import own_groups
from inspector.audit.hidden_groups import unexplained_pairs
from inspector.audit.joined_features import joined
from inspector.audit.label_errors import wrong_labels
from inspector.audit.properties import (
    PropertyGroups,
    bars,
    compare_properties,
    histogram,
    one_hot,
    typical,
)
from inspector.audit.seed_variability import Images, score_seeds

QUIET = ProgressReporter(lambda stage, done, total: None, lambda: False)


def _bursts(bases: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    source = np.repeat(np.arange(bases), size)
    x = rng.normal(size=(bases, 32))[source] + rng.normal(0, 0.05, (bases * size, 32))
    return x.astype(np.float32), source


def test_known_groups_leave_nothing_suspicious() -> None:
    x, source = _bursts(100, 3)
    found = unexplained_pairs(x, source)
    assert found.share == 0
    assert (own_groups(source) == found.group).all()


def test_unknown_bursts_are_suspicious_and_joined() -> None:
    x, source = _bursts(100, 3)
    found = unexplained_pairs(x, np.where(source < 50, source, -1))
    assert found.share == 0.5
    assert len(np.unique(found.group)) == 100
    assert (found.pairs[:, 0] < found.pairs[:, 1]).all()


def test_a_known_group_joins_as_a_whole() -> None:
    x, source = _bursts(60, 4)
    known = np.where(np.arange(240) % 4 < 2, source, -1)
    assert len(np.unique(unexplained_pairs(x, known).group)) == 60


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_a_handful_is_no_error(n: int) -> None:
    assert len(unexplained_pairs(np.zeros((n, 4), np.float32), np.full(n, -1)).group) == n


def _setting(x: np.ndarray, group: np.ndarray, folder: np.ndarray) -> Study:
    return Study(
        x.astype(np.float32), np.arange(len(x)) % 2, group, group, np.flatnonzero(~folder),
        np.flatnonzero(folder), 2, 5, 0, QUIET,
    )  # fmt: skip


def test_sessions_are_no_false_alarm_but_images_would_be() -> None:
    rng = np.random.default_rng(5)
    session = np.repeat(np.arange(30), 20)
    x = rng.normal(size=(30, 16))[session] + rng.normal(size=(600, 16))
    folder = session >= 20
    by_session = domain_auc(_setting(x, session, folder), np.flatnonzero(folder))
    by_image = domain_auc(_setting(x, np.arange(600), folder), np.flatnonzero(folder))
    assert by_session.p is not None
    assert by_session.p > 0.05
    assert by_image.p == 0.005
    assert (by_session.null_unit, by_image.null_unit) == ("group", "image")


def test_real_difference_beats_every_draw() -> None:
    rng = np.random.default_rng(6)
    folder = np.arange(500) >= 300
    x = rng.normal(size=(500, 16)) + 1.0 * folder[:, None]
    found = domain_auc(_setting(x, np.arange(500), folder), np.flatnonzero(folder))
    assert found.p == 0.005
    assert found.value is not None
    assert found.value > 0.95


def test_draws_that_can_not_be_fair_count_against_a_finding() -> None:
    # Two groups, one of them the folder: every pseudo-folder is one of the two.
    folder = np.arange(100) >= 80
    x = np.random.default_rng(0).normal(size=(100, 4)) + 5.0 * folder[:, None]
    group = folder.astype(np.int64)
    found = domain_auc(_setting(x, group, folder), np.flatnonzero(folder))
    assert found.p is None or found.p > 0.5


def test_auc_by_hand() -> None:
    scores = np.array([[0.1], [0.4], [0.35], [0.8]], np.float32)
    labelling = np.array([[False], [False], [True], [True]])
    assert fold_auc(scores, labelling, np.zeros(4, np.int64))[0] == 0.75
    assert np.isnan(fold_auc(scores, ~labelling | True, np.zeros(4, np.int64))[0])


def test_drawn_groups_reach_the_size_and_mix() -> None:
    rng = np.random.default_rng(0)
    table = np.zeros((200, 3), np.int64)
    table[np.arange(200), np.arange(200) % 3] = rng.integers(1, 4, 200)
    table[:20, :] = rng.integers(1, 3, (20, 3))
    wanted = np.array([40, 30, 20])
    cells = np.repeat(np.arange(600), table.ravel())
    images = cells // 3, cells % 3
    for _ in range(20):
        picked = draw_groups(group_table(*images), wanted, rng)
        drawn = table[picked].sum(axis=0)
        assert (np.abs(drawn - wanted) <= 4).all()
        assert group_table(*images).images(picked).tolist() == drawn.tolist()


def test_thinning_leaves_one_of_each_group() -> None:
    group = np.arange(90) // 3
    kept = thinned(np.arange(90), group, np.random.default_rng(0))
    assert group[kept].tolist() == list(range(30))


def _sides(n: int, group: np.ndarray | None = None) -> PropertyGroups:
    folder = np.arange(n) >= n * 2 // 3
    alone = np.full(n, -1) if group is None else group
    return PropertyGroups(np.arange(n) % 2, alone, ~folder, folder)


def test_properties_that_differ_are_named_first() -> None:
    rng = np.random.default_rng(0)
    sides = _sides(300)
    found = compare_properties(
        {"noise": rng.random(300), "light": rng.random(300) + sides.in_folder,
         "unknown": np.full(300, np.nan)}, sides,
    )  # fmt: skip
    light, noise = found[0], next(one for one in found if one.name == "noise")
    assert (light.name, light.differs) == ("light", True)
    assert light.auc is not None
    assert light.auc > 0.95
    assert not noise.differs
    assert next(one for one in found if one.name == "unknown").auc is None
    assert sum(light.histogram.training) == 200
    assert sum(light.histogram.folder) == 100
    assert light.unit == "value"
    assert light.folder is not None
    assert light.training is not None
    assert light.folder - light.training == pytest.approx(1, abs=0.15)
    assert bars(light)[0] == pytest.approx([n / 200 for n in light.histogram.training])


def test_what_an_image_has_or_has_not_is_a_share() -> None:
    sides = _sides(300)
    flags = {"EXIF camera": (np.arange(300) % 4 == 0) | sides.in_folder}
    (found,) = compare_properties({k: v.astype(float) for k, v in flags.items()}, sides)
    assert (found.unit, found.training, found.folder) == ("share", 0.25, 1.0)
    assert bars(found) == ((0.75, 0.25), (0.0, 1.0), ("no", "yes"))


def test_a_property_of_sessions_does_not_differ_by_chance() -> None:
    rng = np.random.default_rng(1)
    session = np.repeat(np.arange(60), 10)
    light = {"light": rng.random(60)[session]}
    assert not compare_properties(light, _sides(600, session))[0].differs


def test_few_groups_have_no_p() -> None:
    session = np.repeat(np.arange(6), 50)
    found = compare_properties({"light": np.arange(300.0)}, _sides(300, session))[0]
    assert found.auc == 1
    assert found.p is None
    assert not found.differs


def test_formats_become_columns() -> None:
    values, codes = ["png", "jpeg", "", "bmp", "gif"], np.array([0, 1, 1, 2, 3], np.int32)
    columns = one_hot("format", values, codes, unknown="")
    assert list(columns) == ["format jpeg", "format bmp", "format png"]
    assert columns["format png"][:3].tolist() == [1, 0, 0]
    assert np.isnan(columns["format png"][3])
    assert list(one_hot("format", ["png", "jpeg"], codes[:3])) == ["format jpeg"]
    assert one_hot("format", values, codes[:1]) == {}


def test_a_histogram_of_one_value() -> None:
    found = histogram(np.full(4, 7.0), np.array([True, False, False, True]))
    assert (sum(found.training), sum(found.folder)) == (2, 2)
    assert found.edges[0] < 7 < found.edges[-1]


def _membership(seed: int) -> np.ndarray:
    mask = np.zeros(100, np.bool_)
    mask[np.random.default_rng(seed).permutation(100)[:20]] = True
    return mask


def test_luck_counts_twins_and_ranks_the_seed() -> None:
    x, source = _bursts(50, 2)
    images = Images(x, source % 2, np.arange(100).reshape(50, 2))
    found = score_seeds(images, _membership, range(30))
    mask = _membership(3)
    neighbours = [i for i in np.flatnonzero(mask) if not mask[i ^ 1]]
    assert found.leak_rate[3] == len(neighbours) / 20
    deviation = abs((source[mask] % 2).mean() - 0.5)
    assert found.class_deviation[3] == pytest.approx(deviation)
    rank = found.percentile("accuracy", 3)
    assert rank is not None
    assert 0 <= rank <= 1
    assert found.percentile("accuracy", 99) is None


def test_luck_bears_empty_draws_and_stops() -> None:
    x, source = _bursts(50, 2)
    images = Images(x, source % 2, np.zeros((0, 2), np.int64))
    found = score_seeds(images, lambda seed: np.full(100, seed == 0), range(2))
    assert np.isnan(found.accuracy).all()
    assert found.percentile("accuracy", 0) is None
    with pytest.raises(StudyStopped):
        score_seeds(images, _membership, stop=lambda: True)


def wrongly_labelled() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return 600 images of three classes, their classes, their labels, and which are wrong."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 600)
    x = (rng.normal(size=(600, 20)) + 2.0 * rng.normal(size=(3, 20))[y]).astype(np.float32)
    planted = rng.choice(600, 30, replace=False)
    given = y.copy()
    given[planted] = (y[planted] + 1) % 3
    return x, y, given, planted


def test_planted_wrong_labels_come_first() -> None:
    x, y, given, planted = wrongly_labelled()
    found = wrong_labels(x, given, np.full(600, -1))
    assert set(found.index[:25]) <= set(planted)
    assert (found.suggested[:25] == y[found.index[:25]]).all()
    assert (np.diff(found.score) >= 0).all()
    assert len(wrong_labels(x[:5], given[:5], np.full(5, -1)).index) == 0


def test_models_of_samples_find_planted_labels_too(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, given, planted = wrongly_labelled()
    x = x.astype(np.float16)
    whole = wrong_labels(x, given, np.full(600, -1))
    monkeypatch.setattr(label_errors, "MAX_PROBABILITIES", 0)
    monkeypatch.setattr(label_errors, "MAX_LEARNED", 900)
    monkeypatch.setattr(label_errors, "_MAX_AT_ONCE", 150)
    found = wrong_labels(x, given, np.full(600, -1))
    assert (found.learned, whole.learned) == (300, 0)
    assert found.probabilities.shape == (0, 0)
    assert sorted(found.ranking) == list(range(600))
    assert set(found.index[:25]) <= set(planted)
    assert (found.suggested[:25] == y[found.index[:25]]).all()
    for errors in (whole, found):
        assert (errors.likeliest[:, 0] == errors.suggested).all()
        assert (np.diff(errors.confidence, axis=1) <= 0).all()
        assert np.allclose(errors.confidence.sum(axis=1), 1, atol=1e-5)


def test_models_of_many_classes_learn_some_images_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_errors, "MAX_PROBABILITIES", 1_000)
    labels = np.arange(900) % 3
    rng = np.random.default_rng(0)
    x = (np.eye(3)[labels] + rng.normal(size=(900, 3))).astype(np.float32)
    assert wrong_labels(x, labels, np.full(900, -1)).learned == 0
    monkeypatch.setattr(label_errors, "MAX_LEARNED", 3)
    assert wrong_labels(x, labels, np.full(900, -1)).learned == 30


def test_equally_probable_classes_are_in_their_order() -> None:
    probabilities = np.zeros((2, 30), np.float32)
    probabilities[:, 7] = 1
    own, likeliest, confidence = label_errors._judged(probabilities, np.array([0, 7]))
    assert likeliest.tolist() == [[7, 0, 1]] * 2
    assert own.tolist() == [0, 1]
    assert confidence.tolist() == [[1, 0, 0]] * 2


def test_a_burst_with_one_wrong_label_does_not_vouch_for_itself() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat(rng.integers(0, 2, 100), 5)
    source = np.repeat(np.arange(100), 5)
    base = rng.normal(size=(100, 30)) + 0.4 * np.sign(y[::5, None] - 0.5)
    x = (base[source] + rng.normal(0, 0.01, (500, 30))).astype(np.float32)
    given = np.where(source == 7, 1 - y, y)
    found = wrong_labels(x, given, source)
    assert set(np.flatnonzero(source == 7)) <= set(found.index[:5])


def test_equal_medians_are_not_called_different_by_their_median() -> None:
    rng = np.random.default_rng(3)
    width = np.full(320, 224.0)
    odd = np.flatnonzero(np.arange(200) % 5 >= 3)
    width[odd] = 224 + 8 * rng.integers(1, 9, len(odd))
    inside = np.arange(320) >= 200
    sides = PropertyGroups(np.arange(320) % 2, np.full(320, -1), ~inside, inside)
    (found,) = compare_properties({"width": width}, sides)
    assert found.differs
    assert typical(found, found.training) == "60% at 224"
    assert typical(found, found.folder) == "100% at 224"


def test_equal_medians_without_a_common_value_show_a_quartile() -> None:
    rng = np.random.default_rng(4)
    light = np.concatenate([rng.normal(0.5, 0.01, 200), rng.normal(0.5, 0.2, 200)])
    light[199], light[399] = 0.5, 0.5
    light -= np.where(np.arange(400) < 200, np.median(light[:200]), np.median(light[200:])) - 0.5
    inside = np.arange(400) >= 200
    sides = PropertyGroups(np.arange(400) % 2, np.full(400, -1), ~inside, inside)
    (found,) = compare_properties({"light": light}, sides)
    assert typical(found, found.training) != typical(found, found.folder)
    assert "quartile" in typical(found, found.training)


def test_every_row_is_ranked_and_only_contradicted_labels_are_listed() -> None:
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, 3_000)
    x = (rng.normal(size=(3_000, 8)) + 0.4 * rng.normal(size=(3, 8))[y]).astype(np.float32)
    found = wrong_labels(x, y, np.full(3_000, -1))
    assert sorted(found.ranking) == list(range(3_000))
    assert len(found.index) == 150
    assert (found.suggested != y[found.index]).all()
    own = found.probabilities[found.ranking, y[found.ranking]]
    assert (np.diff(own) >= 0).all()


def test_joined_features_hold_both_and_bear_images_without_an_embedding() -> None:
    rng = np.random.default_rng(2)
    descriptors = rng.normal(size=(400, 120)).astype(np.float32)
    embedding = rng.normal(size=(400, 1_280)).astype(np.float16)
    assert joined(None, descriptors).shape == (400, 96)
    both = joined(embedding, descriptors)
    assert both.shape == (400, 256 + 96)
    embedding[7] = 0
    without = joined(embedding, descriptors)
    assert not without[7, :256].any()
    assert np.isfinite(without).all()
    assert joined(np.zeros_like(embedding), descriptors).shape == (400, 96)
