"""Distinct contents of images in columns, beside the same counted with dicts."""

from contextlib import closing
from pathlib import Path

import numpy as np
from PIL import Image

from inspector.project.catalog.contents import contents_of
from inspector.project.project import Project


def test_contents_are_those_of_the_files(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    drawn = [rng.integers(0, 255, (40, 40, 3), np.uint8) for _ in range(4)]
    for place, which in enumerate((3, 0, 0, 2, 3, 0, 1)):
        folder = tmp_path / "data" / ("training", "validation")[place % 2] / "ab"[which % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(drawn[which]).save(folder / f"{place}.png")
    (tmp_path / "data" / "notes.txt").write_text("no image")
    with closing(Project(tmp_path / "data", tmp_path / "p.inspector", jobs=1)) as project:
        project.scans.scan()
        images = project.samples.everything().images()
        by_content: dict[bytes, list[int]] = {}
        for sample in images:
            by_content.setdefault(sample.sha256, []).append(sample.id)
        contents = contents_of(images)
        assert len(contents) == 4
        assert list(contents.hashes()) == list(by_content)
        assert [contents.samples(i) for i in range(4)] == list(by_content.values())
        assert [contents.sample(i) for i in range(4)] == [ids[0] for ids in by_content.values()]
        assert contents.files.tolist() == [len(ids) for ids in by_content.values()]
        firsts = project.samples.by_ids([ids[0] for ids in by_content.values()])
        assert [contents.path(i) for i in range(4)] == [s.path for s in firsts]
        assert list(contents.texts("split")) == [s.split for s in firsts]
        hashes = contents.hashes()
        assert hashes[np.int64(2)] == hashes[2] == hashes[np.array([0, 2])][1]
        assert [hashes[i] for i in contents.of_rows().tolist()] == [s.sha256 for s in images]

        chosen = np.array([True, False, True, False])
        some = contents.taken(chosen)
        assert [some.samples(i) for i in range(2)] == [contents.samples(i) for i in (0, 2)]
        assert [some.path(i) for i in range(2)] == [contents.path(i) for i in (0, 2)]
        assert len(contents.taken(np.zeros(4, np.bool_))) == 0
        assert len(contents_of(images.where(np.zeros(len(images), np.bool_)))) == 0
