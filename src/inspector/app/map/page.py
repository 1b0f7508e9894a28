"""Map, a view of Gallery: every image as a point; similar images are close to each other."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.map.canvas import MapCanvas
from inspector.app.map.colouring import MAX_CLASSES, ColourBy, layers_of, place_names
from inspector.app.map.selection_panel import SelectionPanel
from inspector.app.map.sentences import MapState, sentences
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.main_thread_queue import MainThreadQueue
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.app.widgets.jobs import Job
from inspector.app.widgets.keys import bind
from inspector.app.widgets.page import Key, Page, PageAction, PageName, PageRequest
from inspector.project.changes import Changes
from inspector.project.diagnosis.image_map import MapData
from inspector.project.project import Project
from inspector.work.jobs import Progress, Stop

_CAPTION = (
    "Positions show how similar embeddings are; distances between distant clusters mean nothing."
)


class MapPage(Page):
    """Shows, colours and selects points."""

    name = PageName.MAP
    part_of = PageName.GALLERY
    purpose = "All images as points, similar ones close together"
    words = "map embedding scatter clusters outliers t-sne pca umap similar lasso"

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._state: MapState | None = None
        self._by = ColourBy.SPLIT
        self._selected: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._parts = MainThreadQueue(self._on_part, self)
        self.thumbnails = Thumbnails(project.samples.thumbnail, self)
        self.thumbnails.broken.connect(bridge.broken)
        self.canvas = MapCanvas(self._pixmap_of_row)
        self.panel = SelectionPanel(self.thumbnails.pixmap)
        self.thumbnails.ready.connect(self._on_thumbnails)
        self.canvas.lassoed.connect(self._on_lasso)
        self.canvas.cleared.connect(self._clear)
        self.canvas.pointed.connect(self._on_pointed)
        self.canvas.chosen.connect(self._on_chosen)
        self.canvas.viewed.connect(self._on_viewed)
        self.panel.grid_requested.connect(self._open_in_grid)
        self.panel.exclude_requested.connect(self._exclude)
        self.panel.outliers_requested.connect(self._show_outliers)
        self._keys = [
            Key("grid", "G", "open the grid, with the selection", self._open_in_grid),
            Key("drop", "X", "exclude what is selected", self._exclude),
            Key("fit", "F", "show all points", self.canvas.fit),
            Key("zoom_in", "+", "zoom in", self._zoom_in),
            Key("zoom_out", "-", "zoom out", self._zoom_out),
            Key("similar", "S", "images similar to the one under the pointer", self._similar),
        ]
        self._shortcuts = bind(self, self._keys)
        self._pointed = -1
        self._lay_out()
        self.setFocusProxy(self.canvas)

    def key_table(self) -> Sequence[Key]:
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """Query labels, decisions and the number of images without an embedding again."""
        if changes.samples or changes.duplicates or changes.decisions or changes.rule:
            self.bridge.call(self._read, self._show, channel="map")

    def shown_text(self) -> str:
        if self._state is None or self._state.data is None:
            return ""
        shown = f"{len(self._state.data.samples):,} images on the map"
        count = int(self._selected.sum())
        return f"{shown} · {count:,} selected" if count else shown

    def close(self) -> bool:
        """End the decode threads as well."""
        self.thumbnails.shut_down()
        return super().close()

    def colour_by(self, by: ColourBy) -> None:
        self._by = by
        self._restyle()

    def selected_ids(self) -> list[int]:
        data = self._data()
        if data is None:
            return []
        ids: list[int] = data.samples.ids[self._selected].tolist()
        return ids

    def compute(self) -> None:
        """Compute missing embeddings and lay out the map."""
        if self.jobs.running:
            return
        stop, progress = Stop(), Progress()
        job = self.jobs.start(progress, stop)
        self._compute.setEnabled(False)
        self._why.setText("The map is being computed…")
        self.bridge.call(
            lambda: self.project.image_map.lay_out(self._parts.send, stop=stop, progress=progress),
            lambda _: None,
            on_end=lambda: self._on_end(job),
        )

    def _on_end(self, job: Job) -> None:
        self.jobs.end(job)
        self._compute.setEnabled(True)
        self.bridge.call(self._read, self._show, channel="map")

    def _on_part(self, data: MapData) -> None:
        """Show an unfinished map while the rest is computed."""
        if self._state is not None:
            self._show(replace(self._state, data=data))

    def _read(self) -> MapState:
        project = self.project
        cases, _ = project.labels.single()
        return MapState(
            project.image_map.last(),
            frozenset(s.id for case in cases if not case.done for s in case.samples),
            frozenset(project.duplicates.index().cluster_of),
            project.embeddings.missing(),
            len(project.embeddings.images()),
            project.embeddings.estimated_seconds(),
        )

    def _data(self) -> MapData | None:
        return self._state.data if self._state is not None else None

    def _show(self, state: MapState) -> None:
        before = self._data()
        self._state = state
        data = state.data
        self._stack.setCurrentIndex(int(data is not None))
        if data is None:
            self._show_missing(state)
            return
        same = before is not None and np.array_equal(before.samples.ids, data.samples.ids)
        if not same or before is None or before.positions is not data.positions:
            self.canvas.show_points(data.positions, keeps_view=False)
        if not same:
            self._selected = np.zeros(len(data.samples), np.bool_)
            self.panel.show_classes(data.classes)
        self.canvas.select(self._selected)
        self._show_selection()
        self._restyle()

    def _show_missing(self, state: MapState) -> None:
        if self.jobs.running:
            return
        self._headline.setText("Map")
        self._subline.setText("")
        if not state.images:
            self._why.setText("No image has been read yet.")
        elif state.missing:
            minutes = state.seconds / 60
            time = f"{minutes:.0f} min" if minutes >= 1.5 else f"{max(1, round(state.seconds))} s"
            self._why.setText(
                "Places similar images close together. This needs embeddings first:"
                f" about {time} for {state.missing:,} images."
            )
        else:
            self._why.setText(
                f"Places {state.images:,} images so that similar ones are close together. It shows"
                " overlapping classes, outliers and label errors, and takes a few seconds."
            )
        self._compute.setVisible(bool(state.images))

    def _restyle(self) -> None:
        state, data = self._state, self._data()
        for by, button in self._buttons.items():
            button.setChecked(by is self._by)
        if state is None or data is None:
            return
        marked = state.suspects if self._by is ColourBy.LABEL_ERRORS else state.duplicates
        pointed = int(data.labels[self._pointed]) if 0 <= self._pointed < len(data.labels) else -1
        self.canvas.show_layers(layers_of(data, self._by, marked, pointed), place_names(data))
        headline, subline, legend = sentences(state, data, self._by)
        self._headline.setText(headline)
        self._subline.setText(subline)
        self._legend.setText(legend)
        self._method.setText(f"{data.method}. {_CAPTION}" if data.method else _CAPTION)
        self.moved.emit()

    # Selection

    def _on_lasso(self, rows: NDArray[np.int64], add: bool, remove: bool) -> None:
        inside = np.zeros(len(self._selected), np.bool_)
        inside[rows] = True
        if remove:
            self._selected = self._selected & ~inside
        else:
            self._selected = self._selected | inside if add else inside
        self.canvas.select(self._selected)
        self._show_selection()

    def _clear(self) -> None:
        self._on_lasso(np.zeros(0, np.int64), add=False, remove=False)

    def _show_selection(self) -> None:
        data = self._data()
        rows = np.flatnonzero(self._selected).tolist()
        self.panel.show_selection([data.samples[i] for i in rows] if data is not None else [])
        self.thumbnails.request(self.panel.shown_ids())
        self.moved.emit()

    def _open_in_grid(self) -> None:
        ids = self.selected_ids()
        if ids:
            self.show_list("selected on the map", ids)
        else:
            self.requested.emit(PageRequest(PageName.GALLERY))

    def _exclude(self) -> None:
        ids = self.selected_ids()
        if ids:
            self.bridge.call(lambda: self.project.decisions.drop(ids), writes=True)

    def _show_outliers(self, label: str) -> None:
        data = self._data()
        if data is not None:
            self.show_list(f"outliers of {label}", [s.id for s in data.outliers(label)])

    def _similar(self) -> None:
        data = self._data()
        if data is not None and 0 <= self._pointed < len(data.samples):
            sample = int(data.samples.ids[self._pointed])
            self.requested.emit(
                PageRequest(PageName.GALLERY, PageAction.SHOW_SIMILAR, samples=(sample,))
            )

    # Pointing

    def _pixmap_of_row(self, row: int) -> QPixmap | None:
        data = self._data()
        return self.thumbnails.pixmap(int(data.samples.ids[row])) if data is not None else None

    def _on_pointed(self, row: int) -> None:
        data = self._data()
        self._pointed = row
        if data is None:
            return
        if row >= 0:
            self.thumbnails.request([int(data.samples.ids[row])])
        if self._by is ColourBy.CLASS and len(data.classes) > MAX_CLASSES:
            self._restyle()

    def _on_chosen(self, row: int) -> None:
        data = self._data()
        if data is not None:
            self._on_lasso(np.array([row]), add=False, remove=False)

    def _on_viewed(self, rows: NDArray[np.int64]) -> None:
        data = self._data()
        if data is not None:
            self.thumbnails.request(data.samples.ids[rows].tolist())

    def _on_thumbnails(self) -> None:
        self.canvas.refresh_thumbnails()
        self.panel.refresh_thumbnails()

    def _zoom_in(self) -> None:
        self.canvas.zoom(1.5)

    def _zoom_out(self) -> None:
        self.canvas.zoom(1 / 1.5)

    # Layout

    def _lay_out(self) -> None:
        self._headline, self._subline = QLabel("Map"), QLabel()
        self._headline.setProperty("role", "title")
        self._headline.setObjectName("map-headline")
        self._headline.setWordWrap(True)
        self._subline.setProperty("role", "muted")
        self._subline.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._headline)
        words.addWidget(self._subline)
        head = QHBoxLayout()
        head.addLayout(words, 1)
        self._ways = SegmentedControl(["Grid", "Map"], name="View as")
        self._ways.mark(1)
        self._ways.chosen.connect(self._on_way)
        head.addWidget(self._ways, 0, Qt.AlignmentFlag.AlignTop)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty())
        self._stack.addWidget(self._filled())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addWidget(self._stack, 1)

    def _on_way(self, position: int) -> None:
        if position == 0:
            self._ways.mark(1)  # The state when the user returns.
            self.requested.emit(PageRequest(PageName.GALLERY))

    def _empty(self) -> QWidget:
        self._why = QLabel("The names of the files are being read.")
        self._why.setObjectName("map-why")
        self._why.setWordWrap(True)
        self._why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._compute = QPushButton("Compute the map")
        self._compute.setObjectName("map-compute")
        self._compute.setProperty("role", "primary")
        self._compute.clicked.connect(self.compute)
        frame = QFrame()
        frame.setProperty("role", "card")
        column = QVBoxLayout(frame)
        column.addStretch()
        column.addWidget(self._why)
        column.addWidget(self._compute, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch()
        return frame

    def _filled(self) -> QWidget:
        card = QFrame()
        card.setProperty("role", "card")
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 8, 16, 0)
        bar.addWidget(QLabel("Colour by"))
        self._buttons = {by: _chip(by.value) for by in ColourBy}
        group = QButtonGroup(self)
        for by, button in self._buttons.items():
            group.addButton(button)
            bar.addWidget(button)
            button.setProperty("by", by)
        group.buttonClicked.connect(self._on_colour)
        self._legend = QLabel()
        self._legend.setProperty("role", "muted")
        bar.addWidget(self._legend, 1)
        fit = QPushButton("Fit")
        fit.setToolTip("Show all points (F)")
        fit.clicked.connect(self.canvas.fit)
        bar.addWidget(fit)
        self._method = QLabel(_CAPTION)
        self._method.setProperty("role", "caption")
        self._method.setContentsMargins(16, 0, 16, 8)
        column = QVBoxLayout(card)
        column.setContentsMargins(1, 1, 1, 1)
        column.addLayout(bar)
        column.addWidget(self.canvas, 1)
        column.addWidget(self._method)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(card, 1)
        row.addWidget(self.panel)
        return both

    def _on_colour(self, button: QToolButton) -> None:
        self.colour_by(ColourBy(button.property("by")))


def _chip(text: str) -> QToolButton:
    chip = QToolButton()
    chip.setText(text)
    chip.setCheckable(True)
    chip.setProperty("role", "chip")
    return chip
