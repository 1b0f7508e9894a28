"""The replay returns exactly the files of the installed Keras, errors included."""

import importlib.util
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from inspector.errors import DatasetError, InspectorError, UsageError
from inspector.splits.keras_lists import DIALECTS, Listed, dialect_of
from inspector.splits.keras_replay import Call, Loader, cut, files_of, list_call, order, replay
from inspector.splits.python_shuffle import shuffled

NAMES = [
    "a", "b10", "b2", "Dog", "dog", "zebra", "\u00c4rger", "A\u0308rger", "空", "x y", "x.y",
    ".hidden", "_",
]  # fmt: skip
FILES = [
    "1.jpg", "10.jpg", "2.JPG", "a.jpeg", "ä.png", "._x.png", "b.gif", "c.BMP", "n.txt", "w.webp",
    "t.tiff", "xjpg", "p.ppm", ".jpg", "z.PNG", "q.tif",
]  # fmt: skip


def grow(root: Path, rng: random.Random) -> None:
    """Create a random tree: nesting, Unicode, case, links, broken links, odd and empty folders."""
    classes = rng.sample(NAMES, rng.randint(1, 5))
    for name in classes:
        folder = root / name
        folder.mkdir()
        below = [folder]
        for _ in range(rng.randint(0, 3)):
            nested = rng.choice(below) / rng.choice(NAMES)
            nested.mkdir(exist_ok=True)
            below.append(nested)
        for place in below:
            for file in rng.sample(FILES, rng.randint(0, 7)):
                (place / file).touch()
    if rng.random() < 0.5:
        (root / "loose.jpg").touch()
    files = [p for p in root.rglob("*") if p.is_file()]
    if files and rng.random() < 0.4:
        link = root / classes[0] / "linked.png"
        link.symlink_to(rng.choice(files))
    if rng.random() < 0.3:
        (root / classes[0] / "broken.jpg").symlink_to(root / "nowhere.jpg")
    if len(classes) > 1 and rng.random() < 0.4:
        (root / classes[0] / "folder-link").symlink_to(root / classes[1])
    if rng.random() < 0.2:
        (root / "class-link").symlink_to(root / classes[-1])


def calls(rng: random.Random, classes: list[str], files: int) -> list[tuple[str, dict, Call]]:
    share = rng.choice([0.1, 0.2, 0.29, 0.5, 0.57, 0.9])
    seed = rng.choice([0, 1, 42, 2**32 - 1])
    shuffle = rng.random() < 0.8
    links = rng.random() < 0.3
    subset = rng.choice(["training", "validation", "both"])
    common = {"validation_split": share, "seed": seed, "shuffle": shuffle, "follow_links": links}
    names = tuple(rng.sample(classes, rng.randint(1, len(classes)))) if classes else ("none",)
    if rng.random() < 0.2:
        names = (*names, names[0])
    labels = [rng.randint(0, 2) for _ in range(files + (rng.random() < 0.2))]
    of = {"seed": seed, "shuffle": shuffle, "follow_links": links}
    some = {"validation_split": share, "subset": subset}
    made = [
        ("dataset", {**common, "subset": subset}, Call(**some, **of)),
        ("dataset", {**common, "subset": subset, "class_names": list(names)},
         Call(**some, **of, class_names=names)),
        ("dataset", {**common, "subset": subset, "labels": None},
         Call(**some, **of, labels="none")),
        ("dataset", {**common, "subset": subset, "labels": labels},
         Call(**some, **of, labels="list", label_list=tuple(labels))),
        ("dataset", of, Call(**of)),
    ]  # fmt: skip
    side = rng.choice(["training", "validation"])
    made.append((
        "generator", {"validation_split": share, "subset": side, "follow_links": links},
        Call(Loader.GENERATOR, share, subset=side, follow_links=links),
    ))  # fmt: skip
    made.append((
        "split", {"right_size": share, "seed": seed, "shuffle": shuffle},
        Call(Loader.SPLIT_DATASET, share, seed, shuffle),
    ))  # fmt: skip
    return made


def ours(folder: Path, call: Call) -> list[str] | None:
    try:
        return list(files_of(folder, call))
    except InspectorError:
        return None


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, str, dict, Call]]:
    made = []
    for number in range(70):
        rng = random.Random(number)
        root = tmp_path_factory.mktemp("tree")
        grow(root, rng)
        classes = [n for n in sorted(os.listdir(root)) if (root / n).is_dir() and n[0] != "."]
        count = len(list_call(root, Call(labels="none")).paths)
        made += [(root, *case) for case in calls(rng, classes, count)]
    return made


def test_equals_the_installed_keras(cases: list[tuple[Path, str, dict, Call]]) -> None:
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: the extra [train] brings it")
    asked = [{"api": api, "folder": str(f), "arguments": a} for f, api, a, _ in cases]
    oracle = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("keras_oracle.py"))],
        input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    answers = json.loads(oracle.stdout.rpartition("ANSWERS")[2])
    wrong, errors = [], 0
    for (folder, api, arguments, call), answer in zip(cases, answers, strict=True):
        mine = ours(folder, call)
        expected = [p for part in answer["paths"] for p in part] if "paths" in answer else None
        errors += expected is None
        # The generator gives an empty list where image_dataset_from_directory raises.
        if mine != expected:
            wrong.append((api, arguments, answer.get("error"), mine, expected))
    assert not wrong, f"{len(wrong)} of {len(cases)}: {wrong[0]}"
    assert 0 < errors < len(cases) / 2


def test_a_million_files_cost_little() -> None:
    count = 1_000_000
    listed = Listed(("x",) * count, np.zeros(count, np.int32), ("x",), (0,))
    call = Call(validation_split=0.2, seed=42, subset="training")
    began = time.process_time()
    training, validation = cut(listed, call)
    spent = time.process_time() - began
    began = time.process_time()
    sorted(range(count), key=lambda i: -i)
    assert len(training) == 800_000
    assert len(validation) == 200_000
    assert len(np.intersect1d(training, validation)) == 0
    # In units of one plain sort of as many numbers: the time itself is the machine's.
    assert spent < 3 * (time.process_time() - began)


def test_order_is_that_of_a_shuffled_list() -> None:
    paths = [str(i) for i in range(1000)]
    np.random.RandomState(7).shuffle(paths)
    assert [str(i) for i in order(1000, 7, shuffle=True)] == paths


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (Call(validation_split=1.5, seed=1, subset="training"), "between 0 and 1"),
        (Call(validation_split=0.2, subset="training"), "needs a seed"),
        (Call(validation_split=0.2, seed=-1, subset="training"), "not in 0"),
        (Call(validation_split=0.2, seed=1), "given together"),
        (Call(validation_split=0.2, seed=1, subset="both", keras="2.9"), "since Keras 2.10"),
        (Call(keras="2.3"), "older"),
        (Call(keras="new"), "not a Keras version"),
    ],
)
def test_says_why_keras_would_refuse(tmp_path: Path, call: Call, word: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").touch()
    with pytest.raises(UsageError, match=word):
        replay(tmp_path, call)


def test_a_link_in_circles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").touch()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    call = Call(keras="2.12")
    with pytest.raises(DatasetError, match="in circles"):
        files_of(tmp_path, call)
    assert files_of(tmp_path, Call(seed=1)) == ("a/1.png",)


def recorded() -> list[dict]:
    return json.loads(Path(__file__).with_name("keras_lists.json").read_text("utf-8"))


def plant(root: Path, tree: dict) -> None:
    for name in tree["folders"]:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in tree["files"]:
        (root / name).touch()
    for name, target in tree["links"].items():
        (root / name).symlink_to(root / target)


@pytest.mark.parametrize("record", recorded(), ids=lambda r: r["origin"])
def test_equals_recorded_older_releases(tmp_path: Path, record: dict) -> None:
    for number, case in enumerate(record["cases"]):
        root = tmp_path / str(number)
        root.mkdir()
        plant(root, case["tree"])
        names = case["class_names"]
        call = Call(
            validation_split=0.0, seed=case["seed"], labels=case["labels"],
            label_list=tuple(case["label_list"]), class_names=tuple(names) if names else None,
            follow_links=case["follow_links"], keras=record["version"],
        )  # fmt: skip
        assert ours(root, call) == case["paths"], (record["origin"], case)


def test_every_dialect_has_a_recorded_release() -> None:
    assert {dialect_of(r["version"]) for r in recorded()} >= set(DIALECTS)


def test_python_shuffles_the_same_way() -> None:
    for count in (*range(70), 127, 128, 129, 255, 256, 4095, 4096, 4097, 65_537):
        for seed in (0, 1, 42, 2**31):
            stood = list(range(count))
            random.Random(seed).shuffle(stood)
            assert shuffled(count, seed).tolist() == stood
