"""Start: drop a folder, open one, open a recent dataset, or try the sample."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from inspector.app.start.drop_field import DropField
from inspector.app.start.recent import ROW_PX

if TYPE_CHECKING:
    # The first paint shows this page: everything that it does not paint is created later.
    from collections.abc import Mapping

    from PySide6.QtGui import QImage, QPaintEvent, QResizeEvent

    from inspector.app.start.recent import RecentDataset
    from inspector.app.start.recent_list import RecentList
    from inspector.app.start.sample_card import SampleCard
    from inspector.app.start.steps_card import StepsCard
    from inspector.app.widgets.jobs import Jobs
    from inspector.work.jobs import Progress, Stop

SHOWN = 6
_FILES = (
    "Archives and projects (*.zip *.tar *.tar.gz *.tgz *.tar.bz2 *.tbz2 *.tar.xz *.txz *.parquet"
    " *.npz *.tfrecord* *.tfrec *.inspector)",
    "All files (*)",
)
NARROW_PX, SHORT_PX = 1100, 720
_ABOVE_PX, _ABOVE_NARROW_PX = 220, 440
_ROW_GAP_PX = 6
_STEPS_PX = 288


class StartPage(QWidget):
    """Offers the ways to open a dataset.

    The first paint shows the title and the field to drop a dataset on; the rest follows in the
    next turn of the event loop, in space that is reserved for it.

    Attributes:
        opened: The path of a folder or a project file that the user chose.
        sample_requested: The user wants the generated sample.
        preferences_requested: The user wants to see the preferences.
        guide_requested: The user wants to read this page of the guide.
        painted: The page was painted for the first time, and is complete.

    Args:
        recent: Recent datasets, the newest first.
    """

    opened = Signal(str)
    sample_requested = Signal()
    preferences_requested = Signal()
    guide_requested = Signal(str)
    painted = Signal()

    def __init__(self, recent: "Sequence[RecentDataset]") -> None:
        super().__init__()
        self.setAccessibleName("Start")
        self._recent = recent[:SHOWN]
        self._painted = False
        # One after each paint: what takes long comes last.
        self._later = [self._add_rest, self._finish]
        self._opening = ""
        self._arranged: tuple[bool, bool, int] | None = None
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.setProperty("role", "error")
        self._note.setObjectName("start-error")
        self._note.setAccessibleName("What went wrong")
        self._note.hide()
        self._grid = QGridLayout()
        self._side_room = QWidget()
        self._drop = DropField()
        self._drop.folder_requested.connect(self.ask_folder)
        self._drop.file_requested.connect(self.ask_file)
        self._drop.sample_requested.connect(self.sample_requested)
        self._steps: StepsCard | None = None
        self._side: RecentList | None = None
        self._lay_out()
        self._arrange(NARROW_PX, SHORT_PX)

    def _lay_out(self) -> None:
        title = QLabel("Can you trust the accuracy of your model?")
        title.setProperty("role", "title")
        purpose = QLabel(
            "Inspect the image dataset behind it: near-duplicates between training and test, wrong"
            " labels, bad splits."
        )
        purpose.setProperty("role", "muted")
        purpose.setWordWrap(True)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(16)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(title)
        column.addWidget(purpose)
        column.addWidget(self._note)
        column.addSpacing(12)
        column.addLayout(self._grid, 1)
        inner = QWidget()
        inner.setLayout(column)
        inner.setMaximumWidth(1640)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(40, 24, 40, 22)
        outer.addStretch(0)
        outer.addWidget(inner, 1)
        outer.addStretch(0)

    @property
    def sample_card(self) -> "SampleCard | None":
        """The description of the sample; None beside recent datasets and before the first paint."""
        return self._side.sample_card if self._side else None

    def is_painted(self) -> bool:
        return self._painted

    def show_error(self, text: str) -> None:
        """Show why something could not be opened."""
        self.show_opening("")
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def show_opening(self, path: str) -> None:
        """Show that a dataset is being opened; "" when that has ended."""
        self._opening = path
        name = path.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
        self._drop.status.show_text(f"Opening {name}…" if path else "")
        if self._side:
            self._side.show_opening(path)
        if path:
            self._note.hide()

    def show_job(self, progress: "Progress", stop: "Stop") -> None:
        """Show that the sample is being created, with a stop."""
        self.show_error("")
        self._drop.status.show_job("Creating the sample dataset…", progress, stop)
        self._drop.offer_sample(on=False)

    def end_job(self) -> None:
        """Offer the sample again."""
        self._drop.offer_sample(on=True)
        self._drop.status.end_jobs()
        self.show_opening("")

    def watch(self, jobs: "Jobs") -> None:
        """Show jobs of the window below the buttons."""
        self._drop.status.watch(jobs)

    def show_thumbnails(self, thumbnails_of: "Mapping[str, list[QImage]]") -> None:
        """Show thumbnails of recent datasets in the space that was reserved for them."""
        if self._side:
            self._side.show_thumbnails(thumbnails_of)

    def paintEvent(self, event: "QPaintEvent") -> None:
        super().paintEvent(event)
        if self._later:
            QTimer.singleShot(0, self, self._later.pop(0))

    def resizeEvent(self, event: "QResizeEvent") -> None:
        super().resizeEvent(event)
        self._arrange(self.width(), self.height())

    def _arrange(self, width: int, height: int) -> None:
        """Put recent datasets beside the drop field, or below it in narrow windows."""
        narrow, short = width < NARROW_PX, height < SHORT_PX
        rows = SHOWN
        if narrow or short:
            room = height - (_ABOVE_NARROW_PX if narrow else _ABOVE_PX)
            rows = max(2, min(SHOWN, room // (ROW_PX + _ROW_GAP_PX)))
        if (narrow, short, rows) == self._arranged:
            return
        self._arranged = narrow, short, rows
        self._grid.addWidget(self._drop, 0, 0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 0 if narrow else 1)
        self._grid.setRowStretch(0, 1)
        self._grid.setRowMinimumHeight(1, 0 if narrow or short or self._steps else _STEPS_PX)
        self._grid.removeWidget(self._side_room)
        if narrow:
            self._grid.addWidget(self._side_room, 1, 0)
        else:
            self._grid.addWidget(self._side_room, 0, 1, 2, 1)
        if self._steps is None or self._side is None:
            return
        self._grid.removeWidget(self._steps)
        if not narrow:
            self._grid.addWidget(self._steps, 1, 0)
        self._steps.setHidden(narrow or short)
        if self.sample_card:
            self.sample_card.tiles.setHidden(narrow or short)
        self._side.show_first(rows)

    def _add_rest(self) -> None:
        """Add the steps and the recent datasets."""
        from inspector.app.start.recent_list import RecentList
        from inspector.app.start.steps_card import StepsCard

        self._steps = StepsCard(self)
        self._side = RecentList(self._recent)
        room = QVBoxLayout(self._side_room)
        room.setContentsMargins(0, 0, 0, 0)
        room.addWidget(self._side)
        self._side.opened.connect(self._on_recent)
        self._side.preferences_requested.connect(self.preferences_requested)
        self._side.guide_requested.connect(self.guide_requested)
        self._side.show_opening(self._opening)
        self._arranged = None
        self._arrange(self.width(), self.height())
        self._side.show()
        self.update()

    def _finish(self) -> None:
        """Paint the pictures, and give the first button its shortcut: these import `Qt`."""
        from inspector.app.start.illustrations import LatePicture

        self._drop.finish()
        for picture in self.findChildren(LatePicture):
            picture.show_picture()
        self._painted = True
        self.painted.emit()

    def _on_recent(self, path: str) -> None:
        self.show_opening(path)
        self.opened.emit(path)

    def ask_folder(self) -> None:
        """Ask for a folder with the system's dialog."""
        from PySide6.QtWidgets import QFileDialog

        folder = QFileDialog.getExistingDirectory(self, "Open a dataset's folder")
        if folder:
            self.show_opening(folder)
            self.opened.emit(folder)

    def ask_file(self) -> None:
        """Ask for an archive or a project with the system's dialog."""
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getOpenFileName(
            self, "Open an archive of images or a project", "", ";;".join(_FILES)
        )
        if name:
            self.show_opening(name)
            self.opened.emit(name)
