"""Objects on the same plain background are confirmed only if they are one photo."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from inspector.similarity.fingerprints import FINGERPRINT, fingerprint
from inspector.similarity.levels import SURE
from inspector.similarity.verification import compare

Picture = np.ndarray
GREY = (70, 70, 75)


def paper(seed: int) -> Picture:
    noise = np.random.default_rng(seed).normal(0, 2, (384, 512, 3))
    return np.clip(235 + noise, 0, 255).astype(np.uint8)


def fork(p: Picture) -> None:
    cv2.line(p, (256, 360), (256, 180), GREY, 14)
    for x in (226, 246, 266, 286):
        cv2.line(p, (x, 180), (x, 90), GREY, 6)
    cv2.line(p, (226, 180), (286, 180), GREY, 8)


def spoon(p: Picture) -> None:
    cv2.line(p, (256, 360), (256, 180), GREY, 14)
    cv2.ellipse(p, (256, 130), (38, 55), 0, 0, 360, GREY, -1)


def knife(p: Picture) -> None:
    cv2.line(p, (256, 360), (256, 220), GREY, 14)
    cv2.fillPoly(p, [np.array([(244, 220), (244, 60), (275, 110), (275, 220)])], GREY)


def tray(p: Picture) -> None:
    cv2.rectangle(p, (110, 90), (400, 300), (60, 90, 150), -1)
    cv2.rectangle(p, (135, 115), (375, 275), (90, 120, 180), -1)


def box(p: Picture) -> None:
    cv2.rectangle(p, (110, 90), (400, 300), (60, 90, 150), -1)
    cv2.line(p, (110, 195), (400, 195), (200, 220, 240), 14)
    cv2.line(p, (255, 90), (255, 300), (200, 220, 240), 14)


OBJECTS = (fork, spoon, knife, tray, box)


def photo(thing: Callable[[Picture], None], seed: int) -> Picture:
    picture = paper(seed)
    thing(picture)
    return picture


def similarity(one: Picture, two: Picture) -> float:
    a, b = np.array([fingerprint(one), fingerprint(two)], FINGERPRINT)
    return compare(a, b, 0)


@pytest.mark.parametrize("one", OBJECTS)
@pytest.mark.parametrize("two", OBJECTS)
def test_only_the_same_object_is_confirmed(
    one: Callable[[Picture], None], two: Callable[[Picture], None]
) -> None:
    assert (similarity(photo(one, 1), photo(two, 2)) >= SURE) == (one is two)


@pytest.mark.parametrize("thing", OBJECTS)
def test_a_smaller_copy_saved_badly_is_confirmed(thing: Callable[[Picture], None]) -> None:
    original = photo(thing, 1)
    half = cv2.resize(original, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    saved = cv2.imdecode(cv2.imencode(".jpg", half, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], 1)
    assert similarity(original, saved) >= SURE


def test_an_object_that_moved_is_not_confirmed() -> None:
    still = cv2.resize(np.random.default_rng(5).integers(90, 200, (6, 8, 3)).astype(np.uint8),
                       (512, 384), interpolation=cv2.INTER_CUBIC)  # fmt: skip
    one, two = still.copy(), still.copy()
    cv2.rectangle(one, (60, 120), (180, 340), (20, 20, 200), -1)
    cv2.rectangle(two, (320, 120), (440, 340), (20, 20, 200), -1)
    assert similarity(one, two) < SURE


def test_a_text_over_one_of_them_hides_no_copy() -> None:
    draw = np.random.default_rng(6)
    scene = cv2.resize(draw.integers(0, 256, (12, 16, 3)).astype(np.uint8), (512, 384))
    for _ in range(40):
        at = (int(draw.integers(0, 512)), int(draw.integers(0, 384)))
        colour = tuple(int(c) for c in draw.integers(0, 256, 3))
        cv2.circle(scene, at, int(draw.integers(8, 40)), colour, -1)
    marked = cv2.putText(scene.copy(), "SAMPLE", (40, 200), 0, 2.5, (255, 255, 255), 8)
    assert similarity(scene, marked) >= SURE
