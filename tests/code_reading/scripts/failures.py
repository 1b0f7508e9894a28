"""Scripts that an earlier reader misread, refused without need, or said nothing of."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

KERAS = "from keras.utils import image_dataset_from_directory as folder\n"
GENERATOR = "from tensorflow.keras.preprocessing.image import ImageDataGenerator\n"


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


SCRIPTS = [
    Script(
        "a batch size that is not known",
        KERAS
        + """
def pair(where, n):
    one = folder("plants/" + where, validation_split=0.1, subset="training", seed=8, batch_size=n)
    two = folder("plants/" + where, validation_split=0.1, subset="validation", seed=8, batch_size=n)
    return one, two
pair("train", None or int(input()))
""",
        [(TR, "plants/train", 0.1, 8), (VA, "plants/train", 0.1, 8)],
    ),
    Script(
        "the seed of a generator that orders batches only",
        GENERATOR
        + """
from conf import settings
flow = ImageDataGenerator(rescale=1 / 255).flow_from_directory
a_train = flow("set/train", seed=settings.SEED, interpolation="bilinear")
a_val = flow("set/val", shuffle=False, seed=settings.SEED, interpolation="bilinear")
""",
        [(TR, "set/train", None, None), (VA, "set/val", None, None)],
    ),
    Script(
        "a third dataset with a drawn seed",
        KERAS
        + """
from random import randint
train_ds = folder("birds/train")
valid_ds = folder("birds/val")
for i in range(4):
    test_ds = folder("birds/test", seed=randint(1, 99))
""",
        [
            (TR, "birds/train", None, None),
            (VA, "birds/val", None, None),
            (TE, "birds/test", None, None),
        ],
    ),
    Script(
        "an indented magic",
        cells=(
            "try:\n    %pip install -q keras\nexcept Exception as e:\n    print(e)\n",
            KERAS + "train = folder('x/train')\nval = folder('x/val')\n",
        ),
        calls=[(TR, "x/train", None, None), (VA, "x/val", None, None)],
    ),
    Script(
        "a cell of another language",
        cells=(
            "%%bash\nls -l | wc\nfor f in *; do echo $f; done\n",
            KERAS + "train = folder('x/train')\nval = folder('x/val')\n",
        ),
        calls=[(TR, "x/train", None, None), (VA, "x/val", None, None)],
    ),
    Script(
        "take and skip by a share",
        KERAS
        + """
whole = folder("pile", seed=2, batch_size=16)
cut = int(0.7 * len(whole))
first, second = whole.take(cut), whole.skip(cut)
model.fit(first, validation_data=second)
""",
        [(TR, "pile", 0.3, 2), (VA, "pile", 0.3, 2)],
        _codes("take_skip_reshuffles"),
    ),
    Script(
        "take and skip beside a folder of tests",
        KERAS
        + """
images = folder("d/train", batch_size=8)
fit_on, look_at = images.take(30), images.skip(30)
last = folder("d/test")
model.fit(fit_on, validation_data=look_at)
model.evaluate(last)
""",
        [(TR, "d/train", None, None), (VA, "d/train", None, None), (TE, "d/test", None, None)],
        _codes("take_skip_reshuffles"),
        unread=frozenset({(3, "validation_split")}),
    ),
    Script(
        "a shuffle before take and skip",
        KERAS
        + """
everything = folder("d/train", seed=3)
everything = everything.shuffle(500)
train = everything.take(12)
val = everything.skip(12)
""",
        [(TR, "d/train", None, 3), (VA, "d/train", None, 3)],
        _codes("take_skip_reshuffles"),
        unread=frozenset({(3, "validation_split")}),
    ),
    Script(
        "names that hold another word",
        KERAS
        + """
contest = folder("own/pictures")
interval = folder("own/kept")
model.fit(contest, validation_data=interval)
""",
        [(TR, "own/pictures", None, None), (VA, "own/kept", None, None)],
    ),
    Script(
        "a dict updated between the calls",
        KERAS
        + """
same = dict(validation_split=0.25, seed=10)
train = folder("one", subset="training", **same)
same.update(seed=11)
val = folder("one", subset="validation", **same)
""",
        [(TR, "one", 0.25, 10), (VA, "one", 0.25, 11)],
        _codes("different_seeds"),
    ),
    Script(
        "a list sorted in place between the calls",
        KERAS
        + """
names = ["wolf", "dog"]
train = folder("w/train", class_names=names)
names.sort()
val = folder("w/val", class_names=names)
""",
        [(TR, "w/train", None, None), (VA, "w/val", None, None)],
        _codes("class_order_differs"),
    ),
    Script(
        "a global changed by a function",
        KERAS
        + """
STATE = 5
def advance():
    global STATE
    STATE += 1
train = folder("one", subset="training", validation_split=0.2, seed=STATE)
advance()
val = folder("one", subset="validation", validation_split=0.2, seed=STATE)
""",
        [(TR, "one", 0.2, 5), (VA, "one", 0.2, 6)],
        _codes("different_seeds"),
    ),
    Script(
        "a function of the same name from elsewhere",
        """
from company.data import image_dataset_from_directory
train = image_dataset_from_directory("one", subset="training", validation_split=0.2, seed=3)
val = image_dataset_from_directory("one", subset="validation", validation_split=0.2, seed=3)
""",
        unread=frozenset({(3, "image_dataset_from_directory(...)")}),
    ),
    Script(
        "folders named by words",
        GENERATOR
        + """
flow = ImageDataGenerator().flow_from_directory
one = flow("z/training_set", interpolation="bilinear")
two = flow("z/test_set", interpolation="bilinear")
""",
        [(TR, "z/training_set", None, None), (TE, "z/test_set", None, None)],
    ),
    Script(
        "options of a command line",
        KERAS
        + """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--fraction", type=float, default=0.15)
parser.add_argument("--seed", type=int, default=31)
options = vars(parser.parse_args())
train = folder("one", subset="training", validation_split=options["fraction"], seed=options["seed"])
val = folder("one", subset="validation", validation_split=options["fraction"], seed=options["seed"])
""",
        [(TR, "one", 0.15, 31), (VA, "one", 0.15, 31)],
    ),
    Script(
        "a table of files",
        GENERATOR
        + """
rows = load()
gen = ImageDataGenerator(validation_split=0.3)
train = gen.flow_from_dataframe(rows, "scans", x_col="id", y_col="kind", subset="training")
val = gen.flow_from_dataframe(rows, "scans", x_col="id", y_col="kind", subset="validation")
""",
        [(TR, "scans", 0.3, None), (VA, "scans", 0.3, None)],
    ),
    Script(
        "one folder for both generators",
        GENERATOR
        + """
gen = ImageDataGenerator(rescale=1.0 / 255)
train = gen.flow_from_directory("k/train", interpolation="bilinear")
validation = gen.flow_from_directory("k/train", shuffle=False, interpolation="bilinear")
""",
        [(TR, "k/train", None, None), (VA, "k/train", None, None)],
        _codes("training_reads_all"),
    ),
    Script(
        "two folders, each cut",
        KERAS
        + """
train = folder("k/train", validation_split=0.1, subset="training", seed=1)
val = folder("k/val", validation_split=0.1, subset="validation", seed=1)
""",
        [(TR, "k/train", 0.1, 1), (VA, "k/val", 0.1, 1)],
        codes=_codes("unused_files"),
    ),
    Script(
        "several passes over augmented test images",
        GENERATOR
        + """
train = ImageDataGenerator(zoom_range=0.1).flow_from_directory("k/train")
val = ImageDataGenerator().flow_from_directory("k/valid")
passes = ImageDataGenerator(zoom_range=0.1).flow_from_directory("k/test", shuffle=False)
mean = sum(model.predict(passes) for _ in range(4)) / 4
""",
        [(TR, "k/train", None, None), (VA, "k/valid", None, None), (TE, "k/test", None, None)],
        codes=_codes("test_augmented"),
    ),
    Script(
        "models that each rescale once",
        """
from keras import Sequential, layers
once = layers.Rescaling(1 / 127.5, offset=-1)
shown = images.map(lambda image, label: (once(image), label))
small = Sequential([layers.Rescaling(1 / 255), layers.Dense(4)])
large = Sequential([layers.RandomFlip(), layers.Rescaling(1 / 255), layers.Dense(4)])
""",
    ),
    Script(
        "validation made by the function that augments",
        GENERATOR
        + """
def batches(of):
    return ImageDataGenerator(vertical_flip=True).flow_from_directory(of)
train, val = batches("k/train"), batches("k/val")
""",
        [(TR, "k/train", None, None), (VA, "k/val", None, None)],
        codes=_codes("validation_augmented"),
    ),
    Script(
        "degrees for a share of a turn",
        "from keras import layers\nturn = layers.RandomRotation(15)\n",
        high=_codes("rotation_is_a_turn"),
        unread=frozenset({(2, "the augmentation")}),
    ),
    Script(
        "a turn of 72 degrees",
        "from keras import layers\nturn = layers.RandomRotation(0.2)\n",
        codes=_codes("rotation_is_a_turn"),
    ),
    Script(
        "layers that no policy holds",
        """
from keras import Sequential, layers
mix = Sequential([layers.RandomFlip(), layers.Lambda(noise), layers.GaussianNoise(0.1), Erase(3)])
""",
        codes=_codes("layers_left_out", "noise_too_small"),
    ),
    Script(
        "brightness after rescaling in functional style",
        """
from keras import Input, layers
start = Input((96, 96, 3))
flow = layers.Rescaling(1.0 / 255)(start)
flow = layers.RandomFlip()(flow)
flow = layers.RandomBrightness(0.3)(flow)
""",
        high=_codes("brightness_after_rescaling"),
    ),
    Script(
        "flips of digits",
        GENERATOR
        + """
from keras.datasets import mnist
(images, digits), (held, answers) = mnist.load_data()
flow = ImageDataGenerator(horizontal_flip=True).flow(images, digits)
model.fit(flow, epochs=2)
""",
        [(TR, None, None, None)],
        codes=_codes("flips_change_labels"),
        unread=frozenset({(5, "folder")}),
    ),
    Script(
        "predictions of a shuffled generator",
        GENERATOR
        + """
held = ImageDataGenerator(rescale=1 / 255).flow_from_directory("k/test")
guess = model.predict(held).argmax(axis=-1)
print(sum(guess == held.classes) / len(guess))
""",
        [(TE, "k/test", None, None)],
        _codes("predictions_shuffled"),
    ),
    Script(
        "three classes as binary",
        GENERATOR
        + """
from keras import Sequential, layers
gen = ImageDataGenerator(rescale=1 / 255)
train = gen.flow_from_directory("k/train", class_mode="binary")
val = gen.flow_from_directory("k/val", class_mode="binary")
model = Sequential([layers.Flatten(), layers.Dense(3, activation="softmax")])
model.fit(train, validation_data=val)
""",
        [(TR, "k/train", None, None), (VA, "k/val", None, None)],
        _codes("binary_with_many_classes"),
    ),
    Script(
        "classes in another order",
        GENERATOR
        + """
gen = ImageDataGenerator(rescale=1 / 255)
train = gen.flow_from_directory("k/train", classes=["b", "a", "c"])
val = gen.flow_from_directory("k/val", classes=["a", "b", "c"])
""",
        [(TR, "k/train", None, None), (VA, "k/val", None, None)],
        _codes("class_order_differs"),
    ),
    Script(
        "validation is a part of what training reads",
        KERAS
        + """
train_ds = folder("k/train")
val_ds = folder("k/train", validation_split=0.3, subset="validation", seed=9)
""",
        [(TR, "k/train", None, None), (VA, "k/train", 0.3, 9)],
        _codes("training_reads_all"),
    ),
    Script(
        "labels in two forms",
        KERAS
        + """
train_ds = folder("k/train", label_mode="categorical", image_size=(96, 96))
val_ds = folder("k/val", image_size=(128, 128), color_mode="grayscale")
""",
        [(TR, "k/train", None, None), (VA, "k/val", None, None)],
        _codes("label_mode_differs"),
        _codes("image_size_differs", "color_mode_differs"),
    ),
    Script(
        "no seed for a shuffled cut",
        KERAS
        + """
train = folder("k", validation_split=0.3, subset="training")
val = folder("k", validation_split=0.3, subset="validation")
""",
        [(TR, "k", 0.3, None), (VA, "k", 0.3, None)],
        _codes("seed_missing"),
    ),
    Script(
        "a cut through the classes",
        KERAS
        + """
train = folder("k", validation_split=0.3, subset="training", shuffle=False)
val = folder("k", validation_split=0.3, subset="validation", shuffle=False)
""",
        [(TR, "k", 0.3, None), (VA, "k", 0.3, None)],
        _codes("shuffle_false"),
    ),
    Script(
        "a generator that draws twice",
        """
import torch
from torch.utils.data import random_split
from torchvision.datasets import ImageFolder
rng = torch.Generator()
rng.manual_seed(6)
train, _ = random_split(ImageFolder("ores", augmented), [0.7, 0.3], generator=rng)
_, val = random_split(ImageFolder("ores", plain), [0.7, 0.3], generator=rng)
""",
        [(TR, "ores", 0.3, 6), (VA, "ores", 0.3, None)],
        _codes("different_seeds"),
        unread=frozenset({(8, "seed")}),
    ),
    Script(
        "a generator for each draw",
        """
import torch
from torch.utils.data import random_split
from torchvision.datasets import ImageFolder
def rng():
    return torch.Generator().manual_seed(6)
train, _ = random_split(ImageFolder("ores", augmented), [0.7, 0.3], generator=rng())
_, val = random_split(ImageFolder("ores", plain), [0.7, 0.3], generator=rng())
""",
        [(TR, "ores", 0.3, 6), (VA, "ores", 0.3, 6)],
    ),
    Script(
        "subsets of positions in a row",
        """
from torch.utils.data import Subset
from torchvision.datasets import ImageFolder
whole = ImageFolder("ores")
k = int(len(whole) * 0.75)
train_part, val_part = Subset(whole, range(k)), Subset(whole, range(k, len(whole)))
""",
        [(TR, "ores", 0.25, None), (VA, "ores", 0.25, None)],
        _codes("shuffle_false"),
    ),
    Script(
        "one model through redrawn splits",
        KERAS
        + """
net = make_net()
for k in range(2):
    one = folder("k", validation_split=0.2, subset="training", seed=k)
    two = folder("k", validation_split=0.2, subset="validation", seed=k)
    net.fit(one, validation_data=two)
""",
        [(TR, "k", 0.2, 0), (VA, "k", 0.2, 0), (TR, "k", 0.2, 1), (VA, "k", 0.2, 1)],
        _codes("model_trained_before"),
    ),
    Script(
        "a new model for each split",
        KERAS
        + """
for k in range(2):
    net = make_net()
    one = folder("k", validation_split=0.2, subset="training", seed=k)
    two = folder("k", validation_split=0.2, subset="validation", seed=k)
    net.fit(one, validation_data=two)
""",
        [(TR, "k", 0.2, 0), (VA, "k", 0.2, 0), (TR, "k", 0.2, 1), (VA, "k", 0.2, 1)],
    ),
    Script(
        "a share of a dataset for fit",
        KERAS + 'all_of_it = folder("k", seed=1)\nnet.fit(all_of_it, validation_split=0.1)\n',
        [(TR, "k", None, 1)],
        _codes("fit_split_of_dataset"),
    ),
    Script(
        "an unused function beside what runs",
        KERAS
        + """
def other_way():
    train = folder("old", validation_split=0.5, subset="training", seed=77)
    return train
train = folder("k/train")
val = folder("k/val")
net.fit(train, validation_data=val)
""",
        [(TR, "k/train", None, None), (VA, "k/val", None, None), ("other", "old", 0.5, 77)],
    ),
    Script(
        "a dataset split twice by Hugging Face",
        """
from datasets import DatasetDict, load_dataset
rows = load_dataset("imagefolder", data_dir="mine", split="train")
once = rows.train_test_split(test_size=0.3, seed=4)
twice = once["test"].train_test_split(test_size=0.5, seed=4)
parts = DatasetDict(train=once["train"], validation=twice["train"], test=twice["test"])
""",
        [(TR, "mine", 0.3, 4), (VA, "mine", 0.5, 4), (TE, "mine", 0.5, 4)],
    ),
    Script(
        "an iterator over seeds",
        KERAS
        + """
seeds = iter((3, 4))
train = folder("k", validation_split=0.2, subset="training", seed=next(seeds))
val = folder("k", validation_split=0.2, subset="validation", seed=next(seeds))
""",
        [(TR, "k", 0.2, 3), (VA, "k", 0.2, 4)],
        _codes("different_seeds"),
    ),
    Script(
        "files that are joined again",
        KERAS
        + """
both = folder("k", validation_split=0.2, subset="training", seed=3)
both = both.concatenate(folder("k", validation_split=0.2, subset="validation", seed=3))
net.fit(both)
""",
        [(TR, "k", 0.2, 3), (VA, "k", 0.2, 3)],
        unread=frozenset({(3, "files")}),
    ),
    Script(
        "three slices of a shuffled list",
        """
import os, random
random.seed(8)
names = sorted(os.listdir("cells"))
random.shuffle(names)
n = len(names)
train, val, test = names[: int(0.5 * n)], names[int(0.5 * n) : int(0.75 * n)], names[int(0.75 * n) :]
""",
        [(TR, "cells", 0.5, 8), (VA, "cells", 0.25, 8), (TE, "cells", 0.25, 8)],
    ),
    Script(
        "paths are shuffled and labels are not",
        """
import glob, random
random.seed(1)
paths = sorted(glob.glob("db/*/*.jpg"))
labels = [p.split("/")[1] for p in paths]
random.shuffle(paths)
n = int(len(paths) * .8)
train_x, val_x, train_y, val_y = paths[:n], paths[n:], labels[:n], labels[n:]
""",
        [(TR, "db", 0.2, 1), (VA, "db", 0.2, 1)],
        high=_codes("labels_not_shuffled"),
    ),
    Script(
        "labels that are made after the shuffle",
        """
import glob, random
random.seed(1)
paths = sorted(glob.glob("db/*/*.jpg"))
random.shuffle(paths)
labels = [p.split("/")[1] for p in paths]
n = int(len(paths) * .8)
train_x, val_x, train_y, val_y = paths[:n], paths[n:], labels[:n], labels[n:]
""",
        [(TR, "db", 0.2, 1), (VA, "db", 0.2, 1)],
    ),
    Script(
        "validation is normalised in another way through map",
        """
import tensorflow as tf
from tensorflow.keras.applications.mobilenet_v2 import preprocess_input
norm = tf.keras.layers.Rescaling(1./255)
tr = tf.keras.utils.image_dataset_from_directory("d/train").map(lambda x, y: (norm(x), y))
va = tf.keras.utils.image_dataset_from_directory("d/valid").map(lambda x, y: (preprocess_input(x), y))
model.fit(tr, validation_data=va)
""",
        [(TR, "d/train", None, None), (VA, "d/valid", None, None)],
        high=_codes("validation_normalised_differently"),
    ),
    Script(
        "the same normalisation by two layers",
        """
import tensorflow as tf
tr = tf.keras.utils.image_dataset_from_directory("d/train").map(lambda x, y: (tf.keras.layers.Rescaling(1./255)(x), y))
va = tf.keras.utils.image_dataset_from_directory("d/valid").map(lambda x, y: (x / 255.0, y))
model.fit(tr, validation_data=va)
""",
        [(TR, "d/train", None, None), (VA, "d/valid", None, None)],
    ),
    Script(
        "defaults of a function that the code changes",
        KERAS
        + """
def make(subset, seed=1, *, share=0.2):
    return folder("d", validation_split=share, subset=subset, seed=seed)
a = make("training")
make.__defaults__ = (7,)
make.__kwdefaults__ = {"share": 0.3}
b = make("validation")
model.fit(a, validation_data=b)
""",
        [(TR, "d", 0.2, 1), (VA, "d", 0.3, 7)],
        high=_codes("different_seeds", "different_validation_split"),
    ),
    Script(
        "a take that is not known",
        KERAS
        + """
ds = folder("d", seed=8)
n = how_many(ds)
model.fit(ds.take(n), validation_data=ds.skip(n))
""",
        [(TR, "d", None, 8), (VA, "d", None, 8)],
        high=_codes("take_skip_reshuffles"),
        unread=frozenset({(3, "validation_split")}),
    ),
]
