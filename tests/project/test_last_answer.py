"""The last answer is kept with its date, and says what changed since."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from inspector.project.diagnosis.diagnoses import UserMetrics
from inspector.project.diagnosis.last_answer import MAX_LISTED
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule, RuleKind


def test_a_project_without_an_answer_has_no_last_one(project: Project) -> None:
    assert project.last_answers.answer() is None
    assert project.last_answers.overview() is None


def test_the_last_answer_is_the_one_that_was_given(project: Project) -> None:
    project.diagnoses.state(UserMetrics(0.95, 0.75, split_images=574))
    answer = project.last_answers.refresh_answer()
    stored = project.last_answers.answer()
    assert stored is not None
    assert answer.pairs
    shown = [(p.keeper.path, p.excluded.path, p.kind, p.splits) for p in stored.answer.pairs]
    assert shown == [(p.keeper.path, p.excluded.path, p.kind, p.splits) for p in answer.pairs]
    assert (stored.answer.headline, stored.answer.detail) == (answer.headline, answer.detail)
    assert (stored.answer.counts, stored.answer.gap) == (answer.counts, answer.gap)
    assert sum(stored.between.values()) == len(answer.pairs)
    assert stored.date.changed == ()
    images = project.samples.counts().images
    assert stored.text.endswith(f", from {images:,} images split by the folders")


def test_the_last_findings_are_those_that_were_shown(project: Project) -> None:
    overview = project.last_answers.refresh_overview()
    stored = project.last_answers.overview()
    assert stored is not None
    assert overview.findings
    assert max(len(f.samples) for f in overview.findings) < MAX_LISTED
    assert stored.overview == overview


def test_it_outlives_the_project_and_reads_no_image(project: Project) -> None:
    project.last_answers.refresh_answer()
    file, root = project.file, project.root
    project.close()
    again = Project(root, file, jobs=1)
    stored = again.last_answers.answer()
    again.close()
    assert stored is not None
    assert stored.date.changed == ()


def _decide(project: Project) -> None:
    project.decisions.drop([project.groups.images()[0].id])


def _rule(project: Project) -> None:
    project.splits.set_rule(Rule(RuleKind.GROUPS, seed=3))


def _similarity(project: Project) -> None:
    project.duplicates.set_threshold(0.95)


def _numbers(project: Project) -> None:
    project.diagnoses.state(UserMetrics(0.9, 0.8))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (_decide, "your decisions"), (_rule, "the split rule"),
        (_similarity, "the confirmed similarity"), (_numbers, "your numbers"),
    ],
)  # fmt: skip
def test_it_names_what_changed_since(project: Project, change: object, name: str) -> None:
    project.last_answers.refresh_answer()
    change(project)  # type: ignore[operator]
    stored = project.last_answers.answer()
    assert stored is not None
    assert stored.date.changed == (name,)
    assert f"before {name} changed" in stored.text
    project.last_answers.refresh_answer()
    fresh = project.last_answers.answer()
    assert fresh is not None
    assert fresh.date.changed == ()


@pytest.fixture
def own_copy(demo: Path, tmp_path: Path) -> Iterator[Project]:
    """A scanned project of a dataset that may be changed, with an answer."""
    folder = tmp_path / "photos"
    shutil.copytree(demo, folder)
    for file in folder.rglob("*"):
        os.utime(file, (1.7e9, 1.7e9), follow_symlinks=False)
    opened = Project(folder, tmp_path / "p.inspector", jobs=1)
    opened.scans.scan()
    opened.last_answers.refresh_answer()
    yield opened
    opened.close()


def test_it_knows_when_files_changed(own_copy: Project) -> None:
    def changed() -> tuple[str, ...]:
        own_copy.scans.index()
        stored = own_copy.last_answers.answer()
        own_copy.last_answers.refresh_answer()
        assert stored is not None
        return stored.date.changed

    assert changed() == ()
    one = own_copy.absolute(own_copy.groups.images()[0].path)
    os.utime(one, (1.6e9, 1.6e9))
    assert changed() == ("the files",)
    assert changed() == ()
    other = one.rename(one.with_name(f"other{one.suffix}"))
    assert changed() == ("the files",)
    Path(shutil.copy(other, one))
    assert changed() == ("the files",)
    assert changed() == ()
    one.unlink()
    assert changed() == ("the files",)


def test_a_pair_that_lost_an_image_is_left_out(own_copy: Project) -> None:
    before = own_copy.last_answers.answer()
    assert before is not None
    gone = before.answer.pairs[0].excluded
    own_copy.absolute(gone.path).unlink()
    own_copy.scans.index()
    stored = own_copy.last_answers.answer()
    assert stored is not None
    assert len(stored.answer.pairs) < len(before.answer.pairs)
    assert gone.id not in {i for p in stored.answer.pairs for i in (p.excluded.id, p.keeper.id)}
    assert stored.between == before.between


def test_an_answer_that_was_damaged_is_none(project: Project) -> None:
    project.last_answers.refresh_answer()
    project.context.store.database.write(
        lambda c: c.execute("UPDATE record SET value = '{' WHERE key = 'last answer'")
    )
    assert project.last_answers.answer() is None


@pytest.mark.parametrize("split", ["../d", "/tmp", "a/b", "x" * 300, "a\nb"])
def test_an_answer_whose_splits_lead_out_is_none(project: Project, split: str) -> None:
    answer = project.last_answers.refresh_answer()
    own = str(answer.pairs[0].splits[0])
    question = "SELECT value FROM record WHERE key = 'last answer'"
    with closing(sqlite3.connect(project.file)) as connection:
        (text,) = connection.execute(question).fetchone()
        record = json.loads(text)
        for pair in record["pairs"]:
            pair["splits"] = [split if one == own else one for one in pair["splits"]]
        connection.execute(
            "UPDATE record SET value = ? WHERE key = 'last answer'", (json.dumps(record),)
        )
        connection.commit()
    assert project.last_answers.answer() is None
    assert project.last_answers.refresh_answer() == answer
