"""Each library lists a folder in its own order, which decides a seeded split."""

from pathlib import Path

import pytest

from inspector.errors import DatasetError, UsageError
from inspector.splits.huggingface_replay import list_image_folder
from inspector.splits.keras_arrays import valid_rows
from inspector.splits.listings import Listing, list_items
from inspector.splits.other_replays import SplitFunction, replay, split_call
from inspector.splits.replayed import Assumption, Items


def tree(root: Path, *files: str) -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


def named(items: Items, indices: object) -> set[str]:
    return {items.paths[i] for i in indices}  # type: ignore[attr-defined]


def test_libraries_count_other_files_in_another_order(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.gif", "a/2.jpg", "a/.3.jpg", "a-b/4.webp", "a-b/5.jpg", "a/n/6.JPG")
    orders = {
        Listing.IMAGE_FOLDER: ("a/.3.jpg", "a/2.jpg", "a/n/6.JPG", "a-b/4.webp", "a-b/5.jpg"),
        Listing.KERAS: ("a/.3.jpg", "a/1.gif", "a/2.jpg", "a/n/6.JPG", "a-b/5.jpg"),
        Listing.KERAS_GENERATOR: ("a/.3.jpg", "a/2.jpg", "a/n/6.JPG", "a-b/5.jpg"),
        Listing.HUGGING_FACE: ("a-b/4.webp", "a-b/5.jpg", "a/1.gif", "a/2.jpg", "a/n/6.JPG"),
        Listing.SPLIT_FOLDERS: ("a/1.gif", "a/2.jpg", "a-b/4.webp", "a-b/5.jpg"),
        Listing.ULTRALYTICS: ("a/.3.jpg", "a/2.jpg", "a/n/6.JPG", "a-b/4.webp", "a-b/5.jpg"),
    }
    for listing, paths in orders.items():
        assert list_items(tmp_path, listing).paths == paths, listing


def test_unsorted_listings_say_so(tmp_path: Path) -> None:
    tree(tmp_path, *(f"{name}/{i}.jpg" for name in "ab" for i in range(9)))
    by_path = list_items(tmp_path, Listing.SORTED)
    for listing in (Listing.FASTAI, Listing.DISK):
        items = list_items(tmp_path, listing)
        assert sorted(items.paths) == list(by_path.paths)
        split = replay(items, split_call(SplitFunction.RANDOM_SPLITTER, {"seed": 1}))
        assert split.assumptions == (Assumption.DISK_ORDER,)
    assert by_path.assumptions == (Assumption.SORTED_LISTING,)
    assert by_path.labels is not None
    assert by_path.labels.tolist() == ["a"] * 9 + ["b"] * 9


def test_names_decide_the_splits_of_hugging_face(tmp_path: Path) -> None:
    tree(tmp_path, "cat/1.jpg", "dog/1.jpg", "test/1.jpg", "test/2.txt")
    listed = list_image_folder(tmp_path)
    assert {split: items.paths for split, items in listed.items()} == {"test": ("test/1.jpg",)}
    with pytest.raises(UsageError, match='no split "train"'):
        list_items(tmp_path, Listing.HUGGING_FACE)


def test_a_file_that_two_patterns_match_is_loaded_twice(tmp_path: Path) -> None:
    tree(tmp_path, "train/train_1/1.jpg", "train/train_1/2.jpg")
    paths = list_image_folder(tmp_path)["train"].paths
    assert sorted(paths) == sorted(2 * ("train/train_1/1.jpg", "train/train_1/2.jpg"))


def test_labels_of_hugging_face_need_one_depth(tmp_path: Path) -> None:
    tree(tmp_path / "flat", "a/1.jpg", "b/1.jpg")
    tree(tmp_path / "deep", "a/1.jpg", "b/c/1.jpg")
    tree(tmp_path / "first", "train/1.jpg", "val/1.jpg")
    flat, deep = (list_items(tmp_path / name, Listing.HUGGING_FACE) for name in ("flat", "deep"))
    assert flat.labels is not None
    assert flat.labels.tolist() == ["a", "b"]
    assert deep.labels is None
    with pytest.raises(DatasetError, match="labels the last split"):
        list_image_folder(tmp_path / "first")


@pytest.mark.parametrize(
    ("listing", "files", "text"),
    [
        (Listing.IMAGE_FOLDER, ("a/1.jpg", "b/1.txt"), "class folder b holds no image"),
        (Listing.IMAGE_FOLDER, ("1.jpg",), "no class folders"),
        (Listing.HUGGING_FACE, ("a/1.txt",), "no image for the split"),
        (Listing.HUGGING_FACE, ("a/1.jpg", "metadata.csv"), r"metadata\.csv"),
        (Listing.ULTRALYTICS, ("a/1.jpg/x.txt",), "is a folder, or a link"),
    ],
)
def test_what_stops_a_library_is_said(
    tmp_path: Path, listing: Listing, files: tuple[str, ...], text: str
) -> None:
    tree(tmp_path, *files)
    with pytest.raises(DatasetError, match=text):
        list_items(tmp_path, listing)


@pytest.mark.parametrize("listing", [x for x in Listing if x is not Listing.HUGGING_FACE])
def test_a_missing_folder_is_an_error(tmp_path: Path, listing: Listing) -> None:
    with pytest.raises(DatasetError):
        list_items(tmp_path / "none", listing)


def test_circles_of_links_are_refused(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.jpg")
    (tmp_path / "a" / "again").symlink_to(tmp_path / "a", target_is_directory=True)
    for listing, name in ((Listing.IMAGE_FOLDER, "torchvision"), (Listing.FASTAI, "fastai")):
        with pytest.raises(DatasetError, match=f"{name} follows it in circles"):
            list_items(tmp_path, listing)


def test_split_folders_shuffles_each_class_alike(tmp_path: Path) -> None:
    tree(tmp_path, *(f"{name}/frame{i}.jpg" for name in "ab" for i in range(20)))
    items = list_items(tmp_path, Listing.SPLIT_FOLDERS)
    split = replay(items, split_call(SplitFunction.SPLIT_FOLDERS, {"ratio": [0.7, 0.2, 0.1]}))
    for part, size in (("training", 14), ("validation", 4), ("test", 2)):
        names = [items.paths[i] for i in split.part(part)]
        of_a, of_b = ([n[2:] for n in names if n.startswith(c)] for c in "ab")
        assert of_a == of_b
        assert len(of_a) == size
    assert split.assumptions == (Assumption.EMPTY_TARGET,)


def test_split_folders_takes_numbers_per_class(tmp_path: Path) -> None:
    tree(tmp_path, *(f"a/{i}.jpg" for i in range(8)), *(f"b/{i}.png" for i in range(5)))
    items = list_items(tmp_path, Listing.SPLIT_FOLDERS)
    sizes = {
        fixed: [
            len(part.indices)
            for part in replay(
                items, split_call(SplitFunction.SPLIT_FOLDERS, {"fixed": list(fixed)})
            ).parts
        ]
        for fixed in ((2,), (2, 1), (1, 2, 1))
    }
    assert sizes == {(2,): [9, 4], (2, 1): [7, 4, 2], (1, 2, 1): [2, 4, 2]}
    with pytest.raises(UsageError, match='"b" has 5 files'):
        replay(items, split_call(SplitFunction.SPLIT_FOLDERS, {"fixed": [6]}))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match='"empty" has 0 files'):
        replay(
            list_items(tmp_path, Listing.SPLIT_FOLDERS),
            split_call(SplitFunction.SPLIT_FOLDERS, {"fixed": [1]}),
        )


def test_split_folders_keeps_stems_together(tmp_path: Path) -> None:
    tree(tmp_path, *(f"a/{i}.{end}" for i in range(10) for end in ("jpg", "txt")))
    items = list_items(tmp_path, Listing.SPLIT_FOLDERS)
    split = replay(items, split_call(SplitFunction.SPLIT_FOLDERS, {"group": "stem"}))
    stems = [{Path(path).stem for path in named(items, part.indices)} for part in split.parts]
    assert [len(part.indices) for part in split.parts] == [16, 2, 2]
    assert sum(map(len, stems)) == 10
    (tmp_path / "a" / "0.txt").unlink()
    with pytest.raises(UsageError, match="same number of files"):
        replay(
            list_items(tmp_path, Listing.SPLIT_FOLDERS),
            split_call(SplitFunction.SPLIT_FOLDERS, {"group": "stem"}),
        )


def test_ultralytics_cuts_each_class(tmp_path: Path) -> None:
    tree(tmp_path, *(f"a/{i}.jpg" for i in range(10)), *(f"b/n/{i}.webp" for i in range(5)))
    items = list_items(tmp_path, Listing.ULTRALYTICS)
    split = replay(items, split_call(SplitFunction.SPLIT_CLASSIFY, {}))
    assert [len(part.indices) for part in split.parts] == [12, 3]
    assert not split.assumptions


def test_the_grandparent_folder_needs_no_order(tmp_path: Path) -> None:
    tree(tmp_path, "train/a/1.jpg", "valid/a/2.jpg", "test/a/3.jpg", "train/4.jpg")
    items = list_items(tmp_path, Listing.FASTAI)
    for call in (
        split_call(SplitFunction.GRANDPARENT_SPLITTER, {}),
        split_call(SplitFunction.FROM_FOLDER, {}),
    ):
        split = replay(items, call)
        assert named(items, split.part("training")) == {"train/a/1.jpg"}
        assert named(items, split.part("validation")) == {"valid/a/2.jpg"}
        assert not split.assumptions


def test_a_table_keeps_its_valid_rows(tmp_path: Path) -> None:
    tree(tmp_path, "1.jpg", "2.webp", "3.PNG", "4.jpg")
    names, labels = ["4.jpg", "gone.jpg", "2.webp", "3.PNG", "1.jpg"], ["a", "a", "b", "b", "c"]
    assert valid_rows(tmp_path, names).tolist() == [0, 3, 4]
    assert valid_rows(tmp_path, names, labels=labels, classes=["a", "b"]).tolist() == [0, 3]


def test_the_first_rows_of_a_table_are_validation_and_the_last_of_an_array() -> None:
    items = Items(tuple("abcdefghij"))
    rows = split_call(SplitFunction.FLOW_FROM_DATAFRAME, {"validation_split": 0.2})
    arrays = split_call(SplitFunction.FIT, {"validation_split": 0.2})
    assert replay(items, rows).part("validation").tolist() == [0, 1]
    assert replay(items, arrays).part("validation").tolist() == [8, 9]
