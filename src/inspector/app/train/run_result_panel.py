"""What the selected run says about the data."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.images import from_jpeg
from inspector.app.widgets import theme
from inspector.app.widgets.tables import table
from inspector.project.training.run import Run
from inspector.project.training.run_results import Mistake, RunResult

SHOWN_MISTAKES = 100
_ICON_PX = 56
_FITTING = 6
"""Up to this many classes fit the width; more of them scroll."""


@dataclass(frozen=True, slots=True)
class ShownResult:
    """A result with the thumbnails of its first mistakes, by sample id."""

    run: Run
    result: RunResult
    thumbnails: dict[int, bytes]


class RunResultPanel(QWidget):
    """Accuracy by near-duplicates in training, the confusion matrix, the most confident mistakes.

    Attributes:
        requested: A title and sample ids to list in the gallery.
        relabel_requested: A sample id and the predicted class.
    """

    requested = Signal(str, object)
    relabel_requested = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self._shown: ShownResult | None = None
        self._head, self._text = QLabel(), QLabel()
        self._head.setProperty("role", "number")
        self._head.setObjectName("run-accuracy")
        self._text.setObjectName("run-text")
        for label in (self._head, self._text):
            label.setWordWrap(True)
        self._text.setProperty("role", "muted")
        heads = ("of", "right", "95 %", "n")
        self._rates = table(
            heads, name="Accuracy by part of the validation images", wide=(0,), numbers=(1, 2, 3)
        )
        self._rates.setObjectName("tight")
        self._matrix = table((), name="Confusion matrix: true class by predicted class")
        self._matrix.setObjectName("tight")
        self._matrix.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self._matrix.cellActivated.connect(self._on_cell)
        self._matrix.cellClicked.connect(self._on_cell)
        self._mistakes = QListWidget()
        self._mistakes.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self._mistakes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._mistakes.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._mistakes.setAccessibleName("Most confident mistakes")
        self._mistakes.currentRowChanged.connect(self._on_mistake)
        self._relabel, self._see = QPushButton("Relabel"), QPushButton("See all mistakes")
        self._relabel.clicked.connect(self._on_relabel)
        self._see.clicked.connect(self._on_see)
        self._lay_out()
        self.show_message("Choose a run to see what it says about the data.")

    def show_message(self, text: str) -> None:
        """Show only a sentence."""
        self._shown = None
        self._head.setText("")
        self._text.setText(text)
        self._tabs.setVisible(False)

    def show_result(self, shown: ShownResult) -> None:
        self._shown = shown
        run, result = shown.run, shown.result
        best, last = run.best, run.history[-1]
        assert best is not None
        everything = result.rates[0]
        self._head.setText(f"validation {best.val_accuracy:.3f}")
        chosen = "selection holdout" if run.spec.selection else "last epoch"
        gone = f" {result.gone:,} validation images have been removed since." if result.gone else ""
        self._text.setText(
            f"95 % [{everything.low:.3f}, {everything.high:.3f}], {everything.n:,} images; epoch"
            f" {best.epoch}, chosen by the {chosen}. Last epoch {last.epoch}:"
            f" {last.val_accuracy:.3f}. Training minus validation:"
            f" {best.accuracy - best.val_accuracy:+.3f}.{gone}"
        )
        self._tabs.setVisible(True)
        self._fill_rates()
        self._fill_matrix()
        self._fill_mistakes()

    def _fill_rates(self) -> None:
        assert self._shown is not None
        # All of these are validation images.
        rates = [r for r in self._shown.result.rates if r.name != "validation"]
        self._rates.setRowCount(len(rates))
        for row, rate in enumerate(rates):
            span = f"{rate.low:.3f}–{rate.high:.3f}"
            name = rate.name.removeprefix("validation, ")
            texts = (name, f"{rate.share:.3f}", span, f"{rate.n:,}")
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if column:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self._rates.setItem(row, column, item)
        self._rates.resizeRowsToContents()

    def _fill_matrix(self) -> None:
        assert self._shown is not None
        result = self._shown.result
        n = len(result.classes)
        self._matrix.setRowCount(n)
        self._matrix.setColumnCount(n)
        for column, name in enumerate(result.classes):
            head = QTableWidgetItem(name)
            head.setToolTip(name)
            self._matrix.setHorizontalHeaderItem(column, head)
        self._matrix.setVerticalHeaderLabels(list(result.classes))
        self._matrix.verticalHeader().setVisible(True)
        fits = n <= _FITTING
        mode = QHeaderView.ResizeMode.Stretch if fits else QHeaderView.ResizeMode.Interactive
        self._matrix.horizontalHeader().setSectionResizeMode(mode)
        for row, true in enumerate(result.classes):
            total = sum(len(result.cells.get((true, p), ())) for p in result.classes) or 1
            for column, predicted in enumerate(result.classes):
                count = len(result.cells.get((true, predicted), ()))
                item = QTableWidgetItem(f"{count:,}" if count else "")
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                item.setToolTip(f"{count:,} images of {true} predicted as {predicted}")
                item.setBackground(_heat(count / total, right=row == column))
                self._matrix.setItem(row, column, item)

    def _fill_mistakes(self) -> None:
        assert self._shown is not None
        self._mistakes.clear()
        for mistake in self._shown.result.mistakes[:SHOWN_MISTAKES]:
            text = (
                f"{mistake.label} → {mistake.predicted}, {mistake.confidence:.0%} sure\n"
                f"{mistake.sample.path}"
            )
            item = QListWidgetItem(text)
            thumbnail = from_jpeg(self._shown.thumbnails.get(mistake.sample.id))
            item.setIcon(QIcon(QPixmap.fromImage(thumbnail)))
            item.setToolTip(mistake.sample.path)
            self._mistakes.addItem(item)
        self._on_mistake(-1)
        self._see.setEnabled(bool(self._shown.result.mistakes))

    def _mistake(self) -> Mistake | None:
        row = self._mistakes.currentRow()
        if self._shown is None or not 0 <= row < len(self._shown.result.mistakes):
            return None
        return self._shown.result.mistakes[row]

    def _on_mistake(self, _: int) -> None:
        mistake = self._mistake()
        self._relabel.setEnabled(mistake is not None)
        self._relabel.setText(f"Relabel as {mistake.predicted}" if mistake else "Relabel")

    def _on_relabel(self) -> None:
        mistake = self._mistake()
        if mistake is not None:
            self.relabel_requested.emit(mistake.sample.id, mistake.predicted)

    def _on_see(self) -> None:
        if self._shown is not None:
            ids = [m.sample.id for m in self._shown.result.mistakes]
            self.requested.emit(f"Mistakes of {self._shown.run.title}", ids)

    def _on_cell(self, row: int, column: int) -> None:
        if self._shown is None:
            return
        result = self._shown.result
        true, predicted = result.classes[row], result.classes[column]
        ids = result.cells.get((true, predicted), ())
        if ids:
            self.requested.emit(f"{true} predicted as {predicted}", ids)

    def _lay_out(self) -> None:
        self._tabs = QTabWidget()
        mistakes = QWidget()
        column = QVBoxLayout(mistakes)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self._mistakes, 1)
        row = QHBoxLayout()
        row.addWidget(self._relabel)
        row.addWidget(self._see)
        column.addLayout(row)
        self._tabs.addTab(self._rates, "Parts")
        confusion = QWidget()
        column = QVBoxLayout(confusion)
        column.setContentsMargins(0, 8, 0, 0)
        hint = QLabel("Rows are labels, columns are predictions. A cell opens its images.")
        hint.setWordWrap(True)
        hint.setProperty("role", "muted")
        column.addWidget(hint)
        column.addWidget(self._matrix, 1)
        self._tabs.addTab(confusion, "Confusion")
        self._tabs.addTab(mistakes, "Mistakes")
        self._tabs.setTabToolTip(
            0,
            "The difference is descriptive: images with a near-duplicate may be easier",
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 8, 0, 0)
        outer.setSpacing(4)
        outer.addWidget(self._head)
        outer.addWidget(self._text)
        outer.addWidget(self._tabs, 1)
        outer.addStretch()


def _heat(share: float, *, right: bool) -> QColor:
    colour = theme.colour("training" if right else "problem-fill")
    colour.setAlphaF(min(0.75, 0.08 + 0.6 * share) if share else 0.0)
    return colour
