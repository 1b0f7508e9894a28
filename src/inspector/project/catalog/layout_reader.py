"""Reads a folder by a user's choice, without a project, for the dialog "Opened as"."""

import threading
from pathlib import Path

from inspector.dataset.decoding import encode_thumbnail, read_picture
from inspector.dataset.layouts import Choice, Tree, read_tree
from inspector.dataset.layouts.views.outline import (
    Outline,
    outline,
)


class LayoutReader:
    """Returns how a dataset would be read; safe from any thread.

    Names are listed once, at the first call.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tree: Tree | None = None
        self._lock = threading.Lock()

    def outline(self, choice: Choice) -> Outline:
        """Return the folders, their roles and the resulting counts for a choice.

        Raises:
            DatasetError: The folder can't be listed.
        """
        with self._lock:
            if self._tree is None:
                self._tree = read_tree(self.root)
            tree = self._tree
        return outline(self.root, tree, choice)

    def thumbnail(self, path: str) -> bytes | None:
        """Return a JPEG of an image by relative path; None where it can't be decoded."""
        pixels = read_picture(str(self.root / path)).pixels
        return None if pixels is None else encode_thumbnail(pixels)
