"""Tiny datasets, and training children that tests talk to."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.subprocesses import ChildProcess
from inspector.training_protocol.messages import (
    TRAINER,
    Event,
    Quit,
    Ready,
    RunDone,
    RunFailed,
    RunStopped,
    Train,
)
from inspector.training_protocol.run_spec import SMALL_CNN, RunSpec, SampleColumns, write_spec

CLASSES = ("blue", "green", "red")
COUNT = 120


class Trainer:
    """A child and its messages."""

    def __init__(self) -> None:
        self.child = ChildProcess(TRAINER)
        ready = self.child.receive()
        assert isinstance(ready, Ready)
        self.ready = ready

    def read(self, *until: type) -> list[Event]:
        """Read up to and including the first message of these kinds."""
        heard: list[Event] = []
        while not heard or not isinstance(heard[-1], until):
            heard.append(self.child.receive())  # type: ignore[arg-type]
        return heard

    def train(self, folder: Path) -> list[Event]:
        """Send a run and read to its end."""
        self.child.send(Train(str(folder)))
        return self.read(RunDone, RunFailed, RunStopped)


@pytest.fixture(scope="session")
def trainer() -> Iterator[Trainer]:
    """One warm child for all tests that leave it alive."""
    with pytest.MonkeyPatch.context() as patch:
        # What wants to fetch weights meets a closed port, wherever the tests run.
        patch.setenv("https_proxy", "http://127.0.0.1:9")
        one = Trainer()
    yield one
    one.child.send(Quit())
    said = "still running"
    for _ in range(8):
        # TensorFlow takes its time to end on a busy machine.
        said = one.child.last_words() if said == "still running" else said
    one.child.kill()
    # Nothing on stderr: TensorFlow's chatter would hide a real last word.
    assert said == "exit status 0"


@pytest.fixture
def own_trainer() -> Iterator[Callable[[], Trainer]]:
    """Start children that a test may kill."""
    started: list[Trainer] = []

    def start() -> Trainer:
        started.append(Trainer())
        return started[-1]

    yield start
    for one in started:
        with contextlib.suppress(OSError):
            one.child.kill()


@pytest.fixture(scope="session")
def spec(tmp_path_factory: pytest.TempPathFactory) -> RunSpec:
    """A run on noisy tinted images, with the hue as class; not square, so they are resized."""
    root = tmp_path_factory.mktemp("tints")
    rng = np.random.default_rng(5)
    rows = []
    for number in range(COUNT):
        label = number % 3
        pixels = rng.integers(0, 150, (28, 36, 3)).astype(np.uint8)
        pixels[..., 2 - label] += 60
        file = root / CLASSES[label] / f"{number:03}.png"
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        rows.append((f"{CLASSES[label]}/{file.name}", label, digest))
    training, selection, validation = (
        SampleColumns(*zip(*rows[a:b], strict=True)) for a, b in ((0, 70), (70, 90), (90, COUNT))
    )
    return RunSpec(
        root=str(root), class_names=CLASSES, training=training, selection=selection,
        validation=validation, model=SMALL_CNN, seed=11, image_size_px=24, batch_size=16, epochs=4,
        policy={"rotation_range": 20, "width_shift_range": 0.1, "horizontal_flip": True},
        threads=2, split="by hand", dataset_digest="abc", versions={"inspector": "0"},
    )  # fmt: skip


@pytest.fixture
def make_run(spec: RunSpec, tmp_path: Path) -> Callable[..., Path]:
    """Create a run's folder from the common spec with some fields changed."""

    def make(name: str = "run", **changes: object) -> Path:
        folder = tmp_path / name
        write_spec(folder, replace(spec, **changes))  # type: ignore[arg-type]
        return folder

    return make
