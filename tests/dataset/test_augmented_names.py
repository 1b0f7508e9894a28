"""Groups from names written by augmentation tools, video tools and clinics."""

import pytest

from inspector.dataset.augmented_names import styles
from inspector.dataset.groups import by_names

HASH = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
UUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
STYLES = {
    "roboflow": ["IMG_2000_jpg.rf.{h}.jpg", "IMG_2000_jpg.rf.{g}.jpg", "IMG_2000.jpg"],
    "roboflow png": ["a b_png.rf.{h}.jpg", "a b_png.rf.{g}.jpg"],
    "augmentor": ["cat_original_IMG_7.jpg_{u}.jpg", "cat_original_IMG_7.jpg_{w}.jpg", "IMG_7.jpg"],
    "word before": ["rotated_IMG_2000.jpg", "flipped_IMG_2000.jpg", "IMG_2000.jpg"],
    "angle before": ["rotated_90_IMG_2000.jpg", "rot180_IMG_2000.jpg", "IMG_2000.jpg"],
    "word after": ["x7_aug_1.jpg", "x7_aug_2.jpg", "x7_flipped.jpg", "x7.jpg"],
    "two words": ["x7_rot_flip.jpg", "x7_hflip_blur.jpg", "x7.jpg"],
    "aug without a blank": ["IMG_2000_aug1.jpg", "IMG_2000_aug2.jpg"],
    "copy": ["x7_copy.jpg", "x7 - Copy.jpg", "x7 copy 2.jpg", "x7 (1).jpg", "x7.jpg"],
}


def named(pattern: str) -> str:
    return pattern.format(h=HASH, g=HASH[::-1], u=UUID, w=UUID[::-1])


@pytest.mark.parametrize("style", STYLES)
def test_copies_and_their_original_are_one_group(style: str) -> None:
    paths = [f"train/cat/{named(name)}" for name in STYLES[style]]
    others = [f"train/cat/{name}.jpg" for name in ("y1", "left", "right", "sunset", "IMG_1")]
    labels = ["cat"] * len(paths + others)
    groups = [{key for key in keys if key} for keys in styles(paths + others, labels).values()]
    assert any(len(keys) == 1 for keys in groups)
    together = [keys for keys in styles(paths + others, labels).values() if all(keys[: len(paths)])]
    assert together, styles(paths + others, labels)
    assert not any(together[0][len(paths) :])


def test_the_groups_of_ten_originals_are_all_found_and_none_is_mixed() -> None:
    paths = [f"{s}/cat/IMG_{n}_jpg.rf.{n}{i}{HASH[4:]}.jpg" for n in range(2000, 2010)
             for i, s in enumerate(("train", "train", "valid"))]  # fmt: skip
    (proposal, *_) = by_names(paths, ["cat"] * len(paths))
    assert proposal.rule.startswith("Roboflow")
    assert sorted(map(len, proposal.groups.values())) == [3] * 10


@pytest.mark.parametrize(
    "names",
    [
        [f"cat ({n}).jpg" for n in range(1, 20)],  # numbered by a file manager
        ["left.jpg", "right.jpg", "left_right.jpg", "h.jpg", "v.jpg"],
        ["dark_horse.jpg", "bright_star.jpg", "right_whale.jpg", "vertical.jpg"],
        [f"photo{n}.jpg" for n in range(20)],
    ],
)
def test_plain_names_are_no_copies(names: list[str]) -> None:
    assert styles(names, ["x"] * len(names)) == {}


def test_one_name_in_two_classes_is_no_group() -> None:
    paths = ["a/1.jpg", "a/1_copy.jpg", "b/1.jpg", "b/1_copy.jpg"]
    (keys,) = styles(paths, ["a", "a", "b", "b"]).values()
    assert keys == ("a/1", "a/1", "b/1", "b/1")


def test_frames_of_videos_and_folders_of_patients() -> None:
    frames = [f"c/{video}_frame_{n:03}.jpg" for video in ("walk", "run") for n in range(4)]
    (keys,) = styles(frames, ["c"] * 8).values()
    assert sorted(set(keys)) == ["run", "walk"]
    scans = [f"Patient_{p:02}/{c}/{n}.png" for p in (1, 2, 3) for c in "ab" for n in (0, 1)]
    (keys,) = styles(scans, [path.split("/")[1] for path in scans]).values()
    assert keys[0] == "Patient_01"
    assert len(set(keys)) == 3
