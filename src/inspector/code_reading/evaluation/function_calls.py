"""Calls of the code's own functions and classes: arguments, scopes, results."""

import ast
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Final

from inspector.code_reading.evaluation.expressions import Expressions
from inspector.code_reading.evaluation.file_values import (
    collected_files,
    files_of,
    held_dataset,
    typical_image,
)
from inspector.code_reading.evaluation.frames import Flow, FunctionCall, Return
from inspector.code_reading.evaluation.libraries import Libraries
from inspector.code_reading.evaluation.names import BARE_NAMES, UNKNOWN_NAMES, is_foreign
from inspector.code_reading.evaluation.objects import Action, DataSet, Event, StreamValue, Tensor
from inspector.code_reading.evaluation.torch.training_loops import TrainingLoops
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import (
    MISSING,
    Arguments,
    ClassBox,
    DictBox,
    Function,
    ListBox,
    Method,
    ObjectBox,
    Partial,
    Ref,
    ScopeBox,
    Unknown,
    ValueBox,
    merged,
    same,
)
from inspector.code_reading.program import CodePlace, Unread

MAX_DEPTH: Final = 14
"""Depth of nested calls."""


DICT: Final = "builtins.dict"
ENDS: Final = ("sys.exit", "builtins.exit", "builtins.quit", "os._exit", "os.abort")


class FunctionCalls(Expressions):
    """Follows calls; a subclass adds statements."""

    def __init__(self) -> None:
        super().__init__()
        self.cell: int | None = None
        self.events: list[Event] = []
        self.unread: list[Unread] = []
        self.notes: list[tuple[CodePlace, str]] = []
        self.choice = 0
        self.tensors: list[Tensor] = []
        self.loops = TrainingLoops()
        self.libraries = Libraries(self)
        self.module = ScopeBox()
        self.module.data["__name__"] = "__main__"
        self._stars: list[str] = []
        self._calls = [FunctionCall(0, self.module)]
        self._defined: list[tuple[Function, int | None]] = []
        self._classes: list[ClassBox] = []
        self._entered: set[int] = set()

    @property
    def place(self) -> CodePlace:
        """The evaluator's current position."""
        return CodePlace(self.line, self.cell)

    def collected(self, value: object, node: ast.AST) -> object:
        """Return the files that a list was made of in a loop over them, or None."""
        return collected_files(self, value, node)

    def note(self, text: str) -> None:
        """Record a note for the reader."""
        self.notes.append((self.place, text))

    def emit(self, event: Event) -> None:
        """Record an event."""
        if len(self.events) < 20_000:
            self.events.append(event if self.exact is None else self.exact.seen(event))

    def _set(self, name: str, value: object, scope: ScopeBox) -> None:
        if isinstance(value, Unknown) and "(" in value.text and value.text != name:
            why = value.why or f"it is {value.text[:80]}"
            value = Unknown(name, why, value.options, value.method, value.draw, value.origin)
        holder = scope.shared.get(name, scope)
        self.memory.touch(holder)
        holder.data[name] = value
        if isinstance(value, Tensor) and len(self.tensors) < 1_000:
            self.tensors.append(value)
        if self.libraries.images is not None:
            self.libraries.images.named(name, value)
        self.named(name, value)

    def named(self, name: str, value: object, *, parameter: bool = False) -> None:
        """Record the name that a dataset is assigned to, or that a parameter has."""
        for data in value if isinstance(value, tuple) else (value,):
            held = held_dataset(data)
            if isinstance(held, DataSet) or (isinstance(held, Unknown) and held.options):
                options: dict[str, object] = {"parameter": True} if parameter else {}
                if isinstance(value, tuple):
                    options["several"] = True
                self.emit(Event(Action.NAME, self.place, held, name=name, options=options))

    def trained_on(self, data: DataSet | None = None) -> None:
        """Keep that a step of training reads a dataset: the one of the innermost loop."""
        if data is None and self.loops.reads_nothing:
            lost = Unknown("the training loop", "what it goes through is not followed")
            self.emit(Event(Action.FIT, self.place, lost))
            return
        certain = self.loops.trained_on(data)
        if certain is not None:
            carried = {"carried": True} if self.loops.carries_weights else {}
            self.emit(Event(Action.FIT, self.place, certain, options=dict(carried)))

    def made_function(self, node: ast.AST, name: str, scope: ScopeBox) -> Function:
        """Return the function of a def or lambda."""
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        body = node.body if isinstance(node.body, list) else [_returning(node.body)]
        yields = any(isinstance(n, ast.Yield | ast.YieldFrom) for s in body for n in _walk(s))
        return Function(
            name, node.args, body, scope,
            tuple(self.value(d, scope) for d in node.args.defaults),
            tuple(self.value(d, scope) if d else MISSING for d in node.args.kw_defaults),
            MISSING, None, yields,
        )  # fmt: skip

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: ScopeBox) -> Flow:
        decorators = tuple(self.value(d, scope) for d in node.decorator_list)
        plain = self.made_function(node, node.name, scope)
        function = Function(
            plain.name, plain.arguments, plain.body, plain.scope, plain.defaults,
            plain.keyword_defaults, MISSING, None, plain.generator, decorators,
        )  # fmt: skip
        if not any(function.body is f.body for f, _ in self._defined):
            self._defined.append((function, self.cell))
        self._set(node.name, self._decorated(function, decorators, node), scope)
        return None

    def _decorated(self, defined: object, decorators: Sequence[object], node: ast.stmt) -> object:
        """Return a function or class after the code's own decorators."""
        value = defined
        for decorator in reversed(decorators):
            known = isinstance(decorator, Partial) and isinstance(defined, Function)
            if known or isinstance(decorator, Function):
                value = self.call(decorator, Arguments((value,)), node)
        return defined if isinstance(value, Unknown) else value

    def _class(self, node: ast.ClassDef, scope: ScopeBox) -> Flow:
        bases = tuple(self.value(b, scope) for b in node.bases)
        decorators = tuple(self.value(d, scope) for d in node.decorator_list)
        kind = ClassBox(node.name, bases, decorators, node)
        inner = ScopeBox(scope)
        self._run(node.body, inner)
        for name, value in inner.data.items():
            method = isinstance(value, Function) and value.owner is None
            kind.data[name] = _owned(value, kind, scope) if method else value
        bodies = [f.body for f in kind.data.values() if isinstance(f, Function)]
        self._defined = [
            (f, cell) for f, cell in self._defined if not any(f.body is b for b in bodies)
        ]
        if all(kind.node is not k.node for k in self._classes):
            self._classes.append(kind)
        self._set(node.name, self._decorated(kind, decorators, node), scope)
        return None

    def unresolved(self, name: str) -> object:
        """Return the value of a name that the code does not set."""
        for module in reversed(self._stars):
            known = self.libraries.knows(f"{module}.{name}")
            if known:
                usual = BARE_NAMES.get(name, "")
                mine = usual.partition(".")[0] == module.partition(".")[0]
                return Ref(usual if usual and not mine else f"{module}.{name}")
        if name in BARE_NAMES:
            return Ref(BARE_NAMES[name], imported=False)
        return Unknown(name, UNKNOWN_NAMES.get(name, "no line of the code sets it"))

    def call_node(self, node: ast.Call, scope: ScopeBox) -> object:
        """Evaluate a call."""
        function = self.value(node.func, scope)
        given = self._arguments(node, scope)
        line, self.line = self.line, node.lineno
        if isinstance(function, Ref) and function.name in ("builtins.globals", "builtins.locals"):
            return self.module
        if isinstance(function, Ref) and function.name == "builtins.super":
            return self._super(given)
        changed = self._changed_in_place(function, given, node)
        if changed is not MISSING and isinstance(node.func, ast.Attribute):
            self.rebind(function.owner if isinstance(function, Method) else None, changed)
            self.bind(node.func.value, changed, scope)
            self.line = line
            return Unknown(text_of(node)) if node.func.attr == "pop" else None
        known = self.exact is not None and isinstance(given.get(0, "x"), ListBox)
        shuffled = (
            MISSING if known else self.libraries.splits.shuffled_in_place(function, given, node)
        )
        if shuffled is not MISSING and node.args:
            self.rebind(given.get(0, "x"), shuffled)
            self.bind(node.args[0], shuffled, scope)
            self.line = line
            return None
        value = self.call(function, given, node)
        self.line = line
        return value

    def rebind(self, old: object, new: object) -> None:
        """Give every name of a list that is changed in place its new value."""
        if not isinstance(old, DataSet) or not old.is_list or not isinstance(new, DataSet):
            return
        scopes = [self.module, *(c.scope for c in self._calls)]
        boxes: list[ValueBox] = list(dict.fromkeys(scopes))
        for box in boxes[:2_000]:  # Grows by the boxes of the scopes.
            data: object = box.data
            pairs = data.items() if isinstance(data, dict) else enumerate(data)  # type: ignore[arg-type]
            for key, value in list(pairs)[:2_000]:
                if value is old:
                    self.memory.touch(box)
                    box.data[key] = new  # type: ignore[index]
                inner = isinstance(value, DictBox | ObjectBox | ListBox)
                if inner and len(boxes) < 2_000 and not any(value is b for b in boxes):
                    boxes.append(value)

    def _changed_in_place(self, function: object, given: Arguments, node: ast.Call) -> object:
        """Return the owner of a method after the call; MISSING if it is unchanged."""
        images = self.libraries.images
        changed = MISSING if images is None else images.changed_in_place(function, given, node)
        if changed is MISSING:
            changed = self.libraries.splits.changed_in_place(function, given, node)
        return changed

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
        rest = None
        if is_open and len(node.args) == 1 and isinstance(node.args[0], ast.Starred):
            rest = files_of(self, self.value(node.args[0].value, scope), node)
        return Arguments(tuple(places), names, sources, is_open, rest)

    def call(self, function: object, given: Arguments, node: ast.AST) -> object:
        """Call a value."""
        self.spend()
        match function:
            case Unknown(method=Method() as method):
                known = self.libraries.call(method, given, node)
                if known is MISSING:
                    self._not_modelled(method, given)
                    origin = function.origin or self._origin(given)
                    known = Unknown(text_of(node), function.why, origin=origin)
                return known
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
        return self._unmodelled_call(function, given, node) if known is MISSING else known

    def _unmodelled_call(self, function: object, given: Arguments, node: ast.AST) -> object:
        if isinstance(function, Unknown) or (isinstance(function, Ref) and is_foreign(function)):
            self._escape(given)
        self._not_modelled(function, given)
        text = function.name if isinstance(function, Ref) else ""
        return Unknown(text if text in ENDS else text_of(node), origin=self._origin(given))

    def _not_modelled(self, function: object, given: Arguments) -> None:
        if self.exact is not None:
            self.exact.not_modelled(self, function, given)

    def _origin(self, given: Arguments) -> str:
        """Return the file that the arguments of a call come from, where a program has its files."""
        return "" if self.exact is None else self.exact.origin_of(given)

    def _escape(self, given: Arguments) -> None:
        """Treat everything passed to an unknown function as changed."""
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
            value = given.get(0, "value")
            return next(
                (m for m in members if same(getattr(m, "value", None), value)),
                Unknown(text_of(node)),
            )
        owner = ObjectBox(kind)
        kind.objects = [*kind.objects[-3:], owner]
        self.libraries.fill_dataclass(owner, kind, given)
        init = kind.find("__init__")
        if init is MISSING and any(isinstance(b, Ref) and b.name == DICT for b in kind.bases):
            self.update(owner, given.places[0] if given.places else DictBox())
            owner.data |= given.names
        if isinstance(init, Function):
            bound = self.attribute(owner, "__init__", node)
            if isinstance(bound, Function):
                self._enter(bound, given, node)
        return owner

    def _enter(
        self, function: Function, given: Arguments, node: ast.AST, *, uncalled: bool = False
    ) -> object:
        """Follow one of the code's functions with these arguments."""
        key = id(function.body)
        self._entered.add(key)
        if len(self._calls) >= MAX_DEPTH or sum(c.node_id == key for c in self._calls) > 1:
            return Unknown(f"{function.name}(...)", "the call is nested too deeply to follow")
        scope = ScopeBox(function.scope)
        self._bind_arguments(function, given, scope, uncalled=uncalled)
        if function.owner is not None:
            scope.data["__class__"] = function.owner
        call = FunctionCall(key, scope)
        self._calls.append(call)
        cell, line = self.cell, self.line
        try:
            flow = self._run(function.body, scope)
        finally:
            if self._calls and self._calls[-1] is call:
                self._calls.pop()
            if self.exact is not None:
                self.exact.ended(self, scope)
            self.cell, self.line = cell, line
        if function.generator:
            items = call.yields
            return StreamValue(items[0], function.name) if len(items) == 1 else ListBox(items)
        values = [*call.returns, *([flow.value] if isinstance(flow, Return) else [])]
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
            self.named(name, value, parameter=True)
        if spec.vararg is not None:
            rest = tuple(places[len(asked) :])
            scope.data[spec.vararg.arg] = Unknown(spec.vararg.arg, why) if uncalled else rest
        if spec.kwarg is not None:
            box = DictBox({k: v for k, v in names.items() if k not in asked and k not in only})
            box.open = bool(given.open) or uncalled
            scope.data[spec.kwarg.arg] = box

    def typical(self, source: object, target: ast.AST) -> object:
        """Return a typical item of something that can't be listed."""
        images = self.libraries.images
        item = MISSING if images is None else images.item_of_list(source)
        if item is not MISSING:
            return item
        image = typical_image(source) if images is None and isinstance(source, ListBox) else None
        return super().typical(source, target) if image is None else image

    def image_arithmetic(
        self, sign: ast.operator, one: object, two: object, node: ast.AST
    ) -> object:
        """Return the result of arithmetic with an image, or MISSING."""
        images = self.libraries.images
        return MISSING if images is None else images.binary(sign, one, two, node)

    def attribute_of(self, owner: object, name: str, node: ast.AST) -> object:
        """Return an attribute of a library object, or MISSING."""
        return self.libraries.attribute(owner, name, node)

    def item_of(self, owner: object, key: object, node: ast.AST) -> object:
        """Return an item of a library object, or MISSING."""
        return self.libraries.item(owner, key, node)

    def iterated(self, value: object, node: ast.AST) -> None:
        """Called when a value is iterated over."""
        if isinstance(value, DataSet):
            self.emit(Event(Action.ITERATE, self.place, value))

    @abstractmethod
    def _run(self, body: Sequence[ast.stmt], scope: ScopeBox) -> Flow:
        """Follow a block of statements."""


def _owned(function: object, kind: ClassBox, scope: ScopeBox) -> Function:
    """Return a function of a class body as a method of the class."""
    assert isinstance(function, Function)
    return Function(
        function.name, function.arguments, function.body, scope, function.defaults,
        function.keyword_defaults, MISSING, kind, function.generator, function.decorators,
    )  # fmt: skip


def _returning(body: ast.expr) -> ast.Return:
    node = ast.Return(body)
    return ast.copy_location(node, body)


def _walk(node: ast.AST) -> Iterable[ast.AST]:
    """Walk a statement without entering functions within it."""
    yield node
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _walk(inner)
