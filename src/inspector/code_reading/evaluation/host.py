"""The interface of the evaluator for the library models."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from inspector.code_reading.evaluation.memory import Memory
from inspector.code_reading.evaluation.objects import DataSet, Event
from inspector.code_reading.evaluation.torch.training_loops import TrainingLoops
from inspector.code_reading.evaluation.values import Arguments, ScopeBox, ValueBox
from inspector.code_reading.program import CodePlace, Unread

if TYPE_CHECKING:
    from inspector.code_reading.evaluation.exact.exact_run import ExactRun


class Host(Protocol):
    """The evaluator as the library models see it."""

    memory: Memory
    choice: int
    unread: list[Unread]
    module: ScopeBox
    loops: TrainingLoops
    exact: "ExactRun | None"
    max_rounds: int

    @property
    def place(self) -> CodePlace:
        """The evaluator's current position."""
        ...

    @property
    def in_branch(self) -> bool:
        """Whether what is followed now may not happen."""
        ...

    def emit(self, event: Event) -> None:
        """Record an event."""
        ...

    def trained_on(self, data: DataSet | None = None) -> None:
        """Keep that a step of training reads a dataset: the one of the innermost loop."""
        ...

    def note(self, text: str) -> None:
        """Record a note for the reader."""
        ...

    def call(self, function: object, given: Arguments, node: ast.AST) -> object:
        """Call a value."""
        ...

    def attribute(self, owner: object, name: str, node: ast.AST) -> object:
        """Return an attribute of a value."""
        ...

    def listed(self, value: object) -> list[object] | None:
        """Return the items of an iterable; None if unknown."""
        ...

    def truth(self, value: object) -> bool | None:
        """Return whether a value is true; None if unknown."""
        ...

    def put(self, box: ValueBox, key: object, value: object) -> None:
        """Set an item of a box."""
        ...

    def update(self, box: ValueBox, other: object) -> None:
        """Apply dict.update."""
        ...

    def forget(self, box: ValueBox) -> None:
        """Make the whole content of a box unknown."""
        ...

    def remove(self, box: object, key: object) -> None:
        """Delete an item of a box."""
        ...

    def spend(self, steps: int = 1) -> None:
        """Count steps."""
        ...


KnownFunction = Callable[[Host, Arguments, ast.AST], object]
"""A library function that the evaluator knows: (host, arguments, call node) -> value."""
