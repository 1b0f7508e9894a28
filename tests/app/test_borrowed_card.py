"""The card of borrowed accuracy on Overview, and who answered in the details of an image."""

from PySide6.QtWidgets import QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from inspector.app.gallery.details import FactsPanel, NeighbourButton
from inspector.app.gallery.sample_details import fetch
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.diagnosis.influences import NetworkKind
from tests.app.screen import page


def test_the_card_measures_and_the_details_say_who_answered(
    qtbot: QtBot, view: ProjectWindow
) -> None:
    overview = page(view, PageName.OVERVIEW)
    card = overview.borrowed
    qtbot.waitUntil(lambda: not card.isHidden(), timeout=30_000)
    title = card.findChild(QLabel, "borrowed-title")
    assert title.text().startswith("Borrowed accuracy: whose image")
    (measure,) = (b for b in card.findChildren(QPushButton) if b.text().startswith("Measure"))
    measure.click()
    assert len(overview.jobs.running) == 1
    assert not measure.isEnabled()
    qtbot.waitUntil(measure.isEnabled, timeout=300_000)
    assert overview.jobs.running == ()
    report = view.project.influences.last()
    assert report is not None
    qtbot.waitUntil(lambda: title.text() == report.text, timeout=30_000)
    assert measure.text() == "Measure again"
    answer = next(one for one in report.answers if one.answered_by)
    details = fetch(view.project, answer.sample.id)
    assert details is not None
    assert tuple(one.group for one in details.answered_by) == answer.answered_by
    panel = FactsPanel()
    qtbot.addWidget(panel)
    panel.show_details(details)
    names = {b.accessibleName(): b for b in panel.findChildren(NeighbourButton)}
    first = names[f"Answered by {answer.answered_by[0].samples[0].path}"]
    with qtbot.waitSignal(panel.chosen) as chosen:
        first.click()
    assert chosen.args == [answer.answered_by[0].samples[0].id]


def test_a_network_from_scratch_is_measured_beside_the_pretrained_one(
    qtbot: QtBot, view: ProjectWindow
) -> None:
    card = page(view, PageName.OVERVIEW).borrowed
    qtbot.waitUntil(lambda: not card.isHidden(), timeout=30_000)
    title = card.findChild(QLabel, "borrowed-title")
    network = card.findChild(QComboBox, "borrowed-network")
    asking = title.text()
    network.setCurrentIndex(network.findData(NetworkKind.SCRATCH))
    (measure,) = (b for b in card.findChildren(QPushButton) if b.text().startswith("Measure"))
    measure.click()
    qtbot.waitUntil(lambda: "a network from scratch" in title.text(), timeout=300_000)
    report = view.project.influences.last(NetworkKind.SCRATCH)
    assert report is not None
    assert title.text() == report.text
    assert not report.embedded
    # The other kind was not measured, and is asked for again.
    network.setCurrentIndex(network.findData(NetworkKind.PRETRAINED))
    qtbot.waitUntil(lambda: title.text() == asking, timeout=30_000)
