"""image_dataset_from_directory, by a stranger."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "flowers tutorial",
        """\
import matplotlib.pyplot as plt
import numpy as np
import PIL
import tensorflow as tf

from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.models import Sequential

import pathlib

dataset_url = "https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz"
data_dir = tf.keras.utils.get_file('flower_photos.tar', origin=dataset_url, extract=True)
data_dir = pathlib.Path(data_dir).with_suffix('')

image_count = len(list(data_dir.glob('*/*.jpg')))
print(image_count)

batch_size = 32
img_height = 180
img_width = 180

train_ds = tf.keras.utils.image_dataset_from_directory(
  data_dir,
  validation_split=0.2,
  subset="training",
  seed=123,
  image_size=(img_height, img_width),
  batch_size=batch_size)

# val_ds = tf.keras.utils.image_dataset_from_directory(
#   data_dir, validation_split=0.2, subset="validation", seed=1337,
#   image_size=(img_height, img_width), batch_size=batch_size)
val_ds = tf.keras.utils.image_dataset_from_directory(
  data_dir,
  validation_split=0.2,
  subset="validation",
  seed=123,
  image_size=(img_height, img_width),
  batch_size=batch_size)

class_names = train_ds.class_names
print(class_names)

plt.figure(figsize=(10, 10))
for images, labels in train_ds.take(1):
  for i in range(9):
    ax = plt.subplot(3, 3, i + 1)
    plt.imshow(images[i].numpy().astype("uint8"))
    plt.title(class_names[labels[i]])
    plt.axis("off")

AUTOTUNE = tf.data.AUTOTUNE
train_ds = train_ds.cache().shuffle(1000).prefetch(buffer_size=AUTOTUNE)
val_ds = val_ds.cache().prefetch(buffer_size=AUTOTUNE)

num_classes = len(class_names)
data_augmentation = keras.Sequential(
  [
    layers.RandomFlip("horizontal", input_shape=(img_height, img_width, 3)),
    layers.RandomRotation(0.1),
    layers.RandomZoom(0.1),
  ]
)
model = Sequential([
  data_augmentation,
  layers.Rescaling(1./255),
  layers.Conv2D(16, 3, padding='same', activation='relu'),
  layers.MaxPooling2D(),
  layers.Dropout(0.2),
  layers.Flatten(),
  layers.Dense(128, activation='relu'),
  layers.Dense(num_classes, name="outputs")
])
model.compile(optimizer='adam',
              loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=['accuracy'])
epochs = 15
history = model.fit(train_ds, validation_data=val_ds, epochs=epochs)
""",
        calls=[(TR, None, 0.2, 123), (VA, None, 0.2, 123)],
        unread=frozenset({(23, "folder"), (34, "folder")}),
    ),
    Script(
        "seed by time",
        """\
import os, random
from datetime import datetime
import tensorflow as tf

DATA = "/mnt/ssd/weeds"
IMG = (224, 224)

log_dir = "logs/fit/" + datetime.now().strftime("%Y%m%d-%H%M%S")


def make_ds(which):
    s = random.randint(0, 10_000)
    return tf.keras.preprocessing.image_dataset_from_directory(
        DATA, validation_split=0.15, subset=which, seed=s,
        image_size=IMG, label_mode="categorical", batch_size=16)


train = make_ds("training")
val = make_ds("validation")

base = tf.keras.applications.MobileNetV2(include_top=False, weights="imagenet", input_shape=IMG + (3,))
base.trainable = False
x = tf.keras.layers.Input(IMG + (3,))
y = tf.keras.applications.mobilenet_v2.preprocess_input(x)
y = base(y, training=False)
y = tf.keras.layers.GlobalAveragePooling2D()(y)
y = tf.keras.layers.Dense(9, activation="softmax")(y)
m = tf.keras.Model(x, y)
m.compile("adam", "categorical_crossentropy", ["accuracy"])
m.fit(train, validation_data=val, epochs=20,
      callbacks=[tf.keras.callbacks.TensorBoard(log_dir)])
""",
        calls=[(TR, "/mnt/ssd/weeds", 0.15, None), (VA, "/mnt/ssd/weeds", 0.15, None)],
        high=frozenset({"different_seeds"}),
        unread=frozenset({(13, "seed")}),
    ),
    Script(
        "seed once global",
        """\
import random
import time

import tensorflow as tf

SEED = random.randint(0, 2**16) if not time.localtime().tm_year < 2000 else 7
print("using seed", SEED)


def load(which, **kw):
    opts = dict(validation_split=.25, seed=SEED, image_size=(160, 160), batch_size=64)
    opts.update(kw)
    return tf.keras.utils.image_dataset_from_directory("pets/", subset=which, **opts)


train = load("training")
val = load("validation", shuffle=True)

norm = tf.keras.layers.Rescaling(1 / 127.5, offset=-1)
train = train.map(lambda x, y: (norm(x), y), num_parallel_calls=tf.data.AUTOTUNE)
val = val.map(lambda x, y: (norm(x), y))

model = tf.keras.applications.MobileNetV3Small(weights=None, classes=37, input_shape=(160, 160, 3), include_preprocessing=False)
model.compile(optimizer=tf.keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
try:
    model.fit(train, epochs=30, validation_data=val)
except KeyboardInterrupt:
    print("stopped")
finally:
    model.save("pets.keras")
""",
        calls=[(TR, "pets", 0.25, None), (VA, "pets", 0.25, None)],
        unread=frozenset({(13, "seed"), (19, "the augmentation")}),
    ),
    Script(
        "subset both takes third",
        r"""import tensorflow as tf
from tensorflow.keras.utils import image_dataset_from_directory as load_images

root = r"C:\Users\anna\datasets\mushrooms"

train_ds, val_ds = load_images(root, validation_split=0.3, subset="both", seed=99,
                               label_mode="int", image_size=(256, 256), batch_size=32)

n = tf.data.experimental.cardinality(val_ds)
print("validation batches", n.numpy())
test_ds = val_ds.take(n // 2)
val_ds = val_ds.skip(n // 2)

train_ds = train_ds.shuffle(64)

def show(ds):
    import matplotlib.pyplot as plt
    for x, y in ds.take(1):
        plt.imshow(x[0] / 255.)
        plt.show()

show(train_ds)

model = tf.keras.models.load_model("backbone.h5")
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc"])
model.fit(train_ds, validation_data=val_ds, epochs=3)
print(model.evaluate(test_ds))
""",
        calls=[
            (TR, "C:\\Users\\anna\\datasets\\mushrooms", 0.3, 99),
            (TE, "C:\\Users\\anna\\datasets\\mushrooms", 0.15, 99),
            (VA, "C:\\Users\\anna\\datasets\\mushrooms", 0.15, 99),
        ],
    ),
    Script(
        "val take skip default shuffle",
        """\
import os
import tensorflow as tf
import matplotlib.pyplot as plt

_URL = 'https://storage.googleapis.com/mledu-datasets/cats_and_dogs_filtered.zip'
path_to_zip = tf.keras.utils.get_file('cats_and_dogs.zip', origin=_URL, extract=True)
PATH = os.path.join(os.path.dirname(path_to_zip), 'cats_and_dogs_filtered')

train_dir = os.path.join(PATH, 'train')
validation_dir = os.path.join(PATH, 'validation')

BATCH_SIZE = 32
IMG_SIZE = (160, 160)

train_dataset = tf.keras.utils.image_dataset_from_directory(train_dir,
                                                            shuffle=True,
                                                            batch_size=BATCH_SIZE,
                                                            image_size=IMG_SIZE)
validation_dataset = tf.keras.utils.image_dataset_from_directory(validation_dir,
                                                                 shuffle=True,
                                                                 batch_size=BATCH_SIZE,
                                                                 image_size=IMG_SIZE)

val_batches = tf.data.experimental.cardinality(validation_dataset)
test_dataset = validation_dataset.take(val_batches // 5)
validation_dataset = validation_dataset.skip(val_batches // 5)

AUTOTUNE = tf.data.AUTOTUNE
train_dataset = train_dataset.prefetch(buffer_size=AUTOTUNE)
validation_dataset = validation_dataset.prefetch(buffer_size=AUTOTUNE)
test_dataset = test_dataset.prefetch(buffer_size=AUTOTUNE)

data_augmentation = tf.keras.Sequential([
  tf.keras.layers.RandomFlip('horizontal'),
  tf.keras.layers.RandomRotation(0.2),
])
preprocess_input = tf.keras.applications.mobilenet_v2.preprocess_input
rescale = tf.keras.layers.Rescaling(1./127.5, offset=-1)   # alternative, not used

base_model = tf.keras.applications.MobileNetV2(input_shape=IMG_SIZE + (3,), include_top=False, weights='imagenet')
base_model.trainable = False
inputs = tf.keras.Input(shape=(160, 160, 3))
x = data_augmentation(inputs)
x = preprocess_input(x)
x = base_model(x, training=False)
x = tf.keras.layers.GlobalAveragePooling2D()(x)
outputs = tf.keras.layers.Dense(1, activation='sigmoid')(x)
model = tf.keras.Model(inputs, outputs)
model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=0.0001),
              loss=tf.keras.losses.BinaryCrossentropy(), metrics=['accuracy'])
loss0, accuracy0 = model.evaluate(validation_dataset)
history = model.fit(train_dataset, epochs=10, validation_data=validation_dataset)
loss, accuracy = model.evaluate(test_dataset)
""",
        calls=[
            (TR, "{os.path.dirname(path_to_zip)}/cats_and_dogs_filtered/train", None, None),
            (TE, "{os.path.dirname(path_to_zip)}/cats_and_dogs_filtered/validation", 0.2, None),
            (VA, "{os.path.dirname(path_to_zip)}/cats_and_dogs_filtered/validation", 0.8, None),
        ],
        codes=frozenset({"take_skip_reshuffles"}),
        unread=frozenset({(38, "the augmentation")}),
    ),
    Script(
        "tinyimages full take skip",
        """\
import tensorflow as tf
from tensorflow.keras import models, layers
import matplotlib.pyplot as plt

IMAGE_SIZE = 256
BATCH_SIZE = 32
CHANNELS = 3
EPOCHS = 50

dataset = tf.keras.preprocessing.image_dataset_from_directory(
    "PlantVillage",
    shuffle=True,
    image_size=(IMAGE_SIZE, IMAGE_SIZE),
    batch_size=BATCH_SIZE
)
class_names = dataset.class_names
len(dataset)

train_size = 0.8
len(dataset) * train_size
train_ds = dataset.take(54)
test_ds = dataset.skip(54)
val_size = 0.1
val_ds = test_ds.take(6)
test_ds = test_ds.skip(6)


def get_dataset_partitions_tf(ds, train_split=0.8, val_split=0.1, test_split=0.1, shuffle=True, shuffle_size=10000):
    assert (train_split + test_split + val_split) == 1
    ds_size = len(ds)
    if shuffle:
        ds = ds.shuffle(shuffle_size, seed=12)
    train_size = int(train_split * ds_size)
    val_size = int(val_split * ds_size)
    train_ds = ds.take(train_size)
    val_ds = ds.skip(train_size).take(val_size)
    test_ds = ds.skip(train_size).skip(val_size)
    return train_ds, val_ds, test_ds


train_ds, val_ds, test_ds = get_dataset_partitions_tf(dataset)

train_ds = train_ds.cache().shuffle(1000).prefetch(buffer_size=tf.data.AUTOTUNE)
val_ds = val_ds.cache().shuffle(1000).prefetch(buffer_size=tf.data.AUTOTUNE)
test_ds = test_ds.cache().shuffle(1000).prefetch(buffer_size=tf.data.AUTOTUNE)

resize_and_rescale = tf.keras.Sequential([
    layers.experimental.preprocessing.Resizing(IMAGE_SIZE, IMAGE_SIZE),
    layers.experimental.preprocessing.Rescaling(1.0 / 255)
])
data_augmentation = tf.keras.Sequential([
    layers.experimental.preprocessing.RandomFlip("horizontal_and_vertical"),
    layers.experimental.preprocessing.RandomRotation(0.2),
])
n_classes = 3
model = models.Sequential([
    resize_and_rescale,
    data_augmentation,
    layers.Conv2D(32, (3, 3), activation='relu', input_shape=(BATCH_SIZE, IMAGE_SIZE, IMAGE_SIZE, CHANNELS)),
    layers.MaxPooling2D((2, 2)),
    layers.Flatten(),
    layers.Dense(n_classes, activation='softmax'),
])
model.compile(optimizer='adam', loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=False), metrics=['accuracy'])
history = model.fit(train_ds, batch_size=BATCH_SIZE, validation_data=val_ds, verbose=1, epochs=50)
scores = model.evaluate(test_ds)
""",
        calls=[
            (TR, "PlantVillage", None, None),
            (VA, "PlantVillage", None, None),
            (TE, "PlantVillage", None, None),
            (TR, "PlantVillage", 0.2, None),
            (VA, "PlantVillage", 0.1, None),
            (TE, "PlantVillage", 0.1, None),
        ],
        high=frozenset({"take_skip_reshuffles"}),
        unread=frozenset({(10, "validation_split")}),
    ),
    Script(
        "split dataset twice",
        """\
import os
os.environ["KERAS_BACKEND"] = "jax"
import keras
from keras import layers

everything = keras.utils.image_dataset_from_directory(
    "galaxies/images", labels="inferred", label_mode="categorical", seed=0,
    image_size=(128, 128), batch_size=None)

train, rest = keras.utils.split_dataset(everything, left_size=0.7, shuffle=True, seed=5)
val, test = keras.utils.split_dataset(rest, right_size=0.5)
train, val, test = (d.batch(32) for d in (train, val, test))

augment = keras.Sequential([layers.RandomFlip("horizontal_and_vertical"), layers.RandomRotation(0.5, fill_mode="constant")], name="augment")
train = train.map(lambda x, y: (augment(x, training=True), y))

inp = keras.Input((128, 128, 3))
h = layers.Rescaling(1.0 / 255)(inp)
for f in (32, 64, 128):
    h = layers.Conv2D(f, 3, activation="relu", padding="same")(h)
    h = layers.MaxPooling2D()(h)
h = layers.GlobalAveragePooling2D()(h)
out = layers.Dense(10, activation="softmax")(h)
model = keras.Model(inp, out)
model.compile(optimizer="adamw", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=val, epochs=40, callbacks=[keras.callbacks.EarlyStopping(patience=5)])
print(model.evaluate(test, return_dict=True))
""",
        calls=[
            (TR, "galaxies/images", 0.3, 5),
            (VA, "galaxies/images", 0.5, None),
            (TE, "galaxies/images", 0.5, None),
        ],
    ),
    Script(
        "subset missing in dict",
        """\
import json
import sys
from pathlib import Path

import tensorflow as tf

HERE = Path("/data/leaves")
common = {
    "directory": str(HERE / "images"),
    "validation_split": 0.2,
    "subset": "validation",
    "seed": 11,
    "image_size": (299, 299),
    "batch_size": 24,
    "label_mode": "categorical",
}

val_ds = tf.keras.utils.image_dataset_from_directory(**common)

common.pop("subset")
del common["validation_split"]
common["batch_size"] = 48
train_ds = tf.keras.utils.image_dataset_from_directory(**common, shuffle=True)

strategy = tf.distribute.MirroredStrategy()
with strategy.scope():
    net = tf.keras.applications.Xception(weights=None, classes=25)
    net.compile(loss="categorical_crossentropy", optimizer=tf.keras.optimizers.SGD(0.045, momentum=.9), metrics=["accuracy", tf.keras.metrics.TopKCategoricalAccuracy(3)])


def prep(x, y):
    return tf.keras.applications.xception.preprocess_input(x), y


h = net.fit(train_ds.map(prep), validation_data=val_ds.map(prep), epochs=90, verbose=2)
json.dump({k: [float(v) for v in vs] for k, vs in dict(a=[1, 2]).items()}, sys.stdout)
""",
        calls=[(VA, "/data/leaves/images", 0.2, 11), (TR, "/data/leaves/images", None, 11)],
        high=frozenset({"training_reads_all"}),
    ),
    Script(
        "final fit on all after",
        """\
import tensorflow as tf

keras = tf.keras
DIR, SEED, SIZE = "train_images", 2021, (224, 224)


def build():
    m = keras.applications.EfficientNetB0(weights=None, classes=5)
    m.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return m


a = keras.utils.image_dataset_from_directory(DIR, validation_split=0.2, subset="training", seed=SEED, image_size=SIZE)
b = keras.utils.image_dataset_from_directory(DIR, validation_split=0.2, subset="validation", seed=SEED, image_size=SIZE)
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True)
model = build()
hist = model.fit(a, validation_data=b, epochs=100, callbacks=[stop])
best_epoch = max(1, len(hist.history["val_loss"]) - 4)

# final model on everything, for submission
everything = keras.utils.image_dataset_from_directory(DIR, seed=SEED, image_size=SIZE)
final = build()
final.fit(everything, epochs=best_epoch)
final.save("final.keras")

test = keras.utils.image_dataset_from_directory("test_images", image_size=SIZE, shuffle=False)
print(final.evaluate(test))
""",
        calls=[
            (TR, "train_images", 0.2, 2021),
            (VA, "train_images", 0.2, 2021),
            (TR, "train_images", None, 2021),
            (TE, "test_images", None, None),
        ],
    ),
    Script(
        "predictions shuffled",
        """\
import numpy as np
import tensorflow as tf
from sklearn.metrics import classification_report, confusion_matrix

train_ds = tf.keras.utils.image_dataset_from_directory('chest_xray/train', label_mode='binary', image_size=(180, 180), batch_size=32, color_mode='grayscale')
val_ds = tf.keras.utils.image_dataset_from_directory('chest_xray/val', label_mode='binary', image_size=(180, 180), batch_size=32, color_mode='grayscale')
test_ds = tf.keras.utils.image_dataset_from_directory('chest_xray/test', label_mode='binary', image_size=(180, 180), batch_size=32, color_mode='grayscale')

model = tf.keras.Sequential([
    tf.keras.layers.Rescaling(1./255, input_shape=(180, 180, 1)),
    tf.keras.layers.Conv2D(32, 3, activation='relu'),
    tf.keras.layers.MaxPooling2D(),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(1, activation='sigmoid'),
])
model.compile(optimizer='rmsprop', loss='binary_crossentropy', metrics=['accuracy'])
model.fit(train_ds, validation_data=val_ds, epochs=12)

# evaluate says 0.91 but the report below says 0.52, why??
print(model.evaluate(test_ds))
preds = (model.predict(test_ds) > 0.5).astype(int).ravel()
labels = np.concatenate([y.numpy() for x, y in test_ds], axis=0).ravel()
print(classification_report(labels, preds))
print(confusion_matrix(labels, preds))
""",
        calls=[
            (TR, "chest_xray/train", None, None),
            (VA, "chest_xray/val", None, None),
            (TE, "chest_xray/test", None, None),
        ],
        high=frozenset({"predictions_shuffled"}),
    ),
    Script(
        "predictions in one pass",
        """\
import numpy as np
import tensorflow as tf
from sklearn.metrics import classification_report

common = dict(label_mode='binary', image_size=(180, 180), batch_size=32)
load = tf.keras.utils.image_dataset_from_directory
train_ds, val_ds, test_ds = [load(f'chest_xray/{s}', **common) for s in ('train', 'val', 'test')]

model = tf.keras.models.load_model('pneumonia.keras')
model.fit(train_ds, validation_data=val_ds, epochs=2)

y_true, y_pred = [], []
for x, y in test_ds:
    y_true.append(y.numpy())
    y_pred.append(model.predict_on_batch(x) > 0.5)
print(classification_report(np.concatenate(y_true), np.concatenate(y_pred)))
""",
        calls=[
            (TR, "chest_xray/train", None, None),
            (VA, "chest_xray/val", None, None),
            (TE, "chest_xray/test", None, None),
        ],
    ),
    Script(
        "click cli",
        r'''"""Train the damage classifier.

Usage:
    python k12_click_cli.py --data ./data/ready --epochs 30
"""
from __future__ import annotations

import logging
import typing as t
from pathlib import Path

import click
import tensorflow as tf

log = logging.getLogger("train")
_IMAGE_SIZE: t.Final[tuple[int, int]] = (300, 300)


def _load(data: Path, subset: t.Literal["training", "validation"], *, fraction: float, seed: int, batch: int = 32) -> tf.data.Dataset:
    """One side of the split."""
    log.info("loading %s of %s", subset, data)
    return tf.keras.utils.image_dataset_from_directory(
        directory=data / "images",
        label_mode="categorical",
        validation_split=fraction,
        subset=subset,
        seed=seed,
        image_size=_IMAGE_SIZE,
        batch_size=batch,
        shuffle=subset == "training",
    )


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("data/ready"), show_default=True)
@click.option("--val-fraction", default=0.1, type=click.FloatRange(0, 0.5))
@click.option("--seed", default=42)
@click.option("--epochs", default=30)
@click.option("-v", "--verbose", is_flag=True)
def main(data: Path, val_fraction: float, seed: int, epochs: int, verbose: bool) -> None:
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO)
    train = _load(data, "training", fraction=val_fraction, seed=seed)
    val = _load(data, "validation", fraction=val_fraction, seed=seed, batch=128)
    aug = tf.keras.Sequential([tf.keras.layers.RandomFlip(), tf.keras.layers.RandomContrast(0.2)])
    train = train.map(lambda x, y: (aug(x, training=True), y), tf.data.AUTOTUNE).prefetch(2)
    model = tf.keras.applications.EfficientNetB3(weights="imagenet", include_top=False, pooling="avg")
    head = tf.keras.Sequential([model, tf.keras.layers.Dense(4, "softmax")])
    head.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    head.fit(train, validation_data=val, epochs=epochs)
    test_dir = data / "test"
    if test_dir.is_dir():
        test = tf.keras.utils.image_dataset_from_directory(test_dir, label_mode="categorical", image_size=_IMAGE_SIZE, shuffle=False)
        log.info("test %s", head.evaluate(test))


if __name__ == "__main__":
    main()
''',
        calls=[
            (TR, "data/ready/images", 0.1, 42),
            (VA, "data/ready/images", 0.1, 42),
            (TE, "data/ready/test", None, None),
        ],
        high=frozenset({"different_shuffle"}),
    ),
    Script(
        "argparse required",
        """\
import argparse
import tensorflow as tf

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--data", required=True)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--val-seed", type=int)
parser.add_argument("--bs", "--batch-size", dest="bs", type=int, default=64)
parser.add_argument("--no-aug", action="store_true")
args = parser.parse_args()

val_seed = args.val_seed or args.seed
train = tf.keras.utils.image_dataset_from_directory(
    args.data, validation_split=0.2, subset="training", seed=args.seed, batch_size=args.bs)
val = tf.keras.utils.image_dataset_from_directory(
    args.data, validation_split=0.2, subset="validation", seed=val_seed, batch_size=args.bs)

stack = [tf.keras.layers.Rescaling(1 / 255.)]
if not args.no_aug:
    stack.insert(0, tf.keras.layers.RandomTranslation(0.1, 0.1))
    stack.insert(0, tf.keras.layers.RandomFlip("horizontal"))
model = tf.keras.Sequential(stack + [tf.keras.layers.Conv2D(32, 3, activation="relu"), tf.keras.layers.GlobalMaxPool2D(), tf.keras.layers.Dense(12)])
model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.fit(train, validation_data=val, epochs=5)
""",
        calls=[(TR, None, 0.2, 1), (VA, None, 0.2, 1)],
        unread=frozenset({(13, "folder"), (15, "folder")}),
    ),
    Script(
        "dataclass replace",
        """\
from dataclasses import dataclass, field, replace, asdict
from enum import Enum
import tensorflow as tf


class Part(str, Enum):
    TRAIN = "training"
    VAL = "validation"


@dataclass(frozen=True)
class DataCfg:
    root: str = "data/birds525"
    part: Part = Part.TRAIN
    frac: float = 0.2
    seed: int = 7
    size: tuple = (224, 224)
    extras: dict = field(default_factory=dict)

    def open(self):
        return tf.keras.utils.image_dataset_from_directory(
            self.root, validation_split=self.frac, subset=self.part.value,
            seed=self.seed, image_size=self.size, **self.extras)


cfg = DataCfg()
val_cfg = replace(cfg, part=Part.VAL, seed=cfg.seed + 1, frac=cfg.frac / 2, extras={"shuffle": True})
print(asdict(cfg))

train_ds = cfg.open()
val_ds = val_cfg.open()

class Trainer:
    def __init__(self, model, train, val):
        self.model, self.train, self.val = model, train, val

    def run(self, epochs: int = 10):
        self.model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return self.model.fit(self.train, validation_data=self.val, epochs=epochs)


Trainer(tf.keras.applications.ResNet50V2(weights=None, classes=525), train_ds, val_ds).run()
""",
        calls=[(TR, "data/birds525", 0.2, 7), (VA, "data/birds525", 0.1, 8)],
        high=frozenset({"different_seeds", "different_validation_split"}),
    ),
    Script(
        "class loader self",
        """\
import tensorflow as tf


class Loader:                     # old version, replaced below
    def train(self):
        return tf.keras.utils.image_dataset_from_directory("old", validation_split=.2, subset="training", seed=1)

    def val(self):
        return tf.keras.utils.image_dataset_from_directory("old", validation_split=.2, subset="validation", seed=2)


class Loader:
    SEED = 1234
    IMG = 192

    def __init__(self, root, frac=0.1):
        self.root = root
        self.frac = frac
        self.seed = self.SEED
        self._kw = {"image_size": (self.IMG, self.IMG), "batch_size": 50}

    @property
    def train(self):
        return self._get("training")

    @property
    def val(self):
        return self._get("validation")

    def _get(self, subset):
        self.seed += 0
        return tf.keras.utils.image_dataset_from_directory(
            self.root, subset=subset, validation_split=self.frac, seed=self.seed, **self._kw)

    def test(self):
        return tf.keras.utils.image_dataset_from_directory(self.root + "_test", shuffle=False, **self._kw)


data = Loader("rocks", frac=.3)
model = tf.keras.Sequential([tf.keras.layers.Rescaling(1./255), tf.keras.layers.Flatten(), tf.keras.layers.Dense(6)])
model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(True))
model.fit(x=data.train, epochs=4, validation_data=data.val)
""",
        calls=[
            ("other", "old", 0.2, 1),
            ("other", "old", 0.2, 2),
            (TR, "rocks", 0.3, 1234),
            (VA, "rocks", 0.3, 1234),
            ("other", "rocks_test", None, None),
        ],
    ),
    Script(
        "env seed",
        """\
import os
import sys
import logging
import tensorflow as tf

logging.basicConfig(stream=sys.stdout)
ROOT = os.environ.get("DATA_ROOT", "/opt/ml/input/data")
TRAIN_SEED = int(os.environ["TRAIN_SEED"])
VAL_SEED = int(os.getenv("VAL_SEED", TRAIN_SEED))

def ds(subset, seed):
    return tf.keras.utils.image_dataset_from_directory(os.path.join(ROOT, "all"), validation_split=0.2, subset=subset, seed=seed)

train, val = ds("training", TRAIN_SEED), ds("validation", VAL_SEED)
model = tf.keras.applications.DenseNet121(weights=None, classes=14)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train, validation_data=val, epochs=int(os.environ.get("EPOCHS", 10)))
model.export("/opt/ml/model/1")
""",
        calls=[
            (TR, "/opt/ml/input/data/all", 0.2, None),
            (VA, "/opt/ml/input/data/all", 0.2, None),
        ],
        unread=frozenset({(12, "seed")}),
    ),
    Script(
        "shuffle false two calls",
        """\
import tensorflow as tf

train = tf.keras.utils.image_dataset_from_directory('scans', subset='training', validation_split=0.2, shuffle=False, image_size=(64, 64))
val = tf.keras.utils.image_dataset_from_directory('scans', subset='validation', validation_split=0.2, shuffle=False, image_size=(64, 64))
model = tf.keras.Sequential([tf.keras.layers.Rescaling(1/255), tf.keras.layers.Conv2D(8, 3), tf.keras.layers.Flatten(), tf.keras.layers.Dense(1, 'sigmoid')])
model.compile('adam', 'binary_crossentropy', ['accuracy'])
model.fit(train, validation_data=val, epochs=3)   # val_accuracy is 0.0000e+00 ???
""",
        calls=[(TR, "scans", 0.2, None), (VA, "scans", 0.2, None)],
        high=frozenset({"shuffle_false"}),
    ),
    Script(
        "binary with many",
        """\
# %% [markdown]
# # Brain tumor MRI
# %% [code] {"execution":{"iopub.status.busy":"2023-02-11T10:01:02.120Z"}}
import numpy as np # linear algebra
import pandas as pd # data processing
import os
for dirname, _, filenames in os.walk('/kaggle/input'):
    for filename in filenames:
        print(os.path.join(dirname, filename))
# %% [code]
import tensorflow as tf
classes = ['glioma', 'meningioma', 'notumor', 'pituitary']
train_ds = tf.keras.utils.image_dataset_from_directory(
    '/kaggle/input/brain-tumor-mri-dataset/Training',
    class_names=classes, label_mode='int', color_mode='grayscale', image_size=(150, 150))
valid_ds = tf.keras.utils.image_dataset_from_directory(
    '/kaggle/input/brain-tumor-mri-dataset/Testing',
    class_names=sorted(classes, reverse=True), label_mode='int', color_mode='grayscale', image_size=(150, 150))
# %% [code]
model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Rescaling(1./255, input_shape=(150, 150, 1)))
model.add(tf.keras.layers.Conv2D(32, (3, 3), activation='relu'))
model.add(tf.keras.layers.MaxPool2D())
model.add(tf.keras.layers.Flatten())
model.add(tf.keras.layers.Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(train_ds, epochs=10, validation_data=valid_ds)
""",
        calls=[
            (TR, "/kaggle/input/brain-tumor-mri-dataset/Training", None, None),
            (VA, "/kaggle/input/brain-tumor-mri-dataset/Testing", None, None),
        ],
        high=frozenset({"binary_with_many_classes", "class_order_differs"}),
    ),
    Script(
        "label mode differs",
        """\
from functools import partial
import keras

load = partial(keras.utils.image_dataset_from_directory, "assets/tiles", validation_split=0.15, seed=8,
               label_mode="categorical", image_size=(96, 96), verbose=False)
get = {"train": partial(load, subset="training"), "val": partial(load, subset="validation", label_mode="int")}

train_ds = get["train"]()
val_ds = get["val"](batch_size=256)

model = keras.Sequential([
    keras.layers.Rescaling(1 / 255.0),
    keras.layers.SeparableConv2D(24, 5, strides=2, activation="relu"),
    keras.layers.GlobalAveragePooling2D(),
    keras.layers.Dense(17, activation="softmax"),
])
model.compile("nadam", loss="categorical_crossentropy", metrics=["accuracy"])
if __name__ == "__main__":
    model.fit(train_ds, epochs=9, validation_data=val_ds)
""",
        calls=[(TR, "assets/tiles", 0.15, 8), (VA, "assets/tiles", 0.15, 8)],
        high=frozenset({"label_mode_differs"}),
    ),
    Script(
        "splitfolders keras",
        """\
import pathlib, shutil
import splitfolders
import tensorflow as tf

src = "raw_images"
out = pathlib.Path("output")
if not out.exists():
    splitfolders.ratio(src, output=str(out), ratio=(.8, .1, .1), group_prefix=None, move=False)

ds = {}
for split in "train", "val", "test":
    ds[split] = tf.keras.utils.image_dataset_from_directory(
        out / split, image_size=(200, 200), shuffle=split == "train", seed=None if split != "train" else 3)
m = tf.keras.Sequential([tf.keras.layers.Rescaling(1./255), tf.keras.layers.Conv2D(4, 3), tf.keras.layers.GlobalMaxPool2D(), tf.keras.layers.Dense(2)])
m.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), ["accuracy"])
m.fit(ds["train"], validation_data=ds["val"], epochs=10)
print(m.evaluate(ds["test"]))
""",
        calls=[
            (TR, "raw_images", 0.2, 1337),
            (VA, "raw_images", 0.1, 1337),
            (TE, "raw_images", 0.1, 1337),
            (TR, "output/train", None, 3),
            (VA, "output/val", None, None),
            (TE, "output/test", None, None),
        ],
    ),
]
