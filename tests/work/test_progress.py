"""The time left: steady over whole batches, however long a batch takes."""

import pytest

from inspector.work import jobs
from inspector.work.jobs import Progress


class Clock:
    """A clock that a test advances."""

    now = 100.0

    def monotonic(self) -> float:
        """Return it."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(jobs.time, "monotonic", moved.monotonic)
    return moved


@pytest.mark.parametrize("batch_seconds", [0.2, 4.0, 20.0])
def test_the_time_left_is_right_and_steady_for_any_batch(
    clock: Clock, batch_seconds: float
) -> None:
    progress = Progress()
    progress.start("reading", 3_000)
    said: list[tuple[float, float]] = []
    for batch in range(1, 21):
        for _ in range(10):
            clock.now += batch_seconds / 10
            left = progress.snapshot().seconds_left
            if batch > 2:
                truth = (3_000 - 30 * (batch - 1)) / 30 * batch_seconds
                said.append((left, truth))
        progress.advance(30)
    for left, truth in said:
        assert left == pytest.approx(truth, rel=0.1)
    # Between two batches it stays: nothing flickers.
    figures = [round(left, 3) for left, _ in said]
    assert len({*figures}) <= 20


def test_it_follows_a_change_of_speed_and_a_stall(clock: Clock) -> None:
    progress = Progress()
    progress.start("reading", 10_000)
    for _ in range(10):
        clock.now += 1
        progress.advance(100)
    assert progress.snapshot().rate == pytest.approx(100, rel=0.05)
    for _ in range(10):
        clock.now += 1
        progress.advance(10)
    assert progress.snapshot().rate == pytest.approx(10, rel=0.1)
    clock.now += 100
    assert progress.snapshot().rate < 2
    progress.start("comparing", 10)
    assert progress.snapshot().rate == 0.0
