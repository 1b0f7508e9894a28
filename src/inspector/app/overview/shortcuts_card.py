"""Shortcuts: the clearest probe that predicts the class without the object, with images."""

from collections.abc import Sequence

from inspector.app.overview.measurement_card import (
    CardResult,
    CardWords,
    MeasurementCard,
    pictures_of,
)
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.jobs import Jobs
from inspector.app.widgets.page import PageAction, PageName, PageRequest
from inspector.project.diagnosis.shortcuts import Remedy
from inspector.project.project import Project

_WORDS = CardWords(
    name="shortcuts",
    title="Shortcuts: what predicts the class without the object?",
    ask="Twelve probes look at compression, size, borders, background, colour, blur, camera,"
    " overlays, repeated marks and names. It takes some minutes in the background.",
    start="Look for shortcuts",
    again="Search again",
    running="The probes are being trained.",
    stopped="Stopped. This search was not saved.",
)
_JUDGE = (
    "A probe may read what defines the class, as darkness defines night: that is for you to judge."
)


def shortcuts_card(project: Project, bridge: Bridge, jobs: Jobs) -> MeasurementCard:
    """Return the card of shortcuts."""
    return MeasurementCard(
        _WORDS,
        lambda: _result(project),
        lambda stop, progress: project.shortcuts.find(stop=stop, progress=progress),
        bridge,
        jobs,
    )


def _result(project: Project) -> CardResult | None:
    report = project.shortcuts.last()
    if report is None:
        return None
    if not report.shortcuts:
        return CardResult(
            "No probe predicts the class without the object",
            f"{len(report.findings)} probes, out of fold by group on {report.images:,} images."
            " Other shortcuts are not ruled out.",
        )
    best, others = report.shortcuts[0], report.shortcuts[1:]
    also = ", ".join(f"{one.result.probe.value} {one.result.accuracy:.0%}" for one in others)
    more = f" Also, of held-out images: {also}." if also else ""
    return CardResult(
        best.text,
        f"{best.advice}{more}\n{_JUDGE}",
        pictures_of(project, best.examples, lambda sample: f"{sample.label}: {sample.path}"),
        f"Images that {best.result.probe.value} predicts best",
        tuple(sample.id for sample in best.examples),
        *_remedy(report.remedies),
    )


def _remedy(remedies: Sequence[Remedy]) -> tuple[str, PageRequest | None]:
    """Return the button that exports all images alike, and where it goes."""
    if Remedy.CROP_BORDERS in remedies:
        return "Crop all alike…", PageRequest(PageName.EXPORT, PageAction.CROP_BORDERS)
    if Remedy.REENCODE in remedies:
        return "Re-encode all alike…", PageRequest(PageName.EXPORT, PageAction.REENCODE)
    return "", None
