"""Changes reach every page, the visible one first, without disturbing a scan."""

import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from pytestqt.qtbot import QtBot

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.page import Page, PageName
from inspector.app.window.refresh_scheduler import RefreshScheduler
from inspector.project.changes import Changes
from inspector.project.project import Project

SCANNED = Changes(samples=True)
DECIDED = Changes(decisions=True, text="dropped 1")


class Asking(Page):
    """A page whose query takes a given time."""

    name = PageName.OVERVIEW

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.seen: list[Changes] = []
        self.at: list[float] = []
        self.seconds = 0.0

    def refresh(self, changes: Changes) -> None:
        self.seen.append(changes)
        self.at.append(time.monotonic())
        self.bridge.call(lambda: time.sleep(self.seconds), channel=f"page {id(self)}")


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()


@pytest.fixture
def pages(qtbot: QtBot, project: Project, bridge: Bridge) -> list[Asking]:
    made = [Asking(project, bridge) for _ in range(3)]
    for page in made:
        qtbot.addWidget(page)
    return made


@pytest.fixture
def news(bridge: Bridge, pages: list[Asking]) -> Iterator[RefreshScheduler]:
    made = RefreshScheduler(bridge, pages, lambda: pages[0], bridge)
    yield made
    made.shut_down()


def test_a_decision_is_shown_at_once_and_elsewhere_when_all_is_quiet(
    qtbot: QtBot, news: RefreshScheduler, pages: list[Asking]
) -> None:
    news.take(DECIDED)
    assert [page.seen for page in pages] == [[DECIDED], [], []]
    news.take(Changes(rule=True, text="split by group"))
    qtbot.waitUntil(lambda: all(page.seen for page in pages), timeout=10_000)
    both = [Changes(decisions=True, rule=True, text="split by group")]
    assert [page.seen for page in pages[1:]] == [both, both]
    assert pages[1].at[0] - pages[0].at[1] > 0.9


def test_a_page_that_comes_in_sight_asks_for_what_it_missed(
    bridge: Bridge, pages: list[Asking]
) -> None:
    shown = [pages[0]]
    news = RefreshScheduler(bridge, pages, lambda: shown[0], bridge)
    news.take(DECIDED)
    shown[0] = pages[2]
    news.catch_up()
    news.catch_up()
    assert pages[2].seen == [DECIDED]
    news.shut_down()


def test_a_scan_is_looked_at_as_often_as_looking_allows(
    qtbot: QtBot, news: RefreshScheduler, pages: list[Asking]
) -> None:
    pages[0].seconds = 0.2
    looks = pages[0].at
    while len(looks) < 3:
        news.take(SCANNED)
        qtbot.wait(20)
    assert all(later - before > 0.7 for before, later in pairwise(looks)), ".2 s, and thrice that"
    assert not pages[1].seen
    news.take(DECIDED)
    assert pages[0].seen[-1].decisions, "a person does not wait"
    qtbot.waitUntil(lambda: all(page.seen for page in pages), timeout=10_000)
    assert pages[1].seen == [SCANNED | DECIDED]


def test_a_page_out_of_sight_hears_at_last_and_of_what_presses_at_once(
    qtbot: QtBot, news: RefreshScheduler, pages: list[Asking], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages[2], "is_urgent", lambda changes: changes.runs)
    news.take(DECIDED)
    news.take(Changes(runs=True))
    assert pages[2].seen[0].runs
    while not pages[1].seen:
        news.take(SCANNED)
        qtbot.wait(20)
    assert pages[1].seen[0].decisions


def test_one_decision_does_not_open_a_scan_to_every_page(
    qtbot: QtBot, news: RefreshScheduler, pages: list[Asking]
) -> None:
    """Even if the visible page always waits for its own turn."""
    pages[0].seconds = 0.5
    news.take(DECIDED)
    while not (pages[1].seen and pages[2].seen):
        news.take(SCANNED)
        qtbot.wait(20)
    assert pages[1].seen[0].decisions
    looks = len(pages[0].at)
    while len(pages[0].at) < looks + 2:
        news.take(SCANNED)
        qtbot.wait(20)
    assert [len(page.seen) for page in pages[1:]] == [1, 1]


def test_nothing_is_brought_after_the_end(
    qtbot: QtBot, news: RefreshScheduler, pages: list[Asking]
) -> None:
    news.shut_down()
    news.take(DECIDED)
    qtbot.wait(1_500)
    assert not pages[1].seen


def test_a_write_that_waits_is_made_when_all_is_closed() -> None:
    bridge, hold, made = Bridge(), threading.Event(), []

    def write(number: int) -> None:
        hold.wait(10)
        made.append(number)

    for number in (1, 2, 3):
        bridge.call(lambda n=number: write(n), channel="kept", writes=True)  # type: ignore[misc]
    bridge.call(lambda: hold.wait(10), channel="read")
    bridge.call(lambda: made.append(4), channel="read")
    threading.Timer(0.2, hold.set).start()
    bridge.close()
    assert made == [1, 3]


def test_of_what_waits_on_a_channel_the_newest_is_run(qtbot: QtBot, bridge: Bridge) -> None:
    hold, ran, came = threading.Event(), [], []

    def first() -> int:
        hold.wait(10)
        ran.append(0)
        return 0

    def later(number: int) -> int:
        ran.append(number)
        return number

    bridge.call(first, came.append, channel="list")
    for number in (1, 2, 3):
        bridge.call(lambda n=number: later(n), came.append, channel="list")  # type: ignore[misc]
    assert bridge.waits()
    hold.set()
    qtbot.waitUntil(lambda: bool(came) and not bridge.waits(), timeout=10_000)
    assert ran == [0, 3]
    assert came == [3]
