"""Code that a person takes along."""

from pathlib import Path


def snippet(manifest: Path, root: Path) -> str:
    """Return the Keras code that loads a locked split, as `image_dataset_from_directory` reads."""
    return f"""# Load the locked split {manifest.name!r}: the same files on the same sides.
import csv
import hashlib
import pathlib
import re

import tensorflow as tf

ROOT = pathlib.Path({str(root)!r})


def plain(text):
    # A name such as =1 has an apostrophe before it, so that no spreadsheet takes it for a formula.
    return text[1:] if re.match("'+[-=+@\\t\\r]", text) else text


with open({str(manifest.absolute())!r}, encoding="utf-8", newline="") as stream:
    ROWS = [{{key: plain(text) for key, text in row.items()}} for row in csv.DictReader(stream)]
ROWS = [row for row in ROWS if row["path"]]
CLASS_NAMES = sorted({{row["label"] for row in ROWS}})


def load(split, image_size=(224, 224), batch_size=32, shuffle=False, seed=None, verify=False):
    rows = [row for row in ROWS if row["split"] == split]
    paths = [str(ROOT / row["path"]) for row in rows]
    if verify:
        for row, path in zip(rows, paths):
            digest = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
            assert digest == row["sha256"], f"{{path}} is not the file that was locked"
    labels = [CLASS_NAMES.index(row["label"]) for row in rows]
    dataset = tf.data.Dataset.from_tensor_slices((paths, labels))
    if shuffle:
        dataset = dataset.shuffle(len(paths), seed=seed)

    def read(path, label):
        image = tf.io.decode_image(tf.io.read_file(path), channels=3, expand_animations=False)
        image = tf.image.resize(image, image_size, method="bilinear")
        image.set_shape((*image_size, 3))
        return image, label

    dataset = dataset.map(read, num_parallel_calls=tf.data.AUTOTUNE)
    return dataset.batch(batch_size).prefetch(tf.data.AUTOTUNE)


train_ds = load("training", shuffle=True, seed=0)
val_ds = load("validation")
"""
