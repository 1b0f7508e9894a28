"""Rows of samples: indexed by path, filled by the scan, with moved and missing files tracked."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from inspector.dataset.file_facts import FileFacts
from inspector.dataset.listing import Entry
from inspector.dataset.names import NO_LABEL, Group, Label, RelativePath, Split
from inspector.store import record_repository
from inspector.store.records import SAMPLE_REVISION, SampleRevision


class FileContent(NamedTuple):
    """A file and its content when last read; `sha256` is b"" where it never was."""

    id: int
    path: RelativePath
    sha256: bytes
    size: int


class StatusCount(NamedTuple):
    """Number of present files with a status, a split and a label."""

    status: str
    split: Split
    label: Label
    files: int


class Decision(NamedTuple):
    """The decisions on a sample, as in `Sample`."""

    mark: str = ""
    new_label: Label = NO_LABEL
    reason_decided: str = ""
    bound: int = 0
    reviewed: int = 0


class Sample(NamedTuple):
    """One file of the dataset, as currently known; a tuple, which is fastest to create.

    Attributes:
        path: Relative to the dataset, with "/".
        size: Bytes.
        width: Upright width in px; 0 where the file could not be decoded.
        flags: Bits of `inspector.dataset.decoding.Flag`.
        brightness: Mean luma, 0..255; contrast, sharpness and entropy as in `dataset.quality`.
        mark: "", "keep" or "drop".
        new_label: Class that a person chose instead, or "".
        reason_decided: Why it was excluded, as text, or "".
    """

    id: int
    path: RelativePath
    size: int
    mtime_ns: int
    split: Split
    label: Label
    source: Group
    status: str
    reason: str
    sha256: bytes
    format: str
    mode: str
    width: int
    height: int
    orientation: int
    captured: str
    camera: str
    flags: int
    brightness: float
    contrast: float
    sharpness: float
    entropy: float
    mark: str
    new_label: Label
    reason_decided: str
    bound: int
    reviewed: int

    @property
    def decision(self) -> Decision:
        """The decisions alone."""
        return Decision(self.mark, self.new_label, self.reason_decided, self.bound, self.reviewed)


# Columns of fields of `Sample` that are not columns of `sample` by the same name.
_ELSEWHERE = {
    "sha256": "coalesce(s.sha256, x'')",
    "mark": "coalesce(d.mark, '')",
    "new_label": "coalesce(d.label, '')",
    "reason_decided": "coalesce(d.reason, '')",
    "bound": "coalesce(d.bound, 0)",
    "reviewed": "coalesce(d.reviewed, 0)",
}
_COLUMNS = ", ".join(_ELSEWHERE.get(name, f"s.{name}") for name in Sample._fields)
_SAME = (
    "(l.status = 'pending' AND sample.version > 0 AND sample.size = l.size"
    " AND sample.mtime_ns = l.mtime_ns)"
)
_UNCHANGED = (
    "sample.split = l.split AND sample.label = l.label AND sample.source = l.source"
    " AND sample.size = l.size AND sample.mtime_ns = l.mtime_ns"
    f" AND ({_SAME} OR (sample.version = 0 AND sample.status = l.status"
    " AND sample.reason = l.reason))"
)
_LISTED = "l.path = sample.path AND sample.missing = 0"
_FROM = "FROM sample s LEFT JOIN decision d ON d.sample = s.id"


def select(connection: sqlite3.Connection, where: str, values: Sequence[object]) -> list[Sample]:
    """Return the present samples that match a condition, ordered by path."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} {_FROM} WHERE s.missing = 0 AND {where} ORDER BY s.path", values
    )
    return [Sample(*row) for row in rows]


def decisions(connection: sqlite3.Connection) -> dict[int, Decision]:
    """Return the decisions by id, for samples that have any."""
    rows = connection.execute("SELECT sample, mark, label, reason, bound, reviewed FROM decision")
    decided = {row[0]: Decision(*row[1:]) for row in rows}
    return {sample: one for sample, one in decided.items() if one != Decision()}


def by_ids(connection: sqlite3.Connection, ids: Iterable[int]) -> list[Sample]:
    """Return the present samples among `ids`, ordered by path."""
    marks = ",".join(str(int(i)) for i in ids)
    return select(connection, f"s.id IN ({marks})", ())


def by_paths(connection: sqlite3.Connection, paths: Sequence[str]) -> list[Sample]:
    """Return the present samples with these paths."""
    rows: list[Sample] = []
    for start in range(0, len(paths), 500):
        part = paths[start : start + 500]
        rows += select(connection, f"s.path IN ({','.join('?' * len(part))})", part)
    return rows


def add_entries(connection: sqlite3.Connection, entries: Sequence[Entry], seen: int) -> int:
    """Add or update files as listed on disk; return the number of new or changed files.

    A file whose size or time changed, or that had a status by name alone, waits for its scan.
    """
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS listed AS SELECT * FROM sample LIMIT 0")
    connection.execute("DELETE FROM temp.listed")
    connection.executemany(
        "INSERT INTO temp.listed (path, size, mtime_ns, split, label, source, status, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        entries,
    )
    revision = _next_revision(connection)
    changed = connection.execute(
        "UPDATE sample SET split = l.split, label = l.label, source = l.source,"
        f" version = CASE WHEN {_SAME} THEN sample.version ELSE 0 END,"
        f" status = CASE WHEN l.status <> 'pending' THEN l.status WHEN {_SAME} THEN sample.status"
        "   ELSE 'pending' END,"
        f" reason = CASE WHEN {_SAME} THEN sample.reason ELSE l.reason END,"
        # So `withheld` knows it again.
        " format = CASE WHEN l.status <> 'pending' THEN '' ELSE sample.format END,"
        " size = l.size, mtime_ns = l.mtime_ns, changed = ?"
        f" FROM temp.listed l WHERE {_LISTED} AND NOT ({_UNCHANGED})",
        (revision,),
    ).rowcount
    connection.execute(f"UPDATE sample SET seen = ? FROM temp.listed l WHERE {_LISTED}", (seen,))
    cursor = connection.execute(
        "INSERT INTO sample"
        " (path, size, mtime_ns, split, label, source, status, reason, seen, changed)"
        " SELECT l.path, l.size, l.mtime_ns, l.split, l.label, l.source, l.status, l.reason, ?, ?"
        " FROM temp.listed l LEFT JOIN sample s ON s.path = l.path AND s.missing = 0"
        " WHERE s.id IS NULL",
        (seen, revision),
    )
    if changed or cursor.rowcount:
        _set_revision(connection, revision)
    return cursor.rowcount


def mark_missing(connection: sqlite3.Connection, seen: int) -> int:
    """Mark files that the last listing did not see as missing; return their number."""
    revision = _next_revision(connection)
    missing = connection.execute(
        "UPDATE sample SET missing = 1, changed = ? WHERE missing = 0 AND seen < ?",
        (revision, seen),
    ).rowcount
    if missing:
        _set_revision(connection, revision)
    return missing


def unscanned(connection: sqlite3.Connection, version: int, racy_ns: int) -> list[FileContent]:
    """Return the files added last whose content is unknown.

    Args:
        connection: The one that `add_entries` was called with.
        version: Feature version; rows of another version are read again.
        racy_ns: Files changed at or after this time are read again (git's racy rule).
    """
    rows = connection.execute(
        "SELECT s.id, s.path, coalesce(s.sha256, x''), s.size"
        " FROM temp.listed l JOIN sample s ON s.path = l.path AND s.missing = 0"
        " WHERE s.status = 'pending' OR s.version NOT IN (0, ?)"
        " OR (s.version > 0 AND s.mtime_ns >= ?)",
        (version, racy_ns),
    )
    return [FileContent(*row) for row in rows]


def withheld(connection: sqlite3.Connection) -> set[int]:
    """Return the files of known content that had, or have, a status by name alone.

    No search has compared them since.
    """
    # By the index of contents it would take twenty times as long.
    rows = connection.execute(
        "SELECT id FROM sample NOT INDEXED WHERE missing = 0 AND version = 0"
        " AND sha256 IS NOT NULL AND (format = '' OR status <> 'pending')"
    )
    return {row[0] for row in rows}


def is_outdated(connection: sqlite3.Connection, version: int) -> bool:
    """Tell whether a present file was read with another feature version."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM sample WHERE missing = 0 AND version NOT IN (0, ?))",
        (version,),
    ).fetchone()
    return bool(row[0])


def known_contents(connection: sqlite3.Connection) -> Iterator[FileContent]:
    """Yield every present image, ordered by path."""
    rows = connection.execute(
        "SELECT id, path, sha256, size FROM sample WHERE missing = 0 AND status = 'image'"
        " ORDER BY path"
    )
    return map(FileContent._make, rows)


def identical_across_splits(
    connection: sqlite3.Connection, most: int, since: int = -1
) -> list[tuple[int, int]]:
    """Return at most `most` pairs of identical images in two splits, the smaller id first.

    Args:
        connection: Project connection.
        most: Number of pairs.
        since: Sample revision; only contents of rows that changed after it. -1 for all.
    """
    new = " AND sha256 IN (SELECT sha256 FROM sample NOT INDEXED WHERE changed > ?)"
    # One file per content and split first: of ten thousand blank images each meets all others.
    rows = connection.execute(
        "WITH shared AS ("
        " SELECT sha256 FROM sample"
        " WHERE missing = 0 AND status = 'image' AND sha256 IS NOT NULL"
        f"{new if since >= 0 else ''}"
        " GROUP BY sha256 HAVING min(split) < max(split)),"
        " first AS ("
        " SELECT sha256, split, min(id) AS id, min(path) AS path FROM sample"
        " WHERE missing = 0 AND status = 'image' AND sha256 IN shared GROUP BY sha256, split)"
        " SELECT a.id, b.id FROM first a JOIN first b"
        " ON a.sha256 = b.sha256 AND a.split < b.split ORDER BY a.path LIMIT ?",
        (most,) if since < 0 else (since, most),
    )
    return [(min(ends), max(ends)) for ends in rows]


_FILL = (
    f"UPDATE sample SET {', '.join(f'{name} = ?' for name in FileFacts._fields[:-1])}, changed = ?"
    " WHERE id = ? AND (version <> ? OR sha256 IS NOT ? OR status <> ? OR reason <> ?)"
)


def fill(
    connection: sqlite3.Connection, rows: Sequence[FileFacts], known: Mapping[int, bytes]
) -> None:
    """Write what the scan read; a file that was read again for good measure may be the same.

    Args:
        connection: Project connection.
        rows: Rows of listed files.
        known: Content before, by id, of files that had one.
    """
    revision = _next_revision(connection)
    if known:
        rows = [_followed(connection, row, known.get(row.id, b""), revision) for row in rows]
    values = (
        (*row[:-1], revision, row.id, row.version, row.sha256, row.status, row.reason)
        for row in rows
    )
    written = connection.executemany(_FILL, values)
    if written.rowcount:
        _set_revision(connection, revision)


def _followed(
    connection: sqlite3.Connection, row: FileFacts, before: bytes, revision: int
) -> FileFacts:
    """Return a row of `fill`, moved to a fresh sample where the content changed."""
    if not before or not row.sha256 or before == row.sha256:
        return row
    return row._replace(id=_replace_content(connection, row.id, revision))


def present_and_missing(connection: sqlite3.Connection) -> tuple[int, int]:
    """Count present and missing files."""
    row = connection.execute("SELECT sum(missing = 0), sum(missing = 1) FROM sample").fetchone()
    return int(row[0] or 0), int(row[1] or 0)


def _replace_content(connection: sqlite3.Connection, old: int, revision: int) -> int:
    """Set aside a file whose content changed; return the id of its fresh row.

    The old row keeps the decisions on the old content and counts as missing; the fresh one has
    none.
    """
    connection.execute("UPDATE sample SET missing = 1, changed = ? WHERE id = ?", (revision, old))
    cursor = connection.execute(
        "INSERT INTO sample (path, size, mtime_ns, split, label, source, status, seen, changed)"
        " SELECT path, size, mtime_ns, split, label, source, status, seen, changed FROM sample"
        " WHERE id = ?",
        (old,),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def follow_moves(connection: sqlite3.Connection) -> int:
    """Give missing rows the new path of their content, so that decisions move along.

    A fresh row without decisions is removed in favour of the old one and its place in the log.
    """
    rows = connection.execute(
        # The first present file of each content once: thousands may share one.
        "WITH present AS ("
        " SELECT sha256, min(id) AS id FROM sample WHERE missing = 0"
        " AND sha256 IN (SELECT sha256 FROM sample WHERE missing = 1) GROUP BY sha256)"
        " SELECT old.id, new.id FROM sample old"
        " JOIN present ON present.sha256 = old.sha256 JOIN sample new ON new.id = present.id"
        " WHERE old.missing = 1 AND new.id > old.id AND old.path <> new.path"
        " AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.sample = new.id) ORDER BY old.id"
    ).fetchall()
    taken: set[int] = set()
    revision = _next_revision(connection)
    if rows:
        _set_revision(connection, revision)
    for old, new in rows:
        if new in taken:
            continue
        taken.add(new)
        connection.execute("DELETE FROM equal_set WHERE sample = ?", (new,))
        connection.execute(
            "UPDATE sample SET path = n.path, size = n.size, mtime_ns = n.mtime_ns,"
            " split = n.split, label = n.label, source = n.source, status = n.status,"
            " reason = n.reason, seen = n.seen, version = n.version, changed = ?, missing = 2"
            " FROM (SELECT * FROM sample WHERE id = ?) n WHERE sample.id = ?",
            (revision, new, old),
        )
        connection.execute("DELETE FROM sample WHERE id = ?", (new,))
        connection.execute("UPDATE sample SET missing = 0 WHERE id = ?", (old,))
    return len(taken)


def _next_revision(connection: sqlite3.Connection) -> int:
    # The number of a hostile file may be the greatest that SQLite holds.
    return min(record_repository.read(connection, SAMPLE_REVISION).number, 1 << 62) + 1


def _set_revision(connection: sqlite3.Connection, number: int) -> None:
    record_repository.write(connection, SAMPLE_REVISION, SampleRevision(number))


def count_rows(connection: sqlite3.Connection) -> list[StatusCount]:
    """Count present samples by status, split and label."""
    rows = connection.execute(
        "SELECT status, split, label, count(*) FROM sample WHERE missing = 0 GROUP BY 1, 2, 3"
    )
    return [StatusCount(*row) for row in rows]


def content(connection: sqlite3.Connection, sample: int) -> tuple[str, bytes]:
    """Return the path and the content hash of a sample, "" and b"" where unknown."""
    query = "SELECT path, sha256 FROM sample WHERE id = ?"
    row = connection.execute(query, (sample,)).fetchone()
    return (row[0], row[1] or b"") if row else ("", b"")
