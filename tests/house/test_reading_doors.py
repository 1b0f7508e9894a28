"""Files that others may have written are opened in one way: never blocking, and up to a limit."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "inspector"
# Each reads a file of this program, in a place of its own or checked just before.
OWN = {
    "cluster/task.py", "desktop/desktop_entry.py", "desktop/paths.py", "desktop/settings.py",
    "project/catalog/stored_arrays.py",
    "project/training/stored_runs.py", "similarity/embedding.py", "similarity/records.py",
    "store/backups.py", "store/cache.py", "store/connections.py", "store/exclusive_lock.py",
    "store/refusals.py",
    "training/lite0.py", "work/export_writer.py",
    "work/array_files.py", "work/process_time.py", "work/search.py", "work/staging.py",
    # `packed_files` lists regular files only.
    "dataset/packed/tar_files.py", "dataset/packed/tf_records.py",
    # The one door, and packages' own data.
    "app/window/help/guide.py", "input_files.py", "reports/html.py", "store/project_file.py",
}  # fmt: skip


def _reads(text: str) -> list[int]:
    """Return the lines that open a file for reading by its path."""
    lines = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Attribute(attr="read_bytes" | "read_text")):
                lines.append(node.lineno)
            case ast.Call(
                func=ast.Attribute(attr="open"), args=[ast.Constant(value=str(mode)), *_]
            ):
                lines += [] if {*mode} & {*"wax"} else [node.lineno]
            case ast.Call(func=ast.Attribute(attr="open"), args=[], keywords=[_, *_]):
                lines.append(node.lineno)
            case ast.Call(func=ast.Name(id="open")):
                lines.append(node.lineno)
    return lines


def test_what_others_wrote_is_opened_by_one_door() -> None:
    """`input_files` and `decoding` refuse a FIFO and a device; reading one would never end."""
    sources = {f.relative_to(SRC).as_posix(): f.read_text("utf-8") for f in SRC.rglob("*.py")}
    reading = {name for name, text in sources.items() if _reads(text)}
    assert {name for name in reading if not name.startswith("app/widgets/")} == OWN


@pytest.mark.parametrize(
    "line",
    ["f.read_text()", "(a / b).read_bytes()", "f.open('rb')", "f.open(encoding='a')", "open(f)"],
)
def test_a_door_of_its_own_is_noticed(line: str) -> None:
    assert _reads(f"x = 1\ny = {line}\n") == [2]
