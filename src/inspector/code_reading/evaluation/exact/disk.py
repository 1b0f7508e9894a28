"""The files that a program sees: those of a dataset, and those that it copies."""

import posixpath
import zlib
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Protocol


class FileTree(Protocol):
    """The files of a dataset, by path relative to its root; "" is the root."""

    @property
    def name(self) -> str:
        """The name of the root folder."""
        ...

    def names(self, folder: str) -> Sequence[str]:
        """Return the sorted names in a folder."""
        ...

    def is_folder(self, path: str) -> bool:
        """Tell whether there is such a folder."""
        ...

    def is_file(self, path: str) -> bool:
        """Tell whether there is such a file."""
        ...

    def text(self, path: str) -> str | None:
        """Return the text of a small file; None if it is no text."""
        ...

    def size(self, path: str) -> int:
        """Return the size of a file in bytes."""
        ...

    def named(self, name: str) -> Sequence[str]:
        """Return the paths of all files with a name."""
        ...


class DiskOrder(IntEnum):
    """The order in which a folder is taken to be listed."""

    SORTED = 0
    REVERSED = 1
    MIXED = 2


class Disk:
    """Resolves the paths of a program.

    Attributes:
        unsorted: True once something was listed in an order that only a disk tells.
    """

    def __init__(self, tree: FileTree, order: DiskOrder) -> None:
        self._tree, self._order = tree, order
        self._roots: dict[str, str] = {}
        self._copies: dict[str, str] = {}
        self._folders: set[str] = set()
        self.unsorted = False

    def in_some_order(self, items: Sequence[str]) -> list[str]:
        """Return items of a listing or a set, whose order no program may rely on."""
        self.unsorted |= len(items) > 1
        match self._order:
            case DiskOrder.SORTED:
                return sorted(items)
            case DiskOrder.REVERSED:
                return sorted(items, reverse=True)
            case DiskOrder.MIXED:
                return sorted(items, key=lambda item: zlib.crc32(item.encode("utf-8", "replace")))

    def relative(self, path: str) -> str | None:
        """Return the path in the dataset that a path in the code means; None if it is elsewhere."""
        path = _plain(path)
        if self.is_made(path):
            return None
        parts = path.split("/")
        for end in range(len(parts), 0, -1):
            root = self._roots.get("/".join(parts[:end]))
            if root is not None:
                return "/".join(p for p in (root, *parts[end:]) if p)
        return self._first_seen(parts)

    def _first_seen(self, parts: list[str]) -> str | None:
        """Match a path that lies in no folder seen before, by its last parts."""
        tree = self._tree
        starts = [i + 1 for i, p in enumerate(parts) if p == tree.name]
        for start in (*starts, *range(len(parts))):
            inner = "/".join(parts[start:])
            if (inner or start in starts) and (tree.is_folder(inner) or tree.is_file(inner)):
                head = "/".join(parts[:start])
                if head:
                    self._roots[head] = ""
                else:
                    self._roots[parts[0]] = parts[0]
                return inner
        return None

    def is_made(self, path: str) -> bool:
        """Tell whether the program makes this folder or file."""
        path = _plain(path)
        return path in self._folders or path in self._copies

    def make_folder(self, path: str) -> None:
        """Record that the program makes a folder; one of the dataset stays as it is."""
        path = _plain(path)
        relative = self.relative(path)
        if relative is None or not self._tree.is_folder(relative):
            self._folders.add(path)

    def copy(self, source: str, target: str) -> bool:
        """Record that a file is copied; return whether both are understood."""
        origin = self.file(source)
        if origin is None:
            return False
        target = _plain(target)
        known = self.relative(target)
        if target in self._folders or (known is not None and self._tree.is_folder(known)):
            target = f"{target}/{posixpath.basename(_plain(source))}"
        self._copies[target] = origin
        while "/" in target:
            target = target.rpartition("/")[0]
            if self._roots.get(target) is not None:
                break
            self._folders.add(target)
        return True

    def copies_below(self, folder: str) -> list[str]:
        """Return the files of the dataset whose copies lie below a folder that the program made."""
        head = _plain(folder) + "/"
        return [origin for path, origin in self._copies.items() if path.startswith(head)]

    def file(self, path: str) -> str | None:
        """Return the file of the dataset that a path means, or that was copied there."""
        plain = _plain(path)
        if plain in self._copies:
            return self._copies[plain]
        relative = self.relative(plain)
        if relative is not None and self._tree.is_file(relative):
            return relative
        same = self._tree.named(plain) if relative is None and "/" not in plain else ()
        return same[0] if len(same) == 1 else None

    def is_file(self, path: str) -> bool | None:
        """Tell whether there is such a file; None for paths outside of the dataset."""
        plain = _plain(path)
        if self.is_made(plain):
            return plain in self._copies
        relative = self.relative(plain)
        return None if relative is None else self._tree.is_file(relative)

    def is_folder(self, path: str) -> bool | None:
        """Tell whether there is such a folder; None for paths outside of the dataset."""
        plain = _plain(path)
        if self.is_made(plain):
            return plain in self._folders
        relative = self.relative(plain)
        return None if relative is None else self._tree.is_folder(relative)

    def names(self, folder: str) -> list[str] | None:
        """Return the sorted names in a folder; None if it is none of the dataset's."""
        head = _plain(folder)
        start = f"{head}/"
        below = {
            p[len(start) :].partition("/")[0] for p in (*self._copies, *self._folders)
            if p.startswith(start)
        }  # fmt: skip
        relative = self.relative(head)
        if relative is None or not self._tree.is_folder(relative):
            return sorted(below) if head in self._folders else None
        return sorted({*self._tree.names(relative), *below})

    def size(self, path: str) -> int | None:
        """Return the size of a file in bytes; None if it is none of the dataset's."""
        file = self.file(path) if "/" in _plain(path) else None
        return None if file is None else self._tree.size(file)

    def text(self, path: str) -> str | None:
        """Return the text of a file of the dataset; None if there is none."""
        relative = self.relative(path)
        if relative is None or not self._tree.is_file(relative):
            return None
        return self._tree.text(relative)

    def below(self, folder: str) -> Iterator[tuple[str, list[str], list[str]]]:
        """Yield folders with the names of their folders and files, as os.walk does."""
        names = self.names(folder)
        if names is None:
            return
        ordered = self.in_some_order(names)
        folders = [n for n in ordered if self.is_folder(f"{folder}/{n}")]
        inner = set(folders)
        yield folder, folders, [n for n in ordered if n not in inner]
        for name in folders:  # As the program left them.
            yield from self.below(f"{folder}/{name}")


def _plain(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/") or ".")
