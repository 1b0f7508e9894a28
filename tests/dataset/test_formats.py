import pytest

from inspector.dataset import formats
from inspector.dataset.formats import Flag


def test_the_stored_values_of_the_flags_never_change() -> None:
    assert {flag.name: int(flag) for flag in Flag} == {
        "TRUNCATED": 1,
        "ROTATED": 2,
        "ANIMATED": 4,
        "ALPHA": 8,
        "GREY": 16,
        "CMYK": 32,
        "SIXTEEN_BIT": 64,
        "KERAS_IGNORES": 128,
        "KERAS_CRASHES": 256,
        "DARK": 512,
        "BRIGHT": 1024,
        "LOW_CONTRAST": 2048,
        "BLURRY": 4096,
        "TINY": 8192,
        "ODD_RATIO": 16384,
        "FLAT": 32768,
        "SHAPED_ALPHA": 65536,
    }


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "b/.png", "a.Gif", "a.tif.bmp"])
def test_keras_lists_its_five_extensions_in_any_case(name: str) -> None:
    assert formats.keras_lists(name)


@pytest.mark.parametrize("name", ["a.webp", "a.tif", "a.png.txt", "png", "a.jpg/b"])
def test_keras_lists_nothing_else(name: str) -> None:
    assert not formats.keras_lists(name)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n<!DOCTYPE html><html>", "this is a web page, not an image"),
        (b"%PDF-1.7", "this is a PDF document, not an image"),
        (b"PK\3\4", "this is a zip archive, not an image"),
        (b"\0\5\x16\7\0\2\0\0", "this is a macOS side file (._name), not an image"),
        (
            b"version https://git-lfs.github.com/spec/v1",
            "this is a Git LFS pointer: the image was not downloaded",
        ),
        (b"\0\0\0\x18ftypheio", "this variant of HEIC is not supported"),
        (b"\0\0\0\x18ftypisom", "this is a video, not an image"),
        (bytes(400), "the file holds only zeros"),
        (b"id,label\n1,cat\n", "this is a text file, not an image"),
        (b"\x8aPNG\r\n\x1a\n", "the first bytes are damaged"),
        (b"\xde\xad\xbe\xef" * 9, "the content is no image format that is known here"),
    ],
)
def test_a_stranger_with_an_images_name_is_explained(head: bytes, reason: str) -> None:
    assert formats.sniff(head) == ""
    assert formats.explain("cat.jpg", head) == reason


def test_a_format_that_is_not_read_is_named() -> None:
    assert formats.explain("scan.dcm", b"\1\2\3\4\xff" * 9) == "DCM files are not supported"
    assert formats.is_image_name("scan.dcm")


def test_targa_has_no_magic_and_is_told_by_its_name() -> None:
    assert formats.guess("a.TGA", b"\0\0\2\0") == "TGA"
    assert formats.guess("a.dat", b"\0\0\2\0") == ""
