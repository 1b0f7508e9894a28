"""The confirmed threshold of the open project, with real pairs around it."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets import theme
from inspector.project.project import Project
from inspector.similarity.levels import POSSIBLE, SURE

_APPLY_MS = 400
_SHOWN = 4
_SIDE_PX = 64
_DOTS = "•  •  •"


@dataclass(frozen=True, slots=True, eq=False)
class SimilarPair:
    """A pair as an example of a similarity."""

    similarity: float
    left: QImage
    right: QImage


@dataclass(frozen=True, slots=True, eq=False)
class DetectionCounts:
    """What a threshold means in the open project."""

    threshold: float
    confirmed: int
    candidates: int
    examples: tuple[SimilarPair, ...]


class DetectionSettings(QWidget):
    """Sets the confirmed threshold; it applies as soon as the slider rests."""

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__()
        self._project, self._bridge = project, bridge
        self._moved = False
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("confirmed-similarity")
        self.slider.setAccessibleName("Confirmed from similarity")
        self.slider.setRange(round(100 * POSSIBLE), 100)
        self.slider.setFixedWidth(212)
        self._value, self._candidate = QLabel(), QLabel(f"{POSSIBLE:.2f}")
        self._confirmed = QLabel(_DOTS)
        self._confirmed.setObjectName("confirmed-pairs")
        self._candidates = QLabel(_DOTS)
        self._candidates.setObjectName("candidate-pairs")
        self._examples = _Examples()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_APPLY_MS)
        self._timer.timeout.connect(self._apply)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for title, text, widgets in (
            ("Confirmed from similarity", self._confirmed, (self.slider, self._value)),
            ("Candidates from similarity", self._candidates, (self._candidate,)),
        ):
            column.addWidget(setting_row(title, text, *widgets))
        column.addWidget(self._examples)
        self.slider.valueChanged.connect(self._on_moved)
        self._ask()

    def reset(self) -> None:
        """Restore the default threshold."""
        self.slider.setValue(round(100 * SURE))

    def _on_moved(self, value: int) -> None:
        self._value.setText(f"{value / 100:.2f}")
        for label in (self._confirmed, self._candidates):
            # Never show an old count beside a new threshold.
            label.setText(_DOTS)
        self._moved = True
        self._timer.start()

    def _apply(self) -> None:
        value = self.slider.value() / 100
        duplicates = self._project.duplicates
        self._bridge.call(
            lambda: duplicates.set_threshold(value), lambda _: self._ask(), writes=True
        )

    def _ask(self) -> None:
        self._bridge.call(lambda: detection_counts(self._project), self._show, channel="detection")

    def _show(self, counts: DetectionCounts) -> None:
        if self._moved and round(100 * counts.threshold) != self.slider.value():
            return
        self.slider.blockSignals(True)
        self.slider.setValue(round(100 * counts.threshold))
        self.slider.blockSignals(False)
        self._value.setText(f"{counts.threshold:.2f}")
        name = self._project.name
        pairs = f"{counts.confirmed:,} pair{'s' * (counts.confirmed != 1)}"
        self._confirmed.setText(f"{pairs} in {name}. Used for every figure and clean-up.")
        more = f"{counts.candidates:,} pair{'s' * (counts.candidates != 1)}"
        self._candidates.setText(f"+ {more} to judge. Never excluded automatically.")
        self._examples.show_pairs(counts.examples, counts.threshold)


class _Examples(QWidget):
    """Real pairs from the most to the least similar."""

    def __init__(self) -> None:
        super().__init__()
        self._pairs: tuple[SimilarPair, ...] = ()
        self._threshold = 1.0
        self.setFixedHeight(_SIDE_PX + 44)
        self.setAccessibleName("Pairs around the threshold")

    def show_pairs(self, pairs: tuple[SimilarPair, ...], threshold: float) -> None:
        self._pairs, self._threshold = pairs, threshold
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SHOWN * (2 * _SIDE_PX + 18), _SIDE_PX + 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        for position, pair in enumerate(self._pairs):
            x = position * (2 * _SIDE_PX + 18)
            for side, image in enumerate((pair.left, pair.right)):
                box = QRect(x + side * (_SIDE_PX + 2), 12, _SIDE_PX, _SIDE_PX)
                painter.fillRect(box, theme.colour("sunken"))
                if not image.isNull():
                    least = min(image.width(), image.height())
                    part = QRect(0, 0, least, least)
                    part.moveCenter(image.rect().center())
                    painter.drawImage(box, image, part)
            word = "confirmed" if pair.similarity >= self._threshold else "candidate"
            painter.setPen(theme.colour("text-2"))
            painter.drawText(x, _SIDE_PX + 28, f"{pair.similarity:.2f} {word}")
        painter.end()


def setting_row(title: str, text: QLabel, *fields: QWidget) -> QWidget:
    """Return a row: the name in bold, its effect below, the field at the right."""
    row = QWidget()
    row.setProperty("role", "setting")
    row.setProperty("words", title)
    head = QLabel(title)
    head.setProperty("role", "card-title")
    text.setProperty("role", "caption")
    text.setWordWrap(True)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(head)
    words.addWidget(text)
    inside = QHBoxLayout()
    inside.setSpacing(16)
    inside.addLayout(words, 1)
    for field in fields:
        inside.addWidget(field, 0, Qt.AlignmentFlag.AlignVCenter)
    line = QWidget()
    line.setObjectName("line-widget")
    line.setFixedHeight(1)
    line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 8, 0, 0)
    column.setSpacing(8)
    column.addLayout(inside)
    column.addWidget(line)
    return row


def detection_counts(project: Project) -> DetectionCounts:
    """Count the pairs of a project around its threshold; never on the GUI thread."""
    index = project.duplicates.index()
    pairs = len(index.edges)
    confirmed = int((index.similarity >= index.threshold).sum())
    equal = sum(len(members) - 1 for members in index.sets.values())
    # The closest pairs above and below the threshold, and the two extremes.
    places = (0, confirmed - 1, confirmed, pairs - 1)
    chosen = list(dict.fromkeys(i for i in places if 0 <= i < pairs))
    examples = []
    for row in sorted(chosen):
        a, b, _, similarity = index.edges[row]
        left, right = (from_jpeg(project.samples.thumbnail(i)) for i in (a, b))
        examples.append(SimilarPair(similarity, left, right))
    return DetectionCounts(index.threshold, confirmed + equal, pairs - confirmed, tuple(examples))
