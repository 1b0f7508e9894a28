"""Search for shortcuts: what predicts the class of an image without its object.

Each probe is a small classifier on features that have nothing to do with the object. It is judged
out of fold by group, against a null that permutes the classes of whole groups.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inspector.audit.folds import group_folds
from inspector.audit.intervals import group_spread, holm, t_interval

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_Model = Callable[[Floats], Floats]

FOLDS = 5
PERMUTATIONS = 999
# "No" needs an interval below chance plus this; "yes" needs a part of it, or large datasets would
# get findings about effects that no network uses.
MARGIN = 0.05
LEAST_GAIN = 0.02
# Familywise. Source: at most 2 % of datasets without a shortcut may get a yes.
LEVEL = 0.02
_BINS = 10
_PENALTY = 0.1
_SCREEN = 2.0
_AT_ONCE = 50
_EXCEEDED = 10
# Probes with many columns get fewer bins per column.
_MANY_COLUMNS, _FEW_BINS = 30, 5
# More training images only take time: with these, the standard error of an accuracy is 0.01.
MAX_IMAGES = 3_000
_EXAMPLES = 12
MIN_GROUPS = 20


class ProbeName(StrEnum):
    """What a probe looks at."""

    FORMAT = "file format and compression"
    FILE_SIZE = "file size"
    SIZE = "image size and aspect"
    BORDER = "border and corners"
    BACKGROUND = "background"
    COLOUR = "mean colour and brightness"
    DETAIL = "blur and noise"
    CAMERA = "camera and date"
    OVERLAY = "text and watermarks"
    MARKS = "repeated marks"
    NAMES = "file names and folders"
    CENTRE_MASKED = "image without its centre"


class ShortcutVerdict(StrEnum):
    """Verdict on a probe."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Probe:
    """Columns (n, d) of one kind; NaN where unknown.

    Attributes:
        binned: False for components that a linear model takes unchanged.
    """

    name: ProbeName
    columns: Floats
    binned: bool = True


@dataclass(frozen=True, slots=True)
class ShortcutQuestion:
    """Input of a search for shortcuts.

    Attributes:
        labels: (n,) class numbers from 0.
        group: (n,) group numbers from 0.
        training: (n,) whether a row is in the training folder.
        folder: (n,) whether it is in the evaluation folder; rows whose group is in training are
            left out there.
    """

    probes: tuple[Probe, ...]
    labels: Ints
    group: Ints
    training: Mask
    folder: Mask


@dataclass(frozen=True, slots=True)
class FolderResult:
    """Result of a probe on the evaluation folder, trained on all of training; values are 0..1.

    Attributes:
        accuracy: Share of its images whose class the probe names; `low` to `high` is the 95 % CI
            at that chance.
        chance: Accuracy if the same answers had nothing to do with the folder's classes.
        verdict: Whether the answers tell the classes there, by the rule of training.
    """

    accuracy: float
    low: float
    high: float
    chance: float
    verdict: ShortcutVerdict

    @property
    def reversed(self) -> bool:
        """Whether the probe is wrong more often than by chance: it points to other classes."""
        return self.high < self.chance


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Result of one probe; accuracies are 0..1.

    Attributes:
        probe: Its name.
        accuracy: Out of fold by group on the training folder; `low` to `high` is its 95 % CI.
        chance: Share of the largest class there.
        folder: The same on the evaluation folder; None without images that training doesn't know.
        p_corrected: By permutation of groups, Holm-corrected over the probes.
        examples: Row numbers that the probe classifies most confidently, some per class.
    """

    probe: ProbeName
    accuracy: float
    low: float
    high: float
    chance: float
    folder: FolderResult | None
    p_corrected: float
    verdict: ShortcutVerdict
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Fold:
    """One fold of a probe: its rows, the others, and how a model is fitted to those."""

    held: Mask
    rows: Floats
    fit: _Model


@dataclass(frozen=True, slots=True)
class _Folder:
    """Images of the evaluation folder whose group is not in training.

    Attributes:
        rows, labels, group: (n,) each.
        shuffled: (draws, n) labels permuted over whole groups.
    """

    rows: Ints
    labels: Ints
    group: Ints
    shuffled: Ints


@dataclass(frozen=True, slots=True)
class _Judged:
    """A probe with its p and scores (n, classes) in training, and p and answers (m,) on the folder.

    Without a folder its p is 1.
    """

    probe: Probe
    p: float
    scores: Floats
    folder_p: float
    answers: Ints


def find_shortcuts(
    question: ShortcutQuestion,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[ProbeResult, ...]:
    """Return the result of each probe, clearest first; () with fewer than two classes.

    Args:
        question: The rows with their probes.
        permutations: Permutations of the null; the smallest p is 1 / (1 + permutations).
        seed: Random seed of folds and permutations.
        progress: Called with the number of finished probes and their total.
    """
    rng = np.random.default_rng(seed)
    rows = at_most(np.flatnonzero(question.training), question.group, rng)
    labels = np.unique(question.labels[rows], return_inverse=True)[1].astype(np.int64)
    group = np.unique(question.group[rows], return_inverse=True)[1].astype(np.int64)
    classes = int(labels.max(initial=-1)) + 1
    if classes < 2 or len(np.unique(group)) < MIN_GROUPS:
        return ()
    # Not balanced by class: the folds must suit permuted labels as well as the real ones.
    folds = group_folds(np.zeros(len(rows), np.int64), group, FOLDS, rng)
    shuffled = _permuted(labels, group, permutations, rng)
    folder = _folder_of(question, permutations, rng)
    judged: list[_Judged] = []
    for done, probe in enumerate(question.probes):
        progress(done, len(question.probes))
        x = _features(probe, rows)
        prepared = _folds_of(probe, x[rows], folds)
        scores = _out_of_fold(prepared, _targets(labels[None], classes))
        agreement = float(_agreement(scores, labels[None], prepared)[0])
        p = _p_value(prepared, shuffled, agreement)
        answers = _answers_of(probe, x, rows, question.labels, folder.rows)
        judged.append(_Judged(probe, p, scores[:, 0], _folder_p(answers, folder), answers))
    corrected = holm(np.array([one.p for one in judged]))
    on_folder = holm(np.array([one.folder_p for one in judged]))
    results = [
        _shortcut(one, (rows, labels, group), folder, float(p), float(folder_p))
        for one, p, folder_p in zip(judged, corrected, on_folder, strict=True)
    ]
    order = list(ShortcutVerdict)
    results.sort(key=lambda r: (order.index(r.verdict), r.chance - r.accuracy))
    progress(len(question.probes), len(question.probes))
    return tuple(results)


def at_most(rows: Ints, group: Ints, rng: np.random.Generator) -> Ints:
    """Return rows of random whole groups, about `MAX_IMAGES` images in total."""
    if len(rows) <= MAX_IMAGES:
        return rows
    rank = rng.permutation(int(group.max()) + 1)[group[rows]]
    order = np.argsort(rank, kind="stable")
    last = rank[order[MAX_IMAGES - 1]]
    chosen: Ints = rows[rank <= last]
    return chosen


def _agreement(scores: Floats, labels: Ints, folds: list[_Fold]) -> Doubles:
    """Return how far scores (n, draws, classes) agree with labels (draws, n), per permutation.

    This is the correlation of scores and classes within folds, up to a factor common to all
    permutations: a marker on few images changes it more than it changes accuracy.
    """
    gain = np.zeros(len(labels))
    length = np.zeros(len(labels))
    for fold in folds:
        centred = scores[fold.held]
        centred -= centred.mean(axis=0)
        own = np.take_along_axis(centred, labels.T[fold.held][..., None], axis=2)
        gain += own.sum(axis=(0, 2))
        length += (centred**2).sum(axis=(0, 2))
    agreement: Doubles = gain / np.sqrt(length + 1e-12)
    return agreement


def _permuted(labels: Ints, group: Ints, draws: int, rng: np.random.Generator) -> Ints:
    """Return (draws, n) labels permuted over whole groups, with unchanged class counts.

    At most one group per class boundary is split.
    """
    counts = np.bincount(labels)
    shuffled = np.empty((draws, len(labels)), np.int64)
    number = int(group.max()) + 1
    for draw in range(draws):
        rank = rng.permutation(number)
        laid_out = np.argsort(rank[group], kind="stable")
        # Shuffle the class order, so that the split groups don't always fall to the same class.
        order = rng.permutation(len(counts))
        shuffled[draw, laid_out] = np.repeat(order, counts[order])
    return shuffled


def _features(probe: Probe, rows: Ints) -> Floats:
    """Return the columns of a probe for a linear model, with bins from the values of `rows`."""
    columns = probe.columns
    if not probe.binned:
        scale = columns[rows].std(axis=0).max(initial=0.0) or 1.0
        return np.asarray((columns - columns[rows].mean(axis=0)) / scale, np.float32)
    parts = []
    bins = _BINS if columns.shape[1] < _MANY_COLUMNS else _FEW_BINS
    for values in columns.T:
        seen = values[rows]
        known = seen[np.isfinite(seen)]
        if not len(known):
            continue
        distinct = np.unique(known)
        if len(distinct) <= bins:
            edges = (distinct[1:] + distinct[:-1]) / 2
        else:
            edges = np.unique(np.quantile(known, np.arange(1, bins) / bins))
        position = np.searchsorted(edges, np.where(np.isfinite(values), values, 0), side="right")
        position = np.where(np.isfinite(values), position, len(edges) + 1)
        if len(np.unique(position[rows])) > 1:
            parts.append(np.eye(len(edges) + 2, dtype=np.float32)[position])
            # Cumulative as well: a shift of all values shows in the tails.
            beyond = (position[:, None] > np.arange(1, len(edges))).astype(np.float32)
            unknown = ~np.isfinite(values)
            beyond[unknown] = beyond[rows][np.isfinite(seen)].mean(axis=0)
            parts.append(beyond)
    if not parts:
        return np.zeros((len(columns), 1), np.float32)
    whole = np.concatenate(parts, axis=1)
    return np.asarray(whole - whole[rows].mean(axis=0), np.float32)


def _targets(labels: Ints, classes: int) -> Floats:
    """Return (n, draws, classes) one-hot targets of labels (draws, n)."""
    return np.eye(classes, dtype=np.float32)[labels.T]


def _ridge(x: Floats) -> _Model:
    """Return a function from centred targets to weights (d, m), which share one solve."""
    square = x.T @ x
    strength = _PENALTY * float(np.trace(square)) / len(square) + 1e-3
    square[np.diag_indices_from(square)] += np.float32(strength)
    solved = np.asarray(np.linalg.solve(square, x.T), np.float32)
    return lambda targets: np.asarray(solved @ targets, np.float32)


def _screened(x: Floats) -> _Model:
    """Return a function from centred targets to weights (d, m) of columns, one by one.

    A marker is one column among dozens, and chance fits of the others would drown it. Columns that
    correlate with a target are shrunk by `_SCREEN` standard errors, and their sum is scaled to fit.
    """
    turned = np.ascontiguousarray(x.T)
    length = (x**2).sum(axis=0)[:, None] + np.float32(1e-6)

    def fit(targets: Floats) -> Floats:
        slopes = turned @ targets
        error = np.sqrt(length * (targets**2).mean(axis=0)) + np.float32(1e-6)
        shrunk = np.maximum(0, 1 - _SCREEN * error / np.maximum(np.abs(slopes), 1e-6))
        weights = (slopes / length * shrunk).astype(np.float32)
        scores = x @ weights
        scale = (scores * targets).sum(axis=0) / ((scores**2).sum(axis=0) + np.float32(1e-6))
        return np.asarray(weights * scale, np.float32)

    return fit


def _folds_of(probe: Probe, x: Floats, folds: Ints) -> list[_Fold]:
    """Return the folds of a probe, prepared for many fits."""
    prepare = _screened if probe.binned else _ridge
    return [_Fold(folds == i, x[folds == i], prepare(x[folds != i])) for i in range(FOLDS)]


def _out_of_fold(folds: list[_Fold], targets: Floats) -> Floats:
    """Return scores (n, draws, classes) of models that saw no image of the same fold."""
    # With two classes, one is the complement of the other.
    two = targets.shape[2] == 2
    shape = targets[..., 1:].shape if two else targets.shape
    flat = np.ascontiguousarray(targets[..., 1:] if two else targets).reshape(len(targets), -1)
    scores = np.empty(flat.shape, np.float32)
    for fold in folds:
        learned = flat[~fold.held]
        mean = learned.mean(axis=0)
        scores[fold.held] = fold.rows @ fold.fit(learned - mean) + mean
    whole = scores.reshape(shape)
    return np.concatenate([1 - whole, whole], axis=2) if two else whole


def _p_value(folds: list[_Fold], shuffled: Ints, agreement: float) -> float:
    """Return how often models of permuted labels agree with them as well as the real one does.

    A probe that clearly shows nothing does not need every permutation.

    Source: Besag and Clifford 1991, "Sequential Monte Carlo p-values": permute until `_EXCEEDED`
    values are as large; p is their number over the number of permutations.
    """
    classes = int(shuffled[0].max()) + 1
    above = 0
    for start in range(0, len(shuffled), _AT_ONCE):
        part = shuffled[start : start + _AT_ONCE]
        scores = _out_of_fold(folds, _targets(part, classes))
        reached = np.flatnonzero(_agreement(scores, part, folds) >= agreement)
        if above + len(reached) >= _EXCEEDED:
            return _EXCEEDED / (start + int(reached[_EXCEEDED - above - 1]) + 1)
        above += len(reached)
    return (1 + above) / (1 + len(shuffled))


def _shortcut(
    judged: _Judged, training: tuple[Ints, Ints, Ints], folder: _Folder, p: float, folder_p: float
) -> ProbeResult:
    rows, labels, group = training
    right = (judged.scores.argmax(axis=1) == labels).astype(np.float64)
    accuracy = float(right.mean())
    interval = t_interval(accuracy, [group_spread((right - accuracy) / len(right), group)])
    counts = np.bincount(labels)
    chance = float(counts.max() / counts.sum())
    return ProbeResult(
        judged.probe.name, accuracy, max(0.0, interval.low), min(1.0, interval.high), chance,
        _folder_result(judged.answers, folder, folder_p) if len(folder.rows) else None, p,
        _verdict(p, accuracy - chance, interval.high - chance),
        _examples(rows, labels, judged.scores),
    )  # fmt: skip


def _verdict(p_corrected: float, gain: float, highest_gain: float) -> ShortcutVerdict:
    """Return the verdict on an accuracy above chance and the upper end of its interval."""
    if p_corrected <= LEVEL and gain >= LEAST_GAIN:
        return ShortcutVerdict.YES
    return ShortcutVerdict.NO if highest_gain < MARGIN else ShortcutVerdict.CANNOT_TELL


def _folder_of(question: ShortcutQuestion, draws: int, rng: np.random.Generator) -> _Folder:
    learned = np.isin(question.group, question.group[question.training])
    rows = np.flatnonzero(question.folder & ~question.training & ~learned)
    labels = question.labels[rows]
    group = np.unique(question.group[rows], return_inverse=True)[1].astype(np.int64)
    shuffled = _permuted(labels, group, draws, rng) if len(rows) else np.empty((0, 0), np.int64)
    return _Folder(rows, labels, group, shuffled)


def _answers_of(probe: Probe, x: Floats, learned: Ints, labels: Ints, judged: Ints) -> Ints:
    """Return the classes (m,) of the judged rows by a model trained on all of the learned ones."""
    names, numbers = np.unique(labels[learned], return_inverse=True)
    targets = np.eye(len(names), dtype=np.float32)[numbers]
    prepare = _screened if probe.binned else _ridge
    weights = prepare(x[learned])(targets - targets.mean(axis=0))
    answers: Ints = names[(x[judged] @ weights + targets.mean(axis=0)).argmax(axis=1)]
    return answers


def _folder_p(answers: Ints, folder: _Folder) -> float:
    """Return how often answers (n,) fit permuted classes of the folder as well as its own."""
    fits = (folder.shuffled == answers).sum(axis=1) >= (folder.labels == answers).sum()
    return float((1 + fits.sum()) / (1 + len(fits)))


def _folder_result(answers: Ints, folder: _Folder, p_corrected: float) -> FolderResult:
    """Judge answers (n,) by the folder's own balance of classes, and of answers."""
    n, classes = len(answers), int(max(answers.max(), folder.labels.max())) + 1
    answered = np.bincount(answers, minlength=classes) / n
    there = np.bincount(folder.labels, minlength=classes) / n
    right = (answers == folder.labels).astype(np.float64)
    accuracy, chance = float(right.mean()), float(answered @ there)
    # Chance is an estimate from the same images: what each adds to accuracy above chance.
    added = right - there[answers] - answered[folder.labels]
    interval = t_interval(accuracy, [group_spread((added - added.mean()) / n, folder.group)])
    verdict = _verdict(p_corrected, accuracy - chance, interval.high - chance)
    if len(np.unique(folder.group)) < MIN_GROUPS:
        verdict = ShortcutVerdict.CANNOT_TELL
    return FolderResult(
        accuracy, max(0.0, interval.low), min(1.0, interval.high), chance, verdict
    )  # fmt: skip


def _examples(rows: Ints, labels: Ints, scores: Floats) -> tuple[int, ...]:
    """Return the rows of each class that are classified correctly by the widest margin."""
    own = scores[np.arange(len(labels)), labels]
    others = scores.copy()
    others[np.arange(len(labels)), labels] = -np.inf
    margin = own - others.max(axis=1)
    per_class = max(1, _EXAMPLES // (int(labels.max()) + 1))
    ranked: list[tuple[int, int]] = []
    for label in range(int(labels.max()) + 1):
        of_class = np.flatnonzero((labels == label) & (margin > 0))
        best = of_class[np.argsort(-margin[of_class], kind="stable")][:per_class]
        ranked += enumerate(rows[best].tolist())
    # Classes take turns, so that the first few rows show all of them.
    return tuple(row for _, row in sorted(ranked, key=lambda pair: pair[0]))
