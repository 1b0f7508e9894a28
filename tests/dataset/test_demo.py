"""The demo is what it says about itself."""

import csv
import hashlib
import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.demo.dataset import ImageKind, Planted, make_demo, truth_path
from inspector.errors import DatasetError, UsageError

PICTURES = 90
Rows = list[dict[str, str]]


def read_truth(folder: Path) -> Rows:
    with truth_path(folder).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def files_of(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(np.float64)


def digest_of(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(files_of(folder)):
        whole.update(path.encode() + (folder / path).read_bytes())
    whole.update(truth_path(folder).read_bytes())
    return whole.hexdigest()


@pytest.fixture(scope="module")
def leak(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted, Rows]:
    folder = tmp_path_factory.mktemp("demo") / "leak"
    planted = make_demo(folder, seed=3, kind=ImageKind.LEAK, images=PICTURES)
    return folder, planted, read_truth(folder)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    folders = [tmp_path / name / "demo" for name in "abc"]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        folder.parent.mkdir()
        make_demo(folder, seed=seed, kind=ImageKind.BOTH, images=60)
    assert digest_of(folders[0]) == digest_of(folders[1]) != digest_of(folders[2])


def test_the_truth_names_exactly_the_files_on_disk(leak: tuple[Path, Planted, Rows]) -> None:
    folder, _, rows = leak
    assert sorted(row["path"] for row in rows) == sorted(files_of(folder))
    for row in rows:
        assert row["path"].startswith(f"{row['split']}/{row['label']}/")


def test_what_can_be_read_numbers_as_asked(leak: tuple[Path, Planted, Rows]) -> None:
    folder, planted, rows = leak
    assert planted.images == PICTURES
    for row in rows:
        data = (folder / row["path"]).read_bytes()
        if row["kind"] in ("unreadable", "ignored"):
            with pytest.raises(OSError):
                Image.open(io.BytesIO(data)).load()
        else:
            with Image.open(io.BytesIO(data)) as image:
                image.load()
    kinds = Counter(row["kind"] for row in rows)
    assert kinds["unreadable"] == planted.unreadable == 1
    assert kinds["ignored"] == kinds["flat"] == kinds["dark"] == kinds["blurred"] == 1


def test_copies_are_what_they_are_called(leak: tuple[Path, Planted, Rows]) -> None:
    folder, planted, rows = leak
    seen: Counter[str] = Counter()
    for row in rows:
        if not row["copy_of"]:
            continue
        copy, first = folder / row["path"], folder / row["copy_of"]
        assert first.parts[-3] == "training"
        assert row["split"] == ("training" if row["kind"] == "conflict" else "validation")
        same_bytes = copy.read_bytes() == first.read_bytes()
        assert same_bytes == (row["kind"] in ("bytes", "conflict"))
        assert (copy.parts[-2] != first.parts[-2]) == (row["kind"] == "conflict")
        a, b = pixels_of(first), pixels_of(copy)
        seen[row["kind"]] += 1
        match row["kind"], row["transform"]:
            case "bytes" | "pixels" | "conflict", _:
                assert np.array_equal(a, b)
            case "near", "half size":
                assert b.shape == (a.shape[0] // 2, a.shape[1] // 2, 3)
            case "near", _:
                assert 0 < np.abs(a - b).mean() < 8
            case _, "mirror":
                assert np.abs(a[:, ::-1] - b).mean() < 5 < np.abs(a - b).mean()
            case _, how:
                turned = np.rot90(a, {"turn 90": 1, "turn 270": 3}[how])
                assert np.abs(turned - b).mean() < 5
    assert seen["bytes"] == planted.bytes >= 1
    assert seen["pixels"] == planted.pixels >= 1
    assert seen["transformed"] == planted.transformed >= 3
    assert seen["conflict"] == planted.conflicting_labels >= 1


def test_near_pairs_are_frames_across_the_splits_and_near_copies(
    leak: tuple[Path, Planted, Rows],
) -> None:
    _, planted, rows = leak
    bursts = [row for row in rows if row["kind"] == "burst"]
    across = sum(
        a["object"] == b["object"] and a["split"] < b["split"] for a in bursts for b in bursts
    )
    assert across > 0
    assert planted.near == across + sum(row["kind"] == "near" for row in rows)
    assert planted.groups == len({row["object"] for row in bursts})


def test_names_and_clocks_tell_the_bursts(leak: tuple[Path, Planted, Rows]) -> None:
    folder, _, rows = leak
    moments: dict[str, list[str]] = {}
    for row in rows:
        if row["kind"] == "burst":
            assert Path(row["path"]).name.startswith(f"IMG_{int(row['object']):04d}_b")
            with Image.open(folder / row["path"]) as image:
                moments.setdefault(row["object"], []).append(
                    image.getexif().get_ifd(0x8769)[0x9003]
                )
    starts = sorted(min(shots) for shots in moments.values())
    assert len(set(starts)) == len(starts)
    for shots in moments.values():
        assert len(set(shots)) == len(shots)
        assert len({moment[:13] for moment in shots}) <= 2


@pytest.mark.parametrize("kind", list(ImageKind))
def test_every_kind_plants_what_it_says_and_fills_every_class(
    kind: ImageKind, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    planted = make_demo(folder, kind=kind, images=60)
    rows = read_truth(folder)
    pairs = (planted.bytes, planted.pixels, planted.near, planted.transformed)
    leaky = kind in (ImageKind.LEAK, ImageKind.BOTH)
    assert all(n > 0 for n in pairs) == leaky
    assert any(n > 0 for n in (*pairs, planted.conflicting_labels)) == leaky
    assert (planted.shift != "none") == (kind in (ImageKind.SHIFT, ImageKind.BOTH))
    assert len({(row["split"], row["label"]) for row in rows}) == 2 * planted.classes
    sides: dict[str, set[str]] = {}
    for row in rows:
        sides.setdefault(row["object"], set()).add(row["split"])
    assert any(len(side) == 2 for name, side in sides.items() if name) == leaky


def test_a_shifted_folder_is_darker_and_warmer(tmp_path: Path) -> None:
    make_demo(tmp_path / "demo", kind=ImageKind.SHIFT, images=60)
    light: dict[str, list[np.ndarray]] = {"training": [], "validation": []}
    for row in read_truth(tmp_path / "demo"):
        if row["kind"] in ("single", "burst"):
            pixels = pixels_of(tmp_path / "demo" / row["path"])
            light[row["split"]].append(pixels.mean((0, 1)))
    training, validation = (np.mean(light[side], 0) for side in ("training", "validation"))
    assert validation.mean() < 0.8 * training.mean()
    assert validation[0] / validation[2] > 1.2 * training[0] / training[2]


def test_the_json_has_the_fixed_shape(leak: tuple[Path, Planted, Rows]) -> None:
    document = leak[1].as_json()
    assert list(document) == ["path", "images", "classes", "planted"]
    planted = document["planted"]
    assert isinstance(planted, dict)
    names = "bytes pixels near transformed groups conflicting_labels unreadable shift"
    assert list(planted) == names.split()


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DatasetError, match="not an empty folder") as refusal:
        make_demo(tmp_path, images=60)
    assert refusal.value.advice
    assert files_of(tmp_path) == {"mine.txt"}
    with pytest.raises(DatasetError):
        make_demo(tmp_path / "mine.txt", images=60)
    with pytest.raises(DatasetError, match="can't write"):
        make_demo(tmp_path / "mine.txt" / "demo", images=60)


def test_too_few_images_and_a_negative_seed_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        make_demo(tmp_path / "demo", images=10)
    with pytest.raises(UsageError):
        make_demo(tmp_path / "demo", seed=-1)
    assert not (tmp_path / "demo").exists()
