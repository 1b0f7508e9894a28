"""Identical images in two splits while a scan runs: one pair per content, at linear cost."""

import sqlite3
from pathlib import Path

from inspector.dataset.file_facts import failed
from inspector.dataset.listing import Entry, Status
from inspector.dataset.names import NO_GROUP, parse_label, parse_listed_path, parse_split
from inspector.store.project_store import ProjectStore
from inspector.store.samples import identical_across_splits


def stored(file: Path, contents: list[tuple[str, int]]) -> sqlite3.Connection:
    """Store images (split, content) and return a connection to them."""
    store = ProjectStore(file)
    label = parse_label("a", where="here")
    entries = [
        Entry(
            parse_listed_path(f"{split}/{i:05d}.png"), 10, 5, parse_split(split, where="here"),
            label, NO_GROUP, Status.PENDING, "",
        )
        for i, (split, _) in enumerate(contents)
    ]  # fmt: skip
    store.samples.add_entries(entries, listing=store.samples.begin_listing(), version=1,
                              racy_ns=None)  # fmt: skip
    ids = {s.path: s.id for s in store.samples.everything()}
    store.samples.fill(
        [
            failed(ids[entry.path], "image", "", 1)._replace(
                sha256=content.to_bytes(32, "big"), width=9, height=9
            )
            for entry, (_, content) in zip(entries, contents, strict=True)
        ],
        {},
    ).result()
    store.close()
    return sqlite3.connect(file)


def test_each_content_pairs_its_splits_once(tmp_path: Path) -> None:
    contents = [("test", 1), ("test", 2), ("training", 1), ("training", 1), ("training", 3),
                ("training", 3), ("validation", 1), ("validation", 2)]  # fmt: skip
    connection = stored(tmp_path / "p.inspector", contents)
    splits = dict(connection.execute("SELECT id, split FROM sample"))
    pairs = [
        tuple(sorted((splits[a], splits[b])))
        for a, b in identical_across_splits(connection, 10)
    ]  # fmt: skip
    assert sorted(pairs) == [
        ("test", "training"), ("test", "validation"), ("test", "validation"),
        ("training", "validation"),
    ]  # fmt: skip
    assert len(identical_across_splits(connection, 2)) == 2


def test_many_blank_images_cost_no_square(tmp_path: Path) -> None:
    def steps(files: int) -> int:
        contents = [(("test", "training")[i % 2], 1) for i in range(files)]
        connection = stored(tmp_path / f"{files}.inspector", contents)
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        connection.set_progress_handler(count, 100)
        assert len(identical_across_splits(connection, 10)) == 1
        return counted

    assert steps(2_000) < 3 * steps(1_000)


def test_later_looks_cover_what_changed_since(tmp_path: Path) -> None:
    file = tmp_path / "p.inspector"
    stored(file, [("test", 1), ("training", 1), ("test", 2), ("training", 3)]).close()
    store = ProjectStore(file)
    rows = store.samples.everything()
    since = store.samples.revision()
    assert store.samples.identical_across_splits(10) == [(rows[0].id, rows[2].id)]
    assert store.samples.identical_across_splits(10, since) == []
    now = failed(rows[3].id, "image", "", 1)._replace(sha256=rows[1].sha256, width=9, height=9)
    store.samples.fill([now], {}).result()
    assert store.samples.identical_across_splits(10, since) == [(rows[1].id, rows[3].id)]
    store.close()
