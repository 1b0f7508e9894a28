"""The licences of the program and of the libraries in it."""

from importlib.metadata import Distribution, distributions

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

_COLUMNS = ("Library", "Version", "Licence")
_SIZE_PX = (640, 520)


class LicencesDialog(QDialog):
    """Lists every installed library with its version and licence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Licences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = QLabel(
            "Dataset Inspector is under the Apache License 2.0. EfficientNet-Lite0: Apache License"
            " 2.0. Inter and JetBrains Mono: SIL Open Font License 1.1. It uses these libraries:"
        )
        text.setWordWrap(True)
        rows = libraries()
        table = QTableWidget(len(rows), len(_COLUMNS))
        table.setAccessibleName("Libraries and their licences")
        table.setHorizontalHeaderLabels(_COLUMNS)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        for place, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                table.setItem(place, column, QTableWidgetItem(cell))
        table.resizeColumnsToContents()
        table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(text)
        layout.addWidget(table, 1)
        self.resize(*_SIZE_PX)


def libraries() -> list[tuple[str, str, str]]:
    """Return name, version and licence of each installed library, by name."""
    rows = {d.name.lower(): (d.name, d.version, licence_of(d)) for d in distributions() if d.name}
    rows.pop("dataset-inspector", None)
    return [rows[name] for name in sorted(rows)]


def licence_of(library: Distribution) -> str:
    """Return the licence that a library states: expression, classifier, or first line of text."""
    metadata = library.metadata
    if "License-Expression" in metadata:
        return str(metadata["License-Expression"])
    named = [c for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    if named:
        return ", ".join(c.rpartition(" :: ")[2] for c in named)
    text = str(metadata["License"]).strip() if "License" in metadata else ""
    return text.splitlines()[0] if text else "see its website"
