"""Small disks that can be filled, and the program run as a user runs it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.disks import mount, unmount


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str, int], Path]]:
    """Mount file systems of a size in MB; skip where that is not allowed."""
    mounted: list[Path] = []

    def make(name: str, megabytes: int) -> Path:
        folder = tmp_path / name
        reason = mount(folder, megabytes)
        if reason:
            pytest.skip(reason)
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        unmount(folder)
