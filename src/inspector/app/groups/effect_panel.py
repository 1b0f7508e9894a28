"""The effect of accepting the chosen proposal: leak rate, images per split and class."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from inspector.app.widgets import theme
from inspector.app.widgets.balance_bars import BalanceBars
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.project.splits.group_effects import GroupEffect

# Beside the bars: title, leak rate, legend and what is between them.
_LEAST_BARS_PX, _OTHERS_PX, _SCROLL_BAR_PX = 92, 140, 10


class EffectPanel(QFrame):
    """Shows the effect of a proposal.

    Attributes:
        list_requested: A title and the ids of the images that would move.
    """

    list_requested = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._effect: GroupEffect | None = None
        self._height_px = 0
        self._title = ElidedLabel()
        self._title.setProperty("role", "title-2")
        self._name = QLabel("Leak rate")
        self._name.setProperty("role", "muted")
        self._old, self._arrow, self._new = QLabel(), QLabel("→"), QLabel()
        self._old.setProperty("role", "number-old")
        self._new.setObjectName("group-leak-rate")
        self._note = QLabel()
        self._note.setObjectName("group-effect-note")
        self._note.setProperty("role", "muted")
        self._note.setWordWrap(True)
        self._bars = BalanceBars()
        # Ten classes in three splits are taller than the page: the bars scroll, the pair to judge
        # below them stays in sight.
        self._room = ColumnArea()
        self._room.setWidget(self._bars)
        self._room.setViewportMargins(0, 0, _SCROLL_BAR_PX, 0)
        self._room.setAccessibleName("Images per split and class, scrolled")
        self._moves = QPushButton()
        self._moves.setProperty("role", "quiet")
        self._moves.clicked.connect(self._on_moves)
        self._lay_out()
        self.show_none()

    def show_none(self) -> None:
        """Show that no proposal is chosen."""
        self._title.show_text("If you accept a proposal")
        self._show_note("Leak rate and images per split, before and after, appear here.")

    def show_computing(self, title: str) -> None:
        """Show that the effect of a proposal is being computed."""
        self._title.show_text(f"If you accept “{title}”")
        self._show_note("Computing…")

    def show_effect(self, title: str, effect: GroupEffect | None) -> None:
        """Show an effect; None if the dataset has no split yet."""
        self._title.show_text(f"If you accept “{title}”")
        if effect is None:
            self._show_note(
                "This dataset has no split yet. An accepted group stays in one split as soon as you"
                " split by group on Splits."
            )
            return
        self._effect = effect
        before, after = effect.leak_rates
        self._old.setText(f"{100 * before:.1f} %")
        self._new.setText(f"{100 * after:.1f} %")
        better = after < before
        self._new.setProperty("role", "number-ok" if better else "number")
        self._new.style().polish(self._new)
        tip = (
            f"{effect.evaluation.capitalize()} images with a near-duplicate or a member of their"
            f" group in training: {effect.leaked[0]:,} of {effect.evaluated[0]:,} today,"
            f" {effect.leaked[1]:,} of {effect.evaluated[1]:,} after a split by group."
        )
        for label in (self._name, self._old, self._new):
            label.setToolTip(tip)
            label.setVisible(True)
        self._arrow.setVisible(True)
        self._note.setVisible(False)
        self._bars.show_balance(effect.balance)
        self._fit_bars()
        self._room.setVisible(True)
        count = len(effect.moved)
        self._moves.setText(f"Show the {count:,} images" if count != 1 else "Show the image")
        self._moves.setVisible(count > 0)
        self._legend.setVisible(True)

    def fit(self, height_px: int) -> None:
        """Take no more than a height: the bars scroll in what is left of it."""
        self._height_px = height_px
        self._fit_bars()

    def _fit_bars(self) -> None:
        room = max(_LEAST_BARS_PX, self._height_px - _OTHERS_PX)
        self._room.setFixedHeight(min(room, self._bars.sizeHint().height()))

    def _show_note(self, text: str) -> None:
        self._effect = None
        for widget in (self._name, self._old, self._arrow, self._new, self._room, self._moves,
                       self._legend):  # fmt: skip
            widget.setVisible(False)
        self._note.setText(text)
        self._note.setVisible(True)

    def _on_moves(self) -> None:
        if self._effect is not None:
            self.list_requested.emit("Images that would change their split", self._effect.moved)

    def _lay_out(self) -> None:
        rate = QHBoxLayout()
        rate.setSpacing(8)
        self._arrow.setProperty("role", "muted")
        for label in (self._name, self._old, self._arrow, self._new):
            rate.addWidget(label)
        rate.addStretch()
        self._legend = QFrame()
        foot = QHBoxLayout(self._legend)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(8)
        for text, colour in (("before", "neutral-fill"), ("after", "text-2")):
            mark = QLabel(f"<span style='color:{theme.colour(colour).name()}'>■</span> {text}")
            mark.setTextFormat(Qt.TextFormat.RichText)
            mark.setProperty("role", "caption")
            foot.addWidget(mark)
        foot.addStretch()
        foot.addWidget(self._moves)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addLayout(rate)
        for widget in (self._note, self._room, self._legend):
            column.addWidget(widget)
