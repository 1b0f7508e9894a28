"""Record what older Keras releases list, by their own code; writes keras_lists.json beside this.

Run by hand, with network: `python tests/dataset/record_keras_lists.py`. It fetches the wheels from
the package index, extracts index_directory and what it calls, and runs them unchanged.
"""

import ast
import hashlib
import json
import multiprocessing.pool
import os
import random
import subprocess
import tempfile
import types
import zipfile
from pathlib import Path

import numpy as np

VERSIONS = (
    "2.6.0", "2.7.0", "2.8.0", "2.9.0", "2.10.0", "2.11.0", "2.12.0", "2.13.1", "2.14.0", "2.15.0",
    "3.0.5", "3.3.3", "3.6.0", "3.10.0", "3.11.3", "3.12.0",
)  # fmt: skip
PLACES = (
    "keras/src/utils/dataset_utils.py", "keras/utils/dataset_utils.py",
    "keras/preprocessing/dataset_utils.py",
)  # fmt: skip
FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
NAMES = ["a", "b10", "b2", "Dog", "bird", "x y", ".hidden", "Ärger"]
FILES = ["1.jpg", "10.jpg", "2.JPG", "a.jpeg", "._x.png", "b.gif", "n.txt", "w.webp", "z.PNG"]


def tree(rng: random.Random) -> dict[str, object]:
    classes = rng.sample(NAMES, rng.randint(2, 4))
    folders, files, links = list(classes), [], {}
    for name in classes:
        below = [name]
        if rng.random() < 0.6:
            below.append(f"{name}/{rng.choice(NAMES)}")
            folders.append(below[-1])
        files += [f"{p}/{f}" for p in below for f in rng.sample(FILES, rng.randint(1, 5))]
    if rng.random() < 0.5:
        files.append("loose.jpg")
    if rng.random() < 0.6:
        links[f"{classes[0]}/folder-link"] = classes[1]
    if rng.random() < 0.4:
        links[f"{classes[1]}/broken.jpg"] = "nowhere.jpg"
    return {"folders": folders, "files": sorted(set(files)), "links": links}


def functions(source: str) -> dict[str, object]:
    import tensorflow as tf

    wanted = {"index_directory", "iter_valid_files", "index_subdirectory"}
    module = ast.parse(source)
    module.body = [n for n in module.body if isinstance(n, ast.FunctionDef) and n.name in wanted]
    quiet = types.SimpleNamespace(print_msg=lambda *_: None)
    local = types.SimpleNamespace(is_remote_path=lambda _: False)
    pool = multiprocessing.pool.ThreadPool
    space: dict[str, object] = {
        "os": os, "np": np, "tf": tf, "multiprocessing": multiprocessing, "ThreadPool": pool,
        "io_utils": quiet, "file_utils": local, "print": lambda *_: None,
    }  # fmt: skip
    exec(compile(module, "keras", "exec"), space)
    return space


def plant(root: Path, planted: dict) -> None:
    for name in planted["folders"]:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in planted["files"]:
        (root / name).touch()
    for name, target in planted["links"].items():
        (root / name).symlink_to(root / target)


def record(space: dict, rng: random.Random) -> dict[str, object]:
    planted = tree(rng)
    labels = rng.choice(["inferred", "inferred", "none", "list"])
    classes = [f for f in planted["folders"] if "/" not in f]
    chosen = None
    if labels == "inferred" and rng.random() < 0.6:
        chosen = rng.sample(classes, rng.choice([len(classes), max(1, len(classes) - 1)]))
    label_list: list[int] = []
    if labels == "list":
        label_list = [0] * rng.choice([len(planted["files"]) // 2, len(planted["files"])])
    case = {
        "tree": planted, "labels": labels, "label_list": label_list, "class_names": chosen,
        "seed": rng.randint(0, 1000), "follow_links": rng.random() < 0.3,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        plant(Path(folder), planted)
        given = {"inferred": "inferred", "none": None, "list": list(label_list)}[labels]
        if labels == "list":
            # As many labels as this release finds: asked once, so that most cases are no errors.
            for count in range(60):
                try:
                    space["index_directory"](folder, [0] * count, FORMATS, None, False, 1)
                except ValueError:
                    continue
                label_list[:] = [0] * count
                given = list(label_list)
                break
        try:
            paths, _, _ = space["index_directory"](
                folder, given, FORMATS, class_names=chosen, shuffle=True, seed=case["seed"],
                follow_links=case["follow_links"],
            )  # fmt: skip
            case["paths"] = [os.path.relpath(p, folder) for p in paths]
        except ValueError:
            case["paths"] = None
    return case


def main() -> None:
    records = []
    with tempfile.TemporaryDirectory() as folder:
        for version in VERSIONS:
            subprocess.run(
                ["pip", "download", "-q", "--no-deps", "--no-binary", ":none:",
                 "-d", folder, f"keras=={version}"], check=True,
            )  # fmt: skip
            (wheel,) = Path(folder).glob(f"keras-{version}-*.whl")
            with zipfile.ZipFile(wheel) as archive:
                inside = next(p for p in PLACES if p in archive.namelist())
                space = functions(archive.read(inside).decode())
            digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
            rng = random.Random(1)
            records.append({
                "origin": f"{wheel.name} sha256:{digest[:16]} {inside}", "version": version,
                "cases": [record(space, rng) for _ in range(12)],
            })  # fmt: skip
    target = Path(__file__).with_name("keras_lists.json")
    target.write_text(json.dumps(records, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(records)} releases, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
