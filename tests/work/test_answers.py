"""Waiting for several children: those that have answered or exited, and no others."""

from collections.abc import Iterator

import pytest

from inspector.subprocesses import ChildProcess, ProcessExited, wait_for_answers
from inspector.work.pool import serve


@pytest.fixture
def children() -> Iterator[list[ChildProcess]]:
    name = f"{serve.__module__}:{serve.__name__}"
    started = [ChildProcess(name) for _ in range(3)]
    yield started
    for child in started:
        child.kill()


def test_who_answered_is_returned_and_who_is_silent_is_not(children: list[ChildProcess]) -> None:
    assert wait_for_answers(children, 0) == []
    first, _, last = children
    last.send("inspector.work.worker:run")
    assert wait_for_answers(children, 60) == [last]
    # It stays so until the answer is read.
    assert wait_for_answers(children, 60) == [last]
    assert last.receive() == (None, None)
    assert wait_for_answers(children, 0) == []
    assert wait_for_answers([], 0) == []
    first.abort()
    assert wait_for_answers(children, 60) == [first]
    with pytest.raises(ProcessExited, match="SIGKILL"):
        first.receive()
