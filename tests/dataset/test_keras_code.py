"""Pasted code is read, never run."""

from pathlib import Path

import pytest

from inspector.dataset.keras_code import read_code
from inspector.dataset.replay import Loader
from inspector.errors import UsageError

TWO_CALLS = """
import keras
SEED, size = 42, (64, 64)
share = 1 / 5
common = dict(validation_split=share, image_size=(64, 64), batch_size=32)
train_ds = keras.utils.image_dataset_from_directory(
    "data/train", subset="training", seed=7, **common)
val_ds = tf.keras.preprocessing.image_dataset_from_directory(
    "data/train", subset="validation", seed=8, shuffle=False, **common)
"""

PAIR = """
gen = ImageDataGenerator(rescale=1./255, rotation_range=20, validation_split=0.25)
train = gen.flow_from_directory(base / "train", target_size=(64, 64), subset="training")
val = gen.flow_from_directory(base / "train", target_size=(64, 64), subset="validation")
"""


def test_two_calls_with_a_shared_dict() -> None:
    one, two = read_code(TWO_CALLS)
    assert (one.name, one.directory, one.call.seed, one.call.subset) == (
        "train_ds", "data/train", 7, "training",
    )  # fmt: skip
    assert two.call.validation_split == pytest.approx(0.2)
    assert not two.call.shuffle
    assert two.call.seed == 8


def test_a_pair_of_generators() -> None:
    one, two = read_code(PAIR)
    assert one.call.loader is Loader.GENERATOR
    assert one.generator == two.generator == 2
    assert two.augments
    assert one.normalises == ("rescale",)
    assert one.call.validation_split == 0.25
    assert one.directory == "base / 'train'"


def test_positions_and_labels() -> None:
    text = 'y = [0, 1, 1]\nds = image_dataset_from_directory("d", y, "int", None, seed=1)\n'
    (one,) = read_code(text)
    assert one.call.labels == "list"
    assert one.call.label_list == (0, 1, 1)
    assert one.label_name == "y"


def test_split_dataset() -> None:
    text = "a, b = keras.utils.split_dataset(ds, left_size=0.8, shuffle=True, seed=3)"
    (one,) = read_code(text)
    assert one.name == "a, b"
    assert one.call.left_size == 0.8
    assert one.call.shuffle


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("def (", "not Python"),
        ("x = 1", "makes no dataset"),
        ('image_dataset_from_directory("d", seed=args.seed)', "seed is args.seed"),
        ('image_dataset_from_directory("d", **options)', "options is not in the code"),
        ("split_dataset(ds, left_size=0.5, shuffle=True)", "without a seed"),
        ('image_dataset_from_directory("d", seed="a")', "not a whole number"),
        ('s = 1\ns = 2\nimage_dataset_from_directory("d", seed=s)', "seed is s"),
        ('image_dataset_from_directory("d", validation_split=1/0)', "validation_split is 1 / 0"),
    ],
)
def test_says_what_it_can_not_read(text: str, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        read_code(text)


def test_nothing_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    text = f"seed = open({str(trap)!r}, 'w')\nimage_dataset_from_directory('d', seed=seed)"
    with pytest.raises(UsageError):
        read_code(text)
    assert not trap.exists()
