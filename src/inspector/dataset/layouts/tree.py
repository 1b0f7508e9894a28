"""The names below a dataset folder, listed once for all conventions."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inspector.dataset.layouts.words import JUNK, VIDEO_ENDINGS, is_image, stem
from inspector.errors import DatasetError

MAX_DEPTH = 12
MAX_FOLDERS = 200_000
# A folder with more files than these that are no images has one per image.
MANY_FILES = 400
_NOT_NORMAL = re.compile(r"//|/\.|^\.|/$")


@dataclass(slots=True)
class Folder:
    """The names in one folder.

    Attributes:
        path: Relative to the dataset, with "/"; "" for the dataset itself.
        folders: Names of subfolders in code-point order, without hidden and leftover ones.
        images: Names with an image suffix.
        others: Other names.
        below: Number of images in it and below it.
    """

    path: str
    folders: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    below: int = 0

    def join(self, name: str) -> str:
        """Return the path of one of its names."""
        return f"{self.path}/{name}" if self.path else name


class Tree:
    """All names below a folder; also finds the image that a label file means.

    Args:
        name: The dataset's name, for sentences.
        folders: By path.
    """

    def __init__(self, name: str, folders: dict[str, Folder]) -> None:
        self.name = name
        self.folders = folders
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        self._by_lower: dict[str, list[str]] = {}
        self._by_suffix: dict[str, list[tuple[Folder, str]]] = {}
        for path in sorted(folders, key=lambda p: -(p.count("/") + bool(p))):
            one = folders[path]
            one.below = len(one.images) + sum(folders[one.join(f)].below for f in one.folders)

    @property
    def total(self) -> int:
        """Number of images."""
        return self.folders[""].below

    def images(self, folder: str = "") -> Iterator[str]:
        """Yield the paths of all images in a folder and below it."""
        for one in self.folders_below(folder):
            yield from map(one.join, one.images)

    def folders_below(self, folder: str) -> Iterator[Folder]:
        """Yield a folder and all folders below it."""
        pending = [folder]
        while pending:
            one = self.folders[pending.pop()]
            yield one
            pending += map(one.join, reversed(one.folders))

    def populated(self, folder: str) -> list[str]:
        """List the subfolders of a folder that contain an image at any depth."""
        one = self.folders[folder]
        return [name for name in one.folders if self.folders[one.join(name)].below]

    def files(self, *endings: str, depth: int = 5, most: int = 0) -> list[str]:
        """List the paths of other files with one of these suffixes, nearest to the top first.

        Args:
            endings: Lower-case name suffixes, with a dot.
            depth: Depth of the deepest folder to search.
            most: Skip folders with more other files than this: one label file per image.
        """
        if not self._by_suffix:
            for folder in self.folders.values():
                for name in folder.others:
                    suffix = name[name.rfind(".") :].lower() if "." in name else ""
                    self._by_suffix.setdefault(suffix, []).append((folder, name))
        suffixes = {ending[ending.rfind(".") :] for ending in endings}
        paths = [
            folder.join(name)
            for suffix in suffixes
            for folder, name in self._by_suffix.get(suffix, ())
            if folder.path.count("/") < depth
            and (not most or len(folder.others) <= most)
            and (suffix in endings or name.lower().endswith(endings))
        ]
        return sorted(paths, key=lambda path: (path.count("/"), path))

    def within(self, root: str, without: Iterable[str]) -> "Tree":
        """Return the tree with the images of one folder only, and without some folders."""
        gone = tuple(without)
        folders: dict[str, Folder] = {}
        for path, one in self.folders.items():
            if any(path == g or path.startswith(f"{g}/") for g in gone):
                continue
            inside = not root or path == root or path.startswith(f"{root}/")
            names = [n for n in one.folders if one.join(n) not in gone]
            folders[path] = Folder(path, names, one.images if inside else [], one.others)
        return Tree(self.name, folders)

    def videos(self) -> list[str]:
        """List the paths of video files."""
        return self.files(*VIDEO_ENDINGS, depth=MAX_DEPTH)

    def find(self, name: str, near: Sequence[str] = ("",)) -> str:
        """Return the path of the image that a label file names, "" for none.

        Args:
            name: Path or file name, with or without its suffix, as in the label file.
            near: Folders that `name` may be relative to, likeliest first.
        """
        plain = _plain(name)
        if not plain:
            return ""
        if not self._by_name:
            self._index()
        for folder in near:
            path = f"{folder}/{plain}" if folder else plain
            if _NOT_NORMAL.search(path):
                path = os.path.normpath(path)
            if exact := self._exact(path):
                return exact
        base = plain.rpartition("/")[2]
        paths = self._by_name.get(base) or self._by_stem.get(base) or self._by_stem.get(stem(base))
        if not paths:
            # Tables are written on systems where "A.JPG" and "a.jpg" are the same.
            other_case = self._by_lower.get(base.lower(), [])
            return other_case[0] if len(other_case) == 1 else ""
        return _best(plain, paths, near)

    def _exact(self, path: str) -> str:
        head, _, name = path.rpartition("/")
        folder = self.folders.get(head)
        if folder is None:
            return ""
        return path if path in self._by_name.get(name, ()) else ""

    def _index(self) -> None:
        by_name, by_stem = defaultdict(list), defaultdict(list)
        for path in self.images():
            name = path.rpartition("/")[2]
            by_name[name].append(path)
            by_stem[stem(name)].append(path)
        self._by_name, self._by_stem = dict(by_name), dict(by_stem)
        lower: defaultdict[str, list[str]] = defaultdict(list)
        for name, paths in by_name.items():
            lower[name.lower()] += paths
        self._by_lower = dict(lower)


def _plain(name: str) -> str:
    text = name.strip().strip("\"'").replace("\\", "/").lstrip("/")
    while text.startswith("./"):
        text = text[2:]
    return text


def _best(name: str, paths: Sequence[str], near: Sequence[str]) -> str:
    """Return the one path that ends with the name, the nearest of several; "" if unclear."""
    if len(paths) == 1 and "/" not in name:
        return paths[0]
    # A dot in a name without a suffix starts none: "x_jpg.rf.2af3".
    tails = (f"/{stem(name)}", f"/{name}")
    fits = [p for p in paths if f"/{stem(p)}".endswith(tails) or f"/{p}".endswith(f"/{name}")]
    if not fits and "/" in name:
        # A path from another machine: its last folder decides.
        tail = "/" + "/".join(stem(name).split("/")[-2:])
        fits = [p for p in paths if ("/" + stem(p)).endswith(tail)] or list(paths)
    if len(fits) == 1:
        return fits[0]
    for folder in near:
        inside = [p for p in fits if folder and p.startswith(f"{folder}/")]
        if len(inside) == 1:
            return inside[0]
    return ""


def read_tree(root: Path) -> Tree:
    """List all names below a folder, following linked folders unless they form a cycle.

    Raises:
        DatasetError: It is no folder, or can't be listed.
    """
    if not root.exists():
        raise DatasetError(f"there is no folder {root}", "Check the path, or open another folder.")
    if not root.is_dir():
        raise DatasetError(f"{root} is not a folder", "Open the folder that holds the classes.")
    folders: dict[str, Folder] = {}
    real_root = os.path.realpath(root)
    pending: list[tuple[str, str, tuple[str, ...]]] = [("", real_root, ())]
    while pending:
        path, real, above = pending.pop()
        folder = folders.setdefault(path, Folder(path))
        try:
            entries = _entries(root / path)
        except OSError as error:
            if path:
                continue
            raise DatasetError(
                f"the folder {root} can't be listed: {error.strerror}", "Check its permissions."
            ) from error
        deeper = len(folders) < MAX_FOLDERS and path.count("/") < MAX_DEPTH
        below = (*above, real)
        for name, is_folder, is_link in entries:
            if not is_folder:
                (folder.images if is_image(name) else folder.others).append(name)
            elif deeper and (inside := _entered(name, real, below, is_link=is_link)):
                folder.folders.append(name)
                folders[folder.join(name)] = Folder(folder.join(name))
                pending.append((folder.join(name), inside, below))
    return Tree(root.name or str(root), folders)


def _entered(name: str, real: str, above: Sequence[str], *, is_link: bool) -> str:
    """Return the real path of a folder to list, "" for one to skip."""
    if name.startswith(".") or name in JUNK:
        return ""
    if not is_link:
        return f"{real}{os.sep}{name}"
    inside = os.path.realpath(f"{real}{os.sep}{name}")
    return "" if leads_back(inside, above) else inside


def leads_back(target: str, above: Sequence[str]) -> bool:
    """Tell whether a link's real target is, or contains, a real folder above the link."""
    return any((folder + os.sep).startswith(target.rstrip(os.sep) + os.sep) for folder in above)


def _entries(folder: Path) -> list[tuple[str, bool, bool]]:
    """Return (name, is a folder, is a link), sorted by name; names that are not UTF-8 escaped."""
    rows = []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                link = entry.is_symlink()
                rows.append((entry.name, entry.is_dir(), link))
            except OSError:
                rows.append((entry.name, False, True))
    return sorted(rows)
