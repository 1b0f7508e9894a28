"""The image map: positions from the embedding, and the classes of each image's neighbours."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.joined_features import reduce_embedding

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
Ints = NDArray[np.int64]

COMPONENTS = 64
NEIGHBOURS = 10
REFERENCE_ROWS = 20_000
"""With more images, neighbours are searched among this many, evenly spaced."""

AMONG_ANOTHER = 0.6
"""Share of neighbours from which an image counts as lying among another class."""

_PERPLEXITY = 30
_BLOCK = 1_024


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The nearest ten neighbours of each image.

    Attributes:
        own_class: (n,) share of them with the same class, 0..1.
        other_class: (n,) another class that at least `AMONG_ANOTHER` of them have; -1 if none.
        typicality: (n,) mean cosine to the nearest ten of the same class, -1..1; low for an outlier
            of the class. NaN where the class has no other image.
        split_mixing: How often a neighbour is in another split, relative to chance; 1 where splits
            cover the same regions, NaN with one split.
    """

    own_class: Floats
    other_class: Ints
    typicality: Floats
    split_mixing: float


def points_of(embedding: Halves) -> Floats:
    """Return unit-length components of each image, (n, 64 or fewer)."""
    reduced = reduce_embedding(embedding, COMPONENTS)
    length = np.linalg.norm(reduced, axis=1, keepdims=True)
    scaled: Floats = reduced / np.maximum(length, np.float32(1e-6))
    return scaled


def by_components(embedding: Halves) -> Floats:
    """Return the first two principal components, (n, 2), each scaled to standard deviation 1."""
    reduced = reduce_embedding(embedding, 2)
    positions = np.zeros((len(reduced), 2), np.float32)
    positions[:, : reduced.shape[1]] = reduced
    return scaled_positions(positions)


def has_tsne() -> bool:
    """Tell whether openTSNE is installed."""
    from importlib.util import find_spec

    return find_spec("openTSNE") is not None


def by_tsne(points: Floats, begin: Floats, progress: Callable[[int, int], bool]) -> Floats | None:
    """Return t-SNE positions, (n, 2); None when stopped.

    Args:
        points: As of `points_of`.
        begin: (n, 2) initial positions: the components, so that the maps resemble each other.
        progress: Called with steps done and total; returns False to stop.

    Source: Policar et al. 2019, openTSNE; it puts near-duplicates beside each other, see
    docs/decisions/0015-map.md.
    """
    from openTSNE import TSNE

    # 250 steps of early exaggeration and 500 more; openTSNE counts each phase from its start.
    steps, every, done = 750, 25, 0
    stopped = False

    def on_step(*_: object) -> bool:
        nonlocal done, stopped
        done += every
        stopped = not progress(done, steps)
        return stopped

    model = TSNE(
        perplexity=min(_PERPLEXITY, max(2, (len(points) - 1) // 3)), initialization=begin * 1e-4,
        n_jobs=1, random_state=0, negative_gradient_method="fft" if len(points) > 5_000 else "bh",
        callbacks=on_step, callbacks_every_iters=every, metric="euclidean",
    )  # fmt: skip
    positions = np.asarray(model.fit(points), np.float32)
    return None if stopped else scaled_positions(positions)


def scaled_positions(positions: Floats) -> Floats:
    """Return positions with mean 0 and standard deviation 1."""
    centred = positions - positions.mean(axis=0, keepdims=True)
    scaled: Floats = centred / np.maximum(centred.std(axis=0, keepdims=True), np.float32(1e-9))
    return scaled


def neighbourhood(points: Floats, labels: Ints, splits: Ints) -> Neighbourhood:
    """Return the neighbours' classes and splits.

    Args:
        points: (n, d) of length 1.
        labels: (n,) class numbers from 0.
        splits: (n,) split numbers from 0.
    """
    n = len(points)
    step = max(1, -(-n // REFERENCE_ROWS))
    reference = np.arange(0, n, step)
    classes = int(labels.max(initial=0)) + 1
    own = np.ones(n, np.float32)
    other = np.full(n, -1, np.int64)
    typical = np.full(n, np.nan, np.float32)
    crossing = 0
    looked = 0
    for start in range(0, n, _BLOCK):
        rows = np.arange(start, min(n, start + _BLOCK))
        cosine = points[rows] @ points[reference].T
        cosine[rows[:, None] == reference[None, :]] = -np.inf
        count = min(NEIGHBOURS, len(reference) - 1)
        if count < 1:
            break
        near = reference[np.argpartition(-cosine, count - 1, axis=1)[:, :count]]
        counts = np.zeros((len(rows), classes), np.int64)
        np.add.at(counts, (np.arange(len(rows))[:, None], labels[near]), 1)
        own[rows] = counts[np.arange(len(rows)), labels[rows]] / count
        best = counts.argmax(axis=1)
        among = (best != labels[rows]) & (counts.max(axis=1) >= AMONG_ANOTHER * count)
        other[rows[among]] = best[among]
        crossing += int((splits[near] != splits[rows][:, None]).sum())
        looked += near.size
        typical[rows] = _typicality(cosine, labels[rows], labels[reference])
    return Neighbourhood(own, other, typical, _mixing(crossing, looked, splits))


def _typicality(cosine: Floats, own: Ints, labels: Ints) -> Floats:
    """Return the mean of the highest cosines to images of the same class."""
    same = np.where(own[:, None] == labels[None, :], cosine, -np.inf)
    count = min(NEIGHBOURS, same.shape[1])
    top = np.partition(same, same.shape[1] - count, axis=1)[:, -count:]
    known = np.isfinite(top)
    total = np.where(known, top, 0).sum(axis=1)
    number = known.sum(axis=1)
    mean: Floats = np.where(number > 0, total / np.maximum(number, 1), np.nan).astype(np.float32)
    return mean


def _mixing(crossing: int, looked: int, splits: Ints) -> float:
    shares = np.bincount(splits) / max(1, len(splits))
    chance = 1 - float((shares**2).sum())
    return crossing / looked / chance if looked and chance > 0 else float("nan")
