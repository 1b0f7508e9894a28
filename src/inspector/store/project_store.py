"""The project file with everything in it: one repository per noun."""

from pathlib import Path

from inspector.store.database import Database
from inspector.store.decisions import DecisionRepository
from inspector.store.duplicates import DuplicateRepository
from inspector.store.record_repository import RecordRepository
from inspector.store.sample_repository import SampleRepository
from inspector.store.split_lock import SplitLockRepository


class ProjectStore:
    """An open project file; safe from any thread.

    Args:
        path: The file; created if missing.
        read_only: True never to write.

    Raises:
        ProjectError: The file is no project, is from a newer version, or can't be read.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.database = Database(path, read_only=read_only)
        self.records = RecordRepository(self.database)
        self.samples = SampleRepository(self.database)
        self.decisions = DecisionRepository(self.database)
        self.duplicates = DuplicateRepository(self.database)
        self.split_lock = SplitLockRepository(self.database)

    def close(self) -> None:
        """Finish queued writes and close the file."""
        self.database.close()
