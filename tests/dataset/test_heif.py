"""HEIC photos of phones are read, shown and trained on like any other image.

No installed library encodes HEVC. The two files below were encoded once with pillow-heif 1.8.1 from
a drawing of 48 x 32 pixels: left half red, right half blue, top quarter at half brightness. The
second is stored with a quarter turn.
"""

import base64
from pathlib import Path

import numpy as np
import pytest

from inspector.dataset.decoding import Flag, Outcome, encode_thumbnail, read_picture, read_pixels
from inspector.dataset.training_decode import decode_square
from inspector.errors import DatasetError
from inspector.project.project import Project

PLAIN = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAAHYAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34"
    "+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5"
    "uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAA"
    "AAAoY2xhcAAAADAAAAABAAAAIAAAAAH////wAAAAAv///+AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAA"
    "AAAAAAEAAQWBAgMFhAAAAH5tZGF0AAAAcigBrw7gIQzv/3ZN/+c/IZOBSXWA/i//+8ebz8rGjhGWInUV4zYb/UL5"
    "J4IbDMwX3lLJvC9fhfaxCg3POVkb5dIbIf9Hi/eYGKjGEUfrrZN5G+fnl5NseN+lzPTUcKgAfyU7hsyKmkKTbSIN"
    "qDzO6MYD3A=="
)
TURNED = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAAHYAAgAAAAACYgABAAAAAAAAACQAAAA4aWlu"
    "ZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAB"
    "B2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA"
    "AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAADAAAAABAAAAIAAAAAH////w"
    "AAAAAv///+AAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEAAQaBAgMFhIYAAAAa"
    "aXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAKJtZGF0AAAAcigBrw7gIQzv/3ZN/+c/IZOBSXWA/i//+8ebz8rGjhGW"
    "InUV4zYb/UL5J4IbDMwX3lLJvC9fhfaxCg3POVkb5dIbIf9Hi/eYGKjGEUfrrZN5G+fnl5NseN+lzPTUcKgAfyU7"
    "hsyKmkKTbSINqDzO6MYD3AAAAAZFeGlmAABNTQAqAAAACAABARIAAwAAAAEABgAAAAAAAA=="
)
RED, BLUE = (200, 40, 30), (20, 60, 210)


def put(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


@pytest.mark.parametrize("name", ["a.heic", "a.HEIF", "a.hif"])
def test_the_pixels_come_out(tmp_path: Path, name: str) -> None:
    picture = read_picture(put(tmp_path, name, PLAIN))
    assert (picture.outcome, picture.format) == (Outcome.IMAGE, "HEIF")
    assert (picture.width, picture.height) == (48, 32)
    assert picture.pixels is not None
    assert np.abs(picture.pixels[20, 8].astype(int) - RED).max() < 16
    assert np.abs(picture.pixels[20, 40].astype(int) - BLUE).max() < 16
    assert picture.pixels[2, 8].sum() < picture.pixels[20, 8].sum() * 0.7
    assert encode_thumbnail(picture.pixels)[:3] == b"\xff\xd8\xff"


def test_keras_leaves_it_out_and_stops_at_one_that_is_named_jpg(tmp_path: Path) -> None:
    assert read_picture(put(tmp_path, "a.heic", PLAIN)).flags & Flag.KERAS_IGNORES
    named = read_picture(put(tmp_path, "a.jpg", PLAIN))
    assert named.outcome is Outcome.IMAGE
    assert named.flags & Flag.KERAS_CRASHES


def test_a_turned_photo_is_upright(tmp_path: Path) -> None:
    pixels = read_pixels(put(tmp_path, "a.heic", TURNED))
    assert pixels.shape == (48, 32, 3)
    # A quarter turn clockwise: what was on the left is above, what was above is on the right.
    assert np.abs(pixels[8, 8].astype(int) - RED).max() < 16
    assert np.abs(pixels[40, 8].astype(int) - BLUE).max() < 16
    assert pixels[8, 30].sum() < pixels[8, 8].sum() * 0.7


def test_it_can_be_trained_on(tmp_path: Path) -> None:
    square = decode_square(PLAIN, name="a.heic", side_px=16)
    assert square.shape == (16, 16, 3)
    assert np.abs(square[10, 2].astype(int) - RED).max() < 16


@pytest.mark.parametrize("length", [30, 200, 450])
def test_a_cut_file_is_unreadable_and_said(tmp_path: Path, length: int) -> None:
    path = put(tmp_path, "a.heic", PLAIN[:length])
    picture = read_picture(path)
    assert picture.outcome is Outcome.UNREADABLE
    assert picture.reason
    with pytest.raises(DatasetError):
        read_pixels(path)


def test_the_scan_reads_it_in_the_workers(tmp_path: Path) -> None:
    for name, data in (("ant/1.heic", PLAIN), ("bee/2.HEIC", TURNED)):
        (tmp_path / "set" / name).parent.mkdir(parents=True)
        (tmp_path / "set" / name).write_bytes(data)
    project = Project(tmp_path / "set", tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    assert project.samples.counts().images == 2
    assert all(project.samples.thumbnail(s.id) for s in project.samples.everything())
    project.close()
