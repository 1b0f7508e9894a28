"""Paths of the program's own files: project files, caches and logs; never in a dataset."""

import re
import sys
from pathlib import Path

import platformdirs

_NAME = "dataset-inspector"
# Of the 255 bytes of a file name; the rest is for the digest and what is beside a project file.
_MAX_NAME = 200


def projects_folder() -> Path:
    """Return the folder of project files without a given name."""
    return Path(platformdirs.user_data_dir(_NAME, appauthor=False)) / "projects"


def samples_folder() -> Path:
    """Return the folder of the generated sample."""
    return Path(platformdirs.user_data_dir(_NAME, appauthor=False)) / "samples"


def own_runs_file() -> Path:
    """Return the list of runs stored on this machine that name files of the user."""
    return Path(platformdirs.user_data_dir(_NAME, appauthor=False)) / "own-runs.txt"


def cache_folder() -> Path:
    """Return the folder of everything that can be rebuilt."""
    return Path(platformdirs.user_cache_dir(_NAME, appauthor=False))


def pictures_file() -> Path:
    """Return the cache of thumbnails and fingerprints of all datasets."""
    return cache_folder() / "pictures.sqlite"


def log_folder() -> Path:
    """Return the folder of logs and crash reports."""
    return Path(platformdirs.user_log_dir(_NAME, appauthor=False))


def resources_folder() -> Path:
    """Return the folder of icons and tokens: in the source tree, a wheel or a bundle."""
    bundle = getattr(sys, "_MEIPASS", "")
    here = Path(__file__).resolve()
    places = [Path(bundle) / "resources"] if bundle else []
    places += [here.parents[3] / "resources", here.parents[1] / "resources"]
    return next(place for place in places if (place / "tokens.json").exists())


def guide_folder() -> Path:
    """Return the folder of the guide's pages: beside the resources, or in the source tree."""
    packed = resources_folder() / "guide"
    return packed if packed.exists() else resources_folder().parent / "docs" / "guide"


def default_project(dataset: Path) -> Path:
    """Return the default project file of a dataset, derived from its absolute path."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", dataset.resolve().name).strip("-") or "dataset"
    return projects_folder() / f"{name[:_MAX_NAME]}-{_digest(dataset)}.inspector"


def stand_in_folder(url: str) -> Path:
    """Return the folder that stands in for a dataset at a URL; see `cluster.stand_ins`."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", url.rstrip("/").rpartition("/")[2]).strip("-")
    return _remote_folder() / _digest_of(url.rstrip("/")) / (name or "dataset")


def origin_file(stand_in: Path) -> Path:
    """Return the file that holds the URL of the dataset that a folder stands in for."""
    return stand_in.parent / "origin.txt"


def origin_of(dataset: Path) -> str:
    """Return the URL of the dataset that a folder stands in for; "" for other folders."""
    if dataset.parent.parent != _remote_folder():
        return ""
    try:
        return origin_file(dataset).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _remote_folder() -> Path:
    return Path(platformdirs.user_data_dir(_NAME, appauthor=False)) / "remote"


def _digest(path: Path) -> str:
    return _digest_of(str(path.resolve()))


def _digest_of(text: str) -> str:
    import hashlib  # slow, and the window imports this module at its start

    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:10]
