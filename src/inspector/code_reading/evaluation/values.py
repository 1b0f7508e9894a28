"""Values of the evaluator: Python's own, unknown ones, and mutable boxes.

Known scalars are plain Python values. Lists, dicts, sets, objects, classes and scopes are boxes
with an identity, so that a change through one name is visible through another.
"""

import ast
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from inspector.code_reading.evaluation.sizes import Size

MAX_TEXT: Final = 2_000
MAX_NUMBER: Final = 2**64
MAX_ITEMS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that the code does not tell.

    Attributes:
        text: Source of the expression.
        why: Why it is unknown; "" if the text says enough.
        options: Possible values, if there are few.
        method: The method it is when called.
        draw: Number of the random draw that it comes from, below 0 for a clock; 0 for none.
        origin: Path of the file that it was made from, where a program is followed on its files.
    """

    text: str
    why: str = ""
    options: tuple[object, ...] = ()
    method: "Method | None" = None
    draw: int = 0
    origin: str = ""


@dataclass(frozen=True, slots=True)
class PartText:
    """A partly known text, with unknown pieces in braces, as in an f-string."""

    text: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A library name in full, such as "keras.layers.Rescaling".

    Attributes:
        imported: True if an import of the code provides it; a bare name may be something else.
    """

    name: str
    imported: bool = True

    @property
    def last(self) -> str:
        """The last word of the name."""
        return self.name.rpartition(".")[2]

    @property
    def root(self) -> str:
        """The package."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class PathText:
    """A pathlib path; its text may be partly known."""

    text: "str | PartText"


class ValueBox:
    """A mutable value; compared by identity.

    Attributes:
        data: The known content.
        open: True if there may be more than `data`.
    """

    __slots__ = ("data", "open")
    data: object
    open: bool

    def state(self) -> tuple[object, bool]:
        """Return a copy of the content, for `restore`."""
        return self.data.copy(), self.open  # type: ignore[attr-defined]

    def restore(self, state: tuple[object, bool]) -> None:
        """Set the content."""
        self.data, self.open = state

    @property
    def size(self) -> int:
        """The number of known entries."""
        return len(self.data)  # type: ignore[arg-type]


class ListBox(ValueBox):
    """A list or a set.

    Attributes:
        origins: Datasets of the loops that append to it.
    """

    __slots__ = ("is_set", "origins")
    data: list[object]

    def __init__(
        self, items: Sequence[object] = (), *, is_set: bool = False,
        origins: tuple[object, ...] = (),
    ) -> None:  # fmt: skip
        self.data, self.open, self.is_set = list(items), False, is_set
        self.origins = origins


class WalkBox(ListBox):
    """The rows of os.walk.

    Attributes:
        rounds: Makes the rows one by one, as a loop that changes them sees them.
    """

    __slots__ = ("rounds",)

    def __init__(self, items: Sequence[object], rounds: Callable[[], Iterator[object]]) -> None:
        super().__init__(items)
        self.rounds = rounds


class DictBox(ValueBox):
    """A dict with known keys."""

    __slots__ = ()
    data: dict[object, object]

    def __init__(self, items: dict[object, object] | None = None) -> None:
        self.data, self.open = dict(items or {}), False


class CountingDict(DictBox):
    """A defaultdict, or a Counter.

    Attributes:
        factory: What makes a missing value.
    """

    __slots__ = ("factory",)

    def __init__(self, factory: object, items: dict[object, object] | None = None) -> None:
        super().__init__(items)
        self.factory = factory


class ClassBox(ValueBox):
    """A class of the code."""

    __slots__ = ("bases", "decorators", "name", "node", "objects")
    data: dict[str, object]

    def __init__(
        self, name: str, bases: tuple[object, ...], decorators: tuple[object, ...],
        node: ast.ClassDef | None = None,
    ) -> None:  # fmt: skip
        self.data, self.open = {}, False
        self.name, self.bases, self.decorators, self.node = name, bases, decorators, node
        self.objects: list[ObjectBox] = []

    def find(self, name: str) -> object:
        """Return an attribute of the class or of a base class in the code, or MISSING."""
        return self._find(name, 0)

    def _find(self, name: str, depth: int) -> object:
        if name in self.data:
            return self.data[name]
        for base in self.bases if depth < 8 else ():
            if isinstance(base, ClassBox):
                value = base._find(name, depth + 1)
                if value is not MISSING:
                    return value
        return MISSING

    @property
    def is_enum(self) -> bool:
        """Whether it is an Enum."""
        return any(
            (isinstance(b, Ref) and b.last in ("Enum", "StrEnum", "IntEnum"))
            or (isinstance(b, ClassBox) and b.is_enum)
            for b in self.bases
        )

    @property
    def is_mixed(self) -> bool:
        """Whether it is an Enum whose members equal their values."""
        plain = ("str", "int", "StrEnum", "IntEnum")
        return any(
            b.is_mixed if isinstance(b, ClassBox) else isinstance(b, Ref) and b.last in plain
            for b in self.bases
        )


class ObjectBox(ValueBox):
    """An object of a class of the code, or a namespace of parsed options."""

    __slots__ = ("kind",)
    data: dict[str, object]

    def __init__(self, kind: ClassBox | None, attributes: dict[str, object] | None = None) -> None:
        self.kind = kind
        self.data, self.open = dict(attributes or {}), False


class ScopeBox(ValueBox):
    """Names of a module, function or class body.

    Attributes:
        outer: The enclosing scope.
        shared: Names declared global or nonlocal, with their scope.
    """

    __slots__ = ("outer", "shared")
    data: dict[str, object]

    def __init__(self, outer: "ScopeBox | None" = None) -> None:
        self.data, self.open, self.outer = {}, False, outer
        self.shared: dict[str, ScopeBox] = {}

    def holder(self, name: str) -> "ScopeBox | None":
        """Return the scope that contains a name."""
        scope: ScopeBox | None = self.shared.get(name, self)
        while scope is not None and name not in scope.data:
            scope = scope.outer
        return scope


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the code.

    Attributes:
        bound: The object or class whose method it is, or MISSING.
    """

    name: str
    arguments: ast.arguments
    body: Sequence[ast.stmt]
    scope: ScopeBox
    defaults: tuple[object, ...] = ()
    keyword_defaults: tuple[object, ...] = ()
    bound: object = None
    owner: ClassBox | None = None
    generator: bool = False
    decorators: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Partial:
    """A function with some arguments fixed."""

    function: object
    places: tuple[object, ...] = ()
    names: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a value that is no object of the code."""

    owner: object
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an Enum.

    Attributes:
        mixed: True if it equals its value, as one of StrEnum does.
    """

    name: str
    value: object
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of a call.

    Attributes:
        places: Positional arguments.
        names: Keyword arguments.
        sources: Expression of each keyword argument.
        open: Text of unknown unpacked arguments, or "".
        rest: The value that is unpacked, if it is the only argument.
    """

    places: tuple[object, ...] = ()
    names: dict[str, object] = field(default_factory=dict)
    sources: dict[str, ast.expr] = field(default_factory=dict)
    open: str = ""
    rest: object = None

    def get(self, place: int, name: str, default: object = None) -> object:
        """Return an argument by position or name."""
        if name in self.names:
            return self.names[name]
        if place < len(self.places):
            return self.places[place]
        return Unknown(self.open) if self.open else default


class _Missing:
    """The absence of a value."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


def is_known(value: object) -> bool:
    """Tell whether a value is completely known."""
    match value:
        case Unknown() | PartText() | Size():
            return False
        case PathText(text=text):
            return isinstance(text, str)
        case tuple():
            return all(is_known(v) for v in value)
        case ListBox() | DictBox() if value.open:
            return False
        case ListBox(data=data):
            return all(is_known(v) for v in data)
        case DictBox(data=data):
            return all(is_known(v) for v in data.values())
        case _:
            return True


def is_number(value: object) -> bool:
    """Tell whether it is a finite number and no bool."""
    return isinstance(value, int | float) and not isinstance(value, bool) and _finite(value)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def is_scalar(value: object) -> bool:
    """Tell whether it is an immutable Python value."""
    return value is None or isinstance(value, str | int | float | bool | bytes | complex)


def same(one: object, two: object) -> bool:
    """Tell whether two values are certainly the same; boxes by identity."""
    if one is two:
        return True
    if type(one) is not type(two):
        return False
    if isinstance(one, tuple) and isinstance(two, tuple):
        return len(one) == len(two) and all(same(a, b) for a, b in zip(one, two, strict=True))
    if isinstance(one, ValueBox):
        return False
    return bool(one == two)


def merged(values: Sequence[object], text: str) -> object:
    """Return what is known about a value that is one of several."""
    first = values[0]
    if all(same(first, v) for v in values[1:]):
        return first
    if all(isinstance(v, tuple) and len(v) == len(first) for v in values) and isinstance(  # type: ignore[arg-type]
        first, tuple
    ):
        return tuple(merged(column, text) for column in zip(*values, strict=True))
    options: list[object] = []
    for value in values:
        more = value.options if isinstance(value, Unknown) and value.options else (value,)
        options += [v for v in more if not any(same(v, o) for o in options)]
    unknown = any(isinstance(v, Unknown) for v in options)
    known_options = tuple(options) if len(options) <= 6 and not unknown else ()
    why = next((v.why for v in values if isinstance(v, Unknown) and v.why), "")
    return Unknown(
        text, why or "it depends on what is only known when the code runs", known_options
    )
