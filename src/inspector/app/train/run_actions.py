"""The menu of a run: save curves, open its folder, evaluate it on the test split."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.train.curves_panel import CurvesPanel
from inspector.dataset.user_files import user_path
from inspector.errors import ExportError, InspectorError
from inspector.project.project import Project
from inspector.project.training.run import Run
from inspector.project.training.runs import OpenedTest


class RunActions(QMenu):
    """The menu of a run.

    Attributes:
        message_changed: A sentence, and the role of its label.
        failed: An `InspectorError`.

    Args:
        project: The open project.
        bridge: Runs the work off the GUI thread.
        curves: The curves to save.
        current: Returns the selected run.
    """

    message_changed = Signal(str, str)
    failed = Signal(object)

    def __init__(
        self, project: Project, bridge: Bridge, curves: CurvesPanel,
        current: Callable[[], Run | None], parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._project, self._bridge = project, bridge
        self._curves, self._current = curves, current
        for kind in ("png", "svg", "csv"):
            action = self.addAction(f"Save the curves as {kind.upper()}…")
            action.triggered.connect(lambda *_, k=kind: self._on_save(k))
        self.addAction("Open the run's folder").triggered.connect(self._open_folder)
        self.addAction("Open the test folder with this run…").triggered.connect(self.open_test)

    def open_test(self) -> None:
        """Ask, then evaluate the run on the test split; once per project, for good."""
        run = self._current()
        if run is None:
            return
        if not run.spec.test or not run.history:
            self.message_changed.emit(
                "This run has no test folder, or no complete epoch yet.", "error"
            )
            return
        box = QMessageBox(self.parentWidget())
        box.setText("Evaluate this run on the test folder?")
        box.setInformativeText(
            f"{run.title}, seed {run.spec.seed}. A test folder judges once: after this no other run"
            " of the project can be tested on it, and the opening is kept with its date."
        )
        yes = box.addButton("Open it, once", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton("Keep it locked", QMessageBox.ButtonRole.RejectRole))
        box.exec()
        if box.clickedButton() is yes:
            self._bridge.call(
                lambda: self._project.runs.open_test(run.name), self._show_test,
                on_error=self.failed.emit,
            )  # fmt: skip

    def _show_test(self, opened: OpenedTest) -> None:
        self.message_changed.emit(
            f"Test folder, opened on {opened.at}: accuracy {opened.accuracy:.3f}"
            f" (95 % CI {opened.low:.3f} to {opened.high:.3f}) of {opened.images:,} images.",
            "heading",
        )

    def _on_save(self, kind: str) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self.parentWidget(), "Save the curves", f"curves.{kind}", f"*.{kind}"
        )
        if not name:
            return
        try:
            with user_path(
                Path(name), self._project.root, what="file of curves", replace=True
            ) as partial:
                if not self._curves.save(partial, kind):
                    raise ExportError(f"{name} can't be written", "Choose another folder.")
        except InspectorError as error:
            self.failed.emit(error)

    def _open_folder(self) -> None:
        run = self._current()
        folder = run.folder if run is not None else self._project.runs.folder
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
