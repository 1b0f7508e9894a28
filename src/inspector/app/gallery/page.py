"""Gallery: every file as a thumbnail, grouped, filtered and sorted; decisions by key."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from inspector.app.gallery.filter_bar import FilterBar
from inspector.app.gallery.hover_preview import HoverPreview
from inspector.app.gallery.similar_images import show_similar
from inspector.app.gallery.tile import Tile
from inspector.app.gallery.view import GalleryView
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.keys import bind
from inspector.app.widgets.page import Key, Page, PageAction, PageName, PageRequest
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.gallery_query import GroupBy, Listing, Sort
from inspector.store.samples import Sample

MAX_DRAGGED = 1_000
"""Their paths are read while the pointer waits."""


class GalleryPage(Page):
    """List samples and decide on them."""

    name = PageName.GALLERY
    words = "images files thumbnails browse filter sort exclude keep list"
    has_details = True
    icon = "gallery"
    purpose = "Every image, grouped, filtered and sorted"
    hint = "P keeps, X excludes, Ctrl+Z takes back. Press ? on any page for its keys."
    remembered = (
        "gallery-filters", "gallery-group-by", "gallery-sort", "gallery-name-part",
        "gallery-thumbnail-size", "gallery-list",
    )  # fmt: skip

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.filters = FilterBar()
        self._total = 0
        self._wanted_after = 0
        self.view = GalleryView()
        self.thumbnails = Thumbnails(project.samples.thumbnail, self)
        self.thumbnails.broken.connect(bridge.broken)
        self.view.pixmap = self.thumbnails.pixmap
        self.thumbnails.ready.connect(self.view.viewport().update)
        self.view.tiles.wanted.connect(self._fetch)
        self.view.current_changed.connect(self.sample_chosen)
        self.view.verticalScrollBar().valueChanged.connect(self._request)
        self.view.context_requested.connect(self._menu)
        self._preview = HoverPreview(self.view, project, bridge)
        self._keys = [
            Key("keep", "P", "keep what is selected", self._keep),
            Key("drop", "X", "exclude what is selected", self._drop),
            Key("clear", "U", "clear the decision", self._clear),
            Key("all", "Ctrl+A", "select all that is shown", self.view.selectAll),
            Key("similar", "S", "similar images of the current one", self._similar),
            Key("map", "M", "see all images on the map", self._map),
            Key("open", "O", "open in the image viewer", self._open_picture),
            Key("folder", "Shift+O", "open in the file manager", self._open_folder),
            Key("copy_path", "Ctrl+C", "copy the paths of what is selected", self._copy_path),
            Key("copy", "Ctrl+Shift+C", "copy the shown list as text", self._copy_list),
            Key("clear_filters", "Ctrl+Backspace", "clear every filter", self.filters.clear),
        ]
        self._shortcuts = bind(self, self._keys)
        self._build_bars()
        self.view.files = self._dragged
        self.setFocusProxy(self.view)

    def key_table(self) -> Sequence[Key]:
        """Return the keys of this page."""
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """List again after a change."""
        if changes.samples or changes.duplicates or changes.decisions or changes.layout:
            if changes.decisions or changes.duplicates:
                self.view.tiles.forget_tiles()
            self._list()

    def refresh_visible(self) -> None:
        """Ask again for images in sight that were not there yet."""
        self.thumbnails.forget()
        self._request()

    def shown_text(self) -> str:
        """Say how many are listed."""
        return f"{len(self.view.tiles.ids):,} shown of {self._total:,}"

    def show_sample(self, sample: int) -> None:
        """Select a sample, where it is listed, else list everything first."""
        if not self.view.select_id(sample):
            self._wanted_after = sample
            self.filters.clear()

    def open(self, request: PageRequest) -> None:
        """List just some samples under a title that says which, or select one."""
        if request.action is PageAction.SHOW_LIST:
            self.filters.show_only(request.title, request.samples)
        elif request.action is PageAction.SHOW_IMAGE:
            self.show_sample(request.samples[0])
        elif request.action is PageAction.SHOW_SIMILAR:
            self._show_similar(request.samples[0])

    def _similar(self) -> None:
        for sample in self.view.selected_ids()[:1]:
            self._show_similar(sample)

    def _show_similar(self, sample: int) -> None:
        show_similar(self, sample, self.filters.show_only)

    def _map(self) -> None:
        self.asked.emit(PageRequest(PageName.MAP))

    def close(self) -> bool:
        """End the decode threads, too."""
        self.thumbnails.shut()
        return super().close()

    def _list(self) -> None:
        query = self.filters.query
        self.bridge.call(lambda: self.project.gallery.listing(query), self._show, channel="listing")

    def _show(self, listing: Listing) -> None:
        self.filters.show_counts(listing.counts)
        same = np.array_equal(listing.ids, self.view.tiles.ids)
        self._total = listing.total
        if same and listing.titles == self.view.tiles.titles:
            self.view.viewport().update()
        else:
            self.view.show_listing(listing.ids, listing.starts, listing.titles)
        self.refresh_visible()
        if self._wanted_after:
            self.view.select_id(self._wanted_after)
            self._wanted_after = 0
        self._empty.setVisible(not len(listing.ids))
        self._empty.setText(self._why_empty(listing.total))
        self.moved.emit()

    def _why_empty(self, total: int) -> str:
        if not total:
            return "The names of the files are being read."
        return "Nothing fits these filters. Clear them to see everything."

    def _request(self, *_: object) -> None:
        rows = self.view.visible_rows()
        self.thumbnails.request([int(self.view.tiles.ids[r]) for r in rows])

    def _fetch(self, ids: list[int]) -> None:
        self.bridge.call(lambda: _tiles(self.project, ids), self._take, channel="tiles")

    def _take(self, tiles: dict[int, Tile]) -> None:
        self.view.tiles.set_tiles(tiles)
        self._request()

    def _keep(self) -> None:
        self._decide(self.project.decisions.keep)

    def _drop(self) -> None:
        self._decide(self.project.decisions.drop)

    def _clear(self) -> None:
        self._decide(self.project.decisions.clear)

    def _decide(self, verb: object) -> None:
        ids = self.view.selected_ids()
        assert callable(verb)
        if ids:
            self.bridge.call(lambda: verb(ids))

    def _menu(self, place: QPoint) -> None:
        ids = self.view.selected_ids()
        if not ids:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in (
            ("Keep\tP", self._keep), ("Exclude\tX", self._drop),
            ("Clear the decision\tU", self._clear),
            ("Open in the image viewer\tO", self._open_picture),
            ("Open in the file manager\tShift+O", self._open_folder),
            ("Copy path\tCtrl+C", self._copy_path),
        ):  # fmt: skip
            menu.addAction(text).triggered.connect(slot)
        menu.popup(place)

    def _paths(self, ids: Sequence[int]) -> list[str]:
        rows = self.project.samples.by_ids(ids)
        return [str(self.project.absolute(s.path)) for s in rows]

    def _dragged(self) -> list[str]:
        return self._paths(self.view.selected_ids()[:MAX_DRAGGED])

    def _copy_path(self) -> None:
        ids = self.view.selected_ids()
        self.bridge.call(lambda: "\n".join(self._paths(ids)), QGuiApplication.clipboard().setText)

    def _open_picture(self) -> None:
        for path in self._paths(self.view.selected_ids()[:1]):
            self._hand_over(path)

    def _open_folder(self) -> None:
        for path in self._paths(self.view.selected_ids()[:1]):
            self._hand_over(str(Path(path).parent))

    def _hand_over(self, path: str) -> None:
        """Let the desktop open a file or a folder by the program that the person chose for it."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(path)):
            self.bridge.failed.emit(
                InspectorError(f"no program opens {path}", "Ctrl+C copies the path.")
            )

    def _build_bars(self) -> None:
        self._group, self._sort = QComboBox(), QComboBox()
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setRange(64, 256)
        self._size.setValue(128)
        self._size.setFixedWidth(110)
        self._copy = QPushButton("Copy list")
        for kind in GroupBy:
            self._group.addItem(f"by {kind.value}", kind.value)
        for order in Sort:
            self._sort.addItem(f"sort: {order.value}", order.value)
        names = {
            self._group: "Group by", self._sort: "Sort", self._size: "Size of the thumbnails",
            self._copy: "Copy the shown list as text: path, status and reason of each file",
        }  # fmt: skip
        for widget, name in names.items():
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        for widget, ident in (
            (self.filters, "gallery-filters"), (self._group, "gallery-group-by"),
            (self._sort, "gallery-sort"), (self.filters.text, "gallery-name-part"),
            (self._size, "gallery-thumbnail-size"), (self.view, "gallery-list"),
        ):  # fmt: skip
            widget.setObjectName(ident)
        self._lay_out()
        self.filters.changed.connect(self._list)
        for box in (self._group, self._sort):
            box.currentIndexChanged.connect(self._on_order)
        self._size.valueChanged.connect(self._on_size)
        self._copy.clicked.connect(self._copy_list)

    def _lay_out(self) -> None:
        order = QHBoxLayout()
        order.setSpacing(8)
        self._told = QLabel()
        self._told.setProperty("role", "muted")
        order.addWidget(self.filters.text)
        order.addWidget(self._copy)
        order.addWidget(self._told)
        order.addStretch()
        for widget in (self._group, self._sort, QLabel("size"), self._size):
            order.addWidget(widget)
        self._empty = QLabel(self._why_empty(0))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("role", "muted")
        bars = QWidget()
        column = QVBoxLayout(bars)
        column.setContentsMargins(16, 12, 16, 8)
        column.setSpacing(8)
        column.addWidget(self.filters)
        column.addLayout(order)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(bars)
        outer.addWidget(self._empty)
        outer.addWidget(self.view, 1)

    def _on_order(self, *_: object) -> None:
        self.filters.change(
            replace(
                self.filters.query,
                sort=Sort(self._sort.currentData()),
                group_by=GroupBy(self._group.currentData()),
            )
        )

    def _copy_list(self) -> None:
        ids = self.view.tiles.ids.tolist()
        self.bridge.call(lambda: self.project.samples.as_text(ids), self._on_text)

    def _on_text(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        lines = text.count("\n")
        self._told.setText(f"{lines:,} lines copied" if lines != 1 else "1 line copied")

    def _on_size(self, size: int) -> None:
        self.view.set_tile_size(size)
        self._request()


def _tiles(project: Project, ids: list[int]) -> dict[int, Tile]:
    index = project.duplicates.index()
    return {s.id: _tile(s, len(index.neighbours(s.id))) for s in project.samples.by_ids(ids)}


def _tile(sample: Sample, neighbours: int) -> Tile:
    label = sample.new_label or sample.label or "outside every class"
    spoken = [label, sample.split or "no split"]
    if neighbours:
        spoken.append(f"{neighbours} near-duplicates" if neighbours > 1 else "1 near-duplicate")
    spoken.append({"keep": "kept", "drop": "excluded"}.get(sample.mark, "undecided"))
    if sample.reason:
        spoken.append(sample.reason)
    return Tile(
        sample.id, sample.path.rsplit("/", 1)[-1], sample.split, label, neighbours, sample.mark,
        sample.new_label, sample.status, ", ".join(spoken),
    )  # fmt: skip
