"""The images that Augment previews and measures, chosen off the GUI thread."""

from PySide6.QtCore import QObject, Signal

from inspector.app.threads.bridge import Bridge
from inspector.project.augment.previews import PreviewImage
from inspector.project.project import Project

_MEASURED = 16


class PreviewImages(QObject):
    """Chooses images; pinned ones stay when others are chosen.

    Args:
        count: Number of images to choose for the grid.

    Attributes:
        changed: Other images, or other pins, are shown in the grid.
        measured: The images (tuple of `PreviewImage`) on which effects are measured from now on.
        images: In the order of the grid.
    """

    changed = Signal()
    measured = Signal(object)

    def __init__(self, project: Project, bridge: Bridge, parent: QObject, *, count: int) -> None:
        super().__init__(parent)
        self._project, self._bridge, self._count = project, bridge, count
        self.images: list[PreviewImage] = []
        self._measured: list[PreviewImage] = []
        self._pinned: list[int] = []
        self._turn = 0
        self._side_px = 0

    @property
    def pinned(self) -> frozenset[int]:
        """The sample ids of the pinned images."""
        return frozenset(self._pinned)

    def choose(self, side_px: int) -> None:
        """Choose images at a size, px; the measured ones change only with the size."""
        if side_px != self._side_px:
            self._measured, self._side_px = [], side_px
        measured, pinned, turn = self._measured, tuple(self._pinned), self._turn
        count, previews = self._count, self._project.previews

        def work() -> tuple[list[PreviewImage], list[PreviewImage]]:
            chosen = measured or previews.choose(_MEASURED, side_px=side_px)
            shown = previews.choose(count, pinned=pinned, turn=turn, side_px=side_px)
            return shown, chosen

        self._bridge.call(work, self._on_chosen, channel="augment images")

    def choose_others(self) -> None:
        """Choose other images; the pinned ones stay."""
        self._turn += 1
        self.choose(self._side_px)

    def toggle_pin(self, row: int) -> None:
        """Pin the image of a row, or unpin it."""
        sample = self.images[row].sample
        if sample in self._pinned:
            self._pinned.remove(sample)
        else:
            self._pinned.append(sample)
        self.changed.emit()

    def _on_chosen(self, answer: tuple[list[PreviewImage], list[PreviewImage]]) -> None:
        self.images, measured = answer
        if not self._measured and measured:
            self._measured = measured
            self.measured.emit(tuple(measured))
        self.changed.emit()
