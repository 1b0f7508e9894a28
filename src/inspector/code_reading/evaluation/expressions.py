"""Values of expressions: the half of the evaluator that returns values."""

import ast
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from inspector.code_reading.evaluation.images.image_values import ImageValue
from inspector.code_reading.evaluation.objects import DataSet, StreamValue
from inspector.code_reading.evaluation.operators import WIDE_FORMAT, Operators
from inspector.code_reading.evaluation.python.usual_branches import usual_branch
from inspector.code_reading.evaluation.value_access import TooMuchError
from inspector.code_reading.evaluation.value_text import is_label, joined, text_of
from inspector.code_reading.evaluation.values import (
    MISSING,
    DictBox,
    Function,
    ListBox,
    PartText,
    PathText,
    ScopeBox,
    Unknown,
    is_number,
    is_scalar,
    merged,
)


class Expressions(Operators):
    """Evaluates expressions; a subclass adds statements and calls."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: Mapping[str, object] = {}
        self.answered: set[str] = set()
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

    @abstractmethod
    def call_node(self, node: ast.Call, scope: ScopeBox) -> object:
        """Evaluate a call."""

    @abstractmethod
    def bind(self, target: ast.expr, value: object, scope: ScopeBox) -> None:
        """Assign a value to a target."""

    @abstractmethod
    def unresolved(self, name: str) -> object:
        """Return the value of a name that the code does not set."""

    @abstractmethod
    def made_function(self, node: ast.AST, name: str, scope: ScopeBox) -> Function:
        """Return the function of a def or lambda."""

    @abstractmethod
    def named(self, name: str, value: object) -> None:
        """Hear that a value is given a name."""

    @abstractmethod
    def collected(self, value: object, node: ast.AST) -> object:
        """Return the files that a list was made of in a loop over them, or None."""

    @abstractmethod
    def note(self, text: str) -> None:
        """Record a note for the reader."""

    @abstractmethod
    def iterated(self, value: object, node: ast.AST) -> None:
        """Called when a value is iterated over."""

    def value(self, node: ast.expr, scope: ScopeBox) -> object:
        """Return the value of an expression."""
        self.spend()
        reader = self._readers.get(type(node))
        if reader is not None:
            value = reader(node, scope)
            return self._filled_in(node, value) if self.answers else value
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                self.value(inner, scope)
        return Unknown(text_of(node))

    def _filled_in(self, node: ast.expr, value: object) -> object:
        """Return the user's answer for a value that the code does not tell."""
        if not isinstance(value, Unknown):
            return value
        for text in (text_of(node), value.text):
            if text in self.answers:
                self.answered.add(text)
                return self.answers[text]
        return value

    def _name(self, node: ast.Name, scope: ScopeBox) -> object:
        holder = scope.holder(node.id)
        return holder.data[node.id] if holder is not None else self.unresolved(node.id)

    def _key(self, node: ast.expr, scope: ScopeBox) -> object:
        if isinstance(node, ast.Tuple) and any(isinstance(p, ast.Slice) for p in node.elts):
            return tuple(self._key(part, scope) for part in node.elts)
        if not isinstance(node, ast.Slice):
            return self.value(node, scope)
        parts = [self.value(p, scope) if p else None for p in (node.lower, node.upper, node.step)]
        return slice(*parts)

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
            if len(items) > self.max_items:
                raise TooMuchError
        return items, is_open

    def _tuple(self, node: ast.Tuple, scope: ScopeBox) -> object:
        items, is_open = self._items(node.elts, scope)
        return Unknown(text_of(node)) if is_open else tuple(items)

    def _dict(self, node: ast.Dict, scope: ScopeBox) -> object:
        box = DictBox()
        for key, content in zip(node.keys, node.values, strict=True):
            value = self.value(content, scope)
            if key is not None:
                self._put_named(box, self.value(key, scope), value)
            else:
                self.update(box, value)
        return box

    def _put_named(self, box: DictBox, key: object, value: object) -> None:
        """Set an item of a dict; a key that is a text names what it stands for."""
        self.put(box, key, value)
        if isinstance(key, str):
            self.named(key, value)

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
            case ast.Invert() if self.exact is not None and isinstance(value, ListBox):
                known = self.exact.inverted(value)
                return Unknown(text_of(node)) if known is MISSING else known
            case ast.Invert() if isinstance(value, DataSet):
                return self.item_of(value, "~", node)
        return Unknown(text_of(node))

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
        if is_scalar(value) and isinstance(spec, str) and not WIDE_FORMAT.search(spec):
            try:
                return format(value, spec) if node.conversion != ord("r") else repr(value)
            except (TypeError, ValueError, OverflowError):
                pass
        return value if isinstance(value, Unknown) else Unknown(text_of(node.value))

    def _either(self, node: ast.IfExp, scope: ScopeBox) -> object:
        truth = self.truth(self.value(node.test, scope))
        if truth is not None:
            return self.value(node.body if truth else node.orelse, scope)
        usual = usual_branch(node.test, (node.body,), (node.orelse,))
        if usual is not None:
            self.note(usual.note)
            return self.value(node.body if usual.taken else node.orelse, scope)
        one, two = self.value(node.body, scope), self.value(node.orelse, scope)
        return merged([one, two], text_of(node))

    def _compare(self, node: ast.Compare, scope: ScopeBox) -> object:
        values = [self.value(part, scope) for part in (node.left, *node.comparators)]
        if self.exact is not None and len(node.ops) == 1:
            mask = self.exact.compared(node.ops[0], *values)
            if mask is not MISSING:
                return mask
        results = [
            self._compared(sign, one, two)
            for sign, one, two in zip(node.ops, values[:-1], values[1:], strict=True)
        ]
        if any(r is False for r in results):
            return False
        return True if all(r is True for r in results) else Unknown(text_of(node))

    def _comprehension(
        self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: ScopeBox
    ) -> object:
        result: list[object] = []
        derived: list[object] = []
        whole = self._rounds(
            node.generators,
            ScopeBox(scope),
            lambda inner: result.append(self.value(node.elt, inner)),
            derived,
        )
        if result and isinstance(result[0], ImageValue):
            return result[0]
        if derived:
            source = derived[0]
            if not isinstance(source, DataSet):
                return source
            picked = self._picked(source, node, scope)
            if picked is not None:
                return picked
            files = self._filtered(source, node, scope)
            return replace(files, derived=True) if is_label(node.elt) else files
        box = self._list(result if whole else [], is_set=isinstance(node, ast.SetComp))
        if whole:
            return box
        return StreamValue(result[0], text_of(node)) if result else Unknown(text_of(node))

    def _picked(
        self, positions: DataSet, node: ast.ListComp | ast.GeneratorExp | ast.SetComp,
        scope: ScopeBox,
    ) -> object:  # fmt: skip
        """Return the items of another list in an order, as by `[files[i] for i in order]`."""
        match node:
            case ast.ListComp(
                elt=ast.Subscript(value=owner, slice=ast.Name(id=index)),
                generators=[ast.comprehension(target=ast.Name(id=target), ifs=[])],
            ) if index == target and positions.has("indices"):
                known = self.item_of(self.value(owner, scope), positions, node)
                return known if isinstance(known, DataSet) else None
        return None

    def _filtered(
        self, data: DataSet, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: ScopeBox
    ) -> DataSet:
        """Return a list of files filtered by the conditions of a comprehension."""
        for test in (test for step in node.generators for test in step.ifs):
            match test:
                case ast.Name() | ast.Call(func=ast.Attribute(attr="strip"), args=[]):
                    continue  # Blank lines are no files.
                case ast.Call(func=ast.Attribute(attr="endswith", value=text), args=[ending]):
                    value = self.value(ending, scope)
                    endings = value if isinstance(value, tuple) else (value,)
                    plain = isinstance(text, ast.Name) or _is_lower(text)
                    if plain and all(isinstance(e, str) for e in endings):
                        any_case = isinstance(text, ast.Call)
                        data = data.after("suffix", endings, any_case, line=test.lineno)
                        continue
            data = data.after("filter", text_of(test), line=test.lineno)
        return data

    def _dict_comprehension(self, node: ast.DictComp, scope: ScopeBox) -> object:
        box = DictBox()
        whole = self._rounds(
            node.generators,
            ScopeBox(scope),
            lambda inner: self._put_named(
                box, self.value(node.key, inner), self.value(node.value, inner)
            ),
            [],
        )
        box.open |= not whole
        return box

    def _rounds(
        self, steps: Sequence[ast.comprehension], scope: ScopeBox, each: Callable[[ScopeBox], None],
        derived: list[object],
    ) -> bool:  # fmt: skip
        """Run the iterations of a comprehension; return whether all of them are known."""
        if not steps:
            each(scope)
            return True
        step = steps[0]
        source = self.value(step.iter, scope)
        self.iterated(source, step.iter)
        items = self.listed(source)
        whole = items is not None and len(items) <= self.max_items
        files = source if isinstance(source, DataSet) else self.collected(source, step.iter)
        if isinstance(files, DataSet) and files.is_list and not derived:
            derived.append(files)
        limit = max(2_000, self.max_rounds)
        for item in items[:limit] if items is not None else [self.typical(source, step.target)]:
            self.spend()
            self.bind(step.target, item, scope)
            truths = [self.truth(self.value(test, scope)) for test in step.ifs]
            if False in truths:
                continue
            whole &= None not in truths
            whole &= self._rounds(steps[1:], scope, each, derived)
        return whole and (items is None or len(items) <= limit)

    def _walrus(self, node: ast.NamedExpr, scope: ScopeBox) -> object:
        value = self.value(node.value, scope)
        self.bind(node.target, value, scope)
        return value

    def _lambda(self, node: ast.Lambda, scope: ScopeBox) -> object:
        return self.made_function(node, "<lambda>", scope)


def _is_lower(node: ast.expr) -> bool:
    """Tell whether an expression is `name.lower()`."""
    match node:
        case ast.Call(func=ast.Attribute(attr="lower", value=ast.Name()), args=[]):
            return True
        case _:
            return False
