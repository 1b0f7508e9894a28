"""The interface of the evaluator for the library models."""

import ast
from collections.abc import Callable
from typing import Protocol

from inspector.code_reading.evaluation.memory import Memory
from inspector.code_reading.evaluation.objects import DataSet, Event
from inspector.code_reading.evaluation.torch.training_loops import TrainingLoops
from inspector.code_reading.evaluation.values import Arguments, ListBox, ScopeBox, ValueBox
from inspector.code_reading.program import CodePlace, Unread


class ExactFollower(Protocol):
    """What follows a program on the files of a dataset, as the evaluator sees it."""

    broken: bool
    assumed: list[str]
    max_steps: int
    max_rounds: int

    def call(self, host: "Host", function: object, given: Arguments, node: ast.AST) -> object:
        """Call a function or method; MISSING if it is not modelled here."""
        ...

    def not_modelled(self, host: "Host", function: object, given: Arguments) -> None:
        """Forget what a call which is not modelled may have changed."""
        ...

    def origin_of(self, given: Arguments) -> str:
        """Return the one file that the arguments of a call come from, or ""."""
        ...

    def with_datasets(self, function: object, given: Arguments) -> Arguments:
        """Return the arguments of a loader with lists of files as datasets."""
        ...

    def has_items(self, value: object) -> bool:
        """Tell whether `item` knows about such a value."""
        ...

    def is_plain_list(self, value: object) -> bool:
        """Tell whether items that `item` does not know are those of a plain list."""
        ...

    def is_array(self, value: object) -> bool:
        """Tell whether it is an array, to which `+=` adds."""
        ...

    def ordered(self, box: ListBox) -> list[object] | None:
        """Return the items of a set as a loop sees them; None if they are not known."""
        ...

    def item(self, owner: object, key: object) -> object:
        """Return an item of an array or table; MISSING for anything else."""
        ...

    def attribute(self, owner: object, name: str) -> object:
        """Return an attribute of a table or column; MISSING for anything else."""
        ...

    def put(self, host: "Host", box: object, key: object, value: object) -> bool:
        """Set a part of an array or a table; return whether it is one."""
        ...

    def binary(self, sign: ast.operator, one: object, two: object) -> object:
        """Return the result of an operator on arrays or sets; MISSING for anything else."""
        ...

    def compared(self, sign: ast.cmpop, one: object, two: object) -> object:
        """Return the mask of a comparison with an array; MISSING for anything else."""
        ...

    def inverted(self, value: object) -> object:
        """Return `~mask`; MISSING for anything else."""
        ...

    def seen(self, event: Event) -> Event:
        """Return an event with lists of files as datasets."""
        ...

    def dataset(self, value: object) -> object:
        """Return a list of files as a dataset; any other value is returned unchanged."""
        ...

    def ended(self, host: "Host", scope: ScopeBox) -> None:
        """Name the lists of a scope that ends, with their final content."""
        ...

    def forgot(self, box: ValueBox, line: int) -> None:
        """Record that what a list contains is no longer known."""
        ...

    def merged(self, box: ValueBox, line: int) -> None:
        """Record that what a list contains depends on what only a run tells."""
        ...


class Host(Protocol):
    """The evaluator as the library models see it."""

    memory: Memory
    choice: int
    unread: list[Unread]
    module: ScopeBox
    loops: TrainingLoops
    exact: "ExactFollower | None"
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
