"""The card that chooses split folders, form and file mode of an export."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QVBoxLayout

from inspector.app.export.planned_export import ExportChoice, SplitFolders
from inspector.work.export_forms.catalogue import TITLES
from inspector.work.export_forms.form import Form
from inspector.work.export_plan import ExportMode

_CARD_PX = 320
_MODES = (
    ("Copies", ExportMode.COPY, "each file has its own bytes"),
    ("Hard links", ExportMode.HARDLINK, "no space; a change to one file changes both"),
    ("Symbolic links", ExportMode.SYMLINK, "no space; they break when the dataset moves"),
    ("Reflinks", ExportMode.REFLINK, "no space and their own bytes, where the disk can do it"),
)
# In the order of `SplitFolders`.
_SPLITS = (
    ("Folders as they are", "", "The manifest lists the split, also where a call of code draws it"),
    ("New folders by the split rule", "", "One folder per split of the rule in use on Splits"),
    ("5 folds by group", "", "One folder per fold of a cross-validation; no group is cut"),
)
_FORMS = [(title, form, what) for form, (title, what) in TITLES.items()]


class FormatCard(QFrame):
    """Choose how the folders and files of an export are written.

    Attributes:
        changed: Something else is chosen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self.setFixedWidth(_CARD_PX)
        self._splits = _choice("Split folders", _SPLITS)
        self._form = _choice("Form", _FORMS)
        self._mode = _choice("How files get there", _MODES)
        title = QLabel("Format")
        title.setProperty("role", "heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        column.addWidget(title)
        for text, box in (("Splits", self._splits), ("Form", self._form), ("Files", self._mode)):
            label = QLabel(text)
            label.setProperty("role", "caption")
            column.addWidget(label)
            column.addWidget(box)
            box.currentIndexChanged.connect(self.changed)
        note = QLabel("Every copy is verified by hash. The dataset itself is never changed.")
        note.setProperty("role", "caption")
        note.setWordWrap(True)
        column.addWidget(note)

    def choice(self, target: Path) -> ExportChoice:
        """Return what is chosen, for an export to a target folder."""
        return ExportChoice(
            target,
            ExportMode(self._mode.currentData()),
            Form(self._form.currentData()),
            SplitFolders(self._splits.currentIndex()),
        )


def _choice(name: str, items: Sequence[tuple[str, str, str]]) -> QComboBox:
    """Return a choice of (text, value, tooltip)."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    for position, (text, value, what) in enumerate(items):
        box.addItem(text, value)
        box.setItemData(position, what, Qt.ItemDataRole.ToolTipRole)
    return box
