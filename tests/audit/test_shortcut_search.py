"""Shortcuts with a known truth: a planted marker is found, chance and bursts are not."""

import cv2
import numpy as np
import pytest

from inspector.audit.shortcuts.features import (
    VALUES,
    FeatureBlock,
    block,
    compression_of,
    measure_surroundings,
    surroundings_of,
    without_centre,
)
from inspector.audit.shortcuts.marks import HEIGHT, PLACES, WIDTH, measure_marks, repetition
from inspector.audit.shortcuts.probes import (
    ImageFacts,
    Measured,
    around_centre,
    describe_around,
    probes_of,
)
from inspector.audit.shortcuts.search import (
    MAX_IMAGES,
    Probe,
    ProbeName,
    ShortcutQuestion,
    ShortcutVerdict,
    find_shortcuts,
)
from inspector.similarity.fingerprints import FINGERPRINT


def question(
    columns: dict[ProbeName, np.ndarray], labels: np.ndarray, group: np.ndarray | None = None,
    training: np.ndarray | None = None,
) -> ShortcutQuestion:  # fmt: skip
    n = len(labels)
    training = np.ones(n, np.bool_) if training is None else training
    group = np.arange(n) if group is None else group
    probes = tuple(Probe(name, values.astype(np.float32)) for name, values in columns.items())
    return ShortcutQuestion(probes, labels, group, training, ~training)


def noise(draw: np.random.Generator, n: int, columns: int = 6) -> np.ndarray:
    return draw.normal(size=(n, columns))


def test_a_marker_on_a_fifth_of_a_class_is_found_among_noise() -> None:
    draw = np.random.default_rng(1)
    labels = np.arange(500) % 2
    marked = (labels == 1) & (draw.random(500) < 0.2)
    columns = np.concatenate([noise(draw, 500), marked[:, None]], axis=1)
    found = find_shortcuts(
        question({ProbeName.FORMAT: columns, ProbeName.SIZE: noise(draw, 500)}, labels)
    )
    assert [(r.probe, r.verdict is ShortcutVerdict.YES) for r in found] == [
        (ProbeName.FORMAT, True), (ProbeName.SIZE, False),
    ]  # fmt: skip
    assert found[0].accuracy > found[0].chance + 0.05
    assert found[0].low < found[0].accuracy < found[0].high
    # The images that show it carry the marker, or are of the other class.
    ones = [row for row in found[0].examples if labels[row] == 1]
    assert ones
    assert marked[ones].all()


@pytest.mark.parametrize("classes", [2, 5])
def test_a_class_that_is_the_marker_is_named_on_the_folder_too(classes: int) -> None:
    draw = np.random.default_rng(2)
    labels = draw.integers(0, classes, 400)
    training = np.arange(400) < 300
    columns = labels[:, None] * 10.0 + noise(draw, 400, 1)
    (found,) = find_shortcuts(
        question({ProbeName.FILE_SIZE: columns}, labels, training=training), permutations=199
    )
    assert found.verdict is ShortcutVerdict.YES
    assert found.folder is not None
    assert found.folder.verdict is ShortcutVerdict.YES
    assert found.folder.chance < 0.7
    assert found.folder.accuracy > 0.9


@pytest.mark.parametrize(
    ("there", "verdict", "other_way_round"),
    [
        (0, ShortcutVerdict.NO, False),
        (1, ShortcutVerdict.YES, False),
        (-1, ShortcutVerdict.NO, True),
    ],
)
def test_a_marker_of_training_is_judged_apart_on_the_folder(
    there: int, verdict: ShortcutVerdict, other_way_round: bool
) -> None:  # fmt: skip
    draw = np.random.default_rng(7)
    labels = np.arange(500) % 2
    training = np.arange(500) < 300
    marker = np.where(training, labels, there * labels + (there < 0))
    columns = np.concatenate([noise(draw, 500, 2), marker[:, None]], axis=1)
    (found,) = find_shortcuts(question({ProbeName.FORMAT: columns}, labels, training=training))
    assert found.verdict is ShortcutVerdict.YES
    assert found.folder is not None
    assert found.folder.verdict is verdict
    assert found.folder.reversed is other_way_round


def test_a_folder_of_another_class_balance_has_another_chance() -> None:
    """Every image of the folder looks like its larger class: right by its balance alone."""
    draw = np.random.default_rng(10)
    training = np.arange(500) < 300
    labels = np.where(training, np.arange(500) % 2, draw.random(500) < 0.9).astype(np.int64)
    columns = np.where(training, labels, 1)[:, None] + noise(draw, 500, 1) / 10
    (found,) = find_shortcuts(question({ProbeName.FORMAT: columns}, labels, training=training))
    assert found.verdict is ShortcutVerdict.YES
    assert found.folder is not None
    assert found.folder.accuracy == pytest.approx(found.folder.chance) == (labels[300:]).mean()
    assert found.folder.verdict is ShortcutVerdict.NO


def test_a_folder_of_few_groups_is_inconclusive() -> None:
    draw = np.random.default_rng(11)
    labels = np.arange(400) % 2
    training = np.arange(400) < 300
    group = np.where(training, np.arange(400), 300 + np.arange(400) % 10)
    columns = labels[:, None] + noise(draw, 400, 1) / 10
    (found,) = find_shortcuts(
        question({ProbeName.FORMAT: columns}, labels, group, training), permutations=199
    )
    assert found.folder is not None
    assert found.folder.accuracy == 1
    assert found.folder.verdict is ShortcutVerdict.CANNOT_TELL


def test_what_training_knows_of_the_folder_is_left_out() -> None:
    draw = np.random.default_rng(3)
    labels = np.arange(200) % 2
    group = np.arange(200)
    training = np.arange(200) < 100
    group[100:] = group[:100]
    (found,) = find_shortcuts(
        question({ProbeName.FILE_SIZE: noise(draw, 200, 1)}, labels, group, training),
        permutations=99,
    )
    assert found.folder is None


def test_bursts_that_share_a_class_are_no_shortcut() -> None:
    """A null that permutes images instead of groups would nearly always say yes."""
    yes = 0
    for seed in range(12):
        draw = np.random.default_rng(seed)
        labels = np.repeat(draw.permutation(np.arange(30) % 2), 10)
        group = np.repeat(np.arange(30), 10)
        columns = noise(draw, 30, 3)[group]
        (found,) = find_shortcuts(
            question({ProbeName.COLOUR: columns}, labels, group), permutations=199, seed=seed
        )
        yes += found.verdict is ShortcutVerdict.YES
    assert yes <= 1


def test_unknown_values_are_a_value_of_their_own() -> None:
    draw = np.random.default_rng(4)
    labels = np.arange(300) % 2
    columns = noise(draw, 300, 1)
    columns[labels == 1] = np.nan
    (found,) = find_shortcuts(question({ProbeName.CAMERA: columns}, labels), permutations=199)
    assert found.accuracy > 0.98


def test_a_large_dataset_is_judged_by_whole_groups_of_it() -> None:
    draw = np.random.default_rng(5)
    n = 3 * MAX_IMAGES
    labels = np.arange(n) % 2
    columns = labels[:, None] + noise(draw, n, 1)
    group = np.arange(n) // 3
    (found,) = find_shortcuts(
        question({ProbeName.FILE_SIZE: columns}, labels, group), permutations=99
    )
    assert found.accuracy == pytest.approx(0.69, abs=0.05)


@pytest.mark.parametrize("labels", [np.zeros(100, np.int64), np.arange(10) % 2])
def test_one_class_or_few_groups_give_no_answer(labels: np.ndarray) -> None:
    columns = {ProbeName.FILE_SIZE: np.ones((len(labels), 1))}
    assert find_shortcuts(question(columns, labels)) == ()


def test_surroundings_see_a_border_and_what_is_written() -> None:
    draw = np.random.default_rng(6)
    plain = draw.integers(60, 200, (192, 192, 3), np.uint8)
    bordered = plain.copy()
    bordered[:12] = 0
    written = plain.copy()
    written[170:174, 120:190:7] = 255
    values = np.stack([measure_surroundings(p) for p in (plain, bordered, written)])
    assert values.shape == (3, VALUES)
    border = block(values, FeatureBlock.BORDER)
    assert border[1, 0] > border[0, 0] == 0
    overlay = block(values, FeatureBlock.OVERLAY)
    assert np.abs(overlay[2] - overlay[0]).max() > 0.01


def stamped(pixels: np.ndarray) -> np.ndarray:
    """Print a mark into the lower right corner."""
    copy = pixels.copy()
    copy[-16:-8, -60:-8:4] = 255
    copy[-12, -60:-8] = 255
    return copy


def test_a_mark_repeats_in_the_images_that_carry_it_and_nowhere_else() -> None:
    draw = np.random.default_rng(8)
    # Photos of two formats, whose corners are at other pixels.
    sizes = [(192, 144) if i % 2 else (128, 192) for i in range(60)]
    plain = [
        cv2.GaussianBlur(draw.integers(0, 256, (*size, 3), np.uint8), (0, 0), 2) for size in sizes
    ]
    marks = np.stack([measure_marks(stamped(p) if i < 14 else p) for i, p in enumerate(plain)])
    everything = np.arange(60)
    repeated = repetition(marks, everything, everything)
    assert repeated.shape == (60, PLACES)
    corner = repeated[:, PLACES - 1]
    assert corner[:14].min() > corner[14:].max() + 0.2
    assert np.ptp(repeated[:, 0]) < 0.4
    # One group says nothing, as its images may show the same wall.
    assert repetition(marks, np.where(everything < 14, 0, everything), everything)[
        :14, PLACES - 1
    ].max() < corner[:14].min()  # fmt: skip
    assert not repetition(marks, everything, everything[:0]).any()


@pytest.mark.parametrize("size", [(8, 8), (20, 192), (192, 20), (1, 1)])
def test_marks_of_small_images_are_measured(size: tuple[int, int]) -> None:
    marks = measure_marks(np.full((*size, 3), 90, np.uint8))
    assert marks.shape == (PLACES, HEIGHT, WIDTH)
    assert not marks.any()


def test_a_cast_shows_in_the_colours_of_any_photo() -> None:
    draw = np.random.default_rng(9)
    photos = [draw.integers(0, 256 // (1 + i % 3), (40, 40, 3), np.uint8) for i in range(9)]
    cast = [np.clip(p * np.array([1.15, 1, 0.85]), 0, 255).astype(np.uint8) for p in photos]
    both = [
        block(np.stack([measure_surroundings(p) for p in some]), FeatureBlock.COLOUR)[:, 6]
        for some in (photos, cast)
    ]
    # The ratio of the light ends of blue and green.
    assert both[1].max() < both[0].min()


def test_what_can_not_be_read_is_unknown(tmp_path: object) -> None:
    for broken in (b"no JPEG", b""):
        values, marks = surroundings_of(broken)
        assert np.isnan(values).all()
        assert not marks.any()
    assert np.isnan(compression_of(f"{tmp_path}/missing.jpg")).all()


def test_the_centre_is_filled_and_the_rest_stays() -> None:
    records = np.zeros(1, FINGERPRINT)
    records["luma"] = 7
    luma = without_centre(records)["luma"][0]
    assert luma[32, 32] == 128
    assert luma[0, 0] == luma[5, 32] == 7
    assert (records["luma"] == 7).all()


def test_names_do_not_tell_their_own_class() -> None:
    facts = [
        ImageFacts(f"{label}/{label}-{i}.jpg", label, 100, 10, 10, "JPEG", "RGB", "", "", 1.0)
        for i in range(10, 50)
        for label in ("cat", "dogs")
    ]
    n = len(facts)
    measured = Measured(
        np.zeros((n, VALUES), np.float32), np.zeros((n, PLACES, HEIGHT, WIDTH), np.int8),
        np.zeros((n, 2), np.float32), around_centre(describe_around(np.zeros(n, FINGERPRINT))),
    )  # fmt: skip
    probes = probes_of(facts, measured, group=np.arange(n), reference=np.arange(n))
    (names,) = (p for p in probes if p.name is ProbeName.NAMES)
    assert [p.name for p in probes].count(ProbeName.NAMES) == 1
    assert {p.name for p in probes} == set(ProbeName)
    labels = np.array([int(f.label == "dogs") for f in facts])
    same = [np.unique(names.columns[labels == label], axis=0).tolist() for label in (0, 1)]
    assert same[0] == same[1]
