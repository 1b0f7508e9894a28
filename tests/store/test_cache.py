"""The image cache may lose anything at any time; a loss is always detected."""

import sqlite3
from pathlib import Path
from zlib import crc32

import pytest

from inspector.errors import CacheError
from inspector.similarity.records import append
from inspector.store import cache as cache_module
from inspector.store.cache import ImageCache

ROWS = [(n.to_bytes(32, "big"), b"thumbnail", n.to_bytes(2, "big") * 3_600) for n in range(1200)]
CONTENTS = [row[0] for row in ROWS]
RECORDS = [row[2] for row in ROWS]


def opened(path: Path, version: int = 2) -> ImageCache:
    return ImageCache(path, version=version, record_bytes=7_200)


def keep(cache: ImageCache, rows: list[tuple[bytes, bytes, bytes]]) -> None:
    """Store as a worker and its parent do: records first, then the rows that name them."""
    first = append(cache.records, [record for _, _, record in rows])
    cache.put([(c, t, first + n, crc32(record)) for n, (c, t, record) in enumerate(rows)])


def records(cache: ImageCache, contents: list[bytes]) -> list[bytes]:
    return list(cache.fingerprints(contents))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A cache that was filled and closed."""
    cache = opened(tmp_path / "pictures.sqlite")
    keep(cache, ROWS[:700])
    keep(cache, ROWS[700:])
    cache.close()
    return cache.path


def beside(file: Path) -> Path:
    return Path(f"{file}-fingerprints")


def test_records_come_back_in_the_order_asked(file: Path) -> None:
    cache = opened(file)
    assert records(cache, CONTENTS[::-1]) == RECORDS[::-1]
    assert records(cache, [b"unknown", CONTENTS[7]]) == [b"", RECORDS[7]]
    another = b"another" + bytes(7_193)
    keep(cache, [(CONTENTS[7], b"t", another)])
    assert records(cache, CONTENTS[6:9]) == [RECORDS[6], another, RECORDS[8]]
    cache.close()


def test_two_programs_add_to_one_file(file: Path) -> None:
    one, two = opened(file), opened(file)
    new = [(bytes([n]) * 32, b"t", bytes([n]) * 7_200) for n in (1, 2, 3)]
    for cache, row in zip((one, two, one), new, strict=True):
        keep(cache, [row])
    for cache in (one, two):
        contents = [row[0] for row in new]
        assert records(cache, contents) == [row[2] for row in new]
        assert list(cache.places(contents)) == [1_200, 1_201, 1_202]
        cache.close()


def test_what_a_crash_left_of_a_record_is_written_over(file: Path) -> None:
    with beside(file).open("ab") as stream:
        stream.write(bytes(1_000))
    cache = opened(file)
    keep(cache, [(b"1" * 32, b"t", RECORDS[3])])
    assert records(cache, [b"1" * 32]) == [RECORDS[3]]
    assert list(cache.places([b"1" * 32, b"unknown"])) == [1_200, -1]
    cache.close()


def test_a_record_whose_bytes_were_lost_is_forgotten(file: Path) -> None:
    with beside(file).open("r+b") as stream:
        stream.seek(5 * 7_200 + 4_096)
        stream.write(bytes(100))
    cache = opened(file)
    assert records(cache, CONTENTS[4:7]) == [RECORDS[4], b"", RECORDS[6]]
    assert list(cache.places(CONTENTS[4:7])) == [4, -1, 6]
    assert cache.contents() == set(CONTENTS) - {CONTENTS[5]}
    cache.close()


@pytest.fixture
def boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that tells one run of the machine from another."""
    name = tmp_path / "boot_id"
    name.write_text("first\n", encoding="ascii")
    monkeypatch.setattr(cache_module, "_BOOT", name)
    return name


@pytest.mark.usefixtures("boot")
def test_the_generation_tells_whether_anything_was_lost(file: Path) -> None:
    cache = opened(file)
    generation = cache.generation()
    keep(cache, [(b"1" * 32, b"t", RECORDS[3])])
    assert list(cache.places([CONTENTS[1], b"unknown"])) == [1, -1]
    cache.close()
    again = opened(file)
    assert again.generation() == generation
    again.close()
    with beside(file).open("r+b") as stream:
        stream.seek(5 * 7_200)
        stream.write(b"lost")
    damaged = opened(file)
    assert damaged.generation() == generation
    assert list(damaged.places(CONTENTS[5:6])) == [-1]
    later = damaged.generation()
    damaged.close()
    with beside(file).open("r+b") as stream:
        stream.truncate(7_200 * 900)
    cut = opened(file)
    generations = {generation, later, cut.generation()}
    cut.close()
    anew = opened(file, version=3)
    generations.add(anew.generation())
    anew.close()
    assert len(generations) == 4
    assert all(generations)


def test_no_generation_is_sure_after_a_crash_of_the_machine(file: Path, boot: Path) -> None:
    cache = opened(file)
    before = cache.generation()
    boot.write_text("second\n", encoding="ascii")
    assert cache.generation() not in {before, ""}
    boot.unlink()
    assert not cache.generation()
    cache.close()


@pytest.mark.parametrize("left", [0, 900])
def test_what_has_no_record_any_more_is_forgotten(file: Path, left: int) -> None:
    with beside(file).open("r+b") as stream:
        stream.truncate(7_200 * left)
    cache = opened(file)
    assert cache.contents() == set(CONTENTS[:left])
    keep(cache, ROWS)
    assert records(cache, CONTENTS) == RECORDS
    cache.close()


def test_rows_whose_records_never_came_to_the_disk_take_no_others(file: Path) -> None:
    """Also if the highest position is not the newest row's, as for an image read again."""
    cache = opened(file)
    keep(cache, [(CONTENTS[0], b"t", RECORDS[0])])
    cache.close()
    with beside(file).open("r+b") as stream:
        stream.truncate(7_200 * 1_200)
    cache = opened(file)
    assert cache.contents() == set(CONTENTS[1:])
    keep(cache, [(b"new", b"t", RECORDS[9])])
    assert list(cache.places([CONTENTS[0], CONTENTS[1], b"new"])) == [-1, 1, 1_200]
    cache.close()


def test_a_cache_of_before_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "pictures.sqlite"
    old = sqlite3.connect(file)
    old.execute("CREATE TABLE picture (id INTEGER PRIMARY KEY, sha256 BLOB, fingerprint BLOB)")
    old.execute("INSERT INTO picture VALUES (1, x'00', x'00')")
    old.commit()
    old.close()
    cache = opened(file)
    assert cache.contents() == set()
    keep(cache, ROWS[:3])
    assert cache.thumbnail(CONTENTS[2]) == b"thumbnail"
    cache.close()
    kept = opened(file)
    assert kept.contents() == set(CONTENTS[:3])
    kept.close()


def test_features_of_another_version_are_given_up(file: Path) -> None:
    cache = opened(file, version=3)
    assert cache.contents() == set()
    keep(cache, ROWS[:2])
    assert records(cache, CONTENTS[:2]) == RECORDS[:2]
    assert list(cache.places(CONTENTS[:2])) == [0, 1]
    cache.close()


def test_a_full_disk_is_said_and_costs_nothing_that_was_kept(file: Path) -> None:
    cache = opened(file)
    new = (b"1" * 32, bytes(1_000_000), RECORDS[0])
    connection = cache._connection()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(CacheError, match=r"can't be kept in .*full"):
        keep(cache, [new])
    assert cache.contents() == set(CONTENTS)
    connection.execute("PRAGMA max_page_count = 1000000")
    keep(cache, [new])
    assert records(cache, [new[0], CONTENTS[3]]) == [RECORDS[0], RECORDS[3]]
    cache.close()


def test_a_cache_that_can_not_be_opened_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = opened(tmp_path / "file" / "pictures.sqlite")
    assert cache.refusal is not None
    # What only saves time is left out; what a scan needs is an error.
    cache.put_pixel_digests([(CONTENTS[0], b"digest")])
    cache.put_image_hashes([(CONTENTS[0], "phash", b"hash")])
    for store in (cache.put, lambda rows: cache.put_embeddings("model", rows)):
        with pytest.raises(CacheError):
            store([])  # type: ignore[operator]
    assert cache.thumbnail(CONTENTS[0]) is None
    assert records(cache, CONTENTS[:2]) == [b"", b""]
    assert cache.pixel_digests(CONTENTS[:1]) == cache.image_hashes("phash", CONTENTS[:1]) == {}
    cache.close()


def test_a_cache_that_others_hold_is_not_recreated(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "PATIENCE_SECONDS", 0.1)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    other.execute("DELETE FROM picture WHERE id < 0")
    cache = opened(file)
    assert cache.refusal is not None
    cache.close()
    other.execute("ROLLBACK")
    other.close()
    cache = opened(file)
    assert cache.refusal is None
    assert records(cache, CONTENTS) == RECORDS
    cache.close()
