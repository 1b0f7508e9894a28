"""Migrate a project file of an older version, in one transaction."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any


def migrate(connection: sqlite3.Connection, newest: int) -> None:
    """Apply every missing migration; a failure leaves the file as it was."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another program may have migrated it meanwhile.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for number in range(version, newest):
            _MIGRATIONS[number](connection)
        connection.execute(f"PRAGMA user_version = {newest}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _typed_records(connection: sqlite3.Connection) -> None:
    """Convert the bare strings of version 1 into JSON records.

    The old table stays under another name, so that values that can't be converted are not lost.
    """
    connection.execute(
        "CREATE TABLE record (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
    )
    old = dict(connection.execute("SELECT name, value FROM meta").fetchall())
    for key, convert in _RECORDS.items():
        try:
            value = convert(old)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
        if value is not None:
            connection.execute("INSERT INTO record VALUES (?, ?)", (key, json.dumps(value)))
    connection.execute("ALTER TABLE meta RENAME TO meta_version_1")


_Old = Mapping[str, str]


def _dataset(old: _Old) -> dict[str, Any] | None:
    if not old.get("root"):
        return None
    return {
        "root": old["root"],
        "role": old.get("role") or None,
        "manifest": old.get("manifest", ""),
    }


def _listing(old: _Old) -> dict[str, Any]:
    names = [name for name in old.get("names", "").split("\n") if name]
    return {"number": int(old.get("seen", "0")), "names": names}


def _grouping(old: _Old) -> dict[str, Any]:
    gap = old.get("exif_gap")
    return {
        "enabled": json.loads(old.get("group_rules", "{}")),
        "gap_seconds": float(gap) if gap else None,
        "judgements": json.loads(old.get("judged", "{}")),
    }


def _split_lock(old: _Old) -> dict[str, Any] | None:
    if "lock_file" not in old:
        return None
    at = float(old.get("lock_at", "0"))
    return {"file": old["lock_file"], "rule": old.get("lock_rule", ""), "at": at}


def _document(name: str, **names: str) -> Callable[[_Old], Any]:
    """Convert a value that is JSON already, with fields renamed: new name = old name."""

    def convert(old: _Old) -> Any:
        if not old.get(name):
            return None
        document = json.loads(old[name])
        for new_name, old_name in names.items():
            document[new_name] = document.pop(old_name)
        return document

    return convert


def _one(field: str, name: str, parse: Callable[[str], Any]) -> Callable[[_Old], Any]:
    return lambda old: {field: parse(old[name])} if old.get(name) else None


_RECORDS: dict[str, Callable[[_Old], Any]] = {
    "dataset": _dataset,
    "listing": _listing,
    "scan": lambda old: {
        "began_ns": int(old.get("scanned_ns", "0")), "complete": old.get("complete") == "1"
    },
    "sample revision": _one("number", "facts", int),
    "similarity": _one("confirmed", "threshold", float),
    "grouping": _grouping,
    "split rule": _document("rule"),
    "split lock": _split_lock,
    "seed variability": _document("luck", digest="key"),
    "stated accuracy": _document("numbers"),
    "diagnosis": _document("diagnosis"),
    "experiment": _one("answer", "experiment", json.loads),
    "label errors": _document("suspects", digest="key"),
    "policies": _one("policies", "policies", json.loads),
    "export": _one("operation", "exported", int),
    "opened test": _document("opened_test"),
}  # fmt: skip


def _revision_of_rows(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE sample ADD COLUMN changed INTEGER NOT NULL DEFAULT 0")
    # They tell by a digest of all files whether these changed; the next scan makes them anew.
    connection.execute("DELETE FROM record WHERE key IN ('last answer', 'last overview')")


# Keyed by the version that each migration starts from.
_MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {
    1: _typed_records, 2: _revision_of_rows,
}  # fmt: skip
