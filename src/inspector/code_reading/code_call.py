"""One dataset that the code makes."""

from dataclasses import dataclass

from inspector.code_reading.evaluation.objects import DataSet, Generator, LoaderName, Source
from inspector.code_reading.program import CodePlace, Unread
from inspector.code_reading.roles import DatasetRole


@dataclass(frozen=True, slots=True)
class CodeCall:
    """One dataset that the code makes, or one side of a split.

    Attributes:
        name: The variable that it is assigned to, or "".
        folder: As the code says it; a piece that is not known stands in braces; None if unknown.
        validation_split: The share that is held out; None where there is no split.
        data: What it is in the evaluation.
        trained: A model is fitted on it, or validated with it.
        maker: The ImageDataGenerator that it reads through.
        fit_numbers: Which calls of fit read it: calls with a common one belong together.
        read_by_model: A model is fitted on it, validated, evaluated or predicts with it.
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
