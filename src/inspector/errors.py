"""Errors that a user can act on, as opposed to bugs.

InspectorError            a message and an advice
|-- UsageError            wrong arguments of a command (exit 2)
|   `-- CodeError         a script or notebook can't be read (exit 3)
|-- DatasetError          the dataset folder or one of its files (exit 3)
|   |-- UnknownLayoutError    no layout fits; the user can name one
|   |-- PackedDatasetError    the images are inside archives; unpacking helps
|   `-- ColumnError           it is unclear which column of a table is meant
|-- ProjectError          the project file (exit 3)
|   |-- DamagedProjectError   its bytes are damaged; a backup may help
|   `-- UnwritableError   it can be read but not written now
|-- CacheError            the cache can't be written (exit 3)
|-- ProcessError          a child process can't be started, or exited (exit 3)
|-- ClusterError          a Dask cluster, or the shards that it writes (exit 3)
|-- ExportError           the target of an export (exit 3)
`-- TrainingError         a run or its machine (exit 3)

Any other exception is a bug.
"""

from pathlib import Path


class InspectorError(Exception):
    """An error with one clear sentence and the advice that goes with it.

    Args:
        message: What is wrong, in one sentence without its full stop.
        advice: What the user can do now.
    """

    exit_code = 3

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message, advice)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return self.message


class UsageError(InspectorError):
    """A command or an argument is wrong."""

    exit_code = 2


class CodeError(UsageError):
    """A script or a notebook can't be read."""

    exit_code = 3


class DatasetError(InspectorError):
    """The dataset folder, or a file in it, can't be used."""


class UnknownLayoutError(DatasetError):
    """No layout fits a folder of images, or several do."""


class PackedDatasetError(DatasetError):
    """The images are inside files that have to be unpacked first.

    Args:
        message: As in `InspectorError`.
        advice: As in `InspectorError`.
        path: The packed file, or the folder that holds nothing but such files.
    """

    def __init__(self, message: str, advice: str, path: Path) -> None:
        super().__init__(message, advice)
        self.path = path


class ColumnError(DatasetError):
    """A table of images has no suitable column, or several.

    Args:
        message: As in `InspectorError`.
        advice: As in `InspectorError`.
        option: Command-line option that names the column: "--image-column" or "--label-column".
        columns: Names of the table's columns.
    """

    def __init__(self, message: str, advice: str, option: str, columns: tuple[str, ...]) -> None:
        super().__init__(message, advice)
        self.option = option
        self.columns = columns


class ProjectError(InspectorError):
    """The project file can't be used."""


class DamagedProjectError(ProjectError):
    """The bytes of a project file are damaged.

    Args:
        message: As in `InspectorError`.
        advice: As in `InspectorError`.
        path: The project file.
    """

    def __init__(self, message: str, advice: str, path: Path) -> None:
        super().__init__(message, advice)
        self.path = path


class UnwritableError(ProjectError):
    """The project file can't be written now; its content can be read."""


class CacheError(InspectorError):
    """The cache can't be written, which only operations that store into it need."""


class ProcessError(InspectorError):
    """A child process can't be started, or exited without an answer."""


class ClusterError(InspectorError):
    """A cluster can't be reached or used, or a shard that it wrote can't."""


class ExportError(InspectorError):
    """An export can't be planned, written or resumed."""


class TrainingError(InspectorError):
    """A run can't start or resume."""
