"""Kill -9 at a chosen system call: between any two that change a disk."""

import random
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.torture.kept import log, marks, whole_export
from tests.torture.program import assert_no_orphans, inspector, run, start

CALLS = ("fdatasync", "fsync", "pwrite64", "write", "rename", "renameat2", "unlink", "linkat")


@pytest.fixture(scope="module")
def tracer() -> str:
    """Return strace; skip where tracing is not allowed."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed")
    probe = start(["-c", "print('traced')"], prefix=(found, "-f", "-o", "/dev/null"))
    out, err = probe.communicate(timeout=60)
    if out != "traced\n":
        pytest.skip(f"processes can't be traced here: {err.strip()}")
    return found


def calls_of(tracer: str, words: list[object], log_file: Path) -> list[tuple[str, int]]:
    """Run to the end; return each call with the maximum number per thread."""
    prefix = (tracer, "-f", "--seccomp-bpf", "-qq", "-o", str(log_file), "-e",
              f"trace={','.join(CALLS)}")  # fmt: skip
    child = start(words, prefix=prefix)
    _, err = child.communicate(timeout=300)
    assert child.returncode == 0, err
    made = Counter(re.findall(r"^(\d+) +(\w+)\(", log_file.read_text(errors="replace"), re.M))
    return sorted({(call, number) for (_, call), number in made.items()})


def killed_at(tracer: str, words: list[object], call: str, number: int) -> bool:
    """Kill a run at its `number`-th such call; return whether it reached it.

    Without --seccomp-bpf, with which strace 6.1 kills at a thread's first such call or never.
    """
    prefix = (
        tracer, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
        "-e", f"inject={call}:signal=SIGKILL:when={number}",
    )  # fmt: skip
    child = start(words, prefix=prefix)
    _, err = child.communicate(timeout=300)
    assert "Traceback" not in err, err
    assert_no_orphans()
    return child.returncode != 0


@pytest.mark.parametrize("verb", ["decide", "undo", "freeze", "export"])
def test_any_moment_leaves_the_old_or_the_new(
    demo: Path, file: Path, tmp_path: Path, chance: random.Random, rounds: int,
    figures: Counter[str],
    repeat: Callable[[int], Iterator[int]], tracer: str, verb: str,
) -> None:  # fmt: skip
    image = next(f for f in sorted(demo.rglob("*.jpg"))).relative_to(demo).as_posix()
    where = [demo, "--project", file, "--quiet"]
    target = tmp_path / ("out" if verb == "export" else "split.csv")
    words: dict[str, list[object]] = {
        "decide": ["decide", *where, "--drop", image],
        "undo": ["undo", *where],
        "freeze": ["freeze", *where, "-o", target],
        "export": ["export", *where, "--to", target, "--resume"],
    }
    if verb == "undo":
        assert run("decide", *where, "--drop", image).returncode == 0
    fresh = shutil.copy(file, tmp_path / "fresh")
    made = calls_of(tracer, inspector(*words[verb]), tmp_path / "calls")
    locked = target.read_bytes() if verb == "freeze" else b""
    for _ in repeat(rounds // 12):
        for old in (*tmp_path.glob("p.inspector-*"), target):
            if old.exists():
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copy(fresh, file)
        call, most = chance.choice(made)
        number = chance.randint(1, most)
        killed = killed_at(tracer, inspector(*words[verb]), call, number)
        figures["kills at a system call"] += killed
        figures["kills"] += killed
        assert len(log(file)) == len(marks(file)) <= 1
        with closing(sqlite3.connect(file)) as connection:
            loose = "SELECT count(*) FROM change WHERE operation NOT IN (SELECT id FROM operation)"
            assert connection.execute(loose).fetchone() == (0,)
        if target.exists():
            assert whole_export(target) if verb == "export" else target.read_bytes() == locked
            continue
        # Whatever was left behind, the same verb does its work now.
        again = run(*words[verb])
        assert again.returncode == 0, again.stderr
    if verb == "export":
        assert whole_export(target)
