"""Labels: a queue of doubtful labels; a picture between its label and the suggested one."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QListView,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from inspector.app.labels.neighbours_view import NeighboursView
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.keys import bind
from inspector.app.widgets.page import Key, Page
from inspector.app.widgets.sample_image import ImageLabel, read_image
from inspector.project.changes import Changes
from inspector.project.diagnosis.labels import LabelCase
from inspector.project.project import Project
from inspector.project.review.decisions import Decided
from inspector.store.samples import Sample

_AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class LabelsData:
    """What the stage shows of one case: pictures of each class, by name."""

    case: LabelCase
    image: QImage | None
    near: dict[str, tuple[tuple[Sample, QImage], ...]]


class CaseModel(QAbstractListModel):
    """The queue, in the order in which it is decided."""

    def __init__(self) -> None:
        super().__init__()
        self.cases: Sequence[LabelCase] = ()

    def show(self, cases: Sequence[LabelCase]) -> None:
        """Show other cases."""
        self.beginResetModel()
        self.cases = cases
        self.endResetModel()

    def rowCount(self, parent: _AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.cases)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        case = self.cases[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            done = "✓ " if case.done else ""
            return f"{done}{_change(case)}\n{_name(case)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = "decided" if case.done else "open"
            return f"{_change(case)}, {_name(case)}, {state}"
        return None


class LabelsPage(Page):
    """Decide on labels by keyboard; opened from its card on Findings.

    Attributes:
        moved: Another case is shown, or the review went on.
        back_asked: The person wants to go back to Findings.
    """

    title = "Labels"
    purpose = "Decide on labels that are doubtful"
    moved = Signal()
    back_asked = Signal()

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._advance = False
        self.model = CaseModel()
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName("Doubtful labels")
        self.list.setMinimumWidth(220)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self._told, self._note = QLabel(), QLabel()
        self._told.setProperty("role", "heading")
        self._note.setProperty("role", "muted")
        for label in (self._told, self._note):
            label.setWordWrap(True)
        self._picture = ImageLabel()
        self._own = NeighboursView("Its label")
        self._other = NeighboursView("Suggested")
        self._take = QPushButton("Relabel [Return]")
        self._take.setProperty("role", "primary")
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
        done = sum(c.done for c in self.model.cases)
        return f"{done:,} of {len(self.model.cases):,} labels decided"

    def current(self) -> LabelCase | None:
        """Return the case that is shown."""
        row = self.list.currentIndex().row()
        return self.model.cases[row] if 0 <= row < len(self.model.cases) else None

    def _show(self, answer: tuple[tuple[LabelCase, ...], bool]) -> None:
        cases, looked = answer
        before, row = self.current(), max(0, self.list.currentIndex().row())
        self.model.show(cases)
        known = [c.samples[0].id for c in cases]
        if before is not None and before.samples[0].id in known:
            row = known.index(before.samples[0].id)
        if self._advance:
            order = [*range(row, len(cases)), *range(row)]
            row = next((i for i in order if not cases[i].done), row)
            self._advance = False
        if cases:
            self.list.setCurrentIndex(self.model.index(min(row, len(cases) - 1)))
        else:
            self._show_none(looked)
        self.moved.emit()

    def _show_none(self, looked: bool) -> None:
        self._told.setText("No label is in doubt" if looked else "Labels were not looked at yet")
        self._note.setText(
            "No picture stands in the dataset with two labels, and quick models contradict none."
            if looked
            else "Quick models name doubtful labels after the diagnosis on Findings."
        )
        self._picture.show_image(None)
        self._own.show_pictures("", ())
        self._other.show_pictures("", ())

    def _on_current(self, *_: object) -> None:
        case = self.current()
        if case is not None:
            self._tell(case)
            self.bridge.call(lambda: self._read(case), self._show_case, channel="label case")
            self.moved.emit()

    def _tell(self, case: LabelCase) -> None:
        self._told.setText(_change(case))
        self._take.setText(f"Relabel as {case.suggested} [Return]")
        if case.score is None:
            carried = ", ".join(
                f"{s.path} (now {s.new_label})" if s.new_label else s.path for s in case.samples[:6]
            )
            self._note.setText(f"The same picture with {len(case.labels)} labels: {carried}")
            return
        (one,) = case.samples
        now = f" It is {one.new_label} now." if one.new_label else ""
        self._note.setText(
            f"{one.path}: models that saw neither it nor its group give its label"
            f" {case.score:.0%}.{now}"
        )

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
            self._decide(lambda: self.project.labels.relabel(case))

    def _keep(self) -> None:
        case = self.current()
        if case is not None:
            self._decide(lambda: self.project.labels.keep(case))

    def _choose(self) -> None:
        case = self.current()
        if case is None:
            return
        labels = list(self.project.samples.counts().classes)
        label, chosen = QInputDialog.getItem(
            self, "Another class", "The right class of this picture:", labels, 0, True
        )
        if chosen:
            self._decide(lambda: self.project.labels.relabel(case, label))

    def _drop(self) -> None:
        case = self.current()
        if case is not None:
            ids = [s.id for s in case.samples]
            self._decide(lambda: self.project.decisions.drop(ids, reason="label in doubt"))

    def _decide(self, work: object) -> None:
        assert callable(work)
        self._advance = True
        self.bridge.call(work, self._on_decided)

    def _on_decided(self, decided: Decided) -> None:
        del decided
        self.moved.emit()

    def _undo(self) -> None:
        self.bridge.call(self.project.decisions.undo)

    def _down(self) -> None:
        self._step(1)

    def _up(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        row = self.list.currentIndex().row() + by
        if 0 <= row < len(self.model.cases):
            self.list.setCurrentIndex(self.model.index(row))

    def _table(self) -> list[Key]:
        return [
            Key("relabel", "Return", "relabel to the suggested class, next", self._relabel),
            Key("keep_label", "K", "the label is right, next", self._keep),
            Key("other_class", "L", "choose another class", self._choose),
            Key("drop", "X", "drop the picture, next", self._drop),
            Key("back", "Backspace", "back one decision", self._undo),
            Key("next", "Down", "next label", self._down),
            Key("previous", "Up", "previous label", self._up),
        ]

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 16, 8, 8)
        column.setSpacing(8)
        head = QLabel("Labels")
        head.setProperty("role", "title")
        back = QPushButton("Back to Findings")
        back.clicked.connect(self.back_asked)
        column.addWidget(head)
        column.addWidget(self.list, 1)
        column.addWidget(back)
        right = QWidget()
        stage = QVBoxLayout(right)
        stage.setContentsMargins(8, 16, 16, 8)
        stage.setSpacing(8)
        pictures = QHBoxLayout()
        pictures.setSpacing(16)
        pictures.addWidget(self._own)
        pictures.addWidget(self._picture, 1)
        pictures.addWidget(self._other)
        stage.addWidget(self._told)
        stage.addWidget(self._note)
        stage.addLayout(pictures, 1)
        bar = QHBoxLayout()
        bar.addWidget(self._take)
        self._take.clicked.connect(self._relabel)
        for text, slot in (
            ("Label is right [K]", self._keep), ("Another class… [L]", self._choose),
            ("Drop [X]", self._drop), ("Next [Down]", self._down),
        ):  # fmt: skip
            button = QPushButton(text)
            button.clicked.connect(slot)
            bar.addWidget(button)
        bar.addStretch()
        stage.addLayout(bar)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([280, 900])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        self.setFocusProxy(self.list)


def _change(case: LabelCase) -> str:
    """Return what is in doubt, as a heading."""
    if case.score is None:
        return f"{' or '.join(case.labels)}? Suggested: {case.suggested}"
    return f"{case.labels[0]}, or {case.suggested}?"


def _name(case: LabelCase) -> str:
    name = case.samples[0].path.rsplit("/", 1)[-1]
    more = f" and {len(case.samples) - 1} more" if len(case.samples) > 1 else ""
    return f"{name}{more}"
