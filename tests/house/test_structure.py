"""The structure of the package: no import cycles, no wide folders, unique class names."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "src"
SOURCES = sorted(ROOT.rglob("*.py"))
MAX_MODULES_PER_FOLDER = 24


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(file: Path, names: set[str]) -> set[str]:
    """Return our modules that a file imports, including TYPE_CHECKING and local imports."""
    targets = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        match node:
            case ast.Import(names=aliases):
                targets |= {a.name for a in aliases}
            case ast.ImportFrom(module=str(module), names=aliases):
                targets |= {f"{module}.{a.name}" for a in aliases} | {module}
    return targets & names


def _circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected components with more than one module (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            component = []
            while not component or component[-1] != node:
                component.append(stack.pop())
            if len(component) > 1:
                found.append(sorted(component))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def test_no_module_imports_itself_in_a_circle() -> None:
    """Imports under TYPE_CHECKING count: a reader depends on them, too."""
    names = {_name(file) for file in SOURCES}
    packages = {_name(f) for f in SOURCES if f.name == "__init__.py"}
    graph = {_name(f): _imports(f, names - packages) - {_name(f)} for f in SOURCES}
    assert _circles(graph) == []


def test_a_circle_would_be_noticed() -> None:
    assert _circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c"]]


def test_no_folder_is_too_wide_to_overlook() -> None:
    width: defaultdict[Path, int] = defaultdict(int)
    for file in SOURCES:
        width[file.parent] += file.name != "__init__.py"
    wide = {f.relative_to(ROOT).as_posix(): n for f, n in width.items()}
    assert {f: n for f, n in wide.items() if n > MAX_MODULES_PER_FOLDER} == {}


def test_a_class_name_has_one_meaning() -> None:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(_name(file))
    doubles = {name: where for name, where in homes.items() if len(where) > 1}
    assert doubles == {}


def test_the_project_package_is_composed_and_not_passed_around() -> None:
    """Only the front ends and `project.project` itself know the class `Project`."""
    users = [
        _name(f) for f in SOURCES
        if "inspector.project.project" in _imports(f, {"inspector.project.project"})
    ]  # fmt: skip
    allowed = ("inspector.app.", "inspector.cli.", "inspector.__main__")
    assert [u for u in users if not u.startswith(allowed)] == []
