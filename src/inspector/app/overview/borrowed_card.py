"""Borrowed accuracy: how much of validation accuracy hangs on the same group, with images."""

from PySide6.QtWidgets import QComboBox

from inspector.app.overview.measurement_card import (
    CardResult,
    CardWords,
    MeasurementCard,
    pictures_of,
)
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.jobs import Jobs
from inspector.project.diagnosis.influences import NetworkKind
from inspector.project.project import Project

_WORDS = CardWords(
    name="borrowed",
    title="Borrowed accuracy: whose image answered?",
    ask="Each validation image is judged without the training images of its own group. For a"
    " pretrained network, images are embedded first: some minutes in the background.",
    start="Measure borrowed accuracy",
    again="Measure again",
    running="Images are judged with and without their own group.",
    stopped="Stopped. This measurement was not saved.",
)


def borrowed_card(project: Project, bridge: Bridge, jobs: Jobs) -> MeasurementCard:
    """Return the card of borrowed accuracy."""
    choice = NetworkChoice()
    card = MeasurementCard(
        _WORDS,
        lambda: _result(project, choice.network),
        lambda stop, progress: project.influences.find(
            network=choice.network, stop=stop, progress=progress
        ),
        bridge,
        jobs,
        choice=choice,
    )
    choice.currentIndexChanged.connect(card.refresh)
    return card


class NetworkChoice(QComboBox):
    """The kind of network that borrowed accuracy is measured for.

    Attributes:
        network: The kind chosen; may be read off the GUI thread.
    """

    def __init__(self) -> None:
        super().__init__()
        self.network = NetworkKind.PRETRAINED
        self.setObjectName("borrowed-network")
        self.setAccessibleName("Network that borrowed accuracy is measured for")
        for network, text in (
            (NetworkKind.PRETRAINED, "Pretrained network"),
            (NetworkKind.SCRATCH, "Network from scratch"),
        ):
            self.addItem(text, network)
        self.currentIndexChanged.connect(self._on_chosen)

    def _on_chosen(self) -> None:
        self.network = NetworkKind(self.currentData())


def _result(project: Project, network: NetworkKind) -> CardResult | None:
    report = project.influences.last(network)
    if report is None:
        return None
    borrowing = [one.sample for one in report.borrowing]
    count = f"{len(borrowing):,} of {report.images:,} {report.evaluation} images are right with"
    return CardResult(
        report.text,
        f"{count} their own group in training only. {network.caveat}",
        pictures_of(project, borrowing, lambda sample: sample.path),
        "Right with their own group in training only",
        tuple(sample.id for sample in borrowing),
    )
