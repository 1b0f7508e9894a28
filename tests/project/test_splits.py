"""Leakage of a rule, the split by group, and the locked split."""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from inspector.audit.diagnosis import Diagnosis, Property, as_json
from inspector.demo.dataset import ImageKind, make_demo
from inspector.errors import DatasetError, ExportError, UsageError
from inspector.project.diagnosis.diagnoses import UserMetrics
from inspector.project.diagnosis.shift import from_json as properties_of
from inspector.project.project import Project
from inspector.project.review.grouping_proposals import GroupEvidence
from inspector.project.splits.snippets import snippet
from inspector.project.splits.split_rules import SPLIT_RULE, Rule, RuleKind, second_call
from inspector.project.splits.splits import keras_rule
from inspector.reports.html import render
from inspector.splits.keras_replay import Call, Loader
from inspector.work.jobs import Stop

KERAS = keras_rule("image_dataset_from_directory", share=0.2, seed=42)


def truth(folder: Path) -> list[dict[str, str]]:
    with folder.with_name(f"{folder.name}.truth.csv").open() as stream:
        return list(csv.DictReader(stream))


def test_every_planted_copy_across_splits_is_found(demo: Path, project: Project) -> None:
    found = project.splits.leaks(Rule())
    by_path = {leak.image.path: leak for leak in found.leaks}
    strength = ("bytes", "pixels", "transformed", "near")
    planted = [r for r in truth(demo) if r["copy_of"] and r["kind"] in strength]
    across = [r for r in planted if r["path"].split("/")[0] != r["copy_of"].split("/")[0]]
    assert {r["kind"] for r in across} >= {"bytes", "pixels", "transformed"}
    for row in across:
        (held,) = (p for p in (row["path"], row["copy_of"]) if p.startswith("validation"))
        assert strength.index(by_path[held].kind) <= strength.index(row["kind"])
    assert found.share == pytest.approx(
        sum(leak.kind != "group" for leak in found.leaks) / found.validation_images
    )


def test_the_matrix_counts_each_image_once(project: Project) -> None:
    found = project.splits.leaks(Rule())
    cell = next(c for c in found.matrix if (c.source, c.to) == ("training", "validation"))
    ids = [i for some in cell.by_kind.values() for i in some]
    assert len(ids) == len(set(ids)) == len(found.leaks)


def test_two_calls_with_other_seeds_overlap(project: Project) -> None:
    found = project.splits.leaks(second_call("seed=7", KERAS))
    codes = {f.code: f for f in found.findings}
    both = codes["different_seeds"]
    assert both.severity == "high"
    assert len(both.files) == both.numbers["both"] == len(found.both)
    assert len(found.membership.neither) == both.numbers["neither"]
    assert not project.splits.leaks(KERAS).both


def test_pasted_code_is_replayed_call_against_call(project: Project) -> None:
    code = (
        'a = image_dataset_from_directory("x/training", validation_split=0.2, subset="training",'
        ' seed=1)\nb = image_dataset_from_directory("x/training", validation_split=0.3,'
        ' subset="validation", seed=1)\n'
    )
    found = project.splits.leaks(Rule(RuleKind.CODE, code=code))
    codes = {f.code for f in found.findings}
    assert "different_validation_split" in codes
    assert "overlap" not in codes
    assert all(p.startswith("training/") for p in found.membership.training)


def test_what_the_split_leads_to_stands_among_the_findings_once(project: Project) -> None:
    plain = project.findings.overview()
    codes = [f.code for f in plain.findings]
    assert len(set(codes)) == len(codes)
    assert "same_picture_on_both_sides" not in codes
    assert "what the calls of your code put where (paste it on Splits)" in plain.checked
    rule = second_call("seed=7", KERAS)
    project.splits.set_rule(rule)
    seen = project.findings.overview()
    found = {f.code: f for f in seen.findings}
    assert len(found) == len(seen.findings)
    assert found["different_seeds"].count == len(project.splits.leaks(rule).both)
    paths = {s.path for s in project.samples.by_ids(found["different_seeds"].samples)}
    assert paths == set(project.splits.leaks(rule).both)
    assert "files stand on both" not in found["different_seeds"].title
    assert found["same_picture_on_both_sides"].opens == "splits"
    assert "paste it under" not in seen.checked
    page = project.reports.page()
    assert len(page.cards) == len(seen.findings)


def test_no_shuffle_holds_back_the_last_classes(project: Project) -> None:
    rule = replace(KERAS, call=replace(KERAS.call, shuffle=False))
    found = project.splits.leaks(rule)
    (finding,) = (f for f in found.findings if f.code == "shuffle_false")
    held = {p.split("/")[1] for p in found.membership.validation}
    assert finding.numbers["classes_in_validation"] == len(held) < finding.numbers["classes"]


def test_an_empty_side_is_a_finding(project: Project) -> None:
    rule = replace(KERAS, call=replace(KERAS.call, validation_split=0.001))
    made = project.splits.membership(rule)
    assert made.findings[0].code == "empty_split"
    assert made.training == ()


def test_luck_is_over_the_same_call(project: Project) -> None:
    luck = project.splits.leaks(KERAS).seed_rates
    assert len(luck.shares) == 200
    assert luck.shares[42] == luck.this_seed
    assert luck.at(5) <= luck.median <= luck.at(95)


def test_every_threshold_agrees_with_a_search_of_its_own(project: Project) -> None:
    search = project.splits.search(KERAS)
    before = project.duplicates.threshold
    for threshold in (0.7, 0.9, before):
        found = search.at(threshold)
        project.duplicates.set_threshold(threshold)
        assert project.splits.search(KERAS) is search
        index = project.duplicates.index()
        training = {s.id for s in project.samples.by_paths(found.membership.training)}
        paths = {s.path: s.id for s in project.samples.by_paths(found.membership.validation)}
        neighbours = {p for p, i in paths.items() if training & set(index.neighbours(i))}
        assert {leak.image.path for leak in found.leaks if leak.kind != "group"} == neighbours
        assert found.seed_rates.this_seed == pytest.approx(found.share)
        assert found.seed_rates.shares[42] == pytest.approx(found.share)
        conflicts = {
            tuple(sorted(m.id for m in c.members))
            for c in project.duplicates.clusters()
            if len(c.labels) > 1
        }
        assert {tuple(sorted(c)) for c in found.conflicting} == conflicts
    project.decisions.drop([index.samples[next(iter(index.samples))].id])
    assert project.splits.search(KERAS) is not search


def test_quick_models_rank_your_seed_and_are_kept(project: Project, tmp_path: Path) -> None:
    assert project.splits.drawn(KERAS) is None
    drawn = project.splits.score_seeds(KERAS)
    assert drawn is not None
    assert len(drawn.accuracy.values) == 200
    assert drawn.accuracy.this_seed == drawn.accuracy.values[0]
    assert drawn.accuracy.percentile is not None
    assert 0.3 < drawn.accuracy.median <= 1
    assert drawn.class_deviation.at(5) <= drawn.class_deviation.median
    assert project.splits.drawn(KERAS) == drawn
    assert project.splits.drawn(replace(KERAS, call=replace(KERAS.call, seed=7))) is None
    assert project.splits.score_seeds(Rule()) is None
    project.splits.set_rule(KERAS)
    page = render(project.reports.page())
    assert "Accuracy of a baseline model on validation" in page
    stop = Stop()
    stop.set()
    assert project.splits.score_seeds(KERAS, stop=stop) is None


def test_a_split_by_group_leaves_nothing_on_both_sides(project: Project) -> None:
    rule = Rule(RuleKind.GROUPS, share=0.25, seed=3)
    made = project.splits.membership(rule)
    found = project.splits.leaks(rule)
    assert not found.leaks
    everyone = {s.path for s in project.groups.images()}
    assert set(made.training) | set(made.validation) == everyone
    assert len(made.validation) / len(everyone) == pytest.approx(0.25, abs=0.06)
    calm = project.splits.membership(replace(rule, fewest_moves=True))
    assert len(project.splits.moves(calm)) < len(project.splits.moves(made))


def test_groups_come_from_exif_and_can_be_confirmed(demo: Path, project: Project) -> None:
    offers = project.groups.offers()
    assert not any(o.enabled for o in offers)
    bursts = next(o for o in offers if o.proposal.provenance.value == "exif time")
    # They look alike far above chance, but one holds over a tenth of this small class.
    assert bursts.low > 3 * bursts.agreement.by_chance
    assert bursts.class_share > 0.1
    assert bursts.evidence is GroupEvidence.NOT_SURE
    assert project.groups.accept("exif time").enabled
    project.groups.use(bursts.proposal, on=None)
    assert not any(o.enabled for o in project.groups.offers())
    assert any(r["kind"] == "burst" for r in truth(demo))
    group = next(g for g in project.groups.groups() if not g.confirmed and len(g.members) > 1)
    project.groups.confirm([group.id])
    assert any(
        g.confirmed and g.members == tuple(project.samples.by_ids([m.id for m in group.members]))
        for g in project.groups.groups()
    )
    with pytest.raises(UsageError, match="no group nothing"):
        project.groups.confirm(["nothing"])


def test_a_pattern_is_put_in_force(project: Project) -> None:
    offer = project.groups.add_pattern(r"/(IMG_\d+)")
    assert offer.enabled
    assert offer.count > 1
    for pattern in ("(", "nowhere-at-all"):
        with pytest.raises(UsageError):
            project.groups.add_pattern(pattern)


def test_the_locked_split_says_what_still_holds(demo: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(demo, tmp_path / "data"))
    project = Project(copy, tmp_path / "p.inspector", jobs=2)
    try:
        project.scans.scan()
        file = tmp_path / "lock.csv"
        frozen = project.splits.freeze(KERAS, file)
        assert "lock" not in {f.code for f in project.findings.overview().findings}
        rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
        assert frozen.files == len(rows)
        one = rows[0]
        digest = hashlib.sha256((copy / one["path"]).read_bytes()).hexdigest()
        assert one["sha256"] == digest
        with pytest.raises(ExportError, match="exists already"):
            project.splits.freeze(KERAS, file)
        (copy / rows[1]["path"]).unlink()
        (copy / rows[2]["path"]).rename(copy / rows[2]["path"].replace(".jpg", "-moved.jpg"))
        another = next((copy / "validation").rglob("*.jpg"))
        (copy / rows[3]["path"]).write_bytes(another.read_bytes())
        project.scans.scan()
        said = {f.code: f for f in project.findings.overview().findings}["lock"]
        assert "1 file changed" in said.title
        assert "new" not in said.title
        assert {s.path for s in project.samples.by_ids(said.samples)} == {rows[3]["path"]}
        lock = project.splits.locked()
        assert lock is not None
        assert len(lock.moved) == 1
        assert lock.same == len(rows) - 3
        assert len(lock.missing) == 1 or rows[1]["sha256"] in [r["sha256"] for r in rows[2:]]
    finally:
        project.close()


def test_the_snippet_loads_the_locked_split_in_keras(project: Project, tmp_path: Path) -> None:
    pytest.importorskip("importlib.util").find_spec("tensorflow") or pytest.skip("no TensorFlow")
    file = tmp_path / "lock.csv"
    project.splits.freeze(Rule(RuleKind.GROUPS, seed=1), file)
    code = snippet(file, project.root) + (
        "\nval = load('validation', image_size=(16, 16), verify=True)\n"
        "labels = [int(y) for _, batch in val for y in batch]\n"
        "expected = [CLASS_NAMES.index(r['label']) for r in ROWS if r['split'] == 'validation']\n"
        "assert labels == expected and len(labels) > 10\n"
        "print('LOADED', len(labels))\n"
    )
    script = tmp_path / "load.py"
    script.write_text(code)
    ran = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=200, check=False
    )
    assert "LOADED" in ran.stdout, ran.stderr[-500:]


def test_a_rule_is_kept_and_comes_back(project: Project) -> None:
    rule = replace(KERAS, second=Call(Loader.DATASET, 0.3, 5, class_names=("a", "b")))
    project.context.store.records.put(SPLIT_RULE, rule)
    assert project.splits.rule == rule
    project.splits.set_rule(KERAS)
    assert project.splits.rule == KERAS
    with pytest.raises(UsageError):
        project.splits.set_rule(keras_rule("image_dataset_from_directory", share=2, seed=1))
    assert project.splits.rule == KERAS


def test_folders_that_are_no_splits_are_said_so(demo: Path, tmp_path: Path) -> None:
    project = Project(demo / "training", tmp_path / "p.inspector", jobs=1)
    try:
        project.scans.index()
        with pytest.raises(DatasetError, match="not splits"):
            project.splits.membership(Rule())
    finally:
        project.close()


def test_a_list_of_files_is_a_rule(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "locked.csv"
    project.splits.freeze(KERAS, file)
    rule = Rule(RuleKind.LIST, file=str(file))
    project.splits.set_rule(rule)
    assert project.splits.rule == rule
    made, drawn = project.splits.membership(rule), project.splits.membership(KERAS)
    assert (made.training, made.validation) == (drawn.training, drawn.validation)
    assert set(made.elsewhere["not in the list"]) == set(drawn.elsewhere["validation folder"])
    assert project.splits.leaks(rule).share == project.splits.leaks(KERAS).share
    assert project.splits.leaks(rule).seed_rates.shares == ()
    one, two, three = made.training[:3]
    lines = (f"{project.root / one},train", f"./{two},val", f"{one},val", f"{three},", "no.jpg,val")
    file.write_text("\n".join(("path,split", *lines)))
    made = project.splits.membership(rule)
    assert (made.training, made.validation) == ((one,), (two, one))
    said = {f.code: f for f in made.findings}
    assert said["overlap"].files == (one,)
    assert said["not_in_dataset"].files == ("no.jpg",)
    assert three in made.elsewhere["not in the list"]
    for text, word in (
        ("path,label\na.jpg,a\n", "no columns path and split"),
        (f"path,split\n{one},\n", "names no split"),
        (f"path,split\n{one},train\n", "into training and validation"),
    ):
        file.write_text(text)
        with pytest.raises(DatasetError, match=word):
            project.splits.set_rule(rule)
    file.unlink()
    with pytest.raises(DatasetError, match="can't be read"):
        project.splits.membership(rule)


def test_your_own_numbers_and_predictions(project: Project, tmp_path: Path) -> None:
    found = project.splits.leaks(Rule())
    neighbours = {leak.image.path for leak in found.leaks if leak.kind != "group"}
    file = tmp_path / "predictions.csv"
    with file.open("w") as stream:
        stream.write("path,label,predicted,confidence\n")
        for path in found.membership.validation:
            label = path.split("/")[1]
            stream.write(f"{path},{label},{label if path in neighbours else 'other'},0.9\n")
    project.diagnoses.state(UserMetrics(0.95, 0.75, str(file)))
    shares = {r.name: r for r in project.diagnoses.rates(found)}
    assert shares["validation, a near-duplicate in training"].share == 1.0
    assert shares["validation, no near-duplicate in training"].share == 0.0
    assert "not in this dataset" not in shares
    page = render(project.reports.page())
    assert "Your own model, by predictions.csv" in page
    assert "a gap of +0.200" in page
    file.rename(tmp_path / "gone.csv")
    assert "Predictions of your model are left out" in render(project.reports.page())
    (tmp_path / "gone.csv").rename(file)
    stated = UserMetrics(0.95, 0.75, split_images=400, folder_images=500).text
    assert "a gap of +0.200 (" in stated
    assert "Chance" not in stated
    assert "Chance" in UserMetrics(0.95, 0.75, split_images=20, folder_images=12).text
    assert "On how many images?" in UserMetrics(0.95, 0.75).text
    assert UserMetrics().text == ""
    file.write_text(
        f"path,label,predicted\nhome/me/{found.membership.validation[0]},a,a\nnowhere/x.jpg,a,a\n"
    )
    project.diagnoses.state(UserMetrics(predictions=str(file)))
    by_name = {r.name: r for r in project.diagnoses.rates(found)}
    assert by_name["all"].n == by_name["not in this dataset"].n == 1
    for text, word in (("nowhere/x.jpg,a,a", "name no image"), ("a", "has no label")):
        file.write_text(f"path,label,predicted\n{text}\n")
        with pytest.raises(DatasetError, match=word):
            project.diagnoses.state(UserMetrics(predictions=str(file)))
    with pytest.raises(UsageError, match="between 0 and 1"):
        project.diagnoses.state(UserMetrics(95, 75))
    bad = tmp_path / "bad.csv"
    bad.write_text("path,label\n")
    with pytest.raises(DatasetError, match="no columns path and label and predicted"):
        project.diagnoses.state(UserMetrics(0.95, 0.75, str(bad)))


def test_folders_that_differ_are_shown_with_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "both"
    make_demo(folder, seed=5, kind=ImageKind.SHIFT, images=240)
    project = Project(folder, tmp_path / "p.inspector", jobs=2)
    try:
        project.scans.scan()
        assert project.diagnoses.differences() is None
        answer = project.diagnoses.run()
        assert answer is not None
        found = project.diagnoses.differences()
        assert found is not None
        assert found.folder == "validation"
        assert found.tested == len(answer.properties)
        assert [d.property for d in found.shifts] == [p for p in _rounded(answer) if p.differs]
        assert "brightness" in {d.property.name for d in found.shifts}
        for one in found.shifts:
            assert all((a.split, b.split) == ("training", "validation") for a, b in one.pairs)
        page = render(project.reports.page())
        assert "Distribution shift: properties that differ" in page
        assert page.count("<svg") >= len(found.shifts)
    finally:
        project.close()


def _rounded(answer: Diagnosis) -> tuple[Property, ...]:
    return properties_of(json.loads(json.dumps(as_json(answer))))


def test_a_test_folder_without_validation_keeps_its_name(tmp_path: Path) -> None:
    for split in ("train", "test"):
        for number in range(3):
            file = tmp_path / "d" / split / "cat" / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (8, 8), (number * 80, 10, len(split) * 9)).save(file)
    project = Project(tmp_path / "d", tmp_path / "p.inspector")
    project.scans.index()
    made = project.splits.membership(Rule())
    assert set(made.sides().values()) == {"training", "test"}
    assert project.splits.moves(made) == []
    project.close()
