"""The guide in a window of its own: pages on the left, the text of one on the right."""

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets import theme
from inspector.app.window.help.guide import FIRST, guide_pages, guide_text, pages_with
from inspector.desktop.paths import guide_folder

_LIST_PX, _MARGIN_PX, _INDENT_PX = 264, 20, 40
_LINE_PERCENT, _PARAGRAPH_PX, _HEADING_PX = 130, 10, 18
_MAX_SIZE = QSize(1000, 760)


class _GuideText(QTextBrowser):
    """Shows pictures no wider than the text."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        picture = QImage(str(guide_folder() / QUrl(name).fileName()))
        room = self.viewport().width() - 2 * _MARGIN_PX - _INDENT_PX
        smooth = Qt.TransformationMode.SmoothTransformation
        return picture.scaledToWidth(room, smooth) if picture.width() > room else picture

    def show_markdown(self, text: str) -> None:
        """Show a text, with more room between lines, paragraphs and headings than Qt leaves."""
        self.setMarkdown(text)
        cursor, block = QTextCursor(self.document()), self.document().begin()
        while block.isValid():
            cursor.setPosition(block.position())
            layout = block.blockFormat()
            layout.setLineHeight(
                _LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
            )
            layout.setTopMargin(_HEADING_PX if layout.headingLevel() else 0)
            layout.setBottomMargin(0 if cursor.currentTable() else _PARAGRAPH_PX)
            cursor.setBlockFormat(layout)
            block = block.next()


class GuideDialog(QDialog):
    """Shows the guide; a click on a link opens its page here, or a web address in the browser.

    It is not modal: people read beside their work.

    Args:
        name: The page to begin with.
    """

    def __init__(self, parent: QWidget, name: str = FIRST) -> None:
        super().__init__(parent)
        self.setWindowTitle("Documentation")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search the guide")
        self.search.setAccessibleName("Search the guide")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.pages = QListWidget()
        self.pages.setAccessibleName("Pages of the guide")
        for page in guide_pages():
            item = QListWidgetItem(page.title, self.pages)
            item.setData(Qt.ItemDataRole.UserRole, page.name)
        self.text = _GuideText()
        self.text.setAccessibleName("Text of the page")
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._open_link)
        self.text.document().setDefaultFont(self.font())
        self.text.document().setDocumentMargin(_MARGIN_PX)
        self.pages.currentItemChanged.connect(self._show_page)
        left = QVBoxLayout()
        left.addWidget(self.search)
        left.addWidget(self.pages, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(12)
        row.addLayout(left)
        row.addWidget(self.text, 1)
        for widget in (self.search, self.pages):
            widget.setFixedWidth(_LIST_PX)
        room = parent.window().size() * 0.9
        self.resize(room.boundedTo(_MAX_SIZE))
        self.open_page(name)
        self.text.setFocus()

    def open_page(self, name: str) -> None:
        """Show a page by its name; a name that the guide doesn't have shows the first page."""
        names = [item.data(Qt.ItemDataRole.UserRole) for item in self._items()]
        self.pages.setCurrentRow(names.index(name) if name in names else 0)

    def _show_page(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            link = theme.colour("accent-text").name()
            self.text.document().setDefaultStyleSheet(f"a {{ color: {link}; }}")
            self.text.show_markdown(guide_text(item.data(Qt.ItemDataRole.UserRole)))

    def _filter(self, typed: str) -> None:
        """Hide the pages without the typed text, and mark its first place on the page."""
        names = pages_with(typed)
        for item in self._items():
            item.setHidden(item.data(Qt.ItemDataRole.UserRole) not in names)
        current = self.pages.currentItem()
        visible = [item for item in self._items() if not item.isHidden()]
        if visible and (current is None or current.isHidden()):
            self.pages.setCurrentItem(visible[0])
        self.text.moveCursor(self.text.textCursor().MoveOperation.Start)
        self.text.find(typed)

    def _items(self) -> list[QListWidgetItem]:
        return [self.pages.item(row) for row in range(self.pages.count())]

    def _open_link(self, link: QUrl) -> None:
        name, _, suffix = link.path().rpartition(".")
        if link.isRelative() and suffix == "md":
            self.open_page(name)
        elif link.scheme() in ("http", "https"):
            QDesktopServices.openUrl(link)
