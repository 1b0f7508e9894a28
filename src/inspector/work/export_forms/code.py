"""Code that loads an export by its manifest, for Keras, PyTorch and scikit-learn."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from inspector.work.export_forms.form import (
    TRAINING,
    ExportForm,
    Form,
    SideFile,
    check_free,
    folds_of,
    manifest_name,
    splits_of,
)
from inspector.work.export_items import ItemTable

_HERE = "pathlib.Path(__file__).resolve().parent"
_ROWS = """
def plain(text):
    # A name such as =1 has an apostrophe before it, so that no spreadsheet takes it for a formula.
    return text[1:] if re.match("'+[-=+@\\t\\r]", text) else text


with open({manifest}, encoding="utf-8", newline="") as stream:
    ROWS = [{{key: plain(text) for key, text in row.items()}} for row in csv.DictReader(stream)]
ROWS = [row for row in ROWS if row["path"]]
CLASS_NAMES = sorted({{row["label"] for row in ROWS}})
"""
_KERAS = """{title}
import csv
import hashlib
import pathlib
import re

import tensorflow as tf

ROOT = {root}

{rows}

def load(*splits, image_size=(224, 224), batch_size=32, shuffle=False, seed=None, verify=False):
    rows = [row for row in ROWS if row["split"] in splits]
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


"""
_PYTORCH = '''{title}
import csv
import pathlib
import re

from PIL import Image, ImageOps
from torch.utils.data import Dataset

ROOT = {root}

{rows}

class Images(Dataset):
    """The images of some splits, as (image, class number)."""

    def __init__(self, *splits, transform=None):
        self.rows = [row for row in ROWS if row["split"] in splits]
        self.targets = [CLASS_NAMES.index(row["label"]) for row in self.rows]
        self.classes = CLASS_NAMES
        self.transform = transform

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        with Image.open(ROOT / self.rows[index]["path"]) as file:
            image = ImageOps.exif_transpose(file).convert("RGB")
        if self.transform is not None:
            image = self.transform(image)
        return image, self.targets[index]


'''
_SCIKIT_LEARN = '''{title}
import csv
import pathlib
import re

import numpy as np
from PIL import Image, ImageOps
from sklearn.model_selection import PredefinedSplit

ROOT = {root}

{rows}

# Fold by split; -1 is never judged by, and test images are kept out of it.
FOLD_OF = {folds}
LEARNED = [row for row in ROWS if row["split"] in FOLD_OF]
PATHS = [ROOT / row["path"] for row in LEARNED]
y = np.array([CLASS_NAMES.index(row["label"]) for row in LEARNED])
groups = np.array([row["group"] or row["path"] for row in LEARNED])
cv = PredefinedSplit([FOLD_OF[row["split"]] for row in LEARNED])
TEST = [row for row in ROWS if row["split"] == "test"] if "test" not in FOLD_OF else []


def read(paths, size=(64, 64)):
    """Return the images as (n, width * height * 3) of 0 to 1."""
    images = []
    for path in paths:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file).convert("RGB").resize(size)
        images.append(np.asarray(image, np.float32).ravel() / 255)
    return np.stack(images)


# cross_val_score(model, read(PATHS), y, cv=cv)
'''
_FOLDS = """
FOLDS = {folds}


def fold(number, **options):
    # Training and validation of one fold, from 0; the test split is in none.
    held = FOLDS[number]
    training = [name for name in FOLDS if name != held]
    return {load}(*training, **options), {load}(held, **options)
"""


class LoaderCode(ExportForm, ABC):
    """Keep the file names and write a script beside the manifest."""

    by_split: ClassVar[bool] = True
    needs_split: ClassVar[bool] = True
    file: ClassVar[str]

    def arrange(self, items: ItemTable) -> ItemTable:
        """Return the items unchanged.

        Raises:
            ExportError: An image has the script's name.
        """
        check_free(items, self.file)
        return items

    def side_files(self, items: ItemTable, hashes: Mapping[str, bytes]) -> Iterator[SideFile]:
        """Yield the script."""
        manifest = f"ROOT / {manifest_name(items)!r}"
        yield SideFile.named(self.file, self.text(items, manifest).encode())

    @abstractmethod
    def text(self, items: ItemTable, manifest: str) -> str:
        """Return the script; `manifest` is a Python expression."""


class KerasCode(LoaderCode):
    """Write load_keras.py: one tf.data.Dataset per split."""

    form: ClassVar[Form] = Form.KERAS
    file: ClassVar[str] = "load_keras.py"

    def text(self, items: ItemTable, manifest: str) -> str:
        """Return the script."""
        title = "# Load this export with Keras: the same files in the same splits."
        names, folds = splits_of(items), folds_of(items)
        return keras_code(title, root=_HERE, manifest=manifest, splits=names, folds=folds)


class PyTorchCode(LoaderCode):
    """Write load_pytorch.py: one torch Dataset per split."""

    form: ClassVar[Form] = Form.PYTORCH
    file: ClassVar[str] = "load_pytorch.py"

    def text(self, items: ItemTable, manifest: str) -> str:
        """Return the script."""
        title = "# Load this export with PyTorch: the same files in the same splits."
        head = _PYTORCH.format(title=title, root=_HERE, rows=_rows(manifest))
        return head + _tail(splits_of(items), folds_of(items), "Images", "_set", shuffled="")


class ScikitLearnCode(LoaderCode):
    """Write load_scikit_learn.py: paths, labels, groups and a PredefinedSplit."""

    form: ClassVar[Form] = Form.SCIKIT_LEARN
    file: ClassVar[str] = "load_scikit_learn.py"

    def text(self, items: ItemTable, manifest: str) -> str:
        """Return the script; without folds, the held-out split is validation, or else test."""
        title = "# Load this export with scikit-learn: the same files in the same splits."
        folds = folds_of(items)
        held = [s for s in splits_of(items) if s not in (TRAINING, "test")] or ["test"]
        numbers = {s: n for n, s in enumerate(folds)} or {TRAINING: -1} | {
            s: n for n, s in enumerate(held)
        }
        return _SCIKIT_LEARN.format(
            title=title, root=_HERE, rows=_rows(manifest), folds=repr(numbers)
        )


def keras_code(
    title: str, *, root: str, manifest: str, splits: Sequence[str], folds: Sequence[str]
) -> str:
    """Return Keras code that loads a manifest as `image_dataset_from_directory` would.

    Args:
        title: Text of the leading comment.
        root: Image folder, as a Python expression.
        manifest: Manifest file, as a Python expression.
        splits: Splits that get a variable.
        folds: Splits that are folds of a cross-validation; empty for none.
    """
    head = _KERAS.format(title=title, root=root, rows=_rows(manifest))
    return head + _tail(splits, folds, "load", "_ds", shuffled=", shuffle=True, seed=0")


def _rows(manifest: str) -> str:
    return _ROWS.format(manifest=manifest).strip("\n") + "\n"


def _tail(
    splits: Sequence[str], folds: Sequence[str], load: str, ending: str, *, shuffled: str
) -> str:
    short = {TRAINING: "train", "validation": "val"}
    lines = []
    for split in splits:
        if split not in folds:
            name = re.sub(r"\W|^(?=\d)", "_", short.get(split, split))
            options = shuffled if split == TRAINING else ""
            lines.append(f"{name}{ending} = {load}({split!r}{options})\n")
    if folds:
        lines.append(_FOLDS.format(folds=repr(list(folds)), load=load).lstrip("\n"))
    return "".join(lines)
