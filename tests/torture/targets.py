"""One target per parser: it takes any bytes, and raises only the program's own errors.

`python -m tests.torture.fuzz NAME` drives one with atheris, `make torture` all with hypothesis.
"""

import contextlib
import io
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from inspector.audit.predictions import read_predictions
from inspector.augmentation.policy_json import read_policy
from inspector.code_reading.program import load_code
from inspector.code_reading.reading import read_code
from inspector.dataset.decoding import read_picture
from inspector.dataset.exif import find_exif, parse_exif
from inspector.dataset.layouts import recognise
from inspector.dataset.manifests import read_manifest, read_sides
from inspector.dataset.names import leads_out, why_no_path
from inspector.dataset.packed.model import PackedChoice
from inspector.dataset.packed.recognition import open_packed
from inspector.dataset.tiff_tables import read_tables
from inspector.desktop.settings import read_settings
from inspector.errors import InspectorError
from inspector.project.augment.policies import load_policy
from inspector.project.review.decisions_file import read_decisions
from inspector.store.project_store import ProjectStore
from inspector.store.records import SCAN
from inspector.training_protocol.run_folder import read_history
from inspector.training_protocol.run_spec import check_spec, read_spec
from tests.dataset.test_packed_fuzz import DATA as PACKED

Target = Callable[[bytes], None]
_LABEL_FILES = (
    "labels.csv", "metadata.jsonl", "metadata.parquet", "labels.json", "annotations.json",
    "data.yaml", "train.txt", "images/0.xml",
)  # fmt: skip


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        yield Path(folder)


def reads(name: str, read: Callable[[Path], object]) -> Target:
    """Return a target that writes the bytes to a file of this name and reads it."""

    def target(data: bytes) -> None:
        with scratch() as folder, contextlib.suppress(InspectorError):
            (folder / name).write_bytes(data)
            read(folder / name)

    return target


def _text(read: Callable[[str], object]) -> Target:
    def target(data: bytes) -> None:
        with contextlib.suppress(InspectorError):
            read(data.decode("utf-8", "replace"))

    return target


def _names(text: str) -> None:
    if not why_no_path(text):
        assert not leads_out(text)
        root = Path("/data/of/all")
        assert root in (root / text).parents


def _labels(name: str) -> Target:
    def target(data: bytes) -> None:
        with scratch() as folder, contextlib.suppress(InspectorError):
            (folder / "images").mkdir()
            for number in range(3):
                (folder / "images" / f"{number}.jpg").write_bytes(b"\xff\xd8")
            (folder / name).write_bytes(data)
            for path in recognise(folder).listed:
                assert not leads_out(path)

    return target


def _project(file: Path) -> None:
    store = ProjectStore(file)
    try:
        store.records.get(SCAN)
        store.samples.everything()
        store.decisions.log()
        store.duplicates.pairs()
    finally:
        store.close()


def _packed(file: Path) -> None:
    for _ in open_packed(file, file.parent, PackedChoice()).members():
        pass


def _spec(file: Path) -> None:
    check_spec(read_spec(file.parent))


TARGETS: dict[str, Target] = {
    "names": _text(_names),
    "manifest": reads("m.csv", read_manifest),
    "list": reads("l.csv", lambda file: read_sides(file, file.parent)),
    "decisions": reads("d.json", read_decisions),
    "predictions": reads("p.csv", read_predictions),
    "policy": _text(read_policy),
    "policy file": reads("p.json", load_policy),
    "code": _text(read_code),
    "notebook": reads("n.ipynb", lambda file: read_code(load_code(file))),
    "settings": reads("settings.toml", read_settings),
    "run spec": reads("spec.json", _spec),
    "run state": reads("state.json", lambda file: read_history(file.parent)),
    "project file": reads("p.inspector", _project),
    "image": reads("i.jpg", lambda file: read_picture(str(file))),
    "tiff": lambda data: void(read_tables(data)),
    "exif": lambda data: void(parse_exif(find_exif(data))),
}
TARGETS |= {f"label file {name}": _labels(name) for name in _LABEL_FILES}
TARGETS |= {f"packed {name}": reads(name, _packed) for name in PACKED}


def void(_: object) -> None:
    """Discard a result."""


def seeds() -> dict[str, list[bytes]]:
    """Return valid input per target, which is then mutated."""
    table = b"path,label,split,group\na/0.jpg,cat,training,p1\na/1.jpg,dog,validation,\n"
    found = {
        "names": [b"training/cat/0001.jpg", b"../d/validation", b"C:\\x", b"a/.. /b"],
        "manifest": [table],
        "list": [table],
        "predictions": [b"path,label,predicted,confidence\na/0.jpg,cat,dog,0.5\n"],
        "decisions": [json.dumps({
            "decisions": 1, "not_alike": [],
            "images": [{"sha256": "0" * 64, "path": "a.jpg", "mark": "drop", "label": "cat"}],
        }).encode()],
        "policy file": [b"{}", b'{"rescale": 0.1}'],
        "policy": [b'{"rotation_range": 20, "zoom_range": [0.8, 1.2], "fill_mode": "reflect"}'],
        "code": [b"a = image_dataset_from_directory('d', validation_split=.2, seed=1,"
                 b" subset='training')\nb = ImageDataGenerator(rescale=1./255)\n"],
        "notebook": [json.dumps({
            "cells": [{"cell_type": "code", "source": ["x = 1\n", "%time fit(x)"]}],
            "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
        }).encode()],
        "settings": [b'[preferences]\ntheme = "dark"\nworkers = 2\n[other]\n'],
        "run spec": [json.dumps({
            "root": "/d", "class_names": ["a", "b"], "model": "small_cnn", "seed": 1,
            "image_size_px": 32,
            "training": {"paths": ["a/0.jpg"], "labels": [0], "sha256": ["00"]},
            "selection": {}, "validation": {"paths": ["b/0.jpg"], "labels": [1], "sha256": [""]},
        }).encode()],
        "run state": [b'{"history": []}'],
        "project file": [_empty_project()],
        "image": _images(),
        "exif": _images()[:1],
        "tiff": [b"II*\0\x08\0\0\0\x02\0\0\x01\x04\0\x01\0\0\0\x10\0\0\0\x01\x01\x04\0\x01\0\0\0"
                 b"\x10\0\0\0\0\0\0\0"],
        "label file labels.csv": [b"file,label\n0.jpg,cat\n1.jpg,dog\n2.jpg,cat\n"],
        "label file metadata.jsonl": [b'{"file_name": "images/0.jpg", "label": "cat"}\n'],
        "label file labels.json": [b'{"classes": ["a", "b"], "labels": {"0": 1, "1": 0}}'],
        "label file annotations.json": [
            b'{"images": [{"id": 1, "file_name": "0.jpg"}], "categories": [{"id": 1, "name":'
            b' "cat"}], "annotations": [{"image_id": 1, "category_id": 1}]}'
        ],
        "label file data.yaml": [b"train: images\nval: images\nnc: 2\nnames: [a, b]\n"],
        "label file images/0.xml": [
            b"<annotation><object><name>cat</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3"
            b"</xmax><ymax>4</ymax></bndbox></object></annotation>"
        ],
        "label file train.txt": [b"images/0.jpg 1\nimages/1.jpg 0\n"],
    }  # fmt: skip
    found |= {f"packed {name}": [data] for name, data in PACKED.items()}
    return {name: found.get(name, [b""]) for name in TARGETS}


def _empty_project() -> bytes:
    with scratch() as folder:
        file = folder / "p.inspector"
        ProjectStore(file).close()
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.executemany(
                "INSERT INTO sample (path, size, mtime_ns, split, label, source, status)"
                " VALUES (?, 1, 1, '', 'cat', '', 'image')",
                [(f"cat/{number}.jpg",) for number in range(50)],
            )
            connection.commit()
        return file.read_bytes()


def _images() -> list[bytes]:
    picture = Image.radial_gradient("L").resize((40, 30)).convert("RGB")
    made = []
    for kind in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"):
        stream = io.BytesIO()
        exif = Image.Exif()
        exif[306] = "2024:03:02 09:01:28"
        picture.save(stream, kind, exif=exif) if kind == "JPEG" else picture.save(stream, kind)
        made.append(stream.getvalue())
    return made
