"""What is sampled, sent in files or read in blocks for large datasets says what small ones say."""

import shutil
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inspector.dataset.groups import Proposal, Provenance
from inspector.project.catalog import known_search
from inspector.project.diagnosis import similar_images
from inspector.project.project import Project
from inspector.project.review import fingerprint_blocks, grouping_proposals
from inspector.project.review.gallery_query import Query
from inspector.similarity import projection
from inspector.store.samples import Sample
from inspector.work.tasks import SEARCH


def test_blocks_and_files_hold_what_one_block_does(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks, images = project.groups.fingerprints, project.groups.images()
    described, grey = blocks.described(images), blocks.grey(images)
    monkeypatch.setattr(fingerprint_blocks, "BLOCK_IMAGES", 7)
    monkeypatch.setattr(fingerprint_blocks, "MAX_SENT_IMAGES", 10)
    assert np.array_equal(blocks.described(images), described)
    assert np.array_equal(blocks.grey(list(images)), grey)
    with blocks.for_child(images) as [file]:
        assert isinstance(file, str)
        assert np.array_equal(np.load(file), described)
    assert not Path(file).exists()
    assert blocks.described([]).shape == (0, described.shape[1])


def test_a_diagnosis_by_files_is_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = project.diagnoses.run(seeds=2)
    monkeypatch.setattr(fingerprint_blocks, "MAX_SENT_IMAGES", 10)
    assert sent is not None
    assert project.diagnoses.run(seeds=2) == sent


def test_components_in_blocks_are_those_of_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    x = (rng.normal(size=(900, 30)) * np.linspace(1, 4, 30) + 5).astype(np.float32)
    rows = np.flatnonzero(rng.random(900) < 0.8)
    whole = projection.reduce(x, 8, rows=rows)
    assert np.array_equal(whole, projection.reduce(x[rows], 8))
    monkeypatch.setattr(projection, "AT_ONCE", 100)
    parts = projection.reduce(x, 8, rows=rows)
    signs = np.sign((whole * parts).sum(axis=0))
    assert np.allclose(parts * signs, whole, atol=1e-3)


def test_the_nearest_of_many_images_are_the_nearest_of_all(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_search, "FEW", 10)
    project = Project(demo, tmp_path / "searched.inspector", jobs=2)
    project.scans.scan()
    images = project.groups.images()
    key = project.labels.queue_key()
    samples = images[::9]
    exact = similar_images.SimilarImages(project.context, project.groups.fingerprints)
    expected = {s.id: [n.id for n in exact.nearest_first(images, [s], key=key)] for s in samples}
    monkeypatch.setattr(similar_images, "EXACT_IMAGES", 10)
    monkeypatch.setattr(similar_images, "PRESELECTED", len(images) // 2)
    chosen = similar_images.SimilarImages(project.context, project.groups.fingerprints)
    nearest = 0
    for sample in samples:
        order = [s.id for s in chosen.nearest_first(images, [sample], key=key)]
        assert len(order) == len(images) // 2
        assert sample.id not in order
        assert order == [i for i in expected[sample.id] if i in order]
        nearest += len(set(order[:8]) & set(expected[sample.id][:8]))
    project.close()
    assert nearest > 0.9 * 8 * len(samples)


def test_a_damaged_search_leaves_neighbours(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_search, "FEW", 10)
    monkeypatch.setattr(known_search, "_POINTS_AT_ONCE", 7)
    monkeypatch.setattr(similar_images, "EXACT_IMAGES", 10)
    project = Project(demo, tmp_path / "searched.inspector", jobs=2)
    project.scans.scan()
    images = project.groups.images()
    (file,) = project.context.cache.path.parent.glob("search-*.npz")
    sound = file.read_bytes()
    similar = similar_images.SimilarImages(project.context, project.groups.fingerprints)
    assert list(similar.nearest_first(images, [images[0]], key="a"))
    for place in range(0, len(sound), len(sound) // 60):
        file.write_bytes(sound[:place] + bytes([sound[place] ^ 0x5A]) + sound[place + 1 :])
        for known in (
            similar,
            similar_images.SimilarImages(project.context, similar._fingerprints),
        ):
            assert list(known.nearest_first(images, [images[0]], key="a")), place
    file.write_bytes(sound[: len(sound) // 2])
    assert list(similar.nearest_first(images, [images[0]], key="a"))
    project.close()


def test_a_search_with_a_wrong_offset_is_damaged(tmp_path: Path) -> None:
    known, name = known_search.KnownSearch(tmp_path, tmp_path / "p"), "descriptors-points"
    file = known._file
    with file.open("wb") as stream:
        np.savez(
            stream, maker=np.array(SEARCH), keys=np.zeros((5, 2), np.uint64),
            **{name: np.ones((5, 96), np.float16)},
        )  # fmt: skip
    assert np.allclose(known.cosines_with(2), 96)
    data = bytearray(file.read_bytes())
    offset = data.rfind(f"{name}.npy".encode()) - 4
    data[offset : offset + 4] = struct.pack("<I", len(data) - 27)
    file.write_bytes(data)
    assert known.cosines_with(2) is None


def test_neighbours_follow_a_search_that_replaces_the_last(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_search, "FEW", 10)
    monkeypatch.setattr(similar_images, "EXACT_IMAGES", 10)
    monkeypatch.setattr(similar_images, "PRESELECTED", 12)
    shutil.copytree(demo, tmp_path / "data")
    project = Project(tmp_path / "data", tmp_path / "p.inspector", jobs=2)
    project.scans.scan()
    folder = project.absolute(project.groups.images()[0].path).parent
    rng = np.random.default_rng(0)
    for number in range(20):
        pixels = rng.integers(0, 255, (64, 64, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"000{number:03}.png")
    asked = similar_images.SimilarImages(project.context, project.groups.fingerprints)

    def order(similar: similar_images.SimilarImages, sample: Sample) -> list[int]:
        images, key = project.groups.images(), project.labels.queue_key()
        return [s.id for s in similar.nearest_first(images, [sample], key=key)]

    keep = known_search.KnownSearch.keep

    def look_and_keep(self: known_search.KnownSearch, *given: Any, **named: Any) -> None:
        # The window asks while the rescan is about to replace the last search.
        order(asked, project.groups.images()[-1])
        keep(self, *given, **named)

    monkeypatch.setattr(known_search.KnownSearch, "keep", look_and_keep)
    project.scans.scan()
    anew = similar_images.SimilarImages(project.context, project.groups.fingerprints)
    for sample in project.groups.images()[::9]:
        assert order(asked, sample) == order(anew, sample)
    project.close()


def test_pairs_to_judge_of_a_sample_are_across_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    pictures = rng.random((400, 256)).astype(np.float32)
    proposal = Proposal(Provenance.NAMES, "rule", tuple(f"group {i // 4}" for i in range(400)))
    asked: list[int] = []

    def read(positions: np.ndarray) -> np.ndarray:
        asked.append(len(positions))
        return pictures[positions]

    whole = grouping_proposals.boundary_pairs(proposal, read, 2)
    monkeypatch.setattr(grouping_proposals, "MAX_COMPARED", 50)
    sampled = grouping_proposals.boundary_pairs(proposal, read, 2)
    assert asked[0] == 400
    assert asked[1] < 150
    for pairs in (whole, sampled):
        assert sorted(held for _, _, held in pairs) == [False, True]
        assert all((a // 4 == b // 4) is held and a != b for a, b, held in pairs)


def test_a_search_that_left_no_points_leaves_a_sample(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = project.groups.images()
    monkeypatch.setattr(similar_images, "EXACT_IMAGES", 20)
    similar = similar_images.SimilarImages(project.context, project.groups.fingerprints)
    order = list(similar.nearest_first(images, [images[0]], key="a"))
    assert 0 < len(order) <= 20


def _fresh(project: Project) -> Project:
    return Project(project.root, project.context.file, read_only=True)


def test_an_index_kept_over_decisions_equals_a_new_one(demo: Path, tmp_path: Path) -> None:
    project = Project(demo, tmp_path / "decided.inspector", jobs=2)
    project.scans.scan()
    before = project.duplicates.index()
    pair = next(p for p in project.duplicates.pairs() if p.transform != "none")
    other = next(s for s in project.groups.images() if s.label != pair.a.label)
    steps = {
        "exclude": lambda: project.decisions.drop([pair.a.id]),
        "another class": lambda: project.decisions.relabel([pair.b.id], other.label),
        "not alike": lambda: project.decisions.not_alike(pair.a.id, pair.b.id),
        "undo": project.decisions.undo,
    }
    for name, step in steps.items():
        step()
        index, gallery = project.duplicates.index(), project.gallery.listing(Query())
        new = _fresh(project)
        anew = new.duplicates.index()
        assert (index.edges, index.turned_apart) == (anew.edges, anew.turned_apart), name
        assert index.clusters == anew.clusters, name
        assert [s.mark for s in index.samples.values()] == [
            s.mark for s in anew.samples.values()
        ], name
        assert gallery.counts == new.gallery.listing(Query()).counts, name
        # Excluding changes no pair.
        assert (index.edges is before.edges) == (name == "exclude"), name
        new.close()
    project.close()
