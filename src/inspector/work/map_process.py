"""The image map in a child process: principal components, neighbours, then t-SNE if installed."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.image_map import (
    Neighbourhood,
    by_components,
    by_tsne,
    has_tsne,
    neighbourhood,
    points_of,
)
from inspector.subprocesses import Parent
from inspector.work.child_messages import messages_from, unknown_message
from inspector.work.jobs import Progress, Stop

NAME = "inspector.work.map_process:run"
_WHOSE = "the map's process"
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MapRequest:
    """Lay out a map.

    Attributes:
        embedding: .npy file of (n, 1280) float16.
        labels: (n,) class numbers from 0.
        splits: (n,) split numbers from 0.
        tsne: True to run t-SNE as well, if it is installed.
    """

    embedding: str
    labels: Ints
    splits: Ints
    tsne: bool


@dataclass(frozen=True, slots=True)
class MapPositions:
    """Positions of the points, (n, 2), by the method "PCA" or "t-SNE"."""

    method: str
    positions: Floats


@dataclass(frozen=True, slots=True)
class MapStep:
    """Progress of t-SNE."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class MapDone:
    """The last message."""


def run(parent: Parent) -> None:
    """Run the child: lay out one map."""
    ask = parent.receive()
    assert isinstance(ask, MapRequest)
    embedding = np.load(ask.embedding, mmap_mode="r")
    first = by_components(embedding)
    parent.send(MapPositions("PCA", first))
    points = points_of(embedding)
    parent.send(neighbourhood(points, ask.labels, ask.splits))
    if ask.tsne and has_tsne() and len(points) > 10:

        def step(done: int, total: int) -> bool:
            parent.send(MapStep(done, total))
            return True

        positions = by_tsne(points, first, step)
        assert positions is not None
        parent.send(MapPositions("t-SNE", positions))
    parent.send(MapDone())


def lay_out_in_child(
    request: MapRequest,
    take: Callable[[MapPositions | Neighbourhood], None],
    *,
    stop: Stop,
    progress: Progress,
    low_priority: bool = False,
) -> bool:
    """Lay out a map in a child and pass each part to `take` as it comes; False when stopped.

    Raises:
        ProcessError: The child can't be started, or exits without an answer.
    """
    progress.start("map", 0)
    done = 0
    messages = messages_from(NAME, request, whose=_WHOSE, stop=stop, low_priority=low_priority)
    with closing(messages):
        for message in messages:
            match message:
                case MapPositions() | Neighbourhood() as part:
                    take(part)
                case MapStep() as step:
                    if not done:
                        progress.start("map: t-SNE", step.total)
                    progress.advance(step.done - done)
                    done = step.done
                case MapDone():
                    return True
                case other:
                    raise unknown_message(other, whose=_WHOSE)
    return False
