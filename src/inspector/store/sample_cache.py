"""Every present sample, kept in memory: read anew when facts change, patched when decisions do."""

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import replace

from inspector.store import records, samples
from inspector.store.samples import Decision, Sample


class SampleCache:
    """Hold what `samples.everything` returns; safe from any thread.

    Reading 60,000 rows takes a third of a second, and as many fresh objects hold up the window
    while garbage is looked for among them; every list of the window begins with them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revision = -1
        self._rows: list[Sample] = []
        self._place: dict[int, int] = {}
        self._decided: dict[int, Decision] = {}

    def rows(self, connection: sqlite3.Connection) -> Sequence[Sample]:
        """Return every present sample in order of paths, as it is now."""
        with self._lock:
            # First, so that what changes meanwhile is read the next time.
            revision = records.read(connection, records.SAMPLE_REVISION).number
            if revision != self._revision:
                self._rows = samples.everything(connection)
                self._place = {s.id: place for place, s in enumerate(self._rows)}
                self._decided = {s.id: s.decision for s in self._rows if s.decision != Decision()}
                self._revision = revision
            self._patch(samples.decisions(connection))
            return self._rows

    def _patch(self, now: dict[int, Decision]) -> None:
        before = self._decided
        ids = now.keys() | before.keys()
        changed = [i for i in ids if now.get(i) != before.get(i) and i in self._place]
        if changed:
            # A list that was handed out stays as it is.
            self._rows = list(self._rows)
        for sample in changed:
            place = self._place[sample]
            decided = now.get(sample, Decision())
            self._rows[place] = replace(self._rows[place], **decided._asdict())
        self._decided = now
