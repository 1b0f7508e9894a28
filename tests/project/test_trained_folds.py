"""Cross-validation by real trainings: groups stay whole, and a restart goes on where it was."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.audit.diagnosis import Verdict
from inspector.cli.main import run
from inspector.errors import TrainingError, UsageError
from inspector.project.diagnosis.diagnoses import UserMetrics
from inspector.project.experiments import fold_results
from inspector.project.experiments.fold_results import FILE, SPLIT, read_folds
from inspector.project.project import Project
from inspector.project.training.run import RunConfig
from inspector.training_protocol.messages import Event, RunDone, Started
from inspector.training_protocol.run_folder import PREDICTIONS_BEST, STATE
from inspector.work.jobs import Stop

SMALL = RunConfig(epochs=1, image_size_px=16)


def _right(folder: Path) -> list[bool]:
    with (folder / PREDICTIONS_BEST).open(encoding="utf-8") as stream:
        return [row["label"] == row["predicted"] for row in csv.DictReader(stream)]


def test_folds_hold_each_image_once_and_split_no_group(project: Project) -> None:
    plan = project.experiments.folds.plan(config=SMALL, folds=4)
    rows = project.groups.images()
    numbers = project.groups.numbers(rows, with_duplicates=True).tolist()
    group = {s.path: n for s, n in zip(rows, numbers, strict=True)}
    split, *folds = plan.specs
    assert split is not None
    used = {*split.training.paths, *split.selection.paths, *split.validation.paths}
    assert {s.path for s in rows if s.split in ("training", "validation")} >= used
    judged: list[str] = []
    for spec in folds:
        assert spec is not None
        sides = [
            {group[p] for p in side.paths}
            for side in (spec.training, spec.selection, spec.validation)
        ]
        assert all(sides)
        assert len(set.union(*sides)) == sum(map(len, sides))
        assert len(spec.training) + len(spec.selection) + len(spec.validation) == len(used)
        assert (spec.split, spec.class_names) == (SPLIT, split.class_names)
        judged += spec.validation.paths
    assert sorted(judged) == sorted(used)
    assert (plan.trainings, plan.record.expected_seconds) == (5, None)
    assert not project.runs.folder.exists()
    other = project.experiments.folds.plan(config=SMALL, folds=4, seed=1)
    assert [f.images for f in other.record.folds] != [f.images for f in plan.record.folds]
    with pytest.raises(UsageError, match=r"^1 folds can't be made"):
        project.experiments.folds.plan(config=SMALL, folds=1)
    with pytest.raises(UsageError, match=r"^900 folds can't be made"):
        project.experiments.folds.plan(config=SMALL, folds=900)


def test_a_stop_and_a_restart_train_each_fold_once(project: Project) -> None:
    folds, stop = project.experiments.folds, Stop()
    events: list[Event] = []

    def stop_after_two(answer: Event) -> None:
        events.append(answer)
        if sum(isinstance(one, RunDone) for one in events) == 2:
            stop.set()

    name = folds.store(folds.plan(config=SMALL, folds=2))
    before = folds.result(name)
    assert (before.accuracy, before.text) == (None, "So far: 0 of 2 folds are trained.")
    folds.train(name, stop_after_two, stop)
    partial = folds.result(name)
    assert (partial.done, partial.partial, partial.split is None) == (1, True, False)
    record = folds.kept(name)
    kept = [(project.runs.folder / t.run / STATE).read_bytes() for t in record.turns[:2]]
    project.runs.close()

    again = Project(None, project.file, jobs=1)
    try:
        more: list[Event] = []
        again.experiments.folds.train(name, more.append)
        assert [a.run for a in more if isinstance(a, Started)] == [record.folds[1].run]
        after = [(again.runs.folder / t.run / STATE).read_bytes() for t in record.turns[:2]]
        assert after == kept
        again.diagnoses.state(UserMetrics(split=0.95))
        result = again.experiments.folds.result(name)
        right = [r for fold in record.folds for r in _right(again.runs.folder / fold.run)]
        assert result.accuracy is not None
        assert result.accuracy.mean == pytest.approx(sum(right) / len(right))
        assert result.accuracy.low < result.accuracy.mean < result.accuracy.high
        assert (result.images, result.partial, result.verdict) == (
            len(right), False, Verdict.CANNOT_TELL,
        )  # fmt: skip
        assert result.text.startswith(f"Your 0.95 is {result.accuracy.mean:.2f} ± ")
        assert "200 are needed" in result.text
        # The same settings on the same split: that run is there already.
        plan = again.experiments.folds.plan(config=SMALL, folds=3)
        assert plan.trainings == 3
        assert plan.record.split.run == record.split.run
        assert [one.name for one in again.experiments.folds.all()] == [name]
    finally:
        again.close()


def test_a_damaged_record_is_a_sentence(project: Project) -> None:
    folds = project.experiments.folds
    name = folds.store(folds.plan(config=SMALL, folds=2))
    file = project.runs.folder / name / FILE
    document = json.loads(file.read_text("utf-8"))
    kept = document["folds"][0]["run"]
    document["folds"][0]["run"] = "../elsewhere"
    file.write_text(json.dumps(document), "utf-8")
    with pytest.raises(TrainingError, match=r"names the run \"\.\./elsewhere\""):
        folds.all()
    document["folds"][0] |= {"run": kept}
    document["folds"][0]["images"][0] = 10**9
    file.write_text(json.dumps(document), "utf-8")
    with pytest.raises(TrainingError, match="does not hold each image in one fold"):
        read_folds(file.parent)
    file.write_text("{", "utf-8")
    with pytest.raises(TrainingError, match=r"folds\.json is not JSON"):
        folds.all()
    file.unlink()
    with pytest.raises(UsageError, match=f"there is no cross-validation {name}"):
        folds.result(name)


def test_a_fold_that_learns_from_more_than_the_split_is_said(project: Project) -> None:
    few = project.experiments.folds.plan(config=SMALL, folds=2).notes
    assert any("training-set size is part of the difference" in note for note in few)
    assert fold_results.CAVEAT in few


def test_the_terminal_plans_trains_and_goes_on(
    project: Project, demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del project
    where = ["crossvalidate", str(demo), "--project", str(tmp_path / "p.inspector"), "--quiet"]
    small = ["--folds", "2", "--epochs", "1", "--image-size", "16"]
    assert run([*where, *small, "--train", "--dry-run", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["trainings"], plan["folds"]) == (3, 2)
    assert run([*where, *small, "--dry-run"]) == 2
    assert "Add --train" in capsys.readouterr().err
    assert run([*where, "--resume", "nothing"]) == 2
    assert "there is no cross-validation nothing" in capsys.readouterr().err


def test_a_killed_program_loses_no_finished_fold(
    project: Project, demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project.close()
    where = ["crossvalidate", str(demo), "--project", str(tmp_path / "p.inspector"), "--quiet"]
    small = ["--train", "--folds", "2", "--epochs", "1", "--image-size", "16", "--json-lines"]
    first = subprocess.Popen(
        [sys.executable, "-m", "inspector", *where, *small], stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    before = []
    for line in first.stdout:
        before.append(json.loads(line))
        if before[-1]["event"] == "done":
            first.kill()
            break
    first.communicate()
    name = before[-1]["crossvalidation"]
    assert run([*where, "--resume", name, "--json-lines"]) == 0
    *after, result = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["fold"] for one in after if one["event"] == "run"] == [1, 2]
    assert (result["done"], result["partial"], result["crossvalidation"]) == (2, False, name)
    assert result["accuracy"]["low"] < result["accuracy"]["mean"] < result["accuracy"]["high"]
