"""Arithmetic with images, indexing, and changes of single channels."""

import ast

from inspector.code_reading.evaluation.images.image_functions import numbers_of
from inspector.code_reading.evaluation.images.image_values import (
    Affine,
    BoxCrop,
    ImageValue,
    OtherStep,
    SwapChannels,
)
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import ListBox, Ref
from inspector.code_reading.program import CodePlace


def after_operator(
    image: ImageValue, sign: ast.operator, other: object, place: CodePlace, node: ast.AST
) -> ImageValue:
    """Return the result of `image / 255` and similar."""
    numbers = None if isinstance(other, ImageValue) else numbers_of(other)
    step = None if numbers is None else _computed(sign, numbers)
    return image.after(place, step or OtherStep(text_of(node)))


def after_reversed(
    one: object, sign: ast.operator, image: ImageValue, place: CodePlace, node: ast.AST
) -> ImageValue:
    """Return the result of `255 - image` and similar."""
    numbers = numbers_of(one)
    step = None
    if numbers is not None and isinstance(sign, ast.Mult | ast.Add):
        step = _computed(sign, numbers)
    if numbers is not None and isinstance(sign, ast.Sub):
        step = Affine((-1.0,), numbers)
    return image.after(place, step or OtherStep(text_of(node)))


def after_item(image: ImageValue, key: object, place: CodePlace, node: ast.AST) -> ImageValue:
    """Return `image[key]`: an axis, another order of channels, or a crop."""
    keys = key if isinstance(key, tuple) else (key,)
    if isinstance(key, str) or all(_is_whole(k) for k in keys):
        return image
    last, inner = keys[-1], len(keys) > 1 and all(_is_whole(k) for k in keys[:-1])
    turned = isinstance(last, ListBox) and last.data == [2, 1, 0]
    if turned or (inner and _is_turned(last)):
        return image.after(place, SwapChannels())
    if inner and isinstance(last, slice) and last.stop == 3:
        return image  # Without transparency.
    if len(keys) > 1 and all(isinstance(k, slice) for k in keys[:2]):
        return image.after(place, _box(keys, text_of(node)))
    return image.after(place, OtherStep(text_of(node)))


def after_put(
    image: ImageValue, key: object, sign: ast.operator | None, value: object, place: CodePlace,
    node: ast.AST,
) -> ImageValue:  # fmt: skip
    """Return an image after `image[..., 0] -= 103.9`; other changes are not computed."""
    keys = key if isinstance(key, tuple) else (key,)
    channel, numbers = keys[-1], numbers_of(value)
    others = all(_is_whole(k) for k in keys[:-1]) and len(keys) > 1
    step = _computed(sign, numbers) if sign and numbers and len(numbers) == 1 else None
    if step is None or not others or not isinstance(channel, int) or not 0 <= channel < 3:
        return image.after(place, OtherStep(text_of(node)))
    factor, offset = [1.0] * 3, [0.0] * 3
    factor[channel], offset[channel] = step.factor[0], step.offset[0]
    return image.after(place, Affine(tuple(factor), tuple(offset)))


def _computed(sign: ast.operator, numbers: tuple[float, ...]) -> Affine | None:
    zeros = (0.0,)
    match sign:
        case ast.Div() if all(numbers):
            return Affine(tuple(1 / n for n in numbers), zeros)
        case ast.Mult():
            return Affine(numbers, zeros)
        case ast.Sub():
            return Affine((1.0,), tuple(-n for n in numbers))
        case ast.Add():
            return Affine((1.0,), numbers)
        case _:
            return None


def _is_whole(key: object) -> bool:
    """Tell whether an index takes everything, or adds or removes an axis."""
    if isinstance(key, slice):
        return (key.start, key.stop, key.step) in ((None, None, None), (0, None, None))
    if isinstance(key, Ref):
        return key.last == "newaxis"
    return key is None or key is ... or (isinstance(key, int) and key == 0)


def _is_turned(key: object) -> bool:
    return isinstance(key, slice) and key.step == -1 and key.start in (None, 2)


def _box(keys: tuple[object, ...], text: str) -> BoxCrop:
    rows, columns = keys[:2]
    assert isinstance(rows, slice)
    assert isinstance(columns, slice)
    ends = (rows.start, rows.stop, columns.start, columns.stop)
    whole = all(e is None or (isinstance(e, int) and not isinstance(e, bool)) for e in ends)
    if not whole or rows.step not in (None, 1) or columns.step not in (None, 1):
        return BoxCrop(text=text)
    return BoxCrop(*ends)
