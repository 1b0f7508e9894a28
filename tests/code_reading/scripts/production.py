"""Production code: factories, guards, loggers, paths."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "a factory with guards",
        '''
"""Data pipeline."""
from __future__ import annotations
import logging
from pathlib import Path
from typing import Any
import tensorflow as tf

logger = logging.getLogger(__name__)
DEFAULTS: dict[str, Any] = {"image_size": (224, 224), "batch_size": 64, "label_mode": "int"}

def build_datasets(root: str | Path, *, split: float = 0.2, seed: int | None = None, **overrides: Any):
    """Return training and validation."""
    root = Path(root)
    if not root.exists():
        raise FileNotFoundError(root)
    if seed is None:
        seed = 13
    options = {**DEFAULTS, **overrides}
    logger.info("loading %s", root)
    try:
        train = tf.keras.utils.image_dataset_from_directory(str(root), validation_split=split, subset="training", seed=seed, **options)
        valid = tf.keras.utils.image_dataset_from_directory(str(root), validation_split=split, subset="validation", seed=seed, **options)
    except ValueError:
        logger.exception("bad folder")
        raise
    return train, valid

def main() -> int:
    train, valid = build_datasets("/srv/images/parts", batch_size=16)
    model = tf.keras.applications.ResNet50(weights=None, classes=12)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(train.prefetch(2), validation_data=valid.prefetch(2))
    return 0

if __name__ == "__main__":
    raise SystemExit(main())
''',
        [(TR, "/srv/images/parts", 0.2, 13), (VA, "/srv/images/parts", 0.2, 13)],
    ),
    Script(
        "a registry of settings by name",
        """
import os
from tensorflow.keras.preprocessing.image import ImageDataGenerator
PROFILES = {
    "small": {"split": 0.5, "folder": "s"},
    "large": {"split": 0.1, "folder": "l"},
}
PROFILE = "large"
settings = PROFILES.get(PROFILE, PROFILES["small"])
settings.setdefault("target", (96, 96))
base = "{}/{}".format("/srv", settings["folder"])
gen = ImageDataGenerator(rescale=1.0 / 255, validation_split=settings["split"])
flows = {}
for subset in ("training", "validation"):
    flows[subset] = gen.flow_from_directory(base, subset=subset, target_size=settings["target"])
model.fit(flows["training"], validation_data=flows["validation"])
""",
        [(TR, "/srv/l", 0.1, None), (VA, "/srv/l", 0.1, None)],
    ),
    Script(
        "settings from a foreign module",
        """
from company.settings import config
from company.loading import image_dataset_from_directory
train = image_dataset_from_directory(config.TRAIN)
val = image_dataset_from_directory(config.VAL)
""",
        unread=frozenset({(4, "image_dataset_from_directory(...)")}),
    ),
    Script(
        "a foreign function that may change the settings",
        """
from keras.utils import image_dataset_from_directory
from tuning import prepare
opts = {"validation_split": 0.2, "seed": 6}
prepare(opts)
train = image_dataset_from_directory("wells", subset="training", **opts)
val = image_dataset_from_directory("wells", subset="validation", **opts)
""",
        [(TR, "wells", None, None), (VA, "wells", None, None)],
        unread=frozenset(
            {
                (6, "**opts"),
                (7, "**opts"),
                (6, "validation_split"),
                (7, "validation_split"),
                (6, "seed"),
                (7, "seed"),
            }
        ),
    ),
    Script(
        "strategy scope and distributed batches",
        """
import tensorflow as tf
strategy = tf.distribute.MirroredStrategy()
BATCH = 32 * strategy.num_replicas_in_sync
with strategy.scope():
    train = tf.keras.utils.image_dataset_from_directory("gs://bucket/train", batch_size=BATCH)
    val = tf.keras.utils.image_dataset_from_directory("gs://bucket/val", batch_size=BATCH)
    model = make()
model.fit(train, validation_data=val)
""",
        [(TR, "gs://bucket/train", None, None), (VA, "gs://bucket/val", None, None)],
    ),
    Script(
        "namespaces and attribute changes",
        """
from types import SimpleNamespace
from keras.utils import image_dataset_from_directory
cfg = SimpleNamespace(root="rocks", split=0.3, seed=1)
cfg.seed = 44
setattr(cfg, "split", 0.4)
a = image_dataset_from_directory(cfg.root, subset="training", validation_split=cfg.split, seed=cfg.seed)
b = image_dataset_from_directory(cfg.root, subset="validation", validation_split=cfg.split, seed=cfg.seed)
""",
        [(TR, "rocks", 0.4, 44), (VA, "rocks", 0.4, 44)],
    ),
    Script(
        "a global that a function changes",
        """
from keras.utils import image_dataset_from_directory
seed = 3
def refresh():
    global seed
    seed = seed * 2
train = image_dataset_from_directory("ores", subset="training", validation_split=0.2, seed=seed)
refresh()
val = image_dataset_from_directory("ores", subset="validation", validation_split=0.2, seed=seed)
""",
        [(TR, "ores", 0.2, 3), (VA, "ores", 0.2, 6)],
        high=frozenset({"different_seeds"}),
    ),
    Script(
        "keys taken out",
        """
from keras.utils import image_dataset_from_directory
kw = dict(validation_split=0.2, seed=9, shuffle=False, labels="inferred")
del kw["labels"]
shuffle = kw.pop("shuffle")
train = image_dataset_from_directory("nuts", subset="training", **kw)
val = image_dataset_from_directory("nuts", subset="validation", shuffle=shuffle, **kw)
""",
        [(TR, "nuts", 0.2, 9), (VA, "nuts", 0.2, 9)],
        high=frozenset({"different_shuffle"}),
    ),
    Script(
        "match on a mode",
        """
from keras.utils import image_dataset_from_directory
MODE = "full"
match MODE:
    case "tiny":
        seed, split = 1, 0.9
    case "full" | "all":
        seed, split = 2, 0.05
    case _:
        raise ValueError(MODE)
train = image_dataset_from_directory("bolts", subset="training", validation_split=split, seed=seed)
val = image_dataset_from_directory("bolts", subset="validation", validation_split=split, seed=seed)
""",
        [(TR, "bolts", 0.05, 2), (VA, "bolts", 0.05, 2)],
    ),
    Script(
        "a nested function and a closure",
        """
from keras.utils import image_dataset_from_directory
def loader(root):
    def load(part):
        return image_dataset_from_directory(f"{root}/{part}", shuffle=part == "train")
    return load
load = loader("/d/screws")
train, val, test = map(load, ["train", "val", "test"])
model.fit(train, validation_data=val)
""",
        [
            (TR, "/d/screws/train", None, None),
            (VA, "/d/screws/val", None, None),
            (TE, "/d/screws/test", None, None),
        ],
    ),
    Script(
        "three models share one pipeline",
        """
import tensorflow as tf
from tensorflow.keras import layers
train = tf.keras.utils.image_dataset_from_directory("k/train")
val = tf.keras.utils.image_dataset_from_directory("k/val")
def build(width):
    return tf.keras.Sequential([layers.Rescaling(1 / 255), layers.RandomFlip("horizontal"), layers.Conv2D(width, 3), layers.Flatten(), layers.Dense(5)])
for width in (8, 16, 32):
    model = build(width)
    model.compile("adam", "mse")
    model.fit(train, validation_data=val)
""",
        [(TR, "k/train", None, None), (VA, "k/val", None, None)],
    ),
    Script(
        "a demo beside the training generator",
        """
from tensorflow.keras.preprocessing.image import ImageDataGenerator
show = ImageDataGenerator(rotation_range=180, fill_mode="constant")
for batch in show.flow(sample, batch_size=1, save_to_dir="preview"):
    break
train_gen = ImageDataGenerator(rescale=1 / 255, rotation_range=8)
val_gen = ImageDataGenerator(rescale=1 / 255)
train = train_gen.flow_from_directory("y/train")
val = val_gen.flow_from_directory("y/val")
model.fit(train, validation_data=val)
""",
        [("other", None, None, None), (TR, "y/train", None, None), (VA, "y/val", None, None)],
        unread=frozenset({(4, "folder")}),
    ),
    Script(
        "test-time augmentation",
        """
from tensorflow.keras.preprocessing.image import ImageDataGenerator
import numpy as np
train = ImageDataGenerator(rescale=1/255, horizontal_flip=True).flow_from_directory("z/train")
val = ImageDataGenerator(rescale=1/255).flow_from_directory("z/val")
tta = ImageDataGenerator(rescale=1/255, horizontal_flip=True).flow_from_directory("z/test", shuffle=False)
model.fit(train, validation_data=val)
p = np.mean([model.predict(tta) for _ in range(8)], axis=0)
""",
        [(TR, "z/train", None, None), (VA, "z/val", None, None), (TE, "z/test", None, None)],
    ),
]
