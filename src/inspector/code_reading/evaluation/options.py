"""Defaults that the code declares with argparse, click, typer, absl flags or dataclasses."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import (
    MISSING,
    Arguments,
    ClassBox,
    Function,
    ListBox,
    Method,
    ObjectBox,
    Partial,
    Ref,
    Unknown,
    ValueBox,
    is_scalar,
)

_RECORDS: Final = ("dataclasses.dataclass", "attrs.define", "attr.s", "attrs.frozen")


class ParserBox(ValueBox):
    """An ArgumentParser: its options with their defaults."""

    __slots__ = ("kinds",)
    data: dict[str, object]

    def __init__(self) -> None:
        self.data, self.open = {}, False
        self.kinds: dict[str, tuple[str, object]] = {}


@dataclass(frozen=True, slots=True)
class RecordParser:
    """An HfArgumentParser: the dataclasses that it fills."""

    kinds: tuple[object, ...]


def record_call(ref: Ref, given: Arguments) -> object:
    """Return the decorator that makes records, or the parser that fills them; None for others."""
    if ref.name in _RECORDS:
        return ref
    if ref.last != "HfArgumentParser":
        return None
    kinds = given.get(0, "dataclass_types")
    return RecordParser(tuple(kinds) if isinstance(kinds, tuple) else (kinds,))


class Flags:
    """absl flags, by name."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}


class Option:
    """A click option: the parameter that it sets, and its default."""

    def __init__(self, name: str, value: object) -> None:
        self.name, self.value = name, value


class Factory:
    """What makes the default of a dataclass's field, once for each object."""

    def __init__(self, function: object) -> None:
        self.function = function


def field_default(given: Arguments, node: ast.AST) -> object:
    """Call dataclasses.field or its like: a default, or what makes one."""
    maker = given.names.get("default_factory", given.names.get("factory"))
    return given.get(0, "default", Unknown(text_of(node))) if maker is None else Factory(maker)


def parser_method(
    host: Host, parser: ParserBox, name: str, given: Arguments, node: ast.AST
) -> object:
    """Call a method of an ArgumentParser."""
    match name:
        case "add_argument":
            _add_argument(host, parser, given)
            return None
        case "add_argument_group" | "add_mutually_exclusive_group":
            return parser
        case "add_subparsers" | "add_parser":
            return parser
        case "set_defaults":
            for key, value in given.names.items():
                host.put(parser, key, value)
                host.memory.touch(parser)
                parser.data[key] = value
            return None
        case "parse_args" | "parse_known_args":
            space = ObjectBox(None, dict(parser.data))
            _parse(space, parser, given)
            if parser.data:
                host.note("command-line options are read at their defaults")
            return space if name == "parse_args" else (space, ListBox())
        case _:
            return Unknown(text_of(node))


def _add_argument(host: Host, parser: ParserBox, given: Arguments) -> None:
    flags = [f for f in given.places if isinstance(f, str)]
    if not flags:
        return
    optional = flags[0].startswith("-")
    long = next((f for f in flags if f.startswith("--")), flags[0])
    name = given.names.get("dest", long.lstrip("-").replace("-", "_"))
    if not isinstance(name, str):
        return
    action = given.names.get("action", "store")
    default = given.names.get("default", MISSING)
    if default is MISSING:
        known = {"store_true": False, "store_false": True, "count": None, "append": None}
        default = known.get(str(action)) if isinstance(action, str) else None
        if given.names.get("required") is True or not optional:
            default = Unknown(name, "it is given on the command line")
    rest = given.names.get("nargs")
    if not optional and (
        rest in ("*", "?") or (isinstance(rest, Ref) and rest.last == "REMAINDER")
    ):
        default = given.names.get("default")
        default = ListBox() if default is None and rest != "?" else default
    host.memory.touch(parser)
    parser.data[name] = converted(given.names.get("type"), default)
    for flag in flags:
        parser.kinds[flag] = (name, action if isinstance(action, str) else given.names.get("type"))


def _parse(space: ObjectBox, parser: ParserBox, given: Arguments) -> None:
    """Apply a literal list of arguments."""
    words = given.get(0, "args")
    if not isinstance(words, ListBox) or not words.data:
        return
    items = words.data
    for i, word in enumerate(items):
        known = parser.kinds.get(word) if isinstance(word, str) else None
        if known is None:
            continue
        name, action = known
        if action in ("store_true", "store_false"):
            space.data[name] = action == "store_true"
        elif i + 1 < len(items):
            value = items[i + 1]
            before = space.data.get(name)
            kind = type(before) if isinstance(before, int | float) else None
            try:
                space.data[name] = kind(value) if kind and isinstance(value, str) else value
            except ValueError:
                space.data[name] = Unknown(name)


def converted(kind: object, value: object) -> object:
    """Return a default as converted by argparse's `type`: only texts are."""
    if not isinstance(kind, Ref) or not isinstance(value, str):
        return value
    types = {"builtins.int": int, "builtins.float": float}
    if kind.name in types:
        try:
            return types[kind.name](value)
        except ValueError:
            return Unknown(value)
    return value


def click_option(given: Arguments) -> Option | None:
    """Return the option that click.option declares; None without a name."""
    flags = [f for f in given.places if isinstance(f, str)]
    plain = next((f for f in flags if not f.startswith("-")), None)
    long = next((f for f in flags if f.startswith("--")), flags[0] if flags else None)
    if long is None:
        return None
    name = plain or long.split("/")[0].lstrip("-").replace("-", "_").lower()
    default = given.names.get("default", MISSING)
    if default is MISSING:
        flag = given.names.get("is_flag") is True or "/" in long
        default = False if flag else None
        if given.names.get("required") is True:
            default = Unknown(name, "it is given on the command line")
    return Option(name, converted(given.names.get("type"), default))


def click_defaults(function: Function) -> dict[str, object]:
    """Return the defaults of a click command's options."""
    return {d.name: d.value for d in function.decorators if isinstance(d, Option)}


def fill_dataclass(host: Host, owner: ObjectBox, kind: ClassBox, given: Arguments) -> None:
    """Set the attributes of a new object of a dataclass or NamedTuple."""
    if not is_record(kind):
        return
    for i, (name, default) in enumerate(_fields(kind)):
        value = given.get(i, name, MISSING)
        if value is MISSING:
            value = default
        if isinstance(value, Factory):
            value = host.call(value.function, Arguments(), kind.node or ast.Pass())
        if isinstance(value, Method | Partial | Function | Ref) and not is_scalar(value):
            value = value if not isinstance(default, Ref) else default
        owner.data[name] = value


def is_record(kind: ClassBox) -> bool:
    """Tell whether a class is a dataclass, an attrs class, a NamedTuple or a pydantic model."""
    words = (
        "dataclass",
        "define",
        "attrs",
        "s",
        "frozen",
        "NamedTuple",
        "BaseModel",
        "BaseSettings",
    )
    bases = [b for b in kind.bases if isinstance(b, ClassBox)]
    marks = [m.last for m in (*kind.decorators, *kind.bases) if isinstance(m, Ref)]
    marks += [
        m.function.last for m in kind.decorators
        if isinstance(m, Partial) and isinstance(m.function, Ref)
    ]  # fmt: skip
    return any(m in words for m in marks) or any(is_record(b) for b in bases)


def _fields(kind: ClassBox) -> Sequence[tuple[str, object]]:
    fields: dict[str, object] = {}
    for base in kind.bases:
        if isinstance(base, ClassBox):
            fields |= dict(_fields(base))
    for node in kind.node.body if kind.node else ():
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
            missing = Unknown(name, f"{kind.name} has no default for it")
            fields[name] = kind.data.get(name, missing) if node.value is not None else missing
    return list(fields.items())
