"""Notebooks of competitions and answers to questions, as people paste them."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "glob, sort, sklearn, arrays",
        """
import cv2, glob, os
import numpy as np
from sklearn.model_selection import train_test_split
paths = sorted(glob.glob("../input/leaf/**/*.png", recursive=True))
X = np.array([cv2.resize(cv2.imread(p), (64, 64)) for p in paths])
y = np.array([os.path.basename(os.path.dirname(p)) for p in paths])
X_train, X_valid, y_train, y_valid = train_test_split(X, y, test_size=0.15, stratify=y, random_state=2020)
model.fit(X_train / 255., y_train, validation_data=(X_valid / 255., y_valid))
""",
        [(TR, "../input/leaf", 0.15, 2020), (VA, "../input/leaf", 0.15, 2020)],
    ),
    Script(
        "two calls of train_test_split",
        """
from pathlib import Path
from sklearn.model_selection import train_test_split
files = sorted(Path("insects").rglob("*.jpg"))
rest, test = train_test_split(files, test_size=0.1, random_state=7)
train, val = train_test_split(rest, test_size=0.2, random_state=7)
""",
        [(TE, "insects", 0.1, 7), (TR, "insects", 0.2, 7), (VA, "insects", 0.2, 7)],
    ),
    Script(
        "no random_state",
        """
import os
from sklearn.model_selection import train_test_split
names = sorted(os.listdir("cells/images"))
train_names, test_names = train_test_split(names, test_size=0.25)
""",
        [(TR, "cells/images", 0.25, None), (TE, "cells/images", 0.25, None)],
        codes=frozenset({"split_changes"}),
        unread=frozenset({(5, "random_state")}),
    ),
    Script(
        "list of the disk, then a seed",
        """
import os, random
random.seed(3)
files = os.listdir("pills")
random.shuffle(files)
cut = int(0.9 * len(files))
train_files = files[:cut]
valid_files = files[cut:]
""",
        [(TR, "pills", 0.1, 3), (VA, "pills", 0.1, 3)],
        codes=frozenset({"unsorted_listing"}),
    ),
    Script(
        "folds without shuffle on sorted files",
        """
import glob
import numpy as np
from sklearn.model_selection import KFold
files = np.array(sorted(glob.glob("rocks/*/*.jpg")))
kf = KFold(n_splits=5)
for train_index, val_index in kf.split(files):
    model = build()
    model.fit(load(files[train_index]), validation_data=load(files[val_index]))
""",
        [(TR, "rocks", 0.2, None), (VA, "rocks", 0.2, None)],
        codes=frozenset({"shuffle_false"}),
    ),
    Script(
        "a table and two flows",
        """
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow.keras.preprocessing.image import ImageDataGenerator
df = pd.read_csv("../input/birds/train.csv")
df["id"] = df["id"].astype(str) + ".jpg"
train_df, valid_df = train_test_split(df, test_size=0.2, random_state=42)
gen = ImageDataGenerator(rescale=1/255)
opts = dict(directory="../input/birds/train", x_col="id", y_col="breed", target_size=(299, 299), interpolation="bilinear")
t = gen.flow_from_dataframe(train_df, **opts)
v = gen.flow_from_dataframe(valid_df, shuffle=False, **opts)
model.fit(t, validation_data=v)
""",
        [(TR, "../input/birds/train", 0.2, 42), (VA, "../input/birds/train", 0.2, 42)],
    ),
    Script(
        "predictions beside classes with shuffle",
        """
import numpy as np
from sklearn.metrics import confusion_matrix
from keras.preprocessing.image import ImageDataGenerator
test_gen = ImageDataGenerator(rescale=1/255).flow_from_directory("shoes/test", target_size=(90, 90), batch_size=8, interpolation="bilinear")
pred = np.argmax(model.predict(test_gen), axis=1)
print(confusion_matrix(test_gen.classes, pred))
""",
        [(TE, "shoes/test", None, None)],
        high=frozenset({"predictions_shuffled"}),
    ),
    Script(
        "binary with three folders named",
        """
from keras.preprocessing.image import ImageDataGenerator
g = ImageDataGenerator(rescale=1/255)
t = g.flow_from_directory("t", classes=["a", "b", "c"], class_mode="binary", interpolation="bilinear")
v = g.flow_from_directory("v", classes=["a", "b", "c"], class_mode="binary", interpolation="bilinear")
model.fit(t, validation_data=v)
""",
        [(TR, "t", None, None), (VA, "v", None, None)],
        high=frozenset({"binary_with_many_classes"}),
    ),
    Script(
        "fit cuts arrays that are in class order",
        """
import os
import cv2
import numpy as np
data, labels = [], []
for number, name in enumerate(["cat", "dog"]):
    for file in sorted(os.listdir("pets/" + name)):
        data.append(cv2.resize(cv2.imread(os.path.join("pets", name, file)), (50, 50)))
        labels.append(number)
data = np.array(data) / 255
model.fit(data, np.array(labels), validation_split=0.2, epochs=3)
""",
        [(TR, "pets", 0.2, None), (VA, "pets", 0.2, None)],
        high=frozenset({"fit_split_sorted"}),
    ),
    Script(
        "subset without a share",
        """
import tensorflow as tf
train_ds = tf.keras.utils.image_dataset_from_directory("cards", subset="training", seed=1)
val_ds = tf.keras.utils.image_dataset_from_directory("cards", subset="validation", seed=1)
model.fit(train_ds, validation_data=val_ds)
""",
        [(TR, "cards", None, 1), (VA, "cards", None, 1)],
        high=frozenset({"subset_without_split"}),
    ),
    Script(
        "training reads what validation reads",
        """
import tensorflow as tf
train_ds = tf.keras.utils.image_dataset_from_directory("cards", seed=1)
val_ds = tf.keras.utils.image_dataset_from_directory("cards", validation_split=0.2, subset="validation", seed=1)
model.fit(train_ds, validation_data=val_ds)
""",
        [(TR, "cards", None, 1), (VA, "cards", 0.2, 1)],
        high=frozenset({"training_reads_all"}),
    ),
    Script(
        "shuffle only in one of the calls",
        """
import tensorflow as tf
ids = tf.keras.preprocessing.image_dataset_from_directory
training = ids("tiles", validation_split=0.2, subset="training", seed=11)
validation = ids("tiles", validation_split=0.2, subset="validation", seed=11, shuffle=False)
m.fit(training, validation_data=validation)
""",
        [(TR, "tiles", 0.2, 11), (VA, "tiles", 0.2, 11)],
        high=frozenset({"different_shuffle"}),
    ),
    Script(
        "a generator seed per call harms nothing",
        """
from keras.preprocessing.image import ImageDataGenerator
dg = ImageDataGenerator(rescale=1/255, validation_split=0.2)
a = dg.flow_from_directory("nuts", subset="training", seed=1, interpolation="bilinear")
b = dg.flow_from_directory("nuts", subset="validation", seed=2, interpolation="bilinear")
model.fit(a, validation_data=b)
""",
        [(TR, "nuts", 0.2, 1), (VA, "nuts", 0.2, 2)],
    ),
]
