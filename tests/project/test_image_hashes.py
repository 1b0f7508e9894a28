"""ImageHash through the project: the library's own pairs, cached, in both listings."""

import itertools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import imagehash
import pytest
from PIL import Image

from inspector.cli.main import run
from inspector.errors import UsageError
from inspector.project.project import Project
from inspector.similarity.image_hashes import QUICK_METHODS, HashMethod
from inspector.work.jobs import Progress, Stop


@pytest.fixture
def small(demo: Path, tmp_path: Path) -> Path:
    """Some images of the demo, a copy that was saved again, and a truncated file."""
    folder = tmp_path / "small"
    for file in sorted((demo / "training").rglob("IMG_*.jpg"))[:14]:
        target = folder / file.relative_to(demo)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    first = sorted(folder.rglob("*.jpg"))[0]
    with Image.open(first) as image:
        image.convert("RGB").save(first.with_name("again.png"))
    return folder


@pytest.fixture
def project(small: Path, tmp_path: Path) -> Iterator[Project]:
    opened = Project(small, tmp_path / "p.inspector", jobs=1)
    opened.scans.scan()
    yield opened
    opened.close()


def expected_pairs(folder: Path, distance: int) -> dict[tuple[str, str], int]:
    """Return the pairs that a script using the library finds."""
    hashes = {}
    for file in sorted(folder.rglob("*.*")):
        with Image.open(file) as image:
            hashes[file.relative_to(folder).as_posix()] = imagehash.phash(image)
    return {
        (a, b): int(hashes[a] - hashes[b])
        for a, b in itertools.combinations(sorted(hashes), 2)
        if hashes[a] - hashes[b] <= distance
    }


def test_pairs_are_those_of_a_script(project: Project, small: Path) -> None:
    compared = project.image_hashes.compare(HashMethod.PHASH, 12)
    assert compared is not None
    pairs = {tuple(sorted((p.a.path, p.b.path))): p.distance for p in compared.pairs}
    expected = expected_pairs(small, 12)
    assert expected
    assert pairs == expected
    assert [p.distance for p in compared.pairs] == sorted(expected.values())
    assert compared.crowded == compared.unhashed == ()


def test_a_second_look_hashes_nothing(project: Project) -> None:
    first = project.image_hashes.compare(HashMethod.DHASH)
    progress = Progress()
    assert project.image_hashes.compare(HashMethod.DHASH, progress=progress) == first
    assert progress.snapshot().phase == "comparing hashes"


def test_hashes_of_one_image_and_of_all_agree(project: Project, small: Path) -> None:
    sample = project.samples.everything()[0]
    one = project.image_hashes.of(sample)
    assert tuple(one) == QUICK_METHODS
    with Image.open(small / sample.path) as image:
        assert one[HashMethod.WHASH] == str(imagehash.whash(image))
    texts = project.image_hashes.texts()
    assert texts[sample.id] == one
    assert len(texts) == 15


def test_a_stop_ends_it_without_an_answer(project: Project) -> None:
    stop = Stop()
    stop.set()
    assert project.image_hashes.compare(HashMethod.AHASH, stop=stop) is None


@pytest.mark.parametrize("distance", [-1, 21])
def test_a_distance_out_of_range_is_refused(project: Project, distance: int) -> None:
    with pytest.raises(UsageError, match="between 0 and 20"):
        project.image_hashes.compare(HashMethod.PHASH, distance)


def test_the_terminal_prints_pairs_with_method_and_distance(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [str(small), "--project", str(tmp_path / "q.inspector"), "--quiet", "--jobs", "1"]
    assert run(["duplicates", *where, "--method", "phash", "--distance", "12", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["method"], document["distance"]) == ("phash", 12)
    first = document["pairs"][0]
    assert (first["method"], first["splits"]) == ("phash", ["training", "training"])
    assert {(p["a"], p["b"]) for p in document["pairs"]} | {
        (p["b"], p["a"]) for p in document["pairs"]
    } >= set(expected_pairs(small, 12))
    assert run(["quality", *where, "--json"]) == 0
    quality = json.loads(capsys.readouterr().out)
    with Image.open(small / quality[0]["path"]) as image:
        assert quality[0]["hashes"]["phash"] == str(imagehash.phash(image))
    assert run(["duplicates", *where, "--method", "phash", "--distance", "12"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"{len(document['pairs'])} pairs within 12 bits by phash"
    for wrong in (["--distance", "3"], ["--method", "phash", "--kind", "near"]):
        assert run(["duplicates", *where, *wrong]) == 2
        error = capsys.readouterr().err.splitlines()
        assert [line.partition(":")[0] for line in error] == ["error", "advice"]
