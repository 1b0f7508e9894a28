"""ImageDataGenerator, arrays, tf.data and tensorflow_datasets, by a stranger."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "idg split augmented val",
        """\
from keras.preprocessing.image import ImageDataGenerator
from keras.models import Sequential
from keras.layers import Conv2D, MaxPooling2D, Flatten, Dense, Dropout

img_width, img_height = 150, 150
train_data_dir = 'dataset/fruits'

datagen = ImageDataGenerator(
    rescale=1. / 255,
    rotation_range=40,
    width_shift_range=0.2,
    height_shift_range=0.2,
    shear_range=0.2,
    zoom_range=0.2,
    horizontal_flip=True,
    fill_mode='nearest',
    validation_split=0.2)

train_generator = datagen.flow_from_directory(
    train_data_dir,
    target_size=(img_width, img_height),
    batch_size=16,
    class_mode='categorical',
    seed=1,
    subset='training')

validation_generator = datagen.flow_from_directory(
    train_data_dir,
    target_size=(img_width, img_height),
    batch_size=16,
    class_mode='categorical',
    seed=2,
    subset='validation')

model = Sequential()
model.add(Conv2D(32, (3, 3), input_shape=(img_width, img_height, 3), activation='relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(64, activation='relu'))
model.add(Dropout(0.5))
model.add(Dense(6, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='rmsprop', metrics=['accuracy'])
model.fit_generator(
    train_generator,
    steps_per_epoch=train_generator.samples // 16,
    epochs=50,
    validation_data=validation_generator,
    validation_steps=validation_generator.samples // 16)
model.save_weights('first_try.h5')
""",
        calls=[(TR, "dataset/fruits", 0.2, 1), (VA, "dataset/fruits", 0.2, 2)],
        codes=frozenset({"small_shear", "validation_augmented"}),
    ),
    Script(
        "two generators same split",
        """\
import tensorflow as tf
from tensorflow.keras.preprocessing.image import ImageDataGenerator as IDG

VAL = 1 / 5
aug = dict(rotation_range=15, brightness_range=(0.8, 1.2), horizontal_flip=True)
base = dict(preprocessing_function=tf.keras.applications.resnet50.preprocess_input, validation_split=VAL)

train_gen = IDG(**base, **aug)
plain_gen = IDG(**base)

flow_args = dict(directory="cars/train", target_size=(224, 224), class_mode="sparse", batch_size=32)
train_it = train_gen.flow_from_directory(subset="training", seed=0, **flow_args)
valid_it = plain_gen.flow_from_directory(subset="validation", shuffle=False, **flow_args)

net = tf.keras.applications.ResNet50(weights=None, classes=train_it.num_classes)
net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
net.fit(train_it, validation_data=valid_it, epochs=25,
        callbacks=[tf.keras.callbacks.ModelCheckpoint("w.h5", save_best_only=True),
                   tf.keras.callbacks.ReduceLROnPlateau(patience=3)])
yp = net.predict(valid_it).argmax(1)
print((yp == valid_it.classes).mean())
""",
        calls=[(TR, "cars/train", 0.2, 0), (VA, "cars/train", 0.2, None)],
    ),
    Script(
        "two generators other split",
        """\
from tensorflow.keras.preprocessing.image import ImageDataGenerator

train_datagen = ImageDataGenerator(rescale=1/255, horizontal_flip=True, zoom_range=0.3)
val_datagen = ImageDataGenerator(rescale=1/255, validation_split=0.3)

trainGenerator = train_datagen.flow_from_directory('./Shoes', target_size=(128,128), batch_size=20, class_mode='categorical')
valGenerator = val_datagen.flow_from_directory('./Shoes', target_size=(128,128), batch_size=20, class_mode='categorical', subset='validation')

from tensorflow.keras import layers, models
model = models.Sequential([layers.Conv2D(16, 3, activation='relu', input_shape=(128,128,3)), layers.Flatten(), layers.Dense(3, activation='softmax')])
model.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(trainGenerator, epochs=10, validation_data=valGenerator)
""",
        calls=[(TR, "./Shoes", None, None), (VA, "./Shoes", 0.3, None)],
        high=frozenset({"training_reads_all"}),
    ),
    Script(
        "reused generator classes",
        """\
import numpy as np, itertools
from sklearn.metrics import confusion_matrix, roc_auc_score
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from tensorflow.keras.applications import VGG16
from tensorflow.keras import Model, layers

gen = ImageDataGenerator(rescale=1./255)
aug = ImageDataGenerator(rescale=1./255, rotation_range=10, zoom_range=.1)

train = aug.flow_from_directory('../input/malaria/train', (130, 130), class_mode='binary', batch_size=32)
g = gen.flow_from_directory('../input/malaria/valid', (130, 130), class_mode='binary', batch_size=32, shuffle=False)

vgg = VGG16(include_top=False, input_shape=(130, 130, 3))
for l in vgg.layers: l.trainable = False
o = layers.Dense(1, activation='sigmoid')(layers.Flatten()(vgg.output))
m = Model(vgg.input, o)
m.compile('adam', 'binary_crossentropy', ['acc'])
m.fit(train, validation_data=g, epochs=8)
p = m.predict(g)
print('valid', roc_auc_score(g.classes, p))

g = gen.flow_from_directory('../input/malaria/test', (130, 130), class_mode='binary', batch_size=32)
p = m.predict(g)
print('test', roc_auc_score(g.classes, p))
cm = confusion_matrix(g.classes, p.round())
""",
        calls=[
            (TR, "../input/malaria/train", None, None),
            (VA, "../input/malaria/valid", None, None),
            (TE, "../input/malaria/test", None, None),
        ],
        high=frozenset({"predictions_shuffled"}),
    ),
    Script(
        "flow from dataframe folds",
        """\
import gc
import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold
import tensorflow as tf
from tensorflow.keras.preprocessing.image import ImageDataGenerator

PATH = '../input/cassava-leaf-disease-classification/'
train = pd.read_csv(PATH + 'train.csv')
train['label'] = train['label'].astype(str)
N_FOLDS = 5
SIZE = 380

tr_gen = ImageDataGenerator(rotation_range=45, horizontal_flip=True, vertical_flip=True, zoom_range=.25)
va_gen = ImageDataGenerator()

skf = StratifiedKFold(n_splits=N_FOLDS, shuffle=True, random_state=719)
oof = np.zeros((len(train), 5))
for fold, (tr, va) in enumerate(skf.split(train.image_id, train.label)):
    if fold > 2:
        break
    tf.keras.backend.clear_session(); gc.collect()
    a = tr_gen.flow_from_dataframe(train.iloc[tr], directory=PATH + 'train_images', x_col='image_id', y_col='label',
                                   target_size=(SIZE, SIZE), class_mode='categorical', batch_size=8, seed=fold)
    b = va_gen.flow_from_dataframe(train.iloc[va], directory=PATH + 'train_images', x_col='image_id', y_col='label',
                                   target_size=(SIZE, SIZE), class_mode='categorical', batch_size=8, shuffle=False)
    net = tf.keras.applications.EfficientNetB4(weights='imagenet', include_top=False, pooling='avg')
    model = tf.keras.Sequential([net, tf.keras.layers.Dense(5, activation='softmax')])
    model.compile('adam', 'categorical_crossentropy', metrics=['categorical_accuracy'])
    model.fit(a, validation_data=b, epochs=10)
    oof[va] = model.predict(b)
print('OOF acc', (oof.argmax(1) == train.label.astype(int)).mean())
""",
        calls=[
            (TR, "../input/cassava-leaf-disease-classification/train_images", 0.2, 719),
            (VA, "../input/cassava-leaf-disease-classification/train_images", 0.2, 719),
        ],
    ),
    Script(
        "dataframe train is whole",
        """\
import pandas as pd
from sklearn.model_selection import train_test_split
from keras_preprocessing.image import ImageDataGenerator

df = pd.read_csv("labels.csv", dtype=str)
df["file"] = df["id"] + ".jpg"
train_df, val_df = train_test_split(df, test_size=0.15, random_state=3, stratify=df["breed"])
print(train_df.shape, val_df.shape)

idg = ImageDataGenerator(rescale=1/255.)
idg_aug = ImageDataGenerator(rescale=1/255., horizontal_flip=True, rotation_range=20)
kw = dict(directory="dogs/train/", x_col="file", y_col="breed", target_size=(299, 299), batch_size=32)
train_gen = idg_aug.flow_from_dataframe(df, **kw)
val_gen = idg.flow_from_dataframe(val_df, shuffle=False, **kw)

from keras.applications import InceptionV3
from keras.layers import Dense
from keras.models import Sequential
model = Sequential([InceptionV3(include_top=False, pooling="avg"), Dense(120, activation="softmax")])
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(train_gen, validation_data=val_gen, epochs=12)
""",
        calls=[(TR, None, 0.15, 3), (TR, "dogs/train", None, None), (VA, "dogs/train", 0.15, 3)],
        high=frozenset({"training_reads_all"}),
        unread=frozenset({(7, "folder")}),
    ),
    Script(
        "double rescale",
        """\
import tensorflow as tf

SCALE = 1.0 / 255.0
train_gen = tf.keras.preprocessing.image.ImageDataGenerator(rescale=SCALE, horizontal_flip=True)
test_gen = tf.keras.preprocessing.image.ImageDataGenerator(rescale=SCALE)
train = train_gen.flow_from_directory('horses/train', target_size=(150, 150), class_mode='binary')
val = test_gen.flow_from_directory('horses/validation', target_size=(150, 150), class_mode='binary')

def make_model(scale=True):
    m = tf.keras.Sequential()
    m.add(tf.keras.layers.InputLayer((150, 150, 3)))
    if scale:
        m.add(tf.keras.layers.Rescaling(SCALE))
    m.add(tf.keras.layers.Conv2D(16, 3, activation='relu'))
    m.add(tf.keras.layers.GlobalAveragePooling2D())
    m.add(tf.keras.layers.Dense(1, activation='sigmoid'))
    return m

model = make_model()
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
model.fit(train, epochs=15, validation_data=val)
""",
        calls=[(TR, "horses/train", None, None), (VA, "horses/validation", None, None)],
        high=frozenset({"rescaled_twice"}),
    ),
    Script(
        "rescale once switch",
        """\
import tensorflow as tf

RESCALE_IN_GENERATOR = True
kw = {"rescale": 1. / 255} if RESCALE_IN_GENERATOR else {}
G = tf.keras.preprocessing.image.ImageDataGenerator
train = G(horizontal_flip=True, **kw).flow_from_directory('horses/train', target_size=(150, 150), class_mode='binary')
val = G(**kw).flow_from_directory('horses/validation', target_size=(150, 150), class_mode='binary')

def make_model(scale=True):
    m = tf.keras.Sequential()
    m.add(tf.keras.layers.InputLayer((150, 150, 3)))
    if scale:
        m.add(tf.keras.layers.Rescaling(1 / 255))
    m.add(tf.keras.layers.Conv2D(16, 3, activation='relu'))
    m.add(tf.keras.layers.GlobalAveragePooling2D())
    m.add(tf.keras.layers.Dense(1, activation='sigmoid'))
    return m

model = make_model(scale=not RESCALE_IN_GENERATOR)
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
model.fit(train, epochs=15, validation_data=val)
""",
        calls=[(TR, "horses/train", None, None), (VA, "horses/validation", None, None)],
    ),
    Script(
        "test is validation folder",
        """\
import os
import numpy as np
from tensorflow.keras.callbacks import ModelCheckpoint, EarlyStopping
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from tensorflow.keras.models import Sequential, load_model
from tensorflow.keras.layers import *

base_dir = os.path.join('.', 'data', 'bees')
train_dir = os.path.join(base_dir, 'train')
valid_dir = os.path.join(base_dir, 'valid')
test_dir = os.path.join(base_dir, 'test')
# TODO test set not delivered yet
test_dir = valid_dir

train_gen = ImageDataGenerator(rescale=1./255, rotation_range=90).flow_from_directory(train_dir, target_size=(100, 100))
valid_gen = ImageDataGenerator(rescale=1./255).flow_from_directory(valid_dir, target_size=(100, 100))
test_gen = ImageDataGenerator(rescale=1./255).flow_from_directory(test_dir, target_size=(100, 100), shuffle=False)

model = Sequential([Conv2D(32, 3, activation='relu', input_shape=(100, 100, 3)), MaxPooling2D(), Flatten(), Dense(4, activation='softmax')])
model.compile('adam', 'categorical_crossentropy', metrics=['accuracy'])
model.fit(train_gen, validation_data=valid_gen, epochs=60, callbacks=[ModelCheckpoint('best.h5', monitor='val_accuracy', save_best_only=True), EarlyStopping(patience=7)])
best = load_model('best.h5')
loss, acc = best.evaluate(test_gen)
print(f'TEST ACCURACY {acc:.3f}')
""",
        calls=[
            (TR, "data/bees/train", None, None),
            (VA, "data/bees/valid", None, None),
            (TE, "data/bees/valid", None, None),
        ],
        high=frozenset({"test_is_validation"}),
    ),
    Script(
        "class mode mismatch",
        """\
from keras.models import Sequential
from keras.layers import Dense, Flatten, Conv2D
from keras.preprocessing.image import ImageDataGenerator

names = "rock paper scissors".split()
dg = ImageDataGenerator(1 and False, rescale=1./255)   # first positional is featurewise_center
tr = dg.flow_from_directory('rps/train', classes=names, class_mode='binary', target_size=(75, 75))
te = dg.flow_from_directory('rps/test', classes=names, class_mode='binary', target_size=(75, 75))
m = Sequential()
m.add(Conv2D(8, (3, 3), input_shape=(75, 75, 3)))
m.add(Flatten())
m.add(Dense(len(names), activation='softmax'))
m.compile(loss='categorical_crossentropy', optimizer='sgd', metrics=['accuracy'])
m.fit(tr, epochs=5, validation_data=te)
""",
        calls=[(TR, "rps/train", None, None), (VA, "rps/test", None, None)],
        high=frozenset({"binary_with_many_classes"}),
    ),
    Script(
        "flow arrays fit split",
        """\
import os, cv2
import numpy as np
from sklearn.utils import shuffle
from sklearn.preprocessing import LabelBinarizer
from keras.models import Sequential
from keras.layers import Dense, Conv2D, Flatten

X = []
y = []
for label in sorted(os.listdir('dataset')):
    for f in os.listdir('dataset/' + label):
        img = cv2.imread(os.path.join('dataset', label, f))
        img = cv2.resize(img, (64, 64))
        X.append(img)
        y.append(label)
X = np.array(X, dtype='float32') / 255
y = LabelBinarizer().fit_transform(y)
X, y = shuffle(X, y, random_state=0)

model = Sequential([Conv2D(32, (3,3), activation='relu', input_shape=(64,64,3)), Flatten(), Dense(2, activation='softmax')])
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(X, y, epochs=20, batch_size=32, validation_split=0.2)
""",
        calls=[(TR, "dataset", 0.2, 0), (VA, "dataset", 0.2, 0)],
        codes=frozenset({"unsorted_listing"}),
    ),
    Script(
        "fit split sorted",
        """\
import os, cv2
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Conv2D, Flatten
from keras.utils import to_categorical

DIR = 'dataset'
CATS = ['cat', 'dog', 'panda']
data = []
for c in CATS:
    p = os.path.join(DIR, c)
    n = CATS.index(c)
    for img in os.listdir(p):
        try:
            a = cv2.imread(os.path.join(p, img), cv2.IMREAD_GRAYSCALE)
            data.append([cv2.resize(a, (50, 50)), n])
        except Exception as e:
            pass
# random.shuffle(data)
X = np.array([d[0] for d in data]).reshape(-1, 50, 50, 1) / 255.0
y = to_categorical([d[1] for d in data], 3)

for dense in (0, 1):
    for size in [32, 64]:
        m = Sequential()
        m.add(Conv2D(size, 3, activation='relu', input_shape=X.shape[1:]))
        m.add(Flatten())
        for _ in range(dense):
            m.add(Dense(size, activation='relu'))
        m.add(Dense(3, activation='softmax'))
        m.compile('adam', 'categorical_crossentropy', ['accuracy'])
        m.fit(X, y, batch_size=32, epochs=3, validation_split=0.2)
""",
        calls=[(TR, "dataset", 0.2, None), (VA, "dataset", 0.2, None)],
        high=frozenset({"fit_split_sorted"}),
        codes=frozenset({"unsorted_listing"}),
    ),
    Script(
        "augment before split",
        """\
import os
import cv2
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
from skimage.feature import hog
import imutils

root = "/data/brain/"
X, y = [], []
for i, c in enumerate(["no", "yes"]):
    for fn in os.listdir(root + c):
        im = cv2.imread(root + c + "/" + fn)
        im = cv2.resize(im, (128, 128))
        X.append(im); y.append(i)
        X.append(cv2.flip(im, 1)); y.append(i)
        for ang in (90, 180, 270):
            X.append(imutils.rotate(im, ang)); y.append(i)
X = np.array(X); y = np.array(y)
F = np.array([hog(x, channel_axis=-1) for x in X])
X_train, X_test, y_train, y_test = train_test_split(F, y, test_size=0.2, random_state=42, shuffle=True)
clf = SVC(C=10, gamma="scale")
clf.fit(X_train, y_train)
print("accuracy", clf.score(X_test, y_test))
""",
        calls=[(TR, "/data/brain", 0.2, 42), (TE, "/data/brain", 0.2, 42)],
        high=frozenset({"augmented_before_split"}),
        codes=frozenset({"unsorted_listing"}),
    ),
    Script(
        "augment training only",
        """\
import os
import cv2
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier

def read(root="/data/brain", classes=("no", "yes")):
    for i, c in enumerate(classes):
        for fn in os.listdir(f"{root}/{c}"):
            yield cv2.resize(cv2.imread(f"{root}/{c}/{fn}"), (64, 64)), i

def augment(X, y):
    out, lab = list(X), list(y)
    for im, l in zip(X, y):
        out += [cv2.flip(im, 1), cv2.flip(im, 0)]
        lab += [l, l]
    return np.array(out), np.array(lab)

X, y = map(np.array, zip(*read()) if os.path.isdir("/data/brain") and list(read()) else ([], []))
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42, stratify=y)
X_train, y_train = augment(X_train, y_train)
rf = RandomForestClassifier(300, n_jobs=-1).fit(X_train.reshape(len(X_train), -1), y_train)
print(rf.score(X_test.reshape(len(X_test), -1), y_test))
""",
        calls=[(TR, None, 0.2, 42), (TE, None, 0.2, 42)],
        unread=frozenset({(20, "folder")}),
    ),
    Script(
        "tta loop validation",
        """\
import numpy as np
from tensorflow import keras
ImageDataGenerator = keras.preprocessing.image.ImageDataGenerator

P = dict(target_size=(96, 96), class_mode='binary', batch_size=100)
aug = ImageDataGenerator(rescale=1./255, horizontal_flip=True, vertical_flip=True, rotation_range=180)
plain = ImageDataGenerator(rescale=1./255)

tr = aug.flow_from_directory('base_dir/train_dir', **P)
va = plain.flow_from_directory('base_dir/val_dir', **P)
model = keras.applications.NASNetMobile(weights=None, classes=1, classifier_activation='sigmoid', input_shape=(96, 96, 3))
model.compile(keras.optimizers.Adam(1e-4), 'binary_crossentropy', metrics=['accuracy'])
model.fit(tr, validation_data=va, epochs=20, steps_per_epoch=int(np.ceil(len(tr))))

N_TTA = 5
preds = 0
for i in range(N_TTA):
    tta = aug.flow_from_directory('base_dir/test_dir', shuffle=False, seed=i, **P)
    preds = preds + model.predict(tta) / N_TTA
print('acc', ((preds > .5).ravel() == tta.classes).mean())
""",
        calls=[
            (TR, "base_dir/train_dir", None, None),
            (VA, "base_dir/val_dir", None, None),
            (TE, "base_dir/test_dir", None, 0),
            (TE, "base_dir/test_dir", None, 1),
            (TE, "base_dir/test_dir", None, 2),
            (TE, "base_dir/test_dir", None, 3),
            (TE, "base_dir/test_dir", None, 4),
        ],
    ),
    Script(
        "helper for each model",
        """\
import os
import tensorflow as tf
from tensorflow.keras.applications import resnet50, vgg16, inception_v3

MODELS = [
    ("ResNet50", 224, resnet50.preprocess_input),
    ("VGG16", 224, vgg16.preprocess_input),
    ("InceptionV3", 299, inception_v3.preprocess_input),
]
ROOT = "tea_leaves"
SPLITS = {"train": True, "val": False, "test": False}
results = {}
for name, size, fn in MODELS:
    gens = {}
    for split, train in SPLITS.items():
        extra = dict(rotation_range=20, width_shift_range=.1) if train else {}
        idg = tf.keras.preprocessing.image.ImageDataGenerator(preprocessing_function=fn, **extra)
        gens[split] = idg.flow_from_directory(os.path.join(ROOT, split), target_size=(size, size), shuffle=train, seed=5 if train else None)
    base = getattr(tf.keras.applications, name)(include_top=False, pooling="avg")
    model = tf.keras.Sequential([base, tf.keras.layers.Dense(gens["train"].num_classes, "softmax")])
    model.compile("adam", "categorical_crossentropy", ["accuracy"])
    model.fit(gens["train"], validation_data=gens["val"], epochs=5)
    results[name] = model.evaluate(gens["test"])[1]
print(max(results, key=lambda k: results[k] and 1))
""",
        calls=[
            (TR, "tea_leaves/train", None, 5),
            (VA, "tea_leaves/val", None, None),
            (TE, "tea_leaves/test", None, None),
        ],
    ),
    Script(
        "tfds overlapping slices",
        """\
import tensorflow as tf
import tensorflow_datasets as tfds

(ds_train, ds_val, ds_test), info = tfds.load(
    "cats_vs_dogs",
    split=["train[:85%]", "train[80%:]", "train[-10%:]"],
    as_supervised=True,
    with_info=True,
    shuffle_files=True,
)

def prep(im, lab):
    return tf.image.resize(im, (150, 150)) / 255., lab

ds_train = ds_train.map(prep).shuffle(1000).batch(32).prefetch(1)
ds_val = ds_val.map(prep).batch(32)
ds_test = ds_test.map(prep).batch(32)
model = tf.keras.Sequential([tf.keras.layers.Conv2D(16, 3, input_shape=(150, 150, 3)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy", ["accuracy"])
model.fit(ds_train, validation_data=ds_val, epochs=3)
model.evaluate(ds_test)
""",
        calls=[(TR, None, 0.15, None), (VA, None, 0.2, None), (TE, None, 0.1, None)],
        high=frozenset({"overlap"}),
        codes=frozenset({"overlap"}),
        unread=frozenset({(4, "folder")}),
    ),
    Script(
        "tfds slices clean fstring",
        """\
from types import SimpleNamespace as NS
import tensorflow as tf, tensorflow_datasets as tfds

cfg = NS(name="tf_flowers", val=20, bs=32)
cut = 100 - cfg.val
load = lambda s: tfds.load(cfg.name, split=s, as_supervised=True)

train, val = load(f"train[:{cut}%]"), load(f"train[{cut}%:]")
SIZE = (224, 224)

@tf.function
def aug(x, y):
    x = tf.image.random_flip_left_right(x)
    x = tf.image.random_brightness(x, 0.1)
    return x, y

resize = lambda x, y: (tf.image.resize(x, SIZE), y)
train = train.map(resize).cache().shuffle(2000).map(aug).batch(cfg.bs).prefetch(tf.data.AUTOTUNE)
val = val.map(resize).cache().batch(cfg.bs)
net = tf.keras.applications.EfficientNetV2B0(weights=None, classes=5)   # rescales inside
net.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
net.fit(train, validation_data=val, epochs=30)
""",
        calls=[(TR, None, 0.2, None), (VA, None, 0.2, None)],
        unread=frozenset({(6, "folder"), (13, "the augmentation")}),
    ),
    Script(
        "listfiles shuffle false param",
        """\
import os
import pathlib
import numpy as np
import tensorflow as tf

data_dir = pathlib.Path('data') / 'flower_photos'
image_count = 3670
list_ds = tf.data.Dataset.list_files(str(data_dir/'*/*'), shuffle=False)
list_ds = list_ds.shuffle(image_count, reshuffle_each_iteration=False)
class_names = np.array(sorted([item.name for item in data_dir.glob('*') if item.name != "LICENSE.txt"]))

val_size = int(image_count * 0.2)
train_ds = list_ds.skip(val_size)
val_ds = list_ds.take(val_size)


def get_label(file_path):
  parts = tf.strings.split(file_path, os.path.sep)
  one_hot = parts[-2] == class_names
  return tf.argmax(one_hot)

def process_path(file_path):
  label = get_label(file_path)
  img = tf.io.decode_jpeg(tf.io.read_file(file_path), channels=3)
  return tf.image.resize(img, [180, 180]), label

train_ds = train_ds.map(process_path, num_parallel_calls=tf.data.AUTOTUNE)
val_ds = val_ds.map(process_path, num_parallel_calls=tf.data.AUTOTUNE)

def configure_for_performance(ds):
  ds = ds.cache()
  ds = ds.shuffle(buffer_size=1000)
  ds = ds.batch(32)
  return ds.prefetch(buffer_size=tf.data.AUTOTUNE)

train_ds = configure_for_performance(train_ds)
val_ds = configure_for_performance(val_ds)
model = tf.keras.Sequential([tf.keras.layers.Rescaling(1./255), tf.keras.layers.Conv2D(32, 3), tf.keras.layers.Flatten(), tf.keras.layers.Dense(5)])
model.compile('adam', tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
model.fit(train_ds, validation_data=val_ds, epochs=3)
""",
        calls=[(TR, "data/flower_photos", None, None), (VA, "data/flower_photos", None, None)],
        unread=frozenset({(8, "seed"), (8, "validation_split")}),
    ),
    Script(
        "tensor slices reshuffle",
        """\
import glob, random
import tensorflow as tf

random.seed(0)
tf.random.set_seed(0)
paths = sorted(glob.glob("/scratch/ham10000/*/*.jpg"))
labels = [p.split("/")[-2] for p in paths]
lut = {c: i for i, c in enumerate(sorted(set(labels)))}
ds = tf.data.Dataset.from_tensor_slices((paths, [lut[l] for l in labels]))
n = len(paths)
ds = ds.shuffle(n, seed=1)
k = int(.9 * n)
tr, va = ds.take(k), ds.skip(k)


def load(p, y):
    x = tf.image.decode_image(tf.io.read_file(p), 3, expand_animations=False)
    return tf.image.resize(x, (128, 128)) / 255, y


tr = tr.map(load).cache().shuffle(500).batch(64)
va = va.map(load).cache().batch(64)
m = tf.keras.applications.MobileNet(weights=None, classes=max(2, len(lut)), input_shape=(128, 128, 3))
m.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
m.fit(tr, validation_data=va, epochs=40)
""",
        calls=[(TR, "/scratch/ham10000", 0.1, 1), (VA, "/scratch/ham10000", 0.1, 1)],
        high=frozenset({"take_skip_reshuffles"}),
    ),
]
