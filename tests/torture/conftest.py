"""The long suite: it runs where ROUNDS says how long, as `make torture` does."""

import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.desktop.paths import cache_folder
from tests.faults.conftest import small_disk  # noqa: F401 - a fixture
from tests.torture.program import Snapshot, snapshot, survivors

ROUNDS = int(os.environ.get("ROUNDS", "0"))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
collect_ignore_glob = [] if ROUNDS else ["test_*.py"]
_FIGURES: Counter[str] = Counter()


@pytest.fixture(scope="session")
def rounds() -> int:
    """How many kills in all; other loops take a share of it."""
    return ROUNDS


@pytest.fixture(scope="session")
def figures() -> Counter[str]:
    """What is counted, and told at the end."""
    return _FIGURES


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance that `SEED=… make torture` repeats."""
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture(autouse=True)
def nothing_touched(demo: Path, figures: Counter[str]) -> Iterator[Snapshot]:
    """Fail a test that changes anything of the dataset, or leaves a child."""
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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _FIGURES:
        terminalreporter.section(f"torture: ROUNDS={ROUNDS} SEED={SEED}")
        for name, count in sorted(_FIGURES.items()):
            terminalreporter.line(f"{count:>9,} {name}")
