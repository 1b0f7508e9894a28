"""Several programs open one fresh file at once: the window, a terminal, a script."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest

from inspector.errors import ProjectError
from inspector.similarity.records import append
from inspector.store import cache, opening
from inspector.store.cache import ImageCache
from inspector.store.database import Database

ROUNDS, PROGRAMS = 20, 4


def _at_once(work: Callable[[int], None]) -> list[Exception]:
    """Call `work` from all threads at the same moment; return its exceptions."""
    start = threading.Barrier(PROGRAMS)
    raised: list[Exception] = []

    def run(number: int) -> None:
        start.wait()
        try:
            work(number)
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(PROGRAMS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_a_fresh_project_opens_for_all_who_ask_at_once(tmp_path: Path) -> None:
    for number in range(ROUNDS):
        file = tmp_path / f"{number}.inspector"
        assert _at_once(lambda _, file=file: Database(file).close()) == []  # type: ignore[misc]


def _cache(file: Path) -> ImageCache:
    return ImageCache(file, version=1, record_bytes=1)


def test_a_fresh_cache_loses_nothing_when_all_begin_it(tmp_path: Path) -> None:
    for number in range(ROUNDS):
        file = tmp_path / f"{number}.sqlite"

        def put(program: int, file: Path = file) -> None:
            pictures = _cache(file)
            pictures.put([(bytes([program]), b"t", append(pictures.records, [b"f"]), crc32(b"f"))])
            pictures.close()

        assert _at_once(put) == []
        pictures = _cache(file)
        assert pictures.contents() == {bytes([n]) for n in range(PROGRAMS)}
        pictures.close()


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database file that another program keeps locked."""
    monkeypatch.setattr(opening, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(opening, "READING_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(cache, "PATIENCE_SECONDS", 0.05)
    return tmp_path / "held"


def _hold(file: Path) -> sqlite3.Connection:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    return other


def test_a_held_project_is_said_to_be_held(held: Path) -> None:
    Database(held).close()
    other = _hold(held)
    with pytest.raises(ProjectError, match="holds the project file"):
        Database(held)
    other.close()
    Database(held).close()


def test_a_held_cache_is_not_begun_anew(held: Path) -> None:
    other = _hold(held)
    cache = _cache(held)
    assert cache.refusal is not None
    assert "locked" in cache.refusal.message
    cache.close()
    assert held.exists()
    other.close()
    cache = _cache(held)
    assert cache.refusal is None
    cache.close()
