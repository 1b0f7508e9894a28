"""Pasted code is read, never run."""

import time
from pathlib import Path

import pytest

from inspector.code_reading.loader_calls import read_loader_calls as read_code
from inspector.errors import UsageError
from inspector.splits.keras_replay import Loader

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


CUT = 'image_dataset_from_directory("d", validation_split=.2, subset="training"'


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
    assert one.directory == "base/train"


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
        (f"a = {CUT}, seed=args.seed)", "seed is args.seed"),
        ('image_dataset_from_directory("d", **options)', "options is not in the code"),
        ("split_dataset(ds, left_size=0.5, shuffle=True)", "without a seed"),
        (f'a = {CUT}, seed="a")', "not a whole number"),
        (f"if a:\n  s = 1\nelse:\n  s = 2\nb = {CUT}, seed=s)", "seed is s"),
        ('image_dataset_from_directory("d", validation_split=1/0)', "validation_split is 1 / 0"),
    ],
)
def test_says_what_it_can_not_read(text: str, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        read_code(text)


def test_nothing_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    text = f"seed = open({str(trap)!r}, 'w')\n{CUT}, seed=seed)"
    with pytest.raises(UsageError):
        read_code(text)
    assert not trap.exists()


LOAD = 'image_dataset_from_directory("d", validation_split={0}, subset={1}, seed={2})'
TRAIN, VALID = '"training"', '"validation"'
ONE = LOAD.format(0.2, TRAIN, 3)


@pytest.mark.parametrize(
    "text",
    [
        f"!pip install keras\n%matplotlib inline\na = {ONE}",
        f">>> s = 3\n>>> a = {LOAD.format(0.2, TRAIN, 's')}\nFound 9 files.",
        f"    a = {ONE}\n    a.cache()",
        f"s: int = 3\na = {LOAD.format(0.2, TRAIN, 's')}",
        f"s, v = 3, 1 - 0.8\na = {LOAD.format('v', TRAIN, 's')}",
        f"class C:\n  seed = 3\na = {LOAD.format(0.2, TRAIN, 'C.seed')}",
        f"class C:\n  seed = 3\nc = C()\na = {LOAD.format(0.2, TRAIN, 'c.seed')}",
        'c = {"seed": 3}\na = ' + LOAD.format(0.2, TRAIN, 'c["seed"]'),
        f"def f(s, part='x', seed=3):\n  return {LOAD.format(0.2, 's', 'seed')}\na = f('training')",
        f"f = lambda s: {LOAD.format(0.2, 's', 3)}\na = f('training')",
        "from keras.utils import image_dataset_from_directory as g\n"
        'a = g("d", validation_split=.2, subset="training", seed=3)',
        "g = functools.partial(tf.keras.utils.image_dataset_from_directory, 'd', seed=3)\n"
        'a = g(validation_split=.2, subset="training")',
        'k = {"validation_split": .2}\nj = {**k, "seed": 3}\n'
        'a = image_dataset_from_directory("d", subset="training", **j)',
        'k = dict(seed=1, validation_split=.2)\n'
        'a = image_dataset_from_directory("d", **(k | {"subset": "training", "seed": 3}))',
        'p = ("d",)\na = image_dataset_from_directory(*p, validation_split=.2,'
        ' subset="training", seed=int(3))',
        f"def main():\n  with scope():\n    if True:\n      a = {ONE}.prefetch(1)\nmain()",
        f"if kind == 'x':\n  s = 3\nelse:\n  s = 3\na = {LOAD.format(0.2, TRAIN, 's')}",
        f"(s := 3)\na = {LOAD.format(0.2, TRAIN, 's')}",
    ],
)  # fmt: skip
def test_the_ways_in_which_people_write_it(text: str) -> None:
    (one,) = read_code(text)
    assert one.name == "a"
    assert (one.call.seed, one.call.subset, one.directory) == (3, "training", "d")
    assert one.call.validation_split == pytest.approx(0.2)


@pytest.mark.parametrize(
    "text",
    [
        f"for s in ['training', 'validation']:\n  sets[s] = {LOAD.format(0.2, 's', 3)}",
        f"a, b = [{LOAD.format(0.2, 's', 3)} for s in ('training', 'validation')]",
        f"def f(s):\n  d = {LOAD.format(0.2, 's', 3)}\n  return d.map(x)\n"
        "a = f('training'); b = f('validation')",
        f"def f(seed=3):\n  return {ONE}, {LOAD.format(0.2, VALID, 'seed')}\na, b = f()",
        f"s = 3\na = {LOAD.format(0.2, TRAIN, 's')}\ns = 3\n"
        f"b = {LOAD.format(0.2, VALID, 's')}",
    ],
)  # fmt: skip
def test_two_calls_from_one_line_or_function(text: str) -> None:
    one, two = read_code(text)
    assert (one.call.subset, two.call.subset) == ("training", "validation")
    assert one.call.seed == two.call.seed == 3


def test_a_name_stands_for_its_last_value() -> None:
    text = "\n".join(
        f"s = {seed}\n{name} = {LOAD.format(0.2, part, 's')}"
        for seed, name, part in ((1, "a", TRAIN), (2, "b", VALID))
    )
    assert [c.call.seed for c in read_code(text)] == [1, 2]
    text = (
        "d = ImageDataGenerator(validation_split=.2, rotation_range=9)\n"
        'a = d.flow_from_directory("x", subset="training")\n'
        "d = ImageDataGenerator(validation_split=.3)\n"
        'b = d.flow_from_directory("x", subset="validation")\n'
    )
    one, two = read_code(text)
    assert (one.augments, two.augments) == (True, False)
    assert (one.call.validation_split, two.call.validation_split) == (0.2, 0.3)


def test_a_generator_kept_in_an_object() -> None:
    text = (
        "class A:\n def __init__(self):\n  self.d = ImageDataGenerator(validation_split=.2)\n"
        ' def go(self):\n  self.a = self.d.flow_from_directory("x", subset="training")\n'
    )
    (one,) = read_code(text)
    assert one.call.validation_split == 0.2
    with pytest.raises(UsageError, match="ImageDataGenerator that it comes from"):
        read_code('a = gen.flow_from_directory("x", subset="training")')


@pytest.mark.parametrize(
    "directory",
    [
        'os.path.join(base, "val")',
        'base / "val"',
        'f"{base}/val"',
        'base + "/val"',
        'Path("x/val")',
    ],
)
def test_the_end_of_a_path_is_known(directory: str) -> None:
    (one,) = read_code(f"where = {directory}\na = image_dataset_from_directory(where)")
    assert one.directory.endswith("/val")


def test_without_labels_keras_lists_from_the_root() -> None:
    (one,) = read_code('a = image_dataset_from_directory("d", label_mode=None)')
    assert one.call.labels == "none"
    (one,) = read_code('y = [f(p) for p in paths]\na = image_dataset_from_directory("d", y)')
    assert (one.call.labels, one.label_name) == ("unread", "y")


def test_a_dataset_that_is_cut_later() -> None:
    load = 'ds = image_dataset_from_directory("d", shuffle=False, batch_size={})\n'
    cut = "a, b = split_dataset(ds, left_size=0.8)"
    (one,) = read_code(load.format(None) + cut)
    assert (one.call.loader, one.directory) == (Loader.SPLIT_DATASET, "d")
    with pytest.raises(UsageError, match="whole batches"):
        read_code(load.format(32) + cut)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "-" * 50_000 + "1",
        "a = " + "[" * 150 + "]" * 150,
        "a = x" + ".y" * 20_000,
        "a = 'x'\n" + "a = a + a\n" * 200,
        "a = 9\n" + "a = a * a\n" * 200,
        "a = [1]\n" + "a = [*a, *a]\n" * 40,
        "\n".join(f"def f{i}(): return f{i + 1}(), f{i + 1}()" for i in range(60)) + "\nf0()",
        "def f(): return f()\nf()",
        "for i in (1, 2):\n" + "".join(f"{' ' * k}for i{k} in (1, 2):\n" for k in range(1, 18))
        + " " * 18 + "x = 1 + 1",
        "a = b\nb = a\n" * 100,
        "\0",
    ],
)  # fmt: skip
def test_hostile_code_ends_soon(text: str) -> None:
    before = time.process_time()
    with pytest.raises(UsageError):
        read_code(text)
    assert time.process_time() - before < 5
