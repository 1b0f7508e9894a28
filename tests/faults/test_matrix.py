"""Every verb of a dataset with every kind of broken project file and broken dataset."""

import argparse
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from inspector.cli.main import build_parser, run
from inspector.desktop.paths import cache_folder

# What a verb needs beside the dataset; OUT is a path in a folder of its own.
WORDS: dict[str, tuple[str, ...]] = {
    "audit": ("--against", "OUT"),
    "decide": ("--drop", "a.jpg"),
    "export": ("--to", "OUT"),
    "fingerprints": ("-o", "OUT"),
    "fix": ("--to", "OUT"),
    "freeze": ("-o", "OUT"),
    "map": ("-o", "OUT"),
    "report": ("-o", "OUT"),
    "similar": ("a.jpg",),
    "script": ("fiftyone", "-o", "OUT"),
    "split": ("--validation-split", "0.2", "--seed", "1"),
    "train": ("--epochs", "1"),
    "compare": ("--policy", "OUT", "--policy", "OUT"),
    "diagnose": ("--quick",),
}


def verbs() -> list[str]:
    """Return the verbs that open a project."""
    (actions,) = (
        action for action in build_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )  # fmt: skip
    return [
        name for name, parser in actions.choices.items()
        if "read_only" in {action.dest for action in parser._actions}
    ]  # fmt: skip


def _sql(*statements: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return change


def _bytes(data: bytes) -> Callable[[Path], None]:
    return lambda file: void(file.write_bytes(data))


def void(_: object) -> None:
    """Discard a result."""


def _replaced(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        file.unlink()
        make(file)

    return change


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096:8192] = bytes(4096)
    file.write_bytes(data)


PROJECTS: dict[str, Callable[[Path], None]] = {
    "empty": _bytes(b""),
    "text": _bytes(b"not a project\n" * 100),
    "cut": _cut,
    "zeroed page": _flip,
    "another program's": _sql("PRAGMA application_id = 7"),
    "newer": _sql("PRAGMA user_version = 99"),
    "trigger": _sql(
        "CREATE TRIGGER evil AFTER INSERT ON operation BEGIN DELETE FROM decision; END"
    ),
    "view": _sql("CREATE VIEW evil AS SELECT * FROM sample"),
    "unknown table": _sql("CREATE TABLE evil (x)"),
    "missing table": _sql("DROP TABLE change"),
    "wrong type": _sql("UPDATE sample SET size = 'big'"),
    "leads out": _sql("UPDATE sample SET path = '../../' || path"),
    "folder": _replaced(Path.mkdir),
    "fifo": _replaced(os.mkfifo),
    "device": _replaced(lambda file: file.symlink_to("/dev/zero")),
    "loop": _replaced(lambda file: file.symlink_to(file)),
}


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        # A name of a socket may have 100 bytes.
        before = Path.cwd()
        os.chdir(path.parent)
        try:
            listener.bind(path.name)
        finally:
            os.chdir(before)


def _odd_names(path: Path) -> None:
    path.mkdir()
    (path / "a\nb").write_text("x")
    os.mkfifo(path / "pipe.jpg")
    (path / "loop").symlink_to(path)
    (path / "zero.jpg").symlink_to("/dev/zero")
    (path / os.fsdecode(b"\xff.jpg")).write_bytes(b"\xff\xd8")


DATASETS: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "file": lambda path: path.write_text("x"),
    "empty": Path.mkdir,
    "fifo": os.mkfifo,
    "socket": _socket,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "loop": lambda path: path.symlink_to(path),
    "dead link": lambda path: path.symlink_to(path.parent / "nowhere"),
    "no image": _odd_names,
}


def words_of(verb: str, dataset: Path, project: Path, folder: Path) -> list[str]:
    out = str(folder / "out")
    more = [out if word == "OUT" else word for word in WORDS.get(verb, ())]
    return [verb, str(dataset), "--project", str(project), "--quiet", *more]


def is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Check that a verb prints one error and one advice, and does nothing; return the error."""
    status = run(words)
    heard = capsys.readouterr()
    lines = heard.err.splitlines()
    assert (status, [line.split(":")[0] for line in lines]) == (3, ["error", "advice"]), heard
    assert heard.out == ""
    return lines[0]


def test_the_words_are_of_verbs() -> None:
    assert WORDS.keys() <= set(verbs())
    assert len(verbs()) > 15


@pytest.mark.skipif(os.name == "nt", reason="FIFOs and links are made")
@pytest.mark.parametrize("kind", PROJECTS)
def test_every_verb_refuses_a_broken_project(
    demo: Path, scanned: tuple[Path, Path], tmp_path: Path, kind: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = Path(shutil.copy(scanned[0], tmp_path / "p.inspector"))
    shutil.copytree(scanned[1], cache_folder(), dirs_exist_ok=True)
    PROJECTS[kind](file)
    before = file.read_bytes() if file.is_file() else b""
    for verb in verbs():
        for more in ((), ("--read-only",)):
            words = [*words_of(verb, demo, file, tmp_path), *more]
            assert "p.inspector" in is_refused(words, capsys), words
    assert not (tmp_path / "out").exists()
    assert (file.read_bytes() if file.is_file() else b"") == before


@pytest.mark.skipif(os.name == "nt", reason="FIFOs and links are made")
@pytest.mark.parametrize("kind", DATASETS)
def test_every_verb_refuses_a_broken_dataset(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = tmp_path / "set"
    DATASETS[kind](dataset)
    for verb in verbs():
        is_refused(words_of(verb, dataset, tmp_path / "p.inspector", tmp_path), capsys)
    assert not (tmp_path / "out").exists()
