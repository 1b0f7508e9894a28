"""Hold borrowed accuracy against what is known: retrainings, annotated partners, planted groups.

    PYTHONPATH=src python bench/influence.py features DATASET -o FILE.npz [--name-group REGEX]
    PYTHONPATH=src python bench/influence.py heads FILE.npz [--split SPLIT] [--groups 60]
    PYTHONPATH=src python bench/influence.py networks FILE.npz DATASET [--trainings 64]
    PYTHONPATH=src python bench/influence.py partners FILE.npz --pairs PAIRS.csv... [--split SPLIT]
    PYTHONPATH=src python bench/influence.py cifar CIFAR OUT PAIRS.csv TEST_PAIRS.csv
    PYTHONPATH=src python bench/influence.py coverage [--draws 300]

- features: embed and describe a dataset once, with groups; the other steps read the file.
- heads: leave groups out of training, and train a logistic head by gradient anew for each; rank
  correlation of what the true class's margin loses with the closed form.
- networks: train a small CNN on random halves of the groups, many times; what an image's margin
  gains where its own group was trained on, against the closed form.
- cifar: write the images that networks and partners read, from unpacked CIFAR-10.
- partners: how often the annotated partner is the training image that carries an answer most.
- coverage: draw datasets with planted groups; how often the interval holds the mean of all draws.
"""

import argparse
import csv
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.audit.baseline_models import softmax
from inspector.audit.folds import group_folds, own_groups
from inspector.audit.influence.borrowed import InfluenceQuestion, borrowed_accuracy
from inspector.audit.influence.head import Head, fit_head, with_offset
from inspector.audit.influence.ranking import ranked
from inspector.audit.intervals import class_weighted, group_spread, wilson
from inspector.audit.joined_features import joined
from inspector.audit.ranks import average_ranks
from inspector.project.project import Project

STEPS = 150
STRENGTHS = (1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
NETWORK_PX = 32
HALVINGS, BOOTSTRAPS = 20, 400
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Images:
    """Hold features of a dataset: paths, classes, groups, and who trains and is judged."""

    paths: list[str]
    x: Floats
    labels: Ints
    group: Ints
    training: Mask
    judged: Mask


def main() -> None:
    """Run one step and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    steps = parser.add_subparsers(required=True)

    def step(name: str, run: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        one = steps.add_parser(name)
        one.set_defaults(run=run)
        return one

    one = step("features", _features)
    one.add_argument("dataset", type=Path)
    one.add_argument("-o", dest="file", type=Path, required=True)
    one.add_argument("--name-group", default="", metavar="REGEX")
    for name, run in (("heads", _heads), ("networks", _networks), ("partners", _partners)):
        one = step(name, run)
        one.add_argument("file", type=Path)
        one.add_argument("--split", default="", help="what is judged; a fifth by default")
        match name:
            case "heads":
                one.add_argument("--groups", type=int, default=60)
            case "networks":
                one.add_argument("dataset", type=Path)
                one.add_argument("--trainings", type=int, default=64)
                one.add_argument("--pairs", type=Path, help="join annotated pairs to groups")
                one.add_argument("--epochs", type=int, default=12)
            case _:
                one.add_argument("--pairs", type=Path, nargs="+", required=True)
    one = step("cifar", _cifar)
    for name in ("cifar", "out", "pairs", "test_pairs"):
        one.add_argument(name, type=Path)
    step("coverage", _coverage).add_argument("--draws", type=int, default=300)
    asked = parser.parse_args()
    asked.run(asked)


def _features(asked: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as home:
        project = Project(asked.dataset, Path(home) / "influence.inspector")
        project.scans.scan()
        project.embeddings.complete()
        rows = project.groups.images()
        project.embeddings.write(rows, Path(home) / "vectors.npy")
        if asked.name_group:
            project.groups.add_pattern(asked.name_group)
        np.savez(
            asked.file,
            paths=np.array([s.path for s in rows]), labels=np.array([s.label for s in rows]),
            split=np.array([s.split for s in rows]),
            group=project.groups.numbers(rows, with_duplicates=True).astype(np.int64),
            descriptors=project.groups.fingerprints.described(rows),
            embedding=np.load(Path(home) / "vectors.npy"),
        )  # fmt: skip
        project.close()
    print(f"{len(rows)} images")


def _read(asked: argparse.Namespace) -> Images:
    table = np.load(asked.file)
    labels = np.unique(table["labels"], return_inverse=True)[1].astype(np.int64)
    if asked.split:
        judged = table["split"] == asked.split
        training = table["split"] == "training"
    else:
        judged = np.random.default_rng(0).random(len(labels)) < 0.2
        training = ~judged
    x = joined(table["embedding"], table["descriptors"])
    paths = table["paths"].tolist()
    return Images(paths, x, labels, own_groups(table["group"]), training, judged)


def _head(images: Images) -> Head:
    rows = np.flatnonzero(images.training)
    classes = int(images.labels.max()) + 1
    group = own_groups(images.group[rows])
    return fit_head(images.x[rows], images.labels[rows], classes, group)


def _margin(scores: Doubles, truth: Ints) -> Doubles:
    at = np.arange(len(truth))
    rival = scores.astype(np.float64)
    rival[at, truth] = -np.inf
    margin: Doubles = scores[at, truth] - rival.max(axis=1)
    return margin


def _logistic(x: Floats, labels: Ints, classes: int, strength: float) -> Doubles:
    """Return the weights of a logistic head by accelerated gradient steps, offset last.

    Source: as of `baseline_models.fit`, with a strength of its own.
    """
    rows = with_offset(x).astype(np.float32)
    target = np.eye(classes, dtype=np.float32)[labels]
    step = 1 / (np.linalg.eigvalsh(rows.T @ rows / len(rows))[-1] / 2 + strength)
    weights = np.zeros((rows.shape[1], classes), np.float32)
    ahead, momentum = weights, 1.0
    for _ in range(STEPS):
        slope = rows.T @ (softmax(rows @ ahead) - target) / len(rows)
        slope[:-1] += strength * ahead[:-1]
        moved = ahead - step * slope
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = moved + (momentum - 1) / following * (moved - weights)
        weights, momentum = moved, following
    return weights.astype(np.float64)


def _logistic_strength(x: Floats, labels: Ints, group: Ints) -> float:
    """Choose as the ridge head does: the strongest within one standard error, by group folds."""
    classes = int(labels.max()) + 1
    folds = group_folds(labels, group, 5, np.random.default_rng(0))
    errors, spreads = [], []
    for strength in STRENGTHS:
        wrong = np.zeros(len(x))
        for fold in range(5):
            held = folds == fold
            weights = _logistic(x[~held], labels[~held], classes, strength)
            wrong[held] = (with_offset(x[held]) @ weights).argmax(axis=1) != labels[held]
        error, deviations = class_weighted(wrong, labels, np.ones(classes))
        errors.append(error)
        spreads.append(group_spread(deviations, group).variance)
    best = int(np.argmin(errors))
    limit = errors[best] + float(np.sqrt(spreads[best]))
    return max(s for s, error in zip(STRENGTHS, errors, strict=True) if error <= limit)


def rank_correlation(one: Doubles, two: Doubles) -> float:
    """Return Spearman's correlation."""
    return float(np.corrcoef(average_ranks(one), average_ranks(two))[0, 1])


def _heads(asked: argparse.Namespace) -> None:
    """Half of the groups are those of judged images, half are others."""
    images = _read(asked)
    rows, judged = np.flatnonzero(images.training), np.flatnonzero(images.judged)
    head = _head(images)
    draw = np.random.default_rng(0)
    shared = np.intersect1d(images.group[rows], images.group[judged])
    others = np.setdiff1d(images.group[rows], shared)
    half = asked.groups // 2
    drawn = np.concatenate([draw.permutation(shared)[:half], draw.permutation(others)[:half]])
    near = np.isin(images.group[judged], drawn)
    keep = near | (draw.random(len(judged)) < 200 / len(judged))
    judged = judged[keep]
    truth, classes = images.labels[judged], int(images.labels.max()) + 1
    x, labels = images.x[rows], images.labels[rows]

    strength = _logistic_strength(x, labels, own_groups(images.group[rows]))

    def trained(chosen: Mask) -> Doubles:
        weights = _logistic(x[chosen], labels[chosen], classes, strength)
        return _margin(with_offset(images.x[judged]) @ weights, truth)

    everything = trained(np.ones(len(rows), np.bool_))
    whole = _margin(head.scores(images.x[judged]), truth)
    exact, real = [], []
    for group in drawn.tolist():
        members = images.group[rows] == group
        real.append(everything - trained(~members))
        without = with_offset(images.x[judged]) @ head.without(np.flatnonzero(members))
        exact.append(whole - _margin(without, truth))
    one, two = np.array(exact), np.array(real)
    own = drawn[:, None] == images.group[judged][None, :]
    each = [rank_correlation(one[:, i], two[:, i]) for i in range(len(judged))]
    print(
        f"{asked.file.stem}: {len(rows)} training images, {len(drawn)} groups left out,"
        f" {len(judged)} judged, penalty {head.penalty:.3g},"
        f" logistic {strength:g}; rank correlation of all"
        f" {one.size} pairs {rank_correlation(one.ravel(), two.ravel()):.3f}, of {own.sum()} with"
        f" the own group {rank_correlation(one[own], two[own]):.3f}, per image"
        f" {np.mean(each):.3f} on average"
    )
    best = [one[:, i].argmax() == two[:, i].argmax() for i in range(len(judged))]
    print(f"the same group does most in {np.mean(best):.3f} of images")


def _networks(asked: argparse.Namespace) -> None:
    """Train on halves of the groups; an image's own group is in about half of the trainings."""
    import cv2
    import keras

    images = _read(asked)
    if asked.pairs is not None:
        images = replace(images, group=_joined_by(asked.pairs, images))
    rows, judged = np.flatnonzero(images.training), np.flatnonzero(images.judged)
    judged = judged[np.isin(images.group[judged], images.group[rows])]
    truth, classes = images.labels[judged], int(images.labels.max()) + 1
    pixels = np.stack(
        [
            cv2.resize(
                cv2.imread(str(asked.dataset / path), cv2.IMREAD_COLOR),
                (NETWORK_PX, NETWORK_PX), interpolation=cv2.INTER_AREA,
            )
            for path in images.paths
        ]
    ).astype(np.float32) / 255  # fmt: skip
    groups = np.unique(images.group[rows])
    model = _network(classes)
    margins = np.zeros((asked.trainings, len(judged)))
    inside = np.zeros((asked.trainings, len(judged)), np.bool_)
    for seed in range(asked.trainings):
        keras.utils.set_random_seed(seed)
        # Compiling takes longer than training: the same network starts from other weights.
        model.set_weights(_network(classes).get_weights())
        for variable in model.optimizer.variables:
            if "learning_rate" not in variable.path:
                variable.assign(np.zeros(variable.shape, variable.dtype))
        # Each half and its complement: every image has as many trainings with as without.
        half = np.random.default_rng(seed // 2).random(len(groups)) < 0.5
        chosen = groups[half if seed % 2 else ~half]
        learned = rows[np.isin(images.group[rows], chosen)]
        model.fit(
            pixels[learned], images.labels[learned], epochs=asked.epochs, batch_size=32, verbose=0
        )
        scores = model.predict(pixels[judged], verbose=0).astype(np.float64)
        margins[seed] = _margin(scores, truth)
        inside[seed] = np.isin(images.group[judged], chosen)
        if seed % 16 == 15:
            print(f"{seed + 1} trainings, {(margins[: seed + 1] > 0).mean():.3f} right", flush=True)
            _compare(images, judged, margins[: seed + 1], inside[: seed + 1])


def _network(classes: int) -> Any:
    """Return a small CNN, compiled."""
    import keras

    layers: list[keras.Layer] = [keras.Input((NETWORK_PX, NETWORK_PX, 3))]
    for filters in (16, 32, 64):
        layers.append(keras.layers.Conv2D(filters, 3, padding="same", activation="relu"))
        layers.append(keras.layers.MaxPooling2D())
    layers += [
        keras.layers.Flatten(), keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(classes),
    ]  # fmt: skip
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(2e-3), loss)
    return model


def _joined_by(pairs: Path, images: Images) -> Ints:
    """Return the groups, those of both images of a pair joined."""
    group = images.group.copy()
    for a, b in _pairs_of(pairs, images.paths):
        group[group == group[b]] = group[a]
    return group


def _pairs_of(file: Path, paths: list[str]) -> list[tuple[int, int]]:
    """Return the rows of pairs of which both images are there."""
    by_path = {path: i for i, path in enumerate(paths)}
    return [(by_path[a], by_path[b]) for a, b in _table(file) if a in by_path and b in by_path]


def _compare(images: Images, judged: Ints, margins: Doubles, inside: Mask) -> None:
    """Print how the gain by the own group ranks beside the closed form, and beside itself.

    The network's gain is noisy: its reliability is the mean correlation between halves of the
    trainings, over many ways to cut them, stepped up to all of them (Spearman and Brown). The
    correlation without that noise is the observed one over the root of it (Spearman 1904).
    Intervals resample groups of images.
    """
    exact = _closed_form(images, judged)
    numbers = np.unique(images.group[judged], return_inverse=True)[1]
    pairs = np.arange(len(margins)) // 2
    draw = np.random.default_rng(0)
    halves = []
    for _ in range(HALVINGS):
        first = np.isin(pairs, draw.permutation(pairs[-1] + 1)[: (pairs[-1] + 1) // 2])
        halves.append(
            (_gain(margins[first], inside[first]), _gain(margins[~first], inside[~first]))
        )
    whole = _gain(margins, inside)
    size = np.bincount(numbers)
    members = [np.flatnonzero(numbers == number) for number in range(len(size))]

    def figures(chosen: Ints) -> tuple[float, float, float]:
        observed = rank_correlation(exact[chosen], whole[chosen])
        half = np.mean([rank_correlation(one[chosen], two[chosen]) for one, two in halves])
        reliable = float(2 * half / (1 + half))
        return observed, reliable, observed / np.sqrt(max(reliable, 1e-3))

    drawn = np.array(
        [
            figures(np.concatenate([members[g] for g in draw.integers(0, len(size), len(size))]))
            for _ in range(BOOTSTRAPS)
        ]
    )
    names = ("rank correlation", "reliability of the network's", "without its noise")
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    parts = [
        f"{name} {value:.2f} ({below:.2f} to {above:.2f})"
        for name, value, below, above in zip(
            names, figures(np.arange(len(judged))), low, high, strict=True
        )
    ]
    right = margins > 0
    borrowed = (right & inside).sum() / inside.sum() - (right & ~inside).sum() / (~inside).sum()
    print(
        f"  {len(judged)} images, {len(size)} groups: {', '.join(parts)}; accuracy gained by the"
        f" own group {borrowed:.3f}",
        flush=True,
    )


def _closed_form(images: Images, judged: Ints) -> Doubles:
    """Return what the margin of each judged image loses without its own group, by the head."""
    head = _head(images)
    rows = np.flatnonzero(images.training)
    truth = images.labels[judged]
    whole = _margin(head.scores(images.x[judged]), truth)
    exact = np.empty(len(judged))
    for i, group in enumerate(images.group[judged].tolist()):
        members = np.flatnonzero(images.group[rows] == group)
        without = with_offset(images.x[judged[[i]]]) @ head.without(members)
        exact[i] = whole[i] - _margin(without, truth[[i]])[0]
    return exact


def _gain(margins: Doubles, inside: Mask) -> Doubles:
    """Return the mean margin of trainings with an image's own group minus that of those without."""
    with_it = np.where(inside, margins, 0).sum(axis=0) / np.maximum(inside.sum(axis=0), 1)
    without = np.where(inside, 0, margins).sum(axis=0) / np.maximum((~inside).sum(axis=0), 1)
    gain: Doubles = with_it - without
    return gain


def _partners(asked: argparse.Namespace) -> None:
    """An image may have several partners: any one of its annotated cluster counts."""
    images = _read(asked)
    rows = np.flatnonzero(images.training)
    cluster = images.group
    for file in asked.pairs:
        cluster = _joined_by(file, replace(images, group=cluster))
    head = fit_head(
        images.x[rows], images.labels[rows], int(images.labels.max()) + 1,
        own_groups(images.group[rows]),
    )  # fmt: skip
    for file in asked.pairs:
        judged = np.array([a for a, _ in _pairs_of(file, images.paths)])
        answers = ranked(head, images.x[judged], images.labels[judged], rows)
        hits = np.array(
            [
                [cluster[group.rows[0]] == cluster[image] for group in answer[:3]]
                + [False] * max(0, 3 - len(answer))
                for image, answer in zip(judged.tolist(), answers, strict=True)
            ]
        )
        first = int(hits[:, 0].sum())
        low, high = wilson(first, len(judged))
        print(
            f"{asked.file.stem}, {file.stem}: an annotated partner is first in {first} of"
            f" {len(judged)} = {first / len(judged):.3f} ({low:.3f} to {high:.3f}), among three in"
            f" {hits.any(axis=1).sum()}"
        )


def _cifar(asked: argparse.Namespace) -> None:
    """Write 3,400 images of CIFAR-10 with their partners, and fresh partners from within test."""
    cifar, out = asked.cifar, asked.out
    known, fresh = (_table(file) for file in (asked.pairs, asked.test_pairs))
    draw = random.Random(0)
    test, train = ({pair[side] for pair in known} for side in (0, 1))
    all_test, all_train = (
        sorted(p.relative_to(cifar).as_posix() for p in (cifar / side).rglob("*.jpg"))
        for side in ("test", "train")
    )
    taken = test | {path for pair in fresh for path in pair}
    chosen = test | train | {one for one, _ in fresh}
    chosen |= set(draw.sample([p for p in all_test if p not in taken], 257))
    chosen |= set(draw.sample([p for p in all_train if p not in train], 3000 - len(train)))
    copies = []
    for one, two in fresh:
        _, label, name = two.split("/")
        copies.append((one, f"train/{label}/t{name}"))
        _copy(cifar / two, out / copies[-1][1])
    for path in sorted(chosen):
        _copy(cifar / path, out / path)
    with (out.parent / f"{out.name}-fresh.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("test_file", "train_file"), *copies])


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _table(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return [(row[0], row[1]) for row in list(csv.reader(stream))[1:]]


def _coverage(asked: argparse.Namespace) -> None:
    """Print for each setting how often the interval holds the mean over all draws."""
    for strength, distance, groups in (
        (0.6, 0.3, 300), (0.9, 0.3, 300), (0.95, 0.15, 300), (0.95, 0.15, 100), (0.98, 0.1, 300),
    ):  # fmt: skip
        draws = np.array(
            [_drawn(seed, strength, distance, groups) for seed in range(asked.draws)]
        )  # fmt: skip
        truth = draws[:, 0].mean()
        held = (draws[:, 1] <= truth) & (truth <= draws[:, 2])
        low, high = wilson(held.sum(), len(held))
        print(
            f"group effect {strength}, classes {distance} apart, {groups} groups: borrowed"
            f" {truth:.3f} (sd {draws[:, 0].std():.3f}), held in {held.mean():.3f}"
            f" ({low:.3f} to {high:.3f}); too high {(draws[:, 1] > truth).mean():.3f}, too low"
            f" {(draws[:, 2] < truth).mean():.3f}; yes {draws[:, 3].mean():.3f}",
            flush=True,
        )


def _drawn(
    seed: int, strength: float, distance: float, groups: int
) -> tuple[float, float, float, float]:
    """Return borrowed accuracy and its interval on one dataset of groups of 1 to 5 images."""
    draw = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), draw.choice([1, 1, 2, 3, 5], groups))
    labels = draw.integers(0, 3, groups)[group]
    centres = np.random.default_rng(0).normal(size=(3, 20)) * distance
    shared, own = draw.normal(size=(groups, 20))[group], draw.normal(size=(len(group), 20))
    x = centres[labels] + strength * shared + np.sqrt(1 - strength**2) * own
    judged = draw.random(len(group)) < 0.3
    question = InfluenceQuestion(labels, group, ~judged, judged)
    answer = borrowed_accuracy(x.astype(np.float32), question, placebos=1)
    share = answer.borrowed
    return share.mean, share.low, share.high, float(answer.verdict == "yes")


if __name__ == "__main__":
    main()
