import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inspector.dataset.formats import Flag
from inspector.dataset.quality import judge, measure


def _scene(height: int = 300, width: int = 400) -> np.ndarray:
    """Return an image with structure at all scales, like a photo."""
    random = np.random.default_rng(7)
    total = np.zeros((height, width, 3))
    for cells in (4, 9, 20, 45, 100):
        noise = random.normal(0, 1, (cells, cells, 3))
        total += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(120 + 30 * total, 0, 255).astype(np.uint8)


def _flags(pixels: np.ndarray) -> Flag:
    return Flag(judge(measure(pixels), width=pixels.shape[1], height=pixels.shape[0]))


def test_a_normal_scene_has_no_flag() -> None:
    assert _flags(_scene()) == Flag(0)


def test_measures_of_known_pictures() -> None:
    black_white = np.zeros((64, 64, 3), np.uint8)
    black_white[:, 32:] = 255
    quality = measure(black_white)
    assert quality.brightness == 127.5
    assert quality.contrast == 127.5
    assert quality.entropy == 1.0
    plain = measure(np.full((64, 64, 3), 90, np.uint8))
    assert (plain.brightness, plain.contrast, plain.sharpness, plain.entropy) == (90, 0, 0, 0)


SIZES = [(1, 1), (1, 9), (9, 1), (2, 2), (2, 7), (3, 3), (32, 32), (61, 40)]


@pytest.mark.parametrize("size", SIZES)
def test_measures_are_those_of_opencv(size: tuple[int, int]) -> None:
    pixels = _scene(*size)
    luma = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    mean, deviation = (float(x[0, 0]) for x in cv2.meanStdDev(luma))
    share = np.bincount(luma.ravel(), minlength=256) / luma.size
    quality = measure(pixels)
    assert quality.brightness == pytest.approx(mean)
    assert quality.contrast == pytest.approx(deviation, abs=1e-6)
    assert quality.sharpness == pytest.approx(float(cv2.Laplacian(luma, cv2.CV_64F).var()))
    assert quality.entropy == pytest.approx(-sum(p * np.log2(p) for p in share if p))


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (lambda scene: scene // 16, Flag.DARK),
        (lambda scene: 255 - scene // 16, Flag.BRIGHT),
        (lambda scene: 100 + scene // 8, Flag.LOW_CONTRAST),
        (lambda scene: cv2.GaussianBlur(scene, (0, 0), 5), Flag.BLURRY),
        (lambda scene: scene[:15, :15], Flag.TINY),
        (lambda scene: scene[:90, :280], Flag.ODD_RATIO),
        (lambda scene: np.full_like(scene, 77), Flag.FLAT),
    ],
)
def test_each_fault_raises_its_flag(change, flag: Flag) -> None:
    assert flag in _flags(np.ascontiguousarray(change(_scene())))


def test_a_flat_picture_is_only_flat() -> None:
    assert _flags(np.zeros((64, 64, 3), np.uint8)) == Flag.FLAT


def test_colour_alone_is_contrast() -> None:
    pixels = np.empty((64, 64, 3), np.uint8)
    pixels[:, :32] = (200, 50, 50)
    pixels[:, 32:] = (20, 120, 150)
    quality = measure(pixels)
    assert quality.contrast < 3
    assert quality.spread > 14
    assert not _flags(pixels) & (Flag.FLAT | Flag.LOW_CONTRAST | Flag.BLURRY)


def test_measures_hardly_depend_on_resolution() -> None:
    small = _scene()
    large = cv2.resize(small, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    one, other = measure(small), measure(large)
    assert other.brightness == pytest.approx(one.brightness, abs=1)
    assert other.contrast == pytest.approx(one.contrast, rel=0.05)
    assert other.sharpness == pytest.approx(one.sharpness, rel=0.35)


@settings(deadline=None, max_examples=60)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))))
def test_measures_stay_in_their_ranges(pixels: np.ndarray) -> None:
    quality = measure(pixels)
    assert 0 <= quality.brightness <= 255
    assert 0 <= quality.contrast <= 127.5
    assert quality.sharpness >= 0
    assert 0 <= quality.entropy <= 8
    assert quality.spread >= quality.contrast
