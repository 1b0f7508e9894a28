"""What is expected to be false is said in JSON and words; the embedding brings pairs from afar."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.cli.main import run as main
from inspector.project.project import Project
from inspector.project.review.duplicates import Level
from inspector.similarity.levels import SURE
from inspector.work.jobs import Stop

IMAGES = 30
TURNED = (3, 11)
LATER = 6


def scene(seed: int) -> np.ndarray:
    """Large and small forms with colour."""
    draw = np.random.default_rng(seed)
    picture = np.empty((240, 320, 3), np.uint8)
    picture[:] = draw.integers(40, 215, 3)
    for step in range(70):
        size = max(4, int(100 * 0.95**step))
        at = (int(draw.integers(0, 320)), int(draw.integers(0, 240)))
        colour = tuple(int(c) for c in draw.integers(0, 256, 3))
        axes = (size, max(2, int(size * draw.random())))
        cv2.ellipse(picture, at, axes, float(draw.integers(0, 180)), 0, 360, colour, -1)
    return picture


def turned(picture: np.ndarray) -> np.ndarray:
    """Mirrored, and turned by 22 degrees."""
    matrix = cv2.getRotationMatrix2D((160, 120), 22, 1)
    return cv2.warpAffine(np.ascontiguousarray(picture[:, ::-1]), matrix, (320, 240))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "images"
    for seed in range(IMAGES):
        file = root / "train" / "ab"[seed % 2] / f"{seed}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), scene(seed))
    for seed in TURNED:
        file = root / "val" / "ab"[seed % 2] / f"{seed}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), turned(scene(seed)))
    (root / "val" / "a").mkdir()
    cv2.imwrite(str(root / "val" / "a" / "near.jpg"), scene(0), [cv2.IMWRITE_JPEG_QUALITY, 40])
    return root


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    opened = Project(folder, folder.parent / "p.inspector", jobs=1)
    opened.scans.scan()
    yield opened
    opened.close()


def confirmed(project: Project) -> set[tuple[str, str]]:
    return {
        (p.a.path, p.b.path) for p in project.duplicates.pairs() if p.level is Level.SURE
    }  # fmt: skip


def test_a_scan_says_how_many_pairs_may_be_false(project: Project) -> None:
    expected = project.false_pairs.expected()
    assert expected is not None
    assert (expected.pairs, expected.threshold, expected.two_labels) == (1, SURE, 0)
    assert expected.mean < 0.5
    assert project.false_pairs.text().startswith("Expected false among 1 confirmed")
    assert project.fixes.near.measured().text.endswith(project.false_pairs.text())
    # Below the level that was measured it can't be told.
    project.duplicates.set_threshold(0.7)
    assert project.false_pairs.expected() is None
    assert "can't be estimated" in project.false_pairs.text()


def test_the_embedding_brings_what_is_mirrored_and_turned(project: Project) -> None:
    far = {(f"train/b/{seed}.png", f"val/b/{seed}.png") for seed in TURNED}
    before = confirmed(project)
    assert not before & far
    project.embeddings.complete()
    project.scans.scan()
    assert confirmed(project) == before | far
    again = project.scans.scan()
    assert again.complete
    assert confirmed(project) == before | far


def test_a_later_image_is_compared_by_the_embedding_in_its_own_scan(
    project: Project, folder: Path
) -> None:
    assert project.scans.embedding_time() == "1 s"
    assert not project.scans.compares_embeddings()
    assert project.scans.scan(embedding=True).complete
    assert project.scans.embedding_time() is None
    cv2.imwrite(str(folder / "val" / "a" / "later.png"), turned(scene(LATER)))
    assert project.scans.scan().new == 1
    assert project.scans.compares_embeddings()
    assert project.embeddings.missing() == 0
    label = "ab"[LATER % 2]
    assert (f"train/{label}/{LATER}.png", "val/a/later.png") in confirmed(project)


def test_a_stopped_embedding_leaves_the_scan_unfinished(project: Project) -> None:
    stop = Stop()
    stop.set()
    assert not project.scans.scan(embedding=True, stop=stop).complete
    assert not project.scans.compares_embeddings()


def test_the_terminal_says_it_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(folder.parent / "q.inspector")
    words = ["duplicates", str(folder), "--project", file]
    assert main(words) == 0
    assert "--embedding compares them too" in capsys.readouterr().out
    assert main([*words, "--json", "--embedding"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["embedding"] is True
    assert document["expected_false"]["pairs"] == 1 + len(TURNED)
    assert document["expected_false"]["low"] == 0
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "Expected false among 3 confirmed" in printed
    assert "--embedding" not in printed
