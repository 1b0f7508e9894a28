"""Where the program keeps its own files: project files, caches and logs; never in a dataset."""

import re
import sys
from pathlib import Path

import platformdirs

_NAME = "dataset-inspector"


def projects_folder() -> Path:
    """Return the folder of the project files that no one named."""
    return Path(platformdirs.user_data_dir(_NAME, appauthor=False)) / "projects"


def samples_folder() -> Path:
    """Return the folder of the generated sample."""
    return Path(platformdirs.user_data_dir(_NAME, appauthor=False)) / "samples"


def own_runs_file() -> Path:
    """Return the list of runs that were stored on this machine and name files of the user."""
    return Path(platformdirs.user_data_dir(_NAME, appauthor=False)) / "own-runs.txt"


def cache_folder() -> Path:
    """Return the folder of everything that can be rebuilt."""
    return Path(platformdirs.user_cache_dir(_NAME, appauthor=False))


def pictures_file() -> Path:
    """Return the cache of thumbnails and fingerprints, of all datasets."""
    return cache_folder() / "pictures.sqlite"


def log_folder() -> Path:
    """Return the folder of logs and crash reports."""
    return Path(platformdirs.user_log_dir(_NAME, appauthor=False))


def resources_folder() -> Path:
    """Return the folder of icons and tokens: in the source, an installed wheel or a bundle."""
    bundle = getattr(sys, "_MEIPASS", "")
    here = Path(__file__).resolve()
    places = [Path(bundle) / "resources"] if bundle else []
    places += [here.parents[3] / "resources", here.parents[1] / "resources"]
    return next(place for place in places if (place / "tokens.json").exists())


def default_project(dataset: Path) -> Path:
    """Return the project file of a dataset that none was named for, found by its full path."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", dataset.resolve().name).strip("-") or "dataset"
    return projects_folder() / f"{name}-{_digest(dataset)}.inspector"


def _digest(path: Path) -> str:
    import hashlib  # the window imports this file at its start, and hashlib takes a while

    text = str(path.resolve())
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:10]
