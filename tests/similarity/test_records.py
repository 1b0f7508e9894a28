"""The file of fingerprints: several processes write, nothing is lost or overwritten."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zlib import crc32

import pytest

from inspector.similarity.records import Records, append, unkept

LENGTH = 2_048


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fingerprints"
    Records(path, LENGTH).close()
    return path


def test_all_who_add_at_once_get_rows_of_their_own(file: Path) -> None:
    parts = [[bytes([n, k]) + bytes(LENGTH - 2) for k in range(1 + n % 5)] for n in range(64)]
    with ThreadPoolExecutor(8) as threads:
        first = list(threads.map(lambda part: append(file, part), parts))
    records = Records(file, LENGTH)
    assert records.count() == sum(len(part) for part in parts)
    for row, part in zip(first, parts, strict=True):
        for k, record in enumerate(part):
            assert records.read(row + k, crc32(record)) == record
    records.close()


def test_what_a_crash_left_of_a_record_is_written_over(file: Path) -> None:
    record = bytes(range(4)) * (LENGTH // 4)
    assert append(file, [record]) == 0
    with file.open("ab") as stream:
        stream.write(b"half")
    assert append(file, [record]) == 1
    assert file.stat().st_size == 2 * LENGTH


def test_a_record_is_known_by_its_sum_or_by_being_new(file: Path) -> None:
    record = b"r" * LENGTH
    append(file, [record])
    records = Records(file, LENGTH)
    assert records.holds(0, crc32(record))
    assert not records.holds(0, crc32(record) + 1)
    append(file, [record])
    assert records.holds(1, 0), "added while this program ran, so no crash came between"
    assert records.read(1, 0) == b""
    records.close()


def test_a_full_disk_is_an_error_with_an_advice(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    (tmp_path / "full").symlink_to(full)
    full = tmp_path / "full"
    with pytest.raises(OSError, match="No space left") as raised:
        append(full, [bytes(LENGTH)])
    told = unkept(full, raised.value)
    assert "No space left on device" in told.message
    assert "Make room" in told.advice
