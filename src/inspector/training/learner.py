"""A network that learns: the only place where arrays meet TensorFlow functions."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from inspector.dataset.training_decode import Pixels
from inspector.errors import TrainingError
from inspector.training.models import Network

Array = NDArray[Any]
Floats = NDArray[np.float32]


class Learner:
    """A network, its optimiser and the two traced functions that use them.

    Args:
        network: The network to train.
        learning_rate: Learning rate of Adam.
    """

    def __init__(self, network: Network, *, learning_rate: float) -> None:
        self.network = network
        self._head = network.head
        self._optimizer = keras.optimizers.Adam(learning_rate * network.rate)
        self._optimizer.build(self._head.trainable_variables)
        self._loss = keras.losses.SparseCategoricalCrossentropy(
            from_logits=network.logits, reduction="sum"
        )
        shape = [None, *self._head.input_shape[1:]]
        kind = tf.uint8 if network.extractor is None else tf.float32
        inputs = tf.TensorSpec(shape, kind)
        labels = tf.TensorSpec([None], tf.int32)
        # The open batch dimension keeps the last, partial batch from being traced again.
        self._train = tf.function(self._train_batch, input_signature=[inputs, labels])
        self._predict = tf.function(self._predict_batch, input_signature=[inputs])
        self._extract = None
        if network.extractor is not None:
            pixels = tf.TensorSpec([None, *network.extractor.input_shape[1:]], tf.uint8)
            self._extract = tf.function(self._extract_batch, input_signature=[pixels])

    @property
    def parameters(self) -> int:
        """Number of parameters, trainable or not."""
        return int(self.network.full.count_params())

    def extract(self, pictures: Pixels) -> Array:
        """Return the head's input: features of the frozen backbone, or the images unchanged."""
        if self._extract is None:
            return pictures
        features: Floats = self._extract(tf.constant(pictures)).numpy()
        return features

    def train(self, inputs: Array, labels: NDArray[np.int32]) -> tuple[float, int]:
        """Take one step; return the batch's summed loss and its number of correct predictions."""
        loss, right = self._train(tf.constant(inputs), tf.constant(labels))
        return float(loss), int(right)

    def predict(self, inputs: Array) -> Floats:
        """Return probabilities (n, classes) for the output of `extract`."""
        probabilities: Floats = self._predict(tf.constant(inputs)).numpy()
        return probabilities

    def state(self) -> list[Array]:
        """Return copies of everything that a step changes: weights, dropout seeds, optimiser."""
        return [np.array(v.numpy()) for v in self._variables()]

    def restore(self, state: list[Array]) -> None:
        """Restore a `state`.

        Raises:
            TrainingError: It belongs to another network.
        """
        variables = self._variables()
        fits = len(state) == len(variables) and all(
            tuple(v.shape) == a.shape for v, a in zip(variables, state, strict=True)
        )
        if not fits:
            raise TrainingError(
                "the checkpoint belongs to another model", "Start a new run with these settings."
            )
        for variable, array in zip(variables, state, strict=True):
            variable.assign(array)

    def _variables(self) -> list[Any]:
        return [*self._head.variables, *self._optimizer.variables]

    def _train_batch(self, inputs: Any, labels: Any) -> tuple[Any, Any]:
        count = tf.cast(tf.shape(labels)[0], tf.float32)
        with tf.GradientTape() as tape:
            out = self._head(tf.cast(inputs, tf.float32), training=True)
            summed = self._loss(labels, out)
            total = summed / count
            if self._head.losses:
                total += tf.add_n(self._head.losses)
        variables = self._head.trainable_variables
        self._optimizer.apply(tape.gradient(total, variables), variables)
        right = tf.equal(tf.argmax(out, axis=-1, output_type=tf.int32), labels)
        return summed, tf.reduce_sum(tf.cast(right, tf.int32))

    def _predict_batch(self, inputs: Any) -> Any:
        out = self._head(tf.cast(inputs, tf.float32), training=False)
        return tf.nn.softmax(out) if self.network.logits else out

    def _extract_batch(self, pictures: Any) -> Any:
        return self.network.extractor(tf.cast(pictures, tf.float32), training=False)
