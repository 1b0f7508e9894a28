"""How long a scan waits: a file that hangs is given up, a comparison that compiles is not."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inspector.project.catalog.pair_search import SECONDS_PER_PART
from inspector.project.project import Project
from inspector.work.pool import Pool
from inspector.work.tasks import Describe, DigestTask, FindNear, ReadTask, VerifyTask


def test_only_files_have_a_limit(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: dict[type, float | None] = {}
    plain = Pool.map

    def spy(self: Pool, chunks: Iterable[Any], **rest: Any) -> Iterator[Any]:
        kept = list(chunks)
        # A chunk is empty where the names take longer than reading.
        for task in [task for chunk in kept for task in chunk]:
            limits[type(task)] = rest.get("timeout_seconds")
        return plain(self, kept, **rest)

    monkeypatch.setattr(Pool, "map", spy)
    project = Project(demo, tmp_path / "p.inspector", jobs=2)
    try:
        project.scans.scan()
    finally:
        project.close()
    assert limits.pop(ReadTask) is None
    assert limits.pop(DigestTask) is None
    assert {Describe, FindNear, VerifyTask} <= set(limits)
    assert set(limits.values()) == {SECONDS_PER_PART}
