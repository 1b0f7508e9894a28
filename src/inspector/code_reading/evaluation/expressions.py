"""What expressions stand for: the half of the evaluator that yields values."""

import ast
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from inspector.code_reading.memory import Memory
from inspector.code_reading.objects import Arrays, DataSet, Layer, Stream, Tensor
from inspector.code_reading.program import Location
from inspector.code_reading.values import (
    MAX_ITEMS,
    MAX_NUMBER,
    MAX_TEXT,
    MISSING,
    Arguments,
    Box,
    ClassBox,
    DictBox,
    Function,
    ListBox,
    Member,
    Method,
    ObjectBox,
    PartText,
    PathText,
    Ref,
    ScopeBox,
    Size,
    Unknown,
    is_known,
    is_number,
    is_scalar,
    joined,
    joined_path,
    merged,
    same,
    text_of,
)

MAX_ROUNDS: Final = 24
"""Rounds of a loop that are followed one by one."""

_OPERATORS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
_COMPARISONS: Final[dict[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_WIDE_FORMAT: Final = re.compile(r"\d{4,}|\*")


class TooMuchError(Exception):
    """The code does more than can be followed."""


class Expressions:
    """Evaluates expressions; statements and calls are given by the subclass."""

    max_steps = 60_000

    def __init__(self) -> None:
        self.memory = Memory()
        self.steps = 0
        self.line = 1
        self._readers: dict[type[ast.expr], Callable[[Any, ScopeBox], object]] = {
            ast.Constant: lambda node, _: node.value if is_scalar(node.value) else ...,
            ast.Name: self._name,
            ast.Attribute: lambda n, s: self.attribute(self.value(n.value, s), n.attr, n),
            ast.List: lambda node, scope: self._list(self._items(node.elts, scope)),
            ast.Set: lambda node, scope: self._list(self._items(node.elts, scope), is_set=True),
            ast.Tuple: self._tuple,
            ast.Dict: self._dict,
            ast.Subscript: lambda n, s: self.item(self.value(n.value, s), self._key(n.slice, s), n),
            ast.UnaryOp: self._unary,
            ast.BinOp: lambda n, s: self.binary(
                n.op, self.value(n.left, s), self.value(n.right, s), n
            ),
            ast.BoolOp: self._bool,
            ast.JoinedStr: self._text,
            ast.FormattedValue: self._formatted,
            ast.IfExp: self._either,
            ast.Compare: self._compare,
            ast.Call: self.call_node,
            ast.ListComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.DictComp: self._dict_comprehension,
            ast.NamedExpr: self._walrus,
            ast.Lambda: self._lambda,
            ast.Await: lambda node, scope: self.value(node.value, scope),
            ast.Starred: lambda node, scope: self.value(node.value, scope),
        }

    # Given by the subclass.

    @property
    def place(self) -> Location:
        """Where the evaluator is."""
        raise NotImplementedError

    def call_node(self, node: ast.Call, scope: ScopeBox) -> object:
        """Evaluate a call."""
        raise NotImplementedError

    def call(self, function: object, given: Arguments, node: ast.AST) -> object:
        """Call a value."""
        raise NotImplementedError

    def bind(self, target: ast.expr, value: object, scope: ScopeBox) -> None:
        """Assign a value to a target."""
        raise NotImplementedError

    def unresolved(self, name: str) -> object:
        """Return what a name that the code does not set stands for."""
        raise NotImplementedError

    def attribute_of(self, owner: object, name: str, node: ast.AST) -> object:
        """Return an attribute of a library's object, or MISSING."""
        raise NotImplementedError

    def item_of(self, owner: object, key: object, node: ast.AST) -> object:
        """Return an item of a library's object, or MISSING."""
        raise NotImplementedError

    def made_function(self, node: ast.AST, name: str, scope: ScopeBox) -> Function:
        """Return the function that a def or lambda makes."""
        raise NotImplementedError

    def iterated(self, value: object, node: ast.AST) -> None:
        """Hear that a value is iterated over."""
        raise NotImplementedError

    # Values.

    def spend(self, steps: int = 1) -> None:
        """Count steps.

        Raises:
            TooMuchError: There were more than can be followed.
        """
        self.steps += steps
        if self.memory.copied:
            self.steps += self.memory.copied // 8
            self.memory.copied %= 8
        if self.steps > self.max_steps:
            raise TooMuchError

    def value(self, node: ast.expr, scope: ScopeBox) -> object:
        """Return what an expression stands for."""
        self.spend()
        reader = self._readers.get(type(node))
        if reader is not None:
            return reader(node, scope)
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                self.value(inner, scope)
        return Unknown(text_of(node))

    def truth(self, value: object) -> bool | None:
        """Return whether a value counts as true; None if that is not known."""
        match value:
            case Unknown(options=options) if options:
                truths = {self.truth(v) for v in options}
                return truths.pop() if len(truths) == 1 else None
            case Unknown() | Size():
                return None
            case PartText(text=text):
                return True if text.replace("{", "").replace("}", "") != text or text else None
            case ListBox() | DictBox():
                return bool(value.data) or (None if value.open else False)
            case _ if is_scalar(value) or isinstance(value, tuple):
                return bool(value)
            case _:
                return True

    def _name(self, node: ast.Name, scope: ScopeBox) -> object:
        holder = scope.holder(node.id)
        return holder.data[node.id] if holder is not None else self.unresolved(node.id)

    def attribute(self, owner: object, name: str, node: ast.AST) -> object:
        """Return an attribute of a value."""
        match owner:
            case Unknown(options=options) if options:
                return merged([self.attribute(v, name, node) for v in options], text_of(node))
            case ObjectBox():
                return self._object_attribute(owner, name, node)
            case ClassBox():
                return self._class_attribute(owner, name, node)
            case Member(name=text, value=value) if name in ("name", "value"):
                return text if name == "name" else value
            case Ref(name=full, imported=imported):
                return Ref(f"{full}.{name}", imported)
            case PathText():
                return _path_attribute(owner, name)
        known = self.attribute_of(owner, name, node)
        if known is not MISSING:
            return known
        if isinstance(owner, Unknown):
            return Method(Unknown(_named(owner.text, name), owner.why), name)
        return Method(owner, name)

    def _object_attribute(self, owner: ObjectBox, name: str, node: ast.AST) -> object:
        if name in owner.data:
            return owner.data[name]
        if owner.kind is not None:
            found = owner.kind.find(name)
            if isinstance(found, Function):
                return self._bound(found, owner, node)
            if found is not MISSING:
                return found
            if name == "__class__":
                return owner.kind
        if name == "__dict__":
            return owner
        return Method(owner, name)

    def _class_attribute(self, owner: ClassBox, name: str, node: ast.AST) -> object:
        found = owner.find(name)
        if isinstance(found, Function):
            return self._bound(found, owner, node) if _decorated(found, "classmethod") else found
        if found is MISSING:
            return owner.name if name == "__name__" else Method(owner, name)
        if owner.is_enum and not isinstance(found, Member):
            return Member(name, found)
        return found

    def _bound(self, function: Function, owner: Box, node: ast.AST) -> object:
        if _decorated(function, "staticmethod"):
            return function
        whose = owner.kind if isinstance(owner, ObjectBox) else owner
        bound = Function(
            function.name, function.arguments, function.body, function.scope, function.defaults,
            function.keyword_defaults, whose if _decorated(function, "classmethod") else owner,
            function.owner, function.generator, function.decorators,
        )  # fmt: skip
        if _decorated(function, "property") or _decorated(function, "cached_property"):
            return self.call(bound, Arguments(), node)
        return bound

    def _key(self, node: ast.expr, scope: ScopeBox) -> object:
        if not isinstance(node, ast.Slice):
            return self.value(node, scope)
        parts = [self.value(p, scope) if p else None for p in (node.lower, node.upper, node.step)]
        return slice(*parts)

    def item(self, owner: object, key: object, node: ast.AST) -> object:
        """Return an item of a value."""
        unknown = Unknown(text_of(node))
        match owner:
            case Unknown(options=options) if options:
                return merged([self.item(v, key, node) for v in options], text_of(node))
            case DictBox(data=data) if _is_key(key):
                return data.get(key, unknown)
            case ObjectBox(data=attributes) if isinstance(key, str):
                return attributes.get(key, unknown)
            case ScopeBox(data=names) if isinstance(key, str):
                return names.get(key, unknown)
            case ClassBox() if owner.is_enum and isinstance(key, str):
                return self._class_attribute(owner, key, node)
            case Stream(item=item) if isinstance(key, int):
                return item
            case ListBox() | tuple() | str():
                return self._of_sequence(owner, key, unknown)
        known = self.item_of(owner, key, node)
        return unknown if known is MISSING else known

    def _of_sequence(
        self, owner: ListBox | tuple[object, ...] | str, key: object, unknown: Unknown
    ) -> object:
        data = owner.data if isinstance(owner, ListBox) else owner
        is_open = isinstance(owner, ListBox) and owner.open
        if isinstance(key, bool) or (is_open and not (isinstance(key, int) and key >= 0)):
            return unknown
        if isinstance(key, slice):
            ends = (key.start, key.stop, key.step)
            if not all(e is None or (isinstance(e, int) and abs(e) < MAX_NUMBER) for e in ends):
                return unknown
        elif not isinstance(key, int):
            return unknown
        try:
            value = data[key]
        except (IndexError, ValueError):
            return unknown
        return self._list(value) if isinstance(value, list) else value

    def _items(self, nodes: Sequence[ast.expr], scope: ScopeBox) -> tuple[list[object], bool]:
        items: list[object] = []
        is_open = False
        for node in nodes:
            value = self.value(node, scope)
            if not isinstance(node, ast.Starred):
                items.append(value)
                continue
            inner = self.listed(value)
            if inner is None:
                is_open = True
            else:
                self.spend(len(inner) // 8)
                items += inner
            if len(items) > MAX_ITEMS:
                raise TooMuchError
        return items, is_open

    def _list(
        self, items: "list[object] | tuple[list[object], bool]", *, is_set: bool = False
    ) -> ListBox:
        content, is_open = items if isinstance(items, tuple) else (items, False)
        self.spend(len(content) // 8)
        if len(content) > MAX_ITEMS:
            raise TooMuchError
        box = ListBox(content, is_set=is_set)
        box.open = is_open
        return box

    def _tuple(self, node: ast.Tuple, scope: ScopeBox) -> object:
        items, is_open = self._items(node.elts, scope)
        return Unknown(text_of(node)) if is_open else tuple(items)

    def _dict(self, node: ast.Dict, scope: ScopeBox) -> object:
        box = DictBox()
        for key, content in zip(node.keys, node.values, strict=True):
            value = self.value(content, scope)
            if key is not None:
                self.put(box, self.value(key, scope), value)
            else:
                self.update(box, value)
        return box

    def put(self, box: Box, key: object, value: object) -> None:
        """Set an item of a dict, a list or a namespace."""
        self.memory.touch(box)
        if isinstance(box, ListBox):
            if isinstance(key, int) and -len(box.data) <= key < len(box.data) and not box.open:
                box.data[key] = value
            else:
                self.forget(box)
        elif isinstance(box, DictBox | ObjectBox | ScopeBox | ClassBox):
            data: dict[Any, object] = box.data  # type: ignore[assignment]
            if _is_key(key):
                data[key] = value
                if len(data) > MAX_ITEMS:
                    raise TooMuchError
            else:
                self.forget(box)

    def update(self, box: Box, other: object) -> None:
        """Do what `dict.update` does."""
        self.memory.touch(box)
        if isinstance(other, DictBox | ObjectBox):
            if other.open:
                self.forget(box)
            for key, value in other.data.items():
                self.put(box, key, value)
            return
        pairs = self.listed(other)
        known = pairs is not None and all(isinstance(p, tuple) and len(p) == 2 for p in pairs)
        if not known:
            self.forget(box)
            return
        for pair in pairs or ():
            assert isinstance(pair, tuple)
            self.put(box, pair[0], pair[1])

    def forget(self, box: Box) -> None:
        """Take the whole content of a box as unknown: what changed it is not known."""
        self.memory.touch(box)
        box.open = True
        if isinstance(box, ListBox):
            box.data = []
            return
        data: dict[Any, object] = box.data  # type: ignore[assignment]
        for key, value in data.items():
            if not isinstance(value, Function | ClassBox | Ref):
                data[key] = Unknown(str(key), "code that is not here may change it")

    def _unary(self, node: ast.UnaryOp, scope: ScopeBox) -> object:
        value = self.value(node.operand, scope)
        match node.op:
            case ast.Not():
                truth = self.truth(value)
                return Unknown(text_of(node)) if truth is None else not truth
            case ast.USub() if is_number(value):
                return -value  # type: ignore[operator]
            case ast.UAdd() if is_number(value):
                return value
            case ast.Invert() if isinstance(value, int) and not isinstance(value, bool):
                return ~value
            case ast.Invert() if isinstance(value, DataSet):
                return self.item_of(value, "~", node)
        return Unknown(text_of(node))

    def binary(self, sign: ast.operator, one: object, two: object, node: ast.AST) -> object:
        """Return the result of an operator."""
        unknown = Unknown(text_of(node))
        texts = (str, PartText)
        if isinstance(sign, ast.Div) and (isinstance(one, PathText) or isinstance(two, PathText)):
            return PathText(joined_path([one, two]))
        if isinstance(sign, ast.Div) and isinstance(one, Unknown) and isinstance(two, texts):
            return PathText(joined_path([one, two]))
        if isinstance(sign, ast.Add) and (isinstance(one, texts) or isinstance(two, texts)):
            if isinstance(one, (*texts, Unknown)) and isinstance(two, (*texts, Unknown)):
                return joined("", [one, two])
            return unknown
        if isinstance(sign, ast.Mod) and isinstance(one, str):
            return self._percent(one, two)
        if isinstance(one, Size) or isinstance(two, Size):
            return _sized(sign, one, two, unknown)
        if isinstance(one, DictBox) and isinstance(two, DictBox) and isinstance(sign, ast.BitOr):
            both = DictBox(one.data)
            both.open = one.open
            self.update(both, two)
            return both
        if isinstance(one, Tensor):
            return self.scaled(one, sign, two, node)
        if isinstance(one, DataSet | Arrays) and not isinstance(two, DataSet | Arrays):
            return one
        if isinstance(one, ListBox | tuple):
            return self._of_lists(sign, one, two, unknown)
        return _of_numbers(sign, one, two, unknown)

    def scaled(self, tensor: Tensor, sign: ast.operator, factor: object, node: ast.AST) -> Tensor:
        """Return a tensor after arithmetic: dividing by 255 is a Rescaling."""
        divides = isinstance(sign, ast.Div) and is_number(factor) and factor not in (0, 1)
        if not divides and not (isinstance(sign, ast.Mult) and is_number(factor)):
            return tensor
        scale = 1 / factor if divides else factor  # type: ignore[operator]
        layer = Layer("Rescaling", "arithmetic", self.place, node, (scale,), {})
        return Tensor((*tensor.layers, layer))

    def _of_lists(
        self, sign: ast.operator, one: ListBox | tuple[object, ...], two: object, unknown: Unknown
    ) -> object:
        if isinstance(sign, ast.Add):
            first, second = self.listed(one), self.listed(two)
            if first is None or second is None:
                return unknown
            self.spend((len(first) + len(second)) // 8)
            if isinstance(one, tuple):
                return (*first, *second) if len(first) + len(second) < MAX_ITEMS else unknown
            return self._list([*first, *second])
        data = one.data if isinstance(one, ListBox) else one
        if isinstance(sign, ast.Mult) and isinstance(two, int) and not isinstance(two, bool):
            if len(data) * max(two, 0) > 1_000 or (isinstance(one, ListBox) and one.open):
                return unknown
            return data * two if isinstance(data, tuple) else self._list(data * two)
        return unknown

    def _percent(self, text: str, value: object) -> object:
        values = value if isinstance(value, tuple) else (value,)
        if _WIDE_FORMAT.search(text) or isinstance(value, DictBox):
            return Unknown(f"{text!r} % ...")
        known = all(is_known(v) and (is_scalar(v) or isinstance(v, PathText)) for v in values)
        plain = tuple(v.text if isinstance(v, PathText) else v for v in values)
        try:
            if known:
                return (text % plain)[:MAX_TEXT]
            pieces = re.split(r"%[-+ #0-9.]*[a-zA-Z]", text)
            if len(pieces) == len(values) + 1 and "%%" not in text:
                mixed = [pieces[0]]
                for part, piece in zip(values, pieces[1:], strict=True):
                    mixed += [joined("", [part]), piece]  # type: ignore[list-item]
                return joined("", mixed)
        except (TypeError, ValueError, OverflowError):
            pass
        return Unknown(f"{text!r} % ...")

    def _bool(self, node: ast.BoolOp, scope: ScopeBox) -> object:
        ends = isinstance(node.op, ast.Or)
        possible: list[object] = []
        for part in node.values:
            value = self.value(part, scope)
            truth = self.truth(value)
            if truth is None:
                possible.append(value)
            elif truth == ends or part is node.values[-1]:
                possible.append(value)
                break
        if len(possible) == 1:
            return possible[0]
        return merged(possible, text_of(node))

    def _text(self, node: ast.JoinedStr, scope: ScopeBox) -> object:
        return joined("", [self.value(part, scope) for part in node.values])

    def _formatted(self, node: ast.FormattedValue, scope: ScopeBox) -> object:
        value = self.value(node.value, scope)
        if isinstance(value, PathText):
            value = value.text
        spec = self.value(node.format_spec, scope) if node.format_spec else ""
        if isinstance(value, PartText) and not spec:
            return value
        if is_scalar(value) and isinstance(spec, str) and not _WIDE_FORMAT.search(spec):
            try:
                return format(value, spec) if node.conversion != ord("r") else repr(value)
            except (TypeError, ValueError, OverflowError):
                pass
        return value if isinstance(value, Unknown) else Unknown(text_of(node.value))

    def _either(self, node: ast.IfExp, scope: ScopeBox) -> object:
        truth = self.truth(self.value(node.test, scope))
        if truth is not None:
            return self.value(node.body if truth else node.orelse, scope)
        one, two = self.value(node.body, scope), self.value(node.orelse, scope)
        return merged([one, two], text_of(node))

    def _compare(self, node: ast.Compare, scope: ScopeBox) -> object:
        values = [self.value(part, scope) for part in (node.left, *node.comparators)]
        results = [
            self._compared(sign, one, two)
            for sign, one, two in zip(node.ops, values[:-1], values[1:], strict=True)
        ]
        if any(r is False for r in results):
            return False
        return True if all(r is True for r in results) else Unknown(text_of(node))

    def _compared(self, sign: ast.cmpop, one: object, two: object) -> bool | None:
        if isinstance(sign, ast.In | ast.NotIn):
            inside = self._contains(two, one)
            return inside if inside is None or isinstance(sign, ast.In) else not inside
        if isinstance(sign, ast.Is | ast.IsNot):
            alike = _is(one, two)
            return alike if alike is None or isinstance(sign, ast.Is) else not alike
        one, two = _plain(one), _plain(two)
        if isinstance(sign, ast.Eq | ast.NotEq) and type(one) is type(two) is Member:
            return same(one, two) == isinstance(sign, ast.Eq)
        if None in (one, two) and isinstance(sign, ast.Eq | ast.NotEq):
            alike = _is(one, two)
            return alike if alike is None or isinstance(sign, ast.Eq) else not alike
        if not (is_known(one) and is_known(two)) or isinstance(one, Box) or isinstance(two, Box):
            return None
        if not (is_scalar(one) or isinstance(one, tuple)) or isinstance(one, complex):
            return None
        if not (is_scalar(two) or isinstance(two, tuple)) or isinstance(two, complex):
            return None
        try:
            return bool(_COMPARISONS[type(sign)](one, two))
        except TypeError:
            return None

    def _contains(self, whole: object, part: object) -> bool | None:
        part, whole = _plain(part), _plain(whole)
        if not (is_scalar(part) or isinstance(part, tuple | Member)) or not is_known(part):
            return None
        match whole:
            case str():
                return part in whole if isinstance(part, str) else None
            case DictBox(data=data):
                return True if part in data else None if whole.open else False
            case ObjectBox(data=attributes):
                return True if part in attributes else None
        items = self.listed(whole)
        if items is None or not all(is_known(v) for v in items):
            return None
        return any(v == part for v in items if is_scalar(v) or isinstance(v, tuple | Member))

    def listed(self, value: object) -> list[object] | None:
        """Return the items of what is iterated over; None if they are not known."""
        match value:
            case ListBox(data=data):
                return None if value.open else list(data)
            case DictBox(data=content):
                return None if value.open else list(content)
            case tuple():
                return list(value)
            case str() if len(value) <= MAX_ROUNDS:
                return list(value)
            case ClassBox() if value.is_enum:
                return [Member(k, v) for k, v in value.data.items() if not k.startswith("_")]
            case _:
                return None

    def _comprehension(
        self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: ScopeBox
    ) -> object:
        result: list[object] = []
        derived: list[object] = []
        whole = self._rounds(
            node.generators, ScopeBox(scope), lambda inner: result.append(self.value(node.elt, inner)),
            derived,
        )  # fmt: skip
        if derived:
            return derived[0]
        box = self._list(result if whole else [], is_set=isinstance(node, ast.SetComp))
        if whole:
            return box
        return Stream(result[0], text_of(node)) if result else Unknown(text_of(node))

    def _dict_comprehension(self, node: ast.DictComp, scope: ScopeBox) -> object:
        box = DictBox()
        whole = self._rounds(
            node.generators,
            ScopeBox(scope),
            lambda inner: self.put(box, self.value(node.key, inner), self.value(node.value, inner)),
            [],
        )
        box.open |= not whole
        return box

    def _rounds(
        self, steps: Sequence[ast.comprehension], scope: ScopeBox, each: Callable[[ScopeBox], None],
        derived: list[object],
    ) -> bool:  # fmt: skip
        """Run the rounds of a comprehension; return whether all of them are known."""
        if not steps:
            each(scope)
            return True
        step = steps[0]
        source = self.value(step.iter, scope)
        self.iterated(source, step.iter)
        items = self.listed(source)
        whole = items is not None and len(items) <= MAX_ITEMS
        if isinstance(source, DataSet) and source.is_list and not derived:
            derived.append(source)
        for item in items[:2_000] if items is not None else [self.typical(source, step.target)]:
            self.spend()
            self.bind(step.target, item, scope)
            truths = [self.truth(self.value(test, scope)) for test in step.ifs]
            if False in truths:
                continue
            whole &= None not in truths
            whole &= self._rounds(steps[1:], scope, each, derived)
        return whole and (items is None or len(items) <= 2_000)

    def typical(self, source: object, target: ast.AST) -> object:
        """Return what stands for any item of something that can't be listed."""
        return source.item if isinstance(source, Stream) else Unknown(text_of(target))

    def _walrus(self, node: ast.NamedExpr, scope: ScopeBox) -> object:
        value = self.value(node.value, scope)
        self.bind(node.target, value, scope)
        return value

    def _lambda(self, node: ast.Lambda, scope: ScopeBox) -> object:
        return self.made_function(node, "<lambda>", scope)


def _decorated(function: Function, name: str) -> bool:
    return any(isinstance(d, Ref) and d.last == name for d in function.decorators)


def _named(owner: str, name: str) -> str:
    return f"{owner}.{name}"[:200]


def _is_key(key: object) -> bool:
    return (is_scalar(key) or isinstance(key, Member)) and key == key


def _plain(value: object) -> object:
    match value:
        case PathText(text=str() as text):
            return text
        case Member(value=inner) if is_scalar(inner):
            return value
        case _:
            return value


def _is(one: object, two: object) -> bool | None:
    if isinstance(one, Unknown | Method) or isinstance(two, Unknown | Method):
        return None
    if is_scalar(one) and is_scalar(two):
        return type(one) is type(two) and one == two
    return same(one, two) if is_scalar(one) == is_scalar(two) else False


def _path_attribute(path: PathText, name: str) -> object:
    text = path.text.text if isinstance(path.text, PartText) else path.text
    head, _, last = text.rpartition("/")
    whole = isinstance(path.text, str)
    match name:
        case "parent":
            return PathText((head or ".") if whole else PartText(head or "{" + "..." + "}"))
        case "name" | "stem" if whole or not last.startswith("{"):
            return last if name == "name" else last.rpartition(".")[0] or last
        case "suffix" if whole:
            return "." + last.rpartition(".")[2] if "." in last[1:] else ""
        case _:
            return Method(path, name)


def _sized(sign: ast.operator, one: object, two: object, unknown: Unknown) -> object:
    match sign, one, two:
        case ast.Mult(), Size(share=share, of=of), float() | int():
            return Size(share * two, of)  # type: ignore[operator]
        case ast.Mult(), float() | int(), Size(share=share, of=of):
            return Size(share * one, of)  # type: ignore[operator]
        case ast.Div() | ast.FloorDiv(), Size(share=share, of=of), int() | float() if two:
            return Size(share / two, of)  # type: ignore[operator]
        case ast.Sub(), Size(share=first, of=of), Size(share=second):
            return Size(first - second, of)
        case ast.Add(), Size(share=first, of=of), Size(share=second):
            return Size(first + second, of)
        case _:
            return unknown


def _of_numbers(sign: ast.operator, one: object, two: object, unknown: Unknown) -> object:
    if isinstance(sign, ast.Mult) and isinstance(one, str) and isinstance(two, int):
        return one * two if len(one) * max(two, 0) <= MAX_TEXT else unknown
    numbers = (int, float)
    if not (isinstance(one, numbers) and isinstance(two, numbers)):
        return unknown
    try:
        if isinstance(sign, ast.Pow):
            small = abs(one) < 2**16 and -64 <= two <= 64
            result = one**two if small else unknown
        elif isinstance(sign, ast.LShift | ast.RShift):
            small = isinstance(one, int) and isinstance(two, int) and 0 <= two <= 64
            result = (
                unknown if not small
                else one << two if isinstance(sign, ast.LShift) else one >> two  # type: ignore[operator]
            )  # fmt: skip
        elif type(sign) in _OPERATORS:
            result = _OPERATORS[type(sign)](one, two)
        else:
            return unknown
    except (ZeroDivisionError, TypeError, OverflowError, ValueError):
        return unknown
    fits = isinstance(result, numbers) and not isinstance(result, complex)
    return result if fits and abs(result) < MAX_NUMBER else unknown
