"""The folders of a dataset with example images, and an editable role per folder."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QHeaderView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from inspector.app.opened_as.role_words import CHOICES, MEANING, title_of
from inspector.app.widgets import theme
from inspector.app.widgets.tile_painting import square_of
from inspector.dataset.layouts import FolderOutline

NAME, EXAMPLES, ROLE = range(3)
ROW_PX = 48
SHOWN = 12
_THUMB_PX = 40
_GAP_PX = 2
_ROLE_PX = 144
_FOLDER = Qt.ItemDataRole.UserRole
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_F2, Qt.Key.Key_F4)
_SPLITS = ("training", "validation", "test")


class FolderTree(QTreeWidget):
    """Shows folders, images and roles.

    Args:
        pixmap: Returns the thumbnail of an image by its relative path, if it is loaded.

    Attributes:
        role_chosen: The path of a folder and its new role.
        examples_shown: Other rows are visible.
    """

    role_chosen = Signal(str, str)
    examples_shown = Signal()

    def __init__(self, pixmap: Callable[[str], QPixmap | None]) -> None:
        super().__init__()
        self.setObjectName("folder-tree")
        self.setAccessibleName("Folders and their roles")
        self.setAccessibleDescription("Enter changes the role of the folder")
        self.setColumnCount(3)
        self.setHeaderLabels(["Folder", "Images", "Role"])
        self.setItemDelegate(_Row(pixmap, self))
        self.setUniformRowHeights(True)
        self.setEditTriggers(QTreeWidget.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QTreeWidget.ScrollMode.ScrollPerPixel)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(EXAMPLES, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(ROLE, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(EXAMPLES, 4 * (_THUMB_PX + _GAP_PX) + 8)
        header.resizeSection(ROLE, _ROLE_PX)
        self._items: dict[str, QTreeWidgetItem] = {}
        self._folders: dict[str, FolderOutline] = {}
        self.itemExpanded.connect(self._on_expanded)
        self.itemClicked.connect(self._on_clicked)
        self.verticalScrollBar().valueChanged.connect(self.examples_shown)

    def show_folders(self, top: FolderOutline) -> None:
        """Show the folders; folders that are shown already only change their roles."""
        first = not self._folders
        self._folders = {f.path: f for f in _all(top)}
        if not first:
            for path, item in self._items.items():
                self._fill(item, self._folders[path])
            self.viewport().update()
            return
        item = QTreeWidgetItem(self)
        self._items[""] = item
        self._fill(item, top)
        item.setExpanded(True)
        self._expand_inner(top)
        self.setCurrentItem(item)

    def visible_examples(self) -> list[str]:
        """Return the paths of the images in visible rows, top first."""
        paths: list[str] = []
        item: QTreeWidgetItem | None = self.itemAt(QPoint(4, 4))
        bottom = self.viewport().height()
        while item is not None and self.visualItemRect(item).top() < bottom:
            folder = item.data(NAME, _FOLDER)
            if isinstance(folder, FolderOutline):
                paths += folder.examples
            item = self.itemBelow(item)
        return paths

    def role_of(self, path: str) -> str:
        return self._items[path].text(ROLE)

    def choose_role(self, path: str) -> None:
        """Open the menu of roles at a folder's row."""
        item = self._items[path]
        self.setCurrentItem(item)
        self.scrollToItem(item)
        menu = QMenu(self)
        menu.setAccessibleName(f"Role of {path or 'the opened folder'}")
        menu.setToolTipsVisible(True)
        shown = item.data(NAME, _FOLDER).role
        for role in CHOICES:
            if path or role == "dataset":
                action = menu.addAction(title_of(role))
                action.setToolTip(MEANING[role])
                action.setCheckable(True)
                action.setChecked(role == shown)
                action.setData((path, role))
                if role == shown:
                    menu.setActiveAction(action)
        menu.triggered.connect(self._on_role)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.setMinimumWidth(_ROLE_PX)
        cell = self.visualRect(self.indexFromItem(item, ROLE))
        menu.popup(self.viewport().mapToGlobal(cell.bottomLeft()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in _KEYS and item is not None:
            self._activate(item)
            return
        super().keyPressEvent(event)

    def _on_role(self, action: object) -> None:
        path, role = action.data()  # type: ignore[attr-defined] # a QAction
        self.role_chosen.emit(path, role)

    def _on_clicked(self, item: QTreeWidgetItem, column: int) -> None:
        if column == ROLE or not isinstance(item.data(NAME, _FOLDER), FolderOutline):
            self._activate(item)

    def _activate(self, item: QTreeWidgetItem) -> None:
        folder = item.data(NAME, _FOLDER)
        if isinstance(folder, FolderOutline):
            self.choose_role(folder.path)
        else:
            self._show_rest(item)

    def _on_expanded(self, item: QTreeWidgetItem) -> None:
        folder = item.data(NAME, _FOLDER)
        if isinstance(folder, FolderOutline) and item.childCount() == 0:
            self._add(item, folder.folders[:SHOWN])
            rest = len(folder.folders) - SHOWN + folder.hidden
            if rest > 0:
                more = QTreeWidgetItem(item)
                more.setText(NAME, f"{rest:,} more")
        self.examples_shown.emit()

    def _show_rest(self, more: QTreeWidgetItem) -> None:
        item = more.parent()
        assert item is not None
        folder = self._folders[item.data(NAME, _FOLDER).path]
        item.removeChild(more)
        self._add(item, folder.folders[SHOWN:])
        if folder.hidden:
            last = QTreeWidgetItem(item)
            last.setText(NAME, f"{folder.hidden:,} more folders are read but not listed")
            last.setDisabled(True)
        self.examples_shown.emit()

    def _add(self, parent: QTreeWidgetItem, folders: tuple[FolderOutline, ...]) -> None:
        for folder in folders:
            item = QTreeWidgetItem(parent)
            self._items[folder.path] = item
            self._fill(item, folder)

    def _fill(self, item: QTreeWidgetItem, folder: FolderOutline) -> None:
        name = folder.path.rpartition("/")[2] or "opened folder"
        item.setData(NAME, _FOLDER, folder)
        item.setText(NAME, name)
        item.setText(ROLE, title_of(folder.role))
        item.setToolTip(NAME, folder.path)
        item.setData(
            NAME, Qt.ItemDataRole.AccessibleTextRole, f"{name}, {folder.images:,} images, "
            f"{title_of(folder.role)}",
        )  # fmt: skip
        indicator = QTreeWidgetItem.ChildIndicatorPolicy
        shows = indicator.ShowIndicator if folder.folders else indicator.DontShowIndicator
        item.setChildIndicatorPolicy(shows)

    def _expand_inner(self, folder: FolderOutline) -> None:
        """Expand folders that only contain other folders, and the first split."""
        for inner in folder.folders[:SHOWN]:
            if inner.role in ("folder", "dataset") and inner.images:
                self._items[inner.path].setExpanded(True)
                self._expand_inner(inner)
        splits = [f for f in folder.folders[:SHOWN] if f.role in _SPLITS]
        first = min(splits, key=lambda f: _SPLITS.index(f.role), default=None)
        if first is not None:
            self._items[first.path].setExpanded(True)


class _Row(QStyledItemDelegate):
    """Paints a row: name and count, four images, and the role as a drop-down."""

    def __init__(self, pixmap: Callable[[str], QPixmap | None], parent: QWidget) -> None:
        super().__init__(parent)
        self._pixmap = pixmap

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        folder = index.sibling(index.row(), NAME).data(_FOLDER)
        blank = QStyleOptionViewItem(option)
        self.initStyleOption(blank, index)
        area = QRect(blank.rect)
        if index.column() != NAME or isinstance(folder, FolderOutline):
            blank.text = ""
        widget = blank.widget
        widget.style().drawControl(
            widget.style().ControlElement.CE_ItemViewItem, blank, painter, widget
        )
        if not isinstance(folder, FolderOutline):
            return
        painter.save()
        match index.column():
            case 0:
                _paint_name(painter, area, index.data(), folder)
            case 1:
                self._paint_examples(painter, area, folder)
            case _:
                _paint_role(painter, area, folder.role)
        painter.restore()

    def _paint_examples(self, painter: QPainter, area: QRect, folder: FolderOutline) -> None:
        left = area.right() - 4 - len(folder.examples) * (_THUMB_PX + _GAP_PX)
        for number, path in enumerate(folder.examples):
            rect = QRect(
                left + number * (_THUMB_PX + _GAP_PX),
                area.top() + (area.height() - _THUMB_PX) // 2,
                _THUMB_PX,
                _THUMB_PX,
            )
            pixmap = self._pixmap(path)
            if pixmap is None or pixmap.isNull():
                painter.fillRect(rect, theme.colour("line"))
                continue
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(rect, pixmap, square_of(pixmap))


def _paint_name(painter: QPainter, area: QRect, name: str, folder: FolderOutline) -> None:
    metrics = painter.fontMetrics()
    count = f"{folder.images:,}"
    room = area.adjusted(4, 0, -8, 0)
    width = room.width() - metrics.horizontalAdvance(count) - 12
    shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, max(24, width))
    ignored = folder.role == "ignored"
    painter.setPen(theme.colour("text-3" if ignored else "text"))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
    painter.setPen(theme.colour("text-3"))
    room.setLeft(room.left() + metrics.horizontalAdvance(shown) + 12)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, count)


def _paint_role(painter: QPainter, area: QRect, role: str) -> None:
    box = area.adjusted(4, 9, -6, -9)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.colour("line"))
    painter.setBrush(theme.colour("button-fill"))
    painter.drawRoundedRect(box, 6, 6)
    left = box.left() + 10
    if role in _SPLITS:
        painter.fillRect(QRect(left, box.center().y() - 4, 8, 8), theme.colour(role))
        left += 14
    painter.setPen(theme.colour("text-3" if role in ("ignored", "folder") else "text"))
    text = box.adjusted(left - box.left(), 0, -24, 0)
    shown = painter.fontMetrics().elidedText(
        title_of(role), Qt.TextElideMode.ElideRight, text.width()
    )
    painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, shown)
    _paint_chevron(painter, QPoint(box.right() - 14, box.center().y()), theme.colour("text-3"))


def _paint_chevron(painter: QPainter, middle: QPoint, colour: QColor) -> None:
    painter.setPen(QPen(colour, 1.5))
    painter.drawPolyline([middle + QPoint(-4, -2), middle + QPoint(0, 2), middle + QPoint(4, -2)])


def _all(folder: FolderOutline) -> list[FolderOutline]:
    folders = [folder]
    for inner in folder.folders:
        folders += _all(inner)
    return folders
