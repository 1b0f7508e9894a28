"""Folds of a cross-validation: each against the rest."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.errors import UsageError
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule


def image(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (64, 64, 3), np.uint8)).save(path)


@pytest.fixture
def folds(tmp_path: Path) -> Project:
    """Three folds in folders; one image of fold10 is also in fold2."""
    root = tmp_path / "set"
    for number, fold in enumerate(("fold1", "fold2", "fold10")):
        for c in "ab":
            for i in range(4):
                image(root / fold / c / f"{i}.png", 100 * number + 10 * (c == "b") + i)
    image(root / "fold2" / "a" / "twin.png", 200)
    project = Project(root, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    return project


def test_the_folds_are_known_in_their_order(folds: Project) -> None:
    assert folds.splits.folds() == ["fold1", "fold2", "fold10"]
    folds.close()


def test_without_a_choice_the_first_is_held_out_and_said(folds: Project) -> None:
    found = folds.splits.leaks(Rule())
    assert {p.partition("/")[0] for p in found.membership.validation} == {"fold1"}
    assert {p.partition("/")[0] for p in found.membership.training} == {"fold2", "fold10"}
    (said,) = [f for f in found.findings if f.code == "fold_held_out"]
    assert said.text.startswith("fold1 is held out for validation")
    assert found.leaks == ()
    folds.close()


@pytest.mark.parametrize(("fold", "leaks"), [("fold1", 0), ("fold2", 1), ("fold10", 1)])
def test_each_fold_is_held_against_the_others(folds: Project, fold: str, leaks: int) -> None:
    found = folds.splits.leaks(Rule(fold=fold))
    assert {p.partition("/")[0] for p in found.membership.validation} == {fold}
    assert len(found.membership.training) + len(found.membership.validation) == 25
    assert len(found.leaks) == leaks
    folds.splits.set_rule(Rule(fold=fold))
    assert folds.splits.rule.text == f"{fold} against the other folds"
    folds.close()


def test_a_fold_that_is_not_there(folds: Project) -> None:
    with pytest.raises(UsageError, match="no fold fold7") as caught:
        folds.splits.leaks(Rule(fold="fold7"))
    assert "fold1, fold2, fold10" in caught.value.advice
    folds.close()


def test_folds_of_a_table(tmp_path: Path) -> None:
    root = tmp_path / "set"
    lines = ["file,label,fold"]
    for n in range(8):
        image(root / "images" / f"{n}.png", n)
        lines.append(f"{n}.png,{'oak' if n < 4 else 'elm'},{n % 2}")
    (root / "folds.csv").write_text("\n".join(lines))
    project = Project(root, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    assert project.splits.folds() == ["fold 0", "fold 1"]
    made = project.splits.membership(Rule(fold="fold 1"))
    assert len(made.training) == len(made.validation) == 4
    project.close()
