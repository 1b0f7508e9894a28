"""The content of a project file and of an export, read without the program."""

import csv
import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path


def marks(file: Path) -> dict[str, str]:
    """Return the decision on each image, after checking every page of the file."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return dict(
            connection.execute(
                "SELECT s.path, d.mark FROM decision d JOIN sample s ON s.id = d.sample"
                " WHERE d.mark != ''"
            )
        )


def log(file: Path) -> list[int]:
    """Return the numbers of the active decisions, oldest first."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT id FROM operation WHERE undoes IS NULL AND undone = 0")
        return sorted(number for (number,) in rows)


def whole_export(folder: Path) -> bool:
    """Check every file of an export against its manifest."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["path"]]
    for row in rows:
        digest = hashlib.sha256((folder / row["path"]).read_bytes()).hexdigest()
        assert digest == row["sha256"]
    files = {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()}
    return files == {row["path"] for row in rows} | {"manifest.csv"}
