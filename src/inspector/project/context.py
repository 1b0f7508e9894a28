"""What all parts of an open project share: paths, layout, database, cache, events and workers."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from inspector.dataset.layouts import Choice, Kind, Layout, recognise
from inspector.dataset.manifests import read_manifest
from inspector.dataset.names import shown
from inspector.dataset.own_thumbnails import OWN, own_thumbnail
from inspector.dataset.packed.recognition import packed_files, packed_kind
from inspector.dataset.user_files import check_outside, why_no_place
from inspector.desktop.paths import default_project, origin_of, pictures_file, projects_folder
from inspector.errors import DatasetError, InspectorError, PackedDatasetError, ProjectError
from inspector.project.changes import Changes
from inspector.store.cache import ImageCache
from inspector.store.project_store import ProjectStore
from inspector.store.records import DATASET, GROUPING, LISTING, DatasetRecord
from inspector.work.pool import Pool, TaskRunner
from inspector.work.tasks import FEATURES, RECORD_BYTES

TASKS = "inspector.work.worker:run"
SECONDS_PER_FILE = 60.0


class ProjectContext:
    """An open project file of a dataset; safe from any thread.

    Args:
        dataset: Dataset folder; None for the one in the project file.
        file: Project file; None for the dataset's default one.
        relocate: True to take `dataset` as the new location of the same files.
        choice: The user's choice of layout; None for the stored one.
        manifest: CSV file that lists the images, in place of folders.
        jobs: Worker processes; None for all cores, or one less with a window.
        window: True to leave a core to the window and work at low priority.
        read_only: True to store nothing.

    Attributes:
        root: Dataset folder, absolute.
        file: Project file, absolute.
        layout: What the folders and label files mean.
        choice: The user's choice of layout.
        jobs: Number of worker processes.
        on_cluster: True once the tasks of the scan run on a cluster.
        origin: URL of the dataset, where `root` only stands in for it.

    Raises:
        DatasetError: The folder is missing or fits no layout.
        ProjectError: The file is no project, or belongs to another dataset.
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
        _check_places(dataset, file)
        if dataset is not None and dataset.suffix == ".inspector" and dataset.is_file():
            dataset, file = None, dataset
        if dataset is not None and file is not None:
            check_outside(file, dataset, what="project file")
        remembered = ""
        if file is not None and file.exists():
            remembered = remembered_root(file, read_only=read_only)
        if dataset is None and not remembered:
            raise ProjectError(f"there is no project {file}", "Open a dataset's folder instead.")
        _check_places(Path(remembered))
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
        self._pool: TaskRunner | None = None
        self._pool_lock = threading.Lock()
        self.on_cluster = False
        self.origin = origin_of(self.root)
        self.jobs = jobs or max(1, (os.cpu_count() or 1) - window)
        try:
            self._claim(relocate, manifest)
        except Exception:
            self.close()
            raise

    @property
    def name(self) -> str:
        """Display name of the dataset: that of its folder."""
        return self.root.name or str(self.root)

    def subscribe(self, subscriber: Callable[[Changes], None]) -> None:
        """Call `subscriber` with each `Changes`, on the thread that made the change."""
        self._subscribers.append(subscriber)

    def emit(self, changes: Changes) -> None:
        """Pass changes to every subscriber."""
        for subscriber in self._subscribers:
            subscriber(changes)

    def run_tasks_on(self, runner: TaskRunner) -> None:
        """Run the tasks of the scan on something else than the worker pool; closed with it."""
        with self._pool_lock:
            assert self._pool is None, "the worker pool runs already"
            self._pool = runner
            self.on_cluster = True

    def pool(self) -> TaskRunner:
        """Return the worker pool, started at first use and kept warm."""
        with self._pool_lock:
            if self._pool is None:
                self._pool = self.own_pool()
            return self._pool

    def own_pool(self) -> Pool:
        """Return another worker pool for work beside a scan; the caller closes it."""
        return Pool(
            TASKS,
            workers=self.jobs,
            timeout_seconds=SECONDS_PER_FILE,
            low_priority=self.low_priority,
        )

    def set_layout(self, choice: Choice) -> None:
        """Store the user's choice of layout; it takes effect at the next indexing.

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
        """Return the absolute path of a sample."""
        return self.root / path

    def thumbnail(self, path: str, sha256: bytes, *, root: Path | None = None) -> bytes | None:
        """Return the JPEG thumbnail of an image, or None while there is none.

        A small file that serves as its own thumbnail is read.

        Args:
            path: Relative to the dataset.
            sha256: Its content.
            root: Folder of another dataset that `path` lies in; None for this one.
        """
        stored = self.cache.thumbnail(sha256)
        return own_thumbnail((root or self.root) / path, sha256) if stored == OWN else stored

    def check_images_here(self) -> None:
        """Check that the images themselves are on this machine, not their facts alone.

        Raises:
            DatasetError: They are elsewhere, and `root` only stands in for them.
        """
        if self.origin:
            raise DatasetError(
                f"the images are in {self.origin}, not on this machine",
                "Copy the dataset here and open that folder for what needs its images.",
            )

    def close(self) -> None:
        """Stop the workers and close the files; decisions are already on disk."""
        try:
            if self._pool is not None:
                self._pool.close()
        finally:
            self.store.close()
            self.cache.close()

    def _recognise(self, choice: Choice | None, manifest: Path | None) -> Layout:
        """Return the layout by the given choice, else by the stored one."""
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
            # The folders have changed: the stored choice no longer fits.
            self.choice = Choice()
            return recognise(self.root)

    def _claim(self, relocate: bool, manifest: Path | None) -> None:
        """Check that the project belongs to this dataset, or make it so; store the layout."""
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
            # Only a project of an older version may rely on rules that nobody accepted.
            self.store.records.update(
                GROUPING, lambda record: msgspec.structs.replace(record, asks_first=True)
            )
        record = DatasetRecord(here, manifest=listed, layout=self.choice or None)
        # A locked or read-only project opens all the same if nothing changes.
        if record != remembered:
            self.store.records.put(DATASET, record, urgent=True)

    def _same_files(self, names: Sequence[str]) -> bool:
        """Tell whether at least half of the stored sample names exist here."""
        return not names or sum((self.root / p).exists() for p in names) * 2 >= len(names)


def _check_places(*places: Path | None) -> None:
    """Check that paths, one of which may come from a project file, can be looked up."""
    for place in places:
        if place is not None and (why := why_no_place(place)):
            raise DatasetError(f"{shown(str(place))} can't be used: {why}", "Name another path.")


def packed_error(root: Path) -> PackedDatasetError | None:
    """Return the error of a dataset whose images are inside files; None for others."""
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
    """Return the stored choice of layout, and the manifest's path or ""."""
    if not file.exists():
        return Choice(), ""
    store = ProjectStore(file, read_only=read_only)
    try:
        record = store.records.get(DATASET)
    finally:
        store.close()
    return record.layout or Choice(role=record.role), record.manifest


def remembered_root(file: Path, *, read_only: bool = False) -> str:
    """Return the dataset folder of a project file."""
    store = ProjectStore(file, read_only=read_only)
    try:
        return store.records.get(DATASET).root
    finally:
        store.close()


def known_datasets() -> list[Path]:
    """Return the dataset folders of all projects in the user's data folder."""
    roots = []
    for file in sorted(projects_folder().glob("*.inspector")):
        try:
            root = remembered_root(file)
        except InspectorError:
            continue
        if root:
            roots.append(Path(root))
    return roots
