"""Which calls of a script make Keras's augmentation, by the names that its imports give."""

import ast
from dataclasses import dataclass, field
from typing import Final

from inspector.augmentation.keras_layers import LAYERS

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


def keras_calls(tree: ast.Module) -> list[tuple[str, ast.Call]]:
    """Return the calls that make a generator or a layer of augmentation, in order of the text.

    A bare name counts unless it is imported from elsewhere; a dotted one if all before the last dot
    are Keras's modules, by their own names or by those that an import gives.
    """
    names = _imported(tree)
    found = [
        (name, node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (name := _name(node.func, names)) in _WANTED
    ]
    return sorted(found, key=lambda pair: (pair[1].lineno, pair[1].col_offset))


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
