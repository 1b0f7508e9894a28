"""The newest request wins, and one that raises never blocks later ones."""

import threading

import pytest
from PySide6.QtWidgets import QSlider
from pytestqt.qtbot import QtBot

from inspector.app.augment import page as augment_page
from inspector.app.augment.page import AugmentPage
from inspector.app.augment.preview_grid import PreviewGrid
from inspector.app.augment.range_strip import RangeStrip
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.newest_request import NewestRequests
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.window.main_window import ProjectWindow
from inspector.errors import UsageError


def test_of_those_that_wait_only_the_newest_runs() -> None:
    requests = NewestRequests[str]()
    assert requests.admit("draws", 1, "first")
    assert not requests.admit("draws", 2, "second")
    assert not requests.admit("draws", 3, "third")
    assert requests.admit("strip", 4, "another channel")
    assert not requests.is_newest("draws", 1)
    assert requests.next("draws") == "third"
    assert requests.is_newest("draws", 3)
    assert requests.is_busy("draws")
    assert requests.next("draws") is None
    assert not requests.is_busy("draws")
    assert requests.admit("draws", 5, "again")


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("error", [ValueError("a bug"), UsageError("bad", "Try another.")])
def test_a_request_that_raises_is_followed_by_one_that_works(
    qtbot: QtBot, error: Exception, late: bool
) -> None:
    bridge = Bridge()
    gate = threading.Event()
    answers: list[str] = []
    ends: list[str] = []
    failures: list[object] = []
    bridge.broken.connect(failures.append)
    bridge.failed.connect(failures.append)

    def fail() -> str:
        gate.wait(10)
        raise error

    bridge.call(fail, answers.append, channel="c", late=late, on_end=lambda: ends.append("failed"))
    bridge.call(lambda: "waits", answers.append, channel="c", late=late)
    bridge.call(lambda: "works", answers.append, channel="c", late=late)
    gate.set()
    qtbot.waitUntil(lambda: answers == ["works"])
    bridge.call(lambda: "works again", answers.append, channel="c", late=late)
    qtbot.waitUntil(lambda: answers == ["works", "works again"])
    assert ends == ["failed"]
    # Without `late` nobody wants to hear of an error that a newer request has overtaken.
    assert failures == ([error] if late else [])
    bridge.close()


def test_late_answers_are_shown_in_their_order(qtbot: QtBot) -> None:
    bridge = Bridge()
    gate = threading.Event()
    answers: list[int] = []
    bridge.call(lambda: gate.wait(10) and 1, answers.append, channel="c", late=True)
    for number in (2, 3):
        bridge.call(lambda n=number: n, answers.append, channel="c", late=True)
    gate.set()
    qtbot.waitUntil(lambda: answers == [1, 3])
    bridge.close()


def test_a_thumbnail_that_raises_leaves_its_thread_alive(qtbot: QtBot) -> None:
    errors: list[object] = []

    def load(sample: int) -> bytes | None:
        if sample < 5:
            raise OSError(f"sample {sample}")
        return None

    thumbnails = Thumbnails(load)
    thumbnails.broken.connect(errors.append)
    thumbnails.request([1, 2, 3, 4])
    qtbot.waitUntil(lambda: len(errors) == 4)
    thumbnails.request([6])
    qtbot.waitUntil(lambda: thumbnails.pixmap(6) is not None)
    # One that failed can be asked for again.
    thumbnails.forget()
    thumbnails.request([1])
    qtbot.waitUntil(lambda: len(errors) == 5)
    thumbnails.shut_down()


def test_a_preview_that_raises_once_leaves_the_grid_alive(
    qtbot: QtBot, view: ProjectWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    (page,) = (p for p in view.pages if isinstance(p, AugmentPage))
    view.show_page(view.pages.index(page))
    (grid,) = page.findChildren(PreviewGrid)
    (strip,) = page.findChildren(RangeStrip)
    works = augment_page.make_rows
    qtbot.waitUntil(lambda: page.drawn > 0 and grid.row_count() > 0, timeout=20_000)
    slider = next(
        s for s in page.findChildren(QSlider) if s.accessibleName().startswith("Rotation")
    )
    errors: list[object] = []
    view.bridge.broken.connect(errors.append)

    def fail(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(augment_page, "make_rows", fail)
    slider.setValue(100)
    qtbot.waitUntil(lambda: len(errors) == 1)
    monkeypatch.setattr(augment_page, "make_rows", works)
    drawn = page.drawn
    slider.setFocus()
    slider.setValue(200)
    qtbot.waitUntil(lambda: page.drawn > drawn, timeout=10_000)
    qtbot.waitUntil(lambda: "Rotation" in strip.accessibleDescription(), timeout=10_000)


def test_a_measurement_that_raises_once_is_followed_by_others(
    qtbot: QtBot, view: ProjectWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    (page,) = (p for p in view.pages if isinstance(p, AugmentPage))
    view.show_page(view.pages.index(page))
    qtbot.waitUntil(lambda: page.drawn > 0 and page.measurer.is_idle(), timeout=60_000)
    errors: list[object] = []
    view.bridge.broken.connect(errors.append)
    works = view.project.measuring.ask
    failing = iter((True,))

    def ask(question: object) -> object:
        if next(failing, False):
            raise ZeroDivisionError
        return works(question)

    monkeypatch.setattr(view.project.measuring, "ask", ask)
    with qtbot.waitSignal(page.measurer.advised, timeout=20_000):
        slider = next(s for s in page.findChildren(QSlider) if "Shear" in s.accessibleName())
        slider.setValue(300)
    assert [type(e) for e in errors] == [ZeroDivisionError]
    qtbot.waitUntil(page.measurer.is_idle, timeout=60_000)
