"""The chips above the gallery: one a facet, one for a list that a number opened; and a text."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QSizePolicy, QWidget

from inspector.app.gallery.facet_chip import Chip, FacetList
from inspector.app.widgets.flow_layout import FlowLayout
from inspector.project.review.gallery_query import Facet, Query

# Images, and what may turn out to be one once it is read; other files are asked for.
_PLAIN = {Facet.FILE: frozenset({"image", "pending"})}
TEXT_PX = 190


class FilterBar(QWidget):
    """Keep the filter of a list, and show all of it.

    Attributes:
        changed: Another filter is set.
        text: The field for a part of the name; it stands where the page puts it.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Filters")
        self.query = Query(_PLAIN)
        self._title = ""
        self._counts: Mapping[Facet, Mapping[str, int]] = {}
        self.text = QLineEdit()
        self.text.setPlaceholderText("part of a name")
        self.text.setAccessibleName("Part of a name")
        self.text.setClearButtonEnabled(True)
        self.text.setFixedWidth(TEXT_PX)
        self.text.textChanged.connect(self._on_text)
        self.chips = {facet: Chip(facet.value) for facet in Facet}
        self.lists = {facet: FacetList(facet.value, self) for facet in Facet}
        self._only = Chip("list")
        self._only.cleared.connect(self._on_only)
        self._reset = QPushButton("Clear all")
        self._reset.setToolTip("Show every image")
        self._reset.clicked.connect(self.clear)
        self._flow = flow = FlowLayout(self)
        for facet, chip in self.chips.items():
            chip.pressed.connect(partial(self.open_list, facet))
            chip.cleared.connect(partial(self._choose, facet, frozenset()))
            self.lists[facet].ticked.connect(partial(self._choose, facet))
        for widget in (self._only, *self.chips.values(), self._reset):
            flow.addWidget(widget)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._tell()

    def sizeHint(self) -> QSize:
        return QSize(600, self.heightForWidth(max(600, self.width())))

    def show_counts(self, counts: Mapping[Facet, Mapping[str, int]]) -> None:
        """Show how many samples each value would list."""
        self._counts = counts
        for facet, values in self.lists.items():
            values.show_values(counts.get(facet, {}), self._chosen(facet))
        self._tell()

    def show_only(self, title: str, ids: Iterable[int]) -> None:
        """Let through just some samples of any status, under a title that says which."""
        self._title = title
        self._set(Query(ids=frozenset(ids), sort=self.query.sort, group_by=self.query.group_by))

    def clear(self) -> None:
        """Let every image through."""
        self._title = ""
        with QSignalBlocker(self.text):
            self.text.clear()
        self._set(replace(self.query, chosen=_PLAIN, text="", ids=None))

    def change(self, query: Query) -> None:
        """Set another order or grouping, the filter as it is."""
        self._set(query)

    def selected_values(self) -> dict[str, list[str]]:
        """Return the chosen values by facet, to be kept."""
        return {facet.value: sorted(values) for facet, values in self.query.chosen.items()}

    def select_values(self, kept: Mapping[str, Iterable[str]]) -> None:
        """Choose what `selected_values` gave; facets that are not known any more are left out."""
        known = {facet.value: facet for facet in Facet}
        chosen = {known[n]: frozenset(values) for n, values in kept.items() if n in known}
        self._set(replace(self.query, chosen=chosen))

    def open_list(self, facet: Facet) -> None:
        """Show the values of a facet below its chip."""
        self.lists[facet].open_below(self.chips[facet].corner())

    def _chosen(self, facet: Facet) -> frozenset[str]:
        return self.query.chosen.get(facet, frozenset())

    def _choose(self, facet: Facet, values: frozenset[str]) -> None:
        if not values and self.query.ids is None:
            values = _PLAIN.get(facet, frozenset())
        self._set(replace(self.query, chosen={**self.query.chosen, facet: values}))

    def _on_only(self) -> None:
        self._title = ""
        self._set(replace(self.query, chosen={**_PLAIN, **self.query.chosen}, ids=None))

    def _on_text(self, text: str) -> None:
        self._set(replace(self.query, text=text.strip()))

    def _set(self, query: Query) -> None:
        self.query = query
        for facet, values in self.lists.items():
            values.show_values(self._counts.get(facet, {}), self._chosen(facet))
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        """Show the active filters on the chips."""
        for facet, chip in self.chips.items():
            chosen = self._chosen(facet)
            plain = "Files: images" if chosen and chosen == _PLAIN.get(facet) else ""
            chip.show_chosen("" if plain else ", ".join(sorted(chosen)), plain=plain)
            chip.setEnabled(bool(chosen) or len(self._counts.get(facet, ())) > 0)
        self._only.setVisible(bool(self._title))
        self._only.show_chosen(self._title)
        chosen_now = {f: v for f, v in self.query.chosen.items() if v}
        listed = self.query.ids is not None or bool(self.query.text)
        active = listed or chosen_now != _PLAIN
        self._reset.setVisible(active)
        self._flow.invalidate()
        self.updateGeometry()
