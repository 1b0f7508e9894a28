"""Clean-up: what is excluded by default, what stays, what is refused; it does what it planned."""

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.errors import ExportError
from inspector.project.export.clean_up_plan import CleanUpChoice
from inspector.project.project import Project
from inspector.project.review.copies import CopyChoice, CopyPair, KeptSplit
from inspector.project.review.duplicates import PairKind
from inspector.project.review.near_precision import SAMPLE_PAIRS
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.splits.splits import keras_rule

EVERYTHING = CleanUpChoice(CopyChoice(asked=frozenset({PairKind.NEAR, PairKind.TRANSFORMED})))
KERAS = keras_rule("image_dataset_from_directory", share=0.2, seed=42)


def picture(seed: int) -> np.ndarray:
    """A unique image: coarse noise, smoothed."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (7, 9, 3), np.uint8)
    return cv2.resize(coarse, (144, 112), interpolation=cv2.INTER_CUBIC)


def write(folder: Path, pictures: dict[str, int]) -> None:
    """Write images by path and seed; equal seeds give identical files."""
    for path, seed in pictures.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), picture(seed))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[list[Project]]:
    """Projects that are closed at the end."""
    projects: list[Project] = []
    yield projects
    for project in projects:
        project.close()


def scanned(folder: Path, made: list[Project], name: str = "p") -> Project:
    project = Project(folder, folder.parent / f"{name}.inspector", jobs=2)
    made.append(project)
    project.scans.scan()
    return project


def three_splits(folder: Path) -> None:
    own = {f"{split}/{label}/{i}.png": 1000 * j + 100 * k + i
           for j, split in enumerate(("train", "val", "test"))
           for k, label in enumerate("ab") for i in range(6)}  # fmt: skip
    copies = {
        "train/a/of_test.png": 2000, "val/a/of_test.png": 2000, "train/a/of_val.png": 1000,
        "train/a/twice.png": 1, "val/b/two_labels.png": 2001,
    }  # fmt: skip
    write(folder, own | copies)


def test_copies_go_from_training_then_validation_and_folders_stay(
    tmp_path: Path, made: list[Project]
) -> None:
    folder = tmp_path / "data"
    three_splits(folder)
    project = scanned(folder, made)
    plan = project.fixes.plan(tmp_path / "clean")
    assert plan.drops == (
        ("train/a/of_test.png", "test/a/0.png"), ("train/a/of_val.png", "val/a/0.png"),
        ("val/a/of_test.png", "test/a/0.png"),
    )  # fmt: skip
    assert all(p.certain and p.identical for p in plan.excluded)
    assert plan.images("test") == (12, 12)
    assert plan.images("training") == (15, 13)
    assert plan.leaked == (3, 0)
    result = project.fixes.run(plan)
    there = {
        p.relative_to(tmp_path / "clean").as_posix() for p in (tmp_path / "clean").rglob("*.png")
    }
    before = {p.relative_to(folder).as_posix() for p in folder.rglob("*.png")}
    assert there == before - {path for path, _ in plan.drops}
    assert result.exported is not None
    # The pair with two labels is left for a person.
    assert result.exported.leaks_after == 1
    assert [p.excluded.path for p in plan.copies.pairs if p.two_labels] == ["val/b/two_labels.png"]
    # A copy within one split is none of a clean-up's business.
    assert "train/a/twice.png" in there


def test_what_a_person_keeps_and_asks_for(tmp_path: Path, made: list[Project]) -> None:
    folder = tmp_path / "data"
    three_splits(folder)
    project = scanned(folder, made)
    sample = {s.path: s.id for s in project.samples.everything()}
    ticks = {sample["train/a/of_val.png"]: False, sample["val/b/two_labels.png"]: True}
    plan = project.fixes.plan(choice=CleanUpChoice(CopyChoice(ticks=ticks)))
    assert [path for path, _ in plan.drops] == [
        "train/a/of_test.png", "val/a/of_test.png", "val/b/two_labels.png",
    ]  # fmt: skip
    assert [p.excluded.path for p in plan.unticked] == ["train/a/of_val.png"]
    project.fixes.run(plan)
    again = project.fixes.plan()
    assert again.drops == ()
    assert [p.excluded.path for p in again.copies.by_hand] == ["train/a/of_val.png"]
    last = project.fixes.last()
    assert last is not None
    assert (last.excluded, last.leaked_before, last.leaked_after) == (3, 3, 1)
    assert "near-duplicate in training 3 → 1; training 15 → 14 images" in project.fixes.last_text()
    project.decisions.undo()
    assert project.fixes.last() is None
    assert project.fixes.last_text() == ""
    assert len(project.fixes.plan().drops) == 3


def test_training_may_keep_its_copies_and_every_figure_says_what_was(
    tmp_path: Path, made: list[Project]
) -> None:
    folder = tmp_path / "data"
    three_splits(folder)
    project = scanned(folder, made)
    before = project.splits.leaks(Rule())
    assert before.before is None
    plan = project.fixes.plan(choice=CleanUpChoice(CopyChoice(KeptSplit.TRAINING)))
    assert plan.images("training") == (15, 15)
    assert plan.images("test") == (12, 11)
    project.fixes.run(plan)
    after = project.splits.leaks(Rule())
    assert after.before is not None
    assert (after.before.leaked, after.before.validation_images) == (len(before.leaks), 14)
    assert after.validation_images == 14 - sum(p.splits[1] == "validation" for p in plan.excluded)
    assert not after.leaks
    assert after.seed_rates.this_seed is None


@pytest.mark.parametrize(
    ("pictures", "fact"),
    [
        ({"train/a/0.png": 1, "train/b/0.png": 2, "test/a/0.png": 1, "test/b/0.png": 3},
         "no image of a would be left in training: all 1 are copies of test images"),
        ({"train/a/0.png": 1, "train/b/0.png": 2, "test/a/0.png": 1, "test/b/0.png": 2,
          "test/b/1.png": 5},
         "no image would be left in training: all 2 are copies of test images"),
        ({"train/a/0.png": 1, "train/b/0.png": 2, "val/a/0.png": 3, "test/a/0.png": 3,
          "test/b/0.png": 4},
         "no image would be left in validation: all 1 are copies of test images"),
    ],
)  # fmt: skip
def test_no_split_and_no_class_is_emptied(
    pictures: dict[str, int], fact: str, tmp_path: Path, made: list[Project]
) -> None:
    write(tmp_path / "data", pictures)
    project = scanned(tmp_path / "data", made)
    plan = project.fixes.plan(tmp_path / "clean")
    assert fact in plan.obstacles
    with pytest.raises(ExportError, match="would be left"):
        project.fixes.run(plan)
    assert not (tmp_path / "clean").exists()
    assert not any(s.mark for s in project.samples.everything())


def test_a_new_split_never_grows_the_test_set(tmp_path: Path, made: list[Project]) -> None:
    folder = tmp_path / "data"
    three_splits(folder)
    write(folder, {"test/a/p7_1.png": 71, "train/a/p7_2.png": 72})
    project = scanned(folder, made)
    resplit = CleanUpChoice(resplit=True)
    tied = project.fixes.plan(tmp_path / "clean", choice=resplit)
    assert "1 image shares a group with a test image" in tied.obstacles[0]
    resplit = CleanUpChoice(CopyChoice(two_labels=True), resplit=True)
    free = project.fixes.plan(tmp_path / "clean", choice=resplit)
    assert not free.obstacles
    assert free.resplit is not None
    assert free.images("test")[1] == free.images("test")[0]
    project.groups.add_pattern("(p7)")
    held = project.fixes.plan(tmp_path / "clean", choice=resplit)
    assert any(text.startswith("the test set would grow from 13 to 14") for text in held.obstacles)
    with pytest.raises(ExportError, match="would grow"):
        project.fixes.run(held)


def test_a_new_split_is_done_as_planned(project: Project, tmp_path: Path) -> None:
    plan = project.fixes.plan(tmp_path / "new", choice=CleanUpChoice(resplit=True))
    assert plan.resplit is not None
    assert plan.moves
    result = project.fixes.run(plan)
    assert result.exported is not None
    assert result.exported.leaks_after == result.exported.groups_after == 0
    assert project.splits.rule.kind is RuleKind.GROUPS
    assert project.splits.membership().training == plan.resplit.training
    again = Project(tmp_path / "new", tmp_path / "q.inspector", jobs=2)
    try:
        again.scans.scan()
        assert again.samples.counts().splits == {
            "training": len(plan.resplit.training), "validation": len(plan.resplit.validation),
        }  # fmt: skip
    finally:
        again.close()


def test_a_drawn_split_is_locked_and_its_folders_stay(project: Project, tmp_path: Path) -> None:
    project.splits.set_rule(KERAS)
    sides = project.splits.membership().sides()
    plan = project.fixes.plan(tmp_path / "clean")
    assert plan.lock
    assert plan.drops
    order = KeptSplit.EVALUATION.order
    assert all(order.index(sides[kept]) < order.index(sides[gone]) for gone, kept in plan.drops)
    result = project.fixes.run(plan)
    assert result.exported is not None
    with Path(result.exported.manifest).open(newline="") as stream:
        listed = {row["path"]: row["split"] for row in csv.DictReader(stream) if row["path"]}
    assert listed == {path: sides[path] for path in listed}
    for split in plan.splits:
        assert Counter(listed.values())[split] == plan.images(split)[1]
    assert all((tmp_path / "clean" / path).exists() for path in listed)
    assert Path(result.lock).exists()


def test_near_pairs_wait_for_a_measured_precision(project: Project) -> None:
    plan = project.fixes.plan()
    near = [p for p in plan.copies.pairs if p.kind is PairKind.NEAR and not p.two_labels]
    assert len(near) > SAMPLE_PAIRS
    assert not any(p.certain or p.ticked for p in near)
    turned = [p for p in plan.copies.pairs if p.kind is PairKind.TRANSFORMED]
    sample = project.fixes.near.to_judge(plan.copies.pairs)
    assert len(sample) == SAMPLE_PAIRS
    for pair in sample[:-1]:
        project.fixes.near.judge(pair, same=True)
    assert project.fixes.near.measured().near_from is None
    assert project.fixes.near.to_judge(plan.copies.pairs) == sample[-1:]
    project.fixes.near.judge(sample[-1], same=True)
    precision = project.fixes.near.measured()
    assert (precision.judged, precision.same) == (SAMPLE_PAIRS, SAMPLE_PAIRS)
    assert precision.near_from == pytest.approx(min(p.similarity for p in sample), abs=1e-6)
    then = project.fixes.plan()
    for pair in then.copies.pairs:
        if pair.kind is PairKind.NEAR and not pair.two_labels:
            assert pair.ticked == (pair.similarity >= precision.near_from)
    assert turned
    assert not any(p.ticked for p in then.copies.pairs if p.kind is PairKind.TRANSFORMED)


def test_one_wrong_pair_of_twenty_is_too_many(project: Project) -> None:
    pairs = project.fixes.plan().copies.pairs
    sample = sorted(project.fixes.near.to_judge(pairs), key=lambda p: p.similarity)
    for place, pair in enumerate(sample):
        project.fixes.near.judge(pair, same=place > 0)
    assert project.fixes.near.measured().near_from is None
    sure = {(p.excluded.id, p.keeper.id) for p in project.fixes.plan().excluded}

    def key(pair: CopyPair) -> tuple[int, int]:
        return pair.excluded.id, pair.keeper.id

    # What was judged pair by pair is certain all the same.
    near = {key(p) for p in project.fixes.plan().excluded if p.kind is PairKind.NEAR}
    assert near
    assert near <= {key(p) for p in sample[1:]}
    assert key(sample[0]) not in sure


def test_what_was_planned_is_done_or_nothing(project: Project, tmp_path: Path) -> None:
    plan = project.fixes.plan(tmp_path / "fixed")
    going = plan.excluded[0].excluded
    project.decisions.keep([going.id])
    with pytest.raises(ExportError, match="changed since"):
        project.fixes.run(plan)
    assert not any(tmp_path.glob("fixed*"))
    assert not any(s.mark == "drop" for s in project.samples.everything())
    again = project.fixes.plan(tmp_path / "fixed")
    assert going.path not in dict(again.drops)
    project.duplicates.set_threshold(0.99)
    with pytest.raises(ExportError, match="changed since"):
        project.fixes.run(again)


def test_a_clean_up_is_one_decision(project: Project, tmp_path: Path) -> None:
    before = project.decisions.to_undo()
    plan = project.fixes.plan(tmp_path / "fixed", choice=EVERYTHING)
    assert plan.drops
    fixed = project.fixes.run(plan)
    excluded = {s.path for s in project.samples.everything() if s.mark == "drop"}
    unreadable = {s.path for s in plan.unreadable}
    assert excluded == {path for path, _ in plan.drops} | unreadable
    assert fixed.exported is not None
    assert fixed.exported.leaks_after == 0
    assert fixed.exported.files == fixed.exported.verified
    page = Path(fixed.report).read_text("utf-8")
    assert "http://" not in page
    assert Path(fixed.lock).exists()
    across = [c for c in project.duplicates.clusters() if len(c.splits) > 1]
    assert across
    assert any(c.reviewed for c in across)
    project.decisions.undo()
    assert project.decisions.to_undo() == before
    again = Project(tmp_path / "fixed", tmp_path / "q.inspector", jobs=2)
    try:
        again.scans.scan()
        assert not again.splits.leaks(Rule()).leaks
    finally:
        again.close()


def test_a_label_conflict_is_claimed_for_identical_images_only(
    tmp_path: Path, made: list[Project]
) -> None:
    folder = tmp_path / "data"
    three_splits(folder)
    similar = picture(500)
    for name in ("train/a/like.jpg", "train/b/like.jpg"):
        cv2.imwrite(str(folder / name), similar, [cv2.IMWRITE_JPEG_QUALITY, 70 + len(name) % 2])
    brighter = np.clip(similar.astype(np.int16) + 6, 0, 255).astype(np.uint8)
    cv2.imwrite(str(folder / "train/b/like.jpg"), brighter, [cv2.IMWRITE_JPEG_QUALITY, 60])
    project = scanned(folder, made)
    conflicts = project.duplicates.label_conflicts()
    assert [[s.path for s in c] for c in conflicts] == [["test/a/1.png", "val/b/two_labels.png"]]
    codes = {f.code: f for f in project.findings.overview().findings}
    assert codes["conflicting_labels"].count == 1
    assert codes["similar_two_labels"].count == 1
    assert len(project.splits.leaks(Rule()).conflicting) == 1
    cases, _ = project.labels.queue()
    assert {len(c.samples): c.identical for c in cases if c.score is None} == {2: True} or {
        c.identical for c in cases if c.score is None
    } == {True, False}


def test_the_image_that_k_keeps_is_the_evaluation_set_s(
    tmp_path: Path, made: list[Project]
) -> None:
    folder = tmp_path / "data"
    three_splits(folder)
    project = scanned(folder, made)
    paths = {s.id: s.path for s in project.samples.everything()}
    for cluster in project.duplicates.clusters():
        if len(cluster.splits) > 1:
            first = "test/" if "test" in cluster.splits else "val/"
            assert paths[cluster.suggested_keeper].startswith(first)


def test_batches_of_downloads_are_no_groups(tmp_path: Path, made: list[Project]) -> None:
    """File names such as "m1(3)" count a batch: its images look like any of the class."""
    folder = tmp_path / "data"
    names = {
        f"{split}/{label}/{label}{batch}({i}).png": 10_000 * s + 1000 * c + 100 * batch + i
        for s, split in enumerate(("train", "test"))
        for c, label in enumerate(("m", "g"))
        for batch in (1, 2, 3)
        for i in range(12)
    }
    write(folder, names)
    project = scanned(folder, made)
    offers = project.groups.offers()
    assert offers
    for offer in offers:
        assert not offer.enabled
        assert offer.evidence.value != "looks right"
    rows = project.groups.images()
    assert len({*project.groups.numbers(rows, with_duplicates=False).tolist()}) == len(rows)
    plan = project.fixes.plan(choice=CleanUpChoice(resplit=True))
    assert plan.images("test") == (72, 72)


def test_an_old_project_says_which_rules_are_off_now(demo: Path, tmp_path: Path) -> None:
    from inspector.store.project_store import ProjectStore
    from inspector.store.records import GROUPING

    file = tmp_path / "old.inspector"
    project = Project(demo, file, jobs=2)
    project.scans.scan()
    assert project.groups.switched_off() == []
    project.close()
    store = ProjectStore(file)
    store.records.update(GROUPING, lambda r: type(r)(r.enabled, r.gap_seconds), urgent=True)
    store.close()
    project = Project(demo, file, jobs=2)
    try:
        off = project.groups.switched_off()
        assert off
        assert not any(o.enabled for o in off)
        project.groups.acknowledge()
        assert project.groups.switched_off() == []
    finally:
        project.close()


def test_a_split_rule_that_puts_files_on_two_sides_is_named(project: Project) -> None:
    code = """
train = image_dataset_from_directory("training", validation_split=0.2, subset="training", seed=1)
val = image_dataset_from_directory("training", validation_split=0.2, subset="validation", seed=2)
"""
    project.splits.set_rule(Rule(RuleKind.CODE, code=code))
    plan = project.fixes.plan()
    assert plan.both > 0
    assert any("only a change to the code" in note for note in plan.notes)


def test_a_dataset_without_splits_says_so(demo: Path, tmp_path: Path, made: list[Project]) -> None:
    folder = tmp_path / "classes"
    shutil.copytree(demo / "training", folder)
    project = scanned(folder, made)
    plan = project.fixes.plan()
    assert plan.drops == ()
    assert any("no splits" in note for note in plan.notes)
    assert replace(plan.choice, resplit=True).resplit
