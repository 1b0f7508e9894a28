"""The loupe: one image fills the window; arrow keys step, other keys decide."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from inspector.app.gallery.details import FactsPanel
from inspector.app.gallery.filmstrip import Filmstrip
from inspector.app.gallery.loupe_stage import LoupeStage
from inspector.app.gallery.model import GalleryModel
from inspector.app.gallery.sample_details import SampleDetails, fetch
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_pixels
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets import icons, theme
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.controls.key_button import KeyButton
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.widgets.split_badge import paint_split, paint_word, word_width
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.store.samples import Sample

_LONGEST_PX = 4096
_CACHED = 6
_AHEAD = 2
_ZOOMS = (None, 1.0, 2.0)
_KEYS = (
    ("← →", "previous, next"), ("X", "exclude"), ("L", "change class"), ("D", "duplicates"),
    ("Z", "100 %"), ("B", "background"), ("1 … 9", "class"),
)  # fmt: skip
_KEYS_RIGHT = (("Ctrl Z", "undo"), ("Space", "back to the grid"))


@dataclass(frozen=True, slots=True)
class LoupeVerbs:
    """Actions of the loupe; each takes the id of the image."""

    exclude: Callable[[int], None]
    change_class: Callable[[int, QPoint], None]
    take_class: Callable[[int, int], None]
    show_duplicates: Callable[[int], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Decoded:
    sample: Sample
    image: QImage | None
    problem: str


class Loupe(QWidget):
    """Shows the images of a list one by one.

    Attributes:
        closed: The id of the image that was shown last.

    Args:
        window: The window that the loupe covers.
        model: The list of the gallery.
    """

    closed = Signal(int)

    def __init__(
        self,
        window: QWidget,
        project: Project,
        bridge: Bridge,
        model: GalleryModel,
        thumbnails: Thumbnails,
        verbs: LoupeVerbs,
    ) -> None:
        super().__init__(window)
        self.setObjectName("loupe")
        self.setAccessibleName("Loupe")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._project, self._bridge, self._model = project, bridge, model
        self._thumbnails, self._verbs = thumbnails, verbs
        self._row = 0
        self._decoded: dict[int, _Decoded] = {}
        self.stage = LoupeStage()
        self.facts = FactsPanel(neighbours_first=True)
        self.facts.chosen.connect(self._show_sample)
        self.facts.duplicates_requested.connect(verbs.show_duplicates)
        self.strip = Filmstrip(model, thumbnails.pixmap)
        self._runs = self._table()
        self._lay_out()
        self.stage.zoomed.connect(self._show_zoom)
        self.stage.double_clicked.connect(self.close_loupe)
        self.strip.chosen.connect(self.show_row)
        self.strip.stepped.connect(self._step)
        thumbnails.ready.connect(self._on_thumbnails)
        window.installEventFilter(self)
        for button in self.findChildren(QAbstractButton):
            # The loupe handles the keys, whatever was clicked.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setGeometry(window.rect())

    def sample_id(self) -> int:
        """Return the id of the shown image."""
        return int(self._model.ids[self._row])

    def show_row(self, row: int) -> None:
        """Show an image by its row in the list."""
        if not 0 <= row < len(self._model.ids):
            return
        self._row = row
        self.strip.show_row(row)
        self._position.setText(f"{row + 1:,} of {len(self._model.ids):,}")
        self._thumbnails.request([int(self._model.ids[r]) for r in self.strip.visible_rows()])
        self._model.ask(self.strip.visible_rows())
        self._show_image()
        sample = self.sample_id()
        self._bridge.call(lambda: fetch(self._project, sample), self._show_facts, channel="loupe")
        self._decode(row, "loupe image")

    def refresh(self) -> None:
        """Show decisions that were made meanwhile."""
        if not len(self._model.ids):
            self.close_loupe()
            return
        self._decoded.clear()
        self.show_row(min(self._row, len(self._model.ids) - 1))

    def close_loupe(self) -> None:
        """Return to the grid."""
        if self.isVisible():
            self.hide()
            self.closed.emit(self.sample_id() if len(self._model.ids) else 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Resize with the window."""
        if event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Redraw the icons in the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw_icons()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        run = self._runs.get(Qt.Key(event.key()))
        if run is not None:
            run()
        elif Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9:
            self._verbs.take_class(self.sample_id(), event.key() - Qt.Key.Key_0)
        else:
            super().keyPressEvent(event)

    def _table(self) -> dict[Qt.Key, Callable[[], None]]:
        key, verbs, stage = Qt.Key, self._verbs, self.stage
        leave = dict.fromkeys(
            (key.Key_Space, key.Key_Escape, key.Key_Return, key.Key_Enter), self.close_loupe
        )
        return {
            **leave,
            key.Key_Left: partial(self._step, -1),
            key.Key_Up: partial(self._step, -1),
            key.Key_Right: partial(self._step, 1),
            key.Key_Down: partial(self._step, 1),
            key.Key_Home: lambda: self.show_row(0),
            key.Key_End: lambda: self.show_row(len(self._model.ids) - 1),
            key.Key_X: lambda: verbs.exclude(self.sample_id()),
            key.Key_L: lambda: verbs.change_class(
                self.sample_id(), self.mapToGlobal(stage.geometry().center())
            ),
            key.Key_D: lambda: verbs.show_duplicates(self.sample_id()),
            key.Key_I: self._toggle_info,
            key.Key_B: stage.next_backing,
            key.Key_Z: lambda: stage.set_zoom(1.0 if stage.zoom is None else None),
        }

    def _step(self, by: int) -> None:
        self.show_row(max(0, min(len(self._model.ids) - 1, self._row + by)))

    def _show_sample(self, sample: int) -> None:
        rows = (self._model.ids == sample).nonzero()[0]
        if len(rows):
            self.show_row(int(rows[0]))

    def _decode(self, row: int, channel: str) -> None:
        """Decode the image of a row and the next ones, unless they are decoded."""
        ids = [int(i) for i in self._model.ids[row : row + 1 + _AHEAD]]
        sample = next((i for i in ids if i not in self._decoded), None)
        if sample is not None:
            self._bridge.call(
                partial(_read, self._project, sample), self._on_decoded, channel=channel
            )

    def _on_decoded(self, decoded: _Decoded | None) -> None:
        if decoded is None:
            return
        self._decoded[decoded.sample.id] = decoded
        while len(self._decoded) > _CACHED:
            self._decoded.pop(next(iter(self._decoded)))
        if not self.isVisible() or not len(self._model.ids):
            return
        if decoded.sample.id == self.sample_id():
            self._show_image()
        # Decode the next images ahead of time.
        self._decode(self._row, "loupe ahead")

    def _show_image(self) -> None:
        """Show the image, or its thumbnail at the same size until it is decoded."""
        sample = self.sample_id()
        decoded = self._decoded.get(sample)
        tile = self._model.tile(self._row)
        excluded = tile is not None and tile.mark == "drop"
        if decoded is not None:
            excluded = decoded.sample.mark == "drop"
            full = QSize(decoded.sample.width, decoded.sample.height)
            self.stage.show_image(decoded.image, full, excluded=excluded, problem=decoded.problem)
            self._badges.show_sample(decoded.sample)
            self._path.show_text(decoded.sample.path)
            return
        pixmap = self._thumbnails.pixmap(sample)
        image = pixmap.toImage() if pixmap is not None and not pixmap.isNull() else None
        scale = self.stage.scale()
        full = image.size() if image is not None else QSize()
        if image is not None and self.stage.zoom is not None:
            full = full * (1 / max(0.01, scale))
        self.stage.show_image(image, full, excluded=excluded)

    def _show_facts(self, details: SampleDetails | None) -> None:
        if details is not None and self.isVisible() and details.sample.id == self.sample_id():
            self.facts.show_details(details)
            self._badges.show_sample(details.sample)
            self._path.show_text(details.sample.path)

    def _on_thumbnails(self) -> None:
        if self.isVisible():
            self.strip.update()
            if self.sample_id() not in self._decoded:
                self._show_image()

    def _show_zoom(self, percent: int) -> None:
        zoom = self.stage.zoom
        self._zoom.show_text(0, f"Fit  {percent} %" if zoom is None else "Fit")
        if zoom in _ZOOMS:
            self._zoom.mark(_ZOOMS.index(zoom))

    def _toggle_info(self) -> None:
        self._info.setVisible(not self._info.isVisible())

    def _draw_icons(self) -> None:
        for name, button in self._icons:
            button.setIcon(icons.icon(name, "text"))

    def _icon_button(self, name: str, spoken: str, run: Callable[[], None]) -> QPushButton:
        button = QPushButton()
        button.setAccessibleName(spoken)
        button.setToolTip(spoken)
        button.setFixedSize(42, theme.size("button"))
        button.clicked.connect(run)
        self._icons.append((name, button))
        return button

    def _lay_out(self) -> None:
        self._icons: list[tuple[str, QPushButton]] = []
        top = self._top_bar()
        self._info = self._info_column()
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.stage, 1)
        middle.addWidget(self._info)
        sides = QHBoxLayout(self.stage)
        sides.setContentsMargins(16, 0, 16, 0)
        sides.addWidget(self._icon_button("left", "Previous (Left)", partial(self._step, -1)))
        sides.addStretch()
        sides.addWidget(self._icon_button("right", "Next (Right)", partial(self._step, 1)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addLayout(middle, 1)
        column.addWidget(self.strip)
        column.addWidget(_key_line())
        self._draw_icons()

    def _top_bar(self) -> QWidget:
        back = self._icon_button("left", "Back to the grid (Space)", self.close_loupe)
        back.setProperty("role", "flat")
        close = self._icon_button("x", "Close (Esc)", self.close_loupe)
        close.setProperty("role", "flat")
        self._badges = _Badges()
        self._path = ElidedLabel()
        self._path.setProperty("role", "path")
        self._position = QLabel()
        self._position.setProperty("role", "muted")
        self._position.setObjectName("loupe-position")
        self._zoom = SegmentedControl(["Fit", "100 %", "200 %"], name="Zoom")
        self._zoom.chosen.connect(lambda position: self.stage.set_zoom(_ZOOMS[position]))
        info = KeyButton("Info", "I", icon="info")
        info.clicked.connect(self._toggle_info)
        top = QFrame()
        top.setObjectName("topBar")
        top.setFixedHeight(theme.size("top_bar"))
        row = QHBoxLayout(top)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(12)
        row.addWidget(back)
        row.addWidget(self._badges)
        row.addWidget(self._path, 1)
        for widget in (self._position, self._zoom, info, close):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        return top

    def _info_column(self) -> QScrollArea:
        area = ColumnArea()
        area.setObjectName("loupe-info")
        area.setWidget(self.facts)
        area.setFixedWidth(theme.size("loupe_info"))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area


class _Badges(QWidget):
    """The split and the class of the image, and whether it is excluded."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[tuple[str, str, str]] = []
        self._split = ""

    def show_sample(self, sample: Sample) -> None:
        label = sample.new_label or sample.label
        self._split = sample.split
        self._words = [(label, "neutral-fill", "text")] if label else []
        if sample.mark == "drop":
            self._words.append(("Excluded", "problem-soft", "problem"))
        self.setAccessibleName(", ".join([sample.split, *(word for word, _, _ in self._words)]))
        self._fit()
        self.update()

    def _fit(self) -> None:
        measure = self.fontMetrics().horizontalAdvance
        texts = [theme.split_word(self._split), *(word for word, _, _ in self._words)]
        self.setFixedSize(sum(measure(t) + 26 for t in texts if t), 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = 0.0
        if self._split:
            x = paint_split(painter, x, 2, self._split).right() + 8
        for word, fill, ink in self._words:
            paint_word(painter, x, 2, word, fill, ink)
            x += word_width(painter, word) + 8
        painter.end()


def _read(project: Project, sample: int) -> _Decoded | None:
    rows = project.samples.by_ids([sample])
    if not rows:
        return None
    try:
        image = from_pixels(project.samples.pixels(sample), _LONGEST_PX)
    except InspectorError as error:
        return _Decoded(rows[0], None, rows[0].reason or error.message)
    return _Decoded(rows[0], image, "")


def _key_line() -> QWidget:
    line = QFrame()
    line.setObjectName("loupe-keys")
    line.setFixedHeight(40)
    row = QHBoxLayout(line)
    row.setContentsMargins(16, 0, 16, 0)
    row.setSpacing(4)
    for keys in (_KEYS, _KEYS_RIGHT):
        for key, does in keys:
            cap, text = QLabel(key), QLabel(does)
            cap.setObjectName("key")
            text.setProperty("role", "caption")
            row.addWidget(cap, 0, Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(text)
            row.addSpacing(10)
        if keys is _KEYS:
            row.addStretch()
    return line
