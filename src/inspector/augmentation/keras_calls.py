"""Which calls of a script make Keras's augmentation, by the names that its imports give."""

import ast
from dataclasses import dataclass, field
from typing import Final

from inspector.augmentation.keras_layers import LAYERS
from inspector.dataset.code_values import Arguments, Known, Unread
from inspector.dataset.code_walk import Walk
from inspector.dataset.pasted import bare
from inspector.errors import UsageError

MAX_CHARACTERS: Final = 100_000
GENERATOR: Final = "ImageDataGenerator"
_ROOTS: Final = ("keras", "tensorflow", "tf_keras")
_MODULES: Final = (
    "keras", "layers", "preprocessing", "image", "tf", "models", "tensorflow", "tf_keras",
    "experimental",
)  # fmt: skip
# Layers that change pictures and have no place in a policy: they are refused, not left out.
_UNREAD: Final = (
    "AugMix", "AutoContrast", "CenterCrop", "CutMix", "Equalization", "MixUp", "RandAugment",
    "RandomApply", "RandomColorDegeneration", "RandomColorJitter", "RandomCrop",
    "RandomElasticTransform", "RandomGrayscale", "RandomHeight", "RandomInvert",
    "RandomPerspective", "RandomPosterization", "RandomSharpness", "RandomWidth", "Solarization",
)  # fmt: skip
_WANTED: Final = {GENERATOR, *LAYERS, *_UNREAD}


@dataclass(slots=True)
class _Names:
    """Hold what the imports of a script bind: Keras's own names, and others' names."""

    keras: dict[str, str] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class KerasCall:
    """One call that makes a generator or a layer of augmentation.

    Attributes:
        places: Arguments without a name, as far as the text tells, else `Unread`; `named` alike.
        node: Where it stands.
    """

    name: str
    places: tuple[object, ...]
    named: dict[str, object]
    node: ast.Call


def parse_tree(text: str) -> ast.Module:
    """Return the tree of a piece of code.

    Raises:
        UsageError: It is too long, or not Python.
    """
    if len(text) > MAX_CHARACTERS:
        raise UsageError("this code is longer than 100,000 characters", "Paste the calls alone.")
    try:
        return ast.parse(bare(text).strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UsageError(
            f"this is not Python code: {str(error)[:80]}", "Paste the whole call, brackets closed."
        ) from None


def keras_calls(tree: ast.Module) -> list[KerasCall]:
    """Return the calls that make a generator or a layer of augmentation, in order of the text.

    A bare name counts unless it is imported from elsewhere; a dotted one if all before the last dot
    are Keras's modules, by their own names or by those that an import gives.

    Raises:
        UsageError: The code is nested too deeply, or does more than can be followed.
    """
    names = _imported(tree)
    found: dict[int, KerasCall] = {}

    def called(function: Known, given: Arguments, node: ast.Call, _: str) -> object:
        if _name(node.func, names):
            given_names = [k.arg for k in node.keywords]
            twice = next((n for n in given_names if n and given_names.count(n) > 1), None)
            if twice:
                raise UsageError(f"{twice[:60]} is given twice", "Keep one of the two.")
            call = KerasCall(function.name, given.places, dict(given.names), node)
            found.setdefault(id(node), call)
        return Unread(function.name)

    try:
        Walk(tree, tuple(_WANTED), called)
    except (RecursionError, MemoryError):
        raise UsageError("this code is nested too deeply", "Paste the call alone.") from None
    return sorted(found.values(), key=lambda c: (c.node.lineno, c.node.col_offset))


def _imported(tree: ast.Module) -> _Names:
    names = _Names()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                given = [(a.asname or a.name.split(".")[0], a.name) for a in aliases]
            case ast.ImportFrom(module=module, names=aliases):
                given = [(a.asname or a.name, f"{module or ''}.{a.name}") for a in aliases]
            case _:
                continue
        for bound, full in given:
            if full.split(".")[0] in _ROOTS:
                names.keras[bound] = full.rsplit(".", 1)[-1]
            else:
                names.foreign.add(bound)
    return names


def _name(function: ast.expr, names: _Names) -> str:
    """Return what is called, as Keras calls it; "" for what is none of Keras's."""
    match function:
        case ast.Name(id=bare):
            return "" if bare in names.foreign else names.keras.get(bare, bare)
        case ast.Attribute(value=owner, attr=last):
            while isinstance(owner, ast.Attribute) and owner.attr in _MODULES:
                owner = owner.value
            if isinstance(owner, ast.Name) and owner.id not in names.foreign:
                known = owner.id in names.keras or owner.id in _MODULES
                return last if known else ""
    return ""
