"""What expressions of pasted code stand for, where the text gives them a value."""

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

_LONGEST_TEXT = 1_000
_PATHS = ("join", "joinpath", "Path", "PurePath", "str", "abspath", "expanduser", "resolve")
_FIGURES = ("int", "float", "float32", "float64")


@dataclass(frozen=True, slots=True)
class Unread:
    """What the text gives no value for; `text` is its source, with joined paths joined."""

    text: str


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of a call: values by place and by name, and the source of each name."""

    places: tuple[object, ...] = ()
    names: Mapping[str, object] = field(default_factory=dict)
    sources: Mapping[str, ast.expr] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """A function that the reader knows, with the object that it is a method of."""

    name: str
    owner: object = None
    fixed: Arguments = Arguments()


def passed_on(node: ast.Call, given: Arguments) -> object:
    """Return what a call of Python's own that only passes values on stands for."""
    last = node.func.attr if isinstance(node.func, ast.Attribute) else source_of(node.func)
    places = given.places
    if last == "dict" and not places and "**" not in given.names:
        return dict(given.names)
    if last == "partial" and places and isinstance(places[0], Known):
        rest = Arguments(places[1:], given.names, given.sources)
        return replace(places[0], fixed=rest)
    if last in ("list", "tuple") and len(places) == 1 and isinstance(places[0], list | tuple):
        return list(places[0])
    if last in _FIGURES and len(places) == 1 and is_number(places[0]):
        return int(places[0]) if last == "int" else places[0]  # type: ignore[call-overload]
    if last in _PATHS and places:
        return joined("/", list(places)) if last.startswith(("join", "P")) else places[0]
    return unread(node)


def joined(by: str, parts: Sequence[object]) -> object:
    """Join texts; one that is unread leaves the whole so, with its text in its place."""
    text = by.join(p.text if isinstance(p, Unread) else str(p) for p in parts)[:_LONGEST_TEXT]
    return text if not any(isinstance(p, Unread) for p in parts) else Unread(text)


def is_number(found: object) -> bool:
    """Tell whether it is a finite number."""
    return isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found)


def named(target: ast.expr) -> str:
    """Return the names that are assigned to, with commas."""
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    return ", ".join(source_of(p) for p in parts)


def source_of(node: ast.expr) -> str:
    """Return an expression as it is written."""
    return ast.unparse(node)


def unread(node: ast.expr) -> Unread:
    """Return that an expression has no value in the text."""
    return Unread(ast.unparse(node)[:_LONGEST_TEXT])
