"""Train networks with and without groups, once; hold what predicts them against them in seconds.

    PYTHONPATH=src python bench/influence_networks.py train FILE.npz DATASET -o TRAININGS.npz
        [--kind scratch] [--trainings 96] [--epochs N] [--split SPLIT | --share 0.2]
        [--pairs PAIRS.csv] [--alike COSINE]
    PYTHONPATH=src python bench/influence_networks.py compare FILE.npz DATASET TRAININGS.npz...
    PYTHONPATH=src python bench/influence_networks.py beside TRAININGS.npz TRAININGS.npz

- train: real Keras trainings on random halves of the groups and their complements, so that each
  image is judged as often by networks that knew its group as by networks that did not. FILE.npz is
  of `influence.py features`. What every training says of every judged image goes into
  TRAININGS.npz, every eighth training; a run that was broken off goes on from there.
- compare: what the margin of an image gains by its own group, by the trainings and by each
  predictor: rank correlation, the reliability of the trainings, and the correlation without their
  noise; and the accuracy gained.
- beside: the same between two files of trainings of the same images.

Kinds of network: "scratch", a small CNN at 32 px; "small_cnn", that of the product at 32 px;
"frozen", the product's EfficientNet-Lite0 with frozen features and a new head; "tuned", all of it.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from influence import (
    Doubles,
    Images,
    Ints,
    Mask,
    joined_alike,
    joined_by,
    margin,
    rank_correlation,
    read,
)
from inspector.audit.folds import own_groups
from inspector.audit.influence.head import Head, fit_head
from inspector.audit.influence.kernel_head import KernelHead, fit_kernel_head
from inspector.audit.influence.network_kernel import network_kernel

HALVINGS, BOOTSTRAPS = 20, 400
STORED_EVERY = 8
SIDES = {"scratch": 32, "small_cnn": 32, "frozen": 128, "tuned": 96}
EPOCHS = {"scratch": 12, "small_cnn": 30, "frozen": 20, "tuned": 6}
BATCH = 32
KEPT = 1e-7
Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Fit = Callable[[int, Ints], Doubles]


@dataclass(frozen=True, slots=True)
class Trainings:
    """Hold what trainings say of judged images.

    Attributes:
        labels, group: (n,) of all images.
        training, judged: Rows of the images that may be trained on, and of those that are judged.
        groups: (g,) all groups of training.
        chosen: (t, g) groups that each training saw.
        scores: (t, j, classes) logits, or logarithms of probabilities.
    """

    labels: Ints
    group: Ints
    training: Ints
    judged: Ints
    groups: Ints
    chosen: Mask
    scores: Floats

    @property
    def margins(self) -> Doubles:
        """By how much the true class is ahead, (t, j)."""
        truth = self.labels[self.judged]
        return np.stack([margin(one.astype(np.float64), truth) for one in self.scores])

    @property
    def inside(self) -> Mask:
        """Whether a training saw the image's own group, (t, j)."""
        return self.chosen[:, np.searchsorted(self.groups, self.group[self.judged])]


def main() -> None:
    """Run one step."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    steps = parser.add_subparsers(required=True)
    one = steps.add_parser("train")
    one.set_defaults(run=_train)
    one.add_argument("file", type=Path)
    one.add_argument("dataset", type=Path)
    one.add_argument("-o", dest="out", type=Path, required=True)
    one.add_argument("--kind", choices=SIDES, default="scratch")
    one.add_argument("--trainings", type=int, default=96)
    one.add_argument("--epochs", type=int, default=0)
    one.add_argument("--split", default="", help="what is judged; a random share by default")
    one.add_argument("--share", type=float, default=0.2)
    one.add_argument("--pairs", type=Path, help="join annotated pairs to groups")
    one.add_argument("--alike", type=float, help="join groups of a class from this cosine on")
    one = steps.add_parser("compare")
    one.set_defaults(run=_compare)
    one.add_argument("file", type=Path)
    one.add_argument("dataset", type=Path)
    one.add_argument("trainings", type=Path, nargs="+")
    one = steps.add_parser("beside")
    one.set_defaults(run=_beside)
    one.add_argument("one", type=Path)
    one.add_argument("other", type=Path)
    asked = parser.parse_args()
    asked.run(asked)


def pixels_of(images: Images, dataset: Path, side_px: int) -> Pixels:
    """Return all images as squares, (n, side, side, 3)."""
    return np.stack(
        [
            cv2.resize(
                cv2.imread(str(dataset / path), cv2.IMREAD_COLOR), (side_px, side_px),
                interpolation=cv2.INTER_AREA,
            )
            for path in images.paths
        ]
    )  # fmt: skip


def stored(file: Path) -> Trainings:
    """Read trainings."""
    table = np.load(file)
    return Trainings(*(table[name] for name in Trainings.__slots__))


def _train(asked: argparse.Namespace) -> None:
    images = read(asked.file, asked.split, asked.share)
    if asked.pairs is not None:
        images = joined_by(asked.pairs, images)
    if asked.alike:
        images = joined_alike(asked.alike, images)
    rows, judged = np.flatnonzero(images.training), np.flatnonzero(images.judged)
    judged = judged[np.isin(images.group[judged], images.group[rows])]
    groups = np.unique(images.group[rows])
    pixels = pixels_of(images, asked.dataset, SIDES[asked.kind])
    classes = int(images.labels.max()) + 1
    epochs = asked.epochs or EPOCHS[asked.kind]
    network = _scratch if asked.kind == "scratch" else _of_the_product
    fit = network(asked.kind, pixels, images.labels, judged, classes, epochs)
    chosen, scores = np.zeros((0, len(groups)), np.bool_), []
    if asked.out.exists():
        before = stored(asked.out)
        chosen, scores = before.chosen, list(before.scores)
    for seed in range(len(scores), asked.trainings):
        # Each half and its complement: every image has as many trainings with as without.
        half = np.random.default_rng(seed // 2).random(len(groups)) < 0.5
        half = half if seed % 2 else ~half
        chosen = np.vstack([chosen, half])
        scores.append(fit(seed, rows[np.isin(images.group[rows], groups[half])]))
        if (seed + 1) % STORED_EVERY == 0 or seed + 1 == asked.trainings:
            np.savez(
                asked.out, labels=images.labels, group=images.group, training=rows, judged=judged,
                groups=groups, chosen=chosen, scores=np.array(scores, np.float32),
            )  # fmt: skip
            print(f"{seed + 1} trainings {_own(stored(asked.out))}", flush=True)


def _scratch(
    _kind: str, pixels: Pixels, labels: Ints, judged: Ints, classes: int, epochs: int
) -> Fit:  # fmt: skip
    """Return a training of a small CNN: three convolutions and a hidden layer."""
    import keras

    def built() -> Any:
        layers: list[Any] = [keras.Input(pixels.shape[1:])]
        for filters in (16, 32, 64):
            layers.append(keras.layers.Conv2D(filters, 3, padding="same", activation="relu"))
            layers.append(keras.layers.MaxPooling2D())
        layers += [
            keras.layers.Flatten(), keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(classes),
        ]  # fmt: skip
        return keras.Sequential(layers)

    model, scaled = built(), pixels.astype(np.float32) / 255
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(2e-3), loss, steps_per_execution=8)

    def fit(seed: int, learned: Ints) -> Doubles:
        keras.utils.set_random_seed(seed)
        # Compiling takes longer than training: the same network starts from other weights.
        model.set_weights(built().get_weights())
        for variable in model.optimizer.variables:
            if "learning_rate" not in variable.path:
                variable.assign(np.zeros(variable.shape, variable.dtype))
        model.fit(
            scaled[learned], labels[learned], epochs=epochs, batch_size=BATCH, verbose=0
        )  # fmt: skip
        return np.asarray(model.predict(scaled[judged], verbose=0), np.float64)

    return fit


def _of_the_product(
    kind: str, pixels: Pixels, labels: Ints, judged: Ints, classes: int, epochs: int
) -> Fit:  # fmt: skip
    """Return a training as Train does it: its networks, its optimiser, its batches."""
    import keras

    from inspector.training.feed import sample_order
    from inspector.training.learner import Learner
    from inspector.training.models import Network, offline_transfer, small_cnn
    from inspector.training_protocol.run_spec import Scaling

    if kind == "small_cnn":
        model = small_cnn(
            SIDES[kind], classes, Scaling.RESCALE, steps_per_epoch=-(-len(labels) // 2 // BATCH)
        )
        network = Network(model, model)
    else:
        network = offline_transfer(SIDES[kind], classes, tuned=kind == "tuned")
    learner = Learner(network, learning_rate=1e-3)
    inputs = np.concatenate(
        [learner.extract(pixels[at : at + 64]) for at in range(0, len(pixels), 64)]
    )
    start = learner.state()

    def fit(seed: int, learned: Ints) -> Doubles:
        keras.utils.set_random_seed(seed)
        learner.restore(start)
        for layer in network.head.layers:
            if kind == "small_cnn" or isinstance(layer, keras.layers.Dense):
                _draw_anew(layer)
        for epoch in range(epochs):
            order = learned[sample_order(len(learned), seed=seed, epoch=epoch)]
            for at in range(0, len(order), BATCH):
                batch = order[at : at + BATCH]
                learner.train(inputs[batch], labels[batch].astype(np.int32))
        told = [learner.predict(inputs[judged[at : at + 64]]) for at in range(0, len(judged), 64)]
        return np.log(np.maximum(np.concatenate(told), KEPT)).astype(np.float64)

    return fit


def _draw_anew(layer: Any) -> None:
    """Draw the weights of a convolution or a dense layer again."""
    initializer = getattr(layer, "kernel_initializer", None)
    if initializer is not None:
        layer.kernel.assign(type(initializer)()(layer.kernel.shape))


def gain(margins: Doubles, inside: Mask) -> Doubles:
    """Return the mean margin of trainings with an image's own group minus that of those without."""
    with_it = np.where(inside, margins, 0).sum(axis=0) / np.maximum(inside.sum(axis=0), 1)
    without = np.where(inside, 0, margins).sum(axis=0) / np.maximum((~inside).sum(axis=0), 1)
    return np.asarray(with_it - without, np.float64)


def accuracy_gain(right: Mask, inside: Mask) -> float:
    """Return the accuracy with the own group in training minus that without it."""
    return float((right & inside).sum() / inside.sum() - (right & ~inside).sum() / (~inside).sum())


def halves_of(trainings: Trainings) -> Iterator[tuple[Doubles, Doubles]]:
    """Yield gains by one half of the trainings and by the other; pairs of complements stay."""
    margins, inside = trainings.margins, trainings.inside
    pairs = np.arange(len(margins)) // 2
    draw = np.random.default_rng(0)
    for _ in range(HALVINGS):
        first = np.isin(pairs, draw.permutation(pairs[-1] + 1)[: (pairs[-1] + 1) // 2])
        yield gain(margins[first], inside[first]), gain(margins[~first], inside[~first])


def _own(trainings: Trainings) -> str:
    """Return what the trainings say by themselves."""
    half = float(np.mean([rank_correlation(one, two) for one, two in halves_of(trainings)]))
    right = trainings.margins > 0
    return (
        f"of {len(trainings.judged)} images: {right.mean():.3f} right,"
        f" {accuracy_gain(right, trainings.inside):.3f} gained by the own group, reliability"
        f" {2 * half / (1 + half):.2f}"
    )


def agreement(predicted: Doubles, trainings: Trainings, *, reliable: float = 1.0) -> str:
    """Return how a predicted gain ranks beside that of the trainings.

    The gain by trainings is noisy: its reliability is the mean correlation between halves of the
    trainings, over many ways to cut them, stepped up to all of them (Spearman and Brown). The
    correlation without that noise is the observed one over the root of it (Spearman 1904).
    Intervals resample groups of images.

    Args:
        predicted: (j,) gains.
        trainings: What they are held against.
        reliable: Reliability of the predicted gains themselves, where they are noisy.
    """
    numbers = np.unique(trainings.group[trainings.judged], return_inverse=True)[1]
    halves = list(halves_of(trainings))
    whole = gain(trainings.margins, trainings.inside)
    members = [np.flatnonzero(numbers == number) for number in range(numbers.max() + 1)]
    draw = np.random.default_rng(0)

    def figures(chosen: Ints) -> tuple[float, float, float]:
        observed = rank_correlation(predicted[chosen], whole[chosen])
        half = np.mean([rank_correlation(one[chosen], two[chosen]) for one, two in halves])
        reliability = float(2 * half / (1 + half))
        return observed, reliability, observed / np.sqrt(max(reliability * reliable, 1e-3))

    drawn = np.array(
        [
            figures(
                np.concatenate([members[g] for g in draw.integers(0, len(members), len(members))])
            )
            for _ in range(BOOTSTRAPS)
        ]
    )
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    names = ("rank correlation", "reliability of the trainings", "without their noise")
    return ", ".join(
        f"{name} {value:.2f} ({below:.2f} to {above:.2f})"
        for name, value, below, above in zip(
            names, figures(np.arange(len(numbers))), low, high, strict=True
        )
    )


def _compare(asked: argparse.Namespace) -> None:
    """Ask both heads that the product has, trained on all of training."""
    images = read(asked.file)
    colour = np.stack(
        [
            cv2.cvtColor(one, cv2.COLOR_BGR2YCrCb)
            for one in pixels_of(images, asked.dataset, SIDES["scratch"])
        ]
    )
    for file in asked.trainings:
        trainings = stored(file)
        print(f"{file.stem}: {len(trainings.chosen)} trainings {_own(trainings)}")
        learned, judged = trainings.training, trainings.judged
        labels, classes = trainings.labels[learned], int(trainings.labels.max()) + 1
        group = own_groups(trainings.group[learned])
        _print_agreement(
            "head on frozen features", fit_head(images.x[learned], labels, classes, group),
            images.x[judged], trainings,
        )  # fmt: skip
        kernel = network_kernel(colour[np.concatenate([learned, judged])])
        count = len(learned)
        _print_agreement(
            "kernel of a network from scratch",
            fit_kernel_head(kernel[:count, :count], labels, classes, group),
            kernel[count:, :count], trainings,
        )  # fmt: skip


def _print_agreement(
    name: str, head: Head | KernelHead, x: Floats, trainings: Trainings
) -> None:  # fmt: skip
    """Print what a head loses without the own group of each image beside the trainings."""
    truth = trainings.labels[trainings.judged]
    whole = head.scores(x)
    without = whole.copy()
    for i, group in enumerate(trainings.group[trainings.judged].tolist()):
        members = np.flatnonzero(trainings.group[trainings.training] == group)
        without[i] -= (head.effects(members)(x[[i]]).reach @ head.pull(members))[0]
    ahead, left = margin(whole, truth), margin(without, truth)
    print(
        f"  {name}: {agreement(ahead - left, trainings)}; {(ahead > 0).mean():.3f} right,"
        f" {(left > 0).mean():.3f} without, {(ahead > 0).mean() - (left > 0).mean():.3f} gained",
        flush=True,
    )


def _beside(asked: argparse.Namespace) -> None:
    one, other = stored(asked.one), stored(asked.other)
    assert np.array_equal(one.judged, other.judged)
    half = float(np.mean([rank_correlation(a, b) for a, b in halves_of(other)]))
    predicted = gain(other.margins, other.inside)
    print(agreement(predicted, one, reliable=2 * half / (1 + half)))


if __name__ == "__main__":
    main()
