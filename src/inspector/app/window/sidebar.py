"""The sidebar: one button per page, with icon, name and the number of open items."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QMenu, QToolButton, QVBoxLayout

from inspector.app.widgets import icons, theme
from inspector.app.widgets.page import Page

MAX_COUNT = 9999


class Sidebar(QFrame):
    """Shows one button per page: icon above the name, or beside it in wide windows.

    Attributes:
        chosen: Position of a page among all pages.
    """

    chosen = Signal(int)

    def __init__(self, pages: Sequence[Page], help_menu: QMenu) -> None:
        super().__init__()
        self._buttons = QButtonGroup(self)
        places = {page.name: index for index, page in enumerate(pages)}
        self._stands_for = {
            index: places[page.part_of]
            for index, page in enumerate(pages)
            if page.part_of is not None
        }
        self.setObjectName("rail")
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 8, 2, 8)
        column.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.setSpacing(2)
        for index, page in enumerate(pages):
            if page.icon:
                button = PageButton(page, index)
                self._buttons.addButton(button, index)
                column.addWidget(button)
        column.addStretch()
        self._help = SidebarButton("help", "Help")
        self._help.setToolTip("Documentation, keys, log, licences")
        self._help.setMenu(help_menu)
        self._help.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        column.addWidget(self._help)
        self._buttons.idClicked.connect(self.chosen)
        self.set_wide(wide=False)

    def changeEvent(self, event: QEvent) -> None:
        """Redraw the icons in the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            for button in self._all_buttons():
                button.draw_icon()

    def mark(self, index: int) -> None:
        """Mark the visible page; a page without a button marks the page that opens it."""
        button = self._buttons.button(self._stands_for.get(index, index)) or self._buttons.button(0)
        button.setChecked(True)
        # Tab leads to the visible page alone; arrow keys go to the others.
        for other in self._buttons.buttons():
            policy = Qt.FocusPolicy.TabFocus if other is button else Qt.FocusPolicy.NoFocus
            other.setFocusPolicy(policy)

    def set_wide(self, *, wide: bool) -> None:
        """Put the names beside the icons, or below them."""
        if self.property("wide") == wide:
            return
        self.setProperty("wide", wide)
        self.setFixedWidth(theme.size("rail_wide" if wide else "rail_narrow"))
        for button in self._all_buttons():
            button.set_wide(wide=wide)
        for widget in (self, *self._all_buttons()):
            widget.style().unpolish(widget)
            widget.style().polish(widget)

    def _all_buttons(self) -> Sequence["SidebarButton"]:
        return self.findChildren(SidebarButton)


class SidebarButton(QToolButton):
    """A button with an icon and a name."""

    def __init__(self, icon: str, name: str) -> None:
        super().__init__()
        self._icon = icon
        self._wide = False
        self.draw_icon()
        size = theme.size("icon_nav")
        self.setIconSize(QSize(size, size))
        self.setAccessibleName(name)

    def draw_icon(self) -> None:
        """Draw the icon in the colours of the theme."""
        self.setIcon(icons.icon(self._icon, checked="accent-text"))

    def set_wide(self, *, wide: bool) -> None:
        """Put the name beside the icon, or below it."""
        self._wide = wide
        # Qt has no setting for the distance between icon and text.
        self.setText(f"  {self.accessibleName()}" if wide else self.accessibleName())
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if wide else style.ToolButtonTextUnderIcon
        )
        margin = 12 if wide else 4
        name = "wide" if wide else "narrow"
        self.setFixedSize(theme.size(f"rail_{name}") - margin, theme.size(f"nav_item_{name}"))


class PageButton(SidebarButton):
    """A button that opens a page, with the count of its open items at its corner."""

    def __init__(self, page: Page, index: int) -> None:
        super().__init__(page.icon, page.title)
        self._count = QLabel(self)
        self._count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._count.hide()
        self.setCheckable(True)
        self.setToolTip(f"{page.purpose} (Ctrl+{index + 1})")
        page.work_left.connect(self._show_count)

    def set_wide(self, *, wide: bool) -> None:
        super().set_wide(wide=wide)
        self._place_count()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_count()

    def _show_count(self, count: int) -> None:
        self._count.setText(f"{count:,}" if count <= MAX_COUNT else f"{MAX_COUNT:,}+")
        self._count.setVisible(count > 0)
        self.setAccessibleDescription(f"{count:,} left to do" if count else "")
        self._place_count()

    def _place_count(self) -> None:
        self._count.adjustSize()
        x = self.width() - self._count.width() - 8 if self._wide else self.width() // 2 + 9
        y = (self.height() - self._count.height()) // 2 if self._wide else 4
        self._count.move(min(x, self.width() - self._count.width()), y)
