"""Research code: options, classes, configurations, loops over settings."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "argparse with types and flags",
        """
import argparse
import tensorflow as tf

def parse_args():
    parser = argparse.ArgumentParser(description="train a classifier")
    parser.add_argument("--data-dir", type=str, default="data/cells")
    parser.add_argument("--val-split", type=float, default="0.25")
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--no-shuffle", action="store_true")
    return parser.parse_args()

def make_dataset(args, subset):
    return tf.keras.utils.image_dataset_from_directory(
        args.data_dir, validation_split=args.val_split, subset=subset, seed=args.seed,
        shuffle=not args.no_shuffle, batch_size=args.batch_size)

def main():
    args = parse_args()
    train_ds = make_dataset(args, "training")
    val_ds = make_dataset(args, "validation")
    model = build(args)
    model.fit(train_ds, validation_data=val_ds)

if __name__ == "__main__":
    main()
""",
        [(TR, "data/cells", 0.25, 2021), (VA, "data/cells", 0.25, 2021)],
    ),
    Script(
        "click command",
        """
import click
from keras.utils import image_dataset_from_directory

@click.command()
@click.option("--root", default="corpus", help="folder")
@click.option("--fraction", "-f", type=float, default=0.3)
@click.option("--seed", default=17)
def train(root, fraction, seed):
    common = dict(validation_split=fraction, seed=seed)
    a = image_dataset_from_directory(root, subset="training", **common)
    b = image_dataset_from_directory(root, subset="validation", **common)

if __name__ == "__main__":
    train()
""",
        [(TR, "corpus", 0.3, 17), (VA, "corpus", 0.3, 17)],
    ),
    Script(
        "dataclass configuration and a trainer class",
        """
from dataclasses import dataclass, field
from pathlib import Path
from tensorflow.keras.utils import image_dataset_from_directory

@dataclass
class DataConfig:
    root: Path = Path("/data/lesions")
    split: float = 0.2
    seed: int = 7
    size: tuple = (128, 128)

class Trainer:
    def __init__(self, cfg: DataConfig):
        self.cfg = cfg
        self.train_ds = None
        self.seed = cfg.seed

    def setup(self):
        self.train_ds = self._load("training")
        self.val_ds = self._load("validation")

    def _load(self, subset):
        return image_dataset_from_directory(
            self.cfg.root / "images", validation_split=self.cfg.split, subset=subset,
            seed=self.seed, image_size=self.cfg.size)

    def fit(self, model):
        model.fit(self.train_ds, validation_data=self.val_ds)

trainer = Trainer(DataConfig(split=0.1))
trainer.setup()
trainer.fit(make_model())
""",
        [(TR, "/data/lesions/images", 0.1, 7), (VA, "/data/lesions/images", 0.1, 7)],
    ),
    Script(
        "a trainer that moves its seed on",
        """
from tensorflow.keras.utils import image_dataset_from_directory
class Data:
    seed = 1
    def load(self, subset):
        ds = image_dataset_from_directory("moths", validation_split=0.2, subset=subset, seed=self.seed)
        self.seed += 1
        return ds
d = Data()
train = d.load("training")
val = d.load("validation")
""",
        [(TR, "moths", 0.2, 1), (VA, "moths", 0.2, 2)],
        high=frozenset({"different_seeds"}),
    ),
    Script(
        "configuration of a YAML file that is not here",
        """
import yaml
from keras.utils import image_dataset_from_directory
cfg = yaml.safe_load(open("config.yaml"))
train = image_dataset_from_directory(cfg["root"], validation_split=cfg["split"], subset="training", seed=42)
val = image_dataset_from_directory(cfg["root"], validation_split=cfg["split"], subset="validation", seed=42)
""",
        [(TR, None, None, 42), (VA, None, None, 42)],
        unread=frozenset(
            {(5, "folder"), (5, "validation_split"), (6, "folder"), (6, "validation_split")}
        ),
    ),
    Script(
        "environment with a default",
        """
import os
from keras.utils import image_dataset_from_directory
ROOT = os.environ.get("DATA", "scans")
SEED = int(os.getenv("SEED", "12"))
tr = image_dataset_from_directory(ROOT, validation_split=0.2, subset="training", seed=SEED)
va = image_dataset_from_directory(ROOT, validation_split=0.2, subset="validation", seed=SEED)
""",
        [(TR, "scans", 0.2, 12), (VA, "scans", 0.2, 12)],
    ),
    Script(
        "a random seed for each call",
        """
import random
from keras.utils import image_dataset_from_directory
def load(subset):
    return image_dataset_from_directory("pics", validation_split=0.2, subset=subset, seed=random.randint(0, 1000))
train, val = load("training"), load("validation")
""",
        [(TR, "pics", 0.2, None), (VA, "pics", 0.2, None)],
        high=frozenset({"different_seeds"}),
        unread=frozenset({(5, "seed")}),
    ),
    Script(
        "an enumeration of splits",
        """
from enum import Enum
import os
from tensorflow.keras.preprocessing.image import ImageDataGenerator
class Split(Enum):
    TRAIN = "train"
    VAL = "val"
    TEST = "test"
root = "/mnt/textures"
gens = {}
for split in Split:
    aug = dict(horizontal_flip=True) if split is Split.TRAIN else {}
    gens[split.value] = ImageDataGenerator(rescale=1 / 255, **aug).flow_from_directory(os.path.join(root, split.value), shuffle=split == Split.TRAIN)
model.fit(gens["train"], validation_data=gens["val"])
model.evaluate(gens["test"])
""",
        [
            (TR, "/mnt/textures/train", None, None),
            (VA, "/mnt/textures/val", None, None),
            (TE, "/mnt/textures/test", None, None),
        ],
    ),
    Script(
        "domains against each other",
        """
import tensorflow as tf
DOMAINS = ["photo", "sketch"]
loaders = {}
for d in DOMAINS:
    loaders[d] = {s: tf.keras.utils.image_dataset_from_directory(f"pacs/{d}/{s}", seed=0) for s in ("train", "val")}
model.fit(loaders["photo"]["train"], validation_data=loaders["photo"]["val"])
model.evaluate(loaders["sketch"]["val"])
""",
        [
            (TR, "pacs/photo/train", None, 0),
            (VA, "pacs/photo/val", None, 0),
            (TR, "pacs/sketch/train", None, 0),
            (TE, "pacs/sketch/val", None, 0),
        ],
    ),
    Script(
        "a branch that only a flag decides",
        """
import sys
from keras.utils import image_dataset_from_directory
if "--small" in sys.argv:
    split = 0.5
else:
    split = 0.1
train = image_dataset_from_directory("tiles", validation_split=split, subset="training", seed=1)
val = image_dataset_from_directory("tiles", validation_split=split, subset="validation", seed=1)
""",
        [(TR, "tiles", None, 1), (VA, "tiles", None, 1)],
        unread=frozenset({(8, "validation_split"), (9, "validation_split")}),
    ),
    Script(
        "a debug branch that does not run",
        """
from keras.utils import image_dataset_from_directory
DEBUG = False
FRACTION = 0.5 if DEBUG else 0.15
kw = {"seed": 4}
if DEBUG:
    kw["seed"] = 0
elif not kw:
    kw = {}
train = image_dataset_from_directory("tiles", subset="training", validation_split=FRACTION, **kw)
val = image_dataset_from_directory("tiles", subset="validation", validation_split=FRACTION, **kw)
""",
        [(TR, "tiles", 0.15, 4), (VA, "tiles", 0.15, 4)],
    ),
    Script(
        "lightning data module",
        """
import pytorch_lightning as pl
import torch
from torch.utils.data import random_split, DataLoader
from torchvision.datasets import ImageFolder
class ImageData(pl.LightningDataModule):
    def __init__(self, root="insects", frac=0.9, seed=33):
        super().__init__()
        self.root, self.frac, self.seed = root, frac, seed
    def setup(self, stage=None):
        full = ImageFolder(self.root)
        n = int(len(full) * self.frac)
        self.train_set, self.val_set = random_split(full, [n, len(full) - n], generator=torch.Generator().manual_seed(self.seed))
    def train_dataloader(self):
        return DataLoader(self.train_set, batch_size=64, shuffle=True)
    def val_dataloader(self):
        return DataLoader(self.val_set, batch_size=64)
dm = ImageData()
trainer = pl.Trainer(max_epochs=3)
trainer.fit(net, dm)
""",
        [(TR, "insects", 0.1, 33), (VA, "insects", 0.1, 33)],
    ),
    Script(
        "repetitions with other seeds",
        """
from keras.utils import image_dataset_from_directory
for seed in [0, 1]:
    tr = image_dataset_from_directory("algae", validation_split=0.2, subset="training", seed=seed)
    va = image_dataset_from_directory("algae", validation_split=0.2, subset="validation", seed=seed)
    model = build()
    model.fit(tr, validation_data=va)
""",
        [
            (TR, "algae", 0.2, 0),
            (VA, "algae", 0.2, 0),
            (TR, "algae", 0.2, 1),
            (VA, "algae", 0.2, 1),
        ],
    ),
    Script(
        "partial and star arguments",
        """
from functools import partial
from keras.utils import image_dataset_from_directory
load = partial(image_dataset_from_directory, "herbs", validation_split=1 - 0.85, seed=2 ** 5)
parts = [load(subset=s) for s in ("training", "validation")]
train, val = parts
""",
        [(TR, "herbs", 0.15, 32), (VA, "herbs", 0.15, 32)],
    ),
    Script(
        "Hugging Face Trainer",
        """
from datasets import load_dataset
from transformers import Trainer
dataset = load_dataset("imagefolder", data_dir="skin")
splits = dataset["train"].train_test_split(test_size=0.15, seed=0)
def transforms(b):
    return b
train_ds = splits["train"].with_transform(transforms)
eval_ds = splits["test"].with_transform(transforms)
trainer = Trainer(model=m, args=a, train_dataset=train_ds, eval_dataset=eval_ds)
""",
        [(TR, "skin", 0.15, 0), (VA, "skin", 0.15, 0)],
    ),
]
