"""Message boxes of the window: before it stops a training run, on a bug, and About."""

from importlib.metadata import version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def confirm_stop(running: str, parent: QWidget) -> bool:
    """Ask whether something that runs may be stopped, such as "a training of 20 epochs"."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setText(f"{running[:1].upper()}{running[1:]}.")
    box.setInformativeText("Each complete epoch is kept, and the run can be resumed.")
    stop = box.addButton("Stop it and close", QMessageBox.ButtonRole.AcceptRole)
    stay = box.addButton("Stay", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.exec()
    return box.clickedButton() is stop


def show_bug(text: str, parent: QWidget, *, is_safe: bool) -> None:
    """Show that the program has a bug.

    Args:
        text: Details for a developer.
        parent: The window.
        is_safe: True if every decision is known to be on disk.
    """
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    safe = " Your decisions are safe on disk." if is_safe else ""
    box.setText(f"Something went wrong inside the program.{safe}")
    box.setInformativeText("The details below are in the log, too.")
    box.setDetailedText(text)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def show_about(parent: QWidget) -> None:
    """Show the name, version and licence of the program."""
    box = QMessageBox(parent)
    box.setWindowTitle("About Dataset Inspector")
    box.setText(f"Dataset Inspector {version('dataset-inspector')}")
    box.setInformativeText(
        "Shows why the validation accuracy of an image classifier is misleading, and lets you"
        " fix the dataset. Apache License 2.0. Nothing leaves your computer."
    )
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
