"""Packed files are unpacked completely or not at all; hostile ones are refused."""

import gzip
import io
import json
import os
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from inspector.cli.main import run
from inspector.dataset.packed import model
from inspector.dataset.packed.model import PackedChoice
from inspector.errors import DatasetError, ExportError, PackedDatasetError
from inspector.project.project import Project
from inspector.work import unpacking
from inspector.work.jobs import Progress, Stop
from inspector.work.unpacking import unpack


def _png(number: int, size: int = 9) -> bytes:
    pixels = np.random.default_rng(number).integers(0, 255, (size, size, 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


PLACES = [
    f"pets/{s}/{c}/{n}.png" for s in ("train", "val") for c in ("cat", "dog") for n in range(3)
]
FILES = {path: _png(number) for number, path in enumerate(PLACES)}


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()
    }


def _zip(file: Path, files: dict[str, bytes] = FILES) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file


def _tar(file: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(file, mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file


def _counts(folder: Path) -> Counter[tuple[str, str]]:
    """Return the images by (split, class) as the program reads the folder."""
    project = Project(folder, folder.parent / f"{folder.name}.inspector", jobs=1)
    try:
        project.scans.scan()
        rows = [s for s in project.samples.everything() if s.status == "image"]
        return Counter((s.split, s.label) for s in rows)
    finally:
        project.close()


BOTH = Counter({(s, c): 3 for s in ("training", "validation") for c in ("cat", "dog")})


@pytest.mark.parametrize("name", ["p.zip", "p.tar", "p.tar.gz", "p.tgz", "p.tar.bz2", "p.tar.xz"])
def test_archives_unpack_to_the_very_bytes(tmp_path: Path, name: str) -> None:
    modes = {"gz": "w:gz", "tgz": "w:gz", "bz2": "w:bz2", "xz": "w:xz"}
    junk = {"__MACOSX/pets/._0.png": b"\0\5", "pets/.DS_Store": b"x"}
    if name.endswith("zip"):
        file = _zip(tmp_path / name, FILES | junk)
    else:
        file = _tar(tmp_path / name, FILES | junk, modes.get(name.split(".")[-1], "w"))
    before = file.read_bytes()
    result = unpack(file, tmp_path / "out")
    assert _tree(tmp_path / "out") == FILES
    assert (result.files, result.left_out) == (12, {"left behind by a program": 2})
    assert "split folders" in result.opened_as
    assert file.read_bytes() == before
    assert not list(tmp_path.glob(".*"))
    assert _counts(tmp_path / "out") == BOTH


def _features(names: list[str] | None) -> dict[bytes, bytes]:
    label = {"names": names, "_type": "ClassLabel"} if names else {"_type": "Value"}
    info = {"info": {"features": {"image": {"_type": "Image"}, "label": label}}}
    return {b"huggingface": json.dumps(info).encode()}


def _parquet(file: Path, rows: list[tuple[bytes, int]], names: list[str] | None = None) -> Path:
    table = pa.table(
        {
            "image": [
                {"bytes": data, "path": f"../../{n}.png"} for n, (data, _) in enumerate(rows)
            ],
            "label": pa.array([label for _, label in rows], pa.int64()),
        }
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.replace_schema_metadata(_features(names)), file)
    return file


def test_parquet_shards_name_splits_and_classes(tmp_path: Path) -> None:
    images = {("train", n): _png(n) for n in range(6)} | {
        ("test", n): _png(50 + n) for n in range(3)
    }
    for shard in range(2):
        rows = [(images["train", n], n % 2) for n in range(shard * 3, shard * 3 + 3)]
        _parquet(
            tmp_path / "d" / "data" / f"train-0000{shard}-of-00002.parquet", rows, ["cat", "dog"]
        )
    rows = [(images["test", n], (0, 1, -1)[n]) for n in range(3)]
    _parquet(tmp_path / "d" / "data" / "test-00000-of-00001.parquet", rows, ["cat", "dog"])
    result = unpack(tmp_path / "d", tmp_path / "out")
    assert result.left_out == {"no class": 1}
    tree = _tree(tmp_path / "out")
    assert sorted(tree.values()) == sorted(
        data for key, data in images.items() if key != ("test", 2)
    )
    assert _counts(tmp_path / "out") == Counter(
        {("training", "cat"): 3, ("training", "dog"): 3, ("test", "cat"): 1, ("test", "dog"): 1}
    )


def test_parquet_asks_for_the_column_it_can_not_know(tmp_path: Path) -> None:
    table = pa.table({"photo": [_png(1), _png(2)], "genus": ["a", "b"], "species": ["x", "y"]})
    pq.write_table(table, tmp_path / "p.parquet")
    with pytest.raises(DatasetError, match="does not say which column holds the class") as error:
        unpack(tmp_path / "p.parquet", tmp_path / "out")
    assert "genus, species" in error.value.advice
    unpack(tmp_path / "p.parquet", tmp_path / "out", PackedChoice(label_column="genus"))
    assert {p.split("/")[0] for p in _tree(tmp_path / "out")} == {"a", "b"}
    with pytest.raises(DatasetError, match="has no column order"):
        unpack(tmp_path / "p.parquet", tmp_path / "o", PackedChoice(label_column="order"))


def test_webdataset_shards(tmp_path: Path) -> None:
    folder = tmp_path / "wds"
    folder.mkdir()
    for split, first in (("train", 0), ("val", 10)):
        files: dict[str, bytes] = {}
        for n in range(first, first + 4):
            files |= {f"{n:06}.png": _png(n), f"{n:06}.cls": str(n % 2).encode()}
        _tar(folder / f"{split}-000000.tar", files)
    (folder / "classnames.txt").write_text("cat\ndog\n")
    unpack(folder, tmp_path / "out")
    assert _counts(tmp_path / "out") == Counter(
        {(s, c): 2 for s in ("training", "validation") for c in ("cat", "dog")}
    )


def test_webdataset_with_the_class_in_json(tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    for n in range(4):
        label = {"breed": "beagle", "label": ["pug", "boxer"][n % 2]}
        files |= {f"a/{n}.jpg": _png(n), f"a/{n}.json": json.dumps(label).encode()}
    file = _tar(tmp_path / "s.tar", files)
    unpack(file, tmp_path / "out")
    assert {p.split("/")[0] for p in _tree(tmp_path / "out")} == {"pug", "boxer"}
    assert all(p.endswith(".png") for p in _tree(tmp_path / "out"))
    unpack(file, tmp_path / "other", PackedChoice(label_column="breed"))
    assert {p.split("/")[0] for p in _tree(tmp_path / "other")} == {"beagle"}


def test_texts_of_yolo_beside_images_are_no_webdataset(tmp_path: Path) -> None:
    files = {"data.yaml": b"names: [bolt, nut]\n"}
    for n in range(4):
        files |= {f"images/{n}.png": _png(n), f"labels/{n}.txt": f"{n % 2} .5 .5 .2 .2\n".encode()}
    result = unpack(_tar(tmp_path / "y.tar", files), tmp_path / "out")
    assert _tree(tmp_path / "out") == files
    assert result.opened_as.startswith("YOLO")


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
    ],
)
@pytest.mark.parametrize("channels", [0, 1, 3])
def test_numpy_archives_give_back_every_pixel(
    tmp_path: Path, names: tuple[str, ...], channels: int
) -> None:
    shape = (7, 5, *((channels,) if channels else ()))
    rng = np.random.default_rng(1)
    train = rng.integers(0, 255, (6, *shape), np.uint8)
    test = rng.integers(0, 255, (2, *shape), np.uint8)
    labels = np.array([3, 1, 3, 1, 3, 1]), np.array([[3], [1]], np.uint8)
    arrays = dict(zip(names, (train, labels[0], test, labels[1]), strict=True))
    np.savez_compressed(tmp_path / "m.npz", **arrays)
    unpack(tmp_path / "m.npz", tmp_path / "out")
    read = [np.asarray(Image.open(f)) for f in sorted((tmp_path / "out/training/3").iterdir())]
    assert np.array_equal(np.stack(read), train[::2].reshape(3, *read[0].shape))
    assert _counts(tmp_path / "out") == Counter(
        {("training", "3"): 3, ("training", "1"): 3, ("test", "3"): 1, ("test", "1"): 1}
    )


@pytest.mark.parametrize("arrays", [{"x": np.zeros((2, 4, 4), np.float32), "y": np.zeros(2, int)},
                                    {"x_train": np.zeros((2, 4, 4), np.uint8)},
                                    {"a": np.array([{"b": 1}], object)}])  # fmt: skip
def test_numpy_archives_without_images_say_what_they_hold(
    tmp_path: Path, arrays: dict[str, np.ndarray]
) -> None:
    np.savez(tmp_path / "m.npz", **arrays)
    with pytest.raises(DatasetError, match="no arrays of images with their labels"):
        unpack(tmp_path / "m.npz", tmp_path / "out")


WRITE_RECORDS = """
import sys, pathlib, tensorflow as tf
def feature(value):
    if isinstance(value, bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
folder = pathlib.Path(sys.argv[1])
for split, first, count in (("train", 0, 4), ("test", 10, 2)):
    name = str(folder / f"pets-{split}.tfrecord-00000-of-00001")
    with tf.io.TFRecordWriter(name, sys.argv[2] or None) as writer:
        for n in range(first, first + count):
            data = (folder / f"{n}.bin").read_bytes()
            values = {"image": data, "label": n % 2, "file_name": b"img%d.png" % n}
            features = tf.train.Features(feature={k: feature(v) for k, v in values.items()})
            writer.write(tf.train.Example(features=features).SerializeToString())
"""


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_records_that_tensorflow_wrote(tmp_path: Path, compression: str) -> None:
    folder = tmp_path / "pets" / "1.0.0"
    folder.mkdir(parents=True)
    images = {n: _png(n) for n in (0, 1, 2, 3, 10, 11)}
    for n, data in images.items():
        (folder / f"{n}.bin").write_bytes(data)
    program = [sys.executable, "-W", "ignore", "-c", WRITE_RECORDS, str(folder), compression]
    subprocess.run(program, check=True, capture_output=True)
    for file in folder.glob("*.bin"):
        file.unlink()
    (folder / "label.labels.txt").write_text("cat\ndog\n")
    unpack(tmp_path / "pets", tmp_path / "out")
    assert sorted(_tree(tmp_path / "out").values()) == sorted(images.values())
    assert _counts(tmp_path / "out") == Counter(
        {("training", "cat"): 2, ("training", "dog"): 2, ("test", "cat"): 1, ("test", "dog"): 1}
    )


def test_several_archives_with_a_table_beside_them(tmp_path: Path) -> None:
    folder = tmp_path / "kaggle"
    folder.mkdir()
    _zip(folder / "train.zip", {f"{n}.png": _png(n) for n in range(4)})
    _zip(folder / "test.zip", {f"{n}.png": _png(n) for n in range(4, 6)})
    (folder / "labels.csv").write_text(
        "id,breed\n" + "".join(f"{n},{'ab'[n % 2]}\n" for n in range(4))
    )
    result = unpack(folder, tmp_path / "out")
    assert "label table" in result.opened_as
    assert _counts(tmp_path / "out") == Counter({("training", "a"): 2, ("training", "b"): 2})


# What is hostile or broken.


def _link(tmp_path: Path, kind: bytes) -> Path:
    with tarfile.open(tmp_path / "h.tar", "w") as archive:
        info = tarfile.TarInfo("a/link")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    return tmp_path / "h.tar"


def _zip_link(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "h.zip", "w") as archive:
        info = zipfile.ZipInfo("a/link")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return tmp_path / "h.zip"


def _encrypted(tmp_path: Path, name: str = "h.zip") -> Path:
    file = _cut(tmp_path, name, 1.0)
    data = bytearray(file.read_bytes())
    for magic, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(magic)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(magic, at + 4)
    file.write_bytes(data)
    return file


def _cut(tmp_path: Path, name: str, share: float) -> Path:
    file = tmp_path / name
    if name.endswith(".zip"):
        _zip(file)
    elif name.endswith(".npz"):
        rng = np.random.default_rng(0)
        np.savez(file, x=rng.integers(0, 255, (9, 9, 9), np.uint8), y=np.arange(9))
    elif name.endswith(".parquet"):
        _parquet(file, [(_png(n), n % 2) for n in range(6)])
    elif name.endswith(".tfrecord"):
        file.write_bytes(struct.pack("<QI", 9, 1) * 3)
    else:
        _tar(file, FILES, "w:gz" if name.endswith("gz") else "w")
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    return file


def _swapped(tmp_path: Path) -> Path:
    """A zip whose data do not match their checksum."""
    file = _zip(tmp_path / "h.zip", {"a/1.png": b"x" * 4_000})
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/1.png", b"x" * 4_000)
    file.write_bytes(file.read_bytes().replace(b"x" * 40, b"y" * 40, 1))
    return file


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "zip up": (lambda t: _zip(t / "h.zip", {"../x.png": b"x"}), "not a path inside"),
    "zip absolute": (lambda t: _zip(t / "h.zip", {"/tmp/x.png": b"x"}), "absolute"),
    "zip backslash": (lambda t: _zip(t / "h.zip", {"a\\..\\..\\x.png": b"x"}), "not a path inside"),
    "zip drive": (lambda t: _zip(t / "h.zip", {"C:/x.png": b"x"}), "drive letter"),
    "zip control": (lambda t: _zip(t / "h.zip", {"a\nb.png": b"x"}), "control character"),
    "zip link": (_zip_link, "is a link"),
    "zip encrypted": (_encrypted, "is encrypted"),
    "zip two": (lambda t: _zip(t / "h.zip", {"a/x.png": b"x", "A/X.png": b"y"}), "ignore case"),
    "zip cut": (lambda t: _cut(t, "h.zip", 0.7), "cut off or damaged"),
    "zip empty": (lambda t: _cut(t, "h.zip", 0.0), "cut off or damaged"),
    "zip checksum": (_swapped, "cut off or damaged"),
    "tar up": (lambda t: _tar(t / "h.tar", {"../x.png": b"x"}), "not a path inside"),
    "tar absolute": (lambda t: _tar(t / "h.tar", {"/tmp/x.png": b"x"}), "absolute"),
    "tar symlink": (lambda t: _link(t, tarfile.SYMTYPE), "is a link"),
    "tar hard link": (lambda t: _link(t, tarfile.LNKTYPE), "is a link"),
    "tar device": (lambda t: _link(t, tarfile.CHRTYPE), "is a link or no regular file"),
    "tar fifo": (lambda t: _link(t, tarfile.FIFOTYPE), "is a link or no regular file"),
    "tar cut": (lambda t: _cut(t, "h.tar", 0.4), "cut off or damaged"),
    "tar without end": (lambda t: _cut(t, "h.tar", 0.05), "cut off or damaged"),
    "tar.gz cut": (lambda t: _cut(t, "h.tar.gz", 0.7), "cut off or damaged"),
    "npz encrypted": (lambda t: _encrypted(t, "h.npz"), "encrypted"),
    "npz cut": (lambda t: _cut(t, "h.npz", 0.7), "cut off or damaged"),
    "parquet cut": (lambda t: _cut(t, "h.parquet", 0.7), "cut off or damaged"),
    "records": (lambda t: _cut(t, "h.tfrecord", 1.0), "cut off or damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_or_damaged_is_refused_whole(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, reason = HOSTILE[name]
    folder = tmp_path / "in"
    folder.mkdir()
    file = make(folder)
    assert run(["unpack", str(file), "--to", str(tmp_path / "out"), "--quiet"]) == 3
    said = capsys.readouterr()
    error, advice = said.err.splitlines()
    assert error.startswith("error: ")
    assert reason in error
    assert advice.startswith("advice: ")
    assert said.out == ""
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in"]
    assert not Path("/tmp/x.png").exists()


def test_a_member_that_is_cut_at_a_block_is_noticed(tmp_path: Path) -> None:
    file = _tar(tmp_path / "h.tar", {"a/1.png": b"x" * 512, "a/2.png": b"y" * 512})
    file.write_bytes(file.read_bytes()[:1024])
    with pytest.raises(DatasetError, match="cut off"):
        unpack(file, tmp_path / "out")


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "npz", "tfrecord"])
def test_what_is_made_to_fill_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(model, "ALWAYS_ALLOWED_BYTES", 1_000_000)
    file = tmp_path / f"bomb.{kind}"
    zeros = bytes(20_000_000)
    if kind == "zip":
        _zip(file, {"a/1.png": zeros})
    elif kind == "npz":
        images = np.zeros((2_000, 100, 100), np.uint8)
        np.savez_compressed(file, x=images, y=np.zeros(2_000, int))
    elif kind == "tfrecord":
        file.write_bytes(gzip.compress(struct.pack("<QI", 20_000_000, 0) + zeros))
    else:
        _tar(file, {"a/1.png": zeros}, "w:gz")
    match = "cut off" if kind == "tfrecord" else "fill the disk"
    with pytest.raises(DatasetError, match=match):
        unpack(file, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_it_never_writes_into_a_folder_that_is_there_or_into_the_source(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    file = _zip(folder / "p.zip")
    (tmp_path / "there").mkdir()
    with pytest.raises(ExportError, match="exists already"):
        unpack(file, tmp_path / "there")
    with pytest.raises(ExportError, match="inside the dataset"):
        unpack(folder, folder / "out")
    unpack(file, folder / "out")
    assert _tree(folder / "out") == FILES


def test_it_is_stopped_and_continued(tmp_path: Path) -> None:
    file = _zip(tmp_path / "p.zip")
    stop = Stop()

    class StopsAfterFive(Progress):
        def advance(self, pieces: int = 1) -> None:
            super().advance(pieces)
            if self.snapshot().done == 5:
                stop.set()

    with pytest.raises(ExportError, match="was stopped"):
        unpack(file, tmp_path / "out", stop=stop, progress=StopsAfterFive())
    assert not (tmp_path / "out").exists()
    partial = tmp_path / ".out.partial"
    staged = {p: os.stat(partial / p).st_ino for p in _tree(partial) if p.endswith(".png")}
    assert len(staged) in (4, 5)
    with pytest.raises(ExportError, match="staged"):
        unpack(file, tmp_path / "out")
    unpack(file, tmp_path / "out", resume=True)
    assert _tree(tmp_path / "out") == FILES
    assert {p: os.stat(tmp_path / "out" / p).st_ino for p in staged} == staged


def test_a_full_disk_is_said_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MARGIN_BYTES", 1 << 60)
    with pytest.raises(ExportError, match="are free in"):
        unpack(_zip(tmp_path / "p.zip"), tmp_path / "out")


def test_opening_names_the_verb_that_unpacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    _zip(folder / "p.zip")
    for path, text in ((folder / "p.zip", "is a zip archive"), (folder, "in 1 file (zip archive)")):
        with pytest.raises(PackedDatasetError) as error:
            Project(path, jobs=1)
        assert error.value.path == path
        assert run(["scan", str(path), "--quiet"]) == 3
        said = capsys.readouterr().err
        assert text in said
        assert "inspector unpack" in said


def test_json_of_the_verb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _zip(tmp_path / "p.zip")
    assert run(["unpack", str(file), "--to", str(tmp_path / "out"), "--json", "--quiet"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["files"] == 12
    assert document["bytes"] == sum(map(len, FILES.values()))
    assert list(document) == ["target", "files", "bytes", "left_out", "opened_as"]
