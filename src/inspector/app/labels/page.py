"""Labels: a queue of suspected label errors; an image beside the nearest ones of both classes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from inspector.app.labels.case_list import CaseList, CaseModel
from inspector.app.labels.label_count_panel import LabelCountPanel
from inspector.app.labels.neighbours_view import PLACES, NeighboursView
from inspector.app.labels.queue import (
    CaseOrder,
    LabelQueue,
    SuspectKind,
    label_queue,
    question,
    reason,
)
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets import theme
from inspector.app.widgets.compared_pair import ComparedPair
from inspector.app.widgets.controls.class_chooser import ClassChooser
from inspector.app.widgets.controls.combo import Combo
from inspector.app.widgets.controls.confidence_bars import ConfidenceBars
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.app.widgets.keys import bind
from inspector.app.widgets.page import Key, Page, PageName
from inspector.app.widgets.pairs.compare_view import CompareMode, CompareView
from inspector.app.widgets.review.review import Review
from inspector.app.widgets.review.verb_bar import Verb
from inspector.project.catalog.samples import Counts
from inspector.project.changes import Changes
from inspector.project.diagnosis.labels import LabelCase, LabelNeighbourhood
from inspector.project.project import Project
from inspector.store.samples import Sample

_SIDE_PX, _SIDE_WIDE_PX, _SIDE_NARROW_PX = 368, 464, 240
_NARROW_PX = 1180
_ALL_SPLITS = ""


@dataclass(frozen=True, slots=True)
class LabelsData:
    """The stage of one case: the nearest images of each class, by name."""

    case: LabelCase
    near: dict[str, tuple[tuple[Sample, QImage], ...]]
    neighbourhood: LabelNeighbourhood


class LabelsPage(Page):
    """Decides on labels by keyboard."""

    name = PageName.LABELS
    icon = "labels"
    words = "label error suspected wrong relabel class mislabelled conflict change rename"
    purpose = "Decide on labels that may be wrong"
    remembered = ("label-order",)

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.model = CaseModel()
        self.thumbnails = Thumbnails(project.samples.thumbnail, self)
        self.thumbnails.broken.connect(bridge.broken)
        self.list = CaseList(self.model, self.thumbnails.pixmap)
        self.thumbnails.ready.connect(self.list.viewport().update)
        self.list.verticalScrollBar().valueChanged.connect(self._request)
        self.compare = CompareView()
        self._pair = ComparedPair(project, bridge, self.compare, channel="label pair")
        self._learned = ""
        self._kind: SuspectKind | None = None
        self._near = (NeighboursView(), NeighboursView())
        self._confidence = ConfidenceBars(accent=True)
        self._count = LabelCountPanel(project, bridge)
        self.review = Review(
            self.title, self.model, self.list, bridge=bridge, undo=project.decisions.undo,
            done_word="reviewed",
        )  # fmt: skip
        self.review.current_changed.connect(self._on_current)
        self.review.moved.connect(self.moved)
        self._keys = self._table()
        self._shortcuts = bind(self, self._keys)
        self._lay_out()

    def key_table(self) -> Sequence[Key]:
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """Query the queue again after a scan, a decision or new label errors."""
        if changes.samples or changes.dataset:
            self.bridge.call(self.project.samples.counts, self._show_splits, channel="label splits")
        if changes.duplicates or changes.decisions or changes.rule:
            self._ask()
            self._count.refresh()

    def _show_splits(self, counts: Counts) -> None:
        known = {self._split.itemData(row) for row in range(self._split.count())}
        for split in counts.splits:
            if split not in known:
                self._split.add(theme.split_word(split), split)

    def refresh_visible(self) -> None:
        """Request visible thumbnails that were missing before."""
        self.thumbnails.forget()
        self._request()

    def shown_text(self) -> str:
        return f"{self.review.done_count():,} of {self.review.total_count():,} labels reviewed"

    def undo(self) -> bool:
        """Undo the newest decision, and return to its case."""
        self.review.undo()
        return True

    def current(self) -> LabelCase | None:
        return self.review.current()

    def close(self) -> bool:
        """End the decode threads as well."""
        self.thumbnails.shut_down()
        return super().close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.window().width()
        wide = width >= theme.size("rail_wide_from")
        narrow = width < _NARROW_PX
        self._side.setFixedWidth(_SIDE_WIDE_PX if wide else _SIDE_NARROW_PX if narrow else _SIDE_PX)

    def _request(self, *_: object) -> None:
        self.thumbnails.request(self.list.visible_samples())

    def _ask(self, *_: object) -> None:
        kind, order = self._kind, CaseOrder(self._order.currentData())
        split, go_to = str(self._split.currentData() or _ALL_SPLITS), self.review.go_to
        labels = self.project.labels

        def ask() -> LabelQueue:
            queue = label_queue(*labels.queue(), kind, order, split, go_to)
            return replace(queue, sample=labels.sample_text())

        self.bridge.call(ask, self._show, channel="labels")

    def _show(self, queue: LabelQueue) -> None:
        if self._kind is None and queue.cases:
            # Keep the current kind until its queue is finished.
            self._kind = queue.kind
        self._learned = queue.sample
        self._tabs.mark(list(SuspectKind).index(queue.kind))
        for position, kind in enumerate(SuspectKind):
            self._tabs.show_count(position, queue.left[kind])
        if not self.review.show_items(queue.cases, done=queue.done):
            self._show_none(queue)
        self.review.show_aside(queue.aside)
        self.work_left.emit(sum(queue.left.values()))
        self.refresh_visible()

    def _show_none(self, queue: LabelQueue) -> None:
        done, total = queue.done
        if total and done == total:
            self.review.show_empty(
                "Every label here is reviewed.", "Ctrl+Z undoes the last decision."
            )
        elif queue.kind is SuspectKind.CONFLICTS:
            self.review.show_empty(
                "No image has two labels.", "All near-duplicates have the same class."
            )
        elif queue.looked:
            self.review.show_empty(
                "No suspected label errors.", "Baseline models contradict no label of this dataset."
            )
        else:
            self.review.show_empty(
                "Labels have not been checked yet.",
                "Suspected errors appear here once the diagnosis is complete. It starts by itself"
                " after the scan; the bar at the top shows how far it is.",
            )
        self._pair.clear()
        for view in self._near:
            view.show_class("", "", "", ())
        self._show_confidence(())

    def _on_current(self) -> None:
        case = self.current()
        if case is None:
            return
        learned = self._learned if case.score is not None else ""
        self.review.show_heading(question(case), f"{reason(case)} {learned}".rstrip())
        self._show_verbs(case)
        first = case.samples[0].id
        if case.score is None:
            other = next((s for s in case.samples if s.label != case.samples[0].label), None)
            self.compare.set_mode(CompareMode.SIDES)
            self._pair.show(first, other.id if other else 0)
        else:
            if self.compare.mode is not CompareMode.FLIP:
                self.compare.set_mode(CompareMode.FLIP)
            self._pair.show(first, 0)
        self._show_confidence(case.confidence)
        self.bridge.call(lambda: self._read(case), self._show_case, channel="label case")

    def _show_verbs(self, case: LabelCase) -> None:
        conflict = case.score is None
        labels = case.labels[:2] if conflict else ()
        for button, label in zip(self._label_buttons, labels, strict=False):
            button.show_verb(f"All are {label}" if len(case.samples) > 2 else f"Both are {label}")
        for button in self._label_buttons:
            button.setVisible(conflict)
        self._take.setVisible(not conflict)
        self._take.show_verb(f"Change to {case.suggested}")
        keeps = "Keep both labels" if conflict else f"Keep {_label(case.samples[0])}"
        self._keep_button.show_verb(keeps)

    def _show_confidence(self, rows: Sequence[tuple[str, float]]) -> None:
        self._confidence.show_confidence(rows)
        for widget in (self._confidence, self._confidence_head):
            widget.setVisible(bool(rows))

    def _read(self, case: LabelCase) -> LabelsData:
        neighbourhood = self.project.labels.neighbourhood(case)
        near = {}
        for label, samples in neighbourhood.images.items():
            images = [(s, self.project.samples.thumbnail(s.id)) for s in samples[:PLACES]]
            near[label] = tuple((s, from_jpeg(data)) for s, data in images if data)
        return LabelsData(case, near, neighbourhood)

    def _show_case(self, shown: LabelsData) -> None:
        case, counts = shown.case, shown.neighbourhood.counts
        if self.current() is not case:
            return
        own = next((name for name in case.labels if name != case.suggested), case.labels[0])
        roles = ("", "") if case.score is None else ("suggested", "current label")
        for view, label, role in zip(self._near, (case.suggested, own), roles, strict=True):
            number = f"{counts.get(label, 0)} of {shown.neighbourhood.counted} nearest"
            view.show_class(label, role, number, shown.near.get(label, ()))

    def _relabel(self, label: str = "") -> None:
        case = self.current()
        if case is not None and (label or case.score is not None):
            self.review.decide(lambda: self.project.labels.relabel(case, label))

    def _keep(self) -> None:
        case = self.current()
        if case is not None:
            self.review.decide(lambda: self.project.labels.keep(case))

    def _choose(self) -> None:
        case = self.current()
        if case is None:
            return
        chooser = ClassChooser(
            self, "The right class", present=_label(case.samples[0]),
            first=dict.fromkeys((case.suggested, *case.labels)),
        )  # fmt: skip
        chooser.chosen.connect(self._relabel)
        chooser.open_at(self._other_button.mapToGlobal(QPoint(0, 0)), self.project, self.bridge)

    def _digit(self, number: int) -> None:
        """Give the images of a conflict one of its classes."""
        case = self.current()
        if case is not None and case.score is None and number <= len(case.labels):
            self._relabel(case.labels[number - 1])

    def _drop(self) -> None:
        case = self.current()
        if case is not None:
            ids = [s.id for s in case.samples]
            self.review.decide(
                lambda: self.project.decisions.drop(ids, reason="suspected label error")
            )

    def _choose_kind(self, position: int) -> None:
        self._kind = list(SuspectKind)[position]
        self._ask()

    def _table(self) -> list[Key]:
        return [
            Key("relabel", "Return", "change to the suggested class, next", self._relabel),
            Key("keep_label", "K", "the label is right, next", self._keep),
            Key("other_class", "L", "choose another class", self._choose),
            Key("drop", "X", "exclude the image, next", self._drop),
            Key("tab", "T", "suspected errors, or images with two labels", self._next_kind),
            Key("zoom", "Z", "whole image, or full resolution", self.compare.toggle_zoom),
            *(
                Key(f"class_{n}", str(n), f"class {n} of two labels", partial(self._digit, n))
                for n in range(1, 10)
            ),
            *self.review.keys(),
        ]

    def _next_kind(self) -> None:
        self._tabs.choose((self._tabs.current() + 1) % len(SuspectKind))

    def _lay_out(self) -> None:
        self._tabs = SegmentedControl(
            [kind.value for kind in SuspectKind], name="What is suspected"
        )
        self._tabs.chosen.connect(self._choose_kind)
        self._order, self._split = Combo("Order of the queue"), Combo("Split")
        self._order.setObjectName("label-order")
        for order in CaseOrder:
            self._order.add(order.value, order.value)
        self._split.add("All splits", _ALL_SPLITS)
        for box in (self._order, self._split):
            box.currentIndexChanged.connect(self._ask)
        chips = QHBoxLayout()
        chips.setSpacing(8)
        chips.addWidget(self._order)
        chips.addWidget(self._split)
        chips.addStretch()
        stage = QWidget()
        row = QHBoxLayout(stage)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._image_card(), 1)
        row.addWidget(self._side_card())
        first, second, self._take, self._keep_button, self._other_button, _ = self.review.lay_out(
            (chips,),
            (stage,),
            (
                Verb("", partial(self._digit, 1), "1"),
                Verb("", partial(self._digit, 2), "2"),
                Verb("Change", self._relabel, "Enter", "check", is_primary=True),
                Verb("Keep the label", self._keep, "K"),
                Verb("Other class…", self._choose, "L"),
                Verb("Exclude", self._drop, "X"),
            ),
            (self._tabs,),
        )
        self._label_buttons = (first, second)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.review, 1)
        outer.addWidget(self._count)
        self.setFocusProxy(self.list)

    def _image_card(self) -> QWidget:
        card = QFrame()
        card.setProperty("role", "card")
        zoom = QToolButton(self.compare)
        zoom.setProperty("role", "chip")
        zoom.setToolTip("Show the whole image, or full resolution (Z)")
        zoom.setText("Fit")
        zoom.clicked.connect(self.compare.toggle_zoom)
        self.compare.zoomed.connect(
            lambda percent: zoom.setText("Fit" if self.compare.is_whole else f"{percent} %")
        )
        corner = QHBoxLayout(self.compare)
        corner.setContentsMargins(12, 12, 12, 12)
        corner.addStretch()
        column = QVBoxLayout()
        column.addWidget(zoom)
        column.addStretch()
        corner.addLayout(column)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.compare)
        return card

    def _side_card(self) -> QWidget:
        self._side = card = QFrame()
        card.setProperty("role", "card")
        card.setFixedWidth(_SIDE_PX)
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(12)
        column.addWidget(self._near[0])
        column.addWidget(_line())
        column.addWidget(self._near[1])
        column.addStretch(1)
        self._confidence_head = QLabel("Model confidence")
        self._confidence_head.setProperty("role", "card-title")
        column.addWidget(self._confidence_head)
        column.addWidget(self._confidence)
        return card


def _line() -> QWidget:
    line = QFrame()
    line.setObjectName("line")
    line.setFixedHeight(1)
    return line


def _label(sample: Sample) -> str:
    return sample.new_label or sample.label
