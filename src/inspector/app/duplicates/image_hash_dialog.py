"""Pairs by ImageHash's own hashes: a method, a distance, the pairs side by side."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.pairs.compare_view import CompareView
from inspector.app.widgets.sample_image import read_image
from inspector.project.project import Project
from inspector.project.review.image_hashes import HashComparison, ImageHashPair
from inspector.similarity.image_hashes import MAX_DISTANCE, HashMethod
from inspector.work.jobs import Progress, Stop

_REFRESH_MS = 200
_NOTE = (
    "These are the hashes of the library ImageHash, as a script gets them from the files: compare"
    " them with other programs. The search for near-duplicates does not use them: its pairs are"
    " verified on pixels."
)


class PairModel(QAbstractListModel):
    """Pairs as lines; rows are made as they come into sight."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: tuple[ImageHashPair, ...] = ()

    def show_pairs(self, pairs: tuple[ImageHashPair, ...]) -> None:
        """Show other pairs."""
        self.beginResetModel()
        self.pairs = pairs
        self.endResetModel()

    def rowCount(
        self,
        parent: QModelIndex | QPersistentModelIndex = QModelIndex(),  # noqa: B008
    ) -> int:
        return 0 if parent.isValid() else len(self.pairs)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        pair = self.pairs[index.row()]
        line = f"{_bits(pair.distance)}: {pair.a.path}  and  {pair.b.path}"
        return line if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None


class ImageHashDialog(QDialog):
    """Compare all images by one of ImageHash's methods."""

    def __init__(self, project: Project, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Pairs by ImageHash")
        self._project, self._bridge = project, bridge
        self._stop, self._progress = Stop(), Progress()
        self._method = QComboBox()
        self._method.setObjectName("hash-method")
        self._method.setAccessibleName("Hash method")
        self._method.addItems([method.value for method in HashMethod])
        self._distance = QSlider(Qt.Orientation.Horizontal)
        self._distance.setObjectName("hash-distance")
        self._distance.setAccessibleName("Largest distance in bits")
        self._distance.setRange(0, MAX_DISTANCE)
        self._distance.setValue(HashMethod.PHASH.default_distance)
        self._bits = QLabel(_bits(self._distance.value()))
        self._status = QLabel()
        self._status.setObjectName("hash-status")
        self._status.setWordWrap(True)
        self._pairs = PairModel()
        self._list = QListView()
        self._list.setObjectName("hash-pairs")
        self._list.setAccessibleName("Pairs, the closest first")
        self._list.setUniformItemSizes(True)
        self._list.setModel(self._pairs)
        self._compare = CompareView()
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._lay_out()
        self._method.currentTextChanged.connect(self._on_method)
        self._distance.valueChanged.connect(lambda value: self._bits.setText(_bits(value)))
        self._distance.valueChanged.connect(self._ask)
        self._list.selectionModel().currentChanged.connect(self._on_current)
        self._timer.timeout.connect(self._show_progress)
        self._ask()

    def done(self, result: int) -> None:
        """Stop hashing, too; what was hashed by then is stored."""
        self._stop.set()
        super().done(result)

    def _lay_out(self) -> None:
        note = QLabel(_NOTE)
        note.setWordWrap(True)
        note.setProperty("role", "muted")
        choices = QHBoxLayout()
        choices.addWidget(self._method)
        choices.addWidget(QLabel("within"))
        choices.addWidget(self._distance, 1)
        choices.addWidget(self._bits)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(note)
        column.addLayout(choices)
        column.addWidget(self._status)
        column.addWidget(self._compare, 2)
        column.addWidget(self._list, 1)
        column.addWidget(box)
        self.resize(840, 680)

    def _on_method(self, name: str) -> None:
        before = self._distance.value()
        self._distance.setValue(HashMethod(name).default_distance)
        if self._distance.value() == before:
            self._ask()

    def _ask(self, *_: object) -> None:
        # Who hashes for an older question stops, so that the newest is next.
        self._stop.set()
        stop, progress = Stop(), Progress()
        self._stop, self._progress = stop, progress
        method, distance = HashMethod(self._method.currentText()), self._distance.value()
        self._timer.start()
        self._bridge.call(
            lambda: self._project.image_hashes.compare(
                method, distance, stop=stop, progress=progress
            ),
            self._show,
            channel="image hash pairs",
        )

    def _show_progress(self) -> None:
        now = self._progress.snapshot()
        of = f": {now.done:,} of {now.total:,}" if now.total else ""
        self._status.setText(f"{now.phase.capitalize() or 'Waiting'}{of} …")

    def _show(self, compared: HashComparison | None) -> None:
        if compared is None:
            return
        self._timer.stop()
        count = len(compared.pairs)
        sentences = [f"{count:,} pair{'s' * (count != 1)} within {_bits(compared.distance)}."]
        if compared.crowded:
            images = sum(map(len, compared.crowded))
            sentences.append(f"{images:,} images share a hash with too many others to be paired.")
        if compared.unhashed:
            sentences.append(f"{len(compared.unhashed):,} images can't be decoded by Pillow.")
        self._status.setText(" ".join(sentences))
        self._pairs.show_pairs(compared.pairs)
        self._compare.set_pair(None, None, "", "")
        if compared.pairs:
            self._list.setCurrentIndex(self._pairs.index(0))

    def _on_current(self, current: QModelIndex, _: object = None) -> None:
        if not current.isValid():
            return
        pair = self._pairs.pairs[current.row()]
        self._bridge.call(lambda: self._read(pair), self._show_pair, channel="image hash pair")

    def _read(self, pair: ImageHashPair) -> tuple[ImageHashPair, QImage | None, QImage | None]:
        left, right = (read_image(self._project, sample)[0] for sample in (pair.a, pair.b))
        return pair, left, right

    def _show_pair(self, answer: tuple[ImageHashPair, QImage | None, QImage | None]) -> None:
        pair, left, right = answer
        self._compare.set_pair(left, right, _caption(pair.a.path), _caption(pair.b.path))


def _caption(path: str) -> str:
    return path.rpartition("/")[2]


def _bits(count: int) -> str:
    return f"{count} bit{'s' * (count != 1)}"
