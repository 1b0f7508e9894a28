"""Tests of the window use what a user can reach: no private names of other objects."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FOLDERS = ("app", "journeys")
# Public in all but their spelling, so that a field can have any other name.
NAMED_TUPLE = {"_replace", "_asdict", "_fields", "_make"}
BY_NAME = {"setattr", "getattr", "hasattr", "delattr"}


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in NAMED_TUPLE


def _is_own(owner: ast.expr) -> bool:
    """Tell whether an attribute belongs to the class that contains the code."""
    match owner:
        case ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super")):
            return True
        case _:
            return False


def _private_names(code: str) -> Iterator[str]:
    """Yield private names of other objects that a module uses, with their line."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Attribute(attr=name, value=owner) if _is_private(name) and not _is_own(owner):
                yield f"{node.lineno}: .{name}"
            case ast.ImportFrom(names=aliases):
                yield from (f"{node.lineno}: {a.name}" for a in aliases if _is_private(a.name))
            case ast.Call(func=ast.Name(id=by) | ast.Attribute(attr=by), args=[first, *rest]) if (
                by in BY_NAME and not _is_own(first)
            ):
                # `monkeypatch` takes the whole path as one text, too.
                texts = [a.value for a in (first, *rest[:1]) if isinstance(a, ast.Constant)]
                names = [t.rpartition(".")[2] for t in texts if isinstance(t, str)]
                yield from (f"{node.lineno}: {name!r}" for name in names if _is_private(name))


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_test_of_the_window_uses_a_private_name(folder: str) -> None:
    files = sorted((TESTS / folder).rglob("*.py"))
    assert files
    names = {f.name: list(_private_names(f.read_text("utf-8"))) for f in files}
    assert {name: private for name, private in names.items() if private} == {}


@pytest.mark.parametrize(
    "code",
    [
        "page._grid.rows()", "page.grid()._rows", "rows[0]._draws", "Builder._step",
        "from a import _b", "getattr(page, '_grid')", "patch.setattr(Page, '_grid', None)",
        "patch.setattr('a.b._c', None)", "page._grid = None",
    ],
)  # fmt: skip
def test_a_private_name_would_be_noticed(code: str) -> None:
    assert len(list(_private_names(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "self._rows = ()", "super()._start()", "cls._count", "point._replace(x=1)", "a.__dict__",
        "patch.setattr(Page, 'grid', None)", "patch.setattr('a.b.c', None)", "'os._exit(1)'",
    ],
)  # fmt: skip
def test_what_is_ones_own_may_be_private(code: str) -> None:
    assert list(_private_names(code)) == []
