"""A menu of programs that the project can be loaded into by a script."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.jobs import Jobs
from inspector.errors import InspectorError
from inspector.project.experiments.run_scripts import RunTool
from inspector.project.export.image_scripts import ImageTool
from inspector.project.project import Project
from inspector.work.jobs import Progress, Stop

_TITLES: dict[ImageTool | RunTool, str] = {
    ImageTool.FIFTY_ONE: "FiftyOne: images, labels, decisions, groups and duplicates…",
    ImageTool.CLEANLAB: "cleanlab: labels with probabilities…",
    RunTool.TENSOR_BOARD: "TensorBoard: the curves of all runs…",
    RunTool.MLFLOW: "MLflow: settings and figures of all runs…",
}


class ScriptButton(QPushButton):
    """Writes a loading script with its data.

    Args:
        show_result: Shows the result.
        folder: Returns the folder in which the dialog starts.
    """

    def __init__(
        self, project: Project, bridge: Bridge, jobs: Jobs, *, show_result: Callable[[str], None],
        folder: Callable[[], Path],
    ) -> None:  # fmt: skip
        super().__init__("Script for…")
        self.setToolTip("Python that loads decisions, labels or runs into another program")
        self._project, self._bridge, self._jobs = project, bridge, jobs
        self._show_result, self._folder = show_result, folder
        menu = QMenu(self)
        for tool, title in _TITLES.items():
            menu.addAction(title).triggered.connect(partial(self._ask, tool))
        self.setMenu(menu)

    def _ask(self, tool: ImageTool | RunTool, _: bool = False) -> None:
        start = self._folder() / f"load_{tool.value}.py"
        name, _kind = QFileDialog.getSaveFileName(
            self, "Where to save the script", str(start), "Python (*.py)",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if name:
            self.write(tool, Path(name))

    def write(self, tool: ImageTool | RunTool, file: Path) -> None:
        """Write a script off the GUI thread; baseline models may be trained first."""
        progress, stop = Progress(), Stop()
        job = self._jobs.start(progress, stop)
        project = self._project

        def work() -> tuple[Path, Path]:
            match tool:
                case RunTool():
                    return project.run_scripts.write(tool, file)
                case ImageTool():
                    return project.image_scripts.write(tool, file, stop=stop, progress=progress)

        def failed(error: InspectorError) -> None:
            self._show_result(f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}")

        self._bridge.call(
            work,
            lambda paths: self._show_result(
                f"{paths[0]} was written; it reads {paths[1].name} beside it."
            ),
            on_error=failed,
            on_end=lambda: self._jobs.end(job),
        )
