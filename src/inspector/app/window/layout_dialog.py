"""What are these folders? Asked once, with the guess, where names alone can't tell."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from inspector.app.threads.bridge import Bridge
from inspector.dataset.layouts import Role, top_folders
from inspector.project.project import Project

NAMED = 4
_MEANINGS = {
    Role.SOURCES: "sources (sites, cameras), each with the classes in it",
    Role.CLASSES: "classes, with more folders in each",
    Role.SPLITS: "splits (training, validation), each with the classes in it",
}


def ask_folders(project: Project, bridge: Bridge, parent: QWidget) -> None:
    """Ask what the folders at the top are; the answer is remembered by the project."""
    guess = project.layout.role
    others = [meaning for role, meaning in _MEANINGS.items() if role is not guess]
    box = QMessageBox(parent)
    box.setWindowTitle("What are these folders?")
    box.setText(f"What are the folders {_listed(top_folders(project.root))}?")
    box.setInformativeText(
        f"They look like {_MEANINGS[guess]}.\n\nThey could also be {', or '.join(others)}."
    )
    # Names and sentences are the person's: nothing in them is markup.
    box.setTextFormat(Qt.TextFormat.PlainText)
    roles: dict[QAbstractButton, Role] = {}
    for role in _MEANINGS:
        button = box.addButton(role.value.capitalize(), QMessageBox.ButtonRole.AcceptRole)
        roles[button] = role
        if role is guess:
            box.setDefaultButton(button)
    box.buttonClicked.connect(lambda b: bridge.call(lambda: project.set_role(roles[b])))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def _listed(names: Sequence[str]) -> str:
    """Name the first folders, and how many more there are."""
    shown, more = list(names[:NAMED]), len(names) - NAMED
    if more > 0:
        shown.append(f"{more:,} more")
    return " and ".join([part for part in (", ".join(shown[:-1]), shown[-1]) if part])
