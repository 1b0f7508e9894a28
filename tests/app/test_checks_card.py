"""Overview says what was checked, with each result, and what was not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from inspector.app.overview.checks_card import ChecksPanel
from inspector.app.overview.page import OverviewPage
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.demo.dataset import make_demo
from inspector.demo.plan import ImageKind
from inspector.project.diagnosis.findings import CHECKS
from inspector.project.project import Project
from tests.app.screen import page, text_of


def test_each_finding_belongs_to_one_check(project: Project) -> None:
    overview = project.findings.overview()
    results = overview.results()
    assert [check.name for check, _ in results][: len(CHECKS)] == [c.name for c in CHECKS]
    shown = [f.code for _, findings in results for f in findings]
    assert sorted(shown) == sorted({*shown})
    assert {"twins_across", "conflicting_labels", "unreadable"} <= {*shown}
    codes = [code for check in CHECKS for code in check.codes]
    assert len(codes) == len({*codes})


def test_the_checks_are_shown_with_their_results(qtbot: QtBot, view: ProjectWindow) -> None:
    overview = page(view, PageName.OVERVIEW)
    assert isinstance(overview, OverviewPage)
    panel = overview.findChild(ChecksPanel)
    qtbot.waitUntil(lambda: bool(text_of(overview, "checks-title")), timeout=20_000)
    results = view.project.findings.overview().results()
    assert text_of(overview, "checks-title") == f"{len(results)} checks"
    assert "Groups without visible similarity" in text_of(overview, "not-checked")
    counts = {b.accessibleDescription(): b for b in panel.findChildren(QPushButton)}
    found = {c.name: sum(f.count for f in fs) for c, fs in results if fs}
    assert {n: int(b.text().replace(",", "")) for n, b in counts.items()} == found
    with qtbot.waitSignal(overview.requested, timeout=5_000):
        counts["files that can't be read"].click()
    # Pairs are shown large already, so none below the threshold is.
    assert not overview.nearest.isVisible()


@pytest.fixture
def clean(tmp_path: Path) -> Iterator[Project]:
    """A scanned project without near-duplicates across splits."""
    folder = tmp_path / "clean"
    make_demo(folder, seed=5, kind=ImageKind.CLEAN, images=120)
    project = Project(folder, tmp_path / "p.inspector", jobs=2)
    project.scans.scan()
    yield project
    project.close()


def test_pairs_below_the_threshold_are_shown_where_nothing_is_above(clean: Project) -> None:
    assert clean.answers.answer().pairs == ()
    nearest = clean.answers.nearest(5)
    assert all(p.similarity < clean.duplicates.threshold for p in nearest)
    assert all(p.splits[0] != p.splits[1] for p in nearest)
    values = [p.similarity for p in nearest]
    assert values == sorted(values, reverse=True)
