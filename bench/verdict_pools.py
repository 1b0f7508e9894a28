"""Pools of real images that `bench/verdicts.py` plants its datasets from."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.audit.baseline_models import fit
from inspector.audit.descriptors import describe, reduce
from inspector.audit.folds import random_folds
from inspector.similarity.fingerprints import FINGERPRINT

Pictures = NDArray[np.uint8]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """Hold images (n, side, side, 3) RGB of one size with labels and how hard each is.

    `margin` is the out-of-fold probability of the true class by a baseline model.
    """

    name: str
    pictures: Pictures
    labels: Ints
    margin: NDArray[np.float64]

    @property
    def small(self) -> bool:
        """Say whether the pool holds too little for sets of 2,000."""
        return len(self.labels) < 5_000


def clothing(data: Path) -> Pool:
    """Read the clothing photos, the three folders as one pool; 64x64 pixels.

    Classes of under 100 photos are left out: they only make every trial abstain.
    """
    files = sorted(f for f in (data / "clothing").glob("*/*/*") if f.is_file())
    names = [f.parent.name for f in files]
    kept = [(f, n) for f, n in zip(files, names, strict=True) if names.count(n) >= 100]
    return _pool("clothing", kept, 64)


def cifar(folder: Path) -> Pool:
    """Read 20,000 images of the unpacked CIFAR-10, 2,000 a class."""
    kept = [
        (f, c.name)
        for c in sorted((folder / "train").iterdir())
        for f in sorted(c.glob("*.jpg"))[:2_000]
    ]
    return _pool("cifar", kept, 32)


def _pool(name: str, files: list[tuple[Path, str]], side: int) -> Pool:
    pictures = np.empty((len(files), side, side, 3), np.uint8)
    for i, (file, _) in enumerate(files):
        read = cv2.imread(str(file))
        assert read is not None, file
        pictures[i] = cv2.resize(read, (side, side), interpolation=cv2.INTER_AREA)[..., ::-1]
    labels = np.unique([n for _, n in files], return_inverse=True)[1].astype(np.int64)
    x = reduce(describe(records(pictures)))
    classes = int(labels.max()) + 1
    folds = random_folds(labels, 5, np.random.default_rng(0))
    margin = np.zeros(len(labels))
    for k in range(5):
        model = fit(x[folds != k], labels[folds != k], classes)
        held = np.flatnonzero(folds == k)
        margin[held] = model.probabilities(x[held])[np.arange(len(held)), labels[held]]
    return Pool(name, pictures, labels, margin)


def records(pictures: Pictures) -> NDArray[np.void]:
    """Return the parts of a fingerprint that descriptors are made from."""
    found = np.zeros(len(pictures), FINGERPRINT)
    for i, picture in enumerate(pictures):
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        found["luma"][i] = cv2.resize(grey, (64, 64), interpolation=cv2.INTER_LINEAR)
        small = cv2.resize(picture, (32, 32), interpolation=cv2.INTER_AREA)
        found["colour"][i] = cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb)
    return found
