"""Augment: change the policy, and see what training will see and what the lint says."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
)

from inspector.app.augment.cards import (
    SIZES,
    effects_card,
    fill_tools,
    policy_card,
    preview_card,
    scrolled,
)
from inspector.app.augment.code_tab import CodeTab
from inspector.app.augment.effects_panel import EffectsPanel
from inspector.app.augment.effects_requests import EffectsRequests
from inspector.app.augment.lint_list import LintList
from inspector.app.augment.pasted_policy import PastedPolicy
from inspector.app.augment.policy_bar import PolicyBar
from inspector.app.augment.policy_history import PolicyHistory
from inspector.app.augment.policy_numbers import Control
from inspector.app.augment.policy_panel import PolicyControls
from inspector.app.augment.preservation_text import headline
from inspector.app.augment.preview_grid import GridRow, PreviewGrid
from inspector.app.augment.preview_images import PreviewImages
from inspector.app.augment.preview_request import PreviewRequest, make_rows
from inspector.app.augment.range_strip import RangeStrip, make_strip
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.icons import icon
from inspector.app.widgets.keys import bind
from inspector.app.widgets.page import Key, Page, PageName, PageRequest
from inspector.augmentation.dialects import to_code
from inspector.augmentation.lint import Advice, follow
from inspector.augmentation.policy import Policy
from inspector.augmentation.presets import PRESETS
from inspector.augmentation.suggestions import SuggestedRange
from inspector.errors import InspectorError
from inspector.project.augment.previews import PreviewImage
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.work.effects_process import MeasuredImages

_NARROW_PX, _WIDE_PX = 1000, 1300


class AugmentPage(Page):
    """Three columns: the policy, the preview, and effects or code.

    Attributes:
        drawn: Number of answers that the grid has shown.
    """

    name = PageName.AUGMENT
    words = "augmentation policy transform preview keras ImageDataGenerator layers slider"
    icon = "augment"
    purpose = "What training will see, and what each parameter does"
    hint = "Move a slider: the grid shows exactly what training would read."

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.history = PolicyHistory(Policy.none())
        self._images = PreviewImages(project, bridge, self, count=max(SIZES))
        self._new_images = self._new_reference_set = True
        self._advice: list[Advice] = []
        self._code_advice: list[Advice] = []
        self._control: Control | None = None
        self._asked: PreviewRequest | None = None
        self.drawn = 0
        self._bar = PolicyBar(project, bridge)
        self._controls, self._grid = PolicyControls(), PreviewGrid()
        self.measurer = EffectsRequests(project.measuring, bridge, self)
        self._strip, self._effects = (
            RangeStrip(),
            EffectsPanel(self.measurer, project.layout.splits.values()),
        )
        self._advice_list, self._code = LintList(), CodeTab()
        self._size, self._side = QComboBox(), QComboBox()
        self._seed, self._epoch = QSpinBox(), QSpinBox()
        self._message = QLabel()
        self._pasted = PastedPolicy(bridge, self, version=lambda: self._code.target()[1])
        self._tabs, self._notes_title = QStackedWidget(), QLabel("No notes")
        self._headline, self._note = QLabel(), QLabel()
        self._lay_out()
        self._controls.fill()
        self._connect()
        self._controls.show_policy(self.history.now)
        self._bar.refresh()

    def show_example(self, preset: str, field: str) -> None:
        """Show a preset and the range strip of one of its parameters."""
        self.choose_policy(PRESETS[preset])
        self._controls.choose(field)

    def choose_policy(self, policy: Policy) -> None:
        """Show another policy as one undo step; advice on pasted code is cleared."""
        self._code_advice = []
        self._replace(policy)

    def key_table(self) -> Sequence[Key]:
        return (
            Key("next_epoch", "E", "samples of the next epochs", self._next_epoch),
            Key("other_images", "R", "other images; pinned ones stay", self._images.choose_others),
        )

    def shown_text(self) -> str:
        """Explain what Ctrl+Z does on this page, since elsewhere it undoes decisions."""
        return "On this page Ctrl+Z undoes changes of the policy"

    def undo(self) -> bool:
        """Undo the newest change of the policy."""
        return self._show(self.history.undo())

    def redo(self) -> bool:
        """Redo the change that was undone last."""
        return self._show(self.history.redo())

    def refresh(self, changes: Changes) -> None:
        """Mark the images as outdated after a scan; they are read once the page is visible."""
        self._new_images |= changes.samples or changes.duplicates
        self._new_reference_set |= changes.duplicates
        if changes.policies:
            self._bar.refresh()
        if changes.dataset and self.isVisible():
            self._look()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def _look(self) -> None:
        if self._new_images and not self._images.images:
            self._choose_images()
        if self._new_reference_set:
            self.bridge.call(
                self.project.previews.reference_set,
                self.measurer.set_data,
                channel="augment reference set",
            )
        self._new_images = self._new_reference_set = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._grid.show_plain(True)
        elif event.text() in tuple("123456789"):
            self._on_pinned(int(event.text()) - 1)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._grid.show_plain(False)
        else:
            super().keyReleaseEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow, wide = self.width() < _NARROW_PX, self.width() >= _WIDE_PX
        self._left_card.setFixedWidth(304 if narrow else 372 if wide else 340)
        self._right_card.setFixedWidth(252 if narrow else 396 if wide else 292)

    def _choose_images(self) -> None:
        self._images.choose(int(self._side.currentData()))

    def _on_measured(self, images: tuple[PreviewImage, ...]) -> None:
        self.measurer.set_data(MeasuredImages(tuple(image.pixels for image in images)))

    def _on_pinned(self, row: int) -> None:
        if row < min(len(self._images.images), int(self._size.currentData())):
            self._images.toggle_pin(row)

    def _on_moved(self, policy: Policy) -> None:
        self.history.move(policy, seconds=time.monotonic())
        self._show_policy(controls=False)

    def _replace(self, policy: Policy) -> None:
        self.history.replace(policy)
        self._message.setVisible(False)
        self._show_policy()

    def _show(self, changed: bool) -> bool:
        if changed:
            self._show_policy()
        return True

    def _show_policy(self, *, controls: bool = True) -> None:
        policy = self.history.now
        if controls:
            self._controls.show_policy(policy)
        self._bar.show_policy(policy)
        self._draw()
        self._measure()

    def _on_beside(self) -> None:
        self._draw()
        self._measure()

    def _measure(self) -> None:
        self._controls.show_other(self._bar.beside()[1])
        self._show_headline()
        self.measurer.show_policy(self.history.now, self._bar.beside()[1])
        self._show_code()

    def _draw(self) -> None:
        """Request previews; every answer is shown, and the newest one also updates the strip."""
        rows = int(self._size.currentData())
        name, beside = self._bar.beside()
        columns = rows + rows % 2 if beside else rows
        side = self._grid.cell_px(rows, columns) * self.devicePixelRatioF()
        request = PreviewRequest(
            self.history.now, beside, tuple(self._images.images[:rows]), self._images.pinned,
            self._seed.value(), self._epoch.value(), rows, int(side),
        )  # fmt: skip
        heads = (f"A: {self._bar.name()}", f"B: {name}") if beside else ("Samples", "")

        def done(grid_rows: list[GridRow]) -> None:
            self.drawn += 1
            self._grid.show_rows(grid_rows, heads)
            if request is self._asked:
                self._show_strip()

        self._asked = request
        self.bridge.call(lambda: make_rows(request), done, channel="draws", late=True)

    def _on_control(self, control: Control) -> None:
        self._control = control
        self._show_strip()

    def _show_strip(self) -> None:
        control, policy = self._control, self.history.now
        if control is None or not self._images.images:
            return
        pixels = self._images.images[0].pixels
        side = int(self._strip.cell_px() * self.devicePixelRatioF())
        self.bridge.call(
            lambda: make_strip(control, policy, pixels, side), self._strip.show_strip,
            channel="strip",
        )  # fmt: skip

    def _show_code(self) -> None:
        policy, (target, version) = self.history.now, self._code.target()
        self.bridge.call(
            lambda: to_code(policy, target, version), self._code.show_code, channel="code"
        )

    def _on_advised(self, advice: tuple[Advice, ...]) -> None:
        self._advice = [*self._code_advice, *advice]
        self._controls.show_advice(self._advice)
        self._advice_list.show_advice(self._advice)
        count = len(self._advice)
        self._notes_title.setText(f"{count} note{'s' * (count != 1)}" if count else "No notes")

    def _on_suggested(self, suggested: SuggestedRange) -> None:
        self._replace(follow(self.history.now, {suggested.parameter: suggested.value}))

    def _next_epoch(self) -> None:
        self._epoch.setValue(self._epoch.value() + int(self._size.currentData()))

    def read_code(self, text: str) -> None:
        """Read the policy of pasted code, and show advice on the code around it."""
        self._pasted.read_code(text)

    def _on_code_read(self, policy: Policy, advice: tuple[Advice, ...]) -> None:
        self._code_advice = list(advice)
        self._replace(policy)

    def _refuse(self, error: InspectorError) -> None:
        self._message.setText(f"{error.message}. {error.advice}")
        self._message.setVisible(True)

    def _connect(self) -> None:
        self._controls.moved.connect(self._on_moved)
        self._controls.chosen.connect(self._on_control)
        self._controls.followed.connect(self._on_suggested)
        self.measurer.ranges.connect(lambda r: self._controls.show_suggested(r.suggested))
        self.measurer.advised.connect(self._on_advised)
        self.measurer.failed.connect(self._refuse)
        self.measurer.judged.connect(self._show_headline)
        self._bar.paste_requested.connect(self._pasted.ask)
        self._pasted.read.connect(self._on_code_read)
        self._pasted.failed.connect(self._refuse)
        self._bar.undo_requested.connect(self.undo)
        self._bar.redo_requested.connect(self.redo)
        self._bar.chosen.connect(self.choose_policy)
        self._bar.beside_chosen.connect(self._on_beside)
        self._bar.failed.connect(self._refuse)
        self._advice_list.followed.connect(
            lambda suggestion: self._replace(follow(self.history.now, suggestion))
        )
        self._code.changed.connect(self._show_code)
        self._grid.pinned.connect(self._on_pinned)
        self._grid.resized.connect(self._draw)
        self._size.currentIndexChanged.connect(self._draw)
        self._side.currentIndexChanged.connect(self._choose_images)
        self._images.changed.connect(self._draw)
        self._images.measured.connect(self._on_measured)
        for spin in (self._seed, self._epoch):
            spin.valueChanged.connect(self._draw)
        bind(self, self.key_table())

    def _lay_out(self) -> None:
        fill_tools(self._size, self._side, self._seed, self._epoch)
        self._headline.setProperty("role", "title")
        self._headline.setObjectName("augment-headline")
        self._note.setProperty("role", "muted")
        self._note.setObjectName("augment-note")
        for label in (self._headline, self._note, self._message):
            label.setWordWrap(True)
        self._message.setVisible(False)
        self._message.setProperty("role", "error")
        self._message.setObjectName("augment-message")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._headline)
        words.addWidget(self._note)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addLayout(words, 1)
        top.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignBottom)
        body = QHBoxLayout()
        body.setSpacing(12)
        self._left_card = policy_card(self._controls, self._advice_list, self._notes_title)
        self._right_card = self._right()
        body.addWidget(self._left_card)
        body.addWidget(self._middle(), 1)
        body.addWidget(self._right_card)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 12)
        outer.setSpacing(12)
        outer.addLayout(top)
        outer.addWidget(self._message)
        outer.addWidget(self._pasted.panel)
        outer.addLayout(body, 1)

    def _middle(self) -> QFrame:
        tools = (self._size, self._side, self._seed, self._epoch)
        below = (
            _button("Next epoch", self._next_epoch),
            _button("Other images", self._images.choose_others),
        )
        return preview_card(tools, below, self._grid, self._strip)

    def _right(self) -> QFrame:
        self._tabs.addWidget(scrolled(self._effects, "Effects"))
        self._tabs.addWidget(self._code)
        self._code.paste_requested.connect(self._pasted.ask)
        compare = _button("Compare in Train…", self._on_compare)
        compare.setIcon(icon("train"))
        return effects_card(self._tabs, compare)

    def _on_compare(self) -> None:
        self.requested.emit(PageRequest(PageName.TRAIN))

    def _show_headline(self) -> None:
        text, note = headline(self.measurer, self.history.now, self._bar.beside()[0])
        self._headline.setText(text)
        self._note.setText(note)


def _button(text: str, slot: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    # A click must not take the focus, so that Space keeps showing the originals.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(slot)
    return button
