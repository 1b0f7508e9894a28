"""The layout of a dataset, and the user's corrections of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from inspector.dataset.layouts.words import JUNK, is_generic, split_of
from inspector.dataset.names import (
    NO_GROUP,
    NO_LABEL,
    NO_SPLIT,
    Group,
    Label,
    Split,
    parse_group,
    parse_listed_label,
    parse_split,
)
from inspector.errors import DatasetError, UnknownLayoutError

# Source: since 2.14, Keras skips folders whose name starts with a dot.
HIDDEN = "in a hidden folder, which is no class"
OUTSIDE = "outside every class folder"
UNUSABLE = "a name can't be used"


class Role(StrEnum):
    """What decides the split and class of a file: a folder level, or a list."""

    SPLITS = "splits"
    CLASSES = "classes"
    SOURCES = "sources"
    CLASS_SPLITS = "class splits"
    MANIFEST = "manifest"


class Kind(StrEnum):
    """The convention that a dataset follows."""

    SPLIT_FOLDERS = "split folders"
    CLASS_FOLDERS = "class folders"
    CLASS_SPLIT = "class folders with splits"
    NESTED = "nested class folders"
    SOURCES = "sources with class folders"
    FOLDS = "folds with class folders"
    PREFIX = "classes in file names"
    FIRST_WORD = "classes in first words of file names"
    TABLE = "label table"
    ONE_HOT = "one-hot label table"
    HUGGING_FACE = "Hugging Face imagefolder"
    COCO = "COCO"
    YOLO = "YOLO"
    VOC = "Pascal VOC"
    FIFTYONE = "FiftyOne"
    LISTS = "list files"
    CUB = "numbered lists"
    IMAGENET = "ImageNet CLS-LOC"
    MANIFEST = "manifest"

    @property
    def option(self) -> str:
        """The value for --layout."""
        return self.value.lower().replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Location:
    """Split, class and source of a file; an empty label is outside every class."""

    split: Split
    label: Label
    source: Group
    reason: str = ""


@lru_cache(maxsize=10_000)
def located(split: str = "", label: str = "", source: str = "", reason: str = "") -> Location:
    """Return where a file stands, outside every class where a name can't be used.

    Args:
        split: As a folder or label file names it; "" for none. So are `label` and `source`.
        reason: Why it counts for nothing, where something is left out.
    """
    where = "the layout"
    try:
        return Location(
            parse_split(split, where=where) if split else NO_SPLIT,
            parse_listed_label(label, where=where) if label else NO_LABEL,
            parse_group(source, where=where) if source else NO_GROUP,
            reason,
        )
    except DatasetError as error:
        return Location(NO_SPLIT, NO_LABEL, NO_GROUP, f"{UNUSABLE}: {error.message}")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user says about a layout; empty values are recognised.

    Attributes:
        kind: The convention.
        root: Dataset folder, relative, with "/".
        split_roles: By relative folder: "training", "validation", "test", "class" or "ignore".
        label_column: Class column of a label table.
        role: Role of the top folders, for class folders of any depth.
    """

    kind: Kind | None = None
    root: str = ""
    split_roles: dict[str, str] = field(default_factory=dict)
    label_column: str = ""
    role: Role | None = None

    def __bool__(self) -> bool:
        return self != Choice()

    @property
    def options(self) -> str:
        """The command-line options for kind, root and label column."""
        words = [f"--layout {self.kind.option}"] if self.kind else []
        words += [f"--root '{self.root}'"] if self.root else []
        words += [f"--label-column '{self.label_column}'"] if self.label_column else []
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another layout of the same folder, and the choice that selects it."""

    kind: Kind
    text: str
    choice: Choice

    @property
    def option(self) -> str:
        """The command-line option that selects it."""
        return self.choice.options


class NothingFitsError(UnknownLayoutError):
    """No layout fits a folder of images.

    Args:
        message: As in `InspectorError`.
        advice: As in `InspectorError`.
        nearest: Layouts that the user can choose nevertheless, likeliest first.
    """

    def __init__(self, message: str, advice: str, nearest: tuple[Alternative, ...]) -> None:
        super().__init__(message, advice)
        self.nearest = nearest


@dataclass(frozen=True, slots=True)
class Layout:
    """The meaning of folders and label files, as recognised or as chosen.

    Attributes:
        role: What decides the split and class of a file.
        splits: Split by folder relative to the dataset; for `Role.SPLITS` only.
        sure: False where the user should check the layout.
        ignored: Folders left out because others are splits.
        listed: Location by path, for `Role.MANIFEST` only.
        base: Folder of the dataset that holds everything that counts; "" for all of it.
        level: Level of the class folder below base or split, from 0.
        names: Readable name by class folder, if the dataset has a table of them.
        excluded: Folders that the user left out.
        kind: The convention.
        label_file: Label file, relative, or "".
        text: Description: "split folders train → training, val → validation".
        reason: Why it was chosen, as text.
        notes: What else the user should know, as sentences.
        alternatives: Other layouts, likeliest first.
        choice: The user's choice that confirms this layout.
    """

    role: Role
    splits: Mapping[str, str] = field(default_factory=dict)
    sure: bool = True
    ignored: tuple[str, ...] = ()
    listed: Mapping[str, Location] = field(default_factory=dict)
    base: str = ""
    level: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    kind: Kind = field(default=Kind.MANIFEST, compare=False)
    label_file: str = field(default="", compare=False)
    text: str = field(default="", compare=False)
    reason: str = field(default="", compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    alternatives: tuple[Alternative, ...] = field(default=(), compare=False)
    choice: Choice = field(default_factory=Choice, compare=False)

    @property
    def split_folders(self) -> tuple[str, ...]:
        """Split folders, training first, otherwise in the order found."""
        return tuple(self.splits)

    def split_folder(self, path: str) -> str:
        """Return the split folder that contains a path, or ""."""
        for folder in self.splits:
            if path.startswith(f"{folder}/"):
                return folder
        return ""

    def place(self, path: str) -> Location:
        """Return the split, class and source of a file by its relative path with "/"."""
        if self.role is Role.MANIFEST:
            source = self.label_file or "the manifest"
            return self.listed.get(path) or located(reason=f"not in {source}")
        refused = self._refused(path)
        if refused:
            return located(reason=refused)
        if self.role is Role.SPLITS:
            folder = self.split_folder(path)
            if not folder:
                return located(reason=OUTSIDE)
            return self._class(path[len(folder) + 1 :].split("/"), self.splits[folder])
        return self._inside((path[len(self.base) + 1 :] if self.base else path).split("/"))

    def _inside(self, parts: list[str]) -> Location:
        """Place a file by its parts below the base."""
        match self.role:
            case Role.SOURCES:
                # The level of a source's class folders: 1 for amazon/images/mug.
                if len(parts) < self.level + 3:
                    return located(source=parts[0], reason=OUTSIDE)
                label = parts[self.level + 1]
                above = [part for part in parts[: self.level + 1] if not is_generic(part)]
                source = "/".join(above) or parts[0]
                return located(label=self.names.get(label, label), source=source)
            case Role.CLASS_SPLITS:
                split = split_of(parts[1]) if len(parts) > 2 else ""
                if not split:
                    return located(reason="outside every split folder of a class")
                return located(split, self.names.get(parts[0], parts[0]))
            case _:
                return self._class(parts, "")

    def _refused(self, path: str) -> str:
        """Return why a path is excluded from every class, or ""."""
        if self.base and not path.startswith(f"{self.base}/"):
            return f"outside the folder {self.base}, which is the dataset"
        for folder in self.excluded:
            if path.startswith(f"{folder}/"):
                return f"in {folder}, which you left out"
        for part in path.split("/")[:-1]:
            if part in JUNK:
                return f"in {part}, which a program left behind"
        return ""

    def _class(self, parts: list[str], split: str) -> Location:
        """Place a file by its parts below a split or base."""
        if len(parts) < self.level + 2:
            return located(split, reason=OUTSIDE)
        if any(part.startswith(".") for part in parts[: self.level + 1]):
            return located(split, reason=HIDDEN)
        label = parts[self.level]
        return located(split, self.names.get(label, label))
