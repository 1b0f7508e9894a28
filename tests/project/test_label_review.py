"""The review of labels: sampled from the ranking, judged in any front end, counted."""

import csv
import json
from pathlib import Path

import pytest

from inspector.cli.main import run
from inspector.errors import DatasetError
from inspector.project.project import Project


@pytest.fixture
def looked(project: Project) -> Project:
    """A project whose labels were searched."""
    assert project.labels.find() is not None
    return project


def test_without_a_look_at_the_labels_there_is_nothing_to_judge(project: Project) -> None:
    assert project.label_review.state() is None


def test_verdicts_count_and_can_be_taken_back(looked: Project) -> None:
    review = looked.label_review
    start = review.state()
    assert start is not None
    images = sum(s.status == "image" for s in looked.samples.everything())
    assert (start.target, start.judged, start.images) == (80, 0, images)
    assert len(start.open) == len(set(start.open)) == 80
    first, second = start.open[:2]
    review.judge(first, wrong=True)
    review.judge(second, wrong=False)
    state = review.state()
    assert state is not None
    assert (state.judged, state.wrong, state.count) == (2, 1, None)
    assert state.open == start.open[2:]
    assert "2 of 80" in state.text
    review.take_back()
    state = review.state()
    assert state is not None
    assert state.open == start.open[1:]


def test_all_verdicts_give_a_count_and_more_a_narrower_one(looked: Project) -> None:
    review = looked.label_review
    state = review.state()
    assert state is not None
    for number, sample in enumerate(state.open):
        review.judge(sample, wrong=number % 4 == 0)
    done = review.state()
    assert done is not None
    assert done.count is not None
    assert done.count.low <= done.count.count <= done.count.high
    assert f"{done.count.count:,} of {done.images:,} labels are wrong" in done.text
    review.ask_for_more()
    more = review.state()
    assert more is not None
    assert more.target == min(200, more.images)
    assert (more.judged, more.count) == (80, None)


def test_a_changed_label_is_judged_anew_after_the_next_look(looked: Project) -> None:
    review = looked.label_review
    state = review.state()
    assert state is not None
    for sample in state.open[:3]:
        review.judge(sample, wrong=True)
    classes = sorted(looked.samples.counts().classes)
    first = state.open[0]
    other = next(name for name in classes if name != first.label)
    looked.decisions.relabel([first.id], other)
    still = review.state()
    assert still is not None
    assert still.judged == 3
    looked.labels.find()
    anew = review.state()
    assert anew is not None
    assert anew.judged <= 2


def test_the_terminal_lists_takes_verdicts_and_counts(
    looked: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [str(looked.root), "--project", str(looked.file), "--quiet"]
    looked.close()
    assert run(["labels", *where, "--review", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["wrong"] is None
    assert len(listed["to_judge"]) == listed["target"] == 80
    file = tmp_path / "verdicts.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("path", "verdict"))
        writer.writerows((row["path"], "right") for row in listed["to_judge"])
    assert run(["labels", *where, "--verdicts", str(file), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["to_judge"] == []
    assert answer["wrong"]["count"] == answer["wrong"]["low"] == 0 < answer["wrong"]["high"]
    assert run(["labels", *where, "--review"]) == 0
    assert "labels are wrong (90 % CI 0 to" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [("path,verdict\nnowhere.jpg,right\n", "no image"), ("path\n", "no columns")],
)
def test_verdicts_are_checked_at_the_door(
    looked: Project, tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "verdicts.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(DatasetError, match=message):
        looked.label_review.read_verdicts(file)
    path = looked.groups.images()[0].path
    file.write_text(f"path,verdict\n{path},perhaps\n", "utf-8")
    with pytest.raises(DatasetError, match='"perhaps" is no verdict'):
        looked.label_review.read_verdicts(file)
