"""Leakage between two datasets: by kind, from folders and from fingerprint files."""

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.cli.main import run
from inspector.errors import DatasetError, ExportError
from inspector.project.project import Project
from inspector.project.review.duplicates import Level, PairKind
from inspector.project.review.image_collection import collection_of
from inspector.similarity.fingerprint_file import Detail, read_fingerprints

COPIES = ("same.jpg", "anew.png", "mirrored.png", "small.jpg")


@pytest.fixture
def benchmark(demo: Path, tmp_path: Path) -> Path:
    """Another dataset: four copies of one demo image, and noise that is in no other."""
    source = sorted((demo / "training").rglob("IMG_*.jpg"))[0]
    folder = tmp_path / "benchmark"
    for split in ("test", "train"):
        for label in ("one", "two"):
            (folder / split / label).mkdir(parents=True)
    shutil.copy(source, folder / "test" / "one" / "same.jpg")
    with Image.open(source) as opened:
        image = opened.convert("RGB")
    image.save(folder / "test" / "one" / "anew.png")
    image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "test" / "two" / "mirrored.png")
    half = (image.width * 3 // 4, image.height * 3 // 4)
    image.resize(half).save(folder / "test" / "two" / "small.jpg", quality=70)
    draw = np.random.default_rng(1)
    for number in range(6):
        blocks = draw.integers(0, 256, (12, 12, 3), np.uint8)
        noise = Image.fromarray(blocks).resize((120, 120), Image.Resampling.BICUBIC)
        noise.save(folder / "train" / ("one", "two")[number % 2] / f"noise-{number}.png")
    return folder


@pytest.fixture
def other(benchmark: Path, tmp_path: Path) -> Iterator[Project]:
    opened = Project(benchmark, tmp_path / "b.inspector", jobs=1)
    opened.scans.scan()
    yield opened
    opened.close()


def leaked_source(demo: Path) -> str:
    return sorted((demo / "training").rglob("IMG_*.jpg"))[0].relative_to(demo).as_posix()


def test_each_copy_is_found_by_its_kind(project: Project, other: Project, demo: Path) -> None:
    audit = project.audits.against(other.fingerprints.collection())
    assert audit is not None
    source = leaked_source(demo)
    kinds = {Path(p.b.path).name: p.kind for p in audit.confirmed if p.a.path == source}
    assert kinds == dict(
        zip(COPIES, (PairKind.BYTES, kinds["anew.png"], PairKind.TRANSFORMED, PairKind.NEAR),
            strict=True)
    )  # fmt: skip
    # A JPEG's pixels are those of its PNG where both decoders agree.
    assert kinds["anew.png"] in (PairKind.PIXELS, PairKind.NEAR)
    assert audit.b.leaked == len(COPIES)
    assert audit.b.by_split == {"test": (4, 4), "training": (0, 6)}
    assert audit.a.by_split["training"][0] >= 1
    assert audit.compared == audit.a.images * 10
    assert "4 of 10 images of benchmark (40.0%) have a near-duplicate" in audit.summary


def test_a_fingerprint_file_decides_as_the_images_do(
    project: Project, other: Project, tmp_path: Path
) -> None:
    file = tmp_path / "b.fingerprints"
    assert other.fingerprints.write(file) == 10
    by_images = project.audits.against(other.fingerprints.collection())
    by_file = project.audits.against(collection_of(read_fingerprints(file)))
    assert by_images is not None
    assert by_file is not None
    assert by_file.from_file
    assert {(p.a.path, p.b.path, p.kind, p.similarity) for p in by_file.pairs} == {
        (p.a.path, p.b.path, p.kind, p.similarity) for p in by_images.pairs
    }


def test_hashes_alone_confirm_identity_and_nothing_else(
    project: Project, other: Project, tmp_path: Path
) -> None:
    file = tmp_path / "b.fingerprints"
    other.fingerprints.write(file, detail=Detail.HASHES, anonymous=True)
    read = read_fingerprints(file)
    assert all(path.startswith("image-") for path in read.paths)
    audit = project.audits.against(collection_of(read))
    assert audit is not None
    assert {p.kind for p in audit.confirmed} <= {PairKind.BYTES, PairKind.PIXELS}
    candidates = [p for p in audit.pairs if p.level is Level.POSSIBLE]
    assert candidates
    assert all(p.similarity is None for p in candidates)


def test_excluded_images_are_left_out(project: Project, other: Project, demo: Path) -> None:
    source = leaked_source(demo)
    ids = [s.id for s in project.samples.everything() if s.path == source]
    project.decisions.drop(ids)
    audit = project.audits.against(other.fingerprints.collection())
    assert audit is not None
    assert source not in {p.a.path for p in audit.pairs}


def test_a_dataset_is_not_compared_with_itself(project: Project) -> None:
    with pytest.raises(DatasetError, match="the same dataset"):
        project.audits.against(project.fingerprints.collection())


def test_a_fingerprint_file_is_never_written_into_a_dataset(project: Project) -> None:
    with pytest.raises(ExportError, match="inside the dataset"):
        project.fingerprints.write(project.root / "a.fingerprints")


def test_verbs_write_and_compare(
    demo: Path, benchmark: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, page = tmp_path / "b.fingerprints", tmp_path / "audit.html"
    assert run(["fingerprints", str(benchmark), "-o", str(file), "--json", "--quiet"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert written["images"] == 10
    assert written["bytes"] == file.stat().st_size
    words = ["audit", str(demo), "--against", str(file), "-o", str(page), "--json", "--quiet"]
    assert run(words) == 0
    audit = json.loads(capsys.readouterr().out)
    assert (audit["against"], audit["detail"]) == ("fingerprints", "full")
    assert audit["b"]["leaked"] == 4
    html = page.read_text("utf-8")
    assert "test/one/same.jpg" in html
    assert "Leakage between shapes and benchmark" in html
    # Known now: the same question by the images, in words.
    assert run(["audit", str(demo), "--against", str(benchmark), "--quiet"]) == 0
    assert "4 of 10 images of benchmark" in capsys.readouterr().out


def test_a_hostile_file_is_one_error(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "b.fingerprints"
    file.write_bytes(b"INSPECTOR FINGERPRINTS 1\n{}\n")
    assert run(["audit", str(demo), "--against", str(file), "--quiet"]) == 3
    error = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in error] == ["error", "advice"]


def test_the_list_of_pairs_is_a_csv(
    project: Project, other: Project, demo: Path, tmp_path: Path
) -> None:
    audit = project.audits.against(other.fingerprints.collection())
    assert audit is not None
    file = tmp_path / "pairs.csv"
    project.audits.write_report(audit, file, root=other.root)
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(r["a"], r["b"], r["kind"]) for r in rows] == [
        (p.a.path, p.b.path, p.kind.value) for p in audit.pairs
    ]
    assert {r["split_b"] for r in rows} == {"test"}
    for root in (demo, other.root):
        with pytest.raises(ExportError, match="inside"):
            project.audits.write_report(audit, root / "pairs.csv", root=other.root)
