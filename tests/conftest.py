"""Fixtures for every test: its own places for projects and caches, and the real datasets."""

import gc
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.demo.dataset import ImageKind, make_demo
from inspector.desktop.paths import cache_folder
from inspector.project.project import Project

THREAD_PATIENCE_SECONDS = 20.0
# Of Qt, as Python sees them from a callback; of pytest-timeout; of Hypothesis' and numba's pools.
LIBRARY_THREADS = ("Dummy-", "pytest_timeout", "pytest-timeout")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A run in the background is started with interrupts ignored, and so would be what it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Keep the collected tests out of garbage collection, half a second per test of the app."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep a test's projects, caches, settings and logs apart from the user's."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    return home


def _is_ours(thread: threading.Thread) -> bool:
    """Tell whether a thread belongs to the program rather than to a library's pool."""
    return not thread.name.startswith(LIBRARY_THREADS)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test that leaves one of our threads running."""
    before = set(threading.enumerate())
    yield
    end = time.monotonic() + THREAD_PATIENCE_SECONDS
    while left := [t for t in threading.enumerate() if t not in before and _is_ours(t)]:
        # Some end by themselves, such as an import that nobody waits for.
        left[0].join(max(0.0, end - time.monotonic()))
        assert time.monotonic() < end, f"threads left: {left}"


@pytest.fixture(scope="session")
def data() -> Path:
    """The real datasets; a test that needs them is skipped without them."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("INSPECTOR_DATA", default))
    if not (folder / "daynight").is_dir():
        pytest.skip(f"no real datasets in {folder}: set INSPECTOR_DATA")
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small leaking demo dataset, created once; no test writes to it."""
    folder = tmp_path_factory.mktemp("demo") / "shapes"
    make_demo(folder, seed=3, kind=ImageKind.LEAK, images=150)
    return folder


@pytest.fixture(scope="session")
def scanned(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The project file and cache folder of one scan of the demo; copied, never opened."""
    home = tmp_path_factory.mktemp("scanned")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(home / name.lower()))
        # Files that changed a moment ago are read again at the next scan, as they might change on.
        for file in demo.rglob("*"):
            os.utime(file, (1.7e9, 1.7e9), follow_symlinks=False)
        opened = Project(demo, home / "p.inspector", jobs=2)
        opened.scans.scan()
        opened.close()
        return home / "p.inspector", cache_folder()


@pytest.fixture
def project(demo: Path, scanned: tuple[Path, Path], tmp_path: Path) -> Iterator[Project]:
    """A scanned project of the demo dataset."""
    file, caches = scanned
    shutil.copy(file, tmp_path / "p.inspector")
    shutil.copytree(caches, cache_folder(), dirs_exist_ok=True)
    opened = Project(demo, tmp_path / "p.inspector", jobs=2)
    yield opened
    opened.close()
