"""Re-encoded exports: every image alike, cut as planned, decoded again; the source untouched."""

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inspector.dataset.decoding import read_pixels
from inspector.errors import ExportError
from inspector.work.export_forms.coco import CocoBoxes
from inspector.work.export_items import Item
from inspector.work.export_plan import ExportMode, ExportPlan, make_plan, reencoded_plan
from inspector.work.export_writer import publish
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import Pool
from inspector.work.reencoding import (
    MAX_CROP,
    ImageFormat,
    Reencoding,
    encode,
    is_faithful,
    reencode,
)

PNG = Reencoding(ImageFormat.PNG)
JPEG = Reencoding(ImageFormat.JPEG, 0.1)


@pytest.fixture
def pool() -> Iterator[Pool]:
    workers = Pool("inspector.work.worker:run", workers=1, timeout_seconds=60)
    yield workers
    workers.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Images of several formats and modes, two of which differ in their suffix only."""
    draw = np.random.default_rng(1)
    root = tmp_path / "source"
    (root / "a").mkdir(parents=True)
    (root / "b").mkdir()
    pixels = draw.integers(0, 256, (40, 60, 3), np.uint8)
    Image.fromarray(pixels).save(root / "a" / "one.png")
    Image.fromarray(pixels).resize((60, 40)).save(root / "a" / "one.jpg", quality=60)
    Image.fromarray(pixels[..., 0]).save(root / "a" / "grey.bmp")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(root / "b" / "turned.jpg", exif=exif)
    Image.fromarray(np.dstack([pixels, pixels[..., :1]])).save(root / "b" / "alpha.webp")
    return root


def _items(root: Path) -> list[Item]:
    items = []
    for file in sorted(file for file in root.rglob("*") if file.is_file()):
        path = file.relative_to(root).as_posix()
        height, width = read_pixels(str(file)).shape[:2]
        digest = hashlib.sha256(file.read_bytes()).digest()
        items.append(
            Item(path, path, file.stat().st_size, digest, "training", file.parent.name, "",
                 width=width, height=height)
        )  # fmt: skip
    return items


def _plan(root: Path, how: Reencoding, mode: ExportMode = ExportMode.COPY) -> ExportPlan:
    plan = make_plan(str(root), str(root.parent / "out"), _items(root), [], mode=mode)
    return reencoded_plan(plan, how)


def _tree(folder: Path) -> dict[str, bytes]:
    files = (f for f in folder.rglob("*") if f.is_file())
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in files}


@pytest.mark.parametrize("how", [PNG, JPEG])
def test_what_is_planned_is_what_is_written(source: Path, pool: Pool, how: Reencoding) -> None:
    before, plan = _tree(source), _plan(source, how)
    done = publish(plan, stop=Stop(), progress=Progress(), pool=pool)
    out = source.parent / "out"
    ending = "png" if how is PNG else "jpg"
    assert {i.target for i in plan.items} == {
        f"{name}.{ending}" for name in ("a/one", "a/one-2", "a/grey", "b/turned", "b/alpha")
    }
    assert set(_tree(out)) == {"manifest.csv", *(i.target for i in plan.items)}
    assert (done.files, done.verified) == (5, 5)
    with (out / "manifest.csv").open(encoding="utf-8") as stream:
        rows = {r["path"]: r for r in csv.DictReader(stream)}
    for item in plan.items:
        written = (out / item.target).read_bytes()
        row = rows[item.target]
        assert row["sha256"] == hashlib.sha256(written).hexdigest()
        assert (int(row["size"]), row["source"]) == (len(written), item.source)
        assert row["reason"] == how.text
        wanted = how.apply(read_pixels(str(source / item.source)))
        again = read_pixels(str(out / item.target))
        assert again.shape == wanted.shape == (item.height, item.width, 3)
        with Image.open(out / item.target) as image:
            assert (image.format, image.mode) == (how.format.upper(), "RGB")
            assert not image.getexif()
        if how is PNG:
            assert np.array_equal(again, wanted)
        else:
            assert np.abs(again.astype(int) - wanted).mean() < 16
    assert done.bytes == sum(int(r["size"]) for r in rows.values())
    assert _tree(source) == before


def test_one_result_for_the_same_images(source: Path, pool: Pool) -> None:
    trees = []
    for _ in range(2):
        publish(_plan(source, JPEG), stop=Stop(), progress=Progress(), pool=pool)
        trees.append(_tree(source.parent / "out"))
        (source.parent / "out").rename(source.parent / f"out{len(trees)}")
    assert trees[0] == trees[1]
    tables = set()
    for name in trees[0]:
        if name.endswith(".jpg"):
            with Image.open(source.parent / "out1" / name) as image:
                tables.add(repr(image.quantization))
    assert len(tables) == 1


def test_a_stopped_export_resumes_and_another_one_does_not(source: Path, pool: Pool) -> None:
    stop = Stop()
    stop.set()
    with pytest.raises(ExportError, match="was stopped"):
        publish(_plan(source, PNG), stop=stop, progress=Progress(), pool=pool)
    assert not (source.parent / "out").exists()
    with pytest.raises(ExportError):
        publish(_plan(source, JPEG), stop=Stop(), progress=Progress(), pool=pool, resume=True)
    again = publish(_plan(source, PNG), stop=Stop(), progress=Progress(), pool=pool, resume=True)
    assert again.verified == 5


def test_a_changed_or_damaged_source_publishes_nothing(source: Path, pool: Pool) -> None:
    plan = _plan(source, PNG)
    Image.new("RGB", (60, 40)).save(source / "a" / "one.png")
    with pytest.raises(ExportError, match=r"a/one\.png changed since the scan"):
        publish(plan, stop=Stop(), progress=Progress(), pool=pool)
    assert not (source.parent / "out").exists()
    (source / "a" / "one.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    assert "can't be decoded" in reencode(str(source / "a" / "one.png"), PNG).problem
    assert "can't be read" in reencode(str(source / "a" / "none.png"), PNG).problem


def test_links_and_cut_boxes_are_refused(source: Path) -> None:
    for mode in (ExportMode.HARDLINK, ExportMode.SYMLINK, ExportMode.REFLINK):
        with pytest.raises(ExportError, match="shares its bytes"):
            _plan(source, PNG, mode)
    boxes = make_plan(
        str(source), str(source.parent / "out"), _items(source), [], mode=ExportMode.COPY,
        form=CocoBoxes({}),
    )  # fmt: skip
    with pytest.raises(ExportError, match="boxes would no longer fit"):
        reencoded_plan(boxes, JPEG)
    assert reencoded_plan(boxes, PNG).reencoding == PNG
    for share in (-0.1, MAX_CROP + 0.01, float("nan")):
        with pytest.raises(ExportError, match="can't be cut"):
            _plan(source, Reencoding(crop=share))


@given(
    width=st.integers(1, 5000), height=st.integers(1, 5000), crop=st.floats(0, MAX_CROP)
)  # fmt: skip
def test_a_cut_is_even_and_leaves_something(width: int, height: int, crop: float) -> None:
    across, down = Reencoding(crop=crop).size(width, height)
    assert 1 <= across <= width
    assert 1 <= down <= height
    assert (width - across) % 2 == (height - down) % 2 == 0
    assert abs((width - across) / 2 - crop * width) <= 1


def test_another_picture_is_not_faithful() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8)
    for image_format in ImageFormat:
        content = encode(pixels, image_format)
        assert is_faithful(content, pixels, image_format)
        assert not is_faithful(content, pixels[::-1], image_format)
        assert not is_faithful(content, pixels[:16], image_format)
    changed = pixels.copy()
    changed[0, 0, 0] ^= 1
    assert not is_faithful(encode(pixels, ImageFormat.PNG), changed, ImageFormat.PNG)
