"""Paths, labels, splits and groups are built in one module; all others take its types."""

import ast
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import get_args, get_type_hints

import pytest

from inspector.dataset import names
from inspector.dataset.layouts import Location
from inspector.dataset.listing import Entry
from inspector.dataset.packed.model import PackedMember
from inspector.project.export.exports import Exports
from inspector.project.splits.split_rules import Membership
from inspector.store.samples import Sample
from inspector.store.split_lock import LockedFile
from inspector.work.export_items import Item, LeftOut

SRC = Path(__file__).resolve().parents[2] / "src"
SOURCES = sorted(SRC.rglob("*.py"))
DOOR = "inspector.dataset.names"
TYPES = {"RelativePath", "Label", "Split", "Group"}
NAMES: dict[str, object] = {
    "path": names.RelativePath, "paths": names.RelativePath, "target": names.RelativePath,
    "label": names.Label, "labels": names.Label, "new_label": names.Label, "predicted": names.Label,
    "split": names.Split, "splits": names.Split, "group": names.Group, "groups": names.Group,
}  # fmt: skip
BEHIND = ("audit", "dataset", "project", "similarity", "store", "work")
# What a label file or the disk says, before it is parsed; full paths of files to read.
AT_A_DOOR = {
    "dataset.layouts.annotations.fiftyone._Labels",
    "dataset.layouts.annotations.voc.VocObject",
    "dataset.layouts.columns.Columns",
    "dataset.layouts.model.Layout",  # Its folders; `place` parses.
    "dataset.layouts.tree.Folder",
    "project.review.decisions_file.DecidedImage",
    "work.export_plan.ExportPlan",
    "work.tasks.DigestTask",
    "work.tasks.EmbedFile",
    "work.tasks.HashFile",
    "work.tasks.MeasureSurroundings",
    "work.tasks.ReadTask",
    "work.unpacking.UnpackResult",
}
# Counts and sentences for people: nothing is opened or written by these names.
ONLY_SHOWN = {
    "dataset.layouts.views.outline.FolderOutline",
    "dataset.layouts.views.outline.Outline",
    "project.catalog.samples.Counts",
    "project.diagnosis.answers.LeakCount",
    "project.diagnosis.evidence.Evidence",
    "project.training.serving_checks._Stored",
    "store.records.LabelVerdict",
    "store.records.SplitChange",
}


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


def _modules() -> list[ModuleType]:
    names_of_modules = (
        info.name
        for package in BEHIND
        for info in pkgutil.walk_packages(
            [str(SRC / "inspector" / package)], f"inspector.{package}."
        )
    )
    return [importlib.import_module(name) for name in names_of_modules]


def _plain_fields(kind: type) -> set[str]:
    """Return the fields of a class that hold a path, label, split or group as plain text."""
    hints = get_type_hints(kind)
    return {f for f in NAMES.keys() & hints.keys() if _has_text(hints[f])}


def _has_text(hint: object) -> bool:
    """Tell whether a type is str, or built of it; a `NewType` is not."""
    return hint is str or any(map(_has_text, get_args(hint)))


def test_what_stands_behind_the_door_takes_these_types() -> None:
    """A field of one of these names is of its type, but in what reads at a door or only shows."""
    plain, typed = set(), 0
    for module in _modules():
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == module.__name__:
                if _plain_fields(kind):
                    plain.add(f"{module.__name__.removeprefix('inspector.')}.{kind.__name__}")
                typed += len(NAMES.keys() & get_type_hints(kind).keys())
    assert plain == AT_A_DOOR | ONLY_SHOWN
    assert typed > 60


@pytest.mark.parametrize("kind", [Entry, Location, Sample, Item, LeftOut, LockedFile, PackedMember])
def test_each_name_has_the_type_of_its_kind(kind: type) -> None:
    hints = get_type_hints(kind)
    fields = NAMES.keys() & hints.keys()
    assert fields
    assert {f: hints[f] for f in fields} == {f: NAMES[f] for f in fields}


def test_a_split_says_of_paths_in_which_split_they_are() -> None:
    paths, sides = tuple[names.RelativePath, ...], Mapping[names.RelativePath, names.Split]
    hints = get_type_hints(Membership)
    assert hints["training"] == hints["validation"] == hints["neither"] == paths
    assert hints["elsewhere"] == dict[names.Split, paths]
    assert hints["evaluation"] is names.Split
    assert get_type_hints(Membership.sides)["return"] == dict[names.RelativePath, names.Split]
    plan = get_type_hints(Exports.plan)
    assert plan["sides"] == plan["listed"] == sides | None
    assert get_type_hints(Exports.by_manifest)["return"] == sides


def test_a_field_of_plain_text_is_noticed() -> None:
    @dataclass
    class Plain:
        path: str
        labels: tuple[str, ...]
        split: names.Split
        files: int

    assert _plain_fields(Plain) == {"path", "labels"}
