"""Lists that a loop fills, learners, branches of a plain run: by the author of the corrections."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

OTHER = "other"

SCRIPTS = [
    Script(
        "features that a loop appends",
        """\
import cv2, glob
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
X, names = [], []
for p in sorted(glob.glob("bark/*/*.png")):
    X.append(cv2.imread(p).mean((0, 1)))
    names.append(p.split("/")[-2])
scaler = StandardScaler()
X = scaler.fit_transform(np.array(X))
X_train, X_test, y_train, y_test = train_test_split(X, names, test_size=.3, random_state=4)
""",
        calls=[(TR, "bark", 0.3, 4), (TE, "bark", 0.3, 4)],
        codes=frozenset({"fitted_before_split"}),
    ),
    Script(
        "a scaler of the training side",
        """\
import cv2, glob
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
X, y = [], []
for p in sorted(glob.glob("bark/*/*.png")):
    X.append(cv2.imread(p).mean((0, 1))); y.append(p.split("/")[-2])
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=.3, random_state=4)
scaler = StandardScaler().fit(X_train)
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)
""",
        calls=[(TR, "bark", 0.3, 4), (TE, "bark", 0.3, 4)],
    ),
    Script(
        "a list by class folders",
        """\
import os
from glob import glob
from sklearn.model_selection import train_test_split
paths, labels = [], []
for k, c in enumerate(["ash", "elm"]):
    for p in sorted(glob(os.path.join("trees", c, "*.png"))):
        paths.append(p)
        labels.append(k)
a, b, ya, yb = train_test_split(paths, labels, train_size=.7, stratify=labels, random_state=3)
""",
        calls=[(TR, "trees", 0.3, 3), (VA, "trees", 0.3, 3)],
    ),
    Script(
        "a sorted list beside an unsorted print",
        """\
import os, cv2
import numpy as np
from sklearn.model_selection import train_test_split
for folder, _, names in os.walk("in"):
    print(folder)
X = []
for name in sorted(os.listdir("in/no")):
    X.append(cv2.imread("in/no/" + name))
for name in sorted(os.listdir("in/yes")):
    X.append(cv2.imread("in/yes/" + name))
train, test = train_test_split(np.array(X), test_size=.2, random_state=8)
""",
        calls=[(TR, "in", 0.2, 8), (TE, "in", 0.2, 8)],
    ),
    Script(
        "images that a condition chooses",
        """\
import glob, cv2
from sklearn.model_selection import train_test_split
X = []
for p in sorted(glob.glob("bark/*/*.png")):
    im = cv2.imread(p)
    if im.mean() > 20:
        X.append(im.mean(0))
train, test = train_test_split(X, test_size=.3, random_state=4)
""",
        calls=[(TR, "bark", 0.3, 4), (TE, "bark", 0.3, 4)],
        unread=frozenset({(8, "files")}),
    ),
    Script(
        "images that a condition skips",
        """\
import glob, cv2
from sklearn.model_selection import train_test_split
X = []
for p in sorted(glob.glob("bark/*/*.png")):
    im = cv2.imread(p)
    if im is None:
        continue
    if im.mean() < 20:
        continue
    X.append(im.mean(0))
train, test = train_test_split(X, test_size=.3, random_state=4)
""",
        calls=[(TR, "bark", 0.3, 4), (TE, "bark", 0.3, 4)],
        unread=frozenset({(11, "files")}),
    ),
    Script(
        "names of a walk",
        """\
import os
import numpy as np
from sklearn.model_selection import train_test_split
X, y = [], []
for folder, _, names in os.walk("bark"):
    for n in sorted(names):
        if n.endswith(".png"):
            X.append(embed(os.path.join(folder, n)))
            y.append(os.path.basename(folder))
train, test = train_test_split(np.array(X), test_size=.3, random_state=4)
""",
        calls=[(TR, "bark", 0.3, 4), (TE, "bark", 0.3, 4)],
        codes=frozenset({"unsorted_listing"}),
    ),
    Script(
        "several rows of each image",
        """\
import glob
import numpy as np
from sklearn.model_selection import train_test_split
X = []
for p in sorted(glob.glob("bark/*/*.png")):
    for k in range(4):
        X.append(crop(p, k))
train, test = train_test_split(np.array(X), test_size=.3, random_state=4)
""",
        calls=[(TR, "bark", 0.3, 4), (TE, "bark", 0.3, 4)],
        unread=frozenset({(8, "files")}),
    ),
    Script(
        "items that a dataset class lists",
        """\
import os, torch
from torch.utils.data import Dataset, DataLoader, random_split
class Fungi(Dataset):
    def __init__(self, root):
        self.items = []
        for i, c in enumerate(sorted(os.listdir(root))):
            for f in sorted(os.listdir(os.path.join(root, c))):
                self.items.append((os.path.join(root, c, f), i))
    def __len__(self): return len(self.items)
    def __getitem__(self, k): return read(*self.items[k])
tr, va = random_split(Fungi("fungi"), [.7, .3], torch.Generator().manual_seed(9))
for x, y in DataLoader(tr): loss(net(x), y).backward()
""",
        calls=[(TR, "fungi", 0.3, 9), (VA, "fungi", 0.3, 9)],
    ),
    Script(
        "items of a dataset class, cut in their order",
        """\
from pathlib import Path
from torch.utils.data import Dataset, DataLoader, Subset
class Textile(Dataset):
    def __init__(self, folder):
        self.classes = sorted(d.name for d in Path(folder).iterdir())
        self.samples = []
        for k, c in enumerate(self.classes):
            for f in sorted((Path(folder) / c).glob("*.png")):
                self.samples.append((str(f), k))
    def __len__(self): return len(self.samples)
    def __getitem__(self, i): return read(*self.samples[i])
ds = Textile("cloth")
idx = list(range(len(ds)))
a = int(.7 * len(ds))
train_set, val_set = Subset(ds, idx[:a]), Subset(ds, idx[a:])
for x, y in DataLoader(train_set): loss(net(x), y).backward()
""",
        calls=[(TR, "cloth", 0.3, None), (VA, "cloth", 0.3, None)],
        codes=frozenset({"shuffle_false"}),
    ),
    Script(
        "one flat folder with labels in a table",
        """\
import glob, cv2
import numpy as np
X = []
for p in sorted(glob.glob("photos/*.jpg")):
    X.append(embed(cv2.imread(p)))
model.fit(np.array(X), y, validation_split=.1)
""",
        calls=[(TR, "photos", 0.1, None), (VA, "photos", 0.1, None)],
    ),
    Script(
        "rows of a shuffled list, held back by fit",
        """\
import os, cv2, random
import numpy as np
data = []
for c in ["plane", "car"]:
    for name in sorted(os.listdir(os.path.join("nat", c))):
        data.append([cv2.imread(os.path.join("nat", c, name)), c])
random.shuffle(data)
X = []
for image, label in data:
    X.append(image)
model.fit(np.array(X), y, validation_split=.3)
""",
        calls=[(TR, "nat", 0.3, None), (VA, "nat", 0.3, None)],
        unread=frozenset({(11, "seed")}),
    ),
    Script(
        "a list that is not followed",
        """\
from sklearn.svm import SVC
X, y = [], []
for line in open("train.txt"):
    X.append(embed(line.split()[0])); y.append(int(line.split()[1]))
SVC().fit(X, y)
""",
        unread=frozenset({(5, "the training data")}),
    ),
    Script(
        "held out images that a module of the project loads",
        """\
import tensorflow as tf
from loading import held_out
train = tf.keras.utils.image_dataset_from_directory("moss", seed=1)
x_test, y_test = held_out("moss-later")
model.fit(train, validation_data=(x_test[:100], y_test[:100]))
print(model.evaluate(x_test[100:], y_test[100:]))
model.predict(x_test[:1])
""",
        calls=[(TR, "moss", None, 1)],
        unread=frozenset({(5, "the validation data"), (6, "the data that is evaluated")}),
    ),
    Script(
        "a dataset class with a list of labels",
        """\
import os, glob, random
from torch.utils.data import Dataset, DataLoader
class Bark(Dataset):
    def __init__(self, root, train=True):
        self.labels = sorted(os.listdir(root))
        files = glob.glob(os.path.join(root, "*", "*.png"))
        random.shuffle(files)
        cut = int(len(files) * .8)
        self.files = files[:cut] if train else files[cut:]
    def __len__(self): return len(self.files)
    def __getitem__(self, i): return read(self.files[i])
train, test = Bark("bark"), Bark("bark", train=False)
for x, y in DataLoader(train, 8, shuffle=True):
    loss(net(x), y).backward()
for x, y in DataLoader(test, 8):
    net(x)
""",
        calls=[(TR, "bark", 0.2, None), (TE, "bark", 0.2, None)],
        high=frozenset({"different_seeds"}),
        unread=frozenset({(9, "seed")}),
    ),
    Script(
        "a Windows pattern, predicted",
        """\
import glob
import numpy as np
from sklearn.ensemble import RandomForestClassifier
old = sorted(glob.glob(r"D:\\patches\\*.png"))
X = np.stack([read(f) for f in old])
rf = RandomForestClassifier().fit(X, y)
new = glob.glob(r"D:\\new\\*.png")
print(rf.predict(np.stack([read(f) for f in new])))
""",
        calls=[(TR, "D:\\patches", None, None), (OTHER, "D:\\new", None, None)],
    ),
    Script(
        "a column of a table of files",
        """\
import glob
import pandas as pd, numpy as np
from sklearn.model_selection import GroupShuffleSplit
from sklearn.ensemble import RandomForestClassifier
df = pd.DataFrame({"file": sorted(glob.glob("scans/*.png"))})
df["patient"] = df.file.str.split("_").str[0]
X = np.stack([read(f) for f in df.file])
tr, te = next(GroupShuffleSplit(1, test_size=.3, random_state=1).split(X, y, groups=df.patient))
X_train, X_test = X[tr], X[te]
a, b = next(GroupShuffleSplit(1, test_size=.2, random_state=2).split(X_train, groups=df.patient[tr]))
RandomForestClassifier(max_depth=3).fit(X_train[a], y[tr][a]).score(X_train[b], y[tr][b])
RandomForestClassifier().fit(X_train, y[tr]).predict(X_test)
""",
        calls=[
            (TR, "scans", 0.3, 1),
            (TE, "scans", 0.3, 1),
            (TR, "scans", 0.2, 2),
            (TE, "scans", 0.2, 2),
        ],
    ),
    Script(
        "a pipeline with a scaler is trained",
        """\
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
X, y = load("train")
svm = make_pipeline(StandardScaler(), LinearSVC())
svm.fit(X, y)
""",
        unread=frozenset({(6, "the training data")}),
    ),
    Script(
        "a loader for a look at the training folder",
        """\
import numpy as np
from torchvision import datasets
from torch.utils.data import DataLoader, SubsetRandomSampler
data = datasets.ImageFolder("xray/train")
idx = list(range(len(data)))
np.random.seed(1)
np.random.shuffle(idx)
cut = int(.2 * len(idx))
train_dl = DataLoader(data, sampler=SubsetRandomSampler(idx[cut:]))
valid_dl = DataLoader(data, sampler=SubsetRandomSampler(idx[:cut]))
for x, y in train_dl:
    loss(net(x), y).backward()
def look(n):
    some = datasets.ImageFolder("xray/train")
    images, labels = next(iter(DataLoader(some, batch_size=n, shuffle=True)))
look(5)
""",
        calls=[
            (TR, "xray/train", 0.2, 1),
            (VA, "xray/train", 0.2, 1),
            (OTHER, "xray/train", None, None),
        ],
    ),
    Script(
        "a learner that gets other loaders",
        """\
from fastai.vision.all import *
def block(s): return DataBlock((ImageBlock, CategoryBlock), get_items=get_image_files, splitter=s)
block(RandomSplitter(.2, seed=42)).dataloaders("moss").show_batch()
dls = block(RandomSplitter(.1, seed=7)).dataloaders("moss")
learn = vision_learner(dls, resnet18, metrics=error_rate).to_fp16()
learn.fine_tune(4)
""",
        calls=[(TR, "moss", 0.1, 7), (VA, "moss", 0.1, 7), (OTHER, "moss", 0.2, 42)],
    ),
    Script(
        "a test set joined to the folds",
        """\
from sklearn.model_selection import KFold
from torch.utils.data import ConcatDataset, DataLoader, SubsetRandomSampler
from torchvision.datasets import ImageFolder
held = ImageFolder("digits/test")
every = ConcatDataset([ImageFolder("digits/train"), held])
for tr, va in KFold(5, shuffle=True, random_state=2).split(every):
    for x, y in DataLoader(every, sampler=SubsetRandomSampler(tr)):
        loss(net(x), y).backward()
for x, y in DataLoader(held):
    net(x)
""",
        calls=[
            (TR, "digits/train", 0.2, 2),
            (VA, "digits/train", 0.2, 2),
            (TE, "digits/test", None, None),
        ],
        high=frozenset({"test_is_training"}),
        unread=frozenset({(6, "files")}),
    ),
    Script(
        "arguments that a plain run has not",
        """\
import sys
import tensorflow as tf
root = sys.argv[1] if len(sys.argv) > 1 else "fern"
share = .2
if len(sys.argv) > 2:
    share = float(sys.argv[2])
for seed in [int(a) for a in sys.argv[3:]] or [5, 6]:
    tr, va = tf.keras.utils.image_dataset_from_directory(root, validation_split=share, subset="both", seed=seed)
    tf.keras.applications.ResNet50().fit(tr, validation_data=va)
""",
        calls=[
            (TR, "fern", 0.2, 5),
            (VA, "fern", 0.2, 5),
            (TR, "fern", 0.2, 6),
            (VA, "fern", 0.2, 6),
        ],
    ),
    Script(
        "an argument without which it stops",
        """\
import sys
import tensorflow as tf
if len(sys.argv) != 2:
    print("usage: train.py FOLDER", file=sys.stderr)
    sys.exit(2)
tr, va = tf.keras.utils.image_dataset_from_directory(sys.argv[1], validation_split=.2, subset="both", seed=3)
model.fit(tr, validation_data=va)
""",
        calls=[(TR, None, 0.2, 3), (VA, None, 0.2, 3)],
        unread=frozenset({(6, "folder")}),
    ),
    Script(
        "arrays that an earlier run has saved",
        """\
import os, glob
import numpy as np
from sklearn.model_selection import train_test_split
if os.path.exists("x.npy"):
    X, y = np.load("x.npy"), np.load("y.npy")
else:
    X = np.stack([read(p) for p in sorted(glob.glob("kelp/*/*.jpg"))])
    np.save("x.npy", X)
train, val = train_test_split(X, test_size=.1, random_state=9)
""",
        calls=[(TR, "kelp", 0.1, 9), (VA, "kelp", 0.1, 9)],
    ),
]  # fmt: skip
