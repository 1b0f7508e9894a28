"""Datasets on which the program once failed, from the terminal."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.cli.main import run


def _photo(seed: int) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 255, (8, 10, 3), np.uint8)
    return Image.fromarray(coarse).resize((160, 120), Image.Resampling.BICUBIC)


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert run([*words, "--json", "--quiet"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert isinstance(answer, dict)
    return answer


def test_byte_copies_in_linked_class_folders_are_leaks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keras reads 30 files through the links; 6 of its 9 validation files have a copy."""
    (tmp_path / "data").mkdir()
    for number, label in enumerate(("cats", "dogs")):
        folder = tmp_path / "store" / label
        folder.mkdir(parents=True)
        for i in range(10):
            _photo(100 * number + i).save(folder / f"{i}.jpg")
            if i < 5:
                shutil.copy(folder / f"{i}.jpg", folder / f"{i}copy.jpg")
        (tmp_path / "data" / label).symlink_to(folder, target_is_directory=True)
    answer = _json(
        capsys, "leaks", str(tmp_path / "data"), "--project", str(tmp_path / "p.inspector"),
        "--loader", "image_dataset_from_directory", "--validation-split", "0.3", "--seed", "3",
    )  # fmt: skip
    assert answer["validation_images"] == 9
    assert answer["validation_leaked"] == 6
    leaks = answer["leaks"]
    assert isinstance(leaks, list)
    assert {leak["kind"] for leak in leaks} == {"bytes"}


def test_fix_leaves_a_validation_folder_where_each_class_is_one_cluster(tmp_path: Path) -> None:
    for number, label in enumerate(("a", "b")):
        for i in range(12):
            file = tmp_path / "set" / ("val" if i > 8 else "train") / label / f"{i}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            _photo(number).save(file, quality=60 + 3 * i)
    project = ["--project", str(tmp_path / "p.inspector")]
    assert run(["fix", str(tmp_path / "set"), "--to", str(tmp_path / "clean"), *project]) == 0
    for split, count in (("train", 18), ("val", 6)):
        assert len(list((tmp_path / "clean" / split).rglob("*.jpg"))) == count
