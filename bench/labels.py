"""How often a suspected wrong label is one: labels are turned at random, and looked for.

    python bench/labels.py FOLDER... [--share 0.05] [--seeds 3]

Prints for each dataset how often baseline models are right out of fold, how many labels changed,
how many images are suspects, and how many of these were turned. Labels that were wrong before count
as false alarms here, so the share is a lower bound.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from inspector.audit.descriptors import describe, reduce
from inspector.audit.label_errors import out_of_fold, wrong_labels
from inspector.project.project import Project


def main() -> None:
    """Print a line a dataset and seed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    print("dataset            images  models right  turned  suspects  of these turned")
    for folder in asked.folders:
        _measure(folder, asked.share, asked.seeds)


def _measure(folder: Path, share: float, seeds: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        project = Project(folder, Path(home) / "labels.inspector")
        project.scans.scan()
        rows = project.groups.images()
        x = reduce(describe(project.groups.records(rows)))
        numbers = project.groups.numbers(rows, with_duplicates=True)
        project.close()
    alone = np.bincount(numbers)[numbers] == 1
    group = np.where(alone, -1, numbers).astype(np.int64)
    classes = sorted({s.label for s in rows})
    labels = np.array([classes.index(s.label) for s in rows], np.int64)
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        turned = rng.random(len(labels)) < share
        noisy = np.where(
            turned, (labels + rng.integers(1, len(classes), len(labels))) % len(classes), labels
        )
        right = out_of_fold(x, noisy, group).argmax(axis=1) == noisy
        found = wrong_labels(x, noisy, group).index
        print(
            f"{folder.name:18} {len(rows):6,} {right.mean():13.3f} {turned.sum():7}"
            f" {len(found):9} {turned[found].sum():9}"
        )


if __name__ == "__main__":
    main()
