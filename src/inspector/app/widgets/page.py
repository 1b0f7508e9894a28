"""The base class of pages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.focus import StableFocus
from inspector.app.widgets.jobs import Jobs
from inspector.project.changes import Changes
from inspector.project.project import Project


class PageName(StrEnum):
    """The pages of an open project, in the order of the sidebar."""

    OVERVIEW = "Overview"
    GALLERY = "Gallery"
    DUPLICATES = "Duplicates"
    LABELS = "Labels"
    GROUPS = "Groups"
    SPLITS = "Splits"
    AUGMENT = "Augment"
    TRAIN = "Train"
    EXPORT = "Export"
    MAP = "Map"


class PageAction(StrEnum):
    """What another page can ask a page to do."""

    SHOW_LIST = "show list"
    SHOW_IMAGE = "show image"
    SHOW_SIMILAR = "show similar"
    PASTE_CODE = "paste code"
    KEEP_BY_RULE = "keep by rule"
    CHANGE_LAYOUT = "change layout"
    CLEAN_UP = "clean up"
    REENCODE = "re-encode"
    CROP_BORDERS = "crop borders"
    COMPARE_DATASETS = "compare datasets"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request to show a page, and to do something on it.

    Attributes:
        action: What the page does; None to show it as it is.
        title: Title of a list.
        samples: Ids of a list, or of the one image.
        code: Of a script or notebook, to be read by the page.
    """

    page: PageName
    action: PageAction | None = None
    title: str = ""
    samples: tuple[int, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a page with its action."""

    name: str
    keys: str
    does: str
    run: Callable[[], None]


class Page(StableFocus, QWidget):
    """A page of an open project.

    Args:
        project: The open project; its methods are called through the bridge.
        bridge: Runs work off the GUI thread.

    Attributes:
        requested: A `PageRequest`: the user wants to see something on another page.
        moved: The result of `shown_text` has changed.
        work_left: Number of open items, for the sidebar; 0 for none.
        jobs: Running jobs of the page, for the jobs bar.
        notice: A line that the window shows above every page, or None.
    """

    requested = Signal(object)
    moved = Signal()
    work_left = Signal(int)

    name: PageName
    icon = ""
    purpose = ""
    hint = ""
    """Where to begin; shown above the page until it is dismissed."""
    words = ""
    """Synonyms by which the command palette finds the page."""
    remembered: tuple[str, ...] = ()
    """Object names of the widgets whose state is saved and restored."""
    part_of: PageName | None = None
    """The page whose sidebar button stands for this page, which has none."""

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__()
        self.project = project
        self.bridge = bridge
        self.jobs = Jobs(self)
        self.notice: QWidget | None = None
        self.setObjectName(f"page-{self.name.value.lower()}")
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(self.purpose)

    @property
    def title(self) -> str:
        """The visible name of the page."""
        return self.name.value

    def key_table(self) -> Sequence[Key]:
        """Return the keys of this page."""
        return ()

    def open(self, request: PageRequest) -> None:
        """Do what a request asks; the window shows the page itself."""

    def show_list(self, title: str, ids: Iterable[int]) -> None:
        """Ask to list images in Gallery."""
        self.requested.emit(PageRequest(PageName.GALLERY, PageAction.SHOW_LIST, title, tuple(ids)))

    def running_text(self) -> str:
        """Describe what closing the window would interrupt; "" for nothing."""
        return ""

    def undo(self) -> bool:
        """Undo the page's own change; return False if the project should undo instead."""
        return False

    def redo(self) -> bool:
        """Redo the page's own change; return False if the project should redo instead."""
        return False

    def refresh(self, changes: Changes) -> None:
        """Query again what has changed."""

    def is_urgent(self, changes: Changes) -> bool:
        """Return whether the changes must be shown at once, even while the page is hidden."""
        return False

    def refresh_visible(self) -> None:
        """Request missing thumbnails of visible images; called often during a scan."""

    def shown_text(self) -> str:
        """Return the text of the status line for this page."""
        return ""

    def close(self) -> bool:
        """Stop jobs and end threads; the project is closed right afterwards."""
        self.jobs.stop_all()
        return super().close()
