"""Kill -9 at random moments: no acknowledged write is lost, nothing is half done or left over."""

import json
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from inspector.desktop.paths import cache_folder
from inspector.project.project import Project
from inspector.project.training.runs import RunState
from tests.torture.kept import log, marks, whole_export
from tests.torture.program import duration, inspector, kill_within, run, without_network

# From the first byte of an export to its last, and of the start and the epochs of a run.
WRITING_SECONDS = 0.4
STARTING_SECONDS = 10.0
TRAINING_SECONDS = 3.0
Repeat = Callable[[int], Iterator[int]]
ACTOR = ["-m", "tests.torture.actor"]
# Of all kills, so many percent each.
SHARES = {
    "scan": 15,
    "decide": 25,
    "undo": 15,
    "freeze": 10,
    "export": 15,
    "train": 5,
    "window": 15,
}


def always() -> bool:
    return True


def more_than(folder: Path, number: int) -> bool:
    """Tell whether more runs have an epoch than before."""
    return len(list(folder.glob("*/state.json"))) > number


@pytest.fixture
def count(rounds: int, request: pytest.FixtureRequest) -> int:
    """Number of kills of this test."""
    verb = request.node.name.removeprefix("test_").partition("_")[0]
    return round(rounds * SHARES[verb] / 100)


def counted(figures: Counter[str], verb: str, killed: bool) -> None:
    figures[f"kills: {verb}" if killed else f"ended before the kill: {verb}"] += 1
    figures["kills"] += killed


def test_scan(
    demo: Path,
    tmp_path: Path,
    chance: random.Random,
    count: int,
    figures: Counter[str],
    repeat: Repeat,
) -> None:
    file = tmp_path / "p.inspector"
    words = inspector("scan", demo, "--project", file, "--quiet", "--json")
    # Kills meet two workers; to get the whole, one is enough, as each takes seconds to start.
    seconds = duration([*words, "--jobs", 1])
    with closing(sqlite3.connect(file)) as connection:
        question = "SELECT path, status, sha256 FROM sample ORDER BY path"
        whole = connection.execute(question).fetchall()
    for number in repeat(count):
        if number % 3 == 0:
            for old in (*tmp_path.glob("p.inspector*"), *tmp_path.glob("*.new")):
                shutil.rmtree(old) if old.is_dir() else old.unlink()
            shutil.rmtree(cache_folder(), ignore_errors=True)
        killed, _ = kill_within(words, seconds, chance)
        counted(figures, "scan", killed)
        if file.exists():
            marks(file)
    done = run("scan", demo, "--project", file, "--quiet", "--json", "--jobs", 1)
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute(question).fetchall() == whole


def acknowledged(out: str) -> dict[int, str]:
    # The last line may have been cut in the middle.
    lines = out[: out.rfind("\n") + 1].splitlines()
    return {int(number): path for number, _, path in (line.partition(" ") for line in lines)}


@pytest.mark.parametrize("actor", ["drop", "window"])
def test_decide(
    demo: Path, file: Path, tmp_path: Path, chance: random.Random, rounds: int,
    figures: Counter[str], repeat: Repeat, actor: str,
) -> None:  # fmt: skip
    fresh = shutil.copy(file, tmp_path / "fresh")
    verb = "decide" if actor == "drop" else "window"
    # An actor in the window never ends by itself.
    words = [*ACTOR, actor, demo, file]
    seconds = 4.0 if actor == "window" else duration(words)
    for _ in repeat(round(rounds * SHARES[verb] / 100)):
        for old in tmp_path.glob("p.inspector-*"):
            old.unlink()
        shutil.copy(fresh, file)
        killed, out = kill_within(words, seconds, chance)
        counted(figures, verb, killed)
        told, stored = acknowledged(out), marks(file)
        lost = [path for path in told.values() if stored.get(path) != "drop"]
        assert lost == []
        assert set(told) <= set(log(file))
        # What was not told any more is whole or absent: one image each.
        assert len(log(file)) == len(stored)
        figures["acknowledged decisions"] += len(told)
        figures["acknowledged decisions lost"] += len(lost)


def test_undo(
    demo: Path, file: Path, tmp_path: Path, chance: random.Random, count: int,
    figures: Counter[str], repeat: Repeat,
) -> None:  # fmt: skip
    assert duration([*ACTOR, "drop", demo, file])
    total = len(marks(file))
    fresh = shutil.copy(file, tmp_path / "fresh")
    words = [*ACTOR, "undo", demo, file]
    seconds = duration(words)
    for _ in repeat(count):
        for old in tmp_path.glob("p.inspector-*"):
            old.unlink()
        shutil.copy(fresh, file)
        killed, out = kill_within(words, seconds, chance)
        counted(figures, "undo", killed)
        told = len(out[: out.rfind("\n") + 1].splitlines())
        assert total - len(marks(file)) in (told, told + 1)
        assert len(log(file)) == len(marks(file))
        figures["acknowledged decisions"] += told


def test_freeze(
    demo: Path, file: Path, tmp_path: Path, chance: random.Random, count: int,
    figures: Counter[str], repeat: Repeat,
) -> None:  # fmt: skip
    target = tmp_path / "split.csv"
    words = inspector("freeze", demo, "--project", file, "--quiet", "-o", target)
    seconds = duration(words)
    whole = target.read_bytes()
    for _ in repeat(count):
        target.unlink(missing_ok=True)
        killed, _ = kill_within(words, seconds, chance)
        counted(figures, "freeze", killed)
        assert not target.exists() or target.read_bytes() == whole
        marks(file)
    assert run(*words[2:]).returncode == 0
    assert target.read_bytes() == whole


def test_export(
    demo: Path, file: Path, tmp_path: Path, chance: random.Random, count: int,
    figures: Counter[str], repeat: Repeat,
) -> None:  # fmt: skip
    target, staged = tmp_path / "out", tmp_path / ".out.partial"
    words = inspector("export", demo, "--project", file, "--quiet", "--to", target, "--resume")
    seconds = duration(words)
    for _ in repeat(count):
        if target.exists():
            shutil.rmtree(target)
        # Most of its time it gets ready: every second kill comes while files are written.
        writes = chance.random() < 0.5
        ready = staged.exists if writes else always
        killed, _ = kill_within(words, WRITING_SECONDS if writes else seconds, chance, ready=ready)
        counted(figures, "export", killed)
        if target.exists():
            assert whole_export(target)
        elif staged.exists():
            figures["exports killed while files were written"] += 1
            done = run(*words[2:])
            assert done.returncode == 0, done.stderr
            assert whole_export(target)
            figures["exports resumed"] += 1
    if not target.exists():
        assert run(*words[2:]).returncode == 0
    assert whole_export(target)


def test_train(
    demo: Path, file: Path, chance: random.Random, count: int,
    figures: Counter[str], repeat: Repeat,
) -> None:  # fmt: skip
    offline = without_network()
    words = inspector(
        "train", demo, "--project", file, "--epochs", 20, "--image-size", 32, "--json-lines",
        "--quiet",
    )  # fmt: skip
    folder = file.with_name(f"{file.name}.runs")
    for _ in repeat(count):
        before = len(list(folder.glob("*/state.json")))
        trains = chance.random() < 0.7
        ready = partial(more_than, folder, before) if trains else always
        seconds = TRAINING_SECONDS if trains else STARTING_SECONDS
        killed, out = kill_within(words, seconds, chance, ready=ready, prefix=offline)
        counted(figures, "train", killed)
        lines = out[: out.rfind("\n") + 1].splitlines()
        events = [json.loads(line) for line in lines]
        epochs = [event for event in events if event["event"] == "epoch"]
        project = Project(demo, file, jobs=1)
        try:
            runs = {stored.name: stored for stored in project.runs.all()}
        finally:
            project.close()
        if epochs:
            stored = runs[epochs[-1]["run"]]
            assert len(stored.history) >= len(epochs)
            figures["epochs told"] += len(epochs)
            figures["epochs lost"] += max(0, len(epochs) - len(stored.history))
    unfinished = [name for name, stored in runs.items() if stored.state is not RunState.DONE]
    for name in unfinished[-1:]:
        done = run("train", demo, "--project", file, "--resume", name, "--json-lines", "--quiet",
                   prefix=offline)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["event"] == "done"
        figures["runs resumed"] += 1
