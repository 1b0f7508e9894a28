"""The controls above the queue: order, scope and threshold, or the status of a hash method."""

import html
from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from inspector.app.duplicates.link_label import LinkLabel
from inspector.app.duplicates.queue import ClusterOrder, Queue, Scope
from inspector.app.widgets.controls.combo import Combo
from inspector.app.widgets.flow_layout import FlowLayout


class QueueHead(QWidget):
    """Chooses the order and the scope of the queue.

    Attributes:
        changed: The order or the scope has changed.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("duplicate-scope")
        self.setAccessibleName("Which clusters")
        self._scope: Scope | None = None
        self.order = Combo("Order of the queue")
        self.order.setObjectName("duplicate-order")
        for order in ClusterOrder:
            self.order.add(order.value, order.value)
        self.order.currentIndexChanged.connect(self.changed)
        self._level = QLabel()
        self._level.setProperty("role", "caption")
        self._level.setToolTip(
            "Pairs from this similarity on count as near-duplicates (change it with [ and ])"
        )
        self._chips: dict[Scope, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._row = self._chip_row()
        self._group.idClicked.connect(self._on_chip)
        self._method = QLabel()
        self._method.setObjectName("hash-status")
        self._method.setProperty("role", "caption")
        self._method.setWordWrap(True)
        self._method.hide()
        self._false = LinkLabel()
        self._false.setObjectName("false-pairs")
        self._false.setToolTip("The least similar clusters first: false ones are among those")
        self._false.linkActivated.connect(self._show_doubtful)
        first = QHBoxLayout()
        first.addWidget(self.order)
        first.addStretch()
        first.addWidget(self._level, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(first)
        column.addWidget(self._row)
        column.addWidget(self._false)
        column.addWidget(self._method)

    def scope(self) -> Scope | None:
        """Return the chosen scope; None for the suggested one."""
        return self._scope

    def chosen_order(self) -> ClusterOrder:
        return ClusterOrder(self.order.currentData())

    def show_queue(self, queue: Queue, threshold: float, false_pairs: str) -> None:
        """Show the counts of each scope, which one is shown, and how many pairs may be false."""
        self._show_false_pairs(false_pairs)
        for scope, chip in self._chips.items():
            chip.setText(f"{scope.value}  {queue.counts[scope]:,}")
            chip.setChecked(scope is queue.scope)
        if self._scope is not None:
            self._scope = queue.scope
        self._level.setText(f"from {threshold:.2f}")
        self._show_hashes("")

    def show_method(self, text: str) -> None:
        """Show the status of a hash method instead of the scopes; "" for verified pairs."""
        self._show_hashes(text)

    def _show_false_pairs(self, false_pairs: str) -> None:
        text = html.escape(false_pairs).replace(" %", "&nbsp;%")
        shown = f"{text} <a href='#'>Show</a>" if text else ""
        if shown != self._false.text():
            self._false.setText(shown)

    def selected_values(self) -> dict[str, list[str]]:
        """Return the chosen scope, to be saved."""
        return {"scope": [self._scope.name] if self._scope is not None else []}

    def select_values(self, values: Mapping[str, Iterable[str]]) -> None:
        """Restore a saved scope; an unknown one is ignored."""
        names = [name for name in values.get("scope", ()) if name in Scope.__members__]
        self._scope = Scope[names[0]] if names else None
        self.changed.emit()

    def _chip_row(self) -> QWidget:
        row = QWidget()
        flow = FlowLayout(row, gap_px=4)
        for position, scope in enumerate(Scope):
            chip = QToolButton()
            chip.setProperty("role", "chip")
            chip.setCheckable(True)
            chip.setText(scope.value)
            self._chips[scope] = chip
            self._group.addButton(chip, position)
            flow.addWidget(chip)
        policy = row.sizePolicy()
        policy.setHeightForWidth(True)
        row.setSizePolicy(policy)
        return row

    def _show_hashes(self, text: str) -> None:
        self._method.setText(text)
        self._method.setVisible(bool(text))
        for widget in (self.order, self._level, self._row):
            widget.setVisible(not text)
        self._false.setVisible(bool(self._false.text()) and not text)

    def _show_doubtful(self) -> None:
        """Open the list of all clusters, the least similar first."""
        self._scope = Scope.ALL
        self.order.blockSignals(True)
        self.order.setCurrentIndex(self.order.findData(ClusterOrder.DOUBTFUL.value))
        self.order.blockSignals(False)
        self.changed.emit()

    def _on_chip(self, position: int) -> None:
        self._scope = list(Scope)[position]
        self.changed.emit()
