"""Pitfalls of pasted code, counted on the files of a dataset."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.cli.main import run
from inspector.project.splits.code_consequences import trained_before

FOLDER = "from keras.utils import image_dataset_from_directory as f\n"
GENERATOR = (
    "from keras.preprocessing.image import ImageDataGenerator\n"
    "g = ImageDataGenerator(rescale=1/255)\n"
)
COUNTS = {"training": {"a": 12, "b": 10, "c": 8}, "validation": {"a": 6, "b": 5, "c": 4}}


@pytest.fixture
def arrows(tmp_path: Path) -> Path:
    """Arrows to the left and right, in three class sizes: a flip swaps a and b."""
    rng = np.random.default_rng(2)
    for split, classes in COUNTS.items():
        for name, count in classes.items():
            folder = tmp_path / "arrows" / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                image = np.full((48, 48, 3), 30, np.uint8)
                x, y = rng.integers(-3, 4, 2)
                tip = {"a": 8, "b": 40, "c": 24}[name]
                base = 48 - tip
                corners = [(tip, 24), (base, 10), (base, 38)]
                if name == "c":
                    corners = [(24, 6), (8, 40), (40, 40)]
                shape = np.array(corners, np.int32) + np.array([x, y], np.int32)
                cv2.fillPoly(image, [shape], (200, 220, int(rng.integers(150, 255))))
                noisy = cv2.add(image, rng.integers(0, 12, image.shape, np.uint8))
                cv2.imwrite(str(folder / f"{number}.png"), noisy)
    return tmp_path / "arrows"


def pitfalls(
    code: str, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> dict[str, dict[str, object]]:
    script = tmp_path / "s.py"
    script.write_text(code)
    assert run(["code", str(script), "--dataset", str(dataset), "--quiet", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    return {p["code"]: p for p in document["pitfalls"]}


CASES = [
    (
        "test_is_training",
        FOLDER + "tr = f('arrows/training')\nva = f('arrows/validation')\n"
        "te = f('arrows/training', shuffle=False)\nm.fit(tr, validation_data=va)\nm.evaluate(te)\n",
        {"test": 30, "both": 30}, 30,
    ),
    (
        "class_order_differs",
        FOLDER + "tr = f('arrows/training', class_names=['a', 'b', 'c'])\n"
        "va = f('arrows/validation', class_names=['b', 'a', 'c'])\nm.fit(tr, validation_data=va)\n",
        {"wrong": 11, "images": 15}, 11,
    ),
    (
        "binary_with_many_classes",
        GENERATOR + "tr = g.flow_from_directory('arrows/training', class_mode='binary')\n"
        "va = g.flow_from_directory('arrows/validation', class_mode='binary')\n"
        "m.fit(tr, validation_data=va)\n",
        {"classes": 3, "images": 8}, 0,
    ),
    (
        "predictions_shuffled",
        GENERATOR + "tr = g.flow_from_directory('arrows/training')\n"
        "va = g.flow_from_directory('arrows/validation')\nm.fit(tr, validation_data=va)\n"
        "print(va.classes, m.predict(va).argmax(1))\n",
        {"images": 15, "seeming_accuracy": round((36 + 25 + 16) / 225, 4)}, 0,
    ),
    (
        "overlap",
        FOLDER + "tr = f('arrows/training')\nva = f('arrows/training')\n"
        "m.fit(tr, validation_data=va)\n",
        {"both": 30, "validation": 30}, 30,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "script", "numbers", "files"), CASES, ids=[c[0] for c in CASES])
def test_a_pitfall_has_figures_of_this_dataset(
    code: str, script: str, numbers: dict[str, float], files: int, arrows: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    pitfall = pitfalls(script, arrows, tmp_path, capsys)[code]
    assert pitfall["severity"] == "high"
    said = pitfall["numbers"]
    assert isinstance(said, dict)
    assert {name: said[name] for name in numbers} == numbers
    shown = pitfall["files"]
    assert isinstance(shown, list)
    assert not files or len(shown) == files


def test_take_and_skip_have_a_figure_though_they_have_no_files(
    arrows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = (
        FOLDER + "ds = f('arrows/training', batch_size=None, seed=1)\nn = len(ds)\n"
        "m.fit(ds.take(int(n * 0.8)), validation_data=ds.skip(int(n * 0.8)))\n"
    )
    pitfall = pitfalls(code, arrows, tmp_path, capsys)["take_skip_reshuffles"]
    numbers = pitfall["numbers"]
    assert isinstance(numbers, dict)
    assert numbers["images"] == 30
    assert 0.7 < numbers["trained_after_1"] < 0.9
    assert numbers["trained_after_2"] > numbers["trained_after_1"]


def test_the_simulated_share_is_what_independent_orders_give() -> None:
    # With a window as large as the folder an image is drawn independently on each pass.
    one, two = trained_before(400, share=0.2, batch=1, window=400)
    assert one == pytest.approx(0.8, abs=0.02)
    assert two == pytest.approx(1 - 0.2**2, abs=0.02)
    # A window of one file shuffles nothing: the cut is the same on each pass.
    assert trained_before(400, share=0.2, batch=1, window=1) == (0.0, 0.0)


def test_flips_are_looked_at_in_the_images(
    arrows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = (
        "from keras.preprocessing.image import ImageDataGenerator\n"
        "g = ImageDataGenerator(rescale=1/255, {flip}=True)\n"
        "plain = ImageDataGenerator(rescale=1/255)\n"
        "m.fit(g.flow_from_directory('arrows/training'),"
        " validation_data=plain.flow_from_directory('arrows/validation'))\n"
    )
    found = pitfalls(code.format(flip="horizontal_flip"), arrows, tmp_path, capsys)
    numbers = found["flips_change_labels"]["numbers"]
    assert isinstance(numbers, dict)
    assert numbers["own_class_before"] > 0.9
    assert numbers["own_class_after"] < 0.6
    assert "flips_change_labels" not in pitfalls(
        code.replace("{flip}=True", "zoom_range=0.05"), arrows, tmp_path, capsys
    )
