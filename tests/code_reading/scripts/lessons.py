"""Lessons and blog posts, as people copy them."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "rice varieties with pathlib and count",
        """
import pathlib
import tensorflow as tf
base = pathlib.Path("/content/Rice_Image_Dataset")
count = len(list(base.glob("*/*.jpg")))
print(count)
BATCH, H, W = 32, 250, 250
opts = dict(validation_split=0.15, seed=99, image_size=(H, W), batch_size=BATCH)
training = tf.keras.utils.image_dataset_from_directory(base, subset="training", **opts)
held = tf.keras.utils.image_dataset_from_directory(base, subset="validation", **opts)
AUTOTUNE = tf.data.AUTOTUNE
training = training.cache().shuffle(1000).prefetch(AUTOTUNE)
held = held.cache().prefetch(AUTOTUNE)
net.fit(training, validation_data=held, epochs=4)
""",
        [
            (TR, "/content/Rice_Image_Dataset", 0.15, 99),
            (VA, "/content/Rice_Image_Dataset", 0.15, 99),
        ],
    ),
    Script(
        "three folders with one helper",
        """
from tensorflow import keras
def load(which, augment=False):
    return keras.preprocessing.image_dataset_from_directory(f"xray/{which}", label_mode="binary", image_size=(180, 180), shuffle=augment)
sets = {name: load(name, augment=name == "train") for name in ("train", "val", "test")}
model.fit(sets["train"], validation_data=sets["val"], epochs=10)
model.evaluate(sets["test"])
""",
        [
            (TR, "xray/train", None, None),
            (VA, "xray/val", None, None),
            (TE, "xray/test", None, None),
        ],
    ),
    Script(
        "validation from the training folder by mistake",
        """
import tensorflow as tf
DATA = "mushrooms"
train_data = tf.keras.utils.image_dataset_from_directory(DATA + "/train", seed=5)
valid_data = tf.keras.utils.image_dataset_from_directory(DATA + "/train", seed=5)
model.fit(train_data, validation_data=valid_data)
""",
        [(TR, "mushrooms/train", None, 5), (VA, "mushrooms/train", None, 5)],
        high=frozenset({"training_reads_all"}),
    ),
    Script(
        "seed typed twice and once wrong",
        """
from keras.utils import image_dataset_from_directory
common = {"directory": "bikes", "validation_split": 0.25}
tr = image_dataset_from_directory(subset="training", seed=1337, **common)
va = image_dataset_from_directory(subset="validation", seed=1373, **common)
classifier.fit(tr, validation_data=va)
""",
        [(TR, "bikes", 0.25, 1337), (VA, "bikes", 0.25, 1373)],
        high=frozenset({"different_seeds"}),
    ),
    Script(
        "generators of a lesson on transfer",
        """
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from tensorflow.keras.applications.mobilenet_v2 import preprocess_input
SIZE = (224, 224)
aug = ImageDataGenerator(preprocessing_function=preprocess_input, rotation_range=15, horizontal_flip=True)
plain = ImageDataGenerator(preprocessing_function=preprocess_input)
a = aug.flow_from_directory("food/training", target_size=SIZE, interpolation="bilinear")
b = plain.flow_from_directory("food/validation", target_size=SIZE, interpolation="bilinear")
c = plain.flow_from_directory("food/evaluation", target_size=SIZE, interpolation="bilinear", shuffle=False)
history = model.fit(a, epochs=5, validation_data=b)
loss, acc = model.evaluate(c)
""",
        [
            (TR, "food/training", None, None),
            (VA, "food/validation", None, None),
            (TE, "food/evaluation", None, None),
        ],
    ),
    Script(
        "one generator cuts and augments both",
        """
from keras.preprocessing.image import ImageDataGenerator
datagen = ImageDataGenerator(rescale=1./255, zoom_range=0.2, validation_split=0.3)
train_generator = datagen.flow_from_directory("./waste", subset="training", target_size=(128, 128))
val_generator = datagen.flow_from_directory("./waste", subset="validation", target_size=(128, 128))
model.fit(train_generator, validation_data=val_generator)
""",
        [(TR, "./waste", 0.3, None), (VA, "./waste", 0.3, None)],
        codes=frozenset({"validation_augmented"}),
    ),
    Script(
        "rescaled in the generator and in the model",
        """
import tensorflow as tf
from tensorflow.keras.preprocessing.image import ImageDataGenerator
g = ImageDataGenerator(rescale=1/255)
t = g.flow_from_directory("gems/train", interpolation="bilinear")
v = g.flow_from_directory("gems/test", interpolation="bilinear")
model = tf.keras.Sequential([
    tf.keras.layers.Rescaling(1/255, input_shape=(256, 256, 3)),
    tf.keras.layers.Conv2D(8, 3), tf.keras.layers.Flatten(), tf.keras.layers.Dense(5),
])
model.compile("adam", tf.keras.losses.CategoricalCrossentropy(from_logits=True))
model.fit(t, validation_data=v)
""",
        [(TR, "gems/train", None, None), (VA, "gems/test", None, None)],
        high=frozenset({"rescaled_twice"}),
    ),
    Script(
        "a whole dataset cut by batches without order",
        """
import tensorflow as tf
ds = tf.keras.utils.image_dataset_from_directory("coins", batch_size=16, shuffle=True, seed=8)
n = tf.data.experimental.cardinality(ds).numpy()
train_ds = ds.take(int(n * 0.8))
rest = ds.skip(int(n * 0.8))
val_ds = rest.take(int(n * 0.1))
test_ds = rest.skip(int(n * 0.1))
model.fit(train_ds, validation_data=val_ds)
model.evaluate(test_ds)
""",
        [(TR, "coins", 0.2, 8), (VA, "coins", 0.1, 8), (TE, "coins", 0.1, 8)],
        high=frozenset({"take_skip_reshuffles"}),
    ),
    Script(
        "split_dataset with a share",
        """
import keras
full = keras.utils.image_dataset_from_directory("plants", shuffle=False, batch_size=None)
left, right = keras.utils.split_dataset(full, left_size=0.9, shuffle=True, seed=21)
model.fit(left.batch(8), validation_data=right.batch(8))
""",
        [(TR, "plants", 0.1, 21), (VA, "plants", 0.1, 21)],
    ),
    Script(
        "both subsets in one call",
        """
import keras
(tr, va) = keras.utils.image_dataset_from_directory("fruit", validation_split=.4, subset="both", seed=0, label_mode="categorical")
print(tr.class_names)
m = keras.applications.MobileNetV2(weights=None, classes=len(tr.class_names))
m.compile(loss="categorical_crossentropy")
m.fit(tr, validation_data=va)
""",
        [(TR, "fruit", 0.4, 0), (VA, "fruit", 0.4, 0)],
    ),
    Script(
        "labels of two modes",
        """
import tensorflow as tf
f = tf.keras.utils.image_dataset_from_directory
train = f("signs/train", label_mode="categorical")
val = f("signs/val", label_mode="int")
model.fit(train, validation_data=val)
""",
        [(TR, "signs/train", None, None), (VA, "signs/val", None, None)],
        codes=frozenset({"label_mode_differs"}),
        high=frozenset({"label_mode_differs"}),
    ),
    Script(
        "augmented by a function in map",
        """
import tensorflow as tf
flip = tf.keras.Sequential([tf.keras.layers.RandomFlip("horizontal"), tf.keras.layers.RandomRotation(0.05)])
def augment(image, label):
    return flip(image, training=True), label
train = tf.keras.utils.image_dataset_from_directory("cows", validation_split=0.2, subset="training", seed=4).map(augment)
val = tf.keras.utils.image_dataset_from_directory("cows", validation_split=0.2, subset="validation", seed=4)
model.fit(train, validation_data=val)
""",
        [(TR, "cows", 0.2, 4), (VA, "cows", 0.2, 4)],
    ),
    Script(
        "classes named in another order for validation",
        """
from keras.utils import image_dataset_from_directory as ids
NAMES = ["rain", "fog", "snow"]
a = ids("weather/train", class_names=NAMES)
b = ids("weather/val", class_names=sorted(NAMES))
model.fit(a, validation_data=b)
""",
        [(TR, "weather/train", None, None), (VA, "weather/val", None, None)],
        high=frozenset({"class_order_differs"}),
    ),
]
