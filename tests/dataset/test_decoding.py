import hashlib
import io
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.dataset.decoding import (
    DecodedImage,
    Flag,
    Outcome,
    encode_thumbnail,
    read_picture,
    read_pixels,
)
from inspector.errors import DatasetError

# Asks the real TensorFlow about each file of a folder, as Keras would read it.
_ASK_TENSORFLOW = """
import json, os, sys
import tensorflow as tf
answers = {}
for name in sorted(os.listdir(sys.argv[1])):
    with open(os.path.join(sys.argv[1], name), "rb") as file:
        data = file.read()
    try:
        tf.image.decode_image(data, channels=3, expand_animations=False)
        answers[name] = ""
    except Exception as error:
        answers[name] = str(error) or "refused"
print(json.dumps(answers))
"""


def _scene(height: int, width: int) -> Image.Image:
    """Return a noisy gradient in which all rows and columns differ."""
    noise = np.random.default_rng(3).integers(0, 60, (height, width, 3))
    noise += np.linspace(0, 190, width).astype(int)[None, :, None]
    noise[: height // 3, : width // 3] //= 4
    return Image.fromarray(noise.astype(np.uint8))


def _encode(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _put(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def test_a_plain_jpeg_is_read_whole(tmp_path: Path) -> None:
    data = _encode(_scene(48, 64), "JPEG", quality=95)
    path = _put(tmp_path, "a.jpg", data)
    picture = read_picture(path)
    assert (picture.outcome, picture.reason, picture.flags) == (Outcome.IMAGE, "", Flag(0))
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert (picture.width, picture.height, picture.orientation) == (64, 48, 1)
    assert picture.sha256 == hashlib.sha256(data).digest()
    assert picture.pixels is not None
    assert np.array_equal(picture.pixels, read_pixels(path))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(("height", "width"), [(1100, 2200), (700, 300), (256, 255), (2100, 2100)])
def test_reduced_pixels_keep_256_px_and_the_shape(
    tmp_path: Path, kind: str, height: int, width: int
) -> None:
    path = _put(tmp_path, f"a.{kind.lower()}", _encode(_scene(height, width), kind))
    picture = read_picture(path)
    assert (picture.width, picture.height) == (width, height)
    assert picture.pixels is not None
    rows, columns = picture.pixels.shape[:2]
    assert min(rows, columns) >= min(256, height, width)
    assert min(rows, columns) < 600
    assert rows / columns == pytest.approx(height / width, rel=0.01)
    assert read_pixels(path).shape == (height, width, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_applied(tmp_path: Path, kind: str, orientation: int) -> None:
    upright = np.zeros((40, 64, 3), np.uint8)
    upright[:20, :32] = (250, 30, 30)
    upright[20:, 32:] = (30, 30, 250)
    # What has to be done to the upright image so that the reader's turn undoes it.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F], exif[0x0110] = "Acme", "Acme One"
    exif.get_ifd(0x8769)[0x9003] = "2021:03:04 05:06:07"
    image = Image.fromarray(np.ascontiguousarray(stored))
    path = _put(tmp_path, f"a.{kind.lower()}", _encode(image, kind, exif=exif))
    picture = read_picture(path)
    assert picture.orientation == orientation
    assert (picture.width, picture.height) == (64, 40)
    assert (Flag.ROTATED in picture.flags) == (orientation != 1)
    # Pillow, which wrote the file, leaves the block with the time out of a TIFF.
    captured = "" if kind == "TIFF" else "2021-03-04 05:06:07"
    assert (picture.captured, picture.camera) == (captured, "Acme One")
    assert picture.pixels is not None
    assert np.abs(picture.pixels.astype(int) - upright).mean() < 6
    assert np.abs(read_pixels(path).astype(int) - upright).mean() < 6


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP"])
def test_a_cut_file_that_gives_pixels_is_an_image(tmp_path: Path, kind: str, share: float) -> None:
    data = _encode(_scene(300, 400), kind)
    picture = read_picture(_put(tmp_path, f"a.{kind.lower()}", data[: int(len(data) * share)]))
    assert picture.outcome is Outcome.IMAGE
    assert Flag.TRUNCATED | Flag.KERAS_CRASHES in picture.flags
    assert picture.reason.startswith("the file ends early: ")
    percent = int(picture.reason.split()[4])
    assert percent == pytest.approx(100 * (1 - share), abs=8)


def test_flags_of_stored_modes(tmp_path: Path) -> None:
    scene = _scene(40, 48)
    clear = scene.convert("RGBA")
    clear.putalpha(90)
    wide = np.full((40, 48), 40_000, np.uint16)
    cases = [
        ("grey.jpg", _encode(scene.convert("L"), "JPEG"), Flag.GREY),
        ("clear.png", _encode(clear, "PNG"), Flag.ALPHA),
        ("print.jpg", _encode(scene.convert("CMYK"), "JPEG"), Flag.CMYK),
        ("deep.png", _encode(Image.fromarray(wide), "PNG"), Flag.SIXTEEN_BIT | Flag.GREY),
        (
            "moves.gif",
            _encode(scene, "GIF", save_all=True, append_images=[scene.rotate(90)]),
            Flag.ANIMATED,
        ),
        ("new.webp", _encode(scene, "WEBP"), Flag.KERAS_IGNORES),
        ("clear.bmp", _encode(clear, "WEBP"), Flag.KERAS_CRASHES | Flag.ALPHA),
    ]
    for name, data, flag in cases:
        picture = read_picture(_put(tmp_path, name, data))
        assert picture.outcome is Outcome.IMAGE, name
        assert flag in picture.flags, name


def test_sixteen_bits_and_transparency_are_read_as_keras_does(tmp_path: Path) -> None:
    wide = Image.fromarray(np.full((8, 8), 40_000, np.uint16))
    assert read_pixels(_put(tmp_path, "deep.png", _encode(wide, "PNG")))[0, 0].tolist() == [156] * 3
    clear = Image.new("RGBA", (8, 8), (10, 20, 30, 0))
    pixels = read_pixels(_put(tmp_path, "clear.png", _encode(clear, "PNG")))
    assert pixels[0, 0].tolist() == [10, 20, 30]


def test_what_is_no_image_is_ignored_or_explained(tmp_path: Path) -> None:
    assert read_picture(_put(tmp_path, "notes.txt", b"hello")) == DecodedImage(
        Outcome.IGNORED, "not an image"
    )
    page = read_picture(_put(tmp_path, "a.jpg", b"<html><body>404</body></html>"))
    assert (page.outcome, page.reason) == (Outcome.UNREADABLE, "this is a web page, not an image")
    assert page.flags == Flag.KERAS_CRASHES
    assert read_picture(_put(tmp_path, "b.png", b"")).reason == "the file is empty"
    # Content counts where the name says nothing, but two letters are no proof.
    jpeg = _encode(_scene(40, 48), "JPEG")
    stray = read_picture(_put(tmp_path, "upload", jpeg))
    assert (stray.outcome, stray.flags) == (Outcome.IMAGE, Flag.KERAS_IGNORES)
    assert read_picture(_put(tmp_path, "letter", b"BMW sells cars")).outcome is Outcome.IGNORED


def test_obstacles_of_the_disk_are_told(tmp_path: Path) -> None:
    gone = read_picture(str(tmp_path / "gone.jpg"))
    assert (gone.outcome, gone.reason) == (Outcome.UNREADABLE, "the file is gone")
    os.mkfifo(tmp_path / "pipe.jpg")
    assert read_picture(str(tmp_path / "pipe.jpg")).reason == "this is not a regular file"
    with pytest.raises(DatasetError, match=r"gone\.jpg: the file is gone"):
        read_pixels(str(tmp_path / "gone.jpg"))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    data = bytearray(_encode(Image.new("L", (8, 8)), "BMP"))
    data[18:26] = (16_000).to_bytes(4, "little") + (11_000).to_bytes(4, "little")
    picture = read_picture(_put(tmp_path, "a.bmp", bytes(data)))
    assert picture.outcome is Outcome.UNREADABLE
    assert picture.reason == "the image has 176 megapixels, more than 160"


def test_an_endless_strip_is_refused(tmp_path: Path) -> None:
    path = _put(tmp_path, "a.png", _encode(Image.new("L", (70_000, 2)), "PNG"))
    assert read_picture(path).reason == "the longer side has 70,000 pixels, more than 65,535"


def test_a_bmp_with_a_palette_says_what_keras_makes_of_it(tmp_path: Path) -> None:
    palette = _encode(_scene(40, 48).convert("P"), "BMP")
    picture = read_picture(_put(tmp_path, "a.bmp", palette))
    assert picture.outcome is Outcome.IMAGE
    assert picture.reason == "Keras reads the palette numbers of this BMP as greys"


def test_thumbnails_keep_the_ratio_and_never_grow() -> None:
    for (height, width), expected in {
        (300, 600): (192, 96),
        (30, 20): (20, 30),
        (1, 4000): (192, 1),
    }.items():
        pixels = np.zeros((height, width, 3), np.uint8)
        with Image.open(io.BytesIO(encode_thumbnail(pixels))) as image:
            assert (image.format, image.size) == ("JPEG", expected)


def test_a_small_jpeg_is_its_own_thumbnail(tmp_path: Path) -> None:
    small = _encode(_scene(40, 48), "JPEG")
    assert read_picture(_put(tmp_path, "a.jpg", small)).thumbnail == small
    turned = Image.Exif()
    turned[0x0112] = 6
    others = {
        "large": _encode(_scene(40, 193), "JPEG"),
        "turned": _encode(_scene(40, 48), "JPEG", exif=turned),
        "cut": small[:-200],
        "heavy": small + bytes(16_384),
        "print colours": _encode(_scene(40, 48).convert("CMYK"), "JPEG"),
        "another format": _encode(_scene(40, 48), "PNG"),
    }
    for name, data in others.items():
        picture = read_picture(_put(tmp_path, "a.jpg", data))
        assert (picture.outcome, picture.thumbnail) == (Outcome.IMAGE, b""), name


def test_damaged_bytes_never_raise(tmp_path: Path) -> None:
    scene = _scene(40, 48)
    kinds = ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "TGA", "ICO", "PPM", "PCX", "SGI", "QOI"]
    for kind in [*kinds, "JPEG2000", "AVIF"]:
        draw = random.Random(kind)
        whole = _encode(scene, kind)
        for _ in range(25):
            data = bytearray(whole)
            for _ in range(draw.choice([1, 4, 30])):
                data[draw.randrange(min(len(data), draw.choice([60, 9**9])))] = draw.randrange(256)
            name = "a.tga" if kind == "TGA" else "a.png"
            _check(read_picture(_put(tmp_path, name, bytes(data))))


def _check(picture: DecodedImage) -> None:
    """Check what holds for every file."""
    assert isinstance(picture, DecodedImage)
    assert picture.sha256
    if picture.outcome is Outcome.IMAGE:
        assert picture.pixels is not None
        assert picture.pixels.dtype == np.uint8
        assert picture.pixels.ndim == 3
        assert picture.pixels.flags.c_contiguous
        assert min(picture.width, picture.height) > 0
    else:
        assert picture.pixels is None
        assert picture.reason
        assert "\n" not in picture.reason
        assert len(picture.reason) < 90


def _broken_files() -> dict[str, bytes]:
    """Return files of every listed kind: complete, cut, and with extra data at the end."""
    scene = _scene(40, 48)
    clear = scene.convert("RGBA")
    clear.putalpha(128)
    files = {}
    for mode in ("RGB", "RGBA", "L", "P", "1", "LA", "CMYK"):
        image = clear if mode == "RGBA" else clear.convert(mode) if mode == "LA" else scene
        image = image if image.mode == mode else image.convert(mode)
        for kind in ("PNG", "BMP", "GIF", "JPEG", "WEBP", "TIFF"):
            try:
                data = _encode(image, kind)
            except (OSError, ValueError):  # this kind has no such mode
                continue
            name = f"{mode}_{kind}"
            files[f"{name}.png"] = data
            files[f"{name}_tail.png"] = data + b"\0\0\0"
            for cut in (2, 12, 20, len(data) // 2, len(data) * 9 // 10):
                files[f"{name}_cut{cut}.png"] = data[:-cut]
    files["moves.gif"] = _encode(scene, "WEBP", save_all=True, append_images=[clear])
    return files


def test_the_crash_of_keras_is_predicted(data: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    for number, path in enumerate(sorted((data / "hostile").rglob("*"))):
        if path.is_file():
            listed = path.suffix.lower() in (".bmp", ".gif", ".jpeg", ".jpg", ".png")
            name = f"{number}_{path.stem}{path.suffix if listed else '.png'}"
            (hostile / name).write_bytes(path.read_bytes())
    for name, content in _broken_files().items():
        (hostile / f"made_{name}").write_bytes(content)
    answers = json.loads(
        subprocess.run(
            [sys.executable, "-c", _ASK_TENSORFLOW, str(hostile)],
            capture_output=True,
            check=True,
            timeout=200,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
        ).stdout
    )
    assert len(answers) > 900
    wrong = []
    for name, error in answers.items():
        picture = read_picture(str(hostile / name))
        _check(picture)
        assert Flag.KERAS_IGNORES not in picture.flags
        if (Flag.KERAS_CRASHES in picture.flags) != bool(error):
            wrong.append((name, picture.flags, picture.reason, error))
    assert len(wrong) <= 0.01 * len(answers), wrong


def test_hostile_files_all_yield_a_picture(data: Path) -> None:
    files = [path for path in sorted((data / "hostile").rglob("*")) if path.is_file()]
    pictures = [read_picture(str(path)) for path in files]
    for picture in pictures:
        if picture.outcome is not Outcome.IGNORED:
            _check(picture)
    assert sum(picture.outcome is Outcome.IMAGE for picture in pictures) > 600
