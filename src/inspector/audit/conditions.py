"""Conditions of a diagnosis: which images models classify correctly when trained differently."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.baseline_models import fit, nearest_label, neighbours
from inspector.audit.folds import cut, group_folds, random_folds, smallest_mix

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

FOLDS = 5

Judge = Callable[[Ints], Mask]
"""Maps row numbers to whether the model classifies them correctly."""

Learn = Callable[[Ints], Judge]
"""Trains on row numbers and returns the judge of other rows."""


class StudyStopped(Exception):  # noqa: N818 - an event, not an error of ours
    """The user stopped the work; its results are discarded."""


@dataclass(frozen=True, slots=True)
class ProgressReporter:
    """Passes progress outwards and a stop inwards."""

    progress: Callable[[str, int, int], None]
    stop: Callable[[], bool]

    def at(self, stage: str, done: int, total: int) -> None:
        """Report that `done` of `total` parts of a stage are finished.

        Raises:
            StudyStopped: A stop was requested.
        """
        if self.stop():
            raise StudyStopped
        self.progress(stage, done, total)


@dataclass(frozen=True, slots=True)
class Study:
    """What all conditions share.

    Attributes:
        x: (n, d) reduced descriptors.
        labels: (n,) class numbers.
        group: (n,) known groups, numbered from 0.
        joined: (n,) known groups joined with unexplained pairs, numbered from 0.
        train: Row numbers of the training folder.
        folder: Row numbers of the user's own validation folder.
        classes: Number of classes.
        seeds: Number of split seeds.
        seed: Random seed of everything.
        watch: Progress and stop.
        learn: Trains a model; None for baseline models.
        upto: Score only the first seeds, with sizes as for all of them; None for all.
    """

    x: Floats
    labels: Ints
    group: Ints
    joined: Ints
    train: Ints
    folder: Ints
    classes: int
    seeds: int
    seed: int
    watch: ProgressReporter
    learn: Learn | None = None
    upto: int | None = None

    @property
    def scored(self) -> int:
        """Number of seeds that are scored."""
        return self.seeds if self.upto is None else self.upto

    def rng(self, *purpose: int) -> np.random.Generator:
        """Return a separate generator per purpose, so that conditions don't affect each other."""
        return np.random.default_rng([self.seed, *purpose])

    def weights(self) -> Doubles:
        """Return the class balance of the training folder, (classes,), sum 1."""
        count = np.bincount(self.labels[self.train], minlength=self.classes)
        return np.asarray(count / max(1, count.sum()), np.float64)


@dataclass(frozen=True, slots=True)
class Scores:
    """Hit rates, each (seeds, n) in 0..1; training images are judged out of fold.

    `folder` is the mean over the models of all folds, for every image of the folder.
    """

    train: Doubles
    folder: Doubles


def random_assignments(setting: Study) -> list[Ints]:
    """Return random folds of the training rows, one array per seed."""
    labels = setting.labels[setting.train]
    return [random_folds(labels, FOLDS, setting.rng(1, s)) for s in range(setting.seeds)]


def group_assignments(setting: Study, group: Ints, purpose: int) -> list[Ints]:
    """Return folds of the training rows that keep `group` (over those rows) together."""
    labels = setting.labels[setting.train]
    return [
        group_folds(labels, group, FOLDS, setting.rng(2, purpose, s)) for s in range(setting.seeds)
    ]


def common_size(setting: Study, assignments: list[Ints]) -> Ints:
    """Return the training size per class that every fold of every assignment can provide."""
    return smallest_mix(setting.labels[setting.train], assignments, FOLDS, setting.classes)


def score_folds(
    setting: Study, assignments: list[Ints], size: Ints, stage: str = "", *, folder: bool = True
) -> Scores:
    """Train on all folds but one, with `size` images per class, and judge the held-out fold.

    Args:
        setting: What all conditions share.
        assignments: Folds of the training rows, one array per seed.
        size: (classes,) training images.
        stage: Name for the progress; "" reports none.
        folder: True to judge the folder as well.
    """
    train, y = setting.train, setting.labels
    held_right = np.zeros((len(assignments), len(train)))
    outside = setting.folder if folder else setting.folder[:0]
    folder_right = np.zeros((len(assignments), len(outside)))
    for s, folds in enumerate(assignments):
        rng = setting.rng(3, s)
        for k in range(FOLDS):
            held = folds == k
            rows = cut(train[~held], y, size, rng)
            model = train_on(setting, rows)
            held_right[s, held] = model(train[held])
            folder_right[s] += model(outside) / FOLDS
        if stage:
            setting.watch.at(stage, s + 1, len(assignments))
    return Scores(held_right, folder_right)


def train_on(setting: Study, rows: Ints) -> Judge:
    """Train the model that the figures are based on; it judges any other row."""
    if setting.learn is not None:
        return setting.learn(rows)
    model = fit(setting.x[rows], setting.labels[rows], setting.classes)

    def judge(others: Ints) -> Mask:
        correct = model.predict(setting.x[others]) == setting.labels[others]
        return np.asarray(correct, np.bool_)

    return judge


def mates_seen(setting: Study, assignments: list[Ints], size: Ints) -> Mask:
    """Tell whether the model that judged a training row was trained on one of its group.

    Returns:
        (seeds, training rows), for the models of `score_folds` with the same arguments.
    """
    train, y = setting.train, setting.labels
    seen_mates = np.zeros((len(assignments), len(train)), np.bool_)
    for s, folds in enumerate(assignments):
        rng = setting.rng(3, s)
        for k in range(FOLDS):
            held = folds == k
            rows = cut(train[~held], y, size, rng)
            seen_mates[s, held] = np.isin(setting.group[train[held]], setting.group[rows])
    return seen_mates


def score_placebos(setting: Study, group: Ints, size: Ints, number: int) -> list[Doubles]:
    """Return (seeds, training rows) hit rates for placebo groups of the same sizes.

    They tell what group folds cost when the groups mean nothing. Placebo groups are sampled within
    class.
    """
    labels = setting.labels[setting.train]
    scores = []
    for p in range(number):
        rng = setting.rng(4, p)
        shuffled = group.copy()
        for label in np.unique(labels):
            rows = np.flatnonzero(labels == label)
            shuffled[rows] = group[rng.permutation(rows)]
        folds = group_assignments(setting, shuffled, 1 + p)
        scores.append(score_folds(setting, folds, size, folder=False).train)
        setting.watch.at("placebo groups", p + 1, number)
    return scores


def score_whole(setting: Study) -> Doubles:
    """Return (1, folder rows) hit rates of models trained on the whole training folder."""
    model = train_on(setting, setting.train)
    return model(setting.folder)[None].astype(np.float64)


@dataclass(frozen=True, slots=True)
class OwnClass:
    """Hit rates of models of equal size from both folders, each (seeds, n) in 0..1.

    Attributes:
        own: Trained in the folder and judged there, out of fold.
        train: Trained in the training folder and judged there, out of fold.
        folder: The same models as `train`, judged on the folder.
    """

    own: Doubles
    train: Doubles
    folder: Doubles


def score_own(setting: Study, assignments: list[Ints], size: Ints) -> OwnClass:
    """Compare models trained in the folder with models of the same size from training."""
    inside = Study(
        setting.x, setting.labels, setting.group, setting.joined, setting.folder,
        setting.folder[:0], setting.classes, setting.seeds, setting.seed, setting.watch,
        setting.learn, setting.upto,
    )  # fmt: skip
    group = np.unique(setting.joined[setting.folder], return_inverse=True)[1].astype(np.int64)
    folds = group_assignments(inside, group, 1_000)
    size = np.minimum(size, common_size(inside, folds))
    own = score_folds(inside, folds[: setting.scored], size, "models of the folder")
    train = score_folds(setting, assignments, size, "training models of that size")
    return OwnClass(own.train, train.train, train.folder)


def score_joint(setting: Study) -> Doubles:
    """Measure what folder images in training gain on the folder, in place of training images.

    Both folders are thinned to one image per joined group. A is the training set with up to half of
    each class replaced by folder images, out of fold; B is the training set alone, of equal size
    and class balance. Noisy labels and hard images gain nothing from A; a shift does.

    Returns:
        (seeds, folder rows) of A - B; NaN for images that the thinning removed.
    """
    y = setting.labels
    gain = np.full((setting.scored, len(setting.folder)), np.nan)
    place = np.full(len(y), -1, np.int64)
    place[setting.folder] = np.arange(len(setting.folder))
    for s in range(setting.scored):
        rng = setting.rng(5, s)
        train = thinned(setting.train, setting.joined, rng)
        folder = thinned(setting.folder, setting.joined, rng)
        folds = random_folds(y[folder], FOLDS, rng)
        alone = train_on(setting, train)(folder).astype(np.float64)
        there = np.bincount(y[train], minlength=setting.classes)
        for k in range(FOLDS):
            held = folds == k
            new = cut(folder[~held], y, there // 2, rng)
            quota = there - np.bincount(y[new], minlength=setting.classes)
            mixed = np.concatenate([cut(train, y, quota, rng), new])
            model = train_on(setting, mixed)
            gain[s, place[folder[held]]] = model(folder[held]) - alone[held]
        setting.watch.at("training and folder together", s + 1, setting.scored)
    return gain


def thinned(rows: Ints, group: Ints, rng: np.random.Generator) -> Ints:
    """Return one random row per group, sorted."""
    drawn = rng.permutation(rows)
    first = np.unique(group[drawn], return_index=True)[1]
    return np.sort(drawn[first])


def score_nearest(
    setting: Study, thumbs: Floats, random: list[Ints], grouped: list[Ints]
) -> tuple[Doubles, Doubles, Doubles]:
    """Return hits by nearest neighbour: random folds, group folds, group folds on the folder.

    One neighbour table serves all folds. If no neighbour in the table is allowed (a group larger
    than the table), the image counts as wrong.
    """
    train, folder, y = setting.train, setting.folder, setting.labels
    own_thumbs = thumbs[train]
    own = neighbours(own_thumbs, own_thumbs)
    across = neighbours(thumbs[folder], own_thumbs)
    scores = []
    for assignments in (random, grouped):
        rows = [
            nearest_label(own, y[train], folds[own] != folds[:, None]) == y[train]
            for folds in assignments
        ]
        scores.append(np.array(rows, np.float64))
    outside = np.zeros((len(grouped), len(folder)))
    for s, folds in enumerate(grouped):
        for k in range(FOLDS):
            named = nearest_label(across, y[train], folds != k)
            outside[s] += (named == y[folder]) / FOLDS
    return scores[0], scores[1], outside


def score_your_split(setting: Study, mask: Mask, size: Ints) -> tuple[float, Doubles]:
    """Return the baseline accuracy on the user's split and on 20 other seeds of the same size.

    Args:
        setting: What all conditions share.
        mask: (n,) the user's validation files.
        size: (classes,) maximum number of training images.

    Returns:
        Class-weighted accuracy of the user's split, and (20,) of the others.
    """
    train, y = setting.train, setting.labels
    weights = setting.weights()
    held = mask[train]
    accuracies = []
    for draw in range(21):
        rng = setting.rng(6, draw)
        chosen = held if draw == 0 else rng.permutation(held)
        model = train_on(setting, cut(train[~chosen], y, size, rng))
        rows = train[chosen]
        count = np.bincount(y[rows], minlength=setting.classes)
        share = np.where(count > 0, weights, 0) / np.maximum(count, 1)
        share /= max(1e-12, float((share * count).sum()))
        accuracies.append(float((share[y[rows]] * model(rows)).sum()))
    return accuracies[0], np.array(accuracies[1:])
