"""Copies before a split, orders of lists, dispatch and settings: by the author of the corrections."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

OTHER = "other"

SCRIPTS = [
    Script(
        "copies written beside the images",
        """\
import os
from PIL import Image, ImageOps
import tensorflow as tf
for c in os.listdir("coins"):
    for name in os.listdir(os.path.join("coins", c)):
        im = Image.open(os.path.join("coins", c, name))
        ImageOps.mirror(im).save(os.path.join("coins", c, "m_" + name))
kw = dict(directory="coins", validation_split=.2, seed=1)
tr = tf.keras.utils.image_dataset_from_directory(subset="training", **kw)
va = tf.keras.utils.image_dataset_from_directory(subset="validation", **kw)
model.fit(tr, validation_data=va)
""",
        calls=[(TR, "coins", 0.2, 1), (VA, "coins", 0.2, 1)],
        high=frozenset({"augmented_before_split"}),
    ),
    Script(
        "copies written into another folder by functions",
        """\
import os, glob, shutil, cv2, torch
from torch.utils.data import DataLoader, random_split
from torchvision.datasets import ImageFolder
def turned(im):
    return cv2.GaussianBlur(cv2.warpAffine(im, matrix(im), (64, 64)), (3, 3), 0)
if not os.path.exists("big"):
    for f in sorted(glob.glob("raw/*/*.jpg")):
        im = cv2.imread(f)
        shutil.copy(f, f"big/{os.path.basename(f)}")
        for k in range(3):
            cv2.imwrite(f"big/{k}_{os.path.basename(f)}", turned(im))
torch.manual_seed(6)
tr, va = random_split(ImageFolder("big"), [.8, .2])
for x, y in DataLoader(tr):
    loss(net(x), y).backward()
""",
        calls=[(TR, "big", 0.2, 6), (VA, "big", 0.2, 6)],
        high=frozenset({"augmented_before_split"}),
    ),
    Script(
        "copies by a pipeline beside each image",
        """\
import cv2, glob
import albumentations as A
import tensorflow as tf
aug = A.Compose([A.HorizontalFlip(p=.5)])
for f in glob.glob("set/*/*.png"):
    im = cv2.imread(f)
    for i in range(4):
        cv2.imwrite(f.replace(".png", f"_{i}.png"), aug(image=im)["image"])
kw = dict(directory="set", validation_split=.2, seed=1)
tr = tf.keras.utils.image_dataset_from_directory(subset="training", **kw)
va = tf.keras.utils.image_dataset_from_directory(subset="validation", **kw)
model.fit(tr, validation_data=va)
""",
        calls=[(TR, "set", 0.2, 1), (VA, "set", 0.2, 1)],
        high=frozenset({"augmented_before_split"}),
    ),
    Script(
        "images that are turned in place",
        """\
import glob
from PIL import Image
import tensorflow as tf
for p in glob.glob("pics/*/*.jpg"):
    im = Image.open(p)
    im.rotate(-90).save(p)
kw = dict(directory="pics", validation_split=.2, seed=1)
tr = tf.keras.utils.image_dataset_from_directory(subset="training", **kw)
va = tf.keras.utils.image_dataset_from_directory(subset="validation", **kw)
model.fit(tr, validation_data=va)
""",
        calls=[(TR, "pics", 0.2, 1), (VA, "pics", 0.2, 1)],
    ),
    Script(
        "a drawn sample and the rest",
        """\
import glob, random
from torch.utils.data import Dataset, DataLoader
random.seed(4)
files = sorted(glob.glob("d/*.jpg"))
val = random.sample(files, len(files) // 5)
train = [f for f in files if f not in val]
class D(Dataset):
    def __init__(self, fs): self.fs = fs
    def __len__(self): return len(self.fs)
    def __getitem__(self, i): return read(self.fs[i])
for x, y in DataLoader(D(train), 8): loss(net(x), y).backward()
for x, y in DataLoader(D(val), 8): net(x)
""",
        calls=[(TR, "d", None, None), (VA, "d", None, None)],
        unread=frozenset({(4, "files")}),
    ),
    Script(
        "positions that a loop collects",
        """\
import random
from torch.utils.data import DataLoader, Subset
from torchvision.datasets import ImageFolder
ds, by = ImageFolder("leafs"), {}
for i, (p, y) in enumerate(ds.samples):
    by.setdefault(y, []).append(i)
tr, va = [], []
for y, ix in by.items():
    random.shuffle(ix)
    k = int(.8 * len(ix))
    tr += ix[:k]; va += ix[k:]
for x, y in DataLoader(Subset(ds, tr)): loss(net(x), y).backward()
for x, y in DataLoader(Subset(ds, va)): net(x)
""",
        calls=[(TR, "leafs", None, None), (OTHER, "leafs", None, None)],
        unread=frozenset({(4, "indices")}),
    ),
    Script(
        "sides that are put into a DatasetDict",
        """\
from datasets import load_dataset
from torch.utils.data import DataLoader
ds = load_dataset("imagefolder", data_dir="frogs")
split = ds["train"].train_test_split(0.15, seed=33)
ds["train"], ds["validation"] = split["train"], split["test"]
for b in DataLoader(ds["train"].with_transform(f)): accelerator.backward(model(**b).loss)
for b in DataLoader(ds["validation"].with_transform(g)): model(**b)
""",
        calls=[(TR, "frogs", 0.15, 33), (VA, "frogs", 0.15, 33)],
    ),
    Script(
        "rows of two tables, by load_dataset",
        """\
from datasets import load_dataset
from transformers import Trainer
ds = load_dataset("csv", data_files={"train": "tr.csv", "test": "te.csv"})
tv = ds["train"].train_test_split(test_size=.1, seed=2)
Trainer(model=m, args=a, train_dataset=tv["train"], eval_dataset=tv["test"]).train()
""",
        calls=[(TR, None, 0.1, 2), (VA, None, 0.1, 2)],
        unread=frozenset({(4, "folder")}),
    ),
    Script(
        "a built-in test split that validates",
        """\
import torch, torchvision
F, L = torchvision.datasets.Flowers102, torch.utils.data.DataLoader
train, val, test = F("d", split="train"), F("d", split="test"), F("d", split="test")
for x, y in L(train): loss(net(x), y).backward()
for x, y in L(val): net(x)
for x, y in L(test): net(x)
""",
        calls=[(TR, "d", None, None), (VA, "d", None, None), (TE, "d", None, None)],
        codes=frozenset({"test_is_validation"}),
    ),
    Script(
        "resized images in a folder of their own",
        """\
import glob, cv2, torch
from torch.utils.data import DataLoader, random_split
from torchvision.datasets import ImageFolder
for f in sorted(glob.glob("raw/*/*.jpg")):
    cv2.imwrite(f.replace("raw", "small"), cv2.resize(cv2.imread(f), (64, 64)))
torch.manual_seed(6)
tr, va = random_split(ImageFolder("small"), [.8, .2])
for x, y in DataLoader(tr):
    loss(net(x), y).backward()
""",
        calls=[(TR, "small", 0.2, 6), (VA, "small", 0.2, 6)],
    ),
    Script(
        "an array with its mirror image",
        """\
import numpy as np
from sklearn.model_selection import train_test_split
x, y = np.load("x.npy"), np.load("y.npy")
x, y = np.concatenate([x, x[:, :, ::-1]]), np.concatenate([y, y])
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=.2, random_state=3)
""",
        calls=[(TR, None, 0.2, 3), (TE, None, 0.2, 3)],
        high=frozenset({"augmented_before_split"}),
        unread=frozenset({(5, "folder")}),
    ),
    Script(
        "channels exchanged while reading",
        """\
import cv2, glob
import numpy as np
from sklearn.model_selection import train_test_split
x = []
for p in sorted(glob.glob("owl/*/*.png")):
    x.append(cv2.imread(p)[:, :, ::-1])
train, test = train_test_split(np.array(x), test_size=.2, random_state=3)
""",
        calls=[(TR, "owl", 0.2, 3), (TE, "owl", 0.2, 3)],
    ),
    Script(
        "pairs with a flipped variant",
        """\
import os, cv2, random
import numpy as np
from sklearn.model_selection import train_test_split
def variants(im):
    yield im
    yield cv2.flip(im, 1)
data = []
for k, c in enumerate(["shut", "open"]):
    for name in sorted(os.listdir(os.path.join("eyes", c))):
        for v in variants(cv2.imread(os.path.join("eyes", c, name))):
            data.append([v, k])
random.seed(1)
random.shuffle(data)
train, test = train_test_split(np.array([d[0] for d in data]), test_size=.2, random_state=4)
""",
        calls=[(TR, "eyes", 0.2, 4), (TE, "eyes", 0.2, 4)],
        high=frozenset({"augmented_before_split"}),
    ),
    Script(
        "pairs that are shuffled and unzipped",
        """\
import glob, random
import tensorflow as tf
pairs = []
for c, k in {"clean": 0, "dusty": 1}.items():
    for f in sorted(glob.glob(f"panels/{c}/*.jpg")):
        pairs.append((f, k))
random.Random(31).shuffle(pairs)
files, labels = map(list, zip(*pairs))
n = int(len(files) * .7)
mk = lambda f, y: tf.data.Dataset.from_tensor_slices((f, y)).map(decode).batch(8)
model.fit(mk(files[:n], labels[:n]), validation_data=mk(files[n:], labels[n:]))
""",
        calls=[(TR, "panels", 0.3, 31), (VA, "panels", 0.3, 31)],
    ),
    Script(
        "a list in a drawn order before the folds",
        """\
from glob import glob
import numpy as np
from sklearn.model_selection import KFold
files = sorted(glob("ticks/*/*.jpg"))
order = np.random.default_rng(5).permutation(len(files))
files = [files[i] for i in order]
X = np.stack([embed(f) for f in files])
for tr, te in KFold(4).split(X):
    clf().fit(X[tr], y[tr]).score(X[te], y[te])
""",
        calls=[(TR, "ticks", 0.25, None), (TE, "ticks", 0.25, None)],
    ),
    Script(
        "a labelled list that is predicted",
        """\
from glob import glob
import os
import numpy as np
from sklearn.svm import SVC
def listing(folder):
    f = sorted(glob(os.path.join(folder, "*", "*.jpg")))
    return f, [os.path.basename(os.path.dirname(x)) for x in f]
f, y = listing("lab1")
g, z = listing("lab2")
m = SVC().fit(np.stack([embed(p) for p in f]), y)
print((m.predict(np.stack([embed(p) for p in g])) == z).mean())
""",
        calls=[(TR, "lab1", None, None), (TE, "lab2", None, None)],
    ),
    Script(
        "a search that is fitted on everything",
        """\
from glob import glob
import numpy as np
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.svm import SVC
rows = []
for d in sorted(glob("leaves/*")):
    for f in sorted(glob(d + "/*.png")):
        rows.append(f)
X = np.stack([embed(f) for f in rows])
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=.2, random_state=1)
grid = GridSearchCV(SVC(), {"C": [1, 10]}, cv=3)
grid.fit(X, y)
best = grid.best_estimator_
print((best.predict(Xte) == yte).mean())
""",
        calls=[(TR, "leaves", None, None), (TR, "leaves", 0.2, 1), (VA, "leaves", 0.2, 1)],
        high=frozenset({"training_reads_all"}),
    ),
    Script(
        "a model for use, fitted on everything after the test",
        """\
from glob import glob
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
X = np.stack([embed(f) for f in sorted(glob("leaves/*/*.png"))])
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=.2, random_state=1)
clf = SVC().fit(Xtr, ytr)
print((clf.predict(Xte) == yte).mean())
final = SVC()
final.fit(X, y)
""",
        calls=[(TR, "leaves", None, None), (TR, "leaves", 0.2, 1), (VA, "leaves", 0.2, 1)],
    ),
    Script(
        "three sides by number",
        """\
import splitfolders
splitfolders.fixed("grains", output="out", seed=3, fixed=(6, 4))
""",
        calls=[(TR, "grains", None, 3), (VA, "grains", None, 3), (TE, "grains", None, 3)],
        unread=frozenset({(2, "validation_split")}),
    ),
    Script(
        "a column that says what validates",
        """\
import pandas as pd
from fastai.vision.all import *
df = pd.read_csv("planet.csv")
df["is_valid"] = df.scene.isin(held)
dls = ImageDataLoaders.from_df(df, Path("planet"), folder="jpg", valid_col="is_valid", valid_pct=.2, seed=42)
vision_learner(dls, resnet50).fine_tune(3)
""",
        calls=[(TR, "planet/jpg", None, None), (VA, "planet/jpg", None, None)],
        unread=frozenset({(5, "rows")}),
    ),
    Script(
        "modes by a table of functions",
        """\
import argparse, torch
from torch.utils.data import DataLoader, random_split
from torchvision.datasets import ImageFolder
def old(ds):
    return random_split(ds, [.5, .5], generator=torch.Generator().manual_seed(42))
def train(args):
    for x, y in DataLoader(ImageFolder("tiles/train")):
        loss(net(x), y).backward()
    for x, y in DataLoader(ImageFolder("tiles/val")):
        net(x)
def predict(args):
    pass
p = argparse.ArgumentParser()
p.add_argument("mode")
args = p.parse_args()
{"train": train, "predict": predict}[args.mode](args)
""",
        calls=[
            (TR, "tiles/train", None, None),
            (VA, "tiles/val", None, None),
            (OTHER, None, 0.5, 42),
        ],
        unread=frozenset({(5, "folder")}),
    ),
    Script(
        "settings with fallbacks, and the clock",
        """\
import configparser, json, os, time
import tensorflow as tf
cfg = configparser.ConfigParser()
cfg.read("settings.ini")
S = {"split": .15}
if os.path.isfile("local.json"):
    S.update(json.load(open("local.json")))
seed = int(time.time())
kw = dict(directory=cfg.get("paths", "train", fallback="xray"), validation_split=S["split"], seed=seed or 3)
tr = tf.keras.utils.image_dataset_from_directory(subset="training", **kw)
va = tf.keras.utils.image_dataset_from_directory(subset="validation", **kw)
model.fit(tr, validation_data=va)
""",
        calls=[(TR, "xray", 0.15, None), (VA, "xray", 0.15, None)],
        unread=frozenset({(10, "seed"), (11, "seed")}),
    ),
    Script(
        "rows of a table, and a folder by a global name",
        """\
import os
import pandas as pd
from PIL import Image
from torch.utils.data import Dataset, DataLoader
IMAGES = "/data/galaxies"
class Galaxy(Dataset):
    def __init__(self, table):
        self.table = table.reset_index(drop=True)
    def __len__(self): return len(self.table)
    def __getitem__(self, i):
        return Image.open(os.path.join(IMAGES, self.table.iloc[i]["file"]))
df = pd.read_csv("labels.csv").fillna(0)
train = df.sample(frac=.8, random_state=200)
valid = df.drop(train.index)
for x in DataLoader(Galaxy(train)):
    loss(net(x)).backward()
for x in DataLoader(Galaxy(valid)):
    net(x)
""",
        calls=[(TR, "/data/galaxies", 0.2, 200), (VA, "/data/galaxies", 0.2, 200)],
    ),
    Script(
        "images without labels, predicted",
        """\
from keras.preprocessing.image import ImageDataGenerator
g = ImageDataGenerator(rescale=1/255)
tr = g.flow_from_directory("q/train", interpolation="bilinear")
va = g.flow_from_directory("q/val", interpolation="bilinear")
more = g.flow_from_directory("q/test", class_mode=None, shuffle=False, interpolation="bilinear")
model.fit(tr, validation_data=va)
model.predict(more)
""",
        calls=[(TR, "q/train", None, None), (VA, "q/val", None, None), (OTHER, "q/test", None, None)],
    ),
]  # fmt: skip
