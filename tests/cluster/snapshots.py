"""What a scan leaves, in sorted bytes: facts, fingerprints, thumbnails, pairs and sets."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from inspector.desktop.paths import pictures_file
from inspector.project.project import Project
from inspector.similarity.packing import RECORD_BYTES
from tests.cluster.conftest import Home

# What a bucket does not keep of a file.
_TIME = 3


@dataclass(frozen=True)
class Snapshot:
    """Everything that a scan found out."""

    facts: bytes
    fingerprints: bytes
    thumbnails: bytes
    pairs: bytes
    sets: bytes
    clusters: bytes


def use(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the folders of a user in this process."""
    for name, value in home.environment.items():
        if name.startswith("XDG_"):
            monkeypatch.setenv(name, value)


def snapshot(home: Home, file: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """Return what is in a project and in the cache of its user."""
    use(home, monkeypatch)
    project = Project(None, file, read_only=True)
    try:
        samples = project.samples.everything()
        paths = {s.id: s.path for s in samples}
        contents = sorted({s.sha256 for s in samples if s.status == "image"})
        store = project.context.store
        records = project.context.cache.records.read_bytes()
        places = list(project.context.cache.places(contents))
        fingerprints = [records[p * RECORD_BYTES : (p + 1) * RECORD_BYTES] for p in places]
        assert pictures_file().exists()
        thumbnails = [project.samples.thumbnail(s.id) for s in samples]
        pairs = sorted(
            (paths[p.a], paths[p.b], p.transform, p.similarity.hex())
            for p in store.duplicates.pairs()
        )
        sets = sorted(
            (paths[e.sample], paths[e.canonical], e.kind) for e in store.duplicates.equal_sets()
        )
        clusters = sorted(sorted(s.path for s in c.members) for c in project.duplicates.clusters())
        # Numbers of samples and times of change are of one project, not of the images.
        facts = [s[1:_TIME] + s[_TIME + 1 :] for s in samples]
        return Snapshot(
            repr(facts).encode(), b"".join(fingerprints), repr(thumbnails).encode(),
            repr(pairs).encode(), repr(sets).encode(), repr(clusters).encode(),
        )  # fmt: skip
    finally:
        project.close()
