"""Measure an audit: copies that are found, and false pairs between unrelated datasets.

    PYTHONPATH=src python bench/audit.py copies WORK [--data DIR] [--photos 300]
    PYTHONPATH=src python bench/audit.py strangers WORK [--data DIR] [--cifar DIR]

`copies` writes changed copies of clothing photos to WORK, one dataset per change, and audits the
whole of clothing against each of them: as a dataset, as a fingerprint file, as a file of hashes
only. `strangers` compares every image of each set with every image of the others; CIFAR is the
unpacked set (train/CLASS/*.jpg). Caches and projects go below WORK, too.
"""

import argparse
import itertools
import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.project.project import Project
from inspector.project.review.audit_result import DatasetAudit
from inspector.project.review.duplicates import Level
from inspector.project.review.image_collection import collection_of
from inspector.similarity.fingerprint_file import Detail, read_fingerprints
from inspector.similarity.fingerprints import fingerprint
from inspector.similarity.levels import SURE
from inspector.similarity.pairs import Candidates
from inspector.similarity.proposals import propose
from inspector.similarity.verification import verify
from similarity_transforms import DEFAULT, Picture, crop, kept

SETS = ("clothing", "brain_aug", "daynight", "trash", "shelves", "photos")
ENDINGS = {".jpg", ".jpeg", ".png"}
# What a copy goes through: the change, and the file that it is saved as.
CHANGES: dict[str, tuple[Callable[[Picture], Picture], str, tuple[int, ...]]] = {
    "same pixels, another file": (lambda p: p, ".png", ()),
    "JPEG q75": (lambda p: p, ".jpg", (cv2.IMWRITE_JPEG_QUALITY, 75)),
    "JPEG q50": (lambda p: p, ".jpg", (cv2.IMWRITE_JPEG_QUALITY, 50)),
    "JPEG q20": (lambda p: p, ".jpg", (cv2.IMWRITE_JPEG_QUALITY, 20)),
    "resized to 1/2": (lambda p: _resized(p, 0.5), ".jpg", ()),
    "resized to 1/4": (lambda p: _resized(p, 0.25), ".jpg", ()),
    "resized to 224x224": (lambda p: cv2.resize(p, (224, 224), interpolation=3), ".jpg", ()),
    "cropped by 10 %": (crop(0.1), ".jpg", ()),
    "cropped by 20 %": (crop(0.2), ".jpg", ()),
    "cropped by 40 %": (crop(0.4), ".jpg", ()),
    "mirrored": (lambda p: p[:, ::-1], ".jpg", ()),
    "quarter turn": (np.rot90, ".jpg", ()),
}  # fmt: skip


def _resized(photo: Picture, factor: float) -> Picture:
    return cv2.resize(photo, None, fx=factor, fy=factor, interpolation=3)


def copies(work: Path, data: Path, photos: int) -> None:
    """Print the share of copies that an audit finds, by change and by what is known of B."""
    files = sorted((data / "clothing").rglob("*.jpg"))
    chosen = files[:: max(1, len(files) // photos)][:photos]
    source = Project(data / "clothing", work / "clothing.inspector")
    source.scans.scan()
    print(f"{len(chosen)} copies each, among {source.samples.counts().images:,} images")
    print(f"{'change':28s}{'dataset':>18s}{'fingerprints':>18s}{'hashes only':>18s}   not packed")
    for number, (name, (change, ending, options)) in enumerate(CHANGES.items()):
        folder = work / f"copies-{number}"
        for position, file in enumerate(chosen):
            target = folder / file.parent.name / f"{position:04}{ending}"
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                changed = np.ascontiguousarray(change(cv2.imread(str(file))))
                cv2.imwrite(str(target), changed, list(options))
        original = {f"{p:04}": str(f.relative_to(data / "clothing")) for p, f in enumerate(chosen)}
        rates = []
        other = Project(folder, work / f"copies-{number}.inspector")
        other.scans.scan()
        collections = [other.fingerprints.collection()]
        for detail in Detail:
            target = work / f"copies-{number}-{detail.value}.fingerprints"
            target.unlink(missing_ok=True)
            other.fingerprints.write(target, detail=detail)
            collections.append(collection_of(read_fingerprints(target)))
        for collection in collections:
            audit = source.audits.against(collection)
            assert audit is not None
            rates.append(_rate(audit, original))
        other.close()
        cells = "".join(
            f"{sure / len(chosen):>9.3f}{all_ / len(chosen):>9.3f}" for sure, all_ in rates
        )
        print(f"{name:28s}{cells}   {_not_packed(chosen, folder, ending):.3f}", flush=True)
    source.close()


def _rate(audit: DatasetAudit, original: dict[str, str]) -> tuple[int, int]:
    """Count the copies with a pair to their source: confirmed, and confirmed or candidate."""
    true = [p for p in audit.pairs if original[Path(p.b.path).stem] == p.a.path]
    sure = {p.b.path for p in true if p.level is Level.SURE}
    return len(sure), len({p.b.path for p in true})


def _not_packed(chosen: list[Path], folder: Path, ending: str) -> float:
    """Return the share of copies confirmed where no small image went through a JPEG."""
    n = len(chosen)
    photos = [cv2.imread(str(file))[..., ::-1] for file in chosen]
    photos += [
        cv2.imread(str(folder / file.parent.name / f"{position:04}{ending}"))[..., ::-1]
        for position, file in enumerate(chosen)
    ]
    records = np.stack([fingerprint(np.ascontiguousarray(photo)) for photo in photos])
    rows = np.repeat(np.arange(n, dtype=np.int32), 5)
    turns = np.tile(np.array([0, 1, 2, 4, 5], np.uint8), n)
    pairs = verify(records, Candidates(rows, rows + np.int32(n), turns))
    return float((pairs.similarity >= SURE).sum()) / n


def strangers(work: Path, data: Path, cifar: Path | None) -> None:
    """Print for every two sets how many pairs are confirmed or candidates."""
    tables = {name: _records(work, data / name) for name in SETS}
    couples = list(itertools.combinations(SETS, 2))
    if cifar is not None:
        tables["all of these"] = np.concatenate([tables[name] for name in SETS])
        tables["CIFAR-10 train"] = _records(work, cifar / "train")
        couples.append(("all of these", "CIFAR-10 train"))
    total = confirmed = candidates = 0
    for one, two in couples:
        a, b = tables[one], tables[two]
        both = np.concatenate([a, b])
        splits = np.repeat(np.arange(2, dtype=np.int32), (len(a), len(b)))
        proposed = propose(both, splits)
        across = (proposed.a < len(a)) & (proposed.b >= len(a))
        crossing = Candidates(proposed.a[across], proposed.b[across], proposed.transform[across])
        pairs = verify(both, crossing)
        sure, possible = int((pairs.similarity >= SURE).sum()), len(pairs.a)
        best = float(pairs.similarity.max(initial=0.0))
        compared = len(a) * len(b)
        total, confirmed, candidates = total + compared, confirmed + sure, candidates + possible
        by_hash = len(np.unique(crossing.a.astype(np.int64) * len(both) + crossing.b))
        print(
            f"{one} x {two}: {compared:,} pairs, {by_hash:,} proposed, {possible} candidates or"
            f" confirmed, {sure} confirmed; the most similar {best:.3f}", flush=True,
        )  # fmt: skip
    print(f"all: {total:,} pairs, {candidates} candidates or confirmed, {confirmed} confirmed")


def classes(work: Path, cifar: Path) -> None:
    """Print the pairs between different classes of CIFAR's training images."""
    names = sorted(folder.name for folder in (cifar / "train").iterdir())
    tables = [_records(work, cifar / "train" / name) for name in names]
    files = [file for name in names for file in _files(cifar / "train" / name)]
    label = np.repeat(np.arange(len(names), dtype=np.int32), [len(t) for t in tables])
    both = np.concatenate(tables)
    proposed = propose(both, label)
    apart = label[proposed.a] != label[proposed.b]
    pairs = verify(
        both, Candidates(proposed.a[apart], proposed.b[apart], proposed.transform[apart])
    )
    same = sum(len(t) * (len(t) - 1) // 2 for t in tables)
    compared = len(both) * (len(both) - 1) // 2 - same
    sure = np.flatnonzero(pairs.similarity >= SURE)
    print(
        f"classes of CIFAR-10 train: {compared:,} pairs, {len(pairs.a)} candidates or confirmed,"
        f" {len(sure)} confirmed"
    )
    for k in sure.tolist():
        print(f"  {pairs.similarity[k]:.3f} {files[pairs.a[k]]} {files[pairs.b[k]]}")


def _files(folder: Path) -> list[Path]:
    return sorted(f for f in folder.rglob("*") if f.suffix.lower() in ENDINGS)


def _records(work: Path, folder: Path) -> NDArray[np.void]:
    """Return the fingerprints of a folder's images as a scan keeps them, made once."""
    stored = work / f"{'-'.join(folder.parts[-2:])}.npy"
    if not stored.exists():
        photos: list[Picture] = [cv2.imread(str(f))[..., ::-1].copy() for f in _files(folder)]
        np.save(stored, kept(photos))
    records: NDArray[np.void] = np.load(stored)
    return records


def main() -> None:
    """Measure one of the three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["copies", "strangers", "classes"])
    parser.add_argument("work", type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("INSPECTOR_DATA", DEFAULT))
    parser.add_argument("--cifar", type=Path)
    parser.add_argument("--photos", type=int, default=300)
    words = parser.parse_args()
    words.work.mkdir(parents=True, exist_ok=True)
    os.environ["XDG_CACHE_HOME"] = str(words.work / "cache")
    match words.what:
        case "copies":
            copies(words.work, Path(words.data), words.photos)
        case "strangers":
            strangers(words.work, Path(words.data), words.cifar)
        case _:
            classes(words.work, words.cifar)


if __name__ == "__main__":
    main()
