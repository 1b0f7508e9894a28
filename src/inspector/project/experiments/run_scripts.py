"""Scripts that load stored runs into TensorBoard and MLflow, with their data beside."""

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from inspector.errors import TrainingError
from inspector.project.context import ProjectContext
from inspector.project.export.image_scripts import check_free_script, write_script
from inspector.project.training.run import Run
from inspector.project.training.runs import Runs

_HEAD = """import json
import pathlib

DATA = json.loads(pathlib.Path(__file__).with_suffix(".json").read_text("utf-8"))
"""
TENSOR_BOARD: Final = f'''"""Write runs as TensorBoard logs: python THIS_FILE LOGDIR"""
{_HEAD}

def load(folder):
    from tensorboard.summary import Writer

    for run in DATA["runs"]:
        writer = Writer(str(pathlib.Path(folder) / run["name"]))
        for epoch in run["epochs"]:
            for name, value in epoch["metrics"].items():
                writer.add_scalar(name, value, epoch["epoch"])
        writer.close()


if __name__ == "__main__":
    import sys

    load(sys.argv[1] if len(sys.argv) > 1 else "logs")
'''
MLFLOW: Final = f'''"""Log runs to MLflow: python THIS_FILE; the server is MLFLOW_TRACKING_URI's."""
{_HEAD}

def load(experiment=DATA["name"]):
    import mlflow

    mlflow.set_experiment(experiment)
    for run in DATA["runs"]:
        with mlflow.start_run(run_name=run["name"]):
            mlflow.log_params(run["settings"])
            mlflow.set_tag("state", run["state"])
            for epoch in run["epochs"]:
                mlflow.log_metrics(epoch["metrics"], step=epoch["epoch"])


if __name__ == "__main__":
    load()
'''
_METRICS = (
    "loss", "accuracy", "val_loss", "val_accuracy", "sel_loss", "sel_accuracy", "seconds",
)  # fmt: skip


class RunTool(StrEnum):
    """A program that a script loads runs into."""

    TENSOR_BOARD = "tensorboard"
    MLFLOW = "mlflow"


class RunScripts:
    """Writes scripts for other programs."""

    def __init__(self, context: ProjectContext, runs: Runs) -> None:
        self._context = context
        self._runs = runs

    def write(self, tool: RunTool, file: Path) -> tuple[Path, Path]:
        """Write a script and its data, and return both paths.

        Raises:
            ExportError: A file lies inside the dataset, exists already, or can't be written.
            TrainingError: No run has completed an epoch, or one can't be read.
        """
        check_free_script(file, self._context.root)
        rows = [_row(run) for run in self._runs.all() if run.history]
        if not rows:
            raise TrainingError("no run has completed an epoch yet", "Train one first.")
        text = TENSOR_BOARD if tool is RunTool.TENSOR_BOARD else MLFLOW
        return write_script(
            file, text, {"name": self._context.name, "runs": rows}, self._context.root
        )


def _row(run: Run) -> dict[str, Any]:
    epochs = []
    for done in run.history:
        values = dataclasses.asdict(done)
        metrics = {name: values[name] for name in _METRICS if values[name] is not None}
        epochs.append({"epoch": done.epoch, "metrics": metrics})
    spec = run.spec
    settings = {
        "title": run.title, "policy": run.policy, "model": Path(spec.model).name,
        "image_size_px": spec.image_size_px, "seed": spec.seed, "epochs": spec.epochs,
        "split": spec.split, "training_images": len(spec.training.paths),
        "validation_images": len(spec.validation.paths),
    }  # fmt: skip
    return {"name": run.name, "state": run.state.value, "settings": settings, "epochs": epochs}
