"""The policy bar: presets and saved policies, save, rename, delete, compare with another."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QMenu,
    QPushButton,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.augmentation.policy import Policy
from inspector.augmentation.presets import PRESETS
from inspector.project.augment.policies import SavedPolicy, load_policy, write_file
from inspector.project.project import Project

_UNNAMED = "your policy"


class PolicyBar(QWidget):
    """Chooses policies by name, and saves them.

    Attributes:
        chosen: The `Policy` that the user chose by name or from a file.
        beside: The `Policy` to compare with, or None.
        failed: An `InspectorError` from reading or saving a policy.
        paste_requested: The user wants to paste code.
        undo_requested: The user wants to undo a change.
        redo_requested: The user wants to redo a change.
    """

    paste_requested = Signal()
    undo_requested = Signal()
    redo_requested = Signal()

    chosen = Signal(object)
    beside_chosen = Signal(object)
    failed = Signal(object)

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__()
        self._project, self._bridge = project, bridge
        self._saved: dict[str, Policy] = {}
        self._policy = Policy.none()
        self._names, self._beside = QComboBox(), QComboBox()
        self._names.setAccessibleName("Preset or saved policy")
        self._beside.setAccessibleName("Policy to compare with")
        self._names.activated.connect(self._on_name)
        self._beside.activated.connect(self._on_beside)
        for box in (self._names, self._beside):
            box.setMinimumWidth(168)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self._save = QPushButton("Save…")
        self._save.setToolTip("Save this policy in the project")
        self._save.clicked.connect(self._on_save)
        more = QPushButton("More")
        more.setAccessibleName("More actions for policies")
        menu = QMenu(more)
        self._rename = menu.addAction("Rename…", self._on_rename)
        self._delete = menu.addAction("Delete", self._on_delete)
        menu.addSeparator()
        menu.addAction("Open a file…", self._on_open)
        menu.addAction("Write to a file…", self._on_write)
        menu.addSeparator()
        menu.addAction("Paste code…").triggered.connect(self.paste_requested)
        menu.addAction("Undo the last change").triggered.connect(self.undo_requested)
        menu.addAction("Redo").triggered.connect(self.redo_requested)
        more.setMenu(menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._mode = SegmentedControl(
            ("One policy", "Side by side"), name="One policy, or two side by side"
        )
        self._mode.chosen.connect(self._on_mode)
        for widget in (self._mode, self._names, self._beside, self._save, more):
            row.addWidget(widget)
        self._beside.setVisible(False)
        self._show_names()

    def refresh(self) -> None:
        """Read the saved policies again."""
        self._bridge.call(self._project.policies.all, self._on_kept, channel="policies")

    def show_policy(self, policy: Policy) -> None:
        """Show the name of a policy, if it has one."""
        self._policy = policy
        at = self._names.currentText()
        name = at if self._known().get(at) == policy else self._name_of(policy)
        if self._names.findText(name) < 0:
            self._names.insertItem(0, name)
        self._names.setCurrentText(name)
        if name != _UNNAMED and self._names.itemText(0) == _UNNAMED:
            self._names.removeItem(0)
        for action in (self._rename, self._delete):
            action.setEnabled(name in self._saved)

    def beside(self) -> tuple[str, Policy | None]:
        """Return the name and the policy to compare with."""
        name = self._beside.currentText()
        return name, self._known().get(name) if self._beside.currentIndex() > 0 else None

    def name(self) -> str:
        """Return the name of the shown policy."""
        return self._names.currentText()

    def _known(self) -> dict[str, Policy]:
        return {**self._saved, **PRESETS}

    def _name_of(self, policy: Policy) -> str:
        known = (name for name, other in self._known().items() if other == policy)
        return next(known, _UNNAMED)

    def _on_kept(self, policies: list[SavedPolicy]) -> None:
        self._saved = {p.name: p.policy for p in policies}
        self._show_names()

    def _show_names(self) -> None:
        name, beside = self._names.currentText(), self._beside.currentText()
        for box, first in ((self._names, ""), (self._beside, "nothing")):
            box.clear()
            if first:
                box.addItem(first)
            box.addItems(list(self._saved))
            if self._saved:
                box.insertSeparator(box.count())
            box.addItems(list(PRESETS))
        self._names.setCurrentText(name)
        self._beside.setCurrentText(beside)
        self.show_policy(self._policy)

    def _on_name(self) -> None:
        policy = self._known().get(self._names.currentText())
        if policy is not None:
            self.chosen.emit(policy)

    def _on_mode(self, mode: int) -> None:
        """Compare with a second policy, at first the first preset, or stop comparing."""
        first = next((i for i in range(1, self._beside.count()) if self._beside.itemText(i)), 0)
        self._beside.setCurrentIndex(first if mode else 0)
        self._on_beside()

    def _on_beside(self) -> None:
        there = self._beside.currentIndex() > 0
        self._mode.mark(int(there))
        self._beside.setVisible(there)
        self.beside_chosen.emit(self.beside()[1])

    def _on_save(self) -> None:
        at = self._names.currentText()
        shown = at if at in self._saved else ""
        name, ok = QInputDialog.getText(self, "Save the policy", "Name", text=shown)
        if ok:
            self.save(name)

    def save(self, name: str) -> None:
        """Save the shown policy under a name."""
        policy = self._policy
        self._bridge.call(
            lambda: self._project.policies.save(name, policy),
            on_error=self.failed.emit,
            writes=True,
        )

    def _on_rename(self) -> None:
        old = self._names.currentText()
        name, ok = QInputDialog.getText(self, "Rename the policy", "Name", text=old)
        if ok:
            self._bridge.call(
                lambda: self._project.policies.rename(old, name),
                on_error=self.failed.emit,
                writes=True,
            )

    def _on_delete(self) -> None:
        name = self._names.currentText()
        self._bridge.call(
            lambda: self._project.policies.delete(name), on_error=self.failed.emit, writes=True
        )

    def _on_open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a policy", "", "JSON (*.json)")
        if name:
            self._bridge.call(
                lambda: load_policy(Path(name)), self.chosen.emit, on_error=self.failed.emit
            )

    def _on_write(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Write the policy", "policy.json", "*.json")
        if name:
            policy = self._policy
            root = self._project.root
            self._bridge.call(
                lambda: write_file(policy, Path(name), root), on_error=self.failed.emit
            )
