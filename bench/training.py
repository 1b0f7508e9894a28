"""Measure the feed: images a second against the bare training step and ImageDataGenerator.

    python bench/training.py [--side PX] [--count N] [--rounds N] [--threads N]

All three train the same small CNN by the same step at the same batch size. Bare: batches that lie
in memory. Feed: our cache, augmented by the preview's function in threads while TensorFlow trains.
Generator: Keras's ImageDataGenerator with the same policy, in the loop as `fit` runs it with one
worker. Rounds alternate, the medians count. Goals: feed / bare 0.8 or more; feed / generator 3 or
more when augmenting at 96 px.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from inspector.augmentation.policies import read_policy
from inspector.run_specs import Samples, Scaling
from inspector.training.feed import Feed
from inspector.training.pictures import load_pictures

BATCH = 64
CLASSES = 10
POLICY = {
    "rotation_range": 40, "width_shift_range": 0.2, "height_shift_range": 0.2, "shear_range": 10,
    "zoom_range": 0.2, "horizontal_flip": True, "brightness_range": [0.8, 1.2],
}  # fmt: skip
"""The articles' first example with shear in degrees that show, and the third's brightness."""


def make_samples(root: Path, *, count: int, side_px: int) -> Samples:
    """Write smooth random pictures and return the list."""
    rng = np.random.default_rng(0)
    paths = []
    for number in range(count):
        coarse = Image.fromarray(rng.integers(0, 255, (6, 6, 3)).astype(np.uint8))
        name = f"{number:05}.jpg"
        coarse.resize((side_px * 2, side_px * 2), Image.Resampling.BICUBIC).save(root / name)
        paths.append(name)
    labels = tuple(int(i) for i in rng.integers(0, CLASSES, count))
    return Samples(tuple(paths), labels, tuple(f"{i:064x}" for i in range(count)))


def train(learner: Any, batches: Iterable[tuple[Any, Any]]) -> float:
    """Train on all batches and return images per second of wall time."""
    began, seen = time.perf_counter(), 0
    for pictures, labels in batches:
        learner.train(pictures, labels)
        seen += len(labels)
    return seen / (time.perf_counter() - began)


def main() -> None:
    """Print images per second of the three, and the two ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=96)
    parser.add_argument("--count", type=int, default=1280)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), words)


def measure(root: Path, words: argparse.Namespace) -> None:
    """Do the rounds in turns."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(words.threads)
    from inspector.training.learner import Learner
    from inspector.training.models import Network, small_cnn

    samples = make_samples(root, count=words.count, side_px=words.side)
    known = Samples(samples.paths, samples.labels, ("",) * len(samples))
    began = time.perf_counter()
    pictures = load_pictures(
        root, [known], side_px=words.side, cache=root / "cache", threads=words.threads,
        told=lambda done, total: None,
    )  # fmt: skip
    decoded = len(samples) / (time.perf_counter() - began)
    ready = np.array(pictures.pixels[pictures.find(known)])
    labels = np.array(samples.labels, np.int32)
    model = small_cnn(words.side, CLASSES, Scaling.RESCALE)
    learner = Learner(Network(model, model), learning_rate=1e-3)
    feed = Feed(
        pictures, known, seed=0, batch_size=BATCH, threads=words.threads,
        policy=read_policy(POLICY),
    )  # fmt: skip
    generator = tf.keras.preprocessing.image.ImageDataGenerator(**POLICY)
    flow = generator.flow(ready.astype(np.float32), labels, batch_size=BATCH, seed=0)

    def bare() -> Iterable[tuple[Any, Any]]:
        for start in range(0, len(ready), BATCH):
            yield ready[start : start + BATCH], labels[start : start + BATCH]

    def fed() -> Iterable[tuple[Any, Any]]:
        for batch in feed.epoch(1, steps=feed.steps):
            yield batch.pictures, batch.labels

    def generated() -> Iterable[tuple[Any, Any]]:
        for number in range(len(flow)):
            given, wanted = flow[number]
            yield given.astype(np.uint8), wanted

    makers: dict[str, Callable[[], Iterable[tuple[Any, Any]]]]
    makers = {"bare": bare, "feed": fed, "generator": generated}
    train(learner, bare())
    rates: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(words.rounds):
        for name, maker in makers.items():
            rates[name].append(train(learner, maker()))
    feed.close()
    middle = {name: statistics.median(found) for name, found in rates.items()}
    print(f"{words.count} pictures of {words.side} px, batch {BATCH}, {words.threads} threads")
    print(f"decoding once      {decoded:8.0f} images/s")
    for name, found in rates.items():
        spread = f"{min(found):.0f}..{max(found):.0f}"
        print(f"{name:18} {middle[name]:8.0f} images/s  ({spread})")
    print(f"feed / bare        {middle['feed'] / middle['bare']:8.2f}  (goal 0.8)")
    print(f"feed / generator   {middle['feed'] / middle['generator']:8.2f}  (goal 3 at 96 px)")


if __name__ == "__main__":
    main()
