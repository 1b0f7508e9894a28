import hashlib
import io
import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from inspector.augmentation.apply import augment
from inspector.augmentation.policy_json import read_policy
from inspector.dataset.training_decode import decode_square
from inspector.errors import TrainingError
from inspector.training.feed import Batch, Feed, sample_order
from inspector.training.pictures import TrainingImages, load_pictures, read_square
from inspector.training_protocol.run_spec import RunSpec, SampleColumns


def _load(spec: RunSpec, cache: Path) -> TrainingImages:
    return load_pictures(
        Path(spec.root), (spec.training, spec.validation), side_px=spec.image_size_px,
        cache=cache, threads=2, told=lambda done, total: None,
    )  # fmt: skip


def _epoch(spec: RunSpec, pictures: TrainingImages, *, threads: int, epoch: int = 3) -> list[Batch]:
    policy = None if spec.policy is None else read_policy(spec.policy)
    feed = Feed(
        pictures, spec.training, seed=spec.seed, batch_size=spec.batch_size, threads=threads,
        policy=policy,
    )  # fmt: skip
    try:
        return list(feed.epoch(epoch, steps=feed.steps))
    finally:
        feed.close()


def test_training_sees_what_the_preview_shows(spec: RunSpec, tmp_path: Path) -> None:
    policy = read_policy(spec.policy)  # type: ignore[arg-type]
    pictures = _load(spec, tmp_path)
    changed = 0
    for batch in _epoch(spec, pictures, threads=2):
        for pixels, label, row in zip(batch.pictures, batch.labels, batch.rows, strict=True):
            path, digest = spec.training.paths[row], spec.training.sha256[row]
            plain = read_square(Path(spec.root), path, sha256=digest, side_px=24)
            shown = augment(plain, policy, seed=spec.seed, epoch=3, image_id=digest)
            assert pixels.tobytes() == shown.tobytes()
            assert label == spec.training.labels[row]
            changed += not np.array_equal(shown, plain)
    assert changed > 60


def test_an_epoch_holds_each_sample_once_and_keeps_its_last_batch(
    spec: RunSpec, tmp_path: Path
) -> None:
    batches = _epoch(spec, _load(spec, tmp_path), threads=2)
    assert [len(b.labels) for b in batches] == [16, 16, 16, 16, 6]
    rows = np.concatenate([b.rows for b in batches])
    assert sorted(rows) == list(range(70))
    assert list(rows) == list(sample_order(70, seed=spec.seed, epoch=3))


def test_threads_change_nothing(spec: RunSpec, tmp_path: Path) -> None:
    pictures = _load(spec, tmp_path)
    one, four = (_epoch(spec, pictures, threads=n) for n in (1, 4))
    assert all(np.array_equal(a.pictures, b.pictures) for a, b in zip(one, four, strict=True))


def test_epochs_and_seeds_differ() -> None:
    orders = {tuple(sample_order(50, seed=s, epoch=e)) for s in (0, 1, -1) for e in (1, 2)}
    assert len(orders) == 6


def test_stopping_in_an_epoch_leaves_no_work(spec: RunSpec, tmp_path: Path) -> None:
    feed = Feed(_load(spec, tmp_path), spec.training, seed=1, batch_size=4, threads=1, policy=None)
    before = set(threading.enumerate())
    batches = feed.epoch(1, steps=feed.steps)
    first = next(batches)
    assert len(first.labels) == 4
    assert set(threading.enumerate()) - before
    batches.close()
    assert list(batches) == []
    feed.close()
    assert set(threading.enumerate()) <= before


def test_pictures_are_decoded_once_whatever_the_split(spec: RunSpec, tmp_path: Path) -> None:
    _load(spec, tmp_path)
    (file,) = tmp_path.iterdir()
    stamp = file.stat().st_mtime_ns
    again = replace(spec, training=spec.validation, validation=spec.training)
    pictures = _load(again, tmp_path)
    assert file.stat().st_mtime_ns == stamp
    assert list(tmp_path.iterdir()) == [file]
    path = spec.training.paths[7]
    plain = read_square(Path(spec.root), path, sha256="", side_px=24)
    assert np.array_equal(pictures.pixels[pictures.find(spec.training)[7]], plain)


def test_a_damaged_cache_is_made_anew(spec: RunSpec, tmp_path: Path) -> None:
    _load(spec, tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    _load(spec, tmp_path)
    assert file.read_bytes() == whole


def test_a_changed_file_stops_the_run(spec: RunSpec, tmp_path: Path) -> None:
    wrong = SampleColumns(spec.training.paths[:1], (0,), (hashlib.sha256(b"other").hexdigest(),))
    with pytest.raises(TrainingError, match="was changed since the split was made"):
        _load(replace(spec, training=wrong), tmp_path)
    gone = SampleColumns(("red/none.png",), (0,), ("",))
    with pytest.raises(TrainingError, match="can't be read"):
        _load(replace(spec, training=gone), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_ignored_as_keras_ignores_it(orientation: int) -> None:
    pixels = np.arange(8 * 12 * 3, dtype=np.uint8).reshape(8, 12, 3)
    for kind in ("PNG", "TIFF"):
        stream = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.fromarray(pixels).save(stream, kind, exif=exif)
        square = decode_square(stream.getvalue(), name=f"a.{kind.lower()}", side_px=8)
        expected = cv2.resize(pixels, (8, 8), interpolation=cv2.INTER_LINEAR)
        assert np.array_equal(square, expected), kind
