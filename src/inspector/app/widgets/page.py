"""What every page is: a widget that knows its name, shows itself anew when told, closes itself."""

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
    """What a page can be asked to do from another one."""

    SHOW_LIST = "show list"
    SHOW_IMAGE = "show image"
    SHOW_SIMILAR = "show similar"
    PASTE_CODE = "paste code"
    KEEP_BY_RULE = "keep by rule"
    CHANGE_LAYOUT = "change layout"
    CLEAN_UP = "clean up"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Ask the window to show a page, and that page to do something.

    Attributes:
        action: What the page does; None to show it as it is.
        title: Of a list.
        samples: Ids: the list, or the one image.
        code: Of a script or notebook, to be read by the page.
    """

    page: PageName
    action: PageAction | None = None
    title: str = ""
    samples: tuple[int, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a key does on a page."""

    name: str
    keys: str
    does: str
    run: Callable[[], None]


class Page(StableFocus, QWidget):
    """A page of an open project.

    Args:
        project: Open; its verbs are called through the bridge.
        bridge: Crosses to other threads.

    Attributes:
        asked: A `PageRequest`: the person wants to see something on another page.
        moved: What `shown_text` returns has changed.
        work_left: How much there is left to do here, for the sidebar; 0 for nothing.
        jobs: What the page has running, for the jobs bar.
        notice: A line that the window shows above every page, or None.
    """

    asked = Signal(object)
    moved = Signal()
    work_left = Signal(int)

    name: PageName
    icon = ""
    purpose = ""
    hint = ""
    """Where to begin, shown above the page until it is dismissed."""
    words = ""
    """What else a person may call the page or what is on it; the command palette knows them."""
    remembered: tuple[str, ...] = ()
    """Object names of the fields that are restored when the project is opened again."""
    part_of: PageName | None = None
    """The page whose button in the sidebar stands for this one, which has none."""

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
        """The name of the page on screen."""
        return self.name.value

    def key_table(self) -> Sequence[Key]:
        """Return the keys of this page."""
        return ()

    def open(self, request: PageRequest) -> None:
        """Show what a request names; the window shows the page itself."""

    def show_list(self, title: str, ids: Iterable[int]) -> None:
        """Ask for the list behind a number."""
        self.asked.emit(PageRequest(PageName.GALLERY, PageAction.SHOW_LIST, title, tuple(ids)))

    def going(self) -> str:
        """Tell in words what closing the window would interrupt; "" for nothing."""
        return ""

    def undo(self) -> bool:
        """Undo what is this page's own; False where that is the project's."""
        return False

    def redo(self) -> bool:
        """Redo what is this page's own; False where that is the project's."""
        return False

    def refresh(self, changes: Changes) -> None:
        """Ask again for what is shown and has changed."""

    def is_urgent(self, changes: Changes) -> bool:
        """Tell whether these can't wait until the page is in sight, as they show elsewhere."""
        return False

    def refresh_visible(self) -> None:
        """Look whether the images in sight have come; asked often while a scan goes on."""

    def shown_text(self) -> str:
        """Return what the status line says of this page's content."""
        return ""

    def close(self) -> bool:
        """Stop what runs and let go of threads; the project is closed right after."""
        self.jobs.stop_all()
        return super().close()
