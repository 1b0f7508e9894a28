"""Copies of fine stripes are confirmed by their files; other things with such stripes are not."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from inspector.project.catalog import file_comparison
from inspector.project.project import Project
from inspector.similarity.full_size.comparison import similarity_of
from inspector.similarity.full_size.images import SIDES_PX, FullImage, full_image
from inspector.similarity.levels import POSSIBLE, SURE
from inspector.similarity.orientations import INVERSE, apply
from inspector.similarity.verification import compare
from inspector.work.jobs import Progress
from tests.similarity.shirts import DARK, FINE, HEIGHT, WIDTH, Pixels, cut, shirt


def with_pocket(picture: Pixels) -> Pixels:
    return cv2.rectangle(picture.copy(), (210, 180), (260, 240), DARK, -1)


def framed(picture: Pixels) -> Pixels:
    return cv2.copyMakeBorder(picture, *[20] * 4, cv2.BORDER_CONSTANT, value=(255, 255, 255))


def rotated(picture: Pixels) -> Pixels:
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 5, 1)
    return cv2.warpAffine(picture, turn, (WIDTH, HEIGHT))


def smaller(picture: Pixels) -> Pixels:
    return cv2.resize(picture, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)


def both(one: Pixels, two: Pixels, transform: int = 0) -> tuple[float, float]:
    """Return the similarity of two fingerprints, and of their images."""
    a, b = full_image(one), full_image(two)
    before = compare(a.record, b.record, transform)
    return before, similarity_of(a, b, before, transform)


@pytest.mark.parametrize("stripes", FINE)
def test_a_crop_of_fine_stripes_is_confirmed_by_its_file(stripes: float) -> None:
    before, after = both(shirt(stripes), cut(shirt(stripes)))
    assert POSSIBLE < before < SURE
    assert after > SURE + 0.1


@pytest.mark.parametrize(
    "change",
    [rotated, framed, lambda p: smaller(cut(p)), lambda p: framed(cut(p))],
    ids=["rotated", "framed", "cut and smaller", "cut and framed"],
)
@pytest.mark.parametrize("stripes", FINE)
def test_other_copies_are_confirmed_in_either_order(
    stripes: float, change: Callable[[Pixels], Pixels]
) -> None:
    one, two = full_image(shirt(stripes)), full_image(change(shirt(stripes)))
    assert similarity_of(one, two, 0.7) > SURE
    assert similarity_of(two, one, 0.7) > SURE


@pytest.mark.parametrize("transform", range(1, 8))
def test_a_flipped_or_rotated_crop_is_confirmed(transform: int) -> None:
    copy = np.ascontiguousarray(apply(cut(shirt(10)), INVERSE[transform])).astype(np.uint8)
    before, after = both(copy, shirt(10), transform)
    assert before < SURE < after


@pytest.mark.parametrize(
    "other",
    [
        lambda stripes: shirt(1.07 * stripes),
        lambda stripes: shirt(stripes, phase=stripes / 2),
        lambda stripes: shirt(stripes, phase=stripes / 4),
        lambda stripes: shirt(stripes, sleeve=170),
        lambda stripes: shirt(stripes, sleeve=220),
        lambda stripes: with_pocket(shirt(stripes)),
    ],
    ids=["wider stripes", "stripes moved", "moved less", "longer", "much longer", "a pocket"],
)
@pytest.mark.parametrize("stripes", FINE)
def test_another_shirt_of_such_stripes_is_not(
    stripes: float, other: Callable[[float], Pixels]
) -> None:
    one = full_image(shirt(stripes))
    for two in (other(stripes), cut(other(stripes)), framed(other(stripes))):
        assert similarity_of(one, full_image(two), 0.8) == 0.8


def test_a_thing_that_moved_on_stripes_is_no_copy() -> None:
    ground = shirt(10)
    one, two = ground.copy(), cut(ground)
    cv2.circle(one, (180, 300), 22, DARK, -1)
    cv2.circle(two, (200, 310), 22, DARK, -1)
    assert similarity_of(full_image(one), full_image(two), 0.8) == 0.8


def test_a_frame_that_two_images_share_is_no_content() -> None:
    ground = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    disc, box = ground.copy(), ground.copy()
    cv2.circle(disc, (200, 270), 40, DARK, -1)
    cv2.rectangle(box, (160, 230), (240, 310), DARK, -1)
    assert similarity_of(full_image(framed(disc)), full_image(framed(box)), 0.8) == 0.8


def test_what_does_not_fit_at_all_stays_as_it_was() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    assert similarity_of(full_image(noise), full_image(shirt(10)), 0.7) == 0.7


def test_an_image_that_is_read_again_takes_little_memory() -> None:
    image = full_image(np.zeros((3 * SIDES_PX[1], 2 * SIDES_PX[1], 3), np.uint8))
    assert isinstance(image, FullImage)
    assert (max(image.small.shape), max(image.grey.shape)) == SIDES_PX


def shirts(folder: Path, count: int) -> Path:
    """Write shirts and their crops, in one split each."""
    for split in ("train", "val"):
        (folder / split / "shirt").mkdir(parents=True)
    for number in range(count):
        picture = shirt(10, sleeve=100 + 40 * number, seed=number)
        Image.fromarray(picture).save(folder / "train" / "shirt" / f"{number}.png")
        Image.fromarray(cut(picture)).save(folder / "val" / "shirt" / f"{number}.png")
    return folder


@pytest.mark.parametrize(("share", "leaks"), [(1.0, 2), (0.0, 0)])
def test_a_scan_reads_so_many_candidates_again(
    tmp_path: Path, share: float, leaks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_comparison, "MAX_CANDIDATES", share)
    project = Project(shirts(tmp_path / "set", 2), tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    across = project.splits.leaks().leaks
    project.close()
    assert len({leak.image.path for leak in across}) == leaks


class FilesPhase(Progress):
    """Remembers how many pairs are read again."""

    pairs = -1

    def start(self, phase: str, total: int) -> None:
        if phase == "files":
            self.pairs = total
        super().start(phase, total)


def test_a_rescan_reads_new_pairs_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_comparison, "MAX_CANDIDATES", 4.0)
    folder = shirts(tmp_path / "set", 2)
    project = Project(folder, tmp_path / "p.inspector", jobs=1)
    first, second, anew = FilesPhase(), FilesPhase(), FilesPhase()
    project.scans.scan(progress=first)
    Image.fromarray(shirt(12)).save(folder / "train" / "shirt" / "another.png")
    Image.fromarray(cut(shirt(12))).save(folder / "val" / "shirt" / "another.png")
    project.scans.scan(progress=second)
    edges = {edge[2:] for edge in project.duplicates.index().edges}
    project.close()
    other = Project(folder, tmp_path / "q.inspector", jobs=1)
    other.scans.scan(progress=anew)
    assert edges == {edge[2:] for edge in other.duplicates.index().edges}
    other.close()
    assert first.pairs > 0
    assert 0 < second.pairs < anew.pairs
