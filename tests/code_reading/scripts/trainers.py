"""Trainers, modules and long programs, by the author of the corrections after them."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "hf trainer",
        """\
from datasets import load_dataset
from transformers import AutoImageProcessor, AutoModelForImageClassification, Trainer, TrainingArguments
from torchvision.transforms import Compose, Normalize, RandomResizedCrop, ToTensor, Resize, CenterCrop
ckpt = "google/vit-base-patch16-224-in21k"
ds = load_dataset("imagefolder", data_dir="beans_local", split="train")
ds = ds.train_test_split(test_size=0.15, seed=13, stratify_by_column="label")
proc = AutoImageProcessor.from_pretrained(ckpt)
norm = Normalize(mean=proc.image_mean, std=proc.image_std)
tr_tf = Compose([RandomResizedCrop(224), ToTensor(), norm])
ev_tf = Compose([Resize(256), CenterCrop(224), ToTensor(), norm])
def tr(b):
    b["pixel_values"] = [tr_tf(i.convert("RGB")) for i in b["image"]]; return b
def ev(b):
    b["pixel_values"] = [ev_tf(i.convert("RGB")) for i in b["image"]]; return b
train_ds, eval_ds = ds["train"], ds["test"]
train_ds.set_transform(tr); eval_ds.set_transform(ev)
model = AutoModelForImageClassification.from_pretrained(ckpt)
trainer = Trainer(model=model, args=TrainingArguments("out"), train_dataset=train_ds, eval_dataset=eval_ds)
trainer.train(); trainer.evaluate()
""",
        calls=[(TR, "beans_local", 0.15, 13), (VA, "beans_local", 0.15, 13)],
        unread=frozenset({(9, "the augmentation")}),
    ),
    Script(
        "hf trainer leak",
        """\
from datasets import load_dataset
from transformers import Trainer, TrainingArguments
full = load_dataset("imagefolder", data_dir="beans_local", split="train")
parts = full.train_test_split(0.1, seed=7)
trainer = Trainer(model=net, args=TrainingArguments("o"), train_dataset=full, eval_dataset=parts["test"])
trainer.train()
""",
        calls=[(TR, "beans_local", None, None), (VA, "beans_local", 0.1, 7)],
        high=frozenset({"training_reads_all"}),
    ),
    Script(
        "timm",
        """\
import timm, torch, argparse
from timm.data import create_dataset, create_loader, resolve_data_config
from torchvision.datasets import ImageFolder
from timm.data import create_transform
p = argparse.ArgumentParser()
p.add_argument("--data", default="data/birds")
p.add_argument("--model", default="resnet50d")
p.add_argument("--amp", action="store_true")
args = p.parse_args()
model = timm.create_model(args.model, pretrained=True, num_classes=200)
cfg = timm.data.resolve_model_data_config(model)
train_ds = ImageFolder(f"{args.data}/train", transform=create_transform(**cfg, is_training=True))
val_ds = ImageFolder(f"{args.data}/val", transform=create_transform(**cfg, is_training=False))
dl_train = torch.utils.data.DataLoader(train_ds, batch_size=64, shuffle=True)
dl_val = torch.utils.data.DataLoader(val_ds, batch_size=64)
opt = timm.optim.create_optimizer_v2(model, "adamw", lr=1e-3)
scaler = torch.cuda.amp.GradScaler()
for ep in range(10):
    for x, y in dl_train:
        loss = torch.nn.functional.cross_entropy(model(x), y)
        if args.amp:
            scaler.scale(loss).backward(); scaler.step(opt); scaler.update()
        else:
            loss.backward(); opt.step()
        opt.zero_grad()
    with torch.no_grad():
        for x, y in dl_val:
            model(x)
""",
        calls=[(TR, "data/birds/train", None, None), (VA, "data/birds/val", None, None)],
    ),
    Script(
        "timm create dataset",
        """\
from timm.data import create_dataset, create_loader
train = create_dataset("", root="data/cars", split="train", is_training=True)
val = create_dataset("", root="data/cars", split="validation")
loader_train = create_loader(train, (3, 224, 224), 32, is_training=True)
loader_val = create_loader(val, (3, 224, 224), 64)
""",
        calls=[],
        unread=frozenset({(2, "create_dataset(...)"), (3, "create_dataset(...)")}),
    ),
    Script(
        "keras cv",
        """\
import keras_cv, keras, tensorflow as tf
IMG = 96
kw = dict(label_mode="categorical", image_size=(IMG, IMG), seed=5, validation_split=0.25)
tr, va = keras.utils.image_dataset_from_directory("oxford", subset="both", **kw)
aug = keras_cv.layers.Augmenter([keras_cv.layers.RandomFlip(), keras_cv.layers.RandAugment(value_range=(0, 255)), keras_cv.layers.CutMix()])
def prep(x, y):
    out = aug({"images": x, "labels": y}); return out["images"], out["labels"]
tr = tr.map(prep, num_parallel_calls=tf.data.AUTOTUNE)
model = keras_cv.models.ImageClassifier.from_preset("efficientnetv2_b0", num_classes=37)
model.compile(loss="categorical_crossentropy", optimizer="adam")
model.fit(tr, validation_data=va)
""",
        calls=[(TR, "oxford", 0.25, 5), (VA, "oxford", 0.25, 5)],
        unread=frozenset({(5, "the augmentation")}),
    ),
    Script(
        "dm split in init",
        """\
import pytorch_lightning as pl
import torch
from torch.utils.data import random_split, DataLoader
from torchvision import transforms as T
from torchvision.datasets import ImageFolder
class CloudData(pl.LightningDataModule):
    def __init__(self, root="clouds", bs=32, seed=99):
        super().__init__()
        self.save_hyperparameters()
        self.root, self.bs, self.seed = root, bs, seed
        self.tf = T.Compose([T.Resize(64), T.ToTensor()])
    def setup(self, stage):
        if stage == "fit":
            full = ImageFolder(self.root, self.tf)
            n_val = int(0.2 * len(full))
            self.train, self.val = random_split(full, [len(full) - n_val, n_val], generator=torch.Generator().manual_seed(self.seed))
        elif stage == "test":
            self.test = ImageFolder(self.root + "_test", self.tf)
    def train_dataloader(self): return DataLoader(self.train, self.bs, shuffle=True)
    def val_dataloader(self): return DataLoader(self.val, self.bs)
    def test_dataloader(self): return DataLoader(self.test, self.bs)
dm = CloudData()
trainer = pl.Trainer(max_epochs=3)
trainer.fit(LitNet(), datamodule=dm)
trainer.test(LitNet(), datamodule=dm)
""",
        calls=[(TR, "clouds", 0.2, 99), (VA, "clouds", 0.2, 99), (TE, "clouds_test", None, None)],
    ),
    Script(
        "dm setup per stage leak",
        """\
import lightning.pytorch as pl
from torch.utils.data import random_split, DataLoader
from torchvision.datasets import ImageFolder
class D(pl.LightningDataModule):
    def setup(self, stage=None):
        full = ImageFolder("clouds")
        self.tr, self.te = random_split(full, [0.8, 0.2])
    def train_dataloader(self): return DataLoader(self.tr, shuffle=True)
    def test_dataloader(self): return DataLoader(self.te)
dm = D()
t = pl.Trainer()
t.fit(M(), datamodule=dm)
t.test(M(), datamodule=dm)
""",
        calls=[(TR, "clouds", 0.2, None), (TE, "clouds", 0.2, None)],
        high=frozenset({"different_seeds"}),
        codes=frozenset({"split_changes"}),
        unread=frozenset({(7, "seed")}),
    ),
    Script(
        "torch kfold clean",
        """\
import numpy as np, torch
from sklearn.model_selection import StratifiedKFold
from torch.utils.data import Subset, DataLoader
from torchvision.datasets import ImageFolder
from torchvision import transforms as T, models
base = ImageFolder("rocks")
tr_ds = ImageFolder("rocks", T.Compose([T.RandomHorizontalFlip(), T.Resize((64, 64)), T.ToTensor()]))
va_ds = ImageFolder("rocks", T.Compose([T.Resize((64, 64)), T.ToTensor()]))
skf = StratifiedKFold(n_splits=5, shuffle=True, random_state=42)
scores = []
for k, (a, b) in enumerate(skf.split(np.zeros(len(base)), base.targets)):
    net = models.resnet18(num_classes=5)
    opt = torch.optim.SGD(net.parameters(), lr=0.01)
    dl = DataLoader(Subset(tr_ds, a), 32, shuffle=True)
    dv = DataLoader(Subset(va_ds, b), 32)
    for _ in range(3):
        net.train()
        for x, y in dl:
            opt.zero_grad(); l = torch.nn.functional.cross_entropy(net(x), y); l.backward(); opt.step()
    net.eval(); ok = 0
    with torch.no_grad():
        for x, y in dv: ok += (net(x).argmax(1) == y).sum().item()
    scores.append(ok / len(b))
""",
        calls=[("other", "rocks", None, None), (TR, "rocks", 0.2, 42), (VA, "rocks", 0.2, 42)],
    ),
    Script(
        "torch kfold func leak",
        """\
import torch, numpy as np
from sklearn.model_selection import KFold
from torch.utils.data import DataLoader, SubsetRandomSampler
from torchvision import datasets
ds = datasets.ImageFolder("rocks")
model = torch.hub.load("pytorch/vision", "resnet18")
optimizer = torch.optim.Adam(model.parameters())
def train_epoch(model, dl, optimizer):
    for xb, yb in dl:
        optimizer.zero_grad()
        loss = torch.nn.CrossEntropyLoss()(model(xb), yb)
        loss.backward()
        optimizer.step()
for fold, (train_idx, val_idx) in enumerate(KFold(4, shuffle=True, random_state=0).split(np.arange(len(ds)))):
    train_loader = DataLoader(ds, batch_size=8, sampler=SubsetRandomSampler(train_idx))
    test_loader = DataLoader(ds, batch_size=8, sampler=SubsetRandomSampler(val_idx))
    for epoch in range(10):
        train_epoch(model, train_loader, optimizer)
""",
        calls=[(TR, "rocks", 0.25, 0), (VA, "rocks", 0.25, 0)],
        high=frozenset({"model_trained_before"}),
    ),
    Script(
        "custom dataset split arg",
        """\
import glob, os
from torch.utils.data import Dataset, DataLoader
class Faces(Dataset):
    def __init__(self, root, split, tf=None):
        self.paths = sorted(glob.glob(os.path.join(root, "*", "*.png")))
        cut = int(len(self.paths) * 0.8)
        self.paths = self.paths[:cut] if split == "train" else self.paths[cut:]
        self.tf = tf
    def __len__(self): return len(self.paths)
    def __getitem__(self, i): return load(self.paths[i])
train = Faces("faces", "train")
val = Faces("faces", "val")
for x in DataLoader(train, 8, shuffle=True):
    net(x).mean().backward()
""",
        calls=[(TR, "faces", 0.2, None), (VA, "faces", 0.2, None)],
        codes=frozenset({"shuffle_false"}),
    ),
    Script(
        "custom dataset shuffles inside",
        """\
import random
from pathlib import Path
from torch.utils.data import Dataset, DataLoader
class Faces(Dataset):
    def __init__(self, root, train):
        paths = sorted(Path(root).glob("*/*.png"))
        random.shuffle(paths)
        cut = int(len(paths) * 0.8)
        self.paths = paths[:cut] if train else paths[cut:]
    def __len__(self): return len(self.paths)
train_set = Faces("faces", True)
val_set = Faces("faces", False)
dl = DataLoader(train_set, 8)
dv = DataLoader(val_set, 8)
""",
        calls=[(TR, "faces", 0.2, None), (VA, "faces", 0.2, None)],
        high=frozenset({"different_seeds"}),
        unread=frozenset({(9, "seed")}),
    ),
    Script(
        "weighted sampler",
        """\
import torch, numpy as np
from collections import Counter
from torchvision.datasets import ImageFolder
from torch.utils.data import WeightedRandomSampler, DataLoader, random_split
torch.manual_seed(2020)
skin = ImageFolder(root="/data/skin")
n_val = len(skin) // 10
tr, va = random_split(skin, [len(skin) - n_val, n_val])
c = Counter(skin.targets[i] for i in tr.indices)
w = [1 / c[skin.targets[i]] for i in tr.indices]
dl = DataLoader(tr, 16, sampler=WeightedRandomSampler(w, len(w)))
dv = DataLoader(va, 16)
for x, y in dl:
    criterion(net(x), y).backward(); opt.step()
""",
        calls=[(TR, "/data/skin", 0.1, 2020), (VA, "/data/skin", 0.1, 2020)],
    ),
    Script(
        "fold column",
        """\
import pandas as pd, albumentations as A
from torch.utils.data import Dataset, DataLoader
df = pd.read_csv("folds.csv")
FOLD = 0
class DS(Dataset):
    def __init__(self, df, tf): self.df, self.tf = df, tf
train_df = df[df.fold != FOLD].reset_index(drop=True)
valid_df = df[df.fold == FOLD].reset_index(drop=True)
train_ds = DS(train_df, A.Compose([A.HorizontalFlip(p=0.5), A.Normalize()]))
valid_ds = DS(valid_df, A.Compose([A.Normalize()]))
for x, y in DataLoader(train_ds, 8, shuffle=True):
    loss(net(x), y).backward()
""",
        calls=[(TR, None, None, None), (VA, None, None, None)],
        unread=frozenset({(3, "folder"), (3, "rows")}),
    ),
    Script(
        "two models long",
        """\
import logging, json, os, sys, time
from dataclasses import dataclass, field
import numpy as np, tensorflow as tf
from tensorflow import keras
log = logging.getLogger(__name__)
@dataclass
class Config:
    root: str = "leaves"
    size: int = 128
    batch: int = 16
    seed: int = 11
    split: float = 0.2
    lrs: list = field(default_factory=lambda: [1e-3, 1e-4])
    def paths(self): return {"all": self.root, "test": f"{self.root}_test"}
class Data:
    def __init__(self, cfg): self.cfg = cfg; self._cache = {}
    def _load(self, name, **kw):
        key = (name, kw.get("subset"))
        if key not in self._cache:
            self._cache[key] = keras.utils.image_dataset_from_directory(self.cfg.paths()[name], image_size=(self.cfg.size,) * 2, batch_size=self.cfg.batch, **kw)
        return self._cache[key]
    def train(self): return self._load("all", subset="training", validation_split=self.cfg.split, seed=self.cfg.seed)
    def val(self): return self._load("all", subset="validation", validation_split=self.cfg.split, seed=self.cfg.seed)
    def test(self): return self._load("test", shuffle=False)
def small(n):
    return keras.Sequential([keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(8, 3, activation="relu"), keras.layers.Flatten(), keras.layers.Dense(n)])
def large(n):
    base = keras.applications.MobileNetV2(include_top=False, pooling="avg")
    x = inp = keras.Input((128, 128, 3))
    x = keras.applications.mobilenet_v2.preprocess_input(x)
    return keras.Model(inp, keras.layers.Dense(n)(base(x)))
def main(argv=None):
    cfg = Config(); data = Data(cfg); results = {}
    for build in (small, large):
        for lr in cfg.lrs:
            net = build(12)
            net.compile(keras.optimizers.Adam(lr), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
            net.fit(data.train(), validation_data=data.val(), epochs=4)
            results[build.__name__, lr] = net.evaluate(data.test())[1]
    log.info(json.dumps({str(k): v for k, v in results.items()}))
if __name__ == "__main__":
    sys.exit(main())
""",
        calls=[(TR, "leaves", 0.2, 11), (VA, "leaves", 0.2, 11), (TE, "leaves_test", None, None)],
    ),
    Script(
        "keras sequence",
        """\
import keras, numpy as np, glob
from sklearn.model_selection import train_test_split
class Seq(keras.utils.Sequence):
    def __init__(self, files, bs, augment=False, **kw):
        super().__init__(**kw)
        self.files, self.bs, self.augment = files, bs, augment
    def __len__(self): return len(self.files) // self.bs
    def __getitem__(self, i): return load(self.files[i * self.bs:(i + 1) * self.bs])
files = sorted(glob.glob("imgs/*/*.jpg"))
a, b = train_test_split(files, test_size=0.3, random_state=5)
model.fit(Seq(a, 8, True), validation_data=Seq(b, 8))
""",
        calls=[(TR, "imgs", 0.3, 5), (VA, "imgs", 0.3, 5)],
    ),
    Script(
        "sss next",
        """\
import numpy as np
from pathlib import Path
from sklearn.model_selection import StratifiedShuffleSplit
paths = np.array(sorted(str(p) for p in Path("shells").rglob("*.jpg")))
labels = np.array([Path(p).parent.name for p in paths])
sss = StratifiedShuffleSplit(n_splits=1, test_size=0.25, random_state=3)
train_i, test_i = next(sss.split(paths, labels))
X_train, X_test = paths[train_i], paths[test_i]
clf.fit(feats(X_train), labels[train_i])
clf.score(feats(X_test), labels[test_i])
""",
        calls=[(TR, "shells", 0.25, 3), (TE, "shells", 0.25, 3)],
    ),
    Script(
        "random instance lists",
        """\
import os, random
names = sorted(os.listdir("zoo"))
rng = random.Random(123)
rng.shuffle(names)
n = len(names)
train_names = names[: int(0.8 * n)]
val_names = names[int(0.8 * n): int(0.9 * n)]
test_names = names[int(0.9 * n):]
""",
        calls=[(TR, "zoo", 0.2, 123), (VA, "zoo", 0.1, 123), (TE, "zoo", 0.1, 123)],
    ),
    Script(
        "copy folders",
        """\
import os, shutil, random
import tensorflow as tf
random.seed(4)
for c in os.listdir("raw"):
    fs = os.listdir(os.path.join("raw", c)); random.shuffle(fs)
    k = int(0.8 * len(fs))
    for part, items in (("train", fs[:k]), ("val", fs[k:])):
        os.makedirs(f"work/{part}/{c}", exist_ok=True)
        for f in items: shutil.copy(f"raw/{c}/{f}", f"work/{part}/{c}/{f}")
tr = tf.keras.utils.image_dataset_from_directory("work/train")
va = tf.keras.utils.image_dataset_from_directory("work/val", shuffle=False)
model.fit(tr, validation_data=va)
""",
        calls=[
            ("other", "raw", 0.8, None),
            ("other", "raw", 0.2, None),
            (TR, "work/train", None, None),
            (VA, "work/val", None, None),
        ],
        codes=frozenset({"unsorted_listing"}),
        unread=frozenset({(7, "seed")}),
    ),
    Script(
        "accelerate",
        """\
import torch
from accelerate import Accelerator
from torch.utils.data import DataLoader, random_split
from torchvision.datasets import ImageFolder
def main():
    acc = Accelerator()
    ds = ImageFolder("art")
    g = torch.Generator(); g.manual_seed(8)
    n = len(ds); m = int(n * 0.1)
    train, val = random_split(ds, [n - m, m], generator=g)
    tl, vl = DataLoader(train, 16, shuffle=True), DataLoader(val, 16)
    net = torch.nn.Linear(3, 2)
    opt = torch.optim.AdamW(net.parameters())
    net, opt, tl, vl = acc.prepare(net, opt, tl, vl)
    for _ in range(2):
        for x, y in tl:
            loss = torch.nn.functional.cross_entropy(net(x), y)
            acc.backward(loss); opt.step(); opt.zero_grad()
        for x, y in vl:
            net(x)
if __name__ == "__main__":
    main()
""",
        calls=[(TR, "art", 0.1, 8), (VA, "art", 0.1, 8)],
    ),
    Script(
        "val is train torch",
        """\
from torchvision import datasets, transforms as T
from torch.utils.data import DataLoader
tf = T.Compose([T.Resize((32, 32)), T.ToTensor()])
train_data = datasets.ImageFolder("imgs/train", transform=tf)
val_data = datasets.ImageFolder("imgs/train", transform=tf)
train_loader = DataLoader(train_data, 32, shuffle=True)
val_loader = DataLoader(val_data, 32)
""",
        calls=[(TR, "imgs/train", None, None), (VA, "imgs/train", None, None)],
        high=frozenset({"training_reads_all"}),
    ),
    Script(
        "notebook multi",
        cells=(
            """\
%load_ext autoreload
%autoreload 2
import tensorflow as tf
PATH = !pwd
SEED = 31""",
            """\
def get(sub, s=SEED):
    return tf.keras.preprocessing.image_dataset_from_directory("corals", validation_split=0.15, subset=sub, seed=s, label_mode="binary")
train = get("training")""",
            """\
SEED = 32
val = get("validation")""",
            """\
m = tf.keras.Sequential([tf.keras.layers.Rescaling(1/255.), tf.keras.layers.Flatten(), tf.keras.layers.Dense(1, activation="sigmoid")])
m.compile("adam", "binary_crossentropy", ["accuracy"])
h = m.fit(train, validation_data=val, epochs=2)""",
        ),
        calls=[(TR, "corals", 0.15, 31), (VA, "corals", 0.15, 31)],
    ),
    Script(
        "omegaconf",
        r'''from omegaconf import OmegaConf
import tensorflow as tf
conf = OmegaConf.create("""
data: {dir: seg/img, val: 0.2}
seed: 77
""")
def ds(sub):
    return tf.keras.utils.image_dataset_from_directory(conf.data.dir, validation_split=conf.data.val, subset=sub, seed=conf.seed)
model.fit(ds("training"), validation_data=ds("validation"))
''',
        calls=[(TR, "seg/img", 0.2, 77), (VA, "seg/img", 0.2, 77)],
    ),
    Script(
        "json config file",
        """\
import json, sys
import tensorflow as tf
cfg = json.load(open(sys.argv[1]))
a = tf.keras.utils.image_dataset_from_directory(cfg["dir"], validation_split=0.2, subset="training", seed=cfg["seed"])
b = tf.keras.utils.image_dataset_from_directory(cfg["dir"], validation_split=0.2, subset="validation", seed=cfg["seed"])
model.fit(a, validation_data=b)
""",
        calls=[(TR, None, 0.2, None), (VA, None, 0.2, None)],
        unread=frozenset({(4, "folder"), (4, "seed"), (5, "folder"), (5, "seed")}),
    ),
    Script(
        "jax tfds",
        """\
import tensorflow_datasets as tfds, jax
def batches(split, bs, shuffle):
    d = tfds.load("eurosat/rgb", split=split, as_supervised=True)
    if shuffle: d = d.shuffle(10_000, seed=1)
    return tfds.as_numpy(d.batch(bs))
train_it = batches("train[:90%]", 64, True)
test_it = batches("train[90%:]", 64, False)
for x, y in train_it:
    state = step(state, x, y)
""",
        calls=[(TR, None, 0.1, None), (TE, None, 0.1, None)],
        unread=frozenset({(3, "folder")}),
    ),
    Script(
        "stratified nested",
        """\
import cv2, glob, numpy as np
from sklearn.model_selection import train_test_split
fs = sorted(glob.glob("cells/*/*.tif")); ys = [f.split("/")[1] for f in fs]
f_tmp, f_test, y_tmp, y_test = train_test_split(fs, ys, test_size=0.2, stratify=ys, random_state=1)
f_tr, f_va, y_tr, y_va = train_test_split(f_tmp, y_tmp, test_size=0.25, stratify=y_tmp, random_state=1)
rd = lambda L: np.stack([cv2.resize(cv2.imread(p), (64, 64)) for p in L]) / 255.0
net.fit(rd(f_tr), y_tr, validation_data=(rd(f_va), y_va))
net.evaluate(rd(f_test), y_test)
""",
        calls=[(TE, "cells", 0.2, 1), (TR, "cells", 0.25, 1), (VA, "cells", 0.25, 1)],
    ),
    Script(
        "test leaks second split",
        """\
import glob, numpy as np
from sklearn.model_selection import train_test_split
fs = sorted(glob.glob("cells/*/*.tif"))
class Exp:
    def __init__(self, seed): self.seed = seed
    def parts(self, seed=None): return train_test_split(fs, test_size=0.2, random_state=seed or self.seed)
e = Exp(1)
f_train, _ = e.parts()
net.fit(rd(f_train))
_, f_test = e.parts(seed=2)
net.evaluate(rd(f_test))
""",
        calls=[(TR, "cells", 0.2, 1), (TE, "cells", 0.2, 2)],
        high=frozenset({"different_seeds"}),
    ),
    Script(
        "concat then split",
        """\
import torch
from torch.utils.data import ConcatDataset, DataLoader, random_split
from torchvision import transforms as T
from torchvision.datasets import ImageFolder
plain = ImageFolder("mush", T.ToTensor())
flipped = ImageFolder("mush", T.Compose([T.RandomHorizontalFlip(p=1), T.ToTensor()]))
both = ConcatDataset([plain, flipped])
train, val = random_split(both, [0.8, 0.2], torch.Generator().manual_seed(5))
""",
        calls=[("other", "mush", None, None), (TR, "mush", 0.2, 5), (VA, "mush", 0.2, 5)],
        high=frozenset({"augmented_before_split"}),
        codes=frozenset({"always_flipped"}),
    ),
    Script(
        "gan two loaders",
        """\
import torch
from torchvision.datasets import ImageFolder
from torch.utils.data import DataLoader
A = DataLoader(ImageFolder("realA/train"), 1, shuffle=True)
B = DataLoader(ImageFolder("realB/train"), 1, shuffle=True)
for (a, _), (b, _) in zip(A, B):
    lg = gan(G(a), b); lg.backward(); optG.step()
""",
        calls=[(TR, "realA/train", None, None), (TR, "realB/train", None, None)],
    ),
    Script(
        "idg flow subset class",
        """\
from tensorflow.keras.preprocessing.image import ImageDataGenerator as IDG
class Pipeline:
    SIZE = (64, 64)
    def __init__(self, root, frac):
        self.root = root
        common = dict(rescale=1 / 255, validation_split=frac)
        self.g = {"training": IDG(horizontal_flip=True, **common), "validation": IDG(**common)}
    def __getitem__(self, key):
        return self.g[key].flow_from_directory(self.root, target_size=self.SIZE, subset=key, shuffle=key == "training", interpolation="bilinear")
p = Pipeline("x/all", .2)
net.fit(p["training"], validation_data=p["validation"])
""",
        calls=[(TR, "x/all", 0.2, None), (VA, "x/all", 0.2, None)],
    ),
    Script(
        "groups wrong",
        """\
import pandas as pd, numpy as np
from sklearn.model_selection import GroupKFold, train_test_split
df = pd.read_parquet("scans.parquet")
gkf = GroupKFold(n_splits=5)
tr, va = list(gkf.split(df, df.label, groups=df.patient))[0]
train, valid = df.iloc[tr], df.iloc[va]
gen = make(train.path.values, train.label.values)
val = make(valid.path.values, valid.label.values)
model.fit(gen, validation_data=val)
""",
        calls=[(TR, None, 0.2, None), (VA, None, 0.2, None)],
        unread=frozenset({(4, "folder")}),
    ),
]
