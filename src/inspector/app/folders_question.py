"""What are these folders? Asked once, with the guess, where names alone can't tell."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from inspector.app.bridge import Bridge
from inspector.dataset.layouts import Role
from inspector.project.project import Project


def ask_folders(project: Project, bridge: Bridge, parent: QWidget) -> None:
    """Ask what the folders at the top are; the answer is remembered by the project."""
    box = QMessageBox(parent)
    box.setWindowTitle("What are these folders?")
    box.setText("The folders at the top could be sources (sites, cameras), classes or splits.")
    box.setInformativeText(f"They look like {project.layout.role.value}.")
    roles: dict[QAbstractButton, Role] = {}
    for role in (Role.SOURCES, Role.CLASSES, Role.SPLITS):
        button = box.addButton(role.value.capitalize(), QMessageBox.ButtonRole.AcceptRole)
        roles[button] = role
        if role is project.layout.role:
            box.setDefaultButton(button)
    box.buttonClicked.connect(lambda b: bridge.call(lambda: project.set_role(roles[b])))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
