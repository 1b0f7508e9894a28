"""The top bar: the open dataset, running jobs, the commands and the way back to Start."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton

from inspector.app.widgets import icons, theme
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.widgets.jobs_bar import JobBar

SEARCH_WIDTH_PX = 232


class TopBar(QFrame):
    """Shows the dataset's name and facts, running jobs and the window's commands.

    Attributes:
        job: The running jobs.
        search_requested: The user wants to search for a command.
        close_requested: The user wants to return to the Start page.
        layout_requested: The user wants to see how the dataset is read.
    """

    search_requested = Signal()
    close_requested = Signal()
    layout_requested = Signal()

    def __init__(self, dataset: str) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setMinimumHeight(theme.size("top_bar"))
        self.job = JobBar()
        self._facts = ElidedLabel()
        self._facts.setProperty("role", "muted")
        name = QLabel(dataset)
        name.setProperty("role", "heading")
        self._opened_as = QPushButton()
        self._opened_as.setObjectName("opened-as-button")
        self._opened_as.setToolTip("How the folders and label files are read: change it here")
        self._opened_as.clicked.connect(self.layout_requested)
        self._opened_as.hide()
        self._search = _search_field()
        self._search.clicked.connect(self.search_requested)
        self._close = QToolButton()
        self._close.setObjectName("close-dataset")
        self._close.setAccessibleName("Close")
        self._close.setToolTip("Back to Start (Ctrl+W)")
        self._close.clicked.connect(self.close_requested)
        self._draw_icons()
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(name)
        row.addWidget(self._facts)
        row.addWidget(self._opened_as)
        row.addStretch(1)
        for widget in (self.job, self._search, self._close):
            row.addWidget(widget)

    def changeEvent(self, event: QEvent) -> None:
        """Redraw the icons in the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw_icons()

    def show_reading(self, text: str) -> None:
        """Show the layout that the dataset is opened as."""
        self._opened_as.setText(text)
        self._opened_as.show()

    def show_facts(self, text: str) -> None:
        """Show the size of the dataset."""
        self._facts.show_text(text)

    def _draw_icons(self) -> None:
        self._search.setIcon(icons.icon("search"))
        self._opened_as.setIcon(icons.icon("folder"))
        self._close.setIcon(icons.icon("x"))


def _search_field() -> QPushButton:
    """Return a button that looks like a search field and opens the command palette."""
    field = QPushButton("Search or run")
    field.setObjectName("search-field")
    field.setFixedWidth(SEARCH_WIDTH_PX)
    field.setIconSize(QSize(theme.size("icon"), theme.size("icon")))
    field.setToolTip("Search for a page, a command or a setting (Ctrl+K)")
    key = QLabel("Ctrl K")
    key.setObjectName("key")
    key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    row = QHBoxLayout(field)
    row.setContentsMargins(0, 5, 8, 5)
    row.addStretch()
    row.addWidget(key, 0, Qt.AlignmentFlag.AlignVCenter)
    return field
