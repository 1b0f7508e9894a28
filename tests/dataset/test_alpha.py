"""A shape drawn by transparency alone is not reported as one colour."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.dataset.decoding import Flag, read_picture
from inspector.project.project import Project


def icon(folder: Path, name: str, alpha: np.ndarray) -> str:
    rgba = np.zeros((32, 32, 4), np.uint8)
    rgba[..., 3] = alpha
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgba).save(folder / name)
    return str(folder / name)


def disc() -> np.ndarray:
    y, x = np.mgrid[:32, :32]
    return np.where((y - 16) ** 2 + (x - 16) ** 2 < 100, 255, 0).astype(np.uint8)


@pytest.mark.parametrize(("alpha", "shaped"), [(disc(), True), (np.full((32, 32), 255), False)])
def test_the_flag_tells_a_shape_from_plain_colour(
    tmp_path: Path, alpha: np.ndarray, shaped: bool
) -> None:
    flags = read_picture(icon(tmp_path, "a.png", alpha)).flags
    assert flags & Flag.FLAT
    assert bool(flags & Flag.SHAPED_ALPHA) == shaped


def test_the_finding_says_what_keras_makes_of_it(tmp_path: Path) -> None:
    for name in ("on", "off"):
        icon(tmp_path / "set" / name, "a.png", disc())
    project = Project(tmp_path / "set", tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    found = {f.code: f for f in project.findings.overview().findings}
    assert "flat" not in found
    assert found["shape_in_alpha"].count == 2
    assert "Keras drops transparency" in found["shape_in_alpha"].text
    project.close()
