"""The long suite: runs if ROUNDS gives its length, as in `make torture`."""

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inspector.demo.dataset import ImageKind, make_demo
from inspector.desktop.paths import cache_folder
from tests.faults.conftest import small_disk  # noqa: F401 - a fixture
from tests.torture.program import Snapshot, snapshot, survivors

ROUNDS = int(os.environ.get("ROUNDS", "0"))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
# The whole suite; what comes later is cut short or left out, and said. 0 for no limit.
SECONDS = float(os.environ.get("SECONDS", "0"))
IMAGES = 60
# "" stands for every other test.
_ORDER = (
    "test_parser", "test_decide", "test_undo", "test_freeze", "test_export",
    "test_any_moment_leaves_the_old_or_the_new", "", "test_scan",
    "test_every_verb_leaves_the_dataset_as_it_was", "test_train",
    "test_parallel_deciders_lose_nothing",
)  # fmt: skip
_END = time.monotonic() + (SECONDS or float("inf"))
collect_ignore_glob = [] if ROUNDS else ["test_*.py"]
_FIGURES: Counter[str] = Counter()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small dataset, since every kill needs a fresh one."""
    folder = tmp_path_factory.mktemp("demo") / "shapes"
    make_demo(folder, seed=3, kind=ImageKind.LEAK, images=IMAGES)
    return folder


@pytest.fixture(scope="session")
def rounds() -> int:
    """Total number of kills; other loops take a share of it."""
    return ROUNDS


@pytest.fixture(scope="session")
def figures() -> Counter[str]:
    """Counters that are printed at the end."""
    return _FIGURES


@pytest.fixture(scope="session")
def repeat(figures: Counter[str]) -> Callable[[int], Iterator[int]]:
    """Count to a number, at least to 1, while there is time."""

    def count(times: int) -> Iterator[int]:
        for number in range(max(1, times)):
            if number and time.monotonic() > _END:
                figures["rounds left out: the time was over"] += times - number
                return
            yield number

    return count


@pytest.fixture(autouse=True)
def in_time() -> None:
    """Skip tests that would start after the end."""
    if time.monotonic() > _END:
        pytest.skip(f"the {SECONDS:g} s are over: give more with SECONDS, or 0 for no limit")


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Random numbers that `SEED=… make torture` reproduces."""
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture(autouse=True)
def nothing_touched(demo: Path, figures: Counter[str]) -> Iterator[Snapshot]:
    """Fail a test that changes the dataset or leaves a child."""
    before = snapshot(demo)
    yield before
    assert snapshot(demo) == before
    figures["datasets compared"] += 1
    assert survivors() == []


@pytest.fixture
def file(scanned: tuple[Path, Path], tmp_path: Path) -> Path:
    """A project whose images were read."""
    project, caches = scanned
    shutil.copytree(caches, cache_folder(), dirs_exist_ok=True)
    return Path(shutil.copy(project, tmp_path / "p.inspector"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    own = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    for item in own:
        # Its loops are as long as ROUNDS says; each process in them has a limit of its own.
        item.add_marker(pytest.mark.timeout(0))
    if len(own) == len(items):
        # What takes longest comes last: on a busy machine the time ends there, not before.
        items.sort(key=_costs)


def _costs(item: pytest.Item) -> int:
    name = item.name.partition("[")[0]
    return _ORDER.index(name) if name in _ORDER else _ORDER.index("")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _FIGURES:
        terminalreporter.section(f"torture: ROUNDS={ROUNDS} SEED={SEED}")
        for name, count in sorted(_FIGURES.items()):
            terminalreporter.line(f"{count:>9,} {name}")
