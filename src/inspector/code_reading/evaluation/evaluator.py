"""Follow a program as Python would run it, statement by statement, without running it.

A condition that is known takes one branch. Both branches of an unknown one are followed, and what
they disagree on is unknown afterwards. Loops over known items are unrolled up to a limit; other
loops are followed twice, so that what changes from round to round is unknown. Calls of functions of
the code are followed with their arguments. Steps, depth and sizes are bounded.
"""

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from inspector.code_reading.expressions import MAX_ROUNDS, Expressions, TooMuchError
from inspector.code_reading.libraries import Libraries
from inspector.code_reading.memory import Branch
from inspector.code_reading.names import BARE_NAMES, KNOWN_ROOTS, UNKNOWN_NAMES, is_foreign
from inspector.code_reading.objects import Action, DataSet, Event, StackBox, Stream, Tensor
from inspector.code_reading.program import Cell, Location, Program, Unread
from inspector.code_reading.values import (
    MISSING,
    Arguments,
    Box,
    ClassBox,
    DictBox,
    Function,
    ListBox,
    ObjectBox,
    Partial,
    Ref,
    ScopeBox,
    Unknown,
    is_scalar,
    merged,
    same,
    text_of,
)

MAX_DEPTH: Final = 14
"""Calls of functions within each other."""

_ENDS: Final = ("sys.exit", "builtins.exit", "builtins.quit", "os._exit", "os.abort")
_IMPORT_ERRORS: Final = ("ImportError", "ModuleNotFoundError")


@dataclass(frozen=True, slots=True)
class _Return:
    value: object


class _Leave:
    """The end of a block by break, continue or raise."""

    def __init__(self, name: str) -> None:
        self.name = name


_BREAK, _CONTINUE, _RAISE = _Leave("break"), _Leave("continue"), _Leave("raise")
_Flow = _Return | _Leave | None


@dataclass(slots=True)
class _Call:
    """One function that is being followed."""

    node_id: int
    scope: ScopeBox
    returns: list[object] = field(default_factory=list)
    yields: list[object] = field(default_factory=list)
    maybe_broken: bool = False


@dataclass(frozen=True, slots=True)
class Followed:
    """What a program does, as far as it could be followed.

    Attributes:
        notes: What a reader should know, such as defaults that were taken for granted.
        values: Chains of layers that were given names.
    """

    events: tuple[Event, ...]
    libraries: Libraries
    unread: tuple[Unread, ...]
    notes: tuple[tuple[Location, str], ...]
    values: tuple[object, ...] = ()


def follow(program: Program) -> Followed:
    """Follow a program from top to bottom, then the functions that it never calls."""
    evaluator = Evaluator()
    for cell in program.cells:
        evaluator.run_cell(cell)
    evaluator.run_uncalled()
    notes = tuple(dict.fromkeys(evaluator.notes))
    return Followed(
        tuple(evaluator.events),
        evaluator.libraries,
        tuple(evaluator.unread),
        notes,
        tuple(evaluator.tensors),
    )


class Evaluator(Expressions):
    """Follows statements and calls."""

    def __init__(self) -> None:
        super().__init__()
        self.cell: int | None = None
        self.events: list[Event] = []
        self.unread: list[Unread] = []
        self.notes: list[tuple[Location, str]] = []
        self.choice = 0
        self.tensors: list[Tensor] = []
        self.libraries = Libraries(self)
        self.module = ScopeBox()
        self.module.data["__name__"] = "__main__"
        self._stars: list[str] = []
        self._calls = [_Call(0, self.module)]
        self._defined: list[tuple[Function, int | None]] = []
        self._classes: list[ClassBox] = []
        self._entered: set[int] = set()
        self._doers: dict[type[ast.stmt], Callable[[Any, ScopeBox], _Flow]] = {
            ast.Assign: self._assign, ast.AnnAssign: self._assign, ast.AugAssign: self._augment,
            ast.Expr: self._expression, ast.Return: self._return, ast.If: self._if,
            ast.For: self._for, ast.AsyncFor: self._for, ast.While: self._while,
            ast.FunctionDef: self._define, ast.AsyncFunctionDef: self._define,
            ast.ClassDef: self._class, ast.With: self._with, ast.AsyncWith: self._with,
            ast.Try: self._try, ast.TryStar: self._try, ast.Import: self._import,
            ast.ImportFrom: self._import_from, ast.Global: self._share, ast.Nonlocal: self._share,
            ast.Delete: self._delete, ast.Match: self._match,
            ast.Raise: lambda node, scope: _RAISE, ast.Break: lambda node, scope: _BREAK,
            ast.Continue: lambda node, scope: _CONTINUE, ast.Pass: lambda node, scope: None,
        }  # fmt: skip

    @property
    def place(self) -> Location:
        """Where the evaluator is."""
        return Location(self.line, self.cell)

    def note(self, text: str) -> None:
        """Keep something that a reader should know."""
        self.notes.append((self.place, text))

    def emit(self, event: Event) -> None:
        """Keep something that the code does."""
        if len(self.events) < 20_000:
            self.events.append(event)

    # Programs.

    def run_cell(self, cell: Cell) -> None:
        """Follow the statements of one cell."""
        self.cell = cell.number
        for node in cell.tree.body:
            self._guarded(node, lambda node=node: self._run([node], self.module))  # type: ignore[misc]

    def run_uncalled(self) -> None:
        """Follow functions and classes that nothing calls, their parameters unknown."""
        for kind in self._classes:  # Grows while it is walked.
            self._guarded(kind.node, lambda kind=kind: self._visit_class(kind))  # type: ignore[misc]
        for function, cell in self._defined:
            if id(function.body) in self._entered or function.owner is not None:
                continue
            self.cell = cell
            self._guarded(function.body[0], lambda f=function: self._visit(f))  # type: ignore[misc]

    def _visit_class(self, kind: ClassBox) -> None:
        methods = [f for f in kind.data.values() if isinstance(f, Function)]
        fresh = [f for f in methods if id(f.body) not in self._entered]
        if not fresh or kind.is_enum:
            return
        node = kind.node or ast.Pass()
        owner = self._instance(kind, Arguments(open="the arguments of " + kind.name), node)
        for method in fresh:
            if id(method.body) not in self._entered:
                bound = self.attribute(owner, method.name, node)
                if isinstance(bound, Function):
                    self._visit(bound)

    def _visit(self, function: Function) -> None:
        before = len(self.events)
        self._enter(function, Arguments(), ast.Pass(), uncalled=True)
        used = any(e.action is not Action.NAME for e in self.events[before:])
        if used and (function.defaults or any(d is not MISSING for d in function.keyword_defaults)):
            self.line = getattr(function.body[0], "lineno", self.line)
            self.note(
                f"{function.name}() is not called here; its parameters are read at their defaults"
            )

    def _guarded(self, node: ast.AST | None, work: Callable[[], object]) -> None:
        try:
            work()
        except TooMuchError:
            self._give_up(node, "the code does more than can be followed")
            raise_limit = self.steps + 4_000
            self.max_steps = max(self.max_steps, min(raise_limit, 80_000))
        except (RecursionError, MemoryError):
            self._give_up(node, "the code is nested too deeply")

    def _give_up(self, node: ast.AST | None, why: str) -> None:
        self.memory.forget_branches()
        self._calls = [_Call(0, self.module)]
        line = getattr(node, "lineno", self.line)
        self.unread.append(Unread(Location(line, self.cell), "the rest of this statement", why))
        for scope in [self.module]:
            for name in _assigned(node):
                scope.data[name] = Unknown(name, why)

    # Statements.

    def _run(self, body: Sequence[ast.stmt], scope: ScopeBox) -> _Flow:
        for i, node in enumerate(body):
            self.spend()
            self.line = node.lineno
            if isinstance(node, ast.If):
                flow, ended = self._if_in(node, body[i + 1 :], scope)
                if ended:
                    return flow
            else:
                doer = self._doers.get(type(node))
                flow = doer(node, scope) if doer else None
            if flow is not None:
                return flow
        return None

    def _followed(self, body: Sequence[ast.stmt], scope: ScopeBox) -> tuple[_Flow, Branch]:
        """Follow a block and take its changes back."""
        self.memory.begin()
        flow = self._run(body, scope)
        return flow, self.memory.end()

    def _if(self, node: ast.If, scope: ScopeBox) -> _Flow:
        return self._if_in(node, (), scope)[0]

    def _if_in(self, node: ast.If, rest: Sequence[ast.stmt], scope: ScopeBox) -> tuple[_Flow, bool]:
        """Follow an if; where one branch leaves, the rest of the block belongs to the other.

        Returns:
            The flow, and whether `rest` has been followed.
        """
        truth = self.truth(self.value(node.test, scope))
        if truth is not None:
            return self._run(node.body if truth else node.orelse, scope), False
        one, first = self._followed(node.body, scope)
        two, second = self._followed(node.orelse, scope)
        if one is _RAISE or two is _RAISE:
            self.memory.take(second if one is _RAISE else first)
            return (two, False) if one is _RAISE else (one, False)
        if one is None and two is None:
            self.memory.take_one_of([first, second])
            return None, False
        if one is not None and two is not None:
            self.memory.take_one_of([first, second])
            return self._either_flow(one, two), False
        left, leaves, stays = (one, first, second) if one is not None else (two, second, first)
        self._maybe(left)
        self.memory.begin()
        self.memory.take(stays)
        flow = self._run(rest, scope)
        others = self.memory.end()
        if isinstance(left, _Return):
            leaves.after.pop(id(scope), None)
            if id(scope) in others.after:
                leaves.after[id(scope)] = others.after[id(scope)]
        if flow is _RAISE:
            self.memory.take(leaves)
            return left, True
        self.memory.take_one_of([leaves, others])
        return flow, True

    def _either_flow(self, one: _Flow, two: _Flow) -> _Flow:
        if isinstance(one, _Return) and isinstance(two, _Return):
            return _Return(merged([one.value, two.value], "the result"))
        for flow in (one, two):
            self._maybe(flow)
        return one if isinstance(two, _Return) else two

    def _maybe(self, flow: _Flow) -> None:
        """Keep that a block may have been left here."""
        if isinstance(flow, _Return):
            self._calls[-1].returns.append(flow.value)
        elif flow is _BREAK:
            self._calls[-1].maybe_broken = True

    def _expression(self, node: ast.Expr, scope: ScopeBox) -> _Flow:
        value = self.value(node.value, scope)
        if isinstance(node.value, ast.Yield | ast.YieldFrom):
            self._yielded(node.value, scope)
        return _RAISE if isinstance(value, Unknown) and value.text in _ENDS else None

    def _yielded(self, node: ast.Yield | ast.YieldFrom, scope: ScopeBox) -> None:
        value = self.value(node.value, scope) if node.value else None
        self._calls[-1].yields.append(value)

    def _return(self, node: ast.Return, scope: ScopeBox) -> _Flow:
        return _Return(self.value(node.value, scope) if node.value else None)

    def _assign(self, node: ast.Assign | ast.AnnAssign, scope: ScopeBox) -> _Flow:
        if node.value is None:
            return None
        value = self.value(node.value, scope)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            self.bind(target, value, scope)
        return None

    def _augment(self, node: ast.AugAssign, scope: ScopeBox) -> _Flow:
        before = self.value(_loaded(node.target), scope)
        value = self.value(node.value, scope)
        if isinstance(before, ListBox) and isinstance(node.op, ast.Add):
            items = self.listed(value)
            self.memory.touch(before)
            if items is None:
                before.open = True
            else:
                self.spend(len(items) // 8)
                before.data += items
            return None
        if isinstance(before, DictBox) and isinstance(node.op, ast.BitOr):
            self.update(before, value)
            return None
        self.bind(node.target, self.binary(node.op, before, value, node), scope)
        return None

    def bind(self, target: ast.expr, value: object, scope: ScopeBox) -> None:
        """Assign a value to a target."""
        match target:
            case ast.Name(id=name):
                self._set(name, value, scope)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                self._unpack(parts, value, scope)
            case ast.Starred(value=inner):
                self.bind(inner, value, scope)
            case ast.Attribute(value=owner, attr=name):
                box = self.value(owner, scope)
                if isinstance(box, ObjectBox | ClassBox):
                    self.put(box, name, value)
                self.named(f"{text_of(owner)}.{name}", value)
            case ast.Subscript(value=owner, slice=key):
                box = self.value(owner, scope)
                where = self._key(key, scope)
                if isinstance(box, Unknown):
                    for option in box.options:
                        if isinstance(option, Box) and not isinstance(option, StackBox):
                            self.forget(option)
                if isinstance(box, Box) and not isinstance(box, StackBox):
                    self.put(box, where, value)
                self.named(shown_key(where), value)

    def _set(self, name: str, value: object, scope: ScopeBox) -> None:
        if isinstance(value, Unknown) and "(" in value.text and value.text != name:
            why = value.why or f"it is {value.text[:80]}"
            value = Unknown(name, why, value.options)
        holder = scope.shared.get(name, scope)
        self.memory.touch(holder)
        holder.data[name] = value
        if isinstance(value, Tensor) and len(self.tensors) < 1_000:
            self.tensors.append(value)
        self.named(name, value)

    def named(self, name: str, value: object) -> None:
        """Keep the name that a dataset is given."""
        for data in value if isinstance(value, tuple) else (value,):
            if isinstance(data, DataSet) or (isinstance(data, Unknown) and data.options):
                self.emit(Event(Action.NAME, self.place, data, name=name))

    def _unpack(self, parts: Sequence[ast.expr], value: object, scope: ScopeBox) -> None:
        items = self._unpacked(parts, value)
        star = next((i for i, p in enumerate(parts) if isinstance(p, ast.Starred)), None)
        if items is not None and star is not None and len(items) >= len(parts) - 1:
            tail = len(parts) - star - 1
            middle = ListBox(items[star : len(items) - tail])
            items = [*items[:star], middle, *items[len(items) - tail :]]
        if items is None or len(items) != len(parts):
            items = [Unknown(text_of(part)) for part in parts]
        for part, item in zip(parts, items, strict=True):
            self.bind(part, item, scope)

    def _unpacked(self, parts: Sequence[ast.expr], value: object) -> list[object] | None:
        if isinstance(value, Unknown) and value.options:
            columns = [self._unpacked(parts, v) for v in value.options]
            if all(c is not None and len(c) == len(parts) for c in columns):
                return [merged(list(c), "item") for c in zip(*columns, strict=True)]  # type: ignore[arg-type]
            return None
        if isinstance(value, Stream):
            return [value.item] * len(parts)
        known = self.libraries.unpacked(value, len(parts))
        return known if known is not None else self.listed(value)

    def _with(self, node: ast.With | ast.AsyncWith, scope: ScopeBox) -> _Flow:
        for item in node.items:
            value = self.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, scope)
        return self._run(node.body, scope)

    def _try(self, node: ast.Try, scope: ScopeBox) -> _Flow:
        flow, body = self._followed([*node.body, *node.orelse], scope)
        branches = [body]
        handlers = [] if _only_imports(node) else node.handlers
        left_by_all = True
        for handler in handlers:
            self.memory.begin()
            if handler.name:
                self._set(handler.name, Unknown(handler.name), scope)
            ended = self._run(handler.body, scope)
            branch = self.memory.end()
            if ended is _RAISE:
                continue
            branches.append(branch)
            left_by_all &= ended is not None
            self._maybe(ended)
        if flow is _RAISE and len(branches) > 1:
            branches, flow = branches[1:], None
        elif flow is not None and len(branches) > 1 and not left_by_all:
            self._maybe(flow)
            flow = None
        self.memory.take_one_of(branches)
        ended = self._run(node.finalbody, scope)
        return ended if ended is not None else flow

    def _match(self, node: ast.Match, scope: ScopeBox) -> _Flow:
        subject = self.value(node.subject, scope)
        flows: list[_Flow] = []
        branches: list[Branch] = []
        for case in node.cases:
            fits = self._fits(case, subject, scope)
            if fits is False:
                continue
            if fits is True and not branches:
                return self._run(case.body, scope)
            flow, branch = self._followed(case.body, scope)
            if flow is not _RAISE:
                flows.append(flow)
                branches.append(branch)
                self._maybe(flow)
            if fits is True:
                break
        else:
            branches.append(Branch({}))
        self.memory.take_one_of(branches)
        return flows[0] if flows and all(f is not None for f in flows) else None

    def _fits(self, case: ast.match_case, subject: object, scope: ScopeBox) -> bool | None:
        if case.guard is not None:
            return None
        match case.pattern:
            case ast.MatchAs(pattern=None, name=name):
                if name:
                    self._set(name, subject, scope)
                return True
            case ast.MatchValue(value=value):
                pattern = self.value(value, scope)
                if is_scalar(pattern) and is_scalar(subject):
                    return pattern == subject
            case ast.MatchOr(patterns=patterns):
                fits = [self._fits(ast.match_case(p, None, []), subject, scope) for p in patterns]
                return True if True in fits else None if None in fits else False
        return None

    def _delete(self, node: ast.Delete, scope: ScopeBox) -> _Flow:
        for target in node.targets:
            if isinstance(target, ast.Name):
                holder = scope.shared.get(target.id, scope)
                self.memory.touch(holder)
                holder.data.pop(target.id, None)
            elif isinstance(target, ast.Subscript | ast.Attribute):
                box = self.value(target.value, scope)
                key = (
                    self._key(target.slice, scope)
                    if isinstance(target, ast.Subscript)
                    else target.attr
                )
                self.remove(box, key)
        return None

    def remove(self, box: object, key: object) -> None:
        """Delete an item of a box."""
        if isinstance(box, ListBox | DictBox | ObjectBox | ClassBox):
            self.memory.touch(box)
            try:
                del box.data[key]  # type: ignore[arg-type,call-overload]
            except (KeyError, IndexError, TypeError):
                if not is_scalar(key):
                    self.forget(box)

    def _share(self, node: ast.Global | ast.Nonlocal, scope: ScopeBox) -> _Flow:
        for name in node.names:
            if isinstance(node, ast.Global):
                scope.shared[name] = self.module
            elif scope.outer is not None:
                scope.shared[name] = scope.outer.holder(name) or scope.outer
        return None

    # Loops.

    def _for(self, node: ast.For | ast.AsyncFor, scope: ScopeBox) -> _Flow:
        source = self.value(node.iter, scope)
        self.iterated(source, node.iter)
        items = self.listed(source)
        if items is not None and len(items) <= MAX_ROUNDS:
            flow = self._rounds_of(node, items, scope)
        else:
            typical = self.typical(source, node.target)
            once = isinstance(source, Stream | DataSet) or bool(items)
            flow = self._loop(
                node, scope, lambda: self.bind(node.target, typical, scope), once=once
            )
        if flow is _BREAK:
            return None
        return flow if flow is not None else self._run(node.orelse, scope)

    def _rounds_of(
        self, node: ast.For | ast.AsyncFor, items: Iterable[object], scope: ScopeBox
    ) -> _Flow:
        maybe_broken = False
        for item in items:
            if maybe_broken:
                self.memory.begin()
            self.bind(node.target, item, scope)
            outer = self._calls[-1].maybe_broken
            flow = self._run(node.body, scope)
            if maybe_broken:
                self.memory.take_one_of([Branch({}), self.memory.end()])
            maybe_broken |= self._calls[-1].maybe_broken
            self._calls[-1].maybe_broken = outer
            if flow is not None and flow is not _CONTINUE:
                return flow
        return None

    def _loop(
        self, node: ast.For | ast.AsyncFor | ast.While, scope: ScopeBox,
        start: Callable[[], object], *, once: bool,
    ) -> _Flow:  # fmt: skip
        """Follow a loop whose rounds are not known: what changes in it is unknown within it."""
        events, notes = len(self.events), len(self.notes)
        self.memory.begin()
        start()
        self._run(node.body, scope)
        first = self.memory.end()
        del self.events[events:], self.notes[notes:]
        self.memory.take_one_of([Branch({}), first])
        self.memory.begin()
        start()
        flow = self._run(node.body, scope)
        second = self.memory.end()
        if once:
            self.memory.take(second)
        else:
            self.memory.take_one_of([Branch({}), second])
        if isinstance(flow, _Return):
            self._maybe(flow)
        return None

    def _while(self, node: ast.While, scope: ScopeBox) -> _Flow:
        for _ in range(8):
            truth = self.truth(self.value(node.test, scope))
            if truth is False:
                return self._run(node.orelse, scope)
            if truth is None or isinstance(node.test, ast.Constant):
                break
            flow = self._run(node.body, scope)
            if flow is _BREAK:
                return None
            if flow is not None and flow is not _CONTINUE:
                return flow
        once = isinstance(node.test, ast.Constant)
        self._loop(node, scope, lambda: self.value(node.test, scope), once=once)
        return None

    # Definitions and imports.

    def made_function(self, node: ast.AST, name: str, scope: ScopeBox) -> Function:
        """Return the function that a def or lambda makes."""
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        body = node.body if isinstance(node.body, list) else [_returning(node.body)]
        yields = any(isinstance(n, ast.Yield | ast.YieldFrom) for s in body for n in _walk(s))
        return Function(
            name, node.args, body, scope,
            tuple(self.value(d, scope) for d in node.args.defaults),
            tuple(self.value(d, scope) if d else MISSING for d in node.args.kw_defaults),
            MISSING, None, yields,
        )  # fmt: skip

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: ScopeBox) -> _Flow:
        decorators = tuple(self.value(d, scope) for d in node.decorator_list)
        plain = self.made_function(node, node.name, scope)
        function = Function(
            plain.name, plain.arguments, plain.body, plain.scope, plain.defaults,
            plain.keyword_defaults, MISSING, None, plain.generator, decorators,
        )  # fmt: skip
        if not any(function.body is f.body for f, _ in self._defined):
            self._defined.append((function, self.cell))
        value: object = function
        for decorator in reversed(decorators):
            if isinstance(decorator, Function | Partial):
                value = self.call(decorator, Arguments((value,)), node)
        if isinstance(value, Unknown):
            value = function
        self._set(node.name, value, scope)
        return None

    def _class(self, node: ast.ClassDef, scope: ScopeBox) -> _Flow:
        bases = tuple(self.value(b, scope) for b in node.bases)
        decorators = tuple(self.value(d, scope) for d in node.decorator_list)
        kind = ClassBox(node.name, bases, decorators, node)
        inner = ScopeBox(scope)
        self._run(node.body, inner)
        for name, value in inner.data.items():
            if isinstance(value, Function) and value.owner is None:
                value = Function(
                    value.name, value.arguments, value.body, scope, value.defaults,
                    value.keyword_defaults, MISSING, kind, value.generator, value.decorators,
                )  # fmt: skip
            kind.data[name] = value
        bodies = [f.body for f in kind.data.values() if isinstance(f, Function)]
        self._defined = [
            (f, cell) for f, cell in self._defined if not any(f.body is b for b in bodies)
        ]
        if all(kind.node is not k.node for k in self._classes):
            self._classes.append(kind)
        self._set(node.name, kind, scope)
        return None

    def _import(self, node: ast.Import, scope: ScopeBox) -> _Flow:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self._set(name, Ref(alias.name if alias.asname else name), scope)
        return None

    def _import_from(self, node: ast.ImportFrom, scope: ScopeBox) -> _Flow:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name != "*":
                self._set(alias.asname or alias.name, Ref(f"{module}.{alias.name}"), scope)
            elif module.partition(".")[0] in KNOWN_ROOTS:
                self._stars.append(module)
            else:
                self.forget(self.module)
        return None

    def unresolved(self, name: str) -> object:
        """Return what a name that the code does not set stands for."""
        for module in reversed(self._stars):
            known = self.libraries.knows(f"{module}.{name}")
            if known:
                return Ref(f"{module}.{name}")
        if name in BARE_NAMES:
            return Ref(BARE_NAMES[name], imported=False)
        return Unknown(name, UNKNOWN_NAMES.get(name, "no line of the code sets it"))

    # Calls.

    def call_node(self, node: ast.Call, scope: ScopeBox) -> object:
        """Evaluate a call."""
        function = self.value(node.func, scope)
        given = self._arguments(node, scope)
        line, self.line = self.line, node.lineno
        if isinstance(function, Ref) and function.name in ("builtins.globals", "builtins.locals"):
            return self.module
        if isinstance(function, Ref) and function.name == "builtins.super":
            return self._super(given)
        shuffled = self.libraries.splits.shuffled_in_place(function, given, node)
        if shuffled is not MISSING and node.args:
            self.bind(node.args[0], shuffled, scope)
            self.line = line
            return None
        value = self.call(function, given, node)
        self.line = line
        return value

    def _super(self, given: Arguments) -> object:
        scope = self._calls[-1].scope
        owner = next(iter(scope.data.values()), None)
        bases = scope.data.get("__class__")
        if isinstance(owner, ObjectBox) and isinstance(bases, ClassBox):
            known = [b for b in bases.bases if isinstance(b, ClassBox)]
            parent = ClassBox("super", tuple(known), ())
            view = ObjectBox(parent)
            view.data = owner.data
            return view
        return Unknown("super()")

    def _arguments(self, node: ast.Call, scope: ScopeBox) -> Arguments:
        names: dict[str, object] = {}
        sources: dict[str, ast.expr] = {}
        is_open = ""
        places, more = self._items(node.args, scope)
        if more:
            is_open = next(text_of(a) for a in node.args if isinstance(a, ast.Starred))
        for keyword in node.keywords:
            value = self.value(keyword.value, scope)
            if keyword.arg is not None:
                names[keyword.arg], sources[keyword.arg] = value, keyword.value
            elif isinstance(value, DictBox | ObjectBox):
                names |= {str(k): v for k, v in value.data.items()}
                if value.open:
                    is_open = "**" + text_of(keyword.value)
            else:
                is_open = "**" + text_of(keyword.value)
        sources |= {f"#{i}": a for i, a in enumerate(node.args)}
        return Arguments(tuple(places), names, sources, is_open)

    def call(self, function: object, given: Arguments, node: ast.AST) -> object:
        """Call a value."""
        self.spend()
        match function:
            case Function():
                return self._enter(function, given, node)
            case ClassBox():
                return self._instance(function, given, node)
            case Partial(function=inner, places=places, names=names):
                whole = Arguments(
                    (*places, *given.places), {**dict(names), **given.names}, given.sources,
                    given.open,
                )  # fmt: skip
                return self.call(inner, whole, node)
            case Unknown(options=options) if options:
                return self._call_one_of(options, given, node)
            case ObjectBox(kind=ClassBox() as kind) if isinstance(kind.find("__call__"), Function):
                return self.call(self.attribute(function, "__call__", node), given, node)
        known = self.libraries.call(function, given, node)
        if known is not MISSING:
            return known
        if isinstance(function, Unknown) or (isinstance(function, Ref) and is_foreign(function)):
            self._escape(given)
        text = function.name if isinstance(function, Ref) else ""
        return Unknown(text if text in _ENDS else text_of(node))

    def _escape(self, given: Arguments) -> None:
        """Take what an unknown function gets as changed by it."""
        for value in (*given.places, *given.names.values()):
            if isinstance(value, ListBox | DictBox) or (
                isinstance(value, ObjectBox) and value.kind is None
            ):
                self.forget(value)

    def _call_one_of(self, options: Sequence[object], given: Arguments, node: ast.AST) -> object:
        self.choice += 1
        values, branches = [], []
        for option in options:
            self.memory.begin()
            values.append(self.call(option, given, node))
            branches.append(self.memory.end())
        self.memory.take_one_of(branches)
        return merged(values, text_of(node))

    def _instance(self, kind: ClassBox, given: Arguments, node: ast.AST) -> object:
        if kind.is_enum:
            members = self.listed(kind) or []
            wanted = given.get(0, "value")
            return next(
                (m for m in members if same(getattr(m, "value", None), wanted)),
                Unknown(text_of(node)),
            )
        owner = ObjectBox(kind)
        self.libraries.fill_dataclass(owner, kind, given)
        init = kind.find("__init__")
        if isinstance(init, Function):
            bound = self.attribute(owner, "__init__", node)
            if isinstance(bound, Function):
                self._enter(bound, given, node)
        return owner

    def _enter(
        self, function: Function, given: Arguments, node: ast.AST, *, uncalled: bool = False
    ) -> object:
        """Follow a function of the code with these arguments."""
        key = id(function.body)
        self._entered.add(key)
        if len(self._calls) >= MAX_DEPTH or sum(c.node_id == key for c in self._calls) > 1:
            return Unknown(f"{function.name}(...)", "the call is nested too deeply to follow")
        scope = ScopeBox(function.scope)
        self._bind_arguments(function, given, scope, uncalled=uncalled)
        if function.owner is not None:
            scope.data["__class__"] = function.owner
        call = _Call(key, scope)
        self._calls.append(call)
        cell, line = self.cell, self.line
        try:
            flow = self._run(function.body, scope)
        finally:
            if self._calls and self._calls[-1] is call:
                self._calls.pop()
            self.cell, self.line = cell, line
        if function.generator:
            items = call.yields
            return Stream(items[0], function.name) if len(items) == 1 else _opened(items)
        values = [*call.returns, *([flow.value] if isinstance(flow, _Return) else [])]
        if not values:
            return None
        if flow is None and call.returns:
            values.append(None)
        return values[0] if len(values) == 1 else merged(values, f"{function.name}(...)")

    def _bind_arguments(
        self, function: Function, given: Arguments, scope: ScopeBox, *, uncalled: bool
    ) -> None:
        spec = function.arguments
        places = list(given.places)
        if function.bound is not MISSING:
            places.insert(0, function.bound)
        asked = [a.arg for a in (*spec.posonlyargs, *spec.args)]
        defaults = dict(
            zip(asked[len(asked) - len(function.defaults) :], function.defaults, strict=True)
        )
        only = [a.arg for a in spec.kwonlyargs]
        defaults |= {
            n: d for n, d in zip(only, function.keyword_defaults, strict=True) if d is not MISSING
        }
        why = (
            f"it is a parameter of {function.name}(), which is not called here"
            if uncalled
            else f"it is a parameter of {function.name}() that the call leaves out"
        )
        options = self.libraries.options_of(function)
        names = dict(given.names)
        for i, name in enumerate([*asked, *only]):
            if i < len(places) and i < len(asked):
                value = places[i]
            elif name in names:
                value = names.pop(name)
            elif given.open:
                value = Unknown(name, f"it comes from {given.open}")
            elif name in options:
                value = options[name]
            else:
                value = defaults.get(name, Unknown(name, why))
            scope.data[name] = value
            self.named(name, value)
        if spec.vararg is not None:
            rest = tuple(places[len(asked) :])
            scope.data[spec.vararg.arg] = Unknown(spec.vararg.arg, why) if uncalled else rest
        if spec.kwarg is not None:
            box = DictBox({k: v for k, v in names.items() if k not in asked and k not in only})
            box.open = bool(given.open) or uncalled
            scope.data[spec.kwarg.arg] = box

    # What libraries know.

    def attribute_of(self, owner: object, name: str, node: ast.AST) -> object:
        """Return an attribute of a library's object, or MISSING."""
        return self.libraries.attribute(owner, name, node)

    def item_of(self, owner: object, key: object, node: ast.AST) -> object:
        """Return an item of a library's object, or MISSING."""
        return self.libraries.item(owner, key, node)

    def iterated(self, value: object, node: ast.AST) -> None:
        """Hear that a value is iterated over."""
        if isinstance(value, DataSet):
            self.emit(Event(Action.ITERATE, self.place, value))


def shown_key(key: object) -> str:
    """Return a key of a dict as the name that its item has."""
    return key if isinstance(key, str) else ""


def _opened(items: list[object]) -> ListBox:
    box = ListBox(items)
    return box


def _loaded(target: ast.expr) -> ast.expr:
    """Return a target of an augmented assignment as an expression."""
    return target


def _returning(body: ast.expr) -> ast.Return:
    node = ast.Return(body)
    return ast.copy_location(node, body)


def _walk(node: ast.AST) -> Iterable[ast.AST]:
    """Walk a statement without entering functions within it."""
    yield node
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _walk(inner)


def _assigned(node: ast.AST | None) -> list[str]:
    if node is None:
        return []
    return [
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    ]


def _only_imports(node: ast.Try) -> bool:
    """Tell whether a try is about imports: its handlers are for versions of libraries."""
    names = [text_of(h.type) for h in node.handlers if h.type is not None]
    caught = bool(names) and len(names) == len(node.handlers) and all(
        any(w in n for w in _IMPORT_ERRORS) for n in names
    )  # fmt: skip
    return caught or all(isinstance(s, ast.Import | ast.ImportFrom | ast.Pass) for s in node.body)
