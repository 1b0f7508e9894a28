"""Splits by image though the code knows which images belong together."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.objects import DataSet, LoaderName, Source
from inspector.code_reading.finding import MIDDLE, CodeFinding
from inspector.code_reading.program import CodePlace, Program
from inspector.code_reading.split_findings import pairs

_WORDS: Final = re.compile(
    r"^(patient|subject|pid|participant|person|animal|slide|wsi|video|clip|session|burst|track|"
    r"individual|donor|specimen|lesion|plot|plant|group)s?(ids?)?$"
)
_PARTS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_BY_IMAGE: Final = (
    LoaderName.TRAIN_TEST_SPLIT, LoaderName.SLICES, LoaderName.RANDOM_SPLIT, LoaderName.K_FOLD,
    LoaderName.STRATIFIED_K_FOLD, LoaderName.SHUFFLE_SPLIT, LoaderName.STRATIFIED_SHUFFLE_SPLIT,
    LoaderName.PANDAS_SAMPLE, LoaderName.FIT_SPLIT,
)  # fmt: skip
_NO_NAMES: Final = ("self", "args", "cfg", "config")


def group_findings(
    program: Program, followed: Followed, calls: Sequence[CodeCall]
) -> Iterator[CodeFinding]:
    """Find a pair that is split by image in code that takes a patient or the like of each image."""
    parents = followed.libraries.parents
    for one, two in pairs(calls):
        by_image = one.loader in _BY_IMAGE and two.loader in _BY_IMAGE and one.folder == two.folder
        if not by_image or not _is_of_images(one.data, parents):
            continue
        place, name = next(_parsed(program), (None, ""))
        if place is None or _chooses_by_group(program):
            return
        yield CodeFinding(
            "split_ignores_groups", MIDDLE,
            f"The code takes {name} of each image ({place.text}), but splits by image: images of"
            f" one {_singular(name)} may be in training and in {two.role.value}. Split by it, as"
            " GroupShuffleSplit and GroupKFold do.",
            two.place,
        )  # fmt: skip
        return


def _is_of_images(data: DataSet, parents: Mapping[Source, DataSet]) -> bool:
    """Tell whether what is split are images, and no list of patients or the like."""
    source = data.source
    for _ in range(8):
        whole = parents.get(source) or source.parent
        names = {n.id for n in ast.walk(source.node) if isinstance(n, ast.Name)}
        if any(is_group_word(n) for n in names):
            return False
        if whole is None:
            return False
        if whole.source.loader is LoaderName.IMAGE_FOLDER:
            return True
        if whole.source.loader is LoaderName.FILES:
            return not whole.derived and not whole.has("indices")
        source = whole.source
    return False


def is_group_word(name: str) -> bool:
    """Tell whether a name is about patients, subjects, videos or the like."""
    parts = [p.lower() for p in _PARTS.findall(name)]
    return any(_WORDS.match(p) for p in parts) and name not in _NO_NAMES


def _singular(name: str) -> str:
    parts = [p.lower() for p in _PARTS.findall(name)]
    word = next((p for p in parts if _WORDS.match(p)), "group")
    return {"pid": "patient"}.get(word, word.removesuffix("s"))


def _parsed(program: Program) -> Iterator[tuple[CodePlace, str]]:
    """Yield where an expression of a file's name, or of a row, gets such a name."""
    for cell in program.cells:
        for node in ast.walk(cell.tree):
            for name, value in _named_values(node):
                if is_group_word(name) and value is not None and _takes_apart(value):
                    yield CodePlace(getattr(node, "lineno", 1), cell.number), name


def _named_values(node: ast.AST) -> Iterable[tuple[str, ast.expr | None]]:
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
            for target, part in zip(targets, values, strict=False):
                yield _name_of(target), part
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                yield from ((_name_of(t), value) for t in names)
        case ast.AnnAssign(target=target, value=value):
            yield _name_of(target), value
        case ast.FunctionDef(name=name, body=[*_, ast.Return(value=value)]):
            yield name, value


def _name_of(target: ast.expr) -> str:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str() as name)):
            return name
    return ""


def _takes_apart(value: ast.expr) -> bool:
    """Tell whether an expression takes a part of a text: split, a pattern, a slice, a cell."""
    for node in ast.walk(value):
        match node:
            case ast.Call(func=ast.Attribute(attr="split" | "rsplit" | "partition" | "extract")):
                return True
            case ast.Call(func=ast.Attribute(attr="group" | "search" | "match" | "findall")):
                return True
            case ast.Subscript(slice=ast.Slice()) | ast.Subscript(slice=ast.Constant(value=str())):
                return True
    return False


def _chooses_by_group(program: Program) -> bool:
    """Tell whether some line may choose images by group: isin, `in`, groupby, groups=."""
    for node in (n for cell in program.cells for n in ast.walk(cell.tree)):
        match node:
            case ast.keyword(arg="groups" | "group_prefix"):
                return True
            case ast.Call(func=ast.Attribute(attr="isin"), args=args) if any(
                _says(a) for a in args
            ):
                return True
            case ast.Compare(ops=[ast.In() | ast.NotIn()], left=left, comparators=[right]) if _says(
                left
            ) or _says(right):
                return True
            case ast.Subscript(value=owner, slice=ast.Name(id=name)) if is_group_word(
                name
            ) and _says(owner):
                return True
    return False


def _says(node: ast.AST) -> bool:
    names = [
        n.id if isinstance(n, ast.Name) else n.attr for n in ast.walk(node)
        if isinstance(n, ast.Name | ast.Attribute)
    ]  # fmt: skip
    return any(is_group_word(n) for n in names)
