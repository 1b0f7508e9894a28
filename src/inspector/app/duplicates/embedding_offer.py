"""Offers to compare by the embedding, too: copies that are rotated or cropped far."""

from inspector.app.duplicates.link_label import LinkLabel
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.jobs import Jobs
from inspector.project.project import Project
from inspector.work.jobs import Progress, Stop


class EmbeddingOffer(LinkLabel):
    """A line that says what the search leaves out, with a link that compares it.

    Args:
        jobs: Lists the scan while it runs.
    """

    def __init__(self, project: Project, bridge: Bridge, jobs: Jobs) -> None:
        super().__init__()
        self._project, self._bridge, self._jobs = project, bridge, jobs
        self._running = False
        self.setObjectName("embedding-offer")
        self.setToolTip("An image that was added later is compared by it in the scan that reads it")
        self.linkActivated.connect(self.compare)
        self.hide()

    def refresh(self) -> None:
        """Ask whether the last search compared by the embedding."""
        self._bridge.call(self._project.scans.embedding_time, self._show, channel="embedding offer")

    def compare(self) -> None:
        """Compute missing embeddings, and search again."""
        if self._running:
            return
        self._running = True
        self.setText("Comparing copies that are rotated or cropped far…")
        stop, progress = Stop(), Progress()
        job = self._jobs.start(progress, stop)

        def end() -> None:
            self._running = False
            self._jobs.end(job)
            self.refresh()

        self._bridge.call(
            lambda: self._project.scans.scan(embedding=True, stop=stop, progress=progress),
            lambda _: None,
            on_end=end,
        )

    def _show(self, needed: str | None) -> None:
        self.setVisible(needed is not None)
        if needed is None or self._running:
            return
        self.setText(
            "Copies that are rotated or cropped far are not compared yet."
            f" <a href='#'>Compare them too</a> (about {needed})"
        )
