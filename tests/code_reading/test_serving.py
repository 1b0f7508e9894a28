# ruff: noqa: E501
"""Inference code compared with training code: exactly the differences, with their lines."""

import inspect
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from inspector.code_reading.input_pixels import input_of, stored_pixels
from inspector.code_reading.program import parse_program
from inspector.code_reading.serving import ServingReading, read_serving
from inspector.errors import UsageError

TRAIN = """import tensorflow as tf
ds = tf.keras.utils.image_dataset_from_directory("d", image_size=(64, 64), seed=1, validation_split=.2, subset="training")
model.fit(ds)
"""
GENERATOR = """from keras.preprocessing.image import ImageDataGenerator
gen = ImageDataGenerator(rescale=1/255, rotation_range=20)
flow = gen.flow_from_directory("d", target_size=(64, 64), interpolation="bilinear")
model.fit(flow)
"""
VGG = """from keras.preprocessing.image import ImageDataGenerator
from keras.applications.vgg16 import preprocess_input
gen = ImageDataGenerator(preprocessing_function=preprocess_input)
flow = gen.flow_from_directory("d", target_size=(64, 64))
model.fit(flow)
"""
TORCH = """from torchvision import transforms, datasets
val_tf = transforms.Compose([transforms.Resize(72), transforms.CenterCrop(64), transforms.ToTensor(),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
train_tf = transforms.Compose([transforms.RandomResizedCrop(64), transforms.RandomHorizontalFlip(), transforms.ToTensor()])
train = datasets.ImageFolder("d/train", transform=train_tf)
val = datasets.ImageFolder("d/val", transform=val_tf)
"""
ARRAYS = """import cv2, os
import numpy as np
CATEGORIES = ["Dog", "Cat"]
data = []
for category in CATEGORIES:
    for name in os.listdir(os.path.join("d", category)):
        image = cv2.imread(os.path.join("d", category, name), cv2.IMREAD_GRAYSCALE)
        data.append([cv2.resize(image, (50, 50)), CATEGORIES.index(category)])
X = np.array([row[0] for row in data]).reshape(-1, 50, 50, 1) / 255.0
"""
KERAS = "import keras\nimport numpy as np\nfrom keras.utils import load_img, img_to_array\n"
CV2 = "import cv2\nimport numpy as np\n"
PIL = "from PIL import Image, ImageOps\nimport numpy as np\n"

Expected = set[tuple[str, int, int]]
CASES: list[tuple[str, str, str, Expected]] = [
    ("the same in Keras", TRAIN,
     KERAS + 'x = img_to_array(load_img("a.jpg", target_size=(64, 64), interpolation="bilinear"))\n'
     "p = model.predict(np.expand_dims(x, 0))\n", {("resize_method", 4, 2)}),
    ("nearest by default", TRAIN,
     KERAS + 'x = img_to_array(load_img("a.jpg", target_size=(64, 64)))\np = model.predict(x[None])\n',
     {("resize_method", 4, 2)}),
    ("BGR, upright and divided", TRAIN,
     CV2 + 'x = cv2.imread("a.jpg")\nx = cv2.resize(x, (64, 64))\nx = x / 255.0\n'
     "p = model.predict(x[np.newaxis])\n",
     {("channel_order", 3, 2), ("exif_rotation", 3, 2), ("rescale", 5, 2)}),
    ("OpenCV done right", TRAIN,
     CV2 + 'x = cv2.imread("a.jpg", cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)\n'
     "x = cv2.cvtColor(x, cv2.COLOR_BGR2RGB)\nx = cv2.resize(x, (64, 64)).astype('float32')\n"
     "p = model.predict(x[None, ...])\n", set()),
    ("turned by hand", GENERATOR,
     CV2 + 'x = cv2.imread("a.jpg", cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)[:, :, ::-1]\n'
     "x = cv2.resize(x, (64, 64), interpolation=cv2.INTER_LINEAR)\nx = x.astype(np.float32) / 255\n"
     "p = model(x[None])\n", {("resize_method", 4, 3)}),
    ("not rescaled", GENERATOR,
     PIL + 'x = Image.open(f).convert("RGB").resize((64, 64), Image.BILINEAR)\n'
     "p = model.predict(np.array(x)[None])\n", {("rescale", 4, 2)}),
    ("rescaled twice", GENERATOR,
     PIL + 'x = np.array(Image.open(f).convert("RGB").resize((64, 64), Image.BILINEAR)) / 255\n'
     "p = model.predict((x / 255)[None])\n", {("rescale", 4, 2)}),
    ("whole numbers after scaling", GENERATOR,
     PIL + 'x = np.array(Image.open(f).resize((64, 64), Image.BILINEAR)) / 255\n'
     'x = x.astype("uint8")\np = model.predict(x[None])\n', {("dtype", 4, 2)}),
    ("another network's preprocess_input", VGG,
     KERAS + "from keras.applications.resnet_v2 import preprocess_input\n"
     'x = preprocess_input(img_to_array(load_img("a", target_size=(64, 64))))\np = model.predict(x)\n',
     {("channel_order", 5, 3), ("rescale", 5, 3)}),
    ("the same preprocess_input", VGG,
     KERAS + "from keras.applications.vgg16 import preprocess_input\n"
     'x = preprocess_input(img_to_array(load_img("a", target_size=(64, 64))))\np = model.predict(x)\n',
     set()),
    ("vgg by hand", VGG,
     PIL + 'x = np.array(Image.open(f).resize((64, 64), Image.NEAREST), dtype="float32")[..., ::-1]\n'
     "x[..., 0] -= 103.939\nx[..., 1] -= 116.779\nx[..., 2] -= 123.68\np = model.predict(x[None])\n",
     set()),
    ("torch without the crop", TORCH,
     "from torchvision import transforms\nfrom PIL import Image\nt = transforms.Compose([transforms.Resize((64, 64)),"
     " transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])\n"
     "out = model(t(Image.open(path)).unsqueeze(0))\n", {("crop", 3, 2)}),
    ("torch without Normalize", TORCH,
     "from torchvision import transforms\nfrom PIL import Image\nt = transforms.Compose([transforms.Resize(72),"
     " transforms.CenterCrop(64), transforms.ToTensor()])\n"
     "out = model(t(Image.open(path)).unsqueeze(0))\n", {("rescale", 3, 3)}),
    ("numpy for onnx", TORCH,
     PIL + "x = ImageOps.exif_transpose(Image.open(path).convert('RGB'))\n"
     "x = ImageOps.fit(x, (64, 64), Image.BILINEAR)\nx = np.asarray(x, dtype=np.float32) / 255\n"
     "mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])\n"
     "x = ((x - mean) / std).transpose(2, 0, 1)[None].astype(np.float32)\n"
     "out = session.run(None, {'input': x})\n",
     {("exif_rotation", 3, 6), ("crop", 4, 2)}),
    ("height and width exchanged", TRAIN.replace("(64, 64)", "(48, 64)"),
     CV2 + 'x = cv2.imread("a", cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)[..., ::-1]\nx = cv2.resize(x, (48, 64))\n'
     "p = model.predict(x[None])\n", {("image_size", 4, 2)}),
    ("colour where training was grey", ARRAYS + "model.fit(X, y)\n",
     CV2 + 'x = cv2.imread("a.jpg")\nx = cv2.resize(x, (50, 50)) / 255\np = model.predict(x[None])\n',
     {("channel_order", 3, 7)}),
    ("other order of classes", ARRAYS + "model.fit(X, y)\n",
     CV2 + 'CLASSES = ["Cat", "Dog"]\nx = cv2.resize(cv2.imread("a", 0), (50, 50)) / 255.0\n'
     "print(CLASSES[np.argmax(model.predict(x.reshape(-1, 50, 50, 1)))])\n",
     {("class_order", 3, 3)}),
    ("names out of the folders' order", TRAIN,
     CV2 + 'labels = {0: "dog", 1: "cat"}\nx = cv2.imread("a", cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)[..., ::-1]\n'
     "p = model.predict(cv2.resize(x, (64, 64))[None])\n", {("class_order", 3, 2)}),
    ("a step of another file", TRAIN,
     "from tools import denoise\n" + CV2
     + 'x = denoise(cv2.imread("a", cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)[..., ::-1])\n'
     "p = model.predict(cv2.resize(x, (64, 64))[None])\n", {("other_step", 4, 2)}),
    ("a camera", TRAIN,
     CV2 + "camera = cv2.VideoCapture(0)\nwhile True:\n    ok, frame = camera.read()\n    if not ok:\n        break\n"
     "    small = cv2.resize(frame, (64, 64))\n    p = model.predict(small[None])\n",
     {("channel_order", 5, 2)}),
    ("a batch that is filled", TRAIN,
     PIL + "data = np.ndarray(shape=(1, 64, 64, 3), dtype=np.float32)\n"
     "image = ImageOps.fit(Image.open('a').convert('RGB'), (64, 64), Image.Resampling.LANCZOS)\n"
     "data[0] = (np.asarray(image).astype(np.float32) / 127.5) - 1\np = model.predict(data)\n",
     {("rescale", 5, 2), ("crop", 4, 2), ("resize_method", 4, 2)}),
    ("a function of a service", TRAIN,
     PIL + "import io\ndef predict(request):\n    image = Image.open(io.BytesIO(request.files['f'].read()))\n"
     "    if image.mode != 'RGB':\n        image = image.convert('RGB')\n"
     "    image = image.resize((64, 64), resample=Image.BILINEAR)\n"
     "    return requests.post(URL, json={'instances': np.array(image)[None].tolist()})\n"
     "import requests\n", {("resize_method", 8, 2)}),
]  # fmt: skip


def compared(training: str, serving: str, **given: object) -> ServingReading:
    return read_serving(parse_program(training), parse_program(serving), **given)  # type: ignore[arg-type]


def differences(reading: ServingReading) -> Expected:
    return {(d.aspect.value, d.place.line, d.training_place.line) for d in reading.differences}


@pytest.mark.parametrize(("training", "serving", "expected"), [c[1:] for c in CASES],
                         ids=[c[0] for c in CASES])  # fmt: skip
def test_each_difference_is_named_with_both_lines(
    training: str, serving: str, expected: Expected
) -> None:
    reading = compared(training, serving)
    assert reading.training is not None
    assert reading.serving
    assert differences(reading) == expected
    assert not [u for u in (*reading.unread, *reading.training_unread) if "channels" not in u.what]


def test_the_folders_decide_the_order_of_classes() -> None:
    serving = CV2 + 'NAMES = ["wolf", "arctic fox"]\np = model.predict(cv2.imread("a")[None])\n'
    reading = compared(TRAIN, serving, class_names=("wolf", "arctic_fox"))
    assert ("class_order", 3, 2) in differences(reading)
    fine = serving.replace('"wolf", "arctic fox"', '"Arctic-Fox", "Wolf"')
    reading = compared(TRAIN, fine, class_names=("wolf", "arctic_fox"))
    assert "class_order" not in {d.aspect.value for d in reading.differences}


def test_what_is_not_known_is_named_and_not_guessed() -> None:
    reading = compared(TRAIN, "x = load(1)\nmodel.predict(x)\n")
    assert not reading.differences
    assert [(u.place.line, u.what) for u in reading.unread] == [(2, "what the model is given")]
    reading = compared("model.fit(np.load('x.npy'), y)\n", CV2 + "model.predict(cv2.imread('a'))\n")
    assert reading.training is None
    assert [u.what for u in reading.training_unread] == ["what the model is trained on"]
    assert compared(TRAIN, "print(1)\n").unread[0].what == "the model"


def test_an_unknown_condition_is_no_difference() -> None:
    serving = (
        CV2
        + "x = cv2.imread('a', cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)[..., ::-1]\nif flag:\n"
        "    x = x / 255\nmodel.predict(cv2.resize(x, (64, 64))[None])\n"
    )
    reading = compared(TRAIN, serving)
    assert [u.place.line for u in reading.unread]
    assert all(u.why for u in reading.unread)


def by_opencv(path: str) -> np.ndarray:
    image = cv2.imread(path)
    image = cv2.resize(image, (40, 30), interpolation=cv2.INTER_AREA)
    image = image.astype("float32")
    image /= 255.0
    return image


def by_pillow(path: str) -> np.ndarray:
    image = Image.open(path).convert("RGB")
    image = ImageOps.exif_transpose(image)
    image = ImageOps.fit(image, (32, 32), Image.Resampling.BICUBIC)
    return np.asarray(image).astype(np.float32) / 127.5 - 1


def by_crop(path: str) -> np.ndarray:
    image = cv2.cvtColor(
        cv2.imread(path, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION), cv2.COLOR_BGR2RGB
    )
    image = image[10:70, 5:85]
    image = cv2.resize(image, (24, 24), interpolation=cv2.INTER_NEAREST)
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    return (image / 255 - mean) / std


@pytest.mark.parametrize("prepare", [by_opencv, by_pillow, by_crop])
def test_what_is_read_computes_what_the_code_computes(
    prepare: Callable[[str], np.ndarray], tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    noise = cv2.resize(rng.integers(0, 256, (9, 12, 3), np.uint8), (120, 90))
    file = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise).save(file, quality=95, exif=exif)
    code = (
        CV2 + PIL + inspect.getsource(prepare) + f"model.predict({prepare.__name__}('a')[None])\n"
    )
    (read,) = compared(TRAIN, code).serving
    ours = input_of(read, *stored_pixels(file.read_bytes(), file.name))
    theirs = prepare(str(file))
    assert ours.shape == theirs.shape
    # Levels are rounded by the libraries, and JPEG decoders differ by a level or two.
    assert float(np.abs(ours - theirs).mean()) < 0.01 * float(theirs.max() - theirs.min())


def test_a_role_that_a_person_corrects_decides_what_training_gives() -> None:
    training = """from keras.utils import image_dataset_from_directory
one = image_dataset_from_directory("d/a", image_size=(64, 64))
two = image_dataset_from_directory("d/b", image_size=(96, 96))
"""
    serving = (
        CV2 + 'x = cv2.cvtColor(cv2.imread("a.jpg"), cv2.COLOR_BGR2RGB)\nmodel.predict(x[None])\n'
    )

    def lines(answers: dict[str, object]) -> set[int]:
        reading = read_serving(parse_program(training), parse_program(serving), answers=answers)
        assert reading.training is not None
        return {reading.training.place.line}

    assert lines({}) == {2}
    assert lines({"role of line 3": "validation"}) == {3}
    assert lines({"role of line 2": "test"}) == {3}


def test_a_corrected_role_of_a_line_that_makes_no_dataset_is_refused() -> None:
    with pytest.raises(UsageError, match="line 9 makes no dataset"):
        read_serving(
            parse_program(TRAIN), parse_program(CV2), answers={"role of line 9": "training"}
        )
