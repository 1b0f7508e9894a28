"""Groups missing from a list are noticed by their images, and the verdict is withheld."""

import csv
from pathlib import Path

import numpy as np
import pytest

from inspector.audit.diagnosis import Bound, Verdict
from inspector.demo.dataset import ImageKind, make_demo
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule, RuleKind


def _manifest(folder: Path, file: Path, *, hide: int) -> None:
    """List every image with its object as group; hide this many of four groups."""
    with folder.with_name(f"{folder.name}.truth.csv").open() as stream:
        rows = [r for r in csv.DictReader(stream) if r["label"] and r["kind"] != "unreadable"]
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("path", "label", "split", "group"))
        for r in rows:
            hidden = int(r["object"] or 0) % 4 < hide
            group = "" if hidden else r["object"]
            writer.writerow((r["path"], r["label"], r["split"], group))


@pytest.fixture(scope="module")
def bursts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bursts") / "data"
    make_demo(folder, seed=3, kind=ImageKind.LEAK, images=400)
    return folder


@pytest.mark.parametrize("hide", [0, 2])
def test_half_of_the_groups_hidden_is_at_least(bursts: Path, tmp_path: Path, hide: int) -> None:
    file = tmp_path / "list.csv"
    _manifest(bursts, file, hide=hide)
    project = Project(bursts, tmp_path / "p.inspector", jobs=2, manifest=file)
    try:
        project.scans.scan()
        # Names and times of the demo would give away what the list leaves out.
        for offer in project.groups.offers():
            project.groups.use(offer.proposal, on=offer.proposal.provenance.value == "manifest")
        rows = project.groups.images()
        recall = project.groups.recall(rows)
        assert recall is not None
        answer = project.diagnoses.run()
        assert answer is not None
        leakage, shift = answer.terms["leakage"], answer.terms["shift"]
        if hide:
            assert recall < 0.9
            assert leakage.bound is Bound.AT_LEAST
            assert leakage.verdict is not Verdict.NO
            assert shift.bound is Bound.AT_MOST
            assert shift.verdict is Verdict.CANNOT_TELL
            assert any("groups are probably missing" in c for c in answer.caveats)
        else:
            assert recall >= 0.9
            assert leakage.bound is Bound.NONE
    finally:
        project.close()


def test_a_list_says_what_to_judge_on(project: Project, tmp_path: Path) -> None:
    rows = project.groups.images()
    inner = [s for s in rows if s.split == "training"]
    file = tmp_path / "mine.csv"

    def written(lines: list[tuple[str, str]]) -> Rule:
        file.write_text("\n".join(["path,split", *(f"{p},{side}" for p, side in lines)]))
        return Rule(RuleKind.LIST, file=str(file))

    part = written([(s.path, ("val", "train")[i % 3 > 0]) for i, s in enumerate(inner)])
    asked = project.diagnoses.question(part)
    assert np.array_equal(asked.in_training, [s.split == "training" for s in rows])
    assert np.array_equal(asked.in_folder, [s.split == "validation" for s in rows])
    whole = written([(s.path, ("val", "train")[i % 3 > 0]) for i, s in enumerate(rows)])
    asked = project.diagnoses.question(whole)
    assert np.array_equal(asked.in_training, [i % 3 > 0 for i in range(len(rows))])
    assert np.array_equal(asked.in_folder, [i % 3 == 0 for i in range(len(rows))])
