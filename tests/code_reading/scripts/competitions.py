"""Scripts and notebooks of competitions."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "stratified folds over a table",
        """
import pandas as pd, numpy as np, os
from sklearn.model_selection import StratifiedKFold
class CFG:
    seed = 719
    n_fold = 5
    target_col = 'label'
train = pd.read_csv('../input/cassava-leaf-disease-classification/train.csv')
folds = train.copy()
Fold = StratifiedKFold(n_splits=CFG.n_fold, shuffle=True, random_state=CFG.seed)
for n, (train_index, val_index) in enumerate(Fold.split(folds, folds[CFG.target_col])):
    folds.loc[val_index, 'fold'] = int(n)
folds['fold'] = folds['fold'].astype(int)
print(folds.groupby(['fold', CFG.target_col]).size())
""",
        [(TR, None, 0.2, 719), (VA, None, 0.2, 719)],
        unread=frozenset({(10, "folder")}),
    ),
    Script(
        "generators from a split table",
        """
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow.keras.preprocessing.image import ImageDataGenerator
df = pd.read_csv("labels.csv")
train_df, valid_df = train_test_split(df, test_size=0.15, random_state=2020, stratify=df['breed'])
gen = ImageDataGenerator(rescale=1./255, horizontal_flip=True)
val_gen = ImageDataGenerator(rescale=1./255)
train_flow = gen.flow_from_dataframe(train_df, directory="train_images", x_col="id", y_col="breed", target_size=(224, 224))
valid_flow = val_gen.flow_from_dataframe(valid_df, directory="train_images", x_col="id", y_col="breed", target_size=(224, 224), shuffle=False)
model.fit(train_flow, validation_data=valid_flow, epochs=5)
""",
        [(TR, "train_images", 0.15, 2020), (VA, "train_images", 0.15, 2020)],
    ),
    Script(
        "table with subsets",
        """
import pandas as pd
from keras.preprocessing.image import ImageDataGenerator
TRAIN = "../input/train"
df = pd.read_csv("../input/train.csv", dtype=str)
datagen = ImageDataGenerator(rescale=1./255., validation_split=0.25)
train_generator = datagen.flow_from_dataframe(dataframe=df, directory=TRAIN, x_col="id", y_col="label", subset="training", batch_size=32, seed=42, shuffle=True, class_mode="categorical", target_size=(32, 32))
valid_generator = datagen.flow_from_dataframe(dataframe=df, directory=TRAIN, x_col="id", y_col="label", subset="validation", batch_size=32, seed=42, shuffle=True, class_mode="categorical", target_size=(32, 32))
test_datagen = ImageDataGenerator(rescale=1./255.)
test_generator = test_datagen.flow_from_dataframe(dataframe=pd.read_csv("sub.csv"), directory="../input/test", x_col="id", y_col=None, batch_size=32, shuffle=False, class_mode=None, target_size=(32, 32))
model.fit_generator(generator=train_generator, validation_data=valid_generator, epochs=10)
pred = model.predict_generator(test_generator, verbose=1)
""",
        [
            (TR, "../input/train", 0.25, 42),
            (VA, "../input/train", 0.25, 42),
            (TE, "../input/test", None, None),
        ],
    ),
    Script(
        "arrays with a plain split",
        """
import numpy as np, os, cv2
from sklearn.model_selection import train_test_split
DATADIR = "../input/brain-mri"
X, y = [], []
for label, category in enumerate(["no", "yes"]):
    path = os.path.join(DATADIR, category)
    for img in os.listdir(path):
        a = cv2.imread(os.path.join(path, img))
        a = cv2.resize(a, (128, 128))
        X.append(a)
        y.append(label)
X = np.array(X) / 255.0
y = np.array(y)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=101)
X_train, X_val, y_train, y_val = train_test_split(X_train, y_train, test_size=0.1, random_state=101)
model.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=10)
model.evaluate(X_test, y_test)
""",
        [
            (TR, "../input/brain-mri", 0.1, 101),
            (VA, "../input/brain-mri", 0.1, 101),
            (TE, "../input/brain-mri", 0.2, 101),
        ],
    ),
    Script(
        "fit splits sorted arrays",
        """
import os, numpy as np
from tensorflow.keras.preprocessing.image import load_img, img_to_array
root = "xrays"
data, labels = [], []
for c in sorted(os.listdir(root)):
    for f in sorted(os.listdir(os.path.join(root, c))):
        data.append(img_to_array(load_img(os.path.join(root, c, f), target_size=(64, 64))))
        labels.append(c)
data = np.array(data)
labels = np.array(labels)
model.fit(data, labels, validation_split=0.2, epochs=20, batch_size=32)
""",
        [(TR, "xrays", 0.2, None), (VA, "xrays", 0.2, None)],
        high=frozenset({"fit_split_sorted"}),
    ),
    Script(
        "notebook with magics and a broken cell",
        cells=(
            "%matplotlib inline\nimport os\n!ls ../input | head \\\n  -5\nfor d in os.listdir('../input'):\n    print(d)",
            "files = !ls ../input\nprint(files",
            "%%time\nfrom tensorflow.keras.preprocessing.image import ImageDataGenerator\nSIZE = 224\ngen = ImageDataGenerator(preprocessing_function=preprocess, validation_split=.3)",
            "tr = gen.flow_from_directory('../input/a/train', subset='training', target_size=(SIZE, SIZE), seed=1)\nva = gen.flow_from_directory('../input/a/train', subset='validation', target_size=(SIZE, SIZE), seed=1)",
            "hist = model.fit(tr, validation_data=va)",
        ),
        calls=[(TR, "../input/a/train", 0.3, 1), (VA, "../input/a/train", 0.3, 1)],
        unread=frozenset({(2, "the cell")}),
    ),
    Script(
        "a seed that a later cell changes",
        cells=(
            "from keras.utils import image_dataset_from_directory\nOPTS = {'validation_split': 0.1, 'seed': 10, 'image_size': (96, 96)}",
            "train_ds = image_dataset_from_directory('/kaggle/input/leafs', subset='training', **OPTS)",
            "OPTS.update(seed=11)",
            "val_ds = image_dataset_from_directory('/kaggle/input/leafs', subset='validation', **OPTS)\nmodel.fit(train_ds, validation_data=val_ds)",
        ),
        calls=[(TR, "/kaggle/input/leafs", 0.1, 10), (VA, "/kaggle/input/leafs", 0.1, 11)],
        high=frozenset({"different_seeds"}),
    ),
    Script(
        "submission and confusion matrix in another order",
        """
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from sklearn.metrics import classification_report, confusion_matrix
import numpy as np
d = ImageDataGenerator(rescale=1/255)
train = d.flow_from_directory("../input/chest_xray/train", class_mode="binary")
val = d.flow_from_directory("../input/chest_xray/val", class_mode="binary")
test = d.flow_from_directory("../input/chest_xray/test", class_mode="binary")
model.fit(train, validation_data=val, epochs=5)
preds = model.predict(test)
predictions = (preds > 0.5).astype(int)
print(classification_report(test.classes, predictions))
""",
        [
            (TR, "../input/chest_xray/train", None, None),
            (VA, "../input/chest_xray/val", None, None),
            (TE, "../input/chest_xray/test", None, None),
        ],
        high=frozenset({"predictions_shuffled"}),
    ),
    Script(
        "the same without shuffling",
        """
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from sklearn.metrics import confusion_matrix
d = ImageDataGenerator(rescale=1/255)
train = d.flow_from_directory("chest_xray/train")
test = d.flow_from_directory("chest_xray/test", shuffle=False)
model.fit(train, validation_data=test, epochs=5)
print(confusion_matrix(test.classes, model.predict(test).argmax(axis=1)))
""",
        [(TR, "chest_xray/train", None, None), (VA, "chest_xray/test", None, None)],
    ),
    Script(
        "EfficientNet fed with rescaled images",
        """
import tensorflow as tf
from tensorflow.keras.applications import EfficientNetB0
datagen = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1./255, validation_split=0.2)
train = datagen.flow_from_directory("plants", subset="training")
val = datagen.flow_from_directory("plants", subset="validation")
base = EfficientNetB0(include_top=False, weights="imagenet")
model = tf.keras.Sequential([base, tf.keras.layers.GlobalAveragePooling2D(), tf.keras.layers.Dense(38, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(train, validation_data=val, epochs=3)
""",
        [(TR, "plants", 0.2, None), (VA, "plants", 0.2, None)],
        high=frozenset({"rescaled_twice"}),
    ),
    Script(
        "training pipeline of a competition with PyTorch",
        """
import torch, random, os, numpy as np
from torch.utils.data import DataLoader, Subset
from torchvision.datasets import ImageFolder
from sklearn.model_selection import train_test_split
SEED = 1234
def seed_everything(seed):
    random.seed(seed); os.environ['PYTHONHASHSEED'] = str(seed)
    np.random.seed(seed); torch.manual_seed(seed)
seed_everything(SEED)
dataset = ImageFolder('/kaggle/input/birds/all')
train_idx, val_idx = train_test_split(list(range(len(dataset))), test_size=0.25, stratify=dataset.targets, random_state=SEED)
train_loader = DataLoader(Subset(dataset, train_idx), batch_size=32, shuffle=True)
val_loader = DataLoader(Subset(dataset, val_idx), batch_size=32)
""",
        [(TR, "/kaggle/input/birds/all", 0.25, 1234), (VA, "/kaggle/input/birds/all", 0.25, 1234)],
    ),
    Script(
        "groups of patients",
        """
import pandas as pd
from sklearn.model_selection import GroupShuffleSplit
df = pd.read_csv("train.csv")
gss = GroupShuffleSplit(n_splits=1, test_size=0.2, random_state=3)
train_idx, val_idx = next(gss.split(df, groups=df["PatientID"]))
train_df = df.iloc[train_idx]
val_df = df.iloc[val_idx]
""",
        [(TR, None, 0.2, 3), (VA, None, 0.2, 3)],
        unread=frozenset({(5, "folder")}),
    ),
    Script(
        "sampling a table",
        """
import pandas as pd
from tensorflow.keras.preprocessing.image import ImageDataGenerator
df = pd.read_csv("HAM10000_metadata.csv")
train = df.sample(frac=0.8, random_state=25)
val = df.drop(train.index)
g = ImageDataGenerator()
a = g.flow_from_dataframe(train, "ham/images", x_col="image", y_col="dx")
b = g.flow_from_dataframe(val, "ham/images", x_col="image", y_col="dx")
model.fit(a, validation_data=b)
""",
        [(TR, "ham/images", 0.2, 25), (VA, "ham/images", 0.2, 25)],
    ),
    Script(
        "folds of generators",
        """
import numpy as np, pandas as pd
from sklearn.model_selection import KFold
from keras.preprocessing.image import ImageDataGenerator
train_data = pd.read_csv('training_labels.csv')
Y = train_data[['label']]
kf = KFold(n_splits=4)
idg = ImageDataGenerator(width_shift_range=0.1, height_shift_range=0.1, zoom_range=0.3, fill_mode='nearest', horizontal_flip=True, rescale=1./255)
image_dir = 'images/'
fold_var = 1
for train_index, val_index in kf.split(np.zeros(len(train_data)), Y):
    training_data = train_data.iloc[train_index]
    validation_data = train_data.iloc[val_index]
    train_data_generator = idg.flow_from_dataframe(training_data, directory=image_dir, x_col="filename", y_col="label", class_mode="categorical", shuffle=True)
    valid_data_generator = idg.flow_from_dataframe(validation_data, directory=image_dir, x_col="filename", y_col="label", class_mode="categorical", shuffle=True)
    model = create_new_model()
    history = model.fit(train_data_generator, epochs=10, validation_data=valid_data_generator)
    fold_var += 1
""",
        [(TR, "images", 0.25, None), (VA, "images", 0.25, None)],
        codes=frozenset({"validation_augmented"}),
    ),
]
