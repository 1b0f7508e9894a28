"""What can go wrong outside of our code, told to a person.

InspectorError            a sentence and an advice
|-- UsageError            the words of a command are wrong (exit 2)
|   `-- CodeError         a script or notebook can't be read (exit 3)
|-- DatasetError          the folder or a file of it (exit 3)
|   |-- UnknownLayoutError    no reading fits; a person can say one
|   |-- PackedDatasetError    its images are inside of files; unpacking helps
|   `-- ColumnError           a table does not say which column is meant
|-- ProjectError          the project file (exit 3)
|   |-- DamagedProjectError   its bytes are wrong; a backup may help
|   `-- UnwritableError   it can be read and not be written now
|-- CacheError            the caches can't be written (exit 3)
|-- ProcessError          a process of ours can't be started, or ended (exit 3)
|-- ExportError           the target of an export (exit 3)
`-- TrainingError         a run or its machine (exit 3)

Everything else that is raised is a bug of ours.
"""

from pathlib import Path


class InspectorError(Exception):
    """Carry one clear sentence and what to do about it.

    Args:
        message: What is wrong, in one sentence, without a full stop at its end.
        advice: What the person can do now.
    """

    exit_code = 3

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message, advice)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return self.message


class UsageError(InspectorError):
    """Say that a command or an argument is wrong."""

    exit_code = 2


class CodeError(UsageError):
    """Say that a script or a notebook can't be read."""

    exit_code = 3


class DatasetError(InspectorError):
    """Say that the dataset's folder, or a file in it, can't be used."""


class UnknownLayoutError(DatasetError):
    """Say that no reading fits a folder of images, or that several do."""


class PackedDatasetError(DatasetError):
    """Say that a dataset's images are inside of files that have to be unpacked first.

    Args:
        message: As of `InspectorError`.
        advice: As of `InspectorError`.
        path: The file, or the folder that holds nothing but such files.
    """

    def __init__(self, message: str, advice: str, path: Path) -> None:
        super().__init__(message, advice)
        self.path = path


class ColumnError(DatasetError):
    """Say that a table of images has no column, or several, that can be the one.

    Args:
        message: As of `InspectorError`.
        advice: As of `InspectorError`.
        option: Of the terminal that names it, "--image-column" or "--label-column".
        columns: Those that there are.
    """

    def __init__(self, message: str, advice: str, option: str, columns: tuple[str, ...]) -> None:
        super().__init__(message, advice)
        self.option = option
        self.columns = columns


class ProjectError(InspectorError):
    """Say that the project file can't be used."""


class DamagedProjectError(ProjectError):
    """Say that the bytes of a project file are wrong.

    Args:
        message: As of `InspectorError`.
        advice: As of `InspectorError`.
        path: The file.
    """

    def __init__(self, message: str, advice: str, path: Path) -> None:
        super().__init__(message, advice)
        self.path = path


class UnwritableError(ProjectError):
    """Say that the project file can't be written now; what is in it can be read."""


class CacheError(InspectorError):
    """Say that the caches can't be written; only what has to be kept there needs them."""


class ProcessError(InspectorError):
    """Say that a process of ours can't be started, or ended without an answer."""


class ExportError(InspectorError):
    """Say that an export can't be planned, made or resumed."""


class TrainingError(InspectorError):
    """Say that a run could not start or go on."""
