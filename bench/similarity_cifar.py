"""Measure how many of CIFAR-10's annotated duplicates are found, and how early in the list.

    python bench/similarity_cifar.py [--cifar DIR] [--jobs N] [--keep FILE.npz]

The annotation (ciFAIR, a sample of it) names one partner for a test image and nothing inside
train: a reported pair that it lacks is not proven false, so precision is a lower bound. Goal: at
least 0.90 of the annotated near pairs (judgement 1) among the first 1,000 test-train pairs.
--keep writes the records, candidates and reported pairs, for looking closer.
"""

import argparse
import csv
import multiprocessing
import os
import tarfile
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.decoding import read_picture
from inspector.similarity.fingerprints import FINGERPRINT, fingerprint
from inspector.similarity.levels import POSSIBLE, SURE
from inspector.similarity.packing import PACKED, pack, unpack
from inspector.similarity.pairs import Candidates
from inspector.similarity.proposals import propose
from inspector.similarity.verification import Pairs, compare, verify

DATA = Path(
    os.environ.get("INSPECTOR_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)
FIRST = (100, 200, 500, 1_000, 2_000)
NEAR, VERY_SIMILAR = 1, 2
CHUNK = 4_000
Key = tuple[int, int]


def find_alike(
    files: Sequence[Path], jobs: int, splits: NDArray[np.int32] | None = None
) -> tuple[NDArray[np.void], Candidates, Pairs, dict[str, float]]:
    """Fingerprint files, propose pairs and verify them; print and return the seconds of each."""
    seconds: dict[str, float] = {}
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, context.Pool(jobs) as pool:
        pool.map(_records_of, [[] for _ in range(jobs)])
        began = time.monotonic()
        names = [str(f) for f in files]
        cuts = [names[i : i + 256] for i in range(0, len(names), 256)]
        raw = b"".join(pool.map(_records_of, cuts, chunksize=1))
        records = np.frombuffer(raw, FINGERPRINT)
        seconds["fingerprints"] = _took(began, f"fingerprints of {len(records):,}")
        began = time.monotonic()
        proposed = propose(records, splits)
        seconds["candidates"] = _took(began, f"{len(proposed.a):,} candidates")
        began = time.monotonic()
        path = Path(folder) / "records.npy"
        np.save(path, records)
        tasks = [(str(path), *_columns(proposed, cut)) for cut in _cuts(proposed)]
        parts = pool.starmap(_verify, tasks, chunksize=1)
        found = Pairs(*(np.concatenate(c) for c in zip(*parts, strict=True))) if parts else _none()
        seconds["verification"] = _took(began, f"verified, {len(found.a):,} reported")
    order = np.argsort(-found.similarity, kind="stable")
    return records, proposed, Pairs(*(c[order] for c in _all_columns(found))), seconds


def _records_of(names: Sequence[str]) -> bytes:
    """Return the records of images; a file without pixels has a flat, empty one."""
    records = np.zeros(len(names), FINGERPRINT)
    records["flat"] = True
    for i, name in enumerate(names):
        pixels = read_picture(name).pixels
        if pixels is not None:
            records[i] = fingerprint(pixels)
    # As a scan keeps them.
    packed = b"".join(pack(record) for record in records)
    return unpack(np.frombuffer(packed, PACKED)).tobytes()


def _verify(file: str, *columns: NDArray[np.generic]) -> tuple[NDArray[np.generic], ...]:
    records = np.load(file, mmap_mode="r")
    return _all_columns(verify(records, Candidates(*columns)))  # type: ignore[arg-type]


def _all_columns(pairs: Pairs) -> tuple[NDArray[np.generic], ...]:
    return pairs.a, pairs.b, pairs.transform, pairs.similarity


def _columns(proposed: Candidates, cut: slice) -> tuple[NDArray[np.generic], ...]:
    return proposed.a[cut], proposed.b[cut], proposed.transform[cut]


def _cuts(proposed: Candidates) -> list[slice]:
    """Cut the candidates in chunks; the transforms of one pair stay together."""
    n = len(proposed.a)
    begins = (np.diff(proposed.a) != 0) | (np.diff(proposed.b) != 0)
    ends, start = [], 0
    for end in (*(np.flatnonzero(begins) + 1).tolist(), n):
        if end - start >= CHUNK or end == n:
            ends.append(slice(start, end))
            start = end
    return [cut for cut in ends if cut.stop > cut.start]


def _none() -> Pairs:
    return verify(np.zeros(0, FINGERPRINT), propose(np.zeros(0, FINGERPRINT)))


def _took(began: float, what: str) -> float:
    seconds = time.monotonic() - began
    print(f"{what}: {seconds:.1f} s", flush=True)
    return seconds


def annotated(file: Path, index: dict[str, int]) -> dict[Key, int]:
    """Read annotated pairs as row numbers in order, with their judgement."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [(row[0], row[1], int(row[2])) for row in list(csv.reader(stream))[1:]]
    return {ordered(index[a], index[b]): judgement for a, b, judgement in rows}


def ordered(a: int, b: int) -> Key:
    """Return a pair of rows, the smaller first."""
    return (a, b) if a < b else (b, a)


def report(title: str, truth: dict[Key, int], pairs: list[tuple[Key, float]]) -> None:
    """Print precision and recall at both levels, and the curve."""
    kinds = {"near": NEAR, "very similar": VERY_SIMILAR}
    totals = {name: sum(j == kind for j in truth.values()) for name, kind in kinds.items()}
    print(f"\n{title}: {totals['near']} near and {totals['very similar']} very similar annotated")
    hits = [truth.get(key, 0) for key, _ in pairs]
    for name, level in (("sure", SURE), ("possible", POSSIBLE)):
        count = sum(similarity >= level for _, similarity in pairs)
        there = [h for h in hits[:count] if h]
        shares = _shares(there, kinds, totals)
        lower = len(there) / count if count else 0.0
        print(f"{name:9s} {count:6,} pairs, precision at least {lower:.3f}, recall {shares}")
    for first in FIRST:
        print(f"first {first:5,}: {_shares(hits[:first], kinds, totals)}")


def _shares(hits: Iterable[int], kinds: dict[str, int], totals: dict[str, int]) -> str:
    there = list(hits)
    return ", ".join(
        f"{name} {there.count(kind)}/{totals[name]} = {there.count(kind) / totals[name]:.3f}"
        for name, kind in kinds.items()
        if totals[name]
    )


def lost(
    truth: dict[Key, int], proposed: Candidates, records: NDArray[np.void],
    pairs: list[tuple[Key, float]], files: Sequence[str],
) -> None:  # fmt: skip
    """Say of each annotated near pair outside the first 1,000 at which stage it went."""
    known = set(zip(proposed.a.tolist(), proposed.b.tolist(), strict=True))
    rank = {key: i + 1 for i, (key, _) in enumerate(pairs)}
    print("\nnear pairs that are not among the first 1,000:")
    for key in (k for k, judgement in truth.items() if judgement == NEAR):
        if rank.get(key, 10_000) <= 1_000:
            continue
        alike = compare(records[key[0]], records[key[1]], 0)
        stage = "not a candidate" if key not in known else "not verified"
        if key in rank:
            stage = f"at place {rank[key]:,}"
        print(f"  {files[key[0]]} {files[key[1]]}: {stage}, similarity {alike:.3f}")


def measure(root: Path, jobs: int, keep: Path | None) -> None:
    """Print the figures of CIFAR-10 in a folder."""
    files = sorted(root.rglob("*.jpg"))
    names = [f.relative_to(root).as_posix() for f in files]
    index = {name: i for i, name in enumerate(names)}
    test = np.array([name.startswith("test/") for name in names])
    records, proposed, found, seconds = find_alike(files, jobs, test.astype(np.int32))
    if keep:
        np.savez(keep, records=records, names=names, a=proposed.a, b=proposed.b,
                 t=proposed.transform, fa=found.a, fb=found.b, ft=found.transform,
                 fs=found.similarity)  # fmt: skip
    print(f"all phases {sum(seconds.values()):.0f} s with {jobs} processes")
    rows = list(zip(found.a.tolist(), found.b.tolist(), found.similarity.tolist(), strict=True))
    across = [((a, b), s) for a, b, s in rows if test[a] != test[b]]
    truth = annotated(DATA / "cifar10_pairs.csv", index)
    report("test-train", truth, across)
    inside = [((a, b), s) for a, b, s in rows if test[a] and test[b]]
    report("test-test", annotated(DATA / "cifar10_test_pairs.csv", index), inside)
    lost(truth, proposed, records, across, names)


def main() -> None:
    """Unpack CIFAR-10 where no folder is given, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cifar", type=Path, help="folder with train/ and test/, unpacked")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path)
    words = parser.parse_args()
    if words.cifar:
        measure(words.cifar, words.jobs, words.keep)
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(DATA / "cifar10.tar.gz") as archive:
            archive.extractall(folder, filter="data")
        (root,) = (p.parent for p in Path(folder).rglob("train") if p.is_dir())
        measure(root, words.jobs, words.keep)


if __name__ == "__main__":
    main()
