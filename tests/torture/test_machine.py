"""Disks that fill up, many programs at once; every verb against the dataset, without a network."""

import contextlib
import json
import os
import random
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.disks import fill
from tests.faults.test_matrix import verbs
from tests.torture.kept import log, marks, whole_export
from tests.torture.program import inspector, run, start, without_network

DECIDERS = 11
VERBS = (
    "scan", "problems", "quality", "duplicates", "split", "leaks", "groups", "freeze", "diagnose",
    "labels", "report", "fix", "decide", "undo", "redo", "decisions", "export", "runs",
    "script", "audit", "fingerprints", "shortcuts", "borrowed", "crossvalidate",
    "map", "similar",
)  # fmt: skip


def words_of(verb: str, dataset: Path, project: Path, folder: Path) -> list[object]:
    """Return a call of a verb that does its whole work on little data."""
    image = next(iter(sorted(dataset.rglob("*.jpg")))).relative_to(dataset).as_posix()
    first: dict[str, list[object]] = {"script": ["fiftyone"], "similar": [image]}
    more: dict[str, list[object]] = {
        "audit": ["--against", dataset / "training"],
        "crossvalidate": ["--folds", 2],
        "decide": ["--drop", image],
        "diagnose": ["--quick", "--seeds", 2],
        "export": ["--to", folder / verb],
        "fingerprints": ["-o", folder / "set.fingerprints"],
        "fix": ["--to", folder / verb],
        "freeze": ["-o", folder / "split.csv"],
        "map": ["-o", folder / "map.csv", "--pca"],
        "report": ["-o", folder / "report.html"],
        "script": ["-o", folder / "load.py"],
        "split": ["--loader", "image_dataset_from_directory", "--validation-split", 0.2,
                  "--seed", 1],
    }  # fmt: skip
    # A second worker does nothing else, and takes seconds to start.
    where: list[object] = ["--project", project, "--quiet", "--jobs", 1]
    return [verb, dataset, *first.get(verb, ()), *where, *more.get(verb, ())]


def test_every_verb_leaves_the_dataset_as_it_was(
    demo: Path, file: Path, tmp_path: Path, figures: Counter[str]
) -> None:
    """And needs no network; the fixture compares hashes, times, modes and link counts."""
    walk = [words_of(verb, demo, file, tmp_path) for verb in VERBS]
    for mode in ("reflink", "symlink"):
        walk.append(["export", demo, "--project", file, "--to", tmp_path / mode, "--mode", mode,
                     "--quiet"])  # fmt: skip
    script = tmp_path / "verbs.json"
    script.write_text(json.dumps([[str(word) for word in words] for words in walk]), "utf-8")
    child = start(["-m", "tests.torture.actor", "verbs", script], prefix=without_network())
    out, err = child.communicate(timeout=600)
    assert child.returncode == 0, err
    assert "Traceback" not in err, err
    interfaces, *codes = map(json.loads, out.splitlines())
    assert codes == [[words[0], 0] for words in walk], err
    figures["verbs run"] += len(codes)
    if not without_network():
        pytest.skip("each verb was run, but with a network: no namespace can be had here")
    assert interfaces == ["lo"]
    figures["verbs run without a network"] += len(codes)


def test_parallel_deciders_lose_nothing(
    demo: Path,
    file: Path,
    figures: Counter[str],
) -> None:
    child = start(["-m", "tests.torture.actor", "drops", demo, file, DECIDERS])
    out, err = child.communicate(timeout=300)
    assert child.returncode == 0, err
    lines = [line.partition(" ") for line in out.splitlines()]
    told = {int(number): path for number, _, path in lines}
    assert len(told) == len(lines)
    images = [path for path in demo.rglob("*.jpg") if not path.is_symlink()]
    assert len(told) >= len(images) - 2
    assert marks(file) == dict.fromkeys(told.values(), "drop")
    assert sorted(told) == log(file)
    figures["decisions by 11 programs at once"] += len(told)


@pytest.mark.parametrize("place", ["project", "target", "cache"])
def test_a_disk_that_fills_up_at_any_moment(
    demo: Path, file: Path, tmp_path: Path, chance: random.Random, rounds: int,
    figures: Counter[str],
    repeat: Callable[[int], Iterator[int]], place: str, small_disk: Callable[[str, int], Path],
) -> None:  # fmt: skip
    disk = small_disk("disk", 24)
    env_cache = os.environ["XDG_CACHE_HOME"]
    for _ in repeat(rounds // 20):
        shutil.rmtree(disk / "work", ignore_errors=True)
        folder = disk / "work"
        folder.mkdir()
        project = Path(shutil.copy(file, folder)) if place == "project" else file
        target = (folder if place == "target" else tmp_path) / "out"
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        verb = chance.choice(["decide", "export", "scan"])
        words = words_of(verb, demo, project, target.parent)
        if verb == "export":
            words = ["export", demo, "--project", project, "--to", target, "--quiet", "--resume"]
        if place == "cache":
            os.environ["XDG_CACHE_HOME"] = str(folder)
        try:
            child = start(inspector(*words))
            filling = threading.Timer(chance.uniform(0, 2), fill, [disk])
            filling.start()
            _, err = child.communicate(timeout=300)
            filling.join()
        finally:
            os.environ["XDG_CACHE_HOME"] = env_cache
        assert "Traceback" not in err, err
        assert child.returncode in (0, 3), err
        assert child.returncode == 0 or err.splitlines()[-1].startswith("advice: ")
        (disk / "ballast").unlink(missing_ok=True)
        if target.exists():
            assert whole_export(target)
        assert len(log(project)) == len(marks(project))
        figures[f"disks filled: {place}"] += 1


@contextlib.contextmanager
def open_window(words: list[object]) -> "Iterator[subprocess.Popen[str]]":
    """Run a window; one that a failing test leaves must not count as an orphan of the next."""
    with start(words) as window:
        try:
            yield window
        finally:
            window.kill()


def test_two_windows(demo: Path, file: Path) -> None:
    """The first one holds the project; a program that only reads does not disturb it."""
    words = inspector("open", demo, "--project", file)
    with open_window(words) as first:
        end = time.monotonic() + 60
        lock = file.with_name(f"{file.name}.window")
        while not lock.exists():
            assert first.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        with open_window(words) as second:
            time.sleep(2)
            assert second.poll() is None
            image = next(iter(sorted(demo.rglob("*.jpg")))).relative_to(demo).as_posix()
            done = run("decide", demo, "--project", file, "--json", "--drop", image)
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["changed"] == 1
            for window in (second, first):
                began = time.monotonic()
                window.terminate()
                _, err = window.communicate(timeout=30)
                assert window.returncode == 0, err
                assert "Traceback" not in err
                # A second, as tests/faults says; the rest is for a machine that does much else.
                assert time.monotonic() - began < 10
    assert len(marks(file)) == 1


def test_the_list_of_verbs_is_whole() -> None:
    """A new verb of a dataset must be added here, too; trainings are tested separately."""
    assert set(verbs()) - {"train", "compare"} == set(VERBS)
