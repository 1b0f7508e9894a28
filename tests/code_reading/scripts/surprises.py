"""Programs that lose their datasets on the way, by the author of the corrections."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "a dict of loaders by keyword",
        """\
from sklearn import model_selection as ms
from torchvision import datasets as D, transforms as T
import torch.utils.data as tud
ds = D.ImageFolder("coral", T.ToTensor())
i, j = ms.train_test_split(list(range(len(ds))), test_size=.3, random_state=7, stratify=ds.targets)
loaders = dict(fit=tud.DataLoader(tud.Subset(ds, i), 9, shuffle=True), check=tud.DataLoader(tud.Subset(ds, j), 9))
for x, y in loaders["fit"]:
    crit(net(x), y).backward()
""",
        calls=[(TR, "coral", 0.3, 7), (VA, "coral", 0.3, 7)],
    ),
    Script(
        "flags without a command line",
        """\
import argparse, tensorflow as tf
ap = argparse.ArgumentParser(); ap.add_argument("--seed", type=int, default=21); ap.add_argument("--validation_split", type=float, default=.1)
kw = vars(ap.parse_args([]))
tr = tf.keras.utils.image_dataset_from_directory("reef", subset="training", **kw)
va = tf.keras.utils.image_dataset_from_directory("reef", subset="validation", **kw)
model.fit(tr, validation_data=va)
""",
        calls=[(TR, "reef", 0.1, 21), (VA, "reef", 0.1, 21)],
    ),
    Script(
        "a seed that a subclass overrides",
        """\
import keras
class Base:
    seed = 3
    def get(self, s): return keras.utils.image_dataset_from_directory("oak", validation_split=.2, subset=s, seed=self.seed)
class Val(Base):
    @property
    def seed(self): return super().seed + 1 if False else 4
m.fit(Base().get("training"), validation_data=Val().get("validation"))
""",
        calls=[(TR, "oak", 0.2, 3), (VA, "oak", 0.2, 4)],
        high=frozenset({"different_seeds"}),
    ),
    Script(
        "two lists that are added",
        """\
import glob
from sklearn.model_selection import train_test_split
cats, dogs = sorted(glob.glob("p/cat/*.jpg")), sorted(glob.glob("p/dog/*.jpg"))
X = cats + dogs; y = [0] * len(cats) + [1] * len(dogs)
tr, te, ytr, yte = train_test_split(X, y, test_size=.2, random_state=6)
""",
        calls=[(TR, None, 0.2, 6), (TE, None, 0.2, 6)],
        unread=frozenset({(5, "folder")}),
    ),
    Script(
        "two datasets that are joined",
        """\
from datasets import load_dataset, concatenate_datasets
a = load_dataset("imagefolder", data_dir="z/one", split="train"); b = load_dataset("imagefolder", data_dir="z/two", split="train")
d = concatenate_datasets([a, b]).train_test_split(test_size=.2, seed=1)
train, test = d["train"], d["test"]
""",
        calls=[
            (TR, "z/one", None, None),
            (TR, "z/two", None, None),
            (TR, "z/one", 0.2, 1),
            (TE, "z/one", 0.2, 1),
        ],
        unread=frozenset({(3, "files")}),
    ),
    Script(
        "a folder for debugging",
        """\
import tensorflow as tf
DEBUG = True
def folder():
    if DEBUG:
        return "small"
    return "big"
tr, va = [tf.keras.utils.image_dataset_from_directory(folder(), validation_split=.5, subset=s, seed=2) for s in ("training", "validation")]
model.fit(tr, validation_data=va)
""",
        calls=[(TR, "small", 0.5, 2), (VA, "small", 0.5, 2)],
    ),
    Script(
        "a seed before each split",
        """\
import torch
from torch.utils.data import random_split
from torchvision.datasets import ImageFolder
def split(tf):
    torch.manual_seed(5)
    return random_split(ImageFolder("owl", tf), [.9, .1])
train, _ = split(aug)
_, val = split(plain)
""",
        calls=[(TR, "owl", 0.1, 5), (VA, "owl", 0.1, 5)],
    ),
    Script(
        "lists from text files",
        """\
import tensorflow as tf
train_files = open("train.txt").read().split()
val_files = [l.strip() for l in open("val.txt")]
tr = tf.data.Dataset.from_tensor_slices(train_files).map(f).batch(8)
va = tf.data.Dataset.from_tensor_slices(val_files).map(f).batch(8)
model.fit(tr, validation_data=va)
""",
        calls=[(TR, None, None, None), (VA, None, None, None)],
        unread=frozenset({(2, "folder"), (3, "folder")}),
    ),
    Script(
        "a share that is set and not read",
        """\
from keras.preprocessing.image import ImageDataGenerator
g = ImageDataGenerator(rescale=1/255, validation_split=.2)
tr = g.flow_from_directory("elk", subset="training", interpolation="bilinear")
g.validation_split = .4
va = g.flow_from_directory("elk", subset="validation", interpolation="bilinear")
model.fit(tr, validation_data=va)
""",
        calls=[(TR, "elk", 0.2, None), (VA, "elk", 0.2, None)],
    ),
    Script(
        "every fifth image",
        """\
import tensorflow as tf
ds = tf.keras.utils.image_dataset_from_directory("yak", shuffle=False, batch_size=None)
is_test = lambda i, d: i % 5 == 0
val = ds.enumerate().filter(is_test).map(lambda i, d: d).batch(8)
train = ds.enumerate().filter(lambda i, d: not is_test(i, d)).map(lambda i, d: d).batch(8)
model.fit(train, validation_data=val)
""",
        calls=[(VA, "yak", None, None), (TR, "yak", None, None)],
        unread=frozenset({(2, "files")}),
    ),
    Script(
        "a net for each of three seeds",
        """\
import tensorflow as tf
for seed in range(3):
    tr, va = tf.keras.utils.image_dataset_from_directory("elm", validation_split=.2, subset="both", seed=seed)
    net = tf.keras.Sequential([tf.keras.layers.Rescaling(1/255), tf.keras.layers.Flatten(), tf.keras.layers.Dense(4)])
    net.compile("adam", "sparse_categorical_crossentropy")
    net.fit(tr, validation_data=va)
""",
        calls=[
            (TR, "elm", 0.2, 0),
            (VA, "elm", 0.2, 0),
            (TR, "elm", 0.2, 1),
            (VA, "elm", 0.2, 1),
            (TR, "elm", 0.2, 2),
            (VA, "elm", 0.2, 2),
        ],
    ),
    Script(
        "a net for all of three seeds",
        """\
import tensorflow as tf
net = tf.keras.Sequential([tf.keras.layers.Rescaling(1/255), tf.keras.layers.Flatten(), tf.keras.layers.Dense(4)])
net.compile("adam", "sparse_categorical_crossentropy")
for seed in range(3):
    tr = tf.keras.utils.image_dataset_from_directory("elm", validation_split=.2, subset="training", seed=seed)
    va = tf.keras.utils.image_dataset_from_directory("elm", validation_split=.2, subset="validation", seed=seed)
    net.fit(tr, validation_data=va)
""",
        calls=[
            (TR, "elm", 0.2, 0),
            (TR, "elm", 0.2, 1),
            (TR, "elm", 0.2, 2),
            (VA, "elm", 0.2, 0),
            (VA, "elm", 0.2, 1),
            (VA, "elm", 0.2, 2),
        ],
        high=frozenset({"model_trained_before"}),
    ),
    Script(
        "a test set that picks the best",
        """\
import torch, torchvision as tv
tr = tv.datasets.CIFAR100("c", train=True, download=True, transform=t1)
te = tv.datasets.CIFAR100("c", train=False, transform=t2)
trl, tel = torch.utils.data.DataLoader(tr, 128, True), torch.utils.data.DataLoader(te, 128)
best = 0
for ep in range(100):
    for x, y in trl:
        opt.zero_grad(); ce(net(x), y).backward(); opt.step()
    acc = evaluate(net, tel)
    if acc > best: best = acc; torch.save(net.state_dict(), "best.pt")
""",
        calls=[(TR, "c", None, None), (TE, "c", None, None)],
    ),
    Script(
        "a test set that is the training set",
        """\
import torch, torchvision as tv
from torchvision import transforms
t = transforms.ToTensor()
train_set = tv.datasets.MNIST("m", train=True, download=True, transform=t)
test_set = tv.datasets.MNIST("m", train=True, download=True, transform=t)
train_loader = torch.utils.data.DataLoader(train_set, 64, shuffle=True)
test_loader = torch.utils.data.DataLoader(test_set, 64)
""",
        calls=[(TR, "m", None, None), (TE, "m", None, None)],
        high=frozenset({"test_is_training"}),
    ),
]
