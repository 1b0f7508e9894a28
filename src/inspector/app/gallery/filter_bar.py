"""The chips above the gallery: one per value of short facets, one per longer facet, and a text."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QMenu, QPushButton, QSizePolicy, QWidget

from inspector.app.gallery.facet_chip import Chip, FacetList
from inspector.app.gallery.value_chip import ChipAction, ChipState, ValueChip
from inspector.app.widgets import theme
from inspector.app.widgets.flow_layout import FlowLayout
from inspector.project.review.gallery_query import (
    ANY_NEIGHBOUR,
    MARKS,
    OTHER_SPLIT,
    SUSPECTED,
    Chosen,
    Facet,
    Query,
)

# Images and files that are not read yet; other files have to be asked for.
_PLAIN = {Facet.FILE: frozenset({"image", "pending"})}
TEXT_PX = 176
MAX_SPLITS, MAX_CLASSES = 5, 8
_FINDINGS = (
    (Facet.NEAR_DUPLICATES, ANY_NEIGHBOUR, "Near-duplicates"),
    (Facet.NEAR_DUPLICATES, OTHER_SPLIT, "Across splits"),
    (Facet.LABELS, SUSPECTED, "Suspected label errors"),
    (Facet.DECISION, MARKS["drop"], "Excluded"),
)


class FilterBar(QWidget):
    """Holds the filter of a list and shows it.

    Attributes:
        changed: The filter has changed.
        text: The field that filters by name; the page places it.
        copy_list: Copies the shown list; visible while a filter is active.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Filters")
        self.query = Query(_PLAIN)
        self.list_title = ""
        self._counts: Mapping[Facet, Mapping[str, int]] = {}
        self.text = QLineEdit()
        self.text.setPlaceholderText("Name or path")
        self.text.setAccessibleName("Part of a name")
        self.text.setClearButtonEnabled(True)
        self.text.setFixedWidth(TEXT_PX)
        self.text.textChanged.connect(self._on_text)
        self.chips = {facet: Chip(facet.value) for facet in Facet}
        self.lists = {facet: FacetList(facet.value, self) for facet in Facet}
        self.values: dict[Facet, list[ValueChip]] = {}
        self._only = Chip("list")
        self._only.cleared.connect(self._on_only)
        self._add = _flat("+ Filter", "Filter by quality, decision, file and more")
        self._add.clicked.connect(self._show_menu)
        self._reset = _flat("Clear", "Show every image")
        self._reset.clicked.connect(self.clear)
        self.copy_list = _flat("Copy list", "Copy path, status and reason of each shown file")
        self._flow = FlowLayout(self, gap_px=6)
        for facet, chip in self.chips.items():
            chip.pressed.connect(partial(self.open_list, facet))
            chip.cleared.connect(partial(self._choose, facet, frozenset()))
            self.lists[facet].ticked.connect(partial(self._choose, facet))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._make_chips((), ())
        self._show_filters()

    def sizeHint(self) -> QSize:
        return QSize(600, self.heightForWidth(max(600, self.width())))

    def show_counts(self, counts: Mapping[Facet, Mapping[str, int]]) -> None:
        """Show how many samples each value would list."""
        self._counts = counts
        for facet, values in self.lists.items():
            values.show_values(counts.get(facet, {}), self._chosen(facet))
        self._keep_chips(counts)
        self._show_filters()

    def show_only(self, title: str, ids: Iterable[int]) -> None:
        """List only some samples, of any status, under a title."""
        self.list_title = title
        self._set(Query(ids=frozenset(ids), sort=self.query.sort, group_by=self.query.group_by))

    def clear(self) -> None:
        """Remove every filter."""
        self.list_title = ""
        with QSignalBlocker(self.text):
            self.text.clear()
        self._set(replace(self.query, chosen=_PLAIN, excluded={}, text="", ids=None))

    def change(self, query: Query) -> None:
        """Set another order or grouping; the filter stays."""
        self._set(query)

    def is_active(self) -> bool:
        """Return whether a filter is active."""
        chosen = {f: v for f, v in self.query.chosen.items() if v}
        listed = self.query.ids is not None or bool(self.query.text)
        return listed or chosen != _PLAIN or any(self.query.excluded.values())

    def selected_values(self) -> dict[str, list[str]]:
        """Return the chosen values by facet, to be saved."""
        return {facet.value: sorted(values) for facet, values in self.query.chosen.items()}

    def select_values(self, selection: Mapping[str, Iterable[str]]) -> None:
        """Restore saved values; unknown facets are ignored."""
        known = {facet.value: facet for facet in Facet}
        chosen = {known[n]: frozenset(values) for n, values in selection.items() if n in known}
        self._set(replace(self.query, chosen=chosen))

    def open_list(self, facet: Facet) -> None:
        """Show the values of a facet below its chip, or below the button that offers it."""
        chip = self.chips[facet]
        below = chip if chip.isVisible() else self._add
        self.lists[facet].open_below(below.mapToGlobal(QPoint(0, below.height() + 4)))

    def _keep_chips(self, counts: Mapping[Facet, Mapping[str, int]]) -> None:
        """Show chips of these splits and classes; existing chips stay."""
        values = {f: list(counts.get(f, ())) for f in (Facet.SPLIT, Facet.CLASS)}
        for facet, most in ((Facet.SPLIT, MAX_SPLITS), (Facet.CLASS, MAX_CLASSES)):
            known = [chip.value for chip in self.values.get(facet, ())]
            # A count of 0 is kept: another filter may hide every image of a value.
            merged = known + [v for v in values[facet] if v not in known]
            values[facet] = merged if len(merged) <= most else []
        splits, classes = values[Facet.SPLIT], values[Facet.CLASS]
        if [c.value for f in (Facet.SPLIT, Facet.CLASS) for c in self.values[f]] != [
            *splits, *classes
        ]:  # fmt: skip
            self._make_chips(splits, classes)

    def _make_chips(self, splits: Iterable[str], classes: Iterable[str]) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if isinstance(widget, (ValueChip, QFrame)) and not isinstance(widget, Chip):
                widget.deleteLater()
        self.values = {facet: [] for facet in Facet}
        self._flow.addWidget(self._only)
        for split in splits:
            is_known = theme.has_colour(f"on-{split}")
            self._add_chip(Facet.SPLIT, ValueChip(split, split, split=is_known))
        if self.values[Facet.SPLIT]:
            self._flow.addWidget(_rule())
        for name in classes:
            self._add_chip(Facet.CLASS, ValueChip(name, name))
        if self.values[Facet.CLASS]:
            self._flow.addWidget(_rule())
        for facet, value, text in _FINDINGS:
            self._add_chip(facet, ValueChip(value, text))
        for widget in (*self.chips.values(), self._add, self._reset, self.copy_list):
            self._flow.addWidget(widget)

    def _add_chip(self, facet: Facet, chip: ValueChip) -> None:
        chip.setParent(self)
        chip.show()
        chip.acted.connect(partial(self._act, facet, chip))
        self.values[facet].append(chip)
        self._flow.addWidget(chip)

    def _act(self, facet: Facet, chip: ValueChip, action: ChipAction) -> None:
        chosen, excluded = self._chosen(facet), self.query.excluded.get(facet, frozenset())
        one = frozenset({chip.value})
        match action:
            case ChipAction.ONLY:
                # A click on an included or excluded value resets it.
                chosen = one if chip.state is ChipState.ANY else chosen - one
                excluded = excluded - one
            case ChipAction.ADD:
                chosen, excluded = chosen ^ one, excluded - one
            case ChipAction.EXCLUDE:
                chosen, excluded = chosen - one, excluded ^ one
        self._set(
            replace(
                self.query,
                chosen=_with(self.query.chosen, facet, chosen),
                excluded=_with(self.query.excluded, facet, excluded),
            )
        )

    def _chosen(self, facet: Facet) -> frozenset[str]:
        return self.query.chosen.get(facet, frozenset())

    def _choose(self, facet: Facet, values: frozenset[str]) -> None:
        if not values and self.query.ids is None:
            values = _PLAIN.get(facet, frozenset())
        self._set(replace(self.query, chosen={**self.query.chosen, facet: values}))

    def _on_only(self) -> None:
        self.list_title = ""
        self._set(replace(self.query, chosen={**_PLAIN, **self.query.chosen}, ids=None))

    def _on_text(self, text: str) -> None:
        self._set(replace(self.query, text=text.strip()))

    def _show_menu(self) -> None:
        """Offer the facets that have values."""
        menu = QMenu(self)
        for facet in Facet:
            if self._counts.get(facet):
                name = f"{facet.value[:1].upper()}{facet.value[1:]}…"
                menu.addAction(name).triggered.connect(partial(self.open_list, facet))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._add.mapToGlobal(QPoint(0, self._add.height() + 4)))

    def _set(self, query: Query) -> None:
        self.query = query
        for facet, values in self.lists.items():
            values.show_values(self._counts.get(facet, {}), self._chosen(facet))
        self._show_filters()
        self.changed.emit()

    def _show_filters(self) -> None:
        """Show the active filters on the chips."""
        for facet, chips in self.values.items():
            counts = self._counts.get(facet, {})
            excluded = self.query.excluded.get(facet, frozenset())
            for one in chips:
                state = ChipState.CHOSEN if one.value in self._chosen(facet) else ChipState.ANY
                state = ChipState.EXCLUDED if one.value in excluded else state
                one.show_count(counts.get(one.value, 0), state)
        for facet, chip in self.chips.items():
            chosen = self._chosen(facet)
            shown = {one.value for one in self.values.get(facet, ())}
            many = facet is Facet.CLASS and not self.values[facet]
            hidden = chosen == _PLAIN.get(facet) or (chosen <= shown and not many)
            chip.show_chosen(self._text_of(facet, chosen), plain="Class" if many else "")
            chip.setVisible(not hidden)
        self._only.setVisible(bool(self.list_title))
        self._only.show_chosen(self.list_title)
        self._reset.setVisible(self.is_active())
        self.copy_list.setVisible(self.is_active())
        self._flow.invalidate()
        self.updateGeometry()

    def _text_of(self, facet: Facet, chosen: frozenset[str]) -> str:
        number = len(self._counts.get(facet, ()))
        if facet is Facet.CLASS and len(chosen) > 1:
            return f"{len(chosen)} of {number}"
        return ", ".join(sorted(chosen))


def _with(chosen: Chosen, facet: Facet, values: frozenset[str]) -> Chosen:
    return {**chosen, facet: values}


def _flat(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "flat")
    button.setProperty("compact", True)
    button.setToolTip(tip)
    return button


def _rule() -> QFrame:
    rule = QFrame()
    rule.setObjectName("vertical-rule")
    rule.setFixedSize(1, theme.size("chip"))
    return rule
