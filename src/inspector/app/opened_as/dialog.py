"""What do these folders mean? Roles per folder, alternative layouts, and the resulting splits."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from inspector.app.opened_as.checks import checks_of
from inspector.app.opened_as.folder_tree import FolderTree
from inspector.app.opened_as.outcome_table import OutcomeTable
from inspector.app.opened_as.role_words import with_role
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.focus import StableFocus
from inspector.dataset.layouts import Choice
from inspector.dataset.layouts.views.outline import (
    Outline,
)
from inspector.errors import InspectorError
from inspector.project.catalog.layout_reader import LayoutReader

_WIDEST = QSize(1360, 860)
_MARGIN_PX = 80
_CHANNEL = "opened-as"
_FIRST_LOOK_MS = 0


class LayoutDialog(StableFocus, QDialog):
    """Corrects how a dataset is read; nothing changes until the user opens it.

    Args:
        reader: Reads the folder.
        bridge: Runs the reading off the GUI thread.
        choice: The earlier choice of the user.
        parent: The window.

    Attributes:
        chosen: The `Choice` with which the user opens the dataset.
    """

    chosen = Signal(object)

    def __init__(
        self, reader: LayoutReader, bridge: Bridge, choice: Choice, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("layout-dialog")
        self.setWindowTitle("Opened as")
        self.setAccessibleName("What do these folders mean?")
        self._reader, self._bridge, self._choice = reader, bridge, choice
        self._plan: Outline | None = None
        self._ids: dict[str, int] = {}
        self._paths: list[str] = []
        self._thumbnails = Thumbnails(self._load, self)
        self._thumbnails.broken.connect(bridge.broken)
        self.tree = FolderTree(self._pixmap)
        self.tree.role_chosen.connect(self._on_role)
        self.tree.examples_shown.connect(self._ask_thumbnails)
        self._thumbnails.ready.connect(self.tree.viewport().update)
        self.outcome = OutcomeTable()
        self._readings = QComboBox()
        self._readings.setAccessibleName("Read as")
        self._readings.activated.connect(self._on_reading)
        self._columns = QComboBox()
        self._columns.setAccessibleName("Class column")
        self._columns.activated.connect(self._on_column)
        self._doubt = QLabel()
        self._doubt.setObjectName("layout-doubt")
        self._doubt.setProperty("role", "error")
        self._doubt.setWordWrap(True)
        self._checks = QLabel()
        self._checks.setObjectName("layout-checks")
        self._checks.setWordWrap(True)
        self._checks.setTextFormat(Qt.TextFormat.PlainText)
        self._open = QPushButton("Open with these roles")
        self._open.setProperty("role", "primary")
        self._open.clicked.connect(self._accept_choice)
        self._reset = QPushButton("As recognised")
        self._reset.setToolTip("Forget the changes made here and recognise the folders again")
        self._reset.clicked.connect(self._on_reset)
        self._lay_out()
        self._ask()

    def choice(self) -> Choice:
        """Return the current choice."""
        return self._choice

    def is_ready(self) -> bool:
        """Return whether the shown result belongs to the current choice."""
        return self._open.isEnabled()

    def checks_text(self) -> str:
        """Return the shown checks."""
        return self._checks.text()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._thumbnails.shut_down()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        self._thumbnails.shut_down()
        super().done(result)

    def _lay_out(self) -> None:
        title = QLabel("What do these folders mean?")
        title.setProperty("role", "title")
        words = QLabel(
            "Give each folder a role: click it, or press Enter on its row. The result on the right"
            " is updated. No file is changed."
        )
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addLayout(self._reading_row())
        left.addWidget(self.tree, 1)
        middle = QHBoxLayout()
        middle.setSpacing(24)
        middle.addLayout(left, 3)
        middle.addWidget(_rule())
        middle.addLayout(self._right(), 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(8)
        for widget in (title, words, self._doubt):
            column.addWidget(widget)
        column.addLayout(middle, 1)
        column.addLayout(self._footer())
        screen = QGuiApplication.primaryScreen().availableGeometry().size()
        parent = self.parentWidget()
        window = parent.window().size() if parent is not None else screen
        room = window.expandedTo(QSize(960, 600)).boundedTo(screen)
        self.resize(_WIDEST.boundedTo(room - QSize(_MARGIN_PX, _MARGIN_PX)))

    def _reading_row(self) -> QHBoxLayout:
        self._readings.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._readings.setMinimumContentsLength(16)
        read_as, column = QLabel("&Read as"), QLabel("&Class column")
        read_as.setBuddy(self._readings)
        column.setBuddy(self._columns)
        self._column_label = column
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(read_as)
        row.addWidget(self._readings, 1)
        row.addWidget(column)
        row.addWidget(self._columns)
        return row

    def _right(self) -> QVBoxLayout:
        title = QLabel("What comes out")
        title.setProperty("role", "heading")
        area = ColumnArea()
        area.setAccessibleName("Images per class and split")
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 8, 0)
        rows.setSpacing(12)
        rows.addWidget(self.outcome)
        rows.addWidget(self._checks)
        rows.addStretch()
        area.setWidget(inside)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(area, 1)
        return column

    def _footer(self) -> QHBoxLayout:
        remembered = QLabel("Remembered for this folder.")
        remembered.setProperty("role", "muted")
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._reset)
        row.addWidget(remembered)
        row.addStretch()
        row.addWidget(cancel)
        row.addWidget(self._open)
        return row

    def _ask(self) -> None:
        choice = self._choice
        self._open.setEnabled(False)
        self.outcome.show_computing()
        self._bridge.call(
            lambda: self._reader.outline(choice), self._show, channel=_CHANNEL,
            on_error=self._refuse,
        )  # fmt: skip

    def _show(self, plan: Outline) -> None:
        self._plan = plan
        self.tree.show_folders(plan.folders)
        self.outcome.show_outcome(plan)
        self._show_readings(plan)
        self._show_columns(plan)
        ask = " Give the folders roles, or choose a layout below." if plan.problem else ""
        self._doubt.setText(plan.problem + ask or " ".join(plan.doubts))
        self._doubt.setVisible(bool(self._doubt.text()))
        self._checks.setText("\n".join(checks_of(plan)))
        self._open.setEnabled(plan.layout is not None)
        self._reset.setEnabled(bool(self._choice))
        if self.focusWidget() is None:
            self.tree.setFocus()
        QTimer.singleShot(_FIRST_LOOK_MS, self, self._ask_thumbnails)

    def _refuse(self, error: InspectorError) -> None:
        self._doubt.setText(f"{error.message}. {error.advice}")
        self._doubt.setVisible(True)

    def _show_readings(self, plan: Outline) -> None:
        self._readings.clear()
        text = plan.layout.text if plan.layout else "no layout fits yet: choose one"
        self._readings.addItem(text, None)
        for other in plan.alternatives:
            self._readings.addItem(other.text, other.choice)
        for number in range(self._readings.count()):
            text = self._readings.itemText(number)
            self._readings.setItemData(number, text, Qt.ItemDataRole.ToolTipRole)

    def _show_columns(self, plan: Outline) -> None:
        several = len(plan.label_columns) > 1
        self._columns.clear()
        self._columns.addItems(plan.label_columns)
        self._columns.setVisible(several)
        self._column_label.setVisible(several)

    def _on_role(self, path: str, role: str) -> None:
        self._choice = with_role(self._choice, path, role)
        self._ask()

    def _on_reading(self, number: int) -> None:
        choice = self._readings.itemData(number)
        if isinstance(choice, Choice):
            self._choice = choice
            self._ask()

    def _on_column(self, number: int) -> None:
        layout = self._plan.layout if self._plan else None
        if layout is not None and number > 0:
            self._choice = Choice(
                root=self._choice.root, label_column=self._columns.itemText(number)
            )
            self._ask()

    def _on_reset(self) -> None:
        self._choice = Choice()
        self._ask()

    def _accept_choice(self) -> None:
        layout = self._plan.layout if self._plan else None
        if layout is not None:
            self.chosen.emit(layout.choice)
            self.accept()

    def _pixmap(self, path: str) -> QPixmap | None:
        number = self._ids.get(path)
        return None if number is None else self._thumbnails.pixmap(number)

    def _ask_thumbnails(self) -> None:
        paths = self.tree.visible_examples()
        for path in paths:
            if path not in self._ids:
                self._ids[path] = len(self._paths)
                self._paths.append(path)
        self._thumbnails.request([self._ids[path] for path in paths])

    def _load(self, number: int) -> bytes | None:
        return self._reader.thumbnail(self._paths[number])


def _rule() -> QFrame:
    line = QFrame()
    line.setObjectName("vertical-rule")
    line.setFixedWidth(1)
    return line


def ask_layout(
    path: Path, bridge: Bridge, window: QWidget, on_chosen: Callable[[Choice], None]
) -> None:
    """Let the user choose the layout of a dataset that is not open."""
    dialog = LayoutDialog(LayoutReader(path), bridge, Choice(), window)
    dialog.chosen.connect(on_chosen)
    dialog.open()
