"""Inference compared with training, measured on the user's images and on a trained run."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.cli.main import run
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.run import RunConfig

TRAIN = """import tensorflow as tf
train = tf.keras.utils.image_dataset_from_directory("colours/training", image_size=(32, 32))
val = tf.keras.utils.image_dataset_from_directory("colours/validation", image_size=(32, 32))
model.fit(train.map(lambda x, y: (x / 255, y)), validation_data=val.map(lambda x, y: (x / 255, y)))
"""
SERVE = """import cv2
CLASSES = ["red", "blue"]
image = cv2.imread("photo.jpg")
image = cv2.resize(image, (32, 32)) / 255
print(CLASSES[model.predict(image[None]).argmax()])
"""


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    """Blue and red noise: swapping the channels swaps the classes."""
    rng = np.random.default_rng(5)
    for split, count in (("training", 24), ("validation", 10)):
        for name, channel in (("red", 0), ("blue", 2)):
            folder = tmp_path / "colours" / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = rng.integers(0, 90, (40, 40, 3), np.uint8)
                pixels[..., channel] += 150
                exif = Image.Exif()
                if split == "validation" and number < 3:
                    exif[0x0112] = 6
                Image.fromarray(pixels).save(folder / f"{number}.jpg", quality=95, exif=exif)
    return tmp_path / "colours"


def test_differences_are_measured_on_images_and_on_a_run(colours: Path) -> None:
    project = Project(colours)
    try:
        project.scans.scan()
        before = project.serving.check(TRAIN, SERVE)
        assert before.why_no_run
        by_aspect = {
            d.aspect.value: change
            for d, change in zip(before.reading.differences, before.changes, strict=True)
        }
        assert set(by_aspect) == {"channel_order", "exif_rotation", "class_order"}
        swapped = by_aspect["channel_order"]
        # Two of three channels change by about 150 of 255 levels.
        assert swapped.mean_change == pytest.approx(150 / 255 * 2 / 3, abs=0.03)
        assert (swapped.images, swapped.changed) == (20, 20)
        assert by_aspect["exif_rotation"].affected == 6
        assert by_aspect["class_order"].affected == 68
        config = RunConfig(epochs=8, image_size_px=32)
        name = project.runs.store(project.runs.plan(Rule(), config))
        project.runs.train([name], lambda event: None)
        check = project.serving.check(TRAIN, SERVE)
        assert (check.run, check.judged) == (name, 20)
        pairs = zip(check.reading.differences, check.changes, strict=True)
        accuracy = {d.aspect.value: change.accuracy for d, change in pairs}
        assert accuracy["channel_order"] is not None
        right, wrong = accuracy["channel_order"]
        assert right >= 0.9
        assert wrong <= 0.1
        # Turned noise is noise.
        assert accuracy["exif_rotation"] == (right, right)
        (together,) = check.together
        assert together.accuracy == (right, wrong)
    finally:
        project.close()


def test_the_terminal_compares_with_and_without_a_dataset(
    colours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = tmp_path / "train.py", tmp_path / "serve.py"
    one.write_text(TRAIN)
    two.write_text(SERVE)
    assert run(["code", str(one), "--serve", str(two), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {d["code"] for d in document["serving"]["differences"]} == {
        "serving_channel_order_differs", "serving_exif_rotation_differs",
        "serving_class_order_differs",
    }  # fmt: skip
    assert "pitfalls" not in document
    with_data = ["--dataset", str(colours), "--quiet"]
    assert run(["code", str(one), "--serve", str(two), *with_data, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    swapped = document["serving"]["differences"][0]
    assert swapped["code"] == "serving_channel_order_differs"
    assert (swapped["line"], swapped["training_line"]) == (3, 3)
    assert swapped["measured"]["images"] == 20
    assert document["serving"]["why_no_run"]
    assert document["split_not_replayed"] is None
    assert run(["code", str(one), "--serve", str(two), *with_data]) == 0
    text = capsys.readouterr().out
    assert "gets BGR" in text
    assert "it concerns 6 images of this dataset" in text


def test_the_same_steps_are_no_difference(
    colours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = tmp_path / "train.py", tmp_path / "serve.py"
    one.write_text(TRAIN)
    two.write_text(
        "import tensorflow as tf\nx = tf.io.decode_jpeg(tf.io.read_file(name), channels=3)\n"
        "x = tf.image.resize(x, (32, 32)) / 255\nmodel.predict(x[tf.newaxis])\n"
    )
    assert run(["code", str(one), "--serve", str(two)]) == 0
    assert "no difference between training and inference" in capsys.readouterr().out
    two.write_text("x = (\n")
    assert run(["code", str(one), "--serve", str(two)]) == 3
