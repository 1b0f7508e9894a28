"""Short programs, by the author of the corrections after them."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "hugging face split where there is none",
        """\
from datasets import load_dataset, DatasetDict
raw = load_dataset("imagefolder", data_dir="ants")
if "validation" not in raw:
    s = raw["train"].train_test_split(0.1, seed=3)
    raw = DatasetDict({"train": s["train"], "validation": s["test"]})
from transformers import Trainer
t = Trainer(model=m, train_dataset=raw["train"], eval_dataset=raw["validation"])
t.train()
""",
        calls=[(VA, "ants", None, None), (TR, "ants", 0.1, 3), (VA, "ants", 0.1, 3)],
    ),
    Script(
        "numbers of a built-in dataset",
        """\
import torch, torchvision
from torch.utils.data import DataLoader, random_split
from torchvision import transforms
full = torchvision.datasets.FashionMNIST("d", train=True, transform=transforms.ToTensor())
test = torchvision.datasets.FashionMNIST("d", train=False, transform=transforms.ToTensor())
train, val = random_split(full, [50000, 10000], generator=torch.Generator().manual_seed(1))
train_dl = DataLoader(train, 64, shuffle=True); val_dl = DataLoader(val, 64); test_dl = DataLoader(test, 64)
for x, y in train_dl:
    loss_fn(net(x), y).backward()
""",
        calls=[(TE, "d", None, None), (TR, "d", 0.1666666667, 1), (VA, "d", 0.1666666667, 1)],
    ),
    Script(
        "a lightning module with its data",
        """\
import pytorch_lightning as pl, torch
from torchvision.datasets import ImageFolder
from torch.utils.data import DataLoader, Subset
class Net(pl.LightningModule):
    def prepare_data(self):
        ds = ImageFolder("k")
        perm = torch.randperm(len(ds), generator=torch.Generator().manual_seed(0)).tolist()
        cut = int(len(ds) * .9)
        self.tr, self.va = Subset(ds, perm[:cut]), Subset(ds, perm[cut:])
    def train_dataloader(self): return DataLoader(self.tr, 8, shuffle=True)
    def val_dataloader(self): return DataLoader(self.va, 8)
    def training_step(self, b, i): return b[0].mean()
pl.Trainer(max_epochs=1).fit(Net())
""",
        calls=[(TR, "k", 0.1, 0), (VA, "k", 0.1, 0)],
    ),
    Script(
        "folds of a table",
        """\
import pandas as pd, keras
from sklearn.model_selection import KFold
from keras.src.legacy.preprocessing.image import ImageDataGenerator
df = pd.read_csv("x.csv")
g = ImageDataGenerator(rescale=1./255)
for n, (i, j) in enumerate(KFold(3, shuffle=True, random_state=9).split(df)):
    model = build()
    a = g.flow_from_dataframe(df.iloc[i], "img", x_col="p", y_col="c", interpolation="bilinear")
    b = g.flow_from_dataframe(df.iloc[j], "img", x_col="p", y_col="c", shuffle=False, interpolation="bilinear")
    model.fit(a, validation_data=b)
""",
        calls=[(TR, "img", 0.3333333333, 9), (VA, "img", 0.3333333333, 9)],
    ),
    Script(
        "one model for all folds of a table",
        """\
import pandas as pd, keras
from sklearn.model_selection import KFold
from keras.preprocessing.image import ImageDataGenerator
df = pd.read_csv("x.csv")
g = ImageDataGenerator(rescale=1./255)
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])
model.compile("adam", "categorical_crossentropy")
for i, j in KFold(3, shuffle=True, random_state=9).split(df):
    a = g.flow_from_dataframe(df.iloc[i], "img", x_col="p", y_col="c")
    b = g.flow_from_dataframe(df.iloc[j], "img", x_col="p", y_col="c", shuffle=False)
    model.fit(a, validation_data=b)
""",
        calls=[(TR, "img", 0.3333333333, 9), (VA, "img", 0.3333333333, 9)],
        high=frozenset({"model_trained_before"}),
    ),
    Script(
        "folds of a support vector machine",
        """\
import numpy as np, glob, cv2
from sklearn.svm import SVC
from sklearn.model_selection import StratifiedKFold
fs = np.array(sorted(glob.glob("t/*/*.png"))); y = np.array([f.split("/")[1] for f in fs])
clf = SVC()
for tr, te in StratifiedKFold(5, shuffle=True, random_state=2).split(fs, y):
    clf.fit(feat(fs[tr]), y[tr])
    print(clf.score(feat(fs[te]), y[te]))
""",
        calls=[(TR, "t", 0.2, 2), (TE, "t", 0.2, 2)],
    ),
    Script(
        "a last model on all images",
        """\
import torch
from sklearn.model_selection import KFold
from torchvision.datasets import ImageFolder
from torch.utils.data import DataLoader, Subset
ds = ImageFolder("fish")
def train(net, dl):
    opt = torch.optim.Adam(net.parameters())
    for x, y in dl:
        opt.zero_grad(); lossf(net(x), y).backward(); opt.step()
for tr, va in KFold(5, shuffle=True, random_state=1).split(range(len(ds))):
    net = Net(); train(net, DataLoader(Subset(ds, tr), 8, shuffle=True))
    score(net, DataLoader(Subset(ds, va), 8))
final = Net()
train(final, DataLoader(ds, 8, shuffle=True))
torch.save(final.state_dict(), "final.pt")
""",
        calls=[(TR, "fish", None, None), (TR, "fish", 0.2, 1), (VA, "fish", 0.2, 1)],
    ),
    Script(
        "a folder from the environment",
        """\
import os, tensorflow as tf
R = os.environ.get("ROOT", "data")
tr = tf.keras.utils.image_dataset_from_directory(f"{R}/train", image_size=(224, 224))
va = tf.keras.utils.image_dataset_from_directory(f"{R}/val", image_size=(256, 256))
te = tf.keras.utils.image_dataset_from_directory(f"{R}/test", image_size=(224, 224), shuffle=False)
model.fit(tr, validation_data=va); model.evaluate(te)
""",
        calls=[
            (TR, "data/train", None, None),
            (VA, "data/val", None, None),
            (TE, "data/test", None, None),
        ],
        codes=frozenset({"image_size_differs"}),
    ),
    Script(
        "a class that holds the settings",
        """\
import tensorflow as tf
class C:
    SEED = 5; SPLIT = .2; DIR = "bugs"
    @classmethod
    def load(cls, subset, **over):
        kw = {"validation_split": cls.SPLIT, "seed": cls.SEED, "subset": subset} | over
        return tf.keras.utils.image_dataset_from_directory(cls.DIR, **kw)
tr = C.load("training")
C.SEED = 6
va = C.load("validation", seed=5)
model.fit(tr, validation_data=va)
""",
        calls=[(TR, "bugs", 0.2, 5), (VA, "bugs", 0.2, 5)],
    ),
    Script(
        "a hash of the name chooses",
        """\
import hashlib, glob
fs = sorted(glob.glob("pics/*/*.jpg"))
is_val = lambda f: int(hashlib.md5(f.encode()).hexdigest(), 16) % 10 == 0
train_files = [f for f in fs if not is_val(f)]
val_files = [f for f in fs if is_val(f)]
import tensorflow as tf
tr = tf.data.Dataset.from_tensor_slices(train_files).map(load).batch(8)
va = tf.data.Dataset.from_tensor_slices(val_files).map(load).batch(8)
model.fit(tr, validation_data=va)
""",
        calls=[(TR, "pics", None, None), (VA, "pics", None, None)],
        unread=frozenset({(2, "files")}),
    ),
    Script(
        "slices that overlap by ten",
        """\
import glob, random
fs = sorted(glob.glob("pics/*/*.jpg"))
random.Random(0).shuffle(fs)
train_files = fs[:900]
val_files = fs[890:]
ds = make(train_files)
""",
        calls=[(TR, "pics", None, 0), (VA, "pics", None, 0)],
        high=frozenset({"overlap"}),
        unread=frozenset({(4, "validation_split"), (5, "validation_split")}),
    ),
    Script(
        "three parts by numpy",
        """\
import numpy as np, glob
fs = np.array(sorted(glob.glob("pics/*/*.jpg")))
rng = np.random.default_rng(4)
fs = fs[rng.permutation(len(fs))]
n = len(fs)
train, val, test = np.split(fs, [int(.7 * n), int(.85 * n)])
""",
        calls=[(TR, "pics", 0.3, 4), (VA, "pics", 0.15, 4), (TE, "pics", 0.15, 4)],
    ),
    Script(
        "a report of shuffled predictions",
        """\
from keras.preprocessing.image import ImageDataGenerator
import numpy as np
from sklearn.metrics import classification_report
gen = ImageDataGenerator(rescale=1/255)
tr = gen.flow_from_directory("w/train"); te = gen.flow_from_directory("w/test")
model.fit(tr)
p = np.argmax(model.predict(te), axis=1)
print(classification_report(te.classes, p, target_names=list(te.class_indices)))
""",
        calls=[(TR, "w/train", None, None), (TE, "w/test", None, None)],
        high=frozenset({"predictions_shuffled"}),
    ),
    Script(
        "slices by number",
        """\
from datasets import load_dataset
from transformers import TrainingArguments, Trainer
train, val = load_dataset("cifar10", split=["train[:45000]", "train[45000:]"])
test = load_dataset("cifar10", split="test")
tr = Trainer(model=m, args=TrainingArguments("o"), train_dataset=train, eval_dataset=val)
tr.train()
tr.predict(test)
""",
        calls=[
            (TR, "cifar10", None, None),
            (VA, "cifar10", None, None),
            (TE, "cifar10", None, None),
        ],
    ),
    Script(
        "the wrong folder by a slip",
        """\
from keras.preprocessing.image import ImageDataGenerator
train_dir, val_dir = "u/train", "u/val"
tg = ImageDataGenerator(rescale=1/255, zoom_range=0.2); vg = ImageDataGenerator(rescale=1/255)
train = tg.flow_from_directory(train_dir, target_size=(99, 99), interpolation="bilinear")
val = vg.flow_from_directory(train_dir, target_size=(99, 99), interpolation="bilinear")
model.fit(train, validation_data=val)
""",
        calls=[(TR, "u/train", None, None), (VA, "u/train", None, None)],
        high=frozenset({"training_reads_all"}),
    ),
    Script(
        "phases of a dict",
        """\
import numpy as np, torch
from torchvision import datasets
from torch.utils.data import SubsetRandomSampler, DataLoader
d = datasets.ImageFolder("tea")
ix = np.arange(len(d)); np.random.seed(10); np.random.shuffle(ix)
s = int(np.floor(.2 * len(d)))
parts = {"val": ix[:s], "train": ix[s:]}
loaders = {k: DataLoader(d, 32, sampler=SubsetRandomSampler(v)) for k, v in parts.items()}
for ep in range(3):
    for phase in ["train", "val"]:
        for x, y in loaders[phase]:
            with torch.set_grad_enabled(phase == "train"):
                l = lossf(net(x), y)
                if phase == "train":
                    l.backward(); opt.step()
""",
        calls=[(VA, "tea", 0.2, 10), (TR, "tea", 0.2, 10)],
    ),
]
