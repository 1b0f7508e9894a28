"""Gallery: every file as a thumbnail, grouped, filtered and sorted; keys make decisions."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from inspector.app.gallery.decisions import GalleryDecisions
from inspector.app.gallery.details import Details
from inspector.app.gallery.file_actions import FileActions
from inspector.app.gallery.filter_bar import FilterBar
from inspector.app.gallery.headline import headline
from inspector.app.gallery.hover_preview import HoverPreview
from inspector.app.gallery.loupe import Loupe, LoupeVerbs
from inspector.app.gallery.order_bar import OrderBar
from inspector.app.gallery.selection_bar import SelectionBar
from inspector.app.gallery.similar_images import show_similar
from inspector.app.gallery.tile import Tile, tiles_of
from inspector.app.gallery.view import GalleryView
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets import theme
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.widgets.keys import bind
from inspector.app.widgets.page import Key, Page, PageAction, PageName, PageRequest
from inspector.app.widgets.pairs.pair_dialog import PairDialog
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.gallery_query import GalleryListing
from inspector.store.samples import Sample

MAX_DRAGGED = 1_000
"""Limit for dragging out: their paths are read on the GUI thread."""
_DETAILS_PX, _DETAILS_WIDE_PX = 296, 376


class GalleryPage(Page):
    """Lists samples and decides on them."""

    name = PageName.GALLERY
    words = "images files thumbnails browse filter sort exclude keep list loupe select relabel"
    icon = "gallery"
    purpose = "Every image, grouped, filtered and sorted"
    hint = "Space enlarges an image, X excludes it, Ctrl+Z undoes. Press ? for all keys."
    remembered = (
        "gallery-filters", "gallery-group-by", "gallery-sort", "gallery-name-part",
        "gallery-thumbnail-size", "gallery-list",
    )  # fmt: skip

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.filters = FilterBar()
        self._total = 0
        self._show_after = 0
        self.view = GalleryView()
        self.details = Details(project, bridge)
        self.thumbnails = Thumbnails(project.samples.thumbnail, self)
        self.thumbnails.broken.connect(bridge.broken)
        self.view.pixmap = self.thumbnails.pixmap
        self._decisions = GalleryDecisions(project, bridge, self.view.tiles)
        self._files = FileActions(project, bridge)
        self.view.files = self._dragged
        self.loupe: Loupe | None = None
        self._preview = HoverPreview(self.view, project, bridge)
        self._keys = self._table()
        self._shortcuts = bind(self, self._keys)
        self._build_bars()
        self._connect()
        self.setFocusProxy(self.view)

    def key_table(self) -> Sequence[Key]:
        return self._keys

    def refresh(self, changes: Changes) -> None:
        if changes.samples or changes.duplicates or changes.decisions or changes.layout:
            if changes.decisions or changes.duplicates:
                self.view.tiles.forget_tiles()
                self.details.refresh()
            self._list()
        elif changes.rule:
            # There may be new label errors.
            self._list()

    def refresh_visible(self) -> None:
        """Request visible thumbnails that were missing before."""
        self.thumbnails.forget()
        self._request()

    def shown_text(self) -> str:
        """Return how many images are listed and selected."""
        selected = len(self.view.selected_ids())
        shown = f"{len(self.view.tiles.ids):,} shown of {self._total:,}"
        return f"{shown} · {selected:,} selected" if selected > 1 else shown

    def show_sample(self, sample: int) -> None:
        """Select a sample; if it is not listed, clear the filters first."""
        if not self.view.select_id(sample):
            self._show_after = sample
            self.filters.clear()

    def open(self, request: PageRequest) -> None:
        """List some samples under a title, or select one."""
        if request.action is PageAction.SHOW_LIST:
            self.filters.show_only(request.title, request.samples)
        elif request.action is PageAction.SHOW_IMAGE:
            self.show_sample(request.samples[0])
        elif request.action is PageAction.SHOW_SIMILAR:
            self._show_similar(request.samples[0])

    def close(self) -> bool:
        """End the decode threads as well."""
        self.thumbnails.shut_down()
        return super().close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.window().width() >= theme.size("rail_wide_from")
        self.details.setFixedWidth(_DETAILS_WIDE_PX if wide else _DETAILS_PX)

    def _list(self) -> None:
        query = self.filters.query
        self.bridge.call(lambda: self.project.gallery.listing(query), self._show, channel="listing")

    def _show(self, listing: GalleryListing) -> None:
        self.filters.show_counts(listing.counts)
        same = np.array_equal(listing.ids, self.view.tiles.ids)
        self._total = listing.total
        if same and listing.titles == self.view.tiles.titles:
            self.view.viewport().update()
        else:
            self.view.show_listing(listing.ids, listing.starts, listing.titles)
        self.refresh_visible()
        if self._show_after:
            self.view.select_id(self._show_after)
            self._show_after = 0
        self._headline.show_text(
            headline(self.filters.query, listing, title=self.filters.list_title)
        )
        self._empty.setVisible(not len(listing.ids))
        self._empty.setText(
            "No image matches. Remove a filter." if listing.total
            else "The names of the files are being read…"
        )  # fmt: skip
        self._on_selection()
        if self.loupe is not None and self.loupe.isVisible():
            self.loupe.refresh()
        self.moved.emit()

    def _request(self, *_: object) -> None:
        if self.loupe is not None and self.loupe.isVisible():
            return
        rows = self.view.visible_rows()
        self.thumbnails.request([int(self.view.tiles.ids[r]) for r in rows])

    def _fetch(self, ids: list[int]) -> None:
        self.bridge.call(lambda: tiles_of(self.project, ids), self._take, channel="tiles")

    def _take(self, tiles: dict[int, Tile]) -> None:
        self.view.tiles.set_tiles(tiles)
        self._request()

    def _on_selection(self) -> None:
        """Show the selected image; a hidden one is not shown."""
        self._bar.show_count(len(self.view.selected_ids()))
        current = self.view.currentIndex()
        if not current.isValid():
            self.details.show_sample(0)
        self.moved.emit()

    def _exclude(self) -> None:
        self._decisions.exclude(self.view.selected_ids())

    def _keep_together(self) -> None:
        self._decisions.keep_together(self.view.selected_ids())

    def _compare(self) -> None:
        """Compare the first two selected images, or one with its closest near-duplicate."""
        ids = self.view.selected_ids()[:2]
        if ids:
            self.bridge.call(lambda: _pair(self.project, ids), self._show_pair, channel="compare")

    def _show_pair(self, pair: Sequence[Sample]) -> None:
        if len(pair) == 2:
            PairDialog(self.project, self.bridge, (pair[0], pair[1]), self.window()).open()

    def _change_class(self) -> None:
        point = self._bar.mapToGlobal(QPoint(self._bar.width() // 2, 0))
        self._decisions.choose_class(self.view.selected_ids(), point, self)

    def _open_loupe(self, sample: int) -> None:
        if self.loupe is None:
            verbs = LoupeVerbs(
                lambda one: self._decisions.exclude([one]),
                self._choose_class_in_loupe,
                self._decisions.set_class_by_number,
                self._leave_for_duplicates,
            )
            self.loupe = Loupe(
                self.window(), self.project, self.bridge, self.view.tiles, self.thumbnails, verbs
            )
            self.loupe.closed.connect(self._on_loupe_closed)
        self._preview.hide()
        self.loupe.setGeometry(self.window().rect())
        self.loupe.show()
        self.loupe.raise_()
        self.loupe.setFocus()
        rows = np.flatnonzero(self.view.tiles.ids == sample)
        self.loupe.show_row(int(rows[0]) if len(rows) else 0)

    def _choose_class_in_loupe(self, sample: int, point: QPoint) -> None:
        self._decisions.choose_class([sample], point, self.loupe or self)

    def _on_loupe_closed(self, sample: int) -> None:
        self.view.select_id(sample)
        self.view.setFocus()
        self._request()

    def _leave_for_duplicates(self, sample: int) -> None:
        if self.loupe is not None:
            self.loupe.close_loupe()
        self.requested.emit(
            PageRequest(PageName.DUPLICATES, PageAction.SHOW_IMAGE, samples=(sample,))
        )

    def _menu(self, point: QPoint) -> None:
        ids = self.view.selected_ids()
        if not ids:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key in self._keys:
            if key.name in _IN_MENU:
                text = key.does[:1].upper() + key.does[1:]
                menu.addAction(f"{text}\t{key.keys}").triggered.connect(key.run)
        menu.popup(point)

    def _dragged(self) -> list[str]:
        return self._files.paths(self.view.selected_ids()[:MAX_DRAGGED])

    def _on_order(self) -> None:
        self.filters.change(
            replace(self.filters.query, sort=self._order.sort(), group_by=self._order.group_by())
        )

    def _copy_list(self) -> None:
        ids = self.view.tiles.ids.tolist()
        self.bridge.call(lambda: self.project.samples.as_text(ids), self._on_text)

    def _on_text(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        lines = text.count("\n")
        self.filters.copy_list.setToolTip(f"{lines:,} line{'s' * (lines != 1)} copied")

    def _on_size(self, size: int) -> None:
        self.view.set_tile_size(size)
        self._request()

    def _current_to_loupe(self) -> None:
        ids = self.view.selected_ids()
        if ids:
            self._open_loupe(ids[0])

    def _to_duplicates(self) -> None:
        ids = self.view.selected_ids()
        if ids:
            self._leave_for_duplicates(ids[0])

    def _similar(self) -> None:
        for sample in self.view.selected_ids()[:1]:
            self._show_similar(sample)

    def _show_similar(self, sample: int) -> None:
        show_similar(self, sample, self.filters.show_only)

    def _on_way(self, position: int) -> None:
        """Go to the map; this page always shows the grid."""
        self._ways.mark(0)
        if position:
            self._map()

    def _map(self) -> None:
        self.requested.emit(PageRequest(PageName.MAP))

    def _table(self) -> list[Key]:
        view, decisions, files = self.view, self._decisions, self._files

        def on_selected(verb: Callable[[Sequence[int]], None]) -> Callable[[], None]:
            return lambda: verb(view.selected_ids())

        return [
            Key("loupe", "E", "show large (also Space)", self._current_to_loupe),
            Key("keep", "P", "keep the selected images", on_selected(decisions.keep)),
            Key("drop", "X", "exclude the selected images, or undo that", self._exclude),
            Key("clear", "U", "clear the decision", on_selected(decisions.clear)),
            Key("class", "L", "change the class…", self._change_class),
            Key("together", "G", "keep the selected images together", self._keep_together),
            Key("compare", "C", "compare two images", self._compare),
            Key("duplicates", "D", "show its cluster on Duplicates", self._to_duplicates),
            Key("similar", "S", "similar images of the current one", self._similar),
            Key("map", "M", "show all images on the map", self._map),
            Key("all", "Ctrl+A", "select all shown images", view.selectAll),
            Key("group", "Shift+A", "select all of this group", view.select_current_group),
            Key("none", "Escape", "select nothing", view.clearSelection),
            Key("fold", "-", "fold or unfold this group", view.fold_current),
            Key("open", "O", "open in the image viewer", on_selected(files.open_image)),
            Key("folder", "Shift+O", "open in the file manager", on_selected(files.open_folder)),
            Key(
                "copy_path",
                "Ctrl+C",
                "copy the paths of the selected images",
                on_selected(files.copy_paths),
            ),
            Key("copy", "Ctrl+Shift+C", "copy the shown list as text", self._copy_list),
            Key("clear_filters", "Ctrl+Backspace", "clear every filter", self.filters.clear),
        ]

    def _connect(self) -> None:
        self.thumbnails.ready.connect(self.view.viewport().update)
        self.view.tiles.tiles_needed.connect(self._fetch)
        self.view.current_changed.connect(self.details.show_sample)
        self.view.selection_moved.connect(self._on_selection)
        self.view.verticalScrollBar().valueChanged.connect(self._request)
        self.view.moved.connect(self._request)
        self.view.context_requested.connect(self._menu)
        self.view.opened.connect(self._open_loupe)
        self.details.chosen.connect(self.show_sample)
        self.details.duplicates_requested.connect(self._leave_for_duplicates)
        self._bar.cleared.connect(self.view.clearSelection)
        self.filters.changed.connect(self._list)
        self.filters.copy_list.clicked.connect(self._copy_list)
        self._order.changed.connect(self._on_order)
        self._order.resized.connect(self._on_size)

    def _build_bars(self) -> None:
        self._order = OrderBar(self.filters.text)
        for widget, name in (
            (self.filters, "gallery-filters"), (self.filters.text, "gallery-name-part"),
            (self.view, "gallery-list"),
        ):  # fmt: skip
            widget.setObjectName(name)
        self._bar = SelectionBar(
            {
                ("Compare", "C", "side"): self._compare,
                ("Keep together", "G", "groups"): self._keep_together,
                ("Change class…", "L", "labels"): self._change_class,
                ("Exclude", "X", "exclude"): self._exclude,
            }
        )
        self._lay_out()

    def _lay_out(self) -> None:
        self._headline = ElidedLabel("Gallery")
        self._headline.setObjectName("gallery-headline")
        self._headline.setProperty("role", "title")
        self._ways = SegmentedControl(["Grid", "Map"], name="View as")
        self._ways.chosen.connect(self._on_way)
        head = QHBoxLayout()
        head.addWidget(self._headline, 1)
        head.addWidget(self._ways)
        self._empty = QLabel("The names of the files are being read…")
        self._empty.setObjectName("gallery-empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("role", "muted")
        self._empty.setMinimumHeight(80)
        card = QFrame()
        card.setProperty("role", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.setSpacing(0)
        for part in (self._empty, self.view, self._bar):
            inside.addWidget(part, int(part is self.view))
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(card, 1)
        row.addWidget(self.details)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 12)
        outer.setSpacing(10)
        outer.addLayout(head)
        outer.addWidget(self.filters)
        outer.addWidget(self._order)
        outer.addWidget(body, 1)


_IN_MENU = (
    "loupe", "keep", "drop", "clear", "class", "together", "compare", "duplicates", "group", "fold",
    "open", "folder", "copy_path",
)  # fmt: skip


def _pair(project: Project, ids: Sequence[int]) -> Sequence[Sample]:
    """Return two samples to compare: the given ones, or one with its closest near-duplicate."""
    if len(ids) == 1:
        index = project.duplicates.index()
        near = index.neighbours(ids[0])
        if not near:
            return ()
        values = {i: pair.similarity for i in near if (pair := index.pair(ids[0], i))}
        ids = [ids[0], max(near, key=lambda i: values.get(i, 0.0))]
    rows = {s.id: s for s in project.samples.by_ids(ids)}
    return [rows[i] for i in ids if i in rows]
