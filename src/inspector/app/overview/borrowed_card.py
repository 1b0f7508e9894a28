"""Borrowed accuracy: how much of validation accuracy hangs on the same group, with images."""

from inspector.app.overview.measurement_card import (
    CardResult,
    CardWords,
    MeasurementCard,
    pictures_of,
)
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.jobs import Jobs
from inspector.project.diagnosis.influences import CAVEAT
from inspector.project.project import Project

_WORDS = CardWords(
    name="borrowed",
    title="Borrowed accuracy: whose image answered?",
    ask="Each validation image is judged without the training images of its own group. Images are"
    " embedded first: it takes some minutes in the background.",
    start="Measure borrowed accuracy",
    again="Measure again",
    running="Images are embedded and judged.",
    stopped="Stopped. This measurement was not saved.",
)


def borrowed_card(project: Project, bridge: Bridge, jobs: Jobs) -> MeasurementCard:
    """Return the card of borrowed accuracy."""
    return MeasurementCard(
        _WORDS,
        lambda: _result(project),
        lambda stop, progress: project.influences.find(stop=stop, progress=progress),
        bridge,
        jobs,
    )


def _result(project: Project) -> CardResult | None:
    report = project.influences.last()
    if report is None:
        return None
    borrowing = [one.sample for one in report.borrowing]
    count = f"{len(borrowing):,} of {report.images:,} {report.evaluation} images are right with"
    return CardResult(
        report.text,
        f"{count} their own group in training only. {CAVEAT}",
        pictures_of(project, borrowing, lambda sample: sample.path),
        "Right with their own group in training only",
        tuple(sample.id for sample in borrowing),
    )
