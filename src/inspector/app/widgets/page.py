"""What every page is: a widget that knows its title, and shows itself anew when told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from inspector.app.threads.bridge import Bridge
from inspector.project.changes import Changes
from inspector.project.project import Project


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a key does on a page."""

    name: str
    keys: str
    does: str
    run: Callable[[], None]


class Page(QWidget):
    """A page of an open project.

    Args:
        project: Open; its verbs are called through the bridge.
        bridge: Crosses to other threads.
    """

    title = ""
    icon = ""
    purpose = ""
    hint = ""
    """Where to begin, shown above the page until it is dismissed."""
    remembered: tuple[str, ...] = ()
    """Accessible names of the fields that are restored when the project is opened again."""

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__()
        self.project = project
        self.bridge = bridge
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(self.purpose)

    def key_table(self) -> Sequence[Key]:
        """Return the keys of this page."""
        return ()

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
        """Look whether the pictures in sight have come; asked often while a scan goes on."""

    def shown_text(self) -> str:
        """Return what the status line says of this page's content."""
        return ""
