"""Borders and formats that tell the class: measured, cut and saved alike by an export."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.audit.shortcuts.features import SIDE_PX
from inspector.audit.shortcuts.search import ProbeName, ShortcutVerdict
from inspector.cli.main import run
from inspector.project.diagnosis.shortcuts import Remedy
from inspector.project.export.borders import MAX_BORDER, border_measurement
from inspector.project.project import Project
from inspector.work.jobs import Stop

IMAGES, SIDE, BORDER = 60, 192, 8


@pytest.fixture(scope="module")
def bordered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of the same noise; one has a black border and is PNG, the other JPEG."""
    folder = tmp_path_factory.mktemp("bordered") / "set"
    draw = np.random.default_rng(1)
    for number in range(IMAGES):
        label = ("one", "two")[number % 2]
        split = "validation" if number >= IMAGES - 16 else "training"
        target = folder / split / label / f"{number:04}.{('jpg', 'png')[number % 2]}"
        target.parent.mkdir(parents=True, exist_ok=True)
        blocks = draw.integers(0, 256, (24, 24, 3), np.uint8)
        pixels = np.array(Image.fromarray(blocks).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        if label == "two":
            for edge in (slice(None, BORDER), slice(-BORDER, None)):
                pixels[edge], pixels[:, edge] = 0, 0
        Image.fromarray(pixels).save(target)
    return folder


@pytest.fixture
def opened(bordered: Path, tmp_path: Path) -> Iterator[Project]:
    project = Project(bordered, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    yield project
    project.close()


def test_borders_are_measured_once_per_content(opened: Project) -> None:
    stop = Stop()
    stop.set()
    assert opened.exports.borders(stop=stop) is None
    measurement = opened.exports.borders()
    assert measurement is not None
    assert (measurement.images, measurement.bordered, measurement.wide) == (60, 30, 0)
    # Eight of 192 px are four of 96 lines, and one line more.
    assert measurement.crop == pytest.approx(5 / SIDE_PX, abs=1 / SIDE_PX)
    assert f"{measurement.crop:.1%} is cut from each side of every image" in measurement.text
    assert opened.exports.borders(stop=stop) is measurement
    opened.decisions.drop([s.id for s in opened.samples.everything() if s.label == "two"])
    again = opened.exports.borders()
    assert again is not None
    assert (again.crop, again.images, again.bordered) == (0, 30, 0)
    assert again.text == "None of 30 images has a narrow uniform border."


def test_wide_margins_are_background_and_rare_borders_count() -> None:
    line = SIDE_PX / 100
    assert border_measurement([0, 24, 24]).crop == 0
    assert "2 have a uniform margin of more than 12.5%" in border_measurement([0, 24, 24]).text
    few = border_measurement([0] * 95 + [3 * line] * 5)
    assert (few.crop, few.bordered) == (0, 5)
    assert few.text.startswith("Nothing is cut: 5 of 100 images have a uniform border")
    many = border_measurement([0] * 94 + [3 * line] * 6)
    assert many.crop == pytest.approx(0.03 + 1 / SIDE_PX)
    # One image in twenty may keep a part of its border.
    assert border_measurement([2.0] * 199 + [12.0]).crop == pytest.approx(3 / SIDE_PX)
    most = border_measurement([MAX_BORDER * SIDE_PX] * 2)
    assert most.crop == pytest.approx(MAX_BORDER + 1 / SIDE_PX)


def test_the_export_removes_what_the_probes_read(
    opened: Project, bordered: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {f: f.read_bytes() for f in bordered.rglob("*") if f.is_file()}
    report = opened.shortcuts.find()
    assert report is not None
    assert report.remedies == (Remedy.REENCODE, Remedy.CROP_BORDERS)
    opened.close()
    out = tmp_path / "out"
    where = [str(bordered), "--project", str(tmp_path / "p.inspector"), "--quiet"]
    alike = ["--reencode", "png", "--crop-borders"]
    assert run(["export", *where, "--to", str(out), *alike, "--dry-run", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["reencoding"]["format"] == "png"
    assert run(["export", *where, "--to", str(out), *alike, "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["files"], done["verified"]) == (plan["files"], 60)
    assert {f: f.read_bytes() for f in bordered.rglob("*") if f.is_file()} == before
    cut = round(plan["reencoding"]["crop"] * SIDE)
    with Image.open(out / "training" / "two" / "0001.png") as image:
        assert image.size == (SIDE - 2 * cut, SIDE - 2 * cut)
    after = Project(out, tmp_path / "q.inspector", jobs=1)
    try:
        after.scans.scan()
        again = after.shortcuts.find()
        assert again is not None
        verdicts = {f.result.probe: f.result.verdict for f in again.findings}
        assert verdicts[ProbeName.BORDER] is not ShortcutVerdict.YES
        assert verdicts[ProbeName.SIZE] is not ShortcutVerdict.YES
    finally:
        after.close()


def test_wrong_words_and_links_are_sentences(
    opened: Project, bordered: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened.close()
    where = ["export", str(bordered), "--project", str(tmp_path / "p.inspector"), "--quiet"]
    target = ["--to", str(tmp_path / "out")]
    for words, code, text in (
        (["--crop-borders", "much"], 2, "is no share"),
        (["--crop-borders", "0.9"], 3, "can't be cut"),
        (["--reencode", "--mode", "hardlink"], 3, "shares its bytes"),
    ):
        assert run([*where, *target, *words]) == code
        assert text in capsys.readouterr().err
    assert run([*where, *target, "--crop-borders", "0.05", "--dry-run"]) == 0
    assert "re-encoded as JPEG, quality 90, 5.0% cut from each side" in capsys.readouterr().out
