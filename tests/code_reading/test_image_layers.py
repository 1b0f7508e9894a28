"""Each image layer of the installed Keras is in the policy, or reported as left out."""

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.augmentation.keras_layers import LAYERS
from inspector.code_reading.evaluation.names import IMAGE_LAYERS
from inspector.code_reading.reading import read_code

# What changes sizes or boxes is no augmentation of pixels: it is read, and says nothing.
NO_AUGMENTATION = {"Resizing", "CenterCrop", "MaxNumBoundingBoxes"}
TORCHVISION = ("RandAugment", "TrivialAugmentWide", "AugMix", "AutoAugment", "MixUp", "CutMix")
ARGUMENTS = {
    "RandomCrop": "64, 64", "CenterCrop": "64, 64", "Resizing": "64, 64",
    "RandomFlip": '"horizontal"', "RandomTranslation": "0.1, 0.1",
    "RandAugment": "", "MixUp": "", "CutMix": "", "AugMix": "", "RandomErasing": "0.5",
    "MaxNumBoundingBoxes": "10", "RandomElasticTransform": "0.5", "RandomShear": "0.1",
}  # fmt: skip


def installed_layers() -> Iterator[str]:
    """Yield the names that keras.layers exports, read from the source without importing it."""
    spec = importlib.util.find_spec("keras")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "src/layers/preprocessing/image_preprocessing"
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            for mark in node.decorator_list if isinstance(node, ast.ClassDef) else ():
                if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "keras_export":
                    names = ast.literal_eval(mark.args[0])
                    for name in [names] if isinstance(names, str) else names:
                        if name.startswith("keras.layers."):
                            yield name.rpartition(".")[2]


LAYER_NAMES = tuple(dict.fromkeys(installed_layers()))


def test_all_layers_of_the_installed_keras_are_known() -> None:
    assert len(LAYER_NAMES) >= 30
    assert set(LAYER_NAMES) <= set(IMAGE_LAYERS)


@pytest.mark.parametrize("name", LAYER_NAMES)
def test_a_layer_is_in_the_policy_or_named_as_left_out(name: str) -> None:
    other = "RandomRotation(0.05)" if name != "RandomRotation" else "RandomFlip('horizontal')"
    code = (
        "import keras\nfrom keras import layers\n"
        f"stack = keras.Sequential([layers.{other}, layers.{name}({ARGUMENTS.get(name, '0.1')})])\n"
        "model = keras.Sequential([stack, layers.Rescaling(1/255), layers.Dense(3)])\n"
        "model.fit(keras.utils.image_dataset_from_directory('d'))\n"
    )
    policy = next(p for p in read_code(code).policies if p.role == "training")
    assert policy.policy is not None
    assert policy.policy.changes_pixels
    left_out = {f.code for f in read_code(code).findings if name in f.text}
    if name in LAYERS:
        call = f"keras.layers.{name}({ARGUMENTS.get(name, '0.1')})"
        alone = f"import keras\ns = keras.Sequential([{call}])\n"
        (mine,) = read_code(alone).policies
        assert mine.policy is not None
        assert mine.policy.changes_pixels
        assert name not in policy.left_out
    elif name in NO_AUGMENTATION:
        assert not policy.left_out
    else:
        assert policy.left_out == (name,)
        assert left_out == {"layers_left_out"}


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvision_s_mixtures_are_named(name: str) -> None:
    code = (
        "from torchvision.transforms import v2\nfrom torchvision.datasets import ImageFolder\n"
        f"t = v2.Compose([v2.RandomHorizontalFlip(), v2.{name}()])\n"
        "train = ImageFolder('d/train', transform=t)\n"
    )
    policy = next(p for p in read_code(code).policies if p.role == "training")
    assert name in policy.left_out


def test_a_layer_that_draws_nothing_augments_nothing() -> None:
    code = (
        "import keras\nf = keras.utils.image_dataset_from_directory\n"
        "clahe = keras.layers.ContrastLimitedAdaptiveHistogramEqualization()\n"
        "a, b = f('a'), f('b').map(lambda x, y: (clahe(x), y))\nmodel.fit(a, validation_data=b)\n"
    )
    assert "validation_augmented" not in {f.code for f in read_code(code).findings}
