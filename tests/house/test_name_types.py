"""Paths, labels, splits and groups are built in one module; all others take its types."""

import ast
from pathlib import Path
from typing import get_type_hints

import pytest

from inspector.dataset import names
from inspector.dataset.listing import Entry, Place
from inspector.dataset.packed.model import PackedMember
from inspector.store.samples import Decision, FileContent, Sample, StatusCount
from inspector.store.split_lock import LockedFile
from inspector.work.export_forms.form import SideFile
from inspector.work.export_items import Item, LeftOut

SOURCES = sorted((Path(__file__).resolve().parents[2] / "src").rglob("*.py"))
DOOR = "inspector.dataset.names"
TYPES = {"RelativePath", "Label", "Split", "Group"}


def _built(text: str) -> list[int]:
    """Return the lines of a module that build one of the types, or cast to it."""
    tree = ast.parse(text)
    known = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == DOOR
        for alias in node.names
        if alias.name in TYPES
    }
    lines = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in known:
                lines.append(node.lineno)
            case ast.Call(func=ast.Attribute(attr=name)) if name in TYPES - {"Group"}:
                lines.append(node.lineno)
            case ast.Call(func=ast.Name(id="cast"), args=[ast.Name(id=name), *_]) if name in known:
                lines.append(node.lineno)
            case ast.Call(func=ast.Name(id="cast"), args=[ast.Constant(value=name), *_]) if (
                name in known
            ):
                lines.append(node.lineno)
    return lines


def test_names_from_outside_are_built_by_the_parse_functions_alone() -> None:
    own = Path(names.__file__)
    built = {f"{f.name}:{n}" for f in SOURCES if f != own for n in _built(f.read_text("utf-8"))}
    assert built == set()
    assert _built(own.read_text("utf-8")) == []  # it imports none of them


@pytest.mark.parametrize(
    "line", ["Label('x')", "cast(Label, 'x')", "cast('Label', 'x')", "names.RelativePath('x')"]
)
def test_a_name_built_elsewhere_is_noticed(line: str) -> None:
    assert _built(f"from {DOOR} import Label\nx = {line}\n") == [2]


@pytest.mark.parametrize(
    "kind", [Entry, Place, Sample, Decision, FileContent, StatusCount, LockedFile, Item, LeftOut,
             PackedMember, SideFile],
    ids=lambda kind: kind.__name__,
)  # fmt: skip
def test_what_stands_behind_the_door_takes_these_types(kind: type) -> None:
    types = {
        "path": names.RelativePath, "target": names.RelativePath, "split": names.Split,
        "label": names.Label, "new_label": names.Label, "group": names.Group,
    }  # fmt: skip
    hints = get_type_hints(kind)
    fields = types.keys() & hints.keys()
    if kind is SideFile:
        fields, types = {"name"}, {"name": names.RelativePath}
    assert fields
    assert {f: hints[f] for f in fields} == {f: types[f] for f in fields}
