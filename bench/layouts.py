"""How long recognising a layout takes beside listing the same files.

`python bench/layouts.py [NAME..]` makes 10,000 empty images as each convention has them, and prints
the seconds of processor time, so that a busy machine does not count: of listing, of reading the
names and of recognising. The names are listed once for both. It fails where recognising takes more
than 0.2 s.
"""

import csv
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pyarrow.parquet

from inspector.dataset.layouts import read_tree, recognise, recognise_tree
from inspector.dataset.listing import list_files

FILES, CLASSES, REPEATS = 10_000, 10, 3
# Source: the promise that 10,000 files are recognised within 0.2 s of listing.
MOST_SECONDS = 0.2


def main() -> None:
    """Print a line per convention; exit with 1 where one is too slow."""
    print(f"{FILES:,} files: listing, names, recognising (seconds, best of {REPEATS})")
    slow = []
    for make in CONVENTIONS:
        if sys.argv[1:] and make.__name__ not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            make(root)
            layout = recognise(root)
            listing = best(lambda root=root, layout=layout: list(list_files(root, layout)))
            names = best(lambda root=root: read_tree(root))
            # A tree keeps what was looked up in it: each repetition has a new one.
            trees = iter([read_tree(root) for _ in range(REPEATS)])
            seconds = best(lambda root=root, trees=trees: recognise_tree(root, next(trees)))
            print(
                f"{make.__name__:>15} {listing:6.3f} {names:6.3f} {seconds:6.3f}"
                f"  {layout.kind.value}: {layout.text[:60]}"
            )
            if seconds > MOST_SECONDS:
                slow.append(make.__name__)
    if slow:
        sys.exit(f"slower than {MOST_SECONDS} s: {', '.join(slow)}")


def best(call: Callable[[], object]) -> float:
    """Return the least seconds of a few calls."""
    taken = []
    for _ in range(REPEATS):
        began = time.process_time()
        call()
        taken.append(time.process_time() - began)
    return min(taken)


def _touch(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()


def class_folders(root: Path) -> None:
    """Make class folders."""
    for n in range(FILES):
        _touch(root / f"class{chr(97 + n % CLASSES)}" / f"{n}.jpg")


def split_folders(root: Path) -> None:
    """Make split folders."""
    for n in range(FILES):
        _touch(root / ("train" if n % 5 else "val") / f"class{chr(97 + n % CLASSES)}" / f"{n}.jpg")


def table(root: Path) -> None:
    """Make one folder and a table of stems."""
    rows = ["id,label"]
    for n in range(FILES):
        _touch(root / "train" / f"img{n}.jpg")
        rows.append(f"img{n},class {n % CLASSES}")
    (root / "train.csv").write_text("\n".join(rows))


def coco(root: Path) -> None:
    """Make a COCO dataset."""
    for n in range(FILES):
        _touch(root / "train2017" / f"{n:012d}.jpg")
    document = {
        "images": [{"id": n, "file_name": f"{n:012d}.jpg"} for n in range(FILES)],
        "annotations": [{"image_id": n, "category_id": n % CLASSES} for n in range(FILES)],
        "categories": [{"id": n, "name": f"class {n}"} for n in range(CLASSES)],
    }
    (root / "annotations").mkdir()
    (root / "annotations" / "instances_train2017.json").write_text(json.dumps(document))


def yolo(root: Path) -> None:
    """Make a YOLO dataset: a text file per image, 10,000 files in all."""
    for n in range(FILES // 2):
        _touch(root / "images" / "train" / f"{n}.jpg")
        file = root / "labels" / "train" / f"{n}.txt"
        _touch(file)
        file.write_text(f"{n % CLASSES} .5 .5 .1 .1\n")
    names = ", ".join(f"class{n}" for n in range(CLASSES))
    (root / "data.yaml").write_text(f"train: images/train\nnames: [{names}]\n")


def lists(root: Path) -> None:
    """Make class folders with lists of their splits."""
    names = [f"class{chr(97 + n % CLASSES)}/{n}" for n in range(FILES)]
    for name in names:
        _touch(root / "images" / f"{name}.jpg")
    (root / "meta").mkdir()
    (root / "meta" / "train.txt").write_text("\n".join(names[: FILES // 2]))
    (root / "meta" / "test.txt").write_text("\n".join(names[FILES // 2 :]))


def class_split(root: Path) -> None:
    """Make class folders with split folders inside."""
    for n in range(FILES):
        _touch(root / _class(n) / ("train" if n % 5 else "test") / f"{n}.jpg")


def nested(root: Path) -> None:
    """Make classes inside of classes."""
    for n in range(FILES):
        _touch(root / f"genus{chr(97 + n % CLASSES % 3)}" / _class(n) / f"{n}.jpg")


def sources(root: Path) -> None:
    """Make the same classes in several sources, with a folder around them."""
    for n in range(FILES):
        _touch(root / f"site{chr(97 + n // 10 % 4)}" / "images" / _class(n) / f"{n}.jpg")


def folds(root: Path) -> None:
    """Make folds."""
    for n in range(FILES):
        _touch(root / f"fold{n // 10 % 5}" / _class(n) / f"{n}.jpg")


def prefix(root: Path) -> None:
    """Make one folder with classes in file names."""
    for n in range(FILES):
        _touch(root / f"{_class(n)}.{n}.jpg")


def one_hot(root: Path) -> None:
    """Make a table of one-hot columns."""
    rows = [["image", *(_class(n) for n in range(CLASSES))]]
    for n in range(FILES):
        _touch(root / "images" / f"img{n}.jpg")
        rows.append([f"img{n}", *(str(float(n % CLASSES == c)) for c in range(CLASSES))])
    _write_csv(root / "labels.csv", rows)


def wide_table(root: Path) -> None:
    """Make a table with many columns that are not the class."""
    rows = [["file", "label", "patient_id", *(f"score {c}" for c in range(20))]]
    for n in range(FILES):
        _touch(root / "images" / f"{n}.jpg")
        rows.append(
            [f"{n}.jpg", _class(n), f"p{n // 4}", *(f"{n / (c + 1):.3f}" for c in range(20))]
        )
    _write_csv(root / "labels.csv", rows)


def roboflow(root: Path) -> None:
    """Make Roboflow's multi-class export."""
    for split in ("train", "valid"):
        rows = [["filename", *(_class(n) for n in range(CLASSES))]]
        for n in range(FILES // 2):
            name = f"{n}_jpg.rf.{n:08x}.jpg"
            _touch(root / split / name)
            rows.append([name, *(str(int(n % CLASSES == c)) for c in range(CLASSES))])
        _write_csv(root / split / "_classes.csv", rows)


def hugging_face_csv(root: Path) -> None:
    """Make an imagefolder with metadata.csv."""
    for split in ("train", "test"):
        rows = [["file_name", "label"]]
        for n in range(FILES // 2):
            _touch(root / split / f"{n:05d}.jpg")
            rows.append([f"{n:05d}.jpg", _class(n)])
        _write_csv(root / split / "metadata.csv", rows)


def hugging_face_jsonl(root: Path) -> None:
    """Make an imagefolder with metadata.jsonl."""
    for split in ("train", "test"):
        lines = []
        for n in range(FILES // 2):
            _touch(root / split / f"{n:05d}.jpg")
            lines.append(json.dumps({"file_name": f"{n:05d}.jpg", "label": _class(n)}))
        (root / split / "metadata.jsonl").write_text("\n".join(lines))


def hugging_face_parquet(root: Path) -> None:
    """Make an imagefolder with metadata.parquet."""
    for split in ("train", "test"):
        names = [f"{n:05d}.jpg" for n in range(FILES // 2)]
        for name in names:
            _touch(root / split / name)
        table = pyarrow.table({"file_name": names, "label": [_class(n) for n in range(FILES // 2)]})
        pyarrow.parquet.write_table(table, root / split / "metadata.parquet")


def voc(root: Path) -> None:
    """Make a Pascal VOC dataset: an XML file per image, 10,000 files in all."""
    folder = root / "VOCdevkit" / "VOC2012"
    box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
    for n in range(FILES // 2):
        _touch(folder / "JPEGImages" / f"{n:06d}.jpg")
        file = folder / "Annotations" / f"{n:06d}.xml"
        _touch(file)
        file.write_text(
            f"<annotation><filename>{n:06d}.jpg</filename><size><width>9</width></size>"
            f"<object><name>{_class(n)}</name>{box}</object></annotation>"
        )
    sets = folder / "ImageSets" / "Main"
    sets.mkdir(parents=True)
    for name, numbers in (("train", range(FILES // 4)), ("val", range(FILES // 4, FILES // 2))):
        (sets / f"{name}.txt").write_text("\n".join(f"{n:06d}" for n in numbers))


def fiftyone(root: Path) -> None:
    """Make a FiftyOne classification export."""
    for n in range(FILES):
        _touch(root / "data" / f"{n:06d}.jpg")
    labels = {f"{n:06d}": n % CLASSES for n in range(FILES)}
    document = {"classes": [_class(n) for n in range(CLASSES)], "labels": labels}
    (root / "labels.json").write_text(json.dumps(document))


def imagenet(root: Path) -> None:
    """Make ImageNet as Kaggle has it: training in folders, validation in a table."""
    data = root / "ILSVRC" / "Data" / "CLS-LOC"
    synsets = [f"n{n:08d}" for n in range(CLASSES)]
    rows = [["ImageId", "PredictionString"]]
    for n in range(FILES):
        if n % 2:
            _touch(data / "train" / synsets[n % CLASSES] / f"{synsets[n % CLASSES]}_{n}.JPEG")
        else:
            _touch(data / "val" / f"ILSVRC2012_val_{n:08d}.JPEG")
            rows.append([f"ILSVRC2012_val_{n:08d}", f"{synsets[(n + 1) % CLASSES]} 1 2 3 4 "])
    _write_csv(root / "LOC_val_solution.csv", rows)
    mapping = "\n".join(f"{name} {_class(n)}, other" for n, name in enumerate(synsets))
    (root / "LOC_synset_mapping.txt").write_text(mapping)


def cub(root: Path) -> None:
    """Make numbered lists as CUB-200-2011 has them."""
    names = [f"{n % CLASSES + 1:03d}.{_class(n)}/bird_{n}.jpg" for n in range(FILES)]
    for name in names:
        _touch(root / "images" / name)
    numbered = {
        "images.txt": names,
        "image_class_labels.txt": [str(n % CLASSES + 1) for n in range(FILES)],
        "train_test_split.txt": [str(n % 2) for n in range(FILES)],
    }
    for file, values in numbered.items():
        text = "\n".join(f"{n} {value}" for n, value in enumerate(values, 1))
        (root / file).write_text(text)
    classes = "\n".join(f"{n + 1} {n + 1:03d}.{_class(n)}" for n in range(CLASSES))
    (root / "classes.txt").write_text(classes)


def _class(number: int) -> str:
    return f"class{chr(97 + number % CLASSES)}"


def _write_csv(file: Path, rows: list[list[str]]) -> None:
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)


CONVENTIONS = (
    class_folders, split_folders, class_split, nested, sources, folds, prefix, table, wide_table,
    one_hot, roboflow, hugging_face_csv, hugging_face_jsonl, hugging_face_parquet, coco, yolo, voc,
    fiftyone, imagenet, cub, lists,
)  # fmt: skip

if __name__ == "__main__":
    main()
