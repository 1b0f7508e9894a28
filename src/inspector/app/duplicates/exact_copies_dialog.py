"""Accepts many exact copies at once: pairs as images with check boxes, and the result."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.focus import StableFocus
from inspector.app.widgets.pairs.pair_dialog import PairDialog
from inspector.app.widgets.pairs.pair_grid import PairGrid, PairTile, PairTiles
from inspector.app.widgets.pairs.pair_kinds import KIND_NAMES
from inspector.project.project import Project
from inspector.project.review.duplicates import Cluster

_SHARE = 0.9
_COLUMNS, _COLUMNS_WIDE = 4, 6
_WIDE_PX = 1500


class ExactCopiesDialog(StableFocus, QDialog):
    """Shows clusters of identical images; each can be unticked.

    Attributes:
        accepted_keepers: Sample ids (list of int) of the images to keep.

    Args:
        clusters: Undecided clusters of identical files or pixels only.
    """

    accepted_keepers = Signal(object)

    def __init__(
        self, clusters: list[Cluster], project: Project, bridge: Bridge, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Exact copies")
        self.setAccessibleName("Exact copies")
        self._project, self._bridge = project, bridge
        self._clusters = {c.id: c for c in clusters}
        self._off: set[int] = set()
        title = QLabel("Keep one of each?")
        title.setProperty("role", "title")
        self._note = QLabel()
        self._note.setProperty("role", "muted")
        self._note.setWordWrap(True)
        self.grid = PairGrid(project.samples.thumbnail, self)
        self.grid.setAccessibleName("Exact copies")
        self.grid.set_columns(_COLUMNS_WIDE if parent.width() >= _WIDE_PX else _COLUMNS)
        self.grid.toggled.connect(self._toggle)
        self.grid.opened.connect(self._on_opened)
        self._apply, cancel = QPushButton(), QPushButton("Cancel")
        self._apply.setProperty("role", "primary")
        self._apply.setObjectName("exact-copies-apply")
        self._apply.clicked.connect(self._on_apply)
        cancel.clicked.connect(self.reject)
        for button in (self._apply, cancel):
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addWidget(self._note, 1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._apply)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(self.grid, 1)
        column.addLayout(buttons)
        self.resize(parent.size() * _SHARE)
        self._show()
        self.grid.setFocus()

    def done(self, result: int) -> None:
        """End the decode threads as well."""
        self.grid.shut_down()
        super().done(result)
        self.deleteLater()

    def _show(self) -> None:
        clusters = list(self._clusters.values())
        self.grid.show_tiles(
            PairTiles([c.id for c in clusters], lambda row: self._tile(clusters[row]))
        )
        chosen = [c for c in self._clusters.values() if c.id not in self._off]
        copies = sum(len(c.members) - 1 for c in chosen)
        self._apply.setText(f"Exclude {copies:,} cop{'ies' if copies != 1 else 'y'}")
        self._apply.setEnabled(bool(chosen))
        self._note.setText(
            f"{len(chosen):,} of {len(self._clusters):,} clusters of identical files or pixels."
            " The left image of each is kept. K or a click unticks one, Space enlarges it."
        )

    def _tile(self, cluster: Cluster) -> PairTile:
        keeper = next(m for m in cluster.members if m.id == cluster.suggested_keeper)
        other = next(m for m in cluster.members if m.id != keeper.id)
        count = len(cluster.members)
        note = f"{count:,} images" if count > 2 else ""
        labels = {m.new_label or m.label for m in cluster.members}
        return PairTile(
            cluster.id, keeper.id, other.id, (keeper.split, other.split),
            "2 labels" if len(labels) > 1 else KIND_NAMES[cluster.kinds[0]], note,
            problem=len(labels) > 1, ticked=cluster.id not in self._off,
            name=f"{keeper.path} and {other.path}",
        )  # fmt: skip

    def _toggle(self, cluster: int) -> None:
        self._off ^= {cluster}
        self._show()

    def _on_opened(self, cluster: int) -> None:
        one, two = self._clusters[cluster].members[:2]
        PairDialog(self._project, self._bridge, (one, two), self).open()

    def _on_apply(self) -> None:
        chosen = [c.suggested_keeper for c in self._clusters.values() if c.id not in self._off]
        self.accepted_keepers.emit(chosen)
        self.accept()
