"""The components of an accuracy gap as a table: by baseline models, or by trainings."""

from typing import Any

from PySide6.QtWidgets import QTableWidgetItem, QVBoxLayout, QWidget

from inspector.app.widgets.tables import table

_TERMS = (
    ("leakage", "Leakage"),
    ("shift", "Distribution shift"),
    ("luck", "Seed variability"),
    ("composition", "Class balance"),
    ("size", "Training-set size"),
)
_HEADS = ("component", "effect on accuracy", "95 % CI", "verdict")


class ComponentsTable(QWidget):
    """Shows the components of a gap, as tall as it needs."""

    def __init__(self) -> None:
        super().__init__()
        self._table = table(_HEADS, name="What the gap is made of", wide=(0,))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._table)

    def show_terms(self, document: dict[str, Any]) -> None:
        """Show the components of a diagnosis given as JSON; hidden without any."""
        terms = document.get("terms", {})
        self.setVisible(bool(terms))
        rows = [(title, terms[name]) for name, title in _TERMS if name in terms]
        self._table.setRowCount(len(rows))
        for row, (title, term) in enumerate(rows):
            for column, text in enumerate((title, *_texts(term))):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self._table.setItem(row, column, item)
        self._table.resizeRowsToContents()
        head = self._table.horizontalHeader().sizeHint().height()
        height = sum(self._table.rowHeight(i) for i in range(len(rows)))
        self._table.setFixedHeight(head + height + 6)

    def row_count(self) -> int:
        return self._table.rowCount()


def _verdict(term: dict[str, Any]) -> str:
    """Return the verdict as text; a component without any figure was not estimated."""
    if term["mean"] is None:
        return "not estimated"
    return "inconclusive" if term["verdict"] == "cannot_tell" else str(term["verdict"])


def _texts(term: dict[str, Any]) -> tuple[str, str, str]:
    bound = {"at_least": "at least ", "at_most": "at most "}.get(term["bound"], "")
    mean, low, high = term["mean"], term["low"], term["high"]
    return (
        "-" if mean is None else f"{bound}{mean:+.3f}",
        "-" if low is None else f"{low:+.3f} to {high:+.3f}",
        _verdict(term),
    )
