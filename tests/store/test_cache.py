"""The cache of pictures may lose anything at any time; what is lost is known to be lost."""

import sqlite3
from pathlib import Path

import pytest

from inspector.store.cache import PictureCache

ROWS = [(n.to_bytes(32, "big"), 2, b"thumbnail", n.to_bytes(2, "big") * 3_600) for n in range(1200)]
CONTENTS = [row[0] for row in ROWS]
RECORDS = [row[3] for row in ROWS]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A cache that was filled and closed."""
    cache = PictureCache(tmp_path / "pictures.sqlite")
    cache.put(ROWS[:700])
    cache.put(ROWS[700:])
    cache.close()
    return cache.path


def beside(file: Path) -> Path:
    return Path(f"{file}-fingerprints")


def test_records_come_back_in_the_order_asked(file: Path) -> None:
    cache = PictureCache(file)
    assert list(cache.fingerprints(CONTENTS[::-1])) == RECORDS[::-1]
    assert list(cache.fingerprints([b"unknown", CONTENTS[7]])) == [b"", RECORDS[7]]
    cache.put([(CONTENTS[7], 3, b"t", b"another")])
    assert list(cache.fingerprints(CONTENTS[6:9])) == [RECORDS[6], b"another", RECORDS[8]]
    assert cache.holds(3) == {CONTENTS[7]}
    cache.close()


def test_two_programs_add_to_one_file(file: Path) -> None:
    one, two = PictureCache(file), PictureCache(file)
    one.put([(b"1" * 32, 2, b"t", b"first")])
    two.put([(b"2" * 32, 2, b"t", b"second, longer")])
    one.put([(b"3" * 32, 2, b"t", b"third")])
    for cache in (one, two):
        found = list(cache.fingerprints([b"1" * 32, b"2" * 32, b"3" * 32]))
        assert found == [b"first", b"second, longer", b"third"]
        cache.close()


def test_a_record_whose_bytes_were_lost_is_forgotten(file: Path) -> None:
    with beside(file).open("r+b") as stream:
        stream.seek(5 * 7_200 + 4_096)
        stream.write(bytes(100))
    cache = PictureCache(file)
    assert list(cache.fingerprints(CONTENTS[4:7])) == [RECORDS[4], b"", RECORDS[6]]
    assert cache.holds(2) == set(CONTENTS) - {CONTENTS[5]}
    cache.close()


@pytest.mark.parametrize("left", [0, 7_200 * 900])
def test_a_cache_whose_records_are_gone_is_begun_anew(file: Path, left: int) -> None:
    with beside(file).open("r+b") as stream:
        stream.truncate(left)
    cache = PictureCache(file)
    assert cache.holds(2) == set()
    cache.put(ROWS)
    assert list(cache.fingerprints(CONTENTS)) == RECORDS
    cache.close()


def test_a_cache_of_before_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "pictures.sqlite"
    old = sqlite3.connect(file)
    old.execute("CREATE TABLE picture (id INTEGER PRIMARY KEY, sha256 BLOB, fingerprint BLOB)")
    old.execute("INSERT INTO picture VALUES (1, x'00', x'00')")
    old.commit()
    old.close()
    cache = PictureCache(file)
    assert cache.holds(2) == set()
    cache.put(ROWS[:3])
    assert cache.thumbnail(CONTENTS[2]) == b"thumbnail"
    cache.close()
    kept = PictureCache(file)
    assert kept.holds(2) == set(CONTENTS[:3])
    kept.close()
