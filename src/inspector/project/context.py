"""What every part of an open project shares: paths, layout, database, cache, events and workers."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from inspector.dataset.layouts import Choice, Kind, Layout, recognise
from inspector.dataset.manifests import read_manifest
from inspector.dataset.packed.recognition import packed_files, packed_kind
from inspector.dataset.user_files import check_outside
from inspector.desktop.paths import default_project, pictures_file, projects_folder
from inspector.errors import DatasetError, InspectorError, PackedDatasetError, ProjectError
from inspector.project.changes import Changes
from inspector.store.cache import ImageCache
from inspector.store.project_store import ProjectStore
from inspector.store.records import DATASET, GROUPING, LISTING, DatasetRecord
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
        choice: How the user says the dataset is read; None for the remembered choice.
        manifest: A CSV that names the files, instead of folders.
        jobs: Worker processes; None for all cores, or one less with a window.
        window: True to leave a core to the window and work at low priority.
        read_only: True to decide and keep nothing.

    Attributes:
        root: The dataset's folder, absolute.
        file: The project file, absolute.
        layout: What the folders and label files mean.
        choice: What the user said of it.
        jobs: Worker processes.

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
        choice: Choice | None = None,
        manifest: Path | None = None,
        jobs: int | None = None,
        window: bool = False,
        read_only: bool = False,
    ) -> None:
        if dataset is not None and dataset.suffix == ".inspector" and dataset.is_file():
            dataset, file = None, dataset
        if dataset is not None and file is not None:
            check_outside(file, dataset, what="project file")
        remembered = ""
        if file is not None and file.exists():
            remembered = remembered_root(file, read_only=read_only)
        if dataset is None and not remembered:
            raise ProjectError(f"there is no project {file}", "Open a dataset's folder instead.")
        self.root = Path(dataset if dataset is not None else remembered).absolute()
        self.file = file.absolute() if file else default_project(self.root)
        self.read_only = read_only
        self.choice = Choice()
        try:
            self.layout = self._recognise(choice, manifest)
        except DatasetError as error:
            raise packed_error(self.root) or error from None
        check_outside(self.file, self.root, what="project file")
        self.store = ProjectStore(self.file, read_only=read_only)
        self.cache = ImageCache(pictures_file(), version=FEATURES, record_bytes=RECORD_BYTES)
        self.low_priority = window
        self._subscribers: list[Callable[[Changes], None]] = []
        self._pool: Pool | None = None
        self._pool_lock = threading.Lock()
        self.jobs = jobs or max(1, (os.cpu_count() or 1) - window)
        try:
            self._claim(relocate, manifest)
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
                self._pool = self.own_pool()
            return self._pool

    def own_pool(self) -> Pool:
        """Return another worker pool, for work beside a scan; whoever asks closes it."""
        return Pool(
            TASKS,
            workers=self.jobs,
            timeout_seconds=SECONDS_PER_FILE,
            low_priority=self.low_priority,
        )

    def set_layout(self, choice: Choice) -> None:
        """Remember how to read the dataset, as the user said; the next index obeys.

        Raises:
            DatasetError: The choice fits nothing.
        """
        self.layout = recognise(self.root, choice)
        self.choice = choice
        self.store.records.update(
            DATASET,
            lambda record: msgspec.structs.replace(record, layout=choice, role=None, manifest=""),
            urgent=True,
        )
        self.emit(Changes(layout=True, samples=True))

    def absolute(self, path: str) -> Path:
        """Return the full path of a sample's path."""
        return self.root / path

    def close(self) -> None:
        """Stop the workers and close the files; decisions are on disk already."""
        if self._pool is not None:
            self._pool.close()
        self.store.close()
        self.cache.close()

    def _recognise(self, choice: Choice | None, manifest: Path | None) -> Layout:
        """Return the layout by what the user says now, else by what is remembered."""
        if manifest is not None:
            return _by_manifest(self.root, manifest)
        if choice is not None:
            self.choice = choice
            return recognise(self.root, choice)
        self.choice, stored_manifest = remembered_layout(self.file, read_only=self.read_only)
        if stored_manifest:
            return _by_manifest(self.root, Path(stored_manifest))
        try:
            return recognise(self.root, self.choice)
        except DatasetError:
            if not self.choice:
                raise
            # The folders changed since: the remembered choice no longer fits.
            self.choice = Choice()
            return recognise(self.root)

    def _claim(self, relocate: bool, manifest: Path | None) -> None:
        """Check that the project is of this dataset, or make it so; keep the layout."""
        remembered = self.store.records.get(DATASET)
        known = remembered.root
        here = os.path.realpath(self.root)
        if known and known != here and not relocate:
            raise ProjectError(
                f"the project {self.file.name} is of the dataset {known}",
                "Open that dataset, name another --project, or add --relocate if it moved here.",
            )
        if known and known != here and not self._same_files(self.store.records.get(LISTING).names):
            raise ProjectError(
                f"{self.root} does not hold the files that {self.file.name} knows",
                "Relocate to the folder that holds them, or name another --project.",
            )
        listed = remembered.manifest if self.layout.kind is Kind.MANIFEST else ""
        if manifest is not None:
            listed = str(manifest.absolute())
        if not known:
            # Only a project that an older program made may rely on rules that nobody accepted.
            self.store.records.update(
                GROUPING, lambda record: msgspec.structs.replace(record, asks_first=True)
            )
        record = DatasetRecord(here, manifest=listed, layout=self.choice or None)
        # A project that is locked or read-only is opened all the same where nothing is new.
        if record != remembered:
            self.store.records.put(DATASET, record, urgent=True)

    def _same_files(self, names: Sequence[str]) -> bool:
        """Tell whether at least half of the sampled names of the known dataset exist here."""
        return not names or sum((self.root / p).exists() for p in names) * 2 >= len(names)


def packed_error(root: Path) -> PackedDatasetError | None:
    """Return the error of a dataset whose images are inside of files; None for others."""
    files = packed_files(root) if root.exists() else []
    if not files:
        return None
    kinds = sorted({kind.value for file in files if (kind := packed_kind(file.name))})
    one = len(files) == 1
    what = f"is a {kinds[0]}" if root.is_file() else f"holds its images in {len(files)} file"
    what += "" if root.is_file() else f"{'' if one else 's'} ({', '.join(kinds)})"
    return PackedDatasetError(
        f"{root.name} {what}", f"Unpack it first: `inspector unpack {root} --to DIR`.", root
    )


def _by_manifest(root: Path, manifest: Path) -> Layout:
    if not root.is_dir():
        raise DatasetError(f"there is no folder {root}", "Check the path.")
    return read_manifest(manifest)


def remembered_layout(file: Path, *, read_only: bool = False) -> tuple[Choice, str]:
    """Return what the user said of the layout before, and the manifest's path or ""."""
    if not file.exists():
        return Choice(), ""
    store = ProjectStore(file, read_only=read_only)
    try:
        record = store.records.get(DATASET)
    finally:
        store.close()
    return record.layout or Choice(role=record.role), record.manifest


def remembered_root(file: Path, *, read_only: bool = False) -> str:
    """Return the dataset that a project file is of."""
    store = ProjectStore(file, read_only=read_only)
    try:
        return store.records.get(DATASET).root
    finally:
        store.close()


def known_datasets() -> list[Path]:
    """Return the folders of the datasets whose projects are in the user's data folder."""
    roots = []
    for file in sorted(projects_folder().glob("*.inspector")):
        try:
            root = remembered_root(file)
        except InspectorError:
            continue
        if root:
            roots.append(Path(root))
    return roots
