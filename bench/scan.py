"""Measure the scan stage against a bare loop that only decodes the same files, in one run.

    python bench/scan.py [--data DIR] [--cifar N] [--photos N] [--folder DIR] [--scan-only]

The bare loop is Pillow's draft decode in as many processes. The ratio is scan speed over bare
speed; the goal is 0.7 or more. The scan stage is listing, reading, thumbnails, fingerprints and
the store; the search for duplicates is timed apart, or left out. Its processor time, and that of
both together over the bare loop's, stand at the end. Both have their processes running, and their
code loaded, before the clock starts. On a busy machine three processes get more of it than two:
the ratio of processor time says more there.
Memory is the largest resident set of any process.
"""

import argparse
import contextlib
import multiprocessing
import os
import resource
import tarfile
import tempfile
import time
from pathlib import Path

from PIL import Image

from inspector.project.project import Project
from inspector.work.jobs import Progress, Stop
from inspector.work.tasks import ReadTask

ENDINGS = (".jpg", ".jpeg", ".png")
DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"


class Phases(Progress):
    """Remember where the scan stage ended, and stop there if nothing else is wanted."""

    def __init__(self, stop: Stop, *, scan_only: bool) -> None:
        super().__init__()
        self.stop, self.scan_only = stop, scan_only
        self.ended = self.seconds = 0.0

    def start(self, phase: str, total: int) -> None:
        """Note the time and what the processor has done."""
        if phase == "candidates":
            self.ended, self.seconds = time.monotonic(), processor_seconds()
            if self.scan_only:
                self.stop.set()
        super().start(phase, total)


def processor_seconds() -> float:
    """Return what this process, its ended children and those that live have used."""
    used = time.process_time()
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    used += ended.ru_utime + ended.ru_stime
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == os.getpid():
                used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def bare(paths: list[str]) -> int:
    """Decode with Pillow's draft mode, as a loop that does nothing else."""
    for path in paths:
        with Image.open(path) as image:
            image.draft("RGB", (256, 256))
            image.load()
    return len(paths)


def bare_loop(chunks: list[list[str]], jobs: int) -> tuple[float, float]:
    """Return the wall and processor seconds of the bare loop."""
    pool = multiprocessing.get_context("spawn").Pool(jobs)
    pool.map(bare, [[]] * (4 * jobs), chunksize=1)
    began, used = time.monotonic(), processor_seconds()
    sum(pool.imap_unordered(bare, chunks))
    seconds = time.monotonic() - began
    pool.close()
    pool.join()
    return seconds, processor_seconds() - used


def scan_stage(dataset: Path, jobs: int, *, scan_only: bool) -> tuple[float, ...]:
    """Return the wall and processor seconds of the scan stage, then of the search."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        project = Project(dataset, Path(folder) / "p.inspector", jobs=jobs)
        stop = Stop()
        phases = Phases(stop, scan_only=scan_only)
        example = next(f for f in dataset.rglob("*") if f.suffix.lower() in ENDINGS)
        first = ReadTask(0, str(example), str(project.context.cache.records))
        list(project.context.pool().map([[first]] * (4 * jobs), stop=stop))
        began, used = time.monotonic(), processor_seconds()
        project.scans.scan(stop=stop, progress=phases)
        ended, all_used = time.monotonic(), processor_seconds()
        project.close()
    searching = ended - phases.ended, all_used - phases.seconds
    return phases.ended - began, phases.seconds - used, *searching


def measure(name: str, dataset: Path, jobs: int, *, scan_only: bool) -> None:
    """Print the figures of one dataset, bare and scan in turns, the better of two each."""
    files = sorted(str(f) for f in dataset.rglob("*") if f.suffix.lower() in ENDINGS)
    chunks = [files[i : i + 64] for i in range(0, len(files), 64)]
    bares, scans = [], []
    for turn in range(2):
        bares.append(bare_loop(chunks, jobs))
        # The search once is enough.
        scans.append(scan_stage(dataset, jobs, scan_only=scan_only or turn == 0))
    loop, scan = (min(s[0] for s in turns) for turns in (bares, scans))
    loop_used, scan_used = (min(s[1] for s in turns) for turns in (bares, scans))
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    count = len(files)
    print(
        f"{name}: {count} files, bare {count / loop:.0f}/s, scan {count / scan:.0f}/s,"
        f" ratio {loop / scan:.2f}; processor time a file {loop_used / count * 1e6:.0f} and"
        f" {scan_used / count * 1e6:.0f} us, ratio {loop_used / scan_used:.2f};"
        f" search {'not measured' if scan_only else _search(scans[-1], loop_used)};"
        f" peak {peak / 1024:.0f} MiB",
        flush=True,
    )


def _search(scan: tuple[float, ...], loop_used: float) -> str:
    _, used, wall, search_used = scan
    both = used + search_used
    return (
        f"{wall:.1f} s, {search_used:.1f} s of the processor; with the scan {both:.1f},"
        f" {both / loop_used:.1f} times the bare loop"
    )


def main() -> None:
    """Measure CIFAR-10 and re-encoded photos."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=os.environ.get("INSPECTOR_DATA", DEFAULT))
    parser.add_argument("--cifar", type=int, default=60_000)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--folder", type=Path, nargs="*", default=[], help="other datasets")
    parser.add_argument("--scan-only", action="store_true")
    words = parser.parse_args()
    jobs = os.cpu_count() or 1
    for dataset in words.folder:
        measure(dataset.name, dataset, jobs, scan_only=words.scan_only)
    with tempfile.TemporaryDirectory() as folder:
        if words.photos:
            target = Path(folder) / "photos" / "aerial"
            target.mkdir(parents=True)
            photos = sorted((words.data / "photos").glob("*.jpg"))
            for i in range(words.photos):
                with Image.open(photos[i % len(photos)]) as image:
                    wide = image.resize((4000, 3000))
                    wide.save(target / f"{i:03d}.jpg", quality=80 + i % 15)
            measure("12-megapixel photos", target.parent, jobs, scan_only=words.scan_only)
        if words.cifar:
            with tarfile.open(words.data / "cifar10.tar.gz") as archive:
                archive.extractall(Path(folder) / "cifar", filter="data")
            (root,) = (p.parent for p in Path(folder, "cifar").rglob("train") if p.is_dir())
            if words.cifar < 60_000:
                for file in sorted(root.rglob("*.jpg"))[words.cifar :]:
                    file.unlink()
            measure("CIFAR-10", root, jobs, scan_only=words.scan_only)


if __name__ == "__main__":
    main()
