"""A rescan trusts what the last one saw in the cache, until anything may have been lost."""

import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.project.phases import LONG_AGO, Phases, old_copy

from inspector.desktop.paths import cache_folder
from inspector.errors import CacheError
from inspector.project.catalog import duplicate_search, known_search, scans
from inspector.project.catalog.duplicate_search import _in_turn
from inspector.project.catalog.known_search import KnownSearch, SearchedImages, SearchUpdate
from inspector.project.project import Project
from inspector.similarity.pairs import numbers_of
from inspector.store.cache import ImageCache
from inspector.store.columns import HashColumn, TextColumn
from inspector.work.tasks import CandidateResult


@pytest.fixture
def data(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo whose files are old: none is read again for good measure."""
    return old_copy(demo, tmp_path / "data")


def scanned(data: Path, file: Path) -> tuple[dict[str, int], set[tuple[str, str]]]:
    """Open, scan and close a project; return the totals of its phases, and its pairs by path."""
    project = Project(data, file, jobs=1)
    phases = Phases()
    assert project.scans.scan(progress=phases).complete
    pairs = {(p.a.path, p.b.path) for p in project.duplicates.pairs()}
    project.close()
    return phases.totals, pairs


def copied(data: Path, name: str) -> Path:
    file = min(data.rglob("*.jpg"))
    copy = file.with_name(name)
    shutil.copy(file, copy)
    os.utime(copy, LONG_AGO)
    with copy.open("ab") as stream:
        stream.write(name.encode())
    return copy


def lose_a_picture() -> None:
    """Delete an entry of the cache, as another program may."""
    connection = sqlite3.connect(next(cache_folder().glob("*.sqlite")))
    connection.execute("DELETE FROM picture WHERE id = (SELECT min(id) FROM picture)")
    connection.commit()
    connection.close()


def test_a_rescan_looks_for_no_content_that_the_last_one_saw(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "p.inspector"
    scanned(data, file)
    with monkeypatch.context() as patched:
        patched.delattr(ImageCache, "contents")
        assert "candidates" not in scanned(data, file)[0]
    lose_a_picture()
    totals, _ = scanned(data, file)
    assert totals["images"] == 1
    assert "candidates" in totals


def test_a_scan_that_can_not_repair_the_cache_leaves_it_to_the_next(
    data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "p.inspector"
    scanned(data, file)
    lose_a_picture()
    project = Project(data, file, jobs=1)
    project.context.cache.refusal = CacheError("the disk is full", "Make room.")
    project.scans.scan()
    project.close()
    assert scanned(data, file)[0]["images"] == 1


def test_a_copy_of_the_cache_is_another_one(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, home = tmp_path / "p.inspector", Path(os.environ["XDG_CACHE_HOME"])
    scanned(data, file)
    shutil.copytree(home, tmp_path / "other")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    one = copied(data, "one.jpg")
    assert scanned(data, file)[0]["images"] == 1
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    copied(data, "two.jpg")
    totals, pairs = scanned(data, file)
    assert totals["images"] == 2
    assert any(one.name in Path(path).name for pair in pairs for path in pair)


def test_what_a_name_kept_out_of_a_search_is_compared_when_it_is_back(
    data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "p.inspector"
    copy = copied(data, "one.jpg")
    _, before = scanned(data, file)
    kept = copy.read_bytes()
    copy.unlink()
    copy.symlink_to(tmp_path / "nowhere")
    # The search of this scan doesn't see it.
    copied(data, "two.jpg").unlink()
    other = max(data.rglob("*.jpg"))
    with other.open("ab") as stream:
        stream.write(b"changed")
    totals, without = scanned(data, file)
    assert "candidates" in totals
    assert without < before
    copy.unlink()
    copy.write_bytes(kept)
    os.utime(copy, LONG_AGO)
    totals, after = scanned(data, file)
    assert "candidates" in totals
    assert after == before


def test_a_search_counts_as_made_once_its_pairs_are_stored(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "p.inspector"
    scanned(data, file)
    for module in (scans, duplicate_search):
        monkeypatch.setattr(module, "SEARCH_REVISION", 1_000)
    project = Project(data, file, jobs=1)
    with monkeypatch.context() as patched:

        def full(*_: object) -> None:
            raise OSError("the disk is full")

        patched.setattr(type(project.context.store.duplicates), "replace", full)
        with pytest.raises(OSError, match="full"):
            project.scans.scan()
    project.close()
    assert "candidates" in scanned(data, file)[0]
    assert "candidates" not in scanned(data, file)[0]


def images_of(numbers: list[int]) -> SearchedImages:
    digests = np.random.default_rng(0).integers(0, 256, (20, 32), np.uint8)[numbers]
    splits = TextColumn(np.array(numbers, np.int32) % 2, ["training", "validation"])
    return SearchedImages(HashColumn(digests, np.ones(len(numbers), np.bool_)), splits)


def test_places_of_records_count_for_one_generation_of_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_search, "FEW", 1)
    places = np.array([7, 5, 3, 1, 0, 2])
    np.save(tmp_path / "chosen.npy", places)
    np.save(tmp_path / "searched.npy", places)
    known = KnownSearch(tmp_path, tmp_path / "p.inspector")
    one = numbers_of(np.array([0, 2]), np.array([3, 5]), np.array([0, 2]))
    known.keep(tmp_path, images_of([4, 5, 6, 7, 8, 9]), one, added=0, cache="first")
    # One is gone, one is new, and two stand in another order.
    now = images_of([4, 7, 9, 6, 19])
    update = known.update_for(now, "first")
    assert update is not None
    assert update.old.tolist() == [0, 3, 5, 2, -1]
    assert update.places.tolist() == [7, 1, 2, 3, -1]
    turned_back = numbers_of(np.array([0, 2]), np.array([1, 3]), np.array([0, 4]))
    assert update.by_hashes.tolist() == turned_back.tolist()
    for other in ("second", ""):
        update = known.update_for(now, other)
        assert update is not None
        assert update.places.tolist() == [-1] * 5


@pytest.mark.parametrize("old", [None, [0, -1, 1, -1, 2]])
def test_turns_of_a_pair_stay_together(old: list[int] | None) -> None:
    a, b = np.array([0, 0, 0, 1, 2, 2], np.int32), np.array([1, 1, 3, 4, 3, 3], np.int32)
    turns = np.array([0, 4, 0, 0, 0, 1], np.uint8)
    nothing: NDArray[np.uint64] = np.zeros(0, np.uint64)
    update = None if old is None else SearchUpdate(
        Path(), np.array(old), np.array(old), nothing, 0, 0
    )  # fmt: skip
    ordered = _in_turn(CandidateResult(a, b, turns), np.array([0, 1, 0, 1, 1], np.int32), update)
    pairs = list(zip(ordered.a.tolist(), ordered.b.tolist(), strict=True))
    runs = [pair for i, pair in enumerate(pairs) if not i or pair != pairs[i - 1]]
    assert sorted(runs) == [(0, 1), (0, 3), (1, 4), (2, 3)]
    assert runs[-1] == (1, 4)
