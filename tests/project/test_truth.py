"""The stored diagnosis, suspected label errors, and the action of a finding."""

import time
from pathlib import Path

import pytest

from inspector.errors import UsageError
from inspector.project.diagnosis.labels import LabelCase
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.splits.splits import keras_rule
from inspector.store.records import LABEL_ERRORS, LabelErrorsRecord, SuspectRecord
from inspector.work.jobs import Stop

KERAS = keras_rule("image_dataset_from_directory", share=0.2, seed=42)


@pytest.fixture
def doubtful(project: Project) -> Project:
    """A project in which baseline models suspect the labels of the first two images."""
    rows = project.groups.images()[:2]
    other = next(c for c in project.samples.counts().classes if c != rows[0].label)
    suspects = tuple(SuspectRecord(s.id, other, 0.02) for s in rows)
    record = LabelErrorsRecord(project.labels.queue_key(), suspects)
    project.context.store.records.put(LABEL_ERRORS, record)
    return project


def _single(project: Project) -> list[LabelCase]:
    return [c for c in project.labels.queue()[0] if c.score is not None]


def test_everything_is_found_in_one_go_and_kept_with_its_date(project: Project) -> None:
    project.splits.set_rule(KERAS)
    before = time.time()
    assert project.diagnoses.last() is None
    assert not project.labels.queue()[1]
    assert project.diagnoses.run_all() is not None
    last = project.diagnoses.last()
    assert last is not None
    assert before <= last.at <= time.time()
    assert last.changed == ()
    assert last.age_text.startswith("Made 2")
    assert project.splits.drawn() is not None
    assert project.labels.queue()[1]


def test_an_answer_says_before_what_it_was_made(project: Project) -> None:
    assert project.diagnoses.run(seeds=1) is not None
    ids = [s.id for s in project.groups.images()]
    project.decisions.drop(ids[:1])
    last = project.diagnoses.last()
    assert last is not None
    assert last.changed == ("the excluded images",)
    assert last.same_files
    project.decisions.undo()
    last = project.diagnoses.last()
    assert last is not None
    assert last.changed == ()
    project.decisions.bind(ids[:5:2])
    last = project.diagnoses.last()
    assert last is not None
    assert last.changed == ("groups or near-duplicates by your decisions",)
    assert "before groups or near-duplicates by your decisions changed" in last.age_text
    project.decisions.undo()
    project.splits.set_rule(KERAS)
    last = project.diagnoses.last()
    assert last is not None
    assert last.changed == ("the split rule",)
    assert last.same_files


def test_a_stop_ends_all_of_it(project: Project) -> None:
    stop = Stop()
    stop.set()
    assert project.diagnoses.run_all(stop=stop) is None
    assert project.diagnoses.last() is None
    assert not project.labels.queue()[1]


def test_pictures_with_two_labels_come_first(doubtful: Project) -> None:
    cases, looked = doubtful.labels.queue()
    assert looked
    conflicts = [c for c in cases if c.score is None]
    assert conflicts
    assert cases[: len(conflicts)] == tuple(conflicts)
    clusters = [c for c in doubtful.duplicates.clusters() if len(c.labels) > 1]
    assert len(conflicts) == len(clusters)
    for case in conflicts:
        counts = [sum(s.label == label for s in case.samples) for label in case.labels]
        assert counts[case.labels.index(case.suggested)] == max(counts)


def test_a_label_is_taken_kept_and_brought_back(doubtful: Project) -> None:
    one, two = _single(doubtful)
    assert not one.done
    doubtful.labels.relabel(one)
    (sample,) = doubtful.samples.by_ids([one.samples[0].id])
    assert sample.new_label == one.suggested
    doubtful.labels.keep(two)
    assert [c.done for c in _single(doubtful)] == [True, True]
    doubtful.decisions.undo()
    doubtful.decisions.undo()
    assert [c.done for c in _single(doubtful)] == [False, False]
    with pytest.raises(UsageError, match="not a class name"):
        doubtful.labels.relabel(one, "a/b")


def test_an_export_honours_a_label_of_the_queue(doubtful: Project, tmp_path: Path) -> None:
    (one, _) = _single(doubtful)
    doubtful.labels.relabel(one)
    doubtful.exports.run(doubtful.exports.plan(tmp_path / "out"))
    name = Path(one.samples[0].path).name
    assert [f.parent.name for f in (tmp_path / "out").rglob(name)] == [one.suggested]


def test_the_nearest_pictures_are_of_both_classes(doubtful: Project) -> None:
    (one, _) = _single(doubtful)
    near = doubtful.labels.nearest(one)
    assert list(near) == [one.labels[0], one.suggested]
    for label, samples in near.items():
        assert 0 < len(samples) <= 6
        assert {s.label for s in samples} == {label}
        assert one.samples[0] not in samples


def test_a_decided_conflict_is_done(project: Project) -> None:
    case = next(c for c in project.labels.queue()[0] if c.score is None)
    project.labels.relabel(case)
    again = next(c for c in project.labels.queue()[0] if c.samples[0].id == case.samples[0].id)
    assert again.done


def test_actions_of_findings_are_decisions(doubtful: Project) -> None:
    found = {f.code: f for f in doubtful.findings.overview().findings}
    assert found["labels"].count == 2
    assert found["labels"].see == "labels"
    assert found["conflicting_labels"].opens == "labels"
    assert found["twins_across"].opens == "rule"
    burst = found["look_alikes"]
    assert burst.action == "Keep bursts together"
    doubtful.findings.act(burst)
    bound = [s for s in doubtful.samples.everything() if s.bound]
    assert len(bound) > 2
    assert {s.bound for s in bound} <= {s.id for s in bound}
    after = {f.code: f for f in doubtful.findings.overview().findings}
    assert "look_alikes" not in after or after["look_alikes"].action == ""
    doubtful.decisions.undo()
    assert not [s for s in doubtful.samples.everything() if s.bound]
    for code in ("flat", "truncated", "keras_crashes"):
        if code in found:
            doubtful.findings.act(found[code])
            now = {f.code for f in doubtful.findings.overview().findings}
            assert code not in now
    assert Rule() == doubtful.splits.rule
