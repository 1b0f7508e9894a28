"""EfficientNet-Lite0 in Keras equals the network of the embedding, and learns."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inspector.training_protocol.messages import EpochDone, RunDone
from inspector.training_protocol.run_folder import BEST
from inspector.training_protocol.run_spec import LITE0, LITE0_TUNED

from .conftest import Trainer

MakeRun = Callable[..., Path]

COMPARED = """
import sys
import keras, numpy as np
from inspector.similarity.embedding import blob, by_opencv, model_file
from inspector.training.lite0 import lite0
rng = np.random.default_rng(0)
coarse = rng.integers(0, 256, (3, 8, 8, 3))
images = np.kron(coarse, np.ones((1, 20, 20, 1))).astype(np.uint8)
pixels = keras.Input((160, 160, 3))
ours = keras.Model(pixels, lite0(pixels)).predict(images.astype(np.float32), verbose=0)
theirs = by_opencv(model_file().read_bytes())(blob(list(images)))
print(np.abs(ours - theirs).max(), theirs.max())
"""

PLAIN = """
import sys
import keras, numpy as np
model = keras.saving.load_model(sys.argv[1])
print(model.predict(np.zeros((1, 32, 32, 3)), verbose=0).sum())
"""


def output_of(code: str, *arguments: str) -> list[float]:
    """Return the numbers that a program prints: TensorFlow stays out of this process."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return [float(word) for word in done.stdout.split()]


def test_keras_computes_what_opencv_does() -> None:
    pytest.importorskip("tensorflow")
    difference, largest = output_of(COMPARED)
    assert difference < 1e-4 * largest


def test_a_frozen_run_learns_and_its_model_loads_without_this_program(
    trainer: Trainer, make_run: MakeRun
) -> None:
    folder = make_run(model=LITE0, policy=None, epochs=30, image_size_px=32)
    done = trainer.train(folder)[-1]
    assert isinstance(done, RunDone)
    assert done.best_val_accuracy > 0.6
    (total,) = output_of(PLAIN, str(folder / BEST))
    assert total == pytest.approx(1, abs=1e-4)


def test_a_tuned_run_changes_the_network(trainer: Trainer, make_run: MakeRun) -> None:
    folder = make_run(model=LITE0_TUNED, policy=None, epochs=2, image_size_px=32)
    events = trainer.train(folder)
    assert isinstance(events[-1], RunDone)
    losses = [e.loss for e in events if isinstance(e, EpochDone)]
    assert len(losses) == 2
    assert np.isfinite(losses).all()
    assert losses[1] < losses[0]
