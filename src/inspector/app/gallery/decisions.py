"""Decisions on the images of the gallery: keep, exclude, relabel, keep together."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from inspector.app.gallery.model import GalleryModel
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.controls.class_chooser import ClassChooser
from inspector.project.project import Project
from inspector.project.review.decisions import Decided

_MAX_CLASS_KEYS = 9


class GalleryDecisions:
    """Decides on samples by their ids, off the GUI thread.

    Args:
        tiles: The tiles of the listed samples.
    """

    def __init__(self, project: Project, bridge: Bridge, tiles: GalleryModel) -> None:
        self._project, self._bridge, self._tiles = project, bridge, tiles

    def keep(self, ids: Sequence[int]) -> None:
        self._decide(self._project.decisions.keep, ids)

    def exclude(self, ids: Sequence[int]) -> None:
        """Exclude images, or take them back if all of them are excluded already."""
        tiles = [self._tiles.known(i) for i in ids]
        is_undo = all(t is not None and t.mark == "drop" for t in tiles)
        decisions = self._project.decisions
        self._decide(decisions.clear if is_undo else decisions.drop, ids)

    def clear(self, ids: Sequence[int]) -> None:
        self._decide(self._project.decisions.clear, ids)

    def keep_together(self, ids: Sequence[int]) -> None:
        """Make a group of two or more images."""
        if len(ids) > 1:
            self._decide(self._project.decisions.bind, ids)

    def choose_class(self, ids: Sequence[int], point: QPoint, parent: QWidget) -> None:
        """Let the user choose the class of images, at a point of the screen."""
        tiles = [t for i in ids if (t := self._tiles.known(i)) is not None]
        if not tiles:
            return
        count = len(ids)
        question = "The class of this image" if count == 1 else f"The class of {count:,} images"
        chooser = ClassChooser(
            parent, question, present=tiles[0].label, first=dict.fromkeys(t.label for t in tiles)
        )
        chooser.chosen.connect(lambda label: self._relabel(ids, label))
        chooser.open_at(point, self._project, self._bridge)

    def set_class_by_number(self, sample: int, number: int) -> None:
        """Relabel an image to the class with a number from 1, if there are at most nine classes."""
        classes = list(self._project.samples.counts().classes)
        if number <= len(classes) <= _MAX_CLASS_KEYS:
            self._relabel([sample], classes[number - 1])

    def _relabel(self, ids: Sequence[int], label: str) -> None:
        self._bridge.call(lambda: self._project.decisions.relabel(ids, label), writes=True)

    def _decide(self, verb: Callable[[Sequence[int]], Decided], ids: Sequence[int]) -> None:
        if ids:
            self._bridge.call(lambda: verb(ids), writes=True)
