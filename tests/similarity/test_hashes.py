"""The hash of a flipped or rotated image follows from the hash of the image itself."""

from pathlib import Path

import cv2
import imagehash
import numpy as np
import pytest
from PIL import Image

from inspector.similarity.fingerprints import FULL, VERSION, fingerprint
from inspector.similarity.hashes import coefficients, hash_of, variant
from inspector.similarity.kernels import NOISE
from inspector.similarity.orientations import INVERSE, NAMES, STEPS, apply
from inspector.similarity.packing import PACKED
from inspector.similarity.packing import RECORD_BYTES as PACKED_BYTES
from inspector.work.tasks import FEATURES, RECORD_BYTES

EVERY = range(len(NAMES))


def noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(128, 40, shape).astype(np.float32)


def scene(seed: int, side: int = 160) -> np.ndarray:
    """An image with large and small shapes, with a spectrum like a photo's."""
    draw = np.random.default_rng(seed)
    picture = np.full((side, side, 3), 128.0)
    for k in (1, 2, 4, 8, 16):
        layer = draw.normal(0, 60 / k, (4 * k, 4 * k, 3))
        picture += cv2.resize(layer, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.clip(picture, 0, 255).astype(np.uint8)


def bits(one: int, two: int) -> int:
    return (int(one) ^ int(two)).bit_count()


@pytest.mark.parametrize("transform", EVERY, ids=NAMES)
@pytest.mark.parametrize("seed", range(5))
def test_coefficients_only_change_sign_and_place(transform: int, seed: int) -> None:
    grey = noise(seed, 32, 32)
    transpose, rows, columns = STEPS[transform]
    block = coefficients(grey)
    expected = block.T.copy() if transpose else block.copy()
    if rows:
        expected[1::2] *= -1
    if columns:
        expected[:, 1::2] *= -1
    turned = coefficients(np.ascontiguousarray(apply(grey, transform)))
    np.testing.assert_allclose(turned, expected, atol=0.02)


@pytest.mark.parametrize("transform", EVERY, ids=NAMES)
def test_variant_is_the_hash_of_the_turned_picture(transform: int) -> None:
    """Exact except for coefficients that count as 0: a flip can't change their sign."""
    for seed in range(60):
        block = coefficients(noise(seed, 32, 32))
        turned = coefficients(np.ascontiguousarray(apply(noise(seed, 32, 32), transform)))
        followed = int(variant(np.array([hash_of(block)], np.uint64), transform)[0])
        differ = np.array([(followed ^ int(hash_of(turned))) >> bit & 1 for bit in range(64)])
        # 0.02 is what the two computations differ by.
        assert set(np.flatnonzero(differ)) <= set(np.flatnonzero(np.abs(turned) <= NOISE + 0.02))


@pytest.mark.parametrize("transform", EVERY, ids=NAMES)
def test_inverse_takes_a_variant_back(transform: int) -> None:
    hashes = np.random.default_rng(1).integers(0, 2**63, 200, dtype=np.uint64) * np.uint64(2)
    assert np.array_equal(variant(variant(hashes, transform), INVERSE[transform]), hashes)


@pytest.mark.parametrize("transform", EVERY, ids=NAMES)
def test_inverse_takes_a_picture_back(transform: int) -> None:
    picture = np.arange(35).reshape(5, 7)
    assert np.array_equal(apply(apply(picture, transform), INVERSE[transform]), picture)


def test_the_names_say_what_happens() -> None:
    picture = np.arange(6).reshape(2, 3)
    done = {name: apply(picture, t).tolist() for t, name in enumerate(NAMES)}
    assert done["none"] == [[0, 1, 2], [3, 4, 5]]
    assert done["mirror"] == [[2, 1, 0], [5, 4, 3]]
    assert done["flip"] == [[3, 4, 5], [0, 1, 2]]
    assert done["turn 90"] == np.rot90(picture).tolist()
    assert done["turn 180"] == np.rot90(picture, 2).tolist()
    assert done["turn 270"] == np.rot90(picture, 3).tolist()
    assert done["transpose"] == picture.T.tolist()
    assert done["transverse"] == np.rot90(picture, 2).T.tolist()


def test_the_mean_has_no_bit() -> None:
    block = np.full((8, 8), 2 * NOISE, np.float32)
    assert int(hash_of(block)) == 2**64 - 2
    assert int(hash_of(-block)) == 0


def test_a_coefficient_of_noise_has_no_bit() -> None:
    assert int(hash_of(np.full((8, 8), 0.9 * NOISE, np.float32))) == 0


def pairs_of_bits(pictures: list[np.ndarray]) -> list[int]:
    """Differing bits between our hash and ImageHash's, among the 63 in both."""
    differ = []
    for pixels in pictures:
        theirs = imagehash.phash(Image.fromarray(pixels)).hash.reshape(-1)
        weights = np.uint64(1) << np.arange(64, dtype=np.uint64)
        packed = int(weights[theirs].sum(dtype=np.uint64))
        differ.append(bits(packed & ~1, fingerprint(pixels)["hash"][FULL]))
    return differ


def test_our_hash_is_near_the_imagehash_librarys() -> None:
    """Ours cuts at zero and theirs at the median, which for an image is close to zero."""
    differ = pairs_of_bits([scene(seed) for seed in range(60)])
    assert np.mean(differ) <= 5
    assert max(differ) <= 14


def test_our_hash_is_near_the_imagehash_librarys_on_photos(data: Path) -> None:
    files = sorted((data / "clothing").rglob("*.jpg"))[::30]
    differ = pairs_of_bits([cv2.imread(str(f))[..., ::-1].copy() for f in files])
    assert len(differ) > 40
    assert np.mean(differ) <= 5
    assert max(differ) <= 14


def test_other_pictures_are_half_of_the_bits_away() -> None:
    hashes = [int(fingerprint(scene(seed))["hash"][FULL]) for seed in range(40)]
    away = [bits(hashes[i], hashes[j]) for i in range(40) for j in range(i)]
    assert 28 < np.mean(away) < 36
    assert min(away) > 8


def test_the_version_of_the_features_covers_the_fingerprint() -> None:
    assert FEATURES == VERSION
    assert PACKED.itemsize == RECORD_BYTES == PACKED_BYTES


def shrink(picture: np.ndarray, side: int) -> np.ndarray:
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("seed", range(20))
def test_our_kernels_give_what_opencv_gives(seed: int) -> None:
    picture = scene(seed) if seed % 2 else noise(seed, 128, 128, 3).clip(0, 255).astype(np.uint8)
    if seed % 4 > 1:
        picture[:9] = picture[:, -20:] = seed
    record = fingerprint(picture)
    square = shrink(picture, 128)
    grey = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
    assert np.array_equal(record["luma"], shrink(grey, 64))
    assert np.array_equal(record["colour"], cv2.cvtColor(shrink(square, 32), cv2.COLOR_RGB2YCrCb))
    framings = (grey, grey[8:120, 8:120], grey[16:112, 16:112], without_borders(grey))
    for found, framed in zip(record["hash"], framings, strict=True):
        block = cv2.dct(shrink(framed, 32).astype(np.float32))[:8, :8]
        unsure = np.flatnonzero(np.abs(block - NOISE) < 0.02)
        differ = [bit for bit in range(64) if (int(found) ^ int(hash_of(block))) >> bit & 1]
        assert set(differ) <= set(unsure)


def without_borders(grey: np.ndarray) -> np.ndarray:
    """Remove lines close to the median of the outermost, at most 38 from each edge."""
    cuts = []
    for turned in (grey, grey[::-1], grey.T, grey.T[::-1]):
        edge = int(np.median(turned[0]))
        near = (np.abs(turned[:38].astype(int) - edge) <= 12).sum(axis=1) >= 0.97 * 128
        cuts.append(38 if near.all() else int(np.argmin(near)))
    top, bottom, left, right = cuts
    return grey[top : 128 - bottom, left : 128 - right]
