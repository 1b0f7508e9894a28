"""The files of a dataset as a program sees them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from inspector.errors import DatasetError
from inspector.input_files import read_text

_MAX_FILES: Final = 400_000
_MAX_TEXT: Final = 8_000_000


class DatasetTree:
    """Folders and files below the root of a dataset, read when asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[str, list[str]] = {}
        self._folders: dict[str, bool] = {}
        self._by_name: dict[str, list[str]] | None = None

    @property
    def name(self) -> str:
        """The name of the root folder."""
        return self._root.name

    def names(self, folder: str) -> Sequence[str]:
        """Return the sorted names in a folder."""
        if folder not in self._names:
            try:
                with os.scandir(self._root / folder) as entries:
                    kinds = {e.name: e.is_dir() for e in entries}
            except (OSError, ValueError):
                kinds = {}
            self._names[folder] = sorted(kinds)
            head = f"{folder}/" if folder else ""
            self._folders |= {head + name: is_folder for name, is_folder in kinds.items()}
        return self._names[folder]

    def is_folder(self, path: str) -> bool:
        """Tell whether there is such a folder."""
        return not path or (self._is_there(path) and self._folders[path])

    def is_file(self, path: str) -> bool:
        """Tell whether there is such a file."""
        return bool(path) and self._is_there(path) and not self._folders[path]

    def _is_there(self, path: str) -> bool:
        if path in self._folders:
            return True
        head, _, name = path.rpartition("/")
        if not self.is_folder(head):
            return False
        return name in self.names(head) and path in self._folders

    def text(self, path: str) -> str | None:
        """Return the text of a small file; None if it is no text."""
        try:
            return read_text(
                self._root / path, what="list", advice="Save it as UTF-8.", limit=_MAX_TEXT
            )
        except DatasetError:
            return None

    def size(self, path: str) -> int:
        """Return the size of a file in bytes; 0 if it is gone."""
        try:
            return (self._root / path).stat().st_size
        except (OSError, ValueError):
            return 0

    def named(self, name: str) -> Sequence[str]:
        """Return the paths of all files with a name, with its ending or without."""
        if self._by_name is None:
            self._by_name = {}
            for where, _, names in os.walk(self._root):
                head = Path(where).relative_to(self._root).as_posix()
                for file in names:
                    path = file if head == "." else f"{head}/{file}"
                    self._by_name.setdefault(file, []).append(path)
                    stem = file.rpartition(".")[0]
                    if stem and stem != file:
                        self._by_name.setdefault(stem, []).append(path)
        return self._by_name.get(name, ())
