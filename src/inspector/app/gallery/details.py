"""The details panel: facts of one image, its near-duplicates, and doubts about its label."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.gallery.sample_details import (
    Answering,
    Neighbour,
    SampleDetails,
    facts,
    fetch,
)
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets import theme
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.controls.confidence_bars import ConfidenceBars
from inspector.app.widgets.elided_label import FittedLabel
from inspector.app.widgets.split_badge import paint_badge, paint_split, paint_word
from inspector.project.project import Project
from inspector.similarity.image_hashes import HashMethod

_NAME_PX = 88
_THUMBNAIL_PX = 60
_LARGE_PX = (131, 92)
_IMAGE_RATIO = 0.66


class FactsPanel(QWidget):
    """Shows facts, near-duplicates and label of a sample, one below the other.

    Attributes:
        chosen: The id of a near-duplicate that the user wants to see.
        duplicates_requested: The id of the sample whose cluster to show on Duplicates.
    """

    chosen = Signal(int)
    duplicates_requested = Signal(int)

    def __init__(self, *, neighbours_first: bool = False) -> None:
        super().__init__()
        self._large = neighbours_first
        self._columns = 2 if neighbours_first else 4
        self._shown, self._rows = 0, 0
        self._facts, self._hashes = _fact_grid(), _fact_grid()
        self._head, self._open = QLabel(), QPushButton("Open in Duplicates")
        self._head.setProperty("role", "card-title")
        self._open.setProperty("role", "quiet")
        self._open.setToolTip("Show the cluster of this image on Duplicates (D)")
        self._open.clicked.connect(lambda: self.duplicates_requested.emit(self._shown))
        row = QHBoxLayout()
        row.addWidget(self._head)
        row.addStretch()
        row.addWidget(self._open)
        self._neighbours = QGridLayout()
        self._neighbours.setSpacing(8)
        self._neighbours.setColumnStretch(self._columns, 1)
        self._answer_head = QLabel("Answered by")
        self._answer_head.setProperty("role", "card-title")
        self._answer_head.setToolTip(
            "The training images without which the class would be less sure, for the network that"
            " Borrowed accuracy on Overview was measured for last"
        )
        self._answers = QGridLayout()
        self._answers.setSpacing(8)
        self._answers.setColumnStretch(self._columns, 1)
        self._label_head = QLabel("Label")
        self._label_head.setProperty("role", "card-title")
        self._confidence = ConfidenceBars(accent=False)
        self._rules = (_line(), _line())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(12)
        near = (row, self._neighbours)
        order = (*near, self._rules[0], self._facts) if neighbours_first else (
            self._facts, self._rules[0], *near
        )  # fmt: skip
        answers = (self._answer_head, self._answers)
        parts = (*order, *answers, self._rules[1], self._label_head, self._confidence, self._hashes)
        for part in parts:
            if isinstance(part, QLayout):
                column.addLayout(part)
            else:
                column.addWidget(part)
        column.addStretch()
        self.show_details(None)

    def show_details(self, details: SampleDetails | None) -> None:
        """Show a sample, or nothing."""
        self._shown = details.sample.id if details else 0
        for grid in (self._facts, self._hashes):
            _empty(grid)
        self._rows = 0
        _empty(self._neighbours)
        for name, value in facts(details.sample, details.problem) if details else ():
            self._add_fact(self._facts, name, value)
        count = details.count if details else 0
        self._head.setText(f"{count:,} near-duplicate{'s' * (count != 1)}")
        for position, neighbour in enumerate(details.neighbours if details else ()):
            button = NeighbourButton(neighbour, large=self._large)
            button.clicked.connect(self._on_neighbour)
            self._neighbours.addWidget(button, position // self._columns, position % self._columns)
        _empty(self._answers)
        answering = details.answered_by if details else ()
        for place, answer in enumerate(answering):
            button = NeighbourButton(_as_neighbour(answer), large=self._large)
            button.setText(answer.group.kind.value)
            button.setAccessibleName(f"Answered by {answer.group.samples[0].path}")
            button.clicked.connect(self._on_neighbour)
            self._answers.addWidget(button, place // self._columns, place % self._columns)
        self._answer_head.setVisible(bool(answering))
        for widget in (self._rules[0], self._head, self._open):
            widget.setVisible(count > 0)
        confidence = details.confidence if details else ()
        self._confidence.show_confidence(confidence)
        for part in (self._rules[1], self._label_head, self._confidence):
            part.setVisible(bool(confidence))

    def add_hashes(self, sample: int, hashes: Mapping[HashMethod, str]) -> None:
        """Add ImageHash's hashes to the facts, for comparison with other programs."""
        if sample == self._shown:
            for method, text in hashes.items():
                self._add_fact(self._hashes, method.value, text).setObjectName(
                    f"hash-{method.value}"
                )

    def _add_fact(self, grid: QGridLayout, name: str, value: str) -> QLabel:
        label, text = QLabel(name), FittedLabel(value)
        label.setProperty("role", "caption")
        text.setProperty("role", "fact")
        row, self._rows = self._rows, self._rows + 1
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(text, row, 1)
        return text

    def _on_neighbour(self) -> None:
        button = self.sender()
        assert isinstance(button, NeighbourButton)
        self.chosen.emit(button.neighbour.sample.id)


def _as_neighbour(answer: Answering) -> Neighbour:
    return Neighbour(answer.group.samples[0], answer.group.drop, answer.image)


class NeighbourButton(QAbstractButton):
    """A near-duplicate: thumbnail, split badge and similarity."""

    def __init__(self, neighbour: Neighbour, *, large: bool) -> None:
        super().__init__()
        self.neighbour = neighbour
        self._size = QSize(*_LARGE_PX) if large else QSize(_THUMBNAIL_PX, _THUMBNAIL_PX)
        self.setToolTip(neighbour.sample.path)
        self.setAccessibleName(f"Near-duplicate {neighbour.sample.path}")
        self.setText(f"{neighbour.similarity:.2f}")

    def sizeHint(self) -> QSize:
        return self._size + QSize(0, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(QPoint(0, 0), self._size)
        image = self.neighbour.image
        painter.fillRect(box, theme.colour("sunken"))
        if not image.isNull():
            scale = min(image.width() / box.width(), image.height() / box.height())
            part = QRect(0, 0, round(box.width() * scale), round(box.height() * scale))
            part.moveCenter(image.rect().center())
            painter.drawImage(box, image, part)
        paint_badge(painter, 4, 4, self.neighbour.sample.split)
        if self.hasFocus():
            painter.setPen(theme.colour("accent"))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        painter.setPen(theme.colour("text-2"))
        painter.drawText(0, box.bottom() + 15, self.text())
        painter.end()


class Details(QFrame):
    """Shows the current image of the gallery with its details.

    Attributes:
        chosen: The id of a near-duplicate that the user wants to see.
        duplicates_requested: The id of the sample whose cluster to show on Duplicates.
    """

    chosen = Signal(int)
    duplicates_requested = Signal(int)

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._project, self._bridge = project, bridge
        self._sample = 0
        self._image = _LargeImage()
        self._path = FittedLabel("")
        self._path.setProperty("role", "path")
        self._nothing = QLabel("Select an image to see its details.\nEnter shows it large.")
        self._nothing.setProperty("role", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.facts = FactsPanel()
        self.facts.chosen.connect(self.chosen)
        self.facts.duplicates_requested.connect(self.duplicates_requested)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._image)
        path = QVBoxLayout()
        path.setContentsMargins(16, 12, 16, 0)
        path.addWidget(self._path)
        column.addLayout(path)
        column.addWidget(self.facts)
        column.addStretch()
        self._area = area = ColumnArea()
        area.setWidget(inner)
        area.setAccessibleName("Details of the current image")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        outer.addWidget(self._nothing, 1)
        self.setAccessibleName("Details of the current image")
        self.show_sample(0)

    def show_sample(self, sample: int) -> None:
        """Show a sample; 0 shows nothing."""
        self._sample = sample
        if sample:
            self.refresh()
        else:
            self._area.hide()
            self._nothing.show()

    def refresh(self) -> None:
        """Read the shown sample again."""
        sample = self._sample
        if sample:
            self._bridge.call(lambda: fetch(self._project, sample), self._show, channel="details")

    def _show(self, details: SampleDetails | None) -> None:
        if details is None or details.sample.id != self._sample:
            return
        sample = details.sample
        self._nothing.hide()
        self._area.show()
        self._image.show_details(details)
        self._path.show_text(sample.path)
        self.facts.show_details(details)
        # A separate request, since it decodes the file again and would delay the rest.
        self._bridge.call(
            lambda: (sample.id, self._project.image_hashes.of(sample)),
            self._show_hashes, channel="image hashes",
        )  # fmt: skip

    def _show_hashes(self, answer: tuple[int, Mapping[HashMethod, str]]) -> None:
        self.facts.add_hashes(*answer)


class _LargeImage(QWidget):
    """The whole image, with the badges of its split and class."""

    def __init__(self) -> None:
        super().__init__()
        self._details: SampleDetails | None = None
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_details(self, details: SampleDetails) -> None:
        self._details = details
        self.setAccessibleName(f"Image of {details.sample.path}")
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        image = self._details.image if self._details else None
        if image is None or not image.width():
            return round(width * _IMAGE_RATIO)
        return min(width, round(width * image.height() / image.width()))

    def sizeHint(self) -> QSize:
        return QSize(260, self.heightForWidth(260))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour("stage"))
        if self._details is not None:
            image, sample = self._details.image, self._details.sample
            if image is not None and not image.isNull():
                size = image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
                rect = QRect(0, 0, size.width(), size.height())
                rect.moveCenter(self.rect().center())
                painter.drawImage(rect, image)
            x = paint_split(painter, 8, 8, sample.split).right() + 8 if sample.split else 8.0
            label = sample.new_label or sample.label
            paint_word(painter, x, 8, label, "neutral-fill", "text")
        painter.end()


def _fact_grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setVerticalSpacing(4)
    grid.setHorizontalSpacing(8)
    grid.setColumnMinimumWidth(0, _NAME_PX)
    grid.setColumnStretch(1, 1)
    return grid


def _empty(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def _line() -> QFrame:
    line = QFrame()
    line.setObjectName("line")
    line.setFixedHeight(1)
    return line
