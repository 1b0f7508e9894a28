"""Shards and messages on their own: whole or absent, checked, plain."""

import json
import pickle
import pickletools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.cluster.file_shards import FileShard, file_key, read_keys, shard_name, write_files
from inspector.cluster.requests import RELEASE, ClusterRequest, ReadShard, VerifyShard
from inspector.cluster.search_shards import (
    read_array,
    read_near,
    read_pairs,
    sampled_blocks,
    write_array,
    write_near,
    write_pairs,
)
from inspector.cluster.shards import ShardStore
from inspector.cluster.task import run_task
from inspector.dataset.file_facts import failed
from inspector.errors import ClusterError
from inspector.similarity.nearest import Near
from inspector.similarity.proposals import sample_step
from inspector.work.tasks import FEATURES, NEAR_BLOCK, CandidateResult, VerifyTask


@pytest.fixture
def store(tmp_path: Path) -> ShardStore:
    return ShardStore(str(tmp_path / "shards"))


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int32)


def write_two(store: ShardStore) -> tuple[str, bytes]:
    keys = b"".join(file_key("/d", path, 5, 7, 0) for path in ("a.png", "b.png"))
    name = shard_name(keys)
    failures = [failed(i, "crashed", "the reader died", FEATURES) for i in range(2)]
    write_files(store, name, keys, failures, {})
    return name, keys


def test_a_shard_of_files_comes_back(store: ShardStore) -> None:
    name, keys = write_two(store)
    assert store.names() == {name}
    assert b"".join(read_keys(store, name)) == keys
    facts, records = FileShard(store, name).facts({keys[16:]: 41})
    assert [(row.id, row.status, row.reason) for row in facts.samples] == [
        (41, "crashed", "the reader died")
    ]
    assert not records


def test_another_size_time_or_dataset_is_another_file() -> None:
    keys = {
        file_key("/d", "a.png", 5, 7, 0), file_key("/e", "a.png", 5, 7, 0),
        file_key("/d", "b.png", 5, 7, 0), file_key("/d", "a.png", 6, 7, 0),
        file_key("/d", "a.png", 5, 8, 0), file_key("/d", "a.png", 5, 7, 9),
    }  # fmt: skip
    assert len(keys) == 6


def change(store: ShardStore, tmp_path: Path, name: str, column: str, values: pa.Array) -> None:
    file = tmp_path / "shards" / f"{name}.parquet"
    table = pq.read_table(file)
    at = table.column_names.index(column)
    pq.write_table(table.set_column(at, column, values), file)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("status", pa.array(["image", "crashed"])),
        ("status", pa.array(["../../x", "crashed"])),
        ("record", pa.array([b"x" * 2_048, None], pa.binary())),
        ("version", pa.array([FEATURES, FEATURES + 1], pa.int32())),
        ("width", pa.array(["1", "2"])),
        ("reason", pa.array([None, ""], pa.string())),
    ],
)
def test_a_shard_of_somebody_else_is_refused(
    store: ShardStore, tmp_path: Path, column: str, values: pa.Array
) -> None:
    name, _ = write_two(store)
    change(store, tmp_path, name, column, values)
    with pytest.raises(ClusterError, match="damaged"):
        FileShard(store, name)


def test_a_cut_or_missing_shard_is_an_error_with_advice(store: ShardStore, tmp_path: Path) -> None:
    name, _ = write_two(store)
    file = tmp_path / "shards" / f"{name}.parquet"
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(ClusterError, match="can't be read") as cut:
        FileShard(store, name)
    assert "Delete it" in cut.value.advice
    with pytest.raises(ClusterError, match="is not in") as missing:
        read_keys(store, "files-0")
    assert "--shards" in missing.value.advice


def test_what_a_killed_writer_left_is_swept(store: ShardStore, tmp_path: Path) -> None:
    column = {"a": pa.array([1, 2])}
    store.write("search/b", column)
    folder = next(tmp_path.rglob("b.parquet")).parent
    left = folder / ".b.parquet.4711.new"
    left.write_bytes(b"cut")
    other = folder / ".bb.parquet.4711.new"
    other.write_bytes(b"somebody is at it")
    store.write("search/b", column)
    assert {f.name for f in folder.iterdir()} == {"b.parquet", other.name}


def test_writers_of_one_shard_do_not_disturb_each_other(store: ShardStore, tmp_path: Path) -> None:
    column = {"a": pa.array(range(1000))}
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(store.write, "b", column) for _ in range(200)]:
            done.result()
    assert [f.name for f in tmp_path.rglob("*b.parquet*")] == ["b.parquet"]
    assert store.read("b", ["a"]).num_rows == 1000


def test_pairs_name_images_of_the_search_only(store: ShardStore) -> None:
    similarity = np.array([0.5, 1.0], np.float32)
    pairs = CandidateResult(rows(0, 3), rows(2, 4), np.array([0, 7], np.uint8), similarity)
    write_pairs(store, "p", pairs)
    again = read_pairs(store, "p", 5, verified=True)
    assert again.similarity is not None
    assert again.similarity.tobytes() == similarity.tobytes()
    assert again.b.tolist() == [2, 4]
    with pytest.raises(ClusterError, match="images that the search does not have"):
        read_pairs(store, "p", 4)
    write_near(store, "n", Near(rows(0), rows(9), np.ones(1, np.float32)))
    with pytest.raises(ClusterError, match="images that the search does not have"):
        read_near(store, "n", 9)


@given(st.integers(0, 50), st.integers(1, 9))
def test_arrays_come_back_bit_by_bit(
    tmp_path_factory: pytest.TempPathFactory, n: int, k: int
) -> None:
    store = ShardStore(str(tmp_path_factory.mktemp("arrays")))
    array = np.random.default_rng(n * k).normal(size=(n, k)).astype(np.float32)
    write_array(store, "a", array)
    again = read_array(store, "a", np.dtype("<f4"))
    assert again.tobytes() == array.tobytes()
    assert n == 0 or again.reshape(n, k).shape == array.shape


@given(st.integers(2, 200_000))
def test_the_sample_of_the_blocks_is_the_sample_of_all(images: int) -> None:
    step = sample_step(images)
    parts = [
        np.arange(start, min(images, start + NEAR_BLOCK))[-start % step :: step]
        for start in sampled_blocks(images, step)
    ]
    assert np.array_equal(np.concatenate(parts), np.arange(images)[::step])


def test_a_request_carries_the_numbers_of_its_task() -> None:
    task = VerifyTask("", rows(1, 70_000), rows(2, 80_000), np.array([0, 9], np.uint8), 0.25)
    again = VerifyShard.of(task).task()
    assert again.a.tolist() == [1, 70_000]
    assert again.b.tolist() == [2, 80_000]
    assert (again.transform.tolist(), again.least) == ([0, 9], 0.25)


def test_a_worker_of_another_version_says_so() -> None:
    reply = json.loads(run_task(json.dumps({"release": "0.0/1", "shards": 7})))
    assert RELEASE in reply["message"]
    assert "same version" in reply["advice"]


def test_a_worker_that_does_not_see_the_dataset_says_so(tmp_path: Path) -> None:
    part = ReadShard(str(tmp_path), ["a/1.png", "a/2.png"], b"k" * 32)
    request = ClusterRequest(RELEASE, str(tmp_path / "shards"), "files-1", part)
    reply = json.loads(run_task(msgspec.json.encode(request).decode()))
    assert f"sees none of 2 files of the dataset in {tmp_path}" in reply["message"]
    assert "--source" in reply["advice"]
    assert not (tmp_path / "shards").exists()


def test_a_path_out_of_the_dataset_is_refused(tmp_path: Path) -> None:
    part = ReadShard(str(tmp_path / "d"), ["../secret.png"], b"k" * 16)
    request = ClusterRequest(RELEASE, str(tmp_path / "shards"), "files-1", part)
    reply = json.loads(run_task(msgspec.json.encode(request).decode()))
    assert "../secret.png" in reply["message"]


def test_dask_gets_a_name_of_a_function_and_text() -> None:
    names = [
        arg for _, arg, _ in pickletools.genops(pickle.dumps(run_task)) if isinstance(arg, str)
    ]
    assert names == ["inspector.cluster.task", "run_task"]


def test_the_program_starts_without_dask() -> None:
    code = (
        "import sys, inspector.cli.dataset, inspector.project.project\n"
        "loaded = {'dask', 'distributed', 'fsspec', 'pyarrow'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
