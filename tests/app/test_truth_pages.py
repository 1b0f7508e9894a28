"""The diagnosis that starts by itself, the finding cards, and the queue of labels."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from inspector.app.overview.evidence.charts import ForestPlot
from inspector.app.overview.finding_card import FindingCard
from inspector.app.widgets.accuracy_field import AccuracyField
from inspector.app.widgets.jobs_bar import JobBar
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.project import Project
from inspector.store.records import LABEL_ERRORS, LabelErrorsRecord, SuspectRecord
from tests.app.screen import by_id, page, text_of, texts


@pytest.fixture
def view(qtbot: QtBot, project: Project) -> Iterator[ProjectWindow]:
    rows = project.groups.images()[:2]
    other = next(c for c in project.samples.counts().classes if c != rows[0].label)
    suspects = tuple(SuspectRecord(s.id, other, 0.02) for s in rows)
    record = LabelErrorsRecord(project.labels.queue_key(), suspects)
    project.context.store.records.put(LABEL_ERRORS, record)
    made = ProjectWindow(project)
    # These pages are looked at without the diagnosis that would change the queue on its way.
    page(made, PageName.OVERVIEW).verdict.started = True
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitUntil(lambda: not made.busy(), timeout=30_000)
    qtbot.waitUntil(lambda: bool(page(made, PageName.LABELS).model.items), timeout=20_000)
    yield made
    made.shut_down()


@pytest.mark.parametrize("typed", ["0.95", "95", "95%", "95 %", "0,95", ".95"])
def test_an_accuracy_is_a_share_or_per_cent(qtbot: QtBot, typed: str) -> None:
    field = AccuracyField("Accuracy")
    qtbot.addWidget(field)
    field.selectAll()
    qtbot.keyClicks(field, typed)
    assert field.value() == 0.95


@pytest.mark.parametrize(("typed", "value"), [("950", 0.95), ("-1", 1.0), ("x", 0.0), ("1", 1.0)])
def test_what_is_no_accuracy_is_not_taken(qtbot: QtBot, typed: str, value: float) -> None:
    field = AccuracyField("Accuracy")
    qtbot.addWidget(field)
    field.selectAll()
    qtbot.keyClicks(field, typed)
    assert field.value() == value


def test_a_diagnosis_starts_by_itself_once(
    qtbot: QtBot, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(project.labels, "find", lambda **_: gate.wait(60))
    made = ProjectWindow(project)
    qtbot.addWidget(made)
    made.show()
    panel = page(made, PageName.OVERVIEW).verdict
    jobs = page(made, PageName.OVERVIEW).jobs
    qtbot.waitUntil(lambda: bool(jobs.running), timeout=30_000)
    (bar,) = made.findChildren(JobBar)
    assert bar.isVisible()
    # The answer is shown while labels are still looked at; the evidence behind it on request.
    overview = page(made, PageName.OVERVIEW)
    assert not overview.evidence.isVisible()
    overview.answer.why.click()
    assert overview.evidence.isVisible()
    qtbot.waitUntil(lambda: bool(overview.evidence.findChildren(ForestPlot)), timeout=120_000)
    plot = overview.evidence.findChild(ForestPlot)
    assert "Leakage" in plot.accessibleDescription()
    assert jobs.running
    gate.set()
    qtbot.waitUntil(lambda: not jobs.running, timeout=30_000)
    qtbot.waitUntil(lambda: by_id(panel, QLabel, "verdict-date").text().startswith("Made "))
    qtbot.waitUntil(lambda: panel.run_button.text() == "Measure again")
    panel.refresh(complete=True)
    qtbot.wait(500)
    assert not jobs.running
    made.shut_down()


def test_a_stopped_diagnosis_does_not_come_back(qtbot: QtBot, project: Project) -> None:
    made = ProjectWindow(project)
    qtbot.addWidget(made)
    made.show()
    panel = page(made, PageName.OVERVIEW).verdict
    jobs = page(made, PageName.OVERVIEW).jobs
    qtbot.waitUntil(lambda: bool(jobs.running), timeout=30_000)
    by_id(made, QToolButton, "stop-job").click()
    qtbot.waitUntil(lambda: not jobs.running, timeout=30_000)
    assert "Stopped" in by_id(page(made, PageName.OVERVIEW), QLabel, "verdict").text()
    panel.refresh(complete=True)
    qtbot.wait(500)
    assert not jobs.running
    assert project.diagnoses.last() is None
    made.shut_down()


def _card(view: ProjectWindow, code: str) -> FindingCard:
    cards = page(view, PageName.OVERVIEW).findChildren(FindingCard)
    return next(c for c in cards if c.property("code") == code)


def _press(card: FindingCard, text: str) -> None:
    next(b for b in card.findChildren(QPushButton) if b.text() == text).click()


def test_a_card_leads_to_the_queue_and_keys_decide(qtbot: QtBot, view: ProjectWindow) -> None:
    qtbot.waitUntil(
        lambda: bool(page(view, PageName.OVERVIEW).findChildren(FindingCard)), timeout=20_000
    )
    _press(_card(view, "labels"), "See")
    queue = page(view, PageName.LABELS)
    assert view.page() is queue
    case = queue.current()
    assert case is not None
    assert case.score is not None
    heading = text_of(queue, "review-heading")
    assert heading.startswith(f"Labelled {case.labels[0]}. Is it ")
    qtbot.waitUntil(lambda: "of 8 nearest" in texts(queue), timeout=20_000)
    total = queue.review.total_count()
    sample = case.samples[0].id
    qtbot.keyClick(queue.list, Qt.Key.Key_Return)

    def label() -> str:
        return view.project.samples.by_ids([sample])[0].new_label

    qtbot.waitUntil(lambda: label() == case.suggested, timeout=10_000)
    # The decided row leaves the list, and the progress counts.
    qtbot.waitUntil(lambda: queue.current() is not None and queue.current() != case, timeout=10_000)
    assert all(sample not in {s.id for s in c.samples} for c in queue.model.items)
    qtbot.keyClick(queue.list, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: queue.review.done_count() == 2, timeout=10_000)
    progress = by_id(queue, QLabel, "review-progress")
    assert progress.text() == f"2 of {total} reviewed"
    assert text_of(queue, "review-left") == "1 changed, 1 kept"
    qtbot.keyClick(queue.list, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: queue.review.done_count() == 1, timeout=10_000)
    qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not label(), timeout=10_000)
    # Undo leads back to its label.
    qtbot.waitUntil(
        lambda: queue.current() is not None and queue.current().samples[0].id == sample,
        timeout=10_000,
    )


def test_cards_show_pictures_and_act(qtbot: QtBot, view: ProjectWindow) -> None:
    qtbot.waitUntil(
        lambda: bool(page(view, PageName.OVERVIEW).findChildren(FindingCard)), timeout=20_000
    )
    card = _card(view, "look_alikes")
    pictures = [w for w in card.findChildren(object) if getattr(w, "pixmap", None) is not None]
    assert sum(not w.pixmap().isNull() for w in pictures) > 3
    _press(card, "Keep bursts together")
    qtbot.waitUntil(lambda: any(s.bound for s in view.project.samples.everything()), timeout=10_000)
