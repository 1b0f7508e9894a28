"""Advice on whole pieces of code and on two policies: each rule fires, and not on fixed code."""

import textwrap

import pytest

from inspector.augmentation.compared_policies import lint_beside
from inspector.augmentation.policy_json import Normalisation, Policy
from inspector.augmentation.presets import PRESETS
from inspector.code_reading.reading import lint_code, parse_code
from inspector.errors import UsageError
from tests.augmentation.conftest import RunKeras

ONE_GENERATOR = """
from tensorflow.keras.preprocessing.image import ImageDataGenerator
SIZE = (224, 224)
gen = ImageDataGenerator(rescale=1./255, rotation_range=20, validation_split=0.2)
train = gen.flow_from_directory('data', target_size=SIZE, subset='training', seed=3,
                                interpolation='bilinear')
val = gen.flow_from_directory('data', target_size=SIZE, subset='validation', seed=3,
                              interpolation='bilinear')
history = model.fit(train, validation_data=val, epochs=20)
"""
TWO_GENERATORS = """
train_gen = ImageDataGenerator(rescale=1./255, rotation_range=20, horizontal_flip=True)
val_gen = ImageDataGenerator(rescale=1./255)
train = train_gen.flow_from_directory('data/train', interpolation='bilinear')
val = val_gen.flow_from_directory('data/val', interpolation='bilinear')
model.fit(train, validation_data=val)
"""
STACK = "keras.Sequential([layers.Rescaling(1./255), layers.RandomBrightness(0.2{more})])"


def rules(code: str) -> list[str]:
    return [a.rule for a in lint_code(textwrap.dedent(code))]


def test_plain_sensible_code_is_quiet() -> None:
    assert rules(TWO_GENERATORS) == []
    assert rules("ImageDataGenerator(rotation_range=20, rescale=1./255)") == []
    assert rules("keras.Sequential([RandomFlip('horizontal'), Rescaling(1./255)])") == []


def test_the_policy_is_read_from_among_the_lines_around_it() -> None:
    assert parse_code(ONE_GENERATOR) == Policy(
        rotation_degrees=20, normalisation=Normalisation(rescale=1 / 255)
    )
    assert parse_code(TWO_GENERATORS).horizontal_flip == 0.5


def test_10_validation_from_the_augmenting_generator() -> None:
    assert rules(ONE_GENERATOR) == ["validation-augmented"]
    by_name = TWO_GENERATORS.replace("val_gen.flow", "train_gen.flow")
    assert rules(by_name) == ["validation-augmented"]
    assert rules(ONE_GENERATOR.replace("rotation_range=20, ", "")) == []


def test_11_validation_without_the_normalisation_of_training() -> None:
    code = TWO_GENERATORS.replace(
        "val_gen = ImageDataGenerator(rescale=1./255)", "val_gen = ImageDataGenerator()"
    )
    assert rules(code) == ["validation-normalised-differently"]


def test_19_the_default_interpolation() -> None:
    code = TWO_GENERATORS.replace(", interpolation='bilinear'", "")
    found = lint_code(code)
    assert [(a.rule, a.severity.lint_level) for a in found] == [("nearest-interpolation", "hint")]
    assert rules(code.replace("_from_directory", "")) == []


def test_20_whole_numbers_are_not_rescaled() -> None:
    code = "ImageDataGenerator(rescale={}, dtype={})"
    assert rules(code.format("1./255", "'uint8'")) == ["uint8-rescale"]
    assert rules(code.format("1./255", "'float32'")) == []
    assert rules(code.format("None", "'uint8'")) == []


def test_20_is_what_keras_does(keras: RunKeras) -> None:
    found = keras(
        """
import numpy as np
from tensorflow.keras.preprocessing.image import ImageDataGenerator
raised = []
for dtype in ('uint8', 'float32'):
    flow = ImageDataGenerator(rescale=1/255, dtype=dtype).flow(np.zeros((2, 8, 8, 3), np.uint8))
    try:
        next(flow)
        raised.append(0)
    except Exception:
        raised.append(1)
result = {"raised": np.array(raised)}
"""
    )
    assert found["raised"].tolist() == [1, 0]


def test_21_a_seed_and_workers() -> None:
    code = TWO_GENERATORS.replace("'data/train',", "'data/train', seed=3,")
    many = code.replace("validation_data=val", "validation_data=val, workers={}")
    assert rules(many.format(4)) == ["seed-with-workers"]
    assert rules(many.format(1)) == []
    assert rules(code) == []


def test_22_brightness_after_rescaling() -> None:
    assert rules(STACK.format(more="")) == ["brightness-after-rescaling"]
    assert rules(STACK.format(more=", value_range=(0, 1)")) == []
    before = "keras.Sequential([RandomBrightness(0.2), Rescaling(1./255)])"
    assert rules(before) == []


def test_22_is_what_keras_does(keras: RunKeras) -> None:
    found = keras(
        """
import numpy as np, keras
stack = keras.Sequential([keras.layers.Rescaling(1/255), keras.layers.RandomBrightness(0.2)])
out = stack(np.full((64, 4, 4, 3), 128, np.float32), training=True)
result = {"most": np.array(float(np.max(out)))}
"""
    )
    assert found["most"] > 10


def test_9_only_one_of_two_policies_normalises() -> None:
    one, two = PRESETS["example 1, as written"], PRESETS["example 2, as written"]
    (advice,) = lint_beside(one, two)
    assert (advice.rule, advice.suggestion) == ("normalisation-missing", {"rescale": 1 / 255})
    assert [a.rule for a in lint_beside(two, one)] == ["normalisation-differs"]
    assert lint_beside(PRESETS["photos"], two) == []
    assert lint_beside(one, Policy.none()) == []


def test_14_shifts_that_keras_exchanges() -> None:
    code = "ImageDataGenerator(width_shift_range=0.1)"
    assert [a.rule for a in lint_code(code, "3")] == ["swapped-axes"]
    assert lint_code(code, "2.8") == lint_code(code) == []
    both = "ImageDataGenerator(height_shift_range=0.1, width_shift_range=0.2)"
    told = [a.parameter for a in lint_code(both, "3")]
    assert told == ["width_shift_range", "height_shift_range"]
    assert lint_code("ImageDataGenerator(width_shift_range=1, height_shift_range=1)", "3") == []


def test_29_rescaled_by_the_generator_and_by_a_layer() -> None:
    code = "g = ImageDataGenerator(rescale=1/255)\nm = keras.Sequential([layers.Rescaling(1/255)])"
    (advice,) = lint_code(code)
    assert (advice.rule, advice.severity.lint_level) == ("rescaled-twice", "error")
    assert advice.suggestion == {"rescale": None}
    apart = "a = layers.Rescaling(1/255)\nb = layers.Rescaling(1/255)\nlayers.RandomFlip()"
    assert lint_code(apart) == []
    one_way = "keras.Sequential([Rescaling(1/255), RandomFlip(), Rescaling(1/255)])"
    assert [a.rule for a in lint_code(one_way)] == ["rescaled-twice"]
    assert lint_code("[layers.RandomFlip(), layers.Rescaling(1/255)]") == []


def test_what_has_no_place_in_the_policy_is_said() -> None:
    code = "ImageDataGenerator(preprocessing_function=preprocess_input)\nlayers.RandomFlip()"
    assert [a.rule for a in lint_code(code)] == ["preprocessing-left-out", "layers-left-out"]
    assert lint_code("ImageDataGenerator(preprocessing_function=None)") == []
    code = "layers.RandomFlip()\nlayers.Rescaling(1/127.5, offset=-1)"
    assert [a.rule for a in lint_code(code)] == ["offset-left-out"]


@pytest.mark.parametrize("code", ["(", "x" * 200_000, "\0"])
def test_no_python_is_refused(code: str) -> None:
    with pytest.raises(UsageError):
        lint_code(code)
