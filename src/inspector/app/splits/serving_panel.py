"""Inference code beside the pasted training code: how the model's input differs."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets.tables import set_rows, table
from inspector.code_reading.program import CodePlace
from inspector.project.training.serving_checks import InputChange, ServingCheck

_WAIT_MS = 350
_HEADS = ("line", "training", "difference", "input changes by", "accuracy")
_MAX_ROWS = 5
_EXAMPLE = """image = cv2.imread(path)
image = cv2.resize(image, (224, 224)) / 255
model.predict(image[np.newaxis])"""
_NOTHING = "According to the code, the model gets the same input as in training."


class ServingPanel(QWidget):
    """Takes inference code, and shows how it differs from training.

    Attributes:
        changed: The inference code has changed, shortly ago.
        judge: The user wants to evaluate the newest run with each difference.
    """

    changed = Signal()
    judge = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._open = QPushButton("Compare with inference code…")
        self._open.setCheckable(True)
        self._open.setToolTip(
            "Paste the code that uses the model: sizes, channels, values and classes are compared"
            " with training. Nothing is run."
        )
        self._code = QPlainTextEdit()
        self._code.setAccessibleName("Inference code")
        self._code.setToolTip("Inference code")
        self._code.setPlaceholderText(_EXAMPLE)
        self._code.setFixedHeight(80)
        self._differences = table(
            _HEADS, name="Differences between training and inference", wide=(2,)
        )
        self._note = QLabel()
        self._note.setObjectName("serving-note")
        self._note.setWordWrap(True)
        self._note.setProperty("role", "muted")
        self._judge = QPushButton("Measure the loss of accuracy")
        self._judge.setToolTip("Evaluates the newest run's model with each difference")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self.changed)
        self._open.toggled.connect(self._on_toggled)
        self._code.textChanged.connect(self._on_code)
        self._judge.clicked.connect(self._on_judge)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._open, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self._code, self._differences, self._note):
            column.addWidget(part)
        column.addWidget(self._judge, 0, Qt.AlignmentFlag.AlignLeft)
        self._on_toggled(False)

    def code(self) -> str:
        """Return the inference code; "" while it is not compared."""
        return self._code.toPlainText() if self._open.isChecked() else ""

    def set_code(self, code: str) -> None:
        """Show saved inference code without emitting `changed`."""
        for widget in (self._code, self._open):
            widget.blockSignals(True)
        self._code.setPlainText(code)
        self._open.setChecked(bool(code))
        for widget in (self._code, self._open):
            widget.blockSignals(False)
        self._show_parts()

    def show_check(self, check: ServingCheck) -> None:
        """Show a comparison."""
        reading = check.reading
        empty = _NOTHING if reading.training is not None and reading.serving else ""
        set_rows(self._differences, len(reading.differences), empty or "Nothing can be compared.")
        rows = zip(reading.differences, check.changes, strict=True)
        for row, (difference, change) in enumerate(rows):
            texts = (
                _line(difference.place), _line(difference.training_place), difference.text,
                _change(change), _accuracy(change),
            )  # fmt: skip
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{difference.text}\n{change.text}".strip())
                self._differences.setItem(row, column, item)
        height = self._differences.rowHeight(0)
        count = min(_MAX_ROWS, max(1, len(reading.differences)))
        self._differences.setFixedHeight(36 + height * count)
        lines = [
            f"{name}, {u.place.text}: {u.what}: {u.why}."
            for name, lacks in (
                ("Training", reading.training_unread),
                ("Inference", reading.unread),
            )
            for u in lacks
        ]
        if check.run:
            lines.append(f"Accuracy of {check.run} on {check.judged:,} validation images.")
        elif check.why_no_run:
            lines.append(f"Accuracy: {check.why_no_run}.")
        self._show_note("\n".join(lines))
        self._show_parts(compared=True, can_judge=bool(reading.differences) and not check.run)

    def show_problem(self, text: str) -> None:
        """Show why nothing is compared."""
        self._show_note(text)
        self._show_parts()

    def _show_note(self, text: str) -> None:
        self._note.setText(text)

    def _show_parts(self, *, compared: bool = False, can_judge: bool = False) -> None:
        shown = self._open.isChecked()
        self._code.setVisible(shown)
        self._differences.setVisible(shown and compared)
        self._note.setVisible(shown and bool(self._note.text()))
        self._judge.setVisible(shown and can_judge)
        self._judge.setEnabled(True)

    def _on_toggled(self, checked: bool) -> None:
        self._show_parts()
        if checked and self._code.toPlainText().strip():
            self._timer.start()

    def _on_code(self) -> None:
        self._show_note("")
        self._show_parts()
        self._timer.start()

    def _on_judge(self) -> None:
        self._judge.setEnabled(False)
        self.judge.emit()


def _line(place: CodePlace) -> str:
    return str(place.line) if place.cell is None else f"{place.cell}:{place.line}"


def _change(change: InputChange) -> str:
    if change.relative_change is None:
        return "" if change.affected is None else f"{change.affected:,} images"
    return f"{change.mean_change:.3g} ({change.relative_change:.0%} of its deviation)"


def _accuracy(change: InputChange) -> str:
    return "" if change.accuracy is None else "{:.3f} → {:.3f}".format(*change.accuracy)
