"""The window of an open project: sidebar, top bar, pages and status line; no logic."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from inspector.app.opened_as.opened_as import OpenedAs
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets import theme
from inspector.app.widgets.jobs import Jobs
from inspector.app.widgets.keys import KeysOverlay
from inspector.app.widgets.page import Key, Page, PageAction, PageName, PageRequest
from inspector.app.window.help.help_menu import HelpMenu, help_commands
from inspector.app.window.hint_bar import HintBar
from inspector.app.window.page_list import PAGES
from inspector.app.window.page_stack import PageStack
from inspector.app.window.palette.command_palette import (
    Palette,
    as_command,
    audit_command,
    clean_up_command,
    commands_of,
    keyless_commands,
)
from inspector.app.window.palette.commands import PaletteCommand
from inspector.app.window.palette.glossary import word_commands
from inspector.app.window.palette.image_commands import image_commands
from inspector.app.window.recent_facts import RecentFacts
from inspector.app.window.refresh_scheduler import RefreshScheduler
from inspector.app.window.scan_job import ScanJob
from inspector.app.window.session import Session
from inspector.app.window.sidebar import Sidebar
from inspector.app.window.top_bar import TopBar
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.decisions import Decided


class ProjectWindow(QWidget):
    """Connects the pages of one project; it knows no page's insides.

    Attributes:
        close_requested: The user wants to return to the Start page.
        quit_requested: The user wants to quit the program.
        preferences_requested: The user wants to see the preferences.
        theme_requested: Name of the theme that the user wants.
        backups_requested: The user wants to restore a backup of this project file.
        job_ended: A job ended by itself: its last phase, and its duration in seconds.

    Args:
        project: The open project.
        bridge: Shared by the pages; None to create one.
        pages: One of each kind; None to build them.
    """

    close_requested = Signal()
    quit_requested = Signal()
    preferences_requested = Signal()
    theme_requested = Signal(str)
    backups_requested = Signal(object)
    job_ended = Signal(str, float)

    def __init__(
        self, project: Project, bridge: Bridge | None = None, pages: Sequence[Page] = ()
    ) -> None:
        super().__init__()
        self.project = project
        self.bridge = bridge or Bridge(self)
        self.pages = list(pages) or [page(project, self.bridge) for page in PAGES]
        self._stack = PageStack()
        self._stack.add_pages(self.pages, at_once=not pages)
        self._sidebar = Sidebar(self.pages, HelpMenu(self, self.show_keys))
        self._top = TopBar(project.name)
        self._scan = ScanJob(project, self.bridge, self._on_failed, self)
        self._news = RefreshScheduler(self.bridge, self.pages, self.page, self)
        self._session = Session()
        self._hint = HintBar(self._session)
        self.opened_as = OpenedAs(project, self.bridge, self._session.dismissed(), self)
        self._status, self._shown, self._read_only = QLabel(), QLabel(), QLabel()
        self._status.setObjectName("status")
        self._read_only.setObjectName("read-only")
        self._read_only.setVisible(bool(project.why_read_only()))
        self._general = (
            Key("commands", "Ctrl+K", "search for a command", self.show_palette),
            Key("undo", "Ctrl+Z", "undo the newest decision", self.undo),
            Key("redo", "Ctrl+Shift+Z", "redo", self.redo),
            Key("scan", "F5", "look for new and changed files", self._scan.start),
            Key("preferences", "Ctrl+,", "preferences", self.preferences_requested.emit),
            Key("close", "Ctrl+W", "close this dataset", self.close_requested.emit),
            Key("quit", "Ctrl+Q", "quit the program", self.quit_requested.emit),
            Key("keys", "?", "show these keys", self.show_keys),
        )
        self._more = keyless_commands(
            choose_theme=self.theme_requested.emit,
            show_preferences=self.preferences_requested.emit,
            show_layout=self.opened_as.show_dialog,
            restore_backup=partial(self.backups_requested.emit, project.file),
            help_commands=help_commands(self),
        )
        self.recent_facts = RecentFacts(project, self.bridge, self)
        self._last_commands: list[str] = []
        self._lay_out()
        self._connect()
        self.show_page(0)
        project.subscribe(self.bridge.publish)
        self.opened_as.refresh()
        if reason := project.why_read_only():
            self._read_only.setText(f"{reason} Decisions can't be saved.")
            # No scan tells the pages to ask for what is known.
            self._on_changed(Changes(samples=True, duplicates=True))
        else:
            self._scan.start()

    def page(self) -> Page:
        """Return the visible page."""
        return next(page for page in self.pages if page is self._stack.currentWidget())

    def page_named(self, name: PageName) -> Page:
        return next(page for page in self.pages if page.name is name)

    def general_keys(self) -> tuple[Key, ...]:
        """Return the keys that work on every page."""
        return self._general

    def status_text(self) -> str:
        """Return the text of the status line."""
        return self._status.text()

    def busy(self) -> bool:
        """Return whether a scan is running."""
        return self._scan.busy()

    def running_text(self) -> str:
        """Describe what closing the window would stop; "" for nothing."""
        return next((text for page in self.pages if (text := page.running_text())), "")

    def show_page(self, index: int) -> None:
        """Show a page by its position in the sidebar, from 0."""
        self._stack.show_page(self.pages[index])
        self._sidebar.mark(index)
        self._show_hint()
        self.page().setFocus()
        self._news.catch_up()

    def _show_hint(self) -> None:
        """Show the hint of this page, unless another bar is visible."""
        hint = "" if self.opened_as.bar.isVisibleTo(self) else self.page().hint
        self._hint.show_for(self.page().objectName(), hint)

    def watch(self, jobs: Jobs) -> None:
        """Show jobs of the window in the top bar."""
        self._top.job.watch(jobs)

    def open_page(self, request: PageRequest) -> None:
        """Show a page and what a request asks of it."""
        if request.action is PageAction.CHANGE_LAYOUT:
            self.opened_as.show_dialog()
            return
        page = self.page_named(request.page)
        self.show_page(self.pages.index(page))
        page.open(request)

    def shut_down(self) -> None:
        """Stop what runs, and close the project; decisions are on disk already."""
        self.recent_facts.shut_down()
        self._scan.stop()
        self._news.shut_down()
        for page in self.pages:
            page.close()
        self._stack.delete_waiting()
        self.bridge.close()
        self.project.close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._sidebar.set_wide(wide=self.width() >= theme.size("rail_wide_from"))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.shut_down()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        status = QFrame()
        status.setObjectName("statusLine")
        line = QHBoxLayout(status)
        line.setContentsMargins(24, 0, 16, 0)
        status.setFixedHeight(theme.size("status_line"))
        line.addWidget(self._status, 1)
        line.addWidget(self._shown)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        notices = [page.notice for page in self.pages if page.notice is not None]
        bars = (self._top, self._read_only, self.opened_as.bar, *notices, self._hint)
        for widget in (*bars, self._stack, status):
            right.addWidget(widget, int(widget is self._stack))
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._sidebar)
        whole.addLayout(right, 1)

    def _connect(self) -> None:
        self._sidebar.chosen.connect(self.show_page)
        self._top.close_requested.connect(self.close_requested)
        self._top.search_requested.connect(self.show_palette)
        self._top.layout_requested.connect(self.opened_as.show_dialog)
        self.opened_as.reading_changed.connect(self._top.show_reading)
        self.opened_as.bar_hidden.connect(self._session.dismiss)
        self.opened_as.bar_shown.connect(self._show_hint)
        self.bridge.changed.connect(self._on_changed)
        self._news.brought.connect(self._show_status)
        self.bridge.failed.connect(self._on_failed)
        self._top.job.ended.connect(self.job_ended)
        self._top.job.watch(self._scan.jobs)
        for page in self.pages:
            page.requested.connect(self.open_page)
            page.moved.connect(self._show_status)
            self._top.job.watch(page.jobs)
        for index in range(min(9, len(self.pages))):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{index + 1}"), self)
            shortcut.setProperty("page", index)
            shortcut.activated.connect(self._on_page_key)
        # The keys of MainWindow also work on Start; a key that is bound twice triggers neither.
        own = [key for key in self._general if key.name not in ("preferences", "quit")]
        for key in (*own, Key("help", "F1", "", self.show_keys)):
            QShortcut(QKeySequence(key.keys), self).activated.connect(key.run)

    def undo(self) -> None:
        """Undo the newest decision, or the page's own newest change."""
        if not self.page().undo():
            self.bridge.call(self.project.decisions.undo, self._on_decided, writes=True)

    def redo(self) -> None:
        """Redo the decision that was undone last."""
        if not self.page().redo():
            self.bridge.call(self.project.decisions.redo, self._on_decided, writes=True)

    def _on_page_key(self) -> None:
        self.show_page(int(self.sender().property("page")))

    def show_keys(self) -> None:
        """Show the keys of the page and those that work everywhere."""
        KeysOverlay(self.page(), self._general, self).open_over(self)

    def show_palette(self) -> None:
        """Open the command palette."""
        Palette(self.commands(), self, self._last_commands).open_over(self)

    def commands(self) -> list[PaletteCommand]:
        """Return every available command, those of the visible page first."""
        own = commands_of(self.pages, self.page(), self.show_page)
        own += [clean_up_command(self.open_page), audit_command(self.open_page)]
        lists = image_commands(self.project.gallery, self.bridge, self.open_page)
        rest = (*lists, *word_commands(self._status.setText))
        return [*own, *map(as_command, self._general), *self._more, *rest]

    def _on_decided(self, decided: Decided) -> None:
        self._status.setText(decided.text)

    def _on_changed(self, changes: Changes) -> None:
        self._news.take(changes)
        self.recent_facts.take(changes)
        self.opened_as.refresh(changes)
        if changes.layout:
            self._scan.start_anew()

    def _on_failed(self, error: InspectorError) -> None:
        self._status.setText(f"{error.message}. {error.advice}")

    def _show_status(self) -> None:
        self._shown.setText(self.page().shown_text())
        self.bridge.call(self._read_status, self._set_status, channel="status")

    def _read_status(self) -> tuple[str, str]:
        counts = self.project.samples.counts()
        some, kinds = len(counts.splits), len(counts.classes)
        facts = f"{counts.images:,} image{'s' * (counts.images != 1)}"
        facts += f" · {some} split{'s' * (some != 1)}" if some else ""
        facts += f" · {kinds} class{'es' * (kinds != 1)}"
        since = self.project.exports.decisions_since()
        undo = self.project.decisions.to_undo()
        parts = [f"{since} decisions since export" if since != 1 else "1 decision since export"]
        if undo is not None:
            parts.append(f"Undo (Ctrl+Z): {undo.text}")
        return facts, " · ".join(parts)

    def _set_status(self, texts: tuple[str, str]) -> None:
        self._top.show_facts(texts[0])
        self._status.setText(texts[1])
