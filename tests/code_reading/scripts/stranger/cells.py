"""Notebooks, by a stranger."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "coursera cats dogs",
        cells=(
            """\
# DO NOT EDIT
import os
import zipfile
import random
import shutil
import tensorflow as tf
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from shutil import copyfile
import matplotlib.pyplot as plt""",
            """\
# !wget --no-check-certificate "https://download.microsoft.com/kagglecatsanddogs_5340.zip" -O "/tmp/cats-and-dogs.zip"
local_zip = '/tmp/cats-and-dogs.zip'
zip_ref   = zipfile.ZipFile(local_zip, 'r')
zip_ref.extractall('/tmp')
zip_ref.close()
source_path = '/tmp/PetImages'
!find /tmp/PetImages/ -type f ! -name "*.jpg" -exec rm {} +""",
            """\
root_dir = '/tmp/cats-v-dogs'
if os.path.exists(root_dir):
  shutil.rmtree(root_dir)

# grader-required-cell
# GRADED FUNCTION: create_train_val_dirs
def create_train_val_dirs(root_path):
  ### START CODE HERE
  for s in ['training', 'validation']:
    for c in ['cats', 'dogs']:
      os.makedirs(os.path.join(root_path, s, c))
  ### END CODE HERE

try:
  create_train_val_dirs(root_path=root_dir)
except FileExistsError:
  print("You should not be seeing this since the upper directory is removed beforehand")""",
            """\
# GRADED FUNCTION: split_data
def split_data(SOURCE_DIR, TRAINING_DIR, VALIDATION_DIR, SPLIT_SIZE):
  files = []
  for f in os.listdir(SOURCE_DIR):
    if os.path.getsize(SOURCE_DIR + f) > 0 if os.path.exists(SOURCE_DIR + f) else True:
      files.append(f)
  n = int(len(files) * SPLIT_SIZE)
  shuffled = random.sample(files, len(files))
  for f in shuffled[:n]:
    copyfile(SOURCE_DIR + f, TRAINING_DIR + f)
  for f in shuffled[n:]:
    copyfile(SOURCE_DIR + f, VALIDATION_DIR + f)""",
            """\
split_data("/tmp/PetImages/Cat/", "/tmp/cats-v-dogs/training/cats/", "/tmp/cats-v-dogs/validation/cats/", .9)
split_data("/tmp/PetImages/Dog/", "/tmp/cats-v-dogs/training/dogs/", "/tmp/cats-v-dogs/validation/dogs/", .9)""",
            """\
# GRADED FUNCTION: train_val_generators
def train_val_generators(TRAINING_DIR, VALIDATION_DIR):
  ### START CODE HERE
  train_datagen = ImageDataGenerator(rescale=1./255, rotation_range=40, width_shift_range=0.2, height_shift_range=0.2,
                                     shear_range=0.2, zoom_range=0.2, horizontal_flip=True, fill_mode='nearest')
  train_generator = train_datagen.flow_from_directory(directory=TRAINING_DIR,
                                                      batch_size=100,
                                                      class_mode='binary',
                                                      target_size=(150, 150))
  validation_datagen = ImageDataGenerator(rescale=1./255)
  validation_generator = validation_datagen.flow_from_directory(directory=VALIDATION_DIR,
                                                                batch_size=20,
                                                                class_mode='binary',
                                                                target_size=(150, 150))
  ### END CODE HERE
  return train_generator, validation_generator""",
            """\
train_generator, validation_generator = train_val_generators('/tmp/cats-v-dogs/training/', '/tmp/cats-v-dogs/validation/')""",
            """\
def create_model():
  model = tf.keras.models.Sequential([
      tf.keras.layers.Conv2D(16, (3, 3), activation='relu', input_shape=(150, 150, 3)),
      tf.keras.layers.MaxPooling2D(2, 2),
      tf.keras.layers.Flatten(),
      tf.keras.layers.Dense(1, activation='sigmoid')])
  model.compile(optimizer=tf.keras.optimizers.RMSprop(0.001), loss='binary_crossentropy', metrics=['accuracy'])
  return model
model = create_model()
history = model.fit(train_generator, epochs=15, verbose=1, validation_data=validation_generator)""",
            """\
from IPython.display import Javascript, display
display(Javascript("IPython.notebook.save_checkpoint();"))""",
        ),
        calls=[
            (TR, "/tmp/cats-v-dogs/training", None, None),
            (VA, "/tmp/cats-v-dogs/validation", None, None),
        ],
        codes=frozenset({"small_shear"}),
    ),
    Script(
        "kaggle cassava kernel",
        cells=(
            """\
%matplotlib inline
!pip install -q efficientnet >> /dev/null
import os, re, math
import numpy as np, pandas as pd
import tensorflow as tf
from sklearn.model_selection import train_test_split
import efficientnet.tfkeras as efn
print(os.listdir('../input'))""",
            """\
%%time
df = pd.read_csv('../input/cassava/train.csv')
df['path'] = '../input/cassava/train_images/' + df.image_id
train_df, valid_df = train_test_split(df, test_size=.1, random_state=11, stratify=df.label)
df.label.value_counts().plot.bar();""",
            """\
def decode(p, y):
    im = tf.image.decode_jpeg(tf.io.read_file(p), channels=3)
    im = tf.image.resize(im, (512, 512))
    return tf.cast(im, tf.float32) / 255., y

def augment(im, y):
    return tf.image.random_flip_left_right(im), y

def build(d, train=False):
    ds = tf.data.Dataset.from_tensor_slices((d.path.values, d.label.values)).map(decode)
    if train:
        ds = ds.map(augment).shuffle(1024).repeat()
    return ds.batch(16).prefetch(-1)

train_ds = build(train_df, True)
valid_ds = build(valid_df)""",
            """\
model = tf.keras.Sequential([efn.EfficientNetB3(include_top=False, weights='noisy-student', pooling='avg'), tf.keras.layers.Dense(5, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])""",
            """\
# h = model.fit(train_ds, steps_per_epoch=len(train_df) // 16, validation_data=valid_ds, epochs=10)
full_ds = build(df, train=True)
h = model.fit(full_ds, steps_per_epoch=len(df) // 16, validation_data=valid_ds, epochs=10,
              callbacks=[tf.keras.callbacks.EarlyStopping('val_accuracy', patience=3, restore_best_weights=True)])
print('CV score: ', max(h.history['val_accuracy']) if False else h.history)""",
            """\
sub = pd.read_csv('../input/cassava/sample_submission.csv')
sub.to_csv('submission.csv', index=False)""",
        ),
        calls=[(TR, None, None, None), (TR, None, 0.1, 11), (VA, None, 0.1, 11)],
        high=frozenset({"training_reads_all"}),
        unread=frozenset({(2, "folder"), (4, "folder")}),
    ),
    Script(
        "seed changed in later cell",
        cells=(
            """\
import tensorflow as tf, numpy as np
import matplotlib.pyplot as plt""",
            r'''SEED = 1
SIZE = (128, 128)
data = "/content/drive/MyDrive/mushroom_photos"''',
            """\
from google.colab import drive
drive.mount('/content/drive')
!ls "/content/drive/MyDrive/mushroom_photos" | head""",
            """\
train_ds = tf.keras.utils.image_dataset_from_directory(data, validation_split=0.2, subset="training", seed=SEED, image_size=SIZE)
names = train_ds.class_names""",
            """\
SEED = 2   # other examples
rng = np.random.default_rng(SEED)
for x, y in train_ds.take(1):
    i = 0
    plt.imshow(x[i].numpy().astype('uint8')); plt.title(names[y[i]])""",
            """\
val_ds = tf.keras.utils.image_dataset_from_directory(data, validation_split=0.2, subset="validation", seed=SEED, image_size=SIZE)""",
            """\
model = tf.keras.Sequential([tf.keras.layers.Rescaling(1/255.), tf.keras.layers.Conv2D(32, 3), tf.keras.layers.GlobalAveragePooling2D(), tf.keras.layers.Dense(9)])
model.compile('adam', tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
model.fit(train_ds, validation_data=val_ds, epochs=5)""",
        ),
        calls=[
            (TR, "/content/drive/MyDrive/mushroom_photos", 0.2, 1),
            (VA, "/content/drive/MyDrive/mushroom_photos", 0.2, 2),
        ],
        high=frozenset({"different_seeds"}),
    ),
    Script(
        "shadowed seed in function",
        cells=(
            """\
import tensorflow as tf
SEED = 1

def plot_random(ds, n=3):
    SEED = 99
    tf.random.set_seed(SEED)
    return [SEED for SEED in range(n)]""",
            """\
kw = dict(validation_split=0.25, image_size=(64, 64), label_mode='categorical')
tr = tf.keras.utils.image_dataset_from_directory('minerals', subset='training', seed=SEED, **kw)""",
            """\
plot_random(tr)
[SEED for SEED in (4, 5, 6)]""",
            """\
plot_radnom(tr)""",
            """\
va = tf.keras.utils.image_dataset_from_directory('minerals', subset='validation', seed=SEED, **kw)""",
            """\
m = tf.keras.Sequential([tf.keras.layers.Rescaling(1/255.), tf.keras.layers.Flatten(), tf.keras.layers.Dense(7, activation='softmax')])
m.compile('adam', 'categorical_crossentropy', metrics=['accuracy'])
m.fit(tr, epochs=3, validation_data=va)""",
        ),
        calls=[(TR, "minerals", 0.25, 1), (VA, "minerals", 0.25, 1)],
    ),
    Script(
        "fastai lesson1",
        cells=(
            """\
#NB: Kaggle requires phone verification to use the internet or a GPU.
import socket,warnings
import os
iskaggle = os.environ.get('KAGGLE_KERNEL_RUN_TYPE', '')
if iskaggle:
    !pip install -Uqq fastai 'duckduckgo_search>=6.2'""",
            """\
from duckduckgo_search import DDGS
from fastcore.all import *
import time, json
def search_images(keywords, max_images=200): return L(DDGS().images(keywords, max_results=max_images)).itemgot('image')""",
            """\
from fastai.vision.all import *
searches = 'forest','bird'
path = Path('bird_or_not')
for o in searches:
    dest = (path/o)
    dest.mkdir(exist_ok=True, parents=True)
    download_images(dest, urls=search_images(f'{o} photo'))
    time.sleep(5)
    resize_images(path/o, max_size=400, dest=path/o)""",
            """\
failed = verify_images(get_image_files(path))
failed.map(Path.unlink)
len(failed)""",
            """\
dls = DataBlock(
    blocks=(ImageBlock, CategoryBlock),
    get_items=get_image_files,
    splitter=RandomSplitter(valid_pct=0.2, seed=42),
    get_y=parent_label,
    item_tfms=[Resize(192, method='squish')]
).dataloaders(path, bs=32)
dls.show_batch(max_n=6)""",
            """\
learn = vision_learner(dls, resnet18, metrics=error_rate)
learn.fine_tune(3)""",
            """\
is_bird,_,probs = learn.predict(PILImage.create('bird.jpg'))
print(f"This is a: {is_bird}.")""",
        ),
        calls=[(TR, "bird_or_not", 0.2, 42), (VA, "bird_or_not", 0.2, 42)],
    ),
    Script(
        "fastai grandparent",
        cells=(
            """\
!pip install -Uqq fastbook
import fastbook
fastbook.setup_book()""",
            """\
from fastbook import *
from fastai.vision.all import *""",
            """\
path = Path('/notebooks/storage/imagewoof2-160')
dblock = DataBlock(blocks=(ImageBlock, CategoryBlock), get_items=get_image_files, get_y=parent_label,
                   splitter=GrandparentSplitter(valid_name='val'),
                   item_tfms=Resize(160), batch_tfms=aug_transforms(size=128, min_scale=0.75))
dls = dblock.dataloaders(path, bs=64)""",
            """\
learn = vision_learner(dls, resnet34, metrics=[accuracy, F1Score(average='macro')])
lrs = learn.lr_find(suggest_funcs=(1, 2)) if False else None
learn.fit_one_cycle(5, 3e-3)""",
            """\
dls2 = ImageDataLoaders.from_folder(path, train='train', valid='val', item_tfms=Resize(256), batch_tfms=aug_transforms(size=224), bs=32)
learn.dls = dls2
learn.fine_tune(5)""",
            """\
tst = dls2.test_dl(get_image_files(path/'test'), with_labels=True)
preds, targs = learn.get_preds(dl=tst)
accuracy(preds, targs)""",
        ),
        calls=[
            (TR, "/notebooks/storage/imagewoof2-160", None, None),
            (VA, "/notebooks/storage/imagewoof2-160", None, None),
            (TR, "/notebooks/storage/imagewoof2-160", None, None),
            (VA, "/notebooks/storage/imagewoof2-160", None, None),
        ],
    ),
    Script(
        "udacity flower torch",
        cells=(
            """\
# Imports here
import torch
from torch import nn, optim
from torchvision import datasets, transforms, models
import json
from collections import OrderedDict""",
            """\
data_dir = 'flowers'
train_dir = data_dir + '/train'
valid_dir = data_dir + '/valid'
test_dir = data_dir + '/test'""",
            """\
# TODO: Define your transforms for the training, validation, and testing sets
train_transforms = transforms.Compose([transforms.RandomRotation(30),
                                       transforms.RandomResizedCrop(224),
                                       transforms.RandomHorizontalFlip(),
                                       transforms.ToTensor(),
                                       transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
test_transforms = transforms.Compose([transforms.Resize(255), transforms.CenterCrop(224), transforms.ToTensor(),
                                      transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
# TODO: Load the datasets with ImageFolder
train_data = datasets.ImageFolder(train_dir, transform=train_transforms)
valid_data = datasets.ImageFolder(valid_dir, transform=test_transforms)
#test_data = datasets.ImageFolder(valid_dir, transform=test_transforms)
test_data = datasets.ImageFolder(test_dir, transform=test_transforms)
trainloader = torch.utils.data.DataLoader(train_data, batch_size=64, shuffle=True)
validloader = torch.utils.data.DataLoader(valid_data, batch_size=64)
testloader = torch.utils.data.DataLoader(test_data, batch_size=64)""",
            """\
with open('cat_to_name.json', 'r') as f:
    cat_to_name = json.load(f)""",
            """\
model = models.vgg16(pretrained=True)
for p in model.parameters():
    p.requires_grad = False
model.classifier = nn.Sequential(OrderedDict([('fc1', nn.Linear(25088, 4096)), ('relu', nn.ReLU()), ('fc2', nn.Linear(4096, 102)), ('output', nn.LogSoftmax(dim=1))]))
criterion = nn.NLLLoss()
optimizer = optim.Adam(model.classifier.parameters(), lr=0.001)""",
            """\
steps, print_every = 0, 40
for e in range(3):
    for inputs, labels in trainloader:
        steps += 1
        optimizer.zero_grad()
        loss = criterion(model(inputs), labels); loss.backward(); optimizer.step()
        if steps % print_every == 0:
            with torch.no_grad():
                acc = sum((model(i).argmax(1) == l).float().mean() for i, l in validloader)""",
            """\
# TODO: Do validation on the test set
print(sum((model(i).argmax(1) == l).float().mean() for i, l in testloader))""",
        ),
        calls=[
            (TR, "flowers/train", None, None),
            (VA, "flowers/valid", None, None),
            (TE, "flowers/test", None, None),
        ],
    ),
    Script(
        "torch subset transform override",
        cells=(
            """\
import torch, torchvision
from torch.utils.data import random_split, DataLoader
from torchvision import transforms as T, datasets
torch.manual_seed(17)""",
            """\
train_tf = T.Compose([T.RandomHorizontalFlip(), T.RandomAffine(10, translate=(.1, .1)), T.Resize((96, 96)), T.ToTensor()])
eval_tf = T.Compose([T.Resize((96, 96)), T.ToTensor()])
full = datasets.ImageFolder('traffic_signs/all')
n = len(full)
train_set, val_set = random_split(full, (n - n // 5, n // 5))
train_set.dataset.transform = train_tf
val_set.dataset.transform = eval_tf""",
            """\
train_dl = DataLoader(train_set, 32, True)
val_dl = DataLoader(val_set, 32)
x, y = next(iter(train_dl)); x.shape""",
            """\
net = torchvision.models.mobilenet_v3_small(num_classes=43)
opt = torch.optim.AdamW(net.parameters(), 1e-3)
for ep in range(2):
    net.train()
    for x, y in train_dl:
        opt.zero_grad(); torch.nn.functional.cross_entropy(net(x), y).backward(); opt.step()
    net.eval()
    print(ep, sum((net(x).argmax(1) == y).sum() for x, y in val_dl) / len(val_set))""",
        ),
        calls=[(TR, "traffic_signs/all", 0.2, 17), (VA, "traffic_signs/all", 0.2, 17)],
        codes=frozenset({"transform_shared"}),
    ),
    Script(
        "kaggle input seed",
        cells=(
            """\
import tensorflow as tf
train_folder = 'leaf/train'
val_folder = input('validation folder: ')""",
            """\
train = tf.keras.utils.image_dataset_from_directory(train_folder, image_size=(100, 100))
val = tf.keras.utils.image_dataset_from_directory(val_folder, image_size=(100, 100), shuffle=False)""",
            """\
net = tf.keras.Sequential([tf.keras.layers.Rescaling(1/255.), tf.keras.layers.Flatten(), tf.keras.layers.Dense(3)])
net.compile('adam', tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
epochs = int(input('epochs? ') or 5)
net.fit(train, validation_data=val, epochs=epochs)""",
        ),
        calls=[(TR, "leaf/train", None, None), (VA, None, None, None)],
        unread=frozenset({(2, "folder")}),
    ),
    Script(
        "two models two datas",
        cells=(
            """\
import tensorflow as tf
L = tf.keras.layers
def small(n):
    m = tf.keras.Sequential([L.Rescaling(1/255.), L.Conv2D(8, 3, activation='relu'), L.GlobalAveragePooling2D(), L.Dense(n)])
    m.compile('adam', tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
    return m""",
            """\
train_ds = tf.keras.utils.image_dataset_from_directory('boats', validation_split=.2, subset='training', seed=10)
val_ds = tf.keras.utils.image_dataset_from_directory('boats', validation_split=.2, subset='validation', seed=10)
a = small(9); a.fit(train_ds, validation_data=val_ds, epochs=2)""",
            """\
train_ds = tf.keras.utils.image_dataset_from_directory('clouds', validation_split=.3, subset='training', seed=20)
val_ds = tf.keras.utils.image_dataset_from_directory('clouds', validation_split=.3, subset='validation', seed=20)
b = small(4); b.fit(train_ds, validation_data=val_ds, epochs=2)""",
            """\
train_ds = val_ds
for x, y in train_ds.take(1): print(x.shape)""",
        ),
        calls=[
            (TR, "boats", 0.2, 10),
            (VA, "boats", 0.2, 10),
            (TR, "clouds", 0.3, 20),
            (VA, "clouds", 0.3, 20),
        ],
    ),
    Script(
        "tta generator reset",
        cells=(
            """\
import numpy as np, pandas as pd, os
from keras.preprocessing.image import ImageDataGenerator
from keras.applications.xception import Xception, preprocess_input
from keras.layers import Dense
from keras.models import Sequential
INPUT = '../input/plant-seedlings-classification'
os.listdir(INPUT)""",
            """\
datagen = ImageDataGenerator(preprocessing_function=preprocess_input, rotation_range=360, validation_split=0.1)
valgen = ImageDataGenerator(preprocessing_function=preprocess_input, validation_split=0.1)
testgen = ImageDataGenerator(preprocessing_function=preprocess_input)
opts = {'target_size': (299, 299), 'class_mode': 'categorical', 'batch_size': 16}
train_flow = datagen.flow_from_directory(f'{INPUT}/train', subset='training', **opts)
valid_flow = valgen.flow_from_directory(f'{INPUT}/train', subset='validation', **opts)
opts['class_mode'] = None
opts['shuffle'] = False
test_flow = testgen.flow_from_directory(INPUT, classes=['test'], **opts)""",
            """\
model = Sequential([Xception(include_top=False, pooling='avg'), Dense(12, activation='softmax')])
model.compile('adam', 'categorical_crossentropy', metrics=['accuracy'])
%time model.fit(train_flow, validation_data=valid_flow, epochs=12)""",
            """\
test_flow.reset()
p = model.predict(test_flow)
idx = {v: k for k, v in train_flow.class_indices.items()} if isinstance(train_flow.class_indices, dict) else {}
pd.DataFrame({'file': [os.path.basename(f) for f in test_flow.filenames], 'species': [idx.get(int(i)) for i in np.argmax(p, 1)]}).to_csv('submission.csv', index=False)""",
        ),
        calls=[
            (TR, "../input/plant-seedlings-classification/train", 0.1, None),
            (VA, "../input/plant-seedlings-classification/train", 0.1, None),
            (TE, "../input/plant-seedlings-classification", None, None),
        ],
    ),
    Script(
        "subset both unpacked swapped",
        cells=(
            """\
import keras
val_ds, train_ds = keras.utils.image_dataset_from_directory('icons', validation_split=0.2, subset='both', seed=77, image_size=(48, 48))""",
            """\
net = keras.Sequential([keras.layers.Rescaling(1/127.5, offset=-1), keras.layers.Flatten(), keras.layers.Dense(30)])
net.compile('adam', keras.losses.SparseCategoricalCrossentropy(from_logits=True))
net.fit(train_ds, validation_data=val_ds)""",
        ),
        calls=[(VA, "icons", 0.2, 77), (TR, "icons", 0.2, 77)],
        codes=frozenset({"sides_swapped"}),
        unread=frozenset({(1, "the augmentation")}),
    ),
    Script(
        "hf notebook seed clean",
        cells=(
            """\
!pip install -q datasets transformers accelerate
%load_ext autoreload
%autoreload 2""",
            """\
from datasets import load_dataset
train_ds, val_ds = load_dataset("food101", split=["train[:90%]", "train[90%:]"])
test_ds = load_dataset("food101", split="validation")""",
            """\
small = train_ds.shuffle(seed=3).select(range(5000))
small_val = val_ds.shuffle(seed=4).select(range(500))
labels = small.features["label"].names
id2label = {i: l for i, l in enumerate(labels)}""",
            """\
from transformers import AutoImageProcessor, AutoModelForImageClassification, TrainingArguments, Trainer, DefaultDataCollator
proc = AutoImageProcessor.from_pretrained("microsoft/resnet-50")
def tf(ex):
    ex["pixel_values"] = [proc(i.convert("RGB"), return_tensors="pt")["pixel_values"][0] for i in ex["image"]]
    del ex["image"]
    return ex
small, small_val, test_ds = small.with_transform(tf), small_val.with_transform(tf), test_ds.with_transform(tf)""",
            """\
trainer = Trainer(model=AutoModelForImageClassification.from_pretrained("microsoft/resnet-50", num_labels=101, ignore_mismatched_sizes=True),
                  args=TrainingArguments(output_dir="out", remove_unused_columns=False, push_to_hub=False, max_steps=200),
                  train_dataset=small, eval_dataset=small_val, data_collator=DefaultDataCollator())
trainer.train()""",
            """\
trainer.evaluate(test_ds)""",
        ),
        calls=[(TR, "food101", 0.1, None), (VA, "food101", 0.1, None), (TE, "food101", None, None)],
    ),
    Script(
        "writefile and bash",
        cells=(
            """\
%%writefile old_train.py
import tensorflow as tf
a = tf.keras.utils.image_dataset_from_directory("x", validation_split=.2, subset="training", seed=1)
b = tf.keras.utils.image_dataset_from_directory("x", validation_split=.2, subset="validation", seed=2)""",
            """\
%%bash
mkdir -p x && for i in 1 2 3; do echo $i; done""",
            """\
import tensorflow as tf
files = !ls x
n_files = len(files)
tf.random.set_seed(0); args = dict(validation_split=.2, seed=0, color_mode="rgba")
tr, va = [tf.keras.utils.image_dataset_from_directory("x", subset=s, **args) for s in ("training", "validation")]""",
            """\
tr?""",
            """\
m = tf.keras.applications.EfficientNetB0(weights=None, input_shape=(256, 256, 4), classes=3)
m.compile("adam", "sparse_categorical_crossentropy")
m.fit(tr, validation_data=va)""",
        ),
        calls=[(TR, "x", 0.2, 0), (VA, "x", 0.2, 0)],
    ),
    Script(
        "sklearn two tts",
        cells=(
            """\
import numpy as np, glob
from PIL import Image
from sklearn.model_selection import train_test_split, GridSearchCV, StratifiedKFold
from sklearn.preprocessing import StandardScaler
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression""",
            """\
%%time
paths = sorted(glob.glob('faces/*/*.png'))
X = np.stack([np.asarray(Image.open(p).convert('L').resize((32, 32))).ravel() for p in paths])
y = np.array([p.split('/')[-2] for p in paths])
X.shape""",
            """\
X_tmp, X_test, y_tmp, y_test = train_test_split(X, y, test_size=.2, random_state=1, stratify=y)
X_train, X_val, y_train, y_val = train_test_split(X_tmp, y_tmp, train_size=.75, random_state=99)""",
            """\
sc = StandardScaler().fit(X_train)
pca = PCA(50, random_state=0).fit(sc.transform(X_train))
f = lambda A: pca.transform(sc.transform(A))
clf = LogisticRegression(max_iter=2000).fit(f(X_train), y_train)
print(clf.score(f(X_val), y_val))""",
            """\
cv = StratifiedKFold(5, shuffle=True, random_state=0)
gs = GridSearchCV(make_pipeline(StandardScaler(), PCA(50), LogisticRegression()), {'pca__n_components': [20, 50]}, cv=cv)
gs.fit(X_tmp, y_tmp)
print(gs.score(X_test, y_test))""",
        ),
        calls=[
            (TR, "faces", 0.2, 1),
            (TE, "faces", 0.2, 1),
            (TR, "faces", 0.25, 99),
            (VA, "faces", 0.25, 99),
        ],
    ),
    Script(
        "same split twice unequal",
        cells=(
            """\
import tensorflow as tf, numpy as np, pathlib
from sklearn.model_selection import train_test_split
root = pathlib.Path('wood_species')
paths = sorted(str(p) for p in root.glob('*/*.jpg'))
labels = [int(p.split('x')[-1][0]) if False else 0 for p in paths]""",
            """\
def to_ds(p, l, training=False):
    d = tf.data.Dataset.from_tensor_slices((p, l))
    if training:
        d = d.shuffle(len(p))
    return d.map(lambda a, b: (tf.image.resize(tf.io.decode_jpeg(tf.io.read_file(a)), (90, 90)) / 255., b)).batch(32)
p_train, p_val, l_train, l_val = train_test_split(paths, labels, test_size=0.2, random_state=0)""",
            """\
cnn = tf.keras.Sequential([tf.keras.layers.Conv2D(16, 3, input_shape=(90, 90, 3)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(12)])
cnn.compile('adam', tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
cnn.fit(to_ds(p_train, l_train, True), validation_data=to_ds(p_val, l_val), epochs=10)""",
            """\
_, p_test, _, l_test = train_test_split(paths, labels, test_size=0.2, random_state=1)
print('test', cnn.evaluate(to_ds(p_test, l_test)))""",
        ),
        calls=[
            (TR, "wood_species", 0.2, 0),
            (VA, "wood_species", 0.2, 0),
            (TE, "wood_species", 0.2, 1),
        ],
        high=frozenset({"different_seeds"}),
    ),
    Script(
        "syntax error cell",
        cells=(
            """\
import tensorflow as tf
D, S = "data/knots", 4""",
            """\
train = tf.keras.utils.image_dataset_from_directory(D, validation_split=0.2, subset="training", seed=S)""",
            """\
for x, y in train.take(1)
    plt.imshow(""",
            """\
valid = tf.keras.utils.image_dataset_from_directory(D, validation_split=0.3, subset="validation", seed=S)""",
            """\
m = tf.keras.Sequential([tf.keras.layers.Rescaling(1./255), tf.keras.layers.Flatten(), tf.keras.layers.Dense(5)])
m.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
m.fit(train, validation_data=valid, epochs=2)""",
        ),
        calls=[(TR, "data/knots", 0.2, 4), (VA, "data/knots", 0.3, 4)],
        high=frozenset({"different_validation_split"}),
        unread=frozenset({(1, "the cell")}),
    ),
    Script(
        "kagglehub fraction unknown",
        cells=(
            """\
import kagglehub
path = kagglehub.dataset_download("gpiosenka/100-bird-species")""",
            """\
#@title Settings
USE_AUG = False #@param {type:"boolean"}
IMG = 224 #@param [128, 224, 299] {type:"raw"}
import requests, os
VAL = requests.get("https://example.org/course/config.json").json()["val_fraction"]""",
            """\
import tensorflow as tf, numpy as np
def get(sub):
    return tf.keras.utils.image_dataset_from_directory(os.path.join(path, "train"), validation_split=VAL, subset=sub, seed=1234, image_size=(IMG, IMG))
train, val = get("training"), get("validation")
test = tf.keras.utils.image_dataset_from_directory(os.path.join(path, "test"), shuffle=False, image_size=(IMG, IMG))
if USE_AUG:
    flip = tf.keras.layers.RandomFlip()
    train = train.map(lambda x, y: (flip(x, training=True), y))
    val = val.map(lambda x, y: (flip(x, training=True), y))""",
            """\
m = tf.keras.applications.EfficientNetV2S(weights=None, classes=100)
m.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
m.fit(train, validation_data=val, epochs=int(os.environ.get("EPOCHS", 3)))""",
            """\
y_true = np.concatenate([y for _, y in test])
y_pred = m.predict(test).argmax(-1)
print((y_true == y_pred).mean())""",
        ),
        calls=[
            (TR, "{path}/train", None, 1234),
            (VA, "{path}/train", None, 1234),
            (TE, "{path}/test", None, None),
        ],
        unread=frozenset({(3, "validation_split")}),
    ),
]
