"""How good the ranking of suspected label errors is, and how often a review's interval holds.

    python bench/label_errors.py FOLDER --truth FILE.csv
    python bench/label_errors.py FOLDER... --share 0.05 --seeds 3

With --truth (columns path and label) the folder's labels are taken as they are, and judged by the
file's. Without it labels are turned at random: that is far easier than what people get wrong, and
labels that were wrong before count as false alarms. Prints the precision of the first 100, 200 and
500 and the recall of the first 500, with 95 % intervals over images, for descriptors alone and
joined with the embedding; then the coverage of the 90 % interval of 80 and 200 verdicts.
"""

import argparse
import csv
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.audit.joined_features import joined
from inspector.audit.label_errors import wrong_labels
from inspector.audit.stratified_review import (
    CUTS,
    MORE,
    TARGET,
    JudgedStratum,
    allocation,
    error_count,
)
from inspector.project.project import Project

DEPTHS = (100, 200, 500)
RESAMPLES = 500
REVIEWS = 500
Flags = NDArray[np.bool_]


def main() -> None:
    """Print a table for each dataset and seed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    for folder in asked.folders:
        paths, labels, group, features = _features(folder)
        classes = sorted(set(labels))
        if asked.truth:
            with asked.truth.open(encoding="utf-8", newline="") as stream:
                truth = {row["path"]: row["label"] for row in csv.DictReader(stream)}
            classes = sorted({*classes, *truth.values()})
            right = np.array([classes.index(truth[path]) for path in paths])
            given = np.array([classes.index(label) for label in labels])
            _report(f"{folder.name}, true noise", given, right, group, features)
            continue
        right = np.array([classes.index(label) for label in labels])
        for seed in range(asked.seeds):
            rng = np.random.default_rng(seed)
            turned = rng.random(len(right)) < asked.share
            step = rng.integers(1, len(classes), len(right))
            given = np.where(turned, (right + step) % len(classes), right)
            _report(f"{folder.name}, turned, seed {seed}", given, right, group, features)


def _features(
    folder: Path,
) -> tuple[list[str], list[str], NDArray[np.int64], dict[str, NDArray[np.float32]]]:
    with tempfile.TemporaryDirectory() as home:
        project = Project(folder, Path(home) / "labels.inspector")
        project.scans.scan()
        project.embeddings.complete()
        rows = project.groups.images()
        project.embeddings.write(rows, Path(home) / "vectors.npy")
        vectors = np.load(Path(home) / "vectors.npy")
        descriptors = project.groups.fingerprints.described(rows)
        numbers = project.groups.numbers(rows, with_duplicates=True)
        project.close()
    alone = np.bincount(numbers)[numbers] == 1
    group = np.where(alone, -1, numbers).astype(np.int64)
    features = {"descriptors": joined(None, descriptors), "joined": joined(vectors, descriptors)}
    return [s.path for s in rows], [s.label for s in rows], group, features


def _report(
    name: str,
    given: NDArray[np.int64],
    right: NDArray[np.int64],
    group: NDArray[np.int64],
    features: dict[str, NDArray[np.float32]],
) -> None:
    print(f"\n{name}: {len(given):,} images, {(given != right).sum():,} wrong labels")
    for kind, x in features.items():
        errors = wrong_labels(x, given, group)
        wrong = (given != right)[errors.ranking]
        print(f"  {kind:12}", _figures(wrong), f"listed {len(errors.index)}")
    for target in (TARGET, MORE):
        print(f"  {target:3} verdicts  {_coverage(wrong, target)}")


def _figures(wrong: Flags) -> str:
    """Return precision and recall in the ranking; intervals by drawing images anew."""
    rng = np.random.default_rng(0)
    drawn = np.sort(rng.integers(0, len(wrong), (RESAMPLES, len(wrong))), axis=1)
    parts = []
    for depth in DEPTHS:
        low, high = np.quantile(wrong[drawn][:, :depth].mean(axis=1), (0.025, 0.975))
        parts.append(f"P@{depth} {wrong[:depth].mean():.3f} ({low:.3f} to {high:.3f})")
    again = wrong[drawn]
    recall = again[:, :500].sum(axis=1) / np.maximum(1, again.sum(axis=1))
    low, high = np.quantile(recall, (0.025, 0.975))
    own = wrong[:500].sum() / max(1, wrong.sum())
    return " ".join([*parts, f"R@500 {own:.3f} ({low:.3f} to {high:.3f})"])


def _coverage(wrong: Flags, target: int) -> str:
    """Review many times, and tell how often the interval holds the true count."""
    rng = np.random.default_rng(1)
    ends = [cut for cut in CUTS if cut < len(wrong)] + [len(wrong)]
    parts = [wrong[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    shares = allocation([len(part) for part in parts], target)
    counts = [
        error_count([
            JudgedStratum(len(part), share, int(rng.choice(part, share, replace=False).sum()))
            for part, share in zip(parts, shares, strict=True)
        ])
        for _ in range(REVIEWS)
    ]  # fmt: skip
    known = [c for c in counts if c is not None]
    true = int(wrong.sum())
    held = np.mean([c.low <= true <= c.high for c in known])
    values = np.array([c.count for c in known])
    return f"mean {values.mean():.0f} of {true}, sd {values.std():.0f}, interval holds {held:.3f}"


if __name__ == "__main__":
    main()
