"""How long recognising a layout takes beside listing the same files.

`python bench/layouts.py` makes 10,000 empty images as each convention has them, and prints the
seconds of listing and of recognising, and their ratio. The names are listed once for both.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from inspector.dataset.layouts import read_tree, recognise, recognise_tree
from inspector.dataset.listing import list_files

FILES, CLASSES, REPEATS = 10_000, 10, 3


def main() -> None:
    """Print a line per convention."""
    print(f"{FILES:,} files: listing, names, recognising (seconds, best of {REPEATS})")
    for make in (class_folders, split_folders, table, coco, yolo, lists):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            make(root)
            layout = recognise(root)
            listing = best(lambda root=root, layout=layout: list(list_files(root, layout)))
            names = best(lambda root=root: read_tree(root))
            tree = read_tree(root)
            known = best(lambda root=root, tree=tree: recognise_tree(root, tree))
            print(
                f"{make.__name__:>14} {listing:6.3f} {names:6.3f} {known:6.3f}"
                f"  recognising / listing {known / listing:4.2f}  {layout.text[:60]}"
            )


def best(call: Callable[[], object]) -> float:
    """Return the least seconds of a few calls."""
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
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
    """Make a YOLO dataset: a text file per image."""
    for n in range(FILES):
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


if __name__ == "__main__":
    main()
