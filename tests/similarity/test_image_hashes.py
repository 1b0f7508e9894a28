"""ImageHash's hashes are the library's own, and pairs are those of a plain double loop."""

import itertools
from pathlib import Path

import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inspector.similarity.image_hashes import (
    MAX_SAME,
    HashMethod,
    HashPair,
    hash_file,
    hash_text,
    pairs_within,
)

LIBRARY = {
    HashMethod.PHASH: imagehash.phash,
    HashMethod.DHASH: imagehash.dhash,
    HashMethod.AHASH: imagehash.average_hash,
    HashMethod.WHASH: imagehash.whash,
    HashMethod.COLORHASH: imagehash.colorhash,
    HashMethod.CROP_RESISTANT: imagehash.crop_resistant_hash,
}


def image_file(file: Path, seed: int, **options: object) -> Path:
    draw = np.random.default_rng(seed)
    blocks = draw.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(blocks).resize((96, 72), Image.Resampling.BICUBIC).save(file, **options)
    return file


def words(value: bytes) -> list[int]:
    return [int.from_bytes(value[i : i + 8], "little") for i in range(0, len(value), 8)]


@pytest.mark.parametrize("method", HashMethod, ids=lambda m: m.value)
@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_a_hash_is_what_the_library_gives(tmp_path: Path, method: HashMethod, ending: str) -> None:
    file = image_file(tmp_path / f"a.{ending}", 1)
    expected = LIBRARY[method](Image.open(file))
    value = hash_file(str(file), [method])[method]
    assert hash_text(method, value) == str(expected)
    if method is not HashMethod.CROP_RESISTANT:
        assert len(expected.hash.reshape(-1)) == method.bits


def test_the_exif_orientation_is_left_alone_as_a_script_leaves_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = image_file(tmp_path / "a.jpg", 2, exif=exif)
    value = hash_file(str(file), [HashMethod.PHASH])[HashMethod.PHASH]
    assert hash_text(HashMethod.PHASH, value) == str(imagehash.phash(Image.open(file)))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", b""),
        ("a.jpg", b"\xff\xd8\xff\xe0 no more"),
        ("a.txt", b"words"),
        ("a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
        ("a.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
    ],
)
def test_what_is_no_image_says_why(tmp_path: Path, name: str, data: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(ValueError, match=r"\w") as raised:
        hash_file(str(file), [HashMethod.PHASH])
    assert "\n" not in str(raised.value)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([0, 1, 3, 255, 2**63, 2**64 - 1, 2**64 - 256]), max_size=3),
        max_size=12,
    ),
    st.integers(0, 20),
)
def test_pairs_are_those_of_a_double_loop(rows: list[list[int]], distance: int) -> None:
    hashes = [b"".join(word.to_bytes(8, "little") for word in row) for row in rows]
    expected = []
    for a, b in itertools.combinations(range(len(rows)), 2):
        bits = [(x ^ y).bit_count() for x in rows[a] for y in rows[b]]
        if bits and min(bits) <= distance:
            expected.append(HashPair(a, b, min(bits)))
    pairs, crowded = pairs_within(hashes, distance)
    assert pairs == sorted(expected, key=lambda p: (p.distance, p.a, p.b))
    assert crowded == []


def test_crop_resistant_pairs_are_the_librarys_matches(tmp_path: Path) -> None:
    method = HashMethod.CROP_RESISTANT
    files = [image_file(tmp_path / f"{seed}.png", seed) for seed in range(4)]
    with Image.open(files[0]) as whole:
        whole.crop((4, 4, 92, 68)).save(tmp_path / "cropped.png")
    files.append(tmp_path / "cropped.png")
    library = [imagehash.crop_resistant_hash(Image.open(file)) for file in files]
    hashes = [hash_file(str(file), [method])[method] for file in files]
    for distance in (0, 6, 12, 20):
        pairs, _ = pairs_within(hashes, distance)
        assert {(p.a, p.b) for p in pairs} == {
            (a, b)
            for a, b in itertools.combinations(range(len(files)), 2)
            if library[a].matches(library[b], hamming_cutoff=distance)
        }


def test_a_hash_of_too_many_is_listed_and_makes_no_pairs() -> None:
    same, near = (0).to_bytes(8, "little"), (1).to_bytes(8, "little")
    pairs, crowded = pairs_within([same] * (MAX_SAME + 1) + [near, near], 4)
    assert crowded == [tuple(range(MAX_SAME + 1))]
    assert pairs == [HashPair(MAX_SAME + 1, MAX_SAME + 2, 0)]
