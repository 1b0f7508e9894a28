"""Values and expressions as text."""

import ast
from collections.abc import Sequence

from inspector.code_reading.evaluation.values import (
    MAX_TEXT,
    Member,
    PartText,
    PathText,
    Unknown,
    is_known,
    is_scalar,
)


def shown(value: object) -> str:
    """Return a value as display text."""
    match value:
        case Unknown(text=text):
            return f"{{{text}}}"
        case PartText(text=text):
            return text
        case PathText(text=text):
            return shown(text)
        case str():
            return value
        case Member(name=name):
            return name
        case _ if is_scalar(value):
            return str(value)
        case _:
            return "{...}"


def joined(by: str, parts: Sequence[object]) -> "str | PartText":
    """Join texts; unknown parts are in braces."""
    text = by.join(shown(p) for p in parts)[:MAX_TEXT]
    whole = all(is_known(p) and (is_scalar(p) or isinstance(p, PathText)) for p in parts)
    return text if whole else PartText(text)


def joined_path(parts: Sequence[object]) -> "str | PartText":
    """Join path parts as os.path.join does; the last absolute part starts over."""
    texts = [shown(p) for p in parts]
    start = max((i for i, t in enumerate(texts) if t.startswith("/")), default=0)
    pieces = [t.rstrip("/") if i else (t.rstrip("/") or t[:1]) for i, t in enumerate(texts[start:])]
    text = "/".join(p for i, p in enumerate(pieces) if p or not i).replace("//", "/")
    text = text.removeprefix("./") or "."
    whole = all(is_known(p) for p in parts[start:])
    return text[:MAX_TEXT] if whole else PartText(text[:MAX_TEXT])


def text_of(node: ast.AST) -> str:
    """Return the source of a node on one line, shortened."""
    try:
        return " ".join(ast.unparse(node).split())[:200]
    except (RecursionError, ValueError, AttributeError):
        return "..."


def is_label(node: ast.expr) -> bool:
    """Tell whether an expression extracts the label from a file's path."""
    match node:
        case (
            ast.Subscript(value=ast.Call(func=ast.Attribute(attr="split" | "rsplit")))
            | ast.Subscript(value=ast.Attribute(attr="parts"))
            | ast.Attribute(attr="name" | "stem", value=ast.Attribute(attr="parent"))
            | ast.IfExp(body=ast.Constant(), orelse=ast.Constant())
            | ast.Compare()
        ):
            return True
        case ast.Call(func=ast.Attribute(attr="basename"), args=[ast.Call(func=inner)]):
            return isinstance(inner, ast.Attribute) and inner.attr == "dirname"
        case ast.Call(func=ast.Name(id="int" | "float" | "str"), args=[inner]):
            return is_label(inner)
        case ast.Call(func=ast.Attribute(attr="index" | "get"), args=[inner, *_]):
            return is_label(inner)
        case ast.Subscript(slice=inner):
            return is_label(inner)
        case _:
            return False
