"""Follow a program statement by statement as Python would run it, without running it.

A known condition takes one branch. Both branches of an unknown one are followed, and whatever they
disagree on is unknown afterwards. Loops over known items are unrolled up to a limit; other loops
are followed twice, so that what changes between iterations is unknown. Calls of the code's own
functions are followed with their arguments. Steps, depth and sizes are bounded.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from inspector.code_reading.evaluation.control_flow import ControlFlow
from inspector.code_reading.evaluation.file_values import extend
from inspector.code_reading.evaluation.frames import (
    BREAK,
    CONTINUE,
    RAISE,
    Flow,
    FunctionCall,
    Return,
)
from inspector.code_reading.evaluation.function_calls import ENDS
from inspector.code_reading.evaluation.host import ExactFollower
from inspector.code_reading.evaluation.images.image_follower import ImageFollower
from inspector.code_reading.evaluation.images.image_values import ImageValue
from inspector.code_reading.evaluation.libraries import Libraries
from inspector.code_reading.evaluation.names import KNOWN_ROOTS
from inspector.code_reading.evaluation.objects import (
    Action,
    DataSet,
    Event,
    HfParts,
    StackBox,
    StreamValue,
)
from inspector.code_reading.evaluation.torch.training_loops import TrainingLoops
from inspector.code_reading.evaluation.value_access import TooMuchError
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import (
    MISSING,
    Arguments,
    ClassBox,
    DictBox,
    Function,
    ListBox,
    ObjectBox,
    Ref,
    ScopeBox,
    Unknown,
    ValueBox,
    merged,
)
from inspector.code_reading.program import CodeCell, CodePlace, Program, Unread

_DECIDES_CALLS: Final = ("__defaults__", "__kwdefaults__", "__code__", "__globals__", "__wrapped__")
"""Attributes of a function that decide what calling it does."""

_HOLDS_FILES: Final = ("samples", "imgs", "indices", "filenames", "filepaths", "file_paths")
"""Attributes of a dataset that decide its files, if the code sets them."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a program does, as far as it could be followed.

    Attributes:
        answered: Expressions for which an answer was used.
        reached: Number of events before the functions that nothing calls.
        notes: What a reader should know, such as assumed defaults.
        values: Chains of layers that were assigned to names.
    """

    events: tuple[Event, ...]
    libraries: Libraries
    unread: tuple[Unread, ...]
    notes: tuple[tuple[CodePlace, str], ...]
    values: tuple[object, ...] = ()
    reached: int = 0
    answered: frozenset[str] = frozenset()


def follow(
    program: Program, answers: Mapping[str, object] | None = None, *, images: bool = False,
    exact: ExactFollower | None = None,
) -> Followed:  # fmt: skip
    """Follow a program from top to bottom, then the functions that it never calls.

    Args:
        program: The program.
        answers: Values of expressions that the code does not tell, by their source.
        images: True to follow operations on images, too.
        exact: Follows the program on the files of a dataset.
    """
    evaluator = Evaluator()
    if images:
        evaluator.libraries.images = ImageFollower(evaluator)
    evaluator.answers = answers or {}
    if exact is not None:
        evaluator.on_files(exact)
    for cell in program.cells:
        evaluator.run_cell(cell)
    if exact is not None:
        exact.ended(evaluator, evaluator.module)
    reached = len(evaluator.events)
    if exact is None:
        evaluator.run_uncalled()
    notes = tuple(dict.fromkeys(evaluator.notes))
    return Followed(
        tuple(evaluator.events),
        evaluator.libraries,
        tuple(evaluator.unread),
        notes,
        tuple(evaluator.tensors),
        reached,
        frozenset(evaluator.answered),
    )


class Evaluator(ControlFlow):
    """Follows statements and calls."""

    def __init__(self) -> None:
        super().__init__()
        self._doers |= {
            ast.Assign: self._assign, ast.AnnAssign: self._assign, ast.AugAssign: self._augment,
            ast.Expr: self._expression, ast.Return: self._return, ast.If: self._if,
            ast.For: self._for, ast.AsyncFor: self._for, ast.While: self._while,
            ast.FunctionDef: self._define, ast.AsyncFunctionDef: self._define,
            ast.ClassDef: self._class, ast.With: self._with, ast.AsyncWith: self._with,
            ast.Try: self._try, ast.TryStar: self._try, ast.Import: self._import,
            ast.ImportFrom: self._import_from, ast.Global: self._share, ast.Nonlocal: self._share,
            ast.Delete: self._delete, ast.Match: self._match,
            ast.Raise: self._raise, ast.Break: lambda node, scope: BREAK,
            ast.Continue: lambda node, scope: CONTINUE, ast.Pass: lambda node, scope: None,
        }  # fmt: skip

    def on_files(self, exact: ExactFollower) -> None:
        """Follow the program on known files: every round of every loop."""
        self.exact = exact
        self.memory.on_merge = lambda box: exact.merged(box, self.line)
        self.max_steps, self.max_rounds, self.max_items = (
            exact.max_steps, exact.max_rounds, exact.max_rounds
        )  # fmt: skip

    def run_cell(self, cell: CodeCell) -> None:
        """Follow the statements of one cell."""
        self.cell = cell.number
        for node in cell.tree.body:
            self._guarded(node, lambda node=node: self._run([node], self.module))  # type: ignore[misc]

    def run_uncalled(self) -> None:
        """Follow functions and classes that nothing calls, with unknown parameters."""
        for kind in self._classes:  # Grows during the loop.
            self._guarded(kind.node, lambda kind=kind: self._visit_class(kind))  # type: ignore[misc]
        called = {
            n.func.id for f, _ in self._defined for statement in f.body for n in ast.walk(statement)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }  # fmt: skip
        # Functions that others call come last: they are first followed with real arguments.
        order = sorted(self._defined, key=lambda entry: entry[0].name in called)
        for function, cell in order:
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
        # An object that the code creates tells more than one with unknown parameters.
        owner = kind.objects[-1] if kind.objects else self._instance(kind, Arguments(), node)
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
        if self.exact is not None:
            self.exact.broken = True
        self.memory.forget_branches()
        self._calls = [FunctionCall(0, self.module)]
        self.loops = TrainingLoops()
        line = getattr(node, "lineno", self.line)
        self.unread.append(Unread(CodePlace(line, self.cell), "the rest of this statement", why))
        for scope in [self.module]:
            for name in _assigned(node):
                scope.data[name] = Unknown(name, why)

    def _expression(self, node: ast.Expr, scope: ScopeBox) -> Flow:
        value = self.value(node.value, scope)
        if isinstance(node.value, ast.Yield | ast.YieldFrom):
            self._yielded(node.value, scope)
        return RAISE if isinstance(value, Unknown) and value.text in ENDS else None

    def _yielded(self, node: ast.Yield | ast.YieldFrom, scope: ScopeBox) -> None:
        value = self.value(node.value, scope) if node.value else None
        self._calls[-1].yields.append(value)

    def _return(self, node: ast.Return, scope: ScopeBox) -> Flow:
        return Return(self.value(node.value, scope) if node.value else None)

    def _raise(self, node: ast.Raise, scope: ScopeBox) -> Flow:
        if node.exc is not None:
            self.value(node.exc, scope)
        return RAISE

    def _assign(self, node: ast.Assign | ast.AnnAssign, scope: ScopeBox) -> Flow:
        if node.value is None:
            return None
        value = self.value(node.value, scope)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            self.bind(target, value, scope)
        return None

    def _augment(self, node: ast.AugAssign, scope: ScopeBox) -> Flow:
        before = self.value(node.target, scope)
        value = self.value(node.value, scope)
        array = self.exact is not None and self.exact.is_array(before)
        if isinstance(before, ListBox) and isinstance(node.op, ast.Add) and not array:
            items = self.listed(value)
            self.memory.touch(before)
            if items is None:
                extend(self, before, value, node)
            else:
                self.spend(len(items) // 8)
                before.data += items
            return None
        if isinstance(before, DictBox) and isinstance(node.op, ast.BitOr):
            self.update(before, value)
            return None
        if isinstance(node.target, ast.Subscript) and self._put_in_image(node, value, scope):
            return None
        self.bind(node.target, self.binary(node.op, before, value, node), scope)
        return None

    def _put_in_image(self, node: ast.AugAssign, value: object, scope: ScopeBox) -> bool:
        """Follow `image[..., 0] -= 103.9`; return whether it was an image."""
        target = node.target
        assert isinstance(target, ast.Subscript)
        owner, images = self.value(target.value, scope), self.libraries.images
        if not isinstance(owner, ImageValue) or images is None:
            return False
        after = images.put(owner, self._key(target.slice, scope), node.op, value, node)
        self.bind(target.value, after, scope)
        return True

    def bind(self, target: ast.expr, value: object, scope: ScopeBox) -> None:
        """Assign a value to a target."""
        match target:
            case ast.Name(id=name):
                self._set(name, value, scope)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                self._unpack(parts, value, scope)
            case ast.Starred(value=inner):
                self.bind(inner, value, scope)
            case ast.Attribute():
                self._bind_attribute(target, value, scope)
            case ast.Subscript(value=owner, slice=key):
                where = self._key(key, scope)
                box = self.value(owner, scope)
                if isinstance(box, Unknown | ImageValue) and self.libraries.images is not None:
                    self._bind_image(owner, where, box, value, scope)
                if isinstance(box, HfParts) and isinstance(where, str):
                    self.bind(owner, replace(box, assigned=(*box.assigned, (where, value))), scope)
                if isinstance(box, DataSet) and box.is_list and not box.derived:
                    self._changed_item(box, where, target)
                self._set_item(box, where, value)
                self.named(where if isinstance(where, str) else "", value)

    def _changed_item(self, data: DataSet, where: object, node: ast.Subscript) -> None:
        """Follow `files[0] = other`; a text names a column of a table."""
        if isinstance(where, str) or (isinstance(where, tuple) and isinstance(where[-1], str)):
            return
        text = f"{text_of(node)} = ..."
        self.rebind(data, data.after("filter", text, line=self.line))

    def _bind_attribute(self, target: ast.Attribute, value: object, scope: ScopeBox) -> None:
        owner, name = target.value, target.attr
        box = self.value(owner, scope)
        if isinstance(value, StreamValue) and value.text == "dataloaders":
            data = value.item[0] if isinstance(value.item, tuple) else None
            self.emit(Event(Action.SET, self.place, data, name=name))
        if isinstance(box, Function) and name in _DECIDES_CALLS:
            self._bind_function(owner, box, name, value, scope)
        elif isinstance(box, ObjectBox | ClassBox):
            self.put(box, name, value)
        elif isinstance(box, DataSet):
            whole = isinstance(owner, ast.Attribute) and owner.attr == "dataset"
            text = f"dataset.{name}" if whole else name
            self.emit(Event(Action.SET, self.place, box, name=text))
            if name in _HOLDS_FILES:
                self.bind(owner, box.after("filter", name, line=self.line), scope)
        self.named(f"{text_of(owner)}.{name}", value)

    def _bind_function(
        self, owner: ast.expr, function: Function, name: str, value: object, scope: ScopeBox
    ) -> None:
        """Follow `function.__defaults__ = (1, 2)`; other changes make its calls unknown."""
        spec = function.arguments
        fits = isinstance(value, tuple) and len(value) <= len(spec.posonlyargs) + len(spec.args)
        if name == "__defaults__" and (fits or value is None):
            defaults = value if isinstance(value, tuple) else ()
            self.bind(owner, replace(function, defaults=defaults), scope)
        elif name == "__kwdefaults__" and isinstance(value, DictBox) and not value.open:
            only = tuple(value.data.get(a.arg, MISSING) for a in spec.kwonlyargs)
            self.bind(owner, replace(function, keyword_defaults=only), scope)
        else:
            why = f"the code changes its {name}"
            self.bind(owner, Unknown(f"{function.name}(...)", why), scope)

    def _bind_image(
        self, owner: ast.expr, where: object, box: object, value: object, scope: ScopeBox
    ) -> None:
        """Follow `batch[0] = image`, and `image[...] = value`."""
        images = self.libraries.images
        assert images is not None
        image = images.image_of(value)
        if image is not None:
            self.bind(owner, image, scope)
        elif isinstance(box, ImageValue):
            self.bind(owner, images.put(box, where, None, value, owner), scope)

    def _set_item(self, box: object, key: object, value: object) -> None:
        if self.exact is not None and self.exact.put(self, box, key, value):
            return
        if isinstance(box, Unknown):
            for option in box.options:
                if isinstance(option, ValueBox) and not isinstance(option, StackBox):
                    self.forget(option)
        elif isinstance(box, ValueBox) and not isinstance(box, StackBox):
            self.put(box, key, value)

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
                return [merged(list(c), "item") for c in zip(*columns, strict=True)]
            return None
        if isinstance(value, StreamValue):
            return [value.item] * len(parts)
        known = self.libraries.unpacked(value, len(parts))
        return known if known is not None else self.listed(value)

    def _delete(self, node: ast.Delete, scope: ScopeBox) -> Flow:
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
                if isinstance(box, DataSet) and box.is_list and not isinstance(key, str):
                    self.rebind(box, box.after("filter", text_of(node), line=self.line))
                self.remove(box, key)
        return None

    def _share(self, node: ast.Global | ast.Nonlocal, scope: ScopeBox) -> Flow:
        for name in node.names:
            if isinstance(node, ast.Global):
                scope.shared[name] = self.module
            elif scope.outer is not None:
                scope.shared[name] = scope.outer.holder(name) or scope.outer
        return None

    def _import(self, node: ast.Import, scope: ScopeBox) -> Flow:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self._set(name, Ref(alias.name if alias.asname else name), scope)
        return None

    def _import_from(self, node: ast.ImportFrom, scope: ScopeBox) -> Flow:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name != "*":
                self._set(alias.asname or alias.name, Ref(f"{module}.{alias.name}"), scope)
            elif module.partition(".")[0] in KNOWN_ROOTS:
                self._stars.append(module)
            else:
                self.forget(self.module)
        return None


def _assigned(node: ast.AST | None) -> list[str]:
    if node is None:
        return []
    return [
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    ]
