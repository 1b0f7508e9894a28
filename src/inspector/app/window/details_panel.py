"""The details panel: the chosen image in full, its facts, its near-duplicates, its decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.elided_label import FittedLabel, PathButton
from inspector.app.widgets.sample_image import ImageLabel, read_image
from inspector.project.project import Project
from inspector.project.review.gallery_query import flag_names
from inspector.similarity.image_hashes import HashMethod
from inspector.store.samples import Sample


@dataclass(frozen=True, slots=True)
class SampleDetails:
    """What the panel shows of one sample, fetched in one go."""

    sample: Sample
    image: QImage | None
    neighbours: tuple[Sample, ...]
    problem: str


class Details(QFrame):
    """Show what is chosen.

    Attributes:
        chosen: The id of a near-duplicate that the person wants to see.
    """

    chosen = Signal(int)

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__()
        self.setObjectName("details")
        self._project = project
        self._bridge = bridge
        self._sample = self._shown = 0
        self._picture = ImageLabel()
        self._title = FittedLabel("Choose an image to see it in full")
        self._title.setProperty("role", "muted")
        self._facts = QFormLayout()
        self._facts.setVerticalSpacing(4)
        self._neighbours = QVBoxLayout()
        self._neighbours.setSpacing(4)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(12)
        column.addWidget(self._picture)
        column.addWidget(self._title)
        column.addLayout(self._facts)
        column.addLayout(self._neighbours)
        column.addStretch()
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        area.setAccessibleName("Details of the chosen image")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self.setMinimumWidth(240)
        self.setAccessibleName("Details of the chosen image")

    def show_sample(self, sample: int) -> None:
        """Show a sample; 0 keeps what is shown."""
        if sample:
            self._sample = sample
            self.refresh()

    def refresh(self) -> None:
        """Ask for the shown sample again."""
        sample = self._sample
        if sample:
            self._bridge.call(lambda: fetch(self._project, sample), self._show, channel="details")

    def _show(self, shown: SampleDetails | None) -> None:
        if shown is None:
            return
        sample = shown.sample
        self._shown = sample.id
        self._picture.show_image(shown.image)
        self._picture.setAccessibleName(f"Image of {sample.path}")
        folder, _, name = sample.path.rpartition("/")
        self._title.show_text(f"{folder}/\n{name}" if folder else name)
        self._title.setProperty("role", "")
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for name, value in _facts(sample, shown.problem):
            label = QLabel(name)
            label.setProperty("role", "muted")
            self._facts.addRow(label, FittedLabel(value))
        # Apart, as it decodes the file once more: what is shown does not wait for it.
        self._bridge.call(
            lambda: (sample.id, self._project.image_hashes.of(sample)),
            self._show_hashes, channel="image hashes",
        )  # fmt: skip
        while (item := self._neighbours.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        if shown.neighbours:
            head = QLabel(f"Near-duplicates: {len(shown.neighbours)}")
            head.setProperty("role", "heading")
            self._neighbours.addWidget(head)
        for neighbour in shown.neighbours[:12]:
            button = PathButton(neighbour.path)
            button.setProperty("role", "row")
            button.setProperty("sample", neighbour.id)
            button.clicked.connect(self._on_neighbour)
            self._neighbours.addWidget(button)

    def _show_hashes(self, answer: tuple[int, Mapping[HashMethod, str]]) -> None:
        """Add ImageHash's hashes to the facts, to be copied and compared."""
        sample, hashes = answer
        if sample != self._shown:
            return
        for method, text in hashes.items():
            label = QLabel(method.value)
            label.setProperty("role", "muted")
            value = FittedLabel(text)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setObjectName(f"hash-{method.value}")
            self._facts.addRow(label, value)

    def _on_neighbour(self) -> None:
        self.chosen.emit(int(self.sender().property("sample")))


def fetch(project: Project, sample: int) -> SampleDetails | None:
    """Read everything that the panel shows of a sample; None if it is gone. Off the GUI thread."""
    rows = project.samples.by_ids([sample])
    if not rows:
        return None
    neighbours = project.samples.by_ids(project.duplicates.index().neighbours(sample))
    image, problem = read_image(project, rows[0])
    return SampleDetails(rows[0], image, tuple(neighbours), problem)


def _facts(sample: Sample, problem: str) -> Sequence[tuple[str, str]]:
    decided = {"keep": "kept", "drop": f"excluded: {sample.reason_decided}"}.get(sample.mark, "")
    label = f"{sample.new_label} (was {sample.label})" if sample.new_label else sample.label
    rows = [
        ("Problem", problem or sample.reason),
        ("Decision", decided),
        ("Together", "kept together with others" if sample.bound else ""),
        ("Class", label),
        ("Split", sample.split),
        ("Source", sample.source),
        ("Picture", f"{sample.width} x {sample.height} px" if sample.width else ""),
        ("Format", f"{sample.format} {sample.mode}".strip()),
        ("File", f"{sample.size:,} bytes"),
        ("Taken", sample.captured),
        ("Camera", sample.camera),
        ("Brightness", f"{sample.brightness:.0f} of 255" if sample.width else ""),
        ("Contrast", f"{sample.contrast:.0f}" if sample.width else ""),
        ("Flags", ", ".join(n.replace("_", " ") for n in flag_names(sample.flags))),
    ]
    return [(name, value) for name, value in rows if value]
