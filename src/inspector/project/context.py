"""What every part of an open project shares: paths, layout, database, cache, events and workers."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from inspector.dataset.layouts import Layout, Role, guess_layout
from inspector.dataset.manifests import read_manifest
from inspector.desktop.paths import default_project, pictures_file
from inspector.errors import DatasetError, ProjectError
from inspector.project.changes import Changes
from inspector.store import meta
from inspector.store.cache import ImageCache
from inspector.store.database import Database
from inspector.work.pool import Pool
from inspector.work.tasks import FEATURES, RECORD_BYTES

TASKS = "inspector.work.worker:run"
SECONDS_PER_FILE = 60.0


class ProjectContext:
    """Open a project file for a dataset; safe to use from any thread.

    Args:
        dataset: The dataset's folder; None to take the one that the project file remembers.
        file: The project file; None for the default one of the dataset.
        relocate: True to take `dataset` as the new location of the same files.
        role: What the user says the top folders are; None for the remembered or guessed one.
        manifest: A CSV that names the files, instead of folders.
        jobs: Worker processes; None for all cores, or one less with a window.
        window: True to leave a core to the window and work at low priority.
        read_only: True to decide and keep nothing.

    Attributes:
        root: The dataset's folder, absolute.
        file: The project file, absolute.
        layout: What the folders mean.

    Raises:
        DatasetError: The folder is missing or fits no layout.
        ProjectError: The file is not a project, or belongs to another dataset.
    """

    def __init__(  # noqa: PLR0913 - each is one choice of the user at opening
        self,
        dataset: Path | None,
        file: Path | None = None,
        *,
        relocate: bool = False,
        role: Role | None = None,
        manifest: Path | None = None,
        jobs: int | None = None,
        window: bool = False,
        read_only: bool = False,
    ) -> None:
        if dataset is not None and dataset.suffix == ".inspector" and dataset.is_file():
            dataset, file = None, dataset
        remembered = remembered_root(file) if file is not None and file.exists() else ""
        if dataset is None and not remembered:
            raise ProjectError(f"there is no project {file}", "Open a dataset's folder instead.")
        self.root = Path(dataset if dataset is not None else remembered).absolute()
        self.layout = _layout(self.root, role, manifest)
        self.file = file.absolute() if file else default_project(self.root)
        if self.file.is_relative_to(self.root):
            raise ProjectError(
                "the project file would lie inside the dataset, which is never written to",
                "Name a file outside of the dataset with --project.",
            )
        self.database = Database(self.file, read_only=read_only)
        self.cache = ImageCache(pictures_file(), version=FEATURES, record_bytes=RECORD_BYTES)
        self.low_priority = window
        self._subscribers: list[Callable[[Changes], None]] = []
        self._pool: Pool | None = None
        self._pool_lock = threading.Lock()
        self._jobs = jobs or max(1, (os.cpu_count() or 1) - window)
        try:
            self._claim(relocate, role, manifest)
        except Exception:
            self.close()
            raise

    @property
    def name(self) -> str:
        """The dataset's name for people: its folder's."""
        return self.root.name or str(self.root)

    def subscribe(self, subscriber: Callable[[Changes], None]) -> None:
        """Call `subscriber` with each `Changes`, on the thread that made it."""
        self._subscribers.append(subscriber)

    def emit(self, changes: Changes) -> None:
        """Pass a change to every subscriber."""
        for subscriber in self._subscribers:
            subscriber(changes)

    def pool(self) -> Pool:
        """Return the worker pool, started at the first use and kept warm."""
        with self._pool_lock:
            if self._pool is None:
                self._pool = Pool(
                    TASKS,
                    workers=self._jobs,
                    timeout_seconds=SECONDS_PER_FILE,
                    low_priority=self.low_priority,
                )
            return self._pool

    def set_role(self, role: Role) -> None:
        """Remember what the top folders are, as the user said; the next index obeys."""
        self.layout = guess_layout(self.root, role=role)
        self.database.write(lambda c: meta.put(c, "role", role.value), urgent=True)
        self.emit(Changes(layout=True, samples=True))

    def absolute(self, path: str) -> Path:
        """Return the full path of a sample's path."""
        return self.root / path

    def close(self) -> None:
        """Stop the workers and close the files; decisions are on disk already."""
        if self._pool is not None:
            self._pool.close()
        self.database.close()
        self.cache.close()

    def _claim(self, relocate: bool, role: Role | None, manifest: Path | None) -> None:
        """Check that the project is of this dataset, or make it so; recall the layout."""
        reader = self.database.read()
        known = meta.get(reader, "root")
        here = os.path.realpath(self.root)
        if known and known != here and not relocate:
            raise ProjectError(
                f"the project {self.file.name} is of the dataset {known}",
                "Open that dataset, name another --project, or add --relocate if it moved here.",
            )
        if known and known != here and not self._same_files(meta.get(reader, "names")):
            raise ProjectError(
                f"{self.root} does not hold the files that {self.file.name} knows",
                "Relocate to the folder that holds them, or name another --project.",
            )
        stored_role = meta.get(reader, "role")
        stored_manifest = meta.get(reader, "manifest")
        if role is None and manifest is None:
            if stored_manifest:
                self.layout = read_manifest(Path(stored_manifest))
            elif stored_role:
                self.layout = guess_layout(self.root, role=Role(stored_role))

        values = {"root": here}
        if role is not None:
            values["role"] = role.value
        if manifest is not None:
            values["manifest"] = str(manifest.absolute())
        # A project that is locked or read-only is opened all the same where nothing is new.
        if any(meta.get(reader, name) != value for name, value in values.items()):
            self.database.write(lambda c: meta.put_all(c, values), urgent=True)

    def _same_files(self, names: str) -> bool:
        """Tell whether at least half of the sampled names of the known dataset exist here."""
        paths = [p for p in names.split("\n") if p]
        return not paths or sum((self.root / p).exists() for p in paths) * 2 >= len(paths)


def _layout(root: Path, role: Role | None, manifest: Path | None) -> Layout:
    if manifest is not None:
        if not root.is_dir():
            raise DatasetError(f"there is no folder {root}", "Check the path.")
        return read_manifest(manifest)
    return guess_layout(root, role=role)


def remembered_root(file: Path) -> str:
    """Return the dataset that a project file is of."""
    database = Database(file, read_only=True)
    try:
        return meta.get(database.read(), "root")
    finally:
        database.close()
