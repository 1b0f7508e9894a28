"""Scripts of courses and tutorials."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "flowers tutorial",
        """
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.models import Sequential
import pathlib

dataset_url = "https://storage.example.com/flower_photos.tgz"
archive = tf.keras.utils.get_file(origin=dataset_url, extract=True)
data_dir = pathlib.Path(archive).with_suffix('')
image_count = len(list(data_dir.glob('*/*.jpg')))
print(image_count)
batch_size = 32
img_height = 180
img_width = 180
train_ds = tf.keras.utils.image_dataset_from_directory(
  data_dir,
  validation_split=0.2,
  subset="training",
  seed=123,
  image_size=(img_height, img_width),
  batch_size=batch_size)
val_ds = tf.keras.utils.image_dataset_from_directory(
  data_dir,
  validation_split=0.2,
  subset="validation",
  seed=123,
  image_size=(img_height, img_width),
  batch_size=batch_size)
class_names = train_ds.class_names
plt.figure(figsize=(10, 10))
for images, labels in train_ds.take(1):
  for i in range(9):
    ax = plt.subplot(3, 3, i + 1)
    plt.imshow(images[i].numpy().astype("uint8"))
AUTOTUNE = tf.data.AUTOTUNE
train_ds = train_ds.cache().shuffle(1000).prefetch(buffer_size=AUTOTUNE)
val_ds = val_ds.cache().prefetch(buffer_size=AUTOTUNE)
normalization_layer = layers.Rescaling(1./255)
normalized_ds = train_ds.map(lambda x, y: (normalization_layer(x), y))
image_batch, labels_batch = next(iter(normalized_ds))
num_classes = len(class_names)
data_augmentation = keras.Sequential([
  layers.RandomFlip("horizontal", input_shape=(img_height, img_width, 3)),
  layers.RandomRotation(0.1),
  layers.RandomZoom(0.1),
])
model = Sequential([
  data_augmentation,
  layers.Rescaling(1./255),
  layers.Conv2D(16, 3, padding='same', activation='relu'),
  layers.MaxPooling2D(),
  layers.Dropout(0.2),
  layers.Flatten(),
  layers.Dense(128, activation='relu'),
  layers.Dense(num_classes, name="outputs")
])
model.compile(optimizer='adam', metrics=['accuracy'])
epochs = 15
history = model.fit(train_ds, validation_data=val_ds, epochs=epochs)
""",
        [(TR, None, 0.2, 123), (VA, None, 0.2, 123)],
        unread=frozenset({(18, "folder"), (25, "folder")}),
    ),
    Script(
        "cats and dogs with base_dir",
        """
import os, zipfile
local_zip = '/tmp/cats_and_dogs_filtered.zip'
zip_ref = zipfile.ZipFile(local_zip, 'r')
zip_ref.extractall('/tmp')
zip_ref.close()
base_dir = '/tmp/cats_and_dogs_filtered'
train_dir = os.path.join(base_dir, 'train')
validation_dir = os.path.join(base_dir, 'validation')
train_cats_dir = os.path.join(train_dir, 'cats')
print('total training cat images :', len(os.listdir(train_cats_dir)))
from tensorflow.keras.preprocessing.image import ImageDataGenerator
train_datagen = ImageDataGenerator(rescale=1/255.)
test_datagen = ImageDataGenerator(rescale=1/255.)
train_generator = train_datagen.flow_from_directory(train_dir, batch_size=20, class_mode='binary', target_size=(150, 150))
validation_generator = test_datagen.flow_from_directory(validation_dir, batch_size=20, class_mode='binary', target_size=(150, 150))
model = tf.keras.models.Sequential([
    tf.keras.layers.Conv2D(16, (3,3), activation='relu', input_shape=(150, 150, 3)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(1, activation='sigmoid')
])
history = model.fit(train_generator, steps_per_epoch=100, epochs=15, validation_data=validation_generator, validation_steps=50)
""",
        [
            (TR, "/tmp/cats_and_dogs_filtered/train", None, None),
            (VA, "/tmp/cats_and_dogs_filtered/validation", None, None),
        ],
    ),
    Script(
        "transfer learning, test cut off validation",
        """
import os
import tensorflow as tf
_URL = 'https://storage.example.com/cats_and_dogs_filtered.zip'
path_to_zip = tf.keras.utils.get_file('cats_and_dogs.zip', origin=_URL, extract=True)
PATH = os.path.join(os.path.dirname(path_to_zip), 'cats_and_dogs_filtered')
train_dir = os.path.join(PATH, 'train')
validation_dir = os.path.join(PATH, 'validation')
BATCH_SIZE = 32
IMG_SIZE = (160, 160)
train_dataset = tf.keras.utils.image_dataset_from_directory(train_dir, shuffle=True, batch_size=BATCH_SIZE, image_size=IMG_SIZE)
validation_dataset = tf.keras.utils.image_dataset_from_directory(validation_dir, shuffle=True, batch_size=BATCH_SIZE, image_size=IMG_SIZE)
val_batches = tf.data.experimental.cardinality(validation_dataset)
test_dataset = validation_dataset.take(val_batches // 5)
validation_dataset = validation_dataset.skip(val_batches // 5)
AUTOTUNE = tf.data.AUTOTUNE
train_dataset = train_dataset.prefetch(buffer_size=AUTOTUNE)
validation_dataset = validation_dataset.prefetch(buffer_size=AUTOTUNE)
test_dataset = test_dataset.prefetch(buffer_size=AUTOTUNE)
preprocess_input = tf.keras.applications.mobilenet_v2.preprocess_input
base_model = tf.keras.applications.MobileNetV2(input_shape=IMG_SIZE + (3,), include_top=False, weights='imagenet')
inputs = tf.keras.Input(shape=(160, 160, 3))
x = tf.keras.layers.RandomFlip('horizontal')(inputs)
x = preprocess_input(x)
x = base_model(x, training=False)
outputs = tf.keras.layers.Dense(1)(x)
model = tf.keras.Model(inputs, outputs)
model.compile(optimizer='adam', loss='binary_crossentropy')
history = model.fit(train_dataset, epochs=10, validation_data=validation_dataset)
loss, accuracy = model.evaluate(test_dataset)
""",
        [
            (TR, "{os.path.dirname(path_to_zip)}/cats_and_dogs_filtered/train", None, None),
            (VA, "{os.path.dirname(path_to_zip)}/cats_and_dogs_filtered/validation", 0.8, None),
            (TE, "{os.path.dirname(path_to_zip)}/cats_and_dogs_filtered/validation", 0.2, None),
        ],
        codes=frozenset({"take_skip_reshuffles"}),
    ),
    Script(
        "list_files with take and skip",
        """
import tensorflow as tf, numpy as np, os, pathlib
data_dir = pathlib.Path("photos")
image_count = len(list(data_dir.glob('*/*.jpg')))
list_ds = tf.data.Dataset.list_files(str(data_dir/'*/*'), shuffle=False)
list_ds = list_ds.shuffle(image_count, reshuffle_each_iteration=False)
val_size = int(image_count * 0.2)
train_ds = list_ds.skip(val_size)
val_ds = list_ds.take(val_size)
def process_path(file_path):
  img = tf.io.read_file(file_path)
  return img, 0
train_ds = train_ds.map(process_path, num_parallel_calls=4)
val_ds = val_ds.map(process_path, num_parallel_calls=4)
model.fit(train_ds, validation_data=val_ds, epochs=3)
""",
        [(TR, "photos", 0.2, None), (VA, "photos", 0.2, None)],
        unread=frozenset({(5, "seed")}),
    ),
    Script(
        "both subsets at once",
        """
import keras
from keras import layers
image_size = (180, 180)
batch_size = 128
train_ds, val_ds = keras.utils.image_dataset_from_directory(
    "PetImages",
    validation_split=0.2,
    subset="both",
    seed=1337,
    image_size=image_size,
    batch_size=batch_size,
)
data_augmentation_layers = [
    layers.RandomFlip("horizontal"),
    layers.RandomRotation(0.1),
]
def data_augmentation(images):
    for layer in data_augmentation_layers:
        images = layer(images)
    return images
train_ds = train_ds.map(
    lambda img, label: (data_augmentation(img), label),
    num_parallel_calls=4,
)
model.fit(train_ds, epochs=25, validation_data=val_ds)
""",
        [(TR, "PetImages", 0.2, 1337), (VA, "PetImages", 0.2, 1337)],
    ),
    Script(
        "the data subsets of Deep Learning with Python",
        """
import os, shutil, pathlib
original_dir = pathlib.Path("train")
new_base_dir = pathlib.Path("cats_vs_dogs_small")
def make_subset(subset_name, start_index, end_index):
    for category in ("cat", "dog"):
        dir = new_base_dir / subset_name / category
        os.makedirs(dir)
        fnames = [f"{category}.{i}.jpg" for i in range(start_index, end_index)]
        for fname in fnames:
            shutil.copyfile(src=original_dir / fname, dst=dir / fname)
make_subset("train", start_index=0, end_index=1000)
make_subset("validation", start_index=1000, end_index=1500)
make_subset("test", start_index=1500, end_index=2500)
from tensorflow.keras.utils import image_dataset_from_directory
train_dataset = image_dataset_from_directory(new_base_dir / "train", image_size=(180, 180), batch_size=32)
validation_dataset = image_dataset_from_directory(new_base_dir / "validation", image_size=(180, 180), batch_size=32)
test_dataset = image_dataset_from_directory(new_base_dir / "test", image_size=(180, 180), batch_size=32)
history = model.fit(train_dataset, epochs=30, validation_data=validation_dataset)
test_model = keras.models.load_model("convnet.keras")
test_loss, test_acc = test_model.evaluate(test_dataset)
""",
        [
            (TR, "cats_vs_dogs_small/train", None, None),
            (VA, "cats_vs_dogs_small/validation", None, None),
            (TE, "cats_vs_dogs_small/test", None, None),
        ],
    ),
    Script(
        "a class of course exercises",
        """
import tensorflow as tf
class Config:
    DATA = "potatoes"
    SEED = 42
    SPLIT = 0.15
def load(subset, cfg=Config):
    return tf.keras.preprocessing.image_dataset_from_directory(
        cfg.DATA, seed=cfg.SEED, validation_split=cfg.SPLIT, subset=subset, batch_size=16)
train = load("training")
valid = load("validation")
model.fit(train, validation_data=valid)
""",
        [(TR, "potatoes", 0.15, 42), (VA, "potatoes", 0.15, 42)],
    ),
    Script(
        "partitions by a function over one dataset",
        """
import tensorflow as tf
dataset = tf.keras.preprocessing.image_dataset_from_directory(
    "PlantVillage", seed=123, shuffle=True, image_size=(256, 256), batch_size=32)
def get_dataset_partitions_tf(ds, train_split=0.8, val_split=0.1, test_split=0.1, shuffle=True, shuffle_size=10000):
    ds_size = len(ds)
    if shuffle:
        ds = ds.shuffle(shuffle_size, seed=12)
    train_size = int(train_split * ds_size)
    val_size = int(val_split * ds_size)
    train_ds = ds.take(train_size)
    val_ds = ds.skip(train_size).take(val_size)
    test_ds = ds.skip(train_size).skip(val_size)
    return train_ds, val_ds, test_ds
train_ds, val_ds, test_ds = get_dataset_partitions_tf(dataset)
train_ds = train_ds.cache().shuffle(1000).prefetch(buffer_size=tf.data.AUTOTUNE)
val_ds = val_ds.cache().shuffle(1000).prefetch(buffer_size=tf.data.AUTOTUNE)
model.fit(train_ds, batch_size=32, validation_data=val_ds, verbose=1, epochs=50)
scores = model.evaluate(test_ds)
""",
        [
            (TR, "PlantVillage", 0.2, 123),
            (VA, "PlantVillage", 0.1, 123),
            (TE, "PlantVillage", 0.1, 123),
        ],
        high=frozenset({"take_skip_reshuffles"}),
    ),
    Script(
        "take and skip in one pipeline of batches",
        """
import tensorflow as tf, os
data = tf.keras.utils.image_dataset_from_directory('data')
data_iterator = data.as_numpy_iterator()
batch = data_iterator.next()
data = data.map(lambda x,y: (x/255, y))
train_size = int(len(data)*.7)
val_size = int(len(data)*.2)
test_size = int(len(data)*.1)
train = data.take(train_size)
val = data.skip(train_size).take(val_size)
test = data.skip(train_size+val_size).take(test_size)
model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Conv2D(16, (3,3), 1, activation='relu', input_shape=(256,256,3)))
model.add(tf.keras.layers.Flatten())
model.add(tf.keras.layers.Dense(1, activation='sigmoid'))
hist = model.fit(train, epochs=20, validation_data=val)
for batch in test.as_numpy_iterator():
    X, y = batch
    yhat = model.predict(X)
""",
        [(TR, "data", 0.3, None), (VA, "data", 0.2, None), (TE, "data", 0.1, None)],
        high=frozenset({"take_skip_reshuffles"}),
    ),
    Script(
        "rock paper scissors with a validation split",
        """
from tensorflow.keras.preprocessing.image import ImageDataGenerator
base_dir = "/tmp/rockpaperscissors/rps-cv-images"
train_datagen = ImageDataGenerator(rescale=1./255, rotation_range=20, horizontal_flip=True,
                                   shear_range=0.2, fill_mode='wrap', validation_split=0.4)
train_generator = train_datagen.flow_from_directory(base_dir, target_size=(100,150), class_mode='categorical', subset='training')
validation_generator = train_datagen.flow_from_directory(base_dir, target_size=(100,150), class_mode='categorical', subset='validation')
model.fit(train_generator, steps_per_epoch=25, epochs=20, validation_data=validation_generator)
""",
        [
            (TR, "/tmp/rockpaperscissors/rps-cv-images", 0.4, None),
            (VA, "/tmp/rockpaperscissors/rps-cv-images", 0.4, None),
        ],
        codes=frozenset({"validation_augmented"}),
    ),
    Script(
        "horses and humans, validation folder beside",
        """
import urllib.request, zipfile
training_dir = 'horse-or-human/training/'
with zipfile.ZipFile("h.zip", 'r') as z:
    z.extractall(training_dir)
validation_dir = 'horse-or-human/validation/'
from tensorflow.keras.preprocessing.image import ImageDataGenerator
train_datagen = ImageDataGenerator(rescale=1/255, rotation_range=40, width_shift_range=0.2,
      height_shift_range=0.2, shear_range=0.2, zoom_range=0.2, horizontal_flip=True, fill_mode='nearest')
validation_datagen = ImageDataGenerator(rescale=1/255)
train_generator = train_datagen.flow_from_directory(training_dir, target_size=(300, 300), class_mode='binary')
validation_generator = validation_datagen.flow_from_directory(validation_dir, target_size=(300, 300), class_mode='binary')
history = model.fit(train_generator, epochs=15, validation_data=validation_generator)
""",
        [
            (TR, "horse-or-human/training", None, None),
            (VA, "horse-or-human/validation", None, None),
        ],
    ),
    Script(
        "ants and bees with ImageFolder by a dict",
        """
import os
import torch
from torchvision import datasets, models, transforms
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
image_datasets = {x: datasets.ImageFolder(os.path.join(data_dir, x), data_transforms[x])
                  for x in ['train', 'val']}
dataloaders = {x: torch.utils.data.DataLoader(image_datasets[x], batch_size=4, shuffle=True, num_workers=4)
              for x in ['train', 'val']}
dataset_sizes = {x: len(image_datasets[x]) for x in ['train', 'val']}
class_names = image_datasets['train'].classes
""",
        [
            (TR, "data/hymenoptera_data/train", None, None),
            (VA, "data/hymenoptera_data/val", None, None),
        ],
    ),
    Script(
        "fashion images from Keras",
        """
import tensorflow as tf
(x_train, y_train), (x_test, y_test) = tf.keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
model.fit(x_train, y_train, epochs=10, validation_data=(x_test, y_test))
""",
    ),
    Script(
        "fastai pets by name",
        """
from fastai.vision.all import *
path = Path("oxford-iiit-pet/images")
def is_cat(x): return x[0].isupper()
dls = ImageDataLoaders.from_name_func(path, get_image_files(path), valid_pct=0.2, seed=42, label_func=is_cat, item_tfms=Resize(224))
learn = vision_learner(dls, resnet34, metrics=error_rate)
learn.fine_tune(1)
""",
        [(TR, "oxford-iiit-pet/images", 0.2, 42), (VA, "oxford-iiit-pet/images", 0.2, 42)],
    ),
    Script(
        "fastai bears with a DataBlock",
        """
from fastbook import *
from fastai.vision.widgets import *
from fastai.vision.all import DataBlock, ImageBlock, CategoryBlock, get_image_files, RandomSplitter, parent_label, Resize
path = Path('bears')
bears = DataBlock(
    blocks=(ImageBlock, CategoryBlock),
    get_items=get_image_files,
    splitter=RandomSplitter(valid_pct=0.3, seed=7),
    get_y=parent_label,
    item_tfms=Resize(128))
dls = bears.dataloaders(path)
""",
        [(TR, "bears", 0.3, 7), (VA, "bears", 0.3, 7)],
    ),
]
