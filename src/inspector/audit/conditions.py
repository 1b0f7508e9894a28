"""Arms of a diagnosis: what baseline models get right when they are trained in different ways."""

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
"""Row numbers to whether a model names their classes."""

Learn = Callable[[Ints], Judge]
"""Row numbers to learn from to what judges others."""


class StudyStopped(Exception):  # noqa: N818 - an event, not an error of ours
    """A person stopped the work; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class ProgressReporter:
    """Carry progress outwards and a stop inwards."""

    progress: Callable[[str, int, int], None]
    stop: Callable[[], bool]

    def at(self, stage: str, done: int, total: int) -> None:
        """Report that `done` of `total` parts of a stage are finished.

        Raises:
            Stopped: When a stop was asked for.
        """
        if self.stop():
            raise StudyStopped
        self.progress(stage, done, total)


@dataclass(frozen=True, slots=True)
class Study:
    """Hold what all arms share.

    Attributes:
        x: (n, d) reduced descriptors.
        labels: (n,) class numbers.
        group: (n,) known groups, numbers from 0.
        joined: (n,) known groups joined with suspicious pairs, numbers from 0.
        train: Row numbers of the training folder.
        folder: Row numbers of the user's own validation folder.
        classes: Number of classes.
        seeds: Number of split seeds.
        seed: Of everything that is drawn.
        watch: Progress and stop.
        learn: What trains a model; None for baseline models.
        upto: Only the first seeds are scored, with sizes as for all of them; None for all.
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
        """How many seeds are scored."""
        return self.seeds if self.upto is None else self.upto

    def rng(self, *purpose: int) -> np.random.Generator:
        """Return a generator of its own for each purpose, so that arms don't move each other."""
        return np.random.default_rng([self.seed, *purpose])

    def weights(self) -> Doubles:
        """Return the class mix of the training folder, (classes,), sum 1."""
        count = np.bincount(self.labels[self.train], minlength=self.classes)
        return np.asarray(count / max(1, count.sum()), np.float64)


@dataclass(frozen=True, slots=True)
class Scores:
    """Hold who was right: each (seeds, n) in 0..1, images of training out of fold.

    `folder` is the mean over the models of all folds, for every image of the folder.
    """

    train: Doubles
    folder: Doubles


def random_assignments(setting: Study) -> list[Ints]:
    """Return random folds of the training rows, one array for each seed."""
    labels = setting.labels[setting.train]
    return [random_folds(labels, FOLDS, setting.rng(1, s)) for s in range(setting.seeds)]


def group_assignments(setting: Study, group: Ints, purpose: int) -> list[Ints]:
    """Return folds of the training rows that keep `group` (over those rows) together."""
    labels = setting.labels[setting.train]
    return [
        group_folds(labels, group, FOLDS, setting.rng(2, purpose, s)) for s in range(setting.seeds)
    ]


def common_size(setting: Study, assignments: list[Ints]) -> Ints:
    """Return the training size for each class that every fold of every assignment can give."""
    return smallest_mix(setting.labels[setting.train], assignments, FOLDS, setting.classes)


def score_folds(
    setting: Study, assignments: list[Ints], size: Ints, stage: str = "", *, folder: bool = True
) -> Scores:
    """Train on all folds but one, to `size` images of each class, and judge the one left out.

    Args:
        setting: What all arms share.
        assignments: Folds of the training rows, one array for each seed.
        size: (classes,) training images.
        stage: Name for the progress; "" reports none.
        folder: Whether the models also judge the folder.
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
    """Train the model that carries the figures; it judges any other row."""
    if setting.learn is not None:
        return setting.learn(rows)
    model = fit(setting.x[rows], setting.labels[rows], setting.classes)

    def judge(others: Ints) -> Mask:
        correct = model.predict(setting.x[others]) == setting.labels[others]
        return np.asarray(correct, np.bool_)

    return judge


def mates_seen(setting: Study, assignments: list[Ints], size: Ints) -> Mask:
    """Say whether the model that judged a training row learned from one of its group.

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
    """Return (seeds, training rows) for groupings of the same sizes, drawn within class.

    They say how much group folds cost when the groups mean nothing.
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
    """Return (1, folder rows): models on all of the training folder."""
    model = train_on(setting, setting.train)
    return model(setting.folder)[None].astype(np.float64)


@dataclass(frozen=True, slots=True)
class OwnClass:
    """Hold models of equal size from both sides: each (seeds, n) in 0..1.

    Attributes:
        own: Models trained inside the folder, judged there out of fold.
        train: Models trained in the training folder, judged there out of fold.
        folder: The same models, judged on the folder.
    """

    own: Doubles
    train: Doubles
    folder: Doubles


def score_own(setting: Study, assignments: list[Ints], size: Ints) -> OwnClass:
    """Compare models trained inside the folder with models of the same size from training."""
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
    """Say what folder images in training are worth on the folder, in place of training images.

    Both sides are thinned to one image of each joined group. A is the training set with up to
    half of each class replaced by folder images, out of fold; B is the training set alone, of
    equal size and class mix. Noisy labels and hard images gain nothing from A; a shift does.

    Returns:
        (seeds, folder rows) of A - B; NaN where the thinning left an image out.
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
    """Return one row of each group, drawn at random, sorted."""
    drawn = rng.permutation(rows)
    first = np.unique(group[drawn], return_index=True)[1]
    return np.sort(drawn[first])


def score_nearest(
    setting: Study, thumbs: Floats, random: list[Ints], grouped: list[Ints]
) -> tuple[Doubles, Doubles, Doubles]:
    """Return who is right by nearest neighbour: random folds, group folds, group folds on folder.

    One neighbour table serves all folds. Where none of the kept neighbours may be used (a group
    larger than the table), the image counts as wrong.
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
    """Return a baseline model's accuracy on your split and on 20 other draws of as many images.

    Args:
        setting: What all arms share.
        mask: (n,) your validation files.
        size: (classes,) training images, at most.

    Returns:
        Class-weighted accuracy of your draw, and (20,) of the others.
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
