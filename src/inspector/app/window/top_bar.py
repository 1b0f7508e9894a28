"""The bar at the top: which dataset is open, what runs, and the way back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from inspector.app.widgets.jobs_bar import JobBar


class TopBar(QFrame):
    """Show the dataset's name and facts, and the jobs.

    Attributes:
        job: What runs.
        close_asked: The person wants to go back to Start.
        layout_asked: The person wants to see how the dataset is read.
    """

    close_asked = Signal()
    layout_asked = Signal()

    def __init__(self, dataset: str) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.job = JobBar()
        self._facts = QLabel()
        self._facts.setProperty("role", "muted")
        name = QLabel(dataset)
        name.setProperty("role", "heading")
        self._opened_as = QPushButton()
        self._opened_as.setObjectName("opened-as-button")
        self._opened_as.setToolTip("How the folders and label files are read: change it here")
        self._opened_as.clicked.connect(self.layout_asked)
        self._opened_as.hide()
        close = QPushButton("Close")
        close.setToolTip("Back to Start (Ctrl+W)")
        close.clicked.connect(self.close_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        row.addWidget(name)
        row.addWidget(self._facts)
        row.addWidget(self._opened_as)
        row.addStretch()
        row.addWidget(self.job)
        row.addWidget(close)

    def show_reading(self, text: str) -> None:
        """Show what the dataset is opened as."""
        self._opened_as.setText(text)
        self._opened_as.show()

    def show_facts(self, text: str) -> None:
        """Show what is in the dataset."""
        self._facts.setText(text)
