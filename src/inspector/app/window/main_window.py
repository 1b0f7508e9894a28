"""The window of an open dataset: rail, top bar, pages, details and status line; no logic."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.augment.page import AugmentPage
from inspector.app.duplicates.page import DuplicatesPage
from inspector.app.duplicates.rule_dialog import RuleDialog
from inspector.app.export.page import ExportPage
from inspector.app.gallery.page import GalleryPage
from inspector.app.groups.page import GroupsPage
from inspector.app.labels.page import LabelsPage
from inspector.app.overview.clean_up_dialog import CleanUpDialog
from inspector.app.overview.finding_card import CardAction
from inspector.app.overview.page import OverviewPage
from inspector.app.overview.verdict_panel import VerdictPanel
from inspector.app.splits.page import SplitsPage
from inspector.app.splits.seed_panel import SeedVariabilityPanel
from inspector.app.threads.bridge import Bridge
from inspector.app.train.gap_panel import GapPanel
from inspector.app.train.page import TrainPage
from inspector.app.widgets.keys import KeysOverlay
from inspector.app.widgets.page import Key, Page
from inspector.app.window.command_palette import Palette, as_command, commands_of
from inspector.app.window.details_panel import Details
from inspector.app.window.hint_bar import HintBar
from inspector.app.window.refresh_scheduler import RefreshScheduler
from inspector.app.window.scan_job import ScanJob
from inspector.app.window.session import Session
from inspector.app.window.sidebar import Sidebar
from inspector.app.window.top_bar import TopBar
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.decisions import Decided

Worker = TrainPage | GapPanel | ExportPage | VerdictPanel | SeedVariabilityPanel | CleanUpDialog


class ProjectWindow(QWidget):
    """Wire the pages of one project together.

    Attributes:
        close_asked: The person wants to go back to Start.
    """

    close_asked = Signal()

    def __init__(self, project: Project) -> None:
        super().__init__()
        self.project = project
        self.bridge = Bridge(self)
        self._gallery = GalleryPage(project, self.bridge)
        self._lookalikes = DuplicatesPage(project, self.bridge)
        self._findings = OverviewPage(project, self.bridge)
        self._export = ExportPage(project, self.bridge)
        self._groups = GroupsPage(project, self.bridge)
        self._splits = SplitsPage(project, self.bridge)
        self._train = TrainPage(project, self.bridge)
        self._labels = LabelsPage(project, self.bridge)
        self.pages: list[Page] = [
            self._findings, self._gallery, self._lookalikes, self._groups, self._splits,
            AugmentPage(project, self.bridge), self._train, self._export, self._labels,
        ]  # fmt: skip
        self._stack = QStackedWidget()
        for page in self.pages:
            self._stack.addWidget(page)
        self._rail = Sidebar(self.pages)
        self.details = Details(project, self.bridge)
        self._top = TopBar(project.name)
        self._job = self._top.job
        self._scan = ScanJob(project, self.bridge, self._job, self._on_failed, self)
        self._news = RefreshScheduler(self.bridge, self.pages, self.page, self)
        self._hint = HintBar(Session())
        self._status = QLabel()
        self._shown = QLabel()
        self._general = (
            Key("commands", "Ctrl+K", "look for a command", self._show_palette),
            Key("undo", "Ctrl+Z", "undo the newest decision", self.undo),
            Key("redo", "Ctrl+Shift+Z", "redo", self.redo),
            Key("scan", "F5", "look for new and changed files", self._scan.start),
            Key("close", "Ctrl+W", "close this dataset", self.close_asked.emit),
            Key("keys", "?", "show these keys", self._show_keys),
        )
        self._lay_out()
        self._connect()
        self.show_page(0)
        project.subscribe(self.bridge.tell)
        self._scan.start()

    def page(self) -> Page:
        """Return the page that is shown."""
        return self.pages[self._stack.currentIndex()]

    def busy(self) -> bool:
        """Tell whether a scan is running."""
        return self._scan.busy()

    def going(self) -> str:
        """Tell in words what a closing of the window would break off; "" for nothing."""
        return self._train.going()

    def show_page(self, index: int) -> None:
        """Show a page by its place in the rail, from 0."""
        self._stack.setCurrentIndex(index)
        self._rail.mark(index)
        self._hint.show_for(self.page().title, self.page().hint)
        self.details.setVisible(self.page() in (self._gallery,))
        self.page().setFocus()
        self._news.catch_up()

    def shut(self) -> None:
        """Stop what runs, and close the project; decisions are on disk already."""
        self._scan.stop()
        self._news.shut()
        self._gallery.shut()
        self._lookalikes.shut()
        self._train.shut()
        self._splits.luck.shut()
        self._findings.verdict.shut()
        self.bridge.close()
        self.project.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.shut()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self._stack)
        splitter.addWidget(self.details)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([900, 280])
        status = QFrame()
        status.setObjectName("statusLine")
        line = QHBoxLayout(status)
        line.setContentsMargins(16, 4, 16, 4)
        line.addWidget(self._status, 1)
        line.addWidget(self._shown)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        for widget in (self._top, self._train.offer, self._hint, splitter, status):
            right.addWidget(widget, int(widget is splitter))
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._rail)
        whole.addLayout(right, 1)

    def _connect(self) -> None:
        self._rail.chosen.connect(self.show_page)
        self._top.close_asked.connect(self.close_asked)
        self.bridge.changed.connect(self._on_changed)
        self._news.brought.connect(self._tell_status)
        self.bridge.failed.connect(self._on_failed)
        self._findings.asked.connect(self._on_wish)
        self._findings.listed.connect(self._on_list)
        self._gallery.chosen.connect(self.details.show_sample)
        self._gallery.listed.connect(self._tell_status)
        self._lookalikes.moved.connect(self._tell_status)
        self._labels.moved.connect(self._tell_status)
        self._labels.back_asked.connect(self._on_back)
        self.details.chosen.connect(self._gallery.show_sample)
        self._splits.asked.connect(self._on_list)
        self._groups.asked.connect(self._on_list)
        self._train.asked.connect(self._on_list)
        self._train.splits_asked.connect(lambda: self.show_page(self.pages.index(self._splits)))
        self._connect_job(self._train)
        self._connect_job(self._train.gap)
        self._findings.verdict.fix_asked.connect(self._on_fix)
        self._findings.verdict.code_asked.connect(self._on_code)
        self._connect_job(self._export)
        self._connect_job(self._findings.verdict)
        self._connect_job(self._splits.luck)
        for index in range(len(self.pages)):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{index + 1}"), self)
            shortcut.setProperty("page", index)
            shortcut.activated.connect(self._on_page_key)
        for key in (*self._general, Key("help", "F1", "", self._show_keys)):
            QShortcut(QKeySequence(key.keys), self).activated.connect(key.run)

    def _connect_job(self, worker: Worker) -> None:
        worker.job_started.connect(self._job.start)
        worker.job_ended.connect(self._job.finish)

    def _on_fix(self) -> None:
        sheet = CleanUpDialog(self.project, self.bridge, self)
        self._connect_job(sheet)
        sheet.open()

    def undo(self) -> None:
        """Undo the newest decision, or what is the page's own."""
        if not self.page().undo():
            self.bridge.call(self.project.decisions.undo, self._on_decided)

    def redo(self) -> None:
        """Make the newest undone decision again."""
        if not self.page().redo():
            self.bridge.call(self.project.decisions.redo, self._on_decided)

    def _on_page_key(self) -> None:
        self.show_page(int(self.sender().property("page")))

    def _on_back(self) -> None:
        self.show_page(0)

    def _show_keys(self) -> None:
        KeysOverlay(self.page(), self._general, self).open_over(self)

    def _show_palette(self) -> None:
        own = commands_of(self.pages, self.page(), self.show_page)
        Palette((*own, *(as_command(key) for key in self._general)), self).open_over(self)

    def _on_decided(self, decided: Decided) -> None:
        self._status.setText(decided.text)

    def _on_changed(self, changes: Changes) -> None:
        self._news.take(changes)
        if changes.decisions:
            self.details.refresh()
        if changes.layout:
            self._scan.start_anew()

    def _on_failed(self, error: InspectorError) -> None:
        self._status.setText(f"{error.message}. {error.advice}")

    def _tell_status(self) -> None:
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

    def _on_wish(self, wish: CardAction) -> None:
        finding = wish.finding
        match finding.opens if wish.action else finding.see:
            case "clusters" | "labels" | "splits" as place:
                pages = {"clusters": self._lookalikes, "labels": self._labels}
                self.show_page(self.pages.index(pages.get(place, self._splits)))
            case "rule":
                RuleDialog(self.project, self.bridge, self).open()
            case "":
                self.bridge.call(lambda: self.project.findings.act(finding), self._on_decided)
            case _:
                self._on_list(finding.title, finding.samples)

    def _on_code(self) -> None:
        self._splits.ask_for_code()
        self.show_page(self.pages.index(self._splits))

    def _on_list(self, title: str, ids: Iterable[int]) -> None:
        """Open the list behind a number."""
        self._gallery.show_only(title, ids)
        self.show_page(self.pages.index(self._gallery))
