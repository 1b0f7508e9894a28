"""The format of a file by its first bytes and its name, before it is decoded.

Also predicts, without TensorFlow, which files stop a Keras epoch: Keras lists files by extension,
and `tf.image.decode_image` must then accept their bytes.
"""

import codecs
import os
import struct
import zlib
from enum import IntFlag


class Flag(IntFlag):
    """Properties of an image worth knowing; the values are stored and never change."""

    TRUNCATED = 1 << 0
    """The file ends early or is damaged: some of its pixels are made up."""
    ROTATED = 1 << 1
    """EXIF orientation is not 1, which Keras ignores in training."""
    ANIMATED = 1 << 2
    """More than one frame or page; the first is read."""
    ALPHA = 1 << 3
    """It has transparency, which is dropped, as in Keras."""
    GREY = 1 << 4
    """Stored with one channel."""
    CMYK = 1 << 5
    SIXTEEN_BIT = 1 << 6
    """Stored with more than 8 bits per channel; the upper 8 are read, as in Keras."""
    KERAS_IGNORES = 1 << 7
    """`image_dataset_from_directory` does not list files of this extension."""
    KERAS_CRASHES = 1 << 8
    """Keras lists the file, and `tf.image.decode_image` rejects its bytes."""
    DARK = 1 << 9
    BRIGHT = 1 << 10
    LOW_CONTRAST = 1 << 11
    BLURRY = 1 << 12
    TINY = 1 << 13
    ODD_RATIO = 1 << 14
    FLAT = 1 << 15
    """Nearly one colour: nothing to see."""
    SHAPED_ALPHA = 1 << 16
    """Its transparency has a shape, which is lost with it."""


HEAD_BYTES = 4096

# Source: keras.utils.image_dataset_from_directory, ALLOWLIST_FORMATS (Keras 3.15).
KERAS_EXTENSIONS = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png"})

_READ_BY_EXTENSION = {
    ".apng": "PNG", ".avif": "AVIF", ".avifs": "AVIF", ".bmp": "BMP", ".dib": "BMP",
    ".gif": "GIF", ".heic": "HEIF",
    ".heif": "HEIF", ".hif": "HEIF", ".ico": "ICO",
    ".j2k": "JPEG2000", ".jfif": "JPEG", ".jp2": "JPEG2000",
    ".jpe": "JPEG", ".jpeg": "JPEG", ".jpg": "JPEG", ".mpo": "JPEG", ".pbm": "PPM",
    ".pcx": "PCX", ".pfm": "PPM", ".pgm": "PPM", ".png": "PNG", ".pnm": "PPM", ".ppm": "PPM",
    ".qoi": "QOI", ".rgb": "SGI", ".sgi": "SGI", ".tga": "TGA", ".tif": "TIFF",
    ".tiff": "TIFF", ".webp": "WEBP",
}  # fmt: skip

# Image formats that people keep in datasets and this program can't read: reported, not skipped
# silently.
_UNREAD_BY_EXTENSION = frozenset({
    ".arw", ".cr2", ".cr3", ".dcm", ".dng", ".eps", ".exr", ".ff", ".hdr",
    ".jxl", ".nef", ".nii", ".orf", ".pam", ".psd", ".raf", ".rw2", ".svg", ".xcf",
})  # fmt: skip

_MAGICS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\0\0\1\0", "ICO"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
    (b"qoif", "QOI"),
    (b"\x01\xda", "SGI"),
)

# Source: ISO/IEC 23008-12, annex B: still images and sequences coded with HEVC.
_HEIF_BRANDS = (
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1",
)  # fmt: skip

# A magic of two or four common bytes is no proof for a file of another name.
_WEAK = frozenset({"BMP", "ICO", "SGI", "PPM"})

_FOREIGN = (
    (b"%PDF", "this is a PDF document, not an image"),
    (b"PK\3\4", "this is a zip archive, not an image"),
    (b"\x1f\x8b", "this is a gzip archive, not an image"),
    (b"Rar!", "this is a RAR archive, not an image"),
    (b"7z\xbc\xaf\x27\x1c", "this is a 7z archive, not an image"),
    (b"\0\5\x16\7", "this is a macOS side file (._name), not an image"),
    (b"\0\5\x16\0", "this is a macOS side file (._name), not an image"),
    (b"\x1aE\xdf\xa3", "this is a video, not an image"),
    (b"version https://git-lfs", "this is a Git LFS pointer: the image was not downloaded"),
    (b"8BPS", "Photoshop files are not supported"),
    (b"\x76\x2f\x31\x01", "OpenEXR files are not supported"),
    (b"#?RADIANCE", "Radiance HDR files are not supported"),
    (b"%!PS", "PostScript files are not supported"),
    (b"\xc5\xd0\xd3\xc6", "PostScript files are not supported"),
    (b"\xff\x0a", "JPEG XL files are not supported"),
    (b"\0\0\0\x0cJXL ", "JPEG XL files are not supported"),
    (b"\xd0\xcf\x11\xe0", "this is an Office or thumbnail database, not an image"),
)


def extension(path: str) -> str:
    """Return the lower-case extension of `path` with its dot, or ""."""
    # Not pathlib: this runs for every file, and creating a Path takes 4 µs.
    return os.path.splitext(path)[1].lower()  # noqa: PTH122


def keras_lists(path: str) -> bool:
    """Tell whether Keras's directory loader takes this file name, by its suffix alone."""
    # endswith, not splitext: Keras also takes a file named just ".png".
    return path.lower().endswith((".bmp", ".gif", ".jpeg", ".jpg", ".png"))


def is_image_name(path: str) -> bool:
    """Tell whether the name says image, readable by this program or not."""
    ending = extension(path)
    return ending in _READ_BY_EXTENSION or ending in _UNREAD_BY_EXTENSION


def sniff(head: bytes) -> str:
    """Return the image format that the first bytes announce, or ""."""
    for magic, name in _MAGICS:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis", b"mif1") and b"avif" in head[:64]:
        return "AVIF"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "HEIF"
    if head[:1] == b"P" and head[1:2] in b"123456fF" and head[2:3] in (b"\n", b" ", b"\t", b"\r"):
        return "PPM"
    if head[:1] == b"\n" and head[1:2] in b"\0\2\3\4\5" and head[2:3] in (b"\0", b"\1"):
        return "PCX"
    return ""


def guess(path: str, head: bytes) -> str:
    """Return the format to try: what the bytes announce, else TGA by name, which has no magic."""
    sniffed = sniff(head)
    if not sniffed and extension(path) == ".tga":
        return "TGA"
    return sniffed


def is_sure(name: str) -> bool:
    """Tell whether this format's magic is long enough to outweigh the file name."""
    return bool(name) and name not in _WEAK


def explain(path: str, head: bytes) -> str:
    """Return in one sentence why a file named like an image can't be read."""
    if not head:
        return "the file is empty"
    for magic, reason in _FOREIGN:
        if head.startswith(magic):
            return reason
    if head[4:8] == b"ftyp":
        return _explain_box(head[8:12])
    if b"PNG" in head[:5] or head[6:10] in (b"JFIF", b"Exif"):
        return "the first bytes are damaged"
    if not head.strip(b"\0"):
        return "the file holds only zeros"
    return _explain_text(head) or _explain_name(path)


def _explain_box(brand: bytes) -> str:
    if brand[:3] in (b"hei", b"hev", b"mif", b"msf"):
        return "this variant of HEIC is not supported"
    return "this is a video, not an image"


def _explain_text(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "this is a web page, not an image"
    if b"<svg" in start:
        return "SVG drawings are not supported"
    if start.startswith((b"<?xml", b"{", b"[")):
        return "this is a text file, not an image"
    # Incremental, because the sample may end within a character.
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head[:512])
    except UnicodeDecodeError:
        return ""
    readable = all(letter.isprintable() or letter in "\t\r\n\ufeff" for letter in text)
    return "this is a text file, not an image" if readable else ""


def _explain_name(path: str) -> str:
    ending = extension(path)
    if ending in _UNREAD_BY_EXTENSION:
        return f"{ending[1:].upper()} files are not supported"
    return "the content is no image format that is known here"


def is_cut(data: bytes, name: str) -> bool:
    """Tell whether the end of a file that could not be decoded is missing."""
    match name:
        case "JPEG":
            return b"\xff\xd9" not in data
        case "PNG":
            return b"IEND" not in data[-4096:]
        case "GIF":
            return data[-1:] != b";"
        case "WEBP":
            return int.from_bytes(data[4:8], "little") + 8 > len(data)
        case "BMP":
            return int.from_bytes(data[2:6], "little") > len(data)
        case _:
            return False


def tensorflow_refuses(data: bytes, name: str, *, decodes: bool) -> bool:
    """Predict that `tf.image.decode_image(data, channels=3, expand_animations=False)` fails.

    Args:
        data: The whole file.
        name: Format from `sniff`.
        decodes: True if our own decoder read the first frame without an error.

    Source: tensorflow/core/kernels/image/decode_image_op.cc (2.21), checked against it by a test.
    """
    match name:
        case "JPEG":
            return not decodes
        case "GIF":
            return not decodes or not _gif_has_frame(data)
        case "PNG":
            return not decodes or not _png_is_whole(data)
        case "BMP":
            return _bmp_is_refused(data)
        case "WEBP":
            return not decodes or _webp_is_refused(data)
        case _:
            return True


# Start of the pixels, width, height, bits per pixel.
_BMP_HEADER = struct.Struct("<i4xii2xh")


def _bmp_is_refused(data: bytes) -> bool:
    """Replay the checks of TensorFlow's BMP reader, which knows one header layout."""
    if len(data) < 32:
        return True
    start, width, height, bits = _BMP_HEADER.unpack_from(data, 10)
    channels = int(bits / 8)  # towards zero, as in C
    if channels not in (1, 3, 4) or width <= 0 or height == 0 or start < 0:
        return True
    if width * abs(height) >= (2**31 - 1) // 8:
        return True
    row = (channels * width + 3) // 4 * 4
    return bool(len(data) != start + row * abs(height))


def _png_is_whole(data: bytes) -> bool:
    """Tell whether the chunks reach a valid IEND: libpng requires it, Pillow does not."""
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            return False
        # Lower-case first letter: an ancillary chunk; libpng only warns about its damage.
        if not kind[0] & 0x20:
            stored_crc = int.from_bytes(data[end - 4 : end], "big")
            if zlib.crc32(data[at + 4 : end - 4]) != stored_crc:
                return False
        if kind == b"IEND":
            return True
        at = end
    return False


def _gif_has_frame(data: bytes) -> bool:
    """Tell whether the first frame ends properly: giflib requires it, Pillow does not."""
    at = 13 + _gif_colours(data, 10)
    while at < len(data):
        kind = data[at]
        if kind == 0x2C:
            return _gif_skip_blocks(data, at + 11 + _gif_colours(data, at + 9)) > 0
        if kind != 0x21:
            return False
        at = _gif_skip_blocks(data, at + 2)
        if at < 0:
            return False
    return False


def _gif_colours(data: bytes, at: int) -> int:
    """Return the size in bytes of the colour table announced by the flags at `at`."""
    flags = data[at] if at < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_skip_blocks(data: bytes, at: int) -> int:
    """Return the position after a chain of blocks, or -1 if it does not end."""
    while at < len(data):
        if data[at] == 0:
            return at + 1
        at += 1 + data[at]
    return -1


def _webp_is_refused(data: bytes) -> bool:
    """Tell whether a WebP is animated or has alpha: rejected with three channels."""
    kind = data[12:16]
    if kind == b"VP8X":
        return bool(data[20] & 0x12)
    if kind == b"VP8L":
        # Signature byte, 14 bits width, 14 bits height, then the alpha bit.
        return bool(data[24] & 0x10)
    return False
