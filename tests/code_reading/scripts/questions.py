"""Snippets of questions and answers: short, incomplete, often with the bug that is asked about."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "no imports, two calls",
        """
train_ds = tf.keras.utils.image_dataset_from_directory("flowers", validation_split=0.2, subset="training", seed=1)
val_ds = tf.keras.utils.image_dataset_from_directory("flowers", validation_split=0.2, subset="validation", seed=2)
""",
        [(TR, "flowers", 0.2, 1), (VA, "flowers", 0.2, 2)],
        high=frozenset({"different_seeds"}),
    ),
    Script(
        "prompts of a console",
        """
>>> import keras
>>> s = 5
>>> a = keras.utils.image_dataset_from_directory("x", validation_split=.5, subset="training", seed=s)
Found 20 files belonging to 2 classes.
Using 10 files for training.
>>> b = keras.utils.image_dataset_from_directory("x", validation_split=.5, subset="validation", seed=s)
""",
        [(TR, "x", 0.5, 5), (VA, "x", 0.5, 5)],
    ),
    Script(
        "why is my validation accuracy better",
        """
from keras.preprocessing.image import ImageDataGenerator
datagen = ImageDataGenerator(rescale=1./255, rotation_range=15)
train_it = datagen.flow_from_directory('dataset/train/', class_mode='binary', batch_size=64)
val_it = datagen.flow_from_directory('dataset/train/', class_mode='binary', batch_size=64)
model.fit_generator(train_it, steps_per_epoch=16, validation_data=val_it, validation_steps=8)
""",
        [(TR, "dataset/train", None, None), (VA, "dataset/train", None, None)],
        high=frozenset({"training_reads_all"}),
        codes=frozenset({"validation_augmented"}),
    ),
    Script(
        "subset without a split",
        """
from tensorflow.keras.preprocessing.image import ImageDataGenerator
gen = ImageDataGenerator(rescale=1/255)
train = gen.flow_from_directory("imgs", subset="training")
val = gen.flow_from_directory("imgs", subset="validation")
""",
        [(TR, "imgs", None, None), (VA, "imgs", None, None)],
        high=frozenset({"subset_without_split"}),
    ),
    Script(
        "only validation is split",
        """
import tensorflow as tf
train_data = tf.keras.preprocessing.image_dataset_from_directory("./data", image_size=(64, 64))
val_data = tf.keras.preprocessing.image_dataset_from_directory("./data", image_size=(64, 64), validation_split=0.1, subset="validation", seed=9)
model.fit(train_data, validation_data=val_data)
""",
        [(TR, "./data", None, None), (VA, "./data", 0.1, 9)],
        high=frozenset({"training_reads_all"}),
    ),
    Script(
        "the test set is the training folder",
        """
import tensorflow as tf
load = tf.keras.utils.image_dataset_from_directory
train = load("images/train")
val = load("images/val")
test = load("images/train")
model.fit(train, validation_data=val)
print(model.evaluate(test))
""",
        [
            (TR, "images/train", None, None),
            (VA, "images/val", None, None),
            (TE, "images/train", None, None),
        ],
        high=frozenset({"test_is_training"}),
    ),
    Script(
        "classes in another order",
        """
tdg = ImageDataGenerator(rescale=1/255)
train = tdg.flow_from_directory("d/train", classes=["cat", "dog", "fox"])
valid = tdg.flow_from_directory("d/valid", classes=["dog", "cat", "fox"])
model.fit(train, validation_data=valid)
""",
        [(TR, "d/train", None, None), (VA, "d/valid", None, None)],
        high=frozenset({"class_order_differs"}),
    ),
    Script(
        "binary mode with three classes",
        """
gen = ImageDataGenerator(rescale=1/255)
train = gen.flow_from_directory("w/train", class_mode="binary", classes=["sunny", "rain", "snow"])
model = Sequential([Conv2D(8, 3), Flatten(), Dense(3, activation="softmax")])
model.fit(train, epochs=3)
""",
        [(TR, "w/train", None, None)],
        high=frozenset({"binary_with_many_classes"}),
    ),
    Script(
        "label modes that differ",
        """
a = tf.keras.utils.image_dataset_from_directory("s/train", label_mode="categorical")
b = tf.keras.utils.image_dataset_from_directory("s/validation")
model.fit(a, validation_data=b)
""",
        [(TR, "s/train", None, None), (VA, "s/validation", None, None)],
        high=frozenset({"label_mode_differs"}),
    ),
    Script(
        "collecting labels in a second pass",
        """
import numpy as np
test_ds = tf.keras.utils.image_dataset_from_directory("t/test", image_size=(224, 224))
predictions = model.predict(test_ds)
labels = np.concatenate([y for x, y in test_ds], axis=0)
acc = (predictions.argmax(1) == labels).mean()
""",
        [(TE, "t/test", None, None)],
        high=frozenset({"predictions_shuffled"}),
    ),
    Script(
        "the same in the order of the files",
        """
import numpy as np
test_ds = tf.keras.utils.image_dataset_from_directory("t/test", image_size=(224, 224), shuffle=False)
predictions = model.predict(test_ds)
labels = np.concatenate([y for x, y in test_ds], axis=0)
""",
        [(TE, "t/test", None, None)],
    ),
    Script(
        "random_split with lengths",
        """
from torch.utils.data import random_split, DataLoader
import torchvision, torch
data = torchvision.datasets.ImageFolder(root="mushrooms", transform=tf)
train_len = int(len(data) * 0.7)
train_set, val_set = random_split(data, [train_len, len(data) - train_len], generator=torch.Generator().manual_seed(42))
train_loader = DataLoader(train_set, 32, shuffle=True)
""",
        [(TR, "mushrooms", 0.3, 42), (VA, "mushrooms", 0.3, 42)],
    ),
    Script(
        "random_split without a seed",
        """
import torch
from torchvision import datasets
full = datasets.ImageFolder("fruits")
train_set, test_set = torch.utils.data.random_split(full, [0.8, 0.2])
""",
        [(TR, "fruits", 0.2, None), (TE, "fruits", 0.2, None)],
        unread=frozenset({(5, "seed")}),
    ),
    Script(
        "three parts",
        """
import torch
from torch.utils.data import random_split
from torchvision.datasets import ImageFolder
ds = ImageFolder("birds")
g = torch.Generator().manual_seed(0)
train, val, test = random_split(ds, [0.7, 0.2, 0.1], generator=g)
""",
        [(TR, "birds", 0.3, 0), (VA, "birds", 0.2, 0), (TE, "birds", 0.1, 0)],
    ),
    Script(
        "indices by numpy and a sampler",
        """
import numpy as np
from torch.utils.data.sampler import SubsetRandomSampler
from torchvision import datasets
import torch
train_data = datasets.ImageFolder("data/train", transform=t)
num_train = len(train_data)
indices = list(range(num_train))
np.random.seed(5)
np.random.shuffle(indices)
valid_size = 0.2
split = int(np.floor(valid_size * num_train))
train_idx, valid_idx = indices[split:], indices[:split]
train_sampler = SubsetRandomSampler(train_idx)
valid_sampler = SubsetRandomSampler(valid_idx)
train_loader = torch.utils.data.DataLoader(train_data, batch_size=20, sampler=train_sampler)
valid_loader = torch.utils.data.DataLoader(train_data, batch_size=20, sampler=valid_sampler)
""",
        [(TR, "data/train", 0.2, 5), (VA, "data/train", 0.2, 5)],
    ),
    Script(
        "split of a glob without a seed",
        """
from glob import glob
from sklearn.model_selection import train_test_split
paths = glob("pets/*/*.png")
train_paths, test_paths = train_test_split(paths, test_size=0.1)
""",
        [(TR, "pets", 0.1, None), (TE, "pets", 0.1, None)],
        unread=frozenset({(5, "random_state")}),
    ),
    Script(
        "split_dataset on files",
        """
import keras
ds = keras.utils.image_dataset_from_directory("cars", shuffle=False, batch_size=None)
left, right = keras.utils.split_dataset(ds, left_size=0.75, shuffle=True, seed=99)
""",
        [(TR, "cars", 0.25, 99), (VA, "cars", 0.25, 99)],
    ),
    Script(
        "datasets of Hugging Face",
        """
from datasets import load_dataset
ds = load_dataset("imagefolder", data_dir="./food", split="train")
ds = ds.train_test_split(test_size=0.1, seed=8)
train, test = ds["train"], ds["test"]
""",
        [(TR, "./food", 0.1, 8), (TE, "./food", 0.1, 8)],
    ),
    Script(
        "slices of tfds",
        """
import tensorflow_datasets as tfds
(train_ds, val_ds, test_ds), info = tfds.load("tf_flowers", split=["train[:80%]", "train[80%:90%]", "train[90%:]"], with_info=True, as_supervised=True)
model.fit(train_ds.batch(32), validation_data=val_ds.batch(32))
""",
        [(TR, None, 0.2, None), (VA, None, 0.1, None), (TE, None, 0.1, None)],
        unread=frozenset({(3, "folder")}),
    ),
    Script(
        "split-folders",
        """
import splitfolders
splitfolders.ratio("Data", output="output", seed=1337, ratio=(.8, .1, .1))
""",
        [(TR, "Data", 0.2, 1337), (VA, "Data", 0.1, 1337), (TE, "Data", 0.1, 1337)],
    ),
    Script(
        "brightness after rescaling, functional",
        """
from keras import layers, Input, Model
inp = Input((64, 64, 3))
h = layers.Rescaling(1/255)(inp)
h = layers.RandomFlip()(h)
h = layers.RandomBrightness(0.3)(h)
out = layers.Dense(4)(layers.Flatten()(h))
m = Model(inp, out)
""",
        high=frozenset({"brightness_after_rescaling"}),
    ),
    Script(
        "rotation in degrees",
        """
import tensorflow as tf
augment = tf.keras.Sequential([
    tf.keras.layers.RandomRotation(45),
    tf.keras.layers.RandomZoom(0.2),
])
""",
        high=frozenset({"rotation_is_a_turn"}),
        unread=frozenset({(4, "the augmentation")}),
    ),
    Script(
        "rescaled in map and in the model",
        """
import tensorflow as tf
ds = tf.keras.utils.image_dataset_from_directory("u/train")
val = tf.keras.utils.image_dataset_from_directory("u/val")
ds = ds.map(lambda x, y: (x / 255.0, y))
val = val.map(lambda x, y: (x / 255.0, y))
model = tf.keras.Sequential([tf.keras.layers.Rescaling(1./255), tf.keras.layers.Flatten(), tf.keras.layers.Dense(2)])
model.fit(ds, validation_data=val)
""",
        [(TR, "u/train", None, None), (VA, "u/val", None, None)],
        high=frozenset({"rescaled_twice"}),
    ),
    Script(
        "preprocess_input and rescale",
        """
from tensorflow.keras.applications.vgg16 import preprocess_input
from tensorflow.keras.preprocessing.image import ImageDataGenerator
train_gen = ImageDataGenerator(rescale=1./255, preprocessing_function=preprocess_input, zoom_range=0.2)
val_gen = ImageDataGenerator(rescale=1./255, preprocessing_function=preprocess_input)
t = train_gen.flow_from_directory("v/train")
v = val_gen.flow_from_directory("v/valid")
model.fit(t, validation_data=v)
""",
        [(TR, "v/train", None, None), (VA, "v/valid", None, None)],
        high=frozenset({"rescaled_twice"}),
    ),
    Script(
        "augmenting both datasets by map",
        """
import tensorflow as tf
from tensorflow.keras import layers
aug = tf.keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomContrast(0.2)])
train = tf.keras.utils.image_dataset_from_directory("g/train")
val = tf.keras.utils.image_dataset_from_directory("g/val")
train = train.map(lambda x, y: (aug(x, training=True), y))
val = val.map(lambda x, y: (aug(x, training=True), y))
model.fit(train, validation_data=val)
""",
        [(TR, "g/train", None, None), (VA, "g/val", None, None)],
        codes=frozenset({"validation_augmented"}),
    ),
    Script(
        "normalised in training only",
        """
train = ImageDataGenerator(rescale=1/255, horizontal_flip=True).flow_from_directory("n/train")
val = ImageDataGenerator().flow_from_directory("n/val")
model.fit(train, validation_data=val)
""",
        [(TR, "n/train", None, None), (VA, "n/val", None, None)],
        high=frozenset({"validation_normalised_differently"}),
    ),
    Script(
        "copies written before the split",
        """
gen = ImageDataGenerator(rotation_range=20)
it = gen.flow_from_directory("raw", save_to_dir="bigger", batch_size=32)
for i in range(100):
    next(it)
train = image_dataset_from_directory("bigger", validation_split=0.2, subset="training", seed=3)
val = image_dataset_from_directory("bigger", validation_split=0.2, subset="validation", seed=3)
""",
        [("other", "raw", None, None), (TR, "bigger", 0.2, 3), (VA, "bigger", 0.2, 3)],
        high=frozenset({"augmented_before_split"}),
    ),
]
