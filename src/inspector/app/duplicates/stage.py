"""The stage of Duplicates: two large images, and how similar they are."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from inspector.app.duplicates.hash_pairs import NAMES
from inspector.app.duplicates.sentences import ClusterFacts
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.compared_pair import ComparedPair
from inspector.app.widgets.controls.combo import Combo
from inspector.app.widgets.pairs.compare_view import CompareView
from inspector.app.widgets.pairs.pair_dialog import mode_control
from inspector.app.widgets.pairs.pair_kinds import KIND_NAMES
from inspector.project.project import Project
from inspector.project.review.duplicates import PairKind
from inspector.similarity.image_hashes import HashMethod

VERIFIED = "verified"
_NO_VALUE = "–"
_METHOD_PX, _NARROW_PX = 156, 700


class Stage(QFrame):
    """Shows a pair and its similarity.

    Attributes:
        method_chosen: "verified" or the value of a `HashMethod`.
    """

    method_chosen = Signal(str)

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.compare = CompareView()
        self._pair = ComparedPair(project, bridge, self.compare, channel="pair")
        self._fit = QToolButton()
        self._fit.setProperty("role", "chip")
        self._fit.setObjectName("stage-zoom")
        self._fit.setToolTip("Show whole images, or full resolution (Z)")
        self._fit.clicked.connect(self.compare.toggle_zoom)
        self.compare.zoomed.connect(self._show_zoom)
        self._similarity, self._kind = QLabel(), QLabel()
        self._similarity.setObjectName("pair-similarity")
        self._similarity.setProperty("role", "card-title")
        self._kind.setObjectName("pair-kind")
        self._kind.setProperty("role", "chip")
        self._word = QLabel("Similarity")
        self._word.setProperty("role", "muted")
        self.method = Combo("Method", "Method")
        self.method.setObjectName("duplicate-method")
        self.method.setFixedWidth(_METHOD_PX)
        self.method.setToolTip(
            "How near-duplicates are found. Hashes find more and are wrong more often. Your"
            " decisions stay."
        )
        self.method.add("Verified", VERIFIED, "aligned pixels")
        for hash_method in HashMethod:
            detail = f"distance up to {hash_method.default_distance}"
            self.method.add(NAMES[hash_method], hash_method.value, detail)
        self.method.activated.connect(
            lambda _: self.method_chosen.emit(str(self.method.currentData()))
        )
        head = QHBoxLayout()
        head.setContentsMargins(12, 7, 12, 7)
        head.setSpacing(8)
        head.addWidget(mode_control(self.compare))
        head.addWidget(self._fit)
        head.addStretch()
        for widget in (self._word, self._similarity, self._kind, self.method):
            head.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.compare, 1)
        self.show_facts(None)
        self._show_zoom(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_texts()

    def _show_texts(self) -> None:
        """Show what there is; in narrow windows the value alone."""
        narrow = self.width() < _NARROW_PX
        for label in (self._word, self._similarity, self._kind):
            label.setVisible(bool(label.text()) and (label is self._similarity or not narrow))

    def show_pair(self, left: int, right: int) -> None:
        """Show two samples by their ids."""
        self._pair.show(left, right)

    def clear(self) -> None:
        self._pair.clear()
        self.show_facts(None)

    def show_facts(self, facts: ClusterFacts | None, distance: int | None = None) -> None:
        """Show the similarity of the pair, or the distance between two hashes in bits."""
        if facts is None:
            texts = ("", "", "")
        elif facts.pair_similarity is not None:
            kind = KIND_NAMES[PairKind(facts.pair_kind)]
            texts = ("Similarity", f"{facts.pair_similarity:.2f}", kind)
        elif distance is not None:
            texts = ("Distance", f"{distance}", "not verified")
        else:
            texts = ("Similarity", _NO_VALUE, "not near-duplicates")
        labels: Sequence[QLabel] = (self._word, self._similarity, self._kind)
        for label, text in zip(labels, texts, strict=True):
            label.setText(text)
        self._show_texts()

    def show_method(self, value: str) -> None:
        """Show the method of the queue."""
        self.method.setCurrentIndex(max(0, self.method.findData(value)))

    def _show_zoom(self, percent: int) -> None:
        whole = self.compare.is_whole
        self._fit.setText("Fit" if whole or not percent else f"{percent} %")
