"""One dataset that the code makes."""

from dataclasses import dataclass

from inspector.code_reading.evaluation.objects import DataSet, Generator, LoaderName, Source
from inspector.code_reading.program import CodePlace, Unread
from inspector.code_reading.roles import DatasetRole


@dataclass(frozen=True, slots=True)
class CodeCall:
    """One dataset that the code makes, or one part of a split.

    Attributes:
        name: Variable that it is assigned to, or "".
        folder: As in the code, with unknown pieces in braces; None if unknown.
        validation_split: Held-out share; None without a split.
        data: Its value in the evaluation.
        trained: True if a model is fitted on it, or validated with it.
        maker: The ImageDataGenerator that it reads through.
        fit_numbers: Numbers of the fit calls that read it; calls that share one belong together.
        read_by_model: True if a model is fitted on it, or validates, evaluates or predicts with it.
    """

    place: CodePlace
    role: DatasetRole
    loader: LoaderName
    data: DataSet
    name: str = ""
    folder: str | None = None
    validation_split: float | None = None
    subset: str | None = None
    seed: int | None = None
    shuffle: bool | None = None
    trained: bool = False
    unread: tuple[Unread, ...] = ()
    maker: Generator | None = None
    fit_numbers: tuple[int, ...] = ()
    read_by_model: bool = False

    @property
    def source(self) -> Source:
        """The call that made it."""
        return self.data.source

    def document(self) -> dict[str, object]:
        """Return the call as an entry of `inspector code --json`."""
        return {
            "role": self.role.value,
            "loader": self.loader.value,
            "folder": self.folder,
            "validation_split": self.validation_split,
            "subset": self.subset,
            "seed": self.seed,
            "shuffle": self.shuffle,
            "line": self.place.line,
            "cell": self.place.cell,
            "name": self.name,
            "trained": self.trained,
        }
