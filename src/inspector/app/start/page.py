"""Start: drop a folder, open one, open a recent dataset, or try the sample."""

from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.start.illustrations import (
    DropArrow,
    GapIllustration,
    LatePicture,
    PairIllustration,
)
from inspector.app.start.recent import ROW_PX
from inspector.app.start.sample_card import SampleCard

if TYPE_CHECKING:
    # The first paint shows this page: everything that it does not paint is created later.
    from collections.abc import Mapping

    from PySide6.QtGui import QImage, QPaintEvent, QResizeEvent

    from inspector.app.start.recent import RecentDataset
    from inspector.app.start.recent_row import RecentRow
    from inspector.app.widgets.jobs import Jobs
    from inspector.app.widgets.jobs_bar import JobBar
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
_CHOOSE_PX = 190
_STEPS = (
    ("Find", "Images that are in two splits, labels that look wrong, groups that are divided"
     " between splits."),
    ("Explain", "How much of the gap between validation and test accuracy comes from leakage."),
    ("Clean up", "Exclude the copies, lock the split and export it. Your files stay as they are."),
)  # fmt: skip


class StartPage(QWidget):
    """Offers the ways to open a dataset.

    Attributes:
        opened: The path of a folder or a project file that the user chose.
        sample_requested: The user wants the generated sample.
        preferences_requested: The user wants to see the preferences.
        guide_requested: The user wants to read this page of the guide.
        painted: The page was painted for the first time.

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
        self._painted = False
        self._arranged: tuple[bool, bool, int] | None = None
        self._rows = _rows_of(recent[:SHOWN])
        self.sample_card = None if self._rows else SampleCard()
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.setProperty("role", "error")
        self._note.setObjectName("start-error")
        self._note.setAccessibleName("What went wrong")
        self._note.hide()
        self._choose = QPushButton("Open folder…")
        self._sample, self._file = QPushButton("Try the sample"), QPushButton("Open a file…")
        self._buttons, self._job_row = QHBoxLayout(), QHBoxLayout()
        self._status, self._busy_row, self._busy_box = QLabel(), QHBoxLayout(), QWidget()
        self._grid = QGridLayout()
        self._drop, self._steps, self._side = self._drop_field(), _steps_card(), self._recent_side()
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

    def is_painted(self) -> bool:
        return self._painted

    def show_error(self, text: str) -> None:
        """Show why something could not be opened."""
        self.show_opening("")
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def show_opening(self, path: str) -> None:
        """Show that a dataset is being opened; "" when that has ended."""
        name = path.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
        self._status.setText(f"Opening {name}…" if path else "")
        if path:
            self._show_busy()
        else:
            self._busy_box.hide()
        for row in self._rows:
            row.show_busy(on=bool(path) and row.dataset.path == path)
        if path:
            self._note.hide()

    def _show_busy(self) -> None:
        if self._busy_row.count() == 2:
            from inspector.app.widgets.controls.busy_line import BusyLine

            line = BusyLine()
            line.setMaximumWidth(320)
            self._busy_row.insertWidget(1, line, 4)
        self._busy_box.show()

    def show_job(self, progress: "Progress", stop: "Stop") -> None:
        """Show that the sample is being created, with a stop."""
        self.show_error("")
        self._status.setText("Creating the sample dataset…")
        self._show_busy()
        self._sample.setEnabled(False)
        self._jobs.start(progress, stop)

    def end_job(self) -> None:
        """Offer the sample again."""
        self._sample.setEnabled(True)
        self.show_opening("")
        for job in self._jobs.running:
            self._jobs.end(job)

    def watch(self, jobs: "Jobs") -> None:
        """Show jobs of the window below the buttons."""
        self._bar.watch(jobs)

    def show_thumbnails(self, thumbnails_of: "Mapping[str, list[QImage]]") -> None:
        """Show thumbnails of recent datasets in the space that was reserved for them."""
        for row in self._rows:
            row.show_thumbnails(thumbnails_of.get(row.dataset.path, ()))

    def paintEvent(self, event: "QPaintEvent") -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._finish)

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
        for widget in (self._drop, self._steps, self._side):
            self._grid.removeWidget(widget)
        self._grid.addWidget(self._drop, 0, 0)
        if narrow:
            self._grid.addWidget(self._side, 1, 0)
        else:
            self._grid.addWidget(self._steps, 1, 0)
            self._grid.addWidget(self._side, 0, 1, 2, 1)
        for widget in (self._steps, *([self.sample_card.tiles] if self.sample_card else ())):
            # `setVisible` lays out a widget at once, even if it changes nothing.
            if widget.isHidden() != (narrow or short):
                widget.setHidden(narrow or short)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 0 if narrow else 1)
        self._grid.setRowStretch(0, 1)
        for position, row in enumerate(self._rows):
            row.setVisible(position < rows)

    def _finish(self) -> None:
        """Add what the first paint does not need: pictures, and a shortcut, which imports `Qt`."""
        from inspector.app.widgets.controls.key_button import KeyButton

        for picture in self.findChildren(LatePicture):
            picture.show_picture()
        plain = self._choose
        self._choose = KeyButton("Open folder…", "Ctrl O", icon="folder", primary=True)
        self._choose.setMinimumWidth(_CHOOSE_PX)
        self._choose.setShortcut("Ctrl+O")
        self._choose.clicked.connect(self.ask_folder)
        self._buttons.replaceWidget(plain, self._choose)
        had_focus = plain.hasFocus()
        plain.hide()
        plain.deleteLater()
        if had_focus:
            self._choose.setFocus()
        self.painted.emit()

    @cached_property
    def _jobs(self) -> "Jobs":
        """Jobs of this page: creating the sample."""
        from inspector.app.widgets.jobs import Jobs

        jobs = Jobs(self)
        self._bar.watch(jobs)
        return jobs

    @cached_property
    def _bar(self) -> "JobBar":
        """Shows jobs that run before a project is open."""
        from inspector.app.widgets.jobs_bar import JobBar

        bar = JobBar()
        self._job_row.insertWidget(1, bar)
        return bar

    def _drop_field(self) -> QWidget:
        field = QFrame()
        field.setObjectName("dropField")
        text = QLabel("Drop a dataset folder or an archive here")
        text.setProperty("role", "heading")
        hint = QLabel(
            "Folders of classes or splits, images with a CSV file, .zip, .tar, .parquet, .npz,"
            " .tfrecord"
        )
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        choose, sample = self._choose, self._sample
        choose.setProperty("role", "primary")
        choose.setMinimumWidth(_CHOOSE_PX)
        choose.clicked.connect(self.ask_folder)
        self._file.setToolTip("An archive of images, or a project file")
        self._file.clicked.connect(self.ask_file)
        sample.setToolTip("Creates a small dataset with known flaws in a few seconds, offline")
        sample.clicked.connect(self.sample_requested)
        inside = QVBoxLayout(field)
        inside.setContentsMargins(16, 16, 16, 16)
        inside.setSpacing(10)
        inside.addStretch()
        for widget in (DropArrow(), text, hint):
            inside.addWidget(widget)
        inside.addSpacing(8)
        inside.addLayout(self._button_row())
        inside.addSpacing(8)
        inside.addWidget(self._busy_room())
        inside.addStretch()
        return field

    def _button_row(self) -> QHBoxLayout:
        self._buttons.setSpacing(8)
        self._buttons.addStretch()
        for button in (self._choose, self._file, self._sample):
            self._buttons.addWidget(button)
        self._buttons.addStretch()
        return self._buttons

    def _busy_room(self) -> QWidget:
        """Return the line that says what is being opened; its space is reserved."""
        self._status.setObjectName("start-status")
        self._busy_row.addStretch(1)
        self._busy_row.addStretch(1)
        self._job_row.addStretch()
        self._job_row.addStretch()
        busy = QVBoxLayout(self._busy_box)
        busy.setContentsMargins(0, 0, 0, 0)
        busy.setSpacing(8)
        busy.addWidget(self._status)
        busy.addLayout(self._busy_row)
        busy.addLayout(self._job_row)
        room = QWidget()
        room.setFixedHeight(72)
        holder = QVBoxLayout(room)
        holder.setContentsMargins(0, 0, 0, 0)
        holder.addWidget(self._busy_box)
        holder.addStretch()
        self._busy_box.hide()
        return room

    def _recent_side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QLabel("Recent" if self._rows else "No recent datasets")
        head.setProperty("role", "heading")
        first = QHBoxLayout()
        first.addWidget(head)
        first.addStretch()
        if self._rows:
            from PySide6.QtWidgets import QLineEdit

            field = QLineEdit()
            field.setPlaceholderText("Filter")
            field.setAccessibleName("Filter the recent datasets")
            field.setFixedWidth(200)
            field.textChanged.connect(self._filter)
            first.addWidget(field)
        column.addLayout(first)
        for row in self._rows:
            row.clicked.connect(self._on_recent)
            column.addWidget(row)
        if self.sample_card is not None:
            column.addWidget(self.sample_card)
        column.addStretch()
        column.addLayout(self._foot())
        return side

    def _foot(self) -> QHBoxLayout:
        """Return the links below the recent datasets."""
        foot = QHBoxLayout()
        foot.setSpacing(16)
        for text, tip, run in (
            ("Documentation", "The guide, offline", partial(self.guide_requested.emit, "index")),
            ("Keyboard shortcuts", "", partial(self.guide_requested.emit, "keys")),
            ("Settings", "Theme, detection, storage, keyboard and more (Ctrl+,)",
             self.preferences_requested.emit),
        ):  # fmt: skip
            link = QPushButton(text)
            link.setProperty("role", "quiet")
            link.setToolTip(tip)
            link.clicked.connect(run)
            foot.addWidget(link)
        safe = QLabel("Nothing is uploaded")
        safe.setProperty("role", "caption")
        foot.addStretch()
        foot.addWidget(safe)
        return foot

    def _filter(self, text: str) -> None:
        for row in self._rows:
            row.setVisible(text.lower() in row.dataset.path.lower())

    def _on_recent(self) -> None:
        path = str(self.sender().property("dataset"))
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


def _rows_of(recent: "Sequence[RecentDataset]") -> "list[RecentRow]":
    if not recent:
        return []
    from inspector.app.start.recent_row import RecentRow

    return [RecentRow(one) for one in recent]


def _steps_card() -> QWidget:
    """Return one picture and one sentence per step of the workflow."""
    card = QFrame()
    card.setProperty("role", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(16, 16, 16, 16)
    column.setSpacing(12)
    pictures = (
        PairIllustration(excluded=False),
        GapIllustration(),
        PairIllustration(excluded=True),
    )
    for picture, (title, sentence) in zip(pictures, _STEPS, strict=True):
        head, text = QLabel(title), QLabel(sentence)
        head.setProperty("role", "heading")
        text.setProperty("role", "muted")
        text.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch()
        words.addWidget(head)
        words.addWidget(text)
        words.addStretch()
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(picture)
        row.addLayout(words, 1)
        column.addLayout(row)
    return card
