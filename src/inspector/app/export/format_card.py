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
    ("Copies", ExportMode.COPY, "independent files"),
    ("Hard links", ExportMode.HARDLINK, "no extra space; a change to one file changes both"),
    ("Symbolic links", ExportMode.SYMLINK, "no extra space; they break when the dataset is moved"),
    (
        "Reflinks",
        ExportMode.REFLINK,
        "no extra space, independent files; needs a file system that supports it",
    ),
)
# In the order of `SplitFolders`.
_SPLITS = (
    ("Folders as they are", "", "The manifest lists the split, even if a call in code makes it"),
    ("New folders by the split rule", "", "One folder per split of the current split rule"),
    ("5 folds by group", "", "One folder per fold of a cross-validation; groups stay whole"),
)
_FORMS = [(title, form, what) for form, (title, what) in TITLES.items()]


class FormatCard(QFrame):
    """Chooses how the folders and files of an export are written.

    Attributes:
        changed: Another option is chosen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self.setFixedWidth(_CARD_PX)
        self._splits = _choice("Split folders", _SPLITS)
        self._form = _choice("Form", _FORMS)
        self._mode = _choice("How files are written", _MODES)
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
        """Return the chosen options for an export to a target folder."""
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
