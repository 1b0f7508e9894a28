"""PyTorch, Hugging Face, fastai and Ultralytics, by a stranger."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "torch random split shared transform",
        """\
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, random_split
from torchvision import datasets, transforms, models

device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")

transform = transforms.Compose([
    transforms.Resize(256),
    transforms.RandomResizedCrop(224, scale=(0.7, 1.0)),
    transforms.RandomHorizontalFlip(),
    transforms.ColorJitter(brightness=.2, hue=.05),
    transforms.ToTensor(),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])

dataset = datasets.ImageFolder("data/plants", transform=transform)
n_train = int(0.8 * len(dataset))
n_val = len(dataset) - n_train
train_set, val_set = random_split(dataset, [n_train, n_val], generator=torch.Generator().manual_seed(42))
train_loader = DataLoader(train_set, batch_size=32, shuffle=True, num_workers=4)
val_loader = DataLoader(val_set, batch_size=32)

model = models.resnet18(weights=models.ResNet18_Weights.DEFAULT)
model.fc = nn.Linear(512, len(dataset.classes))
model.to(device)
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)

for epoch in range(2):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
    model.eval()
    correct = 0
    with torch.no_grad():
        for x, y in val_loader:
            correct += (model(x.to(device)).argmax(1) == y.to(device)).sum().item()
    print(epoch, correct / len(val_set))
""",
        calls=[(TR, "data/plants", 0.2, 42), (VA, "data/plants", 0.2, 42)],
        codes=frozenset({"validation_augmented"}),
    ),
    Script(
        "two random splits",
        """\
import torch
from torch.utils.data import random_split, DataLoader
from torchvision.datasets import ImageFolder
import torchvision.transforms as T

torch.manual_seed(0)
aug = T.Compose([T.RandomResizedCrop(128), T.RandAugment(), T.ToTensor()])
plain = T.Compose([T.Resize((128, 128)), T.ToTensor()])

ds_a = ImageFolder("fungi", transform=aug)
ds_b = ImageFolder("fungi", transform=plain)
lengths = [int(len(ds_a) * .85), len(ds_a) - int(len(ds_a) * .85)]
train_ds, _ = random_split(ds_a, lengths)
_, val_ds = random_split(ds_b, lengths)
train_dl = DataLoader(train_ds, 64, shuffle=True, drop_last=True)
val_dl = DataLoader(val_ds, 256, shuffle=False)
print(len(train_dl), len(val_dl))
""",
        calls=[(TR, "fungi", 0.15, 0), (VA, "fungi", 0.15, None)],
        high=frozenset({"different_seeds"}),
        unread=frozenset({(14, "seed")}),
    ),
    Script(
        "two random splits same generator",
        """\
import torch
from torch.utils.data import random_split, DataLoader
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

SEED = 0xC0FFEE


def gen():
    g = torch.Generator()
    g.manual_seed(SEED)
    return g


train_tf = v2.Compose([v2.PILToTensor(), v2.RandomResizedCrop(size=(128, 128), antialias=True), v2.TrivialAugmentWide(), v2.ToDtype(torch.float32, scale=True)])
test_tf = v2.Compose([v2.PILToTensor(), v2.Resize(size=(128, 128)), v2.ToDtype(torch.float32, scale=True)])
a, b = (ImageFolder("fungi", transform=t) for t in (train_tf, test_tf))
train_ds = random_split(a, [0.85, 0.15], generator=gen())[0]
val_ds = random_split(b, [0.85, 0.15], generator=gen())[1]
loaders = {"train": DataLoader(train_ds, 64, shuffle=True), "val": DataLoader(val_ds, 256)}
""",
        calls=[(TR, "fungi", 0.15, 12648430), (VA, "fungi", 0.15, 12648430)],
        unread=frozenset({(15, "the augmentation")}),
    ),
    Script(
        "sampler overlap",
        """\
import torch
import numpy as np
from torchvision import datasets
import torchvision.transforms as transforms
from torch.utils.data.sampler import SubsetRandomSampler

# check if CUDA is available
train_on_gpu = torch.cuda.is_available()
if not train_on_gpu:
    print('CUDA is not available.  Training on CPU ...')

num_workers = 0
batch_size = 20
valid_size = 0.2

transform = transforms.Compose([
    transforms.ToTensor(),
    transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    ])
train_data = datasets.CIFAR10('data', train=True, download=True, transform=transform)
test_data = datasets.CIFAR10('data', train=False, download=True, transform=transform)

num_train = len(train_data)
indices = list(range(num_train))
np.random.shuffle(indices)
split = int(np.floor(0.1 * num_train))
train_idx, valid_idx = indices[split:], indices[:int(valid_size * num_train)]
train_sampler = SubsetRandomSampler(train_idx)
valid_sampler = SubsetRandomSampler(valid_idx)

train_loader = torch.utils.data.DataLoader(train_data, batch_size=batch_size, sampler=train_sampler, num_workers=num_workers)
valid_loader = torch.utils.data.DataLoader(train_data, batch_size=batch_size, sampler=valid_sampler, num_workers=num_workers)
test_loader = torch.utils.data.DataLoader(test_data, batch_size=batch_size, num_workers=num_workers)
classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']
""",
        calls=[(TE, "data", None, None), (TR, "data", 0.1, None), (VA, "data", 0.2, None)],
        high=frozenset({"overlap"}),
        unread=frozenset({(27, "seed")}),
    ),
    Script(
        "image datasets dict",
        """\
import os
import time
import copy
import torch
import torch.nn as nn
import torch.optim as optim
from torch.optim import lr_scheduler
from torchvision import datasets, models, transforms
import matplotlib.pyplot as plt
plt.ion()   # interactive mode

data_transforms = {
    'train': transforms.Compose([
        transforms.RandomResizedCrop(224),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    ]),
    'val': transforms.Compose([
        transforms.Resize(256),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    ]),
}
data_dir = 'data/hymenoptera_data'
image_datasets = {x: datasets.ImageFolder(os.path.join(data_dir, x),
                                          data_transforms[x])
                  for x in ['train', 'val']}
dataloaders = {x: torch.utils.data.DataLoader(image_datasets[x], batch_size=4, shuffle=True, num_workers=4)
               for x in ['train', 'val']}
dataset_sizes = {x: len(image_datasets[x]) for x in ['train', 'val']}
class_names = image_datasets['train'].classes
device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")

def train_model(model, criterion, optimizer, scheduler, num_epochs=25):
    best_model_wts = copy.copy(model.state_dict())
    best_acc = 0.0
    for epoch in range(num_epochs):
        for phase in ['train', 'val']:
            model.train() if phase == 'train' else model.eval()
            running_corrects = 0
            for inputs, labels in dataloaders[phase]:
                inputs, labels = inputs.to(device), labels.to(device)
                optimizer.zero_grad()
                with torch.set_grad_enabled(phase == 'train'):
                    outputs = model(inputs)
                    _, preds = torch.max(outputs, 1)
                    loss = criterion(outputs, labels)
                    if phase == 'train':
                        loss.backward(); optimizer.step()
                running_corrects += torch.sum(preds == labels.data)
    return model

model_ft = models.resnet18(pretrained=True)
model_ft.fc = nn.Linear(model_ft.fc.in_features, 2)
opt = optim.SGD(model_ft.parameters(), lr=0.001, momentum=0.9)
model_ft = train_model(model_ft, nn.CrossEntropyLoss(), opt, lr_scheduler.StepLR(opt, 7), num_epochs=2)
""",
        calls=[
            (TR, "data/hymenoptera_data/train", None, None),
            (VA, "data/hymenoptera_data/val", None, None),
        ],
    ),
    Script(
        "lightning datamodule",
        """\
import typing as t
from pathlib import Path

import lightning as L
import torch
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, Subset
from torchvision import transforms as T
from torchvision.datasets import ImageFolder


class TextureData(L.LightningDataModule):
    def __init__(self, root: Path = Path("datasets/dtd"), size: int = 224, batch_size: int = 32, seed: int = 17) -> None:
        super().__init__()
        self.root, self.size, self.batch_size, self.seed = root, size, batch_size, seed
        self.norm = T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))

    @property
    def train_tf(self) -> t.Callable:
        return T.Compose([T.RandomResizedCrop(self.size), T.RandomHorizontalFlip(), T.ToTensor(), self.norm])

    @property
    def eval_tf(self) -> t.Callable:
        return T.Compose([T.Resize(self.size + 32), T.CenterCrop(self.size), T.ToTensor(), self.norm])

    def setup(self, stage: t.Optional[str] = None) -> None:
        if stage in (None, "fit"):
            full_aug = ImageFolder(str(self.root / "images"), self.train_tf)
            full = ImageFolder(str(self.root / "images"), self.eval_tf)
            tr, va = train_test_split(range(len(full)), test_size=0.2, stratify=full.targets, random_state=self.seed)
            self.train_set = Subset(full_aug, tr)
            self.val_set = Subset(full, va)
        if stage in (None, "test"):
            self.test_set = ImageFolder(str(self.root / "holdout"), self.eval_tf)

    def train_dataloader(self):
        return DataLoader(self.train_set, self.batch_size, shuffle=True)

    def val_dataloader(self):
        return DataLoader(self.val_set, self.batch_size)

    def test_dataloader(self):
        return DataLoader(self.test_set, self.batch_size)


if __name__ == "__main__":
    dm = TextureData()
    trainer = L.Trainer(max_epochs=10)
    trainer.fit(model=torch.hub.load("x", "y"), datamodule=dm)
    trainer.test(datamodule=dm)
""",
        calls=[
            (TR, "datasets/dtd/images", 0.2, 17),
            (VA, "datasets/dtd/images", 0.2, 17),
            (TE, "datasets/dtd/holdout", None, None),
        ],
    ),
    Script(
        "yaml inline torch",
        r'''import yaml, torch
from torchvision import transforms, datasets
from torch.utils.data import random_split, DataLoader

CONFIG = """
data:
  root: /data/sat
  split: [0.7, 0.2, 0.1]
  seed: 5
train: {epochs: 3, lr: 1.0e-3, bs: 128}
"""
cfg = yaml.safe_load(CONFIG)
cfg["data"]["seed"] += 1
cfg.setdefault("train", {}).update(bs=64)

tf = transforms.Compose([transforms.Resize((64, 64)), transforms.ToTensor()])
full = datasets.ImageFolder(cfg["data"]["root"], tf)
rng = torch.Generator().manual_seed(cfg["data"]["seed"])
train_set, val_set, test_set = random_split(full, cfg["data"]["split"], rng)

def loop(net, dl, opt=None):
    net.train(opt is not None)
    tot = 0
    for x, y in dl:
        out = net(x)
        l = torch.nn.functional.cross_entropy(out, y)
        if opt:
            opt.zero_grad(); l.backward(); opt.step()
        tot += float(l)
    return tot

net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.LazyLinear(10))
opt = torch.optim.AdamW(net.parameters(), lr=cfg["train"]["lr"])
for e in range(cfg["train"]["epochs"]):
    loop(net, DataLoader(train_set, cfg["train"]["bs"], shuffle=True), opt)
    print(e, loop(net, DataLoader(val_set, 256)))
print("test", loop(net, DataLoader(test_set, 256)))
''',
        calls=[(TR, "/data/sat", 0.3, 6), (VA, "/data/sat", 0.2, 6), (TE, "/data/sat", 0.1, 6)],
    ),
    Script(
        "kfold subset leak",
        """\
import torch
from sklearn.model_selection import KFold
from torch.utils.data import DataLoader, Subset, ConcatDataset
from torchvision.datasets import ImageFolder
from torchvision import transforms

dataset = ImageFolder('./shells', transforms.Compose([transforms.Resize((32, 32)), transforms.ToTensor()]))
kf = KFold(n_splits=5, shuffle=True, random_state=1)

net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3072, 8))
opt = torch.optim.Adam(net.parameters())
for fold, (tr, va) in enumerate(kf.split(dataset)):
    train_loader = DataLoader(Subset(dataset, tr), batch_size=10, shuffle=True)
    val_loader = DataLoader(Subset(dataset, va), batch_size=10)
    for epoch in range(5):
        for x, y in train_loader:
            opt.zero_grad()
            torch.nn.functional.cross_entropy(net(x), y).backward()
            opt.step()
    acc = sum((net(x).argmax(1) == y).sum() for x, y in val_loader) / len(va)
    print(fold, acc)

test_loader = DataLoader(dataset, batch_size=64)
print('test accuracy', sum((net(x).argmax(1) == y).sum() for x, y in test_loader) / len(dataset))
""",
        calls=[(TE, "./shells", None, None), (TR, "./shells", 0.2, 1), (VA, "./shells", 0.2, 1)],
        high=frozenset({"model_trained_before", "test_is_training"}),
    ),
    Script(
        "group split patients",
        """\
import numpy as np
import pandas as pd
from pathlib import Path
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold, train_test_split  # noqa
import torch
from torch.utils.data import Dataset, DataLoader
import albumentations as A
from albumentations.pytorch import ToTensorV2
import cv2

META = Path("/data/derm/meta.csv")
meta = pd.read_csv(META)
assert {"file", "label", "patient_id"} <= set(meta.columns) or True

outer = GroupShuffleSplit(n_splits=1, test_size=.2, random_state=1337)
dev_idx, test_idx = next(outer.split(meta, groups=meta["patient_id"]))
dev, test = meta.iloc[dev_idx].reset_index(drop=True), meta.iloc[test_idx]
inner = StratifiedGroupKFold(5, shuffle=True, random_state=1337)
tr_idx, va_idx = next(iter(inner.split(dev, dev.label, dev.patient_id)))

train_aug = A.Compose([
    A.RandomResizedCrop(size=(224, 224), scale=(0.8, 1.0)),
    A.Transpose(p=0.5), A.VerticalFlip(p=0.5), A.HorizontalFlip(p=0.5),
    A.OneOf([A.MotionBlur(), A.GaussNoise()], p=0.3),
    A.CoarseDropout(p=0.5), A.Normalize(), ToTensorV2()])
eval_aug = A.Compose([A.Resize(224, 224), A.Normalize(), ToTensorV2()])


class Derm(Dataset):
    def __init__(self, frame, aug):
        self.frame, self.aug = frame.reset_index(drop=True), aug
    def __len__(self):
        return len(self.frame)
    def __getitem__(self, i):
        row = self.frame.iloc[i]
        im = cv2.cvtColor(cv2.imread(str(META.parent / row.file)), cv2.COLOR_BGR2RGB)
        return self.aug(image=im)["image"], row.label


train_dl = DataLoader(Derm(dev.iloc[tr_idx], train_aug), 32, shuffle=True)
val_dl = DataLoader(Derm(dev.iloc[va_idx], eval_aug), 64)
test_dl = DataLoader(Derm(test, eval_aug), 64)
""",
        calls=[(TE, None, 0.2, 1337), (TR, None, 0.2, 1337), (VA, None, 0.2, 1337)],
        unread=frozenset({(15, "folder"), (18, "folder"), (22, "the augmentation")}),
    ),
    Script(
        "albu swapped",
        """\
import pandas as pd
import albumentations as A
from albumentations.pytorch.transforms import ToTensorV2
from sklearn import model_selection
from torch.utils.data import DataLoader, Dataset
try:
    import timm
except ImportError:
    timm = None

class CFG:
    debug = False
    size = 512
    seed = 42
    n_fold = 5
    bs = 16

df = pd.read_csv('../input/plant-pathology/train.csv')
if CFG.debug:
    df = df.sample(n=100, random_state=CFG.seed)

class TrainDataset(Dataset):
    def __init__(self, df, transform=None):
        super().__init__()
        self.df = df
        self.transform = transform

def get_transforms(*, data):
    if data == 'train':
        return A.Compose([A.Resize(CFG.size, CFG.size), A.ShiftScaleRotate(p=.5), A.HorizontalFlip(p=.5), A.RandomBrightnessContrast(p=.5), A.Normalize(), ToTensorV2()])
    elif data == 'valid':
        return A.Compose([A.Resize(CFG.size, CFG.size), A.Normalize(), ToTensorV2()])

folds, valid_folds = model_selection.train_test_split(df, test_size=1 / CFG.n_fold, random_state=CFG.seed, stratify=df['labels'])
train_dataset = TrainDataset(folds, transform=get_transforms(data='valid'))
valid_dataset = TrainDataset(valid_folds, transform=get_transforms(data='train'))
train_loader = DataLoader(train_dataset, batch_size=CFG.bs, shuffle=True, pin_memory=True, drop_last=True)
valid_loader = DataLoader(valid_dataset, batch_size=CFG.bs * 2, shuffle=False)
""",
        calls=[(TR, None, 0.2, 42), (VA, None, 0.2, 42)],
        codes=frozenset({"validation_augmented"}),
        unread=frozenset({(34, "folder")}),
    ),
    Script(
        "hf imagefolder split",
        """\
from datasets import load_dataset, DatasetDict
from transformers import AutoImageProcessor, AutoModelForImageClassification, Trainer, TrainingArguments
from torchvision.transforms import Compose, Normalize, RandomResizedCrop, RandomHorizontalFlip, Resize, CenterCrop, ToTensor
import numpy as np, torch, evaluate

CKPT = "google/vit-base-patch16-224-in21k"
raw = load_dataset("imagefolder", data_dir="./garbage", split="train")
parts = raw.train_test_split(test_size=0.3, seed=42, stratify_by_column="label")
rest = parts["test"].train_test_split(test_size=0.5, seed=7)
ds = DatasetDict(train=parts["train"], validation=rest["train"], test=rest["test"])

proc = AutoImageProcessor.from_pretrained(CKPT)
norm = Normalize(proc.image_mean, proc.image_std)
_train = Compose([RandomResizedCrop(224), RandomHorizontalFlip(), ToTensor(), norm])
_val = Compose([Resize(256), CenterCrop(224), ToTensor(), norm])


def tt(batch):
    batch["pixel_values"] = [_train(i.convert("RGB")) for i in batch["image"]]
    return batch


def vt(batch):
    batch["pixel_values"] = [_val(i.convert("RGB")) for i in batch["image"]]
    return batch


ds["train"].set_transform(tt)
ds["validation"].set_transform(vt)
ds["test"].set_transform(vt)
acc = evaluate.load("accuracy")
args = TrainingArguments("out", learning_rate=5e-5, num_train_epochs=3, eval_strategy="epoch", load_best_model_at_end=True, remove_unused_columns=False)
trainer = Trainer(AutoModelForImageClassification.from_pretrained(CKPT), args, train_dataset=ds["train"], eval_dataset=ds["validation"],
                  compute_metrics=lambda p: acc.compute(predictions=np.argmax(p.predictions, axis=1), references=p.label_ids))
trainer.train()
print(trainer.evaluate(ds["test"]))
""",
        calls=[(TR, "./garbage", 0.3, 42), (VA, "./garbage", 0.5, 7), (TE, "./garbage", 0.5, 7)],
        unread=frozenset({(14, "the augmentation")}),
    ),
    Script(
        "hf two splits two seeds",
        """\
from datasets import load_dataset
from transformers import pipeline, ViTForImageClassification, Trainer, TrainingArguments

def get(part, frac=0.2):
    d = load_dataset("imagefolder", data_dir="/srv/xray", split="train")
    return d.train_test_split(test_size=frac)[part]

train = get("train")
held_out = get("test")

model = ViTForImageClassification.from_pretrained("google/vit-base-patch16-224", num_labels=3, ignore_mismatched_sizes=True)
Trainer(model=model, args=TrainingArguments("o", num_train_epochs=1), train_dataset=train).train()
clf = pipeline("image-classification", model=model)
ok = 0
for row in held_out:
    ok += clf(row["image"])[0]["label"] == row["label"]
print(ok / len(held_out))
""",
        calls=[(TR, "/srv/xray", 0.2, None), (TE, "/srv/xray", 0.2, None)],
        high=frozenset({"different_seeds"}),
        codes=frozenset({"split_changes"}),
        unread=frozenset({(6, "seed")}),
    ),
    Script(
        "fastai script",
        """\
from fastai.vision.all import *

set_seed(99, reproducible=True)
path = Path('bears')
bears = DataBlock(
    blocks=(ImageBlock, CategoryBlock),
    get_items=get_image_files,
    splitter=RandomSplitter(valid_pct=0.2, seed=42),
    get_y=parent_label,
    item_tfms=Resize(128))
dls = bears.dataloaders(path)
dls.valid.show_batch(max_n=4, nrows=1)

bears = bears.new(item_tfms=RandomResizedCrop(224, min_scale=0.5), batch_tfms=aug_transforms(mult=2))
dls = bears.dataloaders(path, bs=32)
learn = vision_learner(dls, resnet18, metrics=error_rate)
learn.fine_tune(4)
interp = ClassificationInterpretation.from_learner(learn)
interp.plot_confusion_matrix()
learn.export()

preds, targs = learn.tta()
print(accuracy(preds, targs))
""",
        calls=[(TR, "bears", 0.2, 42), (VA, "bears", 0.2, 42)],
    ),
    Script(
        "fastai two dls",
        """\
from fastai.vision.all import *
import gc

p = Path('/storage/food')

def get_dls(size, bs):
    return ImageDataLoaders.from_folder(p, valid_pct=0.2, item_tfms=Resize(460),
                                        batch_tfms=aug_transforms(size=size), bs=bs)

dls = get_dls(128, 128)
learn = cnn_learner(dls, resnet34, metrics=accuracy)
learn.fine_tune(3)
gc.collect()
learn.dls = get_dls(224, 64)
learn.fine_tune(5, cbs=[SaveModelCallback(monitor='accuracy'), EarlyStoppingCallback(patience=2)])
print(learn.validate())
""",
        calls=[(TR, "/storage/food", 0.2, None), (VA, "/storage/food", 0.2, None)],
        high=frozenset({"different_seeds"}),
        codes=frozenset({"split_changes"}),
        unread=frozenset({(7, "seed")}),
    ),
    Script(
        "hydra json unknown",
        """\
import json
import logging
import urllib.request

import hydra
import torch
from omegaconf import DictConfig, OmegaConf
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms as T

log = logging.getLogger(__name__)
SPLIT_URL = "https://example.org/splits/v3.json"


def read_split():
    with urllib.request.urlopen(SPLIT_URL) as r:
        return json.load(r)


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg: DictConfig) -> None:
    log.info(OmegaConf.to_yaml(cfg))
    torch.manual_seed(cfg.seed)
    split = read_split()
    aug = T.Compose([T.RandomResizedCrop(cfg.size), T.AutoAugment(), T.ToTensor()])
    ev = T.Compose([T.Resize(cfg.size), T.CenterCrop(cfg.size), T.ToTensor()])
    train = Subset(datasets.ImageFolder(cfg.root, aug), split["train"])
    val = Subset(datasets.ImageFolder(cfg.root, ev), split["val"])
    if cfg.get("use_all", False):
        train = torch.utils.data.ConcatDataset([train, val])
    a = DataLoader(train, cfg.bs, shuffle=True)
    b = DataLoader(val, cfg.bs)
    model = hydra.utils.instantiate(cfg.model)
    for _ in range(3):
        for x, y in a:
            model(x)
        for x, y in b:
            model(x)


if __name__ == "__main__":
    main()
""",
        calls=[(TR, None, None, None), (VA, None, None, None)],
        unread=frozenset(
            {
                (25, "the augmentation"),
                (27, "files"),
                (27, "folder"),
                (27, "indices"),
                (28, "folder"),
                (28, "indices"),
            }
        ),
    ),
    Script(
        "ultralytics cls",
        """\
from ultralytics import YOLO
import torch
from torchvision.datasets import ImageFolder

data = "fish/"
model = YOLO("yolov8n-cls.pt")
results = model.train(data=data, epochs=50, imgsz=224, degrees=10, fliplr=0.5, hsv_h=0.015, erasing=0.4, patience=10)

best = YOLO("runs/classify/train/weights/best.pt")
test_set = ImageFolder(data + "val")
hits = 0
for path, y in test_set.samples:
    r = best(path, verbose=False)[0]
    hits += int(r.probs.top1 == y)
print(f"test accuracy: {hits / len(test_set):.2%}")
""",
        calls=[(TR, "fish", None, None), (VA, "fish", None, None), (TE, "fish/val", None, None)],
        high=frozenset({"test_is_validation"}),
    ),
]
