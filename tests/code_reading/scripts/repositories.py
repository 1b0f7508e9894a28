"""Research repositories and services, as they are checked out."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "random_split with a seeded generator",
        """
import torch
from torch.utils.data import DataLoader, random_split
from torchvision import datasets, transforms
tf = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor()])
full = datasets.ImageFolder(root="data/galaxies", transform=tf)
n_val = int(0.1 * len(full))
train_set, val_set = random_split(full, [len(full) - n_val, n_val], generator=torch.Generator().manual_seed(17))
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
val_loader = DataLoader(val_set, batch_size=32)
""",
        [(TR, "data/galaxies", 0.1, 17), (VA, "data/galaxies", 0.1, 17)],
    ),
    Script(
        "random_split without a generator",
        """
import torch
from torch.utils.data import random_split
from torchvision.datasets import ImageFolder
full = ImageFolder("data/stars")
train_set, test_set = random_split(full, [0.75, 0.25])
""",
        [(TR, "data/stars", 0.25, None), (TE, "data/stars", 0.25, None)],
        codes=frozenset({"split_changes"}),
        unread=frozenset({(6, "seed")}),
    ),
    Script(
        "ImageFolder by folders",
        """
from torchvision import datasets, transforms
import os
data_dir = "hymenoptera_data"
data_transforms = {
    "train": transforms.Compose([transforms.RandomResizedCrop(224), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
                                 transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]),
    "val": transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
                               transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]),
}
image_datasets = {x: datasets.ImageFolder(os.path.join(data_dir, x), data_transforms[x]) for x in ["train", "val"]}
""",
        [(TR, "hymenoptera_data/train", None, None), (VA, "hymenoptera_data/val", None, None)],
    ),
    Script(
        "argparse defaults",
        """
import argparse
import tensorflow as tf
parser = argparse.ArgumentParser()
parser.add_argument("--data", default="corpus/images")
parser.add_argument("--holdout", type=float, default=0.3)
parser.add_argument("--seed", type=int, default=11)
args = parser.parse_args()
def main():
    parts = [
        tf.keras.utils.image_dataset_from_directory(args.data, validation_split=args.holdout, subset=s, seed=args.seed)
        for s in ("training", "validation")
    ]
    model.fit(parts[0], validation_data=parts[1])
if __name__ == "__main__":
    main()
""",
        [(TR, "corpus/images", 0.3, 11), (VA, "corpus/images", 0.3, 11)],
    ),
    Script(
        "a required argument",
        """
import argparse
import tensorflow as tf
p = argparse.ArgumentParser()
p.add_argument("root")
a = p.parse_args()
tr = tf.keras.utils.image_dataset_from_directory(a.root + "/train", validation_split=0.2, subset="training", seed=2)
va = tf.keras.utils.image_dataset_from_directory(a.root + "/train", validation_split=0.2, subset="validation", seed=2)
model.fit(tr, validation_data=va)
""",
        [(TR, "{root}/train", 0.2, 2), (VA, "{root}/train", 0.2, 2)],
    ),
    Script(
        "a dataclass of settings",
        """
from dataclasses import dataclass, field
import keras
@dataclass
class Config:
    folder: str = "ships"
    share: float = 0.2
    seed: int = 6
    size: tuple = (96, 96)
    extra: dict = field(default_factory=lambda: {"label_mode": "int"})
class Pipeline:
    def __init__(self, config: Config):
        self.config = config
    def part(self, subset):
        c = self.config
        return keras.utils.image_dataset_from_directory(c.folder, validation_split=c.share, subset=subset, seed=c.seed, image_size=c.size, **c.extra)
    def run(self, model):
        model.fit(self.part("training"), validation_data=self.part("validation"))
Pipeline(Config(seed=9)).run(model)
""",
        [(TR, "ships", 0.2, 9), (VA, "ships", 0.2, 9)],
    ),
    Script(
        "the seed changes between the calls",
        """
import keras
class Counter:
    value = 10
    def next(self):
        self.value += 1
        return self.value
counter = Counter()
def load(subset):
    return keras.utils.image_dataset_from_directory("planes", validation_split=0.2, subset=subset, seed=counter.next())
train, val = load("training"), load("validation")
model.fit(train, validation_data=val)
""",
        [(TR, "planes", 0.2, 11), (VA, "planes", 0.2, 12)],
        high=frozenset({"different_seeds"}),
    ),
    Script(
        "settings of a file",
        """
import yaml
import keras
with open("config.yaml") as stream:
    cfg = yaml.safe_load(stream)
tr = keras.utils.image_dataset_from_directory("drones", validation_split=0.2, subset="training", seed=cfg["seed"])
va = keras.utils.image_dataset_from_directory("drones", validation_split=0.2, subset="validation", seed=cfg["seed"])
model.fit(tr, validation_data=va)
""",
        [(TR, "drones", 0.2, None), (VA, "drones", 0.2, None)],
        unread=frozenset({(6, "seed"), (7, "seed")}),
    ),
    Script(
        "Hugging Face with a seed",
        """
from datasets import load_dataset
ds = load_dataset("imagefolder", data_dir="archive/scans", split="train")
ds = ds.train_test_split(test_size=0.2, seed=13)
train_ds, eval_ds = ds["train"], ds["test"]
trainer = Trainer(model=model, train_dataset=train_ds, eval_dataset=eval_ds)
trainer.train()
""",
        [(TR, "archive/scans", 0.2, 13), (VA, "archive/scans", 0.2, 13)],
    ),
    Script(
        "fastai by a share",
        """
from fastai.vision.all import *
path = Path("pets/images")
dls = ImageDataLoaders.from_folder(path, valid_pct=0.2, seed=42, item_tfms=Resize(224))
learn = vision_learner(dls, resnet18, metrics=accuracy)
learn.fine_tune(2)
""",
        [(TR, "pets/images", 0.2, 42), (VA, "pets/images", 0.2, 42)],
    ),
    Script(
        "tfds slices",
        """
import tensorflow_datasets as tfds
builder = tfds.ImageFolder
(train, val, test), info = tfds.load("beans", split=["train[:80%]", "train[80%:]", "test"], as_supervised=True, with_info=True)
model.fit(train.batch(8), validation_data=val.batch(8))
model.evaluate(test.batch(8))
""",
        [(TR, None, 0.2, None), (VA, None, 0.2, None), (TE, None, None, None)],
        unread=frozenset({(4, "folder")}),
    ),
    Script(
        "split-folders, then loaders",
        """
import splitfolders
import tensorflow as tf
splitfolders.ratio("raw", output="out", seed=1337, ratio=(.8, .1, .1))
train = tf.keras.utils.image_dataset_from_directory("out/train")
val = tf.keras.utils.image_dataset_from_directory("out/val")
test = tf.keras.utils.image_dataset_from_directory("out/test", shuffle=False)
model.fit(train, validation_data=val)
model.evaluate(test)
""",
        [
            (TR, "raw", 0.2, 1337),
            (VA, "raw", 0.1, 1337),
            (TE, "raw", 0.1, 1337),
            (TR, "out/train", None, None),
            (VA, "out/val", None, None),
            (TE, "out/test", None, None),
        ],
    ),
    Script(
        "a service that trains at night",
        """
import logging, os
from functools import partial
import tensorflow as tf
log = logging.getLogger("train")
ROOT = os.getenv("DATA_ROOT", "/data")
loader = partial(tf.keras.utils.image_dataset_from_directory, image_size=(128, 128), batch_size=64, validation_split=0.1, seed=20)
def datasets(customer):
    folder = os.path.join("/data", "customers", customer)
    try:
        return loader(folder, subset="training"), loader(folder, subset="validation")
    except ValueError as error:
        log.error("no data: %s", error)
        raise
training, validation = datasets("acme")
get_model().fit(training, validation_data=validation)
""",
        [(TR, "/data/customers/acme", 0.1, 20), (VA, "/data/customers/acme", 0.1, 20)],
    ),
    Script(
        "the loader of another module",
        """
from project.data import make_loader
train = make_loader("train")
val = make_loader("val")
model.fit(train, validation_data=val)
""",
        unread=frozenset({(5, "the training data"), (5, "the validation data")}),
    ),
]
