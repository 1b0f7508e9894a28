"""Measure the whole walk on large datasets, step by step, each beside its floor, in one run.

    python bench/scale.py [--sizes 10000 100000] [--work DIR] [--side 64] [--steps NAME..]
    python bench/scale.py --work DIR --plot docs/measurements/scale.svg

Each size gets a dataset of `scale_dataset`, and every step a process of its own that opens the
project as a program does. Wall and processor seconds are of the step with its workers, without the
start of Python. The peak is the proportional set size of all its processes together, looked at
five times a second. A JSON line per step goes to `DIR/scale.jsonl`; the table comes at the end.
`--plot` draws the growth of `PLOTTED` from that file, the last run of each size, and measures
nothing.
"""

import argparse
import gc
import itertools
import json
import math
import multiprocessing
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from inspector.__main__ import OBJECTS_PER_COLLECTION
from scale_dataset import Kind, make_scale_dataset, read_truth
from scan import bare_loop, processor_seconds

# As Overview does, which asks again as files are read.
LOOK_SECONDS = 2.0
MEMORY_SECONDS = 0.2
CHANGED_SHARE = 0.01
JOBS = os.cpu_count() or 1


@dataclass(slots=True)
class Timing:
    """One figure of a step; seconds, and what else is to be said of it."""

    step: str
    wall: float
    cpu: float
    note: str = ""


Report = Callable[[str, float, float, str], None]
PLOTTED = {
    "scan": "#000000",
    "scan: candidates": "#0072b2",
    "scan: near-duplicates": "#d55e00",
    "scan: names": "#cc79a7",
    "listing": "#009e73",
    "samples": "#56b4e9",
    "gallery: sort by name": "#e69f00",
}


class Watch:
    """Time parts of a step."""

    def __init__(self, step: str) -> None:
        self.step = step
        self.rows: list[Timing] = []

    def run(self, name: str, work: Callable[[], Any], note: Callable[[Any], str] = str) -> Any:
        """Run one part and keep its time; `note` says what came out."""
        began, used = time.monotonic(), processor_seconds()
        result = work()
        wall, cpu = time.monotonic() - began, processor_seconds() - used
        self.rows.append(Timing(name, wall, cpu, note(result)))
        print(
            f"  {name}: {wall:.3f} s, cpu {cpu:.3f} s; {note(result)}", file=sys.stderr, flush=True
        )
        return result


def _nothing(_: object) -> str:
    return ""


def _open(folder: Path, file: Path, **words: Any) -> Any:
    from inspector.project.project import Project

    return Project(folder, file, jobs=JOBS, **words)


def files_below(folder: Path) -> list[str]:
    """Return all files, found and looked at as cheaply as Python can."""
    files, below = [], [str(folder)]
    while below:
        with os.scandir(below.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    below.append(entry.path)
                else:
                    entry.stat()
                    files.append(entry.path)
    return files


def step_floor(folder: Path, _: Path, watch: Watch) -> None:
    """Scan directories and decode, and do nothing else."""
    files = watch.run("os.scandir + stat", lambda: files_below(folder), lambda f: f"{len(f)} files")
    files.sort()
    chunks = [files[i : i + 64] for i in range(0, len(files), 64)]
    wall, cpu = bare_loop(chunks, JOBS)
    watch.rows.append(Timing("decode alone", wall, cpu))


def step_index(folder: Path, file: Path, watch: Watch) -> None:
    """List the names into a fresh project."""
    project = _open(folder, file.with_name("index.inspector"))
    watch.run("listing", project.scans.index)
    project.close()


def scan_by_phases(project: Any, name: str, watch: Watch) -> None:
    """Scan, and time each phase of it."""
    from inspector.work.jobs import Progress

    marks: list[tuple[str, float, float]] = []

    class Phases(Progress):
        def start(self, phase: str, total: int) -> None:
            marks.append((f"{phase} ({total:,})", time.monotonic(), processor_seconds()))
            super().start(phase, total)

    watch.run(name, lambda: project.scans.scan(progress=Phases()))
    marks.append(("end", time.monotonic(), processor_seconds()))
    for (phase, at, used), (_, until, used_until) in itertools.pairwise(marks):
        watch.rows.append(Timing(f"{name}: {phase}", until - at, used_until - used))


def step_scan(folder: Path, file: Path, watch: Watch) -> None:
    """Scan everything, by phases, then again with nothing new."""
    project = _open(folder, file)
    across: list[float] = []
    began = time.monotonic()

    timer = threading.Event()

    def look() -> None:
        while not timer.wait(LOOK_SECONDS) and not across:
            if project.pairs_so_far.pairs():
                across.append(time.monotonic() - began)

    looker = threading.Thread(target=look)
    looker.start()
    scan_by_phases(project, "scan", watch)
    timer.set()
    looker.join()
    watch.rows.append(
        Timing("scan: until the first pair across splits", across[0] if across else float("nan"), 0)
    )
    watch.run("rescan, nothing changed", project.scans.scan)
    project.close()
    cache = sum(
        f.stat().st_size for f in Path(os.environ["XDG_CACHE_HOME"]).rglob("*") if f.is_file()
    )
    images = len(files_below(folder))
    watch.rows.append(Timing("cache", 0, 0, f"{cache / images:.0f} bytes per file"))
    watch.rows.append(
        Timing("project file", 0, 0, f"{file.stat().st_size / images:.0f} bytes per file")
    )


def step_fill(folder: Path, file: Path, watch: Watch) -> None:
    """Store the planted pairs as if a search had found them, where there is no time for one.

    What comes after needs pairs, not the search. Files are read, if they are not yet.
    """
    from inspector.store.duplicates import EqualMember, StoredPair
    from inspector.store.records import ScanRecord
    from inspector.work.jobs import Progress, Stop

    stop = Stop()

    class UntilSearch(Progress):
        def start(self, phase: str, total: int) -> None:
            if phase == "candidates":
                stop.set()
            super().start(phase, total)

    project = _open(folder, file)
    watch.run(
        "read, without the search", lambda: project.scans.scan(stop=stop, progress=UntilSearch())
    )
    ids = {s.path: s.id for s in project.samples.everything()}
    sets: dict[int, list[EqualMember]] = {}
    pairs = []
    for row in read_truth(folder):
        one, two = ids[row.of], ids[row.path]
        if row.kind in (Kind.BYTES, Kind.BLANK, Kind.PIXELS):
            kind = "pixels" if row.kind is Kind.PIXELS else "bytes"
            first = EqualMember(one, one, "bytes")
            sets.setdefault(one, [first]).append(EqualMember(two, one, kind))
        else:
            turned = 1 if row.kind is Kind.FLIPPED else 0
            pairs.append(StoredPair(min(one, two), max(one, two), turned, 0.97))
    members = [member for same in sets.values() for member in same]
    store = project.context.store
    watch.run("pairs stored", lambda: store.duplicates.replace(members, pairs), _nothing)
    store.samples.end_scan(ScanRecord(time.time_ns(), True))
    project.close()


def step_truth(folder: Path, file: Path, watch: Watch) -> None:
    """Compare what was found with what was planted."""
    project = _open(folder, file)
    ids = {s.path: s.id for s in project.samples.everything()}
    index = project.duplicates.index()
    planted: dict[Kind, list[bool]] = {}
    known = set()
    for row in read_truth(folder):
        a, b = ids.get(row.path), ids.get(row.of)
        if a is None or b is None:
            continue
        known.add((min(a, b), max(a, b)))
        if row.kind is not Kind.BLANK:
            planted.setdefault(row.kind, []).append(
                index.cluster_of.get(a, -1) == index.cluster_of.get(b, -2)
            )
    for kind, hits in planted.items():
        watch.rows.append(Timing(f"planted {kind}", 0, 0, f"{sum(hits)} of {len(hits)}"))
    near = [(a, b) for a, b, _, alike in index.edges if alike >= index.threshold]
    wrong = [
        1
        for a, b in near
        if not any(
            (min(x, y), max(x, y)) in known for x in index.members(a) for y in index.members(b)
        )
    ]
    watch.rows.append(
        Timing("confirmed pairs that were not planted", 0, 0, f"{len(wrong)} of {len(near)}")
    )
    project.close()


def step_rescan(folder: Path, file: Path, watch: Watch) -> None:
    """Change 1 % of the files, and scan again."""
    files = sorted(files_below(folder))
    chosen = random.Random(time.time_ns()).sample(files, max(1, int(len(files) * CHANGED_SHARE)))
    from PIL import Image, ImageEnhance

    # As like the others as before: turned, or with new borders, they would be neighbours of each
    # other alone, and nothing that is known would have to be compared with them.
    brightness = random.Random(time.time_ns()).uniform(0.97, 1.03)
    for path in chosen:
        with Image.open(path) as image:
            ImageEnhance.Brightness(image).enhance(brightness).save(path, quality=95)
    project = _open(folder, file)
    scan_by_phases(project, f"rescan, {CHANGED_SHARE:.0%} changed", watch)
    project.close()


def step_duplicates(folder: Path, file: Path, watch: Watch) -> None:
    """Build clusters, move the threshold, and list pairs."""
    # As in the window, which collects garbage between events.
    gc.disable()
    project = _open(folder, file)
    watch.run("samples", lambda: len(project.samples.everything()))
    watch.run("samples again", lambda: len(project.samples.everything()))
    watch.run("duplicate index", lambda: len(project.duplicates.index().clusters))
    watch.run("clusters", lambda: len(project.duplicates.clusters()))
    watch.run("pairs", lambda: len(project.duplicates.pairs()))
    watch.run(
        "threshold moved, clusters cut", lambda: project.duplicates.set_threshold(0.9), _nothing
    )
    watch.run("clusters again", lambda: len(project.duplicates.clusters()))
    project.duplicates.set_threshold(0.85)
    ids = [s.id for s in project.samples.everything()[:1]]
    watch.run("decide", lambda: project.decisions.drop(ids), _nothing)
    watch.run("samples after a decision", lambda: len(project.samples.everything()))
    watch.run("index after a decision", lambda: len(project.duplicates.index().clusters))
    watch.run("undo", project.decisions.undo, _nothing)
    project.close()


def step_gallery(folder: Path, file: Path, watch: Watch) -> None:
    """Filter, sort and page."""
    from inspector.project.review.gallery_query import Facet, GroupBy, Query, Sort

    project = _open(folder, file)
    query = Query()
    listing = watch.run(
        "gallery: first listing", lambda: project.gallery.listing(query), lambda r: f"{len(r.ids)}"
    )
    watch.run(
        "gallery: listing again", lambda: project.gallery.listing(query), lambda r: f"{len(r.ids)}"
    )
    chosen = replace(query, chosen={Facet.SPLIT: frozenset({"validation"})})
    watch.run("gallery: filter", lambda: project.gallery.listing(chosen), lambda r: f"{len(r.ids)}")
    near = replace(
        query, chosen={Facet.NEAR_DUPLICATES: frozenset({"any"})}, group_by=GroupBy.CLUSTER
    )
    watch.run(
        "gallery: filter by cluster",
        lambda: project.gallery.listing(near),
        lambda r: f"{len(r.ids)}",
    )
    watch.run(
        "gallery: text",
        lambda: project.gallery.listing(replace(query, text="class_0001")),
        lambda r: f"{len(r.ids)}",
    )
    for sort in Sort:
        one = replace(query, sort=sort, group_by=GroupBy.NONE)
        watch.run(
            f"gallery: sort by {sort}",
            lambda one=one: project.gallery.listing(one),
            lambda r: f"{len(r.ids)}",
        )
    rng = random.Random(2)
    ids = listing.ids.tolist()

    def page() -> str:
        slowest = 0.0
        for _ in range(50):
            start = rng.randrange(max(1, len(ids) - 200))
            began = time.monotonic()
            project.samples.by_ids(ids[start : start + 200])
            slowest = max(slowest, time.monotonic() - began)
        return f"slowest {1000 * slowest:.1f} ms"

    watch.run("gallery: 50 pages of 200", page)
    watch.run("counts", project.samples.counts, _nothing)
    project.close()


def step_leaks(folder: Path, file: Path, watch: Watch) -> None:
    """Look for leakage by the folders, and by a Keras call with 200 seeds."""
    from inspector.project.splits.splits import keras_rule

    project = _open(folder, file)
    watch.run("leaks by folders", project.splits.leaks, lambda r: f"{len(r.leaks)} leaks")
    rule = keras_rule("image_dataset_from_directory", share=0.2, seed=42, folder="train")
    watch.run("membership of a Keras call", lambda: project.splits.membership(rule), _nothing)
    watch.run(
        "leaks by a Keras call, 200 seeds",
        lambda: project.splits.leaks(rule),
        lambda r: f"{len(r.leaks)} leaks",
    )
    project.close()


def step_leaks_verb(folder: Path, file: Path, watch: Watch) -> None:
    """Run `inspector leaks --json` as a person does."""
    _verb(
        "leaks --json", ["leaks", str(folder), "--project", str(file), "--json", "--quiet"], watch
    )


def step_split_verb(folder: Path, file: Path, watch: Watch) -> None:
    """Run `inspector split --json`."""
    _verb(
        "split --json", ["split", str(folder), "--project", str(file), "--json", "--quiet"], watch
    )


def _verb(name: str, words: list[str], watch: Watch) -> None:
    from inspector.cli.main import run

    sys.stdout = open(os.devnull, "w")  # noqa: PTH123 - for the life of this process
    watch.run(name, lambda: run(words), lambda code: f"exit {code}")
    sys.stdout = sys.__stdout__


def step_findings(folder: Path, file: Path, watch: Watch) -> None:
    """Read Overview's answer and findings."""
    project = _open(folder, file)
    watch.run("answer", project.answers.answer, lambda a: a.headline)
    watch.run("findings", project.findings.overview, lambda o: f"{len(o.findings)} findings")
    project.close()


def step_groups(folder: Path, file: Path, watch: Watch) -> None:
    """Weigh the group proposals."""
    project = _open(folder, file)
    watch.run("group proposals", project.groups.offers, lambda o: f"{len(o)}")
    watch.run("groups", project.groups.groups, lambda o: f"{len(o)}")
    project.close()


def step_report(folder: Path, file: Path, watch: Watch) -> None:
    """Write the HTML report."""
    project = _open(folder, file)
    target = file.with_name("report.html")
    watch.run("report", lambda: project.reports.write(target), _nothing)
    watch.rows.append(Timing("report size", 0, 0, f"{target.stat().st_size / 1e6:.1f} MB"))
    project.close()


def step_export(folder: Path, file: Path, watch: Watch) -> None:
    """Plan an export, a clean-up and a locked split."""
    project = _open(folder, file)
    watch.run(
        "export plan",
        lambda: project.exports.plan(file.with_name("export")),
        lambda p: f"{len(p.items)}",
    )
    watch.run(
        "freeze",
        lambda: project.splits.freeze(project.splits.rule, file.with_name("lock.csv")),
        _nothing,
    )
    project.close()


class Turns:
    """Runs a window, and keeps what each turn of its events takes of its own thread.

    Processor time of the thread, besides wall: other programs delay a turn, and can't lengthen it.
    """

    def __init__(self, watch: Watch) -> None:
        from PySide6.QtWidgets import QApplication

        from inspector.app.threads.gc_scheduler import GcScheduler
        from inspector.desktop.memory import return_freed_memory

        self._app = QApplication.instance() or QApplication(["inspector"])
        # As the program does.
        return_freed_memory()
        self._garbage = GcScheduler()
        self._watch = watch
        self._turns: list[tuple[float, float]] = []

    def turn(self, pause: float = 0.005) -> None:
        """Handle what has come."""
        began, used = time.monotonic(), time.thread_time()
        self._app.processEvents()
        self._turns.append((time.thread_time() - used, time.monotonic() - began))
        time.sleep(pause)

    def until(self, ready: Callable[[], bool], seconds: float = 300) -> bool:
        """Run until something is so; return False if it took too long."""
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end:
                return False
            self.turn()
        return True

    def measure(self, name: str, ready: Callable[[], bool], note: str = "") -> None:
        """Run until something is so, and keep how long it took and the longest turn."""
        self._turns = []
        began, used = time.monotonic(), processor_seconds()
        done = self.until(ready)
        cpu = sorted(cpu for cpu, _ in self._turns) or [0.0]
        wall = max((wall for _, wall in self._turns), default=0.0)
        self._watch.rows.append(Timing(
            f"window: {name}", time.monotonic() - began, processor_seconds() - used,
            f"turns of the thread: p95 {1000 * cpu[int(0.95 * len(cpu))]:.1f} ms cpu,"
            f" longest {1000 * cpu[-1]:.0f} (wall {1000 * wall:.0f}) {note}"
            f"{'' if done else 'GAVE UP'}",
        ))  # fmt: skip
        row = self._watch.rows[-1]
        print(f"  {row.step}: {row.wall:.2f} {row.cpu:.2f} {row.note}", file=sys.stderr, flush=True)


def step_window(folder: Path, file: Path, watch: Watch) -> None:
    """Open the scanned project in the window, show each page, scroll, filter and sort."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    turns = Turns(watch)
    from PySide6.QtWidgets import QApplication, QLabel

    from inspector.app.gallery.view import GalleryView
    from inspector.app.main import MainWindow
    from inspector.app.widgets import theme
    from inspector.app.window.main_window import ProjectWindow

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "light")
    window = MainWindow()
    window.resize(1600, 1000)
    window.show()
    turns.turn()
    window.open_path(str(file))
    turns.measure("project shown", lambda: isinstance(window.view, ProjectWindow))
    view = window.view
    assert isinstance(view, ProjectWindow)
    overview = view.pages[0]

    looked = [0.0]

    def says(*texts: str) -> bool:
        # Looking at all labels takes milliseconds that the other threads need.
        if time.monotonic() < looked[0] + 0.1:
            return False
        looked[0] = time.monotonic()
        labels = [label.text() for label in overview.findChildren(QLabel)]
        return any(text in label for label in labels for text in texts)

    turns.measure(
        "answer on screen",
        lambda: says("near-duplicate in training", "near-duplicates in training", "No near-dup"),
    )
    turns.measure("its scan is done", lambda: not view.busy())
    turns.measure("all is quiet", lambda: not view.bridge.waits())
    for index, page in enumerate(view.pages):
        view.show_page(index)
        turns.turn(0.3)
        turns.measure(f"page {page.title}", lambda: not view.bridge.waits())
    view.show_page([page.title for page in view.pages].index("Gallery"))
    scroll(turns, view.findChild(GalleryView))
    window.quit()


def scroll(turns: Turns, gallery: Any) -> None:
    """Scroll through the whole gallery in 400 jumps."""
    bar = gallery.verticalScrollBar()
    steps = iter(range(400))

    def scrolled() -> bool:
        step = next(steps, None)
        if step is not None:
            bar.setValue((step * 397) % max(1, bar.maximum()))
        return step is None

    turns.measure("scrolling, 400 frames", scrolled, f"of {bar.maximum():,} px ")


STEPS: dict[str, Callable[[Path, Path, Watch], None]] = {
    name.removeprefix("step_"): step
    for name, step in list(globals().items())
    if name.startswith("step_")
}


def memory_of(pid: int) -> float:
    """Return the proportional set size of a process and all below it, MB."""
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        with suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) / 1024
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    return total


def run_step(name: str, folder: Path, file: Path) -> Iterator[dict[str, Any]]:
    """Run one step in a process of its own; yield its rows."""
    words = [sys.executable, __file__, "--step", name, str(folder), str(file)]
    home = file.parent
    places = {f"XDG_{n}_HOME": str(home / n.lower()) for n in ("CACHE", "DATA", "CONFIG", "STATE")}
    process = subprocess.Popen(words, env=os.environ | places, stdout=subprocess.PIPE, text=True)
    peak = 0.0
    done = threading.Event()

    def look() -> None:
        nonlocal peak
        while not done.wait(MEMORY_SECONDS):
            peak = max(peak, memory_of(process.pid))

    looker = threading.Thread(target=look)
    looker.start()
    out, _ = process.communicate()
    done.set()
    looker.join()
    lines = [line for line in out.splitlines() if line.startswith("{")]
    for line in lines:
        yield {**json.loads(line), "group": name}
    note = "" if process.returncode == 0 else f"exit {process.returncode}"
    yield {
        "step": f"{name}: peak memory",
        "wall": 0,
        "cpu": 0,
        "peak": round(peak),
        "note": note,
        "group": name,
    }


def plot(log: Path, file: Path) -> None:
    """Draw the processor seconds of `PLOTTED` by the number of images, both logarithmic."""
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    series: dict[str, dict[int, float]] = {name: {} for name in PLOTTED}
    for row in rows:
        name = str(row["step"]).partition(" (")[0]
        if name in series and row["cpu"] > 0:
            series[name][int(row["size"])] = float(row["cpu"])
    series = {name: dict(sorted(points.items())) for name, points in series.items() if points}
    sizes = sorted({size for points in series.values() for size in points})
    seconds = [value for points in series.values() for value in points.values()]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))

    def across(size: int) -> float:
        share = math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])
        return 90 + 280 * share

    def down(value: float) -> float:
        return 340 - 310 * (math.log10(value) - low) / (high - low)

    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 380" font-family="sans-serif"'
        ' font-size="12">',
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for power in range(low, high + 1):
        y = down(10**power)
        lines.append(
            f'<line x1="70" x2="390" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
            f'<text x="62" y="{y + 4:.1f}" text-anchor="end">{10**power:g} s</text>'
        )
    lines += [f'<text x="{across(s):.0f}" y="365" text-anchor="middle">{s:,}</text>' for s in sizes]
    first, last = sizes[0], sizes[-1]
    times = last * math.log(last) / (first * math.log(first))
    labels: list[float] = []
    middle = 10 ** ((low + high) / 2)
    guide = {first: middle / times**0.5, last: middle * times**0.5}
    names = {**{name: (points, PLOTTED[name]) for name, points in series.items()},
             "n log n": (guide, "#999999")}  # fmt: skip
    for name, (points, colour) in sorted(names.items(), key=lambda one: -max(one[1][0].values())):
        path = " ".join(f"{across(size):.1f},{down(value):.1f}" for size, value in points.items())
        dashes = ' stroke-dasharray="4 4"' if name == "n log n" else ""
        y = max([down(list(points.values())[-1]), *(at + 15 for at in labels[-1:])])
        labels.append(y)
        whole = first in points and last in points
        grown = f": {points[last] / points[first]:.1f} times" if whole else ""
        lines.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
            f'<text x="396" y="{y + 4:.1f}" fill="{colour}">{name}{grown}</text>'
        )
    file.write_text("\n".join([*lines, "</svg>"]) + "\n", encoding="utf-8")


def main() -> None:
    """Make the datasets that are missing, walk, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--work", type=Path, default=Path("/tmp/inspector-scale"))
    parser.add_argument("--side", type=int, default=64)
    usual = [name for name in STEPS if name != "fill"]
    parser.add_argument("--steps", nargs="+", default=usual, choices=list(STEPS))
    parser.add_argument("--plot", type=Path, metavar="FILE.svg")
    parser.add_argument("--step", nargs=3, metavar=("NAME", "FOLDER", "FILE"))
    words = parser.parse_args()
    if words.plot:
        plot(words.work / "scale.jsonl", words.plot)
        return
    if words.step:
        name, folder, file = words.step
        watch = Watch(name)
        # As the terminal does.
        gc.set_threshold(OBJECTS_PER_COLLECTION)
        STEPS[name](Path(folder), Path(file), watch)
        for row in watch.rows:
            print(
                json.dumps({"step": row.step, "wall": row.wall, "cpu": row.cpu, "note": row.note}),
                flush=True,
            )
        return
    for size in words.sizes:
        home = words.work / str(size)
        folder, file = home / "dataset", home / "scale.inspector"
        if not folder.exists():
            home.mkdir(parents=True, exist_ok=True)
            make_scale_dataset(folder, images=size, side_px=words.side)
        for name in words.steps:
            print(f"{size}: {name}", file=sys.stderr, flush=True)
            with (words.work / "scale.jsonl").open("a", encoding="utf-8") as log:
                for row in run_step(name, folder, file):
                    log.write(json.dumps({"size": size, **row}) + "\n")
                    print(
                        f"{size:>9} {row['step']:<48} {row['wall']:>9.3f} {row['cpu']:>9.3f}"
                        f" {row.get('peak', ''):>7} {row['note']}",
                        flush=True,
                    )


if __name__ == "__main__":
    multiprocessing.freeze_support()
    main()
