"""The three cards of Augment: policy with notes, preview grid, effects with code."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.augment.lint_list import LintList
from inspector.app.augment.policy_panel import PolicyControls
from inspector.app.augment.preview_grid import PreviewGrid
from inspector.app.augment.range_strip import RangeStrip
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.widgets.flow_layout import FlowLayout
from inspector.project.training.run import IMAGE_SIZE_PX, IMAGE_SIZES_PX

SIZES = (3, 4, 5, 6)
_NOTES_PX = 124


def fill_tools(size: QComboBox, side: QComboBox, seed: QSpinBox, epoch: QSpinBox) -> None:
    """Fill the fields above the grid."""
    for count in SIZES:
        size.addItem(f"{count} × {count}", count)
    size.setCurrentIndex(1)
    for px in IMAGE_SIZES_PX:
        side.addItem(f"{px} px", px)
    side.setCurrentIndex(IMAGE_SIZES_PX.index(IMAGE_SIZE_PX))
    for widget, name in (
        (size, "Images and samples per image"), (side, "Image size for training"),
        (seed, "Seed of the samples"), (epoch, "Epoch of the first sample"),
    ):  # fmt: skip
        widget.setAccessibleName(name)
        widget.setToolTip(name)
    for spin, prefix in ((seed, "Seed "), (epoch, "Epoch ")):
        spin.setPrefix(prefix)
        spin.setRange(0, 1_000_000)
        spin.setFixedWidth(104)


def policy_card(controls: PolicyControls, advice: LintList, title: QLabel) -> QFrame:
    """Return the card with the sliders of the policy and the notes below them."""
    notes = QFrame()
    notes.setObjectName("notes")
    inner = QWidget()
    within = QVBoxLayout(inner)
    within.setContentsMargins(0, 0, 4, 0)
    within.setSpacing(4)
    within.addWidget(advice)
    within.addWidget(controls.suggestions)
    within.addStretch()
    title.setProperty("role", "card-title")
    title.setObjectName("notes-title")
    column = QVBoxLayout(notes)
    column.setContentsMargins(0, 8, 0, 0)
    column.setSpacing(4)
    column.addWidget(title)
    column.addWidget(scrolled(inner, "Notes"), 1)
    # A fixed height keeps the sliders in place while notes come and go.
    notes.setFixedHeight(_NOTES_PX)
    return _card(scrolled(controls, "Parameters of the policy"), notes)


def preview_card(
    tools: Sequence[QWidget], below: Sequence[QPushButton], grid: PreviewGrid, strip: RangeStrip
) -> QFrame:
    """Return the card with the preview grid: fields above, buttons and range strip below."""
    above = QWidget()
    row = FlowLayout(above)
    for widget in tools:
        row.addWidget(widget)
    hint = ElidedLabel("Hold Space: originals. Click, 1 to 9: pin.", least_px=0)
    hint.setProperty("role", "caption")
    foot = QWidget()
    line = QHBoxLayout(foot)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(hint, 1)
    for button in below:
        button.setProperty("small", True)
        line.addWidget(button)
    return _card(above, grid, foot, strip, stretch=1)


def effects_card(pages: QStackedWidget, compare: QPushButton) -> QFrame:
    """Return the card that shows either the effects or the code."""
    choice = SegmentedControl(("Effects", "Code"), name="Effects or code")
    choice.chosen.connect(pages.setCurrentIndex)
    return _card(choice, pages, compare, stretch=1)


def scrolled(widget: QWidget, name: str) -> QScrollArea:
    """Return a widget in a vertical scroll area."""
    area = ColumnArea()
    area.setAccessibleName(name)
    area.setWidget(widget)
    return area


def _card(*widgets: QWidget, stretch: int = 0) -> QFrame:
    """Return widgets on a card; the widget at position `stretch` takes the remaining height."""
    whole = QFrame()
    whole.setObjectName("plain-card")
    column = QVBoxLayout(whole)
    column.setContentsMargins(14, 12, 14, 12)
    column.setSpacing(8)
    for position, widget in enumerate(widgets):
        column.addWidget(widget, int(position == stretch))
    return whole
