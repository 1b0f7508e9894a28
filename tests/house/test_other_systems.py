"""Every module can be imported on any system: POSIX modules are imported where they are used."""

import ast
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).resolve().parents[2] / "src").rglob("*.py"))
ONLY_POSIX = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
ONLY_WINDOWS = {"_winapi", "msvcrt", "winreg", "winsound"}


def imported(nodes: list[ast.stmt]) -> set[str]:
    """Return what importing a module certainly imports, ignoring conditional imports."""
    names: set[str] = set()
    for node in nodes:
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name.partition(".")[0] for alias in aliases}
            case ast.ImportFrom(module=str(module), level=0):
                names.add(module.partition(".")[0])
            case ast.ClassDef(body=body) | ast.With(body=body) | ast.Try(body=body):
                names |= imported(body)
    return names


def test_the_check_sees_an_import() -> None:
    text = "class A:\n    import fcntl\nif True:\n    import pwd\ndef f():\n    import grp"
    assert imported(ast.parse(text).body) == {"fcntl"}


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: "/".join(f.parts[-2:]))
def test_importing_a_module_needs_no_certain_system(file: Path) -> None:
    names = imported(ast.parse(file.read_text("utf-8")).body)
    assert not names & (ONLY_POSIX | ONLY_WINDOWS)
