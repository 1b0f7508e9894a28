"""The loader calls in pasted Keras code: parsed, never run.

`dataset.code_walk` follows names through the text, with what a notebook or a console puts around it
taken away. What decides the files and can't be read from the text is an error.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from inspector.dataset.code_values import Arguments, Known, Unread
from inspector.dataset.code_walk import Walk
from inspector.dataset.pasted import bare
from inspector.errors import UsageError
from inspector.splits.keras_replay import Call, Loader

_POSITIONS = {
    "image_dataset_from_directory": (
        "directory", "labels", "label_mode", "class_names", "color_mode", "batch_size",
        "image_size", "shuffle", "seed", "validation_split", "subset", "interpolation",
        "follow_links",
    ),
    "flow_from_directory": (
        "directory", "target_size", "color_mode", "classes", "class_mode", "batch_size",
        "shuffle", "seed", "save_to_dir", "save_prefix", "save_format", "follow_links", "subset",
    ),
    "split_dataset": ("dataset", "left_size", "right_size", "shuffle", "seed"),
    "ImageDataGenerator": (
        "featurewise_center", "samplewise_center", "featurewise_std_normalization",
        "samplewise_std_normalization", "zca_whitening", "zca_epsilon", "rotation_range",
        "width_shift_range", "height_shift_range", "brightness_range", "shear_range",
        "zoom_range", "channel_shift_range", "fill_mode", "cval", "horizontal_flip",
        "vertical_flip", "rescale", "preprocessing_function", "data_format", "validation_split",
    ),
}  # fmt: skip
_AUGMENTS = (
    "rotation_range", "width_shift_range", "height_shift_range", "brightness_range",
    "shear_range", "zoom_range", "channel_shift_range", "horizontal_flip", "vertical_flip",
)  # fmt: skip
_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class CodeCall:
    """One dataset that pasted code makes.

    Attributes:
        line: Where the call stands, from 1.
        name: The variable that it is assigned to, or "".
        directory: The folder, as far as the text tells; the rest as it is written.
        generator: Line of the ImageDataGenerator that it comes from, or 0.
        augments: That generator changes pictures at random.
        normalises: What it does to the values: "rescale", "samplewise", "featurewise".
        label_name: The variable that a list of labels came from, or "".
    """

    line: int
    name: str
    directory: str
    call: Call
    generator: int = 0
    augments: bool = False
    normalises: tuple[str, ...] = ()
    label_name: str = ""


def read_code(text: str, *, keras: str = "") -> tuple[CodeCall, ...]:
    """Return the dataset calls of a piece of code, in order of their lines.

    Raises:
        UsageError: It is not Python, makes no dataset, or hides a value that decides the files.
    """
    if len(text) > _LONGEST:
        raise UsageError("the code is longer than 100,000 characters", "Paste the loading part.")
    reader = _Reader(keras)
    try:
        tree = ast.parse(bare(text))
        Walk(tree, tuple(_POSITIONS), reader.called)
    except (RecursionError, MemoryError):
        raise UsageError("the code is nested too deeply", "Paste the loading part.") from None
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f" (line {line})" if line else ""
        advice = "Paste the lines as they are."
        raise UsageError(f"this is not Python code{where}", advice) from None
    calls = tuple(sorted(reader.found, key=lambda call: call.line))
    if not calls:
        raise UsageError(
            "the code makes no dataset from a folder",
            "Paste the lines with image_dataset_from_directory, flow_from_directory or"
            " split_dataset.",
        )
    return calls


class _Reader:
    """Gather the calls that a walk comes by."""

    def __init__(self, keras: str) -> None:
        self._keras = keras
        self.found: list[CodeCall] = []

    def called(self, function: Known, given: Arguments, node: ast.Call, target: str) -> object:
        """Note a call, and return what it stands for."""
        values = _Given.of(function.name, given, node)
        match function.name:
            case "ImageDataGenerator":
                return _Maker(values)
            case "image_dataset_from_directory":
                made = self._dataset(values)
            case "flow_from_directory":
                made = self._flow(values, function.owner)
            case _:
                made = self._split(values)
        call = replace(made, name=target)
        self.found.append(call)
        return _Loaded(call, values.get("batch_size", 32))

    def _dataset(self, given: "_Given") -> CodeCall:
        labels = given.values.get("labels", "inferred")
        names = given.get("class_names", None)
        by_list = isinstance(labels, list | tuple)
        unread = isinstance(labels, Unread)
        whole = by_list and not any(isinstance(n, Unread) for n in labels)  # type: ignore[attr-defined]
        kind = "list" if whole else "unread" if by_list or unread else labels or "none"
        if given.values.get("label_mode", "int") is None:
            kind = "none"  # Keras then lists from the root, too.
        if kind not in ("list", "unread", "none", "inferred"):
            raise UsageError(
                f"line {given.line}: labels is {labels!r}",
                'Keras takes "inferred", None, or a list.',
            )
        call = Call(
            Loader.DATASET,
            _number(given.get("validation_split", None)),
            _whole(given.get("seed", None)),
            bool(given.get("shuffle", True)),
            str(given.get("subset", None) or ""),
            tuple(str(n) for n in names) if isinstance(names, list | tuple) else None,
            str(kind),
            tuple(int(n) for n in labels) if whole else (),  # type: ignore[attr-defined]
            bool(given.get("follow_links", False)),
            keras=self._keras,
        )
        expression = given.sources.get("labels")
        named = kind in ("list", "unread") and isinstance(expression, ast.Name)
        return given.made(call, label_name=expression.id if named else "")  # type: ignore[union-attr]

    def _flow(self, given: "_Given", owner: object) -> CodeCall:
        made = owner.given if isinstance(owner, _Maker) else _Given("", 0, {}, {})
        subset = str(given.get("subset", None) or "")
        if subset and not isinstance(owner, _Maker):
            raise UsageError(
                f"line {given.line}: the ImageDataGenerator that it comes from is not in the code",
                "Paste the line that makes it too: it holds validation_split.",
            )
        classes = given.get("classes", None)
        call = Call(
            Loader.GENERATOR,
            _number(made.get("validation_split", None)) if subset else 0.0,
            _whole(given.get("seed", None)),
            bool(given.get("shuffle", True)),
            subset,
            tuple(str(n) for n in classes) if isinstance(classes, list | tuple) else None,
            follow_links=bool(given.get("follow_links", False)),
            keras=self._keras,
        )
        normal = ("rescale", "samplewise", "featurewise")
        # What can't be read counts as asked for.
        return replace(
            given.made(call),
            generator=made.line,
            augments=any(bool(made.values.get(name)) for name in _AUGMENTS),
            normalises=tuple(n for n in normal if any(k.startswith(n) for k in made.values)),
        )

    def _split(self, given: "_Given") -> CodeCall:
        left = given.get("left_size", None)
        right = given.get("right_size", None)
        if isinstance(left, int) or isinstance(right, int):
            raise UsageError(
                f"line {given.line}: split_dataset is given a number of files",
                "Write the sizes as shares, such as left_size=0.8.",
            )
        call = Call(
            Loader.SPLIT_DATASET,
            _number(right),
            _whole(given.get("seed", None)),
            bool(given.get("shuffle", False)),
            left_size=_number(left) if left is not None else None,
            keras=self._keras,
        )
        if call.shuffle and call.seed is None:
            raise UsageError(
                f"line {given.line}: split_dataset shuffles without a seed",
                "Each run makes another split, so there is none to look at: give it a seed.",
            )
        source = given.values.get("dataset")
        if isinstance(source, _Loaded):
            if source.call.call.shuffle or source.batch_size is not None:
                raise UsageError(
                    f"line {given.line}: split_dataset is given shuffled files or whole batches,"
                    " so the files of a side can't be told from the code",
                    "Load with shuffle=False and batch_size=None before split_dataset, or give"
                    " validation_split and subset to image_dataset_from_directory.",
                )
            self.found.remove(source.call)
            return replace(given.made(call), directory=source.call.directory)
        return given.made(call)


@dataclass(frozen=True, slots=True)
class _Given:
    """Arguments of one call by name."""

    name: str
    line: int
    values: Mapping[str, object]
    sources: Mapping[str, ast.expr]

    @classmethod
    def of(cls, name: str, given: Arguments, node: ast.Call) -> "_Given":
        """Name the arguments of a call by place.

        Raises:
            UsageError: Some are unpacked from what is not in the code.
        """
        hidden = given.names.get("**")
        if isinstance(hidden, Unread):
            stars = "" if hidden.text.startswith("*") else "**"
            raise UsageError(
                f"line {node.lineno}: {stars}{hidden.text} is not in the code",
                "Paste the line that makes it too, or write the arguments out.",
            )
        places = dict(zip(_POSITIONS[name], given.places, strict=False))
        sources = {**dict(zip(_POSITIONS[name], node.args, strict=False)), **given.sources}
        return cls(name, node.lineno, {**places, **given.names}, sources)

    def get(self, name: str, default: object) -> object:
        """Return the value of an argument.

        Raises:
            UsageError: The text gives it none.
        """
        found = self.values.get(name, default)
        hidden = found
        if isinstance(found, list | tuple):
            hidden = next((v for v in found if isinstance(v, Unread)), None)
        if isinstance(hidden, Unread):
            raise UsageError(
                f"line {self.line}: {name} is {hidden.text}, whose value is not in the code",
                f"Paste the line that sets it too, or write the value of {name} there.",
            )
        return found

    def made(self, call: Call, *, label_name: str = "") -> CodeCall:
        """Return the dataset that the call makes."""
        where = self.values.get("directory", "")
        directory = where.text if isinstance(where, Unread) else str(where)
        return CodeCall(self.line, "", directory, call, label_name=label_name)


@dataclass(frozen=True, slots=True)
class _Maker:
    """An ImageDataGenerator."""

    given: _Given


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A dataset that a call makes."""

    call: CodeCall
    batch_size: object


def _number(value: object) -> float:
    if value is None:
        return 0.0
    if isinstance(value, int | float):
        return float(value)
    raise UsageError(f"{value!r} is not a share", "Write it as a number such as 0.2.")


def _whole(value: object) -> int | None:
    if value is None or isinstance(value, int):
        return value
    raise UsageError(f"the seed {value!r} is not a whole number", "Keras needs an int.")
