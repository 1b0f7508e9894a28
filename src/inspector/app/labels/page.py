"""Labels: a queue of doubtful labels; an image between its label and the suggested one."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QListView, QVBoxLayout, QWidget

from inspector.app.labels.neighbours_view import NeighboursView
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.keys import bind
from inspector.app.widgets.page import Key, Page, PageName
from inspector.app.widgets.review.review import AnyIndex, QueueModel, Review, Verb, ask_class
from inspector.app.widgets.sample_image import ImageLabel, read_image
from inspector.project.changes import Changes
from inspector.project.diagnosis.labels import LabelCase
from inspector.project.project import Project
from inspector.store.samples import Sample


@dataclass(frozen=True, slots=True)
class LabelsData:
    """What the stage shows of one case: images of each class, by name."""

    case: LabelCase
    image: QImage | None
    near: dict[str, tuple[tuple[Sample, QImage], ...]]


class CaseModel(QueueModel[LabelCase]):
    """The queue of doubtful labels."""

    def key(self, item: LabelCase) -> int:
        """Return the id of its first image."""
        return item.samples[0].id

    def is_done(self, item: LabelCase) -> bool:
        """Tell whether a person has decided."""
        return item.done

    def sample_ids(self, item: LabelCase) -> set[int]:
        """Return the ids of its images."""
        return {s.id for s in item.samples}

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        case = self.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            done = "✓ " if case.done else ""
            return f"{done}{_change(case)}\n{_name(case)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = "decided" if case.done else "open"
            return f"{_change(case)}, {_name(case)}, {state}"
        return None


class LabelsPage(Page):
    """Decide on labels by keyboard."""

    name = PageName.LABELS
    icon = "labels"
    words = "label error suspected wrong relabel class mislabelled conflict"
    purpose = "Decide on labels that are doubtful"

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.model = CaseModel()
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setObjectName("label-cases")
        self.list.setAccessibleName("Doubtful labels")
        self.list.setMinimumWidth(220)
        self._picture = ImageLabel()
        self._own = NeighboursView("Its label")
        self._other = NeighboursView("Suggested")
        self.review = Review(
            self.title, self.model, self.list, bridge=bridge, undo=project.decisions.undo
        )
        self.review.current_changed.connect(self._on_current)
        self.review.moved.connect(self.moved)
        self.review.left_changed.connect(self.work_left)
        self._keys = self._table()
        self._shortcuts = bind(self, self._keys)
        self._lay_out()

    def key_table(self) -> Sequence[Key]:
        """Return the keys of the queue."""
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """Ask for the queue again after a scan, a decision or a new look at the labels."""
        if changes.duplicates or changes.decisions or changes.rule:
            self.bridge.call(self.project.labels.queue, self._show, channel="labels")

    def shown_text(self) -> str:
        """Say how much of the queue is decided."""
        return f"{self.review.done_count():,} of {len(self.model.items):,} labels decided"

    def undo(self) -> bool:
        """Undo the newest decision, and go back to its label."""
        self.review.undo()
        return True

    def current(self) -> LabelCase | None:
        """Return the case that is shown."""
        return self.review.current()

    def _show(self, answer: tuple[tuple[LabelCase, ...], bool]) -> None:
        cases, looked = answer
        if not self.review.show_items(cases):
            self._show_none(looked)

    def _show_none(self, looked: bool) -> None:
        self.review.tell(
            "No suspected label errors" if looked else "Labels were not looked at yet",
            "No identical images have two labels, and baseline models contradict no label."
            if looked
            else "Baseline models name doubtful labels after the diagnosis on Overview.",
        )
        self._picture.show_image(None)
        self._own.show_pictures("", ())
        self._other.show_pictures("", ())

    def _on_current(self) -> None:
        case = self.current()
        if case is not None:
            self._tell(case)
            self.bridge.call(lambda: self._read(case), self._show_case, channel="label case")

    def _tell(self, case: LabelCase) -> None:
        self._take.setText(f"Relabel as {case.suggested} [Return]")
        if case.score is None:
            carried = ", ".join(
                f"{s.path} (now {s.new_label})" if s.new_label else s.path for s in case.samples[:6]
            )
            note = (
                f"The same image with {len(case.labels)} labels: {carried}"
                if case.identical
                else f"Similar images with different labels: look where they differ. {carried}"
            )
        else:
            (one,) = case.samples
            now = f" It is {one.new_label} now." if one.new_label else ""
            note = (
                f"{one.path}: models that saw neither it nor its group give its label"
                f" {case.score:.0%}.{now}"
            )
        self.review.tell(_change(case), note)

    def _read(self, case: LabelCase) -> LabelsData:
        near = {}
        for label, samples in self.project.labels.nearest(case).items():
            images = [(s, self.project.samples.thumbnail(s.id)) for s in samples]
            near[label] = tuple((s, from_jpeg(data)) for s, data in images if data)
        return LabelsData(case, read_image(self.project, case.samples[0])[0], near)

    def _show_case(self, shown: LabelsData) -> None:
        case = shown.case
        self._picture.show_image(shown.image)
        own = next((name for name in case.labels if name != case.suggested), case.labels[0])
        self._own.show_pictures(own, shown.near.get(own, ()))
        self._other.show_pictures(case.suggested, shown.near.get(case.suggested, ()))

    def _relabel(self) -> None:
        case = self.current()
        if case is not None:
            self.review.decide(lambda: self.project.labels.relabel(case))

    def _keep(self) -> None:
        case = self.current()
        if case is not None:
            self.review.decide(lambda: self.project.labels.keep(case))

    def _choose(self) -> None:
        case = self.current()
        if case is None:
            return
        first = case.samples[0]
        label = ask_class(
            self, "Another class", "The right class of this image:",
            self.project.samples.counts().classes, first.new_label or first.label,
        )  # fmt: skip
        if label:
            self.review.decide(lambda: self.project.labels.relabel(case, label))

    def _drop(self) -> None:
        case = self.current()
        if case is not None:
            ids = [s.id for s in case.samples]
            self.review.decide(
                lambda: self.project.decisions.drop(ids, reason="suspected label error")
            )

    def _table(self) -> list[Key]:
        return [
            Key("relabel", "Return", "relabel to the suggested class, next", self._relabel),
            Key("keep_label", "K", "the label is right, next", self._keep),
            Key("other_class", "L", "choose another class", self._choose),
            Key("drop", "X", "exclude the image, next", self._drop),
            *self.review.keys(),
        ]

    def _lay_out(self) -> None:
        stage = QWidget()
        images = QHBoxLayout(stage)
        images.setContentsMargins(0, 0, 0, 0)
        images.setSpacing(16)
        images.addWidget(self._own)
        images.addWidget(self._picture, 1)
        images.addWidget(self._other)
        self._take = self.review.lay_out(
            (),
            (),
            (stage,),
            (
                Verb("Relabel [Return]", self._relabel, is_primary=True),
                Verb("Label is right [K]", self._keep),
                Verb("Another class… [L]", self._choose),
                Verb("Exclude [X]", self._drop),
                Verb("Next [Down]", lambda: self.review.step(1)),
            ),
        )[0]
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.review)
        self.setFocusProxy(self.list)


def _change(case: LabelCase) -> str:
    """Return what is that may be mislabelled, as a heading."""
    if case.score is None:
        return f"{' or '.join(case.labels)}? Suggested: {case.suggested}"
    return f"{case.labels[0]}, or {case.suggested}?"


def _name(case: LabelCase) -> str:
    name = case.samples[0].path.rsplit("/", 1)[-1]
    more = f" and {len(case.samples) - 1} more" if len(case.samples) > 1 else ""
    return f"{name}{more}"
