"""A pitfall of a split, with the user's own numbers and files."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inspector.code_reading.finding import FindingSeverity
from inspector.code_reading.loader_calls import LoaderCall
from inspector.splits.keras_lists import Listed
from inspector.splits.keras_replay import Call


@dataclass(frozen=True, slots=True)
class Pitfall:
    """One problem of a split, or a fact worth knowing.

    Attributes:
        title: What is so, as one sentence without its full stop.
        detail: Consequence and advice as whole sentences, or "".
        numbers: Figures by name.
        files: All paths behind the numbers; () where all files are meant.
    """

    code: str
    severity: FindingSeverity
    title: str
    detail: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Title and detail as one paragraph."""
        return f"{self.title}. {self.detail}" if self.detail else f"{self.title}."


@dataclass(frozen=True, slots=True)
class Replayed:
    """Two replayed calls: the one that makes training, and the one that makes validation.

    Attributes:
        listed: Files that the training call lists before its shuffle.
        same_folder: True if both calls read one folder.
        calls: Calls of the pasted code, training first; () without code.
        dropped: Paths of excluded files.
    """

    one: Call
    two: Call
    listed: Listed
    training: tuple[str, ...]
    validation: tuple[str, ...]
    same_folder: bool = True
    calls: tuple[LoaderCall, ...] = ()
    dropped: frozenset[str] = frozenset()
