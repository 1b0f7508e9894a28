"""Chooses a class: a list with a filter and an example image of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.project.project import Project
from inspector.store.samples import Sample

_WIDTH_PX = 280
_ROWS = 8
_ROW_PX = 44
_EXAMPLE_PX = 36
_MAX_EXAMPLES = 60
_NAME = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True, eq=False)
class _Options:
    names: tuple[str, ...]
    examples: dict[str, QImage]


class ClassChooser(QFrame):
    """Offers the classes of a project; Return on the present class changes nothing.

    Attributes:
        chosen: The name of another class than the present one.

    Args:
        question: Text above the list.
        present: The current class of the image, which is the current row.
        first: Classes at the top of the list, such as that of a near-duplicate.
    """

    chosen = Signal(str)

    def __init__(
        self, parent: QWidget, question: str, *, present: str, first: Iterable[str] = ()
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("popup")
        self.setAccessibleName("Choose a class")
        self._present = present
        self._first = [name for name in first if name != present]
        self.field = QLineEdit()
        self.field.setPlaceholderText("Filter, or type a new class")
        self.field.setAccessibleName("Filter the classes")
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName("Classes")
        self.list.setIconSize(QSize(_EXAMPLE_PX, _EXAMPLE_PX))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(self._take)
        label = QLabel(question)
        label.setProperty("role", "strong")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        for widget in (label, self.field, self.list):
            column.addWidget(widget)
        self.setFixedWidth(_WIDTH_PX)
        self._show(_Options((present, *self._first), {}))

    def open_at(self, point: QPoint, project: Project, bridge: Bridge) -> None:
        """Open above or below a point of the screen; examples appear as they are read."""
        self.list.setFixedHeight(_ROWS * _ROW_PX)
        self.adjustSize()
        room = self.screen().availableGeometry()
        x = max(room.left(), min(point.x(), room.right() - self.width()))
        y = max(room.top(), min(point.y(), room.bottom() - self.height()))
        self.move(x, y)
        self.show()
        self.field.setFocus()
        bridge.call(lambda: _read(project, self._first), self._show, channel="classes")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # In a popup, keys would trigger the shortcuts of the page below it.
        if watched is self.field and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                self._step(1 if event.key() == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._take()
            case _:
                super().keyPressEvent(event)

    def _show(self, options: _Options) -> None:
        current = self.list.currentItem()
        chosen = None if current is None else current.data(_NAME)
        self.list.clear()
        names = [self._present, *self._first]
        names += [name for name in options.names if name not in names]
        for name in names:
            item = QListWidgetItem(f"{name}  (now)" if name == self._present else name)
            item.setData(_NAME, name)
            item.setSizeHint(QSize(0, _ROW_PX))
            if name in options.examples:
                item.setIcon(QIcon(QPixmap.fromImage(options.examples[name])))
            self.list.addItem(item)
        self._filter(self.field.text())
        # Examples arrive while the user is choosing: keep the current row.
        if chosen in names and not self.list.item(names.index(chosen)).isHidden():
            self.list.setCurrentRow(names.index(chosen))

    def _filter(self, text: str) -> None:
        typed = text.strip()
        if self.list.count() and self.list.item(self.list.count() - 1).data(_NAME) is None:
            self.list.takeItem(self.list.count() - 1)
        rows = [self.list.item(row) for row in range(self.list.count())]
        for item in rows:
            item.setHidden(typed.lower() not in str(item.data(_NAME)).lower())
        visible = [item for item in rows if not item.isHidden()]
        if typed and typed not in {str(item.data(_NAME)) for item in rows}:
            item = QListWidgetItem(f"New class “{typed}”")
            item.setSizeHint(QSize(0, _ROW_PX))
            self.list.addItem(item)
            visible.append(item)
        if visible:
            self.list.setCurrentItem(visible[0])

    def _step(self, by: int) -> None:
        row = self.list.currentRow() + by
        while 0 <= row < self.list.count():
            if not self.list.item(row).isHidden():
                self.list.setCurrentRow(row)
                return
            row += by

    def _take(self, *_: object) -> None:
        item = self.list.currentItem()
        name = ""
        if item is not None:
            name = str(item.data(_NAME) or self.field.text().strip())
        # Close first, so that the next dialog gets the keyboard focus.
        self.close()
        if name and name != self._present:
            self.chosen.emit(name)


def _read(project: Project, first: Sequence[str]) -> _Options:
    """Return the classes with an example image of each; never on the GUI thread."""
    classes = [*first, *(c for c in project.samples.counts().classes if c not in first)]
    example: dict[str, Sample] = {}
    for sample in project.samples.everything():
        if sample.status == "image" and sample.mark != "drop":
            example.setdefault(sample.new_label or sample.label, sample)
    images = {}
    for name in classes[:_MAX_EXAMPLES]:
        if name in example:
            image = from_jpeg(project.samples.thumbnail(example[name].id))
            if not image.isNull():
                images[name] = _square(image)
    return _Options(tuple(classes), images)


def _square(image: QImage) -> QImage:
    side = min(image.width(), image.height())
    part = image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    return part.scaled(
        2 * _EXAMPLE_PX, 2 * _EXAMPLE_PX, Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )  # fmt: skip
