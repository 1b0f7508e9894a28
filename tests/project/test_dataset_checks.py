"""Checks of the dataset itself appear on Overview, in the leakage and in the report."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.dataset.layouts import Choice
from inspector.project.project import Project


def make(root: Path, counts: dict[str, int]) -> Path:
    for number, (folder, count) in enumerate(counts.items()):
        (root / folder).mkdir(parents=True)
        for i in range(count):
            noise = np.random.default_rng(1000 * number + i).integers(0, 255, (16, 16, 3), np.uint8)
            Image.fromarray(noise).save(root / folder / f"{i}.png")
    return root


def codes(project: Project) -> list[str]:
    project.scans.scan()
    return [f.code for f in project.findings.overview().findings]


def test_class_tables_that_differ_lead_the_overview_and_the_leaks(tmp_path: Path) -> None:
    root = make(
        tmp_path / "set",
        {"train/ant": 3, "train/bee": 3, "train/cat": 3, "val/bee": 3, "val/cat": 3},
    )
    project = Project(root, tmp_path / "p.inspector", jobs=1)
    assert codes(project)[0] == "class_tables_differ"
    first = project.findings.overview().findings[0]
    assert first.severity == "high"
    assert first.title == "The class folders of train and val differ"
    assert '"ant" is in train and not in val' in first.text
    assert "bee is 1 in train and 0 in val" in first.text
    assert len(first.samples) == 3
    found = project.splits.leaks(project.splits.rule).findings
    (pitfall,) = [f for f in found if f.code == "class_tables_differ"]
    assert pitfall.numbers["train/ant"] == 0
    assert pitfall.numbers["val/bee"] == 0
    assert pitfall.numbers["train/bee"] == 1
    project.close()


def test_a_doubtful_reading_leads_until_it_is_confirmed(tmp_path: Path) -> None:
    root = make(tmp_path / "set", {"images": 3, "ant": 3, "bee": 3})
    project = Project(root, tmp_path / "p.inspector", jobs=1)
    assert codes(project)[0] == "layout_unsure"
    finding = project.findings.overview().findings[0]
    assert 'A class is called "images"' in finding.text
    assert finding.opens == "layout"
    project.set_layout(project.layout.choice)
    assert "layout_unsure" not in codes(project)
    project.close()
    again = Project(root, tmp_path / "p.inspector", jobs=1)
    assert again.choice.kind is not None
    assert again.layout.sure
    again.set_layout(Choice())
    assert "layout_unsure" in codes(again)
    again.close()


@pytest.mark.parametrize(("many", "says"), [(64, True), (30, False)])
def test_an_imbalance_is_said_with_what_it_does_to_accuracy(
    tmp_path: Path, many: int, says: bool
) -> None:
    root = make(tmp_path / "set", {"common": many, "rare": 2})
    project = Project(root, tmp_path / "p.inspector", jobs=1)
    assert ("class_imbalance" in codes(project)) == says
    if says:
        finding = project.findings.overview().findings[0]
        assert finding.title == "The classes are imbalanced 32 to 1"
        assert "97%" in finding.text
    project.close()


def test_one_class_gives_no_accuracy(tmp_path: Path) -> None:
    root = make(tmp_path / "set", {"only": 4})
    project = Project(root, tmp_path / "p.inspector", jobs=1)
    assert "one_class" in codes(project)
    (finding,) = [f for f in project.findings.overview().findings if f.code == "one_class"]
    assert finding.title == "All 4 images are of 1 class, only"
    project.close()


def test_the_diagnosis_says_it_too(tmp_path: Path) -> None:
    folders = {f"{s}/{c}": 12 for s in ("train", "val") for c in ("bee", "cat")}
    root = make(tmp_path / "set", folders | {"train/ant": 12})
    project = Project(root, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    answer = project.diagnoses.run(seeds=1)
    assert answer is not None
    assert answer.caveats[0].startswith("The class folders of train and val differ")
    project.close()


@pytest.mark.parametrize(("size", "told"), [((20, 16), True), ((16, 16), False)])
def test_a_class_that_its_format_and_size_betray_is_a_finding(
    tmp_path: Path, size: tuple[int, int], told: bool
) -> None:
    root = make(
        tmp_path / "set", {"train/sick": 30, "train/well": 30, "val/sick": 5, "val/well": 5}
    )
    for file in root.rglob("sick/*.png"):
        with Image.open(file) as image:
            image.resize(size, Image.Resampling.NEAREST).save(file)
    project = Project(root, tmp_path / "p.inspector", jobs=1)
    assert ("format_tells_class" in codes(project)) == told
    if told:
        found = {f.code: f for f in project.findings.overview().findings}["format_tells_class"]
        assert "sick: 100% are PNG 20x16; well: 100% are PNG 16x16" in found.text
        assert found.action == ""
        assert len(found.samples) == 70
    project.close()


def test_glyphs_that_turn_into_each_other_are_no_duplicates(tmp_path: Path) -> None:
    """An L and its mirror image are two classes: no leak, no copy, no label conflict."""
    shape = np.full((96, 96), 255, np.uint8)
    shape[16:80, 24:36] = shape[68:80, 24:72] = 0
    root = tmp_path / "set"
    for folder, pixels in (("train/l", shape), ("val/j", shape[:, ::-1])):
        (root / folder).mkdir(parents=True)
        Image.fromarray(pixels).save(root / folder / "0.png")
    project = Project(root, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    leakage = project.splits.leaks()
    assert leakage.leaks == ()
    (finding,) = [f for f in leakage.findings if f.code == "turned_other_class"]
    assert finding.files == ("train/l/0.png", "val/j/0.png")
    assert "(mirror)" in finding.text
    (pair,) = project.duplicates.pairs()
    assert (pair.level, pair.transform) == ("possible", "mirror")
    assert project.duplicates.clusters() == []
    assert project.duplicates.label_conflicts() == []
    project.decisions.relabel([pair.b.id], "l")
    assert len(project.splits.leaks().leaks) == 1
    project.close()
