"""Colours of the points: by split, class, suspected label error or duplicate cluster."""

from collections.abc import Sequence, Set
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inspector.app.map.canvas import PlaceName, PointLayer
from inspector.app.map.points import SHAPES
from inspector.app.widgets import theme
from inspector.app.widgets.split_badge import badge_colours
from inspector.project.diagnosis.image_map import MapData

MAX_CLASSES = 10
MAX_NAMES = 24


class ColourBy(StrEnum):
    """What the colour of a point means."""

    SPLIT = "Split"
    CLASS = "Class"
    LABEL_ERRORS = "Label errors"
    CLUSTERS = "Near-duplicates"


def layers_of(
    data: MapData, by: ColourBy, marked: Set[int], pointed_class: int = -1
) -> tuple[PointLayer, ...]:
    """Return the points in layers, later ones on top.

    Args:
        data: The map.
        by: What the colour means.
        marked: Ids of the samples to highlight, for `LABEL_ERRORS` and `CLUSTERS`.
        pointed_class: With more than ten classes only this one is coloured; -1 for none.
    """
    n = len(data.samples)
    # A random order, so that no split or class hides the others.
    order = np.random.default_rng(0).permutation(n)
    match by:
        case ColourBy.SPLIT:
            return _by_split(data, order)
        case ColourBy.CLASS:
            return (PointLayer(order, _class_colours(data, pointed_class)[order]),)
        case _:
            is_marked = np.isin(data.samples.ids, list(marked))
            plain, shown = order[~is_marked[order]], order[is_marked[order]]
            return (
                PointLayer(plain, np.full(len(plain), _rgb("neutral-fill"), np.uint32)),
                PointLayer(shown, np.full(len(shown), _rgb("problem-fill"), np.uint32)),
            )


def place_names(data: MapData) -> tuple[PlaceName, ...]:
    """Return each class name at the median of its points; none if there are too many."""
    if len(data.classes) > MAX_NAMES:
        return ()
    names = []
    for number, name in enumerate(data.classes):
        own = data.positions[data.labels == number]
        if len(own):
            x, y = np.median(own, axis=0).tolist()
            names.append(PlaceName(name, x, y))
    return tuple(names)


def _by_split(data: MapData, order: NDArray[np.int64]) -> tuple[PointLayer, ...]:
    colours = np.array([_rgb(badge_colours(name)[0]) for name in data.split_names], np.uint32)
    known = {"training": 0, "validation": 1, "test": 2}
    shapes = np.array([known.get(name, 0) for name in data.split_names], np.int64)
    of_point = shapes[data.splits[order]]
    return tuple(
        PointLayer(rows, colours[data.splits[rows]], shape)
        for number, shape in enumerate(SHAPES)
        if len(rows := order[of_point == number])
    )


def _class_colours(data: MapData, pointed_class: int) -> NDArray[np.uint32]:
    table = class_colours(len(data.classes), pointed_class)
    return np.array(table or [0], np.uint32)[data.labels]


def class_colours(count: int, pointed_class: int = -1) -> Sequence[int]:
    """Return a colour per class; with too many classes, grey for all but one."""
    if count <= MAX_CLASSES:
        return [_rgb(f"class-{i}") if theme.has_colour(f"class-{i}") else _rgb("text-2")
                for i in range(count)]  # fmt: skip
    return [_rgb("accent" if i == pointed_class else "neutral-fill") for i in range(count)]


def _rgb(name: str) -> int:
    return int(theme.colour(name).rgb())
