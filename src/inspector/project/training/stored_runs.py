"""Checks of runs before they start: a project may come from somebody else."""

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from inspector.dataset.names import shown, why_no_path
from inspector.desktop.paths import own_runs_file
from inspector.errors import TrainingError
from inspector.training_protocol.run_folder import SPEC
from inspector.training_protocol.run_spec import IMAGENET, MODELS, SIDES, RunSpec

_MAX_LIST_BYTES = 1 << 24


def check_run(folder: Path, spec: RunSpec) -> None:
    """Check that a stored run reads and writes only the dataset and its own folder.

    A file outside, such as weights, is read only if the run was stored on this machine.

    Raises:
        TrainingError: It would, or could, use other files.
    """
    _check_folder(folder)
    for side in SIDES:
        for path in getattr(spec, side).paths:
            if why := why_no_path(path):
                raise TrainingError(
                    f'the run {folder.name} lists "{shown(path)}", which is not a path inside the'
                    f" dataset: {why}",
                    "Start a new run.",
                )
    for file in outside_files(spec):
        if not _is_own(folder):
            raise TrainingError(
                f"the run {folder.name} names a file outside the project, {shown(file)}, and was"
                " not stored by you on this machine",
                "Look at that file; if you trust it, start a new run that names it.",
            )


def outside_files(spec: RunSpec) -> list[str]:
    """Return the files outside the dataset and the run's folder that a run reads."""
    files = [] if spec.weights in (None, IMAGENET) else [str(spec.weights)]
    return files if spec.model in MODELS else [*files, spec.model]


def remember_own(folder: Path, spec: RunSpec) -> None:
    """Record that a run was stored on this machine, where that matters later."""
    if not outside_files(spec):
        return
    with contextlib.suppress(OSError):
        file = own_runs_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="ascii") as stream:
            stream.write(f"{_digest(folder)}\n")


def _is_own(folder: Path) -> bool:
    try:
        with own_runs_file().open(encoding="ascii", errors="replace") as stream:
            return _digest(folder) in stream.read(_MAX_LIST_BYTES).split()
    except OSError:
        return False


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / SPEC).read_bytes()).hexdigest()


def _check_folder(folder: Path) -> None:
    """Check that nothing in a run's folder leads outside it."""
    for path in (folder.parent, folder, *folder.rglob("*")):
        mode = os.lstat(path).st_mode
        if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            raise TrainingError(
                f"{path} in the runs of this project is a link or a device",
                "Start a new run, or replace it by the file itself if you trust it.",
            )
