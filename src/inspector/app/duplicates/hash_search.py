"""Searches pairs with one of ImageHash's hashes, off the GUI thread."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from inspector.app.duplicates.hash_pairs import HashedPairs, hashed_pairs
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.jobs import Job, Jobs
from inspector.project.project import Project
from inspector.similarity.image_hashes import MAX_DISTANCE, HashMethod
from inspector.work.jobs import Progress, Stop


class HashSearch(QObject):
    """The chosen hash method with its distance, and the search for its pairs.

    Args:
        jobs: Lists the search while it runs.
        channel: Channel of the bridge; a newer request for the queue replaces the search.

    Attributes:
        pairs_ready: `HashedPairs` of the chosen method.
        method: None while the queue shows verified pairs.
    """

    pairs_ready = Signal(object)

    def __init__(self, project: Project, bridge: Bridge, jobs: Jobs, *, channel: str) -> None:
        super().__init__(jobs)
        self._project, self._bridge, self._jobs = project, bridge, jobs
        self._channel = channel
        self.method: HashMethod | None = None
        self._distance = 0
        self._job: Job | None = None

    def choose(self, method: HashMethod | None) -> None:
        """Choose another method at its default distance; a running search ends."""
        self.method = method
        self._distance = method.default_distance if method is not None else 0
        self._end_job()

    def move_distance(self, by: int) -> None:
        """Raise or lower the distance, in bits."""
        self._distance = max(0, min(MAX_DISTANCE, self._distance + by))

    def start(self, method: HashMethod) -> None:
        """Search at the current distance; `pairs_ready` follows."""
        distance = self._distance
        self._end_job()
        stop, progress = Stop(), Progress()
        self._job = self._jobs.start(progress, stop)
        self._bridge.call(
            lambda: hashed_pairs(self._project, method, distance, stop=stop, progress=progress),
            self._on_pairs,
            channel=self._channel,
            on_end=partial(self._jobs.end, self._job),
        )

    def _end_job(self) -> None:
        if self._job is not None:
            self._job.stop.set()
            self._jobs.end(self._job)
            self._job = None

    def _on_pairs(self, pairs: HashedPairs | None) -> None:
        if pairs is not None and pairs.method is self.method:
            self.pairs_ready.emit(pairs)
