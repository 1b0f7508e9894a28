import ctypes
import fcntl
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inspector.errors import ProjectError
from inspector.subprocesses import ChildProcess, Parent
from inspector.work.jobs import Progress, Stop, ahead
from inspector.work.pool import Pool, TaskDone, TaskFailed

HERE = "tests.work.test_pool"


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    path = os.pathsep.join([str(pytestconfig.rootpath), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)


def double(items: list[int]) -> list[int]:
    print("stray words on stdout")
    return [2 * i for i in items]


def hostile(items: list[int]) -> list[int]:
    for item in items:
        match item:
            case 7:
                os.kill(os.getpid(), signal.SIGKILL)
            case 13:
                ctypes.string_at(0)
            case 21:
                os._exit(3)
            case 33:
                time.sleep(60)
    return items


def large(items: list[int]) -> list[np.ndarray]:
    return [np.full(1_000_000, i) for i in items]


def weighed(items: list[bytes]) -> list[bytes]:
    return [bytes(2_000_000) for _ in items]


def refused(items: list[int]) -> None:
    raise ProjectError("the disk is full", "Make room.")


def slow(items: list[int]) -> list[int]:
    time.sleep(1.5)
    return items


def wrong(items: list[int]) -> None:
    raise ValueError(f"no {items}")


@pytest.fixture
def pools() -> Iterator[list[Pool]]:
    made: list[Pool] = []
    yield made
    for pool in made:
        pool.close()


def _pool(pools: list[Pool], name: str, seconds: float = 30) -> Pool:
    pools.append(Pool(f"{HERE}:{name}", workers=2, timeout_seconds=seconds))
    return pools[-1]


def test_every_chunk_is_answered_once(pools: list[Pool]) -> None:
    chunks = [list(range(i, i + 5)) for i in range(0, 100, 5)]
    answers = list(_pool(pools, "double").map(chunks, stop=Stop()))
    found = sorted(x for a in answers if isinstance(a, TaskDone) for x in a.result)
    assert found == [2 * i for i in range(100)]


def test_work_that_no_file_can_hang_has_no_limit(pools: list[Pool]) -> None:
    pool = _pool(pools, "slow", 0.5)
    (answer,) = pool.map([[1]], stop=Stop(), timeout_seconds=math.inf)
    assert isinstance(answer, TaskDone)
    (answer,) = pool.map([[1]], stop=Stop())
    assert isinstance(answer, TaskFailed)


def test_a_guilty_item_costs_itself_alone(pools: list[Pool]) -> None:
    chunks = [list(range(i, i + 8)) for i in range(0, 48, 8)]
    answers = list(_pool(pools, "hostile", 0.5).map(chunks, stop=Stop()))
    failed = {a.item: a.status for a in answers if isinstance(a, TaskFailed)}
    fine = sorted(x for a in answers if isinstance(a, TaskDone) for x in a.result)
    assert failed == {7: "crashed", 13: "crashed", 21: "crashed", 33: "timeout"}
    assert fine == [i for i in range(48) if i not in failed]


def sleepy(items: list[float]) -> list[float]:
    for item in items:
        time.sleep(item)
    return items


def test_a_call_may_allow_more_time_than_the_pool(pools: list[Pool]) -> None:
    """Comparing all images of a large dataset takes longer than one file may."""
    pool = _pool(pools, "sleepy", 0.2)
    (refused,) = pool.map([[1.5]], stop=Stop())
    assert isinstance(refused, TaskFailed)
    (allowed,) = pool.map([[1.5]], stop=Stop(), timeout_seconds=60)
    assert isinstance(allowed, TaskDone)


def test_large_answers_come_whole(pools: list[Pool]) -> None:
    answers = list(_pool(pools, "large").map([[1, 2], [3]], stop=Stop()))
    found = sorted(int(x[0]) for a in answers if isinstance(a, TaskDone) for x in a.result)
    assert found == [1, 2, 3]


def test_large_questions_and_large_answers_do_not_wait_for_each_other(pools: list[Pool]) -> None:
    """Both pipes full at once would deadlock."""
    questions = [[bytes(30_000)] for _ in range(24)]
    answers = list(_pool(pools, "weighed").map(questions, stop=Stop()))
    assert len(answers) == 24


def test_a_small_pipe_is_not_filled(pools: list[Pool]) -> None:
    """As for a user whose pipe pages are used up."""
    pool = _pool(pools, "weighed")
    assert len(list(pool.map([[b""]] * 2, stop=Stop()))) == 2
    for worker in pool._workers:
        assert worker.child._process.stdin is not None
        size = fcntl.fcntl(worker.child._process.stdin, fcntl.F_SETPIPE_SZ, 8_192)
        worker.child.room = size // 2
    assert len(list(pool.map([[bytes(3_000)]] * 24, stop=Stop()))) == 24


def test_nobody_is_started_for_nothing(pools: list[Pool]) -> None:
    pool = _pool(pools, "double")
    assert list(pool.map([], stop=Stop())) == []
    assert pool._workers == []


def test_what_a_person_should_hear_comes_out_as_it_is(pools: list[Pool]) -> None:
    with pytest.raises(ProjectError, match="the disk is full") as raised:
        list(_pool(pools, "refused").map([[1]], stop=Stop()))
    assert raised.value.advice == "Make room."


def test_a_bug_comes_out_with_its_traceback(pools: list[Pool]) -> None:
    with pytest.raises(RuntimeError, match="ValueError: no"):
        list(_pool(pools, "wrong").map([[1]], stop=Stop()))


def test_stop_takes_no_new_chunks_and_the_pool_serves_again(pools: list[Pool]) -> None:
    pool, stop, seen = _pool(pools, "double"), Stop(), 0
    for _ in pool.map(([i] for i in range(100_000)), stop=stop):
        seen += 1
        if seen == 10:
            stop.set()
    assert seen < 1_000
    assert len(list(pool.map([[1], [2]], stop=Stop()))) == 2


def test_a_killed_parent_leaves_no_worker(pytestconfig: pytest.Config) -> None:
    script = (
        "import time\n"
        "from inspector.work.pool import Pool\nfrom inspector.work.jobs import Stop\n"
        f"pool = Pool('{HERE}:double', workers=2, timeout_seconds=9)\n"
        "list(pool.map([[1], [2]], stop=Stop()))\n"
        "print(*[w.child.pid for w in pool._workers], flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True,
        cwd=pytestconfig.rootpath,
    )  # fmt: skip
    assert parent.stdout is not None
    children = [int(word) for word in parent.stdout.readline().split()]
    assert len(children) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 5
    while time.monotonic() < end and any(_alive(pid) for pid in children):
        time.sleep(0.05)
    assert not any(_alive(pid) for pid in children)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split()[2] != "Z"
    except OSError:
        return False


def test_progress_counts_and_starts_anew() -> None:
    progress = Progress()
    progress.start("pictures", 10)
    progress.advance(4)
    assert (progress.snapshot().phase, progress.snapshot().done) == ("pictures", 4)
    progress.start("look-alikes", 0)
    assert progress.snapshot().done == 0


def leave_something(parent: Parent) -> None:
    """Write a file that nobody removes, report it, and wait to be killed."""
    handle, path = tempfile.mkstemp()
    os.close(handle)
    parent.send(path)
    parent.receive()


def test_what_a_child_leaves_for_a_while_goes_with_it() -> None:
    child = ChildProcess(f"{HERE}:leave_something")
    left = Path(str(child.receive()))
    assert left.exists()
    child.kill()
    assert not left.exists()
    assert not left.parent.exists()


def test_progress_goes_on_under_another_name() -> None:
    progress = Progress()
    progress.start("names", 0)
    progress.advance(4)
    progress.rename("pictures", 10)
    now = progress.snapshot()
    assert (now.phase, now.done, now.total) == ("pictures", 4, 10)


def test_running_ahead_does_not_wait_for_the_reader_and_tells_what_went_wrong() -> None:
    made = []

    def source() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            yield number
        raise ProjectError("the disk is full", "Make room.")

    numbers = ahead(source(), nothing=-1)
    assert next(n for n in numbers if n >= 0) == 0
    end = time.monotonic() + 10
    while len(made) < 5 and time.monotonic() < end:
        time.sleep(0.01)
    assert made == [0, 1, 2, 3, 4]
    assert [next(numbers) for _ in range(4)] == [1, 2, 3, 4]
    with pytest.raises(ProjectError, match="the disk is full"):
        next(numbers)


def test_the_rate_gets_better_while_the_first_seconds_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    progress = Progress()
    progress.start("pictures", 1_000)
    rates = []
    for seconds, pieces in ((0.6, 6), (1.0, 94), (2.0, 100), (4.0, 200), (5.0, 0), (7.5, 350)):
        now = 100.0 + seconds
        progress.advance(pieces)
        rates.append(progress.snapshot().rate)
    assert rates == pytest.approx([10.0, 100.0, 100.0, 100.0, 100.0, 100.0])
