"""The card that chooses split folders, form and file mode of an export."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QVBoxLayout

from inspector.app.export.option_rows import OptionRows
from inspector.app.export.planned_export import ExportChoice, SplitFolders
from inspector.work.export_forms.catalogue import TITLES
from inspector.work.export_forms.form import Form
from inspector.work.export_plan import ExportMode
from inspector.work.reencoding import JPEG_QUALITY, ImageFormat, Reencoding

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
    ("Folders as they are", "The manifest lists the split, even if a call in code makes it"),
    ("New folders by the split rule", "One folder per split of the current split rule"),
    ("5 folds by group", "One folder per fold of a cross-validation; groups stay whole"),
)
_AS_IS, _MEASURED = "", "measured"
_IMAGES = (
    ("As they are", _AS_IS, "Byte for byte"),
    (
        f"All as JPEG, quality {JPEG_QUALITY}", ImageFormat.JPEG.value,
        "Decoded, upright, and saved alike: format, tables and metadata tell no class any more",
    ),
    ("All as PNG", ImageFormat.PNG.value, "Decoded, upright, and saved alike without loss"),
)  # fmt: skip
_BORDERS = (
    ("Kept", "0", "Nothing is cut"),
    ("Cut as measured", _MEASURED, "As much as the widest narrow border of any image"),
    *(
        (f"{share:.0%} cut from each side", f"{share}", "The same share of every image")
        for share in (0.02, 0.05, 0.1)
    ),
)
_FORMS = [(title, form, what[:1].upper() + what[1:]) for form, (title, what) in TITLES.items()]


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
        self._splits = OptionRows("Split folders", _SPLITS)
        self._form = _choice("Form", _FORMS)
        self._mode = _choice("How files are written", _MODES)
        self._images = _choice("Re-encoding", _IMAGES)
        self._borders = _choice("Borders", _BORDERS)
        self._measured = QLabel()
        self._measured.setObjectName("export-borders")
        self._measured.setProperty("role", "caption")
        self._measured.setWordWrap(True)
        self._measured.hide()
        title = QLabel("Format")
        title.setProperty("role", "heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(self._splits)
        for text, box in (
            ("Form", self._form), ("Images", self._images), ("Borders", self._borders),
            ("Files", self._mode),
        ):  # fmt: skip
            label = QLabel(text)
            label.setProperty("role", "caption")
            column.addWidget(label)
            column.addWidget(box)
        column.insertWidget(column.indexOf(self._borders) + 1, self._measured)
        about = QLabel()
        about.setObjectName("export-form")
        about.setProperty("role", "caption")
        about.setWordWrap(True)
        column.insertWidget(column.indexOf(self._form) + 1, about)
        self._form.currentIndexChanged.connect(lambda row: about.setText(_FORMS[row][2]))
        about.setText(_FORMS[0][2])
        self._images.currentIndexChanged.connect(self._on_images)
        self._borders.currentIndexChanged.connect(self._on_borders)
        self._splits.chosen.connect(self.changed)
        for box in (self._form, self._images, self._borders, self._mode):
            box.currentIndexChanged.connect(self.changed)
        note = QLabel(
            "Every copy is verified by hash, a re-encoded image by decoding it again. The dataset"
            " itself is never changed."
        )
        note.setProperty("role", "caption")
        note.setWordWrap(True)
        column.addWidget(note)

    def choice(self, target: Path) -> ExportChoice:
        """Return the chosen options for an export to a target folder."""
        return ExportChoice(
            target,
            ExportMode(self._mode.currentData()),
            Form(self._form.currentData()),
            SplitFolders(self._splits.position()),
            self._reencoding(),
            self._borders.currentData() == _MEASURED,
        )

    def reencode(self, *, crop: bool) -> None:
        """Choose JPEG for all images, and with `crop` to cut the borders as measured."""
        self._images.setCurrentIndex(self._images.findData(ImageFormat.JPEG.value))
        self._borders.setCurrentIndex(self._borders.findData(_MEASURED if crop else "0"))

    def show_borders(self, text: str) -> None:
        """Show what was measured of the borders; "" for nothing."""
        self._measured.setText(text)
        self._measured.setVisible(bool(text))

    def _reencoding(self) -> Reencoding | None:
        image_format = str(self._images.currentData())
        if image_format == _AS_IS:
            return None
        crop = str(self._borders.currentData())
        return Reencoding(ImageFormat(image_format), 0.0 if crop == _MEASURED else float(crop))

    def _on_images(self, _: int) -> None:
        """A link can't be re-encoded, and what is cut has to be."""
        anew = self._images.currentData() != _AS_IS
        if anew:
            self._mode.setCurrentIndex(0)
        else:
            self._borders.setCurrentIndex(0)
        self._mode.setEnabled(not anew)

    def _on_borders(self, index: int) -> None:
        if index and self._images.currentData() == _AS_IS:
            self._images.setCurrentIndex(1)


def _choice(name: str, items: Sequence[tuple[str, str, str]]) -> QComboBox:
    """Return a choice of (text, value, tooltip)."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    for position, (text, value, what) in enumerate(items):
        box.addItem(text, value)
        box.setItemData(position, what, Qt.ItemDataRole.ToolTipRole)
    return box
