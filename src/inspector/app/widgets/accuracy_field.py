"""A field for an accuracy, as a share of 1 or in per cent."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox

_State = QValidator.State


class AccuracyField(QDoubleSpinBox):
    """Accepts 0.95, 95 and 95 % as the same value; 0 means not stated.

    Args:
        name: Which accuracy it is.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setRange(0, 1)
        self.setDecimals(3)
        self.setSingleStep(0.01)
        self.setSpecialValueText("not stated")
        self.setAccessibleName(name)
        self.lineEdit().installEventFilter(self)
        self.setToolTip(f"{name}. 0.95 and 95 % are the same")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Select all of "not stated" on a click, so that typing replaces it."""
        pressed = event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
        if watched is self.lineEdit() and pressed and self._is_unstated():
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.selectAll()
            return True
        return super().eventFilter(watched, event)

    def _is_unstated(self) -> bool:
        return self.lineEdit().text() == self.specialValueText()

    def validate(self, text: str, pos: int) -> tuple[QValidator.State, str, int]:
        if not text.strip(" .,%") or text == self.specialValueText():
            return _State.Intermediate, text, pos
        return (_State.Invalid if _share(text) is None else _State.Acceptable), text, pos

    def textFromValue(self, value: float) -> str:
        """Return 0.95 as it is written, and 0.953 where the third place counts."""
        return f"{value:.2f}" if round(value, 2) == round(value, 3) else f"{value:.3f}"

    def valueFromText(self, text: str) -> float:
        return _share(text) or 0.0


def _share(text: str) -> float | None:
    """Return the share of 1 that a text means; None if it is no number or above 100."""
    try:
        number = float(text.replace("%", "").replace(",", ".").strip())
    except ValueError:
        return None
    if not 0 <= number <= 100:
        return None
    return number / 100 if number > 1 or "%" in text else number
