"""The selection on the map: splits, classes, twelve of the images, and actions."""

from collections import Counter
from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets import theme
from inspector.app.widgets.split_badge import paint_badge
from inspector.app.widgets.tile_painting import paint_tile
from inspector.project.diagnosis.labels import current_label
from inspector.store.samples import Sample

SHOWN = 12
_COLUMNS = 3
_CLASSES = 3
_TILE_PX = 92


class SelectionPanel(QFrame):
    """Describes the selection.

    Attributes:
        grid_requested: The user wants to see the selection in the grid.
        exclude_requested: The user excludes the selection.
        outliers_requested: The user wants to see the outliers of a class.

    Args:
        pixmap: Returns the thumbnail of a sample if it is loaded.
    """

    grid_requested = Signal()
    exclude_requested = Signal()
    outliers_requested = Signal(str)

    def __init__(self, pixmap: Callable[[int], QPixmap | None]) -> None:
        super().__init__()
        self.setObjectName("map-selection")
        self.setProperty("role", "card")
        self.setFixedWidth(320)
        self._title = QLabel("Nothing selected")
        self._title.setProperty("role", "heading")
        self._title.setObjectName("map-selected")
        self._splits = QLabel()
        self._splits.setProperty("role", "muted")
        self._bars = _ClassBars()
        self._tiles = _Tiles(pixmap)
        self._hint = QLabel("Drag around points to select them: Shift adds, Alt removes.")
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "muted")
        self._grid = QPushButton("Open in grid")
        self._grid.clicked.connect(self.grid_requested)
        self._drop = QPushButton("Exclude  [X]")
        self._drop.clicked.connect(self.exclude_requested)
        self._classes = QComboBox()
        self._classes.setObjectName("map-outliers")
        self._classes.setAccessibleName("Outliers of a class")
        self._classes.activated.connect(self._on_class)
        buttons = QHBoxLayout()
        buttons.addWidget(self._grid)
        buttons.addWidget(self._drop)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        for widget in (self._title, self._splits, self._hint, self._bars, self._tiles):
            column.addWidget(widget)
        column.setStretchFactor(self._tiles, 1)
        column.addWidget(self._classes)
        column.addLayout(buttons)
        self.show_selection([])

    def show_classes(self, classes: Sequence[str]) -> None:
        """Offer the outliers of these classes."""
        self._classes.clear()
        self._classes.addItem("Outliers of a class…")
        self._classes.addItems(list(classes))
        self._classes.setEnabled(bool(classes))

    def show_selection(self, samples: Sequence[Sample]) -> None:
        self._title.setText(f"{len(samples):,} selected" if samples else "Nothing selected")
        splits = Counter(s.split for s in samples)
        self._splits.setText(
            " · ".join(f"{theme.split_word(name) or 'no split'} {n:,}" for name, n in
                       splits.most_common())
        )  # fmt: skip
        self._splits.setVisible(bool(samples))
        self._hint.setVisible(not samples)
        classes = Counter(current_label(s) for s in samples).most_common()
        rest = sum(n for _, n in classes[_CLASSES:])
        shown = classes[:_CLASSES] + ([("other", rest)] if rest else [])
        self._bars.show_bars(shown)
        step = max(1, len(samples) // SHOWN)
        self._tiles.show_samples(samples[::step][:SHOWN])
        for button in (self._grid, self._drop):
            button.setEnabled(bool(samples))

    def shown_ids(self) -> list[int]:
        """Return the ids of the images that need a thumbnail."""
        return self._tiles.ids()

    def refresh_thumbnails(self) -> None:
        """Paint newly loaded thumbnails."""
        self._tiles.update()

    def _on_class(self, index: int) -> None:
        if index > 0:
            self.outliers_requested.emit(self._classes.itemText(index))
            self._classes.setCurrentIndex(0)


class _ClassBars(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[tuple[str, int]] = ()

    def show_bars(self, rows: Sequence[tuple[str, int]]) -> None:
        self._rows = rows
        self.setFixedHeight(20 * len(rows))
        self.setAccessibleName("; ".join(f"{name} {n:,}" for name, n in rows))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        total = sum(n for _, n in self._rows) or 1
        left, right = 84, 44
        wide = max(1, self.width() - left - right)
        for i, (name, n) in enumerate(self._rows):
            y = 20 * i
            painter.setPen(theme.colour("text"))
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, left - 8)
            painter.drawText(0, y, left, 20, Qt.AlignmentFlag.AlignVCenter, text)
            painter.fillRect(left, y + 7, wide, 6, theme.colour("sunken"))
            painter.fillRect(left, y + 7, round(wide * n / total), 6, theme.colour("text-2"))
            painter.drawText(
                self.width() - right, y, right, 20,
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{n:,}",
            )  # fmt: skip


class _Tiles(QWidget):
    def __init__(self, pixmap: Callable[[int], QPixmap | None]) -> None:
        super().__init__()
        self._pixmap = pixmap
        self._samples: Sequence[Sample] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def ids(self) -> list[int]:
        return [s.id for s in self._samples]

    def show_samples(self, samples: Sequence[Sample]) -> None:
        self._samples = samples
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_COLUMNS * (_TILE_PX + 4), SHOWN // _COLUMNS * (_TILE_PX + 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        # As many complete rows as fit.
        rows = max(0, (self.height() + 4) // (_TILE_PX + 4))
        for i, sample in enumerate(self._samples[: rows * _COLUMNS]):
            x, y = (i % _COLUMNS) * (_TILE_PX + 4), (i // _COLUMNS) * (_TILE_PX + 4)
            paint_tile(painter, QRect(x, y, _TILE_PX, _TILE_PX), self._pixmap(sample.id))
            paint_badge(painter, x + 4, y + 4, sample.split)
