"""Pitfalls that need two calls: each is found in a short script, and not in its look-alike."""

import pytest

from inspector.code_reading.reading import CodeReading, read_code

FOLDER = "from keras.utils import image_dataset_from_directory as folder\n"
SKLEARN = "import glob\nfrom sklearn.model_selection import train_test_split\nfiles = sorted(glob.glob('d/*/*.jpg'))\n"  # noqa: E501
TORCH = """import torch
from torch.utils.data import DataLoader, Dataset, Subset, SubsetRandomSampler, random_split
from torchvision.datasets import CIFAR10, ImageFolder
from torchvision import transforms as T
"""
TRAIN = """    for x, y in loader:
        optimizer.zero_grad()
        loss_of(net(x), y).backward()
        optimizer.step()
"""
LISTS = "import os, cv2, numpy as np\nfrom sklearn.model_selection import train_test_split\nX, y = [], []\n"  # noqa: E501
TABLE = "import pandas as pd\nfrom sklearn.model_selection import train_test_split\ndf = pd.read_csv('l.csv')\n"  # noqa: E501
FASTAI = "from fastai.vision.all import *\ndef loaders(px):\n    return ImageDataLoaders.from_folder(p, valid_pct=.2, item_tfms=Resize(px){})\np = Path('food')\nlearn = vision_learner(loaders(64), resnet18)\n"  # noqa: E501

HIGH = {
    "seeds of their own": (
        "different_seeds",
        FOLDER + "import numpy as np\n"
        "def part(of):\n"
        "    s = np.random.randint(1, 10**6)\n"
        "    return folder('d', validation_split=.3, subset=of, seed=s)\n"
        "a, b = part('training'), part('validation')\n",
    ),
    "one split for each side": (
        "different_seeds",
        "from datasets import load_dataset\n"
        "def side(name):\n"
        "    return load_dataset('imagefolder', data_dir='d', split='train').train_test_split(.1)[name]\n"  # noqa: E501
        "train_set, test_set = side('train'), side('test')\n",
    ),
    "a learner that gets another draw": (
        "different_seeds", FASTAI.format("") + "learn.dls = loaders(128)\n",
    ),
    "slices of a name": (
        "overlap",
        "import tensorflow_datasets as tfds\n"
        "tr = tfds.load('beans', split='train[:90%]')\nva = tfds.load('beans', split='train[85%:]')\n"  # noqa: E501
        "model.fit(tr, validation_data=va)\n",
    ),
    "stretches of positions": (
        "overlap",
        TORCH + "data = CIFAR10('c', train=True)\nn = len(data)\norder = torch.randperm(n)\n"
        "train_part = Subset(data, order[:int(.8 * n)])\nval_part = Subset(data, order[int(.7 * n):])\n",  # noqa: E501
    ),
    "numbers of batches": (
        "overlap",
        FOLDER + "ds = folder('d', shuffle=False)\ntrain = ds.take(50)\nval = ds.skip(40)\n"
        "model.fit(train, validation_data=val)\n",
    ),
    "the whole table": (
        "training_reads_all",
        TABLE + "from keras.preprocessing.image import ImageDataGenerator\n"
        "one, two = train_test_split(df, test_size=.1, random_state=4)\n"
        "flow = ImageDataGenerator().flow_from_dataframe\n"
        "model.fit(flow(df, 'd', x_col='f'), validation_data=flow(two, 'd', x_col='f'))\n",
    ),
    "a column of the whole table": (
        "training_reads_all",
        TABLE + "import tensorflow as tf\n"
        "one, two = train_test_split(df, test_size=.1, random_state=4)\n"
        "def build(t):\n    return tf.data.Dataset.from_tensor_slices((t.file.values, t.label.values))\n"  # noqa: E501
        "model.fit(build(df), validation_data=build(two))\n",
    ),
    "a whole dataset beside its part": (
        "training_reads_all",
        FOLDER + "ds = folder('d', shuffle=False)\nval = ds.take(9)\nmodel.fit(ds, validation_data=val)\n",  # noqa: E501
    ),
    "a test loader of everything": (
        "test_is_training",
        TORCH + "data = ImageFolder('d')\ntrain, val = random_split(data, [.8, .2], torch.Generator().manual_seed(1))\n"  # noqa: E501
        "train_loader, val_loader = DataLoader(train), DataLoader(val)\ntest_loader = DataLoader(data)\n",  # noqa: E501
    ),
    "a test folder that chose the epoch": (
        "test_is_validation",
        FOLDER + "from keras.callbacks import EarlyStopping\n"
        "train, val, test = folder('d/train'), folder('d/val'), folder('d/val', shuffle=False)\n"
        "model.fit(train, validation_data=val, callbacks=[EarlyStopping(patience=3)])\n"
        "model.evaluate(test)\n",
    ),
    "weights carried from fold to fold": (
        "model_trained_before",
        TORCH + "from sklearn.model_selection import StratifiedKFold\ndata = ImageFolder('d')\n"
        "net = Net()\noptimizer = torch.optim.SGD(net.parameters(), lr=.1)\n"
        "for tr, va in StratifiedKFold(5).split(data.imgs, data.targets):\n"
        "    loader = DataLoader(Subset(data, tr))\n" + TRAIN,
    ),
    "copies beside the images": (
        "augmented_before_split",
        LISTS + "for c in ('cat', 'dog'):\n    for f in os.listdir('d/' + c):\n"
        "        im = cv2.imread('d/' + c + '/' + f)\n        X.append(im); y.append(c)\n"
        "        X.append(cv2.flip(im, 0)); y.append(c)\n"
        "train, test, a, b = train_test_split(np.array(X), y, test_size=.2, random_state=1)\n",
    ),
    "arrays put after themselves": (
        "augmented_before_split",
        SKLEARN + "import numpy as np\nX = np.array([read(f) for f in files])\n"
        "more = np.array([np.fliplr(x) for x in X])\nX = np.concatenate([X, more])\n"
        "train, test = train_test_split(X, test_size=.2, random_state=1)\n",
    ),
    "rows in the order of their classes": (
        "fit_split_sorted",
        LISTS + "data = []\nfor n, c in enumerate(['cat', 'dog']):\n"
        "    for f in os.listdir(os.path.join('d', c)):\n        try:\n"
        "            data.append([cv2.resize(cv2.imread(os.path.join('d', c, f)), (9, 9)), n])\n"
        "        except Exception:\n            pass\n"
        "X = np.array([d[0] for d in data]).reshape(-1, 9, 9, 3) / 255\n"
        "model.fit(X, [d[1] for d in data], validation_split=.2)\n",
    ),
    "one output for three classes": (
        "binary_with_many_classes",
        FOLDER + "import keras\n"
        "net = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1, 'sigmoid')])\n"
        "net.compile('adam', keras.losses.BinaryCrossentropy())\n"
        "net.fit(folder('d', class_names=['a', 'b', 'c']))\n",
    ),
    "rescaled by map and in the model": (
        "rescaled_twice",
        FOLDER + "import keras\nscale = keras.layers.Rescaling(1 / 255)\n"
        "train = folder('d').map(lambda x, y: (scale(x), y))\n"
        "net = keras.applications.MobileNetV3Large(weights=None)\nnet.fit(train)\n",
    ),
}  # fmt: skip

CLEAN = {
    "one draw for both": FOLDER + "import numpy as np\ns = np.random.randint(1, 10**6)\n"
    "a = folder('d', validation_split=.3, subset='training', seed=s)\n"
    "b = folder('d', validation_split=.3, subset='validation', seed=s)\n",
    "both sides of one split": "from datasets import load_dataset\n"
    "d = load_dataset('imagefolder', data_dir='d', split='train').train_test_split(.1, seed=2)\n"
    "train_set, test_set = d['train'], d['test']\n",
    "a learner that gets the same draw": FASTAI.format(", seed=3") + "learn.dls = loaders(128)\n",
    "slices that meet": "import tensorflow_datasets as tfds\n"
    "tr, va = tfds.load('beans', split=['train[:90%]', 'train[90%:]'])\n"
    "model.fit(tr, validation_data=va)\n",
    "stretches that meet": TORCH
    + "data = CIFAR10('c', train=True)\nn = len(data)\norder = torch.randperm(n)\nk = int(.8 * n)\n"
    "train_part, val_part = Subset(data, order[:k]), Subset(data, order[k:])\n",
    "a part of the table": TABLE + "from keras.preprocessing.image import ImageDataGenerator\n"
    "one, two = train_test_split(df, test_size=.1, random_state=4)\n"
    "flow = ImageDataGenerator().flow_from_dataframe\n"
    "model.fit(flow(one, 'd', x_col='f'), validation_data=flow(two, 'd', x_col='f'))\n",
    "all images at the end, without validation": SKLEARN
    + "one, two = train_test_split(files, test_size=.1, random_state=4)\n"
    "model.fit(one, validation_data=two)\nfinal.fit(files)\n",
    "a net for each fold": TORCH
    + "from sklearn.model_selection import StratifiedKFold\ndata = ImageFolder('d')\n"
    "for tr, va in StratifiedKFold(5).split(data.imgs, data.targets):\n"
    "    net = Net()\n    optimizer = torch.optim.SGD(net.parameters(), lr=.1)\n"
    "    loader = DataLoader(Subset(data, tr))\n" + TRAIN,
    "weights that are loaded for each fold": TORCH
    + "from sklearn.model_selection import StratifiedKFold\ndata = ImageFolder('d')\n"
    "net = Net()\noptimizer = torch.optim.SGD(net.parameters(), lr=.1)\n"
    "for tr, va in StratifiedKFold(5).split(data.imgs, data.targets):\n"
    "    net.load_state_dict(start)\n    loader = DataLoader(Subset(data, tr))\n" + TRAIN,
    "copies of the training images only": LISTS
    + "for c in ('cat', 'dog'):\n    for f in os.listdir('d/' + c):\n"
    "        X.append(cv2.imread('d/' + c + '/' + f)); y.append(c)\n"
    "train, test, a, b = train_test_split(np.array(X), y, test_size=.2, random_state=1)\n"
    "more = np.concatenate([train, train[:, ::-1]])\n",
    "flipped images in place of the images": LISTS
    + "for c in ('cat', 'dog'):\n    for f in os.listdir('d/' + c):\n"
    "        X.append(cv2.flip(cv2.imread('d/' + c + '/' + f), 0)); y.append(c)\n"
    "train, test, a, b = train_test_split(np.array(X), y, test_size=.2, random_state=1)\n",
    "a model without its own rescaling": FOLDER
    + "import keras\nscale = keras.layers.Rescaling(1 / 255)\n"
    "train = folder('d').map(lambda x, y: (scale(x), y))\n"
    "net = keras.applications.MobileNetV3Large(weights=None, include_preprocessing=False)\n"
    "net.fit(train)\n",
    "two splits that are drawn alike": TORCH + "plain, changed = ImageFolder('d'), "
    "ImageFolder('d', T.Compose([T.RandomHorizontalFlip(), T.ToTensor()]))\n"
    "g = torch.Generator\n"
    "train_set = random_split(changed, [.8, .2], g().manual_seed(3))[0]\n"
    "val_set = random_split(plain, [.8, .2], g().manual_seed(3))[1]\n",
    "transforms of both parts of one module": TORCH
    + "import lightning as L\nfrom sklearn.model_selection import train_test_split\n"
    "class Data(L.LightningDataModule):\n    def setup(self, stage=None):\n"
    "        norm = T.Normalize([.5], [.5])\n"
    "        tf = T.Compose([T.RandomCrop(9), T.ToTensor(), norm])\n"
    "        plain = T.Compose([T.ToTensor(), norm])\n"
    "        one, two = ImageFolder('d', tf), ImageFolder('d', plain)\n"
    "        a, b = train_test_split(range(len(one)), test_size=.2, random_state=1)\n"
    "        self.train_set, self.val_set = Subset(one, a), Subset(two, b)\n"
    "        self.test_set = ImageFolder('t', plain)\n"
    "    def train_dataloader(self):\n        return DataLoader(self.train_set, shuffle=True)\n"
    "    def val_dataloader(self):\n        return DataLoader(self.val_set)\n"
    "    def test_dataloader(self):\n        return DataLoader(self.test_set)\n"
    "L.Trainer().fit(net, datamodule=Data())\n",
}


def highs(reading: CodeReading) -> set[str]:
    return {f.code for f in reading.findings if f.severity == "high"}


@pytest.mark.parametrize("name", HIGH)
def test_a_pitfall_of_two_calls_is_found(name: str) -> None:
    code, script = HIGH[name]
    assert highs(read_code(script)) - {"shuffle_false"} == {code}


@pytest.mark.parametrize("name", CLEAN)
def test_its_look_alike_raises_no_alarm(name: str) -> None:
    assert highs(read_code(CLEAN[name])) == set()


def test_a_loop_that_trains_decides_the_role() -> None:
    code = TORCH + (
        "held, seen = random_split(ImageFolder('d'), [.2, .8], torch.Generator().manual_seed(1))\n"
        "def run(batches, learn):\n"
        "    for x, y in batches:\n"
        "        loss = loss_of(net(x), y)\n"
        "        if learn:\n"
        "            loss.backward()\n"
        "            optimizer.step()\n"
        "run(DataLoader(seen, shuffle=True), True)\nrun(DataLoader(held), False)\n"
    )
    roles = {c.name: (c.role.value, c.trained) for c in read_code(code).calls}
    assert roles["seen"] == ("training", True)
    assert roles["held"] != ("training", True)


def test_a_gradient_tape_trains_on_what_its_loop_reads() -> None:
    code = FOLDER + (
        "import tensorflow as tf\none, two = folder('d/a'), folder('d/b')\n"
        "for epoch in range(3):\n"
        "    for step, (x, y) in enumerate(one):\n"
        "        with tf.GradientTape() as tape:\n            loss = loss_of(net(x), y)\n"
        "        tape.gradient(loss, net.trainable_variables)\n"
    )
    assert {c.folder: c.role.value for c in read_code(code).calls}["d/a"] == "training"


def test_sides_that_are_exchanged_are_named_by_fit() -> None:
    code = FOLDER + (
        "val, train = folder('d', validation_split=.2, subset='both', seed=1)\n"
        "model.fit(train, validation_data=val)\n"
    )
    reading = read_code(code)
    assert "sides_swapped" in {f.code for f in reading.findings}
    assert {c.role.value: c.data.part for c in reading.calls} == {"training": 1, "validation": 0}


def test_a_yaml_text_in_the_code_is_read() -> None:
    code = TORCH + (
        "import yaml\ncfg = yaml.safe_load('''\nroot: d/all\nshares: [0.7, 0.3]\nseed: 8\n''')\n"
        "cfg['seed'] += 1\ng = torch.Generator().manual_seed(cfg['seed'])\n"
        "train, val = random_split(ImageFolder(cfg['root']), cfg['shares'], generator=g)\n"
    )
    reading = read_code(code)
    assert {(c.folder, c.validation_split, c.seed) for c in reading.calls} == {("d/all", 0.3, 9)}
    assert not reading.unread


def test_a_yaml_text_that_grows_without_end_is_given_up() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(8)
    )
    reading = read_code(f"import yaml\ncfg = yaml.safe_load('''{bomb}''')\n" + FOLDER)
    assert any("more than can be followed" in u.why for u in reading.unread)


def test_positions_that_come_from_elsewhere_are_named() -> None:
    code = TORCH + (
        "import json\nparts = json.load(open('parts.json'))\n"
        "train = Subset(ImageFolder('d'), parts['train'])\n"
        "val = Subset(ImageFolder('d'), parts['val'])\n"
    )
    reading = read_code(code)
    assert {(u.place.line, u.what) for u in reading.unread} == {(7, "indices"), (8, "indices")}


def test_labels_that_the_loss_does_not_take_are_named() -> None:
    code = FOLDER + (
        "import keras\nnet = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])\n"
        "net.compile('adam', 'categorical_crossentropy')\nnet.fit(folder('d'{}))\n"
    )
    for more, expected in (("", True), (", label_mode='categorical'", False)):
        codes = {f.code for f in read_code(code.format(more)).findings}
        assert ("labels_do_not_fit_loss" in codes) == expected


def test_a_length_of_a_part_is_a_share_of_the_whole() -> None:
    code = FOLDER + (
        "ds = folder('d', shuffle=False)\nn = int(len(ds) * 0.6)\ntrain = ds.take(n)\n"
        "rest = ds.skip(n)\nval = rest.take(len(rest) // 2)\ntest = rest.skip(len(rest) // 2)\n"
        "model.fit(train, validation_data=val)\nmodel.evaluate(test)\n"
    )
    shares = {c.role.value: c.validation_split for c in read_code(code).calls}
    assert shares == {"training": 0.4, "validation": 0.2, "test": 0.2}
