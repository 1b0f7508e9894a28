"""The images that baseline models learn from: all, or a sample where they would take hours."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inspector.audit.folds import own_groups
from inspector.store.sample_table import SampleTable

# A diagnosis fits some 600 models, each of which takes 0.5 us per image and class: ten minutes.
# Source: docs/measurements/scale.md.
MAX_VALUES = 2_500_000
"""Images times classes."""
MAX_IMAGES = 60_000
MIN_CLASSES = 50
"""Of more classes so many are studied at least, and as many as the values allow with all images."""
# Of a group that is larger than one part in so many of the sample, a share of its images is drawn.
_LARGE = 20
_Rows = NDArray[np.int64]


class StudySample(NamedTuple):
    """Images of a study; `text` says in a sentence which ones they are, "" for all."""

    rows: SampleTable
    text: str


def study_sample(
    images: SampleTable, groups_of: Callable[[SampleTable], NDArray[np.int64]]
) -> StudySample:
    """Return the images to study: of many, random whole groups, the same each time.

    Of many classes, some are drawn first. The splits to evaluate on are small: at least a quarter
    of the sample is of groups that have an image there, if there are as many.

    Args:
        images: All of them.
        groups_of: Returns the known group of each image, -1 for none.
    """
    labels = images.text("label").sorted()
    classes = len(labels.values)
    if len(images) <= MAX_IMAGES and len(images) * classes <= MAX_VALUES:
        return StudySample(images, "")
    rng = np.random.default_rng(0)
    rows, studied = np.arange(len(images)), classes
    each = len(images) / classes
    enough = max(MIN_CLASSES, int((MAX_VALUES / each) ** 0.5))
    if len(images) * classes > MAX_VALUES and classes > enough:
        studied = enough
        chosen = rng.choice(classes, studied, replace=False)
        rows = np.flatnonzero(np.isin(labels.codes, chosen))
    most, which = min(MAX_IMAGES, MAX_VALUES // studied), "classes"
    if len(rows) > most:
        which = "whole groups"
        splits = images.text("split").taken(rows)
        evaluated = ~splits.equals("training", "") if splits.equals("training").any() else None
        rows = rows[_whole_groups(own_groups(groups_of(images)[rows]), evaluated, most, rng)]
    of_classes = f" in {studied:,} of {classes:,} classes" if studied < classes else ""
    text = (
        f"Measured on a sample: {len(rows):,} of {len(images):,} images{of_classes}, {which} drawn"
        " at random. With all images the accuracies would differ, and so may the parts of the gap."
    )
    return StudySample(images.of_rows(rows), text)


def _whole_groups(
    group: _Rows, evaluated: NDArray[np.bool_] | None, most: int, rng: np.random.Generator
) -> _Rows:
    """Return about `most` rows (n,) of random whole groups.

    Args:
        group: (n,) group numbers from 0, each of which has a row.
        evaluated: (n,) rows of splits to evaluate on; None without any.
        most: Rows.
        rng: Random generator.
    """
    size = np.bincount(group)
    large = size > most // _LARGE
    drawn = large[group] & (rng.random(len(group)) < most / len(group))
    room = most - int(drawn.sum())
    judged = np.zeros(len(size), np.bool_)
    if evaluated is not None:
        judged[group[evaluated]] = True
    share = size[judged & ~large].sum() / max(1, size[~large].sum())
    taken = np.zeros(len(size), np.bool_)

    def take(groups: _Rows, images: int) -> None:
        order = rng.permutation(groups)
        taken[order[size[order].cumsum() <= images]] = True

    take(np.flatnonzero(judged & ~large), max(room // 4, round(room * share)))
    take(np.flatnonzero(~judged & ~large), room - int(size[taken].sum()))
    return np.flatnonzero(drawn | taken[group])
