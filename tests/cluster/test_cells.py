"""Neighbours in cells: a cluster has the cells of one machine, and so finds the same."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.cluster import child, parent_search, search_shards
from inspector.cluster.child import ShardedSearch
from inspector.cluster.parent_search import ParentSearch
from inspector.cluster.requests import SearchPart
from inspector.cluster.search_shards import read_near, read_order, write_array
from inspector.cluster.shards import ShardStore
from inspector.errors import ClusterError
from inspector.similarity import nearest, proposals
from inspector.similarity.fingerprints import fingerprint
from inspector.similarity.packing import pack
from inspector.similarity.pairs import candidates_of
from inspector.work import tasks
from inspector.work.search import search
from inspector.work.tasks import (
    Begin,
    CandidateResult,
    Describe,
    FindNear,
    JoinNear,
    Reduce,
    Space,
    near_images,
)
from tests.cluster.conftest import IN_CELLS, Cluster, Home, wait_until
from tests.cluster.snapshots import Snapshot, snapshot

IMAGES, BLOCK, CELLS = 230, 64, 40
STARTS = range(0, IMAGES, BLOCK)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the fingerprints, splits and vectors of random images in groups."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    scenes = rng.integers(30, 226, (IMAGES // 6, 5, 5, 3))
    records = []
    for number in range(IMAGES):
        scene = scenes[number % len(scenes)] + rng.integers(-30, 30, (5, 5, 3))
        records.append(pack(fingerprint(scene.astype(np.uint8).repeat(16, 0).repeat(16, 1))))
    (folder / "records").write_bytes(b"".join(records))
    np.save(folder / "chosen.npy", rng.permutation(IMAGES))
    np.save(folder / "splits.npy", rng.integers(0, 3, IMAGES).astype(np.int32))
    np.save(folder / "embedding.npy", rng.normal(size=(IMAGES, 24)).astype(np.float16))
    np.save(folder / "embedded.npy", rng.random(IMAGES) < 0.9)
    return folder


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut a few images into several blocks."""
    for module in (tasks, child, parent_search, search_shards):
        monkeypatch.setattr(module, "NEAR_BLOCK", BLOCK)
    for module in (nearest, proposals):
        monkeypatch.setattr(module, "BLOCK", BLOCK)
    monkeypatch.setattr(nearest, "_AT_ONCE", BLOCK // 4)


class Searched:
    """One search of the images by both engines, step by step in this process."""

    def __init__(self, images: Path, folder: Path, cells: int) -> None:
        self.local, self.cells = folder / "local", cells
        self.blocks = range(0, IMAGES, near_images(IMAGES, cells))
        self.local.mkdir(parents=True)
        for file in images.glob("*.npy"):
            (self.local / file.name).write_bytes(file.read_bytes())
        self.records = images / "records"
        self.store = ShardStore(str(folder / "shards"))
        self.parent = ParentSearch(self.store, self.local, self.records)

    def on_one_machine(self, space: Space) -> CandidateResult:
        folder = str(self.local)
        search(Begin(folder))
        for start in STARTS:
            stop = min(IMAGES, start + BLOCK)
            search(Describe(str(self.records), folder, start, stop))
        search(Reduce(folder, space, cells=self.cells))
        for start in self.blocks:
            search(FindNear(folder, start, space, self.cells))
        search(JoinNear(folder, space, self.cells))
        pairs = candidates_of(np.load(self.local / f"{space}-pairs.npy"))
        return CandidateResult(pairs.a, pairs.b, pairs.transform)

    def parts(self, space: Space) -> Iterator[tuple[str, SearchPart]]:
        """Yield the parts that a cluster runs, up to the neighbours of all blocks."""
        for start in STARTS:
            self.parent.write_records(Describe("", "", start, 0))
        for phase in self.parent.phases_of_points(Reduce("", space, cells=self.cells)):
            yield from phase
        for start in self.blocks:
            yield self.parent.part(FindNear("", start, space, self.cells))

    def on_cluster(self, space: Space) -> CandidateResult:
        """Run what has no shard yet; each part by a worker that knows nothing."""
        join = JoinNear("", space, self.cells)
        for name, part in [*self.parts(space), self.parent.part(join)]:
            if not self.store.holds(self.parent.name(name)):
                worker = ShardedSearch(self.parent.shards, self.store)
                worker.run(part, self.parent.name(name))
        pairs = self.parent.result(join, self.parent.part(join)[0])
        assert isinstance(pairs, CandidateResult)
        return pairs

    def shards(self, glob: str) -> list[Path]:
        return sorted(Path(self.store.url).glob(f"{self.parent.shards.folder}/{glob}"))


@pytest.fixture(params=[128, 1])
def most_blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Look for neighbours of a few images at once, or of many."""
    monkeypatch.setattr(tasks, "_NEAR_TASKS", request.param)
    blocks: int = request.param
    return blocks


@pytest.fixture
def searched(small_blocks: None, images: Path, tmp_path: Path) -> Searched:
    return Searched(images, tmp_path, CELLS)


def content(pairs: CandidateResult) -> list[bytes]:
    return [pairs.a.tobytes(), pairs.b.tobytes(), pairs.transform.tobytes()]


@pytest.mark.parametrize("space", list(Space))
def test_cells_of_a_cluster_are_those_of_one_machine(
    most_blocks: int, searched: Searched, images: Path, tmp_path: Path, space: Space
) -> None:
    local = searched.on_one_machine(space)
    assert content(searched.on_cluster(space)) == content(local)
    assert len(local.a) > IMAGES
    store, name = searched.store, searched.parent.name
    with np.load(searched.local / f"{space}-cells.npz") as cells:
        order, starts = read_order(store, name(f"order-{space}-{CELLS}"), IMAGES, CELLS)
        assert order.tobytes() == cells["order"].tobytes()
        assert starts.tolist() == cells["starts"].tolist()
    assert len(searched.blocks) == (2 if most_blocks == 1 else len(STARTS))
    for start in searched.blocks:
        near = read_near(store, name(f"near-{space}-{CELLS}-{start}"), IMAGES)
        with np.load(searched.local / f"near-{space}-{start}.npz") as columns:
            for column in ("of", "row", "cosine"):
                assert getattr(near, column).tobytes() == columns[column].tobytes()
    # Cells are in use: comparing all proposes more.
    every = Searched(images, tmp_path / "every", 0)
    exact = every.on_one_machine(space)
    assert content(every.on_cluster(space)) == content(exact)
    assert content(exact) != content(local)


def test_a_search_in_cells_resumes_from_any_shards(searched: Searched) -> None:
    whole = content(searched.on_cluster(Space.DESCRIPTORS))
    files = {file: file.read_bytes() for file in searched.shards("*.parquet")}
    rng = np.random.default_rng(1)
    for _ in range(3):
        lost = [file for file in files if rng.random() < 0.4 and "table" not in file.name]
        assert lost
        for file in lost:
            file.unlink()
        searched.parent.names = searched.store.names(searched.parent.shards.folder)
        assert content(searched.on_cluster(Space.DESCRIPTORS)) == whole
        assert {file: file.read_bytes() for file in searched.shards("*.parquet")} == files


@pytest.mark.parametrize("block", [BLOCK, nearest.BLOCK])
def test_a_block_alone_looks_in_the_cells_that_it_looks_in_among_all(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(nearest, "_AT_ONCE", min(block, nearest._AT_ONCE))
    rng = np.random.default_rng(2)
    points = nearest.unit(rng.normal(size=(5_000, 96)).astype(np.float32)).astype(np.float16)
    centres = nearest.cell_centres(points, 57)
    whole = nearest.probed_cells(points, centres)
    for start in range(0, len(points), block):
        alone = nearest.probed_cells(points[start : start + block].copy(), centres)
        assert np.array_equal(alone, whole[start : start + block])
    cosines = points.astype(np.float64) @ centres.astype(np.float64).T
    closest = np.sort(cosines, axis=1)[:, ::-1][:, : nearest.PROBES]
    of_probed = np.take_along_axis(cosines, whole.astype(np.int64), axis=1)
    assert np.allclose(of_probed, closest, atol=1e-6)


@pytest.fixture(scope="module")
def in_cells(
    cluster: Cluster, planted: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, Path]:
    """A scan in cells by the workers of this machine: whose project file it is."""
    own = Home(tmp_path_factory.mktemp("in_cells"), cluster, ("-c", IN_CELLS))
    own.scan(planted, "--project", own.folder / "p.inspector", "--jobs", 2)
    return own, own.folder / "p.inspector"


def test_a_scan_in_cells_survives_its_worker_and_itself(
    in_cells: tuple[Home, Path], planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = in_cells[0].cluster
    one, two = (Home(tmp_path / name, cluster, ("-c", IN_CELLS)) for name in ("one", "two"))
    shards = tmp_path / "shards"
    words = ("scan", planted, "--shards", shards, "--quiet", "--project")
    with one.start(*words, one.folder / "p.inspector", *one.dask()) as scan:
        wait_until(
            lambda: list(shards.glob("search-*/centres-*")) or scan.poll() is not None, "cells"
        )
        os.kill(cluster.worker_processes()[0], signal.SIGKILL)
        scan.kill()
    left = {file: file.read_bytes() for file in shards.rglob("[!.]*.parquet")}
    project = two.folder / "p.inspector"
    two.scan(planted, "--shards", shards, "--project", project, *two.dask())
    # 120 images of which some are identical, 3 per cell.
    [order] = shards.glob("search-*/order-descriptors-*")
    assert 30 < int(order.stem.rpartition("-")[2]) <= 40
    assert {file: file.read_bytes() for file in left} == left
    assert snapshot(two, project, monkeypatch) == snapshot(*in_cells, monkeypatch)


def test_a_rescan_in_cells_finds_the_same_by_both_engines(
    in_cells: tuple[Home, Path], planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, project = tmp_path / "shapes", "p.inspector"
    shutil.copytree(planted, dataset)
    one, two = (
        Home(tmp_path / name, in_cells[0].cluster, ("-c", IN_CELLS)) for name in ("one", "two")
    )
    engines = ((one, ("--jobs", 2)), (two, two.dask()))

    def scan() -> Snapshot:
        """Scan by both engines."""
        for home, options in engines:
            home.scan(dataset, "--project", home.folder / project, *options)
        local, distributed = (snapshot(h, h.folder / project, monkeypatch) for h, _ in engines)
        assert local == distributed
        return local

    before = scan()
    images = sorted(dataset.rglob("*.jpg"))
    for gone, copied in zip(images[:20:2], images[1:20:2], strict=True):
        gone.unlink()
        cropped = cv2.imread(str(copied))
        assert cropped is not None
        cv2.imwrite(str(copied.with_name(f"again-{copied.name}")), cropped[2:, 2:])
    after = scan()
    assert (after.pairs, after.clusters) != (before.pairs, before.clusters)
    assert b"again-" in after.pairs


def test_cells_that_there_are_not_are_refused(searched: Searched) -> None:
    searched.on_cluster(Space.DESCRIPTORS)
    space, name = Space.DESCRIPTORS, searched.parent.name
    wrong = np.full((BLOCK, nearest.PROBES), CELLS, np.int32)
    write_array(searched.store, name(f"probed-{space}-{CELLS}-{BLOCK}"), wrong)
    for order in searched.shards("order-*"):
        order.unlink()
    with pytest.raises(ClusterError, match=f"probed-{space}-{CELLS}-{BLOCK} is damaged"):
        searched.on_cluster(space)
