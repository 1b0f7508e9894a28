"""Measure the scan stage against a bare loop that only decodes the same files, in one run.

    python bench/scan.py [--data DIR] [--cifar N] [--photos N]

The bare loop is Pillow's draft decode in as many processes. The ratio is scan speed over bare
speed; the goal is 0.7 or more. The scan stage is listing, reading, thumbnails, fingerprints and
the store; clustering is timed apart. Memory is the largest resident set of any process.
"""

import argparse
import multiprocessing
import os
import resource
import tarfile
import tempfile
import time
from pathlib import Path

from PIL import Image

from inspector.project.project import Project
from inspector.work.jobs import Progress

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"


class Phases(Progress):
    """Remember when each phase began."""

    def __init__(self) -> None:
        super().__init__()
        self.began: list[tuple[str, float]] = []

    def start(self, phase: str, total: int) -> None:
        """Note the time."""
        self.began.append((phase, time.monotonic()))
        super().start(phase, total)


def bare(paths: list[str]) -> int:
    """Decode with Pillow's draft mode, as a loop that does nothing else."""
    for path in paths:
        with Image.open(path) as image:
            image.draft("RGB", (256, 256))
            image.load()
    return len(paths)


def measure(name: str, dataset: Path, jobs: int) -> None:
    """Print the figures of one dataset, bare and scan in turns."""
    files = sorted(str(f) for f in dataset.rglob("*.jpg"))
    chunks = [files[i : i + 64] for i in range(0, len(files), 64)]
    rates = {"bare": 0.0, "scan": 0.0}
    clusters = 0.0
    for turn in range(2):
        began = time.monotonic()
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            sum(pool.imap_unordered(bare, chunks))
        rates["bare"] = max(rates["bare"], len(files) / (time.monotonic() - began))
        with tempfile.TemporaryDirectory() as folder:
            os.environ["XDG_CACHE_HOME"] = folder
            project = Project(dataset, Path(folder) / "p.inspector", jobs=jobs)
            phases = Phases()
            began = time.monotonic()
            project.scans.scan(progress=phases)
            ended = time.monotonic()
            project.close()
        split = dict(phases.began)["candidates"]
        rates["scan"] = max(rates["scan"], len(files) / (split - began))
        clusters = ended - split
        del turn
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"{name}: {len(files)} files, bare {rates['bare']:.0f}/s, scan {rates['scan']:.0f}/s,"
        f" ratio {rates['scan'] / rates['bare']:.2f}; clustering {clusters:.1f} s;"
        f" peak {peak / 1024:.0f} MiB",
        flush=True,
    )


def main() -> None:
    """Measure CIFAR-10 and re-encoded photos."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=os.environ.get("INSPECTOR_DATA", DEFAULT))
    parser.add_argument("--cifar", type=int, default=60_000)
    parser.add_argument("--photos", type=int, default=200)
    words = parser.parse_args()
    jobs = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        if words.photos:
            target = Path(folder) / "photos" / "aerial"
            target.mkdir(parents=True)
            photos = sorted((words.data / "photos").glob("*.jpg"))
            for i in range(words.photos):
                with Image.open(photos[i % len(photos)]) as image:
                    wide = image.resize((4000, 3000))
                    wide.save(target / f"{i:03d}.jpg", quality=80 + i % 15)
            measure("12-megapixel photos", target.parent, jobs)
        if words.cifar:
            with tarfile.open(words.data / "cifar10.tar.gz") as archive:
                archive.extractall(folder, filter="data")
            (root,) = (p.parent for p in Path(folder).rglob("train") if p.is_dir())
            if words.cifar < 60_000:
                for file in sorted(root.rglob("*.jpg"))[words.cifar :]:
                    file.unlink()
            measure("CIFAR-10", root, jobs)


if __name__ == "__main__":
    main()
