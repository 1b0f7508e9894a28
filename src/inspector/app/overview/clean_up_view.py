"""The content of the clean-up dialog: choices, pairs and result."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.overview.clean_up_text import CHIPS, PairFilter, action_text, price_text, tile_of
from inspector.app.widgets.balance_bars import BalanceBars
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.flow_layout import FlowLayout
from inspector.app.widgets.pairs.pair_grid import PairGrid, PairTiles
from inspector.project.export.clean_up_plan import CleanUpPlan
from inspector.project.review.copies import CopyPair

_CHOICE_PX, _RESULT_PX, _THREE_COLUMNS_PX = 264, 264, 900
_CHOICES = (
    ("training", "Exclude training copies", "The test set keeps every image, then validation."),
    ("evaluation", "Exclude evaluation copies", "Training keeps every image."),
    ("resplit", "New split by group…", "Near-duplicates and groups stay in one split."),
)
_SORTS = ("Least similar first", "Most similar first", "By file name")


class CleanUpView(QWidget):
    """Lays out the dialog.

    Attributes:
        changed: A choice has changed; True if it excludes other images than before.
        tick_all: Keys of pairs, and whether their copies are excluded.
    """

    changed = Signal(bool)
    tick_all = Signal(tuple, bool)
    judge_requested = Signal()
    labels_requested = Signal()
    cancelled = Signal()
    confirmed = Signal()

    def __init__(self, load: Callable[[int], bytes | None], dialog: QWidget) -> None:
        super().__init__(dialog)
        self.grid = PairGrid(load, self)
        self.grid.setAccessibleName("Pairs: K or a click keeps both images or excludes the copy")
        self._pairs: tuple[CopyPair, ...] = ()
        self._chip = PairFilter.ALL
        self._radios: dict[str, QRadioButton] = {}
        self._prices: dict[str, QLabel] = {}
        self._chips: dict[PairFilter, QToolButton] = {}
        self._head, self._error = QLabel("Planning…"), QLabel()
        self._all = QCheckBox()
        self._sort = QComboBox()
        self._lock = QCheckBox("Lock the split first")
        self._unreadable = QCheckBox("Exclude unreadable files")
        self._near, self._two = QLabel(), QLabel()
        self._judge, self._labels = _link("Judge near pairs…"), _link("Decide the labels")
        self._leaked, self._kept, self._notes = QLabel(), QLabel(), QLabel()
        self.bars = BalanceBars()
        self._do = QPushButton("Planning…")
        self._lay_out(dialog)
        self._connect()

    def choose(self, *, resplit: bool) -> None:
        """Choose what to do."""
        self._radios["resplit" if resplit else "training"].setChecked(True)

    def keeps_training(self) -> bool:
        """Return whether copies of training images are excluded from validation and test."""
        return self._radios["evaluation"].isChecked()

    def resplits(self) -> bool:
        """Return whether images move between splits."""
        return self._radios["resplit"].isChecked()

    def locks(self) -> bool | None:
        """Return whether the split is locked first; None if that is not known."""
        return self._lock.isChecked() if self._lock.isEnabled() else None

    def excludes_unreadable(self) -> bool:
        """Return whether unreadable files are excluded."""
        return self._unreadable.isChecked()

    def show_computing(self) -> None:
        """Disable the button until there is a plan."""
        self._do.setEnabled(False)
        self._do.setText("Computing…")
        self._leaked.setText("…")

    def show_error(self, text: str) -> None:
        """Show why there is no plan."""
        self._do.setEnabled(False)
        self._do.setText("Exclude")
        self._error.setText(text)
        self._error.setVisible(True)

    def show_plan(self, plan: CleanUpPlan) -> None:
        """Show what would be excluded, and the result."""
        self._pairs = plan.copies.pairs
        self._show_pairs()
        before, after = plan.leaked
        self._leaked.setText(f"{before:,} → {after:,}" if before != after else f"{after:,}")
        kept_count = len(plan.unticked) + len(plan.copies.by_hand)
        self._kept.setText(f"{kept_count:,}")
        self.bars.show_balance(plan.balance)
        self._notes.setText("\n\n".join(plan.notes))
        self._notes.setVisible(bool(plan.notes))
        self._error.setText("\n\n".join(_sentence(text) for text in plan.obstacles))
        self._error.setVisible(bool(plan.obstacles))
        self._show_options(plan)
        self._do.setText(action_text(plan))
        works = bool(plan.excluded or plan.unticked or plan.unreadable or plan.moves)
        self._do.setEnabled(works and not plan.obstacles)

    def show_prices(self, prices: Mapping[str, CleanUpPlan | str]) -> None:
        """Show what each choice costs."""
        for name, price in prices.items():
            text, problem = price_text(name, price)
            label = self._prices[name]
            label.setText(text)
            label.setProperty("role", "price-problem" if problem else "strong")
            label.style().polish(label)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - _CHOICE_PX - _RESULT_PX
        self.grid.set_columns(3 if room > _THREE_COLUMNS_PX else 2)

    def _show_options(self, plan: CleanUpPlan) -> None:
        if not self._lock.isEnabled():
            self._lock.blockSignals(True)
            self._lock.setEnabled(True)
            self._lock.setChecked(plan.lock)
            self._lock.blockSignals(False)
        failed = len(plan.unreadable)
        if failed:
            files = "file" if failed == 1 else "files"
            self._unreadable.setText(f"Exclude {failed:,} unreadable {files}")
        self._unreadable.setVisible(bool(failed) or not self._unreadable.isChecked())
        near = [p for p in self._pairs if PairFilter.NEAR.matches(p) and not p.certain]
        self._near.setText(
            f"{len(near):,} near pairs are not ticked. {plan.precision.text}" if near else ""
        )
        two = sum(p.two_labels for p in self._pairs)
        carry = "pair carries" if two == 1 else "pairs carry"
        self._two.setText(f"{two:,} {carry} two labels. Only you can tell which one is right.")
        for widgets, shown in (((self._near, self._judge), near), ((self._two, self._labels), two)):
            for widget in widgets:
                widget.setVisible(bool(shown))

    def _show_pairs(self) -> None:
        counts = {chip: sum(chip.matches(p) for p in self._pairs) for chip in CHIPS}
        for chip, button in self._chips.items():
            button.setText(f"{chip.value}  {counts[chip]:,}")
            button.setEnabled(counts[chip] > 0 or chip is PairFilter.ALL)
            button.setChecked(chip is self._chip)
        shown = self._shown()
        ticked = sum(p.ticked for p in shown)
        pairs = "pair" if len(shown) == 1 else "pairs"
        self._head.setText(f"{ticked:,} of {len(shown):,} {pairs}")
        if not self._pairs:
            self._head.setText("No image is a copy of one in another split")
        self._all.blockSignals(True)
        self._all.setVisible(bool(shown))
        state = Qt.CheckState.PartiallyChecked
        if ticked in (0, len(shown)):
            state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        self._all.setCheckState(state)
        self._all.blockSignals(False)
        self.grid.show_tiles(
            PairTiles([p.excluded.id for p in shown], lambda row: tile_of(shown[row]))
        )

    def _shown(self) -> Sequence[CopyPair]:
        shown = [p for p in self._pairs if self._chip.matches(p)]
        match self._sort.currentIndex():
            case 1:
                shown.reverse()
            case 2:
                shown.sort(key=lambda p: p.excluded.path)
        return shown

    def _on_radio(self, on: bool) -> None:
        if on:
            self.changed.emit(True)

    def _on_chip(self, chip: PairFilter) -> None:
        self._chip = chip
        self._show_pairs()

    def _on_all(self) -> None:
        shown = self._shown()
        on = not all(p.ticked for p in shown)
        self.tick_all.emit(tuple(p.excluded.id for p in shown), on)

    def _connect(self) -> None:
        for radio in self._radios.values():
            radio.toggled.connect(self._on_radio)
        for box in (self._lock, self._unreadable):
            box.toggled.connect(lambda _: self.changed.emit(False))
        self._all.clicked.connect(self._on_all)
        self._sort.currentIndexChanged.connect(lambda _: self._show_pairs())
        self._judge.clicked.connect(self.judge_requested)
        self._labels.clicked.connect(self.labels_requested)
        self._do.clicked.connect(self.confirmed)

    def _lay_out(self, dialog: QWidget) -> None:
        title, under = QLabel("Clean up dataset"), QLabel(
            "Excluded images are left out of every count, run and export. No file is changed or"
            " deleted."
        )  # fmt: skip
        title.setProperty("role", "title")
        under.setProperty("role", "muted")
        body = QHBoxLayout()
        body.setSpacing(24)
        body.addWidget(_scrolled(self._choices(), _CHOICE_PX, "What to do"))
        body.addWidget(_line())
        body.addLayout(self._middle(), 1)
        body.addWidget(_line())
        body.addWidget(_scrolled(self._result(), _RESULT_PX, "Result"))
        hint = QLabel("Untick a pair to keep both images: K. Space opens it large. Ctrl+Z undoes"
                      " the clean-up.")  # fmt: skip
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.cancelled)
        for button in (cancel, self._do):
            button.setAutoDefault(False)
        self._do.setObjectName("clean-up-do")
        self._do.setProperty("role", "primary")
        self._do.setEnabled(False)
        foot = QHBoxLayout()
        foot.addWidget(hint, 1)
        foot.addWidget(cancel)
        foot.addWidget(self._do)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(8)
        for widget in (title, under):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addLayout(body, 1)
        column.addLayout(foot)
        outer = QVBoxLayout(dialog)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self)

    def _choices(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(_heading("What to do"))
        column.addSpacing(8)
        group = QButtonGroup(self)
        for name, text, what in _CHOICES:
            radio, about, price = QRadioButton(text), QLabel(what), QLabel("…")
            group.addButton(radio)
            self._radios[name], self._prices[name] = radio, price
            radio.setObjectName(f"clean-up-{name}")
            radio.setAccessibleDescription(what)
            about.setProperty("role", "caption")
            price.setProperty("role", "strong")
            lines = QVBoxLayout()
            lines.setSpacing(0)
            lines.setContentsMargins(24, 0, 0, 12)
            for label in (about, price):
                label.setWordWrap(True)
                lines.addWidget(label)
            column.addWidget(radio)
            column.addLayout(lines)
        column.addWidget(_line(across=True))
        self._lock.setEnabled(False)
        self._unreadable.setVisible(False)
        self._lock.setToolTip("Without the excluded images, the same seed selects another split")
        self._unreadable.setChecked(True)
        column.addWidget(self._lock)
        column.addWidget(self._unreadable)
        column.addWidget(_line(across=True))
        for label, link in ((self._near, self._judge), (self._two, self._labels)):
            label.setWordWrap(True)
            label.setProperty("role", "caption")
            column.addWidget(label)
            column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
            for widget in (label, link):
                widget.setVisible(False)
        column.addStretch()
        return column

    def _middle(self) -> QVBoxLayout:
        self._head.setProperty("role", "heading")
        self._all.setTristate(True)
        self._all.setAccessibleName("Exclude all shown copies, or keep them")
        self._sort.addItems(_SORTS)
        self._sort.setAccessibleName("Order of the pairs")
        head = QHBoxLayout()
        head.addWidget(self._all)
        head.addWidget(self._head, 1)
        head.addWidget(self._sort)
        chips_row = QWidget()
        chips = FlowLayout(chips_row)
        for chip in CHIPS:
            button = QToolButton()
            button.setCheckable(True)
            button.setProperty("role", "chip")
            button.clicked.connect(lambda _=False, one=chip: self._on_chip(one))
            self._chips[chip] = button
            chips.addWidget(button)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(chips_row)
        column.addWidget(self.grid, 1)
        return column

    def _result(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addWidget(_heading("Result"))
        figures = QHBoxLayout()
        figures.setSpacing(24)
        for name, figure in (("Leaked images", self._leaked), ("Pairs kept by you", self._kept)):
            label = QLabel(name)
            label.setProperty("role", "caption")
            figure.setProperty("role", "number")
            figure.setAccessibleName(name)
            lines = QVBoxLayout()
            lines.setSpacing(0)
            lines.addWidget(label)
            lines.addWidget(figure)
            figures.addLayout(lines)
        self._leaked.setObjectName("clean-up-leaked")
        self._error.setObjectName("clean-up-obstacle")
        self._error.setProperty("role", "error")
        self._notes.setProperty("role", "caption")
        column.addLayout(figures)
        column.addWidget(self._error)
        column.addWidget(_line(across=True))
        column.addWidget(self.bars)
        legend = QLabel("pale: before · full colour: after")
        legend.setProperty("role", "caption")
        column.addWidget(legend)
        column.addSpacing(8)
        column.addWidget(self._notes)
        for label in (self._error, self._notes):
            label.setWordWrap(True)
            label.setVisible(False)
        column.addStretch()
        return column


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def _link(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "quiet")
    button.setAutoDefault(False)
    return button


def _line(*, across: bool = False) -> QFrame:
    line = QFrame()
    line.setObjectName("line")
    if across:
        line.setFixedHeight(1)
    else:
        line.setFixedWidth(1)
    return line


def _scrolled(layout: QVBoxLayout, width_px: int, name: str) -> QScrollArea:
    inner = QWidget()
    inner.setLayout(layout)
    layout.setContentsMargins(0, 0, 8, 0)
    area = ColumnArea()
    area.setAccessibleName(name)
    area.setFixedWidth(width_px)
    area.setWidget(inner)
    return area


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
