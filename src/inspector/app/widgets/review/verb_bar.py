"""The buttons below the stage of a review: decisions at the left, steps at the right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from inspector.app.widgets import icons, theme
from inspector.app.widgets.controls.key_button import KeyButton
from inspector.app.widgets.flow_layout import FlowLayout

_STEP_PX = 42


@dataclass(frozen=True, slots=True)
class Verb:
    """A button of the stage.

    Attributes:
        key: The key that does the same.
        icon: Name of an icon; "" for none.
    """

    text: str
    run: Callable[[], None]
    key: str = ""
    icon: str = ""
    is_primary: bool = False


class VerbBar(QWidget):
    """Decision buttons, and the position in the queue between two step buttons.

    Attributes:
        stepped: -1 for the previous item, 1 for the next one.
        buttons: The decision buttons.
    """

    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[KeyButton] = []
        self._steps: dict[str, QPushButton] = {}
        self._position = QLabel()
        self._position.setObjectName("review-position")
        self._position.setProperty("role", "muted")
        self._position.setFixedHeight(theme.size("button"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)

    def show_verbs(self, verbs: Sequence[Verb]) -> None:
        """Add the buttons; called once."""
        # The buttons wrap onto a second line in narrow windows, so that none is cut off.
        decide = QWidget()
        flow = FlowLayout(decide)
        policy = decide.sizePolicy()
        policy.setHeightForWidth(True)
        decide.setSizePolicy(policy)
        for verb in verbs:
            button = KeyButton(verb.text, verb.key, icon=verb.icon, primary=verb.is_primary)
            button.clicked.connect(verb.run)
            flow.addWidget(button)
            self.buttons.append(button)
        self._row.addWidget(decide, 1)
        self._add_step("left", -1)
        self._row.addWidget(self._position, 0, Qt.AlignmentFlag.AlignTop)
        self._add_step("right", 1)
        self._draw_icons()

    def show_position(self, row: int, count: int) -> None:
        """Show which item of the queue is on the stage, counting from 0."""
        self._position.setText(f"{row + 1:,} of {count:,}")

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons in the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw_icons()

    def _add_step(self, icon: str, step: int) -> None:
        button = QPushButton()
        button.setObjectName("review-previous" if step < 0 else "review-next")
        button.setAccessibleName("Previous in the queue" if step < 0 else "Next in the queue")
        button.setToolTip("Previous (Up)" if step < 0 else "Next (Down)")
        button.setFixedSize(_STEP_PX, theme.size("button"))
        button.clicked.connect(lambda: self.stepped.emit(step))
        self._steps[icon] = button
        self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _draw_icons(self) -> None:
        for name, button in self._steps.items():
            button.setIcon(icons.icon(name, "text"))
