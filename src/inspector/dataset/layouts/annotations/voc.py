"""Pascal VOC: an XML file per image and ImageSets/Main; the most frequent object class wins."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from inspector.dataset.layouts.annotations.majority import Objects
from inspector.dataset.layouts.candidate import (
    LABEL_FILE,
    LayoutCandidate,
    coverage,
    folder_split,
    listed,
)
from inspector.dataset.layouts.model import Kind, located
from inspector.dataset.layouts.side_files import read_side_file
from inspector.dataset.layouts.tables import read_text
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import stem
from inspector.errors import DatasetError

_SETS = {"train": "training", "val": "validation", "test": "test", "trainval": "training"}
_IMAGES = ("JPEGImages", "images", "Images", "imgs", "img")
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_SAMPLED = 20


@dataclass(slots=True)
class VocObject:
    """One object of an image: its class and its corners in px, keyed "xmin" and so on."""

    label: str = ""
    corners: dict[str, float] = field(default_factory=dict)

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """Left, top, width and height in px; None where a corner is missing."""
        if len(self.corners) < len(_CORNERS):
            return None
        left, top, right, bottom = (self.corners[name] for name in _CORNERS)
        return left, top, right - left, bottom - top


def recognise(root: Path, tree: Tree) -> tuple[list[LayoutCandidate], list[DatasetError]]:
    """Read the XML file of each image, beside it or in Annotations beside JPEGImages."""
    pairs = label_files(tree)
    sample = pairs[:: max(1, len(pairs) // _SAMPLED)]
    if not any(read_objects(str(root / xml)) for _, xml in sample):
        return [], []
    splits, errors = _splits(root, tree)
    objects = Objects()
    places = {}
    for path, xml in pairs:
        for one in read_objects(f"{root}/{xml}"):
            box = one.box
            objects.add(path, one.label, box[2] * box[3] if box else 0.0)
        label = objects.label(path)
        split = splits.get((_above(_above(xml)), stem(_name(xml)))) or folder_split(path)
        places[path] = located(split, label, reason="" if label else f"no object in {xml}")
    where = _above(pairs[0][1]) or pairs[0][1]
    layout = listed(tree, places, kind=Kind.VOC, label_file=where, notes=objects.notes(places))
    # Segmentation masks are no images of the dataset.
    score = LABEL_FILE * max(coverage(tree, places) ** 0.5, 0.5)
    return [LayoutCandidate(layout, score, f"Pascal VOC ({where})")], errors


def label_files(tree: Tree) -> list[tuple[str, str]]:
    """Return (image, XML file) for every image that has one."""
    pairs = []
    for folder in tree.folders.values():
        names = [name for name in folder.others if name.lower().endswith(".xml")]
        if not names:
            continue
        above = f"{_above(folder.path)}/" if "/" in folder.path else ""
        beside = [f"{above}{name}" for name in _IMAGES] if folder.path else []
        near = (folder.path, *(path for path in beside if path in tree.folders), above.rstrip("/"))
        images = {
            stem(name): tree.folders[path].join(name)
            for path in reversed(near)
            if path in tree.folders
            for name in tree.folders[path].images
        }
        for name in names:
            own = stem(name)
            if path := images.get(own) or tree.find(own, near):
                pairs.append((path, folder.join(name)))
    return pairs


def read_objects(file: str) -> list[VocObject]:
    """Return the objects of one XML file; none if it is another format or declares entities."""
    try:
        data = read_side_file(file)
    except OSError:
        return []
    reader = _Reader()
    try:
        reader.read(data)
    except (expat.ExpatError, ValueError):
        return []
    return [one for one in reader.objects if one.label]


class _Reader:
    """Collects the objects of an annotation while expat parses it."""

    def __init__(self) -> None:
        self.objects: list[VocObject] = []
        self._parser = expat.ParserCreate()
        # Names of the enclosing elements, from an object on.
        self._path: list[str] = []
        self._text = ""

    def read(self, data: bytes) -> None:
        """Parse a whole document.

        Raises:
            ExpatError: It is no XML.
            ValueError: It has a document type, which could declare entities, or a corner that is no
                number.
        """
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.Parse(data, True)

    def _refuse(self, *_: object) -> None:
        raise ValueError("a document type")

    def _start(self, name: str, _: Mapping[str, str]) -> None:
        if not self._path:
            if name != "object":
                return
            self.objects.append(VocObject())
            # Only set within objects: the head of a file is parsed twice as fast.
            self._parser.EndElementHandler = self._end
            self._parser.CharacterDataHandler = self._characters
        self._path.append(name)
        self._text = ""

    def _characters(self, text: str) -> None:
        self._text += text

    def _end(self, name: str) -> None:
        depth = len(self._path)
        if depth == 2 and name == "name":
            self.objects[-1].label = self._text.strip()
        elif depth == 3 and name in _CORNERS and self._path[1] == "bndbox":
            self.objects[-1].corners[name] = float(self._text)
        self._path.pop()
        if not self._path:
            self._parser.EndElementHandler = None
            self._parser.CharacterDataHandler = None


def _splits(root: Path, tree: Tree) -> tuple[dict[tuple[str, str], str], list[DatasetError]]:
    """Return the split of each (dataset folder, stem) listed in ImageSets/Main."""
    splits: dict[tuple[str, str], str] = defaultdict(str)
    errors: list[DatasetError] = []
    for folder in tree.folders.values():
        if not f"/{folder.path}".endswith("/ImageSets/Main"):
            continue
        above = _above(_above(folder.path))
        for name, split in _SETS.items():
            if f"{name}.txt" not in folder.others:
                continue
            try:
                lines = read_text(root, folder.join(f"{name}.txt")).splitlines()
            except DatasetError as error:
                errors.append(error)
                continue
            for line in lines:
                splits.setdefault((above, line.strip()), split)
    return splits, errors


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
