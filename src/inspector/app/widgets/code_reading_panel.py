"""How pasted code was read: its calls with lines, and a field per missing value."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets.tables import set_rows, table
from inspector.augmentation.policy_json import write_policy
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.policies import CodePolicy
from inspector.code_reading.program import CodePlace
from inspector.code_reading.reading import CodeReading
from inspector.code_reading.role_corrections import is_role, role_keys
from inspector.code_reading.roles import DatasetRole

MAX_ROWS_IN_SIGHT = 5
_HEADS = ("line", "role", "loader", "folder", "split", "subset", "seed", "shuffle")
_FIELDS = ("role", "loader", "folder", "validation_split", "subset", "seed", "shuffle")
_NAME = "How the code was read"
_ROLE_COLUMN = 1


def choose_code_file(parent: QWidget) -> Path | None:
    """Let the user choose a script or notebook; None if canceled."""
    name, _ = QFileDialog.getOpenFileName(
        parent, "The script or notebook that trains your model", str(Path.home()),
        "Scripts and notebooks (*.py *.ipynb)",
    )  # fmt: skip
    return Path(name) if name else None


class CodeReadingPanel(QWidget):
    """Shows a reading, and takes missing values.

    Attributes:
        answered: A value was entered or changed; `answers` returns them.
    """

    answered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._typed: dict[str, str] = {}
        self._asked: tuple[str, ...] = ()
        self._calls = table(_HEADS, name=_NAME, wide=(3,), numbers=())
        self._calls.cellClicked.connect(self._on_cell)
        self._calls.cellActivated.connect(self._on_cell)
        self._role_keys: tuple[str, ...] = ()
        self._notes = QLabel()
        self._notes.setObjectName("code-reading-notes")
        self._notes.setWordWrap(True)
        self._notes.setProperty("role", "muted")
        self._form = QWidget()
        self._fields: dict[str, QLineEdit] = {}
        QFormLayout(self._form).setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self._calls, self._form, self._notes):
            column.addWidget(part)
        self.clear()

    def answers(self) -> tuple[tuple[str, str], ...]:
        """Return entered values and corrections for the shown code, by expression."""
        names = dict.fromkeys((*self._asked, *self._role_keys))
        return tuple((name, self._typed[name]) for name in names if self._typed.get(name))

    def set_answers(self, answers: tuple[tuple[str, str], ...]) -> None:
        """Restore saved answers."""
        self._typed |= dict(answers)
        roles = [name for name, _ in answers if is_role(name)]
        self._role_keys = tuple(dict.fromkeys((*self._role_keys, *roles)))
        names = (name for name, _ in answers if not is_role(name))
        self._asked = tuple(dict.fromkeys((*self._asked, *names)))

    def clear(self) -> None:
        """Show no reading, for example while the code changes; entered values are kept.

        Corrected roles are dropped, since line numbers may have changed.
        """
        self._asked, self._role_keys = (), ()
        self._typed = {name: text for name, text in self._typed.items() if not is_role(name)}
        self.setVisible(False)

    def show_reading(self, reading: CodeReading, asked: tuple[str, ...]) -> None:
        """Show a reading with a field for each expression in `asked`."""
        before = self.answers()
        self._asked = asked
        self._role_keys = tuple(role_keys(reading.calls))
        rows = [_call_row(call) for call in reading.calls]
        rows += [_policy_row(policy) for policy in reading.policies]
        set_rows(self._calls, len(rows), "No dataset and no augmentation was found in the code.")
        for number, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                can_change = column == _ROLE_COLUMN and number < len(reading.calls)
                item.setToolTip(f"{text}. Click to correct it." if can_change else text)
                self._calls.setItem(number, column, item)
        height = self._calls.rowHeight(0)
        self._calls.setFixedHeight(36 + height * min(MAX_ROWS_IN_SIGHT, max(1, len(rows))))
        self._show_fields()
        lines = [f"{u.place.text.capitalize()}: {u.what}: {u.why}." for u in reading.unread]
        lines += [f"{place.text.capitalize()}: {text}." for place, text in reading.notes]
        self._notes.setText("\n".join(dict.fromkeys(lines)))
        self._notes.setVisible(bool(lines))
        self.setVisible(True)
        if self.answers() != before:
            self.answered.emit()

    def role_menu(self, row: int) -> QMenu:
        """Return the menu that corrects the role of the dataset in a row."""
        menu = QMenu(self)
        menu.setAccessibleName("Role of this dataset")
        key = self._role_keys[row]
        item = self._calls.item(row, _ROLE_COLUMN)
        shown = "" if item is None else item.text()
        for role in DatasetRole:
            action = menu.addAction(role.value)
            action.setCheckable(True)
            action.setChecked(role.value == shown)
            action.triggered.connect(lambda _=False, r=role.value: self._correct(key, r))
        if self._typed.get(key):
            menu.addSeparator()
            as_read = menu.addAction("As the code says")
            as_read.triggered.connect(lambda: self._correct(key, ""))
        return menu

    def _on_cell(self, row: int, column: int) -> None:
        if column == _ROLE_COLUMN and row < len(self._role_keys):
            menu = self.role_menu(row)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            index = self._calls.model().index(row, column)
            corner = self._calls.visualRect(index).bottomLeft()
            menu.popup(self._calls.viewport().mapToGlobal(corner))

    def _correct(self, key: str, role: str) -> None:
        if self._typed.get(key, "") != role:
            self._typed[key] = role
            self.answered.emit()

    def _show_fields(self) -> None:
        if tuple(self._fields) != self._asked:
            form = self._form.layout()
            assert isinstance(form, QFormLayout)
            while form.rowCount():
                form.removeRow(0)
            self._fields = {}
            for name in self._asked:
                field = QLineEdit(self._typed.get(name, ""))
                field.setAccessibleName(f"Value of {name}")
                field.setToolTip("The code does not contain this value. Write it as in Python.")
                field.setPlaceholderText("not in the code: fill it in")
                field.editingFinished.connect(lambda n=name: self._on_edited(n))
                self._fields[name] = field
                form.addRow(QLabel(name), field)
        self._form.setVisible(bool(self._asked))

    def _on_edited(self, name: str) -> None:
        text = self._fields[name].text().strip()
        if text != self._typed.get(name, ""):
            self._typed[name] = text
            self.answered.emit()


def _call_row(call: CodeCall) -> tuple[str, ...]:
    row = call.document()
    return (_line(call.place), *(_text(row[name]) for name in _FIELDS))


def _policy_row(policy: CodePolicy) -> tuple[str, ...]:
    values = {} if policy.policy is None else write_policy(policy.policy)
    text = ", ".join(f"{name}={value}" for name, value in values.items() if name != "policy")
    return (_line(policy.place), policy.role.value, "augmentation", text)


def _line(place: CodePlace) -> str:
    return str(place.line) if place.cell is None else f"{place.cell}:{place.line}"


def _text(value: object) -> str:
    return "" if value is None else str(value)
