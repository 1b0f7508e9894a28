"""Identical images across splits while a scan runs: looks that add up say what one look says."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from inspector.dataset.file_facts import failed
from inspector.dataset.listing import Entry, Status
from inspector.dataset.names import NO_GROUP, parse_label, parse_listed_path, parse_split
from inspector.project.review.pairs_so_far import PairsSoFar
from inspector.store.project_store import ProjectStore
from inspector.store.samples import FileContent


def entry(split: str, name: str, status: Status = Status.PENDING) -> Entry:
    return Entry(
        parse_listed_path(f"{split}/c/{name}"), 100, 5, parse_split(split, where="here"),
        parse_label("c", where="here"), NO_GROUP, status, "",
    )  # fmt: skip


def listed(store: ProjectStore, entries: list[Entry]) -> list[FileContent]:
    listing = store.samples.begin_listing()
    _, new = store.samples.add_entries(entries, listing=listing, version=1, racy_ns=10)
    store.samples.end_listing(listing, [])
    return new


def read(store: ProjectStore, files: Sequence[FileContent]) -> None:
    rows = [failed(f.id, "image", "", 1)._replace(sha256=bytes(32), format="JPEG") for f in files]
    store.samples.fill(rows, {}).result()


def looks(store: ProjectStore) -> PairsSoFar:
    return PairsSoFar(
        SimpleNamespace(store=store),  # type: ignore[arg-type]
        SimpleNamespace(by_ids=store.samples.by_ids),  # type: ignore[arg-type]
        SimpleNamespace(stream=SimpleNamespace(pairs=lambda: ())),  # type: ignore[arg-type]
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ProjectStore]:
    opened = ProjectStore(tmp_path / "p.inspector")
    yield opened
    opened.close()


def test_a_content_has_one_pair_whatever_is_read_first(store: ProjectStore) -> None:
    entries = [*(entry("training", f"{i}.jpg") for i in range(5)), entry("test", "b.jpg")]
    so_far = looks(store)
    for number, file in enumerate(reversed(listed(store, entries))):
        read(store, [file])
        assert so_far.pairs() == looks(store).pairs()
        assert len(so_far.pairs()) == min(number, 1)


def test_a_file_that_is_ignored_now_is_in_no_pair(store: ProjectStore) -> None:
    one, two = entry("training", "0.jpg"), entry("test", "0.jpg")
    read(store, listed(store, [one, two]))
    so_far = looks(store)
    assert len(so_far.pairs()) == 1
    listed(store, [entry("training", "0.jpg", Status.IGNORED), two])
    assert so_far.pairs() == looks(store).pairs() == ()


def test_pairs_outlive_a_look_that_fails(
    store: ProjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(store, listed(store, [entry("training", "0.jpg"), entry("test", "0.jpg")]))
    so_far = looks(store)

    def fail(*_: object) -> list[tuple[int, int]]:
        raise sqlite3.OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(store.samples, "identical_across_splits", fail)
        with pytest.raises(sqlite3.OperationalError):
            so_far.pairs()
    assert len(so_far.pairs()) == 1
