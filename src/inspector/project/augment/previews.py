"""Images for a preview: at training size, and many small ones to measure labels on."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.names import Label
from inspector.dataset.training_decode import decode_square
from inspector.errors import InspectorError
from inspector.project.augment.image_previews import SIDE_PX, square
from inspector.project.context import ProjectContext
from inspector.project.review.groups import Groups
from inspector.store.sample_table import SampleTable
from inspector.store.samples import Sample
from inspector.work.effects_process import ReferenceSet

REFERENCE_SIDE_PX = 64
MAX_REFERENCE_IMAGES = 500
MAX_VALIDATION_IMAGES = 200
MAX_CLASS_FRACTION = 0.25


@dataclass(frozen=True, slots=True)
class PreviewImage:
    """An image at training size.

    Attributes:
        sample: Sample id.
        label: Class.
        pixels: RGB (side, side, 3), uint8.
        identity: SHA-256 of the file, in hex; augmentations are sampled with it.
    """

    sample: int
    label: Label
    pixels: NDArray[np.uint8]
    identity: str


class Previews:
    """Chooses images for previews and measurements."""

    def __init__(self, context: ProjectContext, groups: Groups) -> None:
        self._context = context
        self._groups = groups

    def choose(
        self,
        count: int,
        *,
        pinned: Sequence[int] = (),
        turn: int = 0,
        side_px: int = SIDE_PX,
    ) -> list[PreviewImage]:
        """Return training images: pinned ones first, then class by class.

        Args:
            count: Maximum number.
            pinned: Sample ids.
            turn: From 0; another turn gives others beside the pinned ones.
            side_px: Training size.

        Raises:
            DatasetError: The images are not on this machine.
        """
        self._context.check_images_here()
        side = self._side(validation=False)
        rows = side.rows_of(pinned)
        first = rows[rows >= 0][:count].tolist()
        shown = set(rows.tolist())
        others = [row for row in _class_by_class(side) if row not in shown]
        start = turn * (count - len(first)) % max(1, len(others))
        images: list[PreviewImage] = []
        for row in (*first, *others[start:], *others[:start]):
            sample = side[row]
            if len(images) == count:
                break
            try:
                pixels, identity = square(self._context.absolute(sample.path), side_px=side_px)
            except InspectorError:
                continue
            images.append(PreviewImage(sample.id, _label(sample), pixels, identity))
        return images

    def reference_set(self) -> ReferenceSet:
        """Return a reference set balanced over the classes, of the images with thumbnails."""
        chosen = _first_of_each_class(self._side(validation=False), MAX_REFERENCE_IMAGES)
        names = tuple(sorted({_label(s) for s in chosen}))
        place = {name: i for i, name in enumerate(names)}
        pictures, labels, groups = [], [], []
        for sample, number in zip(chosen, self._events(chosen), strict=True):
            small = self._small(sample)
            if small is not None:
                pictures.append(small)
                labels.append(place[_label(sample)])
                groups.append(number)
        others = _first_of_each_class(self._side(validation=True), MAX_VALIDATION_IMAGES)
        validation = [small for s in others if (small := self._small(s)) is not None]
        return ReferenceSet(tuple(pictures), tuple(labels), names, tuple(groups), tuple(validation))

    def _side(self, *, validation: bool) -> SampleTable:
        """Return what a run reads as validation, or as training; all images without a split."""
        images = self._groups.images()
        images = images.included()
        split = images.text("split")
        if validation:
            return images.where(split.equals("validation"))
        training = images.where(split.equals("training"))
        return training if len(training) else images

    def _events(self, rows: Sequence[Sample]) -> list[int]:
        """Return the group of each image; implausible groups join nothing.

        A chain over several classes, or over most of one (as with drawn digits), means that the
        class itself is uniform, not that one object was taken twice.
        """
        numbers = self._groups.numbers(rows, with_duplicates=True).tolist()
        labels = [_label(s) for s in rows]
        whole, part = Counter(labels), Counter(zip(numbers, labels, strict=True))
        spanned = Counter(number for number, _ in part)
        # Group numbers start at 0, so negative ones are free.
        return [
            number
            if spanned[number] == 1 and part[number, label] <= MAX_CLASS_FRACTION * whole[label]
            else -1 - place
            for place, (number, label) in enumerate(zip(numbers, labels, strict=True))
        ]

    def _small(self, sample: Sample) -> NDArray[np.uint8] | None:
        data = self._context.thumbnail(sample.path, sample.sha256) if sample.sha256 else None
        return decode_square(data, name="a.jpg", side_px=REFERENCE_SIDE_PX) if data else None


def _label(sample: Sample) -> Label:
    return sample.new_label or sample.label


def _first_of_each_class(images: SampleTable, most: int) -> list[Sample]:
    return list(images.taken(np.array(_class_by_class(images)[:most], np.int64)))


def _class_by_class(images: SampleTable) -> list[int]:
    """Return a row of each class, then another of each, and so on; deterministic."""
    by_class: defaultdict[str, list[int]] = defaultdict(list)
    for row, label in enumerate(images.labels()):
        by_class[label].append(row)
    for mine in by_class.values():
        random.Random(0).shuffle(mine)
    return list(_in_turns([by_class[name] for name in sorted(by_class)]))


def _in_turns(columns: Sequence[Sequence[int]]) -> Iterator[int]:
    for rows in zip_longest(*columns):
        yield from (row for row in rows if row is not None)
