"""Hold borrowed accuracy against what is known: retrainings, annotated partners, planted groups.

    PYTHONPATH=src python bench/influence.py features DATASET -o FILE.npz [--name-group REGEX]
    PYTHONPATH=src python bench/influence.py heads FILE.npz [--split SPLIT] [--groups 60]
    PYTHONPATH=src python bench/influence.py partners FILE.npz --pairs PAIRS.csv... [--split SPLIT]
    PYTHONPATH=src python bench/influence.py cifar CIFAR OUT PAIRS.csv TEST_PAIRS.csv
    PYTHONPATH=src python bench/influence.py coverage [--draws 300]
    PYTHONPATH=src python bench/influence.py verdicts [--draws 200]

- features: embed and describe a dataset once, with groups; the other steps read the file.
- heads: leave groups out of training, and train a logistic head by gradient anew for each; rank
  correlation of what the true class's margin loses with the closed form.
- cifar: write the images that partners reads, from unpacked CIFAR-10.
- partners: how often the annotated partner is the training image that carries an answer most.
- coverage: draw datasets with planted groups; how often the interval holds the mean of all draws.
- verdicts: the same datasets and others; how often `borrowed` and `crossvalidate` say yes where
  the mean of all draws is below their margin, and no where it is above.

`influence_networks.py` holds it against real trainings of networks.
"""

import argparse
import csv
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from inspector.audit.baseline_models import softmax
from inspector.audit.diagnosis import Verdict
from inspector.audit.folds import group_folds, own_groups
from inspector.audit.hidden_groups import unexplained_pairs
from inspector.audit.influence.borrowed import InfluenceQuestion, borrowed_accuracy
from inspector.audit.influence.fold_accuracy import fold_accuracy
from inspector.audit.influence.head import Head, fit_head, with_offset
from inspector.audit.influence.ranking import ranked
from inspector.audit.intervals import class_weighted, group_spread, wilson
from inspector.audit.joined_features import joined
from inspector.audit.ranks import average_ranks
from inspector.project.project import Project

STEPS = 150
STRENGTHS = (1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
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
    for name, run in (("heads", _heads), ("partners", _partners)):
        one = step(name, run)
        one.add_argument("file", type=Path)
        one.add_argument("--split", default="", help="what is judged; a fifth by default")
        if name == "heads":
            one.add_argument("--groups", type=int, default=60)
        else:
            one.add_argument("--pairs", type=Path, nargs="+", required=True)
    one = step("cifar", _cifar)
    for name in ("cifar", "out", "pairs", "test_pairs"):
        one.add_argument(name, type=Path)
    step("coverage", _coverage).add_argument("--draws", type=int, default=300)
    step("verdicts", _verdicts).add_argument("--draws", type=int, default=200)
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


def read(file: Path, split: str = "", share: float = 0.2) -> Images:
    """Read features; a random share is judged, or one split."""
    table = np.load(file)
    labels = np.unique(table["labels"], return_inverse=True)[1].astype(np.int64)
    if split:
        judged = table["split"] == split
        training = table["split"] == "training"
    else:
        judged = np.random.default_rng(0).random(len(labels)) < share
        training = ~judged
    x = joined(table["embedding"], table["descriptors"])
    paths = table["paths"].tolist()
    return Images(paths, x, labels, own_groups(table["group"]), training, judged)


def _head(images: Images) -> Head:
    rows = np.flatnonzero(images.training)
    classes = int(images.labels.max()) + 1
    group = own_groups(images.group[rows])
    return fit_head(images.x[rows], images.labels[rows], classes, group)


def margin(scores: Doubles, truth: Ints) -> Doubles:
    """Return by how much the true class is ahead of the next."""
    at = np.arange(len(truth))
    rival = scores.astype(np.float64)
    rival[at, truth] = -np.inf
    ahead: Doubles = scores[at, truth] - rival.max(axis=1)
    return ahead


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
    images = read(asked.file, asked.split)
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
        return margin(with_offset(images.x[judged]) @ weights, truth)

    everything = trained(np.ones(len(rows), np.bool_))
    whole = margin(head.scores(images.x[judged]), truth)
    exact, real = [], []
    for group in drawn.tolist():
        members = images.group[rows] == group
        real.append(everything - trained(~members))
        without = with_offset(images.x[judged]) @ head.without(np.flatnonzero(members))
        exact.append(whole - margin(without, truth))
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


def joined_by(pairs: Path, images: Images) -> Images:
    """Return the images with the groups of both images of a pair joined."""
    group = images.group.copy()
    for a, b in _pairs_of(pairs, images.paths):
        group[group == group[b]] = group[a]
    return replace(images, group=group)


def joined_alike(cosine: float, images: Images) -> Images:
    """Return the images with groups joined of a class whose features are alike, by chains."""
    x = images.x / np.linalg.norm(images.x, axis=1, keepdims=True)
    alike = (x @ x.T >= cosine) & (images.labels[:, None] == images.labels)
    alike |= images.group[:, None] == images.group
    return replace(images, group=connected_components(alike)[1].astype(np.int64))


def _pairs_of(file: Path, paths: list[str]) -> list[tuple[int, int]]:
    """Return the rows of pairs of which both images are there."""
    by_path = {path: i for i, path in enumerate(paths)}
    return [(by_path[a], by_path[b]) for a, b in _table(file) if a in by_path and b in by_path]


def _partners(asked: argparse.Namespace) -> None:
    """An image may have several partners: any one of its annotated cluster counts."""
    images = read(asked.file, asked.split)
    rows = np.flatnonzero(images.training)
    clusters = images
    for file in asked.pairs:
        clusters = joined_by(file, clusters)
    cluster = clusters.group
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


@dataclass(frozen=True, slots=True)
class Planted:
    """How datasets are drawn.

    Attributes:
        strength: Share of a feature's standard deviation that images of a group have in common.
        distance: Standard deviation of the classes' centres.
        groups: Their number.
        sizes: Sizes of a group, each as likely.
        unknown: Share of groups that nobody named.
        cut: False where no group is on both sides.
    """

    strength: float
    distance: float
    groups: int
    sizes: tuple[int, ...] = (1, 1, 2, 3, 5)
    unknown: float = 0.0
    cut: bool = True


def _dataset(seed: int, planted: Planted) -> tuple[Floats, InfluenceQuestion]:
    """Return features and who is judged, three tenths of the images or of the groups."""
    draw = np.random.default_rng(seed)
    group = np.repeat(np.arange(planted.groups), draw.choice(planted.sizes, planted.groups))
    labels = draw.integers(0, 3, planted.groups)[group]
    centres = np.random.default_rng(0).normal(size=(3, 20)) * planted.distance
    shared, own = draw.normal(size=(planted.groups, 20))[group], draw.normal(size=(len(group), 20))
    x = centres[labels] + planted.strength * shared + np.sqrt(1 - planted.strength**2) * own
    judged = draw.random(len(group)) < 0.3
    if not planted.cut:
        judged = (draw.random(planted.groups) < 0.3)[group]
    if planted.unknown:
        group = np.where((draw.random(planted.groups) < planted.unknown)[group], -1, group)
    x = x.astype(np.float32)
    hidden = unexplained_pairs(x, group).share
    return x, InfluenceQuestion(labels, group, ~judged, judged, hidden)


def _drawn(
    seed: int, strength: float, distance: float, groups: int
) -> tuple[float, float, float, float]:
    """Return borrowed accuracy and its interval on one dataset of groups of 1 to 5 images."""
    x, question = _dataset(seed, Planted(strength, distance, groups))
    answer = borrowed_accuracy(x, question, placebos=1)
    share = answer.borrowed
    return share.mean, share.low, share.high, float(answer.verdict == "yes")


WORLDS = {
    "groups without meaning": Planted(0.0, 0.3, 400),
    "groups, none on both sides": Planted(0.95, 0.15, 400, cut=False),
    "alike, but classes far apart": Planted(0.9, 1.0, 400),
    "few large groups without meaning": Planted(0.0, 0.3, 40, (10, 20, 30)),
    "few large groups, none on both sides": Planted(0.9, 0.3, 80, (5, 10, 15), cut=False),
    "weak": Planted(0.6, 0.3, 400),
    "strong": Planted(0.95, 0.15, 400),
    "strong, half of the groups unknown": Planted(0.95, 0.15, 400, unknown=0.5),
    "strong, all groups unknown": Planted(0.95, 0.15, 400, unknown=1.0),
    "few large groups, strong": Planted(0.9, 0.15, 40, (10, 20, 30)),
}
FOLDS = 5


def _verdicts(asked: argparse.Namespace) -> None:
    """Print for each world what both verbs say, and their mean over draws with all groups known."""
    for name, planted in WORLDS.items():
        verdicts: list[tuple[str, str]] = []
        shares: list[tuple[float, float]] = []
        for seed in range(asked.draws):
            x, question = _dataset(seed, planted)
            borrowed = borrowed_accuracy(x, question)
            folds = fold_accuracy(x, question, FOLDS)
            verdicts.append((borrowed.verdict, folds.verdict))
            if planted.unknown:
                x, question = _dataset(seed, replace(planted, unknown=0.0))
                borrowed = borrowed_accuracy(x, question, placebos=1)
                folds = fold_accuracy(x, question, FOLDS)
            shares.append((borrowed.borrowed.mean, folds.difference.mean))
        for verb, said, share in zip(
            ("borrowed", "crossvalidate"), zip(*verdicts, strict=True), np.mean(shares, axis=0),
            strict=True,
        ):  # fmt: skip
            counts = " ".join(
                f"{verdict} {said.count(verdict)} ({low:.3f} to {high:.3f})"
                for verdict in Verdict
                for low, high in [wilson(said.count(verdict), len(said))]
            )
            print(f"{name:38s} {verb:14s} truth {share:+.3f}: {counts}", flush=True)


if __name__ == "__main__":
    main()
