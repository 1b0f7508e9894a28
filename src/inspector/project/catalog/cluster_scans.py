"""Scanning on a cluster: another runner of the same tasks."""

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from inspector.dataset.user_files import check_outside
from inspector.desktop.paths import stand_in_folder
from inspector.errors import ClusterError
from inspector.project.context import ProjectContext

# What a Path leaves of "s3://".
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(.+)")


@dataclass(frozen=True, slots=True)
class ClusterChoice:
    """What the user says of a cluster.

    Attributes:
        scheduler: URL of the Dask scheduler.
        shards: Folder or URL of the shards; "" for a folder beside the project file.
        source: Folder or URL of the dataset as the workers see it; "" as this machine does.
        tls: Files of an encrypted connection: CA, certificate, key.
    """

    scheduler: str
    shards: str = ""
    source: str = ""
    tls: tuple[Path, Path, Path] | None = None


def use_cluster(context: ProjectContext, choice: ClusterChoice) -> None:
    """Let the tasks of this project run on a cluster until it is closed.

    Raises:
        ClusterError: Dask is not installed, or no scheduler or worker answers.
        ExportError: The shards would lie inside the dataset.
    """
    check_installed()
    # Only who asks for a cluster needs these.
    from inspector.cluster.dask_tasks import TlsFiles
    from inspector.cluster.runner import ClusterAddress, ClusterRunner

    shards = choice.shards or str(context.file.with_suffix(".inspector.shards"))
    if "://" not in shards:
        check_outside(Path(shards), context.root, what="folder of shards")
        shards = str(Path(shards).absolute())
    source = choice.source or str(context.root)
    if "://" not in source:
        source = str(Path(source).absolute())
    tls = TlsFiles(*choice.tls) if choice.tls is not None else None
    address = ClusterAddress(choice.scheduler, shards, source.rstrip("/"), tls)
    context.run_tasks_on(ClusterRunner(address, context.root, context.cache.records))


def check_installed() -> None:
    """Check that the packages of a cluster are there.

    Raises:
        ClusterError: They are not.
    """
    if any(find_spec(name) is None for name in ("distributed", "fsspec")):
        raise ClusterError(
            "a scan on a cluster needs the packages distributed and fsspec",
            'Here and on all workers: `pip install ".[cluster]"` in the source folder.',
        )


def url_of(dataset: Path) -> str:
    """Return the URL that was given as a dataset; "" for a folder."""
    match = _URL.fullmatch(dataset.as_posix())
    return f"{match[1]}://{match[2]}" if match else ""


def stand_in_of(url: str) -> Path:
    """Return a folder with the names of the dataset at a URL, brought up to date.

    Raises:
        ClusterError: fsspec is not installed, or the dataset can't be listed.
    """
    from inspector.cluster.stand_ins import make_stand_in

    folder = stand_in_folder(url)
    make_stand_in(url, folder)
    return folder
