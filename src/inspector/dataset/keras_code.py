"""The loader calls in pasted Keras code: parsed, never run.

Understood are literals, names that are assigned a literal once, tuples, lists, dicts, `**dict`,
and + - * / of numbers. What decides the files and can't be read from the text is an error.
"""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass, replace

from inspector.dataset.replay import Call, Loader
from inspector.errors import UsageError

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
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_LONGEST = 100_000
_Given = dict[str, ast.expr]


@dataclass(frozen=True, slots=True)
class CodeCall:
    """One dataset that pasted code makes.

    Attributes:
        line: Where the call stands, from 1.
        name: The variable that it is assigned to, or "".
        directory: The folder's expression; a plain string where it is one.
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
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        where = f" (line {line})" if line else ""
        advice = "Paste the lines as they are."
        raise UsageError(f"this is not Python code{where}", advice) from None
    reader = _Reader(tree, keras)
    calls = reader.calls()
    if not calls:
        raise UsageError(
            "the code makes no dataset from a folder",
            "Paste the lines with image_dataset_from_directory, flow_from_directory or"
            " split_dataset.",
        )
    return calls


class _Reader:
    """Resolve names of one module text."""

    def __init__(self, tree: ast.Module, keras: str) -> None:
        self._keras = keras
        self._assigned: dict[str, list[ast.expr]] = {}
        self._targets: dict[int, str] = {}
        self._nodes = list(ast.walk(tree))
        for node in self._nodes:
            if isinstance(node, ast.Assign):
                self._note(node)

    def _note(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._assigned.setdefault(target.id, []).append(node.value)
                self._targets[id(node.value)] = target.id
            elif isinstance(target, ast.Tuple):
                names = [t.id for t in target.elts if isinstance(t, ast.Name)]
                self._targets[id(node.value)] = ", ".join(names)

    def calls(self) -> tuple[CodeCall, ...]:
        found = []
        for node in self._nodes:
            if not isinstance(node, ast.Call):
                continue
            match _called(node):
                case "image_dataset_from_directory":
                    found.append(self._dataset(node))
                case "flow_from_directory":
                    found.append(self._flow(node))
                case "split_dataset":
                    found.append(self._split(node))
                case _:
                    continue
        return tuple(sorted(found, key=lambda call: call.line))

    def _dataset(self, node: ast.Call) -> CodeCall:
        given = self._given(node, "image_dataset_from_directory")
        labels = self._value(given, "labels", "inferred")
        names = self._value(given, "class_names", None)
        by_list = isinstance(labels, list | tuple)
        expression = given.get("labels")
        call = Call(
            Loader.DATASET,
            _number(self._value(given, "validation_split", None)),
            _whole(self._value(given, "seed", None)),
            bool(self._value(given, "shuffle", True)),
            str(self._value(given, "subset", None) or ""),
            tuple(str(n) for n in names) if isinstance(names, list | tuple) else None,
            "list" if by_list else "none" if labels is None else "inferred",
            tuple(int(n) for n in labels) if isinstance(labels, list | tuple) else (),
            bool(self._value(given, "follow_links", False)),
            keras=self._keras,
        )
        label_name = expression.id if by_list and isinstance(expression, ast.Name) else ""
        return self._made(node, given, call, label_name=label_name)

    def _flow(self, node: ast.Call) -> CodeCall:
        given = self._given(node, "flow_from_directory")
        maker = self._maker(node)
        made = self._given(maker, "ImageDataGenerator") if maker else {}
        classes = self._value(given, "classes", None)
        call = Call(
            Loader.GENERATOR,
            _number(self._value(made, "validation_split", None)),
            _whole(self._value(given, "seed", None)),
            bool(self._value(given, "shuffle", True)),
            str(self._value(given, "subset", None) or ""),
            tuple(str(n) for n in classes) if isinstance(classes, list | tuple) else None,
            follow_links=bool(self._value(given, "follow_links", False)),
            keras=self._keras,
        )
        if call.validation_split and not call.subset:
            call = replace(call, validation_split=0.0)
        normal = ("rescale", "samplewise", "featurewise")
        found = self._made(node, given, call)
        return replace(
            found,
            generator=maker.lineno if maker else 0,
            augments=any(self._on(made, name) for name in _AUGMENTS),
            normalises=tuple(n for n in normal if any(k.startswith(n) for k in made)),
        )

    def _split(self, node: ast.Call) -> CodeCall:
        given = self._given(node, "split_dataset")
        left = self._value(given, "left_size", None)
        right = self._value(given, "right_size", None)
        if isinstance(left, int) or isinstance(right, int):
            raise UsageError(
                f"line {node.lineno}: split_dataset is given a number of files",
                "Write the sizes as shares, such as left_size=0.8.",
            )
        call = Call(
            Loader.SPLIT_DATASET,
            _number(right),
            _whole(self._value(given, "seed", None)),
            bool(self._value(given, "shuffle", False)),
            left_size=_number(left) if left is not None else None,
            keras=self._keras,
        )
        if call.shuffle and call.seed is None:
            raise UsageError(
                f"line {node.lineno}: split_dataset shuffles without a seed",
                "Each run makes another split, so there is none to look at: give it a seed.",
            )
        return self._made(node, given, call)

    def _made(
        self, node: ast.Call, given: _Given, call: Call, *, label_name: str = ""
    ) -> CodeCall:
        where = given.get("directory")
        try:
            known = self._resolve(where) if where is not None else ""
        except UsageError:
            known = None
        directory = known if isinstance(known, str) else ast.unparse(where) if where else ""
        name = self._targets.get(id(node), "")
        return CodeCall(node.lineno, name, directory, call, label_name=label_name)

    def _maker(self, node: ast.Call) -> ast.Call | None:
        """Return the ImageDataGenerator(...) behind `x.flow_from_directory`."""
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(owner, ast.Name):
            values = self._assigned.get(owner.id, [])
            owner = values[-1] if values else None
        is_maker = isinstance(owner, ast.Call) and _called(owner) == "ImageDataGenerator"
        return owner if is_maker and isinstance(owner, ast.Call) else None

    def _given(self, node: ast.Call, name: str) -> _Given:
        """Return the arguments of a call by name, `**dict` included."""
        given = dict(zip(_POSITIONS[name], node.args, strict=False))
        for keyword in node.keywords:
            if keyword.arg is not None:
                given[keyword.arg] = keyword.value
                continue
            inner = self._named(keyword.value)
            if isinstance(inner, ast.Dict):
                keys = [k.value if isinstance(k, ast.Constant) else None for k in inner.keys]
                pairs = zip(keys, inner.values, strict=True)
                given.update({str(k): v for k, v in pairs if k is not None})
            elif isinstance(inner, ast.Call) and _called(inner) == "dict":
                given.update({k.arg: k.value for k in inner.keywords if k.arg})
            else:
                raise UsageError(
                    f"line {node.lineno}: **{ast.unparse(keyword.value)} is not in the code",
                    "Paste the line that makes it too, or write the arguments out.",
                )
        return given

    def _named(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Name) and len(self._assigned.get(node.id, [])) == 1:
            return self._assigned[node.id][0]
        return node

    def _on(self, given: _Given, name: str) -> bool:
        """Tell whether an augmentation is asked for; what can't be read counts as asked for."""
        try:
            return bool(self._value(given, name, None))
        except UsageError:
            return True

    def _value(self, given: _Given, name: str, default: object) -> object:
        if name not in given:
            return default
        try:
            return self._resolve(given[name])
        except UsageError:
            node = given[name]
            text = ast.unparse(node)
            raise UsageError(
                f"line {node.lineno}: {name} is {text}, whose value is not in the code",
                f"Paste the line that sets it too, or write the value of {name} there.",
            ) from None

    def _resolve(self, node: ast.expr, depth: int = 0) -> object:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name) if len(self._assigned.get(name, ())) == 1 and depth < 20:
                return self._resolve(self._assigned[name][0], depth + 1)
            case ast.List(elts=parts):
                return [self._resolve(p, depth + 1) for p in parts]
            case ast.Tuple(elts=parts):
                return tuple(self._resolve(p, depth + 1) for p in parts)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -_arithmetic(self._resolve(inner, depth + 1))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
                one = _arithmetic(self._resolve(left, depth + 1))
                two = _arithmetic(self._resolve(right, depth + 1))
                if isinstance(sign, ast.Div) and not two:
                    raise UsageError("a division by zero", "")
                return _OPERATORS[type(sign)](one, two)
            case _:
                raise UsageError("not a literal", "")


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _arithmetic(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise UsageError("not a number", "")


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
