"""Measure a scan by the workers of this machine and by those of a Dask cluster on it, in one run.

    python bench/cluster.py [--images 3000] [--side 64] [--workers 2] [--work DIR]

Processor seconds are of all processes together, by the phase that the scan was in. Both must find
the same pairs. A scan of a few images comes before: it compiles, and shows what the start takes.
That of local workers is in each scan, that of Dask's workers only in their first one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil

from inspector.project.catalog.cluster_scans import ClusterChoice, use_cluster
from inspector.project.project import Project
from inspector.work.jobs import Progress
from scale_dataset import make_scale_dataset

WARM_IMAGES = 150


def tree_seconds(*roots: int) -> float:
    """Return the processor seconds of processes and all below, the ended ones included."""
    total = 0.0
    for root in roots:
        for process in [psutil.Process(root), *psutil.Process(root).children(recursive=True)]:
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            total += times.user + times.system + times.children_user + times.children_system
    return total


class Phases:
    """Processor seconds by phase of a scan."""

    def __init__(self, progress: Progress, roots: Sequence[int]) -> None:
        self.seconds: Counter[str] = Counter()
        self._progress, self._roots = progress, roots
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Phases":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        used, phase = tree_seconds(*self._roots), ""
        while True:
            over = self._end.wait(0.1)
            now = tree_seconds(*self._roots)
            self.seconds[phase or "start"] += now - used
            used, phase = now, self._progress.snapshot().phase
            if over:
                return


def scan(
    dataset: Path, file: Path, jobs: int, choice: ClusterChoice | None, roots: list[int]
) -> dict:
    """Scan into a new project and cache; return what it took and found."""
    os.environ["XDG_CACHE_HOME"] = str(file.parent / f"{file.stem}-cache")
    project = Project(dataset, file, jobs=jobs)
    try:
        if choice is not None:
            use_cluster(project.context, choice)
        progress = Progress()
        began = time.monotonic()
        with Phases(progress, roots) as phases:
            project.scans.scan(progress=progress)
        paths = {s.id: s.path for s in project.samples.everything()}
        pairs = sorted(
            (paths[p.a], paths[p.b], p.transform, p.similarity)
            for p in project.context.store.duplicates.pairs()
        )
        return {
            "wall": time.monotonic() - began, "cpu": sum(phases.seconds.values()),
            "phases": dict(phases.seconds), "pairs": pairs,
        }  # fmt: skip
    finally:
        project.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=3_000)
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--work", type=Path, help="a new folder; by default a temporary one")
    words = parser.parse_args()
    if words.work is None:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), words)
    else:
        measure(words.work, words)


def measure(work: Path, words: argparse.Namespace) -> None:
    """Scan by both engines and print."""
    work.mkdir(parents=True, exist_ok=True)
    datasets = {}
    for images in (WARM_IMAGES, words.images):
        datasets[images] = work / f"d{images}"
        if not datasets[images].exists():
            make_scale_dataset(datasets[images], images=images, side_px=words.side)
    file = work / "scheduler.json"
    file.unlink(missing_ok=True)
    dask = [sys.executable, "-m", "dask"]
    log = (work / "log").open("wb")
    scheduler = subprocess.Popen(
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
         "--scheduler-file", str(file)], stderr=log,
    )  # fmt: skip
    while not file.exists():
        time.sleep(0.1)
    workers = subprocess.Popen(
        [*dask, "worker", "--scheduler-file", str(file), "--nworkers", str(words.workers),
         "--nthreads", "1", "--no-dashboard", "--local-directory", str(work / "local")],
        stderr=log,
    )  # fmt: skip
    try:
        url = json.loads(file.read_text())["address"]
        roots = [os.getpid()]
        rows = {}
        for engine in ("local", "dask"):
            for images, dataset in datasets.items():
                project = work / f"{engine}{images}.inspector"
                assert not project.exists(), f"remove {project}"
                choice = ClusterChoice(url) if engine == "dask" else None
                rows[engine, images] = scan(dataset, project, words.workers, choice, roots)
        one, two = rows["local", words.images], rows["dask", words.images]
        assert one["pairs"] == two["pairs"], "the engines differ"
        few = [rows[engine, WARM_IMAGES]["cpu"] for engine in ("local", "dask")]
        print(f"{WARM_IMAGES} images, start and all: local cpu {few[0]:.1f} s, dask {few[1]:.1f} s")
        print_results(words, one, two, shards_of=work / f"dask{words.images}.inspector")
        print(f"  scheduler: {tree_seconds(scheduler.pid):.1f} s in all")
    finally:
        for process in (workers, scheduler):
            process.terminate()
            process.wait()


def print_results(words: argparse.Namespace, one: dict, two: dict, *, shards_of: Path) -> None:
    """Print what the two scans took, and the sizes of the shards."""
    shards = shards_of.with_suffix(".inspector.shards")
    sizes: Counter[str] = Counter()
    for shard in shards.rglob("*.parquet"):
        kind = shard.name.rpartition(".")[0].partition("-")[0]
        sizes[kind] += shard.stat().st_size
    print(f"{words.images} images of {words.side} px, {len(one['pairs'])} pairs, the same in both")
    print(
        f"local: cpu {one['cpu']:.1f} s; dask: cpu {two['cpu']:.1f} s,"
        f" {two['cpu'] / one['cpu']:.2f} times; walls {one['wall']:.0f} {two['wall']:.0f}"
    )
    for phase in [*one["phases"], *(p for p in two["phases"] if p not in one["phases"])]:
        print(f"  {phase}: {one['phases'].get(phase, 0):.2f} {two['phases'].get(phase, 0):.2f}")
    for kind, size in sizes.most_common():
        print(f"  shards {kind}: {size / words.images:.0f} bytes per image")


if __name__ == "__main__":
    main()
