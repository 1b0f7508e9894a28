"""Compare the duplicate search with other programs: recall, false pairs, CPU and memory.

    python bench/peers.py [--data DIR] [--photos 60] [--python PYTHON] [--tiny N]

Writes clothing photos and changed copies of each to one folder, and searches it with this program,
without and with the embedding, and with each of imgdd, czkawka and imagededup that the interpreter
named by --python imports (install them in an environment of their own). Recall is the share of
copies in one group with their original, a false pair is one of two photos in one group. The setting
of a peer without false pairs is the one to compare. --tiny times N images of CIFAR-10, too.
"""

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from similarity_transforms import ASKED, HARD, rotate

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"
CHANGES = ASKED | HARD | {"rotate 25": rotate(25)}
SAME = {"b59e4d4a-a283-4868-8a81-2f24d8b9c8d8", "e6a8b33f-279c-4072-8dba-229d94205e55"}
# Each prints groups of paths as JSON.
PEERS = {
    "imgdd phash": "import imgdd; groups = imgdd.dupes(folder, algo='phash').values()",
    **{
        f"czkawka {bits} bits": "import czkawka; s = czkawka.ImageSimilarity();"
        f" s.set_directories([folder]); s.set_similarity({bits}); groups = s.find_similar()"
        for bits in (2, 5, 8)
    },
    **{
        f"imagededup {method.lower()} {bits}": f"from imagededup.methods import {method};"
        f" found = {method}(verbose=False).find_duplicates(image_dir=folder, recursive=True,"
        f" max_distance_threshold={bits}); groups ="
        " [[folder + '/' + a, folder + '/' + b] for a, bs in found.items() for b in bs]"
        for method, bits in (("PHash", 10), ("PHash", 8), ("DHash", 10), ("DHash", 6))
    },
}
CHILD = (
    "import json, sys; folder = sys.argv[1]; {}; print('GROUPS' + json.dumps("
    "[[str(path) for path in group] for group in groups]))"
)


class Search(NamedTuple):
    """What one program took and found."""

    groups: list[list[str]]
    cpu_seconds: float
    peak_mib: float


def searched(words: list[str], environment: dict[str, str] | None = None) -> Search | None:
    """Run a program; None if it fails, as where a package is missing."""
    # A process of its own, so that its children's time is all there is.
    timer = (
        "import resource, subprocess, sys; r = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE,"
        " stderr=subprocess.PIPE); u = resource.getrusage(resource.RUSAGE_CHILDREN);"
        " sys.stdout.buffer.write(r.stdout);"
        " print('\\nUSED', u.ru_utime + u.ru_stime, u.ru_maxrss / 1024); sys.exit(r.returncode)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", timer, *words],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    if answer.returncode:
        return None
    lines = answer.stdout.splitlines()
    used = next(line for line in lines if line.startswith("USED")).split()[1:]
    groups = next((line[6:] for line in lines if line.startswith("GROUPS")), "")
    if groups:
        return Search(json.loads(groups), float(used[0]), float(used[1]))
    document = json.loads("\n".join(lines[: len(lines) - 1]))
    root = words[words.index("duplicates") + 1]
    pairs = [p for p in document["pairs"] if p["similarity"] >= document["threshold"]]
    paths = [[f"{root}/{p['a']}", f"{root}/{p['b']}"] for p in pairs]
    return Search(paths, float(used[0]), float(used[1]))


def own(folder: Path, scratch: Path, *extra: str) -> Search | None:
    """Search with this program, in a project and a cache of its own."""
    scratch.mkdir(parents=True)
    words = [sys.executable, "-m", "inspector", "duplicates", str(folder), "--json", "--quiet"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(scratch)}
    return searched([*words, "--project", str(scratch / "p.inspector"), *extra], environment)


def programs(folder: Path, scratch: Path, python: str) -> Iterable[tuple[str, Search | None]]:
    """Yield the name of each program, and what it took and found."""
    yield "this program", own(folder, scratch / "plain")
    yield "with the embedding", own(folder, scratch / "embedded", "--embedding")
    for name, code in PEERS.items():
        yield name, searched([python, "-c", CHILD.format(code), str(folder)])


def write(files: list[Path], folder: Path) -> int:
    """Write photos and their changed copies; return the number of files."""
    for number, file in enumerate(files):
        photo = cv2.imread(str(file))
        for name, change in {"original": lambda p: p, **CHANGES}.items():
            target = folder / ("train" if name == "original" else "test") / "photo"
            target.mkdir(parents=True, exist_ok=True)
            picture = np.ascontiguousarray(change(photo))
            cv2.imwrite(str(target / f"{number:04}~{name.replace('%', 'pc')}.jpg"), picture)
    return len(files) * (len(CHANGES) + 1)


def report(search: Search, photos: int) -> str:
    """Return recall of each change, false pairs and costs as a row."""
    parent: dict[str, str] = {}

    def head(path: str) -> str:
        while parent.get(path, path) != path:
            path = parent[path]
        return path

    false = set()
    for group in search.groups:
        names = [Path(path).stem for path in group]
        numbers = sorted({name.partition("~")[0] for name in names})
        false.update((a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :])
        for name in names[1:]:
            # Two photos are not joined by a false pair.
            if name.partition("~")[0] == names[0].partition("~")[0]:
                parent[head(name)] = head(names[0])
    cells = []
    for change in CHANGES:
        copies = [f"{n:04}~{change.replace('%', 'pc')}" for n in range(photos)]
        there = sum(head(copy) == head(f"{copy[:4]}~original") for copy in copies)
        cells.append(f"{there / photos:.2f}")
    return (
        f"| {' | '.join(cells)} | {len(false)} | {search.cpu_seconds:.1f} | {search.peak_mib:.0f} |"
    )


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("INSPECTOR_DATA", DEFAULT))
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--tiny", type=int, default=0)
    asked = parser.parse_args()
    files = sorted(f for f in (asked.data / "clothing").rglob("*.jpg") if f.stem not in SAME)
    files = files[:: max(1, len(files) // asked.photos)][: asked.photos]
    with tempfile.TemporaryDirectory() as folder:
        count = write(files, Path(folder) / "photos")
        print(f"{count} files, {len(files)} photos with {len(CHANGES)} copies each")
        print(f"| program | {' | '.join(CHANGES)} | false pairs | CPU s | peak MiB |")
        print(f"|---|{'---|' * (len(CHANGES) + 3)}")
        for name, search in programs(Path(folder) / "photos", Path(folder) / "own", asked.python):
            row = "not installed |" if search is None else report(search, len(files))
            print(f"| {name} {row if row.startswith('|') else '| ' + row}", flush=True)
        if asked.tiny:
            with tarfile.open(asked.data / "cifar10.tar.gz") as archive:
                archive.extractall(Path(folder) / "tiny", filter="data")
            for file in sorted(Path(folder, "tiny").rglob("*.jpg"))[asked.tiny :]:
                file.unlink()
            print(f"\n{asked.tiny:,} images of CIFAR-10")
            for name, search in programs(Path(folder) / "tiny", Path(folder) / "t", asked.python):
                if search is not None and name != "with the embedding":
                    print(f"{name}: {search.cpu_seconds:.1f} CPU s, {search.peak_mib:.0f} MiB")


if __name__ == "__main__":
    main()
