"""A run from spec to model card, epoch by epoch, so that it can resume after any epoch."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from inspector.augmentation.policy_json import Policy, read_policy
from inspector.dataset.training_decode import Pixels
from inspector.errors import TrainingError
from inspector.training.feed import Feed, augmenting
from inspector.training.learner import Learner
from inspector.training.models import Network, build_network, ends_in_softmax, load_model
from inspector.training.pictures import TrainingImages, load_pictures, read_squares
from inspector.training.records import (
    State,
    load_checkpoint,
    save_checkpoint,
    save_model,
    write_card,
    write_predictions,
)
from inspector.training_protocol.messages import (
    EpochDone,
    Evaluated,
    Event,
    Preparing,
    RunDone,
    Started,
    Step,
)
from inspector.training_protocol.run_folder import BEST, LAST, PREDICTIONS_BEST, PREDICTIONS_LAST
from inspector.training_protocol.run_spec import Budget, RunSpec, SampleColumns, Scaling, check_spec

Probabilities = NDArray[np.float32]
Tell = Callable[[Event], None]

_TOLD_SECONDS = 0.2
_EVALUATED = 128
"""Images per evaluation batch; small enough to stop within a second at 224 px."""

_TINY = 1e-7


class RunControl(Protocol):
    """Checked by a run between two batches."""

    def check(self) -> None:
        """Wait while paused; raise if the run must stop."""


def train_run(folder: Path, spec: RunSpec, *, tell: Tell, control: RunControl) -> None:
    """Train the run in `folder` up to its `RunDone`, resuming after its last complete epoch.

    Raises:
        TrainingError: The run can't start or resume.
    """
    run = _Run(folder, spec, tell, control)
    try:
        while not run.is_over():
            run.train_epoch()
        run.finish()
    finally:
        run.close()


def reevaluate(
    folder: Path, spec: RunSpec, side: str, *, tell: Tell, control: RunControl
) -> Evaluated:
    """Load a run's best weights and evaluate them on one of its lists, read from the files.

    Raises:
        TrainingError: The list is empty, or the weights or a sample are missing or changed.
    """
    check_spec(spec)
    samples: SampleColumns = getattr(spec, side)
    if not samples:
        raise TrainingError(
            f"the run has no {side} list", "Start the run on a machine that has one."
        )
    model = load_model(folder / BEST)
    network = Network(model, model, logits=not ends_in_softmax(model))
    learner = Learner(network, learning_rate=spec.learning_rate)
    told = _Told(folder.name, "verifying", tell, control)
    squares = read_squares(
        Path(spec.root), samples, side_px=spec.image_size_px, threads=spec.threads, told=told
    )
    pixels = np.stack(list(squares))
    loss, accuracy = judge(predict(learner, pixels, control), samples.labels)
    return Evaluated(folder.name, loss, accuracy, len(samples), side)


def evaluate_arrays(folder: Path, file: Path, *, control: RunControl) -> Evaluated:
    """Evaluate a run's best weights on images of an .npz file; see `Reevaluate`.

    Raises:
        TrainingError: The weights or the file can't be read.
    """
    model = load_model(folder / BEST)
    try:
        with np.load(file, allow_pickle=False) as arrays:
            pixels, labels = arrays["pixels"], arrays["labels"]
    except (OSError, ValueError, KeyError) as error:
        raise TrainingError(f"{file.name} can't be read: {error}", "Try again.") from error
    logits = not ends_in_softmax(model)
    parts = []
    for start in range(0, len(pixels), _EVALUATED):
        control.check()
        out = model(tf.constant(pixels[start : start + _EVALUATED], tf.float32), training=False)
        parts.append(np.asarray(tf.nn.softmax(out) if logits else out))
    loss, accuracy = judge(np.concatenate(parts), labels)
    return Evaluated(folder.name, loss, accuracy, len(pixels))


def predict(learner: Learner, inputs: NDArray[Any], control: RunControl) -> Probabilities:
    """Return probabilities (n, classes) for the output of `Learner.extract`, row by row."""
    parts = []
    for start in range(0, len(inputs), _EVALUATED):
        control.check()
        parts.append(learner.predict(inputs[start : start + _EVALUATED]))
    return np.concatenate(parts)


def judge(
    probabilities: Probabilities, labels: Sequence[int] | NDArray[np.int32]
) -> tuple[float, float]:
    """Return mean cross-entropy and accuracy."""
    labels = np.asarray(labels)
    own = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    return float(-np.log(np.clip(own, _TINY, 1)).mean()), float(right.mean())


class _Told:
    """Reports the progress of a preparation, at most 5 times per second; stops it on request."""

    def __init__(self, run: str, what: str, tell: Tell, control: RunControl) -> None:
        self._run, self._what, self._tell, self._control = run, what, tell, control
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        self._control.check()
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _TOLD_SECONDS
            self._tell(Preparing(self._run, self._what, done, total))


class _Run:
    """A run in progress."""

    def __init__(self, folder: Path, spec: RunSpec, tell: Tell, control: RunControl) -> None:
        self._folder, self._tell, self._control = folder, tell, control
        self._name = folder.name
        self._began = time.monotonic()
        self._spec = spec
        check_spec(spec)
        policy = None if spec.policy is None else read_policy(spec.policy)
        pictures = load_pictures(
            Path(spec.root), (spec.training, spec.selection, spec.validation),
            side_px=spec.image_size_px, threads=spec.threads, told=self._told("decoding"),
            cache=Path(spec.cache) if spec.cache else folder / "cache",
        )  # fmt: skip
        self._learner = Learner(
            build_network(spec, _normalisation(spec, policy)), learning_rate=spec.learning_rate
        )
        self._state = State()
        if (checkpoint := load_checkpoint(folder)) is not None:
            self._state, variables = checkpoint
            self._learner.restore(variables)
        self._selection = self._inputs(pictures, spec.selection, "selection")
        self._validation = self._inputs(pictures, spec.validation, "validation")
        self._feed = Feed(
            pictures, spec.training, seed=spec.seed, batch_size=spec.batch_size,
            threads=augmenting(spec.threads), policy=policy,
        )  # fmt: skip
        self._ready = self._ready_features(pictures)
        self._tell(
            Started(
                self._name, self._epochs(), len(self._state.history), self._feed.steps,
                self._learner.parameters, tf.config.threading.get_intra_op_parallelism_threads(),
            )
        )  # fmt: skip

    def close(self) -> None:
        """Stop the feed's threads and release the graph."""
        self._feed.close()
        keras.backend.clear_session()

    def is_over(self) -> bool:
        """Tell whether the budget is used up."""
        return len(self._state.history) >= self._epochs() or self._is_flat()

    def train_epoch(self) -> None:
        """Train and evaluate one epoch and store its checkpoint."""
        began = time.monotonic()
        epoch = len(self._state.history) + 1
        loss, accuracy, steps = self._learn(epoch)
        if not math.isfinite(loss):
            raise TrainingError(
                "the loss is no longer a number", "Start a new run with a lower learning rate."
            )
        spec = self._spec
        probabilities = predict(self._learner, self._validation, self._control)
        val_loss, val_accuracy = judge(probabilities, spec.validation.labels)
        sel_loss, sel_accuracy = None, None
        if spec.selection:
            chosen = predict(self._learner, self._selection, self._control)
            sel_loss, sel_accuracy = judge(chosen, spec.selection.labels)
        self._state = replace(self._state, steps=self._state.steps + steps)
        self._choose(epoch, sel_loss, sel_accuracy, probabilities)
        done = EpochDone(
            self._name, epoch, loss, accuracy, val_loss, val_accuracy, sel_loss, sel_accuracy,
            time.monotonic() - began, self._state.best_epoch,
        )  # fmt: skip
        self._state = replace(self._state, history=(*self._state.history, done))
        save_checkpoint(self._folder, self._state, self._learner.state())
        self._tell(done)

    def finish(self) -> None:
        """Write the files of a complete run and report it."""
        spec, state = self._spec, self._state
        save_model(self._folder / LAST, self._learner.network.full)
        probabilities = predict(self._learner, self._validation, self._control)
        write_predictions(
            self._folder / PREDICTIONS_LAST, spec.validation, spec.class_names, probabilities
        )
        write_card(self._folder, spec, state, parameters=self._learner.parameters)
        self._tell(
            RunDone(
                self._name, len(state.history), state.best_epoch,
                state.history[state.best_epoch - 1].val_accuracy, state.history[-1].val_accuracy,
                self._is_flat(), time.monotonic() - self._began,
            )
        )  # fmt: skip

    def _learn(self, epoch: int) -> tuple[float, float, int]:
        """Train for one epoch; return its mean loss, accuracy and number of steps."""
        steps = self._feed.steps
        if self._spec.budget is Budget.STEPS:
            steps = min(steps, self._spec.steps - self._state.steps)
        began, told = time.monotonic(), 0.0
        losses, right, seen = 0.0, 0, 0
        batches = self._feed.epoch(epoch, steps=steps)
        try:
            for number, batch in enumerate(batches, 1):
                self._control.check()
                if self._ready is not None:
                    inputs: NDArray[Any] = self._ready[batch.rows]
                else:
                    inputs = self._learner.extract(batch.pictures)
                loss, good = self._learner.train(inputs, batch.labels)
                losses, right, seen = losses + loss, right + good, seen + len(batch.labels)
                now = time.monotonic()
                if now - told >= _TOLD_SECONDS or number == steps:
                    told = now
                    rate = seen / max(now - began, 1e-9)
                    self._tell(Step(self._name, epoch, number, steps, rate))
        finally:
            batches.close()
        return losses / seen, right / seen, steps

    def _choose(
        self, epoch: int, loss: float | None, accuracy: float | None, probabilities: Probabilities
    ) -> None:
        """Keep this epoch's weights if they are the best on the selection holdout.

        Without a holdout, every epoch counts as the best.
        """
        best = (-1.0, 0.0) if loss is None or accuracy is None else (accuracy, -loss)
        if loss is not None and best <= self._state.best:
            return
        self._state = replace(self._state, best=best, best_epoch=epoch)
        save_model(self._folder / BEST, self._learner.network.full)
        write_predictions(
            self._folder / PREDICTIONS_BEST,
            self._spec.validation,
            self._spec.class_names,
            probabilities,
        )

    def _epochs(self) -> int:
        if self._spec.budget is Budget.STEPS:
            return -(-self._spec.steps // self._feed.steps)
        return self._spec.epochs

    def _is_flat(self) -> bool:
        waited = len(self._state.history) - self._state.best_epoch
        return self._spec.budget is Budget.PLATEAU and waited >= self._spec.patience

    def _inputs(self, pictures: TrainingImages, samples: SampleColumns, what: str) -> NDArray[Any]:
        """Return the head's evaluation inputs in list order: features, computed once, or images."""
        rows = pictures.find(samples)
        if self._learner.network.extractor is None or not len(rows):
            pixels: Pixels = pictures.pixels[rows]
            return pixels
        told = self._told(f"features of {what}")
        parts = []
        for start in range(0, len(rows), _EVALUATED):
            told(start, len(rows))
            part = pictures.pixels[rows[start : start + _EVALUATED]]
            parts.append(self._learner.extract(part))
        return np.concatenate(parts)

    def _ready_features(self, pictures: TrainingImages) -> NDArray[Any] | None:
        """Compute the training features once where they are the same in every epoch."""
        if self._learner.network.extractor is None or self._feed.augments:
            return None
        return self._inputs(pictures, self._spec.training, "training")

    def _told(self, what: str) -> _Told:
        return _Told(self._name, what, self._tell, self._control)


def _normalisation(spec: RunSpec, policy: Policy | None) -> dict[str, Any]:
    if spec.normalisation is not Scaling.POLICY or policy is None:
        return {}
    return asdict(policy.normalisation)
