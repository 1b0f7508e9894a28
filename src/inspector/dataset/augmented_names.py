"""Groups by names that tools produce: augmented copies, video frames, patient folders.

Each style is a separate grouping, so that a person sees its evidence and decides about it.
"""

import re
from collections import Counter
from collections.abc import Sequence

_TRANSFORMS = (
    "aug|augmented|augmentation|rot|rotate|rotated|rotation|flip|flipped|hflip|vflip|fliplr|flipud|"
    "mirror|mirrored|zoom|zoomed|shift|shifted|translate|translated|shear|sheared|crop|cropped|"
    "scale|scaled|blur|blurred|noise|noisy|bright|brightness|brightened|dark|darkened|contrast|"
    "colorjitter|jitter|gamma|saturation|hue|invert|inverted|warp|warped|elastic|cutout|sharpen|"
    "sharpened|hor|ver|horizontal|vertical|left|right|h|v"
)
_ENDINGS = r"jpe?g|png|bmp|gif|webp|tiff?"
# Source: Roboflow's export, NAME_SUFFIX.rf.HASH; Augmentor's sample, CLASS_original_NAME_UUID.
_ROBOFLOW = re.compile(rf"(?P<name>.+?)(?:_(?:{_ENDINGS}))?\.rf\.[0-9A-Za-z]{{8,}}", re.IGNORECASE)
_AUGMENTOR = re.compile(
    r"(?:.+?_)?original_(?P<name>.+?)(?:\.(?:" + _ENDINGS + r"))?_[0-9a-f]{8}[0-9a-f-]*",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?:(?:{_TRANSFORMS})\d*[ _-]+(?:\d{{1,3}}[ _-]+)?)+(?P<name>.*\w.*)", re.IGNORECASE
)
_AFTER = re.compile(
    rf"(?P<name>.*?\w)(?:[ _-]+(?:{_TRANSFORMS})(?:[ _-]?\d{{1,4}})?)+", re.IGNORECASE
)
_COPY = re.compile(
    r"(?P<name>.*\w)(?:[ _-]+(?:copy|copie|kopie|copia|duplicate|dup)(?:[ _-]*\(?\d{1,2}\)?)?"
    r"| ?\((?:[1-9]|1\d|20)\))",
    re.IGNORECASE,
)
_FRAME = re.compile(r"(?P<name>.*\w)[ _.-]*(?:frame|frm)[ _.-]*\d+(?:\D.*)?", re.IGNORECASE)
_PATIENT = re.compile(
    r"(?:patient|patnr|pat|subject|subj|sub|case|participant|person)[ _-]?\d{1,6}[A-Za-z]?",
    re.IGNORECASE,
)
# Words alone name no original: "left" and "right" of "left_right.jpg" are not one image.
_WORD = re.compile(_TRANSFORMS, re.IGNORECASE)


def styles(paths: Sequence[str], labels: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return group keys by style; the style is described with an example of its names.

    A key contains the class, since "1" of cats and "1" of dogs are different images. Images without
    a copy have the key "".
    """
    keys_by_style = {
        "Roboflow versions (x_jpg.rf.hash)": _copies(paths, labels, _ROBOFLOW),
        "Augmentor copies (class_original_x)": _copies(paths, labels, _AUGMENTOR),
        "augmented copies (rotated_x, x_aug_1)": _copies(paths, labels, _BEFORE, _AFTER),
        "copies (x_copy, x (1))": _copies(paths, labels, _COPY, needs_original=True),
        "frames of a video (x_frame_12)": _frames(paths),
        "patient folders": _patients(paths, labels),
    }
    return {rule: keys for rule, keys in keys_by_style.items() if any(keys)}


def _copies(
    paths: Sequence[str], labels: Sequence[str], *patterns: re.Pattern[str],
    needs_original: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """Return "class/original" for copies and their original; "" for single images.

    Args:
        needs_original: Count a name as a copy only if its original exists: "cat (3).jpg" among "cat
            (1).jpg" to "cat (900).jpg" is a number, not a copy.
    """
    # Of a million names hardly any is a copy: only those are kept.
    origins = {
        row: origin
        for row, stem in enumerate(map(_stem, paths))
        if (origin := _origin(stem, patterns)) != stem
    }
    keys = [""] * len(paths)
    if not origins:
        return tuple(keys)
    named = {(labels[row], origin) for row, origin in origins.items()}
    originals = {
        row: pair
        for row, pair in enumerate(zip(labels, map(_stem, paths), strict=True))
        if pair in named
    }
    if needs_original:
        named &= set(originals.values())
    copies = {row: (labels[row], origin) for row, origin in origins.items()}
    members = originals | {row: pair for row, pair in copies.items() if pair in named}
    sizes = Counter(members.values())
    for row, (label, origin) in members.items():
        if sizes[label, origin] > 1:
            keys[row] = f"{label}/{origin}"
    return tuple(keys)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _origin(stem: str, patterns: Sequence[re.Pattern[str]]) -> str:
    """Return the name of the original; repeated marks of one tool are removed one by one."""
    for _ in range(4):
        match = next(filter(None, (p.fullmatch(stem) for p in patterns)), None)
        name = match["name"].strip(" _-") if match else ""
        if not name or _WORD.fullmatch(name):
            return stem
        stem = name
    return stem


def _frames(paths: Sequence[str]) -> tuple[str, ...]:
    """Return the video of each frame if there are at least two videos."""
    keys = []
    for path in paths:
        match = _FRAME.fullmatch(path.rpartition("/")[2].rpartition(".")[0])
        name = match["name"].strip(" _.-") if match else ""
        keys.append(name if any(c.isalnum() for c in name) else "")
    return tuple(keys) if len({k for k in keys if k}) > 1 else ("",) * len(keys)


def _patients(paths: Sequence[str], labels: Sequence[str]) -> tuple[str, ...]:
    """Return the patient named by a folder above or below the class."""
    keys = []
    for path, label in zip(paths, labels, strict=True):
        folders = [f for f in path.split("/")[:-1] if f != label]
        keys.append(next((f for f in reversed(folders) if _PATIENT.fullmatch(f)), ""))
    return tuple(keys) if len({k for k in keys if k}) > 1 else ("",) * len(keys)
