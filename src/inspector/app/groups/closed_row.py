"""A proposal that was accepted or dismissed, in one row with Undo."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from inspector.app.groups.proposal_card import ShownProposal, marked_name
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.project.review.grouping_proposals import ProposalState


class ClosedRow(QFrame):
    """Shows the decision on a proposal.

    Attributes:
        undo_requested: The user undoes the decision.
        list_requested: The user wants to see all of its images.
    """

    undo_requested = Signal(object)
    list_requested = Signal(object)

    def __init__(self, shown: ShownProposal) -> None:
        super().__init__()
        self.shown = shown
        proposal = shown.proposal
        self.setProperty("role", "card")
        self.setAccessibleName(shown.title)
        title = ElidedLabel(shown.title)
        title.setProperty("role", "card-title")
        figures = QPushButton(
            f"{proposal.count:,} groups · {100 * proposal.agreement.share:.0f} % look alike"
        )
        figures.setProperty("role", "link")
        figures.setToolTip(proposal.text)
        figures.clicked.connect(lambda: self.list_requested.emit(self))
        accepted = proposal.enabled
        stated = proposal.state is ProposalState.OPEN
        word = QLabel(
            "From the dataset" if stated else "Accepted" if accepted else "Dismissed: not a group"
        )
        word.setProperty("chip", "ok" if accepted else "plain")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 9, 16, 9)
        row.setSpacing(12)
        row.addWidget(title)
        if shown.sample is not None:
            example = QLabel(marked_name(shown.sample.path, shown.key))
            example.setProperty("role", "mono")
            example.setToolTip(shown.sample.path)
            row.addWidget(example)
        row.addWidget(figures)
        row.addStretch()
        row.addWidget(word)
        if not stated:
            undo = QPushButton("Undo")
            undo.setProperty("role", "link")
            undo.setAccessibleDescription(shown.title)
            undo.clicked.connect(lambda: self.undo_requested.emit(self))
            row.addWidget(undo)
