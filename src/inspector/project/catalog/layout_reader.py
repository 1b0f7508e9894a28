"""Reads a folder as a user says, without opening a project: what the dialog "Opened as" asks."""

import threading
from pathlib import Path

from inspector.dataset.decoding import encode_thumbnail, read_picture
from inspector.dataset.layouts import Choice, Tree, read_tree
from inspector.dataset.layouts.views.outline import (
    Outline,
    outline,
)


class LayoutReader:
    """Answers what a dataset would be read as; safe to use from any thread.

    The names are listed once, at the first question.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tree: Tree | None = None
        self._lock = threading.Lock()

    def outline(self, choice: Choice) -> Outline:
        """Return the folders, their roles and what comes out for a choice.

        Raises:
            DatasetError: The folder can't be listed.
        """
        with self._lock:
            if self._tree is None:
                self._tree = read_tree(self.root)
            tree = self._tree
        return outline(self.root, tree, choice)

    def thumbnail(self, path: str) -> bytes | None:
        """Return a JPEG of an image by its relative path; None where there are no pixels."""
        pixels = read_picture(str(self.root / path)).pixels
        return None if pixels is None else encode_thumbnail(pixels)
