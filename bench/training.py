"""Measure the feed against ready arrays and against ImageDataGenerator, in one run.

    python bench/training.py [--side PX] [--count N] [--rounds N] [--threads N]

All train the same small CNN by the same step at the same batch size. Bare: batches that lie in
memory. Feed: our cache, augmented by the preview's function in threads while TensorFlow trains.
Generator: Keras's ImageDataGenerator with the same policy, `flow` from an array in memory and
`flow_from_directory` from the JPEG files (twice the side), each prepared ahead by one thread, as
`fit` does. "Alone" is without the training step. Rounds alternate, ratios are within a round, and
the medians count. Goals: feed / bare 0.8 or more; feed / generator 3 or more when augmenting at
96 px.
"""

import argparse
import contextlib
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from inspector.augmentation.policy_json import read_policy
from inspector.training.feed import Feed, augmenting
from inspector.training.pictures import load_pictures
from inspector.training_protocol.run_spec import SampleColumns, Scaling

Batch = tuple[Any, Any]
BATCH = 64
CLASSES = 10
POLICY = {
    "rotation_range": 40, "width_shift_range": 0.2, "height_shift_range": 0.2, "shear_range": 10,
    "zoom_range": 0.2, "horizontal_flip": True, "brightness_range": [0.8, 1.2],
}  # fmt: skip
"""A usual policy with every effect that costs time."""


def make_samples(root: Path, *, count: int, side_px: int) -> SampleColumns:
    """Write smooth random images and return the list."""
    rng = np.random.default_rng(0)
    paths = []
    for number in range(count):
        coarse = Image.fromarray(rng.integers(0, 255, (6, 6, 3)).astype(np.uint8))
        name = f"{number % CLASSES}/{number:05}.jpg"
        (root / name).parent.mkdir(exist_ok=True)
        coarse.resize((side_px * 2, side_px * 2), Image.Resampling.BICUBIC).save(root / name)
        paths.append(name)
    return SampleColumns(tuple(paths), tuple(i % CLASSES for i in range(count)), ("",) * count)


def rate(batches: Iterable[Batch], use: Callable[[Any, Any], object]) -> float:
    """Use all batches and return images per second of wall time."""
    began, seen = time.perf_counter(), 0
    for pictures, labels in batches:
        use(pictures, labels)
        seen += len(labels)
    return seen / (time.perf_counter() - began)


def ahead(flow: Any) -> Iterator[Batch]:
    """Yield a pass over a Keras iterator, made by one thread ahead."""
    with ThreadPoolExecutor(1) as pool:
        for given, wanted in pool.map(flow.__getitem__, range(len(flow))):
            yield given.astype(np.uint8), wanted.astype(np.int32)


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

    files = root / "files"
    files.mkdir()
    samples = make_samples(files, count=words.count, side_px=words.side)
    began = time.perf_counter()
    pictures = load_pictures(
        files, [samples], side_px=words.side, cache=root / "cache", threads=words.threads,
        told=lambda done, total: None,
    )  # fmt: skip
    print(f"{words.count} pictures of {words.side} px, batch {BATCH}, {words.threads} threads")
    print(f"decoded once, images/s      {words.count / (time.perf_counter() - began):8.0f}")
    ready = np.array(pictures.pixels[pictures.find(samples)])
    labels = np.array(samples.labels, np.int32)
    model = small_cnn(words.side, CLASSES, Scaling.RESCALE)
    learner = Learner(Network(model, model), learning_rate=1e-3)
    feed = Feed(
        pictures, samples, seed=0, batch_size=BATCH, threads=augmenting(words.threads),
        policy=read_policy(POLICY),
    )  # fmt: skip
    generator = tf.keras.preprocessing.image.ImageDataGenerator(**POLICY)
    memory = generator.flow(ready.astype(np.float32), labels, batch_size=BATCH)
    with contextlib.redirect_stdout(io.StringIO()):
        disk = generator.flow_from_directory(
            files, (words.side, words.side), batch_size=BATCH, class_mode="sparse"
        )

    def bare() -> Iterator[Batch]:
        for start in range(0, len(ready), BATCH):
            yield ready[start : start + BATCH], labels[start : start + BATCH]

    def fed() -> Iterator[Batch]:
        for batch in feed.epoch(1, steps=feed.steps):
            yield batch.pictures, batch.labels

    makers: dict[str, Callable[[], Iterator[Batch]]] = {
        "bare": bare, "feed": fed, "generator, memory": lambda: ahead(memory),
        "generator, files": lambda: ahead(disk),
    }  # fmt: skip
    rate(bare(), learner.train)
    trained: dict[str, list[float]] = {name: [] for name in makers}
    alone: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(words.rounds):
        for name, maker in makers.items():
            trained[name].append(rate(maker(), learner.train))
            if name != "bare":
                alone[name].append(rate(maker(), lambda pictures, labels: None))
    feed.close()
    show(trained, alone)


def show(trained: dict[str, list[float]], alone: dict[str, list[float]]) -> None:
    """Print medians with their range, and the ratios."""
    print("images/s                    training               alone")
    for name, found in trained.items():
        print(f"{name:20} {_spread(found):>22} {_spread(alone[name]):>22}")
    for name in ("bare", "generator, memory", "generator, files"):
        goal = "0.8" if name == "bare" else "3 at 96 px"
        print(f"feed / {name:18} {_ratio(trained, name):8.2f}  (goal {goal})", end="")
        print(f"; alone {_ratio(alone, name):.2f}" if alone[name] else "")


def _ratio(rates: dict[str, list[float]], name: str) -> float:
    """Return the median over rounds of the feed's rate to another's of the same round."""
    return statistics.median(a / b for a, b in zip(rates["feed"], rates[name], strict=True))


def _spread(found: list[float]) -> str:
    if not found:
        return "-"
    return f"{statistics.median(found):.0f} ({min(found):.0f}..{max(found):.0f})"


if __name__ == "__main__":
    main()
