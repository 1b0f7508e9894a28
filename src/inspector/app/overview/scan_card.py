"""The first card of Overview during a scan: its progress and the pairs so far."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout

from inspector.app.widgets.icons import icon
from inspector.work.jobs import ProgressSnapshot

_STEPS = (
    ("Read images", ("names", "images")),
    ("Find candidates", ("candidates",)),
    ("Compare pairs", ("near-duplicates", "files", "pixels")),
)
_ICON_PX = 16


class ScanCard(QFrame):
    """Shows the progress of a scan by steps; hidden without a scan."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._headline, self._detail = QLabel(), QLabel()
        self._headline.setObjectName("scan-headline")
        self._headline.setProperty("role", "title")
        self._detail.setProperty("role", "muted")
        self._detail.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the scan")
        self._count, self._left = QLabel(), QLabel()
        self._steps = [(QLabel(), QLabel(name)) for name, _ in _STEPS]
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        for widget in (self._headline, self._detail, self._bar):
            column.addWidget(widget)
        figures = QHBoxLayout()
        for label in (self._count, self._left):
            label.setProperty("role", "caption")
        figures.addWidget(self._count)
        figures.addStretch()
        figures.addWidget(self._left)
        column.addLayout(figures)
        steps = QHBoxLayout()
        steps.setSpacing(8)
        for position, (mark, name) in enumerate(self._steps):
            if position:
                line = QFrame()
                line.setObjectName("line")
                line.setFixedHeight(1)
                steps.addWidget(line, 1)
            steps.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
            steps.addWidget(name)
        column.addLayout(steps)
        self.hide()

    def show_progress(self, now: ProgressSnapshot, pairs: int) -> None:
        """Show a snapshot of the scan and the number of pairs across splits so far."""
        current = next((i for i, (_, names) in enumerate(_STEPS) if now.phase in names), 0)
        if pairs:
            text = f"{pairs:,} near-duplicate {'pair' if pairs == 1 else 'pairs'} across splits"
            self._headline.setText(f"{text} so far")
        else:
            reading = "Reading your images" if current == 0 else "Looking for near-duplicates"
            self._headline.setText(reading)
        self._detail.setText(
            "You can work on all pages meanwhile: results appear as they are found."
        )
        self._bar.setRange(0, now.total)
        self._bar.setValue(min(now.done, now.total))
        of = f"{now.done:,} of {now.total:,} {now.phase}" if now.total else f"{now.phase}…"
        rate = f"   {now.rate:,.0f} per second" if now.rate >= 1 else ""
        self._count.setText(f"{of}{rate}")
        self._left.setText(f"about {now.left}" if now.left else "")
        for position, (mark, name) in enumerate(self._steps):
            done = position < current
            symbol = icon("check", "accent") if done else icon("clock", "text-3")
            mark.setPixmap(symbol.pixmap(_ICON_PX, _ICON_PX))
            mark.setVisible(done or position == current)
            name.setEnabled(position <= current)
            role = "card-title" if position == current else "muted"
            if name.property("role") != role:
                name.setProperty("role", role)
                name.style().unpolish(name)
                name.style().polish(name)
        self.show()
