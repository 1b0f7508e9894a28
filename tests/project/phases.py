"""What tests of scans share: the phases that one went through, and files that are old."""

import os
import shutil
from pathlib import Path

from inspector.work.jobs import Progress, Stop

LONG_AGO = (1_700_000_000, 1_700_000_000)


class Phases(Progress):
    """Remember the total of each phase, and stop where one begins."""

    def __init__(self, stop: Stop | None = None, at: str = "") -> None:
        super().__init__()
        self.totals: dict[str, int] = {}
        self.stop, self.at = stop, at

    def start(self, phase: str, total: int) -> None:
        self.totals[phase] = total
        if self.stop is not None and phase == self.at:
            self.stop.set()
        super().start(phase, total)

    def rename(self, phase: str, total: int) -> None:
        self.totals[phase] = total
        super().rename(phase, total)


def old_copy(folder: Path, target: Path) -> Path:
    """Copy a dataset; its files are old, so none is read again for good measure."""
    copied = Path(shutil.copytree(folder, target))
    for file in copied.rglob("*.*"):
        os.utime(file, LONG_AGO)
    return copied
