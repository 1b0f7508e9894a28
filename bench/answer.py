"""How long the window takes to its first answer, how fast it is decided in, where it stands still.

    python bench/answer.py answer [--data DIR] [--turns 1]
    python bench/answer.py decide [--data DIR] [--seconds 60]
    python bench/answer.py walk [--images 10000]

`answer` opens about 3,000 photos with splits in the real window for the first time, then again.
Goals on an idle machine: 5 s to the first true sentence, 20 s to all duplicates across splits, 40 s
to the diagnosis; the last answer at once when the project is opened again. `decide` presses K on
Duplicates as soon as the next cluster stands there: the goal is 108 decisions per minute or more.
`walk` goes through all pages of a large dataset, scrolls, filters and decides: no turn of the event
loop should take more than 16 ms. QT_QPA_PLATFORM chooses the screen (offscreen without one).
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from inspector.app.duplicates.page import DuplicatesPage
from inspector.app.main import SWITCH_SECONDS, MainWindow
from inspector.app.threads.gc_scheduler import GcScheduler
from inspector.app.widgets import theme
from inspector.app.widgets.page import Page, PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.demo.dataset import make_demo

DATA = Path(os.environ.get("INSPECTOR_DATA", "../shared/data"))
# Of the brain scans, by the number at the end of the name: copies of one scan land in all splits.
PARTS = ("train", "train", "train", "train", "train", "train", "train", "validation", "validation",
         "test")  # fmt: skip
SPLITS = ("train", "validation", "test")
PATIENCE_SECONDS = 900.0
STEP_SECONDS = 0.002
FRAME_MS = 16.0


class Screen:
    """An application whose events are handled turn by turn, and timed."""

    def __init__(self) -> None:
        self.app = QApplication(["inspector"])
        theme.apply(self.app, "light")
        self.turns: list[float] = []
        self._garbage = GcScheduler()

    def turn(self) -> None:
        """Handle every event that waits."""
        began = time.perf_counter()
        self.app.processEvents()
        self.turns.append(1000 * (time.perf_counter() - began))
        time.sleep(STEP_SECONDS)

    def wait(self, seconds: float) -> None:
        """Handle events for some time."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.turn()

    def until(self, condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
        """Handle events until a condition holds; tell whether it came in time."""
        end = time.perf_counter() + seconds
        while not condition():
            if time.perf_counter() > end:
                return False
            self.turn()
        return True

    @contextmanager
    def opened(self, path: Path, *, wait: bool = True) -> Iterator[MainWindow]:
        """Open a dataset in a window of 1280x800, and close it again."""
        window = MainWindow()
        window.project_opened.connect(self._garbage.settle)
        window.resize(1280, 800)
        window.show()
        self.wait(0.5)
        window.open_path(str(path))
        try:
            if wait:
                self.until(lambda: window.view is not None and not window.view.busy())
            yield window
        finally:
            window.quit()
            window.deleteLater()
            self.wait(0.5)


def make_photos(data: Path, folder: Path) -> int:
    """Make a dataset of scans and clothes in three split folders; return its number of images."""
    count = 0
    for split in SPLITS:
        for file in sorted((data / "clothing" / split).rglob("*.jpg")):
            count += _copy(file, folder / split / file.parent.name)
    for file in sorted((data / "brain_aug").rglob("*.jpg")):
        number = sum(map(ord, file.stem))
        count += _copy(file, folder / PARTS[number % len(PARTS)] / f"scan_{file.parent.name}")
    return count


def _copy(file: Path, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, folder / file.name)
    # As in a folder that was not written a moment ago.
    os.utime(folder / file.name, (1.7e9, 1.7e9))
    return 1


def processor_seconds() -> float:
    """Return what this program and its children have taken of the processors, where Linux tells."""
    ticks = os.sysconf("SC_CLK_TCK")
    family, total = {os.getpid()}, sum(os.times()[:4])
    stats = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            stats.append((int(file.parent.name), file.read_text().rpartition(")")[2].split()))
        except OSError:
            continue
    for number, words in sorted(stats):
        if int(words[1]) in family and number not in family:
            family.add(number)
            total += sum(map(int, words[11:15])) / ticks
    return total


def text_of(within: QWidget, name: str) -> str:
    """Return what a label says, "" where it is not to be seen."""
    labels = [w for w in within.findChildren(QLabel, name) if w.isVisible()]
    return labels[0].text() if labels else ""


def sentence(window: MainWindow) -> str:
    """Return the first sentence of Overview, "" where it says nothing of the images."""
    if window.view is None:
        return ""
    page = window.view.page_named(PageName.OVERVIEW)
    scanning, answer = text_of(page, "scan-headline"), text_of(page, "answer-headline")
    first = scanning or answer
    return "" if first.startswith(("Looking", "Reading")) or " are read" in first else first


def answer(screen: Screen, folder: Path) -> None:
    """Print the seconds to each part of the answer, at the first opening and at the second."""

    def say(text: str) -> None:
        wall, cpu = time.perf_counter() - began, processor_seconds() - spent
        print(f"{wall:7.1f} s  {cpu:6.1f} s of processors  {text}", flush=True)

    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    began, spent = time.perf_counter(), processor_seconds()
    with screen.opened(folder, wait=False) as window:
        began, spent = time.perf_counter(), processor_seconds()
        screen.until(lambda: bool(sentence(window)))
        say(f"first sentence: {sentence(window)}")
        view = window.view
        assert view is not None
        page = view.page_named(PageName.OVERVIEW)
        screen.until(
            lambda: view.project.scans.is_complete() and bool(text_of(page, "answer-detail"))
        )
        say(f"all duplicates: {text_of(page, 'answer-headline')} {text_of(page, 'answer-detail')}")
        screen.until(lambda: view.project.diagnoses.last() is not None)
        screen.until(lambda: bool(text_of(page, "answer-folded")), 20)
        say(f"the diagnosis: {text_of(page, 'answer-folded')}")
        screen.until(lambda: not page.jobs.running)
        say("label errors, and everything that starts by itself, is done")
        screen.wait(5)
    with screen.opened(folder, wait=False) as window:
        began, spent = time.perf_counter(), processor_seconds()
        screen.until(lambda: window.view is not None)
        say("again: the pages are there")
        screen.until(lambda: bool(sentence(window)))
        page = window.view.page_named(PageName.OVERVIEW)
        say(f"again: {sentence(window)} {text_of(page, 'answer-as-of')}")
        screen.until(lambda: not text_of(page, "answer-as-of"))
        say(f"again, refreshed: {sentence(window)}")


def decide(screen: Screen, folder: Path, seconds: float) -> None:
    """Print how many clusters are decided per minute, and how long one takes."""
    with screen.opened(folder) as window:
        view = window.view
        assert view is not None
        page = show(view, PageName.DUPLICATES)
        assert isinstance(page, DuplicatesPage)
        screen.until(lambda: page.current() is not None)
        screen.wait(10)
        screen.turns.clear()
        took = []
        began = time.perf_counter()
        while time.perf_counter() - began < seconds and page.current() is not None:
            asked = time.perf_counter()
            # What is left of a chained cluster is decided by another key.
            if not _goes_on(screen, page, Qt.Key.Key_K) and not _goes_on(
                screen, page, Qt.Key.Key_N
            ):
                print("the queue does not go on")
                break
            took.append(time.perf_counter() - asked)
        total = time.perf_counter() - began
    print(
        f"{len(took)} decisions in {total:.1f} s: {60 * len(took) / total:.0f} per minute; one"
        f" takes p50 {1000 * statistics.median(took):.0f} ms, longest {1000 * max(took):.0f} ms"
    )
    show_turns("while deciding", screen.turns)


def _goes_on(screen: Screen, page: DuplicatesPage, key: Qt.Key) -> bool:
    """Press a key and tell whether the next cluster came onto the stage."""
    cluster = page.current()
    QTest.keyClick(page.list, key)
    return screen.until(lambda: page.current() != cluster, 5)


def walk(screen: Screen, folder: Path) -> None:
    """Print the longest turn of the event loop on each page."""
    with screen.opened(folder) as window:
        view = window.view
        assert view is not None
        screen.wait(5)
        for page in view.pages:
            screen.turns.clear()
            show(view, page.name)
            screen.wait(3)
            show_turns(f"{page.title}: shown", screen.turns)
            for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_End, Qt.Key.Key_Home):
                target = screen.app.focusWidget() or page
                QTest.keyClick(target, key)
                screen.wait(0.3)
            show_turns(f"{page.title}: keys", screen.turns)
        screen.turns.clear()
        view.resize(1024, 700)
        screen.wait(1)
        show_turns("resized", screen.turns)


def show(view: ProjectWindow, name: PageName) -> Page:
    """Bring a page to the front."""
    view.show_page(view.pages.index(view.page_named(name)))
    return view.page()


def show_turns(name: str, turns: list[float]) -> None:
    """Print how long turns of the event loop took."""
    cuts = statistics.quantiles(turns, n=100)
    late = sum(t > FRAME_MS for t in turns)
    print(
        f"{name:24} p50 {cuts[49]:6.2f} ms   p99 {cuts[98]:6.1f} ms   longest {max(turns):6.1f} ms"
        f"   {late} of {len(turns)} above {FRAME_MS:.0f} ms",
        flush=True,
    )


def main() -> None:
    """Run one measurement in places of its own."""
    import sys

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["answer", "decide", "walk"])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real datasets")
    parser.add_argument("--images", type=int, default=10_000, help="of the walk's generated images")
    parser.add_argument("--seconds", type=float, default=60.0, help="of deciding")
    asked = parser.parse_args()
    screen = Screen()
    sys.setswitchinterval(SWITCH_SECONDS)
    with tempfile.TemporaryDirectory() as place:
        for name in ("DATA", "CACHE", "CONFIG", "STATE"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(place) / name.lower())
        folder = Path(place) / "photos"
        if asked.what == "walk":
            make_demo(folder, seed=1, images=asked.images)
            walk(screen, folder)
        else:
            print(f"{make_photos(asked.data, folder):,} images")
            if asked.what == "answer":
                answer(screen, folder)
            else:
                decide(screen, folder, asked.seconds)


if __name__ == "__main__":
    main()
