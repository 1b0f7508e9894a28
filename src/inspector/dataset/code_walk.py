"""Follow pasted code from top to bottom: in the text, never run.

Followed are assignments in their order, lists, dicts, f-strings, + - * / of numbers, joined paths,
settings in a class or a dict, functions written in the code, loops over a list that is written out,
and branches. Everything else is an `Unread` with its own text.
"""

import ast
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inspector.dataset.code_values import (
    Arguments,
    Known,
    Unread,
    is_number,
    joined,
    named,
    passed_on,
    source_of,
    unread,
)
from inspector.errors import UsageError

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_STEPS_AT_MOST = 50_000
_CALLS_DEEP = 8
_ROUNDS_AT_MOST = 20
_LARGEST = 2**64
_MOST_PARTS = 100_000


@dataclass(frozen=True, slots=True)
class _Function:
    arguments: ast.arguments
    body: Sequence[ast.stmt]


@dataclass(frozen=True, slots=True)
class _Class:
    name: str


_Names = dict[str, object]
Called = Callable[[Known, Arguments, ast.Call, str], object]


class Walk:
    """Follow a module from top to bottom.

    Args:
        known: Names of functions whose calls matter, as a last word.
        called: Is told of each such call: function, arguments, node, name that it is assigned to.

    Raises:
        UsageError: The code does more than can be followed.
    """

    def __init__(self, tree: ast.Module, known: Sequence[str], called: Called) -> None:
        self._known, self._called = frozenset(known), called
        self._steps, self._deep = 0, 0
        self._target = ""
        self._found: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self._entered: set[int] = set()
        self._readers: dict[type[ast.expr], Callable[..., object]] = {
            ast.Constant: lambda node, _: node.value,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.List: lambda node, names: self._parts(node.elts, names),
            ast.Tuple: lambda node, names: tuple(self._parts(node.elts, names)),
            ast.Dict: self._dict,
            ast.Subscript: self._item,
            ast.UnaryOp: self._negative,
            ast.BinOp: self._sum,
            ast.JoinedStr: self._text,
            ast.FormattedValue: lambda node, names: self.value(node.value, names),
            ast.IfExp: self._either,
            ast.Compare: self._compared,
            ast.Call: self._call,
            ast.ListComp: self._each,
            ast.GeneratorExp: self._each,
            ast.NamedExpr: self._walrus,
            ast.Lambda: lambda node, _: _Function(node.args, [ast.Return(node.body)]),
        }
        self._doers: dict[type[ast.stmt], Callable[..., object]] = {
            ast.Assign: self._assign,
            ast.AnnAssign: self._assign,
            ast.AugAssign: self._assign,
            ast.FunctionDef: self._define,
            ast.AsyncFunctionDef: self._define,
            ast.ClassDef: self._class,
            ast.For: self._for,
            ast.If: self._if,
            ast.Import: self._import,
            ast.ImportFrom: self._import,
        }
        names: _Names = {}
        self._run(tree.body, names)
        for node in self._found:  # Grows while it is walked.
            if id(node) not in self._entered:
                self._enter(_Function(node.args, node.body), Arguments(), names, id(node))

    def value(self, node: ast.expr, names: _Names) -> object:
        """Return what an expression stands for."""
        self._steps += 1
        if self._steps > _STEPS_AT_MOST:
            raise UsageError("the code does more than can be followed", "Paste the loading part.")
        reader = self._readers.get(type(node))
        if reader is not None:
            return reader(node, names)
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                self.value(inner, names)
        return unread(node)

    # Statements: each returns a value only when a `return` was met for certain.

    def _run(self, body: Sequence[ast.stmt], names: _Names) -> object:
        for node in body:
            if isinstance(node, ast.Return):
                return (self.value(node.value, names) if node.value else None,)
            doer = self._doers.get(type(node))
            ended = doer(node, names) if doer else self._others(node, names)
            if ended is not None:
                return ended
        return None

    def _others(self, node: ast.stmt, names: _Names) -> object:
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                self.value(inner, names)
            elif isinstance(inner, ast.withitem):
                self._bind(inner.optional_vars, self.value(inner.context_expr, names), names)
        for part in ("body", "orelse", "finalbody"):
            ended = self._run(getattr(node, part, ()), names)
            if ended is not None:
                return ended
        return None

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, names: _Names) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is None:
            return
        before, self._target = self._target, named(targets[0]) or self._target
        found = self.value(node.value, names)
        self._target = before
        for target in targets:
            kept = found if not isinstance(node, ast.AugAssign) else unread(target)
            self._bind(target, kept, names)

    def _bind(self, target: ast.expr | None, found: object, names: _Names) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            whole = isinstance(found, list | tuple) and len(found) == len(target.elts)
            for i, part in enumerate(target.elts):
                self._bind(part, found[i] if whole else unread(part), names)  # type: ignore[index]
        elif target is not None:
            names[source_of(target)] = found

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef, names: _Names) -> None:
        names[node.name] = _Function(node.args, node.body)
        self._found.append(node)

    def _class(self, node: ast.ClassDef, names: _Names) -> None:
        inside = dict(names)
        self._run(node.body, inside)
        names[node.name] = _Class(node.name)
        names |= {f"{node.name}.{k}": v for k, v in inside.items() if names.get(k) is not v}

    def _for(self, node: ast.For, names: _Names) -> object:
        found = self.value(node.iter, names)
        rounds = list(found) if isinstance(found, list | tuple) else []
        if not 0 < len(rounds) <= _ROUNDS_AT_MOST:
            rounds = [unread(node.target)]
        for one in rounds:
            self._bind(node.target, one, names)
            ended = self._run(node.body, names)
            if ended is not None:
                return ended
        return self._run(node.orelse, names)

    def _if(self, node: ast.If, names: _Names) -> object:
        test = self.value(node.test, names)
        if isinstance(test, bool):
            return self._run(node.body if test else node.orelse, names)
        one, two = dict(names), dict(names)
        self._run(node.body, one)
        self._run(node.orelse, two)
        for name in {*one, *two}:
            first, second = one.get(name, two.get(name)), two.get(name, one.get(name))
            names[name] = first if first is second or first == second else Unread(name)
        return None

    def _import(self, node: ast.Import | ast.ImportFrom, names: _Names) -> None:
        for one in node.names:
            if one.name in self._known and one.asname:
                names[one.asname] = Known(one.name)

    # Expressions.

    def _name(self, node: ast.Name, names: _Names) -> object:
        if node.id in names:
            return names[node.id]
        return Known(node.id) if node.id in self._known else unread(node)

    def _attribute(self, node: ast.Attribute, names: _Names) -> object:
        known = names.get(source_of(node), names)
        if known is not names:
            return known
        owner = self.value(node.value, names)
        if node.attr in self._known:
            return Known(node.attr, owner)
        if isinstance(owner, _Class):
            return names.get(f"{owner.name}.{node.attr}", unread(node))
        return unread(node)

    def _parts(self, parts: Sequence[ast.expr], names: _Names) -> list[object]:
        found: list[object] = []
        for node in parts:
            inner = self.value(node.value if isinstance(node, ast.Starred) else node, names)
            if isinstance(node, ast.Starred) and isinstance(inner, list | tuple):
                found += inner
            else:
                found.append(unread(node) if isinstance(node, ast.Starred) else inner)
            if len(found) > _MOST_PARTS:
                raise UsageError("a list is too long to follow", "Paste the loading part.")
        return found

    def _dict(self, node: ast.Dict, names: _Names) -> object:
        found: dict[object, object] = {}
        for key, inner in zip(node.keys, node.values, strict=True):
            content = self.value(inner, names)
            if key is None:
                if not isinstance(content, dict):
                    return unread(node)
                found |= content
                continue
            name = self.value(key, names)
            if not isinstance(name, str | int | float):
                return unread(node)
            found[name] = content
        return found

    def _item(self, node: ast.Subscript, names: _Names) -> object:
        if source_of(node) in names:
            return names[source_of(node)]
        owner, key = self.value(node.value, names), self.value(node.slice, names)
        try:
            if isinstance(owner, dict):
                return owner[key]
            if isinstance(owner, list | tuple) and isinstance(key, int):
                return owner[key]
        except (KeyError, IndexError, TypeError):
            pass
        return unread(node)

    def _negative(self, node: ast.UnaryOp, names: _Names) -> object:
        found = self.value(node.operand, names)
        match node.op:
            case ast.USub() if is_number(found):
                return -found  # type: ignore[operator]
            case ast.Not() if isinstance(found, bool):
                return not found
            case _:
                return unread(node)

    def _sum(self, node: ast.BinOp, names: _Names) -> object:
        one, two = self.value(node.left, names), self.value(node.right, names)
        sign = node.op
        if isinstance(one, dict) and isinstance(two, dict) and isinstance(sign, ast.BitOr):
            return one | two
        words = any(isinstance(part, str) for part in (one, two))
        if isinstance(sign, ast.Div) and (words or isinstance(one, Unread)):
            return joined("/", [one, two])
        if isinstance(sign, ast.Add) and words:
            return joined("", [one, two])
        if type(sign) in _OPERATORS and is_number(one) and is_number(two):
            if isinstance(sign, ast.Div) and not two:
                return unread(node)
            found = _OPERATORS[type(sign)](one, two)  # type: ignore[arg-type]
            return found if abs(found) < _LARGEST else unread(node)
        return unread(node)

    def _text(self, node: ast.JoinedStr, names: _Names) -> object:
        return joined("", [self.value(part, names) for part in node.values])

    def _either(self, node: ast.IfExp, names: _Names) -> object:
        test = self.value(node.test, names)
        if isinstance(test, bool):
            return self.value(node.body if test else node.orelse, names)
        one, two = self.value(node.body, names), self.value(node.orelse, names)
        return one if one == two else unread(node)

    def _compared(self, node: ast.Compare, names: _Names) -> object:
        one, *others = (self.value(part, names) for part in (node.left, *node.comparators))
        simple = all(isinstance(v, str | int | float | None) for v in (one, *others))
        if len(others) == 1 and simple:
            if isinstance(node.ops[0], ast.Eq | ast.Is):
                return one == others[0]
            if isinstance(node.ops[0], ast.NotEq | ast.IsNot):
                return one != others[0]
        return unread(node)

    def _each(self, node: ast.ListComp | ast.GeneratorExp, names: _Names) -> object:
        step = node.generators[0]
        found = self.value(step.iter, names)
        inside = dict(names)
        if len(node.generators) > 1 or step.ifs or not isinstance(found, list | tuple):
            self._bind(step.target, unread(step.target), inside)
            self.value(node.elt, inside)
            return unread(node)
        made = []
        for one in found[:_ROUNDS_AT_MOST]:
            self._bind(step.target, one, inside)
            made.append(self.value(node.elt, inside))
        return made if len(found) <= _ROUNDS_AT_MOST else unread(node)

    def _walrus(self, node: ast.NamedExpr, names: _Names) -> object:
        found = self.value(node.value, names)
        self._bind(node.target, found, names)
        return found

    def _call(self, node: ast.Call, names: _Names) -> object:
        function = self.value(node.func, names)
        given = self._arguments(node, names)
        if isinstance(function, Known):
            fixed = function.fixed
            whole = Arguments(
                (*fixed.places, *given.places), {**fixed.names, **given.names},
                {**fixed.sources, **given.sources},
            )  # fmt: skip
            return self._called(function, whole, node, self._target)
        if isinstance(function, _Function):
            return self._enter(function, given, names, id(function.body))
        return function if isinstance(function, _Class) else passed_on(node, given)

    def _arguments(self, node: ast.Call, names: _Names) -> Arguments:
        found: dict[str, object] = {}
        sources: dict[str, ast.expr] = {}
        for keyword in node.keywords:
            inner = self.value(keyword.value, names)
            if keyword.arg is not None:
                found[keyword.arg], sources[keyword.arg] = inner, keyword.value
            elif isinstance(inner, dict):
                found |= {str(k): v for k, v in inner.items()}
            else:
                found["**"] = unread(keyword.value)
        places = self._parts(node.args, names)
        if any(isinstance(a, ast.Starred) for a in node.args) and any(
            isinstance(v, Unread) and v.text.startswith("*") for v in places
        ):
            found["**"] = next(v for v in places if isinstance(v, Unread) and v.text[:1] == "*")
        return Arguments(tuple(places), found, sources)

    def _enter(self, called: _Function, given: Arguments, names: _Names, key: int) -> object:
        """Follow a function of the code with these arguments; what it lacks is unread."""
        self._entered |= {key, *(id(n) for n in self._found if n.body is called.body)}
        if self._deep >= _CALLS_DEEP:
            return Unread("...")
        inside = dict(names)
        asked = [a.arg for a in (*called.arguments.posonlyargs, *called.arguments.args)]
        for name in (*asked, *(a.arg for a in called.arguments.kwonlyargs)):
            inside[name] = Unread(name)
        defaults = called.arguments.defaults
        for name, node in zip(asked[len(asked) - len(defaults) :], defaults, strict=True):
            inside[name] = self.value(node, names)
        for one, default in zip(
            called.arguments.kwonlyargs, called.arguments.kw_defaults, strict=True
        ):
            if default is not None:
                inside[one.arg] = self.value(default, names)
        inside |= zip(asked, given.places, strict=False)
        inside |= given.names
        if called.arguments.kwarg is not None:
            inside[called.arguments.kwarg.arg] = {
                k: v for k, v in given.names.items() if k not in asked
            }
        self._deep += 1
        ended = self._run(called.body, inside)
        self._deep -= 1
        names |= {k: v for k, v in inside.items() if k.startswith("self.")}
        return ended[0] if isinstance(ended, tuple) else None
