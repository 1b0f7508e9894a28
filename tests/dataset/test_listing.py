"""Every file below a dataset is listed once, and the counts add up."""

import os
import random
import socket
import sys
from collections import Counter
from pathlib import Path

import pytest

from inspector.dataset import listing
from inspector.dataset.layouts import Layout, Location, Role, recognise
from inspector.dataset.listing import Entry, Status, list_files

CLASSES = Layout(Role.CLASSES)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "pets"
    for path, size in (("cats/a.jpg", 3), ("cats/deep/er/b.txt", 5), ("dogs/c.png", 7)):
        put(folder / path, size)
    return folder


def put(file: Path, size: int = 1) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * size)


def every(root: Path, layout: Layout = CLASSES) -> list[Entry]:
    return [entry for chunk in list_files(root, layout) for entry in chunk]


def one(root: Path, path: str, layout: Layout = CLASSES) -> Entry:
    (entry,) = (e for e in every(root, layout) if e.path == path)
    return entry


def test_a_file_has_its_size_time_and_place(root: Path) -> None:
    os.utime(root / "cats/a.jpg", ns=(1, 1_700_000_000_123_456_789))
    assert one(root, "cats/a.jpg") == Entry(
        "cats/a.jpg", 3, 1_700_000_000_123_456_789, "", "cats", "", Status.PENDING, ""
    )


def test_files_come_in_code_point_order_folder_by_folder(root: Path) -> None:
    for name in ("cats/Z.jpg", "cats/é.jpg", "cats/10.jpg", "cats/9.jpg", "a.txt", "zoo/x"):
        put(root / name)
    assert [e.path for e in every(root)] == [
        "a.txt", "cats/10.jpg", "cats/9.jpg", "cats/Z.jpg", "cats/a.jpg", "cats/é.jpg",
        "cats/deep/er/b.txt", "dogs/c.png", "zoo/x",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["cats/.hidden.jpg", "cats/.dir/x.jpg", "cats/deep/er/.x"])
def test_hidden_and_nested_files_count(root: Path, path: str) -> None:
    put(root / path)
    entry = one(root, path)
    assert (entry.label, entry.status) == ("cats", Status.PENDING)


@pytest.mark.parametrize("path", ["loose.jpg", ".DS_Store"])
def test_files_of_the_root_are_ignored_with_a_reason(root: Path, path: str) -> None:
    put(root / path)
    entry = one(root, path)
    assert (entry.status, entry.reason) == (Status.IGNORED, "outside every class folder")
    assert entry.label == ""


def test_files_of_other_top_folders_are_ignored(root: Path) -> None:
    for path in ("train/cats/1.jpg", "train/loose.jpg", "old/cats/2.jpg"):
        put(root / path)
    layout = recognise(root)
    assert layout.ignored == ("cats", "dogs", "old")
    status = {e.path: (e.status, e.split, e.label) for e in every(root, layout)}
    assert status.pop("train/cats/1.jpg") == (Status.PENDING, "training", "cats")
    assert status.pop("train/loose.jpg") == (Status.IGNORED, "training", "")
    assert set(status.values()) == {(Status.IGNORED, "", "")}
    assert len(status) == 4


def test_a_link_that_leads_nowhere_is_other(root: Path) -> None:
    (root / "cats/gone.jpg").symlink_to("nowhere.jpg")
    entry = one(root, "cats/gone.jpg")
    assert (entry.status, entry.reason) == (Status.OTHER, "a link that leads nowhere")
    assert (entry.label, entry.size) == ("cats", 0)


def test_a_link_to_itself_is_other(root: Path) -> None:
    (root / "cats/loop.jpg").symlink_to("loop.jpg")
    assert one(root, "cats/loop.jpg").status is Status.OTHER


@pytest.mark.parametrize("target", ["file", "folder"])
def test_a_link_out_of_the_dataset_is_other(root: Path, tmp_path: Path, target: str) -> None:
    put(tmp_path / "outside" / "x.jpg")
    outside = tmp_path / "outside"
    (root / "cats/out").symlink_to(outside if target == "folder" else outside / "x.jpg")
    entry = one(root, "cats/out")
    assert entry.status is Status.OTHER
    assert entry.reason == "a link that leads out of the dataset"


def test_a_neighbour_whose_name_begins_alike_is_outside(root: Path, tmp_path: Path) -> None:
    put(tmp_path / "pets2" / "x.jpg")
    (root / "cats/out.jpg").symlink_to(tmp_path / "pets2" / "x.jpg")
    assert one(root, "cats/out.jpg").reason == "a link that leads out of the dataset"


def test_a_link_within_the_dataset_is_a_file(root: Path) -> None:
    (root / "dogs/same.jpg").symlink_to("../cats/a.jpg")
    entry = one(root, "dogs/same.jpg")
    assert (entry.status, entry.size, entry.label) == (Status.PENDING, 3, "dogs")


def test_a_link_to_a_folder_is_not_followed(root: Path) -> None:
    (root / "cats/again").symlink_to("..", target_is_directory=True)
    (root / "cats/deeper").symlink_to("deep", target_is_directory=True)
    assert one(root, "cats/deeper").reason == "a link to a folder"
    assert one(root, "cats/again").status is Status.OTHER
    assert len(every(root)) == 5


def test_a_dataset_that_is_opened_through_a_link(root: Path, tmp_path: Path) -> None:
    (root / "dogs/same.jpg").symlink_to("../cats/a.jpg")
    (tmp_path / "way").symlink_to(root, target_is_directory=True)
    assert [e.path for e in every(tmp_path / "way")] == [e.path for e in every(root)]
    assert one(tmp_path / "way", "dogs/same.jpg").status is Status.PENDING


def test_a_fifo_and_a_socket_are_other(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(root / "cats/pipe.jpg")
    monkeypatch.chdir(root / "cats")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.jpg")
        for path in ("cats/pipe.jpg", "cats/s.jpg"):
            entry = one(root, path)
            assert entry.status is Status.OTHER
            assert entry.reason == "not a regular file (a FIFO, socket or device)"


def test_a_name_that_is_not_utf8_is_unreadable_and_shown(root: Path) -> None:
    with open(os.fsencode(root) + b"/cats/caf\xe9.jpg", "wb") as stream:
        stream.write(b"1234")
    entry = one(root, "cats/caf\\xe9.jpg")
    assert (entry.status, entry.size, entry.label) == (Status.UNREADABLE, 4, "cats")
    assert "not UTF-8" in entry.reason


def test_files_in_a_folder_whose_name_is_not_utf8(root: Path) -> None:
    folder = os.fsencode(root) + b"/cats/\xff"
    os.mkdir(folder)
    with open(folder + b"/a.jpg", "wb"):
        pass
    assert one(root, "cats/\\xff/a.jpg").status is Status.UNREADABLE


@pytest.mark.parametrize("name", ["a\nb.jpg", "a\x1b[2J.jpg", "a\r.jpg", "a\x85.jpg"])
def test_a_name_with_control_characters_is_ignored_and_shown(root: Path, name: str) -> None:
    (root / "cats" / name).write_bytes(b"1234")
    (entry,) = [e for e in every(root) if "control character" in e.reason]
    assert (entry.status, entry.size, entry.label) == (Status.IGNORED, 4, "cats")
    assert entry.path.isprintable()
    assert len(every(root)) == 4


def test_a_class_folder_with_a_line_break_is_no_class(root: Path) -> None:
    (root / "two\nlines").mkdir()
    (root / "two\nlines/a.jpg").write_bytes(b"1234")
    entry = one(root, "two\\nlines/a.jpg")
    assert entry.status is Status.IGNORED
    assert "control character" in entry.reason


@pytest.mark.parametrize("name", ["...", "C:", "x:y"])
def test_a_folder_whose_name_leads_elsewhere_on_another_system_is_ignored(
    root: Path, name: str
) -> None:
    (root / name).mkdir()
    (root / name / "a.jpg").write_bytes(b"1234")
    entry = one(root, f"{name}/a.jpg")
    assert entry.status is Status.IGNORED
    assert entry.reason


def test_names_that_look_alike_when_they_are_shown_stay_apart(root: Path) -> None:
    for name in ("x\ny", "x\\ny", "x\\ny~"):
        (root / "cats" / name).mkdir()
        (root / "cats" / name / "a.jpg").write_bytes(b"1234")
    paths = [e.path for e in every(root)]
    assert len(set(paths)) == len(paths) == 6
    assert one(root, "cats/x\\ny/a.jpg").status is Status.PENDING


def test_a_folder_that_can_not_be_listed_is_one_entry(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "deep":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(listing.os, "scandir", scandir)
    entry = one(root, "cats/deep")
    assert entry.status is Status.OTHER
    assert entry.reason == "the folder can't be listed: Permission denied"
    assert {e.path for e in every(root)} == {"cats/a.jpg", "cats/deep", "dogs/c.png"}


def test_a_manifest_lists_its_files_and_ignores_the_others(root: Path) -> None:
    listed = {
        "cats/a.jpg": Location("training", "tabby", "site"),
        "gone.jpg": Location("", "x", ""),
    }
    layout = Layout(Role.MANIFEST, listed=listed)
    assert len(every(root, layout)) == 3
    entry = one(root, "cats/a.jpg", layout)
    assert (entry.split, entry.label, entry.source) == ("training", "tabby", "site")
    assert entry.status is Status.PENDING
    other = one(root, "dogs/c.png", layout)
    assert (other.status, other.reason) == (Status.IGNORED, "not in the manifest")


@pytest.mark.parametrize("seed", range(5))
def test_the_counts_reconcile_with_the_disk(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every name that is no folder is listed exactly once, in chunks."""
    monkeypatch.setattr(listing, "CHUNK", 20)
    draw, root = random.Random(seed), tmp_path / "many"
    for number in range(200):
        parts = [draw.choice(("a", "b", ".c", "d e", "ü")) for _ in range(draw.randint(0, 4))]
        file = root.joinpath(*parts, f"{number}.jpg")
        file.parent.mkdir(parents=True, exist_ok=True)
        match number % 10:
            case 0:
                file.symlink_to(draw.choice(("nowhere", "..", "/etc/hostname")))
            case 1:
                os.mkfifo(file)
            case _:
                file.write_bytes(b"x" * number)
    chunks = list(list_files(root, CLASSES))
    assert len(chunks) > 3
    assert all(chunks)
    listed = [entry for chunk in chunks for entry in chunk]
    on_disk = [
        os.path.relpath(os.path.join(folder, name), root)
        for folder, folders, files in os.walk(root)
        for name in (*files, *(f for f in folders if os.path.islink(os.path.join(folder, f))))
    ]
    assert Counter(e.path for e in listed) == Counter(on_disk)
    count = Counter(e.status for e in listed)
    assert count[Status.OTHER] == 40
    assert count[Status.PENDING] + count[Status.IGNORED] == 160
    in_root = [
        e for e in listed
        if ("/" not in e.path or e.path.startswith(".")) and e.status is not Status.OTHER
    ]  # fmt: skip
    assert count[Status.IGNORED] == len(in_root)


@pytest.mark.skipif(sys.platform == "win32", reason="these are no names there")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("..\\evil.jpg", "..%5Cevil.jpg"),
        ("\\evil.jpg", "%5Cevil.jpg"),
        ("a\\..\\..\\evil.jpg", "a%5C..%5C..%5Cevil.jpg"),
        ("..\\..\\x/1.jpg", "..%5C..%5Cx/1.jpg"),
        (".. /1.jpg", "..%20/1.jpg"),
    ],
)
def test_a_name_that_leads_up_on_another_system_is_written_out(
    root: Path, name: str, shown: str
) -> None:
    """The name is harmless here, but the project must not seem to lead outside the dataset."""
    put(root / "cats" / name)
    entry = one(root, f"cats/{shown}")
    assert entry.status is Status.IGNORED
    assert entry.reason == "the name can't be used: it leads elsewhere on Windows; rename the file"
