"""Gallery: every file as a thumbnail, grouped, filtered and sorted; decisions by key."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QSlider, QVBoxLayout, QWidget

from inspector.app.gallery.details import Details
from inspector.app.gallery.filter_bar import FilterBar
from inspector.app.gallery.headline import headline
from inspector.app.gallery.hover_preview import HoverPreview
from inspector.app.gallery.loupe import Loupe, LoupeVerbs
from inspector.app.gallery.selection_bar import SelectionBar
from inspector.app.gallery.similar_images import show_similar
from inspector.app.gallery.tile import Tile, tiles_of
from inspector.app.gallery.view import TILE_PX, GalleryView
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets import theme
from inspector.app.widgets.controls.class_chooser import ClassChooser
from inspector.app.widgets.controls.combo import Combo
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.widgets.keys import bind
from inspector.app.widgets.page import Key, Page, PageAction, PageName, PageRequest
from inspector.app.widgets.pairs.pair_dialog import PairDialog
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.decisions import Decided
from inspector.project.review.gallery_query import GalleryListing, GroupBy, Sort
from inspector.store.samples import Sample

MAX_DRAGGED = 1_000
"""Their paths are read while the pointer waits."""
_DETAILS_PX, _DETAILS_WIDE_PX = 296, 376
MAX_CLASS_KEYS = 9


class GalleryPage(Page):
    """List samples and decide on them."""

    name = PageName.GALLERY
    words = "images files thumbnails browse filter sort exclude keep list loupe select relabel"
    icon = "gallery"
    purpose = "Every image, grouped, filtered and sorted"
    hint = "Space shows an image large, X excludes it, Ctrl+Z takes back. Press ? for all keys."
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
        self.view.files = self._dragged
        self.loupe: Loupe | None = None
        self._preview = HoverPreview(self.view, project, bridge)
        self._keys = self._table()
        self._shortcuts = bind(self, self._keys)
        self._build_bars()
        self._connect()
        self.setFocusProxy(self.view)

    def key_table(self) -> Sequence[Key]:
        """Return the keys of this page."""
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """List again after a change."""
        if changes.samples or changes.duplicates or changes.decisions or changes.layout:
            if changes.decisions or changes.duplicates:
                self.view.tiles.forget_tiles()
                self.details.refresh()
            self._list()
        elif changes.rule:
            # Label errors may have come.
            self._list()

    def refresh_visible(self) -> None:
        """Ask again for thumbnails in sight that were not there yet."""
        self.thumbnails.forget()
        self._request()

    def shown_text(self) -> str:
        """Say how many are listed and selected."""
        selected = len(self.view.selected_ids())
        shown = f"{len(self.view.tiles.ids):,} shown of {self._total:,}"
        return f"{shown} · {selected:,} selected" if selected > 1 else shown

    def show_sample(self, sample: int) -> None:
        """Select a sample, where it is listed, else list everything first."""
        if not self.view.select_id(sample):
            self._show_after = sample
            self.filters.clear()

    def open(self, request: PageRequest) -> None:
        """List just some samples under a title that says which, or select one."""
        if request.action is PageAction.SHOW_LIST:
            self.filters.show_only(request.title, request.samples)
        elif request.action is PageAction.SHOW_IMAGE:
            self.show_sample(request.samples[0])
        elif request.action is PageAction.SHOW_SIMILAR:
            self._show_similar(request.samples[0])

    def close(self) -> bool:
        """End the decode threads, too."""
        self.thumbnails.shut()
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
        """Show what is selected; an image that the filter hides is not shown."""
        self._bar.show_count(len(self.view.selected_ids()))
        current = self.view.currentIndex()
        if not current.isValid():
            self.details.show_sample(0)
        self.moved.emit()

    def _keep(self) -> None:
        self._decide(self.project.decisions.keep)

    def _drop(self) -> None:
        self._exclude(self.view.selected_ids())

    def _exclude(self, ids: Sequence[int]) -> None:
        """Exclude images; where all of them are excluded already, take them back."""
        tiles = [self.view.tiles.known(i) for i in ids]
        back = bool(tiles) and all(t is not None and t.mark == "drop" for t in tiles)
        decisions = self.project.decisions
        if ids:
            verb: Callable[[Sequence[int]], Decided] = decisions.clear if back else decisions.drop
            self.bridge.call(lambda: verb(ids), writes=True)

    def _clear(self) -> None:
        self._decide(self.project.decisions.clear)

    def _decide(self, verb: Callable[[Sequence[int]], Decided]) -> None:
        ids = self.view.selected_ids()
        if ids:
            self.bridge.call(lambda: verb(ids), writes=True)

    def _together(self) -> None:
        ids = self.view.selected_ids()
        if len(ids) > 1:
            self.bridge.call(lambda: self.project.decisions.bind(ids), writes=True)

    def _compare(self) -> None:
        """Compare the first two that are selected, or one with its closest near-duplicate."""
        ids = self.view.selected_ids()[:2]
        if ids:
            self.bridge.call(lambda: _pair(self.project, ids), self._show_pair, channel="compare")

    def _show_pair(self, pair: Sequence[Sample]) -> None:
        if len(pair) == 2:
            PairDialog(self.project, self.bridge, (pair[0], pair[1]), self.window()).open()

    def _change_class(self) -> None:
        place = self._bar.mapToGlobal(QPoint(self._bar.width() // 2, 0))
        self._choose_class(self.view.selected_ids(), place)

    def _choose_class(self, ids: Sequence[int], place: QPoint) -> None:
        tiles = [t for i in ids if (t := self.view.tiles.known(i)) is not None]
        if not tiles:
            return
        parent = self.loupe if self.loupe is not None and self.loupe.isVisible() else self
        count = len(ids)
        question = "The class of this image" if count == 1 else f"The class of {count:,} images"
        chooser = ClassChooser(
            parent, question, present=tiles[0].label, first=dict.fromkeys(t.label for t in tiles)
        )
        chooser.chosen.connect(
            lambda label: self.bridge.call(
                lambda: self.project.decisions.relabel(ids, label), writes=True
            )
        )
        chooser.open_at(place, self.project, self.bridge)

    def _take_class(self, sample: int, number: int) -> None:
        """Give an image the class of a number, where there are few classes."""
        classes = list(self.project.samples.counts().classes)
        if number <= len(classes) <= MAX_CLASS_KEYS:
            label = classes[number - 1]
            self.bridge.call(lambda: self.project.decisions.relabel([sample], label), writes=True)

    def _open_loupe(self, sample: int) -> None:
        if self.loupe is None:
            verbs = LoupeVerbs(
                lambda one: self._exclude([one]),
                lambda one, place: self._choose_class([one], place),
                self._take_class,
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

    def _on_loupe_closed(self, sample: int) -> None:
        self.view.select_id(sample)
        self.view.setFocus()
        self._request()

    def _leave_for_duplicates(self, sample: int) -> None:
        if self.loupe is not None:
            self.loupe.close_loupe()
        self.asked.emit(PageRequest(PageName.DUPLICATES, PageAction.SHOW_IMAGE, samples=(sample,)))

    def _menu(self, place: QPoint) -> None:
        ids = self.view.selected_ids()
        if not ids:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key in self._keys:
            if key.name in _IN_MENU:
                text = key.does[:1].upper() + key.does[1:]
                menu.addAction(f"{text}\t{key.keys}").triggered.connect(key.run)
        menu.popup(place)

    def _paths(self, ids: Sequence[int]) -> list[str]:
        rows = self.project.samples.by_ids(ids)
        return [str(self.project.absolute(s.path)) for s in rows]

    def _dragged(self) -> list[str]:
        return self._paths(self.view.selected_ids()[:MAX_DRAGGED])

    def _copy_path(self) -> None:
        ids = self.view.selected_ids()
        self.bridge.call(lambda: "\n".join(self._paths(ids)), QGuiApplication.clipboard().setText)

    def _open_image(self) -> None:
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

    def _on_way(self, place: int) -> None:
        """Go to the map; this page is the grid whenever it is shown."""
        self._ways.mark(0)
        if place:
            self._map()

    def _map(self) -> None:
        self.asked.emit(PageRequest(PageName.MAP))

    def _table(self) -> list[Key]:
        view = self.view
        return [
            Key("loupe", "E", "show large (also Space)", self._current_to_loupe),
            Key("keep", "P", "keep what is selected", self._keep),
            Key("drop", "X", "exclude what is selected, or take it back", self._drop),
            Key("clear", "U", "clear the decision", self._clear),
            Key("class", "L", "change the class…", self._change_class),
            Key("together", "G", "keep what is selected together", self._together),
            Key("compare", "C", "compare two images", self._compare),
            Key("duplicates", "D", "show its cluster on Duplicates", self._to_duplicates),
            Key("similar", "S", "similar images of the current one", self._similar),
            Key("map", "M", "see all images on the map", self._map),
            Key("all", "Ctrl+A", "select all that is shown", view.selectAll),
            Key("group", "Shift+A", "select all of this group", view.select_current_group),
            Key("none", "Escape", "select nothing", view.clearSelection),
            Key("fold", "-", "fold or unfold this group", view.fold_current),
            Key("open", "O", "open in the image viewer", self._open_image),
            Key("folder", "Shift+O", "open in the file manager", self._open_folder),
            Key("copy_path", "Ctrl+C", "copy the paths of what is selected", self._copy_path),
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
        self.details.duplicates_asked.connect(self._leave_for_duplicates)
        self._bar.cleared.connect(self.view.clearSelection)
        self.filters.changed.connect(self._list)
        self.filters.copy_list.clicked.connect(self._copy_list)
        for box in (self._group, self._sort):
            box.currentIndexChanged.connect(self._on_order)
        self._size.valueChanged.connect(self._on_size)

    def _build_bars(self) -> None:
        self._group, self._sort = Combo("Group by", "Group by"), Combo("Sort", "Sort by")
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setRange(64, 256)
        self._size.setValue(TILE_PX)
        self._size.setFixedWidth(120)
        self._size.setAccessibleName("Size of the thumbnails")
        self._size.setToolTip("Size of the thumbnails")
        for kind in GroupBy:
            self._group.add(kind.value, kind.value)
        for order in Sort:
            self._sort.add(_SORT_NAMES.get(order, order.value), order.value)
        for widget, ident in (
            (self.filters, "gallery-filters"), (self._group, "gallery-group-by"),
            (self._sort, "gallery-sort"), (self.filters.text, "gallery-name-part"),
            (self._size, "gallery-thumbnail-size"), (self.view, "gallery-list"),
        ):  # fmt: skip
            widget.setObjectName(ident)
        self._bar = SelectionBar(
            {
                ("Compare", "C", "side"): self._compare,
                ("Keep together", "G", "groups"): self._together,
                ("Change class…", "L", "labels"): self._change_class,
                ("Exclude", "X", "exclude"): self._drop,
            }
        )
        self._lay_out()

    def _lay_out(self) -> None:
        self._headline = ElidedLabel("Gallery")
        self._headline.setObjectName("gallery-headline")
        self._headline.setProperty("role", "title")
        self._ways = SegmentedControl(["Grid", "Map"], name="Gallery as")
        self._ways.chosen.connect(self._on_way)
        head = QHBoxLayout()
        head.addWidget(self._headline, 1)
        head.addWidget(self._ways)
        order = QHBoxLayout()
        order.setSpacing(8)
        size = QLabel("Size")
        size.setProperty("role", "caption")
        for widget in (self._group, self._sort, self.filters.text):
            order.addWidget(widget)
        order.addStretch()
        order.addWidget(size)
        order.addWidget(self._size)
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
        outer.addLayout(order)
        outer.addWidget(body, 1)


_SORT_NAMES = {Sort.NAME: "file name", Sort.SIMILARITY: "similarity"}
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
