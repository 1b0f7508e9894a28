"""The planted datasets of `bench/verdicts.py`: what is done to real images, with its truth."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.audit.baseline_models import fit
from inspector.audit.descriptors import describe, reduce
from verdict_pools import Pool, records

Pictures = NDArray[np.uint8]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Rng = np.random.Generator


@dataclass(frozen=True)
class Planted:
    """Hold a dataset with its truth for leakage and shift.

    "yes": there, and above the margin; "no": not there; "other": a loss with another reason, so
    that "yes" and "no" are both wrong; "silent": too little to say, any verdict is wrong; "any":
    near the margin or not planted, not judged; "measured": what `bench/verdicts.py` measures.
    """

    pictures: Pictures
    labels: Ints
    group: Ints
    training: Mask
    leakage: str = "no"
    shift: str = "no"
    hidden: bool = False
    your_split: Mask | None = None


def draw(pool: Pool, rng: Rng, n: int, weights: NDArray[np.float64] | None = None) -> Ints:
    """Return n row numbers of two to five classes (CIFAR), or of all (clothing)."""
    among = np.arange(len(pool.labels))
    if not pool.small:
        chosen = rng.choice(10, int(rng.integers(2, 6)), replace=False)
        among = np.flatnonzero(np.isin(pool.labels, chosen))
    share = None if weights is None else weights[among] / weights[among].sum()
    return rng.choice(among, min(n, len(among)), replace=False, p=share)


def sizes(pool: Pool) -> tuple[int, int]:
    """Return how many images training and folder hold."""
    return (900, 500) if pool.small else (1_400, 800)


def near_frame(picture: Pictures, rng: Rng) -> Pictures:
    """Crop up to 10 %, shift, and change the light a little: the next frame of a burst."""
    side = len(picture)
    scale = rng.uniform(1.0, 1.1)
    shift = rng.uniform(-0.04, 0.04, 2) * side
    middle = (side - 1) / 2 * (1 - scale)
    move = np.array([[scale, 0, middle + shift[0]], [0, scale, middle + shift[1]]], np.float32)
    moved = cv2.warpAffine(picture, move, (side, side), borderMode=cv2.BORDER_REFLECT)
    lit = moved.astype(np.float32) * rng.uniform(0.93, 1.07) + rng.uniform(-8, 8)
    return np.clip(lit + rng.normal(0, 2, lit.shape), 0, 255).astype(np.uint8)


def each(pictures: Pictures, change: Callable[[Pictures], Pictures]) -> Pictures:
    """Return the images, each changed."""
    return np.stack([change(p) for p in pictures])


def of_rows(pool: Pool, train: Ints, folder: Ints) -> Planted:
    """Put two drawings beside each other, nothing known about groups."""
    rows = np.concatenate([train, folder])
    labels = np.unique(pool.labels[rows], return_inverse=True)[1].astype(np.int64)
    side = np.arange(len(rows)) < len(train)
    return Planted(pool.pictures[rows], labels, np.full(len(rows), -1, np.int64), side)


def clean(pool: Pool, rng: Rng) -> Planted:
    """Draw both sides from the same pool."""
    n, m = sizes(pool)
    rows = draw(pool, rng, n + m)
    return of_rows(pool, rows[:n], rows[n:])


def with_frames(pool: Pool, rng: Rng, share: float = 1.0) -> Planted:
    """Make bursts of five of a share of the base images; a burst stays on one side."""
    n, m = sizes(pool)
    bases = draw(pool, rng, round((n + m) / (1 + 4 * share)))
    cut = round(len(bases) * n / (n + m))
    burst = rng.random(len(bases)) < share
    source = np.repeat(np.arange(len(bases)), np.where(burst, 5, 1))
    whole = of_rows(pool, bases[source[source < cut]], bases[source[source >= cut]])
    pictures = whole.pictures.copy()
    group = np.where(burst[source], source, -1)
    for i in np.flatnonzero(group >= 0):
        pictures[i] = near_frame(pictures[i], rng)
    return replace(whole, pictures=pictures, group=group, leakage="yes")


def hide(planted: Planted, rng: Rng, share: float) -> Planted:
    """Forget a share of the groups."""
    names = np.unique(planted.group[planted.group >= 0])
    gone = names[rng.random(len(names)) < share] if share < 1 else names
    group = np.where(np.isin(planted.group, gone), -1, planted.group)
    return replace(planted, group=group, hidden=True)


def appearance_clusters(pool: Pool, rng: Rng) -> Planted:
    """Call clusters of appearance groups, against the provenance rule: shows why there is one.

    Not judged: such groups pass every control, so that only their provenance keeps them out.
    """
    whole = clean(pool, rng)
    x = reduce(describe(records(whole.pictures)))
    cv2.setRNGSeed(int(rng.integers(1_000_000)))
    rule = (cv2.TERM_CRITERIA_MAX_ITER, 10, 0.0)
    group = cv2.kmeans(x, len(x) // 10, None, rule, 1, cv2.KMEANS_PP_CENTERS)[1]
    return replace(whole, group=group.reshape(-1).astype(np.int64), leakage="any", shift="any")


def dose(share: float) -> Callable[[Pool, Rng], Planted]:
    """Return a case where a share of the images are in bursts; what that is worth is measured."""
    bases = share / (5 - 4 * share)
    return lambda pool, rng: replace(with_frames(pool, rng, bases), leakage="measured")


def sessions(number: int) -> Callable[[Pool, Rng], Planted]:
    """Return a case of known sessions with a light of their own, a third of them the folder."""

    def plant(pool: Pool, rng: Rng) -> Planted:
        whole = clean(pool, rng)
        order = rng.permutation(number)
        inside = order < max(1, round(number / 3))
        group = rng.integers(0, number, len(whole.labels))
        looks = [
            (rng.uniform(0.75, 1.25), rng.uniform(-25, 25), rng.uniform(-12, 12, 3))
            for _ in range(number)
        ]
        pictures = whole.pictures.astype(np.float32)
        for g, (contrast, light, tint) in enumerate(looks):
            of = group == g
            pictures[of] = (pictures[of] - 128) * contrast + 128 + light + tint
        seen = np.clip(pictures, 0, 255).astype(np.uint8)
        # Whether sessions raise the accuracy of a random split is not planted: not judged.
        return replace(whole, pictures=seen, group=group, training=~inside[group], leakage="any")

    return plant


def class_mix(pool: Pool, rng: Rng) -> Planted:
    """Draw the folder with another class mix."""
    n, m = sizes(pool)
    rows = draw(pool, rng, n + 3 * m)
    rest = rows[n:]
    weight = rng.uniform(0.15, 1, 10)[pool.labels[rest]]
    if pool.small:
        return of_rows(pool, rows[:n], rest[rng.random(len(rest)) < weight / weight.max()])
    folder = rng.choice(rest, min(m, len(rest)), replace=False, p=weight / weight.sum())
    return of_rows(pool, rows[:n], folder)


def label_noise(pool: Pool, rng: Rng) -> Planted:
    """Mislabel 20 % of the folder."""
    return mislabelled(clean(pool, rng), rng)


def mislabelled(whole: Planted, rng: Rng) -> Planted:
    """Give 20 % of the folder another class."""
    classes = int(whole.labels.max()) + 1
    wrong = ~whole.training & (rng.random(len(whole.labels)) < 0.2)
    other = (whole.labels + rng.integers(1, classes, len(whole.labels))) % classes
    return replace(whole, labels=np.where(wrong, other, whole.labels), shift="other")


def harder(pool: Pool, rng: Rng, power: float = -1.0) -> Planted:
    """Draw the folder from images that a baseline model finds hard; the same kind of images."""
    n, m = sizes(pool)
    rows = draw(pool, rng, n + 2 * m if not pool.small else len(pool.labels))
    weight = np.clip(pool.margin[rows], 0.05, 1) ** power
    folder = rng.choice(len(rows), m, replace=False, p=weight / weight.sum())
    rest = np.delete(np.arange(len(rows)), folder)
    # What is left would be easier: training is drawn to the pool's own hardness.
    keep = rng.permutation(rest)[:n]
    return replace(of_rows(pool, rows[keep], rows[folder]), shift="other")


def twins_across(pool: Pool, rng: Rng) -> Planted:
    """Replace 30 % of the folder with near-frames of training images, known as groups."""
    whole = clean(pool, rng)
    inside, outside = np.flatnonzero(~whole.training), np.flatnonzero(whole.training)
    copies = rng.choice(inside, round(0.3 * len(inside)), replace=False)
    sources = rng.choice(outside, len(copies), replace=False)
    pictures, labels, group = whole.pictures.copy(), whole.labels.copy(), whole.group.copy()
    for g, (to, of) in enumerate(zip(copies, sources, strict=True)):
        pictures[to] = near_frame(whole.pictures[of], rng)
        labels[to] = labels[of]
        group[[to, of]] = g
    return replace(whole, pictures=pictures, labels=labels, group=group)


def folder_of_40(pool: Pool, rng: Rng) -> Planted:
    """Leave 40 images in a folder that truly differs: any verdict on it would be a guess."""
    whole = shifted(pool, rng)
    inside = np.flatnonzero(~whole.training)
    return _without(whole, inside[40:], shift="silent")


def three_groups(pool: Pool, rng: Rng) -> Planted:
    """Give the folder three sessions."""
    return replace(sessions(9)(pool, rng), leakage="silent", shift="silent")


def one_group_class(pool: Pool, rng: Rng) -> Planted:
    """Make a class of training one single burst."""
    whole = clean(pool, rng)
    of = np.flatnonzero(whole.training & (whole.labels == 0))
    pictures, group = whole.pictures.copy(), whole.group.copy()
    for i in of[:30]:
        pictures[i] = near_frame(whole.pictures[of[0]], rng)
    group[of[:30]] = 0
    burst = replace(whole, pictures=pictures, group=group)
    return _without(burst, of[30:], leakage="silent", shift="silent")


def _without(whole: Planted, gone: Ints, **truth: str) -> Planted:
    kept = np.delete(np.arange(len(whole.labels)), gone)
    smaller = replace(
        whole, pictures=whole.pictures[kept], labels=whole.labels[kept],
        group=whole.group[kept], training=whole.training[kept],
    )  # fmt: skip
    return replace(smaller, **truth)


def small_training(pool: Pool, rng: Rng) -> Planted:
    """Leave 300 training images: 80 % and 100 % of them teach unequally much."""
    whole = clean(pool, rng)
    return _without(whole, np.flatnonzero(whole.training)[300:])


def change_folder(whole: Planted, change: Callable[[Pictures], Pictures], truth: str) -> Planted:
    """Change every image of the folder."""
    pictures = whole.pictures.copy()
    pictures[~whole.training] = each(pictures[~whole.training], change)
    return replace(whole, pictures=pictures, shift=truth)


def jpeg(quality: int) -> Callable[[Pictures], Pictures]:
    """Return a change that compresses again."""

    def change(picture: Pictures) -> Pictures:
        coded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1]

    return change


def harmless_jpeg(pool: Pool, rng: Rng) -> Planted:
    """Compress the folder again, as it costs a baseline model nothing to speak of."""
    return change_folder(clean(pool, rng), jpeg(40), "no")


def jpeg_and_noise(pool: Pool, rng: Rng) -> Planted:
    """Compress the folder harmlessly and mislabel 20 % of it: the trap of a domain classifier."""
    return mislabelled(harmless_jpeg(pool, rng), rng)


def jpeg_and_harder(pool: Pool, rng: Rng) -> Planted:
    """Compress a harder folder harmlessly."""
    return replace(change_folder(harder(pool, rng), jpeg(40), "no"), shift="other")


def turned(degrees: float, zoom: float) -> Callable[[Pictures], Pictures]:
    """Return a change of viewpoint: turned and zoomed, with a warm light."""

    def change(picture: Pictures) -> Pictures:
        side = len(picture)
        move = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), degrees, zoom)
        seen = cv2.warpAffine(picture, move, (side, side), borderMode=cv2.BORDER_REFLECT)
        return np.clip(seen * np.array([1.15, 1.0, 0.8]), 0, 255).astype(np.uint8)

    return change


def shifted(pool: Pool, rng: Rng) -> Planted:
    """Turn, zoom and tint the folder: a loss that training on such images removes."""
    return change_folder(clean(pool, rng), turned(rng.uniform(25, 40), 1.25), "yes")


def shifted_slightly(pool: Pool, rng: Rng) -> Planted:
    """Turn the folder a little."""
    return change_folder(clean(pool, rng), turned(rng.uniform(10, 16), 1.1), "yes")


def shifted_faintly(pool: Pool, rng: Rng) -> Planted:
    """Turn the folder so little that the loss lies about the margin."""
    return change_folder(clean(pool, rng), turned(rng.uniform(3, 7), 1.05), "any")


def leak_and_shift(pool: Pool, rng: Rng) -> Planted:
    """Give training bursts, and turn the folder."""
    return change_folder(with_frames(pool, rng), turned(rng.uniform(25, 40), 1.25), "yes")


def leak_and_easier(pool: Pool, rng: Rng) -> Planted:
    """Give training bursts and the folder easier images: two effects of opposite sign."""
    whole = harder(pool, rng, power=1.5)
    inside = np.flatnonzero(~whole.training)
    train = np.flatnonzero(whole.training)
    bases = rng.choice(train, len(train) // 5, replace=False)
    rows = np.concatenate([np.repeat(bases, 5), inside])
    pictures = whole.pictures[rows]
    training = np.arange(len(rows)) < 5 * len(bases)
    group = np.where(training, np.arange(len(rows)) // 5, -1)
    for i in np.flatnonzero(training):
        pictures[i] = near_frame(pictures[i], rng)
    return Planted(pictures, whole.labels[rows], group, training, leakage="yes")


def lucky_seed(pool: Pool, rng: Rng) -> Planted:
    """Take the luckiest of 30 draws as the user's split."""
    whole = clean(pool, rng)
    x = reduce(describe(records(whole.pictures)))
    y, rows = whole.labels, np.flatnonzero(whole.training)
    best, best_mask = -1.0, np.zeros(len(y), np.bool_)
    for _ in range(30):
        mask = np.zeros(len(y), np.bool_)
        mask[rng.choice(rows, len(rows) // 5, replace=False)] = True
        rest = whole.training & ~mask
        model = fit(x[rest], y[rest], int(y.max()) + 1)
        accuracy = float((model.predict(x[mask]) == y[mask]).mean())
        if accuracy > best:
            best, best_mask = accuracy, mask
    return replace(whole, your_split=best_mask)


CASES: dict[str, Callable[[Pool, Rng], Planted]] = {
    "clean": clean,
    "appearance_clusters": appearance_clusters,
    "leak": with_frames,
    "leak_dose_1": dose(0.01),
    "leak_dose_5": dose(0.05),
    "leak_dose_20": dose(0.2),
    "half_hidden": lambda pool, rng: hide(with_frames(pool, rng), rng, 0.5),
    "all_hidden": lambda pool, rng: hide(with_frames(pool, rng), rng, 1.0),
    "sessions_6": sessions(6),
    "sessions_12": sessions(12),
    "sessions_40": sessions(40),
    "sessions_120": sessions(120),
    "class_mix": class_mix,
    "label_noise": label_noise,
    "harder": harder,
    "twins_across": twins_across,
    "folder_of_40": folder_of_40,
    "three_groups": three_groups,
    "one_group_class": one_group_class,
    "small_training": small_training,
    "harmless_jpeg": harmless_jpeg,
    "jpeg_and_noise": jpeg_and_noise,
    "jpeg_and_harder": jpeg_and_harder,
    "shift": shifted,
    "shift_slight": shifted_slightly,
    "shift_faint": shifted_faintly,
    "leak_and_shift": leak_and_shift,
    "leak_and_easier": leak_and_easier,
    "lucky_seed": lucky_seed,
}
