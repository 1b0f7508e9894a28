"""A rescan costs what changed, and finds what a scan of everything anew would find."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.project.phases import LONG_AGO, Phases, old_copy

from inspector.desktop.paths import cache_folder
from inspector.project.catalog import duplicate_search, pair_search, scans
from inspector.project.catalog.known_search import FEW
from inspector.project.catalog.verified_pairs import PairTable, VerifiedPairs
from inspector.project.project import Project
from inspector.similarity import proposals
from inspector.similarity.embedding import DIMENSIONS, VERSION
from inspector.similarity.orientations import INVERSE, NAMES
from inspector.similarity.pairs import numbers_of
from inspector.store.columns import HashColumn
from inspector.work.jobs import Stop
from inspector.work.tasks import CandidateResult

CLOCKWISE = "turn 270"


@pytest.fixture
def copy(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo whose files are old: none is read again for good measure."""
    return old_copy(demo, tmp_path / "data")


@pytest.fixture
def opened(copy: Path, tmp_path: Path) -> Iterator[Project]:
    project = Project(copy, tmp_path / "p.inspector", jobs=2)
    yield project
    project.close()


def alike(project: Project) -> tuple[object, object]:
    """Return all pairs and clusters, by path; ids depend on when a file came."""
    pairs = set()
    for p in project.duplicates.pairs():
        one, two, transform = p.a.path, p.b.path, p.transform
        if one > two:
            one, two, transform = two, one, NAMES[INVERSE[NAMES.index(transform)]]
        pairs.add((one, two, p.kind, p.level, transform, p.similarity))
    clusters = [
        ([m.path for m in c.members], c.kinds, c.similarity) for c in project.duplicates.clusters()
    ]
    return pairs, sorted(clusters, key=str)


def change_some(folder: Path, seed: int) -> int:
    """Change, copy, rename and delete a few files; return how many have to be read."""
    rng = random.Random(seed)
    changed, copied, moved, gone = rng.sample(sorted(folder.rglob("*.jpg")), 4)
    pixels = cv2.imread(str(changed))
    assert pixels is not None
    drawn = np.random.default_rng(seed).integers(0, 255, (9, 9, 3), np.uint8)
    noise = cv2.resize(drawn, (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(changed), noise)
    again = cv2.imread(str(copied))
    assert again is not None
    cv2.imwrite(str(copied.with_name("again.jpg")), again, [cv2.IMWRITE_JPEG_QUALITY, 70])
    moved.rename(moved.with_name("moved.jpg"))
    gone.unlink()
    return 3


def test_a_turned_copy_is_turned_the_right_way_whatever_came_first(
    opened: Project, copy: Path
) -> None:
    second = max(copy.rglob("*.jpg"))
    opened.scans.scan()
    pixels = cv2.imread(str(second))
    assert pixels is not None
    # Its path comes first, its id last.
    first = min(copy.rglob("*.jpg")).with_name("!turned.jpg")
    cv2.imwrite(str(first), cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE))
    opened.scans.scan()
    index = opened.duplicates.index()
    ids = {s.path: s.id for s in opened.samples.everything()}
    one, two = (ids[file.relative_to(copy).as_posix()] for file in (second, first))
    one = index.canonical.get(one, one)
    edges = [e for e in (*index.edges, *index.turned_apart) if {e[0], e[1]} == {one, two}]
    assert [(a, NAMES[transform]) for a, _, transform, _ in edges] == [(one, CLOCKWISE)]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_rescan_finds_what_a_scan_of_everything_finds(
    opened: Project, copy: Path, tmp_path: Path, seed: int
) -> None:
    first = Phases()
    opened.scans.scan(progress=first)
    before = alike(opened)
    read = change_some(copy, seed)
    again = Phases()
    assert opened.scans.scan(progress=again).complete
    assert again.totals["images"] == read
    assert 0 < again.totals["near-duplicates"] < first.totals["near-duplicates"] / 4
    assert alike(opened) != before
    anew = Project(copy, tmp_path / "anew.inspector", jobs=2)
    everything = Phases()
    anew.scans.scan(progress=everything)
    assert everything.totals["near-duplicates"] > again.totals["near-duplicates"]
    assert alike(opened) == alike(anew)
    anew.close()


def test_a_damaged_memory_of_pairs_costs_time_only(opened: Project, copy: Path) -> None:
    first = Phases()
    opened.scans.scan(progress=first)
    (memory,) = cache_folder().glob("pairs-*.npz")
    whole = memory.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], bytes(len(whole))):
        memory.write_bytes(damaged)
        file = min(copy.rglob("*.jpg"))
        shutil.copy(file, file.with_name(f"copy{len(damaged)}.jpg"))
        phases = Phases()
        assert opened.scans.scan(progress=phases).complete
        assert phases.totals["near-duplicates"] == first.totals["near-duplicates"]
    assert len(list(cache_folder().glob("*pairs-*"))) == 1


def test_files_that_were_only_touched_are_read_and_not_compared(
    opened: Project, copy: Path
) -> None:
    opened.scans.scan()
    before = alike(opened)
    files = sorted(copy.rglob("*.jpg"))[:9]
    for file in files:
        os.utime(file, (LONG_AGO[0] + 60,) * 2)
    again = Phases()
    scanned = opened.scans.scan(progress=again)
    assert scanned.complete
    assert (scanned.new, scanned.unchanged) == (0, len(opened.samples.everything()))
    assert again.totals["images"] == len(files)
    assert "candidates" not in again.totals
    assert alike(opened) == before


def test_an_unchanged_dataset_is_compared_again_by_another_search(
    opened: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again, third = Phases(), Phases(), Phases()
    opened.scans.scan(progress=first)
    for module in (scans, duplicate_search):
        monkeypatch.setattr(module, "SEARCH_REVISION", 1_000)
    assert opened.scans.scan(progress=again).complete
    assert again.totals["images"] == 0
    assert "candidates" in again.totals
    opened.scans.scan(progress=third)
    assert "candidates" not in third.totals


def test_files_that_are_read_again_for_good_measure_leave_all_lists_as_they_are(
    opened: Project, copy: Path
) -> None:
    files = sorted(copy.rglob("*.jpg"))[:9]
    for file in files:
        os.utime(file)
    opened.scans.scan()
    table = opened.samples.everything()
    again = Phases()
    opened.scans.scan(progress=again)
    assert again.totals["images"] == len(files)
    assert opened.samples.everything() is table


def test_touched_files_are_compared_where_the_scan_before_did_not_end(
    opened: Project, copy: Path
) -> None:
    stop = Stop()
    opened.scans.scan(stop=stop, progress=Phases(stop, "near-duplicates"))
    os.utime(min(copy.rglob("*.jpg")), (LONG_AGO[0] + 60,) * 2)
    again = Phases()
    assert opened.scans.scan(progress=again).complete
    assert again.totals["near-duplicates"] > 0


def test_what_a_stopped_first_scan_has_read_is_not_read_again(opened: Project) -> None:
    stop = Stop()
    first = Phases(stop, "candidates")
    assert not opened.scans.scan(stop=stop, progress=first).complete
    assert first.totals["images"] > 100
    second = Phases()
    assert opened.scans.scan(progress=second).complete
    assert second.totals["images"] == 0
    assert second.totals["near-duplicates"] > 0


def hashes(*bytes_of: int) -> HashColumn:
    digests = np.repeat(np.array(bytes_of, np.uint8)[:, None], 32, axis=1)
    return HashColumn(digests, np.ones(len(digests), np.bool_))


def numbers(a: list[int], b: list[int], transform: list[int]) -> NDArray[np.uint64]:
    return numbers_of(np.array(a), np.array(b), np.array(transform))


def test_a_pair_is_verified_again_where_other_turns_are_proposed(tmp_path: Path) -> None:
    contents = hashes(0, 1, 2, 3)
    memory = VerifiedPairs(tmp_path, tmp_path / "p.inspector")
    proposed = numbers([0, 0, 1, 2], [1, 1, 2, 3], [0, 4, 0, 0])
    table = PairTable.of(proposed)
    assert (table.a.tolist(), table.b.tolist()) == ([0, 1, 2], [1, 2, 3])
    assert table.uncompared().transform.tolist() == [0, 4, 0, 0]
    table.fill(
        CandidateResult(
            np.array([1, 0], np.int32), np.array([2, 1], np.int32), np.array([0, 4], np.uint8),
            np.array([0.0, 0.9], np.float32),
        )
    )  # fmt: skip
    memory.keep(contents, table)
    # Row 0 is gone, row 3 stands before row 2 now, and of rows 1 and 2 another turn is proposed.
    other = PairTable.of(numbers([0, 0, 1], [2, 2, 2], [0, 2, 0]))
    memory.fill(hashes(1, 3, 2), other)
    assert other.uncompared().transform.tolist() == [0, 2, 0]
    same = PairTable.of(proposed)
    memory.fill(contents, same)
    assert same.ways.tolist() == [17, 1, 1]
    assert same.uncompared().a.tolist() == [2]
    assert (same.transform[:2].tolist(), same.similar(0.5).a.tolist()) == ([4, 0], [0])
    elsewhere = PairTable.of(proposed)
    VerifiedPairs(tmp_path, tmp_path / "q.inspector").fill(contents, elsewhere)
    assert np.isnan(elsewhere.similarity).all()


def many(folder: Path, images: int) -> Path:
    """Make distinct images, more than a search compares each with each."""
    draw = np.random.default_rng(5)
    for number in range(images):
        split = folder / ("train" if number % 5 else "validation") / f"class{number % 3}"
        split.mkdir(parents=True, exist_ok=True)
        write_noise(split / f"{number:05}.png", draw)
    return folder


def write_noise(file: Path, draw: np.random.Generator) -> None:
    coarse = draw.integers(0, 255, (6, 6, 3), np.uint8)
    cv2.imwrite(str(file), cv2.resize(coarse, (72, 72), interpolation=cv2.INTER_CUBIC))
    os.utime(file, LONG_AGO)


def change_many(folder: Path, draw: np.random.Generator) -> int:
    """Replace, copy, mirror, move to the other split and delete images; return how many are new."""
    files = sorted(folder.rglob("*.png"))
    chosen = [files[i] for i in draw.permutation(len(files))[:15].tolist()]
    new = 0
    for number, file in enumerate(chosen):
        pixels = cv2.imread(str(file))
        assert pixels is not None
        beside = file.with_name(f"{file.stem}-{draw.integers(10**9)}.jpg")
        match number % 5:
            case 0:
                write_noise(file, draw)
                os.utime(file, (LONG_AGO[0] + new + 1,) * 2)
            case 1:
                cv2.imwrite(str(beside), pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])
            case 2:
                cv2.imwrite(str(beside), np.ascontiguousarray(pixels[:, ::-1]))
            case 3:
                split, class_name, _ = file.relative_to(folder).parts
                other = "train" if split == "validation" else "validation"
                file.rename(folder / other / class_name / beside.name)
            case _:
                file.unlink()
        new += number % 5 < 4
    return new


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many(tmp_path_factory.mktemp("noise"), FEW + 150)


def test_a_full_search_and_its_update_agree_on_what_is_few() -> None:
    assert FEW == proposals.FEW


@pytest.mark.parametrize("in_cells", [False, True])
def test_rescans_of_many_images_search_for_new_ones_only(
    noise: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_cells: bool
) -> None:
    if in_cells:
        # As for hundreds of thousands: 28 cells or so, of which each image looks in 16.
        monkeypatch.setattr(pair_search, "EXACT_IMAGES", FEW)
        monkeypatch.setattr(pair_search, "CELL_IMAGES", 40)
    folder = Path(shutil.copytree(noise, tmp_path / "data"))
    draw = np.random.default_rng(7)
    project = Project(folder, tmp_path / "p.inspector", jobs=2)
    project.scans.scan()
    for round_ in range(3):
        new = change_many(folder, draw)
        phases = Phases()
        assert project.scans.scan(progress=phases).complete
        # Each new image has some ten neighbours, and is one of others.
        assert 0 < phases.totals["near-duplicates"] < 60 * new
        anew = Project(folder, tmp_path / f"anew{round_}.inspector", jobs=2)
        anew.scans.scan()
        assert alike(project) == alike(anew)
        assert len(alike(project)[0]) > 3 * round_
        anew.close()
    project.close()
    for memory in cache_folder().glob("search-*.npz"):
        with np.load(memory) as known:
            assert ("descriptors-probed" in known) == in_cells


def test_a_rescan_without_new_content_needs_no_new_vector(noise: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(noise, tmp_path / "data"))
    project = Project(folder, tmp_path / "p.inspector", jobs=2)
    project.scans.scan()
    draw = np.random.default_rng(3)
    contents = {s.sha256 for s in project.samples.everything()}
    vectors = draw.normal(size=(len(contents), DIMENSIONS)).astype(np.float16)
    project.context.cache.put_embeddings(
        VERSION, zip(sorted(contents), map(bytes, vectors), strict=True)
    )
    assert project.scans.scan().complete
    assert project.scans.compares_embeddings()
    first = min(folder.rglob("*.png"))
    first.rename(first.with_name("renamed.png"))
    again = project.scans.scan()
    assert (again.complete, again.moved) == (True, 1)
    project.close()


def test_a_damaged_memory_of_the_search_costs_time_only(noise: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(noise, tmp_path / "data"))
    project = Project(folder, tmp_path / "p.inspector", jobs=2)
    project.scans.scan()
    (memory,) = cache_folder().glob("search-*.npz")
    whole = memory.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    for damaged in (b"", whole[: len(whole) // 2], bytes(len(whole) - 1), bytes(flipped)):
        memory.write_bytes(damaged)
        file = min(folder.rglob("*.png"))
        shutil.copy(file, file.with_name(f"copy{len(damaged)}.png"))
        write_noise(file.with_name(f"new{len(damaged)}.png"), np.random.default_rng(len(damaged)))
        phases = Phases()
        assert project.scans.scan(progress=phases).complete
        assert phases.totals["near-duplicates"] > 0
    assert len(list(cache_folder().glob("*search-*"))) == 1
    project.close()
