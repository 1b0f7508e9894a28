"""Programs with the habits of forums, notebooks and services, by the author of the corrections."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "a question with text around the code",
        """\
Hello, my network learns nothing. The folder has three classes, I use Keras 3:

import keras

b, a = keras.utils.image_dataset_from_directory("bolts", validation_split=0.1, subset="both", seed=5)
model.fit(a, validation_data=b)

It prints:
Found 90 files belonging to 3 classes.
Epoch 1/3 - acc: 0.61 ━━━━
I tried seed=6 as well. Why?
""",
        calls=[(TR, "bolts", 0.1, 5), (VA, "bolts", 0.1, 5)],
        codes=frozenset({"sides_swapped"}),
    ),
    Script(
        "a question with a fence",
        """\
**Why is val_acc so low?**

`fit` says 97 %, but:

```python
from keras.preprocessing.image import ImageDataGenerator
g = ImageDataGenerator(rescale=1/255)
tr = g.flow_from_directory("lungs/train")
va = g.flow_from_directory("lungs/val")
model.fit_generator(tr, validation_data=va)
print(confusion_matrix(va.classes, model.predict_generator(va).argmax(1)))
```

    [[3 4]
     [4 3]]
""",
        calls=[(TR, "lungs/train", None, None), (VA, "lungs/val", None, None)],
        high=frozenset({"predictions_shuffled"}),
    ),
    Script(
        "a question with a traceback and indented code",
        """\
ValueError: Found array with dim 4. I read my flowers like this:

Traceback (most recent call last):
  File "a.py", line 3, in <module>
    x = load("flowers")
ValueError: Found array with dim 4

    import keras

    def get(part):

        return keras.utils.image_dataset_from_directory("flowers", validation_split=.25, subset=part, seed=8)

    model.fit(get("training"), validation_data=get("validation"))

Any help?
""",
        calls=[(TR, "flowers", 0.25, 8), (VA, "flowers", 0.25, 8)],
    ),
    Script(
        "the training accuracy beside the test accuracy",
        """\
from tensorflow.keras.preprocessing.image import ImageDataGenerator
g = ImageDataGenerator(rescale=1/255)
a = g.flow_from_directory("scans/Training")
b = g.flow_from_directory("scans/Testing", shuffle=False)
model.fit(a, validation_data=b, callbacks=[EarlyStopping(restore_best_weights=True)])
print("train", model.evaluate(a), "test", model.evaluate(b))
""",
        calls=[(TR, "scans/Training", None, None), (VA, "scans/Testing", None, None)],
        codes=frozenset({"test_is_validation"}),
    ),
    Script(
        "only the training data is evaluated",
        """\
from tensorflow.keras.preprocessing.image import ImageDataGenerator
a = ImageDataGenerator(rescale=1/255).flow_from_directory("scans")
model.fit(a)
print(model.evaluate(a))
""",
        calls=[(TR, "scans", None, None), (TE, "scans", None, None)],
        high=frozenset({"test_is_training"}),
    ),
    Script(
        "rows that are drawn to look at",
        """\
import pandas as pd
from sklearn.model_selection import train_test_split
from keras.preprocessing.image import ImageDataGenerator
df = pd.read_csv("leaves/train.csv")
def show(c):
    rows = df[df.label == c].sample(4, random_state=0)
    for f in rows.file: plt.imshow(plt.imread(f))
show("rust")
a, b = train_test_split(df, test_size=.15, random_state=19)
g = ImageDataGenerator()
model.fit(g.flow_from_dataframe(a, "leaves/img"), validation_data=g.flow_from_dataframe(b, "leaves/img"))
""",
        calls=[(TR, "leaves/img", 0.15, 19), (VA, "leaves/img", 0.15, 19)],
    ),
    Script(
        "a loader over the files to submit",
        """\
import pandas as pd, torch
from torch.utils.data import Dataset, DataLoader
from torchvision.datasets import ImageFolder
class Files(Dataset):
    def __init__(self, df): self.df = df
    def __len__(self): return len(self.df)
    def __getitem__(self, i): return load(self.df.path[i])
for x, y in DataLoader(ImageFolder("dogs/train"), 8, shuffle=True):
    loss(net(x), y).backward()
sub = pd.read_csv("dogs/sample_submission.csv")
for x in DataLoader(Files(sub), 64):
    out.append(net(x))
""",
        calls=[(TR, "dogs/train", None, None), ("other", None, None, None)],
        unread=frozenset({(10, "folder")}),
    ),
    Script(
        "arrays that are divided before the generator divides them",
        """\
from tensorflow import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator
(x, y), (xt, yt) = keras.datasets.cifar10.load_data()
x, xt = x.astype("float32") / 255., xt.astype("float32") / 255.
g = ImageDataGenerator(rescale=1/255, horizontal_flip=True)
model.fit(g.flow(x[1000:], y[1000:]), validation_data=(x[:1000], y[:1000]))
""",
        calls=[(TR, None, None, None)],
        high=frozenset({"rescaled_twice"}),
        unread=frozenset({(6, "folder")}),
    ),
    Script(
        "a test split of ultralytics",
        """\
from ultralytics import YOLO
m = YOLO("yolo11n-cls.pt")
m.train(data="caps", epochs=3)
print(YOLO("best.pt").val(split="test").top1)
""",
        calls=[(TR, "caps", None, None), (VA, "caps", None, None), (TE, "caps", None, None)],
    ),
    Script(
        "a test split that ultralytics never makes",
        """\
from pathlib import Path
from ultralytics import YOLO
from ultralytics.data.split import split_classify_dataset
out = split_classify_dataset(Path("data") / "nuts", train_ratio=0.9)
m = YOLO("yolo11n-cls.pt")
m.train(data=out)
print(m.val(data=out, split="test").top1)
""",
        calls=[
            (TR, "data/nuts", 0.1, None),
            (VA, "data/nuts", 0.1, None),
            (TR, "data/nuts_split", None, None),
            (VA, "data/nuts_split", None, None),
            (TE, "data/nuts_split", None, None),
        ],
        codes=frozenset({"test_is_validation"}),
    ),
    Script(
        "a seed that each object draws",
        """\
import random, keras
from dataclasses import dataclass, field
@dataclass
class Config:
    part: str
    seed: int = field(default_factory=lambda: random.randint(0, 2**31))
def load(c):
    return keras.utils.image_dataset_from_directory("tiles", validation_split=.2, subset=c.part, seed=c.seed)
model.fit(load(Config("training")), validation_data=load(Config("validation")))
""",
        calls=[(TR, "tiles", 0.2, None), (VA, "tiles", 0.2, None)],
        high=frozenset({"different_seeds"}),
        unread=frozenset({(8, "seed")}),
    ),
    Script(
        "copies that a generator writes below the folder",
        """\
import os, keras
from keras.preprocessing.image import ImageDataGenerator
g = ImageDataGenerator(rotation_range=10)
for c in ("yes", "no"):
    for f in os.listdir("mri/" + c):
        x = img_to_array(load_img("mri/" + c + "/" + f))[None]
        for i, _ in enumerate(g.flow(x, batch_size=1, save_to_dir="more/" + c, save_prefix="aug_" + f)):
            if i > 5: break
kw = dict(validation_split=.3, seed=1)
tr = keras.utils.image_dataset_from_directory("more", subset="training", **kw)
va = keras.utils.image_dataset_from_directory("more", subset="validation", **kw)
model.fit(tr, validation_data=va)
""",
        calls=[
            (TR, "more", 0.3, 1),
            (VA, "more", 0.3, 1),
            ("other", None, None, None),
        ],
        high=frozenset({"augmented_before_split"}),
        unread=frozenset({(7, "folder")}),
    ),
    Script(
        "a model that goes on from last night",
        """\
import os, time, keras
seed = int(time.time()) % 1000
def part(s):
    return keras.utils.image_dataset_from_directory("shelf", validation_split=.1, subset=s, seed=seed)
def build():
    if os.path.exists("last.keras"):
        return keras.models.load_model("last.keras")
    return keras.Sequential([keras.layers.Dense(1)])
m = build()
m.fit(part("training"), validation_data=part("validation"))
m.save("last.keras")
""",
        calls=[(TR, "shelf", 0.1, None), (VA, "shelf", 0.1, None)],
        codes=frozenset({"trained_by_earlier_runs"}),
        unread=frozenset({(4, "seed")}),
    ),
    Script(
        "a checkpoint of this run",
        """\
import keras
from torch.utils.data import random_split
a, b = random_split(ImageFolder("shelf"), [.8, .2])
m = keras.Sequential([keras.layers.Dense(1)])
m.fit(a, validation_data=b, callbacks=[keras.callbacks.ModelCheckpoint("best.keras")])
m = keras.models.load_model("best.keras")
m.fit(a, validation_data=b)
""",
        calls=[(TR, "shelf", 0.2, None), (VA, "shelf", 0.2, None)],
        codes=frozenset({"split_changes"}),
        unread=frozenset({(3, "seed")}),
    ),
    Script(
        "the two results of train_test_split in the wrong order",
        """\
import glob
from sklearn.model_selection import train_test_split
files = sorted(glob.glob("bolts/*/*.png"))
test, train = train_test_split(files, test_size=.2, random_state=3)
clf.fit(train); clf.score(test)
""",
        calls=[(TR, "bolts", 0.2, 3), (TE, "bolts", 0.2, 3)],
        codes=frozenset({"sides_swapped"}),
    ),
    Script(
        "a dataset class over lists in text files",
        """\
import os, torch
from torch.utils.data import Dataset, DataLoader
class Listed(Dataset):
    def __init__(self, root, file):
        self.root = root
        with open(file) as f:
            self.items = [(p, int(y)) for p, y in (line.split() for line in f if line.strip())]
    def __len__(self): return len(self.items)
    def __getitem__(self, i): return load(os.path.join(self.root, self.items[i][0]))
train, val = Listed("birds/img", "splits/train.txt"), Listed("birds/img", "splits/val.txt")
for x, y in DataLoader(train, 8, shuffle=True):
    loss(net(x), y).backward()
for x, y in DataLoader(val): net(x)
""",
        calls=[(TR, "birds/img", None, None), (VA, "birds/img", None, None)],
    ),
    Script(
        "settings of yacs",
        """\
import argparse, torch
from yacs.config import CfgNode as CN
from torch.utils.data import random_split
from torchvision.datasets import ImageFolder
_C = CN()
_C.DATA = CN()
_C.DATA.ROOT = "pests"
_C.DATA.SEED = 97
p = argparse.ArgumentParser()
p.add_argument("--config", default="")
p.add_argument("opts", default=None, nargs=argparse.REMAINDER)
a = p.parse_args()
cfg = _C.clone()
if a.config: cfg.merge_from_file(a.config)
cfg.merge_from_list(a.opts)
cfg.merge_from_list(["DATA.ROOT", "pests/all"])
cfg.freeze()
ds = ImageFolder(cfg.DATA.ROOT)
tr, va = random_split(ds, [.9, .1], torch.Generator().manual_seed(cfg.DATA.SEED))
for x, y in DataLoader(tr): loss(net(x), y).backward()
""",
        calls=[(TR, "pests/all", 0.1, 97), (VA, "pests/all", 0.1, 97)],
    ),
    Script(
        "settings of yacs from a file",
        """\
import torch
from yacs.config import CfgNode as CN
from torch.utils.data import random_split
from torchvision.datasets import ImageFolder
cfg = CN({"DATA": {"SEED": 97}})
cfg.merge_from_file("configs/base.yaml")
tr, va = random_split(ImageFolder("pests"), [.9, .1], torch.Generator().manual_seed(cfg.DATA.SEED))
for x, y in DataLoader(tr): loss(net(x), y).backward()
""",
        calls=[(TR, "pests", 0.1, None), (VA, "pests", 0.1, None)],
        unread=frozenset({(7, "seed")}),
    ),
    Script(
        "classes that a decorator registers",
        """\
import keras
KINDS = {}
def register(name):
    def wrap(cls):
        KINDS[name] = cls
        return cls
    return wrap
@register("folder")
class Folder:
    root = "/opt/labels"
    def load(self, part):
        return keras.utils.image_dataset_from_directory(f"{self.root}/{part}", shuffle=part == "train", seed=17)
@register("other")
class Other:
    def load(self, part):
        return keras.utils.image_dataset_from_directory("elsewhere")
source = KINDS["folder"]()
model.fit(source.load("train"), validation_data=source.load("val"))
model.evaluate(source.load("test"))
""",
        calls=[
            (TR, "/opt/labels/train", None, 17),
            (VA, "/opt/labels/val", None, 17),
            (TE, "/opt/labels/test", None, 17),
            ("other", "elsewhere", None, None),
        ],
    ),
    Script(
        "a sample of each class that is split afterwards",
        """\
import pandas as pd
from sklearn.model_selection import train_test_split
df = pd.read_csv("cells.csv")
zero = df[df.label == 0].sample(18, random_state=101)
one = df[df.label == 1].sample(18, random_state=101)
df = pd.concat([zero, one])
df_train, df_val = train_test_split(df, test_size=.1, random_state=7)
""",
        calls=[(TR, None, 0.1, 7), (VA, None, 0.1, 7)],
        unread=frozenset({(7, "folder"), (7, "files")}),
    ),
    Script(
        "a validation loader whose sampler was forgotten",
        """\
import numpy as np, torch
from torch.utils.data import DataLoader, WeightedRandomSampler
from torchvision.datasets import ImageFolder
ds = ImageFolder("fruit/train")
ix = list(range(len(ds)))
np.random.seed(1); np.random.shuffle(ix)
k = int(.2 * len(ds))
train_ix, valid_ix = ix[k:], ix[:k]
w = torch.zeros(len(ds))
for i in train_ix: w[i] = 1.
train_loader = DataLoader(ds, 8, sampler=WeightedRandomSampler(w, len(train_ix)))
valid_loader = DataLoader(ds, 8, shuffle=True)
for x, y in train_loader: loss(net(x), y).backward()
for x, y in valid_loader: net(x)
""",
        calls=[
            (TR, "fruit/train", None, None),
            (VA, "fruit/train", None, None),
            ("other", None, 0.2, 1),
        ],
        high=frozenset({"training_reads_all"}),
        unread=frozenset({(8, "folder")}),
    ),
    Script(
        "patterns for each split of load_dataset",
        """\
from datasets import load_dataset
files = {"train": "moths/train/**"}
d = load_dataset("imagefolder", data_files=files)
share = None if "validation" in d.keys() else 0.15
if share:
    s = d["train"].train_test_split(share, seed=17)
    d["train"], d["validation"] = s["train"], s["test"]
Trainer(train_dataset=d["train"], eval_dataset=d["validation"])
""",
        calls=[(TR, "moths/train", 0.15, 17), (VA, "moths/train", 0.15, 17)],
    ),
    Script(
        "images of load_dataset from nowhere",
        """\
from datasets import load_dataset
d = load_dataset("imagefolder", data_files=settings.files, split="train")
Trainer(train_dataset=d)
""",
        calls=[(TR, None, None, None)],
        unread=frozenset({(2, "folder")}),
    ),
    Script(
        "a test set that is overwritten",
        """\
import keras
load = keras.utils.image_dataset_from_directory
train_ds, val_ds, test_ds = load("sky/train"), load("sky/valid"), load("sky/test")
scale = keras.layers.Rescaling(1/255)
train_ds = train_ds.map(lambda x, y: (scale(x), y))
val_ds = val_ds.map(lambda x, y: (scale(x), y))
test_ds = train_ds.map(lambda x, y: (scale(x), y))
model.fit(train_ds, validation_data=val_ds)
model.evaluate(test_ds)
""",
        calls=[
            (TR, "sky/train", None, None),
            (TE, "sky/train", None, None),
            (VA, "sky/valid", None, None),
            ("other", "sky/test", None, None),
        ],
        high=frozenset({"test_is_training"}),
        codes=frozenset({"rescaled_twice"}),
    ),
    Script(
        "a config that is a dict of its own kind",
        """\
import copy, torch
from torch.utils.data import ConcatDataset, DataLoader
from torchvision.datasets import ImageFolder
class Node(dict):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__
cfg = copy.deepcopy(Node(DATA=Node(ROOT="plankton", ALL=True)))
train = ImageFolder(cfg.DATA.ROOT + "/train")
if cfg.DATA.ALL:
    train = ConcatDataset([train, ImageFolder(cfg.DATA.ROOT + "/val")])
val = ImageFolder(cfg.DATA.ROOT + "/val")
for x, y in DataLoader(train): loss(net(x), y).backward()
for x, y in DataLoader(val): net(x)
""",
        calls=[(TR, "plankton/train", None, None), (VA, "plankton/val", None, None)],
        high=frozenset({"overlap"}),
        unread=frozenset({(8, "files")}),
    ),
    Script(
        "features that are selected before the split",
        """\
from glob import glob
from sklearn.feature_selection import SelectKBest
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
X = np.array([hog(imread(p)) for p in sorted(glob("sat/*/*.jpg"))])
X = SelectKBest(k=800).fit_transform(X, y)
X = PCA(100).fit_transform(X)
a, b, c, d = train_test_split(X, y, test_size=.3, random_state=3)
clf.fit(a, c); clf.score(b, d)
""",
        calls=[(TR, "sat", 0.3, 3), (TE, "sat", 0.3, 3)],
        codes=frozenset({"fitted_before_split"}),
    ),
    Script(
        "stages that are members of a StrEnum",
        """\
import enum, lightning as L
from torch.utils.data import DataLoader, random_split
from torchvision.datasets import ImageFolder
class Stage(str, enum.Enum):
    FIT = "fit"
    TEST = "test"
class Data(L.LightningDataModule):
    train = test = None
    def setup(self, stage=None):
        parts = random_split(ImageFolder("cork"), (0.8, 0.2))
        if stage in (None, Stage.FIT): self.train, _ = parts
        if stage == Stage.TEST: *_, self.test = parts
    def train_dataloader(self): return DataLoader(self.train, shuffle=True)
    def test_dataloader(self): return DataLoader(self.test)
data, t = Data(), L.Trainer()
t.fit(Net(), datamodule=data)
t.test(datamodule=data)
""",
        calls=[(TR, "cork", 0.2, None), (TE, "cork", 0.2, None)],
        high=frozenset({"different_seeds"}),
        unread=frozenset({(10, "seed")}),
    ),
    Script(
        "every fifth file of a listing that is shuffled at each pass",
        """\
import tensorflow as tf
files = tf.data.Dataset.list_files("grader/*/*.jpg")
def is_training(i, f): return i % 5 != 0
train = files.enumerate().filter(is_training).map(decode)
val = files.enumerate().filter(lambda i, f: i % 5 == 0).map(decode)
model.fit(train, validation_data=val)
""",
        calls=[(TR, "grader", None, None), (VA, "grader", None, None)],
        high=frozenset({"take_skip_reshuffles"}),
        unread=frozenset({(2, "files")}),
    ),
    Script(
        "every fifth file of a sorted listing",
        """\
import tensorflow as tf
files = tf.data.Dataset.list_files("grader/*/*.jpg", shuffle=False)
train = files.enumerate().filter(lambda i, f: i % 5 != 0).map(decode)
val = files.enumerate().filter(lambda i, f: i % 5 == 0).map(decode)
model.fit(train, validation_data=val)
""",
        calls=[(TR, "grader", None, None), (VA, "grader", None, None)],
        unread=frozenset({(2, "files")}),
    ),
    Script(
        "a table in class order under validation_split",
        """\
import glob, pandas as pd
from keras.preprocessing.image import ImageDataGenerator
files = sorted(glob.glob("land/*/*.tif"))
df = pd.DataFrame({"filename": files})
df["class"] = df["filename"].map(lambda s: s.split("/")[-2])
g = ImageDataGenerator(validation_split=.25)
kw = dict(x_col="filename", y_col="class", seed=8)
model.fit(g.flow_from_dataframe(df, subset="training", **kw), validation_data=g.flow_from_dataframe(df, subset="validation", **kw))
""",
        calls=[(TR, "land", 0.25, 8), (VA, "land", 0.25, 8)],
        high=frozenset({"fit_split_sorted"}),
    ),
    Script(
        "a shuffled table under validation_split",
        """\
import glob, pandas as pd
from keras.preprocessing.image import ImageDataGenerator
files = sorted(glob.glob("land/*/*.tif"))
df = pd.DataFrame({"filename": files})
df["class"] = df["filename"].map(lambda s: s.split("/")[-2])
df = df.sample(frac=1, random_state=2).reset_index(drop=True)
g = ImageDataGenerator(validation_split=.25)
kw = dict(x_col="filename", y_col="class", seed=8)
model.fit(g.flow_from_dataframe(df, subset="training", **kw), validation_data=g.flow_from_dataframe(df, subset="validation", **kw))
""",
        calls=[(TR, "land", 0.25, 8), (VA, "land", 0.25, 8)],
    ),
    Script(
        "a split that an earlier run may have saved",
        """\
import glob, json, os, random
from sklearn.model_selection import train_test_split
def get():
    if os.path.exists("split.json"):
        with open("split.json") as f:
            s = json.load(f)
        return s["train"], s["val"]
    return train_test_split(sorted(glob.glob("stars/*/*.jpg")), test_size=.2, random_state=31)
train, val = get()
model.fit(train, validation_data=val)
""",
        calls=[(TR, "stars", 0.2, 31), (VA, "stars", 0.2, 31)],
    ),
    Script(
        "class names of the training folder",
        """\
import keras
class Reader:
    names = None
    def read(self, folder):
        ds = keras.utils.image_dataset_from_directory(folder, class_names=self.names)
        self.names = self.names or ds.class_names
        return ds
r = Reader()
model.fit(r.read("knots/train"), validation_data=r.read("knots/val"))
""",
        calls=[(TR, "knots/train", None, None), (VA, "knots/val", None, None)],
    ),
    Script(
        "lists of each class that are added up",
        """\
import pathlib
from sklearn.model_selection import train_test_split
paths, labels = [], []
for i, name in enumerate(("dead", "alive")):
    files = sorted(p for p in (pathlib.Path("/mnt/crops") / name).rglob("*") if p.suffix == ".jpg")
    paths += [str(p) for p in files]
    labels += [i] * len(files)
a, b = train_test_split(paths, test_size=.2, random_state=1, stratify=labels)
model.fit(a, validation_data=b)
""",
        calls=[(TR, "/mnt/crops", 0.2, 1), (VA, "/mnt/crops", 0.2, 1)],
    ),
    Script(
        "lists of each class that extend one",
        """\
import pathlib
from sklearn.model_selection import train_test_split
paths, labels = [], []
for i, name in enumerate(("dead", "alive")):
    files = sorted(p for p in (pathlib.Path("/mnt/crops") / name).rglob("*") if p.suffix == ".jpg")
    paths.extend(map(str, files))
    labels += [i] * len(files)
a, b = train_test_split(paths, test_size=.2, random_state=1, stratify=labels)
model.fit(a, validation_data=b)
""",
        calls=[(TR, "/mnt/crops", 0.2, 1), (VA, "/mnt/crops", 0.2, 1)],
    ),
    Script(
        "a loader in a function for any dataset",
        """\
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
def accuracy(net, ds):
    test_loader = DataLoader(ds, 64)
    for x, y in test_loader: net(x)
train, test = ImageFolder("owls/train"), ImageFolder("owls/test")
train_loader = DataLoader(train, 8, shuffle=True)
for x, y in train_loader: loss(net(x), y).backward()
print(accuracy(net, train), accuracy(net, test))
""",
        calls=[(TR, "owls/train", None, None), (TE, "owls/test", None, None)],
    ),
    Script(
        "split_dataset of a folder in class order",
        """\
import keras
every = keras.utils.image_dataset_from_directory("x", shuffle=False, batch_size=None)
a, b = keras.utils.split_dataset(every, left_size=.8)
model.fit(a.batch(8), validation_data=b.batch(8))
""",
        calls=[(TR, "x", 0.2, None), (VA, "x", 0.2, None)],
        high=frozenset({"shuffle_false"}),
    ),
    Script(
        "split_dataset of a folder that is shuffled",
        """\
import keras
every = keras.utils.image_dataset_from_directory("x", shuffle=False, batch_size=None)
a, b = keras.utils.split_dataset(every, left_size=.8, shuffle=True, seed=2)
model.fit(a.batch(8), validation_data=b.batch(8))
""",
        calls=[(TR, "x", 0.2, 2), (VA, "x", 0.2, 2)],
    ),
]
