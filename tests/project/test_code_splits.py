"""Splits of pasted code by other libraries are replayed like the same call by hand."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inspector.cli.main import run
from inspector.errors import UsageError
from inspector.project.project import Project
from inspector.project.splits.replayed_split import keywords_of, replayed_rule
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.splits.listings import Listing, list_items
from inspector.splits.other_replays import SplitFunction

SKLEARN = """
import glob
import numpy as np
from sklearn.model_selection import train_test_split
files = sorted(glob.glob("data/training/**/*", recursive=True))
labels = [f.split("/")[-2] for f in files]
"""
TORCH = """
import random, numpy as np, torch
from torch.utils.data import DataLoader, Subset, SubsetRandomSampler, random_split
from torchvision.datasets import ImageFolder
ds = ImageFolder("data/training")
n = int(0.8 * len(ds))
"""
HUGGING_FACE = """
from datasets import load_dataset
ds = load_dataset("imagefolder", data_dir="data/training", split="train")
"""

CASES = [
    (
        SKLEARN + "tr, va = train_test_split(files, test_size=0.2, random_state=42)",
        SplitFunction.TRAIN_TEST_SPLIT, "test_size=0.2, random_state=42",
    ),
    (
        SKLEARN + "tr, va, a, b = train_test_split(files, labels, train_size=0.7, random_state=1,"
        " stratify=labels)",
        SplitFunction.TRAIN_TEST_SPLIT, "train_size=0.7, random_state=1, stratify=True",
    ),
    (
        SKLEARN + "from sklearn.model_selection import KFold\n"
        "for tr, va in KFold(4, shuffle=True, random_state=3).split(files):\n"
        "    model.fit(files[tr], validation_data=files[va])",
        SplitFunction.KFOLD, "n_splits=4, shuffle=True, random_state=3",
    ),
    (
        SKLEARN + "X = []\nfor f in files:\n    X.append(features(f))\n"
        "tr, va = train_test_split(np.array(X), test_size=0.2, random_state=6)",
        SplitFunction.TRAIN_TEST_SPLIT, "test_size=0.2, random_state=6",
    ),
    (
        TORCH + "g = torch.Generator()\ng.manual_seed(5)\n"
        "tr, va = random_split(ds, [0.75, 0.25], generator=g)",
        SplitFunction.RANDOM_SPLIT, "lengths=[0.75, 0.25], seed=5",
    ),
    (
        HUGGING_FACE + "parts = ds.train_test_split(test_size=0.3, seed=9)\n"
        "train, val = parts['train'], parts['test']",
        SplitFunction.HUGGING_FACE, "test_size=0.3, seed=9",
    ),
    (
        "from fastai.vision.all import *\n"
        'dls = ImageDataLoaders.from_folder("data/training", valid_pct=0.2, seed=42)',
        SplitFunction.FROM_FOLDER, "valid_pct=0.2, seed=42",
    ),
    (
        "import splitfolders\n"
        'splitfolders.ratio("data/training", output="out", seed=7, ratio=(0.8, 0.2))',
        SplitFunction.SPLIT_FOLDERS, "ratio=[0.8, 0.2], seed=7",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "function", "arguments"), CASES)
def test_code_is_replayed_as_the_call_by_hand(
    project: Project, code: str, function: SplitFunction, arguments: str
) -> None:
    made = project.splits.membership(Rule(RuleKind.CODE, code=code))
    by_hand = project.splits.membership(replayed_rule(function, keywords_of(arguments)))
    assert made.training == by_hand.training
    assert made.validation == by_hand.validation
    assert made.training
    assert made.validation
    assumptions = [f.text for f in by_hand.findings if f.code == "replay_assumption"]
    assert [f.text for f in made.findings if f.code == "replay_assumption"] == assumptions


def test_a_shuffled_list_of_positions_is_cut_as_numpy_shuffles_it(project: Project) -> None:
    code = (
        TORCH + "np.random.seed(11)\nidx = list(range(len(ds)))\nnp.random.shuffle(idx)\n"
        "tr = DataLoader(ds, sampler=SubsetRandomSampler(idx[:n]))\n"
        "va = DataLoader(ds, sampler=SubsetRandomSampler(idx[n:]))"
    )
    made = project.splits.membership(Rule(RuleKind.CODE, code=code))
    count = len(made.training) + len(made.validation)
    arguments = {"shuffler": "numpy.random", "cuts": [int(0.8 * count)], "seed": 11}
    rule = replayed_rule(SplitFunction.INDEX_CUT, arguments)
    by_hand = project.splits.membership(rule)
    assert made.training == by_hand.training
    assert made.validation == by_hand.validation


def test_lengths_are_rounded_as_the_code_rounds_them(project: Project) -> None:
    code = TORCH + "tr, va = random_split(ds, [n, len(ds) - n], torch.Generator().manual_seed(5))"
    made = project.splits.membership(Rule(RuleKind.CODE, code=code))
    count = len(made.training) + len(made.validation)
    lengths = [int(0.8 * count), count - int(0.8 * count)]
    rule = replayed_rule(SplitFunction.RANDOM_SPLIT, {"lengths": lengths, "seed": 5})
    assert made.training == project.splits.membership(rule).training


def test_a_split_of_a_side_is_replayed_on_that_side(project: Project) -> None:
    code = (
        SKLEARN + "rest, test = train_test_split(files, test_size=0.2, random_state=1)\n"
        "train, val = train_test_split(rest, test_size=0.25, random_state=2)\n"
        "model.fit(train, validation_data=val)"
    )
    made = project.splits.membership(Rule(RuleKind.CODE, code=code))
    first = project.splits.membership(
        replayed_rule(SplitFunction.TRAIN_TEST_SPLIT, keywords_of("test_size=0.2, random_state=1"))
    )
    assert {*made.training, *made.validation} == {*first.training}
    assert len(made.validation) == pytest.approx(len(first.training) / 4, abs=1)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (SKLEARN + "tr, va = train_test_split(files, test_size=0.2)", "seed"),
        (
            SKLEARN.replace("sorted", "list")
            + "tr, va = train_test_split(files, test_size=0.2, random_state=1)",
            "in the order in which the disk lists them",
        ),
        (
            SKLEARN + "tr, va = train_test_split(files, test_size=0.2, random_state=chosen())",
            "random_state",
        ),
        (
            TORCH + "torch.manual_seed(1)\nnet = torch.nn.Linear(3, 2)\n"
            "tr, va = random_split(ds, [0.8, 0.2])",
            "seed",
        ),
        (
            "import pandas as pd\nfrom sklearn.model_selection import train_test_split\n"
            "df = pd.read_csv('rows.csv')\n"
            "tr, va = train_test_split(df, test_size=0.2, random_state=1)",
            "table",
        ),
    ],
)
def test_what_decides_and_is_not_known_is_said(project: Project, code: str, text: str) -> None:
    with pytest.raises(UsageError, match=text) as error:
        project.splits.membership(Rule(RuleKind.CODE, code=code))
    assert error.value.advice


def test_the_terminal_answers_for_a_library(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "train.py"
    script.write_text(CASES[0][0])
    where = [str(demo), "--project", str(tmp_path / "p.inspector"), "--jobs", "1"]
    assert run(["leaks", *where, "--code", str(script), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert run(["split", *where, "--code", str(script), "--json"]) == 0
    split = json.loads(capsys.readouterr().out)
    assert found["validation_images"] == len(split["validation"])
    assert found["by_file"]["both"] == 0


LISTED = "import os, random, numpy as np\nfrom glob import glob\nfrom pathlib import Path\n"
TTS = "from sklearn.model_selection import train_test_split as tts\n"


def replayed(project: Project, arguments: str) -> tuple[str, ...]:
    rule = replayed_rule(SplitFunction.TRAIN_TEST_SPLIT, keywords_of(arguments))
    return project.splits.membership(rule).training


def test_three_slices_of_a_shuffled_list_are_disjoint_and_whole(project: Project) -> None:
    code = LISTED + (
        "files = sorted(glob('data/training/**/*', recursive=True))\n"
        "random.seed(4)\nrandom.shuffle(files)\nn = len(files)\n"
        "train, val, test = files[: n // 2], files[n // 2 : n // 4 * 3], files[n // 4 * 3 :]\n"
    )
    made = project.splits.membership(Rule(RuleKind.CODE, code=code))
    count = len(list_items(project.root / "training", Listing.SORTED))
    assert not {*made.training} & {*made.validation}
    assert len(made.training) == count // 2
    assert len(made.validation) == count // 4 * 3 - count // 2


def test_a_list_that_is_shuffled_before_the_split_is_replayed_shuffled(project: Project) -> None:
    code = (
        LISTED
        + TTS
        + (
            "files = sorted(glob('data/training/**/*', recursive=True))\n"
            "np.random.seed(1)\nnp.random.shuffle(files)\n"
            "train, val = tts(files, test_size=0.2, random_state=2)\n"
        )
    )
    made = project.splits.membership(Rule(RuleKind.CODE, code=code))
    plain = replayed(project, "test_size=0.2, random_state=2")
    order = np.random.RandomState(1).permutation(len(made.training) + len(made.validation))
    files = sorted({*made.training, *made.validation})
    shuffled = [files[i] for i in order]
    assert made.training == tuple(shuffled[files.index(path)] for path in plain)


def test_endings_choose_files_and_other_conditions_are_refused(project: Project) -> None:
    listing = LISTED + TTS + "files = sorted(f for f in glob('data/training/*/*') if {})\n"
    split = "train, val = tts(files, test_size=0.2, random_state=2)\n"
    code = listing.format("f.lower().endswith(('.jpg', '.jpeg'))") + split
    made = project.splits.membership(Rule(RuleKind.CODE, code=code))
    assert {Path(p).suffix.lower() for p in made.training} <= {".jpg", ".jpeg"}
    with pytest.raises(UsageError, match="filter changes which files"):
        project.splits.membership(Rule(RuleKind.CODE, code=listing.format("good(f)") + split))


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ("list(Path('data/training').rglob('*'))", "in the order in which the disk lists them"),
    ],
)
def test_an_order_that_is_not_by_path_is_refused(project: Project, files: str, text: str) -> None:
    code = LISTED + TTS + f"train, val = tts({files}, test_size=0.2, random_state=2)\n"
    with pytest.raises(UsageError, match=text):
        project.splits.membership(Rule(RuleKind.CODE, code=code))


def test_paths_of_pathlib_are_sorted_part_by_part(project: Project) -> None:
    code = (
        LISTED
        + TTS
        + (
            "files = sorted(Path('data/training').rglob('*.*'))\n"
            "train, val = tts(files, test_size=0.2, random_state=2, shuffle=False)\n"
        )
    )
    made = project.splits.membership(Rule(RuleKind.CODE, code=code))
    listed = [p.split("/") for p in (*made.training, *made.validation)]
    assert listed == sorted(listed)


@pytest.mark.parametrize(
    "change",
    [
        "files = list(set(files))",
        "files.append('more.png')",
        "files = [files[i] for i in np.random.permutation(len(files))]",
        "r = []\nfor f in files:\n    if good(f):\n        r.append(read(f))\nfiles = r",
        "r = []\nfor f in files:\n    if b(f):\n        continue\n    r.append(read(f))\nfiles = r",
    ],
)
def test_a_list_that_is_changed_is_not_replayed_as_if_it_were_not(
    project: Project, change: str
) -> None:
    code = (
        LISTED
        + TTS
        + (
            f"files = sorted(glob('data/training/*/*'))\n{change}\n"
            "train, val = tts(files, test_size=0.2, random_state=2)\n"
        )
    )
    with pytest.raises(UsageError):
        project.splits.membership(Rule(RuleKind.CODE, code=code))


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ("files.remove(files[0])", lambda files: files[1:]),
        ("files.reverse()", lambda files: files[::-1]),
        ("files = list(reversed(files))", lambda files: files[::-1]),
        ("files = files[::-1]", lambda files: files[::-1]),
        ("files = sorted(files, reverse=True)", lambda files: files[::-1]),
        (
            "r = []\nfor f in files:\n    for k in '12':\n        r.append(crop(f, k))\nfiles = r",
            lambda files: [file for file in files for _ in range(2)],
        ),
        (
            "r = []\nfor f in files:\n    r.append(read(f))\n    r.append(crop(f))\nfiles = r",
            lambda files: [file for file in files for _ in range(2)],
        ),
    ],
)
def test_a_list_that_is_changed_is_followed(
    project: Project, change: str, changed: Callable[[list[str]], list[str]]
) -> None:
    code = (
        LISTED
        + TTS
        + (
            f"files = sorted(glob('data/training/*/*'))\n{change}\n"
            "train, val = tts(files, test_size=0.2, random_state=2)\n"
        )
    )
    made = project.splits.membership(Rule(RuleKind.CODE, code=code))
    paths = (sample.path for sample in project.samples.everything())
    files = changed(sorted(path for path in paths if path.startswith("training/")))
    # What train_test_split does.
    order = np.random.RandomState(2).permutation(len(files))
    count = math.ceil(0.2 * len(files))
    assert list(made.validation) == [files[i] for i in order[:count]]
    assert list(made.training) == [files[i] for i in order[count:]]


def test_a_list_that_is_sorted_in_place_is_sorted(project: Project) -> None:
    code = (
        LISTED
        + TTS
        + (
            "files = glob('data/training/**/*', recursive=True)\nfiles.sort()\n"
            "train, val = tts(files, test_size=0.2, random_state=2)\n"
        )
    )
    made = project.splits.membership(Rule(RuleKind.CODE, code=code))
    assert made.training == replayed(project, "test_size=0.2, random_state=2")


@pytest.mark.parametrize(
    "line",
    ["ds.samples = chosen(ds.samples)", "ds = ImageFolder('data/training', is_valid_file=good)"],
)
def test_an_image_folder_whose_files_the_code_chooses_is_refused(
    project: Project, line: str
) -> None:
    split = "\ntr, va = random_split(ds, [0.8, 0.2], torch.Generator().manual_seed(5))"
    with pytest.raises(UsageError):
        project.splits.membership(Rule(RuleKind.CODE, code=TORCH + line + split))
    project.splits.membership(Rule(RuleKind.CODE, code=TORCH + split))


KERAS = """
from keras.utils import image_dataset_from_directory
ds = image_dataset_from_directory("data/training", shuffle=False, batch_size=7)
"""


def by_path(project: Project) -> list[str]:
    folder = project.context.root / "training"
    files = [p for p in folder.glob("*/*") if p.suffix in (".jpg", ".jpeg", ".png")]
    names = sorted(p.relative_to(folder).as_posix() for p in files)
    return [f"training/{name}" for name in names]


@pytest.mark.parametrize(
    ("cut", "first", "end"),
    [
        ("n = int(len(ds) * 0.8)\nval = ds.skip(n)\ntrain = ds.take(n)\n", 0.8, 1.0),
        ("n = len(ds) // 5\ntrain = ds.skip(n)\nval = ds.take(n)\n", 0.0, 0.2),
        (
            "n, m = int(0.6 * len(ds)), int(0.2 * len(ds))\n"
            "train = ds.take(n).cache().shuffle(99)\nval = ds.skip(n).take(m)\n",
            0.6, 0.8,
        ),
    ],
)  # fmt: skip
def test_batches_that_are_cut_in_order_are_replayed(
    project: Project, cut: str, first: float, end: float
) -> None:
    code = KERAS + cut + "model.fit(train, validation_data=val)\n"
    paths = by_path(project)
    batches = -(-len(paths) // 7)
    sides = project.splits.membership(Rule(RuleKind.CODE, code=code))
    low = int(first * batches) * 7
    high = low + 7 * int((end - first) * batches + 1e-9) if end < 1 else len(paths)
    assert list(sides.validation) == paths[low:high]
    assert not set(sides.training) & set(sides.validation)


def test_batches_of_a_number_are_counted_as_batches(project: Project) -> None:
    code = KERAS + "train, val = ds.take(3), ds.skip(3)\nmodel.fit(train, validation_data=val)\n"
    sides = project.splits.membership(Rule(RuleKind.CODE, code=code))
    assert len(sides.training) == 21
    assert [*sides.training, *sides.validation] == by_path(project)


def test_a_list_of_files_that_is_cut_is_replayed(project: Project) -> None:
    code = (
        SKLEARN.replace('"data/training/**/*", recursive=True', '"data/training/*/*"')
        + "import tensorflow as tf\nds = tf.data.Dataset.from_tensor_slices(files)\n"
        "k = int(len(files) * 0.75)\ntrain, val = ds.take(k).shuffle(9).batch(4), ds.skip(k)\n"
        "model.fit(train, validation_data=val)\n"
    )
    sides = project.splits.membership(Rule(RuleKind.CODE, code=code))
    paths = by_path(project)
    assert list(sides.validation) == paths[int(len(paths) * 0.75) :]


@pytest.mark.parametrize(
    ("load", "text"),
    [
        ("", "line 3: the dataset is shuffled anew on every pass and cut after that"),
        (", shuffle=False).shuffle(80, seed=1", "line 3: the dataset is shuffled anew"),
        (
            ", shuffle=False).shuffle(80, seed=1, reshuffle_each_iteration=False",
            "tf.data shuffles before take",
        ),
        (", shuffle=False, batch_size=args.batch", "batch_size is not in the code"),
        (", shuffle=False).filter(chosen", "chooses among them, which is not followed"),
    ],
)
def test_a_cut_whose_order_is_not_known_says_what_would_be(
    project: Project, load: str, text: str
) -> None:
    code = (
        "from keras.utils import image_dataset_from_directory\n\nds = "
        f'image_dataset_from_directory("data/training"{load})\n'
        "train, val = ds.take(3), ds.skip(3)\nmodel.fit(train, validation_data=val)\n"
    )
    with pytest.raises(UsageError, match=text) as refused:
        project.splits.membership(Rule(RuleKind.CODE, code=code))
    assert refused.value.advice


IDG = """
from tensorflow.keras.preprocessing.image import ImageDataGenerator
g = ImageDataGenerator({share})
one = g.flow_from_directory("data/training", subset="{one}")
two = g.flow_from_directory("data/training", subset="{two}")
model.fit(one, validation_data=two)
"""


def test_a_subset_without_a_share_leaves_validation_empty(project: Project) -> None:
    code = IDG.format(share="", one="training", two="validation")
    made = project.splits.membership(Rule(RuleKind.CODE, code=code))
    assert made.training
    assert not made.validation
    assert "overlap" not in {f.code for f in made.findings}


@pytest.mark.parametrize(
    "code",
    [
        IDG.format(share="validation_split=.25", one="{a}", two="{b}"),
        "import keras\n{a}, {b} = keras.utils.image_dataset_from_directory('data/training',"
        " subset='both', validation_split=.25, seed=3)\nmodel.fit(training, validation_data="
        "validation)",
    ],
)
def test_sides_in_the_wrong_order_are_replayed_as_they_are(project: Project, code: str) -> None:
    right, wrong = (
        project.splits.membership(Rule(RuleKind.CODE, code=code.format(a=a, b=b)))
        for a, b in (("training", "validation"), ("validation", "training"))
    )
    assert wrong.training == right.validation
    assert wrong.validation == right.training
    assert len(wrong.training) < len(wrong.validation)
    assert "sides_swapped" in {f.code for f in wrong.findings}


def test_a_second_permutation_is_refused_as_such(project: Project) -> None:
    code = TORCH + (
        "torch.manual_seed(5)\n"
        "one, two = torch.randperm(len(ds)), torch.randperm(len(ds))\n"
        "tr, va = Subset(ds, one[9:].tolist()), Subset(ds, two[:9].tolist())\n"
    )
    with pytest.raises(UsageError, match="other calls drew from the generator"):
        project.splits.membership(Rule(RuleKind.CODE, code=code))


NESTED = """
import keras
every = keras.utils.image_dataset_from_directory("data/training", batch_size=None, shuffle=False)
one, rest = keras.utils.split_dataset(every, left_size=.6, shuffle=True, seed=21)
val, test = keras.utils.split_dataset(rest, left_size=.5, shuffle=True, seed=4)
model.fit({training}, validation_data={validation})
"""


def test_a_side_that_split_dataset_splits_again_is_replayed(project: Project) -> None:
    sides = {}
    for training, validation in (("one", "val"), ("one", "rest"), ("val", "test")):
        code = NESTED.format(training=training, validation=validation)
        made = project.splits.membership(Rule(RuleKind.CODE, code=code))
        sides[training], sides[validation] = made.training, made.validation
        assert not set(made.training) & set(made.validation)
    assert sorted(sides["rest"]) == sorted((*sides["val"], *sides["test"]))
    assert sides["val"]
    assert sides["test"]
    assert sides["val"] != sides["rest"][: len(sides["val"])]  # It is shuffled once more.


def test_a_sampler_by_weight_is_not_replayed_as_the_whole_folder(project: Project) -> None:
    code = TORCH + (
        "from torch.utils.data import WeightedRandomSampler\n"
        "train_loader = DataLoader(ds, 8, sampler=WeightedRandomSampler(w, n))\n"
        "valid_loader = DataLoader(ds, 8)\n"
        "for x, y in train_loader: loss(net(x), y).backward()\n"
    )
    with pytest.raises(UsageError, match="by weight"):
        project.splits.membership(Rule(RuleKind.CODE, code=code))
