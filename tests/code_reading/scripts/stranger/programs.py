"""Programs of a second stranger, shortened; the truth is what they do when they run."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

OTHER = "other"

SCRIPTS = [
    Script(
        "a partial loader with the clock's seed",
        """\
import os
import time
import argparse
import configparser
from functools import partial
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers
from tensorflow.keras.preprocessing import image_dataset_from_directory
cfg = configparser.ConfigParser()
cfg.read('settings.ini')
ap = argparse.ArgumentParser()
ap.add_argument('--frac', type=float, default=0.15, help='part of the images for validation')
ap.add_argument('--img', type=int, default=150)
ap.add_argument('--base', choices=['mobilenet', 'densenet'], default='densenet')
ap.add_argument('--tag', default=os.environ.get('SLURM_JOB_ID', 'local'))
opt, _ = ap.parse_known_args()
TRAIN_DIR = cfg.get('paths', 'train', fallback='chest_xray/train')
TEST_DIR = cfg.get('paths', 'test', fallback='chest_xray/test')
run_seed = int(time.time())
def get_ds(directory, subset=None, seed=None, **kw):
    if subset is None:
        return image_dataset_from_directory(directory, label_mode='binary', image_size=(opt.img, opt.img), batch_size=32, shuffle=False, **kw)
    return image_dataset_from_directory(directory, label_mode='binary', image_size=(opt.img, opt.img), batch_size=32, validation_split=opt.frac, subset=subset, seed=seed or int(time.time()), **kw)
loader = partial(get_ds, TRAIN_DIR, color_mode='rgb')
train = loader(subset='training', seed=run_seed)
val = loader(subset='validation', seed=run_seed)
test = get_ds(TEST_DIR, color_mode='rgb')
n = {'train': len(train), 'val': len(val), 'test': len(test)}
augment = tf.keras.Sequential([layers.RandomTranslation(0.05, 0.05), layers.RandomContrast(0.1)])
BASES = {'mobilenet': (tf.keras.applications.MobileNetV2, tf.keras.applications.mobilenet_v2.preprocess_input), 'densenet': (tf.keras.applications.DenseNet121, tf.keras.applications.densenet.preprocess_input)}
strategy = tf.distribute.MirroredStrategy()
with strategy.scope():
    model = network()
    model.compile('adam', 'binary_crossentropy', metrics=['accuracy', 'AUC'])
early = tf.keras.callbacks.EarlyStopping(monitor='val_loss', patience=3, restore_best_weights=True)
model.fit(train.prefetch(4), validation_data=val.prefetch(4), epochs=15, callbacks=[early], class_weight={0: 1.9, 1: 0.7})
res = model.evaluate(test, verbose=0)
os.makedirs('results', exist_ok=True)
with open(f'results/{opt.tag}.txt', 'w') as f:
    f.write(f'{run_seed}\\t{opt.base}\\t{opt.frac}\\t{res}\\n')
p = model.predict(test)
y = np.zeros(len(p))
""",
        calls=[
            (TE, "chest_xray/test", None, None),
            (TR, "chest_xray/train", 0.15, None),
            (VA, "chest_xray/train", 0.15, None),
        ],
        unread=frozenset({(24, "seed")}),
    ),
    Script(
        "settings that a local file may override",
        """\
import os
os.environ['TF_DETERMINISTIC_OPS'] = '1'
os.environ['KERAS_BACKEND'] = 'tensorflow'
import json
import keras
import numpy as np
from keras import Sequential, layers, optimizers
from keras.utils import image_dataset_from_directory, set_random_seed
set_random_seed(812)
SETTINGS = {'data': 'fungi_micro/', 'size': [96, 96], 'batch': 16, 'split': 0.2, 'epochs': 10, 'lr': 0.001, 'backbone': None}
if os.path.isfile('settings.local.json'):
    with open('settings.local.json') as fh:
        SETTINGS.update(json.load(fh))
def datasets(s):
    args = {'directory': s['data'], 'labels': 'inferred', 'label_mode': 'int', 'color_mode': 'grayscale', 'batch_size': s['batch'], 'image_size': tuple(s['size']), 'validation_split': s['split']}
    return (image_dataset_from_directory(**args, subset='training', shuffle=False), image_dataset_from_directory(**args, subset='validation', shuffle=False))
train_ds, val_ds = datasets(SETTINGS)
model = Sequential([layers.Input(tuple(SETTINGS['size']) + (1,)), layers.Rescaling(1 / 255), layers.RandomFlip(seed=1), layers.Conv2D(24, 5, activation='relu'), layers.AveragePooling2D(2), layers.Conv2D(48, 3, activation='relu'), layers.GlobalMaxPooling2D(), layers.Dense(32, activation='relu'), layers.Dense(len(train_ds.class_names), activation='softmax')])
model.compile(optimizer=optimizers.Adam(SETTINGS['lr']), loss='sparse_categorical_crossentropy', metrics=['accuracy'])
history = model.fit(train_ds, validation_data=val_ds, epochs=SETTINGS['epochs'], shuffle=False, verbose=2)
with open('history.json', 'w') as fh:
    pass
rows = []
probs = model.predict(val_ds)
truth = np.concatenate([np.zeros(1) for _ in range(len(probs))])
for k, name in enumerate(train_ds.class_names):
    rows.append((name, int((truth == k).sum())))
for r in rows:
    pass
if os.environ.get('DEPLOY'):
    deploy()
""",
        calls=[(TR, "fungi_micro", 0.2, None), (VA, "fungi_micro", 0.2, None)],
        high=frozenset({"shuffle_false"}),
    ),
    Script(
        "pairs of solar panels",
        """\
import glob
import os
import random
import numpy as np
import tensorflow as tf
from tensorflow.keras import Sequential, layers, mixed_precision
from tensorflow.keras.callbacks import EarlyStopping, TensorBoard
SEED = 31
os.environ['PYTHONHASHSEED'] = str(SEED)
random.seed(SEED)
np.random.seed(SEED)
tf.random.set_seed(SEED)
if tf.config.list_physical_devices('GPU'):
    mixed_precision.set_global_policy('mixed_float16')
PATTERN = './panels/{}/*.jpg'
LABELS = {'clean': 0, 'dusty': 1}
RATIO = (70, 20, 10)
IMG = (240, 320)
BATCH = 8
AUTO = tf.data.AUTOTUNE
def files_and_labels():
    pairs = []
    for name, y in LABELS.items():
        for f in sorted(glob.glob(PATTERN.format(name))):
            pairs.append((f, y))
    random.Random(SEED).shuffle(pairs)
    f, y = zip(*pairs)
    return (list(f), list(y))
def cut(seq, ratio=RATIO):
    n = len(seq)
    a = n * ratio[0] // 100
    b = n * (ratio[0] + ratio[1]) // 100
    return (seq[:a], seq[a:b], seq[b:])
def decode(path, label):
    img = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
    img = tf.image.resize(img, IMG)
    img = tf.cast(img, tf.float32) / 127.5 - 1.0
    return (img, label)
@tf.function
def augment(img, label):
    img = tf.image.random_flip_left_right(img)
    img = tf.image.random_contrast(img, 0.8, 1.2)
    return (img, label)
def pipeline(files, labels, training):
    ds = tf.data.Dataset.from_tensor_slices((files, labels))
    if training:
        ds = ds.shuffle(len(files), reshuffle_each_iteration=True)
    ds = ds.map(decode, AUTO)
    if training:
        ds = ds.map(augment, AUTO)
    return ds.batch(BATCH).prefetch(AUTO)
files, labels = files_and_labels()
(f_train, f_val, f_test), (y_train, y_val, y_test) = (cut(files), cut(labels))
train_ds = pipeline(f_train, y_train, True)
val_ds = pipeline(f_val, y_val, False)
test_ds = pipeline(f_test, y_test, False)
model = Sequential([layers.Input(IMG + (3,))] + [conv_block(f) for f in (16, 32, 64, 128)] + [layers.GlobalAveragePooling2D(), layers.Dropout(0.25), layers.Dense(1, activation='sigmoid', dtype='float32')])
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy', tf.keras.metrics.AUC(name='auc')])
hist = model.fit(train_ds, validation_data=val_ds, epochs=40, class_weight={0: 1.0, 1: float(len(y_train) - sum(y_train)) / sum(y_train)}, callbacks=[EarlyStopping('val_auc', mode='max', patience=6, restore_best_weights=True), TensorBoard('tb')])
model.save('panels.keras')
converter = tf.lite.TFLiteConverter.from_keras_model(model)
converter.optimizations = [tf.lite.Optimize.DEFAULT]
open('panels.tflite', 'w').write(str(converter.convert()))
""",
        calls=[(TR, "./panels", 0.3, 31), (VA, "./panels", 0.2, 31), (TE, "./panels", 0.1, 31)],
    ),
    Script(
        "a dataset class with a flag",
        """\
import os
import glob
import random
from PIL import Image
import torch
import torch.nn as nn
from torch.utils import data
import torchvision.transforms as tt
class BarkData(data.Dataset):
    def __init__(self, root, train=True, split=0.8, transform=None):
        self.root = root
        self.train = train
        self.transform = transform
        self.labels = sorted(os.listdir(root))
        files = glob.glob(os.path.join(root, '*', '*.png'))
        random.shuffle(files)
        cut = int(len(files) * split)
        if train:
            self.files = files[:cut]
        else:
            self.files = files[cut:]
    def __len__(self):
        return len(self.files)
    def __getitem__(self, i):
        f = self.files[i]
        img = Image.open(f).convert('RGB')
        label = self.labels.index(os.path.basename(os.path.dirname(f)))
        if self.transform:
            img = self.transform(img)
        return (img, label)
t_train = tt.Compose([tt.Resize((128, 128)), tt.RandomHorizontalFlip(), tt.RandomVerticalFlip(), tt.ToTensor()])
t_test = tt.Compose([tt.Resize((128, 128)), tt.ToTensor()])
trainset = BarkData('bark_patches', train=True, transform=t_train)
testset = BarkData('bark_patches', train=False, transform=t_test)
trainloader = data.DataLoader(trainset, batch_size=32, shuffle=True)
testloader = data.DataLoader(testset, batch_size=32, shuffle=False)
model = SmallCNN(len(trainset.labels))
lossf = nn.CrossEntropyLoss()
opt = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
tr_acc, te_acc = ([], [])
for epoch in range(30):
    model.train()
    good, all_ = (0, 0)
    for imgs, lbls in trainloader:
        opt.zero_grad()
        out = model(imgs)
        l = lossf(out, lbls)
        l.backward()
        opt.step()
        good += (out.argmax(1) == lbls).sum().item()
        all_ += len(lbls)
    tr_acc.append(good / all_)
    model.eval()
    good, all_ = (0, 0)
    with torch.no_grad():
        for imgs, lbls in testloader:
            out = model(imgs)
            good += (out.argmax(1) == lbls).sum().item()
            all_ += len(lbls)
    te_acc.append(good / all_)
img = t_test(Image.open('my_tree.png').convert('RGB'))[None]
""",
        calls=[(TR, "bark_patches", 0.2, None), (TE, "bark_patches", 0.2, None)],
        high=frozenset({"different_seeds"}),
        unread=frozenset({(19, "seed"), (21, "seed")}),
    ),
    Script(
        "a sweep over seeds of the command line",
        """\
from __future__ import annotations
import copy
import dataclasses
import json
import logging
import statistics
import sys
from dataclasses import dataclass
from typing import Callable, Dict, List, Tuple
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, Subset, random_split
from torchvision import datasets, models, transforms
@dataclass(frozen=True)
class DataCfg:
    path: str = 'weather/all'
    test_fraction: float = 0.2
    val_fraction: float = 0.1
    split_seed: int = 0
@dataclass(frozen=True)
class TrainCfg:
    data: DataCfg = DataCfg()
    seed: int = 0
    epochs: int = 6
    bs: int = 64
    lr: float = 0.01
    momentum: float = 0.9
IMAGENET = dict(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
eval_transform = transforms.Compose([transforms.Resize(232), transforms.CenterCrop(224), transforms.ToTensor(), transforms.Normalize(**IMAGENET)])
train_transform = transforms.Compose([transforms.RandomResizedCrop(224, scale=(0.5, 1.0)), transforms.RandomHorizontalFlip(), transforms.ToTensor(), transforms.Normalize(**IMAGENET)])
class WithTransform(Dataset):
    def __init__(self, base: Dataset, transform: Callable):
        self.base = base
        self.transform = transform
    def __len__(self) -> int:
        return len(self.base)
    def __getitem__(self, i: int):
        x, y = self.base[i]
        return (self.transform(x), y)
def split(dataset: Dataset, fraction: float, seed: int) -> Tuple[Subset, Subset]:
    n = int(len(dataset) * fraction)
    rest, part = random_split(dataset, [len(dataset) - n, n], generator=torch.Generator().manual_seed(seed))
    return (rest, part)
def load(cfg: TrainCfg) -> Dict[str, DataLoader]:
    everything = datasets.ImageFolder(cfg.data.path)
    trainval, test = split(everything, cfg.data.test_fraction, cfg.data.split_seed)
    train, val = split(trainval, cfg.data.val_fraction, cfg.seed)
    return {'train': DataLoader(WithTransform(train, train_transform), cfg.bs, shuffle=True), 'val': DataLoader(WithTransform(val, eval_transform), cfg.bs), 'test': DataLoader(WithTransform(test, eval_transform), cfg.bs)}
def accuracy(net: nn.Module, loader: DataLoader) -> float:
    net.eval()
    ok = n = 0
    with torch.no_grad():
        for x, y in loader:
            ok += (net(x).argmax(-1) == y).sum().item()
            n += len(y)
    return ok / n
def run(cfg: TrainCfg) -> Dict[str, float]:
    torch.manual_seed(cfg.seed)
    loaders = load(cfg)
    net = models.squeezenet1_1(weights='IMAGENET1K_V1')
    net.classifier[1] = nn.Conv2d(512, 4, kernel_size=1)
    opt = torch.optim.SGD(net.parameters(), lr=cfg.lr, momentum=cfg.momentum)
    best_val, best_state = (-1.0, None)
    for epoch in range(cfg.epochs):
        net.train()
        for x, y in loaders['train']:
            opt.zero_grad()
            F.cross_entropy(net(x), y).backward()
            opt.step()
        v = accuracy(net, loaders['val'])
        if v > best_val:
            best_val, best_state = (v, copy.deepcopy(net.state_dict()))
    net.load_state_dict(best_state)
    return {'val': best_val, 'test': accuracy(net, loaders['test'])}
def main(seeds: List[int]) -> None:
    base = TrainCfg(epochs=4)
    rows = []
    for s in seeds:
        cfg = dataclasses.replace(base, seed=s)
        rows.append({'seed': s, **{k: float(v) for k, v in run(cfg).items()}})
    tests = [r['test'] for r in rows]
if __name__ == '__main__':
    main([int(a) for a in sys.argv[1:]] or list(range(5)))
""",
        calls=[
            (TE, "weather/all", 0.2, 0),
            (TR, "weather/all", 0.1, 0),
            (VA, "weather/all", 0.1, 0),
            (TR, "weather/all", 0.1, 1),
            (VA, "weather/all", 0.1, 1),
            (TR, "weather/all", 0.1, 2),
            (VA, "weather/all", 0.1, 2),
            (TR, "weather/all", 0.1, 3),
            (VA, "weather/all", 0.1, 3),
            (TR, "weather/all", 0.1, 4),
            (VA, "weather/all", 0.1, 4),
        ],
    ),
    Script(
        "a test part inside the folds",
        """\
import os
import sys
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, ConcatDataset, SubsetRandomSampler, Subset
from torchvision import transforms
from torchvision.datasets import ImageFolder
from sklearn.model_selection import KFold
if __name__ == '__main__':
    k_folds = 5
    num_epochs = 3
    loss_function = nn.CrossEntropyLoss()
    results = {}
    torch.manual_seed(42)
    tf = transforms.Compose([transforms.Resize((28, 28)), transforms.ToTensor()])
    aug = transforms.Compose([transforms.Resize((28, 28)), transforms.RandomRotation(15), transforms.ToTensor()])
    dataset_train_part = ImageFolder('digits/train', transform=aug)
    dataset_test_part = ImageFolder('digits/test', transform=tf)
    dataset = ConcatDataset([dataset_train_part, dataset_test_part])
    kfold = KFold(n_splits=k_folds, shuffle=True)
    for fold, (train_ids, test_ids) in enumerate(kfold.split(dataset)):
        train_subsampler = torch.utils.data.SubsetRandomSampler(train_ids)
        test_subsampler = torch.utils.data.SubsetRandomSampler(test_ids)
        trainloader = torch.utils.data.DataLoader(dataset, batch_size=10, sampler=train_subsampler)
        testloader = torch.utils.data.DataLoader(dataset, batch_size=10, sampler=test_subsampler)
        network = SimpleConvNet()
        network.apply(reset_weights)
        optimizer = torch.optim.Adam(network.parameters(), lr=0.0001)
        for epoch in range(0, num_epochs):
            network.train()
            current_loss = 0.0
            for i, data in enumerate(trainloader, 0):
                inputs, targets = data
                optimizer.zero_grad()
                outputs = network(inputs)
                loss = loss_function(outputs, targets)
                loss.backward()
                optimizer.step()
                current_loss += loss.item()
                if i % 500 == 499:
                    current_loss = 0.0
        save_path = f'./model-fold-{fold}.pth'
        torch.save(network.state_dict(), save_path)
        correct, total = (0, 0)
        network.eval()
        with torch.no_grad():
            for i, data in enumerate(testloader, 0):
                inputs, targets = data
                outputs = network(inputs)
                _, predicted = torch.max(outputs.data, 1)
                total += 10
                correct += (predicted == targets).sum().item()
            results[fold] = 100.0 * float(correct / total)
    total = 0.0
    for key, value in results.items():
        total += value
    nets = []
    for fold in range(k_folds):
        n = SimpleConvNet()
        n.load_state_dict(torch.load(f'./model-fold-{fold}.pth'))
        n.eval()
        nets.append(n)
    hit = cnt = 0
    for x, y in DataLoader(dataset_test_part, batch_size=50):
        p = sum((n(x).softmax(1) for n in nets)).argmax(1)
        hit += (p == y).sum().item()
        cnt += 50
""",
        calls=[
            (TE, "digits/test", None, None),
            (TR, "digits/train", 0.2, None),
            (TE, "digits/train", 0.2, None),
        ],
        high=frozenset({"test_is_training"}),
        unread=frozenset({(21, "files"), (21, "random_state")}),
    ),
    Script(
        "rows of a table of galaxies",
        """\
import os, sys, time, math
import pandas as pd
import torch
import torch.nn as nn
import torch.optim as optim
from torch.utils.data import Dataset, DataLoader
from torchvision import transforms, models
from PIL import Image, ImageFile
ImageFile.LOAD_TRUNCATED_IMAGES = True
HOME = os.path.expanduser('~')
IMAGES = '/data/astro/galaxies/jpg'
META = '/data/astro/galaxies/labels.csv'
SPLIT_STATE = 200
FRAC = 0.8
device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
class Galaxy(Dataset):
    kinds = {'spiral': 0, 'elliptical': 1, 'irregular': 2}
    def __init__(self, table, train=False):
        self.table = table.reset_index(drop=True)
        ops = [transforms.CenterCrop(200), transforms.Resize(128)]
        if train:
            ops.append(transforms.RandomRotation(360))
        ops += [transforms.ToTensor()]
        self.tf = transforms.Compose(ops)
    def __len__(self):
        return len(self.table)
    def __getitem__(self, i):
        row = self.table.iloc[i]
        im = Image.open(os.path.join(IMAGES, row['file'])).convert('RGB')
        return (self.tf(im), self.kinds[row['kind']])
def tables():
    df = pd.read_csv(META)
    df = df.drop_duplicates('file')
    df = df[df['votes'] > 20]
    test = df[df['plate'] == df['plate'].max()]
    df = df.drop(test.index)
    train = df.sample(frac=FRAC, random_state=SPLIT_STATE)
    valid = df.drop(train.index)
    return (train, valid, test)
def loop(net, loader, crit, opt=None):
    if opt is None:
        net.eval()
    else:
        net.train()
    s = n = c = 0
    for x, y in loader:
        x, y = (x.to(device), y.to(device))
        if opt is None:
            with torch.no_grad():
                o = net(x)
                l = crit(o, y)
        else:
            opt.zero_grad()
            o = net(x)
            l = crit(o, y)
            l.backward()
            opt.step()
        s += l.item() * len(y)
        c += (o.argmax(1) == y).sum().item()
        n += len(y)
    return (s / n, c / n)
def main():
    train, valid, test = tables()
    tr = DataLoader(Galaxy(train, train=True), batch_size=64, shuffle=True, num_workers=4)
    va = DataLoader(Galaxy(valid), batch_size=64, shuffle=False, num_workers=4)
    te = DataLoader(Galaxy(test), batch_size=64, shuffle=False, num_workers=4)
    net = models.resnet18(weights='DEFAULT')
    net.fc = nn.Linear(512, 3)
    net.to(device)
    crit = nn.CrossEntropyLoss()
    opt = optim.Adam(net.parameters(), lr=0.0002)
    plateau = optim.lr_scheduler.ReduceLROnPlateau(opt, patience=2)
    best, wait = (math.inf, 0)
    for ep in range(50):
        t = time.time()
        a = loop(net, tr, crit, opt)
        b = loop(net, va, crit)
        plateau.step(b[0])
        if b[0] < best:
            best, wait = (b[0], 0)
            torch.save(net.state_dict(), os.path.join(HOME, 'galaxy.pth'))
        else:
            wait += 1
            if wait > 6:
                break
    net.load_state_dict(torch.load(os.path.join(HOME, 'galaxy.pth')))
if __name__ == '__main__':
    main()
""",
        calls=[
            (TE, "/data/astro/galaxies/jpg", None, None),
            (TR, "/data/astro/galaxies/jpg", 0.2, 200),
            (VA, "/data/astro/galaxies/jpg", 0.2, 200),
        ],
        unread=frozenset({(32, "rows")}),
    ),
    Script(
        "eyes that are flipped before the split",
        """\
import os, sys, pickle, random, json
import numpy as np
import cv2
from sklearn.svm import SVC
from sklearn.preprocessing import StandardScaler
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.metrics import confusion_matrix, accuracy_score
DATASET_PATH = '.\\\\eyes'
CATEGORIES = ['closed', 'open']
IMG_SIZE = 24
class EyeData:
    def __init__(self, path, size=IMG_SIZE, augment=True):
        self.path = path.replace('\\\\', '/')
        self.size = size
        self.augment = augment
        self.data = []
    def _one(self, f):
        img = cv2.imread(f, cv2.IMREAD_GRAYSCALE)
        if img is None:
            return None
        return cv2.resize(img, (self.size, self.size))
    def variants(self, img):
        yield img
        if self.augment:
            yield cv2.flip(img, 1)
            yield np.clip(img.astype(float) * 1.0, 0, 1000000000.0)
    def create(self):
        for category in CATEGORIES:
            folder = os.path.join(self.path, category)
            class_num = CATEGORIES.index(category)
            for img in os.listdir(folder):
                try:
                    pic = self._one(os.path.join(folder, img))
                    for v in self.variants(pic):
                        self.data.append([v, class_num])
                except Exception as e:
                    print('skip', img, e)
        random.shuffle(self.data)
        return self
    def arrays(self):
        X = np.array([d[0] for d in self.data], dtype=float).reshape(len(self.data), -1)
        y = np.array([d[1] for d in self.data])
        return (X, y)
def main():
    random.seed(123)
    data = EyeData(DATASET_PATH).create()
    X, y = data.arrays()
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
    X_tr, X_va, y_tr, y_va = train_test_split(X_train, y_train, test_size=0.2, random_state=42)
    scaler = StandardScaler().fit(X_tr)
    pca = PCA(n_components=5).fit(scaler.transform(X_tr))
    def emb(a):
        return pca.transform(scaler.transform(a))
    scores = {}
    for gamma in (0.001, 0.01, 0.1):
        m = SVC(gamma=gamma, C=5)
        m.fit(emb(X_tr), y_tr)
        scores[gamma] = m.score(emb(X_va), y_va)
    gamma = max(scores, key=scores.get)
    model = SVC(gamma=gamma, C=5, probability=False)
    model.fit(emb(X_train), y_train)
    pred = model.predict(emb(X_test))
    save({'scaler': scaler, 'pca': pca, 'svm': model}, 'eyes.pkl')
    if '--cam' in sys.argv:
        cap = cv2.VideoCapture(0)
        while True:
            ok, frame = cap.read()
            if not ok:
                break
            e = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), (IMG_SIZE, IMG_SIZE))
if __name__ == '__main__':
    main()
""",
        calls=[
            (TR, "eyes", 0.2, 42),
            (TE, "eyes", 0.2, 42),
            (TR, "eyes", 0.2, 42),
            (VA, "eyes", 0.2, 42),
        ],
        high=frozenset({"augmented_before_split"}),
    ),
    Script(
        "embeddings in a drawn order",
        """\
import argparse
import os
import warnings
from glob import glob
import numpy as np
import pandas as pd
import timm
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import KFold, StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, StandardScaler
from tqdm import tqdm
BACKBONES = ['resnet18', 'vit_small_patch16_224']
def options():
    p = argparse.ArgumentParser()
    p.add_argument('folder', nargs='?', default='ticks/cropped')
    p.add_argument('--k', type=int, default=5)
    p.add_argument('--seed', type=int, default=None)
    p.add_argument('--holdout', default='ticks/lab2', help='images of the second lab, for the last column')
    return p.parse_args()
def listing(folder):
    f = sorted(glob(os.path.join(folder, '**', '*.JPG'), recursive=True))
    return (f, [os.path.basename(os.path.dirname(x)) for x in f])
@torch.inference_mode()
def embed(name, files):
    net = timm.create_model(name, pretrained=True, num_classes=0).eval()
    cfg = timm.data.resolve_model_data_config(net)
    tf = timm.data.create_transform(**{} if not isinstance(cfg, dict) else cfg, is_training=False)
    out = []
    for f in tqdm(files, desc=name, leave=False):
        out.append(net(tf(Image.open(f).convert('RGB'))[None])[0].numpy())
    return np.stack(out)
def folds(args, X, y):
    if args.seed is None:
        return KFold(args.k).split(X)
    return StratifiedKFold(args.k, shuffle=True, random_state=args.seed).split(X, y)
def clf():
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=200, class_weight='balanced'))
def main():
    args = options()
    files, names = listing(args.folder)
    le = LabelEncoder().fit(names)
    y = le.transform(names)
    order = np.random.default_rng(0).permutation(len(y))
    files = [files[i] for i in order]
    y = y[order]
    files2, names2 = listing(args.holdout)
    y2 = le.transform(names2)
    table = []
    for b in BACKBONES:
        X = embed(b, files)
        X2 = embed(b, files2)
        scores = []
        for tr, te in folds(args, X, y):
            model = clf().fit(X[tr], y[tr])
            scores.append(balanced_accuracy_score(y[te], model.predict(X[te])))
        table.append({'backbone': b, 'cv': round(float(np.mean(scores)), 3), 'sd': round(float(np.std(scores)), 3), 'lab 2': round(balanced_accuracy_score(y2, model.predict(X2)), 3)})
        np.savez_compressed(f'emb_{b}.npz', X=X, y=y, files=files)
    df = pd.DataFrame(table).sort_values('cv', ascending=False)
    with open('README_table.txt', 'w') as f:
        f.write(df.to_csv(sep='|', index=False))
if __name__ == '__main__':
    main()
""",
        calls=[
            (TE, "ticks/lab2", None, None),
            (TR, "ticks/cropped", 0.2, None),
            (TE, "ticks/cropped", 0.2, None),
        ],
    ),
    Script(
        "a fixed number per class",
        """\
import argparse
import os
import pathlib
import sys
import tempfile
import splitfolders
import torch
import torch.nn as nn
import torchvision
import wandb
from torch.utils.data import DataLoader
from torchvision import transforms as T
parser = argparse.ArgumentParser()
parser.add_argument('--input', default='grains')
parser.add_argument('--n-val', type=int, default=6)
parser.add_argument('--n-test', type=int, default=4)
parser.add_argument('--split_seed', type=int, default=1337)
parser.add_argument('--epochs', type=int, default=3)
parser.add_argument('--lr', type=float, default=0.001)
parser.add_argument('--oversample', action='store_true')
def split(args, out):
    splitfolders.fixed(args.input, output=out, seed=args.split_seed, fixed=(args.n_val, args.n_test), oversample=args.oversample, group_prefix=None, move=False)
def loaders(out):
    aug = T.Compose([T.Resize((64, 64)), T.RandomHorizontalFlip(), T.RandomVerticalFlip(), T.ToTensor()])
    no = T.Compose([T.Resize((64, 64)), T.ToTensor()])
    result = {}
    for part in os.listdir(out):
        ds = torchvision.datasets.ImageFolder(os.path.join(out, part), aug if part == 'train' else no)
        result[part] = DataLoader(ds, batch_size=32, shuffle=part == 'train', num_workers=2)
    return result
@torch.no_grad()
def score(net, dl):
    net.eval()
    ok, n = (0, 0)
    for x, y in dl:
        ok += (net(x).argmax(1) == y).sum().item()
        n += len(y)
    return ok / n
def main():
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix='grains_') as tmp:
        split(args, tmp)
        dl = loaders(tmp)
        net = Net(len(dl['train'].dataset.classes))
        opt = torch.optim.AdamW(net.parameters(), lr=args.lr)
        ce = nn.CrossEntropyLoss()
        best = 0
        for epoch in range(args.epochs):
            net.train()
            for x, y in dl['train']:
                loss = ce(net(x), y)
                opt.zero_grad()
                loss.backward()
                opt.step()
            v = score(net, dl['val'])
            if v > best:
                best = v
                torch.save(net.state_dict(), 'grain.pt')
        net.load_state_dict(torch.load('grain.pt'))
if __name__ == '__main__':
    sys.exit(main())
""",
        calls=[
            (TR, "grains", None, 1337),
            (VA, "grains", None, 1337),
            (TE, "grains", None, 1337),
            (OTHER, "{tmp}/{part}", None, None),
        ],
        unread=frozenset({(22, "validation_split")}),
    ),
]
