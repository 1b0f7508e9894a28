"""The guide's JSON reference lists what the verbs print, key by key."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from inspector.cli.main import run

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "json.md"


TRAINING = """
from keras.utils import image_dataset_from_directory as f
a, b = f("demo/training"), f("demo/training")
model.fit(a, validation_data=b)
"""
SERVING = "import cv2\nmodel.predict(cv2.resize(cv2.imread('a'), (256, 256))[None])\n"
SCRIPT = """
import argparse, random
parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int, default=64)
size = parser.parse_args().size
gen = ImageDataGenerator(rotation_range=0.2, validation_split=random.random())
train = gen.flow_from_directory("data", subset="training", target_size=(size, size))
"""


def documented() -> dict[tuple[str, bool], list[str]]:
    """Return the keys of each line by (verb and place, whether it is a list item)."""
    found = {}
    for line in GUIDE.read_text("utf-8").splitlines():
        if line.startswith("| `"):
            _, name, keys, _ = line.split("|")
            first, *rest = re.findall(r"`([^`]+)`", name)
            found[first, rest == ["[]"]] = re.findall(r"`([^`]+)`", keys)
    return found


def at(document: Any, place: str, *, member: bool) -> list[str]:
    """Return the keys at a path such as "terms.leakage"."""
    for name in filter(None, place.split(".")):
        document = document[name]
    if member:
        assert document, f"nothing to look at in {place}"
        document = document[0]
    return list(document)


def test_every_key_is_as_documented(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    training, serving = tmp_path / "train.py", tmp_path / "serve.py"
    training.write_text(TRAINING)
    serving.write_text(SERVING)
    where = [str(demo), "--project", str(tmp_path / "p.inspector")]
    image = sorted(demo.rglob("IMG_*.jpg"))[0].relative_to(demo).as_posix()
    judged = sorted((demo / "validation").rglob("IMG_*.jpg"))[0].relative_to(demo).as_posix()
    words = {
        "scan": ["scan", *where],
        "labels --review": ["labels", *where, "--review"],
        "map": ["map", *where, "-o", str(tmp_path / "map.csv"), "--pca"],
        "similar": ["similar", where[0], image, *where[1:]],
        "problems": ["problems", *where],
        "quality": ["quality", *where],
        "duplicates": ["duplicates", *where],
        "split": ["split", *where, "--validation-split", "0.2", "--seed", "1"],
        "split --loader random_split": [
            "split",
            *where,
            "--loader",
            "random_split",
            "--validation-split",
            "0.2",
            "--seed",
            "1",
        ],
        "split --by-group": ["split", *where, "--by-group"],
        "leaks": ["leaks", *where],
        "groups": ["groups", *where],
        "labels": ["labels", *where],
        "shortcuts": ["shortcuts", *where],
        "borrowed": ["borrowed", *where],
        "borrowed --image": ["borrowed", *where, "--image", judged],
        "crossvalidate": ["crossvalidate", *where, "--folds", "3"],
        "crossvalidate --train --dry-run": [
            *("crossvalidate", *where, "--train", "--dry-run"),
        ],
        "crossvalidate --train": [
            *("crossvalidate", *where, "--train", "--folds", "2"),
            *("--epochs", "1", "--image-size", "16"),
        ],
        "freeze": ["freeze", *where, "-o", str(tmp_path / "lock.csv")],
        "diagnose": ["diagnose", *where],
        "diagnose --last": ["diagnose", *where, "--last"],
        "decide": ["decide", *where, "--rule", "largest", "--scope", "all"],
        "decisions": ["decisions", *where],
        "export": ["export", *where, "--to", str(tmp_path / "out")],
        "report": ["report", *where, "-o", str(tmp_path / "r.html")],
        "fingerprints": ["fingerprints", *where, "-o", str(tmp_path / "a.fingerprints")],
        "audit": ["audit", *where, "--against", str(tmp_path / "a.fingerprints")],
        "code": ["code", str(script)],
        "code --serve": [
            "code",
            str(training),
            "--serve",
            str(serving),
            "--dataset",
            *where,
        ],
        "policy lint": ["policy", "lint", "--code", "ImageDataGenerator(rotation_range=0.2)"],
    }
    lines = documented()
    verbs = {name.split(".")[0] for name, _ in lines}
    assert verbs == set(words)
    printed = {}
    for verb, call in words.items():
        assert run([*call, "--json", "--quiet"]) == 0
        printed[verb] = json.loads(capsys.readouterr().out)
    for (name, member), keys in lines.items():
        verb, _, place = name.partition(".")
        assert at(printed[verb], place, member=member) == keys, name
