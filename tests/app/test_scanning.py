"""Overview during a scan: pairs across splits appear before the scan ends."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from inspector.app.overview.page import OverviewPage
from inspector.app.threads.bridge import Bridge
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.work.jobs import Progress


class Held(Progress):
    """Blocks at the start of a phase until released."""

    def __init__(self, phase: str) -> None:
        super().__init__()
        self._held = phase
        self.reached, self.go = threading.Event(), threading.Event()

    def start(self, phase: str, total: int) -> None:
        super().start(phase, total)
        if phase == self._held:
            self.reached.set()
            self.go.wait(60)


@pytest.fixture
def unread(demo: Path, tmp_path: Path) -> Iterator[Project]:
    project = Project(demo, tmp_path / "p.inspector", jobs=1)
    yield project
    project.close()


def test_pairs_stream_in_while_the_scan_runs(qtbot: QtBot, unread: Project) -> None:
    progress = Held("pixels")
    scan = threading.Thread(target=lambda: unread.scans.scan(progress=progress))
    scan.start()
    assert progress.reached.wait(120)
    so_far = unread.pairs_so_far.pairs()
    assert so_far
    assert all(pair.excluded.split != pair.keeper.split for pair in so_far)
    snapshot = unread.scans.progress()
    assert snapshot is not None
    assert snapshot.phase == "pixels"

    bridge = Bridge()
    page = OverviewPage(unread, bridge)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    page.refresh(Changes(samples=True))
    qtbot.waitUntil(page.scan.isVisible, timeout=30_000)
    headline = page.scan.findChild(QLabel, "scan-headline").text()
    assert headline == f"{len(so_far)} near-duplicate pairs across splits so far"
    assert not page.answer.isVisible()
    assert page.pairs.isVisible()

    progress.go.set()
    scan.join(120)
    assert unread.scans.progress() is None
    page.refresh(Changes(samples=True, duplicates=True))
    qtbot.waitUntil(lambda: page.answer.isVisible() and not page.scan.isVisible(), timeout=60_000)
    final = {(p.a.id, p.b.id) for p in unread.duplicates.pairs()}
    for pair in so_far:
        ends = (pair.excluded.id, pair.keeper.id)
        assert ends in final or ends[::-1] in final
    page.close()
    bridge.close()
