"""Pasted code is read as data: its meaning is extracted, and nothing in it ever runs."""

import textwrap
from pathlib import Path

import pytest

from inspector.augmentation.keras_versions import swaps_axes
from inspector.augmentation.policy_json import (
    Fill,
    Normalisation,
    Policy,
    Range,
    Shift,
    ShiftKind,
    read_policy,
)
from inspector.code_reading.reading import parse_code
from inspector.errors import UsageError


def fraction(value: float) -> Shift:
    return Shift(ShiftKind.FRACTION, value)


def test_a_generator_with_imports_and_an_assignment() -> None:
    code = """
    from tensorflow.keras.preprocessing.image import ImageDataGenerator
    train_datagen = ImageDataGenerator(
        rescale=1./255, rotation_range=20, zoom_range=(0.9, 1.1), horizontal_flip=True,
        shear_range=-(-3) + 2 * 0.5, fill_mode='reflect', brightness_range=[0.8, 1.2])
    """
    assert parse_code(textwrap.dedent(code)) == Policy(
        rotation_degrees=20,
        zoom=Range(0.9, 1.1),
        horizontal_flip=0.5,
        shear_degrees=4,
        fill=Fill.REFLECT,
        brightness=Range(0.8, 1.2),
        normalisation=Normalisation(rescale=1 / 255),
    )


def test_attributes_and_positions() -> None:
    assert parse_code("tf.keras.preprocessing.image.ImageDataGenerator(False, True)") == Policy(
        normalisation=Normalisation(samplewise_center=True)
    )


def test_of_several_generators_the_one_that_augments_counts() -> None:
    plain, turning = "a = ImageDataGenerator(rescale=2)", "b = ImageDataGenerator(rotation_range=2)"
    assert parse_code(f"{plain}\n{turning}").rotation_degrees == 2
    assert parse_code(f"{turning}\n{plain}").rotation_degrees == 2
    assert parse_code(f"{plain}\n{plain}").normalisation.rescale == 2


def test_shift_axes_follow_the_keras_version() -> None:
    code = "ImageDataGenerator(width_shift_range=0.2)"
    assert parse_code(code).width_shift == fraction(0.2)
    assert parse_code(code, keras_version="2.8").width_shift == fraction(0.2)
    swapped = parse_code(code, keras_version="2.9")
    assert (swapped.width_shift, swapped.height_shift) == (Shift(), fraction(0.2))


@pytest.mark.parametrize(
    ("version", "swapped"),
    [
        ("2.8", False),
        ("2.9.0", True),
        ("2.10", True),
        ("3", True),
        ("3.15.1", True),
        ("1.2", False),
    ],
)
def test_versions(version: str, swapped: bool) -> None:
    assert swaps_axes(version) is swapped


def test_a_stack_of_layers() -> None:
    code = """
keras.Sequential([
    layers.RandomFlip("horizontal"),
    layers.RandomRotation(0.1, fill_mode="nearest"),
    keras.layers.RandomTranslation(0.1, width_factor=0.2, fill_mode="nearest"),
    layers.RandomZoom(0.2, fill_mode="nearest"),
    layers.RandomBrightness(0.2),
    layers.RandomContrast(0.3),
    layers.RandomSaturation((0.5, 0.6)),
    layers.RandomHue(0.1),
    layers.RandomGaussianBlur(1.0, sigma=(0.0, 2.0)),
    layers.RandomErasing((0.5, 0.5), scale=(0.02, 0.2)),
    layers.Rescaling(1./255),
])
"""
    policy = parse_code(code)
    assert policy.horizontal_flip == 0.5
    assert policy.vertical_flip == 0
    assert policy.rotation_degrees == pytest.approx(36)
    assert (policy.height_shift, policy.width_shift) == (fraction(0.1), fraction(0.2))
    assert policy.zoom == Range(0.8, 1.2)
    assert not policy.zoom_independent
    assert policy.channel_shift_levels == pytest.approx(51)
    assert policy.contrast == Range(0.7, 1.3)
    assert (policy.saturation.low, policy.saturation.high) == (1.0, pytest.approx(1.5))
    assert policy.hue_degrees == pytest.approx(18)
    assert policy.blur_px == 2
    assert (policy.erasing_probability, policy.erasing_area) == (0.5, 0.2)
    assert policy.normalisation.rescale == 1 / 255
    assert policy.fill is Fill.NEAREST


def test_one_layer_and_a_list_of_them_and_keras_default_fill() -> None:
    assert parse_code("layers.RandomRotation(0.5)").fill is Fill.REFLECT
    both = parse_code("[RandomFlip('vertical'), RandomShear(x_factor=0.5)]")
    assert both.vertical_flip == 0.5
    assert both.shear_degrees == pytest.approx(30)


EVIL = [
    "__import__('os').system('touch {mark}')",
    "ImageDataGenerator(rotation_range=__import__('os').system('touch {mark}'))",
    "ImageDataGenerator(rotation_range=open('{mark}', 'w').write('x'))",
    "ImageDataGenerator(*[1])",
    "ImageDataGenerator(rotation_range=[x for x in (1, 2)])",
    "ImageDataGenerator(rotation_range=2 ** 2 ** 2 ** 60)",
    "ImageDataGenerator(rotation_range=1 // 0)",
    "ImageDataGenerator(rotation_range='a' * 1000000000)",
    "ImageDataGenerator(width_shift_range=[0] * 1000000000)",
    "ImageDataGenerator(rotation_range=1 / 0)",
    "ImageDataGenerator(rotation_range=" + "9" * 300 + " * " + "9" * 300 + ")",
    "ImageDataGenerator(rotation_range=f'{{open}}')",
    "ImageDataGenerator(rotation_range=RANGE)",
    "ImageDataGenerator(rotation_range=a.b)",
    "ImageDataGenerator(rotation_range=1, rotation_range=2)",
    "evil.ImageDataGenerator()",
    "open('{mark}', 'w').layers.RandomFlip()",
    "import os\nos.system('touch {mark}')",
    "class A: pass",
    "keras.Sequential([Dense(3)])",
    "[RandomFlip(), RandomFlip('vertical')]",
    "layers.RandomCrop(3, 3)",
    "from my_transforms import RandomRotation\nRandomRotation(30)",
    "import my_transforms as layers\nlayers.RandomRotation(30)",
    "N = open('{mark}', 'w')\nImageDataGenerator(rotation_range=N)",
    "def f(n): return ImageDataGenerator(rotation_range=n)",
    "keras.Sequential([open('{mark}', 'w')])",
    "keras.Sequential(layers_of_mine)",
    "keras.Sequential([RandomFlip('sideways')])",
    "[RandomRotation(0.1, what=3)]",
    "[RandomRotation()]",
    "[RandomRotation((0.1, 0.3))]",
    "[RandomZoom(0.1, 0.2)]",
    "[Rescaling(1/127.5, offset=-1)]",
    "ImageDataGenerator(rotation_range=",
    "(" * 5000,
    "ImageDataGenerator(rotation_range=" + "-" * 3000 + "1)",
    "ImageDataGenerator(rotation_range=" + "1+" * 3000 + "1)",
    "\0",
    "3",
    "",
    "import keras",
    "x" * 200_000,
    "{{1: 2}}",
    "ImageDataGenerator(zoom_range={{'a': 1}})",
]


NOTEBOOK = """
%matplotlib inline
!touch {mark}
import os
from tensorflow.keras import layers as L, models
from tensorflow.keras.preprocessing.image import ImageDataGenerator as IDG
TURN, SIZE = 15, (150, 150)
ZOOM = 0.2
for name in os.listdir("{mark}"):
    print(name)
class Net(models.Model):
    pass
def make(folder, turn=3):
    plain = IDG(rescale=1./255)
    augmented = IDG(rotation_range=20, zoom_range=ZOOM, preprocessing_function=lambda x: open(x))
    return augmented.flow_from_directory(folder, target_size=SIZE)
model = models.Sequential([L.Conv2D(32, 3, activation="relu"), L.Dense(1)])
model.fit(make("train"), epochs=3)
"""


def test_a_whole_script_is_read_and_nothing_of_it_runs(tmp_path: Path) -> None:
    mark = tmp_path / "none"
    policy = parse_code(NOTEBOOK.replace("{mark}", str(mark)))
    assert (policy.rotation_degrees, policy.zoom) == (20, Range(0.8, 1.2))
    assert not mark.exists()
    functional = """
import keras
from keras import layers
def make_model(shape, classes):
    x = inputs = keras.Input(shape=shape)
    x = layers.RandomFlip("horizontal", input_shape=shape)(x)
    x = layers.Rescaling(1. / 127.5, offset=-1)(x)
    return keras.Model(inputs, layers.Dense(classes)(x))
again = keras.Sequential([layers.RandomFlip("horizontal", input_shape=shape)])
"""
    assert parse_code(functional) == Policy(horizontal_flip=0.5)


@pytest.mark.parametrize("code", EVIL)
def test_anything_else_is_refused_and_nothing_runs(code: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    with pytest.raises(UsageError) as caught:
        parse_code(code.replace("{mark}", str(mark)).replace("{{", "{").replace("}}", "}"))
    assert not mark.exists()
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 200
    assert caught.value.advice


@pytest.mark.parametrize(
    "code",
    [
        "kinds = dict(rotation_range=3)\nImageDataGenerator(**kinds)",
        "class C:\n    turn = 3\nImageDataGenerator(rotation_range=C.turn)",
        "N = 4\nN = 3\nImageDataGenerator(rotation_range=N)",
        "def make(turn): return ImageDataGenerator(rotation_range=turn)\nmake(3)",
        "from functools import partial\nIDG = partial(ImageDataGenerator, rotation_range=3)\nIDG()",
        "ImageDataGenerator(rotation_range=N)\nImageDataGenerator(rotation_range=3)",
    ],
)
def test_names_are_followed_to_their_values(code: str) -> None:
    assert parse_code(code) == Policy(rotation_degrees=3)


def test_a_version_that_is_none_is_told() -> None:
    with pytest.raises(UsageError, match="not a version"):
        parse_code("ImageDataGenerator()", keras_version="newest")


def test_code_and_json_mean_the_same() -> None:
    code = "ImageDataGenerator(width_shift_range=[0.1, 0.2], height_shift_range=3, cval=9)"
    named = {"width_shift_range": [0.1, 0.2], "height_shift_range": 3, "cval": 9}
    assert parse_code(code) == read_policy(named)
