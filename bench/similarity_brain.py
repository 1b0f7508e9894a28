"""Measure which augmented brain scans find their source, and what is wrongly joined.

    python bench/similarity_brain.py [--data DIR] [--jobs N]

`aug_<ORIGINAL>_0_n.jpg` names its source: images of one source are its family. A copy counts
as found if a pair joins it to another member of its family. A pair that joins two families is
unexpected, unless the two originals are a sure pair themselves (the set holds many duplicates and
neighbouring slices of its own); whether those are true is for the eye: see contact_sheets.py.
Clothing has no known copies: its sure pairs are counted, and judged by eye (contact_sheets.py).
"""

import argparse
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.similarity.levels import POSSIBLE, SURE
from inspector.similarity.verification import Pairs
from similarity_cifar import DATA, find_alike

ENDINGS = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True)
class Brain:
    """The scans, their pairs and the family of each."""

    files: list[Path]
    families: list[str]
    pairs: Pairs
    joined: set[frozenset[str]]

    def across(self) -> NDArray[np.bool_]:
        """Tell of each pair whether it joins families whose originals are not alike."""
        ends = zip(self.pairs.a.tolist(), self.pairs.b.tolist(), strict=True)
        names = [frozenset((self.families[a], self.families[b])) for a, b in ends]
        return np.array([len(n) == 2 and n not in self.joined for n in names], bool)


def images(folder: Path) -> list[Path]:
    """List the images below a folder."""
    return sorted(f for f in folder.rglob("*") if f.suffix.lower() in ENDINGS)


def family(file: Path) -> str:
    """Return the name of a scan's source: "1 no" of "aug_1 no._0_1102.jpg" and of "1 no.jpeg"."""
    copy = re.fullmatch(r"aug_(.+)_0_\d+", file.stem)
    return (copy.group(1) if copy else file.stem).rstrip(".").lower()


def find_brain(data: Path, jobs: int) -> Brain:
    """Find what is alike among originals and augmented copies."""
    files = images(data / "brain_aug")
    families = [family(f) for f in files]
    _, _, pairs, _ = find_alike(files, jobs)
    joined = {
        frozenset((families[a], families[b]))
        for a, b, similarity in zip(
            pairs.a.tolist(), pairs.b.tolist(), pairs.similarity.tolist(), strict=True
        )
        if similarity >= SURE and not is_copy(files[a]) and not is_copy(files[b])
    }
    return Brain(files, families, pairs, joined)


def is_copy(file: Path) -> bool:
    """Tell an augmented copy from an original."""
    return file.stem.startswith("aug_")


def report_brain(brain: Brain) -> None:
    """Print recall by source and the share of pairs across families, at both levels."""
    copies = [i for i, f in enumerate(brain.files) if is_copy(f)]
    originals = {brain.families[i] for i, f in enumerate(brain.files) if not is_copy(f)}
    sizes = Counter(brain.families)
    known = sum(brain.families[i] in originals for i in copies)
    alone = [i for i in copies if sizes[brain.families[i]] == 1]
    print(
        f"{len(brain.files)} scans, {len(copies)} of them copies of"
        f" {len({brain.families[i] for i in copies})} sources; {known} have their original here,"
        f" {len(alone)} have nothing of their family here"
    )
    a, b = brain.pairs.a, brain.pairs.b
    same = np.array(brain.families)[a] == np.array(brain.families)[b]
    across = brain.across()
    for name, level in (("sure", SURE), ("possible or sure", POSSIBLE)):
        at = brain.pairs.similarity >= level
        ends = zip(a[at & same].tolist(), b[at & same].tolist(), strict=True)
        both_ways = [pair for x, y in ends for pair in ((x, y), (y, x))]
        found = {end for end, _ in both_ways}
        to_source = {end for end, other in both_ways if not is_copy(brain.files[other])}
        hit, direct = (len(set(copies) & ends) for ends in (found, to_source))
        count, wrong, differ = int(at.sum()), int((at & across).sum()), int((at & ~same).sum())
        print(
            f"{name}: {count:,} pairs; copies with a pair in their family"
            f" {hit}/{len(copies)} = {hit / len(copies):.3f}, with their original {direct}/{known}"
            f" = {direct / known:.3f}; pairs across families {differ}, of which the originals are"
            f" no sure pair {wrong} = {wrong / max(1, count):.4f} of all"
        )
    joined = sum(len(names) == 2 for names in brain.joined)
    print(f"pairs of families whose originals are a sure pair: {joined}")


def report_clothing(data: Path, jobs: int) -> None:
    """Print how many pairs the clean control has."""
    files = images(data / "clothing")
    _, _, pairs, _ = find_alike(files, jobs)
    print(f"clothing, {len(files)} photos")
    for level in (POSSIBLE, 0.7, 0.75, 0.8, SURE, 0.9, 0.95):
        print(f"similarity >= {level:.2f}: {int((pairs.similarity >= level).sum())} pairs")


def main() -> None:
    """Measure both sets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    words = parser.parse_args()
    report_brain(find_brain(words.data, words.jobs))
    report_clothing(words.data, words.jobs)


if __name__ == "__main__":
    main()
